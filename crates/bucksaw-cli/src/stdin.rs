//! Standard input that does not keep who reads it waiting: files of a dataset have their time, and signals come.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use crate::interrupt;

/// Reads after the run is to stop that only say so; whoever still reads then gets an end.
const READS_TO_STOP: u32 = 8;

/// How long it reads on until it says that there is nothing for now, whatever there is.
const BETWEEN_PAUSES: Duration = Duration::from_millis(200);

/// Standard input. [`io::ErrorKind::WouldBlock`] says that there is nothing for now, and that the run is to stop.
pub(crate) struct Stdin {
    source: io::Stdin,
    /// Whether it says that there is nothing for now.
    pauses: bool,
    /// When it said so last, or began.
    paused: Instant,
    reads_stopped: u32,
}

impl Stdin {
    pub(crate) fn new(pauses: bool) -> Self {
        Self { source: io::stdin(), pauses, paused: Instant::now(), reads_stopped: 0 }
    }
}

impl Read for Stdin {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if interrupt::is_stopping() {
                self.reads_stopped += 1;
                return match self.reads_stopped > READS_TO_STOP {
                    true => Ok(0),
                    false => Err(io::ErrorKind::WouldBlock.into()),
                };
            }
            // Also where there is always more: rows that have come may have to be published.
            let is_time = self.pauses && self.paused.elapsed() >= BETWEEN_PAUSES;
            if !is_time && is_ready(&self.source)? {
                return read(&mut self.source, buffer);
            }
            if self.pauses {
                self.paused = Instant::now();
                return Err(io::ErrorKind::WouldBlock.into());
            }
        }
    }
}

/// Whether reading returns at once, or does within a moment.
#[cfg(unix)]
fn is_ready(source: &io::Stdin) -> io::Result<bool> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    const MOMENT: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
    let mut polled = [PollFd::new(source, PollFlags::IN)];
    match poll(&mut polled, Some(&MOMENT)) {
        // The other end may be closed, which reading tells.
        Ok(ready) => Ok(ready > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Reads past the buffer that the standard library has, whose bytes nobody would be told of.
#[cfg(unix)]
fn read(source: &mut io::Stdin, buffer: &mut [u8]) -> io::Result<usize> {
    Ok(rustix::io::read(source, buffer)?)
}

#[cfg(not(unix))]
fn read(source: &mut io::Stdin, buffer: &mut [u8]) -> io::Result<usize> {
    source.read(buffer)
}

/// Elsewhere it is waited for.
#[cfg(not(unix))]
fn is_ready(_: &io::Stdin) -> io::Result<bool> {
    Ok(true)
}
