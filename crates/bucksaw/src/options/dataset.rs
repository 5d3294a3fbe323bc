//! How a dataset's rows become files.

use std::collections::HashSet;
use std::time::Duration;

use super::file_name::FileName;
use super::{Options, PartitionKey, SortKey, bad};
use crate::error::Result;

/// See the setters of [`Options`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DatasetOptions {
    pub(crate) partition: Vec<PartitionKey>,
    pub(crate) roll_rows: Option<u64>,
    pub(crate) roll_bytes: Option<u64>,
    pub(crate) roll_age: Option<Duration>,
    pub(crate) keep_together: Vec<SortKey>,
    pub(crate) file_name: FileName,
    pub(crate) atomic: bool,
}

impl DatasetOptions {
    /// Refuses what is told of a dataset's files where there is a single one.
    ///
    /// # Errors
    /// [`ErrorKind::Options`](crate::ErrorKind::Options).
    pub(crate) fn check_is_unused(&self) -> Result<()> {
        if *self == Self::default() {
            return Ok(());
        }
        let what = "folders, limits of files, rows to keep together and names of files";
        Err(bad(format!("{what} are for datasets: open one (Dataset::open)")))
    }
}

/// Bytes of a file of a dataset, at the least, at which the next one is begun.
pub const MIN_ROLL_BYTES: u64 = 64 << 10;

impl Options {
    /// The folders that rows of a [dataset](crate::Dataset) go into, `NAME=VALUE` within `NAME=VALUE`, as Hive has them. Rows
    /// wait as they do to be [put in order](Self::sort_by), so that each folder gets one file, or those that the limits of files
    /// want. Default: none.
    ///
    /// ```
    /// use bucksaw::{Dataset, Options, PartitionKey};
    /// # let folder = tempfile::tempdir()?;
    /// let options = Options::new().partition_by(PartitionKey::list("service")?);
    /// let mut writer = Dataset::open(folder.path(), options)?.write()?;
    /// writer.write_rows([[("service", "api"), ("body", "a")], [("service", "db"), ("body", "b")]])?;
    /// writer.finish()?;
    /// assert!(folder.path().join("service=api").is_dir() && folder.path().join("service=db").is_dir());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn partition_by(mut self, keys: impl IntoIterator<Item = PartitionKey>) -> Self {
        self.dataset.partition = keys.into_iter().collect();
        self
    }

    /// Rows in one file of a dataset, at the most; the next ones go into another. Default: no limit.
    #[must_use]
    pub fn roll_rows(mut self, rows: u64) -> Self {
        self.dataset.roll_rows = Some(rows);
        self
    }

    /// Bytes of one file of a dataset, about: as they are in the file. Default: no limit.
    #[must_use]
    pub fn roll_bytes(mut self, bytes: u64) -> Self {
        self.dataset.roll_bytes = Some(bytes);
        self
    }

    /// How long a file of a dataset takes rows, from its first one on; then it is published, and the next rows go into another. Rows that
    /// are to be put in order, or into folders, are, of each such time by itself. Default: to the end.
    #[must_use]
    pub fn roll_age(mut self, age: Duration) -> Self {
        self.dataset.roll_age = Some(age);
        self
    }

    /// Rows that follow each other and have equal keys stay in one file of a dataset, whatever the limits of files are: files
    /// end where the key changes. A key that comes again later is an error. Default: none.
    #[must_use]
    pub fn keep_together(mut self, keys: impl IntoIterator<Item = SortKey>) -> Self {
        self.dataset.keep_together = keys.into_iter().collect();
        self
    }

    /// What files of a dataset are called.
    #[must_use]
    pub fn file_name(mut self, name: FileName) -> Self {
        self.dataset.file_name = name;
        self
    }

    /// Whether all files of a dataset's writer appear together, when it [finishes](crate::Writer::finish). Default: no, each
    /// appears when it is whole.
    #[must_use]
    pub fn atomic(mut self, atomic: bool) -> Self {
        self.dataset.atomic = atomic;
        self
    }

    /// The same without what is told of datasets.
    pub(crate) fn of_single_file(self) -> Self {
        Self { dataset: DatasetOptions::default(), ..self }
    }

    /// What is wrong with those of datasets.
    pub(super) fn dataset_problems(&self) -> Vec<String> {
        let DatasetOptions { partition, roll_rows, roll_bytes, roll_age, keep_together, .. } =
            &self.dataset;
        let mut problems = Vec::new();
        if *roll_rows == Some(0) {
            problems.push(
                "no file has 0 rows (--roll-rows, Options::roll_rows): it must be 1 or more"
                    .to_owned(),
            );
        }
        if let Some(bytes) = roll_bytes.filter(|bytes| *bytes < MIN_ROLL_BYTES) {
            problems.push(format!(
                "files of {bytes} bytes are too small (--roll-size, of compact --target-size; Options::roll_bytes): it must be {MIN_ROLL_BYTES} or more"
            ));
        }
        if roll_age.is_some_and(|age| age.is_zero()) {
            problems.push("no file takes rows for no time (--roll-age, Options::roll_age): it must be more than 0".to_owned());
        }
        let mut names = HashSet::new();
        for key in partition {
            if key.name().starts_with(['_', '.']) {
                problems.push(format!(
                    "readers pass over folders whose names begin with _ or ., as {:?}: call the level (NAME=FUNCTION(COLUMN)) or the column (rename) otherwise",
                    key.name()
                ));
            }
            if !names.insert(key.name().to_lowercase()) {
                problems.push(format!(
                    "two levels of folders are called {:?}: call one of them otherwise (NAME={key})",
                    key.name()
                ));
            }
        }
        problems.extend(partition.iter().filter_map(|key| self.absence_of(key)));
        if !partition.is_empty() && !self.dataset.file_name.has_partition() {
            problems.push(format!(
                "there are folders, and the name {:?} does not say them: it begins with {{partition}}/",
                self.dataset.file_name.to_string()
            ));
        }
        if !keep_together.is_empty() && !self.clustered_by.is_empty() {
            problems.push("rows of equal keys are kept together as they come, and not where row groups put them in another order (cluster)".to_owned());
        }
        problems
    }

    /// What is wrong where rows have no column of a key that folders are by, since other options take it from them.
    fn absence_of(&self, key: &PartitionKey) -> Option<String> {
        let column = key.column.as_str();
        let by = format!("folders are to be called by {key}");
        if self.dropped.iter().any(|dropped| self.declared_name(dropped) == column) {
            let stays = match key.is_column() {
                true => "; no file has it in any case",
                false => "",
            };
            return Some(format!("{by}, and {column:?} is dropped: don't drop it{stays}"));
        }
        let is_new = self.renamed.values().any(|to| to == column);
        if let Some(to) = self.renamed.get(column).filter(|to| *to != column && !is_new) {
            return Some(format!(
                "{by}, and {column:?} is renamed to {to:?}: have folders called by that"
            ));
        }
        let is_within = |selected: &String| {
            let name = self.declared_name(selected);
            let below = column.strip_prefix(&name);
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        };
        if self.selected.is_empty() || self.selected.iter().any(is_within) {
            return None;
        }
        Some(format!(
            "{by}, and {column:?} is not among the columns that are selected: select it, too"
        ))
    }
}
