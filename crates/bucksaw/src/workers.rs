//! Threads for work that can be done side by side.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{panic, thread};

use rayon_core::{ThreadPool, ThreadPoolBuilder};

use crate::error::{Error, ErrorKind, Result};

/// The threads of a [`Writer`](crate::Writer): the caller's own, and others beside it.
///
/// There are two kinds of work. `run` does tasks that borrow, and returns when all are
/// done. `submit` queues a job that owns what it needs, and returns at once; its
/// result is waited for later. The caller takes part in both, so it never waits for work that nobody
/// has begun, and other threads always have queued jobs to turn to while the caller reads and writes.
pub struct Workers {
    /// None for one thread: the caller's.
    pool: Option<ThreadPool>,
    jobs: Arc<Jobs>,
}

/// Jobs that nobody has begun, the oldest first.
#[derive(Default)]
struct Jobs(Mutex<VecDeque<Job>>);

type Job = Box<dyn FnOnce() + Send>;

impl Jobs {
    /// Does the oldest job that nobody has begun; false where there is none.
    fn do_next(&self) -> bool {
        let job = locked(&self.0).pop_front();
        job.map(|job| job()).is_some()
    }
}

/// A lock, which no panic of another thread takes away: what is locked here is never half changed.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a submitted job will come to.
pub(crate) struct Pending<T>(Receiver<thread::Result<T>>);

impl Workers {
    /// # Errors
    /// [`ErrorKind::Io`] where the system starts no thread.
    pub(crate) fn new(threads: usize) -> Result<Self> {
        let jobs = Arc::default();
        if threads <= 1 {
            return Ok(Self { pool: None, jobs });
        }
        let name = |number| format!("bucksaw-{number}");
        let pool = ThreadPoolBuilder::new().num_threads(threads - 1).thread_name(name).build();
        let failed =
            |cause| Error::new(ErrorKind::Io, "no thread could be started").with_cause(cause);
        Ok(Self { pool: Some(pool.map_err(failed)?), jobs })
    }

    /// Whether there is only the caller's thread.
    pub(crate) fn is_single(&self) -> bool {
        self.pool.is_none()
    }

    /// Does all tasks, side by side, those first that come first; the error is that of the first
    /// task that has one.
    pub(crate) fn run<T: Send>(
        &self,
        tasks: impl ExactSizeIterator<Item = T> + Send,
        work: impl Fn(T) -> Result<()> + Sync,
    ) -> Result<()> {
        let mut tasks = tasks;
        let Some(pool) = &self.pool else { return tasks.try_for_each(work) };
        let helpers = pool.current_num_threads().min(tasks.len().saturating_sub(1));
        let next = Mutex::new(tasks.enumerate());
        let failed: Mutex<Option<(usize, Error)>> = Mutex::new(None);
        let ended = AtomicUsize::new(0);
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
        pool.in_place_scope_fifo(|scope| {
            for _ in 0..helpers {
                scope.spawn_fifo(|_| {
                    take_all();
                    ended.fetch_add(1, Ordering::Release);
                });
            }
            take_all();
            // Helpers come after the jobs that were queued before them: the sooner those are done.
            while ended.load(Ordering::Acquire) < helpers && self.jobs.do_next() {}
        });
        let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
        failed.map_or(Ok(()), |(_, error)| Err(error))
    }

    /// Queues a job. With one thread it is done when it is waited for.
    pub(crate) fn submit<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Pending<T> {
        let (sender, receiver) = sync_channel(1);
        let job = move || {
            // A panic goes on where the result is waited for, if it still is.
            let _ = sender.send(panic::catch_unwind(panic::AssertUnwindSafe(job)));
        };
        locked(&self.jobs.0).push_back(Box::new(job));
        if let Some(pool) = &self.pool {
            let jobs = Arc::clone(&self.jobs);
            pool.spawn_fifo(move || {
                // The caller may have done it by now.
                jobs.do_next();
            });
        }
        Pending(receiver)
    }

    /// The result of a job; other jobs are done while it isn't there.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] where the thread that did it is gone.
    pub(crate) fn wait<T>(&self, pending: &Pending<T>) -> Result<T> {
        let result = loop {
            match pending.0.try_recv() {
                Err(TryRecvError::Empty) if self.jobs.do_next() => {}
                Err(TryRecvError::Empty) => break pending.0.recv().ok(),
                Ok(result) => break Some(result),
                Err(TryRecvError::Disconnected) => break None,
            }
        };
        match result {
            Some(Ok(result)) => Ok(result),
            Some(Err(panic)) => panic::resume_unwind(panic),
            None => Err(Error::new(ErrorKind::Io, "a thread ended without its result")),
        }
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

    #[test]
    fn jobs_come_to_their_results_while_tasks_are_done() {
        for threads in [1, 2, 3] {
            let workers = Workers::new(threads).expect("threads start");
            let pending: Vec<_> = (0..50).map(|n| workers.submit(move || n * 2)).collect();
            let sum = AtomicUsize::new(0);
            workers
                .run(0..50_usize, |n| {
                    sum.fetch_add(n, Ordering::Relaxed);
                    Ok(())
                })
                .expect("no task fails");
            assert_eq!(sum.into_inner(), 1225);
            for (n, pending) in pending.iter().enumerate() {
                assert_eq!(workers.wait(pending).expect("a result"), n * 2);
            }
        }
    }

    #[test]
    fn a_panic_goes_on_where_the_result_is_waited_for() {
        for threads in [1, 2] {
            let workers = Workers::new(threads).expect("threads start");
            let pending = workers.submit(|| assert_ne!(1, 1, "on purpose"));
            let waited = panic::catch_unwind(panic::AssertUnwindSafe(|| workers.wait(&pending)));
            assert!(waited.is_err());
        }
    }
}
