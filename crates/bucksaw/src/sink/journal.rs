//! What a publication of several files is about to do, on disk while it does it.
//!
//! A copy lies in every directory that the files are in, and the first directory's decides. As long as
//! it has the name that all copies have, whoever finds one after the process was killed takes the
//! publication back. All files count as published from the moment in which it is renamed; who finds a
//! copy then only removes what is left: old files and copies, the first one last.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::directory::{self, Directory, directory_of};
use super::failure::failed;
use super::staged::{Staged, is_random_name, only_for_the_owner, random, without_following};
use crate::error::Result;
use crate::escape::escape_path;

const JOURNAL_SUFFIX: &str = ".journal.bucksaw";
/// The first directory's, from when on all files count as published.
const PUBLISHED_SUFFIX: &str = ".published.bucksaw";

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Journal {
    /// The random part of its name, which a user's copy under another name does not have.
    id: String,
    directories: Vec<Place>,
    files: Vec<Entry>,
}

/// A directory as it was when the journal was written. It may have been moved since, or be mounted
/// elsewhere.
#[derive(Debug, Deserialize, Serialize)]
struct Place {
    /// Any bytes, which a path in JSON could not be.
    path: OsString,
    number: u64,
}

impl Place {
    fn path(&self) -> &Path {
        Path::new(&self.path)
    }

    /// Its path if it was moved together with `here`, which is at `now`.
    fn moved_as(&self, here: &Self, now: &Path) -> Option<PathBuf> {
        let (mut before, mut after) = (here.path(), now);
        while before.file_name() == after.file_name() {
            (before, after) = (before.parent()?, after.parent()?);
        }
        self.path().strip_prefix(before).ok().map(|below| after.join(below))
    }

    fn is_at(&self, path: &Path) -> io::Result<bool> {
        Ok(fs::metadata(path).map(|found| number_of(&found))? == self.number)
    }
}

/// A finished file that is to get the name of its target.
#[derive(Debug, Deserialize, Serialize)]
struct Entry {
    /// The index of the directory that both names are in.
    directory: usize,
    staged: OsString,
    target: OsString,
    /// Whether something stood at the target before.
    replaces: bool,
    identity: Identity,
}

/// Tells a file that is ours from one that came in its place.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
struct Identity {
    number: u64,
    bytes: u64,
    modified_nanos: u128,
}

impl Identity {
    fn of(found: &Metadata) -> Self {
        let modified = found.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Self {
            number: number_of(found),
            bytes: found.len(),
            modified_nanos: modified.map_or(0, |time| time.as_nanos()),
        }
    }

    fn is_at(&self, path: &Path) -> io::Result<bool> {
        Ok(metadata(path)?.is_some_and(|found| Self::of(&found) == *self))
    }
}

#[cfg(unix)]
fn number_of(found: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(found)
}

#[cfg(not(unix))]
fn number_of(_: &Metadata) -> u64 {
    0
}

fn metadata(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

impl Journal {
    pub(super) fn new(directories: &[Directory]) -> io::Result<Self> {
        let place = |known: &Directory| -> io::Result<Place> {
            let number = number_of(&fs::metadata(&known.path)?);
            Ok(Place { path: known.path.clone().into(), number })
        };
        Ok(Self {
            id: random(),
            directories: directories.iter().map(place).collect::<io::Result<_>>()?,
            files: Vec::new(),
        })
    }

    /// Adds a finished file; `directory` is the index of the target's.
    pub(super) fn add(
        &mut self,
        staged: &Staged,
        target: &Path,
        directory: usize,
    ) -> io::Result<()> {
        self.files.push(Entry {
            directory,
            staged: staged.path.file_name().unwrap_or_default().to_owned(),
            target: target.file_name().unwrap_or_default().to_owned(),
            replaces: metadata(target)?.is_some(),
            identity: Identity::of(&staged.file.metadata()?),
        });
        Ok(())
    }

    fn name(&self) -> String {
        format!(".{}{JOURNAL_SUFFIX}", self.id)
    }

    fn published_name(&self) -> String {
        format!(".{}{PUBLISHED_SUFFIX}", self.id)
    }

    /// Writes it into every directory, durably.
    pub(super) fn write(&self, directories: &[Directory]) -> Result<Copies> {
        let json = serde_json::to_vec(self).map_err(io::Error::other);
        let create = |path: &Path| -> io::Result<Staged> {
            let mut copy = Staged::open(path, only_for_the_owner(&mut OpenOptions::new()))?;
            copy.file.write_all(json.as_deref().unwrap_or_default())?;
            copy.file.sync_all()?;
            Ok(copy)
        };
        let mut copies = Copies(Vec::new());
        for directory in directories {
            let created = create(&directory.path.join(self.name()));
            copies.0.push(created.map_err(|cause| {
                failed(
                    format!("could not prepare to publish in {}", escape_path(&directory.path)),
                    cause,
                )
            })?);
        }
        directories.iter().try_for_each(Directory::sync)?;
        Ok(copies)
    }

    /// Where its directories are now, if it was found in one of them: none for one that is gone.
    fn located(&self, found_in: &Path) -> io::Result<Option<Vec<Option<PathBuf>>>> {
        // The path first: on several file systems directories may have one number.
        let same_path = |place: &&Place| place.path() == found_in;
        let places = || self.directories.iter();
        let known = places().filter(same_path).chain(places().filter(|_| cfg!(unix)));
        let mut here = None;
        for place in known {
            if place.is_at(found_in)? {
                here = Some(place);
                break;
            }
        }
        let Some(here) = here else { return Ok(None) };
        let located = |place: &Place| {
            if std::ptr::eq(place, here) {
                return Ok(Some(found_in.to_owned()));
            }
            for path in [Some(place.path().to_owned()), place.moved_as(here, found_in)]
                .into_iter()
                .flatten()
            {
                if path.is_dir() && place.is_at(&path)? {
                    return Ok(Some(path));
                }
            }
            if metadata(place.path())?.is_none() {
                return Ok(None);
            }
            Err(io::Error::other(format!(
                "it was publishing in another directory too, which is not at {} any more: bring it back, or remove the journal",
                escape_path(place.path())
            )))
        };
        self.directories.iter().map(located).collect::<io::Result<_>>().map(Some)
    }

    /// Where its directories were when it was written.
    fn places(&self) -> Vec<Option<PathBuf>> {
        self.directories.iter().map(|place| Some(place.path().to_owned())).collect()
    }

    /// Puts every directory back into the state before the publication, however far it came. Returns
    /// the targets at which that can't be done, because the old file is gone.
    pub(super) fn undo(&self) -> io::Result<Vec<PathBuf>> {
        self.undo_at(&self.places())
    }

    /// Removes the old files, which are left once all files are published.
    pub(super) fn finish(&self) {
        self.finish_at(&self.places());
    }

    /// The same, where the directories are now.
    fn undo_at(&self, directories: &[Option<PathBuf>]) -> io::Result<Vec<PathBuf>> {
        let mut stay = Vec::new();
        for entry in self.files.iter().rev() {
            let Some(Some(directory)) = directories.get(entry.directory) else { continue };
            let staged = directory.join(&entry.staged);
            let target = directory.join(&entry.target);
            let is_new_staged = entry.identity.is_at(&staged)?;
            if entry.identity.is_at(&target)? {
                if !is_new_staged && metadata(&staged)?.is_some() {
                    // The old file, which the new one changed places with.
                    fs::rename(&staged, &target)?;
                } else if entry.replaces {
                    stay.push(target);
                } else {
                    remove(&target)?;
                }
            }
            if is_new_staged {
                remove(&staged)?;
            }
        }
        Ok(stay)
    }

    /// The same, where the directories are now.
    fn finish_at(&self, directories: &[Option<PathBuf>]) {
        for entry in &self.files {
            if let Some(Some(directory)) = directories.get(entry.directory) {
                // The next run to this target removes it otherwise.
                let _ = fs::remove_file(directory.join(&entry.staged));
            }
        }
    }
}

/// The copies of a journal that are on disk, in the order of the directories. They are removed when
/// dropped, the first one last: it decides, should this process be killed meanwhile.
#[derive(Debug)]
pub(super) struct Copies(Vec<Staged>);

impl Drop for Copies {
    fn drop(&mut self) {
        while self.0.pop().is_some() {}
    }
}

impl Copies {
    /// Those of a publication that needs no journal.
    pub(super) fn none() -> Self {
        Self(Vec::new())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// From now on all files count as published.
    pub(super) fn commit(&mut self, journal: &Journal) -> io::Result<()> {
        self.rename_first(&journal.published_name())
    }

    /// From now on they count as not published, as before.
    pub(super) fn revoke(&mut self, journal: &Journal) -> io::Result<()> {
        self.rename_first(&journal.name())
    }

    fn rename_first(&mut self, name: &str) -> io::Result<()> {
        let Some(first) = self.0.first_mut() else { return Ok(()) };
        let to = first.path.with_file_name(name);
        if to != first.path {
            fs::rename(&first.path, &to)?;
            first.path = to;
        }
        Ok(())
    }

    /// Leaves them to the next run.
    pub(super) fn keep(&mut self) {
        self.0.iter_mut().for_each(Staged::keep);
    }
}

pub(super) fn is_name(name: &OsStr) -> bool {
    [JOURNAL_SUFFIX, PUBLISHED_SUFFIX].iter().any(|suffix| is_random_name(name, ".", suffix))
}

/// Whether the process is gone whose journal is at `path`. One that another user could have written
/// does not count: it would tell us which files to remove.
pub(super) fn is_abandoned(path: &Path) -> bool {
    open(path).is_ok_and(|file| file.is_some_and(|file| file.try_lock().is_ok()))
}

/// The journal's file; none where nobody follows it, or it was taken back meanwhile: by another process,
/// or by this one with another directory's copy.
fn open(path: &Path) -> io::Result<Option<File>> {
    let file = match without_following(&mut OpenOptions::new()).read(true).open(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let found = file.metadata()?;
    Ok((found.is_file() && is_ours_alone(&found)).then_some(file))
}

#[cfg(unix)]
fn is_ours_alone(found: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let is_ours = found.uid() == rustix::process::geteuid().as_raw();
    is_ours && found.nlink() == 1 && found.mode() & 0o077 == 0
}

#[cfg(not(unix))]
fn is_ours_alone(_: &Metadata) -> bool {
    true
}

/// Takes back the publication of a killed process, or removes what is left of it where all of its files
/// were published.
pub(super) fn recover(path: &Path) -> Result<()> {
    recover_locked(path).map_err(|cause| {
        let what = "could not take back what a run that was killed had published in part";
        failed(format!("{what} ({})", escape_path(path)), cause)
    })
}

fn recover_locked(path: &Path) -> io::Result<()> {
    let Some(mut file) = open(path)? else { return Ok(()) };
    let mut json = Vec::new();
    file.read_to_end(&mut json)?;
    let Ok(journal) = serde_json::from_slice::<Journal>(&json) else {
        // It was not yet written, and so nothing was done.
        return remove(path);
    };
    let names = [journal.name(), journal.published_name()];
    let is_named_so = names.iter().any(|name| path.file_name() == Some(OsStr::new(name)));
    let located = if is_named_so { journal.located(directory_of(path))? } else { None };
    let Some(located) = located else {
        // A copy: none of the files is the one that it tells of.
        return remove(path);
    };
    let there = || located.iter().flatten();
    let directories = directory::lock(there().map(PathBuf::as_path)).map_err(io::Error::other)?;
    // Another process could have done it meanwhile.
    let is_there = metadata(path)?.is_some();
    if let Some(Some(first)) = located.first().filter(|_| is_there) {
        if metadata(&first.join(journal.name()))?.is_some() {
            journal.undo_at(&located)?;
            directories.iter().try_for_each(Directory::sync).map_err(io::Error::other)?;
        } else {
            journal.finish_at(&located);
        }
    }
    // The first one last: it decides, should this process be killed, too.
    let mut copies =
        there().rev().flat_map(|directory| names.each_ref().map(|name| directory.join(name)));
    copies.try_for_each(|copy| remove(&copy))
}
