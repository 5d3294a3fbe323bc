//! The open file, and in a dataset those that follow it.

#[cfg(feature = "arrow")]
use std::io::Read;
use std::sync::Arc;
use std::time::Instant;

use super::dataset_files::DatasetFiles;
use super::open_file::OpenFile;
use crate::block::{Block, BlockSlice};
use crate::dataset::{Folder, ReadSource};
use crate::encode::backend::Encode;
#[cfg(feature = "arrow")]
use crate::encode::copied::CopiedRowGroup;
#[cfg(feature = "arrow")]
use crate::encode::origins::KnownOrigins;
use crate::error::Result;
use crate::input::InputTable;
use crate::options::Options;
use crate::report::FileReport;
use crate::runtime::workers::Workers;
use crate::sink::Sink;
use crate::table::Table;

/// See the module. After an error it is only dropped.
pub(super) struct Files {
    /// In a dataset, without bytes until it has rows.
    pub(super) open: OpenFile,
    dataset: Option<Box<DatasetFiles>>,
}

impl Files {
    /// A single file.
    pub(super) fn one(table: &Table, sink: Box<dyn Sink>, workers: &Arc<Workers>) -> Self {
        Self { open: OpenFile::new(table, sink, workers), dataset: None }
    }

    /// Those of a dataset, which is in this folder.
    pub(super) fn of_dataset(table: &Table, mut folder: Folder, workers: &Arc<Workers>) -> Self {
        let open = OpenFile::new(table, Box::new(folder.stage()), workers);
        let dataset = DatasetFiles::new(table, folder, workers);
        Self { open, dataset: Some(Box::new(dataset)) }
    }

    /// The same, all of whose rows are of one folder of the dataset, whatever they have.
    #[cfg(feature = "arrow")]
    pub(super) fn in_folder(mut self, within: &str) -> Self {
        if let Some(dataset) = &mut self.dataset {
            dataset.are_in(within.to_owned());
        }
        self
    }

    /// Takes a row group of another file as its bytes are, which these are; false, and nothing is taken, where that can't be.
    #[cfg(feature = "arrow")]
    pub(super) fn copy(
        &mut self,
        copied: CopiedRowGroup,
        bytes: &mut dyn Read,
        table: &mut Table,
    ) -> Result<bool> {
        if !self.open.can_copy(&copied, table) {
            return Ok(false);
        }
        self.end_row_group(table)?;
        if self.dataset.as_ref().is_some_and(|dataset| dataset.roll.ends_before(copied.bytes())) {
            self.roll(table)?;
        }
        // Another file has the same columns, or those at least.
        if !self.open.can_copy(&copied, table) {
            return Ok(false);
        }
        self.open.copy(copied, bytes, table)?;
        if let Some(dataset) = &mut self.dataset {
            dataset.roll.note_ended(self.open.bytes());
            if dataset.roll.ends_file() {
                self.roll(table)?;
            }
        }
        Ok(true)
    }

    /// What files say that all rows come from.
    #[cfg(feature = "arrow")]
    pub(super) fn known_origins(&mut self) -> Option<&mut KnownOrigins> {
        self.dataset.as_mut()?.known.as_mut()
    }

    pub(super) fn is_of_dataset(&self) -> bool {
        self.dataset.is_some()
    }

    /// Memory is limited as these options say from now on.
    pub(super) fn limit_memory(&mut self, options: &Options) {
        self.open.limit_memory(options);
        if let Some(dataset) = &mut self.dataset {
            dataset.memory_limit = options.memory_limit;
        }
    }

    /// The same, which writes nothing and counts values.
    pub(super) fn counting(self) -> Self {
        Self { open: self.open.counting(), ..self }
    }

    /// Rows that all of them have taken.
    pub(super) fn rows(&self) -> u64 {
        self.open.rows() + self.dataset.as_ref().map_or(0, |dataset| dataset.rows())
    }

    /// Whether so many rows can be taken before anything ends.
    pub(super) fn has_room(&self, rows: usize) -> bool {
        let of_files = |dataset: &DatasetFiles| dataset.roll.has_room(self.open.rows(), rows);
        self.open.has_room(rows) && self.dataset.as_deref().is_none_or(of_files)
    }

    /// The rows are of this signal, all of them: a table has none of another.
    pub(super) fn are_of(&mut self, table: InputTable, options: &Options) {
        self.open.are_of(table, options);
        if let Some(dataset) = self.dataset.as_mut().filter(|_| table.signal.is_some()) {
            dataset.of = Some(table);
        }
    }

    /// Rows have come, wherever they wait.
    pub(super) fn note_rows(&mut self) {
        if let Some(dataset) = &mut self.dataset {
            dataset.roll.note_rows();
        }
    }

    /// When what has come is to be published.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.dataset.as_ref()?.roll.deadline()
    }

    /// Takes rows that there is room for; returns what is left to do with them.
    pub(super) fn take<'s>(
        &mut self,
        rows: BlockSlice<'s, '_>,
        table: &mut Table,
    ) -> Result<Box<dyn Encode + 's>> {
        self.note_rows();
        self.open.take(rows, table)
    }

    /// Takes all rows of a block, and does what there is to do with them.
    pub(super) fn write(&mut self, block: &Block<'_>, table: &mut Table) -> Result<()> {
        self.note_rows();
        match self.dataset.is_some() {
            true => self.write_rows(block.all(), table),
            false => self.open.write(block.all(), table),
        }
    }

    /// Takes rows that are in the order of their folders, whose names' columns are taken out.
    pub(super) fn write_in_order(
        &mut self,
        block: &mut Block<'_>,
        table: &mut Table,
    ) -> Result<()> {
        let Some(dataset) = &mut self.dataset else { return self.open.write(block.all(), table) };
        let runs = dataset.folders(block, table)?;
        dataset.path_columns(table).for_each(|id| block.remove_column(id));
        let mut rest = block.all();
        for (rows, folder) in runs {
            let (run, after) = rest.split_at(rows);
            if let Some(folder) = folder {
                self.roll(table)?;
                if let Some(dataset) = &mut self.dataset {
                    dataset.start_folder(folder);
                }
            }
            self.write_in_parts(run, table)?;
            rest = after;
        }
        Ok(())
    }

    /// Takes rows of the open file's folder, and looks at the file's size as often as that wants.
    fn write_in_parts(&mut self, mut rest: BlockSlice<'_, '_>, table: &mut Table) -> Result<()> {
        let most = self.dataset.as_ref().map_or(usize::MAX, |dataset| dataset.roll.part_rows());
        while rest.rows() > most {
            let (part, after) = rest.split_at(most);
            self.write_rows(part, table)?;
            if self.end_batch()? {
                self.end_row_group(table)?;
            }
            rest = after;
        }
        self.write_rows(rest, table)
    }

    /// Takes rows of the open file's folder, in as many files as it needs.
    fn write_rows(&mut self, mut rest: BlockSlice<'_, '_>, table: &mut Table) -> Result<()> {
        while rest.rows() > 0 {
            let in_file = self.open.rows();
            let rows = match &mut self.dataset {
                Some(dataset) => {
                    let end = dataset.roll.rows_before_end(&rest, in_file, &table.schema);
                    let before = dataset.rows() + in_file;
                    end.map_err(|error| match error.position().row {
                        Some(row) => error.with_row(before + row),
                        None => error,
                    })?
                }
                None => rest.rows(),
            };
            let (part, after) = rest.split_at(rows);
            if rows > 0 {
                self.open.write(part, table)?;
            }
            if after.rows() > 0 {
                self.roll(table)?;
            }
            rest = after;
        }
        Ok(())
    }

    /// Ends a batch; whether the row group is full, so that it has to end.
    pub(super) fn end_batch(&mut self) -> Result<bool> {
        let is_full = self.open.end_batch()?;
        Ok(match &mut self.dataset {
            Some(dataset) => {
                let (bytes, waiting) = self.open.bytes_open();
                dataset.roll.note_open(bytes, waiting);
                is_full || dataset.roll.ends_row_group()
            }
            None => is_full,
        })
    }

    pub(super) fn end_row_group(&mut self, table: &mut Table) -> Result<()> {
        self.open.end_row_group(table)?;
        let Some(dataset) = &mut self.dataset else { return Ok(()) };
        dataset.roll.note_ended(self.open.bytes());
        if dataset.roll.ends_file() { self.roll(table) } else { Ok(()) }
    }

    /// Ends the open file of a dataset, if it has rows; the next ones go into another.
    fn roll(&mut self, table: &mut Table) -> Result<()> {
        let Some(dataset) = &mut self.dataset else { return Ok(()) };
        if self.open.rows() == 0 {
            return Ok(());
        }
        // What is counted of values that wait for their types is the ended file's.
        self.open.settle(table)?;
        let next = dataset.next_file(table);
        let ended = std::mem::replace(&mut self.open, next);
        dataset.end_file(ended, table)
    }

    /// Ends the open file of a dataset, in which the last of all rows are that have come.
    fn end(&mut self, table: &mut Table) -> Result<()> {
        if let Some(dataset) = &mut self.dataset {
            dataset.is_ending = true;
        }
        self.roll(table)
    }

    /// Publishes all rows that have come.
    pub(super) fn publish(&mut self, table: &mut Table) -> Result<()> {
        self.end(table)?;
        match &mut self.dataset {
            Some(dataset) => dataset.publish(table),
            None => Ok(()),
        }
    }

    /// Makes all rows that have come part of the dataset, with how far these sources were read.
    pub(super) fn commit(&mut self, table: &mut Table, read: Vec<ReadSource>) -> Result<()> {
        self.end(table)?;
        match &mut self.dataset {
            Some(dataset) => dataset.commit(table, read),
            None => Ok(()),
        }
    }

    /// All rows have come before the first of them is in a file.
    pub(super) fn come_in_order(&mut self) {
        if let Some(dataset) = &mut self.dataset {
            dataset.is_in_order = true;
        }
    }

    /// Ends the file and publishes it, or ends the dataset's last one, which waits in its folder for an entry.
    pub(super) fn finish(mut self, table: &mut Table) -> Result<(FileReport, Option<Folder>)> {
        self.end(table)?;
        match self.dataset {
            Some(dataset) => {
                let (report, folder) = dataset.finish();
                Ok((report, Some(folder)))
            }
            None => Ok((self.open.finish(table, None)?.report(&table.schema), None)),
        }
    }

    pub(super) fn discard(self) -> Result<()> {
        self.open.discard()
    }
}
