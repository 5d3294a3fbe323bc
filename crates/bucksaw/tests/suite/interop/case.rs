//! A case: what is given to a writer, how, and what the file has to hold then.

use std::cell::OnceCell;
use std::path::Path;

use arrow_array::RecordBatch;
use bucksaw::{
    BackendKind, Block, BlockBuilder, ColumnType, DeclaredSchema, ErrorKind, Input, Key, Names,
    NdjsonOptions, OnError, Options, Result, Value, Writer,
};
use bumpalo::Bump;

use crate::interop::Writes;
use crate::interop::cell::Row;
use crate::interop::json::rows_of_lines;
use crate::interop::model::{Expected, Rules, expected_of_rows};
use crate::interop::read_back::Fact;

/// Rows in each slice or block of a case.
const PART_ROWS: usize = 700;

/// By which of the writer's doors rows go in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Door {
    /// `write_row` with names.
    Names,
    /// `write_row` with resolved ids.
    Ids,
    /// `write_slice`.
    Slices,
    /// `write_block`.
    Blocks,
}

pub(crate) enum Content {
    Rows(Vec<Row>, Door),
    /// Lines, and the rows that they are.
    Lines(String, Vec<Row>),
    /// Batches, and what becomes of them.
    Batches(Vec<RecordBatch>, Expected),
}

/// What a case demands of a backend beyond the usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    LateColumns,
    ArrowTypes,
}

pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) options: Options,
    pub(crate) rules: Rules,
    pub(crate) content: Content,
    pub(crate) facts: Vec<Fact>,
    pub(crate) demand: Option<Demand>,
    /// Whether readers that are slow to ask try all filters too.
    pub(crate) tries_all_filters: bool,
    /// Worked out once for all writers.
    expected: OnceCell<Expected>,
}

impl Case {
    fn new(name: impl Into<String>, content: Content) -> Self {
        Self {
            name: name.into(),
            // What rows become is told value by value: the first says what a column's type is.
            options: Options::new().settling_rows(0).names(Names::Dotted),
            rules: Rules::default(),
            content,
            facts: Vec::new(),
            demand: None,
            tries_all_filters: false,
            expected: OnceCell::new(),
        }
    }

    pub(crate) fn rows(name: impl Into<String>, rows: Vec<Row>) -> Self {
        Self::new(name, Content::Rows(rows, Door::Names))
    }

    pub(crate) fn rows_by(name: impl Into<String>, rows: Vec<Row>, door: Door) -> Self {
        Self::new(name, Content::Rows(rows, door))
    }

    pub(crate) fn lines(name: impl Into<String>, lines: impl Into<String>) -> Self {
        let lines = lines.into();
        let rows = rows_of_lines(&lines);
        Self::new(name, Content::Lines(lines, rows))
    }

    /// Lines whose rows are known without reading them.
    pub(crate) fn made_lines(name: impl Into<String>, lines: String, rows: Vec<Row>) -> Self {
        Self::new(name, Content::Lines(lines, rows))
    }

    pub(crate) fn batches(
        name: impl Into<String>,
        batches: Vec<RecordBatch>,
        expected: Expected,
    ) -> Self {
        Self::new(name, Content::Batches(batches, expected))
    }

    pub(crate) fn with(mut self, change: impl FnOnce(Options) -> Options) -> Self {
        self.options = change(self.options);
        self
    }

    /// Row groups of so many rows.
    pub(crate) fn groups_of(self, rows: usize) -> Self {
        self.with(|options| options.row_group_rows(rows))
    }

    pub(crate) fn declared<N: Into<String>>(
        mut self,
        columns: impl IntoIterator<Item = (N, ColumnType)>,
    ) -> Self {
        self.rules.declared.extend(columns.into_iter().map(|(name, ty)| (name.into(), ty)));
        let declare = |schema: DeclaredSchema, (name, ty): &(String, ColumnType)| {
            schema.column(name.clone(), ty.clone())
        };
        let schema = self.rules.declared.iter().fold(DeclaredSchema::new(), declare);
        self.with(|options| options.schema(schema))
    }

    pub(crate) fn max_columns(mut self, columns: usize) -> Self {
        self.rules.max_columns = columns;
        self.with(|options| options.max_columns(columns))
    }

    pub(crate) fn text_prefix(mut self, prefix: &str) -> Self {
        self.rules.prefixes.push(prefix.to_owned());
        self.with(|options| options.text_prefixes([prefix]))
    }

    pub(crate) fn fact(mut self, fact: Fact) -> Self {
        self.facts.push(fact);
        self
    }

    pub(crate) fn trying_all_filters(mut self) -> Self {
        self.tries_all_filters = true;
        self
    }

    pub(crate) fn demands(mut self, demand: Demand) -> Self {
        self.demand = Some(demand);
        self
    }

    pub(crate) fn expected(&self) -> &Expected {
        match &self.content {
            Content::Rows(rows, _) | Content::Lines(_, rows) => {
                self.expected.get_or_init(|| expected_of_rows(rows, &self.rules))
            }
            Content::Batches(_, expected) => expected,
        }
    }

    /// Writes the case's file.
    pub(crate) fn write(&self, writes: Writes, path: &Path) -> Result<()> {
        let Writes { backend, profile, threads, .. } = writes;
        let options = self.options.clone().backend(backend).profile(profile).threads(threads);
        let mut writer = options.create(path)?;
        match &self.content {
            Content::Rows(rows, door) => write_rows(&mut writer, rows, *door)?,
            Content::Lines(lines, _) => {
                let options = NdjsonOptions::default();
                let mut input =
                    Input::ndjson(&self.name, lines.as_bytes(), options, OnError::Fail)?;
                writer.write_input(&mut input)?;
            }
            Content::Batches(batches, _) => {
                for batch in batches {
                    writer.write_record_batch(batch)?;
                }
            }
        }
        let report = writer.finish()?;
        assert_eq!(report.rows, self.expected().rows as u64, "{}: rows reported", self.name);
        Ok(())
    }
}

/// The error that a backend has to give where it can't do what a case demands.
pub(crate) fn refusal(backend: BackendKind, demand: Demand) -> Option<ErrorKind> {
    match (backend, demand) {
        (BackendKind::Arrow, Demand::LateColumns) => Some(ErrorKind::LateColumn),
        (BackendKind::Arrow, Demand::ArrowTypes) | (_, Demand::LateColumns) => None,
        (_, Demand::ArrowTypes) => Some(ErrorKind::Unsupported),
    }
}

/// The row as the writer takes it, its lists in `arena`.
fn values<'r>(row: &'r Row, arena: &'r Bump) -> Vec<(&'r str, Value<'r>)> {
    row.iter()
        .map(|(name, cell)| (name.as_str(), cell.value(arena).expect("a value that rows can have")))
        .collect()
}

fn write_rows(writer: &mut Writer, rows: &[Row], door: Door) -> Result<()> {
    let arena = &Bump::new();
    match door {
        Door::Names => rows.iter().try_for_each(|row| writer.write_row(values(row, arena))),
        Door::Ids => {
            for row in rows {
                let mut resolved = Vec::new();
                for (name, value) in
                    values(row, arena).into_iter().filter(|(_, v)| *v != Value::Null)
                {
                    resolved.push((Key::Id(writer.column(name)?), value));
                }
                writer.write_row(resolved)?;
            }
            Ok(())
        }
        Door::Slices => rows.chunks(PART_ROWS).try_for_each(|part| {
            writer.write_slice(&part.iter().map(|row| values(row, arena)).collect::<Vec<_>>())
        }),
        Door::Blocks => rows.chunks(PART_ROWS).try_for_each(|part| {
            let mut block = Block::new();
            let mut builder: BlockBuilder<'_, '_> = writer.builder(&mut block, arena)?;
            for row in part {
                for (name, value) in values(row, arena) {
                    builder.push(name, value)?;
                }
                builder.end_row();
            }
            writer.write_block(&block)
        }),
    }
}
