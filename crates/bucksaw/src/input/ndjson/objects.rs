//! Whether a row may give an object's name again, for the fast reader: it is told so whenever that
//! can't be ruled out, and leaves the line to the careful reader.

use crate::coerce::builder::BorrowingBuilder;
use crate::schema::{ColumnId, Key, Schema};

/// The objects of a row that become columns.
#[derive(Default)]
pub(super) struct RowObjects {
    /// Hashes of their paths.
    paths: Vec<u64>,
    /// The columns that have such a path as their name.
    columns: Vec<ColumnId>,
}

impl RowObjects {
    pub(super) fn clear(&mut self) {
        self.paths.clear();
        self.columns.clear();
    }

    pub(super) fn add(&mut self, path: &str, schema: &Schema) {
        self.paths.push(schema.hash_of(path));
        self.columns.extend(schema.find(path));
    }

    /// Whether the row, at its end, may have given a path twice, or a value of its own beside an object.
    pub(super) fn may_repeat(&mut self, builder: &BorrowingBuilder<'_, '_>) -> bool {
        if self.paths.is_empty() {
            return false;
        }
        self.paths.sort_unstable();
        let is_path = |hash: u64| self.paths.binary_search(&hash).is_ok();
        self.paths.windows(2).any(|pair| pair[0] == pair[1])
            || self.columns.iter().any(|id| builder.has_value(Key::Id(*id)))
            || builder.hashes_of_new_names().any(is_path)
    }
}
