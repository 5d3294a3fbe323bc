//! Where a dataset's files are: nothing is renamed or removed through a link, which may lead elsewhere, whatever a manifest says.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};
use crate::escape::escape_path;

/// Where a file of the dataset in this folder is.
///
/// # Errors
/// [`ErrorKind::Malformed`] where one of the folders that it is in is a link.
pub(super) fn file_inside(root: &Path, path: &str) -> Result<PathBuf> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder_inside(root, folder)?;
    Ok(root.join(path))
}

/// Where a folder of it is.
///
/// # Errors
/// As [`file_inside`].
pub(super) fn folder_inside(root: &Path, folder: &str) -> Result<PathBuf> {
    let mut place = root.to_owned();
    for name in Path::new(folder) {
        place.push(name);
        if fs::symlink_metadata(&place).is_ok_and(|found| found.is_symlink()) {
            let message = format!(
                "{} is a link, and a dataset's files are in folders of its own: put a folder with the files in its place",
                escape_path(&place)
            );
            return Err(Error::new(ErrorKind::Malformed, message));
        }
    }
    Ok(place)
}
