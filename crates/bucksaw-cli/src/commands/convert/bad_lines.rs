//! What becomes of bad lines.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bucksaw::{DeadLetterFile, Publication, Rejection, Rejects, Result};

use super::jobs::{kept_lines, reasons_of};
use crate::cli::ConvertArgs;
use crate::interrupt;

/// What becomes of bad lines, as the command line says.
pub(super) enum BadLines {
    Fail,
    Skip,
    Keep(Box<DeadLetterFile>),
    /// Beside a dataset.
    KeepInParts(KeptLines),
}

impl BadLines {
    /// # Errors
    /// As [`DeadLetterFile::stage`].
    pub(super) fn of(arguments: &ConvertArgs, files: &mut Publication) -> Result<Self> {
        let Some(path) = kept_lines(arguments) else {
            let skips = arguments.on_error == "skip";
            return Ok(if skips { Self::Skip } else { Self::Fail });
        };
        if arguments.dataset.is_wanted() {
            return Ok(Self::KeepInParts(KeptLines::new(path)));
        }
        let stage = || DeadLetterFile::stage(path, files);
        Ok(Self::Keep(Box::new(interrupt::staging(stage, DeadLetterFile::staged_paths)?)))
    }

    pub(super) fn in_parts(&self) -> Option<KeptLines> {
        match self {
            Self::KeepInParts(kept) => Some(kept.clone()),
            Self::Fail | Self::Skip | Self::Keep(_) => None,
        }
    }

    /// Publishes those that are to be there before rows from beside them are.
    pub(super) fn publish_part(&self) -> Result<()> {
        self.in_parts().map_or(Ok(()), |kept| kept.publish())
    }
}

/// Those of a run that writes a dataset: each part is kept before rows from beside them are published, the first in this file, later ones in
/// others, which have numbers. Clones have the file in common.
#[derive(Clone)]
pub(super) struct KeptLines {
    path: PathBuf,
    open: Arc<Mutex<Option<DeadLetterFile>>>,
}

impl KeptLines {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), open: Arc::default() }
    }

    fn open(&self) -> MutexGuard<'_, Option<DeadLetterFile>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Publishes what there is; further lines are kept in another file.
    ///
    /// # Errors
    /// As [`DeadLetterFile::publish`].
    pub(super) fn publish(&self) -> Result<()> {
        let open = self.open().take();
        open.map_or(Ok(()), |file| file.publish().map(|_| ()))
    }

    /// Has the open file take something.
    fn take(&self, taken: impl FnOnce(&mut DeadLetterFile) -> Result<()>) -> Result<()> {
        match &mut *self.open() {
            Some(file) => taken(file),
            none => {
                let create = || DeadLetterFile::create(&unused(&self.path), false);
                taken(none.insert(interrupt::staging(create, DeadLetterFile::staged_paths)?))
            }
        }
    }
}

impl Rejects for KeptLines {
    fn part(&mut self, bytes: &[u8]) -> Result<()> {
        self.take(|file| file.part(bytes))
    }

    fn end(&mut self, rejection: &Rejection) -> Result<()> {
        self.take(|file| file.end(rejection))
    }
}

/// The path, or `NAME-2.ENDING` and so on, that no file has, nor its reasons.
fn unused(path: &Path) -> PathBuf {
    let numbered = |number: u64| {
        if number == 1 {
            return path.to_owned();
        }
        let mut name = path.file_stem().unwrap_or_default().to_owned();
        name.push(format!("-{number}"));
        if let Some(ending) = path.extension() {
            name.push(".");
            name.push(ending);
        }
        path.with_file_name(name)
    };
    let is_used = |path: &Path| fs::symlink_metadata(path).is_ok();
    let mut names = (1..).map(numbered);
    names.find(|path| !is_used(path) && !is_used(&reasons_of(path))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_used_get_numbers() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bad.ndjson");
        assert_eq!(unused(&path), path);
        fs::write(&path, "").expect("a file");
        fs::write(folder.path().join("bad-2.ndjson.reasons.ndjson"), "").expect("a file");
        assert_eq!(unused(&path), folder.path().join("bad-3.ndjson"));
    }
}
