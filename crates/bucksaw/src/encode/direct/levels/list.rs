//! Levels of lists and maps: for each element, and for each list that has none, where it starts and how much of it is
//! there. They tell a null list from an empty one and from one with a null in it.
//!
//! ```text
//! optional group NAME (LIST) {       repetition  definition
//!   repeated group list {            0           0            a null list
//!     optional TYPE element;         0           1            an empty list
//!   }                                0 or 1      2 or 3       an element: null, or a value
//! }                                                           (0 for a list's first, 1 for the others)
//! ```
//!
//! Those of maps, and of lists of maps, are with [`Nesting`].
//!
//! <https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#lists>

use super::{Levels, append_with_length};
use crate::block::lists::ListsSlice;
use crate::block::{ColumnSlice, ValuesSlice};
use crate::encode::direct::encoding::rle::{append_hybrid, width_of};
use crate::types::nesting::Nesting;

const NULL_LIST: u8 = 0;

/// The levels of one page.
#[derive(Debug)]
pub(super) struct ListLevels {
    nesting: Nesting,
    repetition: Vec<u8>,
    definition: Vec<u8>,
    rows: usize,
    values: usize,
}

impl ListLevels {
    pub(super) fn new(nesting: Nesting) -> Self {
        let (repetition, definition) = (Vec::new(), Vec::new());
        Self { nesting, repetition, definition, rows: 0, values: 0 }
    }

    /// Appends the elements of lists that have so many lists around them and themselves. They stand where `around` has
    /// levels, a list where it is there.
    fn append_lists(
        &mut self,
        depth: u8,
        around: impl Iterator<Item = (u8, u8)>,
        lists: &ListsSlice<'_, '_>,
    ) {
        // That of an empty list, of an element without a value, and of one with a value.
        let (empty, null) = (2 * depth - 1, 2 * depth);
        let value = self.nesting.max_definition().min(null + 1);
        let (mut lens, mut elements) = (lists.lens(), lists.present(self.nesting.field_at(depth)));
        for (repetition, definition) in around {
            let len = if definition == empty { lens.next().unwrap_or_default() } else { 0 };
            if len == 0 {
                self.repetition.push(repetition);
                self.definition.push(definition);
                continue;
            }
            let start = self.definition.len();
            let level = |is_value| if is_value { value } else { null };
            self.definition.extend(elements.by_ref().take(len).map(level));
            self.repetition.resize(start + len, depth);
            self.repetition[start] = repetition;
        }
    }

    /// The levels from `start` on, in place of which others come.
    fn take_from(&mut self, start: usize) -> Vec<(u8, u8)> {
        self.repetition.drain(start..).zip(self.definition.drain(start..)).collect()
    }
}

impl Levels for ListLevels {
    fn rows(&self) -> usize {
        self.rows
    }

    fn count(&self) -> usize {
        self.definition.len()
    }

    fn nulls(&self) -> usize {
        self.count() - self.values
    }

    fn append(&mut self, slice: &ColumnSlice<'_, '_>) {
        let ValuesSlice::List(lists) = slice.values() else {
            return self.append_nulls(slice.rows());
        };
        let start = self.count();
        let rows = slice.present().map(|is_present| (0, u8::from(is_present)));
        self.append_lists(1, rows, &lists);
        let mut inner = lists.field(self.nesting.field_at(1));
        for depth in 2..=self.nesting.depth() {
            let Some(ValuesSlice::List(lists)) = inner.map(|inner| inner.values()) else { break };
            let around = self.take_from(start);
            self.append_lists(depth, around.into_iter(), &lists);
            inner = lists.field(self.nesting.field_at(depth));
        }
        let max = self.nesting.max_definition();
        self.values += self.definition[start..].iter().filter(|level| **level == max).count();
        self.rows += slice.rows();
    }

    fn append_nulls(&mut self, rows: usize) {
        self.definition.resize(self.count() + rows, NULL_LIST);
        self.repetition.resize(self.repetition.len() + rows, 0);
        self.rows += rows;
    }

    fn append_to(&self, page: &mut Vec<u8>) {
        let (repetition, definition) = widths(self.nesting);
        append_with_length(page, |page| append_hybrid(&self.repetition, repetition, page));
        append_with_length(page, |page| append_hybrid(&self.definition, definition, page));
    }

    fn page_bytes(&self) -> usize {
        let (repetition, definition) = widths(self.nesting);
        self.count() * usize::from(repetition + definition) / 8
    }

    fn clear(&mut self) {
        self.repetition.clear();
        self.definition.clear();
        (self.rows, self.values) = (0, 0);
    }

    fn bytes_held(&self) -> usize {
        self.repetition.capacity() + self.definition.capacity()
    }
}

/// Bits of a level of repetition, and of one of definition.
fn widths(nesting: Nesting) -> (u8, u8) {
    (width_of(nesting.depth().into()), width_of(nesting.max_definition().into()))
}
