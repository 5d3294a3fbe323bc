//! The values of a column: a list of one type.

use arrow_array::{Array, ArrayRef};

use crate::block::array_bytes;
use crate::block::lists::{Lists, ListsSlice};
use crate::schema::ColumnType;

/// The values of one column of a block: those of the rows that have one, in the rows' order.
#[derive(Clone, Debug, Default)]
pub(crate) enum Values<'a> {
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
    pub(super) fn len(&self) -> usize {
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
    pub(super) fn repeat_last(&mut self, count: usize) -> bool {
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

    pub(super) fn truncate(&mut self, len: usize) {
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

    pub(super) fn is_of(&self, ty: &ColumnType) -> bool {
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
    pub(super) fn emptied<'b>(self) -> Values<'b> {
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

    pub(super) fn bytes_used(&self) -> usize {
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

/// The values of a [`ColumnSlice`](super::ColumnSlice).
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

pub(super) fn text_bytes(values: &ValuesSlice<'_, '_>) -> usize {
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
