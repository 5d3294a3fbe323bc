//! The one driver of all formats: a framer cuts a source into chunks of whole records, a decoder turns
//! chunks into blocks, several of them side by side, and the driver gives the blocks out in order.
//!
//! With several threads, chunks are decoded ahead, while earlier blocks are encoded, each with a copy
//! of the schema as it was. A chunk that had to change its copy (a new column, a first type) is decoded
//! again in its turn with the schema itself; no other can have come out differently. So what is written
//! never depends on the number of threads.

use std::collections::VecDeque;
use std::sync::Arc;

use bumpalo::Bump;
use self_cell::self_cell;

use super::framing::{Chunk, Frame, Framer, too_long};
use super::{Blocks, Input, InputCounts, OnError, Rejection, SourceBlock};
use crate::block::Block;
use crate::error::{Error, ErrorKind, Result};
use crate::schema::Schema;
use crate::workers::{Pending, Workers};

/// While a batch of blocks is encoded, so many more are read and decoded: one that is ready when the
/// encoders ask for it, and one that threads can turn to meanwhile.
const BATCHES_AHEAD: usize = 2;

/// Turns chunks of one format into rows. It is given bytes, reads nothing and knows no source.
pub(crate) trait Decoder: Send + Sync + 'static {
    /// Decodes a chunk to an empty block.
    fn decode<'a>(&self, chunk: &'a Chunk, into: Target<'_, 'a>) -> Decoded<'a>;
}

/// Where a decoder puts rows.
pub(crate) struct Target<'s, 'a> {
    /// An empty block, for its memory.
    pub(crate) block: Block<'a>,
    pub(crate) schema: &'s mut Schema,
    /// For text that is made on the way.
    pub(crate) arena: &'a Bump,
    /// Whether the first rejected record is the last that is read.
    pub(crate) stops_at_rejected: bool,
}

/// What a chunk came to.
#[derive(Default)]
pub(crate) struct Decoded<'a> {
    pub(crate) block: Block<'a>,
    pub(crate) counts: InputCounts,
    /// Lines of the source, blank ones too.
    pub(crate) lines: u64,
    pub(crate) rejected: Vec<Rejected>,
}

/// A record that makes no row.
pub(crate) struct Rejected {
    /// The number of its line in the chunk, from 0.
    pub(crate) line: u64,
    /// Its bytes in the chunk, with its end.
    pub(crate) bytes: std::ops::Range<usize>,
    /// The byte in the chunk at which it went wrong.
    pub(crate) at: usize,
    pub(crate) reason: String,
    /// What a closed schema or strict mode said.
    pub(crate) refused: Option<Error>,
}

self_cell!(
    /// A chunk, an arena for text made on the way, and what they became.
    struct DecodedChunk {
        owner: (Chunk, Bump),
        #[covariant]
        dependent: Decoded,
    }
);

/// Memory that is used again.
type Spare = (Bump, Block<'static>);

impl DecodedChunk {
    fn decode<D: Decoder>(
        decoder: &D,
        chunk: Chunk,
        (arena, block): Spare,
        schema: &mut Schema,
        stops_at_rejected: bool,
    ) -> Self {
        Self::new((chunk, arena), |(chunk, arena)| {
            decoder.decode(chunk, Target { block, schema, arena, stops_at_rejected })
        })
    }

    /// The chunk, and what it was decoded with, emptied.
    fn taken_apart(mut self) -> (Chunk, Spare) {
        let block =
            self.with_dependent_mut(|_, decoded| std::mem::take(&mut decoded.block).emptied());
        let (chunk, mut arena) = self.into_owner();
        arena.reset();
        (chunk, (arena, block))
    }
}

/// A chunk that was read and not given out yet.
enum Ahead {
    /// To be decoded in its turn.
    Read(Chunk),
    /// Given to the workers, with a copy of the schema after so many changes.
    Submitted { bytes: usize, changes: u64, result: Pending<(DecodedChunk, Schema)> },
}

impl Ahead {
    fn len(&self) -> usize {
        match self {
            Self::Read(chunk) => chunk.bytes.len(),
            Self::Submitted { bytes, .. } => *bytes,
        }
    }
}

/// What reading stopped at.
enum Stop {
    /// A record that is longer than so many bytes.
    TooLong(usize),
    End,
    Failed(Error),
}

/// See the module.
pub(crate) struct Driver<'r, F, D> {
    name: String,
    framer: F,
    decoder: Arc<D>,
    on_error: OnError<'r>,
    ahead: VecDeque<Ahead>,
    ahead_bytes: usize,
    stop: Option<Stop>,
    /// The chunks of the blocks that were given out last.
    given: Vec<DecodedChunk>,
    spare: Vec<Spare>,
    /// Copies of the schema, each as it was after some number of its changes.
    copies: Vec<Schema>,
    /// Whether the last chunk changed the schema: so may the next.
    is_schema_new: bool,
    counts: InputCounts,
    /// The next line's number, from 1.
    line: u64,
}

impl<'r, F: Framer, D: Decoder> Driver<'r, F, D> {
    pub(crate) fn new(name: String, framer: F, decoder: D, on_error: OnError<'r>) -> Self {
        Self {
            name,
            framer,
            decoder: Arc::new(decoder),
            on_error,
            ahead: VecDeque::new(),
            ahead_bytes: 0,
            stop: None,
            given: Vec::new(),
            spare: Vec::new(),
            copies: Vec::new(),
            is_schema_new: true,
            counts: InputCounts::default(),
            line: 1,
        }
    }

    fn stops_at_rejected(&self) -> bool {
        matches!(self.on_error, OnError::Fail)
    }

    /// Reads until `enough` bytes are ahead, or to where reading stops.
    fn read_ahead(&mut self, enough: usize, schema: &Schema, workers: &Workers) {
        while self.stop.is_none() && (self.ahead.is_empty() || self.ahead_bytes < enough) {
            match self.framer.next() {
                Ok(Frame::Records(chunk)) => {
                    self.ahead_bytes += chunk.bytes.len();
                    let ahead = self.submitted(chunk, schema, workers);
                    self.ahead.push_back(ahead);
                }
                Ok(Frame::TooLong(limit)) => self.stop = Some(Stop::TooLong(limit)),
                Ok(Frame::End) => self.stop = Some(Stop::End),
                Err(error) => self.stop = Some(Stop::Failed(error.in_source(&self.name))),
            }
        }
    }

    /// Gives a chunk to the workers, unless it is likely to change the schema.
    fn submitted(&mut self, chunk: Chunk, schema: &Schema, workers: &Workers) -> Ahead {
        if workers.is_single() || self.is_schema_new {
            return Ahead::Read(chunk);
        }
        let changes = schema.changes();
        let mut copy = self.copies.pop().unwrap_or_else(|| schema.clone());
        if copy.changes() != changes {
            copy.clone_from(schema);
        }
        let spare = self.spare.pop().unwrap_or_default();
        let decoder = Arc::clone(&self.decoder);
        let stops = self.stops_at_rejected();
        let bytes = chunk.bytes.len();
        let result = workers.submit(move || {
            let decoded = DecodedChunk::decode(&*decoder, chunk, spare, &mut copy, stops);
            (decoded, copy)
        });
        Ahead::Submitted { bytes, changes, result }
    }

    /// The next chunk decoded, as if it had been in its turn.
    fn decoded(
        &mut self,
        ahead: Ahead,
        schema: &mut Schema,
        workers: &Workers,
    ) -> Result<DecodedChunk> {
        let (chunk, spare) = match ahead {
            Ahead::Read(chunk) => (chunk, self.spare.pop().unwrap_or_default()),
            Ahead::Submitted { changes, result, .. } => {
                let (decoded, copy) = workers.wait(&result)?;
                if copy.changes() == changes {
                    self.copies.push(copy);
                    self.is_schema_new = false;
                    return Ok(decoded);
                }
                // The copy went its own way, and must not be taken for the schema again.
                decoded.taken_apart()
            }
        };
        let before = schema.changes();
        let stops = self.stops_at_rejected();
        let decoded = DecodedChunk::decode(&*self.decoder, chunk, spare, schema, stops);
        self.is_schema_new = schema.changes() > before;
        Ok(decoded)
    }

    /// Counts what a chunk came to, and passes on the records that it rejected.
    fn settle(&mut self, mut decoded: DecodedChunk) -> Result<DecodedChunk> {
        let rejected =
            decoded.with_dependent_mut(|_, decoded| std::mem::take(&mut decoded.rejected));
        let ((chunk, _), found) = (decoded.borrow_owner(), decoded.borrow_dependent());
        self.counts.add(&found.counts);
        for rejected in rejected {
            let rejection = Rejection {
                source: self.name.clone(),
                line: self.line + rejected.line,
                column: (rejected.at - rejected.bytes.start) as u64 + 1,
                byte: chunk.position + rejected.at as u64,
                reason: rejected.reason,
            };
            match &mut self.on_error {
                OnError::Fail => return Err(failure(rejection, rejected.refused)),
                OnError::Skip => {}
                OnError::Keep(rejects) => {
                    rejects.part(&chunk.bytes[rejected.bytes])?;
                    rejects.end(&rejection)?;
                }
            }
        }
        self.line += found.lines;
        Ok(decoded)
    }

    /// Rejects a record that is longer than the limit, as it is read.
    fn reject_too_long(&mut self, limit: usize) -> Result<()> {
        let rejection = Rejection {
            source: self.name.clone(),
            line: self.line,
            column: 1,
            byte: self.framer.position(),
            reason: too_long(limit),
        };
        if let OnError::Fail = self.on_error {
            return Err(failure(rejection, None));
        }
        let on_error = &mut self.on_error;
        let read = self.framer.skip_record(&mut |part| match on_error {
            OnError::Keep(rejects) => rejects.part(part),
            _ => Ok(()),
        });
        self.counts.bytes += read.map_err(|error| error.in_source(&self.name))?;
        if let OnError::Keep(rejects) = &mut self.on_error {
            rejects.end(&rejection)?;
        }
        self.line += 1;
        self.counts.records += 1;
        self.counts.rejected += 1;
        Ok(())
    }

    /// Takes back the memory of the blocks that were given out last.
    fn recycle(&mut self) {
        for decoded in self.given.drain(..) {
            let (chunk, spare) = decoded.taken_apart();
            self.framer.reuse(chunk.bytes);
            self.spare.push(spare);
        }
    }
}

impl<F: Framer, D: Decoder> Input for Driver<'_, F, D> {
    fn next_blocks(
        &mut self,
        schema: &mut Schema,
        workers: &Workers,
        batch_bytes: usize,
    ) -> Result<Option<Blocks<'_>>> {
        self.recycle();
        // One chunk at a time stays in the processor's caches.
        let (batch, enough) = match workers.is_single() {
            true => (1, 1),
            false => (batch_bytes, batch_bytes * (1 + BATCHES_AHEAD)),
        };
        loop {
            self.read_ahead(enough, schema, workers);
            if !self.ahead.is_empty() {
                break;
            }
            match self.stop.take() {
                Some(Stop::TooLong(limit)) => self.reject_too_long(limit)?,
                Some(Stop::Failed(error)) => return Err(error),
                Some(Stop::End) | None => {
                    self.stop = Some(Stop::End);
                    return Ok(None);
                }
            }
        }
        let mut taken = 0;
        while taken < batch
            && let Some(ahead) = self.ahead.pop_front()
        {
            self.ahead_bytes -= ahead.len();
            taken += ahead.len();
            let decoded = self.decoded(ahead, schema, workers)?;
            let decoded = self.settle(decoded)?;
            self.given.push(decoded);
        }
        let blocks = self.given.iter().map(|decoded| SourceBlock {
            block: &decoded.borrow_dependent().block,
            source_bytes: decoded.borrow_owner().0.bytes.len(),
        });
        Ok(Some(Blocks { blocks: blocks.collect(), batches_held: 1 + BATCHES_AHEAD }))
    }

    fn counts(&self) -> InputCounts {
        self.counts
    }
}

fn failure(rejection: Rejection, refused: Option<Error>) -> Error {
    let advice =
        "fix the line, or leave such lines out (--on-error skip) or aside (--on-error FILE)";
    let error = refused.unwrap_or_else(|| {
        Error::new(ErrorKind::Malformed, format!("{}: {advice}", rejection.reason))
    });
    error.in_source(&rejection.source).at_line(rejection.line, rejection.column, rejection.byte)
}
