//! An open column chunk that several threads append to, in the rows' order.
//!
//! Who takes rows draws a [`Ticket`] for each of their columns. A ticket's turn comes when all that
//! were drawn before are used; whose turn has not come turns to another column, or waits.

use std::sync::{Arc, Condvar, Mutex};

use super::column_chunk::ColumnChunk;
use crate::error::{Error, ErrorKind, Result};
use crate::workers::locked;

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

    /// Looks at the chunk as it is now.
    pub(super) fn look<R>(&self, look: impl FnOnce(&ColumnChunk) -> R) -> R {
        look(&locked(&self.shared.state).chunk)
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
    /// Does `work` with the chunk if it is this ticket's turn; gives the ticket back where it is not.
    ///
    /// # Errors
    /// Those of `work`; [`ErrorKind::WriterEnded`] where the chunk is broken.
    pub(super) fn try_use(
        self,
        work: impl FnOnce(&mut ColumnChunk) -> Result<()>,
    ) -> Result<Option<Self>> {
        self.use_or(work, false)
    }

    /// Waits for its turn, and does `work` with the chunk.
    ///
    /// # Errors
    /// As [`try_use`](Self::try_use).
    pub(super) fn wait_and_use(
        self,
        work: impl FnOnce(&mut ColumnChunk) -> Result<()>,
    ) -> Result<()> {
        self.use_or(work, true).map(|_| ())
    }

    fn use_or(
        mut self,
        work: impl FnOnce(&mut ColumnChunk) -> Result<()>,
        waits: bool,
    ) -> Result<Option<Self>> {
        let Some(shared) = &self.shared else { return Ok(None) };
        let mut state = locked(&shared.state);
        while state.used != self.number && !state.is_broken {
            if !waits {
                drop(state);
                return Ok(Some(self));
            }
            state.waiting += 1;
            state = shared.turned.wait(state).unwrap_or_else(std::sync::PoisonError::into_inner);
            state.waiting -= 1;
        }
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
