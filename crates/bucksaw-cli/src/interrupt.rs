//! Ctrl-C, and the other signals that end a process, leave nothing behind.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bucksaw::{Error, ErrorKind, Result};

use crate::exit;

/// Whether a signal lets the run end what it does, and whether one has come.
static IS_GENTLE: AtomicBool = AtomicBool::new(false);
static IS_STOPPING: AtomicBool = AtomicBool::new(false);

static RUN: Mutex<Run> =
    Mutex::new(Run { staged: Vec::new(), folders: Vec::new(), state: State::Working });

/// Whoever holds the lock can be sure that no signal ends the process meanwhile.
struct Run {
    /// Unfinished files.
    staged: Vec<PathBuf>,
    /// Folders that the run made, each after the one that it is in.
    folders: Vec<PathBuf>,
    state: State,
}

impl Run {
    /// Removes folders that the run made, where nothing is in them.
    fn remove_folders(&mut self) {
        for folder in self.folders.drain(..).rev() {
            // Something is in it by now, and so it stays.
            let _ = fs::remove_dir(folder);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Working,
    /// All files are published: the run ends as one that was not interrupted.
    Published,
    /// So it is, and a signal has come since.
    Ending,
}

fn lock() -> MutexGuard<'static, Run> {
    RUN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes what is staged when the process is interrupted, whatever it is waiting for.
pub fn handle_signals() -> Result<()> {
    on_signals(end).map_err(|cause| {
        Error::new(ErrorKind::Io, "could not prepare for signals").with_cause(cause)
    })
}

/// From now on the first signal only has the run [stop](is_stopping) by itself: it publishes what it has, or not. The next one ends the
/// process.
pub fn be_gentle() {
    IS_GENTLE.store(true, Ordering::Relaxed);
}

/// From now on signals end the process at once again.
pub fn be_gentle_no_more() {
    IS_GENTLE.store(false, Ordering::Relaxed);
}

/// Whether the run is to stop by itself.
pub fn is_stopping() -> bool {
    IS_STOPPING.load(Ordering::Relaxed)
}

/// What a signal does.
fn end() {
    if IS_GENTLE.load(Ordering::Relaxed) && !IS_STOPPING.swap(true, Ordering::Relaxed) {
        return;
    }
    let mut run = lock();
    match run.state {
        State::Working => {
            for path in &run.staged {
                // Gone already: nothing left to do.
                let _ = fs::remove_file(path);
            }
            run.remove_folders();
            process::exit(exit::INTERRUPTED.into());
        }
        State::Published => run.state = State::Ending,
        // Nobody reads what is being said, it seems.
        State::Ending => process::exit(exit::DONE.into()),
    }
}

/// Calls `handler` for each signal that ends a process, but for those that whoever started it has it
/// ignore, as nohup does. Beyond a limit on the size of files a write fails, and no signal kills.
#[cfg(unix)]
fn on_signals(handler: fn()) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::iterator::Signals;
    let ignored = ignored();
    let wanted = [SIGINT, SIGTERM, SIGHUP, SIGXFSZ];
    let wanted = wanted.iter().filter(|signal| ignored & (1 << (**signal - 1)) == 0);
    let mut signals = Signals::new(wanted)?;
    let wait =
        move || signals.forever().filter(|signal| *signal != SIGXFSZ).for_each(|_| handler());
    std::thread::Builder::new().name("signals".to_owned()).spawn(wait).map(drop)
}

/// A bit for each signal that is ignored. Only Linux tells; elsewhere none is.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

#[cfg(not(unix))]
fn on_signals(handler: fn()) -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(handler)
}

/// Removes folders that the run made and that nothing is in. Returns unless the process is being interrupted: an error is
/// then only that files went away.
pub fn remove_empty_folders() {
    // Who ends the process keeps the lock until it has ended.
    lock().remove_folders();
}

/// Makes a folder and those that it is in, where they are missing. They go again if the run comes to
/// nothing.
pub fn make_folders(path: &Path) -> io::Result<()> {
    let mut run = lock();
    let missing =
        path.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.is_dir());
    let missing: Vec<_> = missing.collect();
    for folder in missing.into_iter().rev() {
        match fs::create_dir(folder) {
            Ok(()) => run.folders.push(folder.to_owned()),
            // Someone else made it meanwhile.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Runs `create`, whose result has staged files, so that no signal comes between its files and us.
pub fn staging<T>(
    create: impl FnOnce() -> Result<T>,
    paths: impl FnOnce(&T) -> Vec<PathBuf>,
) -> Result<T> {
    let mut run = lock();
    let created = create()?;
    run.staged.extend(paths(&created));
    Ok(created)
}

/// Runs `finish`, after which a file is whole under its staged name. Where it `moves` there from another
/// directory, signals wait: else it could appear after they have removed what is staged.
pub fn finishing<T>(moves: bool, finish: impl FnOnce() -> Result<T>) -> Result<T> {
    let _run = moves.then(lock);
    finish()
}

/// Runs `publish`, after which all of the run's files are there; signals wait for it.
pub fn publishing<T>(publish: impl FnOnce() -> Result<T>) -> Result<T> {
    let mut run = lock();
    let published = publish()?;
    run.state = State::Published;
    Ok(published)
}
