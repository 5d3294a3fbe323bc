//! Values that their column can't hold, and those that come twice: into siblings and `_rest`.

use super::builder::RowBuilder;
use super::refusal::{refused, unexpected};
use crate::block::counts::Outcome;
use crate::block::text::StoreText;
use crate::error::Result;
use crate::format::origins::is_spelled;
use crate::options::UnknownColumns;
#[cfg(feature = "arrow")]
use crate::options::declared::REST_COLUMN;
use crate::schema::{ColumnId, ColumnType, Sibling};
use crate::types::item::Item;
#[cfg(feature = "arrow")]
use crate::types::json::{item_of, items_of_object};
#[cfg(feature = "arrow")]
use crate::types::path;
use crate::types::physical::PhysicalValue;
use crate::types::value::Value;

/// Objects within each other in `_rest` whose members are looked at one by one.
#[cfg(feature = "arrow")]
const MAX_REST_DEPTH: usize = 64;

impl<'v, 'r: 'v, S: StoreText<'v>> RowBuilder<'_, 'r, S> {
    /// A value of another type than its column's: as text into the sibling.
    pub(super) fn store_misfit(
        &mut self,
        id: ColumnId,
        ty: &ColumnType,
        item: Item<'v>,
    ) -> Result<()> {
        let is_number = matches!(item, Item::Number(_) | Item::Value(Value::U64(_)));
        if is_number && ty.is_of_numbers() {
            self.store_beside(id, ty, item, Outcome::OversizedNumber)
        } else {
            self.store_beside(id, ty, item, Outcome::Conflict)
        }
    }

    /// The same, counted as this.
    pub(super) fn store_beside(
        &mut self,
        id: ColumnId,
        ty: &ColumnType,
        item: Item<'v>,
        outcome: Outcome,
    ) -> Result<()> {
        let column = self.schema.column(id);
        if self.schema.refuses_rows() {
            let shown = item.example();
            return Err(refused(
                &column.name,
                &format!(
                    "it holds {ty}, and {shown:?} is not one: fix the row, or leave strict mode, and let unknown columns be added, to keep it as text"
                ),
            ));
        }
        self.block.count(id, outcome, item);
        let row = self.block.rows;
        if let Some(sibling) = self.schema.sibling(id, Sibling::Text, self.is_late) {
            let column = self.block.column_mut(sibling);
            column.set_kind(ColumnType::Text.value_kind());
            if column.claim(row) {
                let text = item.into_text(self.arena);
                column.values.push(PhysicalValue::Text(text), &mut self.store);
                self.block.touched.push(sibling);
                if item.is_spelled_as_json() {
                    self.block.spelled.push(sibling);
                } else if is_spelled(text) {
                    self.schema.add_unclear_text(sibling);
                }
                self.block.most_text += text.len();
                return Ok(());
            }
        }
        let path = self.path_of(id);
        self.push_rest(&path, item)
    }

    /// A value of a column that is none of the file's.
    pub(super) fn store_in_rest(&mut self, id: ColumnId, item: Item<'v>) {
        self.block.alterations.rest_values += 1;
        let path = self.path_of(id);
        let item = self.redacted(&path, item);
        self.rest_of(&path, item);
    }

    pub(super) fn store_duplicate(&mut self, id: ColumnId, item: Item<'v>) -> Result<()> {
        let path = self.path_of(id);
        self.keep_duplicate(&path, item)?;
        self.block.count_of_column(id, Outcome::Duplicate, item);
        Ok(())
    }

    /// Keeps a value whose name the row has given already.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub(crate) fn push_duplicate(&mut self, name: &str, item: Item<'v>) -> Result<()> {
        if self.schema.drops(name) {
            return Ok(());
        }
        if self.schema.unknown_columns == UnknownColumns::Refuse && self.schema.find(name).is_none()
        {
            return Err(unexpected(name));
        }
        let item = self.redacted(name, item);
        self.keep_duplicate(name, item)
    }

    fn keep_duplicate(&mut self, name: &str, item: Item<'v>) -> Result<()> {
        self.refuse_if_strict(name, "the row gives it twice")?;
        self.block.alterations.duplicates += 1;
        self.push_rest(name, item)
    }

    /// Adds what another file had in `_rest` of the row.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    #[cfg(feature = "arrow")]
    pub(crate) fn push_rest_object(&mut self, json: &'v str) -> Result<()> {
        self.refuse_if_strict(REST_COLUMN, "what has no column is not for strict mode")?;
        if self.schema.unknown_columns == UnknownColumns::Refuse {
            return Err(unexpected(REST_COLUMN));
        }
        let mut path = String::new();
        self.push_rest_members(&mut path, json, 0);
        Ok(())
    }

    #[cfg(feature = "arrow")]
    fn push_rest_members(&mut self, path: &mut String, json: &'v str, depth: usize) {
        let members = items_of_object(json, self.arena)
            .filter(|members| depth < MAX_REST_DEPTH && !members.is_empty());
        let Some(members) = members else {
            let item = item_of(json, self.arena).unwrap_or(Item::Value(Value::Text(json)));
            // Of the row itself, what is no object.
            let path = if depth == 0 { REST_COLUMN } else { path.as_str() };
            if !self.schema.drops(path) {
                let item = self.redacted(path, item);
                self.rest_of(path, item);
            }
            return;
        };
        let outer = path.len();
        for (name, item) in members {
            if depth > 0 {
                path.push(path::SEPARATOR);
            }
            path::push_name(path, name);
            match item {
                Item::Json(json) | Item::TooDeep(json) if json.starts_with('{') => {
                    self.push_rest_members(path, json, depth + 1);
                }
                _ if self.schema.drops(path) => {}
                item => {
                    let item = self.redacted(path, item);
                    self.rest_of(path, item);
                }
            }
            path.truncate(outer);
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "the last step of functions that can fail")]
    pub(super) fn push_rest(&mut self, name: &str, item: Item<'v>) -> Result<()> {
        self.rest_of(name, item);
        Ok(())
    }
}
