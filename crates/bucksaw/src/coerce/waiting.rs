//! Values of columns whose type has not settled: they are in the block as what the decoder found.

use super::builder::RowBuilder;
use crate::block::ColumnOf;
use crate::block::mixed::MixedOf;
use crate::block::text::StoreText;
use crate::error::Result;
use crate::schema::ColumnId;
use crate::types::item::Item;
use crate::types::value::Value;

/// A text of more bytes does not wait for others to settle its column's type.
const MAX_WAITING_BYTES: usize = 256 << 10;

impl<'v, 'r: 'v, S: StoreText<'v>> RowBuilder<'_, 'r, S> {
    /// Whether the value waits until its column's type has settled. A list or a map says what it is by itself, and so does a
    /// text that is too long to be anything else: there may not be memory for it to wait in.
    pub(super) fn waits(&self, id: ColumnId, item: Item<'v>) -> bool {
        let known = self.block.columns.get(id.index());
        if known.is_some_and(ColumnOf::is_mixed) {
            return true;
        }
        let column = self.schema.column(id);
        let says_what_it_is = match item {
            Item::Value(Value::List(_) | Value::Map(_)) => true,
            Item::Value(Value::Text(_) | Value::Bytes(_)) | Item::Json(_) => {
                item.text_bytes() > MAX_WAITING_BYTES
            }
            _ => false,
        };
        column.ty.is_none()
            && !column.takes_all_as_text
            && (column.is_settling || !(self.settles_at_once || says_what_it_is))
    }

    pub(super) fn store_waiting(&mut self, id: ColumnId, item: Item<'v>) -> Result<()> {
        if !self.push_mixed(id, item) {
            return self.store_duplicate(id, item);
        }
        self.schema.begin_settling(id);
        Ok(())
    }

    /// Adds a value as what the decoder found; false where the row has one already.
    pub(super) fn push_mixed(&mut self, id: ColumnId, item: Item<'v>) -> bool {
        let (row, arena) = (self.block.rows, self.arena);
        let column = self.block.column_mut(id);
        if !column.claim(row) {
            return false;
        }
        let as_json = |list: Value<'v>| &*arena.alloc_str(&list.to_text());
        column.values.push_mixed(MixedOf::of(item, &mut self.store, as_json));
        self.block.touched.push(id);
        self.block.most_text += item.text_bytes();
        true
    }
}
