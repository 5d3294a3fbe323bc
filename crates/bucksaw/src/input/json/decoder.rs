//! The decoder: a chunk of whole elements to a block.

use std::ops::Range;
use std::rc::Rc;

use super::elements::{Element, Fault, Member};
use super::inner::{self, Around, Items, Records};
use super::{Elements as Found, JsonOptions};
use crate::coerce::builder::BorrowingBuilder;
use crate::input::decoding::{Decoded, Decoder, Kept, Rejected, Target};
use crate::input::framing::Chunk;
use crate::input::ndjson::{NdjsonOptions, Nested, RecordFault, RecordReader};
use crate::schema::ColumnType;
use crate::types::members::{Flattening, flatten};
use crate::types::timestamp::TimeUnit;

/// Where Loki's push requests have their records, which are arrays; query results have them in `data.result` and `values`.
const LOKI_RECORDS: [&str; 2] = ["streams", "values"];
/// What these are: nanoseconds since 1970, the line, and structured metadata.
const LOKI_FIELDS: [&str; 3] = ["time", "line", "metadata"];

/// Decodes chunks of whole elements.
pub(in crate::input) struct Elements {
    ndjson: NdjsonOptions,
    records: Vec<String>,
    fields: Vec<String>,
    /// Whether these are Loki's, whose first is a time.
    are_of_loki: bool,
}

impl Elements {
    pub(in crate::input) fn of(options: &JsonOptions, ndjson: &NdjsonOptions) -> Self {
        let records = options.records.clone();
        let are_of_loki =
            options.fields.is_empty() && records.ends_with(&LOKI_RECORDS.map(str::to_owned));
        let fields = match are_of_loki {
            true => LOKI_FIELDS.map(str::to_owned).to_vec(),
            false => options.fields.clone(),
        };
        Self { ndjson: ndjson.clone(), records, fields, are_of_loki }
    }
}

impl Decoder for Elements {
    fn decode<'a>(&self, chunk: &'a Chunk, into: Target<'_, 'a>) -> Decoded<'a> {
        let Target { mut block, schema, arena, stops_at_rejected } = into;
        let nothing = Found::default();
        let found = chunk.elements.as_deref().unwrap_or(&nothing);
        let bytes = chunk.bytes.as_slice();
        if self.are_of_loki {
            schema.declare(LOKI_FIELDS[0], ColumnType::Timestamp(TimeUnit::Micros));
        }
        let mut rows = Rows {
            bytes,
            text: simdutf8::basic::from_utf8(bytes).ok(),
            fields: &self.fields,
            flattening: Flattening {
                flattens: self.ndjson.nested == Nested::Flatten,
                max_depth: self.ndjson.max_depth,
            },
            builder: BorrowingBuilder::of_block(&mut block, schema, arena),
            reader: RecordReader::of(&self.ndjson),
            decoded: Decoded::default(),
            lines_to: 0,
            last_line: None,
            repeated: 0,
            max_repeated: found.max_repeated,
            stops_at_rejected,
        };
        rows.decoded.counts.bytes = bytes.len() as u64;
        rows.decoded.counts.outside = found.outside;
        let envelopes: Vec<_> =
            found.envelopes.iter().map(|members| Around::of(rows.items_around(members))).collect();
        let around_none = Rc::default();
        for element in &found.spans {
            let around = element.envelope.and_then(|index| envelopes.get(index as usize));
            let path = self.records.get(element.level as usize..).unwrap_or_default();
            rows.element(element, path, around.unwrap_or(&around_none));
            if rows.is_over() {
                break;
            }
        }
        rows.count_lines_to(bytes.len());
        let mut decoded = rows.decoded;
        decoded.counts.rejected = decoded.rejected.len() as u64;
        decoded.counts.records = decoded.counts.rows + decoded.counts.rejected;
        decoded.block = block;
        decoded
    }
}

/// The rows of a chunk so far.
pub(super) struct Rows<'r, 'b, 'a: 'b> {
    bytes: &'a [u8],
    /// The same, where all of it is text.
    text: Option<&'a str>,
    fields: &'r [String],
    flattening: Flattening,
    builder: BorrowingBuilder<'b, 'a>,
    reader: RecordReader,
    decoded: Decoded<'a>,
    /// The byte up to which lines are counted.
    lines_to: usize,
    /// The line of the last row, if no record behind it was rejected.
    last_line: Option<u64>,
    /// Values of members around records so far, each counted for each of its records; and how many there may be.
    repeated: usize,
    max_repeated: usize,
    stops_at_rejected: bool,
}

impl<'a> Rows<'_, '_, 'a> {
    pub(super) fn is_over(&self) -> bool {
        self.stops_at_rejected && !self.decoded.rejected.is_empty()
    }

    fn count_lines_to(&mut self, at: usize) {
        // Records come in their order, but for what is rejected around them.
        if let Some(between) = self.bytes.get(self.lines_to..at) {
            self.decoded.lines += lines_in(between);
            self.lines_to = at;
        }
    }

    fn element(&mut self, element: &Element, path: &[String], around: &Rc<Around<'a>>) {
        let range = element.bytes();
        match &element.fault {
            Some(fault) => self.reject_for(range, fault),
            None if path.is_empty() => self.record(range, around),
            None => self.records_in(range, path, around),
        }
    }

    /// The records that are in an element.
    fn records_in(&mut self, range: Range<usize>, path: &[String], around: &Rc<Around<'a>>) {
        let bytes = &self.bytes[range.clone()];
        let records = std::str::from_utf8(bytes).ok().and_then(|json| {
            let schema = &*self.builder.schema;
            let keeps_json = |path: &str, start| schema.keeps_json(path, start);
            let arena = self.builder.arena();
            let plain = schema.habits.plain(json, arena);
            let mut records = Records::new(self.flattening, &keeps_json, arena, around);
            records.find(&plain, path).ok().map(|()| (records.found, plain))
        });
        let Some((records, plain)) = records else {
            // Such an element is no JSON, which the reader of records finds words for.
            return self.malformed(range);
        };
        let repeated: usize = records.iter().map(|record| record.around.values).sum();
        // An element with one record takes no more than it is.
        if records.len() > 1 && repeated > self.max_repeated - self.repeated.min(self.max_repeated)
        {
            let reason = format!(
                "its {} records would have {repeated} values of the members around them, which take too much memory: raise the limit \
                 (--memory-limit, or Options::memory_limit)",
                records.len()
            );
            return self.reject(range.clone(), range.start, reason);
        }
        self.repeated += repeated;
        let (start, plain_start) = (range.start, plain.json.as_ptr() as usize);
        let part = |json: &str| {
            let from = json.as_ptr() as usize - plain_start;
            from..from + json.len()
        };
        // What is in records is counted as they are read.
        let parts: Vec<Range<usize>> = records.iter().map(|record| part(record.json)).collect();
        self.builder.count_habits(plain.counts(&parts));
        self.builder.settle_counts();
        for inner::Record { json, around, fault } in records {
            let part = part(json);
            let range = start + plain.before(part.start)..start + plain.before(part.end);
            match fault {
                Some(reason) => self.reject(range.clone(), range.start, reason),
                None => self.record(range, &around),
            }
            if self.is_over() {
                break;
            }
        }
    }

    /// A record: an object, or an array whose elements have names.
    fn record(&mut self, range: Range<usize>, around: &Around<'a>) {
        self.count_lines_to(range.start);
        let is_array = self.bytes.get(range.start) == Some(&b'[') && !self.fields.is_empty();
        let read = match is_array {
            true => self.array(range.clone()),
            false => self.reader.read(self.bytes, self.text, range.clone(), &mut self.builder),
        };
        let read = read.and_then(|()| {
            around.each(&mut |path, item| {
                let pushed = self.builder.push_item(path.into(), item);
                pushed.map_err(RecordFault::refused)
            })
        });
        match read {
            Ok(()) => {
                self.builder.end_row();
                let (row, line) = (self.decoded.counts.rows, self.decoded.lines);
                if self.last_line.is_none_or(|last| last + 1 != line) {
                    self.decoded.runs.push((row, line));
                }
                self.last_line = Some(line);
                self.decoded.counts.rows += 1;
            }
            Err(fault) => self.reject_as(range, fault),
        }
    }

    /// A record whose members' names stand elsewhere.
    fn array(&mut self, range: Range<usize>) -> Result<(), RecordFault> {
        let json = std::str::from_utf8(&self.bytes[range.clone()]).ok();
        let arena = self.builder.arena();
        let schema = &*self.builder.schema;
        let keeps_json = |path: &str, start| schema.keeps_json(path, start);
        let items = json.and_then(|json| {
            let plain = schema.habits.plain(json, arena);
            let named = inner::named(plain.json, self.fields, self.flattening, &keeps_json, arena);
            named.ok().map(|items| (items, plain))
        });
        let Some((items, plain)) = items else {
            return Err(self.reader.fault(self.bytes, range, &mut self.builder));
        };
        self.builder.count_habits(plain.counts(&[]));
        let mut items = items.into_iter();
        items.try_for_each(|(path, item)| {
            self.builder.push_item(path.into(), plain.item(item)).map_err(RecordFault::refused)
        })
    }

    /// The members around elements, as they go into each row.
    fn items_around(&self, members: &[Member]) -> Items<'a> {
        let arena = self.builder.arena();
        let schema = &*self.builder.schema;
        let keeps_json = |path: &str, start| schema.keeps_json(path, start);
        let mut items = Items::new();
        for Member { path, json } in members {
            let json = &*arena.alloc_str(json);
            // The framer has seen that it is JSON.
            let _ = flatten(path, json, self.flattening, &keeps_json, arena, &mut items);
        }
        items
    }

    fn malformed(&mut self, range: Range<usize>) {
        self.count_lines_to(range.start);
        let fault = self.reader.fault(self.bytes, range.clone(), &mut self.builder);
        self.reject_as(range, fault);
    }

    fn reject_as(&mut self, range: Range<usize>, fault: RecordFault) {
        self.builder.undo_row();
        self.last_line = None;
        let (bytes, builder) = (self.bytes, &self.builder);
        let rejected = fault.rejected(bytes, range, self.decoded.lines, builder);
        // The line on which it went wrong.
        let line = rejected.line + lines_in(&bytes[rejected.bytes.start..rejected.at]);
        self.decoded.rejected.push(Rejected { line, ..rejected });
    }

    fn reject_for(&mut self, range: Range<usize>, fault: &Fault) {
        let at = if *fault == Fault::Cut { range.end } else { range.start };
        self.reject(range, at, fault.reason());
    }

    fn reject(&mut self, bytes: Range<usize>, at: usize, reason: String) {
        self.count_lines_to(bytes.start);
        self.last_line = None;
        let line = self.decoded.lines + lines_in(&self.bytes[bytes.start..at]);
        let kept = self.builder.schema.redacts().then_some(Kept::Nothing);
        self.decoded.rejected.push(Rejected { line, bytes, at, reason, refused: None, kept });
    }
}

/// How many lines end in these bytes.
fn lines_in(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}
