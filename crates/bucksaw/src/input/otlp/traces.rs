//! Spans.

use super::OtlpLayout;
use super::clickhouse::{self, Table};
use super::columns::{count, id, list, number, text, time};
use super::common::ATTRIBUTES;
use super::ids::{Ids, SPAN_ID, TRACE_ID};
use super::lists::Lists;
use super::row::{Failure, Row};
use super::wire::{Embedded, Fields, Result};
use crate::input::Format;
use crate::schema::{ColumnId, ColumnType, Schema};
use crate::types::value::Value;

/// The columns that every table of spans has.
#[derive(Clone, Copy)]
pub(super) struct SpanColumns {
    layout: OtlpLayout,
    trace_id: ColumnId,
    span_id: ColumnId,
    parent_span_id: ColumnId,
    trace_state: ColumnId,
    name: ColumnId,
    kind: ColumnId,
    start_time: ColumnId,
    end_time: ColumnId,
    /// The time from start to end, where it stands for the end.
    duration: Option<ColumnId>,
    status_code: ColumnId,
    status_message: ColumnId,
    flags: ColumnId,
    dropped_attributes_count: ColumnId,
    events: [ColumnId; 4],
    dropped_events_count: ColumnId,
    links: [ColumnId; 6],
    dropped_links_count: ColumnId,
    /// Where they are a map.
    attributes: Option<ColumnId>,
}

impl SpanColumns {
    pub(super) fn of(layout: OtlpLayout, ids: Ids, schema: &mut Schema) -> Self {
        match layout {
            OtlpLayout::Flat => Self::flat(ids, schema),
            OtlpLayout::ClickHouse => {
                Self::clickhouse(&mut Table::of(Format::OtlpTraces, None, schema))
            }
        }
    }

    fn clickhouse(table: &mut Table<'_>) -> Self {
        Self {
            layout: OtlpLayout::ClickHouse,
            trace_id: table.column("TraceId"),
            span_id: table.column("SpanId"),
            parent_span_id: table.column("ParentSpanId"),
            trace_state: table.column("TraceState"),
            name: table.column("SpanName"),
            kind: table.column("SpanKind"),
            start_time: table.column("Timestamp"),
            end_time: table.rest("end_time_unix_nano"),
            duration: Some(table.column("Duration")),
            status_code: table.column("StatusCode"),
            status_message: table.column("StatusMessage"),
            flags: table.rest("flags"),
            dropped_attributes_count: table.rest("dropped_attributes_count"),
            events: [
                table.column("Events.Timestamp"),
                table.column("Events.Name"),
                table.column("Events.Attributes"),
                table.rest("events_dropped_attributes_count"),
            ],
            dropped_events_count: table.rest("dropped_events_count"),
            links: [
                table.column("Links.TraceId"),
                table.column("Links.SpanId"),
                table.column("Links.TraceState"),
                table.column("Links.Attributes"),
                table.rest("links_dropped_attributes_count"),
                table.rest("links_flags"),
            ],
            dropped_links_count: table.rest("dropped_links_count"),
            attributes: Some(table.column("SpanAttributes")),
        }
    }

    fn flat(ids: Ids, schema: &mut Schema) -> Self {
        const INTEGER: ColumnType = ColumnType::Int64;
        const TEXT: ColumnType = ColumnType::Text;
        Self {
            layout: OtlpLayout::Flat,
            trace_id: id("trace_id", TRACE_ID, ids, schema),
            span_id: id("span_id", SPAN_ID, ids, schema),
            parent_span_id: id("parent_span_id", SPAN_ID, ids, schema),
            trace_state: text("trace_state", schema),
            name: text("name", schema),
            kind: number("kind", schema),
            start_time: time("start_time", schema),
            end_time: time("end_time", schema),
            duration: None,
            status_code: number("status_code", schema),
            status_message: text("status_message", schema),
            flags: count("flags", schema),
            dropped_attributes_count: count("dropped_attributes_count", schema),
            events: [
                list("events_time_unix_nano", INTEGER, schema),
                list("events_name", TEXT, schema),
                list("events_attributes", TEXT, schema),
                list("events_dropped_attributes_count", INTEGER, schema),
            ],
            dropped_events_count: count("dropped_events_count", schema),
            links: [
                list("links_trace_id", ids.column_type(TRACE_ID), schema),
                list("links_span_id", ids.column_type(SPAN_ID), schema),
                list("links_trace_state", TEXT, schema),
                list("links_attributes", TEXT, schema),
                list("links_dropped_attributes_count", INTEGER, schema),
                list("links_flags", INTEGER, schema),
            ],
            dropped_links_count: count("dropped_links_count", schema),
            attributes: None,
        }
    }

    /// Pushes the values of a `Span`. What is as protobuf has it without being told is null.
    pub(super) fn record<'a>(
        &self,
        message: &'a [u8],
        row: &mut Row<'_, 'a>,
    ) -> std::result::Result<(), Failure> {
        let (mut trace_id, mut span_id, mut parent) = (&b""[..], &b""[..], &b""[..]);
        let (mut trace_state, mut name, mut kind, mut flags) = ("", "", 0, 0);
        let (mut start_time, mut end_time, mut status) = (0, 0, Embedded::default());
        let (mut events, mut links) = (Lists::new(), Lists::new());
        let (mut dropped, mut dropped_events, mut dropped_links) = (0, 0, 0);
        let mut fields = Fields::of(message);
        while let Some(field) = fields.next()? {
            match field.number {
                1 => trace_id = field.bytes()?,
                2 => span_id = field.bytes()?,
                3 => trace_state = field.text()?,
                4 => parent = field.bytes()?,
                5 => name = field.text()?,
                6 => kind = field.int32()?,
                7 => start_time = field.fixed64()?,
                8 => end_time = field.fixed64()?,
                9 => row.push_attribute(ATTRIBUTES, field.bytes()?)?,
                10 => dropped = field.uint32()?,
                11 => events.push(event(field.bytes()?, row)?),
                12 => dropped_events = field.uint32()?,
                13 => links.push(link(field.bytes()?, row)?),
                14 => dropped_links = field.uint32()?,
                15 => status.add(field.bytes()?),
                16 => flags = field.fixed32()?,
                _ => {}
            }
        }
        row.push_id(self.trace_id, trace_id, TRACE_ID)?;
        row.push_id(self.span_id, span_id, SPAN_ID)?;
        row.push_id(self.parent_span_id, parent, SPAN_ID)?;
        row.push_text(self.trace_state, trace_state)?;
        row.push_text(self.name, name)?;
        match self.layout {
            OtlpLayout::Flat => row.push_number(self.kind, kind)?,
            OtlpLayout::ClickHouse => {
                row.push_text(self.kind, clickhouse::span_kind(kind, row.arena))?;
            }
        }
        row.push_time(self.start_time, start_time)?;
        match self.duration.zip(end_time.checked_sub(start_time)) {
            Some((column, duration)) if end_time > 0 => row.push_unsigned(column, duration)?,
            _ => row.push_time(self.end_time, end_time)?,
        }
        let status = status.whole(message, 15, row.arena)?;
        self.push_status(status.unwrap_or_default(), row)?;
        row.push_count(self.flags, flags.into())?;
        row.push_count(self.dropped_attributes_count, dropped.into())?;
        events.push_to(self.events, row)?;
        row.push_count(self.dropped_events_count, dropped_events.into())?;
        links.push_to(self.links, row)?;
        row.push_count(self.dropped_links_count, dropped_links.into())?;
        row.push_attributes(self.attributes)
    }

    fn push_status<'a>(
        &self,
        status: &'a [u8],
        row: &mut Row<'_, 'a>,
    ) -> std::result::Result<(), Failure> {
        let (mut message, mut code) = ("", 0);
        let mut fields = Fields::of(status);
        while let Some(field) = fields.next()? {
            match field.number {
                2 => message = field.text()?,
                3 => code = field.int32()?,
                _ => {}
            }
        }
        match self.layout {
            OtlpLayout::Flat => row.push_number(self.status_code, code)?,
            OtlpLayout::ClickHouse => {
                row.push_text(self.status_code, clickhouse::status_code(code, row.arena))?;
            }
        }
        row.push_text(self.status_message, message)
    }
}

/// The values of an `Event`, in its columns' order.
fn event<'a>(message: &'a [u8], row: &Row<'_, 'a>) -> Result<[Value<'a>; 4]> {
    let (mut time, mut name, mut dropped) = (0, "", 0);
    let mut fields = Fields::of(message);
    while let Some(field) = fields.next()? {
        match field.number {
            1 => time = field.fixed64()?,
            2 => name = field.text()?,
            4 => dropped = field.uint32()?,
            _ => {}
        }
    }
    let attributes = row.attributes_of(message, 3)?;
    Ok([Value::U64(time), Value::Text(name), attributes, Value::I64(dropped.into())])
}

/// The values of a `Link`, in its columns' order.
fn link<'a>(message: &'a [u8], row: &Row<'_, 'a>) -> Result<[Value<'a>; 6]> {
    let (mut trace_id, mut span_id, mut trace_state) = (&b""[..], &b""[..], "");
    let (mut dropped, mut flags) = (0, 0);
    let mut fields = Fields::of(message);
    while let Some(field) = fields.next()? {
        match field.number {
            1 => trace_id = field.bytes()?,
            2 => span_id = field.bytes()?,
            3 => trace_state = field.text()?,
            5 => dropped = field.uint32()?,
            6 => flags = field.fixed32()?,
            _ => {}
        }
    }
    Ok([
        row.ids.value(trace_id, TRACE_ID, row.arena),
        row.ids.value(span_id, SPAN_ID, row.arena),
        Value::Text(trace_state),
        row.attributes_of(message, 4)?,
        Value::I64(dropped.into()),
        Value::I64(flags.into()),
    ])
}
