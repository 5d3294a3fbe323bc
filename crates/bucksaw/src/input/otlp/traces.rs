//! Spans.

use super::any_value::json_of_attributes;
use super::columns::{count, id, list, number, text, time};
use super::common::ATTRIBUTES;
use super::ids::{Ids, SPAN_ID, TRACE_ID};
use super::lists::Lists;
use super::row::{Failure, Row};
use super::wire::{Embedded, Fields, Result};
use crate::schema::{ColumnId, ColumnType, Schema};
use crate::types::value::Value;

/// The columns that every table of spans has.
#[derive(Clone, Copy)]
pub(super) struct SpanColumns {
    trace_id: ColumnId,
    span_id: ColumnId,
    parent_span_id: ColumnId,
    trace_state: ColumnId,
    name: ColumnId,
    kind: ColumnId,
    start_time: ColumnId,
    end_time: ColumnId,
    status_code: ColumnId,
    status_message: ColumnId,
    flags: ColumnId,
    dropped_attributes_count: ColumnId,
    events: [ColumnId; 4],
    dropped_events_count: ColumnId,
    links: [ColumnId; 6],
    dropped_links_count: ColumnId,
}

impl SpanColumns {
    pub(super) fn of(ids: Ids, schema: &mut Schema) -> Self {
        const INTEGER: ColumnType = ColumnType::Int64;
        const TEXT: ColumnType = ColumnType::Text;
        Self {
            trace_id: id("trace_id", TRACE_ID, ids, schema),
            span_id: id("span_id", SPAN_ID, ids, schema),
            parent_span_id: id("parent_span_id", SPAN_ID, ids, schema),
            trace_state: text("trace_state", schema),
            name: text("name", schema),
            kind: number("kind", schema),
            start_time: time("start_time", schema),
            end_time: time("end_time", schema),
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
        row.push_number(self.kind, kind)?;
        row.push_time(self.start_time, start_time)?;
        row.push_time(self.end_time, end_time)?;
        if let Some(status) = status.whole(message, 15, row.arena)? {
            self.push_status(status, row)?;
        }
        row.push_count(self.flags, flags.into())?;
        row.push_count(self.dropped_attributes_count, dropped.into())?;
        events.push_to(self.events, row)?;
        row.push_count(self.dropped_events_count, dropped_events.into())?;
        links.push_to(self.links, row)?;
        row.push_count(self.dropped_links_count, dropped_links.into())
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
        row.push_number(self.status_code, code)?;
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
    let attributes = json_of_attributes(message, 3, row.arena)?;
    Ok([Value::U64(time), Value::Text(name), Value::Text(attributes), Value::I64(dropped.into())])
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
        Value::Text(json_of_attributes(message, 4, row.arena)?),
        Value::I64(dropped.into()),
        Value::I64(flags.into()),
    ])
}
