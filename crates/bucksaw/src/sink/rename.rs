//! Renaming without a moment in which a name is neither the old file's nor the new one's.

use std::fs;
use std::io;
use std::path::Path;

/// Renames unless something stands at `target`.
pub(crate) fn to_unused(from: &Path, target: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    if let Some(result) = with_flags(from, target, rustix::fs::RenameFlags::NOREPLACE) {
        return result;
    }
    fs::hard_link(from, target)?;
    fs::remove_file(from)
}

/// Lets `from` and the file at `target` change places, so that the old one can be put back, or
/// renames where there is none or where the file system can't.
pub(super) fn replacing(from: &Path, target: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    match with_flags(from, target, rustix::fs::RenameFlags::EXCHANGE) {
        Some(Err(cause)) if cause.kind() == io::ErrorKind::NotFound => {}
        Some(result) => return result,
        None => {}
    }
    fs::rename(from, target)
}

/// Lets two files or folders change places.
#[cfg_attr(not(target_os = "linux"), expect(unused_variables, reason = "no other system can"))]
pub(crate) fn exchanging(one: &Path, other: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    if let Some(result) = with_flags(one, other, rustix::fs::RenameFlags::EXCHANGE) {
        return result;
    }
    Err(io::ErrorKind::Unsupported.into())
}

/// None where the file system does not know the flag.
#[cfg(target_os = "linux")]
fn with_flags(
    from: &Path,
    target: &Path,
    flags: rustix::fs::RenameFlags,
) -> Option<io::Result<()>> {
    use rustix::fs::{CWD, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, from, CWD, target, flags) {
        Err(Errno::INVAL | Errno::NOSYS) => None,
        result => Some(result.map_err(io::Error::from)),
    }
}
