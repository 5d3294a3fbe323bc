//! The tables of a run, and the files that a job writes of them.

use std::collections::HashMap;
use std::path::PathBuf;

use bucksaw::{
    DeclaredSchema, Error, ErrorKind, Options, Publication, Report, Result, Signal, Table, Writer,
};

use super::jobs::{Existing, Job, Target};
use super::{existing, open};
use crate::commands::signal::name_of;
use crate::ui;

/// All files of a signal are of one table, and so are all others: a column has one type in all of them.
pub(super) struct Tables {
    options: Options,
    declared: DeclaredSchema,
    existing: Vec<Existing>,
    /// Those that no file is being written of.
    tables: HashMap<Option<Signal>, Table>,
}

impl Tables {
    /// Tables with these options and columns, and with those of files that are there.
    pub(super) fn new(options: Options, declared: DeclaredSchema, existing: Vec<Existing>) -> Self {
        Self { options, declared, existing, tables: HashMap::new() }
    }

    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    fn take(&mut self, signal: Option<Signal>) -> Result<Table> {
        if let Some(table) = self.tables.remove(&signal) {
            return Ok(table);
        }
        let mut declared = self.declared.clone();
        let of_signal = self.existing.iter().filter(|existing| existing.signal == signal);
        let paths: Vec<PathBuf> = of_signal.map(|existing| existing.path.clone()).collect();
        ui::tell_notes(&existing::declare(&mut declared, &paths));
        Table::new(self.options.clone().schema(declared))
    }

    /// Those of which files were written.
    pub(super) fn all(&self) -> impl Iterator<Item = (Option<Signal>, &Table)> {
        self.tables.iter().map(|(signal, table)| (*signal, table))
    }
}

/// The files that a job writes: one, or in a directory one for each signal.
pub(super) struct Outputs<'j> {
    target: &'j Target,
    writers: Vec<(Option<Signal>, Writer)>,
    /// A file that stands for itself, before anybody knows what its rows are: what forbids to write it is found before any work.
    unused: Option<Writer>,
}

impl<'j> Outputs<'j> {
    pub(super) fn of(job: &'j Job, tables: &mut Tables, files: &mut Publication) -> Result<Self> {
        let target = &job.target;
        let unused = match target {
            Target::InDirectory { .. } => None,
            _ => Some(open(target, None, tables.take(None)?, files)?),
        };
        Ok(Self { target, writers: Vec::new(), unused })
    }

    /// The writer for rows of a signal.
    ///
    /// # Errors
    /// [`ErrorKind::InputFormat`] where the job's file already has rows of another.
    pub(super) fn writer(
        &mut self,
        signal: Option<Signal>,
        tables: &mut Tables,
        files: &mut Publication,
    ) -> Result<&mut Writer> {
        let known = self.writers.iter().position(|(known, _)| *known == signal);
        let index = match known {
            Some(index) => index,
            None => self.open(signal, tables, files)?,
        };
        Ok(&mut self.writers[index].1)
    }

    fn open(
        &mut self,
        signal: Option<Signal>,
        tables: &mut Tables,
        files: &mut Publication,
    ) -> Result<usize> {
        let writer = match (self.unused.take(), self.target, self.writers.first()) {
            (Some(writer), ..) => writer,
            (_, Target::InDirectory { .. }, _) | (.., None) => {
                open(self.target, signal, tables.take(signal)?, files)?
            }
            (.., Some((other, _))) => {
                let message = format!(
                    "there are {} behind {}, which are rows of another table: name a directory (-o DIR/), which gets a file of each",
                    name_of(signal),
                    name_of(*other)
                );
                return Err(Error::new(ErrorKind::InputFormat, message));
            }
        };
        self.writers.push((signal, writer));
        // All of them together have the memory that one would have.
        let count = self.writers.len();
        self.writers.iter_mut().try_for_each(|(_, writer)| writer.share_memory(count))?;
        Ok(self.writers.len() - 1)
    }

    /// Finishes all files; gives the tables back.
    pub(super) fn finish(
        mut self,
        tables: &mut Tables,
        files: &mut Publication,
        signal: Option<Signal>,
    ) -> Result<Vec<Report>> {
        if self.writers.is_empty() {
            // There were no rows: the file has none either.
            self.open(signal, tables, files)?;
        }
        let mut reports = Vec::new();
        for (signal, writer) in self.writers {
            let (report, table) = writer.finish_or_abort();
            tables.tables.insert(signal, table);
            reports.push(report);
        }
        reports.into_iter().collect()
    }

    /// Leaves nothing of the files; gives the tables back.
    pub(super) fn abort(self, tables: &mut Tables) -> Result<()> {
        let unused = self.unused.map(|writer| (None, writer));
        for (signal, writer) in self.writers.into_iter().chain(unused) {
            tables.tables.insert(signal, writer.abort_with_table()?);
        }
        Ok(())
    }
}
