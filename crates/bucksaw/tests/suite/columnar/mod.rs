//! Inputs whose rows come as columns: Arrow's stream and file, and Parquet, written by Arrow's own writers.

mod arrow_ipc;
mod damaged;
mod memory;
mod parquet;
mod refused;
pub(crate) mod types;

use std::io::Cursor;
use std::sync::Arc;

use ::arrow_ipc::CompressionType;
use ::arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use ::parquet::arrow::ArrowWriter;
use ::parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use ::parquet::file::properties::WriterProperties;
use arrow_array::RecordBatchReader as _;
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_select::concat::concat_batches;
use bucksaw::{Format, Input, InputOptions, MemorySink, OnError, Options, Result};

use crate::support::Written;

/// What such a source becomes.
fn converted(source: &[u8], options: Options) -> Result<Written> {
    converted_with(source, options, &InputOptions::new(), OnError::Fail)
}

fn converted_with(
    source: &[u8],
    options: Options,
    read_as: &InputOptions,
    on_error: OnError<'_>,
) -> Result<Written> {
    let sink = MemorySink::new();
    let mut writer = options.write_to(Box::new(sink.clone()))?;
    let mut input = Input::open_file("input", Cursor::new(source.to_vec()), read_as, on_error)?;
    writer.write_input(&mut input)?;
    let report = writer.finish()?;
    Ok(Written { report, file: sink.published().expect("a finished writer has published") })
}

/// All rows of a Parquet file, of the types that it says by itself.
fn rows_of(file: &[u8]) -> RecordBatch {
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let file = bytes::Bytes::copy_from_slice(file);
    let reader = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options);
    let reader = reader.expect("a Parquet file").build().expect("a reader");
    let schema = reader.schema();
    let batches: Vec<_> = reader.map(|batch| batch.expect("readable pages")).collect();
    concat_batches(&schema, &batches).expect("batches of one schema")
}

fn parquet_of(batch: &RecordBatch, properties: WriterProperties) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer =
        ArrowWriter::try_new(&mut file, batch.schema(), Some(properties)).expect("a writer");
    writer.write(batch).expect("written");
    writer.close().expect("closed");
    file
}

/// Batches of so many rows.
fn parts(batch: &RecordBatch, rows: usize) -> impl Iterator<Item = RecordBatch> {
    (0..batch.num_rows())
        .step_by(rows)
        .map(move |row| batch.slice(row, rows.min(batch.num_rows() - row)))
}

fn stream_of(batch: &RecordBatch, rows: usize, compression: Option<CompressionType>) -> Vec<u8> {
    let mut stream = Vec::new();
    let options = IpcWriteOptions::default().try_with_compression(compression).expect("a codec");
    let mut writer = StreamWriter::try_new_with_options(&mut stream, &batch.schema(), options)
        .expect("a writer");
    parts(batch, rows).for_each(|part| writer.write(&part).expect("written"));
    writer.finish().expect("finished");
    drop(writer);
    stream
}

fn file_of(batch: &RecordBatch, rows: usize, compression: Option<CompressionType>) -> Vec<u8> {
    let mut file = Vec::new();
    let options = IpcWriteOptions::default().try_with_compression(compression).expect("a codec");
    let mut writer =
        FileWriter::try_new_with_options(&mut file, &batch.schema(), options).expect("a writer");
    parts(batch, rows).for_each(|part| writer.write(&part).expect("written"));
    writer.finish().expect("finished");
    drop(writer);
    file
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let columns = columns.into_iter().map(|(name, array)| (name, array, true));
    RecordBatch::try_from_iter_with_nullable(columns).expect("columns of one length")
}

/// Numbers and texts, null in every seventh row.
fn simple(rows: usize) -> RecordBatch {
    let there = |row: &usize| row % 7 != 3;
    let number = |row: usize| there(&row).then_some(row as i64 * 31 % 1_000);
    let text = |row: usize| there(&row).then(|| format!("text number {}", row * 7 % 100));
    batch(vec![
        ("n", Arc::new(Int64Array::from_iter((0..rows).map(number)))),
        ("t", Arc::new(StringArray::from_iter((0..rows).map(text)))),
    ])
}

fn as_format(format: Format) -> InputOptions {
    InputOptions::new().format(format)
}
