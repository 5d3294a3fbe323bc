//! One column of a block, whole or in part.

use std::ops::Range;

use crate::block::bitmap::Bits;
use crate::block::text::{Held, StoreText};
use crate::block::{MixedSlice, Values, ValuesOf, ValuesSlice};
use crate::types::value::{Value, ValueKind};

/// One column of a block, which holds texts and bytes as these.
#[derive(Clone, Debug, Default)]
pub(crate) struct ColumnOf<T, B> {
    /// Which rows have a value.
    pub(crate) present: Bits,
    pub(crate) values: ValuesOf<T, B>,
    /// The kind of values that may be appended as they are.
    pub(super) kind: ValueKind,
    /// The row before which the last run of repeated values ends.
    pub(super) run_end: usize,
}

/// A column whose text is elsewhere.
pub(crate) type BlockColumn<'a> = ColumnOf<&'a str, &'a [u8]>;

impl<T: Held, B: Held> ColumnOf<T, B> {
    pub(crate) fn new(present: Bits, values: ValuesOf<T, B>) -> Self {
        Self { present, values, kind: ValueKind::Null, run_end: 0 }
    }

    /// The kind of values that are appended as they are; null where none are.
    #[inline]
    pub(crate) fn kind(&self) -> ValueKind {
        self.kind
    }

    /// Says which values are appended as they are, now that the column has a type.
    pub(crate) fn set_kind(&mut self, kind: ValueKind) {
        self.kind = kind;
    }

    /// Whether [`push_alike`](Self::push_alike) takes an integer of 32 bits for `row`.
    #[inline]
    pub(crate) fn takes_i32(&self, row: usize) -> bool {
        self.kind == ValueKind::I32 && matches!(self.values, ValuesOf::I32(_)) && !self.has(row)
    }

    /// Adds the value of `row` to a list that has its type; returns the bytes of its text, or none where the
    /// list has another type, or the row has a value.
    #[inline(always)]
    pub(crate) fn push_alike<'v>(
        &mut self,
        row: usize,
        value: &Value<'v>,
        store: &mut impl StoreText<'v, Text = T, Bytes = B>,
    ) -> Option<usize> {
        macro_rules! push {
            ($variant:ident, $value:expr, $text_bytes:expr) => {
                match &mut self.values {
                    ValuesOf::$variant(list) if self.present.insert(row) => {
                        list.push($value);
                        Some($text_bytes)
                    }
                    _ => None,
                }
            };
        }
        // Values that are stored alike may mean different things.
        if value.kind() != self.kind {
            return None;
        }
        match *value {
            Value::Text(text) => push!(Text, store.text(text), text.len()),
            Value::I64(value) | Value::Timestamp(value) => push!(I64, value, 0),
            Value::U64(value) => push!(I64, value.cast_signed(), 0),
            Value::F64(value) => push!(F64, value, 0),
            Value::Bool(value) => push!(Bool, value, 0),
            Value::Bytes(bytes) => push!(Bytes, store.bytes(bytes), bytes.len()),
            Value::I32(value) => push!(I32, value, 0),
            Value::F32(value) => push!(F32, value, 0),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// Makes room for a value of `row`; false where it has one already, or may have one in an array
    /// that was taken whole.
    #[inline]
    pub(crate) fn claim(&mut self, row: usize) -> bool {
        !self.values.have_arrays() && self.present.insert(row)
    }

    /// Whether its values wait for the column's type.
    pub(crate) fn is_mixed(&self) -> bool {
        matches!(self.values, ValuesOf::Mixed(_))
    }

    pub(crate) fn bytes_used(&self) -> usize {
        self.values.bytes_used() + self.present.bytes_used()
    }

    /// Bytes that it keeps, room for more rows among them.
    pub(crate) fn bytes_held(&self) -> usize {
        self.values.bytes_held() + self.present.bytes_held()
    }

    /// Gives back the room for more rows.
    pub(super) fn shrink(&mut self) {
        self.values.shrink();
        self.present.shrink();
    }

    /// A column without values in the memory of this one.
    pub(super) fn emptied<T2: Held, B2: Held>(self) -> ColumnOf<T2, B2> {
        let mut present = self.present;
        present.truncate(0);
        ColumnOf::new(present, self.values.emptied())
    }

    /// The same column, with what `text` and `bytes` make of its text and bytes.
    pub(super) fn map<T2: Held, B2: Held>(
        self,
        text: impl Fn(T) -> T2 + Copy,
        bytes: impl Fn(B) -> B2 + Copy,
    ) -> ColumnOf<T2, B2> {
        let Self { present, values, kind, run_end } = self;
        ColumnOf { present, values: values.map(text, bytes), kind, run_end }
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
        super::tests::TRUNCATED.with(|count| count.set(count.get() + 1));
        self.present.truncate(rows);
        let len = if self.values.is_whole() { rows } else { self.present.count() };
        if len < self.values.len() {
            self.values.truncate(len);
        }
    }
}

/// One column of a [`BlockSlice`](super::BlockSlice).
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

    /// The first row that has a value.
    pub(crate) fn first(&self) -> usize {
        self.present().take_while(|is_present| !is_present).count()
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
            Values::F32(values) => ValuesSlice::F32(&values[range]),
            Values::F64(values) => ValuesSlice::F64(&values[range]),
            Values::Text(values) => ValuesSlice::Text(&values[range]),
            Values::Bytes(values) => ValuesSlice::Bytes(&values[range]),
            Values::List(lists) => ValuesSlice::List(lists.slice(range)),
            Values::Mixed(values) => ValuesSlice::Mixed(MixedSlice(&values[range])),
            #[cfg(feature = "arrow")]
            Values::Arrow(array) => {
                ValuesSlice::Arrow(array.slice(self.rows.start, self.rows.len()))
            }
        }
    }
}
