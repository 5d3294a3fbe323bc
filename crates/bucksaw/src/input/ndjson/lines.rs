//! The decoder: a chunk of whole lines to a block.

use std::ops::Range;

use super::NdjsonOptions;
use super::object::{self, Shape};
use super::record::RecordFault;
use super::tokenizer::{self, Scratch};
use crate::coerce::builder::BorrowingBuilder;
use crate::input::decoding::{Decoded, Decoder, Rejected, Target};
use crate::input::framing::{BYTE_ORDER_MARK, Chunk};
use crate::input::lines::{TextLines, keeps_text, push_text_line};
use crate::schema::Schema;

/// Whether lines are read fast where possible.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Speed {
    Fast,
    /// Only the careful reader, which is what the fast one is checked against.
    #[cfg(test)]
    Careful,
}

/// Decodes chunks of whole lines.
pub(in crate::input) struct Lines {
    pub(super) shape: Shape,
    pub(super) text_lines: TextLines,
    pub(super) speed: Speed,
    /// Lines that the careful reader had to read.
    #[cfg(test)]
    pub(super) careful: std::sync::atomic::AtomicU64,
}

impl Lines {
    pub(in crate::input) fn of(options: &NdjsonOptions, text_lines: TextLines) -> Self {
        Self { text_lines, ..Self::new(Shape::of(options), Speed::Fast) }
    }

    pub(super) fn new(shape: Shape, speed: Speed) -> Self {
        Self {
            shape,
            text_lines: TextLines::default(),
            speed,
            #[cfg(test)]
            careful: std::sync::atomic::AtomicU64::default(),
        }
    }
}

impl Decoder for Lines {
    /// A source's first chunk may start with a byte order mark.
    fn decode<'a>(&self, chunk: &'a Chunk, into: Target<'_, 'a>) -> Decoded<'a> {
        let Target { mut block, schema, arena, stops_at_rejected } = into;
        let is_first_chunk = chunk.position == 0;
        let chunk = chunk.bytes.as_slice();
        let mut decoded = Decoded::default();
        decoded.counts.bytes = chunk.len() as u64;
        let mut builder = BorrowingBuilder::of_block(&mut block, schema, arena);
        // Checked as a whole; where it is no text, the careful reader finds the lines that are.
        let text = simdutf8::basic::from_utf8(chunk).ok().filter(|_| self.speed == Speed::Fast);
        let mut scratch = Scratch::default();
        let mut start = 0;
        let mut is_run_new = true;
        while start < chunk.len() {
            let row = decoded.counts.rows;
            let fast = text.map(|text| {
                tokenizer::scatter(text, start, &self.shape, &mut builder, &mut scratch)
            });
            let end = if let Some(Ok(end)) = fast {
                builder.end_row();
                decoded.counts.rows += 1;
                end
            } else {
                #[cfg(test)]
                self.careful.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                builder.undo_row();
                let len = memchr::memchr(b'\n', &chunk[start..]).map(|at| at + 1);
                let end = len.map_or(chunk.len(), |len| start + len);
                let is_first = is_first_chunk && start == 0;
                self.decode_carefully(chunk, start..end, is_first, &mut builder, &mut decoded);
                end
            };
            if decoded.counts.rows == row {
                is_run_new = true;
            } else if std::mem::take(&mut is_run_new) {
                decoded.runs.push((row, decoded.lines));
            }
            decoded.lines += 1;
            start = end;
            if stops_at_rejected && !decoded.rejected.is_empty() {
                break;
            }
        }
        decoded.counts.rejected = decoded.rejected.len() as u64;
        decoded.counts.records = decoded.counts.rows + decoded.counts.rejected;
        decoded.block = block;
        decoded
    }
}

impl Lines {
    /// Reads a line that the fast reader was not sure of, without NUL bytes before it.
    fn decode_carefully<'a>(
        &self,
        chunk: &'a [u8],
        mut bytes: Range<usize>,
        is_first: bool,
        builder: &mut BorrowingBuilder<'_, 'a>,
        decoded: &mut Decoded<'a>,
    ) {
        let nul_bytes = chunk[bytes.clone()].iter().take_while(|byte| **byte == 0).count();
        decoded.counts.nul_bytes += nul_bytes as u64;
        bytes.start += nul_bytes;
        if bytes.is_empty() {
            return;
        }
        let whole = &chunk[bytes.clone()];
        let bare = trimmed(whole, is_first);
        if bare.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')) {
            decoded.counts.blank += 1;
            return;
        }
        let Err(fault) = object::scatter(bare, &self.shape, builder) else {
            builder.end_row();
            decoded.counts.rows += 1;
            return;
        };
        builder.undo_row();
        if let Some(text) = self.text_line(bare, builder.schema)
            && push_text_line(builder, text).is_ok()
        {
            builder.end_row();
            decoded.counts.rows += 1;
            decoded.counts.text_lines += 1;
            return;
        }
        builder.undo_row();
        let bare_start = bytes.start + (bare.as_ptr() as usize - whole.as_ptr() as usize);
        let bare = bare_start..bare_start + bare.len();
        let rejected = RecordFault::from(fault).rejected(chunk, bare, decoded.lines, builder);
        decoded.rejected.push(Rejected { bytes, ..rejected });
    }

    /// The line, if it is one of text that is kept: it does not begin as an object does.
    fn text_line<'a>(&self, line: &'a [u8], schema: &Schema) -> Option<&'a str> {
        let is_object = line.trim_ascii_start().starts_with(b"{");
        let is_kept = !is_object
            && line.len() <= self.shape.max_line_bytes
            && keeps_text(self.text_lines, schema);
        std::str::from_utf8(line).ok().filter(|_| is_kept)
    }
}

/// The line without its end, and without the byte order mark of a file's first.
fn trimmed(line: &[u8], is_first: bool) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if is_first { line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line) } else { line }
}
