//! Files that appear together.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, Permissions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::LocalSink;
use super::directory::{self, Directory, directory_of, exists};
use super::failure::failed;
use super::journal::Journal;
use super::rename;
use super::staged::{self, Staged};
use crate::error::{Error, ErrorKind, Result};

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

    /// Whether a file could appear at `target`, before any work goes into it. Takes back, first, what
    /// killed processes had published in part in its directory.
    ///
    /// # Errors
    /// As [`stage`](Self::stage).
    pub fn check(&mut self, target: &Path) -> Result<()> {
        if target.file_name().is_none() {
            let message = format!("{} does not name a file", target.display());
            return Err(Error::new(ErrorKind::Options, message));
        }
        let directory = directory_of(target);
        if !self.known.contains_key(directory) {
            let _locked = directory::lock_clean([directory])?;
            self.learn(directory, directory::abandoned_names(directory)?);
        }
        if let Some(temporary) = self.temporary_directory.clone()
            && !self.known.contains_key(&temporary)
        {
            // It need not be readable: nothing appears there.
            let locked = directory::lock_clean([&*temporary]);
            let abandoned = locked.and_then(|_locked| directory::abandoned_names(&temporary));
            self.learn(&temporary, abandoned.unwrap_or_default());
        }
        check_target(target, self.overwrite)
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

    /// Stages a file for `target`.
    ///
    /// # Errors
    /// [`ErrorKind::Exists`] where something stands at `target` and may not be replaced, or where
    /// `target` is no place for a file; [`ErrorKind::Io`] where nothing can be staged or published.
    pub fn stage(&mut self, target: &Path) -> Result<LocalSink> {
        self.check(target)?;
        let name = target.file_name().unwrap_or_default();
        let directory = self.temporary_directory.as_deref().unwrap_or(directory_of(target));
        for directory in [directory, directory_of(target)] {
            let abandoned = self.known.get(directory).map(|known| known.abandoned.as_slice());
            let of_target = |found: &&OsString| staged::is_staged_for(found, name);
            for found in abandoned.unwrap_or_default().iter().filter(of_target) {
                staged::remove_abandoned(&directory.join(found));
            }
        }
        let staged = Staged::create(directory, name)?;
        Ok(LocalSink {
            target: target.to_owned(),
            overwrite: self.overwrite,
            only_replaces: false,
            usual_permissions: self.permissions(directory_of(target), name)?,
            staged,
            bytes: 0,
            waiting: Arc::clone(&self.finished),
            alone: None,
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
        self.locked = directory::lock_clean(paths)?;
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
    let shown = target.display();
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
    let what = format!("no file can be called {}", target.display());
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
            .map_err(|cause| failed(format!("could not look at {}", target.display()), cause))?;
    }
    // The renaming of a single file is whole by itself.
    let mut journals = if files.len() > 1 { journal.write(directories)? } else { Vec::new() };
    let has_journal = !journals.is_empty();
    // Those finished last appear first: what was rejected on the way to a file is there before it.
    let published = files
        .iter_mut()
        .rev()
        .try_for_each(|file| file.rename(has_journal))
        .and_then(|()| directories.iter().try_for_each(Directory::sync))
        .and_then(|()| commit(&mut journals));
    match published {
        Ok(()) => clean_up(&files, journals, directories),
        Err(error) => Err(take_back(error, &journal, journals, directories)),
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
            _ => {
                failed(format!("could not rename the finished file to {}", target.display()), cause)
            }
        })?;
        staged.keep();
        Ok(())
    }
}

/// With the removal of the first journal all files are published.
fn commit(journals: &mut [Staged]) -> Result<()> {
    let Some(first) = journals.first_mut() else { return Ok(()) };
    fs::remove_file(&first.path)
        .map_err(|cause| failed(format!("could not remove {}", first.path.display()), cause))?;
    first.keep();
    Ok(())
}

/// The files are published; what is left of the old ones goes.
fn clean_up(files: &[Finished], journals: Vec<Staged>, directories: &[Directory]) -> Result<()> {
    let Some(directory) = directories.first().filter(|_| !journals.is_empty()) else {
        return Ok(());
    };
    directory.sync().map_err(|error| {
        let message = format!(
            "all files are published, but a power cut could take them back: {}",
            error.message()
        );
        error.with_message(message)
    })?;
    drop(journals);
    for Finished { staged, .. } in files.iter().filter(|file| file.overwrite) {
        // The old file, if there was one. The next run to this target removes it otherwise.
        let _ = fs::remove_file(&staged.path);
    }
    Ok(())
}

/// Undoes what has been renamed; the error says what could not be.
fn take_back(
    error: Error,
    journal: &Journal,
    mut written: Vec<Staged>,
    directories: &[Directory],
) -> Error {
    match journal.undo() {
        Ok(stay) => {
            // The error is told already.
            directories.iter().for_each(|directory| drop(directory.sync()));
            // The first one last: it decides, should this process be killed here.
            while let Some(journal) = written.pop() {
                drop(journal);
            }
            let stay: Vec<String> = stay.iter().map(|path| path.display().to_string()).collect();
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
            written.iter_mut().for_each(Staged::keep);
            let next =
                if written.is_empty() { "" } else { "; the next run to these files tries again" };
            let message = format!(
                "{} (files may be there already, and taking them back failed, too: {cause}{next})",
                error.message()
            );
            error.with_message(message)
        }
    }
}
