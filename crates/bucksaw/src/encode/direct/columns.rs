//! The columns of the file.

use crate::options::declared::REST_COLUMN;
use crate::schema::Column;
use crate::types::logical::ColumnType;
use crate::types::nesting::Nesting;
use crate::types::physical::{Order, PhysicalType, Storage};

/// How values of this type are stored. Types that can't be are refused with their first value; until then
/// such a column is as one of text.
pub(super) fn storage_of(ty: &ColumnType) -> Storage {
    ty.storage().unwrap_or(Storage { physical: PhysicalType::Text, order: Order::Unsigned })
}

/// A leaf of a column: what a chunk holds the values of.
#[derive(Clone, Copy, Debug)]
pub(super) struct LeafColumn<'c> {
    /// The column's.
    pub(super) name: &'c str,
    /// The column's.
    pub(super) ty: &'c ColumnType,
    pub(super) nesting: Nesting,
}

/// A column of the file.
#[derive(Debug)]
pub(super) struct FileColumn {
    pub(super) name: String,
    pub(super) ty: ColumnType,
    pub(super) field_id: Option<i32>,
    /// In the schema; none for a column that only stands in for those to come.
    pub(super) index: Option<usize>,
    pub(super) is_late: bool,
}

impl FileColumn {
    pub(super) fn new(column: &Column, index: usize, is_late: bool) -> Self {
        let ty = column.ty.clone().unwrap_or(ColumnType::Text);
        let (name, field_id) = (column.name.clone(), column.field_id);
        Self { name, ty, field_id, index: Some(index), is_late }
    }

    /// The first column of a file whose first row group has none.
    pub(super) fn stand_in() -> Self {
        let (name, ty) = (REST_COLUMN.to_owned(), ColumnType::Text);
        Self { name, ty, field_id: None, index: None, is_late: false }
    }

    /// How many leaves it has.
    pub(super) fn leaves(&self) -> usize {
        self.ty.leaves().len()
    }

    pub(super) fn stands_in_for(&self, column: &Column) -> bool {
        #[cfg(test)]
        tests::COMPARED.with(|count| count.set(count.get() + 1));
        self.index.is_none() && self.name == column.name
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::cell::Cell;

    thread_local! {
        /// How often this thread compared a column with one of the file's.
        pub(in super::super) static COMPARED: Cell<usize> = const { Cell::new(0) };
    }
}
