//! The schema of a file: its elements, depth first, and the paths to its leaves.

use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as PhysicalType};

use super::thrift::Fields;

/// An element of the schema: a leaf has a physical type, a group has children.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SchemaElement {
    pub(crate) physical: Option<PhysicalType>,
    /// Bytes of a value, of the type that has a fixed length.
    pub(crate) type_length: Option<i32>,
    /// None for the root only.
    pub(crate) repetition: Option<Repetition>,
    pub(crate) name: String,
    pub(crate) children: Option<i32>,
    /// The old annotation, which stands beside the new one.
    pub(crate) converted: Option<ConvertedType>,
    pub(crate) scale: Option<i32>,
    pub(crate) precision: Option<i32>,
    pub(crate) field_id: Option<i32>,
    pub(crate) logical: Option<LogicalType>,
}

impl SchemaElement {
    /// The root of so many columns.
    pub(crate) fn root(name: &str, columns: usize) -> Self {
        Self { name: name.to_owned(), children: Some(columns as i32), ..Self::default() }
    }

    /// A leaf, with the old annotation that matches the new one.
    pub(crate) fn leaf(name: &str, physical: PhysicalType, logical: Option<LogicalType>) -> Self {
        let decimal = match &logical {
            Some(LogicalType::Decimal(decimal)) => Some((decimal.scale, decimal.precision)),
            _ => None,
        };
        Self {
            scale: decimal.map(|(scale, _)| scale),
            precision: decimal.map(|(_, precision)| precision),
            physical: Some(physical),
            repetition: Some(Repetition::OPTIONAL),
            name: name.to_owned(),
            converted: logical.as_ref().and_then(converted),
            logical,
            ..Self::default()
        }
    }

    /// A group with one child.
    pub(crate) fn group(name: &str, repetition: Repetition, logical: Option<LogicalType>) -> Self {
        Self {
            repetition: Some(repetition),
            name: name.to_owned(),
            children: Some(1),
            converted: logical.as_ref().and_then(converted),
            logical,
            ..Self::default()
        }
    }

    pub(crate) fn write(&self, fields: &mut Fields<'_>) {
        let mut optional = |number, value: Option<i32>| {
            if let Some(value) = value {
                fields.i32(number, value);
            }
        };
        optional(1, self.physical.map(|physical| physical as i32));
        optional(2, self.type_length);
        optional(3, self.repetition.map(|repetition| repetition as i32));
        fields.binary(4, self.name.as_bytes());
        let mut optional = |number, value: Option<i32>| {
            if let Some(value) = value {
                fields.i32(number, value);
            }
        };
        optional(5, self.children);
        optional(6, self.converted.map(|converted| converted as i32));
        optional(7, self.scale);
        optional(8, self.precision);
        optional(9, self.field_id);
        if let Some(logical) = &self.logical
            && is_known(logical)
        {
            fields.structure(10, |fields| write_logical(logical, fields));
        }
    }
}

/// The old annotation for a new one, where there is one: local times have it too, nanoseconds don't.
pub(crate) fn converted(logical: &LogicalType) -> Option<ConvertedType> {
    Some(match logical {
        LogicalType::String => ConvertedType::UTF8,
        LogicalType::Map => ConvertedType::MAP,
        LogicalType::List => ConvertedType::LIST,
        LogicalType::Enum => ConvertedType::ENUM,
        LogicalType::Decimal(_) => ConvertedType::DECIMAL,
        LogicalType::Date => ConvertedType::DATE,
        LogicalType::Time(time) => match time.unit {
            TimeUnit::MILLIS => ConvertedType::TIME_MILLIS,
            TimeUnit::MICROS => ConvertedType::TIME_MICROS,
            TimeUnit::NANOS => return None,
        },
        LogicalType::Timestamp(time) => match time.unit {
            TimeUnit::MILLIS => ConvertedType::TIMESTAMP_MILLIS,
            TimeUnit::MICROS => ConvertedType::TIMESTAMP_MICROS,
            TimeUnit::NANOS => return None,
        },
        LogicalType::Integer(integer) => match (integer.bit_width, integer.is_signed) {
            (8, true) => ConvertedType::INT_8,
            (16, true) => ConvertedType::INT_16,
            (32, true) => ConvertedType::INT_32,
            (64, true) => ConvertedType::INT_64,
            (8, false) => ConvertedType::UINT_8,
            (16, false) => ConvertedType::UINT_16,
            (32, false) => ConvertedType::UINT_32,
            (64, false) => ConvertedType::UINT_64,
            _ => return None,
        },
        LogicalType::Json => ConvertedType::JSON,
        LogicalType::Bson => ConvertedType::BSON,
        _ => return None,
    })
}

/// Whether this is one of the annotations that Arrow's types have.
fn is_known(logical: &LogicalType) -> bool {
    !matches!(
        logical,
        LogicalType::Variant(_)
            | LogicalType::Geometry(_)
            | LogicalType::Geography(_)
            | LogicalType::_Unknown { .. }
    )
}

fn write_logical(logical: &LogicalType, fields: &mut Fields<'_>) {
    let mut empty = |number| fields.structure(number, |_| ());
    match logical {
        LogicalType::String => empty(1),
        LogicalType::Map => empty(2),
        LogicalType::List => empty(3),
        LogicalType::Enum => empty(4),
        LogicalType::Decimal(decimal) => fields.structure(5, |fields| {
            fields.i32(1, decimal.scale);
            fields.i32(2, decimal.precision);
        }),
        LogicalType::Date => empty(6),
        LogicalType::Time(time) => {
            fields.structure(7, |fields| write_time(time.is_adjusted_to_u_t_c, time.unit, fields));
        }
        LogicalType::Timestamp(time) => {
            fields.structure(8, |fields| write_time(time.is_adjusted_to_u_t_c, time.unit, fields));
        }
        LogicalType::Integer(integer) => fields.structure(10, |fields| {
            fields.i8(1, integer.bit_width);
            fields.bool(2, integer.is_signed);
        }),
        LogicalType::Unknown => empty(11),
        LogicalType::Json => empty(12),
        LogicalType::Bson => empty(13),
        LogicalType::Uuid => empty(14),
        LogicalType::Float16 => empty(15),
        LogicalType::File => empty(19),
        _ => {}
    }
}

fn write_time(is_utc: bool, unit: TimeUnit, fields: &mut Fields<'_>) {
    fields.bool(1, is_utc);
    fields.structure(2, |fields| {
        let number = match unit {
            TimeUnit::MILLIS => 1,
            TimeUnit::MICROS => 2,
            TimeUnit::NANOS => 3,
        };
        fields.structure(number, |_| ());
    });
}

/// A leaf: its element, and the names on the way to it, below the root.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Leaf {
    pub(crate) element: SchemaElement,
    pub(crate) path: Vec<String>,
}

/// The leaves of a schema, in order.
pub(crate) fn leaves(elements: &[SchemaElement]) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    // The groups on the way, each with the children that are still to come.
    let mut open: Vec<(String, i32)> = Vec::new();
    for element in elements.iter().skip(1) {
        while open.last().is_some_and(|(_, left)| *left == 0) {
            open.pop();
        }
        if let Some((_, left)) = open.last_mut() {
            *left -= 1;
        }
        match element.children {
            Some(children) => open.push((element.name.clone(), children)),
            None => {
                let names = open.iter().map(|(name, _)| name).chain([&element.name]);
                leaves.push(Leaf { element: element.clone(), path: names.cloned().collect() });
            }
        }
    }
    leaves
}
