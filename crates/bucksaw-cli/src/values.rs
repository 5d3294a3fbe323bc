//! Values of options that say how lines become rows, as they are spelled.

use std::str::FromStr;

use bucksaw::Spelling;
use clap::ValueEnum;

/// A column, and behind a colon how its times are spelled.
pub(crate) fn time(text: &str) -> Result<(String, Spelling), String> {
    match text.split_once(':') {
        Some((column, input)) => Ok((column.to_owned(), input.parse()?)),
        None => Ok((text.to_owned(), Spelling::Rfc3339)),
    }
}

/// What becomes of numbers with more digits than a double.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum NumbersArg {
    /// They stay as they are spelled, as text in NAME__text
    #[default]
    Exact,
    /// The nearest double is stored, and counted
    Double,
}

/// What becomes of arrays in columns that are not declared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ArraysArg {
    /// They are JSON text
    #[default]
    Json,
    /// They are lists of one type, where the first rows say which; others are JSON text, beside lists in NAME__text
    List,
}

/// The names on the way to a member.
#[derive(Clone, Debug)]
pub(crate) struct Pointer(pub(crate) Vec<String>);

/// A JSON Pointer (RFC 6901).
impl FromStr for Pointer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some(names) = text.strip_prefix('/') else {
            return Err("a JSON Pointer begins with a slash, as /request/headers".to_owned());
        };
        let name = |name: &str| name.replace("~1", "/").replace("~0", "~");
        Ok(Self(names.split('/').map(name).collect()))
    }
}
