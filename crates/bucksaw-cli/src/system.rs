//! What the system gave the process: streams that may be closed, files that it may have open.

use bucksaw::Result;

/// Whether a standard stream was closed when the process started: the runtime opens /dev/null in its
/// place, for reading and writing, as nobody does who redirects one.
#[cfg(target_os = "linux")]
pub(crate) fn is_closed(stream: &impl std::os::fd::AsFd) -> bool {
    use rustix::fs::{OFlags, fcntl_getfl, fstat, stat};
    let stream = stream.as_fd();
    let is_null = fstat(stream).ok().zip(stat("/dev/null").ok());
    is_null.is_some_and(|(stream, null)| stream.st_rdev == null.st_rdev && null.st_rdev != 0)
        && fcntl_getfl(stream).is_ok_and(|flags| flags & OFlags::ACCMODE == OFlags::RDWR)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn is_closed<S>(_: &S) -> bool {
    false
}

/// Files that are open beside those to write, about: streams, inputs, directories, libraries.
#[cfg(unix)]
const OTHER_OPEN_FILES: u64 = 32;

/// Sees to it that `count` files in `directories` can be open at once, as all files of a run are until they are
/// published together.
#[cfg(unix)]
pub(crate) fn allow_open_files(count: usize, directories: usize) -> Result<()> {
    use bucksaw::{Error, ErrorKind};
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // It is looked at again: not everybody may raise it.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    match getrlimit(Resource::Nofile).current {
        Some(limit) if limit < (count + directories) as u64 + OTHER_OPEN_FILES => {
            let message = format!(
                "{count} files would be open at once, and the limit is {limit}: allow more (ulimit -n), or convert fewer inputs at once"
            );
            Err(Error::new(ErrorKind::Io, message))
        }
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
pub(crate) fn allow_open_files(_: usize, _: usize) -> Result<()> {
    Ok(())
}

/// Whether files of this folder are in memory.
#[cfg(target_os = "linux")]
pub(crate) fn is_in_memory(folder: &std::path::Path) -> bool {
    // Those of tmpfs and ramfs, as statfs(2) has them.
    const IN_MEMORY: [u32; 2] = [0x0102_1994, 0x8584_58f6];
    rustix::fs::statfs(folder).is_ok_and(|found| IN_MEMORY.contains(&(found.f_type as u32)))
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn is_in_memory(_: &std::path::Path) -> bool {
    false
}

/// How many characters a line of the terminal has that a stream goes to, if it goes to one.
#[cfg(unix)]
pub(crate) fn columns(stream: &impl std::os::fd::AsFd) -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(stream).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

#[cfg(not(unix))]
pub(crate) fn columns<S>(_: &S) -> Option<usize> {
    None
}

/// The machine's memory, where the system tells.
#[must_use]
pub fn memory_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
