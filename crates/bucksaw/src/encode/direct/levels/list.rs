//! Levels of lists: for each element, and for each list that has none, whether it starts a row and
//! how much of it is there. They tell a null list from an empty one and from one with a null in it.
//!
//! ```text
//! optional group NAME (LIST) {       repetition  definition
//!   repeated group list {            0           0            a null list
//!     optional TYPE element;         0           1            an empty list
//!   }                                0 or 1      2 or 3       an element: null, or a value
//! }                                                           (0 for a list's first, 1 for the others)
//! ```
//!
//! <https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#lists>

use super::{Levels, append_with_length};
use crate::block::lists::ListsSlice;
use crate::block::{ColumnSlice, ValuesSlice};
use crate::encode::direct::encoding::rle::append_hybrid;

const NULL_LIST: u8 = 0;
const EMPTY_LIST: u8 = 1;
const NULL_ELEMENT: u8 = 2;
const VALUE: u8 = 3;
const REPETITION_BITS: u8 = 1;
const DEFINITION_BITS: u8 = 2;

/// The levels of one page.
#[derive(Debug, Default)]
pub(super) struct ListLevels {
    repetition: Vec<u8>,
    definition: Vec<u8>,
    rows: usize,
    values: usize,
}

impl ListLevels {
    /// Appends rows: those that are `present` have the lists.
    fn append_lists(&mut self, present: impl Iterator<Item = bool>, lists: &ListsSlice<'_, '_>) {
        let (mut lens, mut elements) = (lists.lens(), lists.present());
        for is_present in present {
            match if is_present { lens.next() } else { None } {
                None => self.append_row(NULL_LIST),
                Some(0) => self.append_row(EMPTY_LIST),
                Some(len) => {
                    let start = self.count();
                    let level = |is_value| if is_value { VALUE } else { NULL_ELEMENT };
                    self.definition.extend(elements.by_ref().take(len).map(level));
                    self.repetition.resize(start + len, 1);
                    self.repetition[start] = 0;
                    self.values +=
                        self.definition[start..].iter().filter(|level| **level == VALUE).count();
                    self.rows += 1;
                }
            }
        }
    }

    fn append_row(&mut self, definition: u8) {
        self.definition.push(definition);
        self.repetition.push(0);
        self.rows += 1;
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
        match slice.values() {
            ValuesSlice::List(lists) => self.append_lists(slice.present(), &lists),
            _ => self.append_nulls(slice.rows()),
        }
    }

    fn append_nulls(&mut self, rows: usize) {
        self.definition.resize(self.count() + rows, NULL_LIST);
        self.repetition.resize(self.repetition.len() + rows, 0);
        self.rows += rows;
    }

    fn append_to(&self, page: &mut Vec<u8>) {
        append_with_length(page, |page| append_hybrid(&self.repetition, REPETITION_BITS, page));
        append_with_length(page, |page| append_hybrid(&self.definition, DEFINITION_BITS, page));
    }

    fn page_bytes(&self) -> usize {
        self.count() * usize::from(REPETITION_BITS + DEFINITION_BITS) / 8
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
