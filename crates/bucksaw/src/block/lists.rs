//! Columns of lists: where each list ends, and the elements of all of them as a column.

use std::ops::Range;

use crate::block::ColumnOf;
use crate::block::ColumnSlice;
use crate::block::text::Held;

/// The lists of one column of a block: those of the rows that have one, in the rows' order.
#[derive(Clone, Debug, Default)]
pub(crate) struct ListsOf<T, B> {
    /// For each list, how many elements there are up to its end.
    ends: Vec<usize>,
    /// The elements of one list after the other, as if they were rows.
    elements: ColumnOf<T, B>,
}

/// Lists whose text is elsewhere.
pub(crate) type Lists<'a> = ListsOf<&'a str, &'a [u8]>;

impl<T: Held, B: Held> ListsOf<T, B> {
    /// Lists that end where `ends` says.
    #[cfg(feature = "arrow")]
    pub(crate) fn new(ends: Vec<usize>, elements: ColumnOf<T, B>) -> Self {
        Self { ends, elements }
    }

    /// Appends a list of so many elements, and returns the first one's index among all.
    pub(crate) fn push(&mut self, elements: usize) -> usize {
        let first = self.end_of(self.ends.len());
        self.ends.push(first + elements);
        first
    }

    pub(crate) fn elements_mut(&mut self) -> &mut ColumnOf<T, B> {
        &mut self.elements
    }

    pub(super) fn elements(&self) -> &ColumnOf<T, B> {
        &self.elements
    }

    /// How many elements all lists have, nulls included.
    pub(super) fn element_count(&self) -> usize {
        self.end_of(self.ends.len())
    }

    /// The indexes of a list's elements.
    pub(super) fn elements_of(&self, list: usize) -> Range<usize> {
        self.end_of(list)..self.ends[list]
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

    pub(super) fn bytes_held(&self) -> usize {
        self.ends.capacity() * size_of::<usize>() + self.elements.bytes_held()
    }

    /// The same lists, with what `text` and `bytes` make of their elements' text and bytes.
    pub(super) fn map<T2: Held, B2: Held>(
        self,
        text: impl Fn(T) -> T2 + Copy,
        bytes: impl Fn(B) -> B2 + Copy,
    ) -> ListsOf<T2, B2> {
        ListsOf { ends: self.ends, elements: self.elements.map(text, bytes) }
    }

    /// How many elements the first `lists` lists have.
    fn end_of(&self, lists: usize) -> usize {
        lists.checked_sub(1).map_or(0, |last| self.ends[last])
    }
}

impl<'a> Lists<'a> {
    pub(crate) fn slice(&self, lists: Range<usize>) -> ListsSlice<'_, 'a> {
        ListsSlice { all: self, lists }
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
