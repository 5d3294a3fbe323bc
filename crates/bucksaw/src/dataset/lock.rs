//! One process writes to a dataset at a time.

use std::fs::{File, TryLockError};
use std::path::Path;

use crate::error::{Error, ErrorKind, Result};
use crate::escape::escape_path;
use crate::sink::failure::failed;

/// Keeps other writers out of the dataset.
pub(super) fn lock(root: &Path, path: &Path) -> Result<File> {
    let opened = File::options().create(true).append(true).open(path);
    let file =
        opened.map_err(|cause| failed(format!("could not open {}", escape_path(path)), cause))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            let message = format!(
                "another process writes to the dataset {}: wait for its end, or write to another folder",
                escape_path(root)
            );
            Err(Error::new(ErrorKind::Exists, message))
        }
        // A file system without locks.
        Err(TryLockError::Error(_)) | Ok(()) => Ok(file),
    }
}
