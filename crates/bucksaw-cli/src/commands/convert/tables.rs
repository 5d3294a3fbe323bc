//! The tables of a run, and the files that a job writes of them.

use std::collections::HashMap;
use std::path::PathBuf;

use bucksaw::{
    DeclaredSchema, Error, ErrorKind, InputTable, Options, Publication, Report, Result, Table,
    Writer,
};

use super::jobs::{Existing, Job, Target};
use super::read_sources::ReadSources;
use super::{existing, open};
use crate::ui;

/// All files of a signal are of one table (or of a kind of metrics, where each has its own), and so are all others: a column has one type
/// in all of them.
pub(super) struct Tables {
    options: Options,
    declared: DeclaredSchema,
    existing: Vec<Existing>,
    /// Those that no file is being written of.
    tables: HashMap<InputTable, Table>,
}

impl Tables {
    /// Tables with these options and columns, and with those of files that are there.
    pub(super) fn new(options: Options, declared: DeclaredSchema, existing: Vec<Existing>) -> Self {
        Self { options, declared, existing, tables: HashMap::new() }
    }

    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    /// Those of a dataset, whose folder knows the rest of its columns.
    pub(super) fn dataset_options(&self) -> Options {
        self.options.clone().schema(self.declared.clone())
    }

    /// That of these rows, for a file.
    pub(super) fn take(&mut self, of: InputTable) -> Result<Table> {
        if let Some(table) = self.tables.remove(&of) {
            return Ok(table);
        }
        let mut declared = self.declared.clone();
        let of_table = self.existing.iter().filter(|existing| existing.table == of);
        let paths: Vec<PathBuf> = of_table.map(|existing| existing.path.clone()).collect();
        ui::tell_notes(&existing::declare(&mut declared, &paths));
        Table::new(self.options.clone().schema(declared))
    }

    /// Those of which files were written.
    pub(super) fn all(&self) -> impl Iterator<Item = (InputTable, &Table)> {
        self.tables.iter().map(|(of, table)| (*of, table))
    }
}

/// The files that a job writes: one, or in a directory one of each table.
pub(super) struct Outputs<'j> {
    target: &'j Target,
    writers: Vec<(InputTable, Writer)>,
    /// A file that stands for itself, before anybody knows what its rows are: what forbids to write it is found before any work.
    unused: Option<Writer>,
}

impl<'j> Outputs<'j> {
    pub(super) fn of(job: &'j Job, tables: &mut Tables, files: &mut Publication) -> Result<Self> {
        let target = &job.target;
        let unused = match target {
            Target::InDirectory { .. } | Target::Dataset(_) => None,
            _ => Some(open(target, InputTable::default(), tables, files)?),
        };
        Ok(Self { target, writers: Vec::new(), unused })
    }

    /// The writer for rows of a table.
    ///
    /// # Errors
    /// [`ErrorKind::InputFormat`] where the job's file already has rows of another.
    pub(super) fn writer(
        &mut self,
        of: InputTable,
        tables: &mut Tables,
        files: &mut Publication,
    ) -> Result<&mut Writer> {
        let is_in_directory =
            matches!(self.target, Target::InDirectory { .. } | Target::Dataset(_));
        if let ([(first, writer)], false) = (&mut self.writers[..], is_in_directory)
            && *first == InputTable::from(of.signal)
            && writer.rows() == 0
        {
            // At first there was only what could not be read, and so was of no kind.
            *first = of;
        }
        let known = self.writers.iter().position(|(known, _)| *known == of);
        let index = match known {
            Some(index) => index,
            None => self.open(of, tables, files)?,
        };
        Ok(&mut self.writers[index].1)
    }

    fn open(
        &mut self,
        of: InputTable,
        tables: &mut Tables,
        files: &mut Publication,
    ) -> Result<usize> {
        let writer = match (self.unused.take(), self.target, self.writers.first()) {
            (Some(writer), ..) => writer,
            (_, Target::InDirectory { .. } | Target::Dataset(_), _) | (.., None) => {
                open(self.target, of, tables, files)?
            }
            (.., Some((other, _))) => {
                let message = format!(
                    "there are {of} behind {other}, which are rows of another table: name a directory (-o DIR/), which gets a file of each"
                );
                return Err(Error::new(ErrorKind::InputFormat, message));
            }
        };
        self.writers.push((of, writer));
        // All of them together have the memory that one would have.
        let count = self.writers.len();
        self.writers.iter_mut().try_for_each(|(_, writer)| writer.share_memory(count))?;
        Ok(self.writers.len() - 1)
    }

    /// Makes all rows part of their datasets, with how far the sources were read that they came from.
    ///
    /// # Errors
    /// As [`Writer::commit`].
    pub(super) fn commit(&mut self, read: &mut ReadSources) -> Result<()> {
        for (index, (of, writer)) in self.writers.iter_mut().enumerate() {
            let committed = writer.commit(read.take(*of, index == 0));
            committed.map_err(|error| in_dataset(error, self.target, *of))?;
        }
        read.committed();
        Ok(())
    }

    /// Whether there is a writer for rows of this table.
    pub(super) fn writes(&self, table: InputTable) -> bool {
        self.writers.iter().any(|(known, _)| *known == table)
    }

    /// Whether there was anything to write.
    pub(super) fn are_none(&self) -> bool {
        self.writers.is_empty()
    }

    /// Finishes all files; gives the tables back.
    pub(super) fn finish(
        mut self,
        tables: &mut Tables,
        files: &mut Publication,
        of: InputTable,
    ) -> Result<Vec<Report>> {
        if self.writers.is_empty() {
            // There were no rows: the file has none either.
            self.open(of, tables, files)?;
        }
        let has_rows = self.writers.iter().any(|(_, writer)| writer.rows() > 0);
        let mut reports = Vec::new();
        for (of, writer) in self.writers {
            // All of its records were rejected, or it only seemed to have some.
            if has_rows && writer.rows() == 0 && !writer.has_ended() {
                tables.tables.insert(of, writer.abort_with_table()?);
                continue;
            }
            let (report, table) = writer.finish_or_abort();
            tables.tables.insert(of, table);
            reports.push(report.map_err(|error| in_dataset(error, self.target, of)));
        }
        reports.into_iter().collect()
    }

    /// Leaves nothing of the files; gives the tables back.
    pub(super) fn abort(self, tables: &mut Tables) -> Result<()> {
        let unused = self.unused.map(|writer| (InputTable::default(), writer));
        for (of, writer) in self.writers.into_iter().chain(unused) {
            tables.tables.insert(of, writer.abort_with_table()?);
        }
        Ok(())
    }
}

/// An error of a signal's dataset, beside which there are others.
fn in_dataset(error: Error, target: &Target, of: InputTable) -> Error {
    match target {
        Target::Dataset(_) if of.signal.is_some() => {
            error.in_source(&format!("the dataset of {of}"))
        }
        _ => error,
    }
}
