//! Columns known before the first row.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::types::column_type::ColumnType;

/// The column that takes, as one JSON object a row, whatever no other column can hold.
pub const REST_COLUMN: &str = "_rest";
/// Bytes in a column's name; the values of longer names go into `_rest` as JSON.
pub const MAX_NAME_BYTES: usize = 1_024;

/// The type of a declared column, as a schema file spells it: `int64`, `list<int64>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum DeclaredType {
    /// True or false.
    Bool,
    /// Signed integers of 32 bits.
    Int32,
    /// Signed integers of 64 bits.
    Int64,
    /// Unsigned integers of 64 bits. Some readers know them only as decimals.
    Uint64,
    /// Floats; integers and doubles are taken where exact.
    Float,
    /// Doubles; integers are taken where exact.
    Double,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// Microseconds since 1970 in UTC; RFC 3339 text is taken where it names whole microseconds.
    Timestamp,
    /// Lists of one of the others: JSON arrays are taken where each of their elements would be.
    List(Box<DeclaredType>),
}

/// The types that are no lists, as they are spelled.
const NAMES: [(&str, DeclaredType); 9] = [
    ("bool", DeclaredType::Bool),
    ("int32", DeclaredType::Int32),
    ("int64", DeclaredType::Int64),
    ("uint64", DeclaredType::Uint64),
    ("float", DeclaredType::Float),
    ("double", DeclaredType::Double),
    ("text", DeclaredType::Text),
    ("bytes", DeclaredType::Bytes),
    ("timestamp", DeclaredType::Timestamp),
];

impl DeclaredType {
    /// Lists of `element`.
    #[must_use]
    pub fn list_of(element: Self) -> Self {
        Self::List(Box::new(element))
    }
}

impl TryFrom<String> for DeclaredType {
    type Error = String;

    fn try_from(spelled: String) -> std::result::Result<Self, String> {
        let element = spelled.strip_prefix("list<").and_then(|rest| rest.strip_suffix('>'));
        let name = element.unwrap_or(&spelled);
        let Some((_, ty)) = NAMES.into_iter().find(|(known, _)| *known == name) else {
            let known = NAMES.map(|(name, _)| name).join(", ");
            return Err(format!(
                "unknown type {spelled:?}: it is one of {known}, or list<…> of one"
            ));
        };
        Ok(if element.is_some() { Self::list_of(ty) } else { ty })
    }
}

impl From<DeclaredType> for ColumnType {
    fn from(declared: DeclaredType) -> Self {
        match declared {
            DeclaredType::Bool => ColumnType::Bool,
            DeclaredType::Int32 => ColumnType::I32,
            DeclaredType::Int64 => ColumnType::I64,
            DeclaredType::Uint64 => ColumnType::U64,
            DeclaredType::Float => ColumnType::F32,
            DeclaredType::Double => ColumnType::F64,
            DeclaredType::Text => ColumnType::Text,
            DeclaredType::Bytes => ColumnType::Bytes,
            DeclaredType::Timestamp => ColumnType::Timestamp,
            DeclaredType::List(element) => ColumnType::List(Box::new((*element).into())),
        }
    }
}

/// The types that only Arrow has can't be declared.
impl TryFrom<&ColumnType> for DeclaredType {
    type Error = ();

    fn try_from(ty: &ColumnType) -> std::result::Result<Self, ()> {
        Ok(match ty {
            ColumnType::Bool => Self::Bool,
            ColumnType::I32 => Self::Int32,
            ColumnType::I64 => Self::Int64,
            ColumnType::U64 => Self::Uint64,
            ColumnType::F32 => Self::Float,
            ColumnType::F64 => Self::Double,
            ColumnType::Text => Self::Text,
            ColumnType::Bytes => Self::Bytes,
            ColumnType::Timestamp => Self::Timestamp,
            ColumnType::List(element) => Self::list_of(Self::try_from(&**element)?),
            ColumnType::Arrow(_) => return Err(()),
        })
    }
}

impl From<DeclaredType> for String {
    fn from(ty: DeclaredType) -> Self {
        ColumnType::from(ty).to_string()
    }
}

/// A column known beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DeclaredColumn {
    /// The name.
    pub name: String,
    /// The type.
    #[serde(rename = "type")]
    pub ty: DeclaredType,
    /// What rows call the column, where that is another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Its field id, as table formats such as Iceberg number columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field_id: Option<i32>,
}

/// Columns known beforehand, in the file's order.
///
/// ```
/// use bucksaw::DeclaredSchema;
/// let schema = DeclaredSchema::from_json(
///     r#"{"columns": [{"name": "time", "type": "timestamp"}, {"name": "level", "type": "text"}], "closed": true}"#,
/// )?;
/// assert!(schema.closed);
/// # Ok::<(), bucksaw::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DeclaredSchema {
    /// The columns.
    pub columns: Vec<DeclaredColumn>,
    /// Whether any other column, or a value that does not fit its column, fails its batch.
    /// Default: false.
    #[serde(default)]
    pub closed: bool,
}

impl DeclaredSchema {
    /// No columns yet, and open.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a column.
    #[must_use]
    pub fn column(mut self, name: impl Into<String>, ty: DeclaredType) -> Self {
        self.columns.push(DeclaredColumn { name: name.into(), ty, from: None, field_id: None });
        self
    }

    /// Whether other columns fail their batch.
    #[must_use]
    pub fn closed(mut self, closed: bool) -> Self {
        self.closed = closed;
        self
    }

    /// Adds a column that rows call `from`.
    #[must_use]
    pub fn renamed(
        mut self,
        from: impl Into<String>,
        name: impl Into<String>,
        ty: DeclaredType,
    ) -> Self {
        let (name, from) = (name.into(), Some(from.into()));
        self.columns.push(DeclaredColumn { name, ty, from, field_id: None });
        self
    }

    /// Gives the column that was added last a field id.
    ///
    /// ```
    /// use bucksaw::{DeclaredSchema, DeclaredType};
    /// let schema = DeclaredSchema::new().column("level", DeclaredType::Text).field_id(7);
    /// assert!(schema.to_json().starts_with(r#"{"columns":[{"name":"level","type":"text","field_id":7}]"#));
    /// ```
    #[must_use]
    pub fn field_id(mut self, id: i32) -> Self {
        if let Some(column) = self.columns.last_mut() {
            column.field_id = Some(id);
        }
        self
    }

    /// The schema as a schema file has it, on one line.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings and bools can't fail to serialize.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a schema file: `{"columns": [{"name": …, "type": …}, …], "closed": false}`, with the
    /// types `bool`, `int32`, `int64`, `uint64`, `float`, `double`, `text`, `bytes`,
    /// `timestamp`, and `list<…>` of one of these. A column that rows call otherwise than the file
    /// has a member `"from"`: the rows' name; a field id is the member `"field_id"`.
    ///
    /// # Errors
    /// [`ErrorKind::Options`] with the place of what is wrong.
    pub fn from_json(json: &str) -> Result<Self> {
        let schema: Self = serde_json::from_str(json).map_err(|cause| {
            Error::new(
                ErrorKind::Options,
                "the schema is not {\"columns\": [{\"name\": …, \"type\": …}]}",
            )
            .with_cause(cause)
        })?;
        let problems = schema.problems();
        if problems.is_empty() {
            Ok(schema)
        } else {
            Err(Error::of_problems(ErrorKind::Options, problems))
        }
    }

    pub(crate) fn problems(&self) -> Vec<String> {
        let mut folded = HashSet::new();
        let mut given = HashSet::new();
        let mut problems = Vec::new();
        for column in &self.columns {
            let name = &column.name;
            if name.is_empty() {
                problems.push("the schema declares a column without a name".to_owned());
            } else if name.to_lowercase() == REST_COLUMN {
                problems.push(format!("the schema declares {name:?}, which is Bucksaw's own"));
            } else if name.len() > MAX_NAME_BYTES {
                problems.push(format!(
                    "the schema declares a name of {} bytes: {MAX_NAME_BYTES} is the limit",
                    name.len()
                ));
            } else if !folded.insert(name.to_lowercase()) {
                problems.push(format!("the schema declares {name:?} twice (names that differ only in case clash in many readers)"));
            }
            let from = column.from.as_ref().unwrap_or(name);
            if from.len() > MAX_NAME_BYTES {
                problems.push(format!(
                    "the schema takes {name:?} from a name of {} bytes: {MAX_NAME_BYTES} is the limit",
                    from.len()
                ));
            } else if !given.insert(from) && column.from.is_some() {
                problems.push(format!("the schema takes {from:?} into two columns"));
            }
            if matches!(&column.ty, DeclaredType::List(element) if matches!(**element, DeclaredType::List(_)))
            {
                problems.push(format!(
                    "the schema declares {name:?} as lists of lists, which no backend has"
                ));
            }
        }
        problems
    }
}
