//! Conditions on rows: `level = 'error' and status >= 500`.

use std::cmp::Ordering;
use std::str::FromStr;

use bucksaw::{Error, ErrorKind, Result};

use super::json::Json;
use super::like::is_like;
use super::rebuild::Rebuild;
use super::respelling::since_1970;
use kind::Kind;
use literal::{Literal, Wanted};

pub(super) mod kind;
mod literal;
mod moment;
mod number;
mod parse;

/// A condition on a row's columns, by their names in the file, or by their paths with dots where
/// [`Rebuild::view`](super::Rebuild::view) makes the row.
///
/// It compares a column with a value: `=`, `!=` (also `<>` and `==`), `<`, `<=`, `>`, `>=`; `like` with `%` for any text and `_`
/// for any sign; `is null`, `is not null`. Values are numbers, `NaN`, `Infinity`, `-Infinity`, `true`, `false`, and text in single or double
/// quotes, which stand twice where they are meant. A column whose name is no plain word stands in backquotes.
/// `and`, `or`, `not` and parentheses put conditions together. Nothing but `is null` is true of a null.
///
/// With [`typed`](Self::typed), a value is read as the column's type reads it, in quotes or not:
/// - integers and decimals are compared with every digit of a number, floats with the float of their width that is nearest to it.
///   `= NaN` is true of NaN, and no other comparison with it but `!=` is true of any value;
/// - times are compared by their moment with RFC 3339, without a zone in UTC, and where they were numbers since 1970 with such numbers, too;
/// - texts are compared by their bytes, with times by their moment where both are times, and with numbers where they spell one.
///
/// What no column's type can read is a [`Fit::Misfit`]. Of values of another kind, which a column's row may hold beside, only `!=` is true.
///
/// ```
/// use bucksaw_inspect::{Filter, Json};
/// let filter: Filter = r#"level = "error" and not (status < 500 or status is null)"#.parse()?;
/// let row = |status| Json::Object(vec![
///     ("level".to_owned(), Json::Text("error".to_owned())),
///     ("status".to_owned(), status),
/// ]);
/// assert!(filter.keeps(&row(Json::Int(503))));
/// assert!(!filter.keeps(&row(Json::Int(404))));
/// assert!(!filter.keeps(&row(Json::Null)));
/// assert_eq!(filter.columns(), ["level", "status"]);
/// # Ok::<(), bucksaw::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Filter {
    condition: Condition,
    columns: Vec<String>,
}

#[derive(Clone, Debug)]
enum Condition {
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    IsNull(String),
    /// With the literal as it stands there, and as the column's type reads it.
    Compare {
        column: String,
        comparison: Comparison,
        literal: Literal,
        wanted: Wanted,
    },
    /// With the digits of a unit that times since 1970 are spelled in.
    Like {
        column: String,
        pattern: String,
        epoch_digits: Option<u8>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Filter {
    /// The columns that it looks at, each once.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Whether it is true of a row.
    #[must_use]
    pub fn keeps(&self, row: &Json) -> bool {
        self.condition.of(row) == Some(true)
    }

    /// The same condition with its values as the types of a file's columns read them, and for each comparison, in
    /// their order, whether they can.
    #[must_use]
    pub fn typed(&self, rebuild: &Rebuild) -> (Self, Vec<Fit>) {
        let mut fits = Vec::new();
        let condition = self.condition.typed(rebuild, &mut fits);
        (Self { condition, columns: self.columns.clone() }, fits)
    }
}

/// Whether a file's columns can be compared with a value.
#[derive(Debug)]
#[non_exhaustive]
pub enum Fit {
    /// They can.
    Fits,
    /// The file has no such column.
    Absent,
    /// They can't: the error says why, and what to write.
    Misfit(Error),
}

impl Condition {
    /// As deep as the condition.
    fn typed(&self, rebuild: &Rebuild, fits: &mut Vec<Fit>) -> Self {
        let all = |conditions: &[Self], fits: &mut Vec<Fit>| {
            conditions.iter().map(|condition| condition.typed(rebuild, fits)).collect()
        };
        match self {
            Self::And(conditions) => Self::And(all(conditions, fits)),
            Self::Or(conditions) => Self::Or(all(conditions, fits)),
            Self::Not(condition) => Self::Not(Box::new(condition.typed(rebuild, fits))),
            Self::IsNull(column) => Self::IsNull(column.clone()),
            Self::Compare { column, comparison, literal, .. } => {
                let kinds = rebuild.kinds_of(column);
                let read = Wanted::read(literal, &kinds);
                fits.push(match (&read, kinds.first()) {
                    (Some(_), _) => Fit::Fits,
                    (None, None) => Fit::Absent,
                    (None, Some(kind)) => Fit::Misfit(misfit(column, *kind, literal)),
                });
                Self::Compare {
                    column: column.clone(),
                    comparison: *comparison,
                    literal: literal.clone(),
                    wanted: read.unwrap_or_default(),
                }
            }
            Self::Like { column, pattern, .. } => {
                let kinds = rebuild.kinds_of(column);
                fits.push(match kinds.as_slice() {
                    [] => Fit::Absent,
                    [kind @ Kind::Object] => {
                        Fit::Misfit(misfit(column, *kind, &Literal::Text(pattern.clone())))
                    }
                    _ => Fit::Fits,
                });
                let epoch_digits = kinds.iter().find_map(Kind::epoch_digits);
                Self::Like { column: column.clone(), pattern: pattern.clone(), epoch_digits }
            }
        }
    }

    /// None where nulls leave it open, as in SQL.
    fn of(&self, row: &Json) -> Option<bool> {
        let value = |column: &String| row.get(column).filter(|value| **value != Json::Null);
        match self {
            Self::And(conditions) => {
                let mut all = Some(true);
                for condition in conditions {
                    match condition.of(row) {
                        Some(true) => {}
                        Some(false) => return Some(false),
                        None => all = None,
                    }
                }
                all
            }
            Self::Or(conditions) => {
                let mut any = Some(false);
                for condition in conditions {
                    match condition.of(row) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => any = None,
                    }
                }
                any
            }
            Self::Not(condition) => condition.of(row).map(|is| !is),
            Self::IsNull(column) => Some(value(column).is_none()),
            Self::Compare { column, comparison, wanted, .. } => {
                Some(comparison.holds(wanted.order_of(value(column)?)))
            }
            Self::Like { column, pattern, epoch_digits } => Some(match value(column)? {
                Json::Text(text) => {
                    let number = || since_1970(text, (*epoch_digits)?);
                    is_like(text, pattern) || number().is_some_and(|text| is_like(&text, pattern))
                }
                // What is no number stands in quotes in JSON.
                other => is_like(other.to_string().trim_matches('"'), pattern),
            }),
        }
    }
}

impl Comparison {
    fn holds(self, order: Option<Ordering>) -> bool {
        match self {
            Self::Equal => order == Some(Ordering::Equal),
            Self::Unequal => order != Some(Ordering::Equal),
            Self::Less => order == Some(Ordering::Less),
            Self::AtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Self::Greater => order == Some(Ordering::Greater),
            Self::AtLeast => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        }
    }
}

fn misfit(column: &str, kind: Kind, literal: &Literal) -> Error {
    let message =
        format!("{column:?} is {kind}, which {literal} can't be compared with: {}", kind.advice());
    Error::new(ErrorKind::Options, message)
}

impl FromStr for Filter {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse::parse(text)
    }
}

#[cfg(test)]
mod tests;
