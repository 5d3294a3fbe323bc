//! The files that a run makes part of datasets: `--json` tells each as it comes, and a run that fails says which are there.

use std::io;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use bucksaw::escape::escape_path;
use bucksaw::internal::{counted, datasets};
use bucksaw::{Error, InputTable, Result};

use super::SHOWN;
use super::jobs::in_directory;
use crate::cli::ConvertArgs;
use crate::commands::ls::Listed;
use crate::ui;

/// See the module.
pub(super) struct Published {
    directory: PathBuf,
    /// Whether a line of JSON tells each.
    prints: bool,
    resumes: bool,
    /// Whether a dataset's files appear together.
    is_atomic: bool,
    datasets: Vec<OfDataset>,
    /// Why no further file is told.
    unprinted: Option<Error>,
}

/// A dataset that the run writes to.
struct OfDataset {
    table: InputTable,
    folder: PathBuf,
    /// The newest entry of its manifest before the run's.
    before: u64,
    /// The last one whose files were told.
    told: u64,
}

impl Published {
    /// Of a run that writes a dataset; none of another.
    pub(super) fn of(arguments: &ConvertArgs) -> Option<Self> {
        let (datasets, unprinted) = (Vec::new(), None);
        let directory = PathBuf::from(&arguments.output);
        let (prints, resumes) = (arguments.json, arguments.dataset.resume);
        let is_atomic = arguments.dataset.atomic;
        let is_it = arguments.dataset.is_wanted();
        is_it.then_some(Self { directory, prints, resumes, is_atomic, datasets, unprinted })
    }

    /// The run writes to the dataset of this table, and nobody else does by now.
    pub(super) fn add(&mut self, table: InputTable) -> Result<()> {
        if self.datasets.iter().any(|known| known.table == table) {
            return Ok(());
        }
        let folder = in_directory(&self.directory, table, Path::new(""));
        let before = datasets::newest_entry(&folder)?;
        self.datasets.push(OfDataset { table, folder, before, told: before });
        Ok(())
    }

    /// Prints a line for each file that has become part of a dataset since. Where that can't be, the run goes on, and tells it at its
    /// end.
    pub(super) fn tell(&mut self) {
        if self.prints && self.unprinted.is_none() {
            self.unprinted = self.datasets.iter_mut().try_for_each(OfDataset::tell).err();
        }
    }

    /// # Errors
    /// Why not all files were told.
    pub(super) fn check_told(&mut self) -> Result<()> {
        self.unprinted.take().map_or(Ok(()), Err)
    }

    /// What to say where the run fails: how many of its files are there, and which.
    pub(super) fn words(&self) -> (u64, Vec<String>) {
        let shown = escape_path(&self.directory);
        let (mut first, mut files) = (Vec::new(), 0_u64);
        let mut look = |path: PathBuf| {
            files += 1;
            if first.len() < SHOWN {
                first.push(format!("  {}", escape_path(&path)));
            }
        };
        let counted_all = self.datasets.iter().try_for_each(|dataset| {
            datasets::for_each_added(&dataset.folder, dataset.before, |file| {
                look(dataset.folder.join(file.path));
                Ok(())
            })
            .map(drop)
        });
        let next = match (self.resumes, files) {
            (_, 1..) if self.is_atomic => {
                "of several signals, --atomic holds for each one's dataset: another run of the same inputs would add these rows once more"
            }
            (true, _) => {
                "once what follows is mended, the same command goes on from the last commit point"
            }
            (false, 0) => "",
            (false, _) => {
                "another run of the same inputs would add their rows once more. With --atomic none would stay"
            }
        };
        let of_run = match (counted_all, files) {
            // Whatever it was, the files are there.
            (Err(_), _) => format!("files of this run that were whole by now are in {shown}"),
            (Ok(()), 0) => format!("no file of this run is in {shown}"),
            (Ok(()), 1) => format!("1 file of this run is in {shown}"),
            (Ok(()), _) => format!("{} of this run are in {shown}", counted(files, "file")),
        };
        let words = if next.is_empty() { of_run } else { format!("{of_run}: {next}") };
        let more = files.saturating_sub(first.len() as u64);
        let more = (more > 0).then(|| format!("  and {more} more (bucksaw ls {shown})"));
        (files, [words].into_iter().chain(first).chain(more).collect())
    }
}

impl OfDataset {
    fn tell(&mut self) -> Result<()> {
        let mut out = io::stdout().lock();
        let dataset = escape_path(&self.folder);
        self.told = datasets::for_each_added(&self.folder, self.told, |file| {
            let line = Listed { dataset: dataset.clone(), file: &file };
            ui::write_json(&line, &mut out).map_err(ui::unwritten)
        })?;
        out.flush().map_err(ui::unwritten)
    }
}
