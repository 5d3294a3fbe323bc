//! One Arrow builder for each column: rows of blocks in, arrays of a record batch out.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BinaryBuilder, BooleanBuilder, Float32Builder, Float64Builder, Int32Builder,
    Int64Builder, StringBuilder, TimestampMicrosecondBuilder, UInt64Builder, new_null_array,
};
use arrow::compute::cast;

use crate::block::{ColumnSlice, ValuesSlice};
use crate::error::{Error, ErrorKind, Result};
use crate::schema::{Column, ColumnType};

/// Collects the values of one column for the next record batch.
pub(super) enum ColumnBuilder {
    Bool(BooleanBuilder),
    I32(Int32Builder),
    I64(Int64Builder),
    U64(UInt64Builder),
    F32(Float32Builder),
    F64(Float64Builder),
    Text(StringBuilder),
    Bytes(BinaryBuilder),
    Timestamp(TimestampMicrosecondBuilder),
    /// A type that only whole arrays have.
    Arrays {
        column: Column,
        rows: usize,
    },
}

/// Runs `$body` with `$builder` bound to the builder of any kind; `$arrays` is done for arrays.
macro_rules! each_builder {
    ($self:expr, $builder:ident => $body:expr, $column:pat, $rows:ident => $arrays:expr) => {
        match $self {
            ColumnBuilder::Bool($builder) => $body,
            ColumnBuilder::I32($builder) => $body,
            ColumnBuilder::I64($builder) => $body,
            ColumnBuilder::U64($builder) => $body,
            ColumnBuilder::F32($builder) => $body,
            ColumnBuilder::F64($builder) => $body,
            ColumnBuilder::Text($builder) => $body,
            ColumnBuilder::Bytes($builder) => $body,
            ColumnBuilder::Timestamp($builder) => $body,
            ColumnBuilder::Arrays { column: $column, rows: $rows } => $arrays,
        }
    };
}

/// Appends a slice's values and nulls to a builder.
macro_rules! append {
    ($builder:expr, $slice:expr, $values:expr) => {{
        let mut values = $values.iter();
        if $slice.count() == $slice.rows() {
            values.for_each(|value| $builder.append_value(*value));
        } else {
            for is_present in $slice.present() {
                $builder.append_option(if is_present { values.next().copied() } else { None });
            }
        }
    }};
}

impl ColumnBuilder {
    pub(super) fn new(column: &Column) -> Self {
        match column.ty.as_ref().unwrap_or(&ColumnType::Text) {
            ColumnType::Bool => Self::Bool(BooleanBuilder::new()),
            ColumnType::I32 => Self::I32(Int32Builder::new()),
            ColumnType::I64 => Self::I64(Int64Builder::new()),
            ColumnType::U64 => Self::U64(UInt64Builder::new()),
            ColumnType::F32 => Self::F32(Float32Builder::new()),
            ColumnType::F64 => Self::F64(Float64Builder::new()),
            ColumnType::Text => Self::Text(StringBuilder::new()),
            ColumnType::Bytes => Self::Bytes(BinaryBuilder::new()),
            ColumnType::Timestamp => {
                Self::Timestamp(TimestampMicrosecondBuilder::new().with_timezone("UTC"))
            }
            ColumnType::Arrow(_) => Self::Arrays { column: column.clone(), rows: 0 },
        }
    }

    pub(super) fn rows(&self) -> usize {
        use arrow::array::ArrayBuilder as _;
        each_builder!(self, builder => builder.len(), _, rows => *rows)
    }

    /// Bytes of memory, about.
    pub(super) fn bytes_held(&self) -> usize {
        use arrow::array::ArrayBuilder as _;
        match self {
            Self::Bool(builder) => builder.len() / 4,
            Self::I32(builder) => builder.capacity() * 4,
            Self::I64(builder) => builder.capacity() * 8,
            Self::U64(builder) => builder.capacity() * 8,
            Self::F32(builder) => builder.capacity() * 4,
            Self::F64(builder) => builder.capacity() * 8,
            Self::Timestamp(builder) => builder.capacity() * 8,
            Self::Text(builder) => builder.values_slice().len() + builder.len() * 4,
            Self::Bytes(builder) => builder.values_slice().len() + builder.len() * 4,
            Self::Arrays { .. } => 0,
        }
    }

    pub(super) fn append_nulls(&mut self, count: usize) {
        match self {
            Self::Bool(builder) => builder.append_nulls(count),
            Self::I32(builder) => builder.append_nulls(count),
            Self::I64(builder) => builder.append_nulls(count),
            Self::U64(builder) => builder.append_nulls(count),
            Self::F32(builder) => builder.append_nulls(count),
            Self::F64(builder) => builder.append_nulls(count),
            Self::Timestamp(builder) => builder.append_nulls(count),
            Self::Text(builder) => (0..count).for_each(|_| builder.append_null()),
            Self::Bytes(builder) => (0..count).for_each(|_| builder.append_null()),
            Self::Arrays { rows, .. } => *rows += count,
        }
    }

    /// Appends a slice that holds values, not an array.
    pub(super) fn append(&mut self, slice: &ColumnSlice<'_, '_>) -> Result<()> {
        match (&mut *self, slice.values()) {
            (Self::Bool(builder), ValuesSlice::Bool(values)) => {
                append!(builder, slice, values)
            }
            (Self::I32(builder), ValuesSlice::I32(values)) => {
                append!(builder, slice, values)
            }
            (Self::F32(builder), ValuesSlice::F32(values)) => {
                append!(builder, slice, values)
            }
            (Self::I64(builder), ValuesSlice::I64(values)) => {
                append!(builder, slice, values)
            }
            (Self::U64(builder), ValuesSlice::U64(values)) => {
                append!(builder, slice, values)
            }
            (Self::F64(builder), ValuesSlice::F64(values)) => {
                append!(builder, slice, values)
            }
            (Self::Text(builder), ValuesSlice::Text(values)) => append!(builder, slice, values),
            (Self::Bytes(builder), ValuesSlice::Bytes(values)) => {
                append!(builder, slice, values)
            }
            (Self::Timestamp(builder), ValuesSlice::Timestamp(values)) => {
                append!(builder, slice, values);
            }
            _ => {
                return Err(Error::new(
                    ErrorKind::Unsupported,
                    "a block's values are not of their column's type",
                ));
            }
        }
        Ok(())
    }

    pub(super) fn finish(&mut self) -> ArrayRef {
        each_builder!(self, builder => Arc::new(builder.finish()), column, rows => {
            let ty = column.ty.as_ref().unwrap_or(&ColumnType::Text);
            new_null_array(&ty.to_arrow(), std::mem::take(rows))
        })
    }
}

/// The slice as one array of its column's type.
pub(super) fn array_of(column: &Column, slice: &ColumnSlice<'_, '_>) -> Result<ArrayRef> {
    if let ValuesSlice::Arrow(array) = slice.values() {
        let data_type = column.ty.as_ref().unwrap_or(&ColumnType::Text).to_arrow();
        if *array.data_type() == data_type {
            return Ok(array);
        }
        return cast(&array, &data_type).map_err(|cause| {
            let message = format!("its {} can't be stored as {data_type}", array.data_type());
            Error::new(ErrorKind::Unsupported, message).in_column(&column.name).with_cause(cause)
        });
    }
    let mut builder = ColumnBuilder::new(column);
    builder.append(slice)?;
    Ok(builder.finish())
}
