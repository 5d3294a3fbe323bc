//! What the records of a resource, and of a scope, have in common.

use super::any_value::{append_texts, key_value};
use super::columns::{AttributeColumns, CommonColumns};
use super::plain;
use super::row::{Row, entry_of};
use super::wire::{Fields, Result, text_or_fault};
use crate::schema::{ColumnId, Key};
use crate::types::item::Item;
use crate::types::path;
use crate::types::value::{Value, append_json_string};

/// Values with the columns that they go to.
pub(super) type Common<'a> = Vec<(Key<'a>, Item<'a>)>;

/// The name that a record's attributes are below.
pub(super) const ATTRIBUTES: &str = "attr";

const SERVICE_NAME: &str = "service.name";

/// Those of a `Resource`.
pub(super) fn resource<'a>(
    message: &'a [u8],
    schema_url: &'a str,
    columns: &CommonColumns,
    row: &mut Row<'_, 'a>,
) -> Result<Common<'a>> {
    let (mut common, mut entries) = (Common::new(), Vec::new());
    let (mut dropped, mut entities, mut has_service) = (0, String::new(), false);
    let mut fields = Fields::of(message);
    while let Some(field) = fields.next()? {
        match field.number {
            1 => {
                let is_entry = columns.attributes.is_some();
                let (key, column, item) =
                    attribute(columns.resource, field.bytes()?, is_entry, row)?;
                if key == SERVICE_NAME
                    && !row.builder.redacts_path(&path::of_names([columns.resource, key]))
                    && let Item::Value(Value::Text(_)) = item
                    && !std::mem::replace(&mut has_service, true)
                {
                    common.push((columns.service_name.into(), item));
                }
                match column {
                    Some(column) => common.push((column, item)),
                    None => entries.push((key, entry_of(item, row.arena))),
                }
            }
            2 => dropped = field.uint32()?,
            3 => append_entity(field.bytes()?, &mut entities)?,
            _ => {}
        }
    }
    if let Some(AttributeColumns { resource, .. }) = columns.attributes {
        push_map(resource, &entries, &mut common, row);
    }
    push_count(columns.resource_dropped_attributes_count, dropped, &mut common);
    if !entities.is_empty() {
        entities.push(']');
        let json = row.arena.alloc_str(&entities);
        common.push((columns.resource_entity_refs, Item::Json(json)));
    }
    push_text(columns.resource_schema_url, schema_url, &mut common);
    Ok(common)
}

/// Those of an `InstrumentationScope`.
pub(super) fn scope<'a>(
    message: &'a [u8],
    schema_url: &'a str,
    columns: &CommonColumns,
    row: &mut Row<'_, 'a>,
) -> Result<Common<'a>> {
    let (mut common, mut entries) = (Common::new(), Vec::new());
    let (mut name, mut version, mut dropped) = ("", "", 0);
    let mut fields = Fields::of(message);
    while let Some(field) = fields.next()? {
        match field.number {
            1 => name = field.text()?,
            2 => version = field.text()?,
            3 => {
                let is_entry = columns.attributes.is_some();
                let (key, column, item) = attribute(columns.scope, field.bytes()?, is_entry, row)?;
                match column {
                    Some(column) => common.push((column, item)),
                    None => entries.push((key, entry_of(item, row.arena))),
                }
            }
            4 => dropped = field.uint32()?,
            _ => {}
        }
    }
    if let Some(AttributeColumns { scope, .. }) = columns.attributes {
        push_map(scope, &entries, &mut common, row);
    }
    push_text(columns.scope_name, name, &mut common);
    push_text(columns.scope_version, version, &mut common);
    push_count(columns.scope_dropped_attributes_count, dropped, &mut common);
    push_text(columns.scope_schema_url, schema_url, &mut common);
    Ok(common)
}

/// An attribute's key, its column below this name, unless it is to be a map's entry, and its value.
fn attribute<'a>(
    of: &str,
    message: &'a [u8],
    is_entry: bool,
    row: &mut Row<'_, 'a>,
) -> Result<(&'a str, Option<Key<'a>>, Item<'a>)> {
    if !is_entry
        && let Some((key, value)) = plain::key_value(message)
        && let Some(column) = row.builder.find_below(of, key)
    {
        return Ok((text_or_fault(key)?, Some(column.into()), Item::Value(value)));
    }
    let (key, value) = key_value(message, row.arena)?;
    let path = || &*row.arena.alloc_str(&path::of_names([of, key]));
    let column = (!is_entry).then(|| Key::Name(path()));
    Ok((key, column, value.item(row.arena)?))
}

/// Attributes as a map, where there are any.
fn push_map<'a>(
    column: ColumnId,
    entries: &[(&'a str, Value<'a>)],
    common: &mut Common<'a>,
    row: &Row<'_, 'a>,
) {
    if !entries.is_empty() {
        let map = Value::Map(row.arena.alloc_slice_copy(entries));
        common.push((column.into(), Item::Value(map)));
    }
}

/// How many values these are, each entry of a map one.
pub(super) fn weight(common: &Common<'_>) -> usize {
    let of = |(_, item): &(Key<'_>, Item<'_>)| match item {
        Item::Value(Value::Map(entries)) => entries.len(),
        _ => 1,
    };
    common.iter().map(of).sum()
}

fn push_count(column: ColumnId, count: u32, common: &mut Common<'_>) {
    if count > 0 {
        common.push((column.into(), Item::Value(Value::I64(count.into()))));
    }
}

fn push_text<'a>(column: ColumnId, text: &'a str, common: &mut Common<'a>) {
    if !text.is_empty() {
        common.push((column.into(), Item::Value(Value::Text(text))));
    }
}

/// Appends an `EntityRef` to a JSON array without its end.
fn append_entity(message: &[u8], json: &mut String) -> Result<()> {
    let (mut schema_url, mut ty) = ("", "");
    let mut fields = Fields::of(message);
    while let Some(field) = fields.next()? {
        match field.number {
            1 => schema_url = field.text()?,
            2 => ty = field.text()?,
            _ => {}
        }
    }
    json.push(if json.is_empty() { '[' } else { ',' });
    json.push_str("{\"schema_url\":");
    append_json_string(schema_url, json);
    json.push_str(",\"type\":");
    append_json_string(ty, json);
    json.push_str(",\"id_keys\":");
    append_texts(message, 3, json)?;
    json.push_str(",\"description_keys\":");
    append_texts(message, 4, json)?;
    json.push('}');
    Ok(())
}
