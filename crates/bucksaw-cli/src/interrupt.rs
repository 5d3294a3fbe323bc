//! Ctrl-C, and the other signals that end a process, leave nothing behind.

use std::fs;
use std::path::PathBuf;
use std::process;
use std::sync::{Mutex, PoisonError};

use bucksaw::{Error, ErrorKind, Result};

use crate::exit;

/// Unfinished files. Whoever holds the lock can be sure that no signal ends the process meanwhile.
static STAGED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes what is staged when the process is interrupted, whatever it is waiting for.
pub(crate) fn handle_signals() -> Result<()> {
    let handler = || {
        let staged = STAGED.lock().unwrap_or_else(PoisonError::into_inner);
        for path in staged.iter() {
            // Published by now, or gone: nothing left to do.
            let _ = fs::remove_file(path);
        }
        process::exit(exit::INTERRUPTED.into());
    };
    ctrlc::set_handler(handler).map_err(|cause| {
        Error::new(ErrorKind::Io, "could not prepare for signals").with_cause(cause)
    })
}

/// Returns unless the process is being interrupted: an error is then only that files went away.
pub(crate) fn let_interruption_win() {
    // The signal handler keeps the lock until the process has ended.
    drop(STAGED.lock().unwrap_or_else(PoisonError::into_inner));
}

/// Runs `create`, whose result has staged files, so that no signal comes between its files and us.
pub(crate) fn staging<T>(
    create: impl FnOnce() -> Result<T>,
    paths: impl FnOnce(&T) -> Vec<PathBuf>,
) -> Result<T> {
    let mut staged = STAGED.lock().unwrap_or_else(PoisonError::into_inner);
    let created = create()?;
    staged.extend(paths(&created));
    Ok(created)
}
