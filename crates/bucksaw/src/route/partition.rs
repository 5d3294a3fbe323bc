//! Which folder of a dataset a row goes into.
//!
//! Folders are called as Hive calls them, `NAME=VALUE` within `NAME=VALUE`. Characters that some reader or file system takes for
//! something else are percent-encoded; others, beyond ASCII too, stand as they are.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate};
use serde_json::Value;
use twox_hash::XxHash64;

use super::comparable::append_value;
use super::key_columns::{self, KeyColumn};
use super::keys::{Key, Keys};
use crate::block::BlockSlice;
use crate::error::{Error, ErrorKind, Result};
use crate::fingerprint::Fingerprinter;
use crate::options::{KeyFunction, PartitionKey};
use crate::schema::{ColumnType, Schema};
use crate::types::timestamp::text_in_unit;

/// The value of folders whose rows have none.
pub(crate) const NO_VALUE: &str = "__HIVE_DEFAULT_PARTITION__";
/// Bytes of a folder's name, at the most, on usual file systems.
const MAX_FOLDER_BYTES: usize = 255;
/// Bytes of a text that makes no longer name, whatever characters it has, unless a key's own name is long.
const SURELY_SHORT: usize = 32;
const SECONDS_OF_DAY: i128 = 24 * 60 * 60;

/// A column of each key, as far as the rows have one.
pub(super) type PartitionColumns<'s, 'a> = Vec<Option<KeyColumn<'s, 'a>>>;

/// The columns of these keys.
pub(super) fn columns<'s, 'a>(
    keys: &[PartitionKey],
    rows: &BlockSlice<'s, 'a>,
    schema: &Schema,
) -> PartitionColumns<'s, 'a> {
    keys.iter().map(|key| key_columns::column(&key.column, rows, schema)).collect()
}

/// The folders of rows, one row after the other.
pub(super) struct Folders<'v> {
    levels: Vec<Level<'v>>,
    /// That of the last row.
    path: String,
}

impl<'v> Folders<'v> {
    /// # Errors
    /// [`ErrorKind::Options`] where a column's values are no folder's.
    pub(super) fn new(
        keys: &'v [PartitionKey],
        columns: &'v PartitionColumns<'_, '_>,
        schema: &'v Schema,
    ) -> Result<Self> {
        let levels = keys.iter().zip(columns);
        let levels = levels.map(|(key, column)| Level::new(key, column.as_ref(), schema));
        Ok(Self { levels: levels.collect::<Result<_>>()?, path: String::new() })
    }

    /// The next row's, which has slashes between its levels and none at its ends; and whether it is not the row's before.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] where no folder can be called so.
    pub(super) fn next(&mut self) -> Result<(&str, bool)> {
        let mut is_new = self.path.is_empty();
        for level in &mut self.levels {
            is_new |= level.next()?;
        }
        if is_new {
            self.path.clear();
            for (index, level) in self.levels.iter().enumerate() {
                self.path.push_str(if index == 0 { "" } else { "/" });
                self.path.push_str(&level.folder);
            }
        }
        Ok((&self.path, is_new))
    }
}

struct Level<'v> {
    key: &'v PartitionKey,
    ty: Option<&'v ColumnType>,
    /// How many of the column's units a day, an hour or a minute has, where the function wants one.
    units: i128,
    values: Keys<'v>,
    /// That of the last row, once there was one.
    value: Option<Option<Key<'v>>>,
    folder: String,
    /// Whether it is called as if the row had no value, and has an empty one.
    is_unnamed: bool,
    fingerprinter: Fingerprinter,
}

impl<'v> Level<'v> {
    fn new(
        key: &'v PartitionKey,
        column: Option<&'v KeyColumn<'_, '_>>,
        schema: &'v Schema,
    ) -> Result<Self> {
        let ty = schema.columns().iter().find(|column| column.name == key.column);
        let ty = ty.and_then(|column| column.ty.as_ref());
        let units = ty.map_or(Some(1), |ty| units(key.function, ty));
        let values: Option<Keys<'v>> = match column {
            Some((slice, values, order)) => {
                order.and_then(|order| key_columns::keys(slice, values, order))
            }
            None => Some(Box::new(std::iter::repeat_with(|| None))),
        };
        let (Some(units), Some(values)) = (units, values) else {
            let ty = ty.map(ToString::to_string).unwrap_or_default();
            let message =
                format!("there are no folders by {key}: {:?} is of the type {ty}", key.column);
            return Err(Error::new(ErrorKind::Options, message));
        };
        let fingerprinter = Fingerprinter::new();
        Ok(Self {
            key,
            ty,
            units,
            values,
            value: None,
            folder: String::new(),
            is_unnamed: false,
            fingerprinter,
        })
    }

    /// Goes on to the next row; whether that is in another folder.
    fn next(&mut self) -> Result<bool> {
        let value = self.values.next().flatten();
        if self.value.as_ref().is_some_and(|last| is_same(last.as_ref(), value.as_ref())) {
            return Ok(false);
        }
        let before = std::mem::take(&mut self.folder);
        escape(self.key.name(), &mut self.folder);
        self.folder.push('=');
        let text = value.as_ref().map(|value| self.text(value));
        self.is_unnamed = text.as_ref().is_some_and(|text| text.is_empty() || text == NO_VALUE);
        match text.filter(|_| !self.is_unnamed) {
            Some(text) => escape(&text, &mut self.folder),
            None => self.folder.push_str(NO_VALUE),
        }
        self.value = Some(value);
        if self.folder.len() > MAX_FOLDER_BYTES {
            let message = format!(
                "no folder can be called {:?}: its name has {} bytes, and {MAX_FOLDER_BYTES} are the most (prefix({},N) and hash({},N) make shorter ones)",
                self.folder,
                self.folder.len(),
                self.key.column,
                self.key.column
            );
            return Err(Error::new(ErrorKind::Refused, message));
        }
        Ok(before != self.folder)
    }

    fn text(&mut self, value: &Key<'_>) -> String {
        match (self.key.function, value) {
            (KeyFunction::Value, value) => self.plain_text(value),
            (KeyFunction::Hash(buckets), value) => {
                let mut bytes = Vec::new();
                append_value(value, &mut bytes);
                (XxHash64::oneshot(0, &bytes) % u64::from(buckets)).to_string()
            }
            (KeyFunction::Day, Key::Int(moment)) => day_text(moment.div_euclid(self.units)),
            (KeyFunction::Hour, Key::Int(moment)) => {
                moment.div_euclid(self.units).rem_euclid(24).to_string()
            }
            (KeyFunction::Minute(minutes), Key::Int(moment)) => {
                let minute = moment.div_euclid(self.units).rem_euclid(60);
                (minute - minute % i128::from(minutes)).to_string()
            }
            (KeyFunction::Fingerprint, Key::Bytes(bytes)) => {
                self.fingerprinter.fingerprint(&String::from_utf8_lossy(bytes)).to_string()
            }
            (KeyFunction::Prefix(characters), Key::Bytes(bytes)) => {
                String::from_utf8_lossy(bytes).chars().take(characters as usize).collect()
            }
            (KeyFunction::Lower, Key::Bytes(bytes)) => {
                String::from_utf8_lossy(bytes).to_lowercase()
            }
            // The column's type has been looked at.
            (_, value) => self.plain_text(value),
        }
    }

    fn plain_text(&self, value: &Key<'_>) -> String {
        match (value, self.ty) {
            (Key::Int(days), Some(ColumnType::Date)) => day_text(*days),
            (Key::Int(moment), Some(ColumnType::Timestamp(unit))) => i64::try_from(*moment)
                .map_or(moment.to_string(), |moment| text_in_unit(moment, *unit)),
            (Key::Int(value), _) => value.to_string(),
            (Key::Bool(value), _) => value.to_string(),
            (Key::F64(value), _) => format!("{value:?}"),
            (Key::Bytes(bytes), _) => String::from_utf8_lossy(bytes).into_owned(),
        }
    }
}

/// Whether two values are spelled alike: zeros differ by their sign.
fn is_same(one: Option<&Key<'_>>, other: Option<&Key<'_>>) -> bool {
    match (one, other) {
        (Some(Key::F64(one)), Some(Key::F64(other))) => one.to_bits() == other.to_bits(),
        (one, other) => one == other,
    }
}

/// How many of a type's units make one of the function's; none where its values make no folder.
fn units(function: KeyFunction, ty: &ColumnType) -> Option<i128> {
    use ColumnType as T;
    let seconds = match function {
        KeyFunction::Value => {
            let is_plain = matches!(
                ty,
                T::Bool
                    | T::Int8
                    | T::Int16
                    | T::Int32
                    | T::Int64
                    | T::Uint8
                    | T::Uint16
                    | T::Uint32
                    | T::Uint64
                    | T::Double
                    | T::Text
                    | T::Date
                    | T::Timestamp(_)
            );
            return is_plain.then_some(1);
        }
        KeyFunction::Hash(_) => return Some(1),
        KeyFunction::Fingerprint | KeyFunction::Prefix(_) | KeyFunction::Lower => {
            return matches!(ty, T::Text | T::Json).then_some(1);
        }
        KeyFunction::Day => SECONDS_OF_DAY,
        KeyFunction::Hour => 60 * 60,
        KeyFunction::Minute(_) => 60,
    };
    match ty {
        T::Timestamp(unit) | T::LocalTimestamp(unit) => {
            Some(seconds * i128::from(unit.per_second()))
        }
        T::Date => (seconds == SECONDS_OF_DAY).then_some(1),
        _ => None,
    }
}

/// A day since 1970 as `2026-11-28`; the plain number for years that can't be written so.
fn day_text(days: i128) -> String {
    let day = i64::try_from(days).ok().and_then(|days| days.checked_mul(SECONDS_OF_DAY as i64));
    let day: Option<NaiveDate> =
        day.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).map(|day| day.date_naive());
    day.map_or(days.to_string(), |day| day.to_string())
}

/// Appends text as a folder's name has it.
fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '\0'..='\x1f'
            | '\x7f'
            | '"'
            | '#'
            | '%'
            | '\''
            | '*'
            | '/'
            | ':'
            | '='
            | '?'
            | '\\'
            | '{'
            | '['
            | ']'
            | '^' => {
                // A string takes what is written; these are ASCII.
                let _ = write!(out, "%{:02X}", character as u32);
            }
            _ => out.push(character),
        }
    }
}

/// Checks that folders can be called by the texts of these rows, before it is forgotten where they came from.
///
/// # Errors
/// The index of the first row of which that can't be, and [`ErrorKind::Refused`].
pub(crate) fn check_names(
    keys: &[PartitionKey],
    rows: &BlockSlice<'_, '_>,
    schema: &Schema,
) -> Result<(), (usize, Error)> {
    for (key, column) in keys.iter().zip(&columns(keys, rows, schema)) {
        let Some((slice, values, Some(order))) = column else { continue };
        let may_be_long = |key: Option<Key<'_>>| matches!(key, Some(Key::Bytes(bytes)) if bytes.len() > SURELY_SHORT);
        let found = key_columns::keys(slice, values, *order);
        if !found.is_some_and(|mut found| found.any(may_be_long)) {
            continue;
        }
        // What is of another type is told when rows are put into folders.
        let Ok(mut level) = Level::new(key, column.as_ref(), schema) else { continue };
        for row in 0..rows.rows() {
            level.next().map_err(|error| (row, error))?;
        }
    }
    Ok(())
}

/// So many rows of one folder, which is named where it is not that of the rows before.
pub(crate) type FolderRun = (usize, Option<String>);

/// The runs of rows of one folder each, behind rows of the folder `last`; and how many rows have an empty text that their
/// folder is called by, which readers take for none.
///
/// # Errors
/// As [`Folders::next`].
pub(crate) fn runs(
    keys: &[PartitionKey],
    rows: &BlockSlice<'_, '_>,
    last: &str,
    schema: &Schema,
) -> Result<(Vec<FolderRun>, u64)> {
    if keys.is_empty() {
        return Ok((vec![(rows.rows(), None)], 0));
    }
    let columns = columns(keys, rows, schema);
    let mut folders = Folders::new(keys, &columns, schema)?;
    let mut runs: Vec<FolderRun> = Vec::new();
    let mut unnamed = 0;
    for _ in 0..rows.rows() {
        let (folder, is_new) = folders.next()?;
        match runs.last_mut() {
            Some((rows, _)) if !is_new => *rows += 1,
            None if folder == last => runs.push((1, None)),
            _ => runs.push((1, Some(folder.to_owned()))),
        }
        unnamed += u64::from(folders.levels.iter().any(|level| level.is_unnamed));
    }
    Ok((runs, unnamed))
}

/// What a folder's name says of its rows: the value of each level.
pub(crate) fn values(folder: &str) -> BTreeMap<String, Option<String>> {
    levels(folder).collect()
}

/// The same in the order of the levels.
pub(crate) fn levels(folder: &str) -> impl Iterator<Item = (String, Option<String>)> + '_ {
    let levels = folder.split('/').filter_map(|level| level.split_once('='));
    let value = |value: &str| (value != NO_VALUE).then(|| unescaped(value));
    levels.map(move |(name, text)| (unescaped(name), value(text)))
}

/// The folder of these values, if they are those of the keys' levels.
#[cfg(feature = "arrow")]
pub(crate) fn folder_of(
    keys: &[PartitionKey],
    values: &BTreeMap<String, Option<String>>,
) -> Option<String> {
    let mut folder = String::new();
    for key in keys {
        folder.push_str(if folder.is_empty() { "" } else { "/" });
        escape(key.name(), &mut folder);
        folder.push('=');
        match values.get(key.name())? {
            Some(text) => escape(text, &mut folder),
            None => folder.push_str(NO_VALUE),
        }
    }
    (keys.len() == values.len()).then_some(folder)
}

/// Those that are of columns, as rows have them.
pub(crate) fn constants(folder: &str, schema: &Schema) -> BTreeMap<String, Value> {
    let of_column = |(name, text): (String, Option<String>)| {
        let mut columns = schema.columns().iter().filter(|column| column.is_in_path);
        let column = columns.find(|column| column.name == name)?;
        let text = text?;
        let is_text = || {
            use ColumnType as T;
            matches!(column.ty, Some(T::Text | T::Date | T::Timestamp(_)))
        };
        // Numbers and bools are spelled as JSON has them, but for those that it does not have.
        let parsed = if is_text() { None } else { serde_json::from_str(&text).ok() };
        Some((name, parsed.unwrap_or(Value::String(text))))
    };
    values(folder).into_iter().filter_map(of_column).collect()
}

/// Text as it was before it was escaped; as it is where it was not.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let code = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code.filter(|_| *first == b'%') {
            Some(code) => {
                bytes.push(code);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}
