//! The values that an entry has of a field.

use crate::coerce::builder::BorrowingBuilder;
use crate::error::Result;
use crate::schema::Key;
use crate::types::item::Item;
use crate::types::value::Value;

/// One value, or several, which become an array. There may be as many as an entry has bytes, about: of each there is its text only.
pub(super) struct Values<'a> {
    first: Value<'a>,
    /// The array without its end; empty where there is one value.
    array: String,
}

impl<'a> Values<'a> {
    pub(super) fn of(first: Value<'a>) -> Self {
        Self { first, array: String::new() }
    }

    pub(super) fn add(&mut self, value: Value<'a>) {
        if self.array.is_empty() {
            self.array.push('[');
            self.first.append_json(&mut self.array);
        }
        self.array.push(',');
        value.append_json(&mut self.array);
    }

    /// Pushes them as a field of this name.
    ///
    /// # Errors
    /// Those of [`BorrowingBuilder::push_item`].
    pub(super) fn push(mut self, name: &str, builder: &mut BorrowingBuilder<'_, 'a>) -> Result<()> {
        let item = if self.array.is_empty() {
            Item::Value(self.first)
        } else {
            self.array.push(']');
            Item::Json(builder.arena().alloc_str(&self.array))
        };
        builder.push_item(Key::Name(name), item)
    }
}
