//! A file of the local file system: staged, synced, renamed, its directory synced.
//!
//! The staged file is `.NAME.RANDOM.bucksaw` beside the target (or in the temporary directory), and
//! it stays locked as long as its writer lives. One without a lock was left by a process that was
//! killed; the next writer to the same target removes it.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Published, Sink};
use crate::error::{Error, ErrorKind, Result};

const STAGED_SUFFIX: &str = ".bucksaw";
/// Tries at a random name before giving up.
const NAME_TRIES: usize = 16;
/// Bytes of the target's name that its staged file's name starts with: names are at most 255 long.
const NAME_PART: usize = 200;

/// Publishes to a path.
#[derive(Debug)]
pub struct LocalSink {
    target: PathBuf,
    overwrite: bool,
    staged: Staged,
    bytes: u64,
}

/// A staged file, removed when dropped.
#[derive(Debug)]
struct Staged {
    path: PathBuf,
    file: File,
    /// Those that the file gets when it is published.
    final_permissions: Option<Permissions>,
    is_published: bool,
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.is_published {
            // There is no one left to tell; the next writer to the target tries again.
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl LocalSink {
    /// Stages a file for `target`: beside it, or in `temporary_directory`.
    ///
    /// # Errors
    /// [`ErrorKind::Exists`] where something stands at `target` and `overwrite` is false, or where
    /// `target` is no place for a file; [`ErrorKind::Io`] where nothing can be staged.
    pub fn create(
        target: &Path,
        overwrite: bool,
        temporary_directory: Option<&Path>,
    ) -> Result<Self> {
        let Some(name) = target.file_name() else {
            return Err(Error::new(
                ErrorKind::Options,
                format!("{} does not name a file", target.display()),
            ));
        };
        match fs::symlink_metadata(target) {
            Ok(_) if target.is_dir() => {
                let message = format!("{} is a directory: name a file", target.display());
                return Err(Error::new(ErrorKind::Exists, message));
            }
            Ok(_) if !overwrite => return Err(exists(target)),
            // Nor a link to one, such as /dev/stdout.
            Ok(_) if fs::metadata(target).is_ok_and(|found| !found.is_file()) => {
                let message = format!(
                    "{} is a device or a pipe, which no file replaces: write to a stream (-o -)",
                    target.display()
                );
                return Err(Error::new(ErrorKind::Exists, message));
            }
            _ => {}
        }
        let directory = temporary_directory.unwrap_or_else(|| directory_of(target));
        remove_abandoned(directory, name);
        let staged = stage(directory, name)?;
        Ok(Self { target: target.to_owned(), overwrite, staged, bytes: 0 })
    }

    /// Where the bytes are until they are published.
    #[must_use]
    pub fn staged_path(&self) -> &Path {
        &self.staged.path
    }

    /// Where there may be a file until it is published, for a signal handler to remove: the staged
    /// one, and beside the target the one that it is copied to from another file system.
    #[must_use]
    pub fn staged_paths(&self) -> [PathBuf; 2] {
        [self.staged.path.clone(), self.path_beside_target()]
    }

    /// Beside the target, the staged file's name: it is not likely to be given twice.
    fn path_beside_target(&self) -> PathBuf {
        directory_of(&self.target).join(self.staged.path.file_name().unwrap_or_default())
    }

    /// Copies the staged file beside the target, from another file system.
    fn move_beside_target(&mut self) -> Result<()> {
        let directory = directory_of(&self.target);
        let name = self.target.file_name().unwrap_or_default();
        remove_abandoned(directory, name);
        let failed = |cause| Error::io(format!("could not copy to {}", directory.display()), cause);
        let create = |_| create_locked(self.path_beside_target()).transpose();
        let created = (0..NAME_TRIES).find_map(create);
        let mut beside =
            created.unwrap_or_else(|| Err(io::ErrorKind::AlreadyExists.into())).map_err(failed)?;
        let mut from = File::open(&self.staged.path).map_err(failed)?;
        io::copy(&mut from, &mut beside.file).map_err(failed)?;
        beside.file.sync_all().map_err(failed)?;
        self.staged = beside;
        Ok(())
    }

    fn rename(&self) -> io::Result<()> {
        if self.overwrite {
            fs::rename(&self.staged.path, &self.target)
        } else {
            rename_to_unused(&self.staged.path, &self.target)
        }
    }
}

impl Sink for LocalSink {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes += bytes.len() as u64;
        self.staged.file.write_all(bytes).map_err(|cause| {
            Error::io(
                format!("could not write {}: is the disk full?", self.staged.path.display()),
                cause,
            )
        })
    }

    fn publish(mut self: Box<Self>) -> Result<Published> {
        let shown = self.target.display().to_string();
        if let Some(permissions) = self.staged.final_permissions.clone() {
            self.staged.file.set_permissions(permissions).map_err(|cause| {
                Error::io(format!("could not set the permissions of {shown}"), cause)
            })?;
        }
        // What a failed sync covered is lost for good: it is not tried again.
        self.staged
            .file
            .sync_all()
            .map_err(|cause| Error::io(format!("could not sync {shown}"), cause))?;
        let mut renamed = self.rename();
        if renamed.as_ref().is_err_and(|cause| cause.kind() == io::ErrorKind::CrossesDevices) {
            self.move_beside_target()?;
            renamed = self.rename();
        }
        renamed.map_err(|cause| match cause.kind() {
            io::ErrorKind::AlreadyExists => exists(&self.target),
            _ => Error::io(format!("could not rename the finished file to {shown}"), cause),
        })?;
        self.staged.is_published = true;
        sync_directory(directory_of(&self.target)).map_err(|cause| {
            Error::io(format!("{shown} is written, but its directory could not be synced: a power cut may lose it"), cause)
        })?;
        Ok(Published { path: Some(self.target.clone()), bytes: self.bytes })
    }

    fn discard(mut self: Box<Self>) -> Result<()> {
        self.staged.is_published = true;
        fs::remove_file(&self.staged.path).map_err(|cause| {
            Error::io(format!("could not remove {}", self.staged.path.display()), cause)
        })
    }
}

fn exists(target: &Path) -> Error {
    let message = format!(
        "{} exists already: choose another name, or allow overwriting (--overwrite)",
        target.display()
    );
    Error::new(ErrorKind::Exists, message)
}

fn directory_of(target: &Path) -> &Path {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// The start of the names of files staged for `name`.
fn staged_prefix(name: &OsStr) -> OsString {
    let mut prefix = OsString::from(".");
    match name.to_str() {
        Some(text) if text.len() > NAME_PART => {
            let end = (0..=NAME_PART).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
            prefix.push(&text[..end]);
        }
        _ => prefix.push(name),
    }
    prefix.push(".");
    prefix
}

/// A new locked file that only its owner can read until it is published.
fn stage(directory: &Path, name: &OsStr) -> Result<Staged> {
    let failed =
        |cause| Error::io(format!("could not create a file in {}", directory.display()), cause);
    for _ in 0..NAME_TRIES {
        let mut staged_name = staged_prefix(name);
        // Every RandomState has keys of its own.
        staged_name.push(format!(
            "{:016x}{STAGED_SUFFIX}",
            RandomState::new().hash_one(std::process::id())
        ));
        if let Some(staged) = create_locked(directory.join(staged_name)).map_err(failed)? {
            return Ok(staged);
        }
    }
    Err(failed(io::ErrorKind::AlreadyExists.into()))
}

/// A new file with its lock; none where there is one already, or where another process took it for
/// an abandoned one.
fn create_locked(path: PathBuf) -> io::Result<Option<Staged>> {
    let file = match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(file) => file,
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
        Err(cause) => return Err(cause),
    };
    // Not every file system has permissions.
    let final_permissions = hide(&file).ok();
    let staged = Staged { path, file, final_permissions, is_published: false };
    Ok(match staged.file.try_lock() {
        // Between creation and lock another process may have taken it for an abandoned one.
        Ok(()) => staged.path.exists().then_some(staged),
        // A file system without locks has no clean-up of abandoned files either.
        Err(TryLockError::Error(_)) => Some(staged),
        Err(TryLockError::WouldBlock) => None,
    })
}

/// Takes away everyone's right to read but the owner's; returns what was there, as the process's
/// umask has it.
#[cfg(unix)]
fn hide(file: &File) -> io::Result<Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    let permissions = file.metadata()?.permissions();
    file.set_permissions(Permissions::from_mode(permissions.mode() & 0o700))?;
    Ok(permissions)
}

#[cfg(not(unix))]
fn hide(file: &File) -> io::Result<Permissions> {
    Ok(file.metadata()?.permissions())
}

/// Removes what killed processes left staged for `name`. Failing to is no reason not to write.
fn remove_abandoned(directory: &Path, name: &OsStr) {
    let prefix = staged_prefix(name);
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let found = entry.file_name();
        let rest = found.as_encoded_bytes().strip_prefix(prefix.as_encoded_bytes());
        let random = rest.and_then(|rest| rest.strip_suffix(STAGED_SUFFIX.as_bytes()));
        let is_staged = random
            .is_some_and(|random| random.len() == 16 && random.iter().all(u8::is_ascii_hexdigit));
        if !is_staged || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        let path = entry.path();
        let Ok(file) = File::open(&path) else { continue };
        // The lock is kept until the file is gone, or its new owner could lock it in between.
        if file.try_lock().is_ok() {
            let _ = fs::remove_file(path);
        }
    }
}

/// Renames unless something stands at `target`, without a moment in which both could happen.
fn rename_to_unused(from: &Path, target: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        match renameat_with(CWD, from, CWD, target, RenameFlags::NOREPLACE) {
            // Not every file system knows the flag.
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {}
            result => return result.map_err(io::Error::from),
        }
    }
    fs::hard_link(from, target)?;
    fs::remove_file(from)
}

#[cfg(unix)]
fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Elsewhere directories can't be opened to be synced.
#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}
