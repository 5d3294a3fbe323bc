//! Arrays as columns of ours: members of structs by their paths, types that only Arrow has as others that hold all of
//! their values, and what is no list of single values as JSON text.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::Date64Type;
use arrow_array::{Array, ArrayRef, BooleanArray, ListArray, RecordBatch};
use arrow_buffer::OffsetBuffer;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{DataType, Field, Fields, IntervalUnit, TimeUnit};
use arrow_select::nullif::nullif;

use super::json::Json;
use super::kinds::{INT96, KIND_KEY, moments_of};
use crate::block::arrays::text_bytes;
use crate::error::{Error, ErrorKind, Result};
use crate::input::record_batch::{Made, SourceColumn, Traced, shown};
use crate::input::zones;
use crate::types::logical::{ColumnType, MAX_DECIMAL_PRECISION, MAX_FIXED_BYTES};
use crate::types::path;

/// Structs within each other whose members are columns; deeper ones are JSON text.
pub(super) const MAX_DEPTH: usize = 64;
/// What Arrow calls the type of JSON text.
pub(super) const JSON_EXTENSION: &str = "arrow.json";
/// Where a field says its number.
pub(super) const FIELD_ID_KEY: &str = "PARQUET:field_id";

const MILLIS_OF_A_DAY: i64 = 86_400_000;

/// The columns of a batch's fields.
///
/// # Errors
/// [`ErrorKind::Refused`] of types that can't be stored in any way.
pub(super) fn columns(fields: &Fields, batch: &RecordBatch) -> Result<Vec<SourceColumn>> {
    let mut columns = Vec::new();
    for (field, array) in fields.iter().zip(batch.columns()) {
        let path = path::of_names([field.name().as_str()]);
        add(&mut columns, path, field, array, 0)?;
    }
    Ok(columns)
}

/// Adds the columns of a field of this path.
fn add(
    columns: &mut Vec<SourceColumn>,
    path: String,
    field: &Field,
    array: &ArrayRef,
    depth: usize,
) -> Result<()> {
    if let DataType::Struct(members) = field.data_type()
        && let Some(structs) = array.as_struct_opt()
        && !members.is_empty()
        && depth < MAX_DEPTH
    {
        for (member, values) in members.iter().zip(structs.columns()) {
            let mut path = format!("{path}{}", path::SEPARATOR);
            path::push_name(&mut path, member.name());
            let values = without_nulls_of(array, values, &path)?;
            add(columns, path, member, &values, depth + 1)?;
        }
        return Ok(());
    }
    let field_id = field.metadata().get(FIELD_ID_KEY).and_then(|id| id.parse().ok());
    let column = |ty, array, made| SourceColumn {
        path: path.clone(),
        stays: *field.data_type() != DataType::Null,
        ty,
        array,
        field_id,
        made,
        traced: Traced::default(),
    };
    if kind_of(field) == Some(INT96) && is_of_bytes(array) {
        let (moments, others) = moments_of(array);
        columns.push(column(moments.0, moments.1, None));
        columns.extend(others.map(|(ty, array)| column(ty, array, None)));
        return Ok(());
    }
    let refused = |error: Error| error.in_column(&path::shown(&path));
    columns.push(match stored(field, array) {
        Some((ty, array)) => {
            let made = is_retyped(field.data_type(), &ty).then_some(Made::Other);
            column(ty, array, made)
        }
        None => {
            let texts = json_texts(field, array).map_err(refused)?;
            column(ColumnType::Json, texts, Some(Made::Json))
        }
    });
    Ok(())
}

/// Whether values of a type of Arrow's mean less in a column of this type: texts that were none, and durations without their unit.
fn is_retyped(from: &DataType, ty: &ColumnType) -> bool {
    use DataType as T;
    match from {
        T::Dictionary(_, values) => is_retyped(values, ty),
        T::RunEndEncoded(_, inner)
        | T::List(inner)
        | T::LargeList(inner)
        | T::FixedSizeList(inner, _)
        | T::ListView(inner)
        | T::LargeListView(inner) => is_retyped(inner.data_type(), ty.leaf()),
        T::Utf8 | T::LargeUtf8 | T::Utf8View | T::Map(..) => false,
        T::Duration(_) => true,
        _ => *ty.leaf() == ColumnType::Text,
    }
}

fn is_of_bytes(array: &ArrayRef) -> bool {
    matches!(array.data_type(), DataType::FixedSizeBinary(_))
}

fn kind_of(field: &Field) -> Option<&str> {
    field.metadata().get(KIND_KEY).map(String::as_str)
}

/// A struct's member, without values where there is no struct.
fn without_nulls_of(structs: &ArrayRef, values: &ArrayRef, path: &str) -> Result<ArrayRef> {
    let Some(nulls) = structs.nulls().filter(|nulls| nulls.null_count() > 0) else {
        return Ok(Arc::clone(values));
    };
    let absent = BooleanArray::new(!nulls.inner(), None);
    nullif(values, &absent).map_err(|cause| {
        let message = format!("its {} can't be stored", values.data_type());
        Error::new(ErrorKind::Refused, message).in_column(&path::shown(path)).with_cause(cause)
    })
}

/// A field's values as a column of a type that we have; none where it holds none of these.
fn stored(field: &Field, array: &ArrayRef) -> Option<(ColumnType, ArrayRef)> {
    if kind_of(field).is_some() {
        return None;
    }
    let array = plain(field, array)?;
    let field = field.clone().with_data_type(array.data_type().clone());
    let is_json = field.extension_type_name() == Some(JSON_EXTENSION);
    match ColumnType::from_field(&field) {
        ColumnType::Text if is_json => Some((ColumnType::Json, array)),
        ty if matches!(ty.leaf(), ColumnType::Arrow(_)) => None,
        ty => Some((ty, array)),
    }
}

/// The same values in an array of a type that we have; none where none holds them all.
fn plain(field: &Field, array: &ArrayRef) -> Option<ArrayRef> {
    use DataType as T;
    let same = || Some(Arc::clone(array));
    let as_type = |ty: T| exactly(array, &ty).or_else(|| texts(array));
    match array.data_type() {
        T::Timestamp(TimeUnit::Second, zone) => {
            let zone = zone.as_ref().map(|_| "UTC".into());
            as_type(T::Timestamp(TimeUnit::Millisecond, zone))
        }
        T::Timestamp(unit, Some(zone)) if zone.as_ref() != "UTC" => {
            as_type(T::Timestamp(*unit, Some("UTC".into())))
        }
        T::Time32(TimeUnit::Second) => as_type(T::Time32(TimeUnit::Millisecond)),
        T::Date64 => {
            let dates = array.as_primitive::<Date64Type>();
            let is_of_days = dates.iter().flatten().all(|millis| millis % MILLIS_OF_A_DAY == 0);
            as_type(if is_of_days { T::Date32 } else { T::Timestamp(TimeUnit::Millisecond, None) })
        }
        T::Duration(_) => as_type(T::Int64),
        T::Decimal256(precision, scale) | T::Decimal128(precision, scale)
            if *precision > MAX_DECIMAL_PRECISION
                || u8::try_from(*scale).map_or(true, |scale| scale > *precision) =>
        {
            texts(array)
        }
        T::Decimal256(precision, scale) => as_type(T::Decimal128(*precision, *scale)),
        T::FixedSizeBinary(bytes) if !(1..=MAX_FIXED_BYTES as i32).contains(bytes) => {
            as_type(T::Binary)
        }
        T::Dictionary(_, values) => match ColumnType::from_arrow(values) {
            ColumnType::Arrow(_) => plain(field, &exactly(array, values)?),
            _ if matches!(values.as_ref(), T::Timestamp(..)) => {
                plain(field, &exactly(array, values)?)
            }
            _ => same(),
        },
        T::RunEndEncoded(_, values) => plain(field, &exactly(array, values.data_type())?),
        T::ListView(element) | T::LargeListView(element) => {
            plain(field, &exactly(array, &T::List(Arc::clone(element)))?)
        }
        T::List(_) | T::LargeList(_) | T::FixedSizeList(..) => plain_lists(field, array),
        _ => same(),
    }
}

/// Lists whose elements are of a type that we have; none where none holds them all.
fn plain_lists(field: &Field, array: &ArrayRef) -> Option<ArrayRef> {
    use DataType as T;
    let (T::List(element)
    | T::LargeList(element)
    | T::FixedSizeList(element, _)
    | T::ListView(element)
    | T::LargeListView(element)) = field.data_type()
    else {
        return None;
    };
    let lists = match array.data_type() {
        DataType::List(_) => Arc::clone(array),
        DataType::LargeList(own) | DataType::FixedSizeList(own, _) => {
            exactly(array, &DataType::List(Arc::clone(own)))?
        }
        _ => return None,
    };
    let lists = &with_own_elements(lists.as_list_opt::<i32>()?)?;
    if kind_of(element) == Some(INT96) && is_of_bytes(lists.values()) {
        let ((_, moments), others) = moments_of(lists.values());
        return others.is_none().then(|| list_of(element, lists, moments))?;
    }
    let (ty, values) = stored(element, lists.values())?;
    if matches!(ty, ColumnType::List(_) | ColumnType::Json) {
        return None;
    }
    list_of(element, lists, values)
}

/// The same lists, without elements before and behind theirs: of runs a few bytes may be any number.
fn with_own_elements(lists: &ListArray) -> Option<ListArray> {
    let (field, offsets, values, nulls) = lists.clone().into_parts();
    let (first, last) = (*offsets.inner().first()?, *offsets.inner().last()?);
    let len = usize::try_from(last - first).ok()?;
    let values = values.slice(usize::try_from(first).ok()?, len);
    let offsets = offsets.iter().map(|offset| offset - first).collect::<Vec<_>>();
    ListArray::try_new(field, OffsetBuffer::new(offsets.into()), values, nulls).ok()
}

/// The same lists with other values for their elements.
fn list_of(element: &Field, lists: &ListArray, values: ArrayRef) -> Option<ArrayRef> {
    let element = element.clone().with_data_type(values.data_type().clone()).with_nullable(true);
    let nulls = lists.nulls().cloned();
    let lists = ListArray::try_new(Arc::new(element), lists.offsets().clone(), values, nulls);
    lists.ok().map(|lists| Arc::new(lists) as ArrayRef)
}

/// The array in another type, if that holds each of its values.
fn exactly(array: &ArrayRef, ty: &DataType) -> Option<ArrayRef> {
    let options = CastOptions { safe: false, ..CastOptions::default() };
    cast_with_options(array, ty, &options).ok()
}

/// An array's values as text.
fn texts(array: &ArrayRef) -> Option<ArrayRef> {
    let utc = zones::in_utc(array);
    let options = FormatOptions::new();
    let formatter = ArrayFormatter::try_new(&utc, &options).ok()?;
    let nulls = array.logical_nulls();
    let mut texts = StringBuilder::new();
    for row in 0..array.len() {
        if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            texts.append_null();
        } else {
            texts.append_value(shown(&formatter, &utc, row));
        }
    }
    Some(Arc::new(texts.finish()))
}

/// An array's values as JSON text.
fn json_texts(field: &Field, array: &ArrayRef) -> Result<ArrayRef> {
    let json = Json::of(field, array)?;
    let nulls = array.logical_nulls();
    let (mut texts, mut text) = (StringBuilder::new(), String::new());
    for row in 0..array.len() {
        if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            texts.append_null();
            continue;
        }
        text.clear();
        json.append(row, &mut text);
        texts.append_value(&text);
    }
    Ok(Arc::new(texts.finish()))
}

/// Bytes of memory that the values of an array take, about; of a part of one, what that part takes.
pub(super) fn bytes_of(array: &ArrayRef) -> usize {
    let width = |ty: &DataType| ty.primitive_width().unwrap_or(1);
    let values = match array.data_type() {
        DataType::List(_) => array.as_list_opt::<i32>().map_or(0, |lists| {
            let offsets = lists.value_offsets();
            let (first, last) = (offsets.first(), offsets.last());
            let len = last.copied().unwrap_or_default() - first.copied().unwrap_or_default();
            let start = first.copied().unwrap_or_default() as usize;
            bytes_of(&lists.values().slice(start, len as usize)) + array.len() * size_of::<i32>()
        }),
        DataType::Map(..) => array.as_map_opt().map_or(0, |maps| {
            let offsets = maps.value_offsets();
            let (first, last) = (offsets.first(), offsets.last());
            let start = first.copied().unwrap_or_default() as usize;
            let len = last.copied().unwrap_or_default() as usize - start;
            let of = |values: &ArrayRef| bytes_of(&values.slice(start, len));
            of(maps.keys()) + of(maps.values()) + array.len() * size_of::<i32>()
        }),
        DataType::Interval(IntervalUnit::MonthDayNano) => array.len() * 16,
        // Its texts are encoded for each row.
        DataType::Dictionary(keys, _) => array.len() * width(keys) + text_bytes(array),
        ty => array.len() * width(ty) + text_bytes(array),
    };
    values + array.len() / 8
}
