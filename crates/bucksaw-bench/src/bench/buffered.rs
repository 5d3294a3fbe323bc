//! The baseline that streaming is measured against: Arrow's record batches are all kept, and written
//! at the end. Not a backend of the library, since nobody should use it.

use std::mem;
use std::sync::Arc;

use arrow_array::builder::{
    ArrayBuilder, BinaryBuilder, BooleanBuilder, Float64Builder, Int64Builder, StringBuilder,
};
use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampMicrosecondType, UInt64Type};
use arrow_array::{ArrayRef, RecordBatch, new_null_array};
use arrow_schema::{DataType, Field, Schema};
use bucksaw::{Block, BlockSlice, Column, ColumnSlice, Error, ErrorKind, Result, ValuesSlice};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

/// Everything that came so far.
pub(super) struct Buffered {
    chunk_rows: usize,
    compression: Compression,
    /// The rows of the chunk that is not full yet: none in columns of which no value came yet.
    builders: Vec<Option<Builder>>,
    rows: usize,
    /// The full chunks, and how many rows each has.
    chunks: Vec<(usize, Vec<Option<ArrayRef>>)>,
}

impl Buffered {
    pub(super) fn new(chunk_rows: usize, compress: bool) -> Self {
        let compression = if compress {
            Compression::ZSTD(ZstdLevel::default())
        } else {
            Compression::UNCOMPRESSED
        };
        Self { chunk_rows, compression, builders: Vec::new(), rows: 0, chunks: Vec::new() }
    }

    pub(super) fn push(&mut self, block: &Block<'_>) {
        let mut rest = block.all();
        while rest.rows() > 0 {
            let room = self.chunk_rows - self.rows;
            let (part, after) = rest.clone().split_at(room.min(rest.rows()));
            self.push_part(&part);
            rest = after;
        }
    }

    fn push_part(&mut self, part: &BlockSlice<'_, '_>) {
        for (id, column) in part.columns() {
            if self.builders.len() <= id.index() {
                self.builders.resize_with(id.index() + 1, || None);
            }
            let builder =
                self.builders[id.index()].get_or_insert_with(|| Builder::of(&column.values()));
            builder.pad(self.rows);
            builder.push(&column);
        }
        self.rows += part.rows();
        if self.rows == self.chunk_rows {
            self.end_chunk();
        }
    }

    fn end_chunk(&mut self) {
        let rows = mem::take(&mut self.rows);
        let finish = |builder: &mut Option<Builder>| {
            builder.as_mut().map(|builder| {
                builder.pad(rows);
                builder.finish()
            })
        };
        self.chunks.push((rows, self.builders.iter_mut().map(finish).collect()));
    }

    /// Writes the file and returns it.
    pub(super) fn finish(mut self, columns: &[Column]) -> Result<Vec<u8>> {
        if self.rows > 0 {
            self.end_chunk();
        }
        self.write(columns).map_err(|cause| {
            Error::new(ErrorKind::Io, "arrow could not write the file").with_cause(cause)
        })
    }

    fn write(self, columns: &[Column]) -> parquet::errors::Result<Vec<u8>> {
        let typed = columns.iter().enumerate().filter_map(|(index, column)| {
            Some((index, Field::new(&column.name, column.ty.as_ref()?.to_arrow(), true)))
        });
        let (places, fields): (Vec<usize>, Vec<Field>) = typed.unzip();
        let schema = Arc::new(Schema::new(fields));
        let properties = WriterProperties::builder().set_compression(self.compression).build();
        let mut writer = ArrowWriter::try_new(Vec::new(), Arc::clone(&schema), Some(properties))?;
        for (rows, arrays) in self.chunks {
            let array = |(place, field): (&usize, &Arc<Field>)| match arrays.get(*place) {
                Some(Some(array)) => in_type(array, field.data_type()),
                _ => new_null_array(field.data_type(), rows),
            };
            let arrays = places.iter().zip(schema.fields()).map(array).collect();
            writer.write(&RecordBatch::try_new(Arc::clone(&schema), arrays)?)?;
        }
        writer.into_inner()
    }
}

/// The array under the type that its column's numbers have.
fn in_type(array: &ArrayRef, data_type: &DataType) -> ArrayRef {
    let Some(numbers) = array.as_primitive_opt::<Int64Type>() else { return Arc::clone(array) };
    match data_type {
        DataType::UInt64 => Arc::new(numbers.unary::<_, UInt64Type>(i64::cast_unsigned)),
        // The bench's moments are all of one kind.
        DataType::Timestamp(..) => {
            let moments = numbers.reinterpret_cast::<TimestampMicrosecondType>();
            Arc::new(moments.with_timezone("UTC"))
        }
        _ => Arc::clone(array),
    }
}

/// A column's builder, by how its values are stored.
enum Builder {
    Bool(BooleanBuilder),
    I64(Int64Builder),
    F64(Float64Builder),
    Text(StringBuilder),
    Bytes(BinaryBuilder),
}

/// Does the same with any builder.
macro_rules! with {
    ($builder:expr, $inner:ident => $do:expr) => {
        match $builder {
            Builder::Bool($inner) => $do,
            Builder::I64($inner) => $do,
            Builder::F64($inner) => $do,
            Builder::Text($inner) => $do,
            Builder::Bytes($inner) => $do,
        }
    };
}

impl Builder {
    /// A builder for values like these.
    fn of(values: &ValuesSlice<'_, '_>) -> Self {
        match values {
            ValuesSlice::Bool(_) => Self::Bool(BooleanBuilder::new()),
            ValuesSlice::I64(_) => Self::I64(Int64Builder::new()),
            ValuesSlice::F64(_) => Self::F64(Float64Builder::new()),
            ValuesSlice::Bytes(_) => Self::Bytes(BinaryBuilder::new()),
            // The bench's rows have no Arrow arrays.
            _ => Self::Text(StringBuilder::new()),
        }
    }

    /// Nulls up to `rows` rows.
    fn pad(&mut self, rows: usize) {
        with!(self, builder => for _ in builder.len()..rows { builder.append_null() });
    }

    fn push(&mut self, column: &ColumnSlice<'_, '_>) {
        match (self, column.values()) {
            (Self::Bool(builder), ValuesSlice::Bool(values)) => {
                append(column, values, |value| builder.append_option(value.copied()));
            }
            (Self::I64(builder), ValuesSlice::I64(values)) => {
                append(column, values, |value| builder.append_option(value.copied()));
            }
            (Self::F64(builder), ValuesSlice::F64(values)) => {
                append(column, values, |value| builder.append_option(value.copied()));
            }
            (Self::Text(builder), ValuesSlice::Text(values)) => {
                append(column, values, |value| builder.append_option(value.copied()));
            }
            (Self::Bytes(builder), ValuesSlice::Bytes(values)) => {
                append(column, values, |value| builder.append_option(value.copied()));
            }
            // A column's type stays as it was first.
            _ => {}
        }
    }

    fn finish(&mut self) -> ArrayRef {
        with!(self, builder => Arc::new(builder.finish()) as ArrayRef)
    }
}

/// Appends a value or a null for each row.
fn append<T>(column: &ColumnSlice<'_, '_>, values: &[T], mut each: impl FnMut(Option<&T>)) {
    let mut values = values.iter();
    for is_present in column.present() {
        each(if is_present { values.next() } else { None });
    }
}

#[cfg(test)]
mod tests {
    use bucksaw::{MemorySink, Options, Value};
    use bumpalo::Bump;
    use bytes::Bytes;
    use parquet::file::reader::{FileReader as _, SerializedFileReader};

    use super::*;

    /// The text of every value that is there, row by row.
    fn rows_of(file: Vec<u8>) -> Vec<String> {
        let reader = SerializedFileReader::new(Bytes::from(file)).expect("a Parquet file");
        let rows = reader.get_row_iter(None).expect("rows");
        rows.map(|row| row.expect("a sound row").to_string()).collect()
    }

    /// It is compared with the library's backends, so it has to write the same.
    #[test]
    fn it_writes_what_the_arrow_backend_writes() {
        let text = ["a", "", "longer text", "b"];
        let row = |number: i64| {
            let mut row = vec![
                ("number", Value::I64(number)),
                ("text", Value::Text(text[number as usize % 4])),
            ];
            match number % 3 {
                0 => row.push(("bool", Value::Bool(number % 2 == 0))),
                1 => row.push(("double", Value::F64(number as f64 / 4.0))),
                _ => row.push(("bytes", Value::Bytes(&[1, 0, 255]))),
            }
            row.push(("time", Value::Timestamp(number * 1_000_000)));
            row
        };
        let rows: Vec<_> = (0..100).map(row).collect();
        let sink = MemorySink::new();
        let mut writer = Options::new()
            .backend(bucksaw::BackendKind::Arrow)
            .write_to(Box::new(sink.clone()))
            .expect("sound options");
        writer.write_slice(&rows).expect("writes");
        writer.finish().expect("finishes");

        // Chunks end within blocks, and some columns come after the first chunk.
        let options = Options::new().settling_rows(0);
        let mut front = options.write_to(Box::new(MemorySink::new())).expect("sound");
        let mut kept = Buffered::new(7, true);
        for part in rows.chunks(10) {
            let (arena, mut block) = (Bump::new(), Block::new());
            let mut builder = front.builder(&mut block, &arena).expect("an empty block");
            for row in part {
                for (name, value) in row {
                    builder.push(*name, *value).expect("is taken");
                }
                builder.end_row();
            }
            kept.push(&block);
        }
        let buffered = rows_of(kept.finish(front.columns()).expect("writes"));
        assert_eq!(buffered.len(), 100);
        assert_eq!(buffered, rows_of(sink.published().expect("is published")));
    }
}
