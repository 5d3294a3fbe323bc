//! The values of a column: a list of one type.

#[cfg(feature = "arrow")]
use arrow_array::{Array, ArrayRef};

#[cfg(feature = "arrow")]
use crate::block::arrays;
use crate::block::lists::{ListsOf, ListsSlice};
use crate::block::mixed::{MixedOf, MixedSlice};
use crate::block::text::{Held, StoreText};
use crate::types::physical::{PhysicalType, PhysicalValue};

/// The values of one column of a block: those of the rows that have one, in the rows' order, as they are
/// stored, texts and bytes as what a block holds for them. What they mean is the column's type to say.
#[derive(Clone, Debug, Default)]
pub(crate) enum ValuesOf<T, B> {
    /// None yet.
    #[default]
    Empty,
    /// Bools.
    Bool(Vec<bool>),
    /// Integers of 32 bits.
    I32(Vec<i32>),
    /// Integers of 64 bits; unsigned ones by their bits.
    I64(Vec<i64>),
    /// Floats.
    F32(Vec<f32>),
    /// Doubles.
    F64(Vec<f64>),
    /// Text.
    Text(Vec<T>),
    /// Bytes.
    Bytes(Vec<B>),
    /// Lists of the others, or maps; their elements may be Arrow arrays.
    List(Box<ListsOf<T, B>>),
    /// Values of any types: the column's has not settled.
    Mixed(Vec<MixedOf<T, B>>),
    /// A whole Arrow array, as long as the block has rows, nulls among its values.
    #[cfg(feature = "arrow")]
    Arrow(ArrayRef),
}

/// Values whose text is elsewhere.
pub(crate) type Values<'a> = ValuesOf<&'a str, &'a [u8]>;

/// Does the same with a list of single values of any type, and something else with the others.
macro_rules! each_list {
    ($values:expr, $list:ident => $do:expr, $($(#[$on:meta])? $other:pat => $otherwise:expr),+) => {
        match $values {
            ValuesOf::Bool($list) => $do,
            ValuesOf::I32($list) => $do,
            ValuesOf::I64($list) => $do,
            ValuesOf::F32($list) => $do,
            ValuesOf::F64($list) => $do,
            ValuesOf::Text($list) => $do,
            ValuesOf::Bytes($list) => $do,
            ValuesOf::Mixed($list) => $do,
            $($(#[$on])? $other => $otherwise),+
        }
    };
}

/// Values that a column's list has room for at first.
const FIRST_VALUES: usize = 16;

impl<T: Held, B: Held> ValuesOf<T, B> {
    /// Whether they are an Arrow array that was taken whole.
    pub(super) fn is_whole(&self) -> bool {
        match self {
            #[cfg(feature = "arrow")]
            Self::Arrow(_) => true,
            _ => false,
        }
    }

    /// The same, or that the elements of lists are one.
    #[inline]
    pub(super) fn have_arrays(&self) -> bool {
        match self {
            Self::List(lists) => lists.have_arrays(),
            values => values.is_whole(),
        }
    }

    pub(super) fn len(&self) -> usize {
        each_list!(self, list => list.len(),
            Self::Empty => 0,
            Self::List(lists) => lists.len(),
            #[cfg(feature = "arrow")]
            Self::Arrow(array) => array.len())
    }

    /// Appends a value to the list of its type, which this is or becomes.
    #[inline]
    pub(crate) fn push<'v>(
        &mut self,
        value: PhysicalValue<'v>,
        store: &mut impl StoreText<'v, Text = T, Bytes = B>,
    ) {
        macro_rules! push {
            ($variant:ident, $value:expr) => {
                match self {
                    Self::$variant(list) => list.push($value),
                    values => {
                        let mut list = Vec::with_capacity(FIRST_VALUES);
                        list.push($value);
                        *values = Self::$variant(list);
                    }
                }
            };
        }
        match value {
            PhysicalValue::Null => {}
            PhysicalValue::Bool(value) => push!(Bool, value),
            PhysicalValue::I32(value) => push!(I32, value),
            PhysicalValue::I64(value) => push!(I64, value),
            PhysicalValue::F32(value) => push!(F32, value),
            PhysicalValue::F64(value) => push!(F64, value),
            PhysicalValue::Text(value) => push!(Text, store.text(value)),
            PhysicalValue::Bytes(value) => push!(Bytes, store.bytes(value)),
            PhysicalValue::List(elements) => self.push_list(elements, store),
            PhysicalValue::Map(entries) => self.push_map(entries, store),
        }
    }

    /// Appends a value to the list of values of any types, which this is or, without values, becomes.
    pub(crate) fn push_mixed(&mut self, value: MixedOf<T, B>) {
        match self {
            Self::Mixed(list) => list.push(value),
            values => *values = Self::Mixed(vec![value]),
        }
    }

    #[cold]
    fn push_list<'v>(
        &mut self,
        elements: &'v [PhysicalValue<'v>],
        store: &mut impl StoreText<'v, Text = T, Bytes = B>,
    ) {
        let Some(lists) = self.lists() else { return };
        let first = lists.push(elements.len());
        let column = lists.field_mut(0);
        let is_there = |(_, value): &(usize, &PhysicalValue<'_>)| **value != PhysicalValue::Null;
        for (index, element) in elements.iter().enumerate().filter(is_there) {
            column.claim(first + index);
            column.values.push(*element, store);
        }
    }

    #[cold]
    fn push_map<'v>(
        &mut self,
        entries: &'v [(&'v str, Option<&'v str>)],
        store: &mut impl StoreText<'v, Text = T, Bytes = B>,
    ) {
        let Some(lists) = self.lists() else { return };
        let first = lists.push(entries.len());
        for (index, (key, value)) in entries.iter().enumerate() {
            for (field, text) in [Some(*key), *value].into_iter().enumerate() {
                if let Some(text) = text {
                    let column = lists.field_mut(field);
                    column.claim(first + index);
                    column.values.push(PhysicalValue::Text(text), store);
                }
            }
        }
    }

    /// The lists that these values are, or become.
    fn lists(&mut self) -> Option<&mut ListsOf<T, B>> {
        if !matches!(self, Self::List(_)) {
            *self = Self::List(Box::default());
        }
        match self {
            Self::List(lists) => Some(lists),
            _ => None,
        }
    }

    /// Appends the last value `count` times more; false where there is none to repeat.
    pub(super) fn repeat_last(&mut self, count: usize) -> bool {
        fn repeat<T: Copy>(list: &mut Vec<T>, count: usize) -> bool {
            let Some(last) = list.last().copied() else { return false };
            list.resize(list.len() + count, last);
            true
        }
        each_list!(self, list => repeat(list, count),
            Self::Empty | Self::List(_) => false,
            #[cfg(feature = "arrow")]
            Self::Arrow(_) => false)
    }

    pub(super) fn truncate(&mut self, len: usize) {
        each_list!(self, list => list.truncate(len),
            Self::Empty => {},
            Self::List(lists) => lists.truncate(len),
            #[cfg(feature = "arrow")]
            Self::Arrow(array) => *array = array.slice(0, len));
        if len == 0 {
            *self = Self::Empty;
        }
    }

    /// Whether it is a list of single values that are stored so.
    pub(super) fn is_of(&self, physical: PhysicalType) -> bool {
        matches!(
            (self, physical),
            (Self::Text(_), PhysicalType::Text)
                | (Self::I64(_), PhysicalType::I64)
                | (Self::F64(_), PhysicalType::F64)
                | (Self::Bool(_), PhysicalType::Bool)
                | (Self::Bytes(_), PhysicalType::Bytes | PhysicalType::FixedBytes(_))
                | (Self::I32(_), PhysicalType::I32)
                | (Self::F32(_), PhysicalType::F32)
        )
    }

    /// No values of the same type, in the same memory; lists and arrays have none to keep.
    pub(super) fn emptied<T2, B2>(self) -> ValuesOf<T2, B2> {
        match self {
            Self::Empty | Self::List(_) | Self::Mixed(_) => ValuesOf::Empty,
            #[cfg(feature = "arrow")]
            Self::Arrow(_) => ValuesOf::Empty,
            Self::Bool(list) => ValuesOf::Bool(emptied(list)),
            Self::I32(list) => ValuesOf::I32(emptied(list)),
            Self::I64(list) => ValuesOf::I64(emptied(list)),
            Self::F32(list) => ValuesOf::F32(emptied(list)),
            Self::F64(list) => ValuesOf::F64(emptied(list)),
            Self::Text(list) => ValuesOf::Text(emptied(list)),
            Self::Bytes(list) => ValuesOf::Bytes(emptied(list)),
        }
    }

    /// The same values, with what `text` and `bytes` make of theirs.
    pub(super) fn map<T2: Held, B2: Held>(
        self,
        text: impl Fn(T) -> T2 + Copy,
        bytes: impl Fn(B) -> B2 + Copy,
    ) -> ValuesOf<T2, B2> {
        match self {
            Self::Empty => ValuesOf::Empty,
            Self::Bool(list) => ValuesOf::Bool(list),
            Self::I32(list) => ValuesOf::I32(list),
            Self::I64(list) => ValuesOf::I64(list),
            Self::F32(list) => ValuesOf::F32(list),
            Self::F64(list) => ValuesOf::F64(list),
            // Collected in place, where the two are as large.
            Self::Text(list) => ValuesOf::Text(list.into_iter().map(text).collect()),
            Self::Bytes(list) => ValuesOf::Bytes(list.into_iter().map(bytes).collect()),
            Self::Mixed(list) => {
                ValuesOf::Mixed(list.into_iter().map(|value| value.map(text, bytes)).collect())
            }
            Self::List(lists) => ValuesOf::List(Box::new(lists.map(text, bytes))),
            #[cfg(feature = "arrow")]
            Self::Arrow(array) => ValuesOf::Arrow(array),
        }
    }

    pub(super) fn bytes_used(&self) -> usize {
        each_list!(self, list => size_of_val(list.as_slice()),
            Self::Empty => 0,
            Self::List(lists) => lists.bytes_used(),
            #[cfg(feature = "arrow")]
            // Its values belong to whoever made the batch.
            Self::Arrow(_) => 0)
    }

    /// Gives back the room for more values.
    pub(super) fn shrink(&mut self) {
        each_list!(self, list => list.shrink_to_fit(),
            Self::Empty => {},
            Self::List(lists) => lists.shrink(),
            #[cfg(feature = "arrow")]
            Self::Arrow(_) => {});
    }

    /// Bytes that it keeps, room for more values among them.
    pub(super) fn bytes_held(&self) -> usize {
        each_list!(self, list => capacity_bytes(list),
            Self::Empty => 0,
            Self::List(lists) => lists.bytes_held(),
            #[cfg(feature = "arrow")]
            Self::Arrow(array) => array.get_buffer_memory_size())
    }
}

/// The same list for something as large; its values are gone.
fn emptied<T, U>(mut list: Vec<T>) -> Vec<U> {
    list.clear();
    // Collected in place: the list keeps its room.
    list.into_iter().map_while(|_| None).collect()
}

fn capacity_bytes<T>(list: &Vec<T>) -> usize {
    list.capacity() * size_of::<T>()
}

/// The values of a [`ColumnSlice`](super::ColumnSlice), as they are stored. What they mean is the column's type to say.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ValuesSlice<'s, 'a> {
    /// Bools.
    Bool(&'s [bool]),
    /// Integers of 32 bits, dates or decimals.
    I32(&'s [i32]),
    /// Integers of 64 bits, moments or decimals; unsigned integers by their bits.
    I64(&'s [i64]),
    /// Floats.
    F32(&'s [f32]),
    /// Doubles.
    F64(&'s [f64]),
    /// Text.
    Text(&'s [&'a str]),
    /// Bytes; of decimals an integer, the highest byte first.
    Bytes(&'s [&'a [u8]]),
    /// Lists, or maps.
    List(ListsSlice<'s, 'a>),
    /// Values of any types: the column's has not settled.
    Mixed(MixedSlice<'s, 'a>),
    /// An Arrow array, as long as the slice has rows.
    #[cfg(feature = "arrow")]
    Arrow(ArrayRef),
}

pub(super) fn text_bytes(values: &ValuesSlice<'_, '_>) -> usize {
    match values {
        ValuesSlice::Text(values) => values.iter().map(|text| text.len()).sum(),
        ValuesSlice::Bytes(values) => values.iter().map(|bytes| bytes.len()).sum(),
        ValuesSlice::Mixed(values) => values.0.iter().map(|value| value.text_bytes()).sum(),
        ValuesSlice::List(lists) => {
            lists.fields().map(|(_, field)| text_bytes(&field.values())).sum()
        }
        #[cfg(feature = "arrow")]
        ValuesSlice::Arrow(array) => arrays::text_bytes(array),
        _ => 0,
    }
}
