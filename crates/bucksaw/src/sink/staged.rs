//! Unfinished files: `.NAME.RANDOM.bucksaw`, locked as long as their writer lives.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};

use super::failure::failed;
use crate::error::{Error, Result};
use crate::escape::escape_path;

/// How the names of all files end that are not published.
pub(super) const STAGED_SUFFIX: &str = ".bucksaw";
/// Tries at a random name before giving up.
const NAME_TRIES: usize = 16;
/// Bytes of the target's name that its staged file's name starts with: names are at most 255 long.
const NAME_PART: usize = 200;

/// A staged file, removed when dropped.
#[derive(Debug)]
pub(super) struct Staged {
    pub(super) path: PathBuf,
    pub(super) file: File,
    is_kept: bool,
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.is_kept {
            // There is no one left to tell; the next writer to the target tries again.
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Staged {
    /// A new locked file for `name`, which only its owner can read.
    pub(super) fn create(directory: &Path, name: &OsStr) -> Result<Self> {
        Self::try_names(directory, name, only_for_the_owner(&mut OpenOptions::new()))
            .map_err(|cause| creation_failed(directory, cause))
    }

    fn try_names(directory: &Path, name: &OsStr, options: &mut OpenOptions) -> io::Result<Self> {
        let mut tries = 0;
        loop {
            tries += 1;
            match Self::open(&directory.join(staged_name(name)), options) {
                Err(cause)
                    if cause.kind() == io::ErrorKind::AlreadyExists && tries < NAME_TRIES => {}
                result => return result,
            }
        }
    }

    /// A new locked file at a path that nobody else uses.
    pub(super) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<Self> {
        let file = options.write(true).create_new(true).open(path)?;
        let staged = Self { path: path.to_owned(), file, is_kept: false };
        match staged.file.try_lock() {
            // Before it was locked another process may have taken it for an abandoned one.
            Ok(()) if staged.path.exists() => Ok(staged),
            Ok(()) | Err(TryLockError::WouldBlock) => Err(io::ErrorKind::AlreadyExists.into()),
            // A file system without locks has no clean-up of abandoned files either.
            Err(TryLockError::Error(_)) => Ok(staged),
        }
    }

    /// The same file under another name.
    pub(super) fn rename(&mut self, to: PathBuf) -> io::Result<()> {
        super::rename::to_unused(&self.path, &to)?;
        self.path = to;
        Ok(())
    }

    /// Leaves the file, whatever its name is by now, to others.
    pub(super) fn keep(&mut self) {
        self.is_kept = true;
    }

    pub(super) fn remove(mut self) -> io::Result<()> {
        self.is_kept = true;
        fs::remove_file(&self.path)
    }
}

fn creation_failed(directory: &Path, cause: io::Error) -> Error {
    failed(format!("could not create a file in {}", escape_path(directory)), cause)
}

#[cfg(unix)]
pub(super) fn only_for_the_owner(options: &mut OpenOptions) -> &mut OpenOptions {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600)
}

#[cfg(not(unix))]
pub(super) fn only_for_the_owner(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// The permissions of new files in `directory`, as umask, access lists and the file system have
/// them: those of an empty file that is made and removed.
pub(super) fn usual_permissions(directory: &Path, name: &OsStr) -> Result<Permissions> {
    let probe = Staged::try_names(directory, name, &mut OpenOptions::new());
    let permissions = probe.and_then(|probe| {
        let permissions = probe.file.metadata()?.permissions();
        probe.remove()?;
        Ok(permissions)
    });
    permissions.map_err(|cause| creation_failed(directory, cause))
}

/// A random part of a name. Every `RandomState` has keys of its own.
pub(super) fn random() -> String {
    format!("{:016x}", RandomState::new().hash_one(std::process::id()))
}

fn staged_name(name: &OsStr) -> OsString {
    let mut staged = staged_prefix(name);
    staged.push(random() + STAGED_SUFFIX);
    staged
}

/// The start of the names of files staged for `name`.
fn staged_prefix(name: &OsStr) -> OsString {
    let mut prefix = OsString::from(".");
    if name.len() > NAME_PART {
        let text = name.to_string_lossy();
        let end = (0..=NAME_PART).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        prefix.push(&text[..end]);
    } else {
        prefix.push(name);
    }
    prefix.push(".");
    prefix
}

/// Whether `found` is the name of a file staged for `name`.
pub(super) fn is_staged_for(found: &OsStr, name: &OsStr) -> bool {
    is_random_name(found, staged_prefix(name), STAGED_SUFFIX)
}

/// Whether only something [`random`] stands between a name's prefix and suffix.
pub(super) fn is_random_name(name: &OsStr, prefix: impl AsRef<OsStr>, suffix: &str) -> bool {
    let rest = name.as_encoded_bytes().strip_prefix(prefix.as_ref().as_encoded_bytes());
    let random = rest.and_then(|rest| rest.strip_suffix(suffix.as_bytes()));
    random.is_some_and(|random| random.len() == 16 && random.iter().all(u8::is_ascii_hexdigit))
}

/// Removes a file that a killed process left staged. Failing to is no reason not to write.
pub(super) fn remove_abandoned(path: &Path) {
    if !fs::symlink_metadata(path).is_ok_and(|found| found.is_file()) {
        return;
    }
    let mut options = OpenOptions::new();
    let Ok(file) = without_following(&mut options).read(true).open(path) else { return };
    // The lock is kept until the file is gone, or its new owner could lock it in between.
    if file.try_lock().is_ok() {
        let _ = fs::remove_file(path);
    }
}

/// Links are not followed, pipes not waited for.
#[cfg(unix)]
pub(super) fn without_following(options: &mut OpenOptions) -> &mut OpenOptions {
    use rustix::fs::OFlags;
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags.bits().cast_signed())
}

#[cfg(not(unix))]
pub(super) fn without_following(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}
