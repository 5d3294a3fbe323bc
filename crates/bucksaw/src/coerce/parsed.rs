//! Texts that are JSON objects, where their members are to be columns.

use super::builder::RowBuilder;
use crate::block::text::StoreText;
use crate::error::Result;
use crate::schema::{ColumnId, Key};
use crate::types::habits::Plain;
use crate::types::item::Item;
use crate::types::members::{Flattening, flatten};
use crate::types::value::Value;

/// Levels of objects in them that become columns.
const MAX_DEPTH: usize = 64;

impl<'v, 'r: 'v, S: StoreText<'v>> RowBuilder<'_, 'r, S> {
    /// The members of the object that a value's text is, below its column's path; none where it is none.
    pub(super) fn members_in_text(
        &self,
        id: ColumnId,
        item: Item<'v>,
    ) -> Option<(Vec<(&'v str, Item<'v>)>, Plain<'v>)> {
        let (Item::Value(Value::Text(text)) | Item::Untyped(text)) = item else { return None };
        let json = text.trim_ascii();
        if !json.starts_with('{') {
            return None;
        }
        let flattening = Flattening { flattens: true, max_depth: MAX_DEPTH };
        let keeps_json = |path: &str, start| self.schema.keeps_json(path, start);
        let mut members = Vec::new();
        let path = self.path_of(id);
        let arena: &'v bumpalo::Bump = self.arena;
        let plain = self.schema.habits.plain(json, arena);
        flatten(&path, plain.json, flattening, &keeps_json, arena, &mut members).ok()?;
        members.iter_mut().for_each(|(_, item)| *item = plain.item(*item));
        Some((members, plain))
    }

    pub(super) fn store_members(
        &mut self,
        (members, plain): (Vec<(&'v str, Item<'v>)>, Plain<'v>),
    ) -> Result<()> {
        self.count_habits(plain.counts(&[]));
        // Without an example: some of its members may be redacted.
        self.block.alterations.parsed_json += 1;
        members.into_iter().try_for_each(|(path, item)| self.push_item(Key::Name(path), item))
    }
}
