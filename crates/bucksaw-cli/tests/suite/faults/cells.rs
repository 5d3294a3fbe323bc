//! Faults, and a table of how runs with them ended.

use std::collections::BTreeMap;
use std::io::Write as _;

/// The errors that calls are made to fail with; other calls only get signals. (So does close: where
/// closing a directory fails, the standard library panics.)
const ERRORS: [(&str, &[&str]); 27] = [
    ("write", &["ENOSPC", "EIO", "EDQUOT", "EFBIG"]),
    ("fsync", &["EIO", "ENOSPC"]),
    ("fchmod", &["EPERM", "EIO"]),
    ("rename", &["ENOSPC", "EIO", "EXDEV", "EACCES", "EROFS"]),
    ("renameat2", &["ENOSPC", "EIO", "EXDEV", "EINVAL", "ENOSYS", "EACCES", "EROFS"]),
    ("openat", &["EACCES", "EMFILE", "EIO", "ENOSPC"]),
    ("flock", &["ENOLCK", "EIO"]),
    ("statx", &["EACCES", "EIO"]),
    ("newfstatat", &["EACCES", "EIO"]),
    ("fstat", &["EIO"]),
    ("getdents64", &["EIO"]),
    ("read", &["EIO"]),
    ("copy_file_range", &["EIO", "ENOSPC", "EXDEV"]),
    ("sendfile", &["EIO", "ENOSPC"]),
    ("mmap", &["ENOMEM"]),
    ("mprotect", &["ENOMEM"]),
    ("brk", &["ENOMEM"]),
    ("clone3", &["EAGAIN"]),
    ("unlink", &["EIO", "EACCES"]),
    ("getrandom", &["ENOSYS"]),
    ("readlink", &["EIO"]),
    // A process can always read its own limits, and lower or raise them within what it may: no error.
    ("prlimit64", &[]),
    ("socketpair", &["EMFILE"]),
    ("rt_sigaction", &["EINVAL"]),
    ("fcntl", &["EIO"]),
    ("ioctl", &["EIO"]),
    ("getcwd", &["ENOENT"]),
];
const SIGNALS: [&str; 3] = ["KILL", "INT", "TERM"];

/// What happens at the `nth` time that a thread makes a system call.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) call: String,
    nth: usize,
    what: What,
}

#[derive(Debug)]
enum What {
    Error(&'static str),
    Signal(&'static str),
}

/// All faults at one call.
pub(crate) fn faults_of(call: &str, nth: usize) -> impl Iterator<Item = Fault> {
    let errors =
        ERRORS.iter().find(|(name, _)| *name == call).map_or(&[][..], |(_, errors)| errors);
    let errors = errors.iter().map(|error| What::Error(error));
    let signals = SIGNALS.iter().map(|signal| What::Signal(signal));
    let whats: Vec<What> = errors.chain(signals).collect();
    let call = call.to_owned();
    whats.into_iter().map(move |what| Fault { call: call.clone(), nth, what })
}

impl Fault {
    /// As strace has it.
    pub(crate) fn injection(&self) -> String {
        let Self { call, nth, .. } = self;
        match self.what {
            What::Error(error) => format!("inject={call}:error={error}:when={nth}"),
            What::Signal(signal) => format!("inject={call}:signal={signal}:when={nth}"),
        }
    }

    pub(crate) fn is_signal(&self) -> bool {
        matches!(self.what, What::Signal(_))
    }

    /// Whether it is a file's removal that fails.
    pub(crate) fn is_of_removal(&self) -> bool {
        self.call.starts_with("unlink") && !self.is_signal()
    }

    fn name(&self) -> &'static str {
        let (What::Error(name) | What::Signal(name)) = self.what;
        name
    }
}

/// How a run with a fault ended.
pub(crate) struct Outcome {
    pub(crate) ended: String,
    /// What must not be.
    pub(crate) problems: Vec<String>,
}

/// How many runs ended how, by call, fault and outcome.
#[derive(Default)]
pub(crate) struct Table {
    counts: BTreeMap<(String, &'static str, String), usize>,
    problems: Vec<String>,
}

impl Table {
    pub(crate) fn add(&mut self, fault: &Fault, outcome: Outcome) {
        let Outcome { ended, problems } = outcome;
        if !problems.is_empty() {
            let problem = format!("{}: {}\n", fault.injection(), problems.join("; "));
            // At once: a whole table takes long.
            std::io::stderr().write_all(problem.as_bytes()).expect("standard error");
            self.problems.push(problem);
        }
        *self.counts.entry((fault.call.clone(), fault.name(), ended)).or_default() += 1;
    }

    pub(crate) fn print(&self, title: &str) {
        let mut text = format!("{title}: {} runs\n", self.counts.values().sum::<usize>());
        for ((call, fault, ended), count) in &self.counts {
            text += &format!("{count:>6}  {call:<16} {fault:<7} {ended}\n");
        }
        std::io::stderr().write_all(text.as_bytes()).expect("standard error");
    }

    #[track_caller]
    pub(crate) fn expect_sound(&self) {
        assert!(self.problems.is_empty(), "{}", self.problems.concat());
        assert!(!self.counts.is_empty());
    }
}
