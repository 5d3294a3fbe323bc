//! Log records.

use super::OtlpLayout;
use super::any_value::AnyValue;
use super::clickhouse::Table;
use super::columns::{count, id, number, text, time};
use super::common::ATTRIBUTES;
use super::ids::{Ids, SPAN_ID, TRACE_ID};
use super::plain;
use super::row::{Failure, Row};
use super::wire::{Embedded, Fields};
use crate::input::Format;
use crate::schema::{ColumnId, Schema};
use crate::types::item::Item;
use crate::types::value::Value;

/// The columns that every table of logs has.
#[derive(Clone, Copy)]
pub(super) struct LogColumns {
    layout: OtlpLayout,
    time: ColumnId,
    observed_time: ColumnId,
    severity_number: ColumnId,
    severity_text: ColumnId,
    body: ColumnId,
    body_type: ColumnId,
    trace_id: ColumnId,
    span_id: ColumnId,
    flags: ColumnId,
    event_name: ColumnId,
    dropped_attributes_count: ColumnId,
    /// Where they are a map.
    attributes: Option<ColumnId>,
}

impl LogColumns {
    pub(super) fn of(layout: OtlpLayout, ids: Ids, schema: &mut Schema) -> Self {
        match layout {
            OtlpLayout::Flat => Self::flat(ids, schema),
            OtlpLayout::ClickHouse => {
                Self::clickhouse(&mut Table::of(Format::OtlpLogs, None, schema))
            }
        }
    }

    fn clickhouse(table: &mut Table<'_>) -> Self {
        Self {
            layout: OtlpLayout::ClickHouse,
            time: table.column("Timestamp"),
            observed_time: table.rest("observed_time_unix_nano"),
            severity_number: table.column("SeverityNumber"),
            severity_text: table.column("SeverityText"),
            body: table.column("Body"),
            body_type: table.rest("body_type"),
            trace_id: table.column("TraceId"),
            span_id: table.column("SpanId"),
            flags: table.column("TraceFlags"),
            event_name: table.column("EventName"),
            dropped_attributes_count: table.rest("dropped_attributes_count"),
            attributes: Some(table.column("LogAttributes")),
        }
    }

    fn flat(ids: Ids, schema: &mut Schema) -> Self {
        Self {
            layout: OtlpLayout::Flat,
            time: time("time", schema),
            observed_time: time("observed_time", schema),
            severity_number: number("severity_number", schema),
            severity_text: text("severity_text", schema),
            body: text("body", schema),
            body_type: text("body_type", schema),
            trace_id: id("trace_id", TRACE_ID, ids, schema),
            span_id: id("span_id", SPAN_ID, ids, schema),
            flags: count("flags", schema),
            event_name: text("event_name", schema),
            dropped_attributes_count: count("dropped_attributes_count", schema),
            attributes: None,
        }
    }

    /// Pushes the values of a `LogRecord`. What is as protobuf has it without being told is null.
    pub(super) fn record<'a>(
        &self,
        message: &'a [u8],
        row: &mut Row<'_, 'a>,
    ) -> Result<(), Failure> {
        let (mut time, mut observed_time, mut severity_number, mut severity_text) = (0, 0, 0, "");
        let (mut body, mut dropped, mut flags) = (Embedded::default(), 0, 0);
        let (mut trace_id, mut span_id, mut event_name) = (&b""[..], &b""[..], "");
        let mut fields = Fields::of(message);
        while let Some(field) = fields.next()? {
            match field.number {
                1 => time = field.fixed64()?,
                2 => severity_number = field.int32()?,
                3 => severity_text = field.text()?,
                5 => body.add(field.bytes()?),
                6 => row.push_attribute(ATTRIBUTES, field.bytes()?)?,
                7 => dropped = field.uint32()?,
                8 => flags = field.fixed32()?,
                9 => trace_id = field.bytes()?,
                10 => span_id = field.bytes()?,
                11 => observed_time = field.fixed64()?,
                12 => event_name = field.text()?,
                _ => {}
            }
        }
        if self.layout == OtlpLayout::ClickHouse && time == 0 {
            // As the exporter has it.
            time = observed_time;
        }
        row.push_time(self.time, time)?;
        row.push_time(self.observed_time, observed_time)?;
        row.push_number(self.severity_number, severity_number)?;
        row.push_text(self.severity_text, severity_text)?;
        if let Some(body) = body.whole(message, 5, row.arena)? {
            match plain::scalar(body) {
                Some(text @ Value::Text(_)) => row.builder.push(self.body, text)?,
                _ => self.push_body(AnyValue::read(body, row.arena)?, row)?,
            }
        }
        row.push_id(self.trace_id, trace_id, TRACE_ID)?;
        row.push_id(self.span_id, span_id, SPAN_ID)?;
        row.push_count(self.flags, flags.into())?;
        row.push_text(self.event_name, event_name)?;
        row.push_count(self.dropped_attributes_count, dropped.into())?;
        row.push_attributes(self.attributes)
    }

    /// A body is text; of another kind it is that as text, and its kind is told.
    fn push_body<'a>(&self, body: AnyValue<'a>, row: &mut Row<'_, 'a>) -> Result<(), Failure> {
        let Some(kind) = body.kind() else { return Ok(()) };
        if let AnyValue::Scalar(value @ Value::Text(_)) = body {
            return Ok(row.builder.push(self.body, value)?);
        }
        let item = match body.item(row.arena)? {
            json @ Item::Json(_) => json,
            other => Item::Value(Value::Text(other.into_text(row.arena))),
        };
        row.builder.push_item(self.body.into(), item)?;
        Ok(row.builder.push(self.body_type, Value::Text(kind))?)
    }
}
