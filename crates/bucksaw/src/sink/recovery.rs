//! Directories as they are once what killed processes left there is taken back or known.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::directory::{self, Directory};
use super::journal;
use crate::error::Result;

/// Locks directories in which no publication is left half done; those of killed processes are taken
/// back.
pub(super) fn lock_clean<'p>(
    paths: impl IntoIterator<Item = &'p Path> + Clone,
    spared: &HashSet<PathBuf>,
) -> Result<Vec<Directory>> {
    loop {
        let directories = directory::lock(paths.clone())?;
        let mut journals = Vec::new();
        for Directory { path, .. } in &directories {
            let names = directory::staged_names(path, spared)?.into_iter();
            let names = names.filter(|name| journal::is_name(name));
            let paths = names.map(|name| path.join(name));
            journals.extend(paths.filter(|path| journal::is_abandoned(path)));
        }
        if journals.is_empty() {
            return Ok(directories);
        }
        // They may need more directories' locks, which have to be taken in order.
        drop(directories);
        journals.iter().try_for_each(|path| journal::recover(path))?;
    }
}

/// The names in a directory of files that killed processes left staged; the directory is locked and
/// clean.
pub(super) fn abandoned_names(folder: &Path, spared: &HashSet<PathBuf>) -> Result<Vec<OsString>> {
    let names = directory::staged_names(folder, spared)?;
    // A journal that is another user's: what is staged may be old files of theirs.
    let has_journal = names.iter().any(|name| journal::is_name(name));
    Ok(if has_journal { Vec::new() } else { names })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::journal::Journal;

    #[test]
    fn a_journal_with_a_copy_in_each_directory_is_taken_back_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let paths = ["a", "b"].map(|name| folder.path().join(name));
        for path in &paths {
            std::fs::create_dir(path).expect("created");
        }
        let lock = || paths.iter().map(PathBuf::as_path);
        let directories = directory::lock(lock()).expect("locked");
        let journal = Journal::new(&directories).expect("directories that are there");
        let mut copies = journal.write(&directories).expect("written");
        copies.keep();
        drop((copies, directories));
        lock_clean(lock(), &HashSet::new()).expect("taken back");
        for path in &paths {
            assert_eq!(std::fs::read_dir(path).expect("a folder").count(), 0);
        }
    }
}
