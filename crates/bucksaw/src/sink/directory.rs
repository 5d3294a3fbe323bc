//! The directories that files appear in: opened, locked, and rid of what killed processes left.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::failure::failed;
use super::staged::STAGED_SUFFIX;
use crate::error::{Error, ErrorKind, Result};
use crate::escape::escape_path;

/// A directory that no other process publishes to as long as this lives.
#[derive(Debug)]
pub(super) struct Directory {
    /// Without links, whatever the working directory is.
    pub(super) path: PathBuf,
    id: Id,
    /// Has the lock. File systems without locks go on without.
    file: Option<File>,
}

/// The device's and the directory's number: a directory may have several paths.
#[cfg(unix)]
type Id = (u64, u64);
#[cfg(not(unix))]
type Id = PathBuf;

impl Directory {
    fn open(path: &Path) -> Result<Self> {
        let opened = || -> io::Result<Self> {
            let file = open(path)?;
            Ok(Self { path: path.canonicalize()?, id: id_of(path)?, file })
        };
        opened().map_err(|cause| unusable(path, cause))
    }

    pub(super) fn is_at(&self, path: &Path) -> bool {
        id_of(path).is_ok_and(|id| id == self.id)
    }

    /// Makes the names in it durable.
    pub(super) fn sync(&self) -> Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        match file.sync_all() {
            // Some file systems know no syncing of directories.
            Err(cause) if cause.kind() != io::ErrorKind::InvalidInput => Err(failed(
                format!("could not sync the directory {}", escape_path(&self.path)),
                cause,
            )),
            _ => Ok(()),
        }
    }
}

/// The directory's path without links, which stays the directory's whatever links lead to later.
pub(super) fn resolve(path: &Path) -> Result<PathBuf> {
    path.canonicalize().map_err(|cause| unusable(path, cause))
}

fn unusable(path: &Path, cause: io::Error) -> Error {
    let shown = escape_path(path);
    let advice = match cause.kind() {
        io::ErrorKind::NotFound => "make it first",
        io::ErrorKind::PermissionDenied => {
            "it has to be readable for the names in it to be made durable, allow that (chmod u+rwx) or write to another directory"
        }
        _ => return failed(format!("could not open the directory {shown}"), cause),
    };
    Error::io(format!("could not open the directory {shown}: {advice}"), cause)
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<Option<File>> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = rustix::fs::OFlags::DIRECTORY.bits().cast_signed();
    File::options().read(true).custom_flags(flags).open(path).map(Some)
}

/// Elsewhere directories can't be opened to be synced.
#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<Option<File>> {
    fs::read_dir(path).map(|_| None)
}

#[cfg(unix)]
fn id_of(path: &Path) -> io::Result<Id> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).map(|found| (found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn id_of(path: &Path) -> io::Result<Id> {
    path.canonicalize()
}

/// Locks directories, each once, waiting for others that publish there; in an order that all
/// processes have, so that no two wait for each other.
pub(super) fn lock<'p>(paths: impl IntoIterator<Item = &'p Path>) -> Result<Vec<Directory>> {
    let mut directories: Vec<Directory> = Vec::new();
    for path in paths {
        if !directories.iter().any(|known| known.is_at(path)) {
            directories.push(Directory::open(path)?);
        }
    }
    #[cfg(unix)]
    directories.sort_by_key(|known| known.id);
    for file in directories.iter().filter_map(|directory| directory.file.as_ref()) {
        // A file system without locks.
        let _ = file.lock();
    }
    Ok(directories)
}

/// The names in a directory that are those of staged files and journals, but for the spared files'.
pub(super) fn staged_names(directory: &Path, spared: &HashSet<PathBuf>) -> Result<Vec<OsString>> {
    let failed =
        |cause| failed(format!("could not list the directory {}", escape_path(directory)), cause);
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let bytes = name.as_encoded_bytes();
        let is_staged = bytes.starts_with(b".") && bytes.ends_with(STAGED_SUFFIX.as_bytes());
        if is_staged && !spared.contains(&directory.join(&name)) {
            names.push(name);
        }
    }
    Ok(names)
}

/// The directory that a target lies in.
pub(super) fn directory_of(target: &Path) -> &Path {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

pub(super) fn exists(target: &Path) -> Error {
    let message = format!(
        "{} exists already: choose another name, or allow overwriting (--overwrite)",
        escape_path(target)
    );
    Error::new(ErrorKind::Exists, message)
}
