//! One record, and where it ends.
//!
//! csv-core reads the same grammar, and is the oracle in tests. It is not the reader: it copies every field, and takes
//! text behind a closing quote for a part of the field, where a record is rejected here.

use std::ops::Range;

use crate::input::record_framer::line_end;
use crate::input::scan::string_end;

/// A field as it stands in the source: without the quotes around it.
pub(super) struct Field {
    pub(super) range: Range<usize>,
    /// Whether quotes in it are doubled.
    pub(super) is_escaped: bool,
}

/// A whole record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// The byte behind it and the end of its line.
    pub(super) end: usize,
    /// How many lines it has.
    pub(super) lines: u64,
}

/// What is wrong with the quotes of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    /// The field that begins here has no closing quote.
    Unclosed(usize),
    /// The closing quote of the field that begins at the first byte has something else behind it, at the second.
    NotDoubled(usize, usize),
}

impl Quoting {
    /// The byte of the quote that began the field.
    pub(super) fn opened(self) -> usize {
        match self {
            Self::Unclosed(opened) | Self::NotDoubled(opened, _) => opened,
        }
    }
}

/// Why a record was not read to its end.
pub(super) enum Fault<E> {
    Quoting(Quoting),
    /// What took a field said so.
    Field(E),
}

/// Reads the record at `start`, and gives each field to `take`, with its number.
#[inline]
pub(super) fn read<E>(
    bytes: &[u8],
    start: usize,
    delimiter: u8,
    mut take: impl FnMut(usize, Field) -> Result<(), E>,
) -> Result<Record, Fault<E>> {
    let mut at = start;
    let mut lines = 1;
    for number in 0.. {
        let (field, next) = if bytes.get(at) == Some(&b'"') {
            let quoted = quoted(bytes, at, delimiter).map_err(Fault::Quoting)?;
            lines += quoted.newlines;
            (quoted.field, quoted.next)
        } else {
            let next = field_end(bytes, at, delimiter);
            let is_last = bytes.get(next).is_none_or(|byte| *byte == b'\n');
            let is_behind_return = is_last && next > at && bytes[next - 1] == b'\r';
            let range = at..next - usize::from(is_behind_return);
            (Field { range, is_escaped: false }, next)
        };
        take(number, field).map_err(Fault::Field)?;
        match bytes.get(next) {
            Some(byte) if *byte == delimiter => at = next + 1,
            Some(_) => return Ok(Record { end: next + 1, lines }),
            None => break,
        }
    }
    Ok(Record { end: bytes.len(), lines })
}

/// Where the record at `start` ends. One whose quotes are not sound ends with the line that the field in question begins
/// on, so that a stray quote takes no more of the source with it.
pub(super) fn end_of(bytes: &[u8], start: usize, delimiter: u8) -> (Record, Option<Quoting>) {
    match read(bytes, start, delimiter, |_, _| Ok::<(), std::convert::Infallible>(())) {
        Ok(record) => (record, None),
        Err(Fault::Quoting(quoting)) => {
            let end = line_end(bytes, quoting.opened());
            let lines = memchr::memchr_iter(b'\n', &bytes[start..end]).count().max(1) as u64;
            (Record { end, lines }, Some(quoting))
        }
        Err(Fault::Field(never)) => match never {},
    }
}

/// A field that has quotes around it.
struct Quoted {
    field: Field,
    newlines: u64,
    /// The delimiter, the newline or the source's end behind it.
    next: usize,
}

/// The field whose quote is at `start`.
#[inline]
fn quoted(bytes: &[u8], start: usize, delimiter: u8) -> Result<Quoted, Quoting> {
    let mut at = start + 1;
    let (mut is_escaped, mut newlines) = (false, 0);
    loop {
        // It stops at control bytes, too, newlines among them.
        at = string_end(bytes, at);
        match bytes.get(at) {
            None => return Err(Quoting::Unclosed(start)),
            Some(b'"') => match ending(bytes, at, delimiter) {
                Ending::Doubled => {
                    is_escaped = true;
                    at += 2;
                }
                Ending::Field(next) => {
                    let field = Field { range: start + 1..at, is_escaped };
                    return Ok(Quoted { field, newlines, next });
                }
                Ending::Other => return Err(Quoting::NotDoubled(start, at + 1)),
            },
            Some(byte) => {
                newlines += u64::from(*byte == b'\n');
                at += 1;
            }
        }
    }
}

/// What a quote in a quoted field is.
pub(super) enum Ending {
    /// The first of two, which stand for one.
    Doubled,
    /// The field's end, with the delimiter, the newline or the source's end here.
    Field(usize),
    /// Neither.
    Other,
}

/// What the quote at `quote` is, where `bytes` end with the source or a record.
#[inline]
pub(super) fn ending(bytes: &[u8], quote: usize, delimiter: u8) -> Ending {
    let next = quote + 1;
    match bytes[next..] {
        [b'"', ..] => Ending::Doubled,
        [] | [b'\n', ..] => Ending::Field(next),
        [b'\r'] | [b'\r', b'\n', ..] => Ending::Field(next + 1),
        [byte, ..] if byte == delimiter => Ending::Field(next),
        _ => Ending::Other,
    }
}

/// Bytes of a field that are looked at one word after the other: most fields are short.
const SHORT_FIELD: usize = 32;

/// The next delimiter or newline from `at` on, or the end.
#[inline]
fn field_end(bytes: &[u8], at: usize, delimiter: u8) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = ONES << 7;
    let (delimiters, newlines) = (ONES * u64::from(delimiter), ONES * u64::from(b'\n'));
    let mut from = at;
    while let Some(word) = bytes.get(from..).and_then(<[u8]>::first_chunk) {
        let word = u64::from_le_bytes(*word);
        // The lowest byte that is zero has its highest bit here; those above may have it for nothing.
        let zero_bytes = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
        let found = zero_bytes(word ^ delimiters) | zero_bytes(word ^ newlines);
        if found != 0 {
            return from + found.trailing_zeros() as usize / 8;
        }
        from += size_of::<u64>();
        if from - at >= SHORT_FIELD {
            break;
        }
    }
    memchr::memchr2(delimiter, b'\n', &bytes[from..]).map_or(bytes.len(), |found| from + found)
}
