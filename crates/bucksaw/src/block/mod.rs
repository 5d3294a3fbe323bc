//! Rows as columns, by reference: what inputs fill and backends encode.
//!
//! A block holds, for each column, which of its rows have a value and those values in a row. Text
//! and bytes stay where they are (the input's buffer, the caller's rows, the block's arena) until a
//! backend's dictionary or page takes them.

pub(crate) mod array_bytes;
pub(crate) mod bitmap;
pub(crate) mod lists;

use std::ops::Range;

use arrow::array::{Array, ArrayRef};

use crate::block::bitmap::Bits;
use crate::block::lists::{Lists, ListsSlice};
use crate::coerce::counts::Alterations;
use crate::error::{Error, ErrorKind, Result};
use crate::options::MAX_VALUE_BYTES;
use crate::schema::{Column, ColumnId, ColumnType, Key, TableTag};
use crate::types::value::Value;

/// The values of one column of a block: those of the rows that have one, in the rows' order.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Values<'a> {
    /// None yet.
    #[default]
    Empty,
    /// Bools.
    Bool(Vec<bool>),
    /// Signed integers of 32 bits.
    I32(Vec<i32>),
    /// Signed integers.
    I64(Vec<i64>),
    /// Unsigned integers.
    U64(Vec<u64>),
    /// Floats.
    F32(Vec<f32>),
    /// Doubles.
    F64(Vec<f64>),
    /// Text.
    Text(Vec<&'a str>),
    /// Bytes.
    Bytes(Vec<&'a [u8]>),
    /// Microseconds since 1970, UTC.
    Timestamp(Vec<i64>),
    /// Lists of the others, elements of which may be an Arrow array.
    List(Box<Lists<'a>>),
    /// A whole Arrow array, as long as the block has rows, nulls among its values.
    Arrow(ArrayRef),
}

impl Values<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::Bool(values) => values.len(),
            Self::I32(values) => values.len(),
            Self::I64(values) | Self::Timestamp(values) => values.len(),
            Self::U64(values) => values.len(),
            Self::F32(values) => values.len(),
            Self::F64(values) => values.len(),
            Self::Text(values) => values.len(),
            Self::Bytes(values) => values.len(),
            Self::List(lists) => lists.len(),
            Self::Arrow(array) => array.len(),
        }
    }

    /// Appends the last value `count` times more; false where there is none to repeat.
    fn repeat_last(&mut self, count: usize) -> bool {
        fn repeat<T: Copy>(list: &mut Vec<T>, count: usize) -> bool {
            let Some(last) = list.last().copied() else { return false };
            list.resize(list.len() + count, last);
            true
        }
        match self {
            Self::Empty | Self::List(_) | Self::Arrow(_) => false,
            Self::Bool(list) => repeat(list, count),
            Self::I32(list) => repeat(list, count),
            Self::F32(list) => repeat(list, count),
            Self::I64(list) | Self::Timestamp(list) => repeat(list, count),
            Self::U64(list) => repeat(list, count),
            Self::F64(list) => repeat(list, count),
            Self::Text(list) => repeat(list, count),
            Self::Bytes(list) => repeat(list, count),
        }
    }

    fn truncate(&mut self, len: usize) {
        match self {
            Self::Empty => {}
            Self::Bool(values) => values.truncate(len),
            Self::I32(values) => values.truncate(len),
            Self::I64(values) | Self::Timestamp(values) => values.truncate(len),
            Self::U64(values) => values.truncate(len),
            Self::F32(values) => values.truncate(len),
            Self::F64(values) => values.truncate(len),
            Self::Text(values) => values.truncate(len),
            Self::Bytes(values) => values.truncate(len),
            Self::List(lists) => lists.truncate(len),
            Self::Arrow(array) => *array = array.slice(0, len),
        }
        if len == 0 {
            *self = Self::Empty;
        }
    }

    fn is_of(&self, ty: &ColumnType) -> bool {
        matches!(
            (self, ty),
            (Self::Text(_), ColumnType::Text)
                | (Self::I64(_), ColumnType::I64)
                | (Self::F64(_), ColumnType::F64)
                | (Self::Bool(_), ColumnType::Bool)
                | (Self::Bytes(_), ColumnType::Bytes)
                | (Self::Timestamp(_), ColumnType::Timestamp)
                | (Self::U64(_), ColumnType::U64)
                | (Self::I32(_), ColumnType::I32)
                | (Self::F32(_), ColumnType::F32)
        )
    }

    /// No values of the same type, in the same memory; lists and arrays have none to keep.
    fn emptied<'b>(self) -> Values<'b> {
        fn cleared<T>(mut list: Vec<T>) -> Vec<T> {
            list.clear();
            list
        }
        match self {
            Self::Empty | Self::List(_) | Self::Arrow(_) => Values::Empty,
            Self::Bool(list) => Values::Bool(cleared(list)),
            Self::I32(list) => Values::I32(cleared(list)),
            Self::I64(list) => Values::I64(cleared(list)),
            Self::U64(list) => Values::U64(cleared(list)),
            Self::F32(list) => Values::F32(cleared(list)),
            Self::F64(list) => Values::F64(cleared(list)),
            Self::Text(list) => Values::Text(emptied(list)),
            Self::Bytes(list) => Values::Bytes(emptied(list)),
            Self::Timestamp(list) => Values::Timestamp(cleared(list)),
        }
    }

    fn bytes_used(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::Bool(values) => values.len(),
            Self::I32(values) => values.len() * 4,
            Self::I64(values) | Self::Timestamp(values) => values.len() * 8,
            Self::U64(values) => values.len() * 8,
            Self::F32(values) => values.len() * 4,
            Self::F64(values) => values.len() * 8,
            Self::Text(values) => values.len() * 16,
            Self::Bytes(values) => values.len() * 16,
            Self::List(lists) => lists.bytes_used(),
            // Its values belong to whoever made the batch.
            Self::Arrow(_) => 0,
        }
    }
}

/// The same list for what lives as long as something else; its values are gone.
fn emptied<'b, T: ?Sized>(mut list: Vec<&T>) -> Vec<&'b T> {
    list.clear();
    // Collected in place: the list keeps its room.
    list.into_iter().map_while(|_| None).collect()
}

/// One column of a block.
#[derive(Clone, Debug, Default)]
pub struct BlockColumn<'a> {
    /// Which rows have a value.
    pub(crate) present: Bits,
    pub(crate) values: Values<'a>,
    /// The row before which the last run of repeated values ends.
    run_end: usize,
}

impl<'a> BlockColumn<'a> {
    pub(crate) fn new(present: Bits, values: Values<'a>) -> Self {
        Self { present, values, run_end: 0 }
    }

    /// Adds the value of `row` to a list that has its type; false where the list has not, or the row
    /// has a value.
    #[inline]
    pub(crate) fn push_alike(&mut self, row: usize, value: Value<'a>) -> bool {
        macro_rules! push {
            ($list:expr, $value:expr) => {
                self.present.insert(row) && {
                    $list.push($value);
                    true
                }
            };
        }
        match (&mut self.values, value) {
            (Values::Text(list), Value::Text(value)) => push!(list, value),
            (Values::I64(list), Value::I64(value)) => push!(list, value),
            (Values::F64(list), Value::F64(value)) => push!(list, value),
            (Values::Bool(list), Value::Bool(value)) => push!(list, value),
            (Values::Bytes(list), Value::Bytes(value)) => push!(list, value),
            (Values::Timestamp(list), Value::Timestamp(value)) => push!(list, value),
            (Values::U64(list), Value::U64(value)) => push!(list, value),
            (Values::I32(list), Value::I32(value)) => push!(list, value),
            (Values::F32(list), Value::F32(value)) => push!(list, value),
            _ => false,
        }
    }

    /// Makes room for a value of `row`; false where it has one already, or may have one in an array
    /// that was taken whole.
    #[inline]
    pub(crate) fn claim(&mut self, row: usize) -> bool {
        let is_whole = match &self.values {
            Values::Arrow(_) => true,
            Values::List(lists) => lists.is_whole(),
            _ => false,
        };
        !is_whole && self.present.insert(row)
    }

    pub(crate) fn bytes_used(&self) -> usize {
        self.values.bytes_used() + self.present.bytes_used()
    }

    /// Whether `row` has a value.
    pub(crate) fn has(&self, row: usize) -> bool {
        self.present.contains(row)
    }

    /// Gives rows the value of the row before them, which is the last that was appended; false where
    /// one of them has a value.
    pub(crate) fn repeat_last(&mut self, rows: Range<usize>) -> bool {
        if self.present.count_within(rows.clone()) > 0 || !self.values.repeat_last(rows.len()) {
            return false;
        }
        self.run_end = rows.end;
        self.present.insert_all(rows);
        true
    }

    pub(crate) fn truncate(&mut self, rows: usize) {
        #[cfg(test)]
        tests::TRUNCATED.with(|count| count.set(count.get() + 1));
        self.present.truncate(rows);
        let len = if matches!(self.values, Values::Arrow(_)) { rows } else { self.present.count() };
        if len < self.values.len() {
            self.values.truncate(len);
        }
    }
}

/// More text than any block has, and far from what overflows.
pub(crate) const UNCOUNTED_TEXT: usize = usize::MAX / 4;

/// Some thousand rows pivoted to columns by reference. Made by inputs and by
/// [`BlockBuilder`](crate::BlockBuilder), taken by [`Writer::write_block`](crate::Writer::write_block).
#[derive(Clone, Debug, Default)]
pub struct Block<'a> {
    /// The table of its columns; any where it has no rows.
    pub(crate) table: TableTag,
    pub(crate) rows: usize,
    pub(crate) columns: Vec<BlockColumn<'a>>,
    pub(crate) alterations: Alterations,
    /// Bytes of text or bytes in all columns, at the most: those of undone rows may be among them;
    /// [`UNCOUNTED_TEXT`] or more with arrays that were taken whole.
    pub(crate) most_text: usize,
    /// What the rows to come repeat beside the runs in the columns.
    pub(crate) repeated: Vec<Repeated<'a>>,
    /// The columns that the row so far has been given values of.
    pub(crate) touched: Vec<ColumnId>,
}

/// What is done again with the end of each of these rows.
#[derive(Clone, Debug)]
pub(crate) struct Repeated<'a> {
    pub(crate) rows: Range<usize>,
    pub(crate) what: Again<'a>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Again<'a> {
    /// Counts what became of a value that a column repeats.
    Count(Alterations),
    /// Pushes a value that no column could take for all rows.
    Push(Key<'a>, Value<'a>),
}

impl<'a> Block<'a> {
    /// A block without rows.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A block without rows in the memory of this one, for values that live as long as something
    /// else: filling block after block this way saves their allocations.
    #[must_use]
    pub fn emptied<'b>(self) -> Block<'b> {
        let columns = self.columns.into_iter().map(|column| {
            let mut present = column.present;
            present.truncate(0);
            BlockColumn::new(present, column.values.emptied())
        });
        Block { columns: columns.collect(), ..Block::default() }
    }

    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes that its values take in its lists, which may have room for more; text itself is elsewhere.
    #[must_use]
    pub fn bytes_used(&self) -> usize {
        self.columns.iter().map(BlockColumn::bytes_used).sum()
    }

    /// All of its rows.
    #[must_use]
    pub fn all(&self) -> BlockSlice<'_, 'a> {
        BlockSlice { block: self, rows: 0..self.rows }
    }

    /// Lets go of empty lists that are not those of the columns' types.
    pub(crate) fn fit(&mut self, columns: &[Column]) {
        self.columns.truncate(columns.len());
        for (list, column) in self.columns.iter_mut().zip(columns) {
            let is_alike = column.ty.as_ref().is_some_and(|ty| list.values.is_of(ty));
            if list.values.len() == 0 && !is_alike {
                list.values = Values::Empty;
            }
        }
    }

    pub(crate) fn column_mut(&mut self, id: ColumnId) -> &mut BlockColumn<'a> {
        if id.index() >= self.columns.len() {
            self.columns.resize_with(id.index() + 1, BlockColumn::default);
        }
        &mut self.columns[id.index()]
    }

    /// Forgets every value of the row that has not ended, but for runs of repeated values: those go on.
    pub(crate) fn undo_row(&mut self) {
        let rows = self.rows;
        for id in self.touched.drain(..) {
            if let Some(column) = self.columns.get_mut(id.index()) {
                column.truncate(rows.max(column.run_end));
            }
        }
        for repeated in &mut self.repeated {
            repeated.rows.start = repeated.rows.start.min(rows);
        }
    }

    /// Ends all runs of repeated values with the last row.
    pub(crate) fn end_runs(&mut self) {
        self.repeated.clear();
        for column in self.columns.iter_mut().filter(|column| column.run_end > 0) {
            column.run_end = 0;
            column.truncate(self.rows);
        }
    }
}

/// A run of a block's rows: what a backend is given.
#[derive(Clone, Debug)]
pub struct BlockSlice<'s, 'a> {
    block: &'s Block<'a>,
    rows: Range<usize>,
}

impl<'s, 'a> BlockSlice<'s, 'a> {
    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// The first `rows` rows, and what comes after them.
    ///
    /// # Panics
    /// Where it has fewer rows.
    #[must_use]
    pub fn split_at(self, rows: usize) -> (Self, Self) {
        assert!(rows <= self.rows.len(), "a slice of {} rows has no row {rows}", self.rows.len());
        let middle = self.rows.start + rows;
        (
            Self { block: self.block, rows: self.rows.start..middle },
            Self { block: self.block, rows: middle..self.rows.end },
        )
    }

    /// The same rows in parts of at most `rows` rows, with at most `rows` elements of lists and `bytes`
    /// bytes of text or bytes in any column; a row that has more is a part of its own.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] where a value is longer than [`MAX_VALUE_BYTES`].
    pub(crate) fn parts(&self, rows: usize, bytes: usize) -> Result<Vec<Self>> {
        let has_lists = || self.block.columns.iter().any(|c| matches!(c.values, Values::List(_)));
        let has_little_text = self.block.most_text <= bytes.min(MAX_VALUE_BYTES);
        if self.rows() <= rows && has_little_text && !has_lists() {
            return Ok(vec![self.clone()]);
        }
        let mut parts = Vec::new();
        self.split_into(rows, bytes, &mut parts)?;
        Ok(parts)
    }

    fn split_into(&self, rows: usize, bytes: usize, parts: &mut Vec<Self>) -> Result<()> {
        let (longest, elements) = self.longest_columns();
        if self.rows() > 1 && (self.rows() > rows || longest > bytes || elements > rows) {
            let (first, second) = self.clone().split_at(self.rows() / 2);
            first.split_into(rows, bytes, parts)?;
            return second.split_into(rows, bytes, parts);
        }
        if self.rows() == 1 && longest > MAX_VALUE_BYTES {
            let message = format!(
                "a value of {longest} bytes: {MAX_VALUE_BYTES} are the most that readers take"
            );
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        parts.push(self.clone());
        Ok(())
    }

    /// Bytes of text or bytes, and elements of lists, in the columns that have the most.
    fn longest_columns(&self) -> (usize, usize) {
        let (mut bytes, mut elements) = (0, 0);
        for (_, slice) in self.columns() {
            let values = slice.values();
            if let ValuesSlice::List(lists) = &values {
                elements = elements.max(lists.element_count());
            }
            bytes = bytes.max(text_bytes(&values));
        }
        (bytes, elements)
    }

    /// One column, if it has a value in these rows.
    pub(crate) fn column(&self, id: ColumnId) -> Option<ColumnSlice<'s, 'a>> {
        ColumnSlice::new(self.block.columns.get(id.index())?, self.rows.clone())
    }

    /// The columns that have a value in these rows.
    pub fn columns(
        &self,
    ) -> impl Iterator<Item = (ColumnId, ColumnSlice<'s, 'a>)> + use<'_, 's, 'a> {
        self.block.columns.iter().enumerate().filter_map(|(index, column)| {
            let slice = ColumnSlice::new(column, self.rows.clone())?;
            Some((ColumnId::new(index, self.block.table), slice))
        })
    }
}

/// One column of a [`BlockSlice`].
#[derive(Clone, Debug)]
pub struct ColumnSlice<'s, 'a> {
    column: &'s BlockColumn<'a>,
    rows: Range<usize>,
    values: Range<usize>,
}

impl<'s, 'a> ColumnSlice<'s, 'a> {
    pub(crate) fn new(column: &'s BlockColumn<'a>, rows: Range<usize>) -> Option<Self> {
        let first = column.present.count_below(rows.start);
        let last = first + column.present.count_within(rows.clone());
        (last > first).then_some(Self { column, rows, values: first..last })
    }

    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// How many rows have a value.
    #[must_use]
    pub fn count(&self) -> usize {
        self.values.len()
    }

    /// For each row, whether it has a value.
    pub fn present(&self) -> impl Iterator<Item = bool> + use<'s, 'a> {
        let present = &self.column.present;
        self.rows.clone().map(move |row| present.contains(row))
    }

    /// The same in bits, lowest first: up to 64 rows, and how many.
    pub(crate) fn present_words(&self) -> impl Iterator<Item = (u64, usize)> + use<'s, 'a> {
        let (present, end) = (&self.column.present, self.rows.end);
        self.rows.clone().step_by(64).map(move |row| (present.word_at(row), (end - row).min(64)))
    }

    /// The values, one for each row that has one; or, of an Arrow array, one for each row.
    #[must_use]
    pub fn values(&self) -> ValuesSlice<'s, 'a> {
        let range = self.values.clone();
        match &self.column.values {
            // A slice with a value has a list of them.
            Values::Empty => ValuesSlice::Bool(&[]),
            Values::Bool(values) => ValuesSlice::Bool(&values[range]),
            Values::I32(values) => ValuesSlice::I32(&values[range]),
            Values::I64(values) => ValuesSlice::I64(&values[range]),
            Values::U64(values) => ValuesSlice::U64(&values[range]),
            Values::F32(values) => ValuesSlice::F32(&values[range]),
            Values::F64(values) => ValuesSlice::F64(&values[range]),
            Values::Text(values) => ValuesSlice::Text(&values[range]),
            Values::Bytes(values) => ValuesSlice::Bytes(&values[range]),
            Values::Timestamp(values) => ValuesSlice::Timestamp(&values[range]),
            Values::List(lists) => ValuesSlice::List(lists.slice(range)),
            Values::Arrow(array) => {
                ValuesSlice::Arrow(array.slice(self.rows.start, self.rows.len()))
            }
        }
    }
}

/// The values of a [`ColumnSlice`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ValuesSlice<'s, 'a> {
    /// Bools.
    Bool(&'s [bool]),
    /// Signed integers of 32 bits.
    I32(&'s [i32]),
    /// Signed integers.
    I64(&'s [i64]),
    /// Unsigned integers.
    U64(&'s [u64]),
    /// Floats.
    F32(&'s [f32]),
    /// Doubles.
    F64(&'s [f64]),
    /// Text.
    Text(&'s [&'a str]),
    /// Bytes.
    Bytes(&'s [&'a [u8]]),
    /// Microseconds since 1970, UTC.
    Timestamp(&'s [i64]),
    /// Lists.
    List(ListsSlice<'s, 'a>),
    /// An Arrow array, as long as the slice has rows.
    Arrow(ArrayRef),
}

fn text_bytes(values: &ValuesSlice<'_, '_>) -> usize {
    match values {
        ValuesSlice::Text(values) => values.iter().map(|text| text.len()).sum(),
        ValuesSlice::Bytes(values) => values.iter().map(|bytes| bytes.len()).sum(),
        ValuesSlice::List(lists) => {
            lists.elements().map_or(0, |elements| text_bytes(&elements.values()))
        }
        ValuesSlice::Arrow(array) => array_bytes::text_bytes(array),
        _ => 0,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        /// How often this thread cut a column back.
        pub(crate) static TRUNCATED: Cell<usize> = const { Cell::new(0) };
    }

    /// A block may refer to more text than an array's or a page's lengths of 32 bits can count.
    #[test]
    fn parts_have_few_rows_and_little_text_but_for_single_rows() {
        let long = "x".repeat(1_000);
        let texts: Vec<&str> =
            (0..100).map(|row| &long[..if row == 40 { 1_000 } else { row }]).collect();
        let column = BlockColumn::new(Bits::from_fn(100, |_| true), Values::Text(texts));
        let most_text = 1_000 + 99 * 100 / 2 - 40;
        let block = Block { rows: 100, columns: vec![column], most_text, ..Block::default() };
        let parts = block.all().parts(30, 200).expect("no value is too long");
        let mut next = 0;
        for part in &parts {
            assert_eq!(part.rows.start, next);
            next = part.rows.end;
            assert!(part.rows() <= 30);
            assert!(part.rows() == 1 || part.longest_columns().0 <= 200, "{:?}", part.rows);
        }
        assert_eq!(next, 100);
        assert!(parts.iter().any(|part| part.rows == (40..41)));
        assert!(block.all().parts(30, 200_000).expect("fits").len() == 4);
    }
}
