//! A file's columns as a schema file declares them.

use std::collections::HashSet;

use bucksaw::internal::origins::is_ours;
use bucksaw::internal::values_say;
use bucksaw::{
    ColumnType, DeclaredColumn, DeclaredSchema, MAX_DECIMAL_PRECISION, MAX_FIXED_BYTES,
    REST_COLUMN, Result, TimeUnit,
};
use parquet::basic::{ConvertedType, LogicalType, Repetition, Type as Physical};
use parquet::schema::types::{ColumnDescPtr, Type};

use super::File;
use super::origins::Origins;
use super::statistics::Meaning;
use super::text::{MICROS, MILLIS};

/// The schema that declares the columns of a file, and the names of those that none can declare.
pub(super) fn declared(file: &File) -> Result<(DeclaredSchema, Vec<String>)> {
    let footer = file.metadata.file_metadata();
    let (descriptor, is_ours) = (footer.schema_descr(), is_ours(footer));
    let mut found = Found { schema: DeclaredSchema::new(), left_out: Vec::new() };
    let mut leaves = descriptor.columns();
    for field in descriptor.root_schema().get_fields() {
        if is_ours && field.name() == REST_COLUMN {
            leaves = leaves.get(leaves_of(field)..).unwrap_or_default();
            continue;
        }
        found.add(field, &mut leaves, &[]);
    }
    let origins = Origins::of(file)?;
    for column in &mut found.schema.columns {
        // Rows that Bucksaw wrote come out as they did: as rows of a chosen type, some texts would be numbers.
        column.settled = is_ours && values_say(&column.ty);
        let Some(origin) = origins.get(&column.name) else { continue };
        column.path.clone_from(&origin.path);
        column.sibling_of.clone_from(&origin.sibling_of);
        column.settled &= !(origin.declared || origin.sibling_of.is_some());
        // A spelling that this version does not know comes from a later one.
        column.input = origin.input.as_ref().and_then(|input| input.parse().ok());
        if origin.is_json {
            column.ty = ColumnType::Json;
        }
    }
    // The sibling of a column that had no value but misfits: whose type it had is not known.
    let names: HashSet<String> =
        found.schema.columns.iter().map(|column| column.name.clone()).collect();
    found.schema.columns.retain(|column| {
        let is_alone = column.sibling_of.as_ref().is_some_and(|of| !names.contains(of));
        if is_alone {
            found.left_out.push(column.name.clone());
        }
        !is_alone
    });
    Ok((found.schema, found.left_out))
}

struct Found {
    schema: DeclaredSchema,
    left_out: Vec<String>,
}

impl Found {
    /// Adds the columns of a field in these groups; its leaves are the first ones of `leaves`.
    fn add(&mut self, field: &Type, leaves: &mut &[ColumnDescPtr], groups: &[&str]) {
        let count = leaves_of(field).min(leaves.len());
        let path = [groups, &[field.name()]].concat();
        if is_plain_group(field) {
            for member in field.get_fields() {
                self.add(member, leaves, &path);
            }
            return;
        }
        let (own, others) = leaves.split_at(count);
        *leaves = others;
        let name = path.join("_");
        let Some(ty) = type_of(field, own) else {
            self.left_out.push(path.join("."));
            return;
        };
        let mut column = DeclaredColumn::new(name, ty);
        let info = field.get_basic_info();
        column.field_id = info.has_id().then(|| info.id());
        column.path = (path.len() > 1).then(|| path.iter().map(|&name| name.to_owned()).collect());
        self.schema.columns.push(column);
    }
}

fn leaves_of(field: &Type) -> usize {
    match field {
        Type::PrimitiveType { .. } => 1,
        Type::GroupType { fields, .. } => fields.iter().map(|field| leaves_of(field)).sum(),
    }
}

/// Whether it is an object, and no list or map.
fn is_plain_group(field: &Type) -> bool {
    let info = field.get_basic_info();
    field.is_group()
        && !field.get_fields().is_empty()
        && info.logical_type_ref().is_none()
        && info.converted_type() == ConvertedType::NONE
        && !is_repeated(field)
}

fn is_repeated(field: &Type) -> bool {
    let info = field.get_basic_info();
    info.has_repetition() && info.repetition() == Repetition::REPEATED
}

/// The type of a field that is a value, a list of values, a map of texts, or a list of such maps.
fn type_of(field: &Type, leaves: &[ColumnDescPtr]) -> Option<ColumnType> {
    let info = field.get_basic_info();
    let is_list = info.logical_type_ref() == Some(&LogicalType::List)
        || info.converted_type() == ConvertedType::LIST;
    let [leaf] = leaves else {
        return match is_list {
            true => element_of(field)
                .filter(|element| is_map_of_texts(element, leaves))
                .map(|_| ColumnType::list_of(ColumnType::Map)),
            false => is_map_of_texts(field, leaves).then_some(ColumnType::Map),
        };
    };
    match (field.is_primitive(), leaf.max_rep_level()) {
        (true, 0) => type_of_leaf(leaf),
        (false, 1) if is_list => type_of_leaf(leaf).map(ColumnType::list_of),
        _ => None,
    }
}

/// What stands in the group inside of a list.
fn element_of(list: &Type) -> Option<&Type> {
    let [repeated] = list.get_fields() else { return None };
    let inner = if repeated.is_group() { repeated.get_fields() } else { &[] };
    inner.first().map(|element| &**element).filter(|element| element.is_group())
}

fn is_map_of_texts(field: &Type, leaves: &[ColumnDescPtr]) -> bool {
    let info = field.get_basic_info();
    let is_map = info.logical_type_ref() == Some(&LogicalType::Map)
        || info.converted_type() == ConvertedType::MAP;
    let is_text = |leaf: &ColumnDescPtr| type_of_leaf(leaf) == Some(ColumnType::Text);
    is_map && leaves.len() == 2 && leaves.iter().all(is_text)
}

fn type_of_leaf(leaf: &ColumnDescPtr) -> Option<ColumnType> {
    let decimal = |scale: i32| {
        let precision = u8::try_from(leaf.type_precision()).ok()?;
        let scale = u8::try_from(scale).ok().filter(|scale| *scale <= precision)?;
        let is_known = (1..=MAX_DECIMAL_PRECISION).contains(&precision);
        is_known.then_some(ColumnType::Decimal { precision, scale })
    };
    Some(match (leaf.physical_type(), Meaning::of(leaf)) {
        (Physical::BOOLEAN, Meaning::Plain) => ColumnType::Bool,
        (Physical::INT32, Meaning::Plain) => signed(leaf),
        (Physical::INT32 | Physical::INT64, Meaning::Time(per_second)) => {
            ColumnType::Time(unit_of(per_second))
        }
        (Physical::INT32, Meaning::Date) => ColumnType::Date,
        (Physical::INT64, Meaning::Plain) => ColumnType::Int64,
        (Physical::INT64, Meaning::Unsigned) => ColumnType::Uint64,
        (Physical::INT32, Meaning::Unsigned) => unsigned(leaf),
        (Physical::INT64, Meaning::Timestamp(per_second, true)) => {
            ColumnType::Timestamp(unit_of(per_second))
        }
        (Physical::INT64, Meaning::Timestamp(per_second, false)) => {
            ColumnType::LocalTimestamp(unit_of(per_second))
        }
        (Physical::FLOAT, Meaning::Plain) => ColumnType::Float,
        (Physical::DOUBLE, Meaning::Plain) => ColumnType::Double,
        (Physical::BYTE_ARRAY, Meaning::Text) => ColumnType::Text,
        (Physical::BYTE_ARRAY, Meaning::Plain) => ColumnType::Bytes,
        (Physical::FIXED_LEN_BYTE_ARRAY, Meaning::Uuid) => ColumnType::Uuid,
        (Physical::FIXED_LEN_BYTE_ARRAY, Meaning::Plain) => {
            let bytes = u32::try_from(leaf.type_length()).ok()?;
            Some(ColumnType::Fixed(bytes)).filter(|_| (1..=MAX_FIXED_BYTES).contains(&bytes))?
        }
        (_, Meaning::Decimal(scale)) => decimal(scale)?,
        _ => return None,
    })
}

fn unit_of(per_second: i64) -> TimeUnit {
    match per_second {
        MILLIS => TimeUnit::Millis,
        MICROS => TimeUnit::Micros,
        _ => TimeUnit::Nanos,
    }
}

/// The bits of an integer, where they are told.
fn bits(leaf: &ColumnDescPtr) -> Option<i8> {
    match (leaf.logical_type_ref(), leaf.converted_type()) {
        (Some(LogicalType::Integer(integer)), _) => Some(integer.bit_width),
        (_, ConvertedType::INT_8 | ConvertedType::UINT_8) => Some(8),
        (_, ConvertedType::INT_16 | ConvertedType::UINT_16) => Some(16),
        _ => None,
    }
}

/// The type of integers of up to 32 bits.
fn signed(leaf: &ColumnDescPtr) -> ColumnType {
    match bits(leaf) {
        Some(8) => ColumnType::Int8,
        Some(16) => ColumnType::Int16,
        _ => ColumnType::Int32,
    }
}

/// The same without a sign.
fn unsigned(leaf: &ColumnDescPtr) -> ColumnType {
    match bits(leaf) {
        Some(8) => ColumnType::Uint8,
        Some(16) => ColumnType::Uint16,
        _ => ColumnType::Uint32,
    }
}
