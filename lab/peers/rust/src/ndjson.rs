//! arrow-rs all the way from NDJSON: arrow-json infers the schema, reads, and `ArrowWriter` writes.

use std::fs::File;
use std::io::{BufReader, Seek};
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatchReader;
use arrow::json::ReaderBuilder;
use arrow::json::reader::infer_json_schema;
use parquet::arrow::ArrowWriter;

use crate::{Result, arrow_rs};

/// Rows of one record batch: arrow-json's default is 1,024, which is slower.
const BATCH_ROWS: usize = 10_000;

pub(crate) fn convert(input: &Path, output: &Path) -> Result<()> {
    let mut source = BufReader::with_capacity(1 << 20, File::open(input)?);
    // All rows, since columns may appear late.
    let (schema, _) = infer_json_schema(&mut source, None)?;
    source.rewind()?;
    let reader = ReaderBuilder::new(Arc::new(schema)).with_batch_size(BATCH_ROWS).build(source)?;
    let properties = arrow_rs::default_properties()?;
    let mut writer =
        ArrowWriter::try_new(File::create(output)?, reader.schema(), Some(properties))?;
    for batch in reader {
        writer.write(&batch?)?;
    }
    writer.close()?;
    Ok(())
}
