//! The row that a record becomes: its values on their way to their columns.

use bumpalo::Bump;

use super::OtlpLayout;
use super::any_value::{json_of_attributes, key_value};
use super::ids::Ids;
use super::plain;
use super::wire::{Fault, Fields, text_or_fault};
use crate::coerce::block_builder::BlockBuilder;
use crate::error::Error;
use crate::schema::{ColumnId, Key};
use crate::types::item::Item;
use crate::types::path;
use crate::types::value::Value;

const NANOS_OF_MICRO: u64 = 1_000;

/// Why a record makes no row.
pub(super) enum Failure {
    Malformed(Fault),
    /// The schema or strict mode does not take it.
    Refused(Error),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Malformed(fault)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// The row that a record becomes.
pub(super) struct Row<'b, 'a> {
    pub(super) arena: &'a Bump,
    pub(super) builder: BlockBuilder<'b, 'a>,
    pub(super) ids: Ids,
    /// For the paths of attributes, one after the other.
    path: String,
    /// The record's attributes so far, where they are a map.
    entries: Option<Vec<(&'a str, Value<'a>)>>,
}

impl<'b, 'a> Row<'b, 'a> {
    pub(super) fn new(
        builder: BlockBuilder<'b, 'a>,
        layout: OtlpLayout,
        arena: &'a Bump,
        ids: Ids,
    ) -> Self {
        let entries = (layout == OtlpLayout::ClickHouse).then(Vec::new);
        let ids = if layout == OtlpLayout::ClickHouse { Ids::Hex } else { ids };
        Self { arena, builder, ids, path: String::new(), entries }
    }

    /// Forgets what was pushed since the last row's end.
    pub(super) fn undo(&mut self) {
        self.builder.undo_row();
        self.entries.iter_mut().for_each(Vec::clear);
    }
}

impl<'a> Row<'_, 'a> {
    /// A `KeyValue` that is an attribute, below this name.
    #[inline]
    pub(super) fn push_attribute(&mut self, of: &str, message: &'a [u8]) -> Result<(), Failure> {
        let Some((key, value)) = plain::key_value(message) else {
            let (key, value) = key_value(message, self.arena)?;
            return self.push_below(of, key, value.item(self.arena)?);
        };
        if self.entries.is_none()
            && let Some(column) = self.builder.find_below(of, key)
        {
            return Ok(self.builder.push_known(column, value)?);
        }
        self.push_below(of, text_or_fault(key)?, Item::Value(value))
    }

    #[inline(never)]
    fn push_below(&mut self, of: &str, key: &'a str, item: Item<'a>) -> Result<(), Failure> {
        if let Some(entries) = &mut self.entries {
            entries.push((key, entry_of(item, self.arena)));
            return Ok(());
        }
        self.path.clear();
        self.path.push_str(of);
        self.path.push(path::SEPARATOR);
        path::push_name(&mut self.path, key);
        Ok(self.builder.push_item(Key::Name(&self.path), item)?)
    }

    /// The record's attributes, where they are a map and there are any.
    pub(super) fn push_attributes(&mut self, column: Option<ColumnId>) -> Result<(), Failure> {
        let entries = self.entries.as_mut().filter(|entries| !entries.is_empty());
        let (Some(column), Some(entries)) = (column, entries) else { return Ok(()) };
        let map = Value::Map(self.arena.alloc_slice_copy(entries));
        entries.clear();
        Ok(self.builder.push(column, map)?)
    }

    /// Attributes of something in a record, `message`'s fields of this number: as JSON, or as a map.
    pub(super) fn attributes_of(&self, message: &'a [u8], number: u32) -> Result<Value<'a>, Fault> {
        if self.entries.is_none() {
            return Ok(Value::Text(json_of_attributes(message, number, self.arena)?));
        }
        let mut entries = Vec::new();
        let mut fields = Fields::of(message);
        while let Some(field) = fields.next()? {
            if field.number == number {
                let (key, value) = key_value(field.bytes()?, self.arena)?;
                entries.push((key, entry_of(value.item(self.arena)?, self.arena)));
            }
        }
        Ok(Value::Map(self.arena.alloc_slice_copy(&entries)))
    }

    /// Text, where there is any.
    pub(super) fn push_text(&mut self, column: ColumnId, text: &'a str) -> Result<(), Failure> {
        if text.is_empty() {
            return Ok(());
        }
        Ok(self.builder.push(column, Value::Text(text))?)
    }

    /// A count, or another integer without a sign, that is not 0.
    pub(super) fn push_count(&mut self, column: ColumnId, count: u64) -> Result<(), Failure> {
        if count == 0 { Ok(()) } else { self.push_unsigned(column, count) }
    }

    /// The same, also where it is 0.
    pub(super) fn push_unsigned(&mut self, column: ColumnId, value: u64) -> Result<(), Failure> {
        let value = i64::try_from(value).map_or(Value::U64(value), Value::I64);
        Ok(self.builder.push(column, value)?)
    }

    /// An enumeration's number, or another one, that is not 0.
    pub(super) fn push_number(&mut self, column: ColumnId, number: i32) -> Result<(), Failure> {
        if number == 0 {
            return Ok(());
        }
        Ok(self.builder.push(column, Value::I32(number))?)
    }

    /// A list, where it has elements.
    pub(super) fn push_list(
        &mut self,
        column: ColumnId,
        list: &[Value<'a>],
    ) -> Result<(), Failure> {
        let is_default =
            |value: &Value<'_>| matches!(value, Value::I64(0) | Value::Text("") | Value::Null);
        if list.is_empty() || self.builder.is_in_rest(column) && list.iter().all(is_default) {
            return Ok(());
        }
        Ok(self.builder.push(column, Value::List(self.arena.alloc_slice_copy(list)))?)
    }

    /// Nanoseconds since 1970, where they are not 0.
    pub(super) fn push_time(&mut self, column: ColumnId, nanos: u64) -> Result<(), Failure> {
        if nanos == 0 || self.builder.push_nanos(column, nanos) {
            return Ok(());
        }
        let value = match nanos.is_multiple_of(NANOS_OF_MICRO) && !self.builder.is_in_rest(column) {
            true => Value::Timestamp((nanos / NANOS_OF_MICRO).cast_signed()),
            false => Value::U64(nanos),
        };
        Ok(self.builder.push_item(column.into(), Item::Value(value))?)
    }

    /// An id that should have so many bytes, where there is any.
    pub(super) fn push_id(
        &mut self,
        column: ColumnId,
        id: &'a [u8],
        bytes: usize,
    ) -> Result<(), Failure> {
        if id.is_empty() {
            return Ok(());
        }
        Ok(self.builder.push(column, self.ids.value(id, bytes, self.arena))?)
    }
}

/// What an attribute is in a map.
pub(super) fn entry_of<'a>(item: Item<'a>, arena: &'a Bump) -> Value<'a> {
    match item {
        Item::Value(value) => value,
        other => Value::Text(other.into_text(arena)),
    }
}
