//! What the footer says of where columns come from, so that rows can be put together again.

use serde::{Deserialize, Serialize};

use crate::format::metadata::KeyValue;
use crate::schema::{ColumnType, Schema, Sibling};

/// The footer's key for [`Origin`]s, as a JSON list.
pub const ORIGINS_KEY: &str = "bucksaw.columns";

/// Where a column's values come from. A column without one is the member of the row that is called so, and its texts
/// are texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The column's name.
    pub name: String,
    /// The names of the objects that they are in, and their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Vec<String>>,
    /// The column that can't hold them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sibling_of: Option<String>,
    /// Whether they are nanoseconds of that column's moments.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_nanos: bool,
    /// What its texts were.
    #[serde(default, skip_serializing_if = "Texts::are_texts")]
    pub texts: Texts,
}

/// What the texts of a column were in the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Texts {
    /// Text.
    #[default]
    Texts,
    /// Values of other types, as they are spelled in JSON.
    Spelled,
    /// Some were text, others not: a text `1` may have been either.
    Mixed,
}

impl Texts {
    fn of(values: u64, spelled: u64) -> Self {
        match spelled {
            0 => Self::Texts,
            _ if spelled >= values => Self::Spelled,
            _ => Self::Mixed,
        }
    }

    fn are_texts(&self) -> bool {
        *self == Self::Texts
    }
}

/// The origins of columns that have another than their name says. Of each column it is told how many values the file has,
/// and how many of them are other values as they are spelled.
pub(crate) fn key_value(schema: &Schema, values: &[u64], spelled: &[u64]) -> Option<KeyValue> {
    let counted = |counts: &[u64], index: usize| counts.get(index).copied().unwrap_or_default();
    let columns = schema.columns().iter().enumerate();
    let origins =
        columns.filter(|(_, column)| column.ty.is_some()).filter_map(|(index, column)| {
            let path = column.path().filter(|path| *path != [column.name.as_str()]);
            let texts = match column.ty {
                Some(ColumnType::Text) => {
                    Texts::of(counted(values, index), counted(spelled, index))
                }
                Some(ColumnType::Json) => Texts::Spelled,
                _ => Texts::Texts,
            };
            let sibling_of = column.sibling_of.map(|(id, _)| schema.column(id).name.clone());
            let is_nanos = column.sibling_of.is_some_and(|(_, what)| what == Sibling::Nanos);
            let is_told = path.is_some() || sibling_of.is_some() || !texts.are_texts();
            is_told.then(|| Origin { name: column.name.clone(), path, sibling_of, is_nanos, texts })
        });
    let origins: Vec<Origin> = origins.collect();
    // Strings can't fail to serialize.
    let json = || serde_json::to_string(&origins).unwrap_or_default();
    (!origins.is_empty()).then(|| KeyValue { key: ORIGINS_KEY.to_owned(), value: Some(json()) })
}
