//! Arrow and Parquet.

use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    Array as _, ArrayRef, DictionaryArray, Int32Array, ListArray, RecordBatch, RunArray,
    StringArray,
};
use arrow_buffer::OffsetBuffer;
use arrow_ipc::writer::StreamWriter;
use bucksaw::arrow_schema::Field;
use bucksaw_workloads::DEFAULT_SEED;
use bucksaw_workloads::rng::Rng;
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

use super::noise;

/// A record batch, decompressed, may take one part in so many of the memory limit.
const BATCH_SHARE: usize = 4;
/// Texts in a dictionary.
const TEXTS: usize = 8;
/// Rows whose texts are those of a dictionary.
const ROWS: usize = 200;

fn column(name: &str, values: ArrayRef) -> RecordBatch {
    RecordBatch::try_from_iter([(name, values)]).expect("a batch")
}

/// Rows that have one of a few long texts each.
fn dictionary(limit: usize) -> RecordBatch {
    let mut rng = Rng::new(DEFAULT_SEED);
    let texts: Vec<String> =
        (0..TEXTS).map(|_| noise(&mut rng, limit / BATCH_SHARE / TEXTS)).collect();
    let keys: Int32Array = (0..ROWS).map(|row| Some((row % TEXTS) as i32)).collect();
    let values = Arc::new(StringArray::from(texts));
    let array = DictionaryArray::<Int32Type>::try_new(keys, values).expect("keys of its values");
    column("t", Arc::new(array))
}

/// A stream of as many of these as have so many bytes.
fn stream(batch: &RecordBatch, out: &mut dyn Write, limit: usize, bytes: usize) -> io::Result<()> {
    let mut writer = StreamWriter::try_new(out, &batch.schema()).map_err(io::Error::other)?;
    for _ in 0..bytes.div_ceil(limit / BATCH_SHARE) {
        writer.write(batch).map_err(io::Error::other)?;
    }
    writer.finish().map_err(io::Error::other)
}

/// A row group for each of these.
fn row_groups(
    batch: &RecordBatch,
    out: &mut dyn Write,
    limit: usize,
    bytes: usize,
) -> io::Result<()> {
    let properties = WriterProperties::builder().set_dictionary_page_size_limit(usize::MAX).build();
    // It wants what can be sent to another thread.
    let mut file = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut file, batch.schema(), Some(properties))?;
    for _ in 0..bytes.div_ceil(limit / BATCH_SHARE) {
        writer.write(batch)?;
        writer.flush()?;
    }
    writer.close()?;
    out.write_all(&file)
}

pub(super) fn arrow_dictionary(out: &mut dyn Write, limit: usize, bytes: usize) -> io::Result<()> {
    stream(&dictionary(limit), out, limit, bytes)
}

pub(super) fn parquet_dictionary(
    out: &mut dyn Write,
    limit: usize,
    bytes: usize,
) -> io::Result<()> {
    row_groups(&dictionary(limit), out, limit, bytes)
}

/// Rows whose lists are parts of one run: few bytes, and many elements.
pub(super) fn arrow_lists_of_runs(out: &mut dyn Write, limit: usize, _: usize) -> io::Result<()> {
    let (rows, elements) = (20_000, limit / 80_000);
    let ends = Int32Array::from(vec![(rows * elements) as i32]);
    let run = RunArray::<Int32Type>::try_new(&ends, &StringArray::from(vec!["a text of a run"]))
        .map_err(io::Error::other)?;
    let field = Field::new("item", run.data_type().clone(), true);
    let offsets = OffsetBuffer::from_lengths(std::iter::repeat_n(elements, rows));
    let lists = ListArray::new(Arc::new(field), offsets, Arc::new(run), None);
    let batch = column("a", Arc::new(lists));
    let mut writer = StreamWriter::try_new(out, &batch.schema()).map_err(io::Error::other)?;
    writer.write(&batch).map_err(io::Error::other)?;
    writer.finish().map_err(io::Error::other)
}
