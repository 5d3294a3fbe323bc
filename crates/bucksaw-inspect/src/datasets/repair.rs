//! A dataset's manifest from what its files say.

use std::collections::HashSet;
use std::path::Path;
use std::time::SystemTime;

use bucksaw::escape::escape_path;
use bucksaw::internal::datasets::{self, hash_of};
use bucksaw::internal::origins::is_ours;
use bucksaw::internal::repairing::{FoundColumn, Partition, Repairing, levels_of, seq_of};
use bucksaw::internal::widening::{are_exact, widens};
use bucksaw::{Bound, ColumnType, DeclaredColumn, DeclaredSchema, Error, ErrorKind, Result};
use serde::Serialize;

use super::folders::PathColumns;
use super::found::found;
use crate::File;

/// What became of a dataset that was repaired. The names of the fields are the names in the JSON document.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct DatasetRepair {
    /// The dataset's folder, as it was named.
    pub dataset: String,
    /// Whether nothing was changed.
    pub is_dry_run: bool,
    /// The files that the new manifest has.
    pub files: u64,
    /// Their rows.
    pub rows: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The sources of which it is known how far they were read.
    pub sources: u64,
    /// Whether that is all that the old manifest said of them: entries that are lost may have said more, and what it was would be read again.
    pub has_all_sources: bool,
    /// Where the old manifest is now, if there was any of it.
    pub old_manifest: Option<String>,
    /// Whether the schema, which was damaged, lost or behind its files, is made of theirs.
    pub is_schema_new: bool,
    /// Whether what its folders are by, which was damaged or lost, is made of what they are called.
    pub is_partition_new: bool,
    /// Files that are no part of it, which stay where they are.
    pub left_out: Vec<LeftOut>,
    /// Files that are part of it, and whose bytes are not those that the old manifest says.
    pub changed: Vec<String>,
    /// Files that the old manifest has, and that are not there.
    pub missing: Vec<String>,
    /// Columns of numbers that files have with several types: the dataset's is the one that holds all of their values, and
    /// [`Dataset::compact`](bucksaw::Dataset::compact) writes the files anew that have others.
    pub mixed_columns: Vec<String>,
}

/// A file that is no part of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LeftOut {
    /// The file, as a path within the dataset.
    pub file: String,
    /// Why.
    pub why: String,
}

/// Makes a dataset's manifest again, of its files' footers, where it is damaged or lost, and its schema and what its folders are by where they are. The
/// new manifest appears whole, in one moment; what it replaces is kept in a folder of its own. No data file is changed, and none removed.
///
/// A dry run changes nothing, and says what would be done.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path();
/// use bucksaw::{Dataset, Options};
/// let mut writer = Dataset::open(path, Options::new())?.write()?;
/// writer.write_row([("level", "INFO")])?;
/// writer.finish()?;
/// std::fs::remove_dir_all(path.join("_bucksaw/manifest"))?;
/// assert!(Dataset::open(path, Options::new()).is_err());
/// let repaired = bucksaw_inspect::repair_dataset(path, false)?;
/// assert_eq!((repaired.files, repaired.rows), (1, 1));
/// Dataset::open(path, Options::new())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`ErrorKind::Options`] where there is no dataset; [`ErrorKind::Exists`] where another process writes to it; [`ErrorKind::Io`]. Files that can't be read as
/// Parquet are no error: they are among [`DatasetRepair::left_out`].
pub fn repair_dataset(path: impl AsRef<Path>, is_dry_run: bool) -> Result<DatasetRepair> {
    let root = path.as_ref();
    let repairing = Repairing::begin(root, is_dry_run)?;
    let (sources, has_all_sources) = repairing.sources();
    let mut repair = Repair {
        root,
        schema: repairing.schema().cloned().unwrap_or_default(),
        is_schema_known: repairing.schema().is_some(),
        levels: repairing.levels(),
        is_partition_known: repairing.levels().is_some(),
        path_columns: PathColumns::default(),
        repairing,
        told: DatasetRepair {
            dataset: root.display().to_string(),
            is_dry_run,
            files: 0,
            rows: 0,
            bytes: 0,
            sources: sources as u64,
            has_all_sources,
            old_manifest: None,
            is_schema_new: false,
            is_partition_new: false,
            left_out: Vec::new(),
            changed: Vec::new(),
            missing: Vec::new(),
            mixed_columns: Vec::new(),
        },
        inexact: HashSet::new(),
    };
    let files = repair.files()?;
    files.iter().for_each(|file| repair.note_inexact(file));
    repair.tell_missing(&files);
    for file in &files {
        repair.take(file)?;
    }
    repair.finish()
}

struct Repair<'r> {
    root: &'r Path,
    repairing: Repairing,
    /// That of all files so far.
    schema: DeclaredSchema,
    is_schema_known: bool,
    /// What the levels of its folders are called.
    levels: Option<Vec<String>>,
    is_partition_known: bool,
    path_columns: PathColumns,
    told: DatasetRepair,
    /// Columns of integers that doubles don't hold.
    inexact: HashSet<String>,
}

impl Repair<'_> {
    /// All files in its folders, in the order in which they came, as far as that can be known.
    fn files(&self) -> Result<Vec<String>> {
        let mut files = datasets::strays(self.root, &HashSet::new())?;
        let time = |path: &str| {
            let about = self.root.join(path).symlink_metadata();
            about.and_then(|about| about.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
        };
        files.sort_by_cached_key(|path| {
            let order = self.repairing.known(path).map_or(u64::MAX, |(order, _)| order);
            (order, seq_of(path), time(path))
        });
        Ok(files)
    }

    fn tell_missing(&mut self, files: &[String]) {
        let there: HashSet<&str> = files.iter().map(String::as_str).collect();
        let listed = self.repairing.listed().into_iter();
        let missing =
            listed.filter(|path| !there.contains(path) && !self.repairing.is_staged(path));
        self.told.missing = missing.map(str::to_owned).collect();
    }

    /// Notes columns of a file with integers that doubles may not hold. What can't be read is told where it is to be taken.
    fn note_inexact(&mut self, path: &str) {
        let found = File::open(self.root.join(path)).and_then(|file| found(&file, path, (0, 0)));
        for FoundColumn { name, ty, bounds, nulls } in found.iter().flat_map(|of| &of.columns) {
            let has_values =
                nulls.is_none_or(|nulls| found.as_ref().is_ok_and(|of| nulls < of.rows));
            let (min, max) = bounds.as_ref().map(|(min, max)| (int(min), int(max))).unzip();
            let is_exact = |ty: &ColumnType| are_exact(ty, min.flatten(), max.flatten());
            if has_values && !ty.parse().is_ok_and(|ty| is_exact(&ty)) {
                self.inexact.insert(name.clone());
            }
        }
    }

    /// Gives columns of numbers the type that holds the values of all files, where one does.
    fn bring_together(&mut self, schema: &mut DeclaredSchema, of_file: &mut [DeclaredColumn]) {
        for column in of_file {
            let all = schema.columns.iter_mut();
            let known = all.filter(|known| known.settled && column.settled);
            let Some(known) = known.into_iter().find(|known| known.name == column.name) else {
                continue;
            };
            let is_exact = !self.inexact.contains(&column.name);
            let is_wider = |from: &ColumnType, to: &ColumnType| {
                widens(from, to) && (is_exact || *to != ColumnType::Double)
            };
            if is_wider(&column.ty, &known.ty) {
                column.ty = known.ty.clone();
            } else if is_wider(&known.ty, &column.ty) {
                known.ty = column.ty.clone();
            } else {
                continue;
            }
            if !self.told.mixed_columns.contains(&column.name) {
                self.told.mixed_columns.push(column.name.clone());
            }
        }
    }

    /// Takes a file into the new manifest, or says why not.
    fn take(&mut self, path: &str) -> Result<()> {
        match self.try_take(path) {
            Err(error) if error.kind() == ErrorKind::Io => Err(error),
            Err(error) => {
                let why = match &error.position().column {
                    Some(column) => format!("column {column}: {}", error.message()),
                    None => error.message().to_owned(),
                };
                self.told.left_out.push(LeftOut { file: path.to_owned(), why });
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    fn try_take(&mut self, path: &str) -> Result<()> {
        let whole = self.root.join(path);
        let about = whole.symlink_metadata().map_err(|cause| {
            Error::io(format!("could not look at {}", escape_path(&whole)), cause)
        })?;
        let is_parquet = path.to_ascii_lowercase().ends_with(".parquet");
        if !about.is_file() || !is_parquet {
            return Err(left_out("it is no Parquet file by its name"));
        }
        let file = File::open(&whole)?;
        let known = self.repairing.known(path).map(|(_, hash)| hash.to_owned());
        if known.is_none() && !is_ours(file.metadata().file_metadata()) {
            return Err(left_out("another program wrote it"));
        }
        let levels = levels_of(path);
        if let Some(known) = self.levels.as_ref().filter(|known| **known != levels) {
            let of = |levels: &[String]| match levels.is_empty() {
                true => "none".to_owned(),
                false => levels.join("/"),
            };
            let (its, others) = (of(&levels), of(known));
            return Err(left_out(format!("it is in folders by {its}, and the others by {others}")));
        }
        let mut schema = self.schema.clone();
        let mut columns = file.declared_schema()?.0.columns;
        if let Some(both) = columns.iter().find(|column| levels.contains(&column.name)) {
            let name = &both.name;
            return Err(left_out(format!("it has a column {name}, and its folder's name has one")));
        }
        self.bring_together(&mut schema, &mut columns);
        schema.add_columns(&columns)?;
        let (bytes, hash) = hash_of(&whole)
            .map_err(|cause| Error::io(format!("could not read {}", escape_path(&whole)), cause))?;
        if known.as_ref().is_some_and(|known| *known != format!("{hash:032x}")) {
            self.told.changed.push(path.to_owned());
        }
        let is_known = known.is_some();
        let mut found = found(&file, path, (bytes, hash))?;
        if is_known && !self.repairing.sorted_by(path).is_empty() {
            found.sorted_by = self.repairing.sorted_by(path).to_vec();
        }
        self.path_columns.add(&file)?;
        self.told.files += 1;
        self.told.rows += found.rows;
        self.told.bytes += found.bytes;
        self.repairing.add(found)?;
        self.schema = schema;
        self.levels.get_or_insert(levels);
        Ok(())
    }

    fn finish(mut self) -> Result<DatasetRepair> {
        // Of files without a manifest nobody knows what they were made of.
        self.told.has_all_sources &= self.told.files == 0 || !self.repairing.listed().is_empty();
        if !self.is_schema_known {
            self.path_columns.declare(&mut self.schema);
        }
        let is_as_known = self.repairing.schema() == Some(&self.schema);
        self.told.is_schema_new = !is_as_known;
        self.told.is_partition_new = !self.is_partition_known;
        let levels = self.levels.unwrap_or_default();
        let partition = Partition::of_levels(&levels, |name| self.path_columns.has(name));
        let schema = (!is_as_known).then_some(&self.schema);
        let partition = (!self.is_partition_known).then_some(&partition);
        let old = self.repairing.finish(schema, partition)?;
        self.told.old_manifest = old.map(|path| path.display().to_string());
        Ok(self.told)
    }
}

fn int(bound: &Bound) -> Option<i128> {
    match bound {
        Bound::Int(value) => Some(*value),
        _ => None,
    }
}

fn left_out(why: impl Into<String>) -> Error {
    Error::new(ErrorKind::Unsupported, why)
}
