//! Record batches: types that only Arrow has, and Arrow's several ways to hold ours.

use std::sync::Arc;

use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{
    ArrayRef, BinaryViewArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray,
    Float32Array, Float64Array, Int8Array, Int32Array, Int64Array, LargeStringArray, ListArray,
    RecordBatch, StringArray, StringViewArray, StructArray, TimestampMicrosecondArray,
    TimestampNanosecondArray, UInt16Array, UInt32Array, UInt64Array,
};
use arrow_schema::{DataType, Field, Fields, TimeUnit};

use crate::interop::case::{Case, Demand};
use crate::interop::cell::Cell;
use crate::interop::model::{Expected, ExpectedColumn, list_type, timestamp_type};
use crate::interop::read_back::Fact;

const TEXTS: [Option<&str>; 5] = [Some("one"), None, Some(""), Some("ü漢🪵"), Some("one")];
const FLOATS: [f32; 6] = [f32::NAN, f32::INFINITY, -0.0, 1e-45, f32::MAX, 0.1];
const DAYS: [i32; 4] = [0, -1, 19_000, -719_162];

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::batches("arrow_types", batches(&all(60), &[60]), expected(&all(60)))
            .demands(Demand::ArrowTypes),
        Case::batches(
            "arrow_types_in_groups",
            batches(&all(60), &[25, 0, 20, 15]),
            expected(&all(60)),
        )
        .groups_of(10)
        .fact(Fact::RowGroups(6))
        .demands(Demand::ArrowTypes),
        Case::batches(
            "arrow_types_null_columns",
            batches(&with_nulls(60), &[30, 30]),
            with_first("none", expected(&all(60))),
        )
        .declared([("none", bucksaw::ColumnType::Text)])
        .demands(Demand::ArrowTypes),
        Case::batches("arrow_our_types", batches(&ours(60), &[25, 35]), expected(&ours(60)))
            .groups_of(20),
        Case::batches("arrow_no_rows", batches(&ours(10), &[0, 10, 0]), expected(&ours(10))),
        mixed(),
    ]
}

/// The same with a column of text without a value before the others.
fn with_first(name: &str, mut expected: Expected) -> Expected {
    let (name, cells) = (name.to_owned(), vec![Cell::Null; expected.rows]);
    expected.columns.insert(0, ExpectedColumn { name, data_type: DataType::Utf8, cells });
    expected
}

/// A column as an array, and as the cells that a file has to hold.
struct Made {
    name: &'static str,
    array: ArrayRef,
    data_type: DataType,
    cells: Vec<Cell>,
}

fn made<T: Clone>(
    name: &'static str,
    data_type: DataType,
    values: Vec<Option<T>>,
    array: impl Fn(Vec<Option<T>>) -> ArrayRef,
    cell: impl Fn(T) -> Cell,
) -> Made {
    let cells = values.iter().map(|value| value.clone().map_or(Cell::Null, &cell)).collect();
    Made { name, array: array(values), data_type, cells }
}

/// Each row's value by its number, null in every `nulls`th.
fn every<T>(rows: usize, nulls: usize, value: impl Fn(usize) -> T) -> Vec<Option<T>> {
    (0..rows).map(|at| (at % nulls != nulls - 1).then(|| value(at))).collect()
}

fn texts(rows: usize) -> Vec<Option<&'static str>> {
    (0..rows).map(|at| TEXTS[at % 5]).collect()
}

fn all(rows: usize) -> Vec<Made> {
    let nanos = DataType::Timestamp(TimeUnit::Nanosecond, None);
    let mut columns = vec![
        made(
            "date32",
            DataType::Date32,
            every(rows, 5, |at| DAYS[at % 4]),
            |v| Arc::new(Date32Array::from(v)),
            Cell::Date,
        ),
        made(
            "decimal128",
            DataType::Decimal128(25, 3),
            every(
                rows,
                6,
                |at| if at % 2 == 0 { -(at as i128) } else { 10_i128.pow(25) - at as i128 },
            ),
            |v| Arc::new(Decimal128Array::from(v).with_precision_and_scale(25, 3).expect("fits")),
            Cell::Decimal,
        ),
        made(
            "nanos",
            nanos,
            every(rows, 3, |at| at as i64 * 1_000_000_007 - 3_000_000_001),
            |v| Arc::new(TimestampNanosecondArray::from(v)),
            Cell::Nanos,
        ),
    ];
    columns.push(structs(rows));
    columns.extend(ours(rows));
    columns
}

/// Arrow's several ways to hold what our own types are.
fn ours(rows: usize) -> Vec<Made> {
    let text = |text: &str| Cell::from(text);
    let utf8 = DataType::Utf8;
    vec![
        made(
            "int64",
            DataType::Int64,
            every(rows, 3, |at| i64::MAX - at as i64),
            |v| Arc::new(Int64Array::from(v)),
            Cell::I64,
        ),
        made(
            "float64",
            DataType::Float64,
            every(rows, 4, |at| [f64::NAN, -0.0, 5e-324, 1.5][at % 4]),
            |v| Arc::new(Float64Array::from(v)),
            Cell::F64,
        ),
        made(
            "int32",
            DataType::Int32,
            every(rows, 4, |at| i32::MIN + at as i32),
            |v| Arc::new(Int32Array::from(v)),
            Cell::I32,
        ),
        made(
            "float32",
            DataType::Float32,
            every(rows, 7, |at| FLOATS[at % 6]),
            |v| Arc::new(Float32Array::from(v)),
            Cell::F32,
        ),
        made(
            "int8",
            DataType::Int8,
            every(rows, 4, |at| i8::MIN + at as i8),
            |v| Arc::new(Int8Array::from(v)),
            |value| Cell::I32(value.into()),
        ),
        made(
            "uint16",
            DataType::UInt16,
            every(rows, 3, |at| u16::MAX - at as u16),
            |v| Arc::new(UInt16Array::from(v)),
            |value| Cell::I32(value.into()),
        ),
        made(
            "uint32",
            DataType::UInt32,
            every(rows, 5, |at| u32::MAX - at as u32),
            |v| Arc::new(UInt32Array::from(v)),
            |value| Cell::I64(value.into()),
        ),
        made(
            "uint64",
            DataType::UInt64,
            every(rows, 4, |at| u64::MAX - at as u64),
            |v| Arc::new(UInt64Array::from(v)),
            Cell::U64,
        ),
        made(
            "dictionary",
            DataType::Utf8,
            texts(rows),
            |v| Arc::new(v.into_iter().collect::<DictionaryArray<Int32Type>>()),
            text,
        ),
        made(
            "boolean",
            DataType::Boolean,
            every(rows, 5, |at| at % 2 == 0),
            |v| Arc::new(BooleanArray::from(v)),
            Cell::Bool,
        ),
        made("utf8", utf8.clone(), texts(rows), |v| Arc::new(StringArray::from(v)), text),
        made(
            "large_utf8",
            utf8.clone(),
            texts(rows),
            |v| Arc::new(LargeStringArray::from(v)),
            text,
        ),
        made("utf8_view", utf8, texts(rows), |v| Arc::new(StringViewArray::from(v)), text),
        made(
            "binary_view",
            DataType::Binary,
            every(rows, 6, |at| vec![255_u8; at % 20]),
            |v| Arc::new(v.into_iter().collect::<BinaryViewArray>()),
            Cell::Bytes,
        ),
        made(
            "moment",
            timestamp_type(),
            every(rows, 7, |at| at as i64 * 1_000_003 - 30_000_000),
            |v| Arc::new(TimestampMicrosecondArray::from(v).with_timezone("UTC")),
            Cell::Timestamp,
        ),
        lists(rows),
    ]
}

/// Lists that are null, empty, and with nulls in them.
fn lists(rows: usize) -> Made {
    let list = |at: usize| {
        (0..at % 4).map(|item| (item % 3 != 1).then_some((at * item) as i64)).collect::<Vec<_>>()
    };
    made(
        "list",
        list_type(DataType::Int64),
        every(rows, 5, list),
        |v| Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(v)),
        |items| Cell::List(items.into_iter().map(Cell::from).collect()),
    )
}

/// Structs that are null, and with null members.
fn structs(rows: usize) -> Made {
    let fields = Fields::from(vec![
        Field::new("a", DataType::Int64, true),
        Field::new("b", DataType::Utf8, true),
    ]);
    let value = |at: usize| ((!at.is_multiple_of(3)).then_some(at as i64), TEXTS[at % 5]);
    made(
        "struct",
        DataType::Struct(fields.clone()),
        every(rows, 4, value),
        |v| {
            let nulls = v.iter().map(Option::is_some).collect::<Vec<_>>();
            let a = v.iter().map(|value| value.and_then(|(a, _)| a)).collect::<Int64Array>();
            let b = v.iter().map(|value| value.and_then(|(_, b)| b)).collect::<StringArray>();
            let members: Vec<ArrayRef> = vec![Arc::new(a), Arc::new(b)];
            Arc::new(StructArray::new(fields.clone(), members, Some(nulls.into())))
        },
        |(a, b)| Cell::Struct(vec![("a".to_owned(), a.into()), ("b".to_owned(), b.into())]),
    )
}

/// With columns in between that are null in every row.
fn with_nulls(rows: usize) -> Vec<Made> {
    let null = |name| {
        made(
            name,
            DataType::Utf8,
            vec![None; rows],
            |v: Vec<Option<&str>>| Arc::new(StringArray::from(v)),
            Cell::from,
        )
    };
    let mut columns = all(rows);
    columns.insert(3, null("none"));
    columns.push(null("none at the end"));
    columns
}

/// Columns whose type changes from batch to batch: values go in one by one.
fn mixed() -> Case {
    let batch =
        |name: &str, array: ArrayRef| RecordBatch::try_from_iter([(name, array)]).expect("a batch");
    let batches = vec![
        batch("n", Arc::new(Int64Array::from(vec![Some(1), None]))),
        batch("n", Arc::new(Int32Array::from(vec![Some(-2), None]))),
        batch("n", Arc::new(UInt64Array::from(vec![3, 1 << 40]))),
    ];
    let cells = [Some(1), None, Some(-2), None, Some(3), Some(1 << 40)];
    let column = ExpectedColumn {
        name: "n".to_owned(),
        data_type: DataType::Int64,
        cells: cells.into_iter().map(Cell::from).collect(),
    };
    Case::batches("arrow_mixed_types", batches, Expected { columns: vec![column], rows: 6 })
}

/// The columns as batches of so many rows each.
fn batches(columns: &[Made], sizes: &[usize]) -> Vec<RecordBatch> {
    let whole = columns.iter().map(|column| (column.name, Arc::clone(&column.array), true));
    let whole = RecordBatch::try_from_iter_with_nullable(whole).expect("a batch");
    let mut from = 0;
    sizes
        .iter()
        .map(|rows| {
            from += rows;
            whole.slice(from - rows, *rows)
        })
        .collect()
}

fn expected(columns: &[Made]) -> Expected {
    let column = |made: &Made| ExpectedColumn {
        name: made.name.to_owned(),
        data_type: made.data_type.clone(),
        cells: made.cells.clone(),
    };
    Expected { rows: columns[0].cells.len(), columns: columns.iter().map(column).collect() }
}
