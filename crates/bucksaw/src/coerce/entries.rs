//! Redaction of maps: each of their keys is a member of the object that a map is, and redacted by its path.

use super::builder::RowBuilder;
use crate::block::text::StoreText;
use crate::schema::{ColumnId, Stand};
use crate::types::item::Item;
use crate::types::json::{items_of_array, items_of_object};
use crate::types::path;
use crate::types::value::Value;

impl<'v, 'r: 'v, S: StoreText<'v>> RowBuilder<'_, 'r, S> {
    /// What stands for a map, or a list of maps, of this column. What is redacted as a whole is no map any more.
    pub(super) fn with_redacted_entries(
        &mut self,
        id: ColumnId,
        item: Item<'v>,
    ) -> Option<Stand<'v>> {
        let redacted = self.schema.column(id).redacted.as_ref();
        if let Some(redacted) = redacted.filter(|redacted| redacted.is_of_all()) {
            return redacted.of(item, self.arena);
        }
        let path = self.path_of(id);
        let value = match item {
            Item::Value(Value::List(maps)) => {
                self.maps(&path, maps.iter().copied().map(Item::Value))
            }
            Item::Json(json) if json.starts_with('[') => {
                self.maps(&path, items_of_array(json, self.arena)?)
            }
            _ => self.map(&path, item)?,
        };
        // What was changed is counted by key.
        Some(Stand { item: Item::Value(value), is_changed: false })
    }

    fn maps(&mut self, path: &str, items: impl IntoIterator<Item = Item<'v>>) -> Value<'v> {
        let items = items.into_iter();
        let maps = items.map(|item| self.map(path, item).unwrap_or_else(|| self.value_of(item)));
        let maps: Vec<Value<'v>> = maps.collect();
        Value::List(self.arena.alloc_slice_copy(&maps))
    }

    /// None of what is no map.
    fn map(&mut self, path: &str, item: Item<'v>) -> Option<Value<'v>> {
        let entries: Vec<(&str, Item<'v>)> = match item {
            Item::Value(Value::Map(entries)) => {
                entries.iter().map(|(key, value)| (*key, Item::Value(*value))).collect()
            }
            Item::Json(json) | Item::TooDeep(json) => items_of_object(json, self.arena)?,
            _ => return None,
        };
        let mut of_key = format!("{path}{}", path::SEPARATOR);
        let outer = of_key.len();
        let entries = entries.into_iter().map(|(key, item)| {
            of_key.truncate(outer);
            path::push_name(&mut of_key, key);
            let item = self.redacted(&of_key, item);
            (key, self.value_of(item))
        });
        let entries: Vec<(&str, Value<'v>)> = entries.collect();
        Some(Value::Map(self.arena.alloc_slice_copy(&entries)))
    }

    /// The value that an item is in a map of texts.
    fn value_of(&self, item: Item<'v>) -> Value<'v> {
        match item {
            Item::Value(value) => value,
            other => Value::Text(other.into_text(self.arena)),
        }
    }
}
