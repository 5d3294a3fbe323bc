//! The decoder: a chunk of whole frames to a block, a row for each record.

use super::OtlpLayout;
use super::columns::CommonColumns;
use super::common::{Common, resource, scope, weight};
use super::enclosing::Around;
use super::fitting::{are_profiles, other_format};
use super::head::{Head, head};
use super::ids::Ids;
use super::json;
use super::logs::LogColumns;
use super::metrics::{Metric, MetricColumns};
use super::row::{Failure, Row};
use super::traces::SpanColumns;
use super::wire::{Embedded, Fault, Fields, address_of};
use crate::coerce::block_builder::BlockBuilder;
use crate::error::Error;
use crate::input::Format;
use crate::input::decoding::{Decoded, Decoder, Kept, Rejected, Target};
use crate::input::framing::{Chunk, Pass};
use crate::options::MetricKind;
use crate::schema::Schema;

/// Values that records of one chunk have in common with others, at the most, each counted for each of its records: so
/// much memory do they take that a small message may not ask for more.
const MAX_REPEATED: usize = 1 << 21;

/// Decodes messages of each signal, in protobuf and in JSON.
pub(crate) struct Messages {
    pub(crate) layout: OtlpLayout,
    pub(crate) ids: Ids,
}

/// The columns of a signal.
#[derive(Clone, Copy)]
enum Columns {
    Logs(LogColumns),
    Traces(SpanColumns),
    Metrics(MetricColumns),
}

impl Columns {
    fn of(
        format: Format,
        kind: Option<MetricKind>,
        (layout, ids): (OtlpLayout, Ids),
        schema: &mut Schema,
    ) -> Self {
        match format {
            Format::OtlpTraces => Self::Traces(SpanColumns::of(layout, ids, schema)),
            Format::OtlpMetrics => Self::Metrics(MetricColumns::of(layout, kind, ids, schema)),
            _ => Self::Logs(LogColumns::of(layout, ids, schema)),
        }
    }
}

impl Decoder for Messages {
    fn decode<'a>(&self, chunk: &'a Chunk, into: Target<'_, 'a>) -> Decoded<'a> {
        match chunk.form.is_text() {
            true => json::decode(chunk, (self.layout, self.ids), into),
            false => {
                let of = (chunk.format, chunk.pass);
                decode_messages(&chunk.bytes, of, (self.layout, self.ids), into)
            }
        }
    }
}

/// Decodes messages in protobuf, whole fields of them, to an empty block; in a pass, the rows of that.
pub(super) fn decode_messages<'a>(
    bytes: &'a [u8],
    (format, pass): (Format, Option<Pass>),
    (layout, ids): (OtlpLayout, Ids),
    into: Target<'_, 'a>,
) -> Decoded<'a> {
    let Target { mut block, schema, arena, stops_at_rejected } = into;
    let kind = pass.map(|pass| pass.kind);
    let columns = Columns::of(format, kind, (layout, ids), schema);
    let common = CommonColumns::of(format, kind, layout, schema);
    let mut rows = Rows {
        chunk: bytes,
        format,
        columns,
        common,
        row: Row::new(BlockBuilder::new(&mut block, schema, arena), layout, arena, ids),
        decoded: Decoded::default(),
        around: Around::default(),
        repeated: 0,
        unknown_fields: 0,
        pass,
        stops_at_rejected,
    };
    if rows.is_first() {
        rows.decoded.counts.bytes = bytes.len() as u64;
    }
    let mut left = bytes;
    // The framer has seen that there are whole lengths and fields only.
    while !rows.is_over()
        && let Head::Length(_, len) | Head::Field(len) = head(left)
        && let Some((field, others)) = left.split_at_checked(len)
    {
        if let Head::Field(_) = head(left) {
            rows.message(field);
        }
        left = others;
    }
    let Rows { mut decoded, unknown_fields, .. } = rows;
    decoded.counts.rejected = decoded.rejected.len() as u64;
    decoded.counts.records = decoded.counts.rows + decoded.counts.rejected;
    decoded.block = block;
    decoded.block.pivoted.alterations.unknown_members += unknown_fields;
    decoded
}

/// The rows of a chunk so far.
struct Rows<'b, 'a> {
    chunk: &'a [u8],
    format: Format,
    columns: Columns,
    common: CommonColumns,
    /// The one that comes next.
    row: Row<'b, 'a>,
    decoded: Decoded<'a>,
    around: Around<'a>,
    /// Of [`MAX_REPEATED`].
    repeated: usize,
    /// Fields of requests that these do not have.
    unknown_fields: u64,
    /// Whose kind of metrics alone becomes rows.
    pass: Option<Pass>,
    stops_at_rejected: bool,
}

impl<'a> Rows<'_, 'a> {
    /// Whether what is of no kind is to be told.
    fn is_first(&self) -> bool {
        self.pass.is_none_or(|pass| pass.is_first)
    }

    /// Whether metrics of this kind become rows.
    fn takes(&self, kind: MetricKind) -> bool {
        self.pass.is_none_or(|pass| pass.kind == kind)
    }

    fn is_over(&self) -> bool {
        self.stops_at_rejected && !self.decoded.rejected.is_empty()
    }

    /// A request's field, or several.
    fn message(&mut self, message: &'a [u8]) {
        let mut fields = Fields::of(message);
        while !self.is_over() {
            let left = fields.left();
            let before = self.decoded.rejected.len();
            self.around.leave_all();
            let read = match fields.next() {
                Ok(None) => return,
                Ok(Some(field)) if field.number != 1 => {
                    self.unknown_fields += u64::from(self.is_first());
                    continue;
                }
                Ok(Some(field)) => field.bytes().and_then(|bytes| self.of_resource(bytes)),
                // What comes behind it can't be found.
                Err(fault) => return self.reject_common(left, fault),
            };
            let field = &left[..left.len() - fields.left().len()];
            if let Err(fault) = read {
                self.around.leave_all();
                self.reject_common(field, fault);
            }
            self.tell_signal(before, field);
        }
    }

    /// Says of what was rejected of a request's field, after so many others, which signal it is of, where that is another one.
    fn tell_signal(&mut self, before: usize, field: &[u8]) {
        let rejected = &mut self.decoded.rejected[before..];
        if rejected.is_empty() {
            return;
        }
        let hint = match other_format(field, self.format) {
            Some(other) => format!(" (this looks like another signal: --format {other})"),
            None if are_profiles(field) => " (this looks like profiles, which are not read)".into(),
            None => return,
        };
        rejected.iter_mut().for_each(|rejected| rejected.reason += &hint);
    }

    /// All records of a resource. Its fields may come in any order, so that what its records have in common is read first.
    fn of_resource(&mut self, message: &'a [u8]) -> Result<(), Fault> {
        let (mut of_resource, mut schema_url) = (Embedded::default(), "");
        let mut fields = Fields::of(message);
        while let Some(field) = fields.next()? {
            match field.number {
                1 => of_resource.add(field.bytes()?),
                2 => _ = field.bytes()?,
                3 => schema_url = field.text()?,
                _ => {}
            }
        }
        let of_resource = of_resource.whole(message, 1, self.row.arena)?.unwrap_or_default();
        let resource = resource(of_resource, schema_url, &self.common, &mut self.row)?;
        // A request has these fields only.
        self.around.enter(&[], 1);
        self.around.enter(message, 2);
        let mut fields = Fields::of(message);
        while let Some(field) = fields.next()? {
            if field.number == 2 {
                let bytes = field.bytes()?;
                self.around.enter(bytes, 2);
                let read = self.of_scope(bytes, &resource);
                self.around.leave(1);
                if let Err(fault) = read {
                    self.reject_common(bytes, fault);
                }
                if self.is_over() {
                    break;
                }
            }
        }
        Ok(())
    }

    fn of_scope(&mut self, message: &'a [u8], resource: &Common<'a>) -> Result<(), Fault> {
        let (mut of_scope, mut schema_url) = (Embedded::default(), "");
        let (mut records, mut of_all) = (0, 0);
        let mut fields = Fields::of(message);
        while let Some(field) = fields.next()? {
            match field.number {
                1 => of_scope.add(field.bytes()?),
                2 => {
                    let (rows, is_taken) = self.rows_of(field.bytes()?);
                    of_all += rows;
                    records += if is_taken { rows } else { 0 };
                }
                3 => schema_url = field.text()?,
                _ => {}
            }
        }
        let of_scope = of_scope.whole(message, 1, self.row.arena)?.unwrap_or_default();
        let scope = scope(of_scope, schema_url, &self.common, &mut self.row)?;
        let common = weight(resource) + weight(&scope);
        // In each pass the same.
        self.repeated = self.repeated.saturating_add(common * of_all);
        if self.repeated > MAX_REPEATED {
            let reason = "its records have too many values of their resource and scope in common";
            return Err(Fault { address: address_of(message), reason });
        }
        let before = self.decoded.rejected.len();
        let repeated = resource.iter().chain(&scope);
        let repeated = repeated
            .copied()
            .try_for_each(|(key, item)| self.row.builder.repeat_item(key, item, records));
        let mut refused = repeated.err();
        let mut reason = refused.as_ref().map(ToString::to_string);
        let mut fields = Fields::of(message);
        while let Some(field) = fields.next()? {
            if field.number != 2 {
                continue;
            }
            let record = field.bytes()?;
            match &mut reason {
                None => self.record(record),
                Some(_) if !self.tells_of(record) => self.decoded.lines += 1,
                Some(reason) => self.push_rejected(record, 0, reason.clone(), refused.take()),
            }
            if self.is_over() {
                break;
            }
        }
        if self.decoded.rejected.len() > before {
            self.row.builder.end_runs();
        }
        Ok(())
    }

    /// How many rows a record makes, if it is sound, and whether that is now.
    fn rows_of(&self, record: &'a [u8]) -> (usize, bool) {
        match self.columns {
            Columns::Logs(_) | Columns::Traces(_) => (1, true),
            Columns::Metrics(_) => match Metric::read(record, &self.row) {
                Ok(Some(metric)) => (metric.points().count(), self.takes(metric.kind())),
                // Such a one is rejected then.
                Ok(None) | Err(_) => (0, false),
            },
        }
    }

    /// Whether it is now that a record that makes no rows is told.
    fn tells_of(&self, record: &'a [u8]) -> bool {
        let Some(pass) = self.pass else { return true };
        match Metric::read(record, &self.row) {
            Ok(Some(metric)) => metric.kind() == pass.kind,
            Ok(None) | Err(_) => pass.is_first,
        }
    }

    fn record(&mut self, record: &'a [u8]) {
        match self.columns {
            Columns::Logs(columns) => {
                let pushed = columns.record(record, &mut self.row);
                self.end_row(record, pushed);
            }
            Columns::Traces(columns) => {
                let pushed = columns.record(record, &mut self.row);
                self.end_row(record, pushed);
            }
            Columns::Metrics(columns) => match Metric::read(record, &self.row) {
                Ok(Some(metric)) if self.takes(metric.kind()) => {
                    self.points(record, metric, &columns);
                }
                Ok(Some(metric)) => self.decoded.lines += metric.points().count() as u64,
                // There is nothing in it to be a row.
                Ok(None) => {}
                Err(fault) => self.reject_common(record, fault),
            },
        }
    }

    fn points(&mut self, record: &'a [u8], mut metric: Metric<'a>, columns: &MetricColumns) {
        if let Err(failure) = columns.check_replaced(&mut metric, &mut self.row) {
            return self.reject(record, failure);
        }
        let (number, data) = metric.data();
        // Data that came in parts was put together elsewhere.
        let is_elsewhere = !self.chunk.as_ptr_range().contains(&data.as_ptr());
        if !is_elsewhere {
            self.around.enter(record, number);
            self.around.enter(data, 1);
        }
        for point in metric.points() {
            let pushed = columns.point(&metric, point, &mut self.row);
            self.end_row(if is_elsewhere { record } else { point }, pushed);
            if self.is_over() {
                break;
            }
        }
        if !is_elsewhere {
            self.around.leave(2);
        }
    }

    fn end_row(&mut self, record: &'a [u8], pushed: Result<(), Failure>) {
        match pushed {
            Ok(()) => {
                self.row.builder.end_row();
                self.decoded.counts.rows += 1;
                self.decoded.lines += 1;
            }
            Err(failure) => self.reject(record, failure),
        }
    }

    /// Rejects what is of no kind of metrics, or of several; once.
    fn reject_common(&mut self, bytes: &'a [u8], fault: Fault) {
        if self.is_first() {
            return self.reject(bytes, fault.into());
        }
        self.row.undo();
        self.decoded.lines += 1;
    }

    /// Rejects a record, or what else these bytes of the chunk are.
    fn reject(&mut self, bytes: &'a [u8], failure: Failure) {
        self.row.undo();
        match failure {
            Failure::Malformed(Fault { address, reason }) => {
                // Where parts were put together it is none of the record's.
                let at = address.checked_sub(address_of(bytes)).filter(|at| *at <= bytes.len());
                self.push_rejected(bytes, at.unwrap_or_default(), reason.to_owned(), None);
            }
            Failure::Refused(error) => {
                self.push_rejected(bytes, 0, error.to_string(), Some(error));
            }
        }
    }

    fn push_rejected(
        &mut self,
        bytes: &'a [u8],
        at: usize,
        reason: String,
        refused: Option<Error>,
    ) {
        let start = address_of(bytes) - address_of(self.chunk);
        let (at, bytes) = (start + at, start..start + bytes.len());
        let line = self.decoded.lines;
        let kept = match self.row.builder.redacts() {
            true => Kept::Nothing,
            false => Kept::Within(self.around.enclosing(self.chunk)),
        };
        self.decoded.rejected.push(Rejected { line, bytes, at, reason, refused, kept: Some(kept) });
        self.decoded.lines += 1;
    }
}
