//! Values of every type, as rows give them and as arrays, and rows of a block as text.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int16Type;
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal64Array, Decimal128Array,
    DictionaryArray, FixedSizeBinaryArray, Float32Array, Float64Array, Int32Array, Int64Array,
    ListArray, MapArray, StringArray, StringViewArray, StructArray, TimestampMicrosecondArray,
    UInt64Array,
};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{DataType, Field};
use bumpalo::Bump;

use crate::block::arrays::{ArrayVisitor, visit};
use crate::block::{BlockSlice, ValuesSlice};
use crate::types::physical::PhysicalType;
use crate::{ColumnType, DeclaredSchema, Options, Table, TimeUnit, Value};

/// One column of each type that is stored or made in its own way; the last is of a type that only Arrow has.
pub(super) const COLUMNS: usize = 20;
pub(super) const ARROW_ONLY: usize = COLUMNS - 1;

fn type_of(column: usize) -> ColumnType {
    let decimal = |precision| ColumnType::Decimal { precision, scale: 0 };
    let types = [
        ColumnType::Bool,
        ColumnType::Int32,
        ColumnType::Int64,
        ColumnType::Uint64,
        ColumnType::Float,
        ColumnType::Double,
        ColumnType::Text,
        ColumnType::Bytes,
        ColumnType::Timestamp(TimeUnit::Micros),
        ColumnType::Date,
        decimal(5),
        decimal(15),
        decimal(30),
        ColumnType::Fixed(3),
        ColumnType::list_of(ColumnType::Int64),
        ColumnType::list_of(ColumnType::Text),
        ColumnType::list_of(decimal(30)),
        ColumnType::Map,
        ColumnType::list_of(ColumnType::Map),
    ];
    types[column].clone()
}

pub(super) fn name_of(column: usize) -> String {
    format!("column {column}")
}

pub(super) fn table() -> Table {
    let declared = (0..ARROW_ONLY).fold(DeclaredSchema::new(), |schema, column| {
        schema.column(name_of(column), type_of(column))
    });
    Table::new(Options::new().schema(declared)).expect("sound options")
}

/// What a list of `n` holds.
fn elements_of(n: i64) -> Vec<Option<i64>> {
    (0..n % 4).map(|element| (element != 1).then_some(n + element)).collect()
}

fn text_of(n: i64) -> String {
    format!("{}{n}", "é".repeat((n % 7) as usize))
}

pub(super) fn value_of(column: usize, n: i64, arena: &Bump) -> Value<'_> {
    let text = |n| Value::Text(arena.alloc_str(&text_of(n)));
    let list = |element: &dyn Fn(i64) -> Value<'static>| {
        let elements = elements_of(n).into_iter().map(|n| n.map_or(Value::Null, element));
        Value::List(arena.alloc_slice_fill_iter(elements.collect::<Vec<_>>()))
    };
    match column {
        0 => Value::Bool(n % 2 == 0),
        1 => Value::I32(-n as i32),
        3 => Value::U64(u64::MAX - n as u64),
        4 => Value::F32(n as f32 / 2.0),
        5 => Value::F64(n as f64 / -4.0),
        6 => text(n),
        7 => Value::Bytes(arena.alloc_slice_copy(text_of(n).as_bytes())),
        8 => Value::Timestamp(n),
        9 => Value::Text(arena.alloc_str(&format!("1970-01-{:02}", n + 1))),
        13 => Value::Bytes(arena.alloc_slice_copy(&[n as u8; 3])),
        15 => Value::List(arena.alloc_slice_fill_iter(
            elements_of(n).into_iter().map(|n| n.map_or(Value::Null, text)).collect::<Vec<_>>(),
        )),
        14 | 16 => list(&Value::I64),
        17 => {
            let entry = |value: Option<i64>| ("k", value.map_or(Value::Null, text));
            Value::Map(
                arena.alloc_slice_fill_iter(
                    elements_of(n).into_iter().map(entry).collect::<Vec<_>>(),
                ),
            )
        }
        18 => Value::List(
            arena.alloc_slice_fill_iter(
                elements_of(n)
                    .into_iter()
                    .map(|n| n.map_or(Value::Null, |n| value_of(17, n, arena)))
                    .collect::<Vec<_>>(),
            ),
        ),
        _ => Value::I64(n),
    }
}

/// The same values as an array, texts in a layout of `layout`'s.
pub(super) fn array_of(column: usize, values: &[Option<i64>], layout: usize) -> ArrayRef {
    fn all<T>(values: &[Option<i64>], make: impl Fn(i64) -> T) -> Vec<Option<T>> {
        values.iter().map(|n| n.map(&make)).collect()
    }
    let decimals = |values: &[Option<i64>], precision| {
        let array = Decimal128Array::from(all(values, i128::from));
        Arc::new(array.with_precision_and_scale(precision, 0).expect("sound")) as ArrayRef
    };
    let texts = all(values, text_of);
    match column {
        0 => Arc::new(BooleanArray::from(all(values, |n| n % 2 == 0))),
        1 => Arc::new(Int32Array::from(all(values, |n| -n as i32))),
        2 => Arc::new(Int64Array::from(values.to_vec())),
        3 => Arc::new(UInt64Array::from(all(values, |n| u64::MAX - n as u64))),
        4 => Arc::new(Float32Array::from(all(values, |n| n as f32 / 2.0))),
        5 => Arc::new(Float64Array::from(all(values, |n| n as f64 / -4.0))),
        6 => match layout % 3 {
            0 => Arc::new(StringArray::from(texts)),
            1 => Arc::new(StringViewArray::from(texts)),
            _ => {
                let texts = texts.iter().map(Option::as_deref);
                Arc::new(texts.collect::<DictionaryArray<Int16Type>>())
            }
        },
        7 => Arc::new(texts.iter().map(Option::as_ref).collect::<BinaryArray>()),
        8 => Arc::new(TimestampMicrosecondArray::from(values.to_vec()).with_timezone("UTC")),
        9 => Arc::new(Date32Array::from(all(values, |n| n as i32))),
        10 => decimals(values, 5),
        11 => {
            let array = Decimal64Array::from(values.to_vec());
            Arc::new(array.with_precision_and_scale(15, 0).expect("sound"))
        }
        12 => decimals(values, 30),
        13 => {
            let values = all(values, |n| [n as u8; 3]).into_iter();
            Arc::new(
                FixedSizeBinaryArray::try_from_sparse_iter_with_size(values, 3).expect("sound"),
            )
        }
        ARROW_ONLY => {
            let field = Arc::new(Field::new("n", DataType::Int64, true));
            let nulls = values.iter().map(Option::is_some).collect::<Vec<_>>().into();
            Arc::new(StructArray::new(
                vec![field].into(),
                vec![array_of(2, values, 0)],
                Some(nulls),
            ))
        }
        _ => {
            let lists: Vec<_> = values.iter().map(|n| n.map(elements_of)).collect();
            let elements: Vec<_> = lists.iter().flatten().flatten().copied().collect();
            let of = [2, 6, 12, 6, 17][column - 14];
            let elements = array_of(of, &elements, layout);
            let field = Arc::new(Field::new("element", elements.data_type().clone(), true));
            let lens = lists.iter().map(|list| list.as_ref().map_or(0, Vec::len));
            let offsets = arrow_buffer::OffsetBuffer::from_lengths(lens);
            let nulls = values.iter().map(Option::is_some).collect::<Vec<_>>().into();
            if column == 17 {
                let keys: ArrayRef = Arc::new(StringArray::from(vec!["k"; elements.len()]));
                let key = Arc::new(Field::new("key", DataType::Utf8, false));
                let entries = StructArray::new(vec![key, field].into(), vec![keys, elements], None);
                let field = Arc::new(Field::new("entries", entries.data_type().clone(), false));
                return Arc::new(MapArray::new(field, offsets, entries, Some(nulls), false));
            }
            Arc::new(ListArray::new(field, offsets, elements, Some(nulls)))
        }
    }
}

/// The values of each row by column, read one row at a time.
pub(super) type Cells = Vec<BTreeMap<usize, String>>;

pub(super) fn cells(rows: &BlockSlice<'_, '_>) -> Cells {
    let one = |row| {
        let (row, _) = rows.clone().split_at(row).1.split_at(1);
        let cell = |(id, slice): (crate::ColumnId, crate::ColumnSlice<'_, '_>)| {
            (id.index(), shown(&slice.values(), &[true]).concat())
        };
        row.columns().chain(row.mixed_columns()).map(cell).collect()
    };
    (0..rows.rows()).map(one).collect()
}

/// A text for each row, whether its value is in a list or an array.
fn shown(values: &ValuesSlice<'_, '_>, present: &[bool]) -> Vec<String> {
    let each = |values: Vec<String>| {
        let mut values = values.into_iter();
        let value = |is_present: &bool| {
            if *is_present { values.next().expect("a value each") } else { "null".to_owned() }
        };
        present.iter().map(value).collect::<Vec<_>>()
    };
    match values {
        ValuesSlice::Bool(values) => each(values.iter().map(ToString::to_string).collect()),
        ValuesSlice::I32(values) => each(values.iter().map(ToString::to_string).collect()),
        ValuesSlice::I64(values) => each(values.iter().map(ToString::to_string).collect()),
        ValuesSlice::F32(values) => each(values.iter().map(ToString::to_string).collect()),
        ValuesSlice::F64(values) => each(values.iter().map(ToString::to_string).collect()),
        ValuesSlice::Text(values) => each(values.iter().map(|text| format!("{text:?}")).collect()),
        ValuesSlice::Bytes(values) => {
            each(values.iter().map(|bytes| format!("{bytes:?}")).collect())
        }
        ValuesSlice::Mixed(values) => {
            each(values.0.iter().map(|value| format!("{value:?}")).collect())
        }
        ValuesSlice::List(lists) => {
            let mut elements = vec![String::new(); lists.element_count()];
            for (field, slice) in lists.fields() {
                let present: Vec<bool> = lists.present(field).collect();
                let of_field = shown(&slice.values(), &present);
                elements
                    .iter_mut()
                    .zip(of_field)
                    .for_each(|(shown, of)| *shown += &format!(" {of}"));
            }
            let mut elements = elements.into_iter();
            each(
                lists
                    .lens()
                    .map(|len| format!("{:?}", elements.by_ref().take(len).collect::<Vec<_>>()))
                    .collect(),
            )
        }
        ValuesSlice::Arrow(array) => {
            let (keys, values) = match array.as_any_dictionary_opt() {
                Some(dictionary) => (dictionary.normalized_keys(), dictionary.values()),
                None => ((0..array.len()).collect(), array),
            };
            let shown = |(is_present, key): (&bool, usize)| {
                if *is_present { visit(values, ShownAt(key, values)) } else { "null".to_owned() }
            };
            present.iter().zip(keys).map(shown).collect()
        }
    }
}

/// One value of an array as the same value of a list is shown.
struct ShownAt<'v>(usize, &'v dyn Array);

impl<'v> ArrayVisitor<'v> for ShownAt<'v> {
    type Output = String;

    fn others(self) -> String {
        let formatter = ArrayFormatter::try_new(self.1, &FormatOptions::new()).expect("shown");
        formatter.value(self.0).to_string()
    }

    fn bools(self, value: impl Fn(usize) -> bool + 'v) -> String {
        value(self.0).to_string()
    }

    fn i32s(self, value: impl Fn(usize) -> i32 + 'v) -> String {
        value(self.0).to_string()
    }

    fn i64s(self, value: impl Fn(usize) -> i64 + 'v) -> String {
        value(self.0).to_string()
    }

    fn f32s(self, value: impl Fn(usize) -> f32 + 'v) -> String {
        value(self.0).to_string()
    }

    fn f64s(self, value: impl Fn(usize) -> f64 + 'v) -> String {
        value(self.0).to_string()
    }

    fn texts(self, value: impl Fn(usize) -> &'v str + 'v) -> String {
        format!("{:?}", value(self.0))
    }

    fn bytes(self, value: impl Fn(usize) -> &'v [u8] + 'v) -> String {
        format!("{:?}", value(self.0))
    }

    fn decimals(self, value: impl Fn(usize) -> i128 + 'v) -> String {
        let storage = ColumnType::from_arrow(self.1.data_type()).storage().expect("decimals");
        match storage.physical {
            PhysicalType::FixedBytes(width) => {
                format!("{:?}", &value(self.0).to_be_bytes()[16 - width..])
            }
            _ => value(self.0).to_string(),
        }
    }
}
