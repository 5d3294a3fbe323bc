//! Rows as they come: their columns get types, and what is told of them is counted.

use crate::block::{Block, BlockSlice};
use crate::coerce::counting::Counting;
use crate::coerce::settling::{Due, Settling};
#[cfg(feature = "arrow")]
use crate::encode::copied::CopiedRowGroup;
use crate::error::Result;
use crate::options::Options;
use crate::route::tally::Tally;
use crate::row_lines::{RowLines, SourceLine};
#[cfg(feature = "arrow")]
use crate::schema::ColumnId;
use crate::schema::Schema;
use crate::table::Table;

/// See the module.
pub(super) struct Arriving {
    settling: Settling,
    /// Instead, where values are only counted.
    counting: Option<Counting>,
    row_lines: RowLines,
    tally: Tally,
    rows: u64,
    /// Those since types had to settle: of the open row group, or that wait in memory.
    open_rows: usize,
}

/// Columns whose values have waited for their types, with those of the same rows that did not have to.
pub(super) struct Late<'s, 'a> {
    pub(super) block: &'s Block<'a>,
    /// Their first row among the open ones, and among all.
    pub(super) first: usize,
    pub(super) row: u64,
    pub(super) row_lines: &'s RowLines,
    pub(super) schema: &'s Schema,
}

impl Arriving {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            settling: Settling::new(options),
            counting: None,
            row_lines: RowLines::default(),
            tally: Tally::new(options.timestamp_column.clone()),
            rows: 0,
            open_rows: 0,
        }
    }

    /// Memory is limited as these options say from now on.
    pub(super) fn limit_memory(&mut self, options: &Options) {
        self.settling.limit_memory(options);
    }

    /// The same, whose values are only counted.
    pub(super) fn counting(self) -> Self {
        Self { counting: Some(Counting::default()), ..self }
    }

    pub(super) fn is_counting(&self) -> bool {
        self.counting.is_some()
    }

    /// What was counted; nothing is from now on.
    pub(super) fn end_counting(&mut self) -> Option<Counting> {
        self.counting.take()
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn open_rows(&self) -> usize {
        self.open_rows
    }

    pub(super) fn tally(&self) -> &Tally {
        &self.tally
    }

    pub(super) fn into_tally(self) -> Tally {
        self.tally
    }

    pub(super) fn row_lines(&self) -> &RowLines {
        &self.row_lines
    }

    /// Bytes of memory that values take that wait for their types.
    pub(super) fn bytes_held(&self) -> usize {
        self.settling.bytes_held()
    }

    /// Rows from row `row` on of those that come next are of this line and those behind it, or of none.
    pub(super) fn come_from(&mut self, row: u64, source_line: Option<SourceLine>) {
        self.row_lines.add(self.rows + row, source_line);
    }

    /// Adds rows. Those whose types are due then have to be [settled](Self::settle).
    pub(super) fn add(&mut self, rows: &BlockSlice<'_, '_>, schema: &Schema) -> Result<()> {
        self.tally.add(rows, self.rows, &self.row_lines, schema);
        match &mut self.counting {
            Some(counting) => counting.add(rows, self.rows, &self.row_lines, schema),
            None => self.settling.take(rows, self.open_rows, schema)?,
        }
        self.rows += rows.rows() as u64;
        self.open_rows += rows.rows();
        Ok(())
    }

    /// Whether all is known of a row group of another file that is told of rows.
    #[cfg(feature = "arrow")]
    pub(super) fn knows(&self, copied: &CopiedRowGroup, schema: &Schema) -> bool {
        copied.columns().all(|(name, values, bounds)| {
            let column = schema.columns().iter().find(|column| column.name == name);
            column.is_some_and(|column| {
                values == 0 || bounds.is_some() || !self.tally.follows(column)
            })
        })
    }

    /// Adds the rows of a row group of another file.
    #[cfg(feature = "arrow")]
    pub(super) fn add_copied(&mut self, copied: &CopiedRowGroup, schema: &Schema) {
        for (name, values, bounds) in copied.columns() {
            if let Some(index) = schema.columns().iter().position(|column| column.name == name) {
                let id = ColumnId::new(index, schema.table());
                self.tally.add_known(id, (values, bounds), schema);
            }
        }
        self.rows += copied.rows;
    }

    /// The next columns whose types are due.
    pub(super) fn next_due(&mut self) -> Option<Due> {
        self.settling.next_due(self.open_rows)
    }

    /// The next columns that have no types yet.
    pub(super) fn next_waiting(&mut self) -> Option<Due> {
        self.settling.next()
    }

    /// Settles columns' types, and has their values taken.
    pub(super) fn settle(
        &mut self,
        due: Due,
        table: &mut Table,
        take: impl FnOnce(Late<'_, '_>) -> Result<()>,
    ) -> Result<()> {
        let first = due.start;
        let row = self.rows - (self.open_rows - first) as u64;
        let (counts, row_lines) = (&mut table.counts, &self.row_lines);
        let settled = due.settle(&mut table.schema, |block, schema| {
            self.tally.add(&block.all(), row, row_lines, schema);
            take(Late { block, first, row, row_lines, schema })?;
            counts.add(block);
            Ok(())
        });
        settled.map_err(|error| error.at_row(row))
    }

    /// Forgets the lines of rows that nobody will ask for.
    pub(super) fn forget_lines(&mut self) {
        let first = self.rows - self.open_rows as u64;
        let waits = self.settling.first_row().map(|row| first + row as u64);
        self.row_lines.forget_before(waits.unwrap_or(self.rows));
    }

    /// All types have settled.
    pub(super) fn end(&mut self) {
        self.open_rows = 0;
    }
}
