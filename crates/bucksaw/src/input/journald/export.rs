//! The decoder: a chunk of whole entries of the export format to a block.

use std::collections::HashMap;
use std::ops::Range;

use super::framing::{EntryEnds, LENGTH_BYTES};
use crate::coerce::builder::BorrowingBuilder;
use crate::error::Error;
use crate::input::decoding::{Decoded, Decoder, Kept, Rejected, Target};
use crate::input::framing::Chunk;
use crate::input::record_framer::FindEnd as _;
use crate::schema::Key;
use crate::types::item::Item;
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
                push(fields, &mut builder).map(|()| is_empty).map_err(Fault::Refused)
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
fn fields(bytes: &[u8], entry: Range<usize>) -> Result<Vec<(&str, Value<'_>)>, Fault> {
    let mut fields = Vec::new();
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
        fields.push((name, value_of(data)));
        at = next;
    }
    Ok(fields)
}

/// Text where it is UTF-8, else bytes.
pub(super) fn value_of(data: &[u8]) -> Value<'_> {
    simdutf8::basic::from_utf8(data).map_or(Value::Bytes(data), Value::Text)
}

/// Pushes an entry's fields: those that come several times as one array.
fn push<'a>(
    fields: Vec<(&'a str, Value<'a>)>,
    builder: &mut BorrowingBuilder<'_, 'a>,
) -> Result<(), Error> {
    let mut known = HashMap::<&str, usize>::new();
    let mut grouped: Vec<(&str, Vec<Value<'a>>)> = Vec::with_capacity(fields.len());
    for (name, value) in fields {
        match known.get(name) {
            Some(index) => grouped[*index].1.push(value),
            None => {
                known.insert(name, grouped.len());
                grouped.push((name, vec![value]));
            }
        }
    }
    grouped.iter().try_for_each(|(name, values)| push_values(name, values, builder))
}

/// Pushes a field: one value, or an array of several.
pub(super) fn push_values<'a>(
    name: &str,
    values: &[Value<'a>],
    builder: &mut BorrowingBuilder<'_, 'a>,
) -> Result<(), Error> {
    let item = match values {
        [value] => Item::Value(*value),
        values => {
            let mut json = String::from("[");
            for (index, value) in values.iter().enumerate() {
                json.push_str(if index > 0 { "," } else { "" });
                value.append_json(&mut json);
            }
            json.push(']');
            Item::Json(builder.arena().alloc_str(&json))
        }
    };
    builder.push_item(Key::Name(name), item)
}
