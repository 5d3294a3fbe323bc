//! Columns, and what they are called by.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

use serde::Serialize;

use crate::runtime::prefetch::prefetch;
use crate::types::logical::ColumnType;

/// Names a column of a [`Table`](crate::Table), for all of its files.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnId {
    index: u32,
    table: TableTag,
}

impl ColumnId {
    #[inline]
    pub(crate) fn new(index: usize, table: TableTag) -> Self {
        // More columns than 32 bits count are refused before.
        Self { index: index as u32, table }
    }

    /// The column's index in its table, from 0.
    #[inline]
    #[must_use]
    pub fn index(self) -> usize {
        self.index as usize
    }

    #[inline]
    pub(crate) fn table(self) -> TableTag {
        self.table
    }
}

impl fmt::Debug for ColumnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ColumnId({})", self.index)
    }
}

/// Tells the columns and blocks of one table from those of others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TableTag(u32);

impl TableTag {
    /// A tag that no other table has: only after 2³² tables one comes again.
    pub(super) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// Names the column that a value belongs to: by its name in the rows, or by its resolved id.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Key<'k> {
    /// The name in the rows.
    Name(&'k str),
    /// An id of [`Table::column`](crate::Table::column).
    Id(ColumnId),
}

impl Key<'_> {
    #[inline]
    pub(crate) fn prefetch(self) {
        if let Self::Name(name) = self {
            prefetch(name.as_bytes());
        }
    }
}

impl<'k, S: AsRef<str> + ?Sized> From<&'k S> for Key<'k> {
    #[inline]
    fn from(name: &'k S) -> Self {
        Self::Name(name.as_ref())
    }
}

impl From<ColumnId> for Key<'_> {
    #[inline]
    fn from(id: ColumnId) -> Self {
        Self::Id(id)
    }
}

impl From<&ColumnId> for Key<'_> {
    #[inline]
    fn from(id: &ColumnId) -> Self {
        Self::Id(*id)
    }
}

/// A column as the file has it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Column {
    /// The name in the file.
    pub name: String,
    /// The name that rows give, where the file's is another.
    pub renamed_from: Option<String>,
    /// The type, once a value has fixed it.
    pub ty: Option<ColumnType>,
    /// Whether the column was declared beforehand.
    pub declared: bool,
    /// The field id, if it was given one.
    pub field_id: Option<i32>,
    /// Whether every value is stored as text, by [`Options::text_prefixes`].
    pub(crate) takes_all_as_text: bool,
    /// Whether it has values that wait for its type.
    pub(crate) is_settling: bool,
    pub(crate) sibling: Option<ColumnId>,
    /// Whether JSON writes the name that rows give without escapes.
    pub(super) is_plain_json: bool,
}

impl Column {
    /// The name that rows give.
    #[inline]
    pub(crate) fn given_name(&self) -> &str {
        self.renamed_from.as_ref().unwrap_or(&self.name)
    }
}

/// A column that the file calls otherwise than the rows do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Renamed {
    /// The name in the rows.
    pub from: String,
    /// The name in the file.
    pub to: String,
}
