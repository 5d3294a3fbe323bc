//! A writer of rows that a dataset has already.

use std::io::Read;
use std::sync::Arc;

use super::files::Files;
use super::ordered_file::OrderedFile;
use super::{Writer, ended, on_file};
use crate::dataset::Folder;
use crate::encode::copied::CopiedRowGroup;
use crate::encode::origins::KnownOrigins;
use crate::error::Result;
use crate::input::InputTable;
use crate::report::FileReport;
use crate::route::limits::threads_within;
use crate::runtime::workers::Workers;
use crate::table::Table;

impl Writer {
    /// A writer of files in one folder of a dataset, which all rows are of, whatever they have. They are rows of this table of an
    /// input.
    pub(crate) fn of_folder(
        table: Table,
        folder: Folder,
        within: &str,
        of: InputTable,
    ) -> Result<Self> {
        let workers = Arc::new(Workers::new(threads_within(&table.options))?);
        let mut files = Files::of_dataset(&table, folder, &workers).in_folder(within);
        files.are_of(of, &table.options);
        let file = OrderedFile::in_folder(&table, files);
        Ok(Self::with(table, file, workers))
    }

    /// What files say that the rows come from.
    pub(crate) fn known_origins(&mut self) -> Option<&mut KnownOrigins> {
        self.file.as_mut()?.known_origins()
    }

    /// Takes a row group of another file of the dataset as its bytes are, which these are; false, and nothing is taken, where that can't
    /// be.
    pub(crate) fn copy(&mut self, copied: CopiedRowGroup, bytes: &mut dyn Read) -> Result<bool> {
        self.check_open()?;
        self.write_collected()?;
        on_file(&mut self.file, 0, |file| file.copy(copied, bytes, &mut self.table))
    }

    /// Ends the last file; returns what was written of all, and the dataset's folder, in which files wait for an entry.
    pub(crate) fn finish_folder(mut self) -> Result<(FileReport, Option<Folder>)> {
        self.check_open()?;
        self.write_collected()?;
        let file = self.file.take().ok_or_else(ended)?;
        file.finish(&mut self.table)
    }
}
