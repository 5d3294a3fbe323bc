//! arrow-rs: builders, record batches and `ArrowWriter`.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, RecordBatch, StringBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use bucksaw::Value;
use bucksaw_workloads::Type;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;

use crate::Result;
use crate::rows::Rows;

/// Rows of one record batch, as the original has them.
const BATCH_ROWS: usize = 10_000;

/// The crate's defaults, with zstd 1.
pub(crate) fn default_properties() -> Result<WriterProperties> {
    Ok(zstd()?.build())
}

fn zstd() -> Result<WriterPropertiesBuilder> {
    let zstd = Compression::ZSTD(ZstdLevel::try_new(1)?);
    Ok(WriterProperties::builder().set_compression(zstd))
}

/// What somebody who knows the columns would set: statistics of chunks only; no dictionary where
/// most values are distinct, but a delta encoding, of prefixes too where neighbours share them.
pub(crate) fn tuned_properties(rows: &Rows<'_>) -> Result<WriterProperties> {
    let mut properties = zstd()?.set_statistics_enabled(EnabledStatistics::Chunk);
    for (place, (name, ty)) in rows.columns.iter().enumerate() {
        let values = rows.by_place.iter().take(BATCH_ROWS).flatten();
        let values = values.filter(|value| usize::from(value.0) == place).map(|value| value.1);
        if let Some(encoding) = tuned_encoding(*ty, &values.collect::<Vec<_>>()) {
            let path = ColumnPath::from(*name);
            properties = properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, encoding);
        }
    }
    Ok(properties.build())
}

/// The encoding for a column that a dictionary would not suit.
fn tuned_encoding(ty: Type, values: &[Value<'_>]) -> Option<Encoding> {
    let texts: Vec<&str> = values
        .iter()
        .filter_map(|value| match value {
            Value::Text(text) => Some(*text),
            _ => None,
        })
        .collect();
    match ty {
        Type::Bool | Type::F64 => None,
        Type::I64 => {
            let distinct: HashSet<String> =
                values.iter().map(|value| format!("{value:?}")).collect();
            (distinct.len() * 4 > values.len()).then_some(Encoding::DELTA_BINARY_PACKED)
        }
        Type::Text => {
            let distinct = texts.iter().collect::<HashSet<_>>().len();
            let bytes: usize = texts.iter().map(|text| text.len()).sum();
            let shared: usize = texts.windows(2).map(|pair| shared_prefix(pair[0], pair[1])).sum();
            if distinct * 2 <= texts.len() {
                None
            } else if shared * 5 > bytes {
                Some(Encoding::DELTA_BYTE_ARRAY)
            } else {
                Some(Encoding::DELTA_LENGTH_BYTE_ARRAY)
            }
        }
    }
}

fn shared_prefix(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}

/// One batch after the other: built, written, released.
pub(crate) fn streamed(
    rows: &Rows<'_>,
    output: &Path,
    properties: WriterProperties,
) -> Result<u64> {
    let mut batches = Batches::new(rows);
    let mut writer =
        ArrowWriter::try_new(File::create(output)?, batches.schema.clone(), Some(properties))?;
    while let Some(batch) = batches.next()? {
        writer.write(&batch)?;
    }
    close(writer)
}

/// All batches first, then the file: what the original's first phase did.
pub(crate) fn buffered(
    rows: &Rows<'_>,
    output: &Path,
    properties: WriterProperties,
) -> Result<u64> {
    write(&batches(rows)?, output, properties)
}

/// All rows as record batches.
pub(crate) fn batches(rows: &Rows<'_>) -> Result<Vec<RecordBatch>> {
    let (mut builder, mut batches) = (Batches::new(rows), Vec::new());
    while let Some(batch) = builder.next()? {
        batches.push(batch);
    }
    Ok(batches)
}

pub(crate) fn write(
    batches: &[RecordBatch],
    output: &Path,
    properties: WriterProperties,
) -> Result<u64> {
    let schema = batches.first().ok_or("no rows")?.schema();
    let mut writer = ArrowWriter::try_new(File::create(output)?, schema, Some(properties))?;
    for batch in batches {
        writer.write(batch)?;
    }
    close(writer)
}

fn close(writer: ArrowWriter<File>) -> Result<u64> {
    Ok(writer.close()?.file_metadata().num_rows().try_into()?)
}

/// Makes record batches of rows; the builders are used again and again.
struct Batches<'a> {
    rows: std::slice::Chunks<'a, Vec<(u16, Value<'a>)>>,
    schema: SchemaRef,
    /// Each column's builder, and the rows that it has got.
    builders: Vec<(Builder, usize)>,
}

impl<'a> Batches<'a> {
    fn new(rows: &'a Rows<'a>) -> Self {
        let field = |(name, ty): &(&str, Type)| Field::new(*name, data_type(*ty), true);
        let fields: Vec<Field> = rows.columns.iter().map(field).collect();
        Self {
            rows: rows.by_place.chunks(BATCH_ROWS),
            schema: Arc::new(Schema::new(fields)),
            builders: rows.columns.iter().map(|(_, ty)| (Builder::of(*ty), 0)).collect(),
        }
    }

    fn next(&mut self) -> Result<Option<RecordBatch>> {
        let Some(part) = self.rows.next() else { return Ok(None) };
        for (number, row) in part.iter().enumerate() {
            for (place, value) in row {
                let (builder, rows) = &mut self.builders[usize::from(*place)];
                builder.append_nulls(number - *rows);
                builder.append(value)?;
                *rows = number + 1;
            }
        }
        let arrays = self.builders.iter_mut().map(|(builder, rows)| {
            builder.append_nulls(part.len() - std::mem::take(rows));
            builder.finish()
        });
        Ok(Some(RecordBatch::try_new(self.schema.clone(), arrays.collect())?))
    }
}

fn data_type(ty: Type) -> DataType {
    match ty {
        Type::Bool => DataType::Boolean,
        Type::I64 => DataType::Int64,
        Type::F64 => DataType::Float64,
        Type::Text => DataType::Utf8,
    }
}

enum Builder {
    Bool(BooleanBuilder),
    I64(Int64Builder),
    F64(Float64Builder),
    Text(StringBuilder),
}

impl Builder {
    fn of(ty: Type) -> Self {
        match ty {
            Type::Bool => Self::Bool(BooleanBuilder::with_capacity(BATCH_ROWS)),
            Type::I64 => Self::I64(Int64Builder::with_capacity(BATCH_ROWS)),
            Type::F64 => Self::F64(Float64Builder::with_capacity(BATCH_ROWS)),
            Type::Text => Self::Text(StringBuilder::with_capacity(BATCH_ROWS, BATCH_ROWS * 8)),
        }
    }

    fn append(&mut self, value: &Value<'_>) -> Result<()> {
        match (self, value) {
            (Self::Bool(builder), Value::Bool(value)) => builder.append_value(*value),
            (Self::I64(builder), Value::I64(value)) => builder.append_value(*value),
            (Self::F64(builder), Value::F64(value)) => builder.append_value(*value),
            (Self::Text(builder), Value::Text(value)) => builder.append_value(value),
            _ => return Err("a value of another type than its column's".into()),
        }
        Ok(())
    }

    fn append_nulls(&mut self, count: usize) {
        match self {
            _ if count == 0 => {}
            Self::Bool(builder) => builder.append_nulls(count),
            Self::I64(builder) => builder.append_nulls(count),
            Self::F64(builder) => builder.append_nulls(count),
            Self::Text(builder) => builder.append_nulls(count),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Bool(builder) => Arc::new(builder.finish()),
            Self::I64(builder) => Arc::new(builder.finish()),
            Self::F64(builder) => Arc::new(builder.finish()),
            Self::Text(builder) => Arc::new(builder.finish()),
        }
    }
}
