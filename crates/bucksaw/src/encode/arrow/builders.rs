//! One Arrow builder for each column: rows of blocks in, arrays of a record batch out.

use std::sync::Arc;

use arrow_array::builder::{
    ArrayBuilder as _, BinaryBuilder, BooleanBuilder, Decimal128Builder, FixedSizeBinaryBuilder,
    Float32Builder, Float64Builder, Int32Builder, Int64Builder, StringBuilder,
};
use arrow_array::types::UInt64Type;
use arrow_array::{Array, ArrayRef, ListArray, MapArray, StructArray, new_null_array};
use arrow_buffer::{NullBuffer, NullBufferBuilder, OffsetBuffer};
use arrow_cast::cast;
use arrow_schema::DataType;

use crate::block::lists::ListsSlice;
use crate::block::{ColumnSlice, ValuesSlice};
use crate::error::{Error, ErrorKind, Result};
use crate::types::decimal::from_big_endian;
use crate::types::logical::ColumnType;
use crate::types::physical::PhysicalType;

/// Collects the values of one column for the next record batch.
pub(super) struct ColumnBuilder {
    ty: ColumnType,
    values: ValuesBuilder,
}

/// By how values are stored; a finished array of numbers is then given the type that they mean.
enum ValuesBuilder {
    Bool(BooleanBuilder),
    I32(Int32Builder),
    I64(Int64Builder),
    F32(Float32Builder),
    F64(Float64Builder),
    Text(StringBuilder),
    Bytes(BinaryBuilder),
    FixedBytes(FixedSizeBinaryBuilder),
    Decimal(Decimal128Builder),
    List(Box<ListBuilder>),
    /// A type that only whole arrays have: so many rows, all null.
    Arrays(usize),
}
/// Appends a slice's values, as `$as_stored` makes them, and nulls to a builder.
macro_rules! append {
    ($builder:expr, $slice:expr, $values:expr, $as_stored:expr) => {{
        let mut values = $values.iter().map($as_stored);
        if $slice.count() == $slice.rows() {
            values.for_each(|value| $builder.append_value(value));
        } else {
            for is_present in $slice.present() {
                $builder.append_option(if is_present { values.next() } else { None });
            }
        }
    }};
    ($builder:expr, $slice:expr, $values:expr) => {
        append!($builder, $slice, $values, |value| *value)
    };
}

impl ColumnBuilder {
    pub(super) fn new(ty: &ColumnType) -> Self {
        let values = match ty {
            ColumnType::List(_) | ColumnType::Map => {
                ValuesBuilder::List(Box::new(ListBuilder::new(ty)))
            }
            ColumnType::Decimal { .. } => {
                ValuesBuilder::Decimal(Decimal128Builder::new().with_data_type(ty.to_arrow()))
            }
            _ => ValuesBuilder::new(ty),
        };
        Self { ty: ty.clone(), values }
    }

    pub(super) fn rows(&self) -> usize {
        match &self.values {
            ValuesBuilder::Bool(builder) => builder.len(),
            ValuesBuilder::I32(builder) => builder.len(),
            ValuesBuilder::I64(builder) => builder.len(),
            ValuesBuilder::F32(builder) => builder.len(),
            ValuesBuilder::F64(builder) => builder.len(),
            ValuesBuilder::Text(builder) => builder.len(),
            ValuesBuilder::Bytes(builder) => builder.len(),
            ValuesBuilder::FixedBytes(builder) => builder.len(),
            ValuesBuilder::Decimal(builder) => builder.len(),
            ValuesBuilder::List(builder) => builder.len(),
            ValuesBuilder::Arrays(rows) => *rows,
        }
    }

    /// Bytes of memory, about.
    pub(super) fn bytes_held(&self) -> usize {
        match &self.values {
            ValuesBuilder::Bool(builder) => builder.len() / 4,
            ValuesBuilder::I32(builder) => builder.capacity() * 4,
            ValuesBuilder::I64(builder) => builder.capacity() * 8,
            ValuesBuilder::F32(builder) => builder.capacity() * 4,
            ValuesBuilder::F64(builder) => builder.capacity() * 8,
            ValuesBuilder::Decimal(builder) => builder.capacity() * 16,
            ValuesBuilder::Text(builder) => builder.values_slice().len() + builder.len() * 4,
            ValuesBuilder::Bytes(builder) => builder.values_slice().len() + builder.len() * 4,
            ValuesBuilder::FixedBytes(builder) => builder.len() * fixed_bytes(&self.ty) as usize,
            ValuesBuilder::List(builder) => builder.bytes_held(),
            ValuesBuilder::Arrays(_) => 0,
        }
    }

    pub(super) fn append_nulls(&mut self, count: usize) {
        match &mut self.values {
            ValuesBuilder::Bool(builder) => builder.append_nulls(count),
            ValuesBuilder::I32(builder) => builder.append_nulls(count),
            ValuesBuilder::I64(builder) => builder.append_nulls(count),
            ValuesBuilder::F32(builder) => builder.append_nulls(count),
            ValuesBuilder::F64(builder) => builder.append_nulls(count),
            ValuesBuilder::Decimal(builder) => builder.append_nulls(count),
            ValuesBuilder::FixedBytes(builder) => builder.append_nulls(count),
            ValuesBuilder::Text(builder) => (0..count).for_each(|_| builder.append_null()),
            ValuesBuilder::Bytes(builder) => (0..count).for_each(|_| builder.append_null()),
            ValuesBuilder::List(builder) => builder.append_nulls(count),
            ValuesBuilder::Arrays(rows) => *rows += count,
        }
    }

    /// Appends a slice that holds values, not an array.
    pub(super) fn append(&mut self, slice: &ColumnSlice<'_, '_>) -> Result<()> {
        use ValuesBuilder as B;
        use ValuesSlice as S;
        match (&mut self.values, slice.values()) {
            (B::Bool(builder), S::Bool(values)) => append!(builder, slice, values),
            (B::I32(builder), S::I32(values)) => append!(builder, slice, values),
            (B::I64(builder), S::I64(values)) => append!(builder, slice, values),
            (B::F32(builder), S::F32(values)) => append!(builder, slice, values),
            (B::F64(builder), S::F64(values)) => append!(builder, slice, values),
            (B::Text(builder), S::Text(values)) => append!(builder, slice, values),
            (B::Bytes(builder), S::Bytes(values)) => append!(builder, slice, values),
            (B::FixedBytes(builder), S::Bytes(values)) => {
                append_fixed(builder, slice, values)?;
            }
            (B::Decimal(builder), S::I32(values)) => {
                append!(builder, slice, values, |value| i128::from(*value));
            }
            (B::Decimal(builder), S::I64(values)) => {
                append!(builder, slice, values, |value| i128::from(*value));
            }
            (B::Decimal(builder), S::Bytes(values)) => {
                append!(builder, slice, values, |value| from_big_endian(value));
            }
            (B::List(builder), S::List(lists)) => builder.append(slice, &lists)?,
            _ => return Err(unexpected()),
        }
        Ok(())
    }

    /// The array of the column's type.
    pub(super) fn finish(&mut self) -> Result<ArrayRef> {
        let data_type = self.ty.to_arrow();
        let array: ArrayRef = match &mut self.values {
            ValuesBuilder::Arrays(rows) => new_null_array(&data_type, std::mem::take(rows)),
            ValuesBuilder::List(builder) => builder.finish(&data_type)?,
            ValuesBuilder::I64(builder) if self.ty == ColumnType::Uint64 => {
                Arc::new(builder.finish().unary::<_, UInt64Type>(i64::cast_unsigned))
            }
            ValuesBuilder::Bool(builder) => Arc::new(builder.finish()),
            ValuesBuilder::I32(builder) => Arc::new(builder.finish()),
            ValuesBuilder::I64(builder) => Arc::new(builder.finish()),
            ValuesBuilder::F32(builder) => Arc::new(builder.finish()),
            ValuesBuilder::F64(builder) => Arc::new(builder.finish()),
            ValuesBuilder::Text(builder) => Arc::new(builder.finish()),
            ValuesBuilder::Bytes(builder) => Arc::new(builder.finish()),
            ValuesBuilder::FixedBytes(builder) => Arc::new(builder.finish()),
            ValuesBuilder::Decimal(builder) => Arc::new(builder.finish()),
        };
        if *array.data_type() == data_type {
            return Ok(array);
        }
        // The same numbers, under another name.
        cast(&array, &data_type).map_err(failed)
    }
}

impl ValuesBuilder {
    /// A builder for single values.
    fn new(ty: &ColumnType) -> Self {
        match ty.storage().map(|storage| storage.physical) {
            Some(PhysicalType::Bool) => Self::Bool(BooleanBuilder::new()),
            Some(PhysicalType::I32) => Self::I32(Int32Builder::new()),
            Some(PhysicalType::I64) => Self::I64(Int64Builder::new()),
            Some(PhysicalType::F32) => Self::F32(Float32Builder::new()),
            Some(PhysicalType::F64) => Self::F64(Float64Builder::new()),
            Some(PhysicalType::Text) => Self::Text(StringBuilder::new()),
            Some(PhysicalType::Bytes) => Self::Bytes(BinaryBuilder::new()),
            Some(PhysicalType::FixedBytes(_)) => {
                Self::FixedBytes(FixedSizeBinaryBuilder::new(fixed_bytes(ty)))
            }
            None => Self::Arrays(0),
        }
    }
}

/// Bytes of a value, of the types that have a fixed length.
fn fixed_bytes(ty: &ColumnType) -> i32 {
    match ty.storage().map(|storage| storage.physical) {
        Some(PhysicalType::FixedBytes(bytes)) => bytes as i32,
        _ => 0,
    }
}

fn append_fixed(
    builder: &mut FixedSizeBinaryBuilder,
    slice: &ColumnSlice<'_, '_>,
    values: &[&[u8]],
) -> Result<()> {
    let mut values = values.iter();
    for is_present in slice.present() {
        match if is_present { values.next() } else { None } {
            Some(value) => builder.append_value(value).map_err(failed)?,
            None => builder.append_null(),
        }
    }
    Ok(())
}

fn failed(cause: arrow_schema::ArrowError) -> Error {
    unexpected().with_cause(cause)
}

fn unexpected() -> Error {
    Error::new(ErrorKind::Unsupported, "a block's values are not of their column's type")
}

/// Collects lists or maps: which rows have one, where each ends, and the fields of their elements.
pub(super) struct ListBuilder {
    nulls: NullBufferBuilder,
    /// For each row, how many elements it and those before it have.
    ends: Vec<i32>,
    fields: Vec<ColumnBuilder>,
}

impl ListBuilder {
    fn new(ty: &ColumnType) -> Self {
        Self {
            nulls: NullBufferBuilder::new(0),
            ends: Vec::new(),
            fields: field_types(ty).into_iter().map(ColumnBuilder::new).collect(),
        }
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn bytes_held(&self) -> usize {
        let fields: usize = self.fields.iter().map(ColumnBuilder::bytes_held).sum();
        self.ends.capacity() * 4 + fields
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
        for (field, builder) in self.fields.iter_mut().enumerate() {
            match lists.field(field) {
                Some(elements) => builder.append(&elements)?,
                None => builder.append_nulls(lists.element_count()),
            }
        }
        Ok(())
    }

    fn finish(&mut self, data_type: &DataType) -> Result<ArrayRef> {
        let ends = std::mem::take(&mut self.ends);
        let fields = self.fields.iter_mut().map(ColumnBuilder::finish).collect::<Result<_>>()?;
        array_of_lists(data_type, ends, fields, self.nulls.finish())
    }
}

/// The types of the fields that a list's or a map's elements have.
fn field_types(ty: &ColumnType) -> Vec<&ColumnType> {
    match ty {
        ColumnType::List(element) => vec![element],
        ColumnType::Map => vec![&ColumnType::Text; 2],
        _ => Vec::new(),
    }
}

/// Lists or maps that end there, whose elements have these fields.
fn array_of_lists(
    data_type: &DataType,
    ends: Vec<i32>,
    mut fields: Vec<ArrayRef>,
    nulls: Option<NullBuffer>,
) -> Result<ArrayRef> {
    let offsets = offsets(ends);
    if let DataType::Map(field, is_sorted) = data_type
        && let DataType::Struct(of) = field.data_type()
    {
        let entries = StructArray::try_new(of.clone(), fields, None).map_err(failed)?;
        let maps = MapArray::try_new(Arc::clone(field), offsets, entries, nulls, *is_sorted);
        return Ok(Arc::new(maps.map_err(failed)?));
    }
    let (DataType::List(field), Some(elements)) = (data_type, fields.pop()) else {
        return Err(unexpected());
    };
    let lists = ListArray::try_new(Arc::clone(field), offsets, elements, nulls);
    Ok(Arc::new(lists.map_err(failed)?))
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
        (ColumnType::List(_) | ColumnType::Map, ValuesSlice::List(lists)) => {
            let mut ends = Vec::with_capacity(slice.rows());
            append_ends(&mut ends, slice, &lists)?;
            let field = |(field, ty): (usize, &ColumnType)| match lists.field(field) {
                Some(elements) => array_of(ty, &elements),
                None => Ok(new_null_array(&ty.to_arrow(), lists.element_count())),
            };
            let fields = field_types(ty).into_iter().enumerate().map(field);
            let fields = fields.collect::<Result<_>>()?;
            let nulls = NullBuffer::from_iter(slice.present());
            array_of_lists(&ty.to_arrow(), ends, fields, Some(nulls))
        }
        _ => {
            let mut builder = ColumnBuilder::new(ty);
            builder.append(slice)?;
            builder.finish()
        }
    }
}
