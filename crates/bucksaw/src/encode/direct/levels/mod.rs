//! Levels: which rows of a page have a value, and where lists start.

mod list;
mod optional;

use self::list::ListLevels;
use self::optional::OptionalLevels;
use super::encoding::rle::append_rle_run;
use crate::block::{ColumnSlice, ValuesSlice};
use crate::schema::ColumnType;

/// The levels of one page.
#[derive(Debug)]
pub(super) enum Levels {
    Optional(OptionalLevels),
    List(ListLevels),
}

impl Levels {
    pub(super) fn new(ty: &ColumnType) -> Self {
        match ty {
            ColumnType::List(_) => Self::List(ListLevels::default()),
            _ => Self::Optional(OptionalLevels::default()),
        }
    }

    pub(super) fn rows(&self) -> usize {
        match self {
            Self::Optional(levels) => levels.rows(),
            Self::List(levels) => levels.rows(),
        }
    }

    /// How many values the page has as Parquet counts them: with nulls, and with a null for a list
    /// that has no element.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::Optional(levels) => levels.rows(),
            Self::List(levels) => levels.count(),
        }
    }

    /// How many of those are null.
    pub(super) fn nulls(&self) -> usize {
        match self {
            Self::Optional(levels) => levels.nulls(),
            Self::List(levels) => levels.nulls(),
        }
    }

    /// Appends rows. What they hold is of the column's kind: lists or not.
    pub(super) fn append(&mut self, slice: &ColumnSlice<'_, '_>) {
        match (self, slice.values()) {
            (Self::List(levels), ValuesSlice::List(lists)) => {
                levels.append(slice.present(), &lists);
            }
            (Self::List(levels), _) => levels.append_nulls(slice.rows()),
            (Self::Optional(levels), _) => {
                slice.present_words().for_each(|(bits, rows)| levels.append(bits, rows));
            }
        }
    }

    pub(super) fn append_nulls(&mut self, rows: usize) {
        match self {
            Self::Optional(levels) => levels.append_nulls(rows),
            Self::List(levels) => levels.append_nulls(rows),
        }
    }

    /// Appends the levels of a V1 page.
    pub(super) fn append_to(&self, page: &mut Vec<u8>) {
        match self {
            Self::Optional(levels) => levels.append_to(page),
            Self::List(levels) => levels.append_to(page),
        }
    }

    /// Bytes that the levels of lists take, about: they may be more than the values.
    pub(super) fn page_bytes(&self) -> usize {
        match self {
            Self::Optional(_) => 0,
            Self::List(levels) => levels.page_bytes(),
        }
    }

    pub(super) fn clear(&mut self) {
        match self {
            Self::Optional(levels) => levels.clear(),
            Self::List(levels) => levels.clear(),
        }
    }

    pub(super) fn bytes_held(&self) -> usize {
        match self {
            Self::Optional(levels) => levels.bytes_held(),
            Self::List(levels) => levels.bytes_held(),
        }
    }
}

/// Appends the levels of a V1 page of nulls.
pub(super) fn append_nulls(ty: &ColumnType, rows: usize, page: &mut Vec<u8>) {
    let kinds = if matches!(ty, ColumnType::List(_)) { 2 } else { 1 };
    for _ in 0..kinds {
        append_with_length(page, |page| append_rle_run(0, rows, 1, page));
    }
}

fn append_with_length(page: &mut Vec<u8>, append: impl FnOnce(&mut Vec<u8>)) {
    let start = page.len();
    page.extend_from_slice(&[0; 4]);
    append(page);
    let len = (page.len() - start - 4) as u32;
    page[start..start + 4].copy_from_slice(&len.to_le_bytes());
}
