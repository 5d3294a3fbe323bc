//! Columns of lists and maps: where each ends, and the elements of all of them as columns, one for each field that an
//! element has. A list's has one, its value; a map's has two, a key and a value.

use std::ops::Range;

use crate::block::text::Held;
use crate::block::{ColumnOf, ColumnSlice, ValuesSlice};
use crate::types::nesting::Nesting;

/// The lists of one column of a block: those of the rows that have one, in the rows' order.
#[derive(Clone, Debug, Default)]
pub(crate) struct ListsOf<T, B> {
    /// For each list, how many elements there are up to its end.
    ends: Vec<usize>,
    /// The elements of one list after the other, as if they were rows. Fields that have had no value may be missing.
    fields: Vec<ColumnOf<T, B>>,
}

/// Lists whose text is elsewhere.
pub(crate) type Lists<'a> = ListsOf<&'a str, &'a [u8]>;

impl<T: Held, B: Held> ListsOf<T, B> {
    /// Lists that end where `ends` says.
    #[cfg(feature = "arrow")]
    pub(crate) fn new(ends: Vec<usize>, fields: Vec<ColumnOf<T, B>>) -> Self {
        Self { ends, fields }
    }

    /// Appends a list of so many elements, and returns the first one's index among all.
    pub(crate) fn push(&mut self, elements: usize) -> usize {
        let first = self.end_of(self.ends.len());
        self.ends.push(first + elements);
        first
    }

    /// A field of its elements, added where it had no value.
    pub(crate) fn field_mut(&mut self, field: usize) -> &mut ColumnOf<T, B> {
        if field >= self.fields.len() {
            self.fields.resize_with(field + 1, ColumnOf::default);
        }
        &mut self.fields[field]
    }

    pub(super) fn fields(&self) -> &[ColumnOf<T, B>] {
        &self.fields
    }

    /// How many elements all lists have, nulls included.
    pub(super) fn element_count(&self) -> usize {
        self.end_of(self.ends.len())
    }

    /// The indexes of a list's elements.
    pub(super) fn elements_of(&self, list: usize) -> Range<usize> {
        self.end_of(list)..self.ends[list]
    }

    /// Whether any field is an Arrow array that was taken whole.
    pub(super) fn have_arrays(&self) -> bool {
        self.fields.iter().any(|field| field.values.have_arrays())
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn truncate(&mut self, lists: usize) {
        self.ends.truncate(lists);
        let elements = self.end_of(lists);
        self.fields.iter_mut().for_each(|field| field.truncate(elements));
    }

    pub(crate) fn bytes_used(&self) -> usize {
        self.ends.len() * 8 + self.fields.iter().map(ColumnOf::bytes_used).sum::<usize>()
    }

    /// Gives back the room for more lists.
    pub(super) fn shrink(&mut self) {
        self.ends.shrink_to_fit();
        self.fields.iter_mut().for_each(ColumnOf::shrink);
    }

    pub(super) fn bytes_held(&self) -> usize {
        let fields: usize = self.fields.iter().map(ColumnOf::bytes_held).sum();
        self.ends.capacity() * size_of::<usize>() + fields
    }

    /// The same lists, with what `text` and `bytes` make of their elements' text and bytes.
    pub(super) fn map<T2: Held, B2: Held>(
        self,
        text: impl Fn(T) -> T2 + Copy,
        bytes: impl Fn(B) -> B2 + Copy,
    ) -> ListsOf<T2, B2> {
        let fields = self.fields.into_iter().map(|field| field.map(text, bytes)).collect();
        ListsOf { ends: self.ends, fields }
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

impl<'s, 'a> ColumnSlice<'s, 'a> {
    /// The values of a leaf of the column, each of what they are in as a row of its own, if there are any.
    pub(crate) fn leaf(&self, nesting: Nesting) -> Option<Self> {
        (1..=nesting.depth()).try_fold(self.clone(), |slice, depth| match slice.values() {
            ValuesSlice::List(lists) => lists.field(nesting.field_at(depth)),
            _ => None,
        })
    }
}

/// Some lists or maps of a column, one after the other.
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

    /// For each element, whether it has a value in this field.
    pub fn present(&self, field: usize) -> impl Iterator<Item = bool> + use<'s, 'a> {
        let present = self.all.fields.get(field).map(|field| &field.present);
        self.range().map(move |index| present.is_some_and(|present| present.contains(index)))
    }

    /// The elements' values in this field, each element as a row of its own, if any has one: 0 is a list's elements, or
    /// a map's keys, 1 a map's values.
    #[must_use]
    pub fn field(&self, field: usize) -> Option<ColumnSlice<'s, 'a>> {
        ColumnSlice::new(self.all.fields.get(field)?, self.range())
    }

    /// All fields of the elements in which any has a value.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (usize, ColumnSlice<'s, 'a>)> {
        (0..self.all.fields.len()).filter_map(|field| Some((field, self.field(field)?)))
    }

    fn range(&self) -> Range<usize> {
        self.all.end_of(self.lists.start)..self.all.end_of(self.lists.end)
    }
}
