//! A manifest that is made again, from what the files themselves say, where the old one is damaged or lost.
//!
//! The new one is a snapshot of all files, under a number after the old ones': from the moment in which it has its name nothing
//! before it is read any more. A process that is killed before leaves the old manifest as it was. The old entries move to a folder
//! of their own; nothing is deleted.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use parquet::basic::ConvertedType;
use parquet::schema::types::ColumnDescriptor;
use serde_json::Value;

use super::durable::sync_directory;
use super::folder::{Folder, PARTITION, SCHEMA, read_schema};
use super::manifest::{Added, Details, EntryWriter, FileColumn, Known, Manifest};
pub use super::names::seq_of;
pub use super::partitioned::Partition;
use super::partitioned::read_partition;
use super::{DatasetFile, own_folder};
use crate::error::{Error, ErrorKind, Result};
use crate::escape::escape_path;
use crate::format::bound::Bound;
use crate::format::schema::SchemaElement;
use crate::options::declared::DeclaredSchema;
use crate::report::TimeRange;
use crate::route::partition;
use crate::sink::failure::failed;
use crate::types::timestamp::TimeUnit;

/// What a file of a dataset says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FoundFile {
    /// Where it is in the dataset's folder, with slashes.
    pub path: String,
    /// Its rows.
    pub rows: u64,
    /// Its bytes.
    pub bytes: u64,
    /// Its row groups.
    pub row_groups: u64,
    /// That of its bytes.
    pub xxh3_128: u128,
    /// First and last of each column of timestamps, in its unit.
    pub times: Vec<(String, TimeUnit, i64, i64)>,
    /// Its columns, in order.
    pub columns: Vec<FoundColumn>,
    /// What each of its row groups is sorted by, where all of them are.
    pub sorted_by: Vec<String>,
    /// What its rows are as logs, metrics or traces, as the footer has it.
    pub signal_stats: Option<Value>,
}

/// A column of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FoundColumn {
    /// Its name.
    pub name: String,
    /// Its type, as a schema file spells it.
    pub ty: String,
    /// Rows without a value, where that can be known.
    pub nulls: Option<u64>,
    /// Min and max, where the file tells them.
    pub bounds: Option<(Bound, Bound)>,
}

impl From<FoundFile> for Added {
    fn from(found: FoundFile) -> Self {
        let folder = found.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let partition = partition::values(folder);
        let times = found.times.into_iter();
        let times = times
            .map(|(column, unit, first, last)| TimeRange::of_timestamps(column, unit, first, last));
        let value = |bound: &Bound| serde_json::to_value(bound).ok();
        let columns = found.columns.into_iter().map(|column| FileColumn {
            name: column.name,
            ty: column.ty,
            nulls: column.nulls,
            min: column.bounds.as_ref().and_then(|(min, _)| value(min)),
            max: column.bounds.as_ref().and_then(|(_, max)| value(max)),
        });
        Self {
            details: Some(Details {
                columns: columns.collect(),
                sorted_by: found.sorted_by,
                signal_stats: found.signal_stats,
            }),
            file: DatasetFile {
                path: found.path,
                rows: found.rows,
                bytes: found.bytes,
                row_groups: found.row_groups,
                xxh3_128: format!("{:032x}", found.xxh3_128),
                partition,
                times: times.collect(),
            },
            staged: None,
        }
    }
}

/// A dataset that is being repaired. Nothing is changed before [`finish`](Self::finish), but that the newest entry is carried out where it is whole.
#[derive(Debug)]
pub struct Repairing {
    folder: Folder,
    known: Known,
    /// The number of the snapshot that all files go into.
    number: u64,
    next_seq: u64,
    /// Whether all of the old manifest can be read.
    is_whole: bool,
    /// Whether nothing that is staged can be part of the dataset.
    is_newest_whole: bool,
    schema: Option<DeclaredSchema>,
    partition: Option<Partition>,
    writer: Option<EntryWriter>,
}

impl Repairing {
    /// # Errors
    /// [`ErrorKind::Options`] where there is no dataset; [`ErrorKind::Exists`] where another process writes to it; [`ErrorKind::Io`].
    pub fn begin(root: &Path, is_dry: bool) -> Result<Self> {
        let own = own_folder(root);
        if !own.is_dir() {
            let message = format!(
                "{} is no dataset: it has no _bucksaw (where that was lost, make an empty folder of that name, and its files tell the rest)",
                escape_path(root)
            );
            return Err(Error::new(ErrorKind::Options, message));
        }
        let mut folder = Folder::open_damaged(root)?;
        let known = Known::read(&own)?;
        let problems = Manifest::open(&own).and_then(|manifest| manifest.problems());
        let is_whole = problems.is_ok_and(|problems| problems.is_empty());
        let is_newest_whole = folder.manifest().is_newest_whole();
        let number = folder.manifest().next_number();
        if is_newest_whole && !is_dry {
            folder.carry_out_newest()?;
        }
        let schema = match own.join(SCHEMA).is_file() {
            true => read_schema(&own.join(SCHEMA)).map(Some).or_else(unless_damaged)?,
            false => None,
        };
        let partition = read_partition(&own.join(PARTITION)).or_else(unless_damaged)?;
        let next_seq = known.next_seq.max(1);
        let writer = match is_dry {
            true => None,
            false => Some(folder.new_entry("repaired", number)?),
        };
        Ok(Self {
            folder,
            known,
            number,
            next_seq,
            is_whole,
            is_newest_whole,
            schema,
            partition,
            writer,
        })
    }

    /// What the old manifest says of a file, as far as it can be read: in which order it came, and its XXH3-128 as 32 digits.
    #[must_use]
    pub fn known(&self, path: &str) -> Option<(u64, &str)> {
        let known = self.known.files.get(path)?;
        Some((known.order, &known.added.file.xxh3_128))
    }

    /// By what the old manifest says that each row group of a file is sorted.
    #[must_use]
    pub fn sorted_by(&self, path: &str) -> &[String] {
        let details = self.known.files.get(path).and_then(|known| known.added.details.as_ref());
        details.map_or(&[], |details| &details.sorted_by)
    }

    /// The files that the old manifest has, as far as it can be read, sorted.
    #[must_use]
    pub fn listed(&self) -> Vec<&str> {
        let files = self.known.files.iter().filter(|(_, known)| known.is_in);
        let mut paths: Vec<&str> = files.map(|(path, _)| path.as_str()).collect();
        paths.sort_unstable();
        paths
    }

    /// Whether a file of the old manifest is on its way to its name, which [`finish`](Self::finish) would give it.
    #[must_use]
    pub fn is_staged(&self, path: &str) -> bool {
        let known = self.known.files.get(path).and_then(|known| known.added.staged.as_ref());
        self.is_newest_whole
            && known.is_some_and(|name| self.folder.staged_folder().join(name).is_file())
    }

    /// The sources that the old manifest speaks of, as far as it can be read, and whether all of it can be.
    #[must_use]
    pub fn sources(&self) -> (usize, bool) {
        (self.known.sources.len(), self.is_whole)
    }

    /// The columns that all files have, where that is not lost.
    #[must_use]
    pub fn schema(&self) -> Option<&DeclaredSchema> {
        self.schema.as_ref()
    }

    /// What the levels of its folders are called, where that is not lost.
    #[must_use]
    pub fn levels(&self) -> Option<Vec<String>> {
        self.partition.as_ref().map(Partition::names)
    }

    /// Adds a file to the new manifest.
    ///
    /// # Errors
    /// [`ErrorKind::Io`].
    pub fn add(&mut self, found: FoundFile) -> Result<()> {
        self.next_seq = self.next_seq.max(seq_of(&found.path).saturating_add(1));
        let Some(writer) = &mut self.writer else { return Ok(()) };
        writer.add(found.into()).map_err(|cause| self.folder.not_written(cause))
    }

    /// Has the new manifest be the dataset's; with what it knows beside, where that is new. Returns where the old entries are now, if there were any.
    ///
    /// # Errors
    /// [`ErrorKind::Io`].
    pub fn finish(
        mut self,
        schema: Option<&DeclaredSchema>,
        partition: Option<&Partition>,
    ) -> Result<Option<PathBuf>> {
        let Some(mut writer) = self.writer.take() else { return Ok(None) };
        for source in self.known.sources.values() {
            writer.read(source.clone()).map_err(|cause| self.folder.not_written(cause))?;
        }
        let staged =
            writer.finish(self.next_seq, None).map_err(|cause| self.folder.not_written(cause))?;
        let aside = Aside::make(&self.folder)?;
        if !self.is_newest_whole {
            aside.take_staged(&self.folder)?;
        }
        if let Some(schema) = schema {
            aside.take(&self.folder.own_folder().join(SCHEMA))?;
            self.folder.keep(SCHEMA, schema.to_json().as_bytes())?;
        }
        if let Some(partition) = partition {
            aside.take(&self.folder.own_folder().join(PARTITION))?;
            self.folder.keep(PARTITION, &partition.to_json())?;
        }
        let old = self.folder.replace_manifest(&staged, self.number)?;
        old.iter().try_for_each(|path| aside.take(path))?;
        aside.finish(&self.folder)
    }
}

/// What is damaged is as good as lost.
fn unless_damaged<T>(error: Error) -> Result<Option<T>> {
    match error.kind() {
        ErrorKind::Io => Err(error),
        _ => Ok(None),
    }
}

/// Where what was replaced is kept.
struct Aside(PathBuf);

impl Aside {
    fn make(folder: &Folder) -> Result<Self> {
        let names =
            (1_u64..).map(|n| folder.own_folder().join(format!("manifest-before-repair-{n}")));
        for path in names {
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {}
                Err(cause) => {
                    let message = format!("could not create {}", escape_path(&path));
                    return Err(failed(message, cause));
                }
            }
        }
        // There is always another number.
        Err(Error::new(ErrorKind::Io, "there is no name for the old manifest"))
    }

    /// Moves a file there, if it is there.
    fn take(&self, path: &Path) -> Result<()> {
        let Some(name) = path.file_name() else { return Ok(()) };
        match fs::rename(path, self.0.join(name)) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                let message =
                    format!("could not move {} to {}", escape_path(path), escape_path(&self.0));
                Err(failed(message, cause))
            }
            _ => Ok(()),
        }
    }

    /// Moves finished files there whose entry is lost: they may be part of the dataset.
    fn take_staged(&self, folder: &Folder) -> Result<()> {
        let staged = folder.staged_folder();
        let listed = fs::read_dir(&staged)
            .map_err(|cause| failed(format!("could not list {}", escape_path(&staged)), cause))?;
        for entry in listed.flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|end| end == "parquet") {
                self.take(&path)?;
            }
        }
        Ok(())
    }

    /// Where it is, if there is anything in it.
    fn finish(self, folder: &Folder) -> Result<Option<PathBuf>> {
        let is_empty = fs::remove_dir(&self.0).is_ok();
        let synced = || -> io::Result<()> {
            if !is_empty {
                sync_directory(&self.0)?;
            }
            sync_directory(&folder.own_folder())
        };
        synced().map_err(|cause| folder.not_written(cause))?;
        Ok((!is_empty).then_some(self.0))
    }
}

/// What the levels of a file's folders are called.
#[must_use]
pub fn levels_of(path: &str) -> Vec<String> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    partition::levels(folder).map(|(name, _)| name).collect()
}

/// A min or max, from the bytes that a footer has of it.
#[must_use]
pub fn bound_of(leaf: &ColumnDescriptor, bytes: &[u8]) -> Option<Bound> {
    let converted = Some(leaf.converted_type()).filter(|ty| *ty != ConvertedType::NONE);
    let element = SchemaElement {
        physical: Some(leaf.physical_type()),
        logical: leaf.logical_type_ref().cloned(),
        converted,
        ..SchemaElement::default()
    };
    Bound::of(&element, bytes)
}
