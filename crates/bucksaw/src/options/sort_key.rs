//! What rows are put in order by: columns, and functions of columns.

use std::fmt;
use std::str::FromStr;

use super::SortColumn;
use super::bad;
use crate::error::{Error, Result};

/// What of a column's values says where its rows go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyFunction {
    /// The values themselves.
    #[default]
    Value,
    /// The days of moments, in UTC: `day(COLUMN)`.
    Day,
    /// The hours of moments: `hour(COLUMN)`.
    Hour,
    /// The minutes of moments, so many of an hour together, from 1 to 60: `minute(COLUMN)`, `minute(COLUMN, 10)`.
    Minute(u32),
    /// The [fingerprints](crate::Fingerprinter) of texts: `fingerprint(COLUMN)`.
    Fingerprint,
    /// Hashes of texts, bytes and integers, from 0 to one less than so many: `hash(COLUMN, 16)`.
    Hash(u32),
    /// So many characters that texts begin with: `prefix(COLUMN, 3)`.
    Prefix(u32),
    /// Texts in lower case: `lower(COLUMN)`.
    Lower,
}

/// What rows are put in order by, as one of several: a column, or a function of it.
///
/// ```
/// use bucksaw::{KeyFunction, SortKey};
/// let key: SortKey = "minute(time, 10):desc".parse()?;
/// assert_eq!((key.function, key.order.column.as_str()), (KeyFunction::Minute(10), "time"));
/// assert!(key.order.descending && !key.order.nulls_first);
/// assert_eq!(key.to_string(), "minute(time,10):desc");
/// # Ok::<(), bucksaw::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SortKey {
    /// What of the column's values counts.
    pub function: KeyFunction,
    /// The column, by its name in the file, and which way it goes.
    pub order: SortColumn,
}

impl SortKey {
    /// From small to large, nulls last.
    #[must_use]
    pub fn ascending(column: impl Into<String>) -> Self {
        SortColumn::ascending(column).into()
    }

    /// From large to small, nulls last.
    #[must_use]
    pub fn descending(column: impl Into<String>) -> Self {
        SortColumn::descending(column).into()
    }

    /// The same by a function of the column.
    #[must_use]
    pub fn by(self, function: KeyFunction) -> Self {
        Self { function, ..self }
    }

    /// Those of a list, whose commas stand outside of brackets.
    ///
    /// ```
    /// let keys = bucksaw::SortKey::list("minute(time, 10), service:desc")?;
    /// assert_eq!(keys.len(), 2);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Options`](crate::ErrorKind::Options).
    pub fn list(text: &str) -> Result<Vec<Self>> {
        text.split(outside_brackets(',')).map(|key| key.trim().parse()).collect()
    }
}

/// Finds the characters of a list that stand between its keys, and not within the brackets of one.
pub(super) fn outside_brackets(separator: char) -> impl FnMut(char) -> bool {
    let mut depth = 0_usize;
    move |character| {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == separator && depth == 0
    }
}

impl From<SortColumn> for SortKey {
    fn from(order: SortColumn) -> Self {
        Self { function: KeyFunction::Value, order }
    }
}

impl FromStr for SortKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let call = text.split_once('(').and_then(|(name, rest)| {
            let (arguments, order) = rest.rsplit_once(')')?;
            let is_order = order.is_empty() || order.starts_with(':');
            is_order.then_some((name, arguments, order))
        });
        let Some((name, arguments, order)) = call else {
            return Ok(text.parse::<SortColumn>()?.into());
        };
        let (column, number) = match arguments.rsplit_once(',') {
            Some((column, number)) => (column.trim(), Some(number.trim())),
            None => (arguments.trim(), None),
        };
        let Some(function) = KeyFunction::of(name.trim(), number) else {
            return Err(bad(format!(
                "{text:?} is no column and no function of one: day(COLUMN), hour(COLUMN), minute(COLUMN, 1 to 60), fingerprint(COLUMN), hash(COLUMN, BUCKETS), prefix(COLUMN, CHARACTERS), lower(COLUMN)"
            )));
        };
        if column.is_empty() {
            return Err(bad(format!("{text:?} names no column")));
        }
        // The order stands behind the bracket, whatever the column is called.
        let SortColumn { descending, nulls_first, .. } = format!("column{order}").parse()?;
        Ok(Self {
            function,
            order: SortColumn { column: column.to_owned(), descending, nulls_first },
        })
    }
}

impl KeyFunction {
    /// That of this name, with this number behind its column.
    fn of(name: &str, number: Option<&str>) -> Option<Self> {
        let parsed = || number?.parse::<u32>().ok().filter(|number| *number > 0);
        Some(match (name, number) {
            ("day", None) => Self::Day,
            ("hour", None) => Self::Hour,
            ("minute", None) => Self::Minute(1),
            ("minute", Some(_)) => Self::Minute(parsed().filter(|minutes| *minutes <= 60)?),
            ("fingerprint", None) => Self::Fingerprint,
            ("lower", None) => Self::Lower,
            ("hash", Some(_)) => Self::Hash(parsed()?),
            ("prefix", Some(_)) => Self::Prefix(parsed()?),
            _ => return None,
        })
    }

    /// Its name and its number.
    pub(crate) fn spelled(self) -> Option<(&'static str, Option<u32>)> {
        Some(match self {
            Self::Value => return None,
            Self::Day => ("day", None),
            Self::Hour => ("hour", None),
            Self::Minute(1) => ("minute", None),
            Self::Minute(minutes) => ("minute", Some(minutes)),
            Self::Fingerprint => ("fingerprint", None),
            Self::Hash(buckets) => ("hash", Some(buckets)),
            Self::Prefix(characters) => ("prefix", Some(characters)),
            Self::Lower => ("lower", None),
        })
    }
}

/// As it is read.
impl fmt::Display for SortKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = &self.order.column;
        match self.function.spelled() {
            None => write!(f, "{column}")?,
            Some((name, None)) => write!(f, "{name}({column})")?,
            Some((name, Some(number))) => write!(f, "{name}({column},{number})")?,
        }
        f.write_str(if self.order.descending { ":desc" } else { "" })?;
        f.write_str(if self.order.nulls_first { ":nulls-first" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_are_spelled() {
        for (text, function, column) in [
            ("time", KeyFunction::Value, "time"),
            ("day(time)", KeyFunction::Day, "time"),
            ("hour(time):desc", KeyFunction::Hour, "time"),
            ("minute(time)", KeyFunction::Minute(1), "time"),
            ("minute(time,15):nulls-first", KeyFunction::Minute(15), "time"),
            ("fingerprint(body)", KeyFunction::Fingerprint, "body"),
            ("hash(id,16)", KeyFunction::Hash(16), "id"),
            ("prefix(a:b,3):desc:nulls-first", KeyFunction::Prefix(3), "a:b"),
            ("lower(f(x))", KeyFunction::Lower, "f(x)"),
        ] {
            let key: SortKey = text.parse().expect(text);
            assert_eq!((key.function, key.order.column.as_str()), (function, column));
            assert_eq!(key.to_string(), text);
        }
        let list = SortKey::list("minute(time, 10), hash(id, 4):desc ,x").expect("three");
        let spelled: Vec<String> = list.iter().map(ToString::to_string).collect();
        assert_eq!(spelled, ["minute(time,10)", "hash(id,4):desc", "x"]);
    }

    #[test]
    fn what_is_no_key_is_told() {
        for text in [
            "minute(time,0)",
            "minute(time,61)",
            "hash(id)",
            "prefix(a,x)",
            "week(time)",
            "day()",
            "",
            "a,,b",
        ] {
            assert!(SortKey::list(text).is_err(), "{text}");
        }
    }
}
