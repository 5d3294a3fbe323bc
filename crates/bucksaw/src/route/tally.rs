//! Counts values on their way to a backend: how many each column has, first and last moments, and the first
//! values that could not be stored as they came.

use std::collections::HashMap;

#[cfg(feature = "arrow")]
use super::arrays;
use crate::block::counts::Outcome;
use crate::block::{BlockSlice, ColumnSlice, ValuesSlice};
use crate::options::REST_COLUMN;
use crate::report::{FileReport, FirstAlteration, Misfits, MixedTexts, TimeRange};
use crate::row_lines::{RowLines, SourceLine};
#[cfg(feature = "arrow")]
use crate::schema::ColumnId;
use crate::schema::{Column, ColumnType, Schema};
use crate::types::item::EXAMPLE_CHARS;

/// What was counted so far.
#[derive(Debug)]
pub(crate) struct Tally {
    /// For each column, its values.
    present: Vec<u64>,
    /// For each column that holds what others could not, its first value.
    misfits: Vec<Option<First>>,
    /// For each column, the first value of each outcome.
    firsts: Vec<Vec<(Outcome, First)>>,
    /// For each column that is followed, min and max.
    ranges: Vec<Option<(i64, i64)>>,
    timestamp_column: Option<String>,
}

/// The first value that could not be stored as it came.
#[derive(Clone, Debug)]
struct First {
    row: u64,
    source_line: Option<SourceLine>,
    /// Its start.
    example: String,
}

impl First {
    /// Its source and its line there, where it comes from lines.
    fn line(&self) -> (Option<String>, Option<u64>) {
        let line = self.source_line.as_ref();
        line.map(|SourceLine { source, line }| (source.to_string(), *line)).unzip()
    }
}

impl Tally {
    /// A report with what was counted of its rows as they came.
    pub(crate) fn told(
        &self,
        mut report: FileReport,
        spelled: &[u64],
        schema: &Schema,
    ) -> FileReport {
        report.misfits = self.misfits(schema);
        report.mixed_texts = self.mixed_texts(schema, spelled);
        let of_columns = schema.columns().iter().zip(self.firsts());
        let mut firsts: HashMap<&str, Vec<FirstAlteration>> =
            of_columns.map(|(column, firsts)| (column.name.as_str(), firsts)).collect();
        for column in &mut report.columns {
            column.firsts = firsts.remove(column.name.as_str()).unwrap_or_default();
        }
        report
    }

    pub(crate) fn new(timestamp_column: Option<String>) -> Self {
        Self {
            present: Vec::new(),
            misfits: Vec::new(),
            firsts: Vec::new(),
            ranges: Vec::new(),
            timestamp_column,
        }
    }

    /// Adds rows, from row `first` of the file on.
    pub(crate) fn add(
        &mut self,
        rows: &BlockSlice<'_, '_>,
        first: u64,
        row_lines: &RowLines,
        schema: &Schema,
    ) {
        self.misfits.resize(schema.columns().len(), None);
        self.present.resize(schema.columns().len(), 0);
        self.ranges.resize(schema.columns().len(), None);
        self.firsts.resize(schema.columns().len(), Vec::new());
        for (row, found) in rows.firsts() {
            let known = &mut self.firsts[found.column.index()];
            let row = first + row as u64;
            if known.iter().any(|(outcome, known)| *outcome == found.outcome && known.row <= row) {
                continue;
            }
            let example = found.example.clone();
            known.retain(|(outcome, _)| *outcome != found.outcome);
            known.push((found.outcome, First { row, source_line: row_lines.of(row), example }));
        }
        for (id, slice) in rows.columns() {
            self.present[id.index()] += slice.count() as u64;
            let column = schema.column(id);
            let misfit = &mut self.misfits[id.index()];
            if column.misfits_of().is_some() && misfit.is_none() {
                *misfit = first_text(&slice).map(|(row, example)| First {
                    row: first + row,
                    source_line: row_lines.of(first + row),
                    example,
                });
            }
            if !self.follows(column) {
                continue;
            }
            let Some((min, max)) = range(&slice.values()) else { continue };
            let known = &mut self.ranges[id.index()];
            *known =
                Some(known.map_or((min, max), |(first, last)| (first.min(min), last.max(max))));
        }
    }

    /// Adds rows of which only a column's values, and their least and greatest, are known.
    #[cfg(feature = "arrow")]
    pub(crate) fn add_known(
        &mut self,
        column: ColumnId,
        (values, bounds): (u64, Option<(i64, i64)>),
        schema: &Schema,
    ) {
        self.misfits.resize(schema.columns().len(), None);
        self.present.resize(schema.columns().len(), 0);
        self.ranges.resize(schema.columns().len(), None);
        self.firsts.resize(schema.columns().len(), Vec::new());
        self.present[column.index()] += values;
        if let Some((min, max)) = bounds.filter(|_| self.follows(schema.column(column))) {
            let known = &mut self.ranges[column.index()];
            *known =
                Some(known.map_or((min, max), |(first, last)| (first.min(min), last.max(max))));
        }
    }

    /// Whether first and last of a column are told.
    pub(crate) fn follows(&self, column: &Column) -> bool {
        let is_named = || self.timestamp_column.as_ref() == Some(&column.name);
        match column.ty {
            Some(ColumnType::Timestamp(_)) => true,
            Some(ColumnType::Int32 | ColumnType::Int64) => is_named(),
            _ => false,
        }
    }

    /// For each column of the schema, as far as seen, how many values it has.
    pub(crate) fn present(&self) -> &[u64] {
        &self.present
    }

    /// What columns could not hold, as far as it is in their siblings.
    pub(crate) fn misfits(&self, schema: &Schema) -> Vec<Misfits> {
        let known = schema.columns().iter().zip(&self.misfits).zip(&self.present);
        known
            .filter_map(|((sibling, first), values)| {
                let first = first.as_ref()?;
                let (first_source, first_line) = first.line();
                let id = sibling.misfits_of()?;
                let column = schema.column(id);
                let held = self.present.get(id.index()).copied().unwrap_or_default();
                Some(Misfits {
                    column: column.name.clone(),
                    ty: column.ty.as_ref().map(ToString::to_string).unwrap_or_default(),
                    settled: column.is_settled,
                    of_dataset: schema.is_of_dataset(),
                    sibling: sibling.name.clone(),
                    misfits: *values,
                    values: held + values,
                    first_row: first.row,
                    first_source,
                    first_line,
                    example: first.example.clone(),
                })
            })
            .collect()
    }

    /// Columns of text, not declared to be so, that hold texts and other values, of which each has so many as they are
    /// spelled.
    pub(crate) fn mixed_texts(&self, schema: &Schema, spelled: &[u64]) -> Vec<MixedTexts> {
        let columns = schema.columns().iter().zip(&self.present).zip(spelled);
        let mixed = columns.enumerate().filter(|(_, ((column, values), spelled))| {
            let is_found = column.is_settled && !column.takes_all_as_text;
            let is_its_own = column.sibling_of.is_none() && column.name != REST_COLUMN;
            is_found
                && is_its_own
                && column.ty == Some(ColumnType::Text)
                && (1..**values).contains(*spelled)
        });
        let told = mixed.map(|(index, ((column, values), spelled))| {
            let firsts = self.firsts.get(index).into_iter().flatten();
            let of_others = firsts.filter(|(outcome, _)| {
                matches!(outcome, Outcome::StoredAsText | Outcome::JsonText | Outcome::TooDeep)
            });
            let first = of_others.map(|(_, first)| first).min_by_key(|first| first.row);
            let (first_source, first_line) = first.map(First::line).unwrap_or_default();
            MixedTexts {
                column: column.name.clone(),
                of_dataset: schema.is_of_dataset(),
                others: *spelled,
                values: *values,
                first_row: first.map(|first| first.row),
                first_source,
                first_line,
                example: first.map(|first| first.example.clone()),
            }
        });
        told.collect()
    }

    /// For each column, as far as seen, the first value of each outcome, in the order of their rows.
    pub(crate) fn firsts(&self) -> Vec<Vec<FirstAlteration>> {
        let told = |(outcome, first): &(Outcome, First)| {
            let (source, line) = first.line();
            let example = first.example.clone();
            FirstAlteration { outcome: outcome.name(), row: first.row, source, line, example }
        };
        let of_column = |firsts: &Vec<(Outcome, First)>| {
            let mut firsts: Vec<FirstAlteration> = firsts.iter().map(told).collect();
            firsts.sort_by_key(|first| first.row);
            firsts
        };
        self.firsts.iter().map(of_column).collect()
    }

    pub(crate) fn time_ranges(&self, schema: &Schema) -> Vec<TimeRange> {
        let ranges = schema.columns().iter().zip(&self.ranges);
        ranges
            .filter_map(|(column, range)| {
                let (first, last) = (*range)?;
                Some(TimeRange::new(column, first, last))
            })
            .collect()
    }
}

/// The first value of a column of text: its row in the slice, and its start.
fn first_text(slice: &ColumnSlice<'_, '_>) -> Option<(u64, String)> {
    let ValuesSlice::Text(texts) = slice.values() else { return None };
    Some((slice.first() as u64, texts.first()?.chars().take(EXAMPLE_CHARS).collect()))
}

fn range(values: &ValuesSlice<'_, '_>) -> Option<(i64, i64)> {
    match values {
        ValuesSlice::I64(values) => Some((*values.iter().min()?, *values.iter().max()?)),
        ValuesSlice::I32(values) => {
            Some(((*values.iter().min()?).into(), (*values.iter().max()?).into()))
        }
        #[cfg(feature = "arrow")]
        ValuesSlice::Arrow(array) => arrays::range(array),
        _ => None,
    }
}
