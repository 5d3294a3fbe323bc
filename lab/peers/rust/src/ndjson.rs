//! arrow-rs all the way from NDJSON, told the columns: arrow-json reads, and `ArrowWriter` writes.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatchReader;
use arrow::datatypes::{DataType, Field, Schema};
use arrow::json::ReaderBuilder;
use parquet::arrow::ArrowWriter;

use crate::{Result, arrow_rs};

/// Rows of one record batch: arrow-json's default is 1,024, which is slower.
const BATCH_ROWS: usize = 10_000;

pub(crate) fn convert(input: &Path, schema: &Path, output: &Path) -> Result<()> {
    let source = BufReader::with_capacity(1 << 20, File::open(input)?);
    let schema = Arc::new(told(schema)?);
    let reader = ReaderBuilder::new(schema).with_batch_size(BATCH_ROWS).build(source)?;
    let properties = arrow_rs::default_properties()?;
    let mut writer =
        ArrowWriter::try_new(File::create(output)?, reader.schema(), Some(properties))?;
    for batch in reader {
        writer.write(&batch?)?;
    }
    writer.close()?;
    Ok(())
}

/// The columns of a schema file.
fn told(path: &Path) -> Result<Schema> {
    let file: serde_json::Value = serde_json::from_reader(File::open(path)?)?;
    let columns = file["columns"].as_array().ok_or("a schema has columns")?;
    let fields = columns.iter().map(|column| {
        let name = column["name"].as_str().ok_or("a column has a name")?;
        let ty = match column["type"].as_str() {
            Some("bool") => DataType::Boolean,
            Some("int64") => DataType::Int64,
            Some("double") => DataType::Float64,
            Some("text") => DataType::Utf8,
            other => return Err(format!("{other:?} is none of the workloads' types").into()),
        };
        Ok(Field::new(name, ty, true))
    });
    Ok(Schema::new(fields.collect::<Result<Vec<_>>>()?))
}
