//! The rows that are written, made before any clock starts.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMicrosecondType, UInt64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use bucksaw::{
    ColumnType, Compression, DeclaredSchema, Error, ErrorKind, Input, MemorySink, NdjsonOptions,
    OnError, Options, Result, TimeUnit, Value,
};
use bucksaw_workloads::{self as workloads, DEFAULT_SEED, Workload, json};
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::protocol::Source;

/// Rows of a workload whose size as NDJSON is looked at.
const ROWS_SIZED: usize = 1_000;

/// A row as a program holds it: every text is an object of its own, the names are shared.
pub(super) type Row = Vec<(Arc<str>, Owned)>;

/// A value that belongs to its row.
pub(super) enum Owned {
    Bool(bool),
    I64(i64),
    U64(u64),
    F64(f64),
    Text(Box<str>),
    Bytes(Box<[u8]>),
    Timestamp(i64),
}

impl Owned {
    pub(super) fn borrow(&self) -> Value<'_> {
        match self {
            Self::Bool(value) => Value::Bool(*value),
            Self::I64(value) => Value::I64(*value),
            Self::U64(value) => Value::U64(*value),
            Self::F64(value) => Value::F64(*value),
            Self::Text(text) => Value::Text(text),
            Self::Bytes(bytes) => Value::Bytes(bytes),
            Self::Timestamp(micros) => Value::Timestamp(*micros),
        }
    }
}

impl Owned {
    fn declared_type(&self) -> ColumnType {
        match self {
            Self::Bool(_) => ColumnType::Bool,
            Self::I64(_) => ColumnType::Int64,
            Self::U64(_) => ColumnType::Uint64,
            Self::F64(_) => ColumnType::Double,
            Self::Text(_) => ColumnType::Text,
            Self::Bytes(_) => ColumnType::Bytes,
            Self::Timestamp(_) => ColumnType::Timestamp(TimeUnit::Micros),
        }
    }
}

/// Rows, and what is to be known of them.
pub(super) struct Rows {
    pub(super) rows: Vec<Row>,
    /// The columns, for the backend that has to know them beforehand.
    pub(super) schema: DeclaredSchema,
    /// Bytes of a row as NDJSON, on average.
    pub(super) row_bytes: f64,
}

impl Rows {
    /// The first `rows` rows of the source; of an input all where it has fewer.
    pub(super) fn make(source: &Source, rows: Option<u64>) -> Result<Self> {
        match source {
            Source::Input(path) => read(path, rows),
            Source::Workload(name) => {
                let rows = rows.unwrap_or_default() as usize;
                match Workload::from_name(name) {
                    Some(Workload::Synth40) => Ok(own(workloads::synth40(DEFAULT_SEED), rows)),
                    Some(Workload::Small52) => Ok(own(workloads::small52(DEFAULT_SEED), rows)),
                    Some(Workload::Realistic) => Ok(own(workloads::realistic(DEFAULT_SEED), rows)),
                    _ => Err(Error::new(ErrorKind::Options, format!("no workload {name:?}"))),
                }
            }
        }
    }
}

/// Every column of the rows, with the type of its first value.
fn schema_of(rows: &[Row]) -> DeclaredSchema {
    let mut seen = HashSet::new();
    let mut schema = DeclaredSchema::new();
    for (name, value) in rows.iter().flatten() {
        if seen.insert(Arc::as_ptr(name)) {
            schema = schema.column(&**name, value.declared_type());
        }
    }
    schema
}

/// The names of columns, each held once.
#[derive(Default)]
struct Names(HashMap<String, Arc<str>>);

impl Names {
    fn get(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.get(name) {
            return Arc::clone(known);
        }
        let shared: Arc<str> = name.into();
        self.0.insert(name.to_owned(), Arc::clone(&shared));
        shared
    }
}

fn own(workload: impl Iterator<Item = workloads::Row>, count: usize) -> Rows {
    let mut names = Names::default();
    let mut lines = String::new();
    let mut own_row = |(index, row): (usize, workloads::Row)| {
        if index < ROWS_SIZED {
            json::write_line(&row, &mut lines);
        }
        let own_field = |(name, value)| (names.get(name), own_value(value));
        row.into_iter().map(own_field).collect()
    };
    let rows: Vec<Row> = workload.take(count).enumerate().map(&mut own_row).collect();
    let row_bytes = lines.len() as f64 / rows.len().clamp(1, ROWS_SIZED) as f64;
    Rows { schema: schema_of(&rows), row_bytes, rows }
}

fn own_value(value: workloads::Value) -> Owned {
    match value {
        workloads::Value::Bool(value) => Owned::Bool(value),
        workloads::Value::I64(value) => Owned::I64(value),
        workloads::Value::F64(value) => Owned::F64(value),
        workloads::Value::Text(text) => Owned::Text(text.into()),
    }
}

/// Reads NDJSON as Bucksaw stores it: nested names flattened, types as by its rules. So the rows go
/// through a file in memory once.
fn read(path: &Path, limit: Option<u64>) -> Result<Rows> {
    let name = path.display().to_string();
    let file =
        File::open(path).map_err(|cause| Error::io("could not open", cause).in_source(&name))?;
    let mut input = Input::ndjson(&name, file, NdjsonOptions::default(), OnError::Fail)?;
    let sink = MemorySink::new();
    // What comes back are values that JSON has.
    let options = Options::new().compression(Compression::None).settling_rows(0).timestamps(false);
    let mut writer = options.write_to(Box::new(sink.clone()))?;
    writer.write_input(&mut input)?;
    writer.finish()?;
    let counts = input.counts();
    if counts.rows == 0 {
        let message = "it has no rows: there is nothing to measure";
        return Err(Error::new(ErrorKind::Malformed, message).in_source(&name));
    }
    let unreadable = |cause: String| {
        Error::new(ErrorKind::InvalidParquet, "what was read could not be read back")
            .with_cause(cause)
    };
    let bytes = Bytes::from(sink.published().unwrap_or_default());
    let limit = limit.map_or(usize::MAX, |rows| rows as usize);
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes)
        .and_then(|reader| reader.with_limit(limit).build())
        .map_err(|cause| unreadable(cause.to_string()))?;
    let mut rows = Vec::new();
    let mut names = Names::default();
    for batch in reader {
        push_batch(&batch.map_err(|cause| unreadable(cause.to_string()))?, &mut names, &mut rows);
    }
    let row_bytes = counts.bytes as f64 / counts.rows as f64;
    Ok(Rows { schema: schema_of(&rows), row_bytes, rows })
}

fn push_batch(batch: &RecordBatch, names: &mut Names, rows: &mut Vec<Row>) {
    let first = rows.len();
    rows.extend((0..batch.num_rows()).map(|_| Row::new()));
    let schema = batch.schema();
    for (field, array) in schema.fields().iter().zip(batch.columns()) {
        let name = names.get(field.name());
        for (row, fields) in rows[first..].iter_mut().enumerate() {
            if let Some(value) = value_at(array, row) {
                fields.push((Arc::clone(&name), value));
            }
        }
    }
}

/// The value, none for null. NDJSON makes columns of these types only.
fn value_at(array: &dyn Array, row: usize) -> Option<Owned> {
    if array.is_null(row) {
        return None;
    }
    Some(match array.data_type() {
        DataType::Boolean => Owned::Bool(array.as_boolean().value(row)),
        DataType::Int64 => Owned::I64(array.as_primitive::<Int64Type>().value(row)),
        DataType::UInt64 => Owned::U64(array.as_primitive::<UInt64Type>().value(row)),
        DataType::Float64 => Owned::F64(array.as_primitive::<Float64Type>().value(row)),
        DataType::Utf8 => Owned::Text(array.as_string::<i32>().value(row).into()),
        DataType::Binary => Owned::Bytes(array.as_binary::<i32>().value(row).into()),
        DataType::Timestamp(..) => {
            Owned::Timestamp(array.as_primitive::<TimestampMicrosecondType>().value(row))
        }
        _ => return None,
    })
}
