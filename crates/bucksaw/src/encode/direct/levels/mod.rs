//! Levels: which rows of a page have a value, and where lists start.

mod list;
mod optional;

use std::fmt::Debug;

use self::list::ListLevels;
use self::optional::OptionalLevels;
use super::encoding::rle::append_rle_run;
use crate::block::ColumnSlice;
use crate::types::nesting::Nesting;

/// The levels of one page.
pub(super) trait Levels: Debug + Send {
    fn rows(&self) -> usize;

    /// How many values the page has as Parquet counts them: with nulls, and with a null for a list
    /// that has no element.
    fn count(&self) -> usize;

    /// How many of those are null.
    fn nulls(&self) -> usize;

    /// Appends rows. What they hold is of the column's kind: lists or not.
    fn append(&mut self, slice: &ColumnSlice<'_, '_>);

    fn append_nulls(&mut self, rows: usize);

    /// Appends the levels of a V1 page: of each kind its length in 32 bits, then the hybrid.
    fn append_to(&self, page: &mut Vec<u8>);

    /// Bytes that the levels of lists take, about: they may be more than the values.
    fn page_bytes(&self) -> usize;

    fn clear(&mut self);

    fn bytes_held(&self) -> usize;
}

/// The levels of a leaf in lists, or of single values.
pub(super) fn levels(nesting: Nesting) -> Box<dyn Levels> {
    match nesting.depth() {
        0 => Box::new(OptionalLevels::default()),
        _ => Box::new(ListLevels::new(nesting)),
    }
}

/// Appends the levels of a V1 page of nulls.
pub(super) fn append_nulls(nesting: Nesting, rows: usize, page: &mut Vec<u8>) {
    let kinds = if nesting.depth() == 0 { 1 } else { 2 };
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
