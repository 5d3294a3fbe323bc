//! One Arrow builder for each column: rows of blocks in, arrays of a record batch out.

use std::sync::Arc;

use arrow_array::builder::{
    BinaryBuilder, BooleanBuilder, Float32Builder, Float64Builder, Int32Builder, Int64Builder,
    StringBuilder, TimestampMicrosecondBuilder, UInt64Builder,
};
use arrow_array::{Array, ArrayRef, ListArray, new_null_array};
use arrow_buffer::NullBufferBuilder;
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_cast::cast;
use arrow_schema::{Field, FieldRef};

use crate::block::lists::ListsSlice;
use crate::block::{ColumnSlice, ValuesSlice};
use crate::error::{Error, ErrorKind, Result};
use crate::types::column_type::{ColumnType, ELEMENT_NAME};

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
    List(Box<ListBuilder>),
    /// A type that only whole arrays have.
    Arrays {
        ty: ColumnType,
        rows: usize,
    },
}

/// Runs `$body` with `$builder` bound to the builder of any kind; `$arrays` is done for arrays.
macro_rules! each_builder {
    ($self:expr, $builder:ident => $body:expr, $ty:pat, $rows:ident => $arrays:expr) => {
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
            ColumnBuilder::List($builder) => $body,
            ColumnBuilder::Arrays { ty: $ty, rows: $rows } => $arrays,
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
    pub(super) fn new(ty: &ColumnType) -> Self {
        match ty {
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
            ColumnType::List(element) => Self::List(Box::new(ListBuilder::new(element))),
            ColumnType::Arrow(_) => Self::Arrays { ty: ty.clone(), rows: 0 },
        }
    }

    pub(super) fn rows(&self) -> usize {
        use arrow_array::builder::ArrayBuilder as _;
        each_builder!(self, builder => builder.len(), _, rows => *rows)
    }

    /// Bytes of memory, about.
    pub(super) fn bytes_held(&self) -> usize {
        use arrow_array::builder::ArrayBuilder as _;
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
            Self::List(builder) => builder.bytes_held(),
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
            Self::List(builder) => builder.append_nulls(count),
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
            (Self::List(builder), ValuesSlice::List(lists)) => builder.append(slice, &lists)?,
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
        each_builder!(self, builder => Arc::new(builder.finish()), ty, rows => {
            new_null_array(&ty.to_arrow(), std::mem::take(rows))
        })
    }
}

/// Collects lists: which rows have one, where each ends, and the elements.
pub(super) struct ListBuilder {
    field: FieldRef,
    nulls: NullBufferBuilder,
    /// For each row, how many elements it and those before it have.
    ends: Vec<i32>,
    elements: ColumnBuilder,
}

impl ListBuilder {
    fn new(element: &ColumnType) -> Self {
        Self {
            field: element_field(element),
            nulls: NullBufferBuilder::new(0),
            ends: Vec::new(),
            elements: ColumnBuilder::new(element),
        }
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn bytes_held(&self) -> usize {
        self.ends.capacity() * 4 + self.elements.bytes_held()
    }

    fn end(&self) -> i32 {
        self.ends.last().copied().unwrap_or_default()
    }

    fn append_nulls(&mut self, rows: usize) {
        self.nulls.append_n_nulls(rows);
        self.ends.resize(self.len() + rows, self.end());
    }

    fn append(&mut self, slice: &ColumnSlice<'_, '_>, lists: &ListsSlice<'_, '_>) -> Result<()> {
        append_ends(&mut self.ends, slice, lists)?;
        slice.present().for_each(|is_present| self.nulls.append(is_present));
        match lists.elements() {
            Some(elements) => self.elements.append(&elements),
            None => {
                self.elements.append_nulls(lists.element_count());
                Ok(())
            }
        }
    }

    fn finish(&mut self) -> ListArray {
        let ends = std::mem::take(&mut self.ends);
        let elements = self.elements.finish();
        ListArray::new(Arc::clone(&self.field), offsets(ends), elements, self.nulls.finish())
    }
}

/// Appends where the list of each row ends, after those before.
fn append_ends(
    ends: &mut Vec<i32>,
    slice: &ColumnSlice<'_, '_>,
    lists: &ListsSlice<'_, '_>,
) -> Result<()> {
    let mut end = ends.last().copied().unwrap_or_default();
    let mut lens = lists.lens();
    for is_present in slice.present() {
        let len = if is_present { lens.next().unwrap_or_default() } else { 0 };
        let added = i32::try_from(len).ok().and_then(|len| end.checked_add(len));
        end = added.ok_or_else(|| {
            let message = "its lists have more than 2^31 elements in one batch of rows";
            Error::new(ErrorKind::Unsupported, message)
        })?;
        ends.push(end);
    }
    Ok(())
}

fn offsets(mut ends: Vec<i32>) -> OffsetBuffer<i32> {
    ends.insert(0, 0);
    OffsetBuffer::new(ends.into())
}

/// The field of a list's elements, as [`ColumnType::to_arrow`] has it.
fn element_field(element: &ColumnType) -> FieldRef {
    Arc::new(Field::new_list_field(element.to_arrow(), true).with_name(ELEMENT_NAME))
}

/// The slice as one array of its column's type.
pub(super) fn array_of(ty: &ColumnType, slice: &ColumnSlice<'_, '_>) -> Result<ArrayRef> {
    match (ty, slice.values()) {
        (_, ValuesSlice::Arrow(array)) => {
            let data_type = ty.to_arrow();
            if *array.data_type() == data_type {
                return Ok(array);
            }
            cast(&array, &data_type).map_err(|cause| {
                let message = format!("its {} can't be stored as {data_type}", array.data_type());
                Error::new(ErrorKind::Unsupported, message).with_cause(cause)
            })
        }
        (ColumnType::List(element), ValuesSlice::List(lists)) => {
            let mut ends = Vec::with_capacity(slice.rows());
            append_ends(&mut ends, slice, &lists)?;
            let elements = match lists.elements() {
                Some(elements) => array_of(element, &elements)?,
                None => new_null_array(&element.to_arrow(), lists.element_count()),
            };
            let nulls = NullBuffer::from_iter(slice.present());
            let field = element_field(element);
            Ok(Arc::new(ListArray::new(field, offsets(ends), elements, Some(nulls))))
        }
        _ => {
            let mut builder = ColumnBuilder::new(ty);
            builder.append(slice)?;
            Ok(builder.finish())
        }
    }
}
