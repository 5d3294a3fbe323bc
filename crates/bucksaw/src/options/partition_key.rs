//! What datasets are partitioned by: columns and functions of columns, each a level of folders.

use std::fmt;
use std::str::FromStr;

use super::bad;
use super::sort_key::{KeyFunction, SortKey, outside_brackets};
use crate::error::{Error, Result};

/// A level of a dataset's folders: `NAME=VALUE`, the value being that of a column, or of a function of one.
///
/// The values of a column itself stand in the folders' names only, and in no file; a function's column is in the files,
/// and so the function has a name of its own.
///
/// ```
/// use bucksaw::PartitionKey;
/// let keys = PartitionKey::list("day(time)/service_name")?;
/// let names: Vec<&str> = keys.iter().map(PartitionKey::name).collect();
/// assert_eq!(names, ["day", "service_name"]);
/// assert_eq!("date=day(time)".parse::<PartitionKey>()?.name(), "date");
/// # Ok::<(), bucksaw::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionKey {
    name: String,
    pub(crate) function: KeyFunction,
    pub(crate) column: String,
}

impl PartitionKey {
    /// The values of a column.
    #[must_use]
    pub fn column(column: impl Into<String>) -> Self {
        let column = column.into();
        Self { name: column.clone(), function: KeyFunction::Value, column }
    }

    /// Those of a function of a column, called as the function is.
    ///
    /// ```
    /// use bucksaw::{KeyFunction, PartitionKey};
    /// assert_eq!(PartitionKey::of(KeyFunction::Day, "time"), "day(time)".parse()?);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn of(function: KeyFunction, column: impl Into<String>) -> Self {
        let column = column.into();
        let name = function.spelled().map_or(column.as_str(), |(name, _)| name).to_owned();
        Self { name, function, column }
    }

    /// The same, called otherwise. (The values of a column itself are always called as it.)
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        if self.function != KeyFunction::Value {
            self.name = name.into();
        }
        self
    }

    /// What its folders' names begin with, and what readers call it as a column.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Those of a list, with slashes between them.
    ///
    /// # Errors
    /// [`ErrorKind::Options`](crate::ErrorKind::Options).
    pub fn list(text: &str) -> Result<Vec<Self>> {
        text.split(outside_brackets('/')).map(|key| key.trim().parse()).collect()
    }

    /// Whether it is a column itself.
    pub(crate) fn is_column(&self) -> bool {
        self.function == KeyFunction::Value
    }
}

impl FromStr for PartitionKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (name, key) = match text.split_once('=') {
            Some((name, key)) => (Some(name.trim()), key.trim()),
            None => (None, text),
        };
        let SortKey { function, order } = key.parse()?;
        if order.descending || order.nulls_first {
            return Err(bad(format!("partitions have no order: {key:?} says one")));
        }
        let is_open = order.column.contains('(') && !order.column.contains(')');
        if function == KeyFunction::Value && is_open {
            return Err(bad(format!("{key:?}: its bracket does not end")));
        }
        let key = Self::of(function, order.column);
        match name {
            None => Ok(key),
            Some("") => Err(bad(format!("{text:?} gives no name: NAME=FUNCTION(COLUMN)"))),
            Some(name) if key.is_column() && name != key.name => Err(bad(format!(
                "{text:?}: a column's values are called as it is; only functions have a name of their own"
            ))),
            Some(name) => Ok(key.named(name)),
        }
    }
}

/// As it is read.
impl fmt::Display for PartitionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, function, column } = self;
        let key = SortKey::ascending(column.as_str()).by(*function);
        match function.spelled() {
            Some((usual, _)) if usual != name => write!(f, "{name}={key}"),
            _ => write!(f, "{key}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_are_spelled() {
        for text in ["day(time)", "service_name", "date=day(time)", "bucket=hash(a/b,16)"] {
            let key: PartitionKey = text.parse().expect(text);
            assert_eq!(key.to_string(), text);
        }
        let keys = PartitionKey::list("day(time) / hour(time)/prefix(path,3)").expect("three");
        let names: Vec<&str> = keys.iter().map(PartitionKey::name).collect();
        assert_eq!(names, ["day", "hour", "prefix"]);
    }

    #[test]
    fn what_is_no_key_is_told() {
        for text in
            ["", "a//b", "day(time", "day(time):desc", "=day(time)", "x=service", "week(time)"]
        {
            assert!(PartitionKey::list(text).is_err(), "{text}");
        }
    }
}
