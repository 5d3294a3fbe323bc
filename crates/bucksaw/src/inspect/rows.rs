//! The first rows as JSON, read on a thread of their own in small batches.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{
    ArrowPrimitiveType, DataType, Date32Type, Decimal128Type, Decimal256Type, Fields, Float16Type,
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType,
    Time64MicrosecondType, Time64NanosecondType, TimeUnit, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::CompressionCodec;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};

use super::guard;
use super::json::Json;
use super::source::Source;
use super::text;
use super::{DEFAULT_DECODER_STACK_BYTES, File};
use crate::error::{Error, ErrorKind, Result};

/// The rows that are decoded at once, so that wide rows don't fill the memory.
const BATCH_ROWS: usize = 64;

/// The batches that wait for the caller.
const BATCHES_AHEAD: usize = 1;

type Batch = Result<Vec<Json>>;

/// The first rows of a file, each an object with the columns in the file's order. Bytes stand in
/// base64, timestamps in RFC 3339, decimals as text. After an error there are no more rows.
#[derive(Debug)]
pub struct Rows {
    batches: Option<Receiver<Batch>>,
    ready: std::vec::IntoIter<Json>,
    source: String,
}

impl Rows {
    pub(super) fn start(file: &File, limit: u64) -> Self {
        let (sender, batches) = sync_channel(BATCHES_AHEAD);
        let (metadata, source, external) =
            (Arc::clone(&file.metadata), file.source.clone(), file.external);
        let refused = sender.clone();
        let spawned = thread::Builder::new()
            .name(guard::DECODER_THREAD.to_owned())
            .stack_size(DEFAULT_DECODER_STACK_BYTES)
            .spawn(move || {
                // Nothing of what the decoder leaves behind is used after its panic.
                let read = AssertUnwindSafe(|| read(metadata, source, external, limit, &sender));
                let error = match catch_unwind(read) {
                    Ok(Ok(())) => return,
                    Ok(Err(error)) => error,
                    Err(panic) => guard::panicked(&*panic),
                };
                // The caller may be gone: then nobody waits for the error.
                let _ = sender.send(Err(error));
            });
        if let Err(cause) = spawned {
            // The channel has room for it, and the receiver is still here.
            let _ = refused.try_send(Err(Error::io("could not start a thread to read", cause)));
        }
        let source = file.path.display().to_string();
        Self { batches: Some(batches), ready: Vec::new().into_iter(), source }
    }
}

impl Iterator for Rows {
    type Item = Result<Json>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.ready.next() {
                return Some(Ok(row));
            }
            match self.batches.as_ref()?.recv() {
                Ok(Ok(rows)) => self.ready = rows.into_iter(),
                Ok(Err(error)) => {
                    self.batches = None;
                    return Some(Err(error.in_source(&self.source)));
                }
                Err(_) => self.batches = None,
            }
        }
    }
}

fn read(
    metadata: Arc<ParquetMetaData>,
    source: Source,
    external: bool,
    limit: u64,
    sender: &SyncSender<Batch>,
) -> Result<()> {
    check_readable(&metadata, external)?;
    let failed = |cause: ParquetError| guard::failed("the rows can't be decoded", cause);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    // The Parquet schema alone decides: an embedded Arrow schema is one more thing to distrust.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = ArrowReaderMetadata::try_new(metadata, options).map_err(failed)?;
    let batches = ParquetRecordBatchReaderBuilder::new_with_metadata(source, metadata)
        .with_batch_size(BATCH_ROWS.min(limit.max(1)))
        .with_limit(limit)
        .build()
        .map_err(failed)?;
    for batch in batches {
        let batch = batch.map_err(|cause| failed(cause.into()))?;
        if sender.send(Ok(rows_of(&batch)?)).is_err() {
            break;
        }
    }
    Ok(())
}

/// Refuses files whose pages are elsewhere or can't be decompressed.
pub(super) fn check_readable(metadata: &ParquetMetaData, external: bool) -> Result<()> {
    if external {
        let message = "the rows stand in other files; inspect those";
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    let codecs = metadata.row_groups().iter().flat_map(RowGroupMetaData::columns);
    if let Some(codec) = codecs.map(ColumnChunkMetaData::compression_codec).find(is_unknown) {
        let message = format!("pages compressed with {codec} can't be read");
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    Ok(())
}

/// The codecs that aren't built in: nobody writes them any more, or hardly.
fn is_unknown(codec: &CompressionCodec) -> bool {
    matches!(codec, CompressionCodec::BROTLI | CompressionCodec::LZO)
}

fn rows_of(batch: &RecordBatch) -> Result<Vec<Json>> {
    let schema = batch.schema_ref();
    (0..batch.num_rows()).map(|row| object(schema.fields(), batch.columns(), row)).collect()
}

fn object(fields: &Fields, columns: &[ArrayRef], row: usize) -> Result<Json> {
    let members = fields.iter().zip(columns).map(|(field, column)| {
        let value = value(column, row).map_err(|error| error.in_column(field.name()))?;
        Ok((field.name().clone(), value))
    });
    members.collect::<Result<Vec<_>>>().map(Json::Object)
}

fn primitive<T: ArrowPrimitiveType>(array: &dyn Array, row: usize) -> T::Native {
    array.as_primitive::<T>().value(row)
}

/// A value as JSON. The nesting is the schema's, whose depth was checked.
fn value(array: &dyn Array, row: usize) -> Result<Json> {
    if array.is_null(row) {
        return Ok(Json::Null);
    }
    Ok(match array.data_type() {
        DataType::Null => Json::Null,
        DataType::Boolean => Json::Bool(array.as_boolean().value(row)),
        DataType::Int8 => Json::Int(primitive::<Int8Type>(array, row).into()),
        DataType::Int16 => Json::Int(primitive::<Int16Type>(array, row).into()),
        DataType::Int32 => Json::Int(primitive::<Int32Type>(array, row).into()),
        DataType::Int64 => Json::Int(primitive::<Int64Type>(array, row)),
        DataType::UInt8 => Json::Uint(primitive::<UInt8Type>(array, row).into()),
        DataType::UInt16 => Json::Uint(primitive::<UInt16Type>(array, row).into()),
        DataType::UInt32 => Json::Uint(primitive::<UInt32Type>(array, row).into()),
        DataType::UInt64 => Json::Uint(primitive::<UInt64Type>(array, row)),
        DataType::Float16 => Json::Float(primitive::<Float16Type>(array, row).to_f32()),
        DataType::Float32 => Json::Float(primitive::<Float32Type>(array, row)),
        DataType::Float64 => Json::Double(primitive::<Float64Type>(array, row)),
        DataType::Utf8 => Json::Text(array.as_string::<i32>().value(row).to_owned()),
        DataType::LargeUtf8 => Json::Text(array.as_string::<i64>().value(row).to_owned()),
        DataType::Utf8View => Json::Text(array.as_string_view().value(row).to_owned()),
        DataType::Binary => bytes(array.as_binary::<i32>().value(row)),
        DataType::LargeBinary => bytes(array.as_binary::<i64>().value(row)),
        DataType::BinaryView => bytes(array.as_binary_view().value(row)),
        DataType::FixedSizeBinary(_) => bytes(array.as_fixed_size_binary().value(row)),
        DataType::Decimal128(..) => {
            Json::Text(array.as_primitive::<Decimal128Type>().value_as_string(row))
        }
        DataType::Decimal256(..) => {
            Json::Text(array.as_primitive::<Decimal256Type>().value_as_string(row))
        }
        DataType::Date32 => text::date(primitive::<Date32Type>(array, row).into()),
        DataType::Time32(_) => {
            text::time(primitive::<Time32MillisecondType>(array, row).into(), text::MILLIS)
        }
        DataType::Time64(TimeUnit::Nanosecond) => {
            text::time(primitive::<Time64NanosecondType>(array, row), text::NANOS)
        }
        DataType::Time64(_) => {
            text::time(primitive::<Time64MicrosecondType>(array, row), text::MICROS)
        }
        DataType::Timestamp(unit, zone) => timestamp(array, row, *unit, zone.is_some()),
        _ => return nested(array, row),
    })
}

fn bytes(value: &[u8]) -> Json {
    Json::Text(STANDARD.encode(value))
}

fn timestamp(array: &dyn Array, row: usize, unit: TimeUnit, utc: bool) -> Json {
    let (value, per_second) = match unit {
        TimeUnit::Second => (primitive::<TimestampSecondType>(array, row), 1),
        TimeUnit::Millisecond => (primitive::<TimestampMillisecondType>(array, row), text::MILLIS),
        TimeUnit::Microsecond => (primitive::<TimestampMicrosecondType>(array, row), text::MICROS),
        TimeUnit::Nanosecond => (primitive::<TimestampNanosecondType>(array, row), text::NANOS),
    };
    text::timestamp(value, per_second, utc)
}

fn nested(array: &dyn Array, row: usize) -> Result<Json> {
    match array.data_type() {
        DataType::List(_) => list(&array.as_list::<i32>().value(row)),
        DataType::LargeList(_) => list(&array.as_list::<i64>().value(row)),
        DataType::FixedSizeList(..) => list(&array.as_fixed_size_list().value(row)),
        DataType::Struct(fields) => object(fields, array.as_struct().columns(), row),
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            match entries.columns() {
                [keys, values, ..] => map(keys, values),
                _ => Ok(Json::Null),
            }
        }
        other => {
            let message = format!("values of type {other} can't be shown");
            Err(Error::new(ErrorKind::Unsupported, message))
        }
    }
}

fn list(values: &ArrayRef) -> Result<Json> {
    (0..values.len()).map(|at| value(values, at)).collect::<Result<Vec<_>>>().map(Json::List)
}

/// A map with text keys becomes an object, every other one a list of objects with key and value.
fn map(keys: &ArrayRef, values: &ArrayRef) -> Result<Json> {
    let text_keys = matches!(keys.data_type(), DataType::Utf8 | DataType::LargeUtf8);
    let entries = (0..keys.len()).map(|at| Ok((value(keys, at)?, value(values, at)?)));
    if text_keys {
        let members = entries.map(|entry| {
            entry.map(|(key, value)| match key {
                Json::Text(key) => (key, value),
                other => (other.to_string(), value),
            })
        });
        return members.collect::<Result<Vec<_>>>().map(Json::Object);
    }
    let pairs = entries.map(|entry| {
        let (key, value) = entry?;
        Ok(Json::Object(vec![("key".to_owned(), key), ("value".to_owned(), value)]))
    });
    pairs.collect::<Result<Vec<_>>>().map(Json::List)
}
