//! The folder that a dataset is in: its lock, files on their way into it, and the entries that make them part of it.
//!
//! ```text
//! DIR/day=2026-11-28/….parquet      the files
//! DIR/_bucksaw/schema.json          the columns that all of them have
//! DIR/_bucksaw/partition.json       what its folders are by
//! DIR/_bucksaw/manifest/            which files there are
//! DIR/_bucksaw/staged/              unfinished files, and finished ones until their entry is carried out
//! DIR/_bucksaw/lock                 locked by who writes
//! ```
//!
//! An entry of the manifest is the moment in which its files become part of the dataset. It is written first, and then carried
//! out: staged files get their names, removed ones go. Who opens the dataset next carries out what a killed process had left of its
//! newest entry, and removes what no entry speaks of.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::ReadSource;
use super::durable::{Changed, is_on_one_device, is_same_file, sync_directory};
use super::exchange::{Exchanged, Merging};
use super::inside::file_inside;
use super::lock::lock;
#[cfg(feature = "arrow")]
use super::manifest::DatasetFile;
use super::manifest::{self, Added, EntryWriter, Line, Manifest, Removed, for_each_line};
use super::orphans;
use super::partitioned::{Partition, read_partition};
use super::staged::StagedFile;
use crate::error::{Error, ErrorKind, Result};
use crate::escape::escape_path;
use crate::options::PartitionKey;
use crate::options::declared::DeclaredSchema;
use crate::sink::failure::failed;
use crate::sink::rename;

/// What a dataset knows of itself; readers pass over names that begin so.
pub(crate) const OWN_FOLDER: &str = "_bucksaw";
pub(super) const SCHEMA: &str = "schema.json";
pub(super) const PARTITION: &str = "partition.json";
/// A snapshot comes after so many entries.
const SNAPSHOT_EVERY: u64 = 64;
/// Files whose entry is not written yet, at the most, unless all are to appear together.
const MAX_WAITING: u64 = 256;

/// See the module.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    manifest: Manifest,
    next_seq: u64,
    /// The next staged file's number.
    next_staged: u64,
    waiting: Option<EntryWriter>,
    /// What it changes, where that is all in one folder.
    merging: Option<Merging>,
    /// The columns that the schema file has.
    schema: DeclaredSchema,
    /// Whether the newest entry is carried out.
    is_in_order: bool,
    _lock: File,
}

impl Folder {
    /// Opens the dataset in this folder, or makes it one, and puts it in order.
    ///
    /// # Errors
    /// [`ErrorKind::Exists`] where another process writes to it; [`ErrorKind::Io`]; those of its manifest and its schema;
    /// [`ErrorKind::Malformed`] where it has lost both, and its files are there.
    pub(crate) fn open(root: &Path) -> Result<Self> {
        if Manifest::open(&root.join(OWN_FOLDER))?.newest == 0 {
            orphans::check_none(root)?;
        }
        let (own, lock) = Self::prepared(root)?;
        let manifest = Manifest::open(&own)?;
        let next_seq = manifest.newest_end()?.next_seq;
        let schema = match own.join(SCHEMA).exists() || manifest.newest == 0 {
            true => read_schema(&own.join(SCHEMA))?,
            false => return Err(lost(root, &own.join(SCHEMA))),
        };
        let mut folder = Self::of(root, manifest, schema, lock);
        folder.next_seq = next_seq;
        folder.carry_out_newest()?;
        folder.clear_staged()?;
        Ok(folder)
    }

    /// Opens a dataset whose manifest may be damaged, and leaves it as it is.
    ///
    /// # Errors
    /// [`ErrorKind::Exists`] where another process writes to it; [`ErrorKind::Io`].
    pub(super) fn open_damaged(root: &Path) -> Result<Self> {
        let (own, lock) = Self::prepared(root)?;
        let manifest = Manifest::open_damaged(&own)?;
        Ok(Self::of(root, manifest, DeclaredSchema::new(), lock))
    }

    fn of(root: &Path, manifest: Manifest, schema: DeclaredSchema, lock: File) -> Self {
        Self {
            root: root.to_owned(),
            manifest,
            next_seq: 0,
            next_staged: 0,
            waiting: None,
            merging: None,
            schema,
            is_in_order: false,
            _lock: lock,
        }
    }

    /// The folder that a dataset has for itself, with all that is in it, locked.
    fn prepared(root: &Path) -> Result<(PathBuf, File)> {
        let own = root.join(OWN_FOLDER);
        for folder in ["manifest", "staged"] {
            let folder = own.join(folder);
            fs::create_dir_all(&folder).map_err(|cause| {
                failed(format!("could not create {}", escape_path(&folder)), cause)
            })?;
        }
        // What is removed there is ours.
        for folder in [&own, &own.join("manifest"), &own.join("staged")] {
            if fs::symlink_metadata(folder).is_ok_and(|found| found.is_symlink()) {
                let message = format!("{} is a link: it has to be a folder", escape_path(folder));
                return Err(Error::new(ErrorKind::Malformed, message));
            }
        }
        let lock = lock(root, &own.join("lock"))?;
        Ok((own, lock))
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The columns that its files have.
    pub(crate) fn schema(&self) -> &DeclaredSchema {
        &self.schema
    }

    /// Has all files of the dataset be in folders of these keys: readers fail where some are and others are not.
    ///
    /// # Errors
    /// [`ErrorKind::Options`] where its files are in others; [`ErrorKind::Io`].
    pub(crate) fn keep_partition(&mut self, keys: &[PartitionKey]) -> Result<()> {
        let names: Vec<String> = keys.iter().map(|key| key.name().to_owned()).collect();
        let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
        let path = self.own_folder().join(PARTITION);
        let known = read_partition(&path)?;
        if known.as_ref() == Some(&Partition::Keys(keys.clone())) {
            return Ok(());
        }
        if self.manifest.newest > 0 {
            let known = known.ok_or_else(|| lost(&self.root, &path))?;
            known.check(&names, &self.root)?;
        }
        self.keep(PARTITION, &Partition::Keys(keys).to_json())
    }

    /// The number of the next file.
    pub(crate) fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// A new file, which is created with its first bytes.
    pub(crate) fn stage(&mut self) -> StagedFile {
        self.next_staged += 1;
        // No name that the newest entry speaks of is given again.
        let name = format!("{}-{}.parquet", self.manifest.newest + 1, self.next_staged);
        StagedFile::new(self.staged_folder().join(name))
    }

    /// Has a finished file wait for the next entry.
    ///
    /// # Errors
    /// [`ErrorKind::Exists`] where something has its name already.
    pub(crate) fn add(&mut self, added: Added) -> Result<()> {
        let target = self.root.join(&added.file.path);
        if fs::symlink_metadata(&target).is_ok() {
            let message = format!(
                "{} is there already, and is not of this dataset: move it elsewhere",
                escape_path(&target)
            );
            return Err(Error::new(ErrorKind::Exists, message));
        }
        self.next_seq = self.next_seq.saturating_add(1);
        if let Some(merging) = &mut self.merging {
            merging.added.push(Added { details: None, ..added.clone() });
        }
        self.next_entry()?.add(added).map_err(|cause| self.not_written(cause))
    }

    /// Has a file go with the next entry.
    ///
    /// # Errors
    /// [`ErrorKind::Io`].
    pub(crate) fn remove(&mut self, path: String) -> Result<()> {
        if let Some(merging) = &mut self.merging {
            merging.remove(&path);
        }
        self.next_entry()?.remove(path).map_err(|cause| self.not_written(cause))
    }

    /// Says with the next entry how far a source was read.
    ///
    /// # Errors
    /// [`ErrorKind::Io`].
    pub(crate) fn note_read(&mut self, source: ReadSource) -> Result<()> {
        self.next_entry()?.read(source).map_err(|cause| self.not_written(cause))
    }

    /// The next entry changes files of this folder alone, which has slashes between its levels.
    #[cfg(feature = "arrow")]
    pub(crate) fn merge_in(&mut self, folder: &str) {
        self.merging = Some(Merging::of(folder));
    }

    /// The files that such an entry adds, so far.
    #[cfg(feature = "arrow")]
    pub(crate) fn merged(&self) -> Vec<DatasetFile> {
        let added = self.merging.iter().flat_map(|merging| &merging.added);
        added.map(|added| added.file.clone()).collect()
    }

    fn next_entry(&mut self) -> Result<&mut EntryWriter> {
        let path = self.staged_folder().join("entry");
        let number = self.manifest.newest + 1;
        match &mut self.waiting {
            Some(waiting) => Ok(waiting),
            none => {
                let failed =
                    |cause| failed(format!("could not write {}", escape_path(&path)), cause);
                Ok(none.insert(EntryWriter::create(&path, number).map_err(failed)?))
            }
        }
    }

    /// Whether so many files wait that it is time for an entry.
    pub(crate) fn is_entry_due(&self) -> bool {
        self.waiting.as_ref().is_some_and(|waiting| waiting.files() >= MAX_WAITING)
    }

    /// Makes all files that wait part of the dataset, with one entry. `schema` has the columns of its files.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]. What the entry says is done, then, or the next one to open the dataset does it; or there is no entry.
    pub(crate) fn commit(&mut self, schema: &DeclaredSchema) -> Result<()> {
        let Some(waiting) = self.waiting.take() else { return Ok(()) };
        self.keep_schema(schema)?;
        let number = self.manifest.newest + 1;
        let exchange = self.merging.take().and_then(|merging| {
            merging.stage(&self.root, &self.staged_folder(), &format!("{number}-folder"))
        });
        let staged = waiting.finish(self.next_seq, exchange);
        let staged = staged.map_err(|cause| self.not_written(cause))?;
        self.prepare(&staged)?;
        let target = manifest::entry_path(&self.manifest_folder(), number);
        rename::to_unused(&staged, &target)
            .and_then(|()| sync_directory(&self.manifest_folder()))
            .map_err(|cause| self.not_written(cause))?;
        self.manifest.tell_newest(&self.own_folder(), number, true);
        self.is_in_order = false;
        self.carry_out_newest().map_err(|error| {
            let message = format!(
                "{} (the rows are part of the dataset by now: don't add them again, the next run to it does what is left)",
                error.message()
            );
            error.with_message(message)
        })?;
        if number.is_multiple_of(SNAPSHOT_EVERY) {
            self.write_snapshot(number)?;
        }
        Ok(())
    }

    /// Makes the folders of an entry's files, and finds what would forbid their names, before it is too late.
    fn prepare(&self, entry: &Path) -> Result<()> {
        let mut changed = Changed::default();
        for_each_line(entry, |line| {
            let Line::Add(added) = line else { return Ok(()) };
            let target = file_inside(&self.root, &added.file.path)?;
            let failed =
                |cause| failed(format!("no file can be called {}", escape_path(&target)), cause);
            if let Some(folder) = target.parent() {
                changed.make(folder, &self.root).map_err(failed)?;
                if !is_on_one_device(folder, &self.staged_folder()).map_err(failed)? {
                    let message = format!(
                        "{} is on another file system than the dataset, and finished files can't be renamed into it: move it back",
                        escape_path(folder)
                    );
                    return Err(Error::new(ErrorKind::Io, message));
                }
            }
            match fs::symlink_metadata(&target) {
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
                Err(cause) => Err(failed(cause)),
                Ok(_) => Err(failed(io::ErrorKind::AlreadyExists.into())),
            }
        })?;
        Ok(())
    }

    /// Does what is left to do of the newest entry.
    pub(super) fn carry_out_newest(&mut self) -> Result<()> {
        if !self.manifest.is_newest_entry {
            self.is_in_order = true;
            return Ok(());
        }
        let path = self.manifest.newest_path();
        let exchanged = Exchanged::carry_out(&self.root, &self.staged_folder(), &path)?;
        let mut changed = Changed::default();
        for_each_line(&path, |line| match line {
            Line::Add(added) => self.carry_out(&added, &mut changed),
            Line::Remove(Removed { path }) => {
                let path = file_inside(&self.root, &path)?;
                match fs::remove_file(&path) {
                    Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cause),
                    _ => changed.note(&path),
                }
                .map_err(|cause| failed(format!("could not remove {}", escape_path(&path)), cause))
            }
            Line::Read(_) | Line::End(_) => Ok(()),
        })?;
        changed.sync().map_err(|cause| self.not_written(cause))?;
        exchanged.map_or(Ok(()), Exchanged::clear)?;
        self.is_in_order = true;
        Ok(())
    }

    /// Gives a staged file its name.
    fn carry_out(&self, added: &Added, changed: &mut Changed) -> Result<()> {
        let Some(staged) = &added.staged else { return Ok(()) };
        let from = self.staged_folder().join(staged);
        let is_left = fs::symlink_metadata(&from).is_ok();
        if !is_left {
            return Ok(());
        }
        let target = file_inside(&self.root, &added.file.path)?;
        let mut renamed = || -> io::Result<()> {
            if let Some(folder) = target.parent() {
                changed.make(folder, &self.root)?;
            }
            match rename::to_unused(&from, &target) {
                // A killed process had given it its name.
                Err(cause)
                    if cause.kind() == io::ErrorKind::AlreadyExists
                        && is_same_file(&from, &target) =>
                {
                    fs::remove_file(&from)?;
                }
                renamed => renamed?,
            }
            changed.note(&target)
        };
        renamed().map_err(|cause| {
            failed(format!("could not rename a finished file to {}", escape_path(&target)), cause)
        })
    }

    /// Removes what killed processes left, and what no entry speaks of.
    fn clear_staged(&self) -> Result<()> {
        let folder = self.staged_folder();
        let cleared = || -> io::Result<()> {
            for entry in fs::read_dir(&folder)? {
                let entry = entry?;
                match entry.file_type()?.is_dir() {
                    true => fs::remove_dir_all(entry.path())?,
                    false => fs::remove_file(entry.path())?,
                }
            }
            Ok(())
        };
        cleared()
            .map_err(|cause| failed(format!("could not clear {}", escape_path(&folder)), cause))
    }

    fn write_snapshot(&self, number: u64) -> Result<()> {
        let path = self.staged_folder().join("snapshot");
        let mut writer =
            EntryWriter::create(&path, number).map_err(|cause| self.not_written(cause))?;
        self.manifest.for_each_file(|added| {
            let added = Added { staged: None, ..added };
            writer.add(added).map_err(|cause| self.not_written(cause))
        })?;
        for source in self.manifest.sources()?.into_values() {
            writer.read(source).map_err(|cause| self.not_written(cause))?;
        }
        let target = manifest::snapshot_path(&self.manifest_folder(), number);
        writer
            .finish(self.next_seq, None)
            .and_then(|staged| fs::rename(staged, target))
            .and_then(|()| sync_directory(&self.manifest_folder()))
            .map_err(|cause| self.not_written(cause))
    }

    /// Has the dataset know these columns, from now on.
    ///
    /// # Errors
    /// [`ErrorKind::Io`].
    pub(super) fn keep_schema(&mut self, schema: &DeclaredSchema) -> Result<()> {
        if *schema == self.schema && self.own_folder().join(SCHEMA).exists() {
            return Ok(());
        }
        self.keep(SCHEMA, schema.to_json().as_bytes())?;
        self.schema = schema.clone();
        Ok(())
    }

    /// An entry that is not to be the next one.
    pub(super) fn new_entry(&self, name: &str, number: u64) -> Result<EntryWriter> {
        let path = self.staged_folder().join(name);
        EntryWriter::create(&path, number).map_err(|cause| self.not_written(cause))
    }

    /// What is in its manifest's folder.
    pub(super) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Has a staged snapshot stand for all entries; returns what was there of these.
    pub(super) fn replace_manifest(&mut self, staged: &Path, number: u64) -> Result<Vec<PathBuf>> {
        let target = manifest::snapshot_path(&self.manifest_folder(), number);
        rename::to_unused(staged, &target)
            .and_then(|()| sync_directory(&self.manifest_folder()))
            .map_err(|cause| self.not_written(cause))?;
        self.manifest.tell_newest(&self.own_folder(), number, false);
        self.manifest.others_than(&target)
    }

    /// Replaces what the dataset knows in a file of its own, durably.
    pub(super) fn keep(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.own_folder().join(name);
        let staged = self.staged_folder().join(name);
        let written = || -> io::Result<()> {
            fs::write(&staged, bytes)?;
            File::open(&staged)?.sync_all()?;
            fs::rename(&staged, &path)?;
            sync_directory(&self.own_folder())
        };
        written().map_err(|cause| failed(format!("could not write {}", escape_path(&path)), cause))
    }

    pub(super) fn own_folder(&self) -> PathBuf {
        self.root.join(OWN_FOLDER)
    }

    pub(super) fn staged_folder(&self) -> PathBuf {
        self.own_folder().join("staged")
    }

    fn manifest_folder(&self) -> PathBuf {
        self.own_folder().join("manifest")
    }

    pub(super) fn not_written(&self, cause: io::Error) -> Error {
        let folder = self.manifest_folder();
        failed(format!("could not write the manifest in {}", escape_path(&folder)), cause)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_in_order && self.waiting.take().is_some() {
            // The next one to open the dataset tries again.
            let _ = self.clear_staged();
        }
    }
}

/// The error of a dataset that has lost what it knows of itself in this file.
fn lost(root: &Path, path: &Path) -> Error {
    manifest::needs_repair(root, "it is missing, and there are entries of the manifest:")
        .in_source(&escape_path(path))
}

/// The schema of a dataset, or one without columns where there is none yet.
pub(crate) fn read_schema(path: &Path) -> Result<DeclaredSchema> {
    let shown = escape_path(path);
    match fs::read_to_string(path) {
        Ok(json) => DeclaredSchema::from_json(&json).map_err(|error| {
            // DIR/_bucksaw/schema.json
            let root = path.ancestors().nth(2).unwrap_or(path);
            manifest::needs_repair(root, &format!("{}:", error.message())).in_source(&shown)
        }),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(DeclaredSchema::new()),
        Err(cause) => Err(Error::io(format!("could not read {shown}"), cause)),
    }
}
