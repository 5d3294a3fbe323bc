//! What the tests share: a plain model of a file's cells, and reading a file into it.
#![allow(dead_code, unreachable_pub, reason = "each test takes what it needs")]
#![allow(clippy::panic, reason = "tests fail by it")]

pub mod chunk;
pub mod inputs;
pub mod layout;
pub mod pages;
pub mod thrift;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_schema::{DataType, TimeUnit};
use bucksaw::limits::DEFAULT_MEMORY_LIMIT;
use bucksaw::{
    BackendKind, Input, MemorySink, NdjsonOptions, OnError, Options, Profile, Report, Result,
    Value, Writer,
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};

/// One cell, with floats and doubles by their bits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    Bool(bool),
    I32(i32),
    I64(i64),
    U64(u64),
    /// A decimal without digits behind the point, or a moment in another unit than microseconds.
    Integer(i128),
    F32(u32),
    F64(u64),
    Text(String),
    Bytes(Vec<u8>),
    Timestamp(i64),
    List(Vec<Option<Cell>>),
    /// Keys, each with its value.
    Map(Vec<(String, Option<Cell>)>),
}

/// Counts of what could not be stored as it came: those named, and 0 for the others.
#[allow(unused_macros, reason = "each test takes what it needs")]
macro_rules! alterations {
    ($($name:ident: $count:expr),*) => {{
        #[allow(unused_mut, reason = "of no names")]
        let mut alterations = bucksaw::Alterations::default();
        $(alterations.$name = $count;)*
        alterations
    }};
}
#[allow(unused_imports, reason = "each test takes what it needs")]
pub(crate) use alterations;

/// A row: its cells that are not null, by their column's name.
pub type Row = BTreeMap<String, Cell>;

pub fn cell(value: Value<'_>) -> Option<Cell> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(value) => Cell::Bool(value),
        Value::I32(value) => Cell::I32(value),
        Value::I64(value) => Cell::I64(value),
        Value::U64(value) => Cell::U64(value),
        Value::F32(value) => Cell::F32(value.to_bits()),
        Value::F64(value) => Cell::F64(value.to_bits()),
        Value::Text(value) => Cell::Text(value.to_owned()),
        Value::Bytes(value) => Cell::Bytes(value.to_owned()),
        Value::Timestamp(value) => Cell::Timestamp(value),
        Value::List(values) => Cell::List(values.iter().map(|value| cell(*value)).collect()),
        Value::Map(entries) => Cell::Map(
            entries.iter().map(|(key, value)| ((*key).to_owned(), cell(*value))).collect(),
        ),
        other => panic!("the model has no {other:?}"),
    })
}

/// A row of these values.
pub fn row(values: &[(&str, Value<'_>)]) -> Row {
    values.iter().filter_map(|(name, value)| Some(((*name).to_owned(), cell(*value)?))).collect()
}

pub fn cell_at(array: &ArrayRef, row: usize) -> Option<Cell> {
    if array.is_null(row) {
        return None;
    }
    Some(match array.data_type() {
        DataType::Boolean => Cell::Bool(array.as_boolean().value(row)),
        DataType::Int32 => Cell::I32(array.as_primitive::<Int32Type>().value(row)),
        // Narrower integers are compared as they are held.
        DataType::Int8 | DataType::Int16 | DataType::UInt8 | DataType::UInt16 => {
            return cell_at(&cast(array, &DataType::Int32).expect("wider"), row);
        }
        DataType::UInt32 => return cell_at(&cast(array, &DataType::Int64).expect("wider"), row),
        DataType::Float32 => Cell::F32(array.as_primitive::<Float32Type>().value(row).to_bits()),
        DataType::Int64 => Cell::I64(array.as_primitive::<Int64Type>().value(row)),
        DataType::UInt64 => Cell::U64(array.as_primitive::<UInt64Type>().value(row)),
        DataType::Float64 => Cell::F64(array.as_primitive::<Float64Type>().value(row).to_bits()),
        DataType::Utf8 => Cell::Text(array.as_string::<i32>().value(row).to_owned()),
        DataType::Binary => Cell::Bytes(array.as_binary::<i32>().value(row).to_owned()),
        DataType::FixedSizeBinary(_) => {
            Cell::Bytes(array.as_fixed_size_binary().value(row).to_vec())
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            Cell::Integer(array.as_primitive::<TimestampMillisecondType>().value(row).into())
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            Cell::Integer(array.as_primitive::<TimestampNanosecondType>().value(row).into())
        }
        DataType::Timestamp(..) => {
            Cell::Timestamp(array.as_primitive::<TimestampMicrosecondType>().value(row))
        }
        DataType::List(_) => {
            let elements = array.as_list::<i32>().value(row);
            Cell::List((0..elements.len()).map(|place| cell_at(&elements, place)).collect())
        }
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            let (keys, values) = (entries.column(0), entries.column(1));
            let entry = |at: usize| match cell_at(keys, at) {
                Some(Cell::Text(key)) => (key, cell_at(values, at)),
                other => panic!("a key {other:?}"),
            };
            Cell::Map((0..entries.len()).map(entry).collect())
        }
        // Only integers beyond 64 bits settle to decimals by themselves.
        DataType::Decimal128(20, 0) => {
            Cell::Integer(array.as_primitive::<Decimal128Type>().value(row))
        }
        other => panic!("the model has no {other}"),
    })
}

/// The column names and the rows of a file.
pub fn read(file: &[u8]) -> (Vec<String>, Vec<Row>) {
    layout::check(file);
    let footer = footer(file);
    let file = bytes::Bytes::copy_from_slice(file);
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("a Parquet file");
    let names = reader.schema().fields().iter().map(|field| field.name().clone()).collect();
    let mut rows = Vec::new();
    for batch in reader.with_batch_size(1_000).build().expect("a reader") {
        let batch = batch.expect("readable pages");
        for row in 0..batch.num_rows() {
            let schema = batch.schema();
            let cells = schema.fields().iter().zip(batch.columns());
            rows.push(
                cells
                    .filter_map(|(field, array)| Some((field.name().clone(), cell_at(array, row)?)))
                    .collect(),
            );
        }
    }
    check_sorting(&footer, &rows);
    (names, rows)
}

/// A row group that says that it is sorted is.
fn check_sorting(footer: &ParquetMetaData, rows: &[Row]) {
    let leaves = footer.file_metadata().schema_descr().columns();
    let mut rest = rows;
    for group in footer.row_groups() {
        let (rows, after) = rest.split_at(group.num_rows() as usize);
        rest = after;
        let Some(by) = group.sorting_columns() else { continue };
        assert!(!by.is_empty());
        let is_before = |before: &Row, row: &Row| {
            let orders = by.iter().map(|by| {
                let name = leaves[by.column_idx as usize].name();
                match (before.get(name), row.get(name)) {
                    (None, Some(_)) if by.nulls_first => Ordering::Less,
                    (None, Some(_)) => Ordering::Greater,
                    (Some(_), None) if by.nulls_first => Ordering::Greater,
                    (Some(_), None) => Ordering::Less,
                    (before, row) if by.descending => compare(row, before),
                    (before, row) => compare(before, row),
                }
            });
            orders.reduce(Ordering::then).is_some_and(Ordering::is_le)
        };
        assert!(rows.windows(2).all(|pair| is_before(&pair[0], &pair[1])), "not sorted by {by:?}");
    }
}

fn compare(a: Option<&Cell>, b: Option<&Cell>) -> Ordering {
    match (a, b) {
        (Some(Cell::F64(a)), Some(Cell::F64(b))) => {
            f64::from_bits(*a).partial_cmp(&f64::from_bits(*b)).expect("NaN has no order")
        }
        (Some(Cell::F32(a)), Some(Cell::F32(b))) => {
            f32::from_bits(*a).partial_cmp(&f32::from_bits(*b)).expect("NaN has no order")
        }
        _ => a.cmp(&b),
    }
}

/// The footer of a file, and its page index if it has one.
pub fn footer(file: &[u8]) -> ParquetMetaData {
    ParquetMetaDataReader::new()
        .with_page_index_policy(PageIndexPolicy::Optional)
        .parse_and_finish(&bytes::Bytes::copy_from_slice(file))
        .expect("a footer")
}

/// Every backend.
pub const BACKENDS: [BackendKind; 2] = [BackendKind::Arrow, BackendKind::Direct];

/// The default options, with a memory limit that carries as many columns for each backend.
pub fn options_of(backend: BackendKind) -> Options {
    let memory_limit = match backend {
        BackendKind::Arrow => 4 * DEFAULT_MEMORY_LIMIT,
        _ => DEFAULT_MEMORY_LIMIT,
    };
    Options::new().backend(backend).memory_limit(memory_limit)
}

/// Does a test with each backend, and with the profile that has more encodings.
pub fn each(test: impl Fn(Options)) {
    for backend in BACKENDS {
        test(options_of(backend));
    }
    test(Options::new().profile(Profile::Modern).threads(2));
}

/// What `write` writes with these options.
pub fn written(options: Options, write: impl FnOnce(&mut Writer)) -> Written {
    let sink = MemorySink::new();
    let mut writer = options.write_to(Box::new(sink.clone())).expect("sound options");
    write(&mut writer);
    let report = writer.finish().expect("a file");
    Written { report, file: sink.published().expect("published") }
}

/// A finished file in memory, and its report.
pub struct Written {
    pub report: Report,
    pub file: Vec<u8>,
}

impl Written {
    pub fn names(&self) -> Vec<String> {
        read(&self.file).0
    }

    pub fn rows(&self) -> Vec<Row> {
        read(&self.file).1
    }
}

/// Converts NDJSON.
pub fn convert(lines: &str, options: Options) -> Result<Written> {
    convert_with(lines.as_bytes(), options, NdjsonOptions::default(), OnError::Fail)
}

/// Converts NDJSON with every choice.
pub fn convert_with<'a>(
    lines: &'a [u8],
    options: Options,
    ndjson: NdjsonOptions,
    on_error: OnError<'a>,
) -> Result<Written> {
    let sink = MemorySink::new();
    let mut writer = options.write_to(Box::new(sink.clone()))?;
    writer.write_input(&mut Input::ndjson("input", lines, ndjson, on_error)?)?;
    let report = writer.finish()?;
    Ok(Written { report, file: sink.published().expect("a finished writer has published") })
}
