//! Threads for work that can be done side by side.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::pool::Pool;
pub(crate) use super::pool::help;
use crate::error::{Error, Result};

/// Threads that take work from each other.
pub(crate) struct Workers {
    /// None for one thread: the caller's.
    pool: Option<Pool>,
}

/// A lock, which no panic of another thread takes away: what is locked here is never half changed.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Workers {
    /// # Errors
    /// [`ErrorKind::Io`] where the system starts no thread.
    pub(crate) fn new(threads: usize) -> Result<Self> {
        if threads <= 1 {
            return Ok(Self { pool: None });
        }
        Ok(Self { pool: Some(Pool::new(threads)?) })
    }

    /// How many threads there are.
    pub(crate) fn threads(&self) -> usize {
        self.pool.as_ref().map_or(1, Pool::threads)
    }

    /// Does the same work on so many threads at once, and returns when all are done with it.
    pub(crate) fn on_threads(&self, threads: usize, work: impl Fn() + Sync) {
        let Some(pool) = self.pool.as_ref().filter(|_| threads > 1) else { return work() };
        pool.on_threads(threads, work);
    }

    /// Does `own`, while up to so many other threads that have nothing else to do `help`; returns when
    /// all are done.
    ///
    /// Helping must not wait for anything: the thread may be needed for what it was about.
    pub(crate) fn with_helpers<R: Send>(
        &self,
        helpers: usize,
        help: impl Fn() + Sync,
        own: impl FnOnce() -> R + Send,
    ) -> R {
        let Some(pool) = &self.pool else { return own() };
        pool.with_helpers(helpers.min(self.threads() - 1), help, own)
    }

    /// Does all tasks, side by side, those first that come first; the error is that of the first
    /// task that has one. No task may wait for another.
    pub(crate) fn run<T: Send>(
        &self,
        mut tasks: impl ExactSizeIterator<Item = T> + Send,
        work: impl Fn(T) -> Result<()> + Sync,
    ) -> Result<()> {
        if self.pool.is_none() {
            return tasks.try_for_each(work);
        }
        let helpers = tasks.len().saturating_sub(1);
        let next = Mutex::new(tasks.enumerate());
        let failed: Mutex<Option<(usize, Error)>> = Mutex::new(None);
        let take_all = || {
            loop {
                let Some((index, task)) = locked(&next).next() else { break };
                if let Err(error) = work(task) {
                    let mut failed = locked(&failed);
                    if failed.as_ref().is_none_or(|(first, _)| index < *first) {
                        *failed = Some((index, error));
                    }
                }
            }
        };
        self.with_helpers(helpers, take_all, take_all);
        let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
        failed.map_or(Ok(()), |(_, error)| Err(error))
    }
}

#[cfg(all(test, feature = "threads"))]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn every_task_is_done_and_the_first_error_is_told() {
        for threads in [1, 2, 3] {
            let workers = Workers::new(threads).expect("threads start");
            let mut numbers = vec![0; 100];
            workers
                .run(numbers.iter_mut().enumerate(), |(index, number)| {
                    *number = index;
                    Ok(())
                })
                .expect("no task fails");
            assert_eq!(numbers, (0..100).collect::<Vec<_>>());
            let failed = workers.run(0..10, |number| {
                if number < 4 {
                    return Ok(());
                }
                Err(Error::new(ErrorKind::Io, format!("task {number}")))
            });
            assert_eq!(failed.map_err(|error| error.to_string()), Err("task 4".to_owned()));
        }
    }
}
