//! Names in folders, and making them durable.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Folders in which names have changed and are not durable yet: the last of each level, since entries go from folder to folder.
#[derive(Debug, Default)]
pub(super) struct Changed {
    folder: Option<PathBuf>,
}

impl Changed {
    /// A name has changed in this path's folder.
    pub(super) fn note(&mut self, path: &Path) -> io::Result<()> {
        let folder = path.parent().unwrap_or(path);
        if self.folder.as_deref() != Some(folder) {
            self.sync()?;
            self.folder = Some(folder.to_owned());
        }
        Ok(())
    }

    /// Makes a folder and those that it is in, durably.
    pub(super) fn make(&mut self, folder: &Path, root: &Path) -> io::Result<()> {
        if folder.is_dir() {
            return Ok(());
        }
        if let Some(parent) = folder.parent().filter(|parent| parent.starts_with(root)) {
            self.make(parent, root)?;
        }
        fs::create_dir(folder)?;
        folder.parent().map_or(Ok(()), sync_directory)
    }

    pub(super) fn sync(&mut self) -> io::Result<()> {
        self.folder.take().map_or(Ok(()), |folder| match sync_directory(&folder) {
            // What was removed may have been the last in it, and others remove empty folders.
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
            synced => synced,
        })
    }
}

#[cfg(unix)]
pub(super) fn is_same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let id = |path| fs::symlink_metadata(path).map(|found| (found.dev(), found.ino())).ok();
    id(one).is_some() && id(one) == id(other)
}

#[cfg(not(unix))]
pub(super) fn is_same_file(_: &Path, _: &Path) -> bool {
    false
}

/// Makes the names in a folder durable.
pub(super) fn sync_directory(folder: &Path) -> io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(folder)?.sync_all() {
        // Some file systems know no syncing of directories.
        Err(cause) if cause.kind() != io::ErrorKind::InvalidInput => Err(cause),
        _ => Ok(()),
    }
}

/// Whether what is in one folder can be renamed into the other.
#[cfg(unix)]
pub(super) fn is_on_one_device(one: &Path, other: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    Ok(fs::metadata(one)?.dev() == fs::metadata(other)?.dev())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it may be an error")]
pub(super) fn is_on_one_device(_: &Path, _: &Path) -> io::Result<bool> {
    Ok(true)
}
