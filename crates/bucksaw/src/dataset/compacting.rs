//! Small files become large ones.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::time::SystemTime;

use serde::Serialize;

use super::expiring::is_before;
use super::folder::PARTITION;
use super::looking::hash_of;
use super::manifest::Details;
use super::partitioned::partition_of;
use super::{Dataset, DatasetFile, Folder, Manifest, own_folder, table_of};
use crate::encode::copied::CopiedRowGroup;
use crate::error::{Error, ErrorKind, Result};
use crate::escape::escape_path;
use crate::input::columnar::{metadata_of, origins_of};
use crate::input::{Input, InputTable};
use crate::options::{DatasetOptions, MetricKind, Options, PartitionKey, Signal, SortKey};
use crate::report::TimeRange;
use crate::report::signal_stats::SignalStats;
use crate::route::partition::folder_of;
use crate::sink::failure::failed;
use crate::writer::Writer;

/// Bytes of the files that small ones become, about, unless told.
pub const DEFAULT_TARGET_BYTES: u64 = 256 << 20;
/// Bytes of a row group, at the least, that is copied as its bytes are, unless told.
pub const DEFAULT_COPIED_BYTES: u64 = 16 << 20;
/// Files of less than one part in so many of that are small.
const SMALL_SHARE: u64 = 2;

/// Which files of a dataset are merged, and into how large ones: see [`Dataset::compact`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compaction {
    target_bytes: u64,
    copied_bytes: u64,
    before: Option<SystemTime>,
}

impl Default for Compaction {
    fn default() -> Self {
        let (target_bytes, copied_bytes) = (DEFAULT_TARGET_BYTES, DEFAULT_COPIED_BYTES);
        Self { target_bytes, copied_bytes, before: None }
    }
}

impl Compaction {
    /// All files that are small, into files of 256 MiB.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes of the new files, about, [`MIN_ROLL_BYTES`](crate::limits::MIN_ROLL_BYTES) at the least; files of less than half of that are small.
    #[must_use]
    pub fn target_bytes(mut self, bytes: u64) -> Self {
        self.target_bytes = bytes;
        self
    }

    /// Row groups of so many bytes in their file, at the least, become row groups of the new files as their bytes are, where these are as the
    /// options want them (the codec, the profile, bloom filters), rows stay in the order in which they came, and no column has lists or
    /// statistics of a signal. Default: [`DEFAULT_COPIED_BYTES`](crate::limits::DEFAULT_COPIED_BYTES).
    #[must_use]
    pub fn copied_bytes(mut self, bytes: u64) -> Self {
        self.copied_bytes = bytes;
        self
    }

    /// Only files whose last moment is before this time, or which themselves have been there since before: that of the first column
    /// of timestamps that a file has, or of [`Options::timestamp_column`].
    #[must_use]
    pub fn before(mut self, time: SystemTime) -> Self {
        self.before = Some(time);
        self
    }
}

/// Files of one folder of a dataset that are merged.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Merged {
    /// The value of each level of their folder, as text; null where their rows have none.
    pub partition: BTreeMap<String, Option<String>>,
    /// The small files, in the order in which they came.
    pub removed: Vec<DatasetFile>,
    /// Those that have their rows now; none where files were only looked for.
    pub added: Vec<DatasetFile>,
}

impl Dataset {
    /// Merges the small files of each folder of a dataset, so that readers open fewer. Each folder's go with one entry of the manifest, in
    /// which its new files appear, and then `look` is told; one small file alone stays as it is.
    ///
    /// Rows and values are the same as before, in the order in which the files came, or as the options [sort](Options::sort_by) them,
    /// or else as all of a folder's small files are sorted. New files have all columns that the dataset has. They are written with
    /// these options, which need not be those of the old ones; what rows are put into folders by is the dataset's.
    ///
    /// Who lists a folder without looking at the manifest finds all old files or all new ones where the system can let two folders
    /// change places (Linux) and the folder has files alone; in other folders, as that of a dataset without [partitions](Options::partition_by), the new
    /// ones appear first, and then the old ones go.
    ///
    /// ```
    /// use bucksaw::{Compaction, Dataset, Options};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path();
    /// for n in 0..3_i64 {
    ///     let mut writer = Dataset::open(path, Options::new())?.write()?;
    ///     writer.write_row([("n", bucksaw::Value::from(n))])?;
    ///     writer.finish()?;
    /// }
    /// Dataset::compact(path, Options::new(), &Compaction::new(), |merged| {
    ///     assert_eq!((merged.removed.len(), merged.added.len(), merged.added[0].rows), (3, 1, 3));
    ///     Ok(())
    /// })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`open`](Self::open); [`ErrorKind::Malformed`] where a file is not as it was written. Folders that `look` was told of are merged, others
    /// as they were. Those of `look`.
    pub fn compact(
        path: impl AsRef<Path>,
        options: Options,
        which: &Compaction,
        mut look: impl FnMut(Merged) -> Result<()>,
    ) -> Result<()> {
        options.validate()?;
        let path = path.as_ref();
        let mut folder = Folder::open(path)?;
        let options =
            options_for(options, partition_of(&own_folder(path).join(PARTITION))?, &folder, which);
        for mergeable in mergeable(path, &options, which)? {
            let (kept, merged) = mergeable.merge(folder, &options, which.copied_bytes)?;
            folder = kept;
            look(merged)?;
        }
        Ok(())
    }

    /// The files that [`compact`](Self::compact) would merge, each folder's together.
    ///
    /// # Errors
    /// As [`for_each_file`](Self::for_each_file).
    pub fn compactable(
        path: impl AsRef<Path>,
        options: &Options,
        which: &Compaction,
    ) -> Result<Vec<Merged>> {
        let path = path.as_ref();
        let mut options = options.clone();
        options.dataset.partition = partition_of(&own_folder(path).join(PARTITION))?;
        let mergeable = mergeable(path, &options, which)?;
        Ok(mergeable.into_iter().map(Mergeable::into_merged).collect())
    }
}

/// The options of the new files.
fn options_for(
    options: Options,
    keys: Vec<PartitionKey>,
    folder: &Folder,
    which: &Compaction,
) -> Options {
    let schema = folder.schema().clone();
    let file_name = options.dataset.file_name.clone();
    let dataset = DatasetOptions {
        partition: keys,
        roll_bytes: Some(which.target_bytes),
        file_name,
        // Nothing appears before old files can go.
        atomic: true,
        ..DatasetOptions::default()
    };
    let max_columns = options.max_columns.max(schema.columns.len());
    Options { schema, dataset, max_columns, ..options }
}

/// The small files of one folder.
#[derive(Debug, Default)]
struct Mergeable {
    folder: String,
    files: Vec<DatasetFile>,
    /// How many values each of them has of its columns.
    values: Vec<Vec<(String, u64)>>,
    /// What each of them is sorted by, and which table its rows are of.
    sorted_by: Vec<Vec<String>>,
    of: Vec<InputTable>,
}

/// Those of all folders that have several.
fn mergeable(path: &Path, options: &Options, which: &Compaction) -> Result<Vec<Mergeable>> {
    let mut folders: BTreeMap<String, Mergeable> = BTreeMap::new();
    let manifest = Manifest::open(&own_folder(path))?;
    manifest.for_each_file(|added| {
        let (file, details) = (added.file, added.details);
        if file.bytes >= which.target_bytes / SMALL_SHARE {
            return Ok(());
        }
        if !which.before.map_or(Ok(true), |before| is_old(path, &file, before, options))? {
            return Ok(());
        }
        let folder = folder_of(&options.dataset.partition, &file.partition).ok_or_else(|| {
            let why = "the manifest has it in other folders than the dataset's";
            Error::new(ErrorKind::Malformed, why).in_source(&escape_path(&path.join(&file.path)))
        })?;
        let of_folder = folders.entry(folder.clone()).or_default();
        of_folder.folder = folder;
        of_folder.values.push(values(&file, details.as_ref()));
        of_folder.of.push(table_of_rows(details.as_ref()));
        of_folder.sorted_by.push(details.map(|details| details.sorted_by).unwrap_or_default());
        of_folder.files.push(file);
        Ok(())
    })?;
    Ok(folders.into_values().filter(|folder| folder.files.len() > 1).collect())
}

/// How many values a file has of each of its columns, and of those that its folder is called by.
fn values(file: &DatasetFile, details: Option<&Details>) -> Vec<(String, u64)> {
    let of_columns = details.into_iter().flat_map(|details| &details.columns);
    let of_columns = of_columns.map(|column| {
        (column.name.clone(), file.rows.saturating_sub(column.nulls.unwrap_or_default()))
    });
    of_columns.chain(file.partition.keys().map(|name| (name.clone(), file.rows))).collect()
}

/// Whether a file's rows, or the file itself, are from before this time.
fn is_old(root: &Path, file: &DatasetFile, before: SystemTime, options: &Options) -> Result<bool> {
    let times = TimeRange::of_moments(&file.times, options.timestamp_column.as_deref());
    if times.is_some_and(|range| is_before(range, before)) {
        return Ok(true);
    }
    let path = root.join(&file.path);
    match fs::metadata(&path).and_then(|found| found.modified()) {
        Ok(modified) => Ok(modified < before),
        Err(cause) if cause.kind() == io::ErrorKind::Unsupported => Ok(false),
        Err(cause) => Err(failed(format!("could not look at {}", escape_path(&path)), cause)),
    }
}

/// Which table a file's rows are of, as far as its statistics of signals say.
fn table_of_rows(details: Option<&Details>) -> InputTable {
    let stats = details.and_then(|details| details.signal_stats.clone());
    let stats = stats.and_then(|stats| serde_json::from_value(stats).ok());
    let mut table = InputTable::default();
    table.signal = match stats {
        Some(SignalStats::Logs(_)) => Some(Signal::Logs),
        Some(SignalStats::Traces(_)) => Some(Signal::Traces),
        Some(SignalStats::Metrics(stats)) => {
            // Where each kind is a table of its own, rows don't say it.
            let is_of = |kind: &MetricKind| {
                let mut metrics = stats.metrics.iter();
                !stats.metrics.is_empty() && metrics.all(|metric| metric.ty == kind.to_string())
            };
            table.metrics = MetricKind::ALL.into_iter().find(is_of);
            Some(Signal::Metrics)
        }
        None => None,
    };
    table
}

impl Mergeable {
    fn into_merged(self) -> Merged {
        let partition = self.files.first().map(|file| file.partition.clone());
        Merged { partition: partition.unwrap_or_default(), removed: self.files, added: Vec::new() }
    }

    /// Writes the rows of all files into others, which take their place.
    fn merge(
        self,
        mut folder: Folder,
        options: &Options,
        copied_bytes: u64,
    ) -> Result<(Folder, Merged)> {
        let root = folder.root().to_owned();
        let schema = folder.schema().clone();
        folder.merge_in(&self.folder);
        let table = table_of(self.sorted(options.clone()))?;
        let mut writer = Writer::of_folder(table, folder, &self.folder, self.table())?;
        for (file, values) in self.files.iter().zip(&self.values) {
            let path = root.join(&file.path);
            check(&path, file)?;
            let open = || File::open(&path).map_err(|cause| unread(&path, cause));
            let name = escape_path(&path);
            let origins = origins_of(open()?).map_err(|error| error.in_source(&name))?;
            if let Some(known) = writer.known_origins() {
                known.add(&origins, values.iter().map(|(name, values)| (name.as_str(), *values)));
            }
            let copied_bytes = if file.bytes < copied_bytes { u64::MAX } else { copied_bytes };
            write_file(&mut writer, &open, &name, copied_bytes)?;
        }
        self.check_rows(&root, &writer)?;
        let folder = writer.finish_folder()?;
        // A writer of a folder gives it back.
        let mut folder = folder.map_or_else(|| Folder::open(&root), Ok)?;
        for file in &self.files {
            folder.remove(file.path.clone())?;
        }
        let merged = Merged { added: folder.merged(), ..self.into_merged() };
        folder.commit(&schema)?;
        Ok((folder, merged))
    }

    /// The options, which sort rows as all files are sorted unless they say an order.
    fn sorted(&self, options: Options) -> Options {
        let is_told = [options.sorted_into.is_empty(), options.clustered_by.is_empty()]
            != [true; 2]
            || !options.sorted_by.is_empty();
        let Some(keys) = self.sorted_by.first().filter(|_| !is_told) else { return options };
        if self.sorted_by.iter().any(|other| other != keys) {
            return options;
        }
        let keys: Result<Vec<SortKey>> = keys.iter().map(|key| key.parse()).collect();
        match keys {
            Ok(keys) => options.sort_by(keys),
            Err(_) => options,
        }
    }

    /// Which table all rows are of.
    fn table(&self) -> InputTable {
        let first = self.of.first().copied().unwrap_or_default();
        if self.of.iter().all(|of| *of == first) { first } else { InputTable::default() }
    }

    /// Checks that all rows have come, with the values that they had.
    fn check_rows(&self, root: &Path, writer: &Writer) -> Result<()> {
        let rows: u64 = self.files.iter().map(|file| file.rows).sum();
        let changed = writer.table().alterations();
        let why = if writer.rows() != rows {
            format!("{} rows came of {rows}", writer.rows())
        } else if changed != crate::Alterations::default() {
            format!("values are of other types than the dataset's ({changed:?})")
        } else {
            return Ok(());
        };
        let of = escape_path(&root.join(&self.folder));
        let message = format!("its small files stay as they are, since of their rows {why}");
        Err(Error::new(ErrorKind::Malformed, message).in_source(&of))
    }
}

/// Writes the rows of a file, row groups of so many bytes as they are, if they can be.
fn write_file(
    writer: &mut Writer,
    open: &dyn Fn() -> Result<File>,
    name: &str,
    copied_bytes: u64,
) -> Result<()> {
    let mut from = 0;
    let write = |writer: &mut Writer, groups: Range<usize>| -> Result<()> {
        let mut input = Input::of_row_groups(name.to_owned(), open()?, groups);
        writer.write_input(&mut input)
    };
    if copied_bytes == u64::MAX {
        return write(writer, 0..usize::MAX);
    }
    let metadata = metadata_of(open()?).map_err(|error| error.in_source(name))?;
    for group in 0..metadata.num_row_groups() {
        let copied = CopiedRowGroup::of(&metadata, group);
        let Some(copied) = copied.filter(|copied| copied.bytes() >= copied_bytes) else { continue };
        if from < group {
            write(writer, from..group)?;
        }
        from = group;
        let mut opened = open()?;
        let start = copied.range.start;
        opened.seek(SeekFrom::Start(start)).map_err(|cause| Error::io("could not read", cause))?;
        let is_copied = writer.copy(copied, &mut opened);
        if is_copied.map_err(|error| error.in_source(name))? {
            from = group + 1;
        }
    }
    match from < metadata.num_row_groups() {
        true => write(writer, from..usize::MAX),
        false => Ok(()),
    }
}

/// Checks that a file has the bytes that were written, before it goes for good.
fn check(path: &Path, file: &DatasetFile) -> Result<()> {
    let (_, hash) = hash_of(path).map_err(|cause| unread(path, cause))?;
    if format!("{:032x}", hash) == file.xxh3_128 {
        return Ok(());
    }
    let why = "it is not as it was written: put it back from a copy, or take it out of the dataset";
    Err(Error::new(ErrorKind::Malformed, why).in_source(&escape_path(path)))
}

fn unread(path: &Path, cause: io::Error) -> Error {
    Error::io(format!("could not read {}", escape_path(path)), cause)
}
