//! The decoder: a chunk of whole entries of the export format to a block.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

use super::framing::{EntryEnds, LENGTH_BYTES};
use super::values::Values;
use crate::coerce::builder::BorrowingBuilder;
use crate::error::Error;
use crate::input::decoding::{Decoded, Decoder, Kept, Rejected, Target};
use crate::input::framing::Chunk;
use crate::input::record_framer::FindEnd as _;
use crate::types::value::Value;

const NO_DATA: &str = "a field's data is cut, or has no newline behind it";
const NO_NAME: &str = "expected a field's name: letters, digits and underscores";

/// Decodes chunks of entries.
pub(in crate::input) struct Entries;

/// Why an entry makes no row.
enum Fault {
    Malformed(usize, &'static str),
    Refused(Error),
}

impl Decoder for Entries {
    fn decode<'a>(&self, chunk: &'a Chunk, into: Target<'_, 'a>) -> Decoded<'a> {
        let Target { mut block, schema, arena, stops_at_rejected } = into;
        super::declare_time(schema);
        let bytes = chunk.bytes.as_slice();
        let mut decoded = Decoded::default();
        decoded.counts.bytes = bytes.len() as u64;
        let mut builder = BorrowingBuilder::of_block(&mut block, schema, arena);
        let (mut ends, mut start) = (EntryEnds::default(), 0);
        while start < bytes.len() {
            let end = ends.end(&bytes[start..]).map_or(bytes.len(), |len| start + len);
            let pushed = fields(bytes, start..end).and_then(|fields| {
                let is_empty = fields.is_empty();
                let mut each = fields.into_iter();
                each.try_for_each(|(name, values)| values.push(name, &mut builder))
                    .map_err(Fault::Refused)?;
                Ok(is_empty)
            });
            match pushed {
                Ok(true) => {}
                Ok(false) => {
                    builder.end_row();
                    decoded.counts.rows += 1;
                    decoded.lines += 1;
                }
                Err(fault) => {
                    builder.undo_row();
                    let (at, reason, refused) = match fault {
                        Fault::Malformed(at, reason) => (at, reason.to_owned(), None),
                        Fault::Refused(error) => (start, error.to_string(), Some(error)),
                    };
                    let kept = builder.schema.redacts().then_some(Kept::Nothing);
                    let (line, bytes) = (decoded.lines, start..end);
                    decoded.rejected.push(Rejected { line, bytes, at, reason, refused, kept });
                    decoded.lines += 1;
                }
            }
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

/// The fields of an entry, in its order.
fn fields(bytes: &[u8], entry: Range<usize>) -> Result<Vec<(&str, Values<'_>)>, Fault> {
    let mut fields = Vec::<(&str, Values<'_>)>::new();
    let mut known = HashMap::<&str, usize>::new();
    let mut at = entry.start;
    while at < entry.end {
        let rest = &bytes[at..entry.end];
        let line = memchr::memchr(b'\n', rest).map_or(rest, |len| &rest[..len]);
        if line.is_empty() {
            at += 1;
            continue;
        }
        let (name, data, next) = match memchr::memchr(b'=', line) {
            Some(equals) => (&line[..equals], &line[equals + 1..], at + line.len() + 1),
            None => {
                let behind = &rest[line.len()..];
                let length = behind.get(1..).and_then(<[u8]>::first_chunk::<LENGTH_BYTES>);
                let length =
                    length.and_then(|length| usize::try_from(u64::from_le_bytes(*length)).ok());
                let data = length
                    .and_then(|length| behind.get(1 + LENGTH_BYTES..)?.split_at_checked(length));
                let Some((data, [b'\n', ..])) = data else {
                    return Err(Fault::Malformed(at, NO_DATA));
                };
                (line, data, at + line.len() + 2 + LENGTH_BYTES + data.len())
            }
        };
        let is_of_names = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let name = std::str::from_utf8(name).ok();
        let name = name.filter(|name| !name.is_empty() && name.as_bytes().iter().all(is_of_names));
        let Some(name) = name else { return Err(Fault::Malformed(at, NO_NAME)) };
        let value = value_of(data);
        match known.entry(name) {
            Entry::Occupied(known) => fields[*known.get()].1.add(value),
            Entry::Vacant(new) => {
                new.insert(fields.len());
                fields.push((name, Values::of(value)));
            }
        }
        at = next;
    }
    Ok(fields)
}

/// Text where it is UTF-8, else bytes.
pub(super) fn value_of(data: &[u8]) -> Value<'_> {
    simdutf8::basic::from_utf8(data).map_or(Value::Bytes(data), Value::Text)
}
