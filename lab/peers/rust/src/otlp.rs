//! OTLP logs to Parquet as a good Rust engineer would write it, told the columns: prost's structs (or serde's, of OTLP/JSON), Arrow
//! builders and `ArrowWriter`. A row for each record, with Bucksaw's columns.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Float64Builder, Int32Builder, Int64Builder, RecordBatch,
    StringBuilder, TimestampNanosecondBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs};
use parquet::arrow::ArrowWriter;
use prost::Message as _;

use crate::{Result, arrow_rs};

/// Rows of one record batch.
const BATCH_ROWS: usize = 10_000;

/// From requests in protobuf, one after the other.
pub(crate) fn convert(input: &Path, schema: &Path, output: &Path) -> Result<()> {
    let bytes = std::fs::read(input)?;
    let mut table = Table::open(schema, output)?;
    let mut left = bytes.as_slice();
    // A request is a list of resources: each of them is decoded by itself, so that no request has to be held.
    while !left.is_empty() {
        let (number, _) = prost::encoding::decode_key(&mut left)?;
        let length = usize::try_from(prost::encoding::decode_varint(&mut left)?)?;
        let (message, others) = left.split_at_checked(length).ok_or("a message without its end")?;
        if number == 1 {
            table.push(ResourceLogs::decode(message)?)?;
        }
        left = others;
    }
    table.close()
}

/// From requests in JSON, one a line.
pub(crate) fn convert_json(input: &Path, schema: &Path, output: &Path) -> Result<()> {
    let mut source = BufReader::with_capacity(1 << 20, File::open(input)?);
    let mut table = Table::open(schema, output)?;
    let mut line = Vec::new();
    while source.read_until(b'\n', &mut line)? > 0 {
        let request: ExportLogsServiceRequest = serde_json::from_slice(&line)?;
        request.resource_logs.into_iter().try_for_each(|logs| table.push(logs))?;
        line.clear();
    }
    table.close()
}

/// The table, and its writer.
struct Table {
    writer: ArrowWriter<File>,
    schema: SchemaRef,
    columns: Vec<Column>,
    places: Places,
    rows: usize,
    /// For ids as hex digits.
    digits: String,
}

/// Where attributes go, by their keys, and the other fields.
struct Places {
    resource: HashMap<String, usize>,
    scope: HashMap<String, usize>,
    record: HashMap<String, usize>,
    core: HashMap<&'static str, usize>,
}

/// The fields that are no attributes, with their types.
const CORE: [(&str, DataType); 13] = [
    ("time", DataType::Timestamp(TimeUnit::Nanosecond, None)),
    ("observed_time", DataType::Timestamp(TimeUnit::Nanosecond, None)),
    ("severity_number", DataType::Int32),
    ("severity_text", DataType::Utf8),
    ("body", DataType::Utf8),
    ("trace_id", DataType::Utf8),
    ("span_id", DataType::Utf8),
    ("flags", DataType::Int64),
    ("event_name", DataType::Utf8),
    ("dropped_attributes_count", DataType::Int64),
    ("service_name", DataType::Utf8),
    ("scope_name", DataType::Utf8),
    ("scope_version", DataType::Utf8),
];

impl Table {
    fn open(schema: &Path, output: &Path) -> Result<Self> {
        let mut fields: Vec<Field> =
            CORE.map(|(name, ty)| Field::new(name, ty, true)).into_iter().collect();
        let (mut resource, mut scope, mut record) = Default::default();
        let core = CORE.iter().enumerate().map(|(place, (name, _))| (*name, place)).collect();
        let file: serde_json::Value = serde_json::from_reader(File::open(schema)?)?;
        for column in file["columns"].as_array().ok_or("a schema has columns")? {
            let name = column["name"].as_str().ok_or("a column has a name")?;
            let ty = match column["type"].as_str() {
                Some("bool") => DataType::Boolean,
                Some("int64") => DataType::Int64,
                Some("double") => DataType::Float64,
                _ => DataType::Utf8,
            };
            let (keys, key): (&mut HashMap<String, usize>, _) = match name.split_once('_') {
                _ if CORE.iter().any(|(core, _)| *core == name) => continue,
                Some(("resource", key)) => (&mut resource, key),
                Some(("scope", key)) => (&mut scope, key),
                Some(("attr", key)) => (&mut record, key),
                _ => continue,
            };
            // The workloads' keys have dots for underscores.
            keys.insert(key.replace('_', "."), fields.len());
            fields.push(Field::new(name, ty, true));
        }
        let columns = fields.iter().map(|field| Column::of(field.data_type())).collect();
        let schema = Arc::new(Schema::new(fields));
        let properties = arrow_rs::default_properties()?;
        let writer =
            ArrowWriter::try_new(File::create(output)?, schema.clone(), Some(properties))?;
        let places = Places { resource, scope, record, core };
        Ok(Self { writer, schema, columns, places, rows: 0, digits: String::new() })
    }

    fn push(&mut self, logs: ResourceLogs) -> Result<()> {
        let resource = logs.resource.unwrap_or_default();
        let service = resource.attributes.iter().find(|known| known.key == "service.name");
        let service = service.and_then(|known| known.value.clone());
        for scoped in logs.scope_logs {
            let scope = scoped.scope.unwrap_or_default();
            for record in scoped.log_records {
                let row = self.rows;
                attributes(&mut self.columns, &self.places.resource, &resource.attributes, row)?;
                attributes(&mut self.columns, &self.places.scope, &scope.attributes, row)?;
                self.text("scope_name", &scope.name);
                self.text("scope_version", &scope.version);
                if let Some(AnyValue { value: Some(Value::StringValue(text)) }) = &service {
                    self.text("service_name", text);
                }
                self.record(&record)?;
                self.rows += 1;
                if self.rows == BATCH_ROWS {
                    self.flush()?;
                }
            }
        }
        Ok(())
    }

    fn record(&mut self, record: &LogRecord) -> Result<()> {
        attributes(&mut self.columns, &self.places.record, &record.attributes, self.rows)?;
        self.time("time", record.time_unix_nano);
        self.time("observed_time", record.observed_time_unix_nano);
        if record.severity_number != 0 {
            let number = record.severity_number;
            let Column(Builder::I32(builder), rows) = self.core("severity_number") else {
                return Ok(());
            };
            builder.append_value(number);
            *rows += 1;
        }
        self.text("severity_text", &record.severity_text);
        match record.body.as_ref().and_then(|body| body.value.as_ref()) {
            Some(Value::StringValue(text)) => self.text("body", text),
            Some(value) => self.text("body", &as_text(value)),
            None => {}
        }
        self.hex("trace_id", &record.trace_id);
        self.hex("span_id", &record.span_id);
        self.count("flags", record.flags);
        self.text("event_name", &record.event_name);
        self.count("dropped_attributes_count", record.dropped_attributes_count);
        Ok(())
    }

    /// The column of this name, filled up to this row.
    fn core(&mut self, name: &str) -> &mut Column {
        let column = &mut self.columns[self.places.core[name]];
        column.fill(self.rows);
        column
    }

    fn text(&mut self, name: &str, text: &str) {
        if let (false, Column(Builder::Text(builder), rows)) = (text.is_empty(), self.core(name)) {
            builder.append_value(text);
            *rows += 1;
        }
    }

    fn time(&mut self, name: &str, nanos: u64) {
        if let (true, Column(Builder::Time(builder), rows)) = (nanos > 0, self.core(name)) {
            builder.append_value(nanos.cast_signed());
            *rows += 1;
        }
    }

    fn count(&mut self, name: &str, count: u32) {
        if let (true, Column(Builder::I64(builder), rows)) = (count > 0, self.core(name)) {
            builder.append_value(count.into());
            *rows += 1;
        }
    }

    fn hex(&mut self, name: &str, id: &[u8]) {
        let mut digits = std::mem::take(&mut self.digits);
        digits.clear();
        id.iter().for_each(|byte| _ = write!(digits, "{byte:02x}"));
        self.text(name, &digits);
        self.digits = digits;
    }

    fn flush(&mut self) -> Result<()> {
        let rows = std::mem::take(&mut self.rows);
        let arrays = self.columns.iter_mut().map(|column| {
            column.fill(rows);
            column.1 = 0;
            column.0.finish()
        });
        let batch = RecordBatch::try_new(self.schema.clone(), arrays.collect())?;
        Ok(self.writer.write(&batch)?)
    }

    fn close(mut self) -> Result<()> {
        if self.rows > 0 {
            self.flush()?;
        }
        self.writer.close()?;
        Ok(())
    }
}

fn attributes(
    columns: &mut [Column],
    places: &HashMap<String, usize>,
    attributes: &[KeyValue],
    row: usize,
) -> Result<()> {
    for KeyValue { key, value, .. } in attributes {
        let Some(value) = value.as_ref().and_then(|value| value.value.as_ref()) else { continue };
        let column = &mut columns[*places.get(key.as_str()).ok_or("an unknown attribute")?];
        column.fill(row);
        match (&mut column.0, value) {
            (Builder::Text(builder), Value::StringValue(text)) => builder.append_value(text),
            (Builder::I64(builder), Value::IntValue(value)) => builder.append_value(*value),
            (Builder::F64(builder), Value::DoubleValue(value)) => builder.append_value(*value),
            (Builder::Bool(builder), Value::BoolValue(value)) => builder.append_value(*value),
            (Builder::Text(builder), value) => builder.append_value(as_text(value)),
            _ => return Err("an attribute of another type than its column's".into()),
        }
        column.1 += 1;
    }
    Ok(())
}

fn as_text(value: &Value) -> String {
    format!("{value:?}")
}

/// A column's builder, and the rows that it has got.
struct Column(Builder, usize);

enum Builder {
    Bool(BooleanBuilder),
    I32(Int32Builder),
    I64(Int64Builder),
    F64(Float64Builder),
    Text(StringBuilder),
    Time(TimestampNanosecondBuilder),
}

impl Column {
    fn of(ty: &DataType) -> Self {
        let builder = match ty {
            DataType::Boolean => Builder::Bool(BooleanBuilder::with_capacity(BATCH_ROWS)),
            DataType::Int32 => Builder::I32(Int32Builder::with_capacity(BATCH_ROWS)),
            DataType::Int64 => Builder::I64(Int64Builder::with_capacity(BATCH_ROWS)),
            DataType::Float64 => Builder::F64(Float64Builder::with_capacity(BATCH_ROWS)),
            DataType::Timestamp(..) => {
                Builder::Time(TimestampNanosecondBuilder::with_capacity(BATCH_ROWS))
            }
            _ => Builder::Text(StringBuilder::with_capacity(BATCH_ROWS, BATCH_ROWS * 8)),
        };
        Self(builder, 0)
    }

    /// Nulls for the rows before this one that have got no value.
    fn fill(&mut self, row: usize) {
        let missing = row.saturating_sub(self.1);
        if missing == 0 {
            return;
        }
        match &mut self.0 {
            Builder::Bool(builder) => builder.append_nulls(missing),
            Builder::I32(builder) => builder.append_nulls(missing),
            Builder::I64(builder) => builder.append_nulls(missing),
            Builder::F64(builder) => builder.append_nulls(missing),
            Builder::Text(builder) => builder.append_nulls(missing),
            Builder::Time(builder) => builder.append_nulls(missing),
        }
        self.1 = row;
    }
}

impl Builder {
    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Bool(builder) => Arc::new(builder.finish()),
            Self::I32(builder) => Arc::new(builder.finish()),
            Self::I64(builder) => Arc::new(builder.finish()),
            Self::F64(builder) => Arc::new(builder.finish()),
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Time(builder) => Arc::new(builder.finish()),
        }
    }
}
