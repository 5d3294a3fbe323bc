//! Rows in an order: of each row, bytes that compare as what it is ordered by.

use twox_hash::XxHash64;

use super::comparable::{append_bytes, append_value};
use super::key_columns::{self, KeyColumn};
use super::keys::{Key, Keys};
use super::partition::{self, Folders};
use crate::block::BlockSlice;
use crate::error::{Error, ErrorKind, Result};
use crate::fingerprint::Fingerprinter;
use crate::options::{KeyFunction, PartitionKey, SortKey};
use crate::schema::{ColumnType, Schema};

/// What stands before a value, and for null: nulls come before values, or behind them.
const NULL_FIRST: u8 = 0;
const VALUE: u8 = 1;
const NULL_LAST: u8 = 2;

/// What rows are put in order by: their folders first, then these keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowOrder {
    pub(crate) partition: Vec<PartitionKey>,
    pub(crate) keys: Vec<SortKey>,
}

impl RowOrder {
    /// By keys alone.
    pub(crate) fn of(keys: &[SortKey]) -> Self {
        Self { partition: Vec::new(), keys: keys.to_vec() }
    }

    /// Whether it is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.partition.is_empty() && self.keys.is_empty()
    }
}

/// The keys of rows, one after the other.
#[derive(Debug, Default)]
pub(crate) struct OrderKeys {
    bytes: Vec<u8>,
    /// Where each row's end.
    ends: Vec<usize>,
    /// Whether one of the values is NaN, which has no order.
    pub(crate) has_nan: bool,
}

impl OrderKeys {
    /// Adds those of rows, whose columns have types.
    ///
    /// # Errors
    /// [`ErrorKind::Options`] where a column's type has no such key.
    pub(crate) fn add(
        &mut self,
        rows: &BlockSlice<'_, '_>,
        by: &RowOrder,
        schema: &Schema,
    ) -> Result<()> {
        let keys = by.keys.iter();
        let columns: Vec<_> =
            keys.map(|key| key_columns::column(&key.order.column, rows, schema)).collect();
        let of_partition = partition::columns(&by.partition, rows, schema);
        let mut folders = Folders::new(&by.partition, &of_partition, schema)?;
        let mut parts = Vec::with_capacity(by.keys.len());
        for (key, column) in by.keys.iter().zip(&columns) {
            parts.push(Part::new(key, column.as_ref(), schema)?);
        }
        self.ends.reserve(rows.rows());
        for _ in 0..rows.rows() {
            if !by.partition.is_empty() {
                append_bytes(folders.next()?.0.as_bytes(), &mut self.bytes);
            }
            for part in &mut parts {
                self.has_nan |= part.append_next(&mut self.bytes);
            }
            self.ends.push(self.bytes.len());
        }
        Ok(())
    }

    pub(crate) fn rows(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn of(&self, row: usize) -> &[u8] {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[row]]
    }

    /// The first bytes of a row's, as a number that compares alike where it differs.
    pub(crate) fn prefix_of(&self, row: usize) -> u64 {
        let key = self.of(row);
        let mut first = [0; 8];
        let len = key.len().min(8);
        first[..len].copy_from_slice(&key[..len]);
        u64::from_be_bytes(first)
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.has_nan = false;
    }

    pub(crate) fn bytes_held(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * size_of::<usize>()
    }

    /// The rows in their order; of equal ones the first comes first.
    pub(crate) fn in_order(&self) -> Vec<u32> {
        let prefixed = |row: u32| (self.prefix_of(row as usize), row);
        let mut rows: Vec<(u64, u32)> = (0..self.rows() as u32).map(prefixed).collect();
        rows.sort_unstable_by(|(a, row_a), (b, row_b)| {
            let whole = || self.of(*row_a as usize).cmp(self.of(*row_b as usize));
            a.cmp(b).then_with(whole).then(row_a.cmp(row_b))
        });
        rows.into_iter().map(|(_, row)| row).collect()
    }
}

/// One column's part of the keys.
struct Part<'v> {
    values: Keys<'v>,
    function: KeyFunction,
    /// How many of the column's units make one of the function's.
    units: i128,
    null: u8,
    descending: bool,
    fingerprinter: Fingerprinter,
}

impl<'v> Part<'v> {
    fn new(key: &SortKey, column: Option<&'v KeyColumn<'v, '_>>, schema: &Schema) -> Result<Self> {
        let function = key.function;
        let ty = schema.columns().iter().find(|column| column.name == key.order.column);
        let ty = ty.and_then(|column| column.ty.as_ref());
        let units = match ty {
            Some(ty) => units(function, ty).ok_or_else(|| no_key_of(key, ty))?,
            None => 1,
        };
        let values: Option<Keys<'v>> = match column {
            Some((slice, values, order)) => {
                order.and_then(|order| key_columns::keys(slice, values, order))
            }
            None => Some(Box::new(std::iter::repeat_with(|| None))),
        };
        let values = match (values, ty) {
            (Some(values), _) => values,
            (None, Some(ty)) => return Err(no_key_of(key, ty)),
            (None, None) => Box::new(std::iter::repeat_with(|| None)),
        };
        Ok(Self {
            values,
            function,
            units,
            null: if key.order.nulls_first { NULL_FIRST } else { NULL_LAST },
            descending: key.order.descending,
            fingerprinter: Fingerprinter::new(),
        })
    }

    /// Appends the next row's; whether that is NaN.
    fn append_next(&mut self, bytes: &mut Vec<u8>) -> bool {
        let Some(value) = self.values.next().flatten() else {
            bytes.push(self.null);
            return false;
        };
        bytes.push(VALUE);
        let start = bytes.len();
        self.append(&value, bytes);
        if self.descending {
            bytes[start..].iter_mut().for_each(|byte| *byte = !*byte);
        }
        matches!(value, Key::F64(value) if value.is_nan())
    }

    fn append(&mut self, value: &Key<'_>, bytes: &mut Vec<u8>) {
        match self.function {
            KeyFunction::Value => append_value(value, bytes),
            KeyFunction::Hash(buckets) => {
                let start = bytes.len();
                append_value(value, bytes);
                let hash = XxHash64::oneshot(0, &bytes[start..]) % u64::from(buckets);
                bytes.truncate(start);
                bytes.extend((hash as u32).to_be_bytes());
            }
            KeyFunction::Day | KeyFunction::Hour | KeyFunction::Minute(_) => {
                let Key::Int(moment) = value else { return };
                append_value(&Key::Int(moment.div_euclid(self.units)), bytes);
            }
            KeyFunction::Fingerprint => {
                let fingerprint = self.fingerprinter.fingerprint(text(value));
                append_value(&Key::Int(fingerprint.into()), bytes);
            }
            KeyFunction::Prefix(characters) => {
                let text = text(value);
                let end = text.char_indices().nth(characters as usize);
                append_bytes(&text.as_bytes()[..end.map_or(text.len(), |(end, _)| end)], bytes);
            }
            KeyFunction::Lower => append_bytes(text(value).to_lowercase().as_bytes(), bytes),
        }
    }
}

fn text<'k>(value: &'k Key<'_>) -> &'k str {
    match value {
        Key::Bytes(bytes) => std::str::from_utf8(bytes).unwrap_or_default(),
        _ => "",
    }
}

/// How many of a type's units make one of the function's; none where it has no such key.
fn units(function: KeyFunction, ty: &ColumnType) -> Option<i128> {
    let seconds = match function {
        KeyFunction::Value | KeyFunction::Hash(_) => return Some(1),
        KeyFunction::Fingerprint | KeyFunction::Prefix(_) | KeyFunction::Lower => {
            return matches!(ty, ColumnType::Text | ColumnType::Json).then_some(1);
        }
        KeyFunction::Day => 24 * 60 * 60,
        KeyFunction::Hour => 60 * 60,
        KeyFunction::Minute(minutes) => i128::from(minutes) * 60,
    };
    match ty {
        ColumnType::Timestamp(unit) | ColumnType::LocalTimestamp(unit) => {
            Some(seconds * i128::from(unit.per_second()))
        }
        ColumnType::Date => matches!(function, KeyFunction::Day).then_some(1),
        _ => None,
    }
}

fn no_key_of(key: &SortKey, ty: &ColumnType) -> Error {
    let column = &key.order.column;
    let what = match key.function {
        KeyFunction::Value | KeyFunction::Hash(_) => {
            format!("rows can't be put in order by {key}: {column:?} is of the type {ty}")
        }
        KeyFunction::Day | KeyFunction::Hour | KeyFunction::Minute(_) => format!(
            "{key} takes moments, and {column:?} is of the type {ty}: declare it as a timestamp"
        ),
        _ => format!("{key} takes text, and {column:?} is of the type {ty}"),
    };
    Error::new(ErrorKind::Options, what)
}
