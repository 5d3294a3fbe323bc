//! The decoder: a chunk of whole actions with their documents to a block.

use std::ops::Range;

use serde_json::value::RawValue;

use super::action::{Kind, action};
use super::framing::has_document;
use crate::coerce::builder::BorrowingBuilder;
use crate::input::decoding::{Decoded, Decoder, Kept, Rejected, Target};
use crate::input::framing::{Chunk, start_of_text};
use crate::input::ndjson::{NdjsonOptions, Nested, RecordFault, RecordReader};
use crate::types::item::Item;
use crate::types::json::Members;
use crate::types::members::{Flattening, flatten};
use crate::types::value::Value;

const NO_ACTION: &str =
    "expected an action: an object of one member, index, create, update or delete";
const NO_DOCUMENT: &str = "the action has no document behind it";
const OP_TYPE: &str = "_op_type";

/// Decodes chunks of actions and documents.
pub(in crate::input) struct Documents {
    ndjson: NdjsonOptions,
}

impl Documents {
    pub(in crate::input) fn of(ndjson: &NdjsonOptions) -> Self {
        Self { ndjson: ndjson.clone() }
    }
}

impl Decoder for Documents {
    fn decode<'a>(&self, chunk: &'a Chunk, into: Target<'_, 'a>) -> Decoded<'a> {
        let Target { mut block, schema, arena, stops_at_rejected } = into;
        let bytes = chunk.bytes.as_slice();
        let mut rows = Rows {
            bytes,
            text: simdutf8::basic::from_utf8(bytes).ok(),
            flattening: Flattening {
                flattens: self.ndjson.nested == Nested::Flatten,
                max_depth: self.ndjson.max_depth,
            },
            builder: BorrowingBuilder::of_block(&mut block, schema, arena),
            reader: RecordReader::of(&self.ndjson),
            decoded: Decoded::default(),
        };
        rows.decoded.counts.bytes = bytes.len() as u64;
        let mut at = start_of_text(bytes, chunk.position);
        while at < bytes.len() {
            let line = line_at(bytes, at);
            at = rows.action(line);
            if stops_at_rejected && !rows.decoded.rejected.is_empty() {
                break;
            }
        }
        let mut decoded = rows.decoded;
        decoded.counts.rejected = decoded.rejected.len() as u64;
        decoded.counts.records = decoded.counts.rows + decoded.counts.rejected;
        decoded.block = block;
        decoded
    }
}

/// The line that starts here, with its end.
fn line_at(bytes: &[u8], at: usize) -> Range<usize> {
    at..memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |len| at + len + 1)
}

struct Rows<'b, 'a: 'b> {
    bytes: &'a [u8],
    text: Option<&'a str>,
    flattening: Flattening,
    builder: BorrowingBuilder<'b, 'a>,
    reader: RecordReader,
    decoded: Decoded<'a>,
}

impl<'a> Rows<'_, 'a> {
    /// An action, and its document if there is one; returns the byte behind them.
    fn action(&mut self, line: Range<usize>) -> usize {
        let bare = trimmed(self.bytes, &line);
        if bare.is_empty() {
            self.decoded.counts.blank += 1;
            self.decoded.lines += 1;
            return line.end;
        }
        // As the framer does.
        let newline = self.bytes[line.clone()].strip_suffix(b"\n");
        let whole = newline.unwrap_or(&self.bytes[line.clone()]);
        if !has_document(whole) {
            match action(whole) {
                Some((Kind::Delete, _)) => self.decoded.counts.deletions += 1,
                Some(_) | None => self.reject(line.clone(), bare.start, NO_ACTION),
            }
            self.decoded.lines += 1;
            return line.end;
        }
        let document = line_at(self.bytes, line.end);
        let bare = trimmed(self.bytes, &document);
        if bare.is_empty() {
            self.reject(line.start..document.end, line.start, NO_DOCUMENT);
        } else if let Some((kind, said)) = action(whole) {
            let row = self.row(kind, said, bare.clone());
            match row {
                Ok(()) => {
                    self.builder.end_row();
                    self.decoded.runs.push((self.decoded.counts.rows, self.decoded.lines + 1));
                    self.decoded.counts.rows += 1;
                }
                Err(fault) => {
                    self.builder.undo_row();
                    let line_number = self.decoded.lines + 1;
                    let mut rejected = fault.rejected(self.bytes, bare, line_number, &self.builder);
                    if kind == Kind::Update && rejected.kept.is_some() {
                        // Its columns are members of its document, and not of the line.
                        rejected.kept = Some(Kept::Nothing);
                    }
                    let bytes = line.start..document.end;
                    self.decoded.rejected.push(Rejected { bytes, ..rejected });
                }
            }
        }
        self.decoded.lines += 1 + u64::from(document.end > line.end);
        document.end
    }

    /// A document's members, and what its action says.
    fn row(
        &mut self,
        kind: Kind,
        said: &'a str,
        document: Range<usize>,
    ) -> Result<(), RecordFault> {
        let mut items = Vec::new();
        let (document, counts) = match kind {
            Kind::Update => self.of_update(document, &mut items)?,
            _ => (Some(document), [0; 2]),
        };
        if let Some(document) = document {
            self.reader.read(self.bytes, self.text, document, &mut self.builder)?;
        }
        self.builder.count_habits(counts);
        let op_type = Item::Value(Value::Text(kind.word()));
        items.push((OP_TYPE, op_type));
        self.flattened(said, &mut items, |_, _| false);
        items.into_iter().try_for_each(|(path, item)| {
            self.builder.push_item(path.into(), item).map_err(RecordFault::refused)
        })
    }

    /// The document in an update, if it has one; what stands beside it becomes items. Counts what of that was no JSON.
    fn of_update(
        &mut self,
        update: Range<usize>,
        items: &mut Vec<(&'a str, Item<'a>)>,
    ) -> Result<(Option<Range<usize>>, [u64; 2]), RecordFault> {
        let mut document = None;
        let mut part = 0..0;
        let start = update.start;
        let (habits, arena) = (self.builder.schema.habits, self.builder.arena());
        let json = std::str::from_utf8(&self.bytes[update.clone()]).ok();
        let plain = json.map(|json| habits.plain(json, arena));
        let is_sound = plain.as_ref().is_some_and(|plain| {
            let is_sound = self.flattened(plain.json, items, |name, value| {
                let is_document = name == "doc" && value.starts_with('{') && document.is_none();
                if is_document {
                    let from = value.as_ptr() as usize - plain.json.as_ptr() as usize;
                    part = from..from + value.len();
                    document = Some(start + plain.before(from)..start + plain.before(part.end));
                }
                is_document
            });
            items.iter_mut().for_each(|(_, item)| *item = plain.item(*item));
            is_sound
        });
        let counts = plain.map_or_else(Default::default, |plain| plain.counts(&[part]));
        match is_sound {
            true => Ok((document, counts)),
            false => Err(self.reader.fault(self.bytes, update, &mut self.builder)),
        }
    }

    /// Makes items of an object's members, but for those that are taken; false where it is no sound object.
    fn flattened(
        &self,
        json: &'a str,
        items: &mut Vec<(&'a str, Item<'a>)>,
        mut takes: impl FnMut(&str, &'a str) -> bool,
    ) -> bool {
        let schema = &*self.builder.schema;
        let keeps_json = |path: &str, start| schema.keeps_json(path, start);
        let Ok(Members::<String, &'a RawValue>(members)) = serde_json::from_str(json) else {
            return false;
        };
        members.iter().all(|(name, value)| {
            let arena = self.builder.arena();
            let path = crate::types::path::of_names([name.as_str()]);
            takes(name, value.get())
                || flatten(&path, value.get(), self.flattening, &keeps_json, arena, items).is_ok()
        })
    }

    fn reject(&mut self, bytes: Range<usize>, at: usize, reason: &str) {
        let line = self.decoded.lines;
        let fault = RecordFault::of(reason);
        let rejected = fault.rejected(self.bytes, bytes, line, &self.builder);
        self.decoded.rejected.push(Rejected { at, ..rejected });
    }
}

/// A line without white space around it.
fn trimmed(bytes: &[u8], line: &Range<usize>) -> Range<usize> {
    let text = &bytes[line.clone()];
    let start = line.start + (text.len() - text.trim_ascii_start().len());
    start..start + text.trim_ascii().len()
}
