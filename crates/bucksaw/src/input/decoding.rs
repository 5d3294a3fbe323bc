//! Decoders: chunks of whole records in, blocks of rows out.

use std::ops::Range;
use std::sync::Arc;

use bumpalo::Bump;
use self_cell::self_cell;

use super::InputCounts;
use super::fingerprints::add_fingerprints;
use super::framing::{Chunk, is_long};
use crate::block::{Block, Values};
use crate::error::Error;
use crate::fingerprint::Fingerprinter;
use crate::schema::{Schema, SourceColumns};

/// Turns chunks of one format into rows. It is given bytes, reads nothing and knows no source; any
/// number of threads may use it at once.
pub(crate) trait Decoder: Send + Sync {
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
    /// Runs of rows of consecutive lines, without blank and rejected ones between: the first row and its line, both
    /// counted from 0 in the chunk.
    pub(crate) runs: Vec<(u64, u64)>,
    pub(crate) rejected: Vec<Rejected>,
    /// Of a source's first chunk: what that seems to be, and the option that reads it so.
    pub(crate) seems: Option<String>,
}

/// A record that makes no row.
pub(crate) struct Rejected {
    /// The number of its line in the chunk, from 0.
    pub(crate) line: u64,
    /// Its bytes in the chunk, with its end.
    pub(crate) bytes: Range<usize>,
    /// The byte in the chunk at which it went wrong.
    pub(crate) at: usize,
    pub(crate) reason: String,
    /// What the schema or strict mode said.
    pub(crate) refused: Option<Error>,
    /// What is kept of the record, where that is not the record alone.
    pub(crate) kept: Option<Kept>,
}

/// What is kept of a rejected record.
pub(crate) enum Kept {
    /// The record, redacted.
    Redacted(Vec<u8>),
    /// Nothing: some of its values must not be told, and where they are in it, nobody knows.
    Nothing,
    /// The record within messages of protobuf, from the outermost in.
    Within(Vec<Arc<Enclosing>>),
}

/// A message of protobuf that a record is in.
#[derive(Clone, Debug)]
pub(crate) struct Enclosing {
    /// The number of the field that the record is in.
    pub(crate) number: u32,
    /// Where in the chunk its fields are that have no records.
    pub(crate) others: Vec<Range<usize>>,
}

// Spans instead of references would need no cell, but one more pass over all text of a chunk that is as yet not copied at all.
self_cell!(
    struct Cell {
        owner: (Chunk, Bump),
        #[covariant]
        dependent: Decoded,
    }
);

/// A chunk, an arena for text made on the way, and what they became.
pub(crate) struct DecodedChunk(Cell);

/// The memory of an earlier chunk, which is used again: by the same thread, in whose caches it is.
#[derive(Default)]
pub(crate) struct Spare {
    /// For the next chunk's bytes.
    pub(crate) buffer: Vec<u8>,
    arena: Bump,
    block: Block<'static>,
    fingerprinter: Fingerprinter,
}

impl DecodedChunk {
    pub(crate) fn decode(
        decoder: &dyn Decoder,
        chunk: Chunk,
        spare: &mut Spare,
        schema: &mut Schema,
        stops_at_rejected: bool,
    ) -> Self {
        let bytes = chunk.bytes.len();
        if is_long(bytes) && spare.arena.chunk_capacity() < bytes {
            // At once, for all that a long record may need: one after the other, each larger, they would be there
            // together. The one before goes first.
            spare.arena = Bump::new();
            spare.arena = Bump::with_capacity(bytes + bytes / 4);
        }
        let (arena, block) = (std::mem::take(&mut spare.arena), std::mem::take(&mut spare.block));
        Self(Cell::new((chunk, arena), |(chunk, arena)| {
            let into = Target { block, schema: &mut *schema, arena, stops_at_rejected };
            let mut decoded = decoder.decode(chunk, into);
            if let Some(fingerprinted) = &schema.fingerprinted {
                let column = fingerprinted.column;
                add_fingerprints(&mut decoded.block, column, schema, &mut spare.fingerprinter);
            }
            decoded
        }))
    }

    pub(crate) fn block(&self) -> &Block<'_> {
        &self.decoded().block
    }

    pub(crate) fn decoded(&self) -> &Decoded<'_> {
        self.0.borrow_dependent()
    }

    pub(crate) fn chunk(&self) -> &Chunk {
        &self.0.borrow_owner().0
    }

    /// Bytes of memory that it takes, about: as if each text had to be made anew. That depends on what
    /// was read alone, and not on what its memory was used for before.
    pub(crate) fn bytes_held(&self) -> usize {
        let bytes = self.chunk().size();
        // What of a long record goes into `_rest` is put together before.
        let copies = if is_long(bytes) { 3 } else { 2 };
        bytes * copies + self.block().bytes_used()
    }

    /// The records that make no row; they are not given again.
    pub(super) fn take_rejected(&mut self) -> Vec<Rejected> {
        self.0.with_dependent_mut(|_, decoded| std::mem::take(&mut decoded.rejected))
    }

    /// Says of each row which source it comes from, and, where the source has lines, from which: the chunk's first has this
    /// number.
    pub(crate) fn add_source(
        &mut self,
        columns: SourceColumns,
        source: &str,
        first_line: Option<u64>,
    ) {
        self.0.with_dependent_mut(|(_, arena), decoded| {
            let Decoded { block, runs, .. } = decoded;
            let rows = block.rows();
            let source = &*arena.alloc_str(source);
            block.pivoted.set_column(columns.file, Values::Text(vec![source; rows]));
            block.pivoted.most_text += source.len() * rows;
            let Some(first_line) = first_line else { return };
            let ends = runs.iter().skip(1).map(|(row, _)| *row).chain([rows as u64]);
            let lines = runs.iter().zip(ends).flat_map(|((row, line), end)| {
                (0..end - row).map(move |row| (first_line + line + row).cast_signed())
            });
            block.pivoted.set_column(columns.line, Values::I64(lines.collect()));
        });
    }

    /// The chunk; what it was decoded with goes back, emptied.
    pub(crate) fn taken_apart(mut self, spare: &mut Spare) -> Chunk {
        let block =
            self.0.with_dependent_mut(|_, decoded| std::mem::take(&mut decoded.block).emptied());
        let (chunk, mut arena) = self.0.into_owner();
        // What long records need is not kept for others.
        if is_long(arena.allocated_bytes()) && !is_long(chunk.bytes.len()) {
            arena = Bump::new();
        }
        arena.reset();
        (spare.arena, spare.block) = (arena, block);
        chunk
    }
}

impl Spare {
    /// Keeps a chunk's buffer.
    pub(crate) fn keep(&mut self, chunk: Chunk) {
        self.buffer = chunk.bytes;
    }
}
