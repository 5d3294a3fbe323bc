//! Columns, and what they are called by.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde::Serialize;

use super::quoted::Quoted;
use super::redacted::Redacted;
use crate::runtime::prefetch::prefetch;
use crate::types::item::Item;
use crate::types::logical::ColumnType;
use crate::types::moment::Moment;
use crate::types::path;
use crate::types::reading::{NoMoment, Reading};
use crate::types::spelling::Spelling;
use crate::types::timestamp::TimeUnit;
use crate::types::value::ValueKind;

/// Names a column of a [`Table`](crate::Table), for all of its files.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnId(
    /// The index, above the table's tag. Two fields are stored one by one and loaded as one word, which
    /// processors wait for.
    u64,
);

impl ColumnId {
    #[inline]
    pub(crate) fn new(index: usize, table: TableTag) -> Self {
        // More columns than 32 bits count are refused before.
        Self((index as u64) << 32 | u64::from(table.0))
    }

    /// The column's index in its table, from 0.
    #[inline]
    #[must_use]
    pub fn index(self) -> usize {
        (self.0 >> 32) as usize
    }

    #[inline]
    pub(crate) fn table(self) -> TableTag {
        TableTag(self.0 as u32)
    }
}

impl fmt::Debug for ColumnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ColumnId({})", self.index())
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

/// Names the column that a value belongs to: by its path in the rows, or by its resolved id.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Key<'k> {
    /// The name in the rows. Of a value in objects it is the path: their names and its own, with U+001F between them.
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
    /// The type, once a value has fixed it.
    pub ty: Option<ColumnType>,
    /// Whether the column was declared beforehand.
    pub declared: bool,
    /// The field id, if it was given one.
    pub field_id: Option<i32>,
    /// The path that its values come from; none for siblings, `_rest` and declared columns that had no value yet.
    pub(crate) path: Option<Box<str>>,
    /// Whether its path has no name, or would have that of another column.
    pub(crate) is_renamed: bool,
    /// Whether it is no column of the file: its values are dropped, or go into `_rest`.
    pub(crate) is_dropped: bool,
    /// Whether its values stand in the names of a dataset's folders, and in no file.
    pub(crate) is_in_path: bool,
    /// Whether they go into `_rest`.
    pub(crate) is_in_rest: bool,
    /// Whether they are in a block for their fingerprints before.
    pub(crate) is_fingerprinted: bool,
    /// Whether every value is stored as text, by [`Options::text_prefixes`].
    pub(crate) takes_all_as_text: bool,
    /// Whether it is declared, without a path, and values are redacted, or texts read as JSON: only its path will say whether its are.
    pub(super) may_be_redacted: bool,
    /// Whether its texts that are JSON objects become columns of their members.
    pub(crate) parses_json: bool,
    /// What is stored in place of its values, where something is.
    pub(crate) redacted: Option<Arc<Redacted>>,
    /// Whether it has values that wait for its type.
    pub(crate) is_settling: bool,
    /// Whether its type is from values, or to be, and not chosen.
    pub(crate) is_settled: bool,
    /// How rows spell its values, as declared.
    pub(crate) input: Option<Spelling>,
    /// How other spellings of its type's values are read, where they are.
    pub(crate) reads: Option<Reading>,
    /// Whether some texts of it and its sibling can't be told from other values as they are spelled.
    pub(crate) has_mixed_texts: bool,
    /// Whether, of a sibling, some of its texts may be as other values are spelled.
    pub(crate) has_unclear_texts: bool,
    /// The column that it is a sibling of, and what it holds of it.
    pub(crate) sibling_of: Option<(ColumnId, Sibling)>,
    /// Columns that hold what it can't, by what they hold.
    pub(crate) siblings: [Option<ColumnId>; Sibling::COUNT],
    /// Its path as JSON has it, where it is one name without escapes.
    pub(super) quoted: Quoted,
    /// Where in its path its last name is, if the path has its names as they are.
    pub(super) plain_name_at: usize,
}

/// What the name of a column's sibling ends with, which holds as text what the column can't.
pub const TEXT_SUFFIX: &str = "__text";
/// What the name of a timestamp column's sibling ends with, which holds nanoseconds from 1 to 999 that microseconds
/// can't.
pub const NANOS_SUFFIX: &str = "__ns";

impl Column {
    /// Its sibling that holds this, if it has one.
    #[inline]
    pub(crate) fn sibling(&self, what: Sibling) -> Option<ColumnId> {
        self.siblings[what as usize]
    }

    /// The kind of values that it stores as they are, once it has a type.
    pub(crate) fn kind_alike(&self) -> ValueKind {
        let waits_for_path = self.may_be_redacted && self.path.is_none();
        match &self.ty {
            Some(ty) if !waits_for_path && !self.parses_json && !self.is_redacted() => {
                ty.value_kind()
            }
            _ => ValueKind::Null,
        }
    }

    /// Whether JSON that starts so is one of its values as a whole.
    #[inline]
    pub(crate) fn keeps_json(&self, start: u8) -> bool {
        self.ty.as_ref().is_some_and(|ty| ty.keeps_json(start))
    }

    /// Whether it is of maps, or of lists of them.
    pub(crate) fn has_entries(&self) -> bool {
        self.ty.as_ref().is_some_and(|ty| ty.leaves().len() > 1)
    }

    /// Whether something is stored in place of each of its values.
    pub(crate) fn is_redacted(&self) -> bool {
        self.redacted.as_ref().is_some_and(|redacted| redacted.is_of_all())
    }

    /// The column whose misfits it holds as text.
    pub(crate) fn misfits_of(&self) -> Option<ColumnId> {
        self.sibling_of.filter(|(_, what)| *what == Sibling::Text).map(|(id, _)| id)
    }

    /// The moment that it reads from an item, and the unit that it stores it in.
    #[inline]
    pub(crate) fn time_of(&self, item: Item<'_>) -> Option<(TimeUnit, Result<Moment, NoMoment>)> {
        match (&self.ty, &self.reads) {
            (Some(ColumnType::Timestamp(unit)), Some(Reading::Times(times))) => {
                Some((*unit, times.read(item)?))
            }
            _ => None,
        }
    }

    /// The names of the objects that its values are in, from the row's, and the values' own name last. None for
    /// siblings, `_rest`, and declared columns that had no value yet.
    ///
    /// ```
    /// use bucksaw::{Input, MemorySink, NdjsonOptions, OnError, Options};
    /// let lines = r#"{"http": {"status.code": 200}}"#;
    /// let mut input = Input::ndjson("lines", lines.as_bytes(), NdjsonOptions::new(), OnError::Fail)?;
    /// let mut writer = Options::new().write_to(MemorySink::new())?;
    /// writer.write_input(&mut input)?;
    /// let column = &writer.columns()[0];
    /// assert_eq!(column.name, "http_status_code");
    /// assert_eq!(column.path(), Some(vec!["http".to_owned(), "status.code".to_owned()]));
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn path(&self) -> Option<Vec<String>> {
        Some(path::names_of(self.path.as_ref()?).map(Cow::into_owned).collect())
    }

    /// What people are shown of its path, or else its name.
    pub(crate) fn shown_path(&self) -> String {
        self.path.as_ref().map_or_else(|| self.name.clone(), |path| path::shown(path))
    }
}

/// What a column's sibling holds of its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sibling {
    /// Values that the column can't hold, as text.
    Text,
    /// Nanoseconds that a column of microseconds can't hold, from 1 to 999.
    Nanos,
}

impl Sibling {
    pub(super) const COUNT: usize = 2;

    /// What its name ends with.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Text => TEXT_SUFFIX,
            Self::Nanos => NANOS_SUFFIX,
        }
    }

    /// What a sibling of this type holds.
    pub(super) fn of_type(ty: &ColumnType) -> Option<Self> {
        [Self::Text, Self::Nanos].into_iter().find(|what| what.column_type() == *ty)
    }

    pub(crate) fn column_type(self) -> ColumnType {
        match self {
            Self::Text => ColumnType::Text,
            Self::Nanos => ColumnType::Int32,
        }
    }
}

/// A column that has another name than its path says, because that is empty or another column's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Renamed {
    /// Its path, with dots between the names.
    pub from: String,
    /// The name in the file.
    pub to: String,
}
