//! Files that appear together.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, Permissions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::LocalSink;
use super::directory::{self, Directory, directory_of, exists};
use super::failure::failed;
use super::journal::{Copies, Journal};
use super::recovery;
use super::rename;
use super::staged::{self, Staged};
use crate::error::{Error, ErrorKind, Result};
use crate::escape::escape_path;

/// The files of one run: all of them appear together, or none.
///
/// A sink from [`stage`](Self::stage) that is published (by
/// [`Writer::finish`](crate::Writer::finish), say) is finished and durable, and waits under its
/// staged name for [`publish`](Self::publish).
///
/// Publishing is one step for everyone who goes the same way: the directories are locked, a small
/// journal lies in them while names change, and the next publication there takes back what a killed
/// process had done in part.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// use bucksaw::{Options, Publication, Value};
/// let mut files = Publication::new();
/// for name in ["a.parquet", "b.parquet"] {
///     let sink = files.stage(&folder.path().join(name))?;
///     let mut writer = Options::new().write_to(Box::new(sink))?;
///     writer.write_row([("level", Value::from("INFO"))])?;
///     writer.finish()?;
/// }
/// assert!(!folder.path().join("a.parquet").exists());
/// files.publish()?;
/// assert!(folder.path().join("a.parquet").exists() && folder.path().join("b.parquet").exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Publication {
    overwrite: bool,
    temporary_directory: Option<PathBuf>,
    /// Files that stay whatever they are called, by their paths without links.
    spared: HashSet<PathBuf>,
    /// Directories by their paths without links.
    known: HashMap<PathBuf, Known>,
    finished: Waiting,
    locked: Vec<Directory>,
}

/// Finished files, which wait to be published.
pub(super) type Waiting = Arc<Mutex<Vec<Finished>>>;

/// What is known of a directory since it was first asked for.
#[derive(Debug)]
struct Known {
    /// Those of new files.
    permissions: Option<Permissions>,
    /// Names that killed processes left.
    abandoned: Vec<OsString>,
}

/// A finished file beside its target.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) staged: Staged,
    pub(super) target: PathBuf,
    pub(super) overwrite: bool,
    pub(super) only_replaces: bool,
}

impl Publication {
    /// No files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether files may replace others. Default: no.
    #[must_use]
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }

    /// Where unfinished files are. Default: beside their targets.
    #[must_use]
    pub fn temporary_directory(mut self, directory: Option<&Path>) -> Self {
        self.temporary_directory = directory.map(Path::to_owned);
        self
    }

    /// Files that are read meanwhile, which are not removed even where they are called like what a killed
    /// process left.
    #[must_use]
    pub fn sparing<P: AsRef<Path>>(mut self, files: impl IntoIterator<Item = P>) -> Self {
        self.spared.extend(files.into_iter().filter_map(|file| file.as_ref().canonicalize().ok()));
        self
    }

    /// Whether files could appear at `targets`, before any work goes into them. Takes back, first, what
    /// killed processes had published in part in their directories.
    ///
    /// # Errors
    /// As [`stage`](Self::stage).
    pub fn check<P: AsRef<Path>>(&mut self, targets: impl IntoIterator<Item = P>) -> Result<()> {
        let targets: Vec<P> = targets.into_iter().collect();
        // All directories first: also a run that is refused puts them in order.
        for target in &targets {
            self.visit(target.as_ref())?;
        }
        targets.iter().try_for_each(|target| check_target(target.as_ref(), self.overwrite))
    }

    /// Takes back what killed processes had published in part in the directories of `targets`, so that what is there is whole.
    /// A directory that is not there is left out. [`check`](Self::check) and [`stage`](Self::stage) do the same; this is for looking at
    /// what is there before.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] where a directory can't be put in order.
    pub fn recover<P: AsRef<Path>>(&mut self, targets: impl IntoIterator<Item = P>) -> Result<()> {
        let mut targets = targets.into_iter();
        targets.try_for_each(|target| match directory_of(target.as_ref()).is_dir() {
            true => self.visit(target.as_ref()).map(|_| ()),
            false => Ok(()),
        })
    }

    /// Puts the directories in order that a file for `target` goes through, and removes what killed
    /// processes left staged for it. Returns the target's path
    /// without links to its directory, and the directory that the file is staged in.
    fn visit(&mut self, target: &Path) -> Result<(PathBuf, PathBuf)> {
        let Some(name) = target.file_name() else {
            let message = format!("{} does not name a file", escape_path(target));
            return Err(Error::new(ErrorKind::Options, message));
        };
        let directory = directory::resolve(directory_of(target))?;
        if !self.known.contains_key(&directory) {
            let abandoned = self.abandoned_names(&directory)?;
            self.learn(&directory, abandoned);
        }
        self.remove_abandoned(&directory, name);
        let target = directory.join(name);
        let Some(temporary) = &self.temporary_directory else { return Ok((target, directory)) };
        let temporary = directory::resolve(temporary)?;
        if !self.known.contains_key(&temporary) {
            // It need not be readable: nothing appears there.
            let abandoned = self.abandoned_names(&temporary).unwrap_or_default();
            self.learn(&temporary, abandoned);
        }
        self.remove_abandoned(&temporary, name);
        Ok((target, temporary))
    }

    fn remove_abandoned(&mut self, directory: &Path, name: &OsStr) {
        let Some(known) = self.known.get_mut(directory) else { return };
        let of_target = |found: &mut OsString| staged::is_staged_for(found, name);
        for found in known.abandoned.extract_if(.., of_target) {
            staged::remove_abandoned(&directory.join(found));
        }
    }

    fn abandoned_names(&self, directory: &Path) -> Result<Vec<OsString>> {
        let _locked = recovery::lock_clean([directory], &self.spared)?;
        recovery::abandoned_names(directory, &self.spared)
    }

    fn learn(&mut self, directory: &Path, abandoned: Vec<OsString>) {
        self.known.insert(directory.to_owned(), Known { permissions: None, abandoned });
    }

    /// The permissions of new files in a known directory.
    fn permissions(&mut self, directory: &Path, name: &OsStr) -> Result<Option<Permissions>> {
        let Some(known) = self.known.get_mut(directory) else { return Ok(None) };
        if known.permissions.is_none() {
            known.permissions = Some(staged::usual_permissions(directory, name)?);
        }
        Ok(known.permissions.clone())
    }

    /// Stages a file for `target`. It will appear in the directory that `target` is in now, should a link
    /// on the way lead to another one by then.
    ///
    /// # Errors
    /// [`ErrorKind::Exists`] where something stands at `target` and may not be replaced, or where
    /// `target` is no place for a file; [`ErrorKind::Io`] where nothing can be staged or published.
    pub fn stage(&mut self, target: &Path) -> Result<LocalSink> {
        let (resolved, directory) = self.visit(target)?;
        check_target(target, self.overwrite)?;
        let name = resolved.file_name().unwrap_or_default();
        let staged = Staged::create(&directory, name)?;
        Ok(LocalSink {
            named: target.to_owned(),
            overwrite: self.overwrite,
            only_replaces: false,
            usual_permissions: self.permissions(directory_of(&resolved), name)?,
            staged,
            bytes: 0,
            waiting: Arc::clone(&self.finished),
            alone: None,
            target: resolved,
        })
    }

    /// Waits until no one else publishes to the directories of the finished files.
    /// [`publish`](Self::publish) does this itself; by then it should be quick.
    ///
    /// # Errors
    /// [`ErrorKind::Io`].
    pub fn lock(&mut self) -> Result<()> {
        let finished = self.finished.lock().unwrap_or_else(PoisonError::into_inner);
        let mut paths: Vec<&Path> =
            finished.iter().map(|file| directory_of(&file.target)).collect();
        paths.dedup();
        self.locked = recovery::lock_clean(paths, &self.spared)?;
        Ok(())
    }

    /// Publishes all files whose sinks were published.
    ///
    /// # Errors
    /// [`ErrorKind::Exists`] where something stands at a target by now and may not be replaced;
    /// [`ErrorKind::Io`]. No file is published then, unless the message says so.
    pub fn publish(mut self) -> Result<()> {
        if self.locked.is_empty() {
            self.lock()?;
        }
        let mut finished = self.finished.lock().unwrap_or_else(PoisonError::into_inner);
        publish(std::mem::take(&mut finished), &self.locked)
    }
}

/// Whether a file may appear at `target`.
fn check_target(target: &Path, overwrite: bool) -> Result<()> {
    let shown = escape_path(target);
    let message = match fs::symlink_metadata(target) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(unusable(target, cause)),
        Ok(_) if target.is_dir() => format!("{shown} is a directory: name a file"),
        Ok(_) if !overwrite => return Err(exists(target)),
        // Nor a link to one, such as /dev/stdout.
        Ok(_) if fs::metadata(target).is_ok_and(|found| !found.is_file()) => format!(
            "{shown} is a device or a pipe, which no file replaces: write to a stream (-o -)"
        ),
        Ok(_) => return Ok(()),
    };
    Err(Error::new(ErrorKind::Exists, message))
}

fn unusable(target: &Path, cause: io::Error) -> Error {
    let name = target.file_name().unwrap_or_default();
    let what = format!("no file can be called {}", escape_path(target));
    if cause.kind() == io::ErrorKind::InvalidFilename {
        let advice = format!("its name has {} bytes, choose a shorter one", name.len());
        return Error::io(format!("{what}: {advice}"), cause);
    }
    failed(what, cause)
}

/// Publishes finished files in one step; `directories`, locked, are those of their targets.
fn publish(mut files: Vec<Finished>, directories: &[Directory]) -> Result<()> {
    files.retain(Finished::is_wanted);
    files.iter().try_for_each(|file| check_target(&file.target, file.overwrite))?;
    let mut journal = Journal::new(directories)
        .map_err(|cause| failed("could not prepare to publish".to_owned(), cause))?;
    for Finished { staged, target, .. } in &files {
        let index = directories.iter().position(|known| known.is_at(directory_of(target)));
        let added = index.ok_or(io::ErrorKind::NotFound.into());
        added
            .and_then(|index| journal.add(staged, target, index))
            .map_err(|cause| failed(format!("could not look at {}", escape_path(target)), cause))?;
    }
    // The renaming of a single file is whole by itself.
    let mut copies = if files.len() > 1 { journal.write(directories)? } else { Copies::none() };
    let has_journal = !copies.is_empty();
    // Those finished last appear first: what was rejected on the way to a file is there before it.
    let published = files
        .iter_mut()
        .rev()
        .try_for_each(|file| file.rename(has_journal))
        .and_then(|()| directories.iter().try_for_each(Directory::sync))
        .and_then(|()| commit(&mut copies, &journal, directories));
    match published {
        Ok(()) => {
            if has_journal {
                journal.finish();
            }
            Ok(())
        }
        Err(error) => Err(take_back(error, &journal, copies, directories)),
    }
}

impl Finished {
    fn is_wanted(&self) -> bool {
        !self.only_replaces || self.overwrite && fs::symlink_metadata(&self.target).is_ok()
    }

    fn rename(&mut self, can_be_undone: bool) -> Result<()> {
        let Self { staged, target, overwrite, .. } = self;
        let renamed = match (*overwrite, can_be_undone) {
            (false, _) => rename::to_unused(&staged.path, target),
            (true, true) => rename::replacing(&staged.path, target),
            (true, false) => fs::rename(&staged.path, &*target),
        };
        renamed.map_err(|cause| match cause.kind() {
            io::ErrorKind::AlreadyExists => exists(target),
            _ => failed(
                format!("could not rename the finished file to {}", escape_path(target)),
                cause,
            ),
        })?;
        staged.keep();
        Ok(())
    }
}

/// Makes all files count as published.
fn commit(copies: &mut Copies, journal: &Journal, directories: &[Directory]) -> Result<()> {
    let Some(first) = directories.first().filter(|_| !copies.is_empty()) else { return Ok(()) };
    copies.commit(journal).map_err(|cause| {
        failed(format!("could not publish in {}", escape_path(&first.path)), cause)
    })?;
    first.sync()
}

/// Undoes what has been renamed; the error says what could not be.
fn take_back(
    error: Error,
    journal: &Journal,
    mut copies: Copies,
    directories: &[Directory],
) -> Error {
    match copies.revoke(journal).and_then(|()| journal.undo()) {
        Ok(stay) => {
            // The error is told already.
            directories.iter().for_each(|directory| drop(directory.sync()));
            let stay: Vec<String> = stay.iter().map(|path| escape_path(path)).collect();
            match stay.as_slice() {
                [] => error,
                _ => {
                    let message =
                        format!("{} (but {} is written)", error.message(), stay.join(", "));
                    error.with_message(message)
                }
            }
        }
        Err(cause) => {
            let next =
                if copies.is_empty() { "" } else { "; the next run to these files tries again" };
            copies.keep();
            let message = format!(
                "{} (files may be there already, and taking them back failed, too: {cause}{next})",
                error.message()
            );
            error.with_message(message)
        }
    }
}
