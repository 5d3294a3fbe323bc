//! The files of a dataset: when one ends and the next begins, what they are called, and when they become part of it.

use std::sync::Arc;

use chrono::DateTime;

use super::open_file::{OfDataset, OpenFile};
use crate::block::Block;
use crate::dataset::{Added, DatasetFile, Details, Folder, ReadSource};
use crate::encode::origins::KnownOrigins;
use crate::error::{Error, ErrorKind, Result};
use crate::input::InputTable;
use crate::options::PartitionKey;
use crate::options::file_name::Named;
use crate::report::{FileReport, TimeRange};
use crate::route::partition::{self, FolderRun};
use crate::route::roll::Roll;
use crate::runtime::workers::Workers;
use crate::schema::ColumnId;
use crate::table::Table;

/// See the module.
pub(super) struct DatasetFiles {
    folder: Folder,
    workers: Arc<Workers>,
    pub(super) roll: Roll,
    pub(super) memory_limit: usize,
    /// What the rows are.
    pub(super) of: Option<InputTable>,
    /// What folders are by that rows are told apart by.
    keys: Vec<PartitionKey>,
    /// The open file's folder, within the dataset's; empty where there are none, or no row yet.
    partition: String,
    /// All files that have ended, as one.
    written: FileReport,
    /// Whether all rows come before the first of them is in a file.
    pub(super) is_in_order: bool,
    /// What files say that all rows come from.
    pub(super) known: Option<KnownOrigins>,
    /// Whether all rows that have come are in the files by now, and those up to the last time at which they were.
    pub(super) is_ending: bool,
    rows_at_end: u64,
    /// Rows whose text is empty that a folder is called by.
    unnamed: u64,
}

impl DatasetFiles {
    pub(super) fn new(table: &Table, folder: Folder, workers: &Arc<Workers>) -> Self {
        Self {
            written: FileReport::of_dataset(folder.root()),
            folder,
            workers: Arc::clone(workers),
            roll: Roll::new(&table.options),
            memory_limit: table.options.memory_limit,
            of: None,
            keys: table.options.dataset.partition.clone(),
            partition: String::new(),
            is_in_order: false,
            known: None,
            is_ending: false,
            rows_at_end: 0,
            unnamed: 0,
        }
    }

    /// All rows are of this folder, whatever they have, and come from files that say what is known of them.
    #[cfg(feature = "arrow")]
    pub(super) fn are_in(&mut self, folder: String) {
        self.keys.clear();
        self.partition = folder;
        self.known = Some(KnownOrigins::default());
    }

    /// Rows of files that have ended.
    pub(super) fn rows(&self) -> u64 {
        self.written.rows
    }

    /// Runs of rows of one folder each; the first may be the open file's.
    pub(super) fn folders(&mut self, block: &Block<'_>, table: &Table) -> Result<Vec<FolderRun>> {
        let (runs, unnamed) =
            partition::runs(&self.keys, &block.all(), &self.partition, &table.schema)?;
        self.unnamed += unnamed;
        Ok(runs)
    }

    /// Columns whose values stand in the folders' names.
    pub(super) fn path_columns<'t>(&self, table: &'t Table) -> impl Iterator<Item = ColumnId> + 't {
        let columns = table.schema.columns().iter().enumerate();
        let columns = columns.filter(|(_, column)| column.is_in_path);
        columns.map(|(index, _)| ColumnId::new(index, table.schema.table()))
    }

    pub(super) fn start_folder(&mut self, folder: String) {
        self.partition = folder;
        self.roll.start_folder();
    }

    pub(super) fn next_file(&mut self, table: &Table) -> OpenFile {
        let mut next = OpenFile::new(table, Box::new(self.folder.stage()), &self.workers);
        if self.memory_limit != table.options.memory_limit {
            next.limit_memory(&table.options.clone().memory_limit(self.memory_limit));
        }
        if let Some(of) = self.of {
            next.are_of(of, &table.options);
        }
        self.roll.start_file();
        next
    }

    /// Ends a file whose columns have types, which waits for the next entry of the manifest, or becomes part of the dataset at once.
    pub(super) fn end_file(&mut self, file: OpenFile, table: &mut Table) -> Result<()> {
        self.check_names(table)?;
        let in_path = partition::constants(&self.partition, &table.schema);
        let known = self.known.as_ref();
        let is_alone = self.is_ending && self.written.rows == self.rows_at_end;
        let finished = file.finish(table, Some(OfDataset { is_alone, known, in_path }))?;
        self.roll.note_footer(finished.footer_bytes);
        let (staged, hash) = (finished.published.path.clone(), finished.published.hash);
        let sorted_by = finished.sorted_by.clone();
        let report = finished.report(&table.schema);
        let name = staged.as_deref().and_then(|staged| staged.file_name());
        self.folder.add(Added {
            file: self.described(&report, hash.unwrap_or_default(), table),
            details: Some(Details::of(&report, sorted_by)),
            staged: name.map(|name| name.to_string_lossy().into_owned()),
        })?;
        self.written.add(report);
        let is_due = self.folder.is_entry_due() || !self.is_in_order;
        match is_due && !table.options.dataset.atomic {
            true => self.folder.commit(&table.declared()),
            false => Ok(()),
        }
    }

    fn described(&self, report: &FileReport, hash: u128, table: &Table) -> DatasetFile {
        let named = table.options.timestamp_column.as_deref();
        let time = TimeRange::of_moments(&report.times, named);
        let name = table.options.dataset.file_name.of(&Named {
            partition: &self.partition,
            first_time: time.and_then(|range| moment(range, range.first)),
            last_time: time.and_then(|range| moment(range, range.last)),
            seq: self.folder.next_seq(),
            id: (hash >> 64) as u64,
        });
        DatasetFile {
            path: name,
            rows: report.rows,
            bytes: report.bytes,
            row_groups: report.row_groups as u64,
            xxh3_128: format!("{hash:032x}"),
            partition: partition::values(&self.partition),
            times: report.times.clone(),
        }
    }

    /// Checks that there are the columns that folders are called by, and that no column of the files is called as a level of the
    /// folders is: readers fail on both.
    fn check_names(&self, table: &Table) -> Result<()> {
        for key in &table.options.dataset.partition {
            let mut columns = table.schema.columns().iter();
            if !columns.any(|column| column.ty.is_some() && column.name == key.column) {
                let message = format!(
                    "no row had a column {:?}, which folders are to be called by ({key}), nor has the dataset: all rows would be in one folder",
                    key.column
                );
                return Err(Error::new(ErrorKind::Options, message));
            }
            if key.is_column() {
                continue;
            }
            let is_same = |name: &str| name.eq_ignore_ascii_case(key.name());
            let mut columns = table.schema.columns().iter();
            if columns.any(|column| column.ty.is_some() && is_same(&column.name)) {
                let message = format!(
                    "rows have a column {:?}, too, and readers can't tell it from the folders that are called so: call these otherwise (NAME={key})",
                    key.name()
                );
                return Err(Error::new(ErrorKind::Options, message));
            }
        }
        Ok(())
    }

    /// Makes all files that have ended part of the dataset, unless all are to appear together at the end.
    pub(super) fn publish(&mut self, table: &Table) -> Result<()> {
        self.start_window();
        match table.options.dataset.atomic {
            true => Ok(()),
            false => self.folder.commit(&table.declared()),
        }
    }

    /// Makes all files that have ended part of the dataset, and with them how far these sources were read.
    pub(super) fn commit(&mut self, table: &Table, read: Vec<ReadSource>) -> Result<()> {
        self.start_window();
        read.into_iter().try_for_each(|source| self.folder.note_read(source))?;
        self.folder.commit(&table.declared())
    }

    fn start_window(&mut self) {
        self.roll.start_window();
        (self.is_ending, self.rows_at_end) = (false, self.written.rows);
    }

    /// What was written, and the folder, in which files may wait for an entry.
    pub(super) fn finish(self: Box<Self>) -> (FileReport, Folder) {
        (FileReport { unnamed: self.unnamed, ..self.written }, self.folder)
    }
}

/// A moment to seconds, as names have it.
fn moment(range: &TimeRange, value: i64) -> Option<String> {
    let per_second = 1_000_000_000 / range.unit?.nanos();
    let time = DateTime::from_timestamp(value.div_euclid(per_second), 0)?;
    Some(time.format("%Y%m%dT%H%M%SZ").to_string())
}
