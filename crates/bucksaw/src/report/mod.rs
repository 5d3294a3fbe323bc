//! What was written: what a writer's end returns.

pub(crate) mod signal_stats;
pub(crate) mod text;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use self::signal_stats::SignalStats;
use crate::block::counts::Alterations;
use crate::encode::backend::ColumnSummary;
use crate::escape::escape_path;
pub use crate::format::bound::Bound;
use crate::options::Options;
use crate::options::UnknownColumn;
pub use crate::schema::Renamed;
use crate::schema::{Column, ColumnType, Schema};
use crate::types::timestamp::{TimeUnit, text_in_unit};

/// The first and last moment of a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TimeRange {
    /// The column's name in the file.
    pub column: String,
    /// Its unit, where it is one of timestamps: `ms`, `us` or `ns`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<TimeUnit>,
    /// The min; since 1970 in the column's unit for timestamps, else the integer.
    pub first: i64,
    /// The max, in the same unit.
    pub last: i64,
    /// The min of timestamps as RFC 3339, without the digits in `NAME__ns`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_time: Option<String>,
    /// The max, in the same way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_time: Option<String>,
}

impl TimeRange {
    /// That of the column, or of the first that has moments; none where it has not.
    pub(crate) fn of_moments<'t>(times: &'t [Self], column: Option<&str>) -> Option<&'t Self> {
        let mut moments = times.iter().filter(|range| range.unit.is_some());
        moments.find(|range| column.is_none_or(|column| range.column == column))
    }

    pub(crate) fn new(column: &Column, first: i64, last: i64) -> Self {
        let unit = match column.ty {
            Some(ColumnType::Timestamp(unit)) => Some(unit),
            _ => None,
        };
        let text = |value| unit.map(|unit| text_in_unit(value, unit));
        let (first_time, last_time) = (text(first), text(last));
        Self { column: column.name.clone(), unit, first, last, first_time, last_time }
    }

    /// That of a column of timestamps.
    pub(crate) fn of_timestamps(column: String, unit: TimeUnit, first: i64, last: i64) -> Self {
        let text = |value| Some(text_in_unit(value, unit));
        let (first_time, last_time) = (text(first), text(last));
        Self { column, unit: Some(unit), first, last, first_time, last_time }
    }

    /// Adds those of another file: of columns of the same name and unit.
    pub fn add(ranges: &mut Vec<Self>, others: Vec<Self>) {
        for other in others {
            let is_same =
                |range: &&mut Self| (&range.column, range.unit) == (&other.column, other.unit);
            match ranges.iter_mut().find(is_same) {
                Some(range) => {
                    if other.first < range.first {
                        (range.first, range.first_time) = (other.first, other.first_time);
                    }
                    if other.last > range.last {
                        (range.last, range.last_time) = (other.last, other.last_time);
                    }
                }
                None => ranges.push(other),
            }
        }
    }
}

/// What was written of one column.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ColumnReport {
    /// The name in the file.
    pub name: String,
    /// The type: `bool`, `int32`, `int64`, `uint64`, `float`, `double`, `text`, `bytes`, `timestamp`,
    /// `map<text,text>`, `list<…>` of one of these, or Arrow's.
    #[serde(rename = "type")]
    pub ty: String,
    /// Rows without a value.
    pub nulls: u64,
    /// Values as Parquet counts them: with nulls, and with a null for a list that has no element.
    pub values: u64,
    /// How many values are NaN.
    pub nans: u64,
    /// The min, where the file tells it of every row group with values.
    pub min: Option<Bound>,
    /// The max, in the same way.
    pub max: Option<Bound>,
    /// How many different values there are, about, where that is known.
    pub distinct: Option<u64>,
    /// Bytes of its pages before compression, headers included.
    pub encoded_bytes: u64,
    /// Bytes of its pages in the file, headers included.
    pub compressed_bytes: u64,
    /// Encoded bytes by compressed bytes.
    pub ratio: f64,
    /// What could not be stored as it came of what rows have under its name, by outcome; in JSON those that came.
    #[serde(serialize_with = "those_that_came")]
    pub alterations: Alterations,
    /// The first value of each of these outcomes, in the order of their rows.
    pub firsts: Vec<FirstAlteration>,
}

/// The first value of a column and a file that had an outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FirstAlteration {
    /// The outcome: the name of its field in [`Alterations`].
    pub outcome: &'static str,
    /// Its row in the file, from 0.
    pub row: u64,
    /// The input that it comes from, as the user named it, where it comes from lines.
    pub source: Option<String>,
    /// Its line there, from 1.
    pub line: Option<u64>,
    /// The value as it came, or its start; of a redacted one, what stands for it.
    pub example: String,
}

impl ColumnReport {
    /// Adds the same column of a further file, which has so many rows; those before have so many.
    fn add(&mut self, column: Self, (rows_before, rows): (u64, u64)) {
        let has_values = (self.nulls < rows_before, column.nulls < rows);
        // What a file with values does not tell is not known of all of them.
        let outer =
            |one: Option<Bound>, other: Option<Bound>, is_further: fn(&_, &_) -> bool| match (
                has_values, one, other,
            ) {
                ((true, true), Some(one), Some(other)) if is_further(&one, &other) => Some(other),
                ((true, true), one, Some(_)) => one,
                ((true, true), ..) => None,
                ((false, true), _, other) => other,
                ((_, false), one, _) => one,
            };
        self.min = outer(self.min.take(), column.min, |a: &Bound, b: &Bound| b < a);
        self.max = outer(self.max.take(), column.max, |a: &Bound, b: &Bound| b > a);
        self.nulls += column.nulls;
        self.values += column.values;
        self.nans += column.nans;
        // How many they have in common is not known.
        self.distinct = None;
        self.encoded_bytes += column.encoded_bytes;
        self.compressed_bytes += column.compressed_bytes;
        self.ratio = ratio(self.encoded_bytes, self.compressed_bytes);
        self.alterations.add(&column.alterations);
        for first in column.firsts {
            if !self.firsts.iter().any(|known| known.outcome == first.outcome) {
                self.firsts.push(first);
            }
        }
    }
}

fn ratio(encoded: u64, compressed: u64) -> f64 {
    if compressed == 0 { 1.0 } else { encoded as f64 / compressed as f64 }
}

fn those_that_came<S: serde::Serializer>(
    alterations: &Alterations,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    // A struct of numbers can't fail to serialize.
    let all = serde_json::to_value(alterations).unwrap_or_default();
    let all = all.as_object().into_iter().flatten();
    serializer.collect_map(all.filter(|(_, count)| count.as_u64() != Some(0)))
}

/// Values that a column could not hold, and that its sibling holds as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Misfits {
    /// The column's name.
    pub column: String,
    /// Its type, as in [`ColumnReport::ty`].
    #[serde(rename = "type")]
    pub ty: String,
    /// Whether its values said so, and not a declaration.
    pub settled: bool,
    /// Whether a dataset has it by now, so that no declaration changes it.
    #[serde(skip)]
    pub of_dataset: bool,
    /// The sibling's name.
    pub sibling: String,
    /// How many values the sibling holds.
    pub misfits: u64,
    /// How many the two hold.
    pub values: u64,
    /// The row of the first one in the file, from 0.
    pub first_row: u64,
    /// The input that the first one comes from, as the user named it, where it comes from lines.
    pub first_source: Option<String>,
    /// Its line there, from 1.
    pub first_line: Option<u64>,
    /// The first one, or its start.
    pub example: String,
}

/// A column of text, not declared to be so, that holds texts and other values as they are spelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MixedTexts {
    /// The column's name.
    pub column: String,
    /// Whether it is a dataset's, so that no declaration changes its type by now.
    #[serde(skip)]
    pub of_dataset: bool,
    /// How many values were no texts.
    pub others: u64,
    /// How many values it holds.
    pub values: u64,
    /// The row of the first one that was none, in the file, from 0; none where that is not known.
    pub first_row: Option<u64>,
    /// The input that it comes from, as the user named it, where it comes from lines.
    pub first_source: Option<String>,
    /// Its line there, from 1.
    pub first_line: Option<u64>,
    /// It, or its start.
    pub example: Option<String>,
}

/// A finished file.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FileReport {
    /// Where it is; none for a stream without a path.
    #[serde(serialize_with = "escaped_unless_text")]
    pub path: Option<PathBuf>,
    /// Its rows.
    pub rows: u64,
    /// Its size in bytes.
    pub bytes: u64,
    /// How many files it is: those of a dataset are told as one.
    pub files: u64,
    /// Rows of a dataset whose text is empty that a folder is called by, or is what null is called there: readers take them for
    /// null.
    pub unnamed: u64,
    /// Its row groups.
    pub row_groups: usize,
    /// Where each of them starts in the file, in bytes; not of a dataset.
    pub row_group_offsets: Vec<u64>,
    /// Its columns, in order.
    pub columns: Vec<ColumnReport>,
    /// First and last of each timestamp column, and of [`Options::timestamp_column`](crate::Options::timestamp_column).
    pub times: Vec<TimeRange>,
    /// Columns with values that they could not hold, which are in siblings.
    pub misfits: Vec<Misfits>,
    /// Columns of text that hold other values, too.
    pub mixed_texts: Vec<MixedTexts>,
    /// What became of the order that [`Options::sorted_by`](crate::Options::sorted_by) declares; none
    /// where it declares none.
    pub order: Option<OrderReport>,
    /// What its rows are as logs, metrics or traces; none unless they are OTLP's, or [`Options::signal_stats`](crate::Options::signal_stats) asks
    /// for it.
    pub signal_stats: Option<SignalStats>,
}

/// Whether rows came in the declared order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OrderReport {
    /// Row groups whose rows are all in order, and that say so.
    pub sorted_row_groups: usize,
    /// The file's first row, from 0, that comes before the row before it in the same row group.
    pub first_unsorted_row: Option<u64>,
    /// The input that it comes from, as the user named it, where it comes from lines.
    pub first_unsorted_source: Option<String>,
    /// Its line there, from 1.
    pub first_unsorted_line: Option<u64>,
}

impl FileReport {
    /// What a dataset without files comes to.
    pub(crate) fn of_dataset(path: &Path) -> Self {
        Self {
            path: Some(path.to_owned()),
            rows: 0,
            bytes: 0,
            files: 0,
            unnamed: 0,
            row_groups: 0,
            row_group_offsets: Vec::new(),
            columns: Vec::new(),
            times: Vec::new(),
            misfits: Vec::new(),
            mixed_texts: Vec::new(),
            order: None,
            signal_stats: None,
        }
    }

    /// Adds a further file of the same table.
    pub(crate) fn add(&mut self, mut file: Self) {
        let mut known: HashMap<String, usize> = HashMap::with_capacity(self.columns.len());
        known.extend(self.columns.iter().enumerate().map(|(at, c)| (c.name.clone(), at)));
        let mut is_in_both = vec![false; self.columns.len()];
        for column in file.columns.drain(..) {
            match known.get(&column.name) {
                Some(index) => {
                    is_in_both[*index] = true;
                    self.columns[*index].add(column, (self.rows, file.rows));
                }
                None => self.columns.push(ColumnReport {
                    nulls: column.nulls + self.rows,
                    values: column.values + self.rows,
                    distinct: column.distinct.filter(|_| self.files == 0),
                    ..column
                }),
            }
        }
        for (column, _) in self.columns.iter_mut().zip(is_in_both).filter(|(_, is)| !is) {
            column.nulls += file.rows;
            column.values += file.rows;
        }
        TimeRange::add(&mut self.times, file.times);
        for misfits in file.misfits {
            match self.misfits.iter_mut().find(|known| known.column == misfits.column) {
                Some(known) => {
                    known.misfits += misfits.misfits;
                    known.values += misfits.values;
                }
                None => self.misfits.push(misfits),
            }
        }
        for mixed in file.mixed_texts {
            match self.mixed_texts.iter_mut().find(|known| known.column == mixed.column) {
                Some(known) => {
                    known.others += mixed.others;
                    known.values += mixed.values;
                }
                None => self.mixed_texts.push(mixed),
            }
        }
        match (&mut self.order, file.order) {
            (Some(known), Some(order)) => known.sorted_row_groups += order.sorted_row_groups,
            (none, order) => *none = order,
        }
        self.rows += file.rows;
        self.bytes += file.bytes;
        self.files += file.files;
        self.row_groups += file.row_groups;
    }

    /// Whether a row has a value of the column, in it or in its sibling.
    pub(crate) fn has_values_of(&self, name: &str) -> bool {
        let has_values = |column: &ColumnReport| column.name == name && column.nulls < self.rows;
        self.columns.iter().any(has_values)
            || self.misfits.iter().any(|misfits| misfits.column == name)
    }
}

/// Columns that the memory limit does not carry, so that their values are in `_rest`.
///
/// A column takes [`MEMORY_PER_COLUMN`](crate::limits::MEMORY_PER_COLUMN) bytes of the limit, beside the first
/// [`MEMORY_WITHOUT_COLUMNS`](crate::limits::MEMORY_WITHOUT_COLUMNS); with the `arrow` backend
/// [`MEMORY_PER_ARROW_COLUMN`](crate::limits::MEMORY_PER_ARROW_COLUMN).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ColumnsInRest {
    /// How many there are, counted to 65,536 and to the most that [`Options::max_columns`](crate::Options::max_columns) allows.
    pub columns: u64,
    /// How many columns the memory limit carries.
    pub carried: u64,
    /// The memory limit that carries all of them, in bytes; columns of values of another type, which come
    /// with them, may need more.
    pub memory_limit: u64,
}

impl ColumnsInRest {
    /// Where the schema has too many columns for its memory limit.
    pub(crate) fn of(schema: &Schema, options: &Options) -> Option<Self> {
        let (carried, all) = schema.uncarried()?;
        Some(Self {
            columns: (all - carried) as u64,
            carried: carried as u64,
            memory_limit: options.memory_limit_for(all) as u64,
        })
    }
}

/// What a writer wrote.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The files.
    pub files: Vec<FileReport>,
    /// Rows in all of them.
    pub rows: u64,
    /// Lines or records that inputs rejected.
    pub rejected: u64,
    /// How often a value could not be stored as it came.
    pub alterations: Alterations,
    /// Columns that the files call otherwise than the rows do.
    pub renamed: Vec<Renamed>,
    /// Columns that the memory limit does not carry; none where it carries all.
    pub columns_in_rest: Option<ColumnsInRest>,
    /// Columns that options name, and that no row had and no schema declares.
    pub unknown_columns: Vec<UnknownColumn>,
    /// The columns of messages that [fingerprints](crate::Options::fingerprints) are of: of each row, of the first that it has a value
    /// of. None where fingerprints are not asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fingerprint_of: Vec<String>,
    /// First and last of each timestamp column, and of [`Options::timestamp_column`](crate::Options::timestamp_column).
    pub timestamps: Vec<TimeRange>,
    /// Time from the writer's creation to its end.
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub elapsed: Duration,
    /// The most memory that the whole process ever had resident, in bytes, where the system tells.
    pub peak_memory: Option<u64>,
}

/// Text as it is; a path that is none, escaped.
fn escaped_unless_text<S: serde::Serializer>(
    path: &Option<PathBuf>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let text = |path: &PathBuf| path.to_str().map_or_else(|| escape_path(path), str::to_owned);
    path.as_ref().map(text).serialize(serializer)
}

fn seconds<S: serde::Serializer>(elapsed: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(elapsed.as_secs_f64())
}

/// The report of one file's columns, from what was written and the values counted.
pub(crate) fn column_reports(
    columns: Vec<ColumnSummary>,
    rows: u64,
    schema: &Schema,
    present: &[u64],
    alterations: &[Alterations],
    mut firsts: Vec<Vec<FirstAlteration>>,
) -> Vec<ColumnReport> {
    let by_name: HashMap<&str, usize> = schema
        .columns()
        .iter()
        .enumerate()
        .map(|(index, column)| (column.name.as_str(), index))
        .collect();
    let report = |column: ColumnSummary| {
        let index = by_name.get(column.name.as_str()).copied();
        let ty = index
            .and_then(|index| schema.columns()[index].ty.as_ref())
            .unwrap_or(&ColumnType::Text);
        let (min, max) = column.bounds.unzip();
        ColumnReport {
            ty: ty.to_string(),
            nulls: rows - index.and_then(|index| present.get(index)).copied().unwrap_or_default(),
            values: column.values,
            nans: column.nans,
            min,
            max,
            distinct: column.distinct,
            encoded_bytes: column.encoded_bytes,
            compressed_bytes: column.compressed_bytes,
            ratio: ratio(column.encoded_bytes, column.compressed_bytes),
            alterations: index
                .and_then(|index| alterations.get(index))
                .copied()
                .unwrap_or_default(),
            firsts: index
                .and_then(|index| firsts.get_mut(index))
                .map(std::mem::take)
                .unwrap_or_default(),
            name: column.name,
        }
    };
    columns.into_iter().map(report).collect()
}

/// The peak of this process's resident memory, in bytes.
pub(crate) fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
