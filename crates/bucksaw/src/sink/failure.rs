//! What to do about an I/O error, in words.

use std::io::{self, ErrorKind};

use crate::error::Error;

/// An error that says what was being done, what to do about it and the cause.
pub(crate) fn failed(what: String, cause: io::Error) -> Error {
    match advice(&cause) {
        Some(advice) => Error::io(format!("{what}: {advice}"), cause),
        None => Error::io(what, cause),
    }
}

fn advice(cause: &io::Error) -> Option<&'static str> {
    Some(match cause.kind() {
        ErrorKind::StorageFull => "the disk is full, free some space or write to another one",
        ErrorKind::QuotaExceeded => "the disk quota is used up, free some space or have it raised",
        ErrorKind::FileTooLarge => {
            "a limit on the size of files is reached, raise it (ulimit -f) or write to another file system"
        }
        ErrorKind::ReadOnlyFilesystem => "nothing can be written there, choose another directory",
        _ if is_out_of_files(cause) => {
            "too many files are open, allow more (ulimit -n) or convert fewer inputs at once"
        }
        _ => return None,
    })
}

#[cfg(unix)]
fn is_out_of_files(cause: &io::Error) -> bool {
    use rustix::io::Errno;
    let code = cause.raw_os_error();
    [Errno::MFILE, Errno::NFILE].iter().any(|errno| code == Some(errno.raw_os_error()))
}

#[cfg(not(unix))]
fn is_out_of_files(_: &io::Error) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use rustix::io::Errno;

    use super::*;

    #[test]
    fn a_full_disk_is_only_said_of_a_full_disk() {
        for (errno, words) in [
            (Errno::NOSPC, "disk is full"),
            (Errno::DQUOT, "quota"),
            (Errno::FBIG, "ulimit -f"),
            (Errno::ROFS, "another directory"),
            (Errno::MFILE, "ulimit -n"),
        ] {
            let text = failed("could not write x".to_owned(), errno.into()).to_string();
            assert!(text.starts_with("could not write x: ") && text.contains(words), "{text}");
            assert_eq!(text.contains("full"), errno == Errno::NOSPC, "{text}");
        }
        for errno in [Errno::IO, Errno::ACCESS, Errno::XDEV] {
            let text = failed("could not write x".to_owned(), errno.into()).to_string();
            assert_eq!(text, format!("could not write x: {}", io::Error::from(errno)));
        }
    }
}
