//! An open column chunk that several threads append to, in the rows' order.
//!
//! Who takes rows draws a [`Ticket`] for each of their columns. A ticket's turn comes when all that
//! were drawn before are used.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::column_chunk::ColumnChunk;
use crate::error::{Error, ErrorKind, Result};
use crate::runtime::workers::locked;

/// See the module.
#[derive(Debug)]
pub(super) struct OpenChunk {
    shared: Arc<Shared>,
    drawn: u64,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    turned: Condvar,
}

#[derive(Debug)]
struct State {
    chunk: ColumnChunk,
    /// How many tickets are used.
    used: u64,
    waiting: usize,
    /// A ticket was dropped unused: the chunk lacks its rows, and takes no others.
    is_broken: bool,
}

impl OpenChunk {
    pub(super) fn new(chunk: ColumnChunk) -> Self {
        let state = State { chunk, used: 0, waiting: 0, is_broken: false };
        let shared = Shared { state: Mutex::new(state), turned: Condvar::new() };
        Self { shared: Arc::new(shared), drawn: 0 }
    }

    pub(super) fn draw(&mut self) -> Ticket {
        let ticket = Ticket { shared: Some(Arc::clone(&self.shared)), number: self.drawn };
        self.drawn += 1;
        ticket
    }

    /// Does `work` with the chunk as it is now, while no ticket waits for its turn.
    pub(super) fn with<R>(&self, work: impl FnOnce(&mut ColumnChunk) -> R) -> R {
        work(&mut locked(&self.shared.state).chunk)
    }

    /// The chunk, once all tickets are used.
    ///
    /// # Errors
    /// [`ErrorKind::WriterEnded`] where one was not.
    pub(super) fn into_inner(self) -> Result<ColumnChunk> {
        let state = Arc::into_inner(self.shared).and_then(|shared| shared.state.into_inner().ok());
        state.filter(|state| !state.is_broken).map(|state| state.chunk).ok_or_else(broken)
    }
}

/// The right to append to an open chunk, once, in turn. Dropped unused, it breaks the chunk.
#[derive(Debug)]
pub(super) struct Ticket {
    /// None once it is used.
    shared: Option<Arc<Shared>>,
    number: u64,
}

impl Ticket {
    /// Does `work` with the chunk, once, when the ticket's turn has come. Until then it asks for other things
    /// to do, and sleeps when there are none.
    ///
    /// # Errors
    /// Those of `work`; [`ErrorKind::WriterEnded`] where the chunk is broken.
    pub(super) fn use_in_turn(
        mut self,
        mut do_other: impl FnMut() -> bool,
        mut work: impl FnMut(&mut ColumnChunk) -> Result<()>,
    ) -> Result<()> {
        while let Some(ticket) = self.try_use(&mut work)? {
            self = ticket;
            if !do_other() {
                self.wait();
            }
        }
        Ok(())
    }

    /// Does `work` with the chunk if the ticket's turn has come; else gives the ticket back.
    ///
    /// # Errors
    /// As [`use_in_turn`](Self::use_in_turn).
    pub(super) fn try_use(
        mut self,
        work: impl FnOnce(&mut ColumnChunk) -> Result<()>,
    ) -> Result<Option<Self>> {
        // The ticket keeps its own, so that it breaks the chunk if the work fails or panics.
        let Some(shared) = self.shared.clone() else { return Ok(None) };
        let is_turn = |state: &MutexGuard<'_, State>| state.is_turn_of(self.number);
        let Some(mut state) = shared.state.try_lock().ok().filter(is_turn) else {
            return Ok(Some(self));
        };
        if state.is_broken {
            return Err(broken());
        }
        work(&mut state.chunk)?;
        state.used += 1;
        let is_waited_for = state.waiting > 0;
        drop(state);
        if is_waited_for {
            shared.turned.notify_all();
        }
        self.shared = None;
        Ok(None)
    }

    /// Waits until its turn has come.
    fn wait(&self) {
        let Some(shared) = &self.shared else { return };
        let mut state = locked(&shared.state);
        while !state.is_turn_of(self.number) {
            state.waiting += 1;
            state = shared.turned.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
    }
}

impl State {
    fn is_turn_of(&self, ticket: u64) -> bool {
        self.used == ticket || self.is_broken
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if let Some(shared) = &self.shared {
            locked(&shared.state).is_broken = true;
            shared.turned.notify_all();
        }
    }
}

/// Another thread's error, which is told where it happened, has left the chunk without its rows.
fn broken() -> Error {
    Error::new(ErrorKind::WriterEnded, "rows before these could not be written")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::direct::column_chunk::Settings;
    use crate::encode::direct::columns::LeafColumn;
    use crate::options::{Profile, Statistics};
    use crate::runtime::hash::Seed;
    use crate::schema::ColumnType;

    fn chunk() -> OpenChunk {
        let settings = Settings {
            statistics: Statistics::Page,
            profile: Profile::Portable,
            seed: Seed::random(),
        };
        let ty = &ColumnType::Int64;
        let of = LeafColumn { name: "a", ty, nesting: ty.leaves()[0] };
        let chunk = ColumnChunk::new(of, true, None, 1_024, &Arc::new(settings), None);
        OpenChunk::new(chunk.expect("a type that it has"))
    }

    #[test]
    fn tickets_are_used_in_the_order_in_which_they_were_drawn() {
        let mut chunk = chunk();
        let tickets: Vec<Ticket> = (0..50).map(|_| chunk.draw()).collect();
        let order = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            // The last first, so that each of them has to wait.
            for (number, ticket) in tickets.into_iter().enumerate().rev() {
                let order = &order;
                scope.spawn(move || {
                    let used = ticket.use_in_turn(
                        || false,
                        |_| {
                            locked(order).push(number);
                            Ok(())
                        },
                    );
                    used.expect("no ticket fails");
                });
            }
        });
        assert_eq!(*locked(&order), (0..50).collect::<Vec<_>>());
        chunk.into_inner().expect("all tickets are used");
    }

    #[test]
    fn a_ticket_that_fails_or_is_dropped_breaks_the_chunk() {
        for fails in [true, false] {
            let mut chunk = chunk();
            let (first, second) = (chunk.draw(), chunk.draw());
            let error = std::thread::scope(|scope| {
                let waiting = scope.spawn(|| second.use_in_turn(|| false, |_| Ok(())));
                if fails {
                    let failed = || Error::new(ErrorKind::Unsupported, "on purpose");
                    assert!(first.use_in_turn(|| false, |_| Err(failed())).is_err());
                } else {
                    drop(first);
                }
                waiting.join().expect("no panic").expect_err("rows before are missing")
            });
            assert_eq!(error.kind(), ErrorKind::WriterEnded);
            assert!(chunk.into_inner().is_err());
        }
    }
}
