//! A table: what all of its files have in common.

use std::collections::HashSet;

use bumpalo::Bump;

use crate::block::Block;
use crate::block::counts::Alterations;
use crate::coerce::block_builder::BlockBuilder;
use crate::coerce::refusal::UNKNOWN_COLUMN;
use crate::error::{Error, ErrorKind, Result};
use crate::options::declared::{DeclaredColumn, DeclaredSchema, REST_COLUMN};
use crate::options::{ColumnOption, Options, UnknownColumn};
use crate::report::FileReport;
use crate::schema::{Column, ColumnId, ColumnType, Renamed, Resolution, Schema};
use crate::types::path;

/// A schema with its rules, and counts of what could not be stored as it came. It outlives the files
/// that are written of it: their columns have the same types, and a [`ColumnId`] is good for all of them.
///
/// ```
/// use bucksaw::{MemorySink, Options, Table, Value};
/// let mut table = Table::new(Options::new())?;
/// let status = table.column("status")?;
/// let mut writer = table.write_to(MemorySink::new())?;
/// writer.write_row([(status, Value::from(200_i64))])?;
/// let first = writer.next_file(MemorySink::new())?;
/// writer.write_row([(status, Value::from(503_i64))])?;
/// let (report, table) = writer.finish_with_table()?;
/// assert_eq!((first.rows, report.files.len(), report.rows), (1, 2, 2));
/// assert_eq!(table.declared().to_json(), r#"{"columns":[{"name":"status","type":"int64","settled":true}]}"#);
/// # Ok::<(), bucksaw::Error>(())
/// ```
#[derive(Debug)]
pub struct Table {
    pub(crate) options: Options,
    pub(crate) schema: Schema,
    pub(crate) counts: TableCounts,
}

/// What was counted of the values that a table was given.
#[derive(Clone, Debug, Default)]
pub(crate) struct TableCounts {
    pub(crate) alterations: Alterations,
    /// For each column, as far as counted, how many values it has.
    pub(crate) values: Vec<u64>,
    /// For each column of text, as far as counted, how many values of other types it holds as they are spelled.
    pub(crate) spelled: Vec<u64>,
    /// For each column, as far as counted, what of the alterations was done with its values.
    pub(crate) columns: Vec<Alterations>,
}

impl TableCounts {
    /// Adds what a block counted.
    pub(crate) fn add(&mut self, block: &Block<'_>) {
        self.alterations.add(block.alterations());
        for (id, slice) in block.all().columns() {
            if id.index() >= self.values.len() {
                self.values.resize(id.index() + 1, 0);
            }
            self.values[id.index()] += slice.count() as u64;
        }
        for id in block.spelled() {
            if id.index() >= self.spelled.len() {
                self.spelled.resize(id.index() + 1, 0);
            }
            self.spelled[id.index()] += 1;
        }
        for counted in block.outcomes() {
            let column = counted.column();
            if column >= self.columns.len() {
                self.columns.resize(column + 1, Alterations::default());
            }
            self.columns[column].count(counted.outcome());
        }
    }
}

impl Table {
    /// A table without rows, with the columns that the options declare. The options are also those of
    /// its files.
    ///
    /// # Errors
    /// [`ErrorKind::Options`].
    pub fn new(options: Options) -> Result<Self> {
        options.validate()?;
        let schema = Schema::new(&options);
        Ok(Self { options, schema, counts: TableCounts::default() })
    }

    /// The columns so far.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        self.schema.columns()
    }

    /// How often a value could not be stored as it came.
    #[must_use]
    pub fn alterations(&self) -> Alterations {
        self.counts.alterations
    }

    /// The columns so far as a schema that another table can be told, which then gives the same types
    /// and names to the same rows. Left out are `_rest`, which every table has, columns that had no value yet, and those of types that only
    /// Arrow has.
    #[must_use]
    pub fn declared(&self) -> DeclaredSchema {
        let declared = |column: &Column| {
            let ty = column.ty.clone().filter(|ty| ty.problem().is_none())?;
            let path = column.path().filter(|path| *path != [column.name.as_str()]);
            (column.name != REST_COLUMN).then(|| DeclaredColumn {
                name: column.name.clone(),
                ty,
                input: column.input.clone(),
                path,
                field_id: column.field_id,
                settled: column.is_settled
                    && column.sibling_of.is_none()
                    && column.ty != Some(ColumnType::Text),
                comment: None,
                sibling_of: column.sibling_of.map(|(id, _)| self.schema.column(id).name.clone()),
            })
        };
        DeclaredSchema {
            columns: self.columns().iter().filter_map(declared).collect(),
            unknown_columns: self.schema.unknown_columns,
        }
    }

    /// Resolves a column's path once, as rows give it ([`Key::Name`](crate::Key::Name)), for rows that then give its id. A new column gets its type
    /// from its first value.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] where the schema refuses columns that it does not have, or it would have no column of
    /// its own (see [`Options::max_columns`] and [`Options::memory_limit`]).
    pub fn column(&mut self, name: &str) -> Result<ColumnId> {
        let refused =
            |why: &str| Err(Error::new(ErrorKind::Refused, why).in_column(&path::shown(name)));
        match self.schema.resolve(name) {
            Resolution::Column(id) => Ok(id),
            Resolution::Rest => refused(
                "it can have no column of its own (more columns than are allowed or than the memory limit carries, or too long a name): give it by name, and it is kept in \"_rest\"",
            ),
            Resolution::Unexpected => refused(UNKNOWN_COLUMN),
        }
    }

    /// Makes a block of rows of this table, for [`Writer::write_block`](crate::Writer::write_block). Values are borrowed; text
    /// made on the way is put into `arena`.
    ///
    /// # Errors
    /// [`ErrorKind::OtherTable`] where the block has rows of another table.
    pub fn builder<'b, 'a>(
        &'b mut self,
        block: &'b mut Block<'a>,
        arena: &'a Bump,
    ) -> Result<BlockBuilder<'b, 'a>> {
        self.check_block(block)?;
        Ok(BlockBuilder::new(block, &mut self.schema, arena))
    }

    pub(crate) fn check_block(&self, block: &Block<'_>) -> Result<()> {
        if block.rows() == 0 || block.pivoted.table == self.schema.table() {
            return Ok(());
        }
        let message = "the block was made with another table's columns: make it with this writer's";
        Err(Error::new(ErrorKind::OtherTable, message))
    }

    pub(crate) fn renamed(&self) -> Vec<Renamed> {
        self.schema.renamed()
    }

    /// Columns that options name, and that no row of these files had and no schema declares.
    pub(crate) fn unknown_columns(&self, files: &[FileReport]) -> Vec<UnknownColumn> {
        let mut named = self.options.named_columns();
        if !named.is_empty() {
            let with_type = self.columns().iter().filter(|column| column.ty.is_some());
            let known: HashSet<&str> = with_type.map(|column| column.name.as_str()).collect();
            named.retain(|UnknownColumn { option, column, .. }| {
                if option.declares() {
                    let name = self.options.declared_name(column);
                    return !files.iter().any(|file| file.has_values_of(&name));
                }
                if *option == ColumnOption::Redact {
                    return !self.has_redacted(column);
                }
                match option.is_of_rows() {
                    true => !self.schema.has_rows_of(column),
                    false => !known.contains(column.as_str()),
                }
            });
            for named in named.iter_mut().filter(|named| !named.option.declares()) {
                let mut columns = self.columns().iter();
                let meant = columns.find(|column| column.shown_path() == named.column);
                named.stored_as = meant.map(|column| column.name.clone());
            }
        }
        named
    }

    /// The columns of messages that fingerprints are of.
    pub(crate) fn fingerprint_of(&self) -> Vec<String> {
        let messages = self.schema.fingerprinted_messages().into_iter();
        let columns = messages.map(|id| self.schema.column(id));
        let name = |column: &Column| match column.is_dropped {
            true => column.shown_path(),
            false => column.name.clone(),
        };
        columns.map(name).collect()
    }

    /// Whether a value was redacted that an option of this name means.
    fn has_redacted(&self, named: &str) -> bool {
        let of_columns = self.columns().iter().zip(&self.counts.columns);
        let mut by_name = of_columns.clone().filter(|(column, _)| {
            column.redacted.as_ref().is_some_and(|redacted| redacted.is_by(named))
        });
        // What has no column is counted for all of them together.
        let in_columns: u64 = of_columns.map(|(_, counts)| counts.redacted).sum();
        by_name.any(|(_, counts)| counts.redacted > 0)
            || self.counts.alterations.redacted > in_columns
    }

    /// Whether rows can be refused.
    pub(crate) fn refuses_rows(&self) -> bool {
        self.schema.refuses_rows()
    }
}
