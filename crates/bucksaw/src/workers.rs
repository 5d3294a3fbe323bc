//! Threads for work that can be done side by side.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon_core::{ThreadPool, ThreadPoolBuilder};

use crate::error::{Error, ErrorKind, Result};

/// The threads of a [`Writer`](crate::Writer): the caller's own, and others beside it.
pub(crate) struct Workers {
    /// None for one thread: the caller's.
    pool: Option<ThreadPool>,
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
        let name = |number| format!("bucksaw-{number}");
        let pool = ThreadPoolBuilder::new().num_threads(threads - 1).thread_name(name).build();
        let failed =
            |cause| Error::new(ErrorKind::Io, "no thread could be started").with_cause(cause);
        Ok(Self { pool: Some(pool.map_err(failed)?) })
    }

    /// How many threads there are.
    pub(crate) fn threads(&self) -> usize {
        1 + self.pool.as_ref().map_or(0, ThreadPool::current_num_threads)
    }

    /// Does the same work on so many threads at once, the caller's among them, and returns when all
    /// are done with it.
    pub(crate) fn on_threads(&self, threads: usize, work: impl Fn() + Sync) {
        let Some(pool) = self.pool.as_ref().filter(|_| threads > 1) else { return work() };
        pool.in_place_scope_fifo(|scope| {
            for _ in 1..threads.min(self.threads()) {
                scope.spawn_fifo(|_| work());
            }
            work();
        });
    }

    /// Does all tasks, side by side, those first that come first; the error is that of the first
    /// task that has one.
    pub(crate) fn run<T: Send>(
        &self,
        mut tasks: impl ExactSizeIterator<Item = T> + Send,
        work: impl Fn(T) -> Result<()> + Sync,
    ) -> Result<()> {
        if self.pool.is_none() {
            return tasks.try_for_each(work);
        }
        let threads = tasks.len();
        let next = Mutex::new(tasks.enumerate());
        let failed: Mutex<Option<(usize, Error)>> = Mutex::new(None);
        self.on_threads(threads, || {
            loop {
                let Some((index, task)) = locked(&next).next() else { break };
                if let Err(error) = work(task) {
                    let mut failed = locked(&failed);
                    if failed.as_ref().is_none_or(|(first, _)| index < *first) {
                        *failed = Some((index, error));
                    }
                }
            }
        });
        let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
        failed.map_or(Ok(()), |(_, error)| Err(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
