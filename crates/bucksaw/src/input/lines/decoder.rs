//! The decoder: a chunk of whole lines to a block, each by what reads a line of its format.

use std::borrow::Cow;
use std::ops::Range;

use super::TextLines;
use crate::coerce::builder::BorrowingBuilder;
use crate::error::{Error, Result};
use crate::input::decoding::{Decoded, Decoder, Kept, Rejected, Target};
use crate::input::framing::{Chunk, DEFAULT_MAX_RECORD_BYTES, start_of_text};
use crate::input::records::too_long;
use crate::schema::{Key, Schema};
use crate::types::item::Item;
use crate::types::value::Value;

/// The column of lines of text.
const MESSAGE: &str = "message";
const INVALID_UTF8: &str = "the bytes are not UTF-8";

/// Why a line makes no row.
pub(in crate::input) enum Fault {
    /// It is not of the format: at this byte in the line.
    Malformed(usize, Cow<'static, str>),
    /// The schema or strict mode does not take it.
    Refused(Error),
}

impl Fault {
    pub(in crate::input) fn malformed(at: usize, reason: &'static str) -> Self {
        Self::Malformed(at, Cow::Borrowed(reason))
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// A record in a chunk.
pub(in crate::input) struct Record {
    /// Its text.
    pub(in crate::input) text: Range<usize>,
    /// The byte behind it.
    pub(in crate::input) end: usize,
}

impl Record {
    /// The line at `start`, without its end.
    pub(in crate::input) fn line(chunk: &[u8], start: usize) -> Self {
        let newline = memchr::memchr(b'\n', &chunk[start..]).map(|at| start + at);
        let end = newline.map_or(chunk.len(), |at| at + 1);
        let mut text = start..newline.unwrap_or(chunk.len());
        if chunk[text.clone()].ends_with(b"\r") {
            text.end -= 1;
        }
        Self { text, end }
    }
}

/// Reads lines of one format.
pub(in crate::input) trait ReadLine: Send + Sync {
    /// The record at `start`, which is a line unless the format says otherwise.
    fn record(&self, chunk: &[u8], start: usize) -> Record {
        Record::line(chunk, start)
    }

    /// Pushes the values of a line that is not blank. After a fault the row is undone.
    fn read<'a>(&self, line: &'a str, row: &mut BorrowingBuilder<'_, 'a>) -> Result<(), Fault>;
}

/// Decodes chunks of whole lines.
pub(in crate::input) struct LineRows<R> {
    reader: R,
    text_lines: TextLines,
    max_line_bytes: usize,
}

impl<R> LineRows<R> {
    pub(in crate::input) fn new(
        reader: R,
        text_lines: TextLines,
        max_line_bytes: Option<usize>,
    ) -> Self {
        let max_line_bytes = max_line_bytes.unwrap_or(DEFAULT_MAX_RECORD_BYTES);
        Self { reader, text_lines, max_line_bytes }
    }
}

impl<R: ReadLine> Decoder for LineRows<R> {
    /// A source's first chunk may start with a byte order mark.
    fn decode<'a>(&self, chunk: &'a Chunk, into: Target<'_, 'a>) -> Decoded<'a> {
        let Target { mut block, schema, arena, stops_at_rejected } = into;
        let bytes = chunk.bytes.as_slice();
        let mut decoded = Decoded::default();
        decoded.counts.bytes = bytes.len() as u64;
        // Checked as a whole; where it is no text, each line is by itself.
        let text = simdutf8::basic::from_utf8(bytes).ok();
        let mut builder = BorrowingBuilder::of_block(&mut block, schema, arena);
        let mut start = 0;
        let mut is_run_new = true;
        while start < bytes.len() {
            let row = decoded.counts.rows;
            let mut record = self.reader.record(bytes, start);
            let first = start_of_text(bytes, chunk.position);
            if start < first {
                record.text.start = record.text.end.min(first);
            }
            self.line(chunk, text, start, &record, &mut builder, &mut decoded);
            if decoded.counts.rows == row {
                is_run_new = true;
            } else if std::mem::take(&mut is_run_new) {
                decoded.runs.push((row, decoded.lines));
            }
            decoded.lines += 1;
            start = record.end;
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

impl<R: ReadLine> LineRows<R> {
    /// Reads the record that begins at `start`, of a chunk that is `text` where it is text at all.
    fn line<'a>(
        &self,
        chunk: &'a Chunk,
        text: Option<&'a str>,
        start: usize,
        record: &Record,
        builder: &mut BorrowingBuilder<'_, 'a>,
        decoded: &mut Decoded<'a>,
    ) {
        let mut range = record.text.clone();
        let nul_bytes = chunk.bytes[range.clone()].iter().take_while(|byte| **byte == 0).count();
        decoded.counts.nul_bytes += nul_bytes as u64;
        range.start += nul_bytes;
        let line = &chunk.bytes[range.clone()];
        if line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')) {
            decoded.counts.blank += u64::from(nul_bytes == 0 || !line.is_empty());
            return;
        }
        let (at, reason, refused) =
            match self.read(line, text.map(|text| &text[range.clone()]), chunk, builder) {
                Ok(is_text_line) => {
                    builder.end_row();
                    decoded.counts.rows += 1;
                    decoded.counts.text_lines += u64::from(is_text_line);
                    return;
                }
                Err(Fault::Malformed(at, reason)) => (range.start + at, reason.into_owned(), None),
                Err(Fault::Refused(error)) => (range.start, error.to_string(), Some(error)),
            };
        builder.undo_row();
        // Where in the line the values to redact are, nobody knows.
        let kept = builder.schema.redacts().then_some(Kept::Nothing);
        let bytes = start + nul_bytes..record.end;
        decoded.rejected.push(Rejected { line: decoded.lines, bytes, at, reason, refused, kept });
    }

    /// Pushes a line's values; says whether it is kept as a line of text.
    fn read<'a>(
        &self,
        line: &'a [u8],
        text: Option<&'a str>,
        chunk: &Chunk,
        builder: &mut BorrowingBuilder<'_, 'a>,
    ) -> Result<bool, Fault> {
        if line.len() > self.max_line_bytes {
            return Err(Fault::Malformed(0, too_long(self.max_line_bytes, chunk.format).into()));
        }
        let text = match text {
            Some(text) => text,
            None => simdutf8::compat::from_utf8(line)
                .map_err(|error| Fault::malformed(error.valid_up_to(), INVALID_UTF8))?,
        };
        match self.reader.read(text, builder) {
            Err(Fault::Malformed(..)) if keeps_text(self.text_lines, builder.schema) => {
                builder.undo_row();
                push_text_line(builder, text)?;
                Ok(true)
            }
            read => read.map(|()| false),
        }
    }
}

/// Whether lines of text are kept as rows.
pub(in crate::input) fn keeps_text(text_lines: TextLines, schema: &Schema) -> bool {
    let is_known = !schema.redacts() || schema.redacted(MESSAGE).is_some();
    text_lines == TextLines::Keep && is_known
}

/// Pushes a line of text.
///
/// # Errors
/// [`ErrorKind::Refused`](crate::ErrorKind::Refused) where the schema or strict mode refuses it.
pub(in crate::input) fn push_text_line<'a>(
    builder: &mut BorrowingBuilder<'_, 'a>,
    line: &'a str,
) -> Result<()> {
    builder.push_item(Key::Name(MESSAGE), Item::Value(Value::Text(line)))
}
