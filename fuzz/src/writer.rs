//! Rows made by a small program, so that few bytes of input make pages of many kinds; the file is read
//! back with the parquet crate, goes through the layout checker, and holds what a plain model says.

use arbitrary::Arbitrary;
use bucksaw::{
    BackendKind, ColumnType, Compression, DeclaredSchema, MemorySink, Names, Options, Profile,
    Statistics, TimeUnit, Value,
};
use bumpalo::Bump;

use crate::support::{Cell, Row, read};

const NAMES: [&str; 6] = ["a", "b.c", "D", "e f", "g__text", "\u{e9}"];

/// Rows of one case, at the most.
const MOST_ROWS: usize = 30_000;
/// Elements of all lists of one case, at the most.
const MOST_ELEMENTS: usize = 100_000;

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Type {
    Bool,
    I32,
    I64,
    F32,
    F64,
    Text,
    Bytes,
    Timestamp,
}

impl Type {
    fn declared(self) -> ColumnType {
        match self {
            Self::Bool => ColumnType::Bool,
            Self::I32 => ColumnType::Int32,
            Self::I64 => ColumnType::Int64,
            Self::F32 => ColumnType::Float,
            Self::F64 => ColumnType::Double,
            Self::Text => ColumnType::Text,
            Self::Bytes => ColumnType::Bytes,
            Self::Timestamp => ColumnType::Timestamp(TimeUnit::Micros),
        }
    }
}

/// The lists of a column, whose elements a row's value starts.
#[derive(Arbitrary, Clone, Copy, Debug)]
struct Lists {
    /// Lengths go from nought to this one.
    longest: u8,
    /// Every n-th element is null.
    nulls: u8,
    /// What is added from element to element.
    step: i8,
}

/// How a column goes on from row to row.
#[derive(Arbitrary, Clone, Debug)]
enum Pattern {
    Null,
    Same(i64),
    /// From a start in steps.
    Steps(i64, i16),
    /// So many different values.
    Cycle(u16),
    /// No two the same, after a while.
    Random(u64),
    /// The same with every n-th null.
    Sparse(i64, u8),
}

/// Rows in which every column keeps to its pattern.
#[derive(Arbitrary, Debug)]
struct Stretch {
    rows: u16,
    patterns: [Pattern; NAMES.len()],
}

#[derive(Arbitrary, Debug)]
pub struct Case {
    is_arrow: bool,
    is_modern: bool,
    dictionary: bool,
    compression: u8,
    statistics: u8,
    threads: u8,
    row_group_rows: u16,
    page_bytes: u16,
    one_by_one: bool,
    types: [Type; NAMES.len()],
    /// The columns that hold lists of their type, which is declared then.
    lists: [Option<Lists>; NAMES.len()],
    /// What texts and bytes are made of.
    text: String,
    stretches: Vec<Stretch>,
}

impl Case {
    fn options(&self, rows: usize) -> Options {
        let compression = match self.compression % 5 {
            0 => Compression::None,
            1 => Compression::Snappy,
            2 => Compression::Lz4,
            3 => Compression::Gzip(1),
            _ => Compression::Zstd(1),
        };
        let statistics = match self.statistics % 3 {
            0 => Statistics::None,
            1 => Statistics::Chunk,
            _ => Statistics::Page,
        };
        let options = Options::new()
            .names(Names::Dotted)
            // Text is made at random, and stays it.
            .timestamps(false)
            .profile(if self.is_modern { Profile::Modern } else { Profile::Portable })
            .dictionary(self.dictionary)
            .compression(compression)
            .statistics(statistics)
            .threads(usize::from(self.threads % 3) + 1)
            .schema(self.schema())
            .page_bytes(1_024 + usize::from(self.page_bytes));
        match self.is_arrow {
            false => options
                .backend(BackendKind::Direct)
                // Not thousands of row groups: they take long and find nothing new.
                .row_group_rows((usize::from(self.row_group_rows) + 1).max(rows / 50)),
            // Its first batch has to show all columns.
            true => options.backend(BackendKind::Arrow).chunk_rows(MOST_ROWS),
        }
    }

    fn schema(&self) -> DeclaredSchema {
        let columns = NAMES.iter().zip(self.types).zip(self.lists);
        columns
            .filter(|(_, lists)| lists.is_some())
            .fold(DeclaredSchema::new(), |schema, ((name, ty), _)| {
                schema.column(*name, ColumnType::list_of(ty.declared()))
            })
    }

    fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut elements = 0;
        for stretch in &self.stretches {
            for number in 0..usize::from(stretch.rows).min(MOST_ROWS - rows.len()) {
                let mut row = Row::new();
                for (column, pattern) in stretch.patterns.iter().enumerate() {
                    let Some(seed) = pattern.at(number as i64) else { continue };
                    let cell = match self.lists[column] {
                        None => self.cell(self.types[column], seed),
                        Some(lists) => {
                            let most = MOST_ELEMENTS - elements;
                            let list = self.list(self.types[column], lists, seed, most);
                            elements += list.len();
                            Cell::List(list)
                        }
                    };
                    row.insert(NAMES[column].to_owned(), cell);
                }
                rows.push(row);
            }
        }
        rows
    }

    fn list(&self, ty: Type, lists: Lists, seed: i64, most: usize) -> Vec<Option<Cell>> {
        let Lists { longest, nulls, step } = lists;
        let len = (seed as u64 % (u64::from(longest) + 1)) as usize;
        let element = |number: usize| {
            let is_null = number % (usize::from(nulls) + 1) == usize::from(nulls);
            let seed = seed.wrapping_add(number as i64 * i64::from(step));
            (!is_null).then(|| self.cell(ty, seed))
        };
        (0..len.min(most)).map(element).collect()
    }

    fn cell(&self, ty: Type, seed: i64) -> Cell {
        match ty {
            Type::Bool => Cell::Bool(seed & 1 == 1),
            Type::I32 => Cell::I32(seed as i32),
            Type::I64 => Cell::I64(seed),
            Type::F32 => Cell::F32(seed as u32),
            Type::F64 => Cell::F64(seed as u64),
            Type::Text => Cell::Text(format!("{}{seed}", self.text)),
            Type::Bytes => Cell::Bytes(
                self.text.bytes().chain(seed.to_le_bytes()).skip(seed as usize % 8).collect(),
            ),
            Type::Timestamp => Cell::Timestamp(seed),
        }
    }
}

impl Pattern {
    fn at(&self, row: i64) -> Option<i64> {
        match self {
            Self::Null => None,
            Self::Same(value) => Some(*value),
            Self::Steps(start, step) => {
                Some(start.wrapping_add(row.wrapping_mul(i64::from(*step))))
            }
            Self::Cycle(count) => Some(row % (i64::from(*count) + 1)),
            Self::Random(seed) => {
                let mixed = (seed ^ row as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                Some((mixed ^ mixed >> 29) as i64)
            }
            Self::Sparse(value, every) => (row % (i64::from(*every) + 1) != 0).then_some(*value),
        }
    }
}

fn value<'c>(cell: &'c Cell, arena: &'c Bump) -> Value<'c> {
    match cell {
        Cell::Bool(value) => Value::Bool(*value),
        Cell::I32(value) => Value::I32(*value),
        Cell::I64(value) => Value::I64(*value),
        Cell::U64(value) => Value::U64(*value),
        Cell::Integer(_) => unreachable!("no case has decimals"),
        Cell::Map(_) => unreachable!("no case has maps"),
        Cell::F32(bits) => Value::F32(f32::from_bits(*bits)),
        Cell::F64(bits) => Value::F64(f64::from_bits(*bits)),
        Cell::Text(text) => Value::Text(text),
        Cell::Bytes(bytes) => Value::Bytes(bytes),
        Cell::Timestamp(value) => Value::Timestamp(*value),
        Cell::List(elements) => {
            Value::List(
                arena.alloc_slice_fill_iter(elements.iter().map(|element| {
                    element.as_ref().map_or(Value::Null, |cell| value(cell, arena))
                })),
            )
        }
    }
}

pub fn run(case: &Case) {
    if case.text.len() > 5_000 {
        return;
    }
    let model = case.rows();
    let sink = MemorySink::new();
    let mut writer =
        case.options(model.len()).write_to(Box::new(sink.clone())).expect("sound options");
    let arena = Bump::new();
    let rows: Vec<Vec<(&str, Value<'_>)>> = model
        .iter()
        .map(|row| row.iter().map(|(name, cell)| (name.as_str(), value(cell, &arena))).collect())
        .collect();
    if case.one_by_one {
        for row in &rows {
            writer.write_row(row.iter().copied()).expect("taken");
        }
    } else {
        writer.write_slice(&rows).expect("taken");
    }
    let report = writer.finish().expect("a file");
    let (_, read) = read(&sink.published().expect("published"));
    assert_eq!(report.rows, model.len() as u64);
    assert_eq!(read.len(), model.len());
    for (number, (read, row)) in read.iter().zip(&model).enumerate() {
        assert_eq!(read, row, "row {number}");
    }
}
