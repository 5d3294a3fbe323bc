//! Columns known before the first row.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::options::UnknownColumns;
use crate::options::schema_problems::problems_of;
use crate::types::logical::ColumnType;
use crate::types::spelling::Spelling;

/// The column that takes, as one JSON object a row, whatever no other column can hold.
pub const REST_COLUMN: &str = "_rest";
/// Bytes in a column's name; the values of longer names go into `_rest` as JSON.
pub const MAX_NAME_BYTES: usize = 1_024;

/// A column known beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ColumnInFile", into = "ColumnInFile")]
#[non_exhaustive]
pub struct DeclaredColumn {
    /// The name.
    pub name: String,
    /// The type.
    pub ty: ColumnType,
    /// How rows spell its values: bytes, which are otherwise not read from text, and timestamps, which are RFC 3339
    /// unless told.
    pub input: Option<Spelling>,
    /// The names of the objects that its values are in, from the row's, and the values' own name last. Without
    /// it the column takes the first path that would be called so, in the file or with dots.
    pub path: Option<Vec<String>>,
    /// Its field id, as table formats such as Iceberg number columns.
    pub field_id: Option<i32>,
    /// The column whose values it holds as text (of type text), or whose nanoseconds (of type int32), where
    /// that column can't. No name of a row leads to it.
    pub sibling_of: Option<String>,
    /// Whether its type was found, from values, and not chosen: it takes values of the type, and no text or number that
    /// only spells one.
    pub settled: bool,
    /// What people should know of it. Nothing depends on it.
    pub comment: Option<String>,
}

/// A column as a schema file has it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnInFile {
    name: String,
    #[serde(rename = "type")]
    ty: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    input: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    field_id: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sibling_of: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    settled: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

/// Types that say how their values are spelled.
const SPELLED_BYTES: [(&str, Spelling); 2] =
    [("bytes(base64)", Spelling::Base64), ("bytes(hex)", Spelling::Hex)];

impl TryFrom<ColumnInFile> for DeclaredColumn {
    type Error = String;

    fn try_from(column: ColumnInFile) -> Result<Self, String> {
        let ColumnInFile { name, ty, unit, input, path, field_id, sibling_of, settled, comment } =
            column;
        let in_column = |why: String| format!("column {name:?}: {why}");
        let spelled = SPELLED_BYTES.into_iter().find(|(word, _)| ty.contains(word));
        let mut input =
            input.map(|input| input.parse::<Spelling>()).transpose().map_err(in_column)?;
        let mut plain = ty.clone();
        if let Some((word, spelling)) = spelled {
            if input.as_ref().is_some_and(|input| *input != spelling) {
                return Err(in_column(format!(
                    "its type {ty:?} and its input say different things"
                )));
            }
            (plain, input) = (ty.replace(word, "bytes"), Some(spelling));
        }
        if let Some(unit) = unit {
            if plain != "timestamp" {
                return Err(in_column(format!("a unit is for the type \"timestamp\", not {ty:?}")));
            }
            plain = format!("timestamp({unit})");
        }
        let ty = plain.parse().map_err(in_column)?;
        Ok(Self { name, ty, input, path, field_id, sibling_of, settled, comment })
    }
}

impl From<DeclaredColumn> for ColumnInFile {
    fn from(column: DeclaredColumn) -> Self {
        let DeclaredColumn { name, ty, input, path, field_id, sibling_of, settled, comment } =
            column;
        let input = input.map(|input| input.to_string());
        Self {
            name,
            ty: ty.to_string(),
            unit: None,
            input,
            path,
            field_id,
            sibling_of,
            settled,
            comment,
        }
    }
}

impl DeclaredColumn {
    /// A column of this name and type.
    #[must_use]
    pub fn new(name: impl Into<String>, ty: ColumnType) -> Self {
        let name = name.into();
        Self {
            name,
            ty,
            input: None,
            path: None,
            field_id: None,
            sibling_of: None,
            settled: false,
            comment: None,
        }
    }
}

impl DeclaredColumn {
    /// Takes what another declaration of the same column says beside.
    fn agree(&mut self, other: &Self) -> Result<()> {
        // A column without a path takes the first that is called so.
        let is_path_alike = self.path == other.path || self.path.is_none() || other.path.is_none();
        if self.ty != other.ty || !is_path_alike {
            let is = |column: &Self| match &column.path {
                Some(path) => format!("{} from {path:?}", column.ty),
                None => column.ty.to_string(),
            };
            let message = format!("it is {} here and {} there", is(other), is(self));
            return Err(Error::new(ErrorKind::Options, message).in_column(&other.name));
        }
        self.path = self.path.take().or_else(|| other.path.clone());
        self.input = self.input.take().or_else(|| other.input.clone());
        self.settled &= other.settled;
        Ok(())
    }
}

/// Columns known beforehand, in the file's order.
///
/// ```
/// use bucksaw::DeclaredSchema;
/// let schema = DeclaredSchema::from_json(
///     r#"{"columns": [{"name": "time", "type": "timestamp"}, {"name": "level", "type": "text"}], "unknown_columns": "refuse"}"#,
/// )?;
/// assert_eq!(schema.unknown_columns, bucksaw::UnknownColumns::Refuse);
/// # Ok::<(), bucksaw::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DeclaredSchema {
    /// The columns.
    pub columns: Vec<DeclaredColumn>,
    /// What to do with values of other columns. Default: add these.
    #[serde(default, skip_serializing_if = "UnknownColumns::is_default")]
    pub unknown_columns: UnknownColumns,
}

impl DeclaredSchema {
    /// No columns yet; others are added.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a column.
    #[must_use]
    pub fn column(mut self, name: impl Into<String>, ty: ColumnType) -> Self {
        self.columns.push(DeclaredColumn::new(name, ty));
        self
    }

    /// What to do with values of other columns.
    #[must_use]
    pub fn unknown_columns(mut self, unknown: UnknownColumns) -> Self {
        self.unknown_columns = unknown;
        self
    }

    /// These columns, and those that another schema declares beside them; the rest is as that one says.
    ///
    /// # Errors
    /// As [`add_columns`](Self::add_columns).
    pub(crate) fn with(self, other: &Self) -> Result<Self> {
        let mut both = Self { columns: self.columns, ..other.clone() };
        both.add_columns(&other.columns)?;
        Ok(both)
    }

    /// Adds those of these columns that it lacks.
    ///
    /// ```
    /// use bucksaw::{ColumnType, DeclaredSchema};
    /// let mut schema = DeclaredSchema::new().column("level", ColumnType::Text);
    /// let other = DeclaredSchema::new().column("status", ColumnType::Int64);
    /// schema.add_columns(&other.columns)?;
    /// assert_eq!(schema.columns.len(), 2);
    /// let other = DeclaredSchema::new().column("status", ColumnType::Text);
    /// assert!(schema.add_columns(&other.columns).is_err());
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Options`] where it has one of them with another type or from another path.
    pub fn add_columns(&mut self, columns: &[DeclaredColumn]) -> Result<()> {
        columns.iter().try_for_each(|column| {
            let is_same_name =
                |known: &DeclaredColumn| known.name.eq_ignore_ascii_case(&column.name);
            match self.columns.iter().position(is_same_name) {
                None => self.columns.push(column.clone()),
                Some(index) => self.columns[index].agree(column)?,
            }
            Ok(())
        })
    }

    /// Adds a column whose values come from this path: the names of the objects around them, and their own.
    ///
    /// ```
    /// use bucksaw::{DeclaredSchema, ColumnType};
    /// let schema = DeclaredSchema::new().column_at(["http", "status"], "status", ColumnType::Int32);
    /// assert!(schema.to_json().contains(r#""path":["http","status"]"#));
    /// ```
    #[must_use]
    pub fn column_at<N: Into<String>>(
        mut self,
        path: impl IntoIterator<Item = N>,
        name: impl Into<String>,
        ty: ColumnType,
    ) -> Self {
        let path = Some(path.into_iter().map(Into::into).collect());
        self.columns.push(DeclaredColumn { path, ..DeclaredColumn::new(name, ty) });
        self
    }

    /// Gives the column that was added last a field id.
    ///
    /// ```
    /// use bucksaw::{DeclaredSchema, ColumnType};
    /// let schema = DeclaredSchema::new().column("level", ColumnType::Text).field_id(7);
    /// assert!(schema.to_json().starts_with(r#"{"columns":[{"name":"level","type":"text","field_id":7}]"#));
    /// ```
    #[must_use]
    pub fn field_id(mut self, id: i32) -> Self {
        if let Some(column) = self.columns.last_mut() {
            column.field_id = Some(id);
        }
        self
    }

    /// Says how rows spell the values of the column that was added last.
    ///
    /// ```
    /// use bucksaw::{ColumnType, DeclaredSchema, Options, Spelling, StreamSink, TimeUnit, Value};
    /// let schema = DeclaredSchema::new()
    ///     .column("time", ColumnType::Timestamp(TimeUnit::Micros))
    ///     .input(Spelling::EpochMillis);
    /// let mut writer = Options::new().schema(schema).write_to(StreamSink::new(std::io::sink()))?;
    /// writer.write_row([("time", Value::from(1_767_322_800_932_i64))])?;
    /// assert_eq!(writer.finish()?.timestamps[0].first, 1_767_322_800_932_000);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn input(mut self, input: Spelling) -> Self {
        if let Some(column) = self.columns.last_mut() {
            column.input = Some(input);
        }
        self
    }

    /// The schema as a schema file has it, on one line.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings and bools can't fail to serialize.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a schema file: `{"columns": [{"name": …, "type": …}, …], "unknown_columns": "add"}`, with the
    /// types `bool`, `int32`, `int64`, `uint64`, `float`, `double`, `text`, `json`, `bytes`, `bytes(base64)`, `bytes(hex)`,
    /// `timestamp`, `timestamp(ms)`, `timestamp(ns)`, `date`, `decimal(DIGITS,SCALE)`, `uuid`, `fixed(BYTES)`,
    /// `map<text,text>`, which takes JSON objects, their members' values as text, and `list<…>` of one of these but `json`. How rows spell timestamps, or bytes, is the member `"input"`, a
    /// [`Spelling`]; `"unit"`, of timestamps, is `us`, `ns` or `ms`. The member `"path"` says where a column's values come
    /// from, as in `["http", "status"]`; without it the column takes the first path that would be called so. A field id is the
    /// member `"field_id"`. `"settled": true` says that a type was found, and not chosen.
    ///
    /// # Errors
    /// [`ErrorKind::Options`] with a line for each problem, which names the column and its member; where it is no JSON, with
    /// the line and column.
    pub fn from_json(json: &str) -> Result<Self> {
        let schema: Self = serde_json::from_str(json).map_err(|cause| {
            let problems =
                serde_json::from_str(json).map(|value| problems_of::<DeclaredColumn>(&value));
            match problems {
                Ok(problems) if !problems.is_empty() => {
                    Error::of_problems(ErrorKind::Options, problems)
                }
                Ok(_) => Error::new(ErrorKind::Options, "the schema is none").with_cause(cause),
                Err(_) => Error::new(ErrorKind::Options, "the schema is no JSON").with_cause(cause),
            }
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
        let mut paths = HashSet::new();
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
            if let Some(path) = &column.path {
                let len = path.iter().map(|name| name.len() + 1).sum::<usize>();
                if path.is_empty() {
                    problems.push(format!("the schema gives {name:?} a path without names"));
                } else if len > MAX_NAME_BYTES + 1 {
                    problems.push(format!(
                        "the schema gives {name:?} a path of {len} bytes: {MAX_NAME_BYTES} is the limit"
                    ));
                } else if !paths.insert(path) {
                    problems.push(format!("the schema takes {path:?} into two columns"));
                }
            }
            let has = |name: &String| self.columns.iter().any(|column| column.name == *name);
            if let Some(of) = column.sibling_of.as_ref().filter(|of| !has(of)) {
                problems.push(format!(
                    "the schema declares {name:?} as a sibling of {of:?}, which it does not declare"
                ));
            }
            if column.sibling_of.is_some()
                && !matches!(column.ty, ColumnType::Text | ColumnType::Int32)
            {
                problems.push(format!(
                    "the schema declares {name:?} as a sibling: it is of type text or int32"
                ));
            }
            let input = column.input.as_ref().and_then(|input| input.problem(&column.ty));
            if let Some(problem) = column.ty.problem().or(input) {
                problems.push(format!("the schema declares {name:?}: {problem}"));
            }
        }
        problems
    }
}
