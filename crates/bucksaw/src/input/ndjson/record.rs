//! Records that are no lines of their own, read as lines are.

use std::ops::Range;

use super::NdjsonOptions;
use super::object::{self, Shape};
use super::reasons::{self, Fault};
use super::redacted;
use super::tokenizer::{self, Scratch};
use crate::coerce::builder::BorrowingBuilder;
use crate::error::Error;
use crate::input::Format;
use crate::input::decoding::{Kept, Rejected};
use crate::input::records::too_long;
use crate::types::habits::lone_surrogate;

/// Reads records, which may be spread over lines.
pub(in crate::input) struct RecordReader {
    shape: Shape,
    scratch: Scratch,
}

/// Why a record makes no row.
pub(in crate::input) struct RecordFault(Fault);

impl RecordReader {
    pub(in crate::input) fn of(options: &NdjsonOptions) -> Self {
        Self { shape: Shape::of(options), scratch: Scratch::default() }
    }

    /// Pushes the members of the object in these bytes of `bytes`, which are `text` if all of them are one. After a fault the row
    /// is to be undone.
    pub(in crate::input) fn read<'a>(
        &mut self,
        bytes: &'a [u8],
        text: Option<&'a str>,
        range: Range<usize>,
        builder: &mut BorrowingBuilder<'_, 'a>,
    ) -> Result<(), RecordFault> {
        if range.len() > self.shape.max_line_bytes {
            let reason = too_long(self.shape.max_line_bytes, Format::Json);
            return Err(Fault::malformed(0, reason).into());
        }
        if let Some(text) = text.and_then(|text| text.get(..range.end)) {
            let (shape, scratch) = (&self.shape, &mut self.scratch);
            if tokenizer::scatter_whole(text, range.start, shape, builder, scratch).is_ok() {
                return Ok(());
            }
            builder.undo_row();
        }
        object::scatter(&bytes[range], &self.shape, builder).map_err(RecordFault)
    }

    /// What is wrong with a record that was not understood.
    pub(in crate::input) fn fault<'a>(
        &self,
        bytes: &'a [u8],
        range: Range<usize>,
        builder: &mut BorrowingBuilder<'_, 'a>,
    ) -> RecordFault {
        let bytes = &bytes[range];
        let fault = match bytes.first() {
            Some(b'[') => array_fault(bytes, builder),
            _ => object::scatter(bytes, &self.shape, builder).err(),
        };
        builder.undo_row();
        RecordFault(fault.unwrap_or_else(|| Fault::malformed(0, "it is no sound JSON")))
    }
}

/// What is wrong with an array.
fn array_fault<'a>(bytes: &'a [u8], builder: &BorrowingBuilder<'_, 'a>) -> Option<Fault> {
    let text = match simdutf8::compat::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            return Some(Fault::malformed(error.valid_up_to(), reasons::INVALID_UTF8));
        }
    };
    let plain = builder.schema.habits.plain(text, builder.arena());
    if let Some(at) = lone_surrogate(plain.json.as_bytes()) {
        return Some(Fault::malformed(plain.before(at), reasons::LONE_SURROGATE));
    }
    let read = serde_json::from_str::<&serde_json::value::RawValue>(plain.json);
    let fault = read.err().map(|error| reasons::fault(&error, plain.json));
    fault.map(|fault| fault.moved(|at| plain.before(at)))
}

impl From<Fault> for RecordFault {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

impl RecordFault {
    /// What is wrong at its start.
    pub(in crate::input) fn of(reason: &str) -> Self {
        Self(Fault::malformed(0, reason))
    }

    /// The schema or strict mode does not take it.
    pub(in crate::input) fn refused(error: Error) -> Self {
        Self(Fault::Refused(error))
    }

    /// The record that is rejected for it: these bytes of a chunk, in this line of it.
    pub(in crate::input) fn rejected(
        self,
        chunk: &[u8],
        bytes: Range<usize>,
        line: u64,
        builder: &BorrowingBuilder<'_, '_>,
    ) -> Rejected {
        let schema = &*builder.schema;
        let (at, reason, refused) = match self.0 {
            Fault::Malformed { at, reason, quote } => {
                (bytes.start + at, reasons::quoting(reason, quote, !schema.redacts()), None)
            }
            Fault::Refused(error) => (bytes.start, error.to_string(), Some(error)),
        };
        let record = &chunk[bytes.clone()];
        let redacted = || redacted::line(record, schema, builder.arena());
        let kept = schema.redacts().then(|| match refused.is_some() {
            true => redacted().map_or(Kept::Nothing, Kept::Redacted),
            false => Kept::Nothing,
        });
        Rejected { line, bytes, at, reason, refused, kept }
    }
}
