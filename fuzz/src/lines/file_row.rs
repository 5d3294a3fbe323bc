//! A row of a file, from which values are taken until none is left.

use bucksaw::ColumnType;
use serde_json::value::RawValue;

use super::json::members;
use super::places::Places;
use crate::support::{Cell, Row};

/// Where a value was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    Column,
    Sibling,
    Rest,
}

/// What is left of a row.
#[derive(Debug)]
pub struct FileRow {
    cells: Row,
    rest: Vec<(String, String)>,
}

impl FileRow {
    pub fn new(mut cells: Row) -> Self {
        let rest = match cells.remove("_rest") {
            Some(Cell::Text(json)) => {
                owned_members(&json).unwrap_or_else(|| panic!("_rest is no object: {json}"))
            }
            Some(other) => panic!("_rest is no text: {other:?}"),
            None => Vec::new(),
        };
        Self { cells, rest }
    }

    pub fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.rest.is_empty()
    }

    /// Takes out the value that JSON has under this path.
    pub fn take(&mut self, path: &[String], json: &str, places: &Places<'_>) -> Option<Found> {
        let columns = places.columns(path);
        for column in &columns {
            if self.take_from_column(column, path, json, places) {
                return Some(Found::Column);
            }
        }
        let as_text = |cell: &Cell| matches!(cell, Cell::Text(text) if is_same_text(json, text));
        // A declared column may have got no value in any row.
        let shown = path.join(".");
        for column in columns.iter().chain([&shown]) {
            for sibling in places.siblings(column, "__text") {
                if self.cells.get(&sibling).is_some_and(as_text) {
                    self.cells.remove(&sibling);
                    return Some(Found::Sibling);
                }
            }
        }
        take_from_rest(&mut self.rest, path, json).then_some(Found::Rest)
    }

    fn take_from_column(
        &mut self,
        column: &str,
        path: &[String],
        json: &str,
        places: &Places<'_>,
    ) -> bool {
        let declared = places.declared(path);
        let Some(cell) = self.cells.get(column) else { return false };
        if is_same(json, cell, declared.map(|declared| &declared.ty)) {
            self.cells.remove(column);
            return true;
        }
        let Cell::Timestamp(micros) = cell else { return false };
        if declared.is_some_and(|declared| declared.input.is_some()) {
            // In another spelling, which the library's own tests compare.
            places.siblings(column, "__ns").for_each(|sibling| drop(self.cells.remove(&sibling)));
            self.cells.remove(column);
            return true;
        }
        let Some((known, nanos)) = moment_of(json) else { return false };
        // The digits below a microsecond are in a sibling.
        let has_nanos =
            |sibling: &String| self.cells.get(sibling) == Some(&Cell::I32(nanos.cast_signed()));
        let sibling = places.siblings(column, "__ns").find(has_nanos).filter(|_| known == *micros);
        let Some(sibling) = sibling else { return false };
        self.cells.remove(&sibling);
        self.cells.remove(column);
        true
    }
}

/// Takes the value of a path out of members, some of which are objects around others; false where it is not there.
fn take_from_rest(rest: &mut Vec<(String, String)>, path: &[String], json: &str) -> bool {
    let Some((name, inner)) = path.split_first() else { return false };
    for at in 0..rest.len() {
        let (known, value) = &rest[at];
        if known != name {
            continue;
        }
        if inner.is_empty() && is_same_json(json, value) {
            rest.remove(at);
            return true;
        }
        let Some(mut members) = owned_members(value).filter(|_| !inner.is_empty()) else {
            continue;
        };
        if take_from_rest(&mut members, inner, json) {
            match members.is_empty() {
                true => drop(rest.remove(at)),
                false => rest[at].1 = object_of(&members),
            }
            return true;
        }
    }
    false
}

fn owned_members(object: &str) -> Option<Vec<(String, String)>> {
    let members = members(object)?.into_iter();
    Some(members.map(|(name, value)| (name.into_owned(), value.to_owned())).collect())
}

fn object_of(members: &[(String, String)]) -> String {
    let name = |name: &String| serde_json::to_string(name).expect("a string");
    let members: Vec<String> =
        members.iter().map(|(known, value)| format!("{}:{value}", name(known))).collect();
    format!("{{{}}}", members.join(","))
}

/// Whether a column holds what JSON says.
fn is_same(json: &str, cell: &Cell, declared: Option<&ColumnType>) -> bool {
    let text = string_of(json);
    // A declared column takes what text spells.
    let spelled = text.as_deref().filter(|_| declared.is_some()).unwrap_or(json);
    match cell {
        Cell::Bool(value) => spelled == if *value { "true" } else { "false" },
        Cell::I32(value) => is_integer(spelled, (*value).into()),
        Cell::I64(value) => is_integer(spelled, (*value).into()),
        Cell::U64(value) => is_integer(spelled, (*value).into()),
        Cell::Integer(value) => is_integer(spelled, *value),
        // Declared floats and doubles are the nearest ones.
        Cell::F32(bits) if declared.is_some() => {
            spelled.parse::<f32>().is_ok_and(|read| read.to_bits() == *bits)
        }
        Cell::F64(bits) if declared.is_some() => {
            spelled.parse::<f64>().is_ok_and(|read| read.to_bits() == *bits)
        }
        Cell::F32(bits) => is_double(json, f64::from(f32::from_bits(*bits))),
        Cell::F64(bits) => is_double(json, f64::from_bits(*bits)),
        Cell::Text(value) if declared == Some(&ColumnType::Json) => json == value,
        Cell::Text(value) => match text {
            Some(text) => text == *value,
            // JSON, or a number, as it stands in the line.
            None => json == value,
        },
        Cell::Timestamp(value) => moment_of(json) == Some((*value, 0)),
        // No case declares maps.
        Cell::Map(_) => false,
        Cell::List(elements) => {
            let Some(ColumnType::List(element)) = declared else { return false };
            let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(json) else { return false };
            items.len() == elements.len()
                && items.iter().zip(elements).all(|(item, cell)| match cell {
                    None => item.get() == "null",
                    Some(cell) => is_same(item.get(), cell, Some(&**element)),
                })
        }
        // A type that no value of JSON has.
        Cell::Bytes(_) => false,
    }
}

/// Whether a number is this integer, with as many zeros behind the point as it likes.
fn is_integer(spelled: &str, integer: i128) -> bool {
    let is_number =
        spelled.trim_start_matches(['+', '-']).starts_with(|c: char| c.is_ascii_digit());
    is_number
        && spelled.starts_with('-') == (integer < 0)
        && Decimal::of(spelled) == Decimal::of(&integer.to_string())
}

/// The moment that a text of JSON names: microseconds since 1970, and the nanoseconds behind them.
fn moment_of(json: &str) -> Option<(i64, u32)> {
    let mut text = string_of(json)?;
    // chrono wants a colon in zones.
    let at = text.len().checked_sub(4).filter(|at| text.is_char_boundary(*at))?;
    if text[..at].ends_with(['+', '-']) && text[at..].bytes().all(|byte| byte.is_ascii_digit()) {
        text.insert(at + 2, ':');
    }
    let time = chrono::DateTime::parse_from_rfc3339(&text).ok()?;
    let nanos = time.timestamp_subsec_nanos();
    // A leap second is no number of seconds.
    (nanos < 1_000_000_000).then(|| (time.timestamp_micros(), nanos % 1_000))
}

fn string_of(json: &str) -> Option<String> {
    json.starts_with('"').then(|| serde_json::from_str(json).expect("a string"))
}

/// Whether this double is the number that JSON says, with each of its digits.
fn is_double(json: &str, double: f64) -> bool {
    let is_read_so = json.parse::<f64>().is_ok_and(|read| read.to_bits() == double.to_bits());
    if json == "-0" || !is_read_so {
        return is_read_so;
    }
    match json.parse::<i128>() {
        Ok(integer) if json.len() < 30 => double as i128 == integer,
        _ => {
            let digits = Decimal::of(json).digits.len().max(1);
            let as_long = format!("{double:.*e}", digits - 1);
            [as_long, format!("{double:e}")]
                .iter()
                .any(|text| Decimal::of(text) == Decimal::of(json))
        }
    }
}

/// Whether a text is the one that a value has beside its column.
fn is_same_text(json: &str, text: &str) -> bool {
    match string_of(json) {
        Some(string) => string == text,
        None => json == text || is_same_number(json, text),
    }
}

/// Whether JSON in `_rest` is the same value.
fn is_same_json(json: &str, other: &str) -> bool {
    match (string_of(json), string_of(other)) {
        (Some(json), Some(other)) => json == other,
        (None, None) => json == other || is_same_number(json, other),
        _ => false,
    }
}

/// Whether a number is the same in another spelling, which only doubles have.
fn is_same_number(json: &str, other: &str) -> bool {
    let is_number = json.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    is_number && other.parse().is_ok_and(|double| is_double(json, double))
}

/// A decimal number without its sign: 0.DIGITS × 10^exponent.
#[derive(PartialEq, Eq)]
struct Decimal {
    digits: String,
    exponent: i64,
}

impl Decimal {
    fn of(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let mantissa = mantissa.trim_start_matches(['-', '+']);
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let significant = digits.trim_start_matches('0');
        if significant.is_empty() {
            return Self { digits: String::new(), exponent: 0 };
        }
        let zeros = (digits.len() - significant.len()) as i64;
        let exponent: i128 = exponent.parse().unwrap_or_default();
        let exponent = i64::try_from(exponent).unwrap_or_default();
        let exponent = exponent.saturating_add(whole.len() as i64 - zeros);
        Self { digits: significant.trim_end_matches('0').to_owned(), exponent }
    }
}
