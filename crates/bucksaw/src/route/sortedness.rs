//! Whether the rows of each row group come in the order that the options say.

use std::borrow::Cow;
use std::cmp::Ordering;

use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType, UInt64Type,
};
use arrow_cast::cast;
use serde::Serialize;

use crate::block::{BlockSlice, ColumnSlice, ValuesSlice};
use crate::encode::backend::SortedRowGroups;
use crate::options::{Options, SortColumn};
use crate::schema::{ColumnType, Schema};

/// A value, as Parquet orders it: NaN is neither before nor after anything.
#[derive(Debug, PartialEq, PartialOrd)]
enum Key<'v> {
    Bool(bool),
    I64(i64),
    U64(u64),
    F64(f64),
    Bytes(Cow<'v, [u8]>),
}

impl Key<'_> {
    fn into_owned(self) -> Key<'static> {
        match self {
            Key::Bool(value) => Key::Bool(value),
            Key::I64(value) => Key::I64(value),
            Key::U64(value) => Key::U64(value),
            Key::F64(value) => Key::F64(value),
            Key::Bytes(value) => Key::Bytes(Cow::Owned(value.into_owned())),
        }
    }
}

/// One column's keys, for each row, none for null.
type Keys<'v> = Box<dyn Iterator<Item = Option<Key<'v>>> + 'v>;

/// Whether rows came in the declared order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OrderReport {
    /// Row groups whose rows are all in order, and that say so.
    pub sorted_row_groups: usize,
    /// The file's first row, from 0, that comes before the row before it in the same row group.
    pub first_unsorted_row: Option<u64>,
}

/// Follows the rows of a file, and knows of each row group whether it is sorted.
#[derive(Debug)]
pub(crate) struct Sortedness {
    is_declared: bool,
    rows: u64,
    /// The last row of the open row group; none where it has no rows yet, or out of order.
    last: Option<Vec<Option<Key<'static>>>>,
    is_open: bool,
    is_sorted: bool,
    sorted: SortedRowGroups,
    first_unsorted_row: Option<u64>,
}

impl Sortedness {
    /// Follows what the options declare, or else their timestamp column.
    pub(crate) fn new(options: &Options) -> Self {
        let is_declared = !options.sorted_by.is_empty();
        let timestamp = || options.timestamp_column.iter().map(SortColumn::ascending).collect();
        Self {
            is_declared,
            rows: 0,
            last: None,
            is_open: false,
            is_sorted: true,
            sorted: SortedRowGroups {
                by: if is_declared { options.sorted_by.clone() } else { timestamp() },
                are_sorted: Vec::new(),
            },
            first_unsorted_row: None,
        }
    }

    /// Takes rows of the open row group.
    pub(crate) fn add(&mut self, rows: &BlockSlice<'_, '_>, schema: &Schema) {
        let before = self.rows;
        self.rows += rows.rows() as u64;
        self.is_open |= rows.rows() > 0;
        if self.sorted.by.is_empty() || !self.is_sorted {
            return;
        }
        if let Some(row) = self.first_unsorted(rows, schema) {
            self.is_sorted = false;
            self.last = None;
            self.first_unsorted_row.get_or_insert(before + row);
        }
    }

    /// The first row that comes before the one before it, if there is one.
    fn first_unsorted(&mut self, rows: &BlockSlice<'_, '_>, schema: &Schema) -> Option<u64> {
        let columns: Vec<Option<(ColumnSlice<'_, '_>, ValuesSlice<'_, '_>)>> =
            self.sorted.by.iter().map(|by| column(&by.column, rows, schema)).collect();
        let keys = columns.iter().map(|column| match column {
            Some((slice, values)) => keys(slice, values),
            None => Some(Box::new(std::iter::repeat_with(|| None)) as Keys<'_>),
        });
        // Values of types that have no order here are not known to be sorted.
        let Some(mut keys) = keys.collect::<Option<Vec<_>>>() else { return Some(0) };
        let mut last: Option<Vec<Option<Key<'_>>>> = self.last.take();
        for row in 0..rows.rows() as u64 {
            let next: Vec<_> = keys.iter_mut().map(|keys| keys.next().flatten()).collect();
            if last.is_some_and(|last| !is_in_order(&self.sorted.by, &last, &next)) {
                return Some(row);
            }
            last = Some(next);
        }
        self.last = last.map(|row| row.into_iter().map(|key| Some(key?.into_owned())).collect());
        None
    }

    pub(crate) fn end_row_group(&mut self) {
        if std::mem::take(&mut self.is_open) {
            self.sorted.are_sorted.push(std::mem::replace(&mut self.is_sorted, true));
        }
        self.last = None;
    }

    /// Which row groups are sorted.
    pub(crate) fn row_groups(&self) -> &SortedRowGroups {
        &self.sorted
    }

    /// What became of a declared order.
    pub(crate) fn report(&self) -> Option<OrderReport> {
        self.is_declared.then(|| OrderReport {
            sorted_row_groups: self
                .sorted
                .are_sorted
                .iter()
                .filter(|is_sorted| **is_sorted)
                .count(),
            first_unsorted_row: self.first_unsorted_row,
        })
    }
}

fn is_in_order(by: &[SortColumn], last: &[Option<Key<'_>>], next: &[Option<Key<'_>>]) -> bool {
    for ((by, last), next) in by.iter().zip(last).zip(next) {
        let order = match (last, next) {
            (None, None) => Some(Ordering::Equal),
            (None, Some(_)) if by.nulls_first => Some(Ordering::Less),
            (Some(_), None) if !by.nulls_first => Some(Ordering::Less),
            (None, _) | (_, None) => Some(Ordering::Greater),
            (Some(last), Some(next)) if by.descending => next.partial_cmp(last),
            (Some(last), Some(next)) => last.partial_cmp(next),
        };
        match order {
            Some(Ordering::Equal) => {}
            order => return order == Some(Ordering::Less),
        }
    }
    true
}

/// The column that the file calls `name`, if it has a value in these rows; arrays in the type that the
/// column has in the file.
fn column<'s, 'a>(
    name: &str,
    rows: &BlockSlice<'s, 'a>,
    schema: &Schema,
) -> Option<(ColumnSlice<'s, 'a>, ValuesSlice<'s, 'a>)> {
    let is_named = |(id, _): &(_, _)| schema.column(*id).name == name;
    let (id, slice) = rows.columns().find(is_named)?;
    let values = match (slice.values(), &schema.column(id).ty) {
        (ValuesSlice::Arrow(array), Some(ty)) => ValuesSlice::Arrow(in_type(array, ty)),
        (values, _) => values,
    };
    Some((slice, values))
}

/// The array in a column's type. (Where it can't be cast, the backend will refuse it.)
fn in_type(array: ArrayRef, ty: &ColumnType) -> ArrayRef {
    if *array.data_type() == ty.to_arrow() {
        return array;
    }
    cast(&array, &ty.to_arrow()).unwrap_or(array)
}

fn keys<'v>(slice: &ColumnSlice<'v, '_>, values: &'v ValuesSlice<'_, '_>) -> Option<Keys<'v>> {
    fn of_list<'v, T>(
        slice: &ColumnSlice<'v, '_>,
        values: &'v [T],
        key: impl Fn(&'v T) -> Key<'v> + 'v,
    ) -> Keys<'v> {
        let mut values = values.iter();
        let value_of =
            move |is_present: bool| is_present.then(|| values.next().map(&key)).flatten();
        Box::new(slice.present().map(value_of))
    }
    let bytes = |bytes: &'v [u8]| Key::Bytes(Cow::Borrowed(bytes));
    Some(match values {
        ValuesSlice::Bool(values) => of_list(slice, values, |value| Key::Bool(*value)),
        ValuesSlice::I64(values) | ValuesSlice::Timestamp(values) => {
            of_list(slice, values, |value| Key::I64(*value))
        }
        ValuesSlice::I32(values) => of_list(slice, values, |value| Key::I64((*value).into())),
        ValuesSlice::U64(values) => of_list(slice, values, |value| Key::U64(*value)),
        ValuesSlice::F32(values) => of_list(slice, values, |value| Key::F64((*value).into())),
        ValuesSlice::F64(values) => of_list(slice, values, |value| Key::F64(*value)),
        ValuesSlice::Text(values) => of_list(slice, values, move |text| bytes(text.as_bytes())),
        ValuesSlice::Bytes(values) => of_list(slice, values, move |value| bytes(value)),
        ValuesSlice::Arrow(array) => return keys_of_array(array),
        ValuesSlice::List(_) => return None,
    })
}

fn keys_of_array(array: &ArrayRef) -> Option<Keys<'_>> {
    let bytes = |bytes| Key::Bytes(Cow::Borrowed(bytes));
    if let Some(array) = array.as_boolean_opt() {
        return Some(Box::new(array.iter().map(|value| value.map(Key::Bool))));
    }
    if let Some(array) = array.as_primitive_opt::<Int32Type>() {
        return Some(Box::new(array.iter().map(|value| Some(Key::I64(value?.into())))));
    }
    if let Some(array) = array.as_primitive_opt::<Int64Type>() {
        return Some(Box::new(array.iter().map(|value| value.map(Key::I64))));
    }
    if let Some(array) = array.as_primitive_opt::<TimestampMicrosecondType>() {
        return Some(Box::new(array.iter().map(|value| value.map(Key::I64))));
    }
    if let Some(array) = array.as_primitive_opt::<UInt64Type>() {
        return Some(Box::new(array.iter().map(|value| value.map(Key::U64))));
    }
    if let Some(array) = array.as_primitive_opt::<Float32Type>() {
        return Some(Box::new(array.iter().map(|value| Some(Key::F64(value?.into())))));
    }
    if let Some(array) = array.as_primitive_opt::<Float64Type>() {
        return Some(Box::new(array.iter().map(|value| value.map(Key::F64))));
    }
    if let Some(array) = array.as_string_opt::<i32>() {
        return Some(Box::new(array.iter().map(move |text| text.map(str::as_bytes).map(bytes))));
    }
    let array = array.as_binary_opt::<i32>()?;
    Some(Box::new(array.iter().map(move |value| value.map(bytes))))
}
