//! The plain model: what a file has to hold, worked out row by row from what was given, with none of
//! the product's code. It follows the table in the library's documentation, as simply as can be.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use arrow_schema::{DataType, Field, TimeUnit};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bucksaw::ColumnType;
use chrono::{DateTime, NaiveDate};
use serde_json::json;

use crate::interop::cell::{Cell, Row};
use crate::interop::json::cells_of_array;

/// What a case tells the writer about its columns.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) declared: Vec<(String, ColumnType)>,
    pub(crate) prefixes: Vec<String>,
    pub(crate) max_columns: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self { declared: Vec::new(), prefixes: Vec::new(), max_columns: 1_000 }
    }
}

/// What a file has to hold.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    pub(crate) columns: Vec<ExpectedColumn>,
    pub(crate) rows: usize,
}

/// One column of a file.
#[derive(Clone, Debug)]
pub(crate) struct ExpectedColumn {
    pub(crate) name: String,
    pub(crate) data_type: DataType,
    pub(crate) cells: Vec<Cell>,
}

struct Column {
    /// What rows call it; none for columns that no name in a row leads to.
    given: Option<String>,
    name: String,
    data_type: Option<DataType>,
    is_declared: bool,
    is_prefixed: bool,
    sibling: Option<usize>,
    cells: Vec<Cell>,
}

/// The columns as they grow.
struct Model<'r> {
    rules: &'r Rules,
    columns: Vec<Column>,
    folded: HashSet<String>,
    rows: usize,
}

/// What a file of these rows has to hold.
pub(crate) fn expected_of_rows(rows: &[Row], rules: &Rules) -> Expected {
    let mut model =
        Model { rules, columns: Vec::new(), folded: HashSet::from(["_rest".to_owned()]), rows: 0 };
    for (name, declared) in &rules.declared {
        let index = model.add(Some(name), name);
        let column = &mut model.columns[index];
        column.is_declared = true;
        column.data_type =
            Some(if column.is_prefixed { DataType::Utf8 } else { declared_type(declared) });
    }
    for row in rows {
        model.push(row);
    }
    model.finish()
}

impl Model<'_> {
    fn push(&mut self, row: &Row) {
        let mut rest = Vec::new();
        for (name, cell) in row.iter().filter(|(_, cell)| !cell.is_null()) {
            match self.place(name) {
                Some(column) => self.store(column, cell, &mut rest),
                None => rest.push((name.clone(), json_of(cell))),
            }
        }
        if !rest.is_empty() {
            let members: Vec<String> =
                rest.iter().map(|(name, json)| format!("{}:{json}", json!(name))).collect();
            let known = self.columns.iter().position(|column| column.name == "_rest");
            let column = known.unwrap_or_else(|| self.add(None, "_rest"));
            self.columns[column].data_type = Some(DataType::Utf8);
            self.put(column, Cell::Text(format!("{{{}}}", members.join(","))));
        }
        self.rows += 1;
    }

    fn place(&mut self, name: &str) -> Option<usize> {
        let known = self.columns.iter().position(|column| column.given.as_deref() == Some(name));
        if known.is_some() {
            return known;
        }
        if name.len() > 1_024 || self.is_full() {
            return None;
        }
        let file_name = self.unused(if name.is_empty() { "_empty" } else { name });
        Some(self.add(Some(name), &file_name))
    }

    fn store(&mut self, column: usize, cell: &Cell, rest: &mut Vec<(String, String)>) {
        let is_prefixed = self.columns[column].is_prefixed;
        let first_type = if is_prefixed { DataType::Utf8 } else { own_type(cell) };
        let data_type = self.columns[column].data_type.get_or_insert(first_type).clone();
        let given = self.columns[column].given.clone().unwrap_or_default();
        let fitted = fitted(cell, &data_type, self.columns[column].is_declared)
            .or_else(|| (data_type == DataType::Utf8).then(|| Cell::Text(text_of(cell))));
        let target = match &fitted {
            Some(_) => Some(column),
            None => self.sibling(column),
        };
        match target {
            Some(target) if self.columns[target].cells.len() <= self.rows => {
                self.put(target, fitted.unwrap_or_else(|| Cell::Text(text_of(cell))));
            }
            _ => rest.push((given, json_of(cell))),
        }
    }

    fn sibling(&mut self, column: usize) -> Option<usize> {
        if self.columns[column].sibling.is_none() {
            let name = format!("{}__text", self.columns[column].name);
            if self.is_full() {
                return None;
            }
            let file_name = self.unused(&name);
            let sibling = self.add(None, &file_name);
            self.columns[sibling].data_type = Some(DataType::Utf8);
            self.columns[column].sibling = Some(sibling);
        }
        self.columns[column].sibling
    }

    fn put(&mut self, column: usize, cell: Cell) {
        let cells = &mut self.columns[column].cells;
        cells.resize(self.rows, Cell::Null);
        cells.push(cell);
    }

    fn is_full(&self) -> bool {
        let counted = self.columns.iter().filter(|column| column.name != "_rest");
        counted.count() >= self.rules.max_columns
    }

    fn unused(&self, name: &str) -> String {
        let mut candidate = name.to_owned();
        let mut number = 2;
        while self.folded.contains(&candidate.to_lowercase()) {
            candidate = format!("{name}__{number}");
            number += 1;
        }
        candidate
    }

    fn add(&mut self, given: Option<&str>, name: &str) -> usize {
        self.folded.insert(name.to_lowercase());
        let is_prefixed = given.is_some_and(|given| {
            self.rules.prefixes.iter().any(|prefix| given.starts_with(prefix.as_str()))
        });
        self.columns.push(Column {
            given: given.map(str::to_owned),
            name: name.to_owned(),
            data_type: None,
            is_declared: false,
            is_prefixed,
            sibling: None,
            cells: Vec::new(),
        });
        self.columns.len() - 1
    }

    fn finish(self) -> Expected {
        let rows = self.rows;
        let stays = |column: &&Column| !column.cells.is_empty() || column.is_declared;
        let kept = self.columns.iter().filter(stays);
        let mut columns: Vec<ExpectedColumn> = kept
            .map(|column| {
                let mut cells = column.cells.clone();
                cells.resize(rows, Cell::Null);
                ExpectedColumn {
                    name: column.name.clone(),
                    data_type: column.data_type.clone().unwrap_or(DataType::Utf8),
                    cells,
                }
            })
            .collect();
        if columns.is_empty() {
            columns.push(ExpectedColumn {
                name: "_rest".to_owned(),
                data_type: DataType::Utf8,
                cells: vec![Cell::Null; rows],
            });
        }
        Expected { columns, rows }
    }
}

pub(crate) fn timestamp_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

pub(crate) fn list_type(element: DataType) -> DataType {
    DataType::List(Arc::new(Field::new("element", element, true)))
}

pub(crate) fn map_type() -> DataType {
    let fields =
        vec![Field::new("key", DataType::Utf8, false), Field::new("value", DataType::Utf8, true)];
    let entries = Field::new("key_value", DataType::Struct(fields.into()), false);
    DataType::Map(Arc::new(entries), false)
}

fn declared_type(declared: &ColumnType) -> DataType {
    match declared {
        ColumnType::Bool => DataType::Boolean,
        ColumnType::Int32 => DataType::Int32,
        ColumnType::Int64 => DataType::Int64,
        ColumnType::Uint64 => DataType::UInt64,
        ColumnType::Float => DataType::Float32,
        ColumnType::Double => DataType::Float64,
        ColumnType::Text => DataType::Utf8,
        ColumnType::Bytes => DataType::Binary,
        ColumnType::Timestamp(bucksaw::TimeUnit::Nanos) => {
            DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()))
        }
        ColumnType::Timestamp(_) => timestamp_type(),
        ColumnType::Date => DataType::Date32,
        ColumnType::Decimal { precision, scale } => DataType::Decimal128(*precision, *scale as i8),
        ColumnType::Uuid => DataType::FixedSizeBinary(16),
        ColumnType::Fixed(bytes) => DataType::FixedSizeBinary(*bytes as i32),
        ColumnType::List(element) => list_type(declared_type(element)),
        ColumnType::Map => map_type(),
        other => unreachable!("no case declares {other}"),
    }
}

/// The type of a column whose first value this is.
fn own_type(cell: &Cell) -> DataType {
    match cell {
        Cell::Bool(_) => DataType::Boolean,
        Cell::I32(_) => DataType::Int32,
        Cell::F32(_) => DataType::Float32,
        Cell::I64(_) | Cell::U64(_) => DataType::Int64,
        Cell::F64(_) => DataType::Float64,
        Cell::Bytes(_) => DataType::Binary,
        Cell::Timestamp(_) => timestamp_type(),
        Cell::List(cells) => {
            let first = cells.iter().find(|cell| !cell.is_null());
            list_type(first.map_or(DataType::Utf8, own_type))
        }
        Cell::Map(_) => map_type(),
        Cell::Number(text) if text.contains(['.', 'e', 'E']) => DataType::Float64,
        Cell::Number(_) => DataType::Int64,
        _ => DataType::Utf8,
    }
}

/// The cell as a column of that type holds it, if it can; in another spelling where that was declared.
fn fitted(cell: &Cell, data_type: &DataType, is_declared: bool) -> Option<Cell> {
    let given = fitted_as_given(cell, data_type, is_declared);
    given.or_else(|| is_declared.then(|| spelled(cell, data_type)).flatten())
}

/// The number, bool or text that a cell spells for a column of that type.
fn spelled(cell: &Cell, data_type: &DataType) -> Option<Cell> {
    let text = match cell {
        Cell::Text(text) | Cell::Number(text) => text.clone(),
        Cell::F64(_) | Cell::F32(_) | Cell::I32(_) | Cell::I64(_) | Cell::U64(_) => text_of(cell),
        _ => return None,
    };
    let is_text = matches!(cell, Cell::Text(_));
    let is_number = text.ends_with(|end: char| end.is_ascii_digit())
        && text.chars().all(|sign| "+-.eE0123456789".contains(sign));
    // No case has integers with other exponents.
    let integer = text.strip_suffix(".0").unwrap_or(&text).parse::<i128>().ok();
    let integer = integer.filter(|integer| *integer != 0 || !text.starts_with('-'));
    Some(match data_type {
        DataType::Boolean if is_text => Cell::Bool(text.parse().ok()?),
        DataType::Int32 => Cell::I32(integer?.try_into().ok()?),
        DataType::Int64 => Cell::I64(integer?.try_into().ok()?),
        DataType::UInt64 => Cell::U64(integer?.try_into().ok()?),
        DataType::Float32 if is_number => {
            Cell::F32(text.parse().ok().filter(|float: &f32| float.is_finite())?)
        }
        DataType::Float64 if is_number => {
            Cell::F64(text.parse().ok().filter(|double: &f64| double.is_finite())?)
        }
        _ => return None,
    })
}

fn fitted_as_given(cell: &Cell, data_type: &DataType, is_declared: bool) -> Option<Cell> {
    Some(match (cell, data_type) {
        (Cell::Bool(_), DataType::Boolean)
        | (Cell::I64(_), DataType::Int64)
        | (Cell::U64(_), DataType::UInt64)
        | (Cell::I32(_), DataType::Int32)
        | (Cell::F32(_), DataType::Float32)
        | (Cell::F64(_), DataType::Float64)
        | (Cell::Text(_), DataType::Utf8)
        | (Cell::Bytes(_), DataType::Binary)
        | (Cell::Map(_), DataType::Map(..))
        | (Cell::Timestamp(_), DataType::Timestamp(TimeUnit::Microsecond, _)) => cell.clone(),
        (Cell::Text(text), DataType::Timestamp(TimeUnit::Nanosecond, _)) if is_declared => {
            Cell::Nanos(DateTime::parse_from_rfc3339(text).ok()?.timestamp_nanos_opt()?)
        }
        (Cell::Text(text), DataType::Date32) if is_declared => {
            let day: NaiveDate = text.parse().ok()?;
            Cell::Date(day.signed_duration_since(NaiveDate::default()).num_days() as i32)
        }
        (Cell::Text(text), DataType::Decimal128(precision, scale)) if is_declared => {
            decimal(text, *precision, *scale as usize)?
        }
        (
            Cell::I64(_) | Cell::U64(_) | Cell::F64(_) | Cell::Number(_),
            DataType::Decimal128(precision, scale),
        ) => decimal(&text_of(cell), *precision, *scale as usize)?,
        (Cell::Text(text), DataType::FixedSizeBinary(16)) if is_declared => {
            let parts: Vec<&str> = text.split('-').collect();
            let lens: Vec<usize> = parts.iter().map(|part| part.len()).collect();
            let number = u128::from_str_radix(&parts.concat(), 16).ok();
            Cell::Bytes(number.filter(|_| lens == [8, 4, 4, 4, 12])?.to_be_bytes().to_vec())
        }
        (Cell::Text(text), DataType::FixedSizeBinary(bytes)) if is_declared => {
            let decoded = BASE64.decode(text).ok();
            Cell::Bytes(decoded.filter(|decoded| decoded.len() == *bytes as usize)?)
        }
        (Cell::Json(text), DataType::List(_)) => {
            fitted(&Cell::List(cells_of_array(text)?), data_type, is_declared)?
        }
        (Cell::List(cells), DataType::List(element)) => {
            let fitted = |cell: &Cell| match cell {
                Cell::Null => Some(Cell::Null),
                Cell::Json(_) | Cell::List(_) => None,
                _ => fitted(cell, element.data_type(), is_declared),
            };
            Cell::List(cells.iter().map(fitted).collect::<Option<_>>()?)
        }
        (Cell::List(_), DataType::Utf8) => Cell::Text(text_of(cell)),
        (Cell::Json(text), DataType::Utf8) => Cell::Text(text.clone()),
        (_, DataType::Int32) if integer(cell).is_some() => {
            Cell::I32(integer(cell)?.try_into().ok()?)
        }
        (_, DataType::Int64) if integer(cell).is_some() => {
            Cell::I64(integer(cell)?.try_into().ok()?)
        }
        (_, DataType::UInt64) if integer(cell).is_some() => {
            Cell::U64(integer(cell)?.try_into().ok()?)
        }
        (_, DataType::Float32) if integer(cell).is_some() => {
            let value = integer(cell)?;
            (value as f32 as i128 == value).then_some(Cell::F32(value as f32))?
        }
        (_, DataType::Float64) if integer(cell).is_some() => {
            let value = integer(cell)?;
            (value as f64 as i128 == value).then_some(Cell::F64(value as f64))?
        }
        (Cell::F32(value), DataType::Float64) => Cell::F64((*value).into()),
        (Cell::F64(value), DataType::Float32)
            if f64::from(*value as f32).to_bits() == value.to_bits() =>
        {
            Cell::F32(*value as f32)
        }
        (Cell::Text(text), DataType::Timestamp(..)) if is_declared => {
            Cell::Timestamp(DateTime::parse_from_rfc3339(text).ok()?.timestamp_micros())
        }
        _ => return None,
    })
}

/// The number that is spelled without an exponent, if so many digits hold it.
fn decimal(text: &str, precision: u8, scale: usize) -> Option<Cell> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.trim_end_matches('0');
    let number: i128 = format!("{whole}{fraction:0<scale$}").parse().ok()?;
    let fits = !whole.is_empty()
        && fraction.len() <= scale
        && number.abs() < 10_i128.pow(precision.into());
    fits.then_some(Cell::Decimal(number))
}

fn integer(cell: &Cell) -> Option<i128> {
    match cell {
        Cell::I32(value) => Some((*value).into()),
        Cell::I64(value) => Some((*value).into()),
        Cell::U64(value) => Some((*value).into()),
        _ => None,
    }
}

fn text_of(cell: &Cell) -> String {
    match cell {
        Cell::Bool(value) => value.to_string(),
        Cell::I32(value) => value.to_string(),
        Cell::F32(value) => format!("{value:?}").replace("inf", "Infinity"),
        Cell::I64(value) => value.to_string(),
        Cell::U64(value) => value.to_string(),
        Cell::F64(value) => format!("{value:?}").replace("inf", "Infinity"),
        Cell::Text(text) | Cell::Number(text) | Cell::Json(text) => text.clone(),
        Cell::Null => "null".to_owned(),
        Cell::List(cells) => {
            format!("[{}]", cells.iter().map(json_of).collect::<Vec<_>>().join(","))
        }
        Cell::Bytes(_) => cell.encoded().as_str().unwrap_or_default().to_owned(),
        Cell::Timestamp(micros) => DateTime::from_timestamp_micros(*micros)
            .map_or_else(String::new, |time| {
                time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
            }),
        _ => unreachable!("no case gives {cell:?} to a column of another type"),
    }
}

fn json_of(cell: &Cell) -> String {
    match cell {
        Cell::Text(_) | Cell::Bytes(_) | Cell::Timestamp(_) => json!(text_of(cell)).to_string(),
        Cell::F32(value) if !value.is_finite() => json!(text_of(cell)).to_string(),
        Cell::F64(value) if !value.is_finite() => json!(text_of(cell)).to_string(),
        _ => text_of(cell),
    }
}

/// What the readers' program calls a type.
fn type_name(data_type: &DataType) -> String {
    match data_type {
        // No case has other bytes of that length.
        DataType::FixedSizeBinary(16) => "Uuid".to_owned(),
        DataType::List(element) => {
            format!("List({}, field: '{}')", type_name(element.data_type()), element.name())
        }
        // No case has others.
        DataType::Map(..) => "Map".to_owned(),
        _ => data_type.to_string(),
    }
}

impl Expected {
    /// Writes the model beside the file: a line on the columns and whatever else readers are told, then a
    /// line with the cells of each column.
    pub(crate) fn write(&self, path: &Path, told: &[(&str, serde_json::Value)]) -> io::Result<()> {
        let mut out = io::BufWriter::new(fs::File::create(path)?);
        let columns: Vec<_> = self
            .columns
            .iter()
            .map(|column| json!({ "name": column.name, "type": type_name(&column.data_type) }))
            .collect();
        let mut head = json!({ "columns": columns, "rows": self.rows });
        for (name, value) in told {
            head[name] = value.clone();
        }
        writeln!(out, "{head}")?;
        for column in &self.columns {
            let cells: serde_json::Value = column.cells.iter().map(Cell::encoded).collect();
            writeln!(out, "{cells}")?;
        }
        out.flush()
    }
}
