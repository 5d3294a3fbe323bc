//! The decoder: a chunk of whole records to a block.

use std::ops::Range;

use super::CsvOptions;
use super::header::unescaped;
use super::record::{self, Fault, Field, Quoting, Record};
use crate::coerce::builder::BorrowingBuilder;
use crate::error::{Error, Result};
use crate::input::decoding::{Decoded, Decoder, Kept, Rejected, Target};
use crate::input::framing::{Chunk, DEFAULT_MAX_RECORD_BYTES, start_of_text};
use crate::input::hints;
use crate::input::record_framer::line_end;
use crate::input::records::too_long;
use crate::schema::{ColumnId, Key};
use crate::types::item::Item;

const UNCLOSED: &str = "a quoted field has no closing quote";
const NOT_DOUBLED: &str =
    "a quoted field has text behind its closing quote (a quote within one is doubled: \"\")";
const INVALID_UTF8: &str = "the bytes are not UTF-8";

/// Decodes chunks of records, each of which is a row.
pub(in crate::input) struct RowDecoder {
    options: CsvOptions,
    max_record_bytes: usize,
}

impl RowDecoder {
    pub(in crate::input) fn of(options: &CsvOptions, max_record_bytes: Option<usize>) -> Self {
        let max_record_bytes = max_record_bytes.unwrap_or(DEFAULT_MAX_RECORD_BYTES);
        Self { options: options.clone(), max_record_bytes }
    }
}

impl Decoder for RowDecoder {
    fn decode<'a>(&self, chunk: &'a Chunk, into: Target<'_, 'a>) -> Decoded<'a> {
        let Target { mut block, schema, arena, stops_at_rejected } = into;
        let bytes = chunk.bytes.as_slice();
        let mut decoded = Decoded::default();
        decoded.counts.bytes = bytes.len() as u64;
        let mut start = start_of_text(bytes, chunk.position);
        let delimiter = self.options.delimiter_of(chunk.format);
        if chunk.position == 0 {
            decoded.seems = seems(bytes, start, delimiter);
        }
        let Some(names) = &chunk.names else {
            decoded.block = block;
            count_lines(bytes, start, delimiter, &mut decoded);
            return decoded;
        };
        // Checked as a whole; where it is no text, each record is by itself.
        let text = simdutf8::basic::from_utf8(bytes).ok();
        let builder = BorrowingBuilder::of_block(&mut block, schema, arena);
        let ids = vec![None; names.len()];
        let nulls = &self.options.nulls;
        let mut rows = Rows { bytes, delimiter, names, nulls, ids, builder };
        let mut is_run_new = true;
        while start < bytes.len() {
            let line = decoded.lines;
            if let [b'\n', ..] | [b'\r', b'\n', ..] | [b'\r'] = bytes[start..] {
                decoded.counts.blank += 1;
                decoded.lines += 1;
                start = line_end(bytes, start);
                is_run_new = true;
                continue;
            }
            let read = rows.read(text, start).and_then(|record| {
                let is_too_long = record.end - start > self.max_record_bytes;
                if is_too_long { Err(Reason::TooLong(self.max_record_bytes)) } else { Ok(record) }
            });
            let record = match read {
                Ok(record) => {
                    let row = decoded.counts.rows;
                    rows.builder.end_row();
                    decoded.counts.rows += 1;
                    if std::mem::replace(&mut is_run_new, record.lines > 1) {
                        decoded.runs.push((row, line));
                    }
                    record
                }
                Err(reason) => {
                    let record = record::end_of(bytes, start, delimiter).0;
                    decoded.rejected.push(rows.rejected(start..record.end, line, reason, chunk));
                    is_run_new = true;
                    record
                }
            };
            decoded.lines += record.lines;
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

/// What a source seems to be whose first record, the first behind blank lines, begins there or further on.
fn seems(bytes: &[u8], mut start: usize, delimiter: u8) -> Option<String> {
    while let [b'\n', ..] | [b'\r', b'\n', ..] = bytes[start..] {
        start = line_end(bytes, start);
    }
    hints::hint_at_delimiter(&bytes[start..line_end(bytes, start)], delimiter)
}

/// Counts lines up to the header row, which are no records.
fn count_lines(bytes: &[u8], mut start: usize, delimiter: u8, decoded: &mut Decoded<'_>) {
    while start < bytes.len() {
        let record = record::end_of(bytes, start, delimiter).0;
        let is_blank = bytes[start..record.end].trim_ascii().is_empty();
        decoded.counts.blank += u64::from(is_blank);
        decoded.lines += record.lines;
        start = record.end;
    }
}

/// Why a record makes no row.
enum Reason {
    Quoting(Quoting),
    /// It has more fields than there are columns.
    More(usize),
    /// It has fewer, and ends here.
    Fewer(usize),
    /// It is no text from this byte on.
    InvalidUtf8(usize),
    TooLong(usize),
    /// The schema or strict mode does not take it.
    Refused(Error),
}

struct Rows<'r, 'b, 'a: 'b> {
    bytes: &'a [u8],
    delimiter: u8,
    names: &'r [Box<str>],
    nulls: &'r [String],
    /// Columns that rows of this chunk have had values of.
    ids: Vec<Option<ColumnId>>,
    builder: BorrowingBuilder<'b, 'a>,
}

impl<'a> Rows<'_, '_, 'a> {
    /// Pushes the fields of the record at `start`, of a chunk that is `text` where it is text at all.
    fn read(&mut self, text: Option<&'a str>, start: usize) -> Result<Record, Reason> {
        if let Some(text) = text {
            return self.read_text(text, 0, start);
        }
        let (record, quoting) = record::end_of(self.bytes, start, self.delimiter);
        if let Some(quoting) = quoting {
            return Err(Reason::Quoting(quoting));
        }
        let text = simdutf8::compat::from_utf8(&self.bytes[start..record.end])
            .map_err(|error| Reason::InvalidUtf8(start + error.valid_up_to()))?;
        self.read_text(text, start, start)
    }

    /// The same of text that begins with the chunk's byte `first`.
    #[inline]
    fn read_text(&mut self, text: &'a str, first: usize, start: usize) -> Result<Record, Reason> {
        let count = self.names.len();
        let mut read = 0;
        let bytes = &self.bytes[..first + text.len()];
        let record = record::read(bytes, start, self.delimiter, |number, field| {
            if number == count {
                return Err(Reason::More(field.range.start));
            }
            read = number + 1;
            self.push(number, &text[field.range.start - first..field.range.end - first], &field)
                .map_err(Reason::Refused)
        });
        match record {
            Ok(record) if read < count => Err(Reason::Fewer(record.end)),
            Ok(record) => Ok(record),
            Err(Fault::Quoting(quoting)) => Err(Reason::Quoting(quoting)),
            Err(Fault::Field(reason)) => Err(reason),
        }
    }

    #[inline]
    fn push(&mut self, number: usize, text: &'a str, field: &Field) -> Result<()> {
        let text = match field.is_escaped {
            false => text,
            true => self.builder.arena().alloc_str(&unescaped(text, true)),
        };
        // Most nulls are empty, and comparing nothing at no address is slow on some processors.
        let is = |null: &String| {
            null.len() == text.len() && (text.is_empty() || null.as_bytes() == text.as_bytes())
        };
        if self.nulls.iter().any(is) {
            return Ok(());
        }
        match self.ids[number] {
            Some(id) => self.builder.store_untyped(id, text),
            None => self.push_first(number, text),
        }
    }

    /// Pushes a field of a column that has had none in this chunk: one that is new exists only once it has a value.
    #[inline(never)]
    fn push_first(&mut self, number: usize, text: &'a str) -> Result<()> {
        let name = &self.names[number];
        self.builder.push_item(Key::Name(name), Item::Untyped(text))?;
        self.ids[number] = self.builder.schema.find(name);
        Ok(())
    }

    /// The record in these bytes, which begins with a line, as one that is rejected.
    fn rejected(
        &mut self,
        bytes: Range<usize>,
        line: u64,
        reason: Reason,
        chunk: &Chunk,
    ) -> Rejected {
        self.builder.undo_row();
        // The row may have been the first of a column.
        self.ids.fill(None);
        let (columns, start) = (self.names.len(), bytes.start);
        let counted = |fields: usize| {
            let s = |count| if count == 1 { "" } else { "s" };
            format!(
                "the row has {fields} field{}, and there {} {columns} column{}",
                s(fields),
                if columns == 1 { "is" } else { "are" },
                s(columns)
            )
        };
        let (at, reason, refused) = match reason {
            Reason::Quoting(Quoting::Unclosed(at)) => (at, UNCLOSED.to_owned(), None),
            Reason::Quoting(Quoting::NotDoubled(opened, at)) => {
                (if at < bytes.end { at } else { opened }, NOT_DOUBLED.to_owned(), None)
            }
            Reason::More(at) | Reason::Fewer(at) => {
                let at = at.min(bytes.end - 1);
                (at, counted(self.fields(start)), None)
            }
            Reason::InvalidUtf8(at) => (at, INVALID_UTF8.to_owned(), None),
            Reason::TooLong(limit) => (start, too_long(limit, chunk.format), None),
            Reason::Refused(error) => (start, error.to_string(), Some(error)),
        };
        // Which of its fields are to be redacted, nobody knows.
        let kept = self.builder.schema.redacts().then_some(Kept::Nothing);
        Rejected { line, bytes, at, reason, refused, kept }
    }

    /// How many fields the record at `start` has.
    fn fields(&self, start: usize) -> usize {
        let mut count = 0;
        let read = record::read(self.bytes, start, self.delimiter, |_, _| {
            count += 1;
            Ok::<(), std::convert::Infallible>(())
        });
        drop(read);
        count
    }
}
