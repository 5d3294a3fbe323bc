//! Threads for work that can be done side by side.

use rayon_core::{ThreadPool, ThreadPoolBuilder};

use crate::error::{Error, ErrorKind, Result};

/// The threads of a [`Writer`](crate::Writer).
pub struct Workers {
    /// None for one thread: the caller's.
    pool: Option<ThreadPool>,
}

impl Workers {
    /// # Errors
    /// [`ErrorKind::Io`] where the system starts no thread.
    pub(crate) fn new(threads: usize) -> Result<Self> {
        if threads <= 1 {
            return Ok(Self { pool: None });
        }
        let name = |number| format!("bucksaw-{number}");
        let pool = ThreadPoolBuilder::new().num_threads(threads).thread_name(name).build();
        let failed =
            |cause| Error::new(ErrorKind::Io, "no thread could be started").with_cause(cause);
        Ok(Self { pool: Some(pool.map_err(failed)?) })
    }

    /// Whether there is only the caller's thread.
    pub(crate) fn is_single(&self) -> bool {
        self.pool.is_none()
    }

    /// Does all tasks, side by side, those first that come first; the error is that of the first
    /// task that has one.
    pub(crate) fn run<T: Send>(
        &self,
        tasks: impl ExactSizeIterator<Item = T>,
        work: impl Fn(T) -> Result<()> + Sync,
    ) -> Result<()> {
        let Some(pool) = &self.pool else { return tasks.into_iter().try_for_each(work) };
        let mut results: Vec<Result<()>> = (0..tasks.len()).map(|_| Ok(())).collect();
        let work = &work;
        pool.in_place_scope_fifo(|scope| {
            for (task, result) in tasks.zip(&mut results) {
                scope.spawn_fifo(move |_| *result = work(task));
            }
        });
        results.into_iter().collect()
    }

    /// Does `aside` while `main` is done.
    pub(crate) fn meanwhile<R>(&self, aside: impl FnOnce() + Send, main: impl FnOnce() -> R) -> R {
        match &self.pool {
            Some(pool) => pool.in_place_scope_fifo(|scope| {
                scope.spawn_fifo(|_| aside());
                main()
            }),
            None => {
                let done = main();
                aside();
                done
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_is_done_and_the_first_error_is_told() {
        for threads in [1, 3] {
            let workers = Workers::new(threads).expect("threads start");
            let mut numbers = vec![0; 100];
            workers
                .run(numbers.iter_mut().enumerate(), |(place, number)| {
                    *number = place;
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
            let mut is_done = false;
            assert_eq!(workers.meanwhile(|| is_done = true, || 7), 7);
            assert!(is_done);
        }
    }
}
