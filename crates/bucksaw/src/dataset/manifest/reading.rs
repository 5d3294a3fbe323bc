//! Reading a manifest, line by line.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader};
use std::path::{Component, Path, PathBuf};

use serde::Deserialize as _;

use super::{Added, End, Head, Line, SNAPSHOT_SUFFIX, SUFFIX, VERSION, entry_path, snapshot_path};
use crate::dataset::{OWN_FOLDER, ReadSource};
use crate::error::{Error, ErrorKind, Result};
use crate::escape::escape_path;

/// Which entries and snapshots there are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Manifest {
    folder: PathBuf,
    /// The number of the newest entry, or of the snapshot that stands for it; 0 where there is none.
    pub(crate) newest: u64,
    /// That of the newest snapshot, in the same way.
    snapshot: u64,
    /// Whether the newest is an entry, which may have to be carried out.
    pub(crate) is_newest_entry: bool,
    /// The number of the last entry that was written, as far as that is known.
    told: u64,
}

/// What has the number of the last entry.
const TOLD: &str = "newest";
/// Numbers beyond are of no entry: names have room for twelve digits.
const MOST_ENTRIES: u64 = 900_000_000_000;

impl Manifest {
    /// Looks into the manifest's folder, which is in the one that a dataset has for itself, and need not be there.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; [`ErrorKind::Malformed`] where an entry is missing.
    pub(crate) fn open(own_folder: &Path) -> Result<Self> {
        let (manifest, entries) = Self::listed(own_folder)?;
        let missing = (manifest.snapshot + 1..=manifest.newest).find(|n| !entries.contains(n));
        let missing = missing.or((manifest.newest < manifest.told).then_some(manifest.told));
        match missing {
            None => Ok(manifest),
            Some(number) => Err(broken(
                &entry_path(&manifest.folder, number),
                "it is missing, and there was an entry of this number or a later one: put it back from a copy, or",
            )),
        }
    }

    /// The same of a manifest that may be damaged.
    ///
    /// # Errors
    /// [`ErrorKind::Io`].
    pub(crate) fn open_damaged(own_folder: &Path) -> Result<Self> {
        Ok(Self::listed(own_folder)?.0)
    }

    /// What there is, and the numbers of entries.
    fn listed(own_folder: &Path) -> Result<(Self, HashSet<u64>)> {
        let folder = &own_folder.join("manifest");
        let mut entries = HashSet::new();
        // First, since others may write one meanwhile.
        let told = fs::read_to_string(own_folder.join(TOLD)).ok();
        let told = told.and_then(|told| told.trim_end().parse().ok());
        let told = told.filter(|number| *number < MOST_ENTRIES).unwrap_or(0);
        let mut manifest = Self { folder: folder.clone(), told, ..Self::default() };
        let listed = match fs::read_dir(folder) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                return Ok((manifest, entries));
            }
            listed => listed.map_err(|cause| failed(folder, cause))?,
        };
        for entry in listed {
            let name = entry.map_err(|cause| failed(folder, cause))?.file_name();
            let name = name.to_string_lossy();
            if let Some(number) = name.strip_suffix(SNAPSHOT_SUFFIX).and_then(number) {
                manifest.snapshot = manifest.snapshot.max(number);
            } else if let Some(number) = name.strip_suffix(SUFFIX).and_then(number) {
                entries.insert(number);
                manifest.newest = manifest.newest.max(number);
            }
        }
        manifest.newest = manifest.newest.max(manifest.snapshot);
        manifest.is_newest_entry = entries.contains(&manifest.newest);
        Ok((manifest, entries))
    }

    /// Where the newest entry is, or the snapshot that stands for it.
    pub(crate) fn newest_path(&self) -> PathBuf {
        match self.is_newest_entry {
            true => entry_path(&self.folder, self.newest),
            false => snapshot_path(&self.folder, self.newest),
        }
    }

    /// The number that the next entry of a manifest has that may be damaged.
    pub(crate) fn next_number(&self) -> u64 {
        self.newest.max(self.told).saturating_add(1)
    }

    /// Whether the newest entry is there, and whole.
    pub(crate) fn is_newest_whole(&self) -> bool {
        let is_last = self.newest > 0 && self.told <= self.newest;
        is_last && for_each_line(&self.newest_path(), |_| Ok(())).is_ok()
    }

    /// Says that there is an entry of this number, which is durable. It does no harm where that gets lost.
    pub(crate) fn tell_newest(&mut self, own_folder: &Path, number: u64, is_entry: bool) {
        (self.newest, self.is_newest_entry, self.told) = (number, is_entry, number);
        let _ = fs::write(own_folder.join(TOLD), format!("{number}\n"));
    }

    /// All entries and snapshots but that one.
    ///
    /// # Errors
    /// [`ErrorKind::Io`].
    pub(crate) fn others_than(&self, kept: &Path) -> Result<Vec<PathBuf>> {
        let mut others = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(|cause| failed(&self.folder, cause))? {
            let path = entry.map_err(|cause| failed(&self.folder, cause))?.path();
            if path != kept {
                others.push(path);
            }
        }
        others.sort_unstable();
        Ok(others)
    }

    /// The end of the newest entry.
    ///
    /// # Errors
    /// As [`for_each_line`].
    pub(crate) fn newest_end(&self) -> Result<End> {
        if self.newest == 0 {
            return Ok(End { next_seq: 1, ..End::default() });
        }
        for_each_line(&self.newest_path(), |_| Ok(()))
    }

    /// What is wrong with the entries and the snapshot that are read.
    ///
    /// # Errors
    /// [`ErrorKind::Io`].
    pub(crate) fn problems(&self) -> Result<Vec<Error>> {
        let mut problems = Vec::new();
        let mut paths = Vec::new();
        let listed = match fs::read_dir(&self.folder) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(problems),
            listed => listed.map_err(|cause| failed(&self.folder, cause))?,
        };
        for entry in listed {
            paths.push(entry.map_err(|cause| failed(&self.folder, cause))?.path());
        }
        paths.sort_unstable();
        for path in paths {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let snapshot = name.strip_suffix(SNAPSHOT_SUFFIX).and_then(number);
            let entry = name.strip_suffix(SUFFIX).and_then(number);
            if snapshot.is_some_and(|number| number == self.snapshot)
                || entry.is_some_and(|number| number > self.snapshot)
            {
                problems.extend(for_each_line(&path, |_| Ok(())).err());
            }
        }
        Ok(problems)
    }

    /// Has all files of the dataset looked at, in the order in which they came.
    ///
    /// # Errors
    /// As [`for_each_line`], and those of `look`.
    pub(crate) fn for_each_file(&self, mut look: impl FnMut(Added) -> Result<()>) -> Result<()> {
        let mut removed = HashSet::new();
        let entries = self.snapshot + 1..=self.newest;
        for number in entries.clone() {
            for_each_line(&entry_path(&self.folder, number), |line| {
                if let Line::Remove(gone) = line {
                    removed.insert(gone.path);
                }
                Ok(())
            })?;
        }
        let mut look_at = |line| match line {
            Line::Add(added) if !removed.contains(&added.file.path) => look(*added),
            _ => Ok(()),
        };
        if self.snapshot > 0 {
            for_each_line(&snapshot_path(&self.folder, self.snapshot), &mut look_at)?;
        }
        for number in entries {
            for_each_line(&entry_path(&self.folder, number), &mut look_at)?;
        }
        Ok(())
    }

    /// The sources that it speaks of, each as it was read last.
    ///
    /// # Errors
    /// As [`for_each_line`].
    pub(crate) fn sources(&self) -> Result<BTreeMap<String, ReadSource>> {
        let mut sources = BTreeMap::new();
        let snapshot = (self.snapshot > 0).then(|| snapshot_path(&self.folder, self.snapshot));
        let entries = self.snapshot + 1..=self.newest;
        let entries = entries.map(|number| entry_path(&self.folder, number));
        for path in snapshot.into_iter().chain(entries) {
            // Lines of files are long, and many.
            let passes_added = true;
            look_at_lines(&path, passes_added, |line| {
                if let Line::Read(source) = line {
                    sources.insert(source.name.clone(), *source);
                }
                Ok(())
            })?;
        }
        Ok(sources)
    }
}

/// With what the line of a file begins that is added.
const ADD: &str = "{\"add\":";

/// Whether an entry or a snapshot is called by this number; those that are written are not called so yet.
fn is_number_of(path: &Path, entry: u64) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(SNAPSHOT_SUFFIX).or(name.strip_suffix(SUFFIX));
    stem.and_then(number).is_none_or(|number| number == entry)
}

pub(super) fn number(digits: &str) -> Option<u64> {
    let is_number = digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten().filter(|number| *number < MOST_ENTRIES)
}

/// Has each line of an entry or a snapshot looked at; returns its end.
///
/// # Errors
/// [`ErrorKind::Io`]; [`ErrorKind::Malformed`] where it is damaged, [`ErrorKind::Unsupported`] where it is of a later version;
/// those of `look`.
pub(crate) fn for_each_line(path: &Path, look: impl FnMut(Line) -> Result<()>) -> Result<End> {
    look_at_lines(path, false, look)
}

/// The same, which may pass over lines of files that are added, but for counting them.
fn look_at_lines(
    path: &Path,
    passes_added: bool,
    mut look: impl FnMut(Line) -> Result<()>,
) -> Result<End> {
    let file = File::open(path).map_err(|cause| failed(path, cause))?;
    let mut lines = BufReader::new(file).lines();
    let mut next = || lines.next().transpose().map_err(|cause| failed(path, cause));
    let head: Option<Head> = next()?.and_then(|line| serde_json::from_str(&line).ok());
    match head {
        Some(Head { manifest: VERSION, entry }) if is_number_of(path, entry) => {}
        Some(Head { manifest: VERSION, entry }) => {
            return Err(broken(path, &format!("it is the entry of another number, {entry}:")));
        }
        Some(Head { manifest, .. }) if manifest > VERSION => {
            let message = format!(
                "{} is of version {manifest}, and this release reads version {VERSION}: use a newer one",
                escape_path(path)
            );
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        _ => return Err(broken(path, "its first line is no head of an entry:")),
    }
    let (mut added, mut removed, mut read) = (0, 0, 0);
    while let Some(line) = next()? {
        if passes_added && line.starts_with(ADD) {
            added += 1;
            continue;
        }
        // Members that a later release added are passed over.
        let mut json = serde_json::Deserializer::from_str(&line);
        match Line::deserialize(&mut json).map_err(|cause| broken(path, &format!("{cause}:")))? {
            line if !is_within_the_dataset(&line) => {
                return Err(broken(path, "it names a file that is not in the dataset's folder:"));
            }
            Line::End(end) if (end.added, end.removed, end.read) == (added, removed, read) => {
                return Ok(end);
            }
            Line::End(_) => return Err(broken(path, "lines of it are missing:")),
            line => {
                added += u64::from(matches!(line, Line::Add(_)));
                removed += u64::from(matches!(line, Line::Remove(_)));
                read += u64::from(matches!(line, Line::Read(_)));
                look(line)?;
            }
        }
    }
    Err(broken(path, "its end is missing:"))
}

/// Nobody's manifest has other files renamed or removed.
fn is_within_the_dataset(line: &Line) -> bool {
    let is_plain = |path: &str| {
        let mut names = Path::new(path).components().peekable();
        names.peek().is_some_and(|first| first.as_os_str() != OWN_FOLDER)
            && names.all(|name| matches!(name, Component::Normal(_)))
    };
    let is_name = |name: &String| is_plain(name) && !name.contains(['/', '\\']);
    match line {
        Line::Add(added) => is_plain(&added.file.path) && added.staged.as_ref().is_none_or(is_name),
        Line::Remove(removed) => is_plain(&removed.path),
        Line::Read(_) => true,
        Line::End(end) => end
            .exchange
            .as_ref()
            .is_none_or(|exchange| is_plain(&exchange.folder) && is_name(&exchange.staged)),
    }
}

pub(super) fn failed(path: &Path, cause: io::Error) -> Error {
    Error::io(format!("could not read {}", escape_path(path)), cause)
}

fn broken(path: &Path, why: &str) -> Error {
    // DIR/_bucksaw/manifest/000000000001.ndjson
    let root = path.ancestors().nth(3).unwrap_or(path);
    needs_repair(root, why).in_source(&escape_path(path))
}

/// The error of a dataset in this folder that knows too little of itself, for this reason.
pub(crate) fn needs_repair(root: &Path, why: &str) -> Error {
    let root = if root.as_os_str().is_empty() { Path::new(".") } else { root };
    let message = format!("{why} repair the dataset (bucksaw repair {})", escape_path(root));
    Error::new(ErrorKind::Malformed, message)
}
