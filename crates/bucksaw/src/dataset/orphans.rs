//! Files of a dataset that is gone: what it knew of itself was removed, and they are there still.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::names::{has_id, seq_of};
use crate::error::{Error, ErrorKind, Result};
use crate::escape::escape_path;

/// Bytes at a Parquet file's end in which it says who wrote it.
const TELLING_BYTES: u64 = 64 << 10;
const MAGIC: &[u8] = b"PAR1";
/// With what those say it that Bucksaw wrote.
const WRITER: &[u8] = b"bucksaw version ";
/// Files that are looked into, at the most.
const MOST_LOOKED_AT: usize = 100;

/// Refuses to begin a dataset beside files of another: readers would find both, and the manifest one of them.
///
/// # Errors
/// [`ErrorKind::Malformed`] where there are such; [`ErrorKind::Io`].
pub(super) fn check_none(root: &Path) -> Result<()> {
    let found = find(root, false, &mut 0)
        .map_err(|cause| Error::io(format!("could not list {}", escape_path(root)), cause))?;
    let Some(path) = found else { return Ok(()) };
    let outer = root.ancestors().skip(1).find(|outer| outer.join(super::OWN_FOLDER).is_dir());
    if let Some(outer) = outer {
        let message = format!(
            "it is a file of the dataset in {}: write to that, or to another folder",
            escape_path(outer)
        );
        return Err(Error::new(ErrorKind::Options, message).in_source(&escape_path(&path)));
    }
    let (own, root) = (escape_path(&root.join(super::OWN_FOLDER)), escape_path(root));
    let message = format!(
        "it is a file of a dataset, and what that knew of itself is gone, {own}: put that back from a copy; or have it made again (mkdir -p {own}, then bucksaw repair {root}); or write to another folder"
    );
    Err(Error::new(ErrorKind::Malformed, message).in_source(&escape_path(&path)))
}

/// The first file that is called as files of datasets are, in folders that are called so, and that Bucksaw wrote.
fn find(folder: &Path, is_level: bool, looked_at: &mut usize) -> io::Result<Option<PathBuf>> {
    let listed = match fs::read_dir(folder) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        listed => listed?,
    };
    for entry in listed {
        let entry = entry?;
        let (name, kind, path) = (entry.file_name(), entry.file_type()?, entry.path());
        let name = name.to_string_lossy();
        if name.starts_with(['_', '.']) {
            continue;
        }
        if kind.is_dir() && name.contains('=') {
            if let Some(found) = find(&path, true, looked_at)? {
                return Ok(Some(found));
            }
        } else if kind.is_file() && seq_of(&name) > 0 && (is_level || has_id(&name)) {
            *looked_at += 1;
            if is_of_bucksaw(&path)? {
                return Ok(Some(path));
            }
        }
        if *looked_at >= MOST_LOOKED_AT {
            break;
        }
    }
    Ok(None)
}

fn is_of_bucksaw(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let bytes = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(bytes.saturating_sub(TELLING_BYTES)))?;
    let mut end = Vec::new();
    file.take(TELLING_BYTES).read_to_end(&mut end)?;
    Ok(end.ends_with(MAGIC) && memchr::memmem::find(&end, WRITER).is_some())
}
