//! A pool of threads, where the feature `threads` is built in; else one that nobody can have.

pub(super) use self::own::Pool;
pub(crate) use self::own::help;

#[cfg(feature = "threads")]
mod own {
    use rayon_core::{ThreadPool, ThreadPoolBuilder, Yield};

    use crate::error::{Error, ErrorKind, Result};

    pub(in crate::runtime) struct Pool(ThreadPool);

    impl Pool {
        pub(in crate::runtime) fn new(threads: usize) -> Result<Self> {
            let name = |number| format!("bucksaw-{number}");
            let pool = ThreadPoolBuilder::new().num_threads(threads).thread_name(name).build();
            let failed =
                |cause| Error::new(ErrorKind::Io, "no thread could be started").with_cause(cause);
            Ok(Self(pool.map_err(failed)?))
        }

        pub(in crate::runtime) fn threads(&self) -> usize {
            self.0.current_num_threads()
        }

        pub(in crate::runtime) fn on_threads(&self, threads: usize, work: impl Fn() + Sync) {
            // Unlike other work this is never done by a thread that helps: it would have to end before
            // what that thread is about goes on.
            self.0.broadcast(|thread| {
                if thread.index() < threads {
                    work();
                }
            });
        }

        pub(in crate::runtime) fn with_helpers<R: Send>(
            &self,
            helpers: usize,
            help: impl Fn() + Sync,
            own: impl FnOnce() -> R + Send,
        ) -> R {
            self.0.install(|| {
                rayon_core::in_place_scope_fifo(|scope| {
                    (0..helpers).for_each(|_| scope.spawn_fifo(|_| help()));
                    own()
                })
            })
        }
    }

    /// Does work that another thread has not begun; false where there is none.
    pub(crate) fn help() -> bool {
        matches!(rayon_core::yield_now(), Some(Yield::Executed))
    }
}

#[cfg(not(feature = "threads"))]
mod own {
    use crate::error::{Error, ErrorKind, Result};

    pub(in crate::runtime) enum Pool {}

    impl Pool {
        pub(in crate::runtime) fn new(_: usize) -> Result<Self> {
            let message = "there is one thread: build bucksaw with its feature `threads` for more";
            Err(Error::new(ErrorKind::Options, message))
        }

        pub(in crate::runtime) fn threads(&self) -> usize {
            match *self {}
        }

        pub(in crate::runtime) fn on_threads(&self, _: usize, _: impl Fn() + Sync) {
            match *self {}
        }

        pub(in crate::runtime) fn with_helpers<R: Send>(
            &self,
            _: usize,
            _: impl Fn() + Sync,
            _: impl FnOnce() -> R + Send,
        ) -> R {
            match *self {}
        }
    }

    /// There is no other thread.
    pub(crate) fn help() -> bool {
        false
    }
}
