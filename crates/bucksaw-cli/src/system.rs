//! What the system gave the process: streams that may be closed, files that it may have open.

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

/// Raises the limit on open files as far as anyone may: all files of a run stay open until they are
/// published together.
#[cfg(unix)]
pub(crate) fn allow_many_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Where it can't be raised, a file more than it allows is an error that says so.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

#[cfg(not(unix))]
pub(crate) fn allow_many_open_files() {}
