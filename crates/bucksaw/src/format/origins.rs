//! What a footer says of where columns come from, so that rows can be put together again.

use parquet::file::metadata::FileMetaData;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The footer's key for [`Origin`]s, as a JSON list.
pub const ORIGINS_KEY: &str = "bucksaw.columns";

/// Where a column's values come from, and what a schema file would say of it that its type in the file doesn't. A column
/// without one is the member of the row that is called so, of a type that its values said, and its texts are texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Where they are mixed, how many were other values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spelled: Option<u64>,
    /// Whether of mixed ones those that spell other values are such.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub apart: bool,
    /// Whether it holds JSON text, whatever its values are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_json: bool,
    /// Whether its type was chosen, where values could have said it. Files of earlier versions never say so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub declared: bool,
    /// How rows spell its values, as a schema file has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// What its times were, where they count from 1970 and all were alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epochs: Option<Epochs>,
    /// The value of all rows, of a column that the file does not have: the folder that it is in is called by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constant: Option<serde_json::Value>,
}

impl Origin {
    /// Those that a footer has; none of a file that says nothing.
    ///
    /// # Errors
    /// What stands there is no list of such.
    pub fn all_of(footer: &FileMetaData) -> serde_json::Result<Vec<Self>> {
        let pairs = footer.key_value_metadata().into_iter().flatten();
        let mut told = pairs.filter(|pair| pair.key == ORIGINS_KEY);
        match told.find_map(|pair| pair.value.as_ref()) {
            Some(json) => serde_json::from_str(json),
            None => Ok(Vec::new()),
        }
    }
}

/// Whether this is the footer of a file that Bucksaw wrote.
#[must_use]
pub fn is_ours(footer: &FileMetaData) -> bool {
    footer.created_by().is_some_and(|by| by.starts_with("bucksaw "))
}

/// What times since 1970 were in the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Epochs {
    /// Numbers.
    Numbers,
    /// Texts that spell numbers.
    Texts,
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
    /// Some were text, others not: a text `1` may have been either, unless more is told.
    Mixed,
}

impl Texts {
    pub(crate) fn of(values: u64, spelled: u64) -> Self {
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

/// Whether a text is what another value than a text, or none, is spelled as.
#[must_use]
pub fn is_spelled(text: &str) -> bool {
    let starts_so = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b't' | b'f' | b'[' | b'{');
    let ends_so = |byte: &u8| !byte.is_ascii_whitespace();
    let bytes = text.as_bytes();
    bytes.first().is_some_and(starts_so)
        && bytes.last().is_some_and(ends_so)
        && serde_json::from_str::<&RawValue>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_spelled;

    #[test]
    fn texts_that_spell_other_values_are_told_apart() {
        for text in ["5", "-0.5e3", "1e400", "true", "false", "[1, \"a\"]", "{}", "{\"a\":[]}"] {
            assert!(is_spelled(text), "{text}");
        }
        for text in ["", "a", "01", "5 ", " 5", "\"5\"", "null", "NaN", "tru", "[1", "1 2", "+1"] {
            assert!(!is_spelled(text), "{text}");
        }
    }
}
