//! Small files become large ones.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use super::expiring::is_before;
use super::folder::{PARTITION, SCHEMA, read_schema};
use super::merging::{Mergeable, Merged};
use super::partitioned::partition_of;
use super::settling::{Resettled, Survey, Types, settle};
use super::{Added, Dataset, DatasetFile, Folder, Manifest, own_folder};
use crate::error::{Error, ErrorKind, Result};
use crate::escape::escape_path;
use crate::options::declared::DeclaredSchema;
use crate::options::{DatasetOptions, Numbers, Options};
use crate::report::TimeRange;
use crate::route::partition::folder_of;
use crate::sink::failure::failed;

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
    settles_types: bool,
}

impl Default for Compaction {
    fn default() -> Self {
        let (target_bytes, copied_bytes) = (DEFAULT_TARGET_BYTES, DEFAULT_COPIED_BYTES);
        Self { target_bytes, copied_bytes, before: None, settles_types: false }
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

    /// Whether a column gets the type that all of its values say together also where files have to be written anew for it that are not
    /// small, or not old enough. Default: no.
    #[must_use]
    pub fn settle_types(mut self, settle: bool) -> Self {
        self.settles_types = settle;
        self
    }

    fn is_small(&self, path: &Path, file: &DatasetFile, options: &Options) -> Result<bool> {
        if file.bytes >= self.target_bytes / SMALL_SHARE {
            return Ok(false);
        }
        self.before.map_or(Ok(true), |before| is_old(path, file, before, options))
    }
}

/// What there is to do in a dataset: see [`Dataset::compactable`].
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Compactable {
    /// Columns whose types all values say otherwise.
    pub columns: Vec<Resettled>,
    /// The files that would be merged, each folder's together.
    pub folders: Vec<Merged>,
}

impl Dataset {
    /// Merges the small files of each folder of a dataset, so that readers open fewer. Each folder's go with one entry of the manifest, in
    /// which its new files appear, and then `look` is told; one small file alone stays as it is.
    ///
    /// Rows and values are the same as before, in the order in which the files came, or as the options [sort](Options::sort_by) them,
    /// or else as all of a folder's small files are sorted. New files have all columns that the dataset has. They are written with
    /// these options, which need not be those of the old ones; what rows are put into folders by is the dataset's.
    ///
    /// A column whose type is from values gets the one that all values of the dataset say together, where that is a wider one of numbers and
    /// all files that have the column are small: integers and decimals that came later become doubles (where a double holds each integer
    /// exactly). These files are written anew, one alone in its folder, too, and numbers in `NAME__text` return to the column. What
    /// larger files forbid is among what is returned, and done where the compaction [says so](Compaction::settle_types). Of a compaction that
    /// was killed meanwhile the next one writes the files that have the old type, whatever their size.
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
    ) -> Result<Vec<Resettled>> {
        options.validate()?;
        let path = path.as_ref();
        let mut folder = Folder::open(path)?;
        let mut schema = folder.schema().clone();
        check_keys(&options, &schema)?;
        let options = partitioned(options, path)?;
        let resettled = resettled(path, &schema, &options, which)?;
        if resettled.iter().any(|resettled| resettled.is_settled) {
            // From now on files that have the old types are to be written anew.
            settle(&mut schema, &resettled);
            folder.keep_schema(&schema)?;
        }
        let options = options_for(options, schema, which);
        for mergeable in mergeable(path, &options, which)? {
            let (kept, merged) = mergeable.merge(folder, &options, which.copied_bytes)?;
            folder = kept;
            look(merged)?;
        }
        Ok(resettled)
    }

    /// What [`compact`](Self::compact) would do.
    ///
    /// # Errors
    /// As [`for_each_file`](Self::for_each_file).
    pub fn compactable(
        path: impl AsRef<Path>,
        options: &Options,
        which: &Compaction,
    ) -> Result<Compactable> {
        let path = path.as_ref();
        let mut schema = read_schema(&own_folder(path).join(SCHEMA))?;
        check_keys(options, &schema)?;
        let options = partitioned(options.clone(), path)?;
        let columns = resettled(path, &schema, &options, which)?;
        settle(&mut schema, &columns);
        let options = Options { schema, ..options };
        let folders = mergeable(path, &options, which)?;
        Ok(Compactable {
            columns,
            folders: folders.into_iter().map(Mergeable::into_merged).collect(),
        })
    }
}

/// Refuses an order by columns that the dataset does not have.
fn check_keys(options: &Options, schema: &DeclaredSchema) -> Result<()> {
    let keys = options.sorted_into.iter().chain(&options.clustered_by);
    for column in keys.map(|key| &key.order.column) {
        if !schema.columns.iter().any(|known| known.name == *column) {
            let message =
                format!("rows can't be put in order by {column:?}: the dataset has no such column");
            return Err(Error::new(ErrorKind::Options, message));
        }
    }
    Ok(())
}

/// These options, with the dataset's folders. No number loses digits, whatever they say.
fn partitioned(mut options: Options, path: &Path) -> Result<Options> {
    options.dataset.partition = partition_of(&own_folder(path).join(PARTITION))?;
    options.numbers = Numbers::Exact;
    Ok(options)
}

/// Columns whose types all files say otherwise than this schema.
fn resettled(
    path: &Path,
    schema: &DeclaredSchema,
    options: &Options,
    which: &Compaction,
) -> Result<Vec<Resettled>> {
    let manifest = Manifest::open(&own_folder(path))?;
    let is_small = |added: &Added| which.is_small(path, &added.file, options);
    Survey::new(path, schema, options).look(&manifest, which.settles_types, is_small)
}

/// The options of the new files.
fn options_for(options: Options, schema: DeclaredSchema, which: &Compaction) -> Options {
    let dataset = DatasetOptions {
        partition: options.dataset.partition,
        roll_bytes: Some(which.target_bytes),
        file_name: options.dataset.file_name,
        // Nothing appears before old files can go.
        atomic: true,
        ..DatasetOptions::default()
    };
    let max_columns = options.max_columns.max(schema.columns.len());
    Options { schema, dataset, max_columns, ..options }
}

/// The files of each folder that are merged: small ones, where there are several, and those whose types are to change.
fn mergeable(path: &Path, options: &Options, which: &Compaction) -> Result<Vec<Mergeable>> {
    let mut folders: BTreeMap<String, Mergeable> = BTreeMap::new();
    let types = Types::of(&options.schema);
    let manifest = Manifest::open(&own_folder(path))?;
    manifest.for_each_file(|added| {
        let changing = types.changing(added.details.as_ref());
        if changing.is_empty() && !which.is_small(path, &added.file, options)? {
            return Ok(());
        }
        let Added { file, details, .. } = added;
        let folder = folder_of(&options.dataset.partition, &file.partition).ok_or_else(|| {
            let why = "the manifest has it in other folders than the dataset's";
            Error::new(ErrorKind::Malformed, why).in_source(&escape_path(&path.join(&file.path)))
        })?;
        let of_folder = folders.entry(folder.clone()).or_insert_with(|| Mergeable::of(folder));
        of_folder.add(file, details, changing);
        Ok(())
    })?;
    Ok(folders.into_values().filter(Mergeable::is_due).collect())
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
