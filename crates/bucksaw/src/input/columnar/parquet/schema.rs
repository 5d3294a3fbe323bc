//! Which of a file's values mean what Arrow has no type for, and how the crate reads them nevertheless: by another schema
//! of the same bytes, each of whose fields has a number to find it by.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use parquet::basic::{ConvertedType, LogicalType, Type as Physical};
use parquet::errors::Result;
use parquet::schema::types::{SchemaDescPtr, SchemaDescriptor, Type, TypePtr};

use crate::input::columnar::flatten::{FIELD_ID_KEY, JSON_EXTENSION};
use crate::input::columnar::kinds::{INT96, INTERVAL, KIND_KEY};
use crate::types::arrow::{EXTENSION_TYPE_NAME_KEY, UUID_EXTENSION};

/// Bytes of a moment of 96 bits, and of an interval.
const WIDE_BYTES: i32 = 12;

/// What the file says of a field that is read as another one, by its number.
pub(super) struct Marks(Vec<Mark>);

#[derive(Default)]
struct Mark {
    field_id: Option<i32>,
    /// A key of a field's metadata, and what stands there.
    meaning: Option<(&'static str, &'static str)>,
}

/// The schema to read with.
pub(super) fn readable(schema: &SchemaDescriptor) -> Result<(SchemaDescPtr, Marks)> {
    let mut marks = Marks(Vec::new());
    let root = schema.root_schema();
    let fields = root.get_fields().iter().map(|field| marks.readable(field));
    let fields = fields.collect::<Result<Vec<_>>>()?;
    let root = Type::group_type_builder(root.name()).with_fields(fields).build()?;
    Ok((Arc::new(SchemaDescriptor::new(Arc::new(root))), marks))
}

impl Marks {
    fn readable(&mut self, field: &TypePtr) -> Result<TypePtr> {
        let info = field.get_basic_info();
        let number = self.0.len() as i32;
        self.0.push(Mark { field_id: info.has_id().then(|| info.id()), meaning: None });
        let name = field.name();
        let logical = info.logical_type_ref().cloned();
        let converted = info.converted_type();
        let repetition = info.repetition();
        match field.as_ref() {
            Type::GroupType { fields, .. } => {
                let fields = fields.iter().map(|field| self.readable(field));
                let group = Type::group_type_builder(name)
                    .with_fields(fields.collect::<Result<_>>()?)
                    .with_repetition(repetition)
                    .with_converted_type(converted)
                    .with_logical_type(logical)
                    .with_id(Some(number));
                Ok(Arc::new(group.build()?))
            }
            Type::PrimitiveType { physical_type, type_length, scale, precision, .. } => {
                let leaf = |physical| {
                    let leaf = Type::primitive_type_builder(name, physical);
                    leaf.with_repetition(repetition).with_id(Some(number))
                };
                let meaning = &mut self.0[number as usize].meaning;
                let leaf = if *physical_type == Physical::INT96 {
                    *meaning = Some((KIND_KEY, INT96));
                    leaf(Physical::FIXED_LEN_BYTE_ARRAY).with_length(WIDE_BYTES)
                } else if converted == ConvertedType::INTERVAL {
                    *meaning = Some((KIND_KEY, INTERVAL));
                    leaf(Physical::FIXED_LEN_BYTE_ARRAY).with_length(*type_length)
                } else if is_enum(logical.as_ref(), converted) {
                    leaf(*physical_type).with_logical_type(Some(LogicalType::String))
                } else {
                    *meaning = meaning_of(logical.as_ref(), converted);
                    leaf(*physical_type)
                        .with_length(*type_length)
                        .with_precision(*precision)
                        .with_scale(*scale)
                        .with_converted_type(converted)
                        .with_logical_type(logical)
                };
                Ok(Arc::new(leaf.build()?))
            }
        }
    }

    /// The fields that the crate reads, as the file means them.
    pub(super) fn restored(&self, schema: &Schema) -> SchemaRef {
        Arc::new(Schema::new(self.fields(schema.fields())))
    }

    fn fields(&self, fields: &Fields) -> Fields {
        fields.iter().map(|field| self.field(field)).collect()
    }

    fn field(&self, field: &FieldRef) -> FieldRef {
        let number = field.metadata().get(FIELD_ID_KEY).and_then(|id| id.parse::<usize>().ok());
        let mark = number.and_then(|number| self.0.get(number));
        let mut metadata = HashMap::new();
        if let Some(Mark { field_id, meaning }) = mark {
            metadata.extend(meaning.map(|(key, value)| (key.to_owned(), value.to_owned())));
            metadata.extend(field_id.map(|id| (FIELD_ID_KEY.to_owned(), id.to_string())));
        }
        let data_type = match field.data_type() {
            // A leaf that is repeated, without a group around it: what it says is of its elements.
            DataType::List(element) if metadata.contains_key(KIND_KEY) => {
                let element = Field::clone(element).with_metadata(std::mem::take(&mut metadata));
                DataType::List(Arc::new(element))
            }
            DataType::Struct(fields) => DataType::Struct(self.fields(fields)),
            DataType::List(element) => DataType::List(self.field(element)),
            DataType::Map(entries, is_sorted) => DataType::Map(self.field(entries), *is_sorted),
            other => other.clone(),
        };
        Arc::new(Field::new(field.name(), data_type, field.is_nullable()).with_metadata(metadata))
    }
}

fn is_enum(logical: Option<&LogicalType>, converted: ConvertedType) -> bool {
    logical == Some(&LogicalType::Enum) || converted == ConvertedType::ENUM
}

fn meaning_of(
    logical: Option<&LogicalType>,
    converted: ConvertedType,
) -> Option<(&'static str, &'static str)> {
    let extension = match logical {
        Some(LogicalType::Uuid) => UUID_EXTENSION,
        Some(LogicalType::Json) => JSON_EXTENSION,
        None if converted == ConvertedType::JSON => JSON_EXTENSION,
        _ => return None,
    };
    Some((EXTENSION_TYPE_NAME_KEY, extension))
}
