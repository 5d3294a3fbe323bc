//! A chunk of whole lines to a block.

use std::ops::Range;

use bumpalo::Bump;

use super::object::{self, Shape};
use super::reasons::Fault;
use super::tokenizer::{self, Scratch};
use crate::block::Block;
use crate::block_builder::BlockBuilder;
use crate::error::Error;
use crate::input::InputCounts;
use crate::schema::Schema;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A line that makes no row.
pub(super) struct Rejected {
    /// Its number in the chunk, from 0.
    pub(super) line: u64,
    /// Its bytes in the chunk, with its end.
    pub(super) bytes: Range<usize>,
    /// The byte in the chunk at which it went wrong.
    pub(super) at: usize,
    pub(super) reason: String,
    /// What a closed schema or strict mode said.
    pub(super) refused: Option<Error>,
}

/// What a chunk came to.
#[derive(Default)]
pub(super) struct Parsed<'a> {
    pub(super) block: Block<'a>,
    pub(super) counts: InputCounts,
    pub(super) lines: u64,
    pub(super) rejected: Vec<Rejected>,
    /// Lines that the careful reader had to read.
    #[cfg(test)]
    pub(super) careful: u64,
}

/// Whether lines are read fast where possible.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Speed {
    Fast,
    /// Only the careful reader, which is what the fast one is checked against.
    #[cfg(test)]
    Careful,
}

/// How a chunk is parsed.
#[derive(Clone, Copy)]
pub(super) struct Manner<'s> {
    pub(super) shape: &'s Shape,
    /// Whether the first rejected line is the last that is read.
    pub(super) stops_at_rejected: bool,
    pub(super) speed: Speed,
}

/// Parses a chunk of whole lines to an empty block; a source's first may start with a byte order mark.
pub(super) fn parse<'a>(
    chunk: &'a [u8],
    mut block: Block<'a>,
    is_first: bool,
    manner: Manner<'_>,
    schema: &mut Schema,
    arena: &'a Bump,
) -> Parsed<'a> {
    let mut parsed = Parsed::default();
    parsed.counts.bytes = chunk.len() as u64;
    let mut builder = BlockBuilder::new(&mut block, schema, arena);
    // Checked as a whole; where it is no text, the careful reader finds the lines that are.
    let text = simdutf8::basic::from_utf8(chunk).ok().filter(|_| manner.speed == Speed::Fast);
    let mut scratch = Scratch::default();
    let mut start = 0;
    while start < chunk.len() {
        let fast = text
            .map(|text| tokenizer::scatter(text, start, manner.shape, &mut builder, &mut scratch));
        let end = if let Some(Ok(end)) = fast {
            builder.end_row();
            parsed.counts.rows += 1;
            end
        } else {
            builder.undo_row();
            let len = memchr::memchr(b'\n', &chunk[start..]).map(|at| at + 1);
            let end = len.map_or(chunk.len(), |len| start + len);
            let is_first = is_first && start == 0;
            parse_carefully(chunk, start..end, is_first, manner.shape, &mut builder, &mut parsed);
            end
        };
        parsed.lines += 1;
        start = end;
        if manner.stops_at_rejected && !parsed.rejected.is_empty() {
            break;
        }
    }
    parsed.counts.rejected = parsed.rejected.len() as u64;
    parsed.counts.records = parsed.counts.rows + parsed.counts.rejected;
    parsed.block = block;
    parsed
}

/// Reads a line that the fast reader was not sure of.
fn parse_carefully<'a>(
    chunk: &'a [u8],
    bytes: Range<usize>,
    is_first: bool,
    shape: &Shape,
    builder: &mut BlockBuilder<'_, 'a>,
    parsed: &mut Parsed<'a>,
) {
    #[cfg(test)]
    {
        parsed.careful += 1;
    }
    let whole = &chunk[bytes.clone()];
    let bare = trimmed(whole, is_first);
    if bare.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')) {
        parsed.counts.blank += 1;
        return;
    }
    let Err(fault) = object::scatter(bare, shape, builder) else {
        builder.end_row();
        parsed.counts.rows += 1;
        return;
    };
    builder.undo_row();
    let bare_start = bytes.start + (bare.as_ptr() as usize - whole.as_ptr() as usize);
    let (at, reason, refused) = match fault {
        Fault::Malformed { at, reason } => (bare_start + at, reason, None),
        Fault::Refused(error) => (bare_start, error.to_string(), Some(error)),
    };
    parsed.rejected.push(Rejected { line: parsed.lines, bytes, at, reason, refused });
}

/// The line without its end, and without the byte order mark of a file's first.
fn trimmed(line: &[u8], is_first: bool) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if is_first { line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line) } else { line }
}
