//! Columns of lists: where each list ends, and the elements of all of them as a column.

use std::ops::Range;

use crate::block::{BlockColumn, ColumnSlice};

/// The lists of one column of a block: those of the rows that have one, in the rows' order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lists<'a> {
    /// For each list, how many elements there are up to its end.
    ends: Vec<usize>,
    /// The elements of one list after the other, as if they were rows.
    elements: BlockColumn<'a>,
}

impl<'a> Lists<'a> {
    /// Lists that end where `ends` says.
    #[cfg(feature = "arrow")]
    pub(crate) fn new(ends: Vec<usize>, elements: BlockColumn<'a>) -> Self {
        Self { ends, elements }
    }

    /// Appends a list of so many elements, and returns the first one's index among all.
    pub(crate) fn push(&mut self, elements: usize) -> usize {
        let first = self.end_of(self.ends.len());
        self.ends.push(first + elements);
        first
    }

    pub(crate) fn elements_mut(&mut self) -> &mut BlockColumn<'a> {
        &mut self.elements
    }

    /// Whether the elements are an Arrow array that was taken whole.
    pub(crate) fn is_whole(&self) -> bool {
        self.elements.values.is_whole()
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn truncate(&mut self, lists: usize) {
        self.ends.truncate(lists);
        self.elements.truncate(self.end_of(lists));
    }

    pub(crate) fn bytes_used(&self) -> usize {
        self.ends.len() * 8 + self.elements.bytes_used()
    }

    pub(crate) fn slice(&self, lists: Range<usize>) -> ListsSlice<'_, 'a> {
        ListsSlice { all: self, lists }
    }

    /// How many elements the first `lists` lists have.
    fn end_of(&self, lists: usize) -> usize {
        lists.checked_sub(1).map_or(0, |last| self.ends[last])
    }
}

/// Some lists of a column, one after the other.
#[derive(Clone, Debug)]
pub struct ListsSlice<'s, 'a> {
    all: &'s Lists<'a>,
    lists: Range<usize>,
}

impl<'s, 'a> ListsSlice<'s, 'a> {
    /// For each list, how many elements it has.
    pub fn lens(&self) -> impl Iterator<Item = usize> + use<'s, 'a> {
        let mut start = self.range().start;
        self.all.ends[self.lists.clone()].iter().map(move |end| {
            let len = end - start;
            start = *end;
            len
        })
    }

    /// How many elements all of them have, nulls included.
    #[must_use]
    pub fn element_count(&self) -> usize {
        self.range().len()
    }

    /// For each element, whether it has a value.
    pub fn present(&self) -> impl Iterator<Item = bool> + use<'s, 'a> {
        let present = &self.all.elements.present;
        self.range().map(|index| present.contains(index))
    }

    /// The elements, each as a row of its own, if any has a value.
    #[must_use]
    pub fn elements(&self) -> Option<ColumnSlice<'s, 'a>> {
        ColumnSlice::new(&self.all.elements, self.range())
    }

    fn range(&self) -> Range<usize> {
        self.all.end_of(self.lists.start)..self.all.end_of(self.lists.end)
    }
}
