//! The file that inputs are written to for `inspect`, which reads files.

use std::cell::RefCell;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use tempfile::NamedTempFile;

thread_local! {
    static FILE: RefCell<NamedTempFile> =
        RefCell::new(NamedTempFile::new().expect("a temporary file"));
}

/// A file of these bytes, until the next one.
pub fn file(parts: &[&[u8]]) -> PathBuf {
    FILE.with_borrow_mut(|file| {
        file.as_file().set_len(0).expect("a file that is writable");
        file.seek(SeekFrom::Start(0)).expect("a place in a file");
        parts.iter().for_each(|part| file.write_all(part).expect("room"));
        file.path().to_owned()
    })
}
