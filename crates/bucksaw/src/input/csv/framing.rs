//! Where the records of CSV end, and what their columns are called.

use super::record::{self, Ending};
use super::{CsvHeader, CsvOptions, header};
use crate::error::{Error, ErrorKind, Result};
use crate::input::Format;
use crate::input::framing::Names;
use crate::input::record_framer::{FindEnds, Open, line_end};
use crate::input::scan::{BLOCK, parity_up_to, places_of};

/// Bytes that the names of columns may take in the rows of a chunk, as often as there are rows: those beyond the columns
/// that a table has are in each row's `_rest`.
const NAMES_BYTES: usize = 8 << 20;

/// Finds where records end, by quotes and newlines alone. What comes up to the header row is a chunk by itself, which has
/// no names.
pub(in crate::input) struct Ends {
    delimiter: u8,
    header: CsvHeader,
    /// What columns are called, once that is known.
    names: Option<Names>,
    /// Where the first record starts.
    start: usize,
    /// How far bytes were looked at.
    at: usize,
    /// The quote of the field that is open.
    open: Option<usize>,
    /// Whether the rest of the line is text, since its quotes are not sound.
    is_unsound: bool,
    /// Behind the last record that ended.
    last: usize,
}

impl Ends {
    pub(in crate::input) fn of(format: Format, options: &CsvOptions) -> Self {
        let header = options.header.clone();
        let names = match &header {
            CsvHeader::Names(names) => Some(header::paths(names.clone())),
            _ => None,
        };
        let delimiter = options.delimiter_of(format);
        Self { delimiter, header, names, start: 0, at: 0, open: None, is_unsound: false, last: 0 }
    }

    /// Where the rows end that make a chunk: all, unless names are so long that in the memory of all rows they would be many.
    fn end_of_rows(&self, bytes: &[u8], start: usize, names: &Names) -> usize {
        let names_bytes: usize = names.iter().map(|name| name.len()).sum();
        let most_rows = (NAMES_BYTES / names_bytes.max(1)).max(1);
        // A row has a byte for each field at least.
        if (bytes.len() - start) / names.len().max(1) <= most_rows {
            return bytes.len();
        }
        let mut end = start;
        for _ in 0..most_rows {
            if end < bytes.len() {
                end = record::end_of(bytes, end, self.delimiter).0.end;
            }
        }
        end
    }

    /// Passes over blocks of bytes whose quotes are surely sound.
    fn pass_blocks(&mut self, bytes: &[u8]) {
        while let Some((block, [next, ..])) = bytes[self.at..].split_first_chunk() {
            let Some(passed) = self.pass_block(bytes, block, *next) else { return };
            self.last = passed.last_newline.map_or(self.last, |newline| self.at + newline + 1);
            let opened = passed.last_opened.map(|quote| self.at + quote).or(self.open);
            self.open = opened.filter(|_| passed.is_open);
            self.at += BLOCK;
        }
    }

    /// What comes of a block with this byte behind; none where a quote is in no place for a quote.
    #[inline]
    fn pass_block(&self, bytes: &[u8], block: &[u8; BLOCK], next: u8) -> Option<PassedBlock> {
        let (quotes, newlines) = (places_of(b'"', block), places_of(b'\n', block));
        // From each opening quote up to its closing one; two that stand for one close the field and open it again.
        let quoted = parity_up_to(quotes) ^ if self.open.is_some() { u64::MAX } else { 0 };
        let (opening, closing) = (quotes & quoted, quotes & !quoted);
        let first_opening = opening & !(closing << 1);
        if quotes != 0 {
            let ends = newlines | places_of(self.delimiter, block);
            let starts = ends << 1 | u64::from(self.starts_field(bytes, self.at));
            let returns = places_of(b'\r', block) & newlines >> 1;
            let is_end_next = next == b'\n' || next == self.delimiter;
            let before_ends = (ends | opening | returns) >> 1 | u64::from(is_end_next) << 63;
            if first_opening & !starts | closing & !before_ends != 0 {
                return None;
            }
        }
        Some(PassedBlock {
            last_newline: last_place(newlines & !quoted),
            last_opened: last_place(first_opening),
            is_open: quoted >> 63 == 1,
        })
    }

    /// Whether a field starts with the quote.
    fn starts_field(&self, bytes: &[u8], quote: usize) -> bool {
        quote == self.start
            || matches!(bytes[quote - 1], byte if byte == b'\n' || byte == self.delimiter)
    }
}

/// What a block of bytes had.
struct PassedBlock {
    /// The last newline that ends a record.
    last_newline: Option<usize>,
    /// The last quote that opened a field.
    last_opened: Option<usize>,
    /// Whether a quoted field goes on behind the block.
    is_open: bool,
}

/// The highest bit that is set.
fn last_place(places: u64) -> Option<usize> {
    places.checked_ilog2().map(|place| place as usize)
}

/// The delimiter that a line says there is, as Excel writes and reads it (`sep=;`), and where the next one starts.
fn told_delimiter(bytes: &[u8], start: usize) -> Option<(u8, usize)> {
    let end = line_end(bytes, start);
    let line = bytes[start..end].strip_suffix(b"\n")?;
    let (word, delimiter) = line.strip_suffix(b"\r").unwrap_or(line).split_at_checked(4)?;
    match delimiter {
        [delimiter] if word.eq_ignore_ascii_case(b"sep=") => Some((*delimiter, end)),
        _ => None,
    }
}

fn other_delimiter(delimiter: u8) -> Error {
    let shown = char::from(delimiter);
    let message =
        format!("its first line says that {shown:?} is between fields: --csv-delimiter {shown:?}");
    Error::new(ErrorKind::InputFormat, message)
}

impl FindEnds for Ends {
    fn begin(&mut self, start: usize) {
        (self.start, self.at, self.open) = (start, start, None);
        (self.is_unsound, self.last) = (false, 0);
    }

    fn look(&mut self, bytes: &[u8], is_end: bool) {
        let mut unsure = self.at;
        while self.at < bytes.len() {
            if self.at >= unsure && !self.is_unsound {
                self.pass_blocks(bytes);
                unsure = self.at + BLOCK;
            }
            let rest = &bytes[self.at..];
            if self.is_unsound {
                let end = memchr::memchr(b'\n', rest).map(|found| self.at + found + 1);
                self.is_unsound = end.is_none();
                self.last = end.unwrap_or(self.last);
                self.at = end.unwrap_or(bytes.len());
                continue;
            }
            let quote = memchr::memchr(b'"', rest).map(|found| self.at + found);
            match (self.open, quote) {
                (None, found) => {
                    let end = found.unwrap_or(bytes.len());
                    if let Some(newline) = memchr::memrchr(b'\n', &bytes[self.at..end]) {
                        self.last = self.at + newline + 1;
                    }
                    self.open = found.filter(|quote| self.starts_field(bytes, *quote));
                    self.at = found.map_or(end, |quote| quote + 1);
                }
                (Some(_), None) => self.at = bytes.len(),
                (Some(opened), Some(quote)) => {
                    // What stands behind it may not have been read.
                    if quote + 2 >= bytes.len() && !is_end {
                        self.at = quote;
                        return;
                    }
                    match record::ending(bytes, quote, self.delimiter) {
                        Ending::Doubled => self.at = quote + 2,
                        Ending::Field(next) => (self.open, self.at) = (None, next),
                        Ending::Other => {
                            (self.open, self.is_unsound) = (None, true);
                            self.at = opened;
                        }
                    }
                }
            }
        }
    }

    fn last(&self) -> usize {
        self.last
    }

    fn open(&self) -> Open {
        self.open.map_or(Open::Ended, Open::Line)
    }

    fn chunk(&mut self, bytes: &[u8], mut start: usize) -> Result<(usize, Option<Names>)> {
        if let Some(names) = &self.names {
            return Ok((self.end_of_rows(bytes, start, names), self.names.clone()));
        }
        while let [b'\n', ..] | [b'\r', b'\n', ..] = bytes[start..] {
            start = line_end(bytes, start);
        }
        if start == bytes.len() {
            return Ok((bytes.len(), None));
        }
        if let Some((delimiter, end)) = told_delimiter(bytes, start) {
            return match delimiter == self.delimiter {
                true => Ok((end, None)),
                false => Err(other_delimiter(delimiter)),
            };
        }
        if self.header == CsvHeader::None {
            self.names = Some(header::numbers(bytes, start, self.delimiter));
            return Ok((bytes.len(), self.names.clone()));
        }
        self.names = Some(header::names_of_row(bytes, start, self.delimiter)?);
        Ok((record::end_of(bytes, start, self.delimiter).0.end, None))
    }
}
