//! Text of formats that have no types, into columns: what it is depends on the column.

use serde_json::value::RawValue;

use super::builder::RowBuilder;
use crate::block::text::StoreText;
use crate::error::Result;
use crate::schema::{ColumnId, ColumnType, Key};
use crate::types::item::Item;
use crate::types::untyped;
use crate::types::value::{Value, ValueKind};

impl<'v, 'r: 'v, S: StoreText<'v>> RowBuilder<'_, 'r, S> {
    /// Stores text that may spell a value. A column that has a type takes it as such at once: numbers are never kept as text
    /// on their way.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    #[inline]
    pub(crate) fn store_untyped(&mut self, id: ColumnId, text: &'v str) -> Result<()> {
        let known = self.block.columns.get(id.index());
        let is_stored = match known.map_or(ValueKind::Null, |column| column.kind()) {
            ValueKind::Text => self.store_text_alike(id, text),
            ValueKind::I64 => untyped::integer(text)
                .is_some_and(|integer| self.store_alike(id, &Value::I64(integer))),
            ValueKind::F64 => untyped::double(text)
                .is_some_and(|double| self.store_alike(id, &Value::F64(double))),
            ValueKind::Bool => {
                untyped::bool(text).is_some_and(|bool| self.store_alike(id, &Value::Bool(bool)))
            }
            _ => false,
        };
        if is_stored { Ok(()) } else { self.store_other(id, Item::Untyped(text)) }
    }

    /// Stores text that may spell a value in the column that its path leads to.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    #[inline]
    pub(crate) fn push_untyped(&mut self, path: &str, text: &'v str) -> Result<()> {
        // In strict mode, names are looked at.
        if !self.schema.strict
            && let Some(id) = self.schema.known(path)
        {
            return self.store_untyped(id, text);
        }
        self.push_item(Key::Name(path), Item::Untyped(text))
    }

    /// What a column makes of an item that is text without a type.
    pub(super) fn of_its_type(&self, id: ColumnId, item: Item<'v>) -> Item<'v> {
        let Item::Untyped(text) = item else { return item };
        let column = self.schema.column(id);
        let is_json = || serde_json::from_str::<&RawValue>(text).is_ok();
        match &column.ty {
            _ if column.takes_all_as_text => Item::Value(Value::Text(text)),
            None => untyped::item_of(text),
            Some(ty) if ty.is_numeric() || *ty == ColumnType::Bool => untyped::item_of(text),
            Some(ColumnType::Json) if is_json() => Item::Json(text.trim_ascii()),
            Some(ColumnType::List(_)) if text.starts_with('[') && is_json() => {
                Item::Json(text.trim_ascii())
            }
            // Times, dates and bytes may be spelled as numbers are.
            Some(_) => Item::Value(Value::Text(text)),
        }
    }
}
