//! Looking at what is in a dataset's folder, for those who hold it against the manifest.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::folder::{OWN_FOLDER, PARTITION, SCHEMA, read_schema};
use super::manifest::{Line, Manifest, entry_path, for_each_line, needs_repair};
use super::partitioned::read_partition;
use super::{DatasetFile, own_folder};
use crate::error::{Error, ErrorKind, Result};
use crate::escape::escape_path;
use crate::route::partition;
use crate::runtime::hash::xxh3_128_of;

/// What is wrong with the manifest itself, and with what the dataset knows beside it.
///
/// # Errors
/// [`ErrorKind::Io`] where the folder can't be read.
pub fn manifest_problems(root: &Path) -> Result<Vec<Error>> {
    let own = own_folder(root);
    let manifest = match Manifest::open(&own) {
        Ok(manifest) => manifest,
        Err(error) if error.kind() == ErrorKind::Io => return Err(error),
        Err(error) => return Ok(vec![error]),
    };
    let mut problems = manifest.problems()?;
    if manifest.newest > 0 {
        for name in [SCHEMA, PARTITION] {
            let path = own.join(name);
            let read = match (path.is_file(), name == SCHEMA) {
                (false, _) => {
                    Err(needs_repair(root, "it is missing:").in_source(&escape_path(&path)))
                }
                (true, true) => read_schema(&path).map(drop),
                (true, false) => read_partition(&path).map(drop),
            };
            problems.extend(read.err());
        }
    }
    Ok(problems)
}

/// Has each file of a dataset looked at, and where it is if it does not have its name yet.
///
/// # Errors
/// As [`Dataset::for_each_file`](super::Dataset::for_each_file).
pub fn for_each_file(
    root: &Path,
    mut look: impl FnMut(DatasetFile, Option<PathBuf>) -> Result<()>,
) -> Result<()> {
    let own = own_folder(root);
    Manifest::open(&own)?.for_each_file(|added| {
        let staged = added.staged.map(|name| own.join("staged").join(name));
        look(added.file, staged.filter(|path| path.is_file()))
    })
}

/// The number of the newest entry of a dataset's manifest; 0 where there is none.
///
/// # Errors
/// As [`Dataset::for_each_file`](super::Dataset::for_each_file).
pub fn newest_entry(root: &Path) -> Result<u64> {
    Ok(Manifest::open(&own_folder(root))?.newest)
}

/// Has each file looked at that entries behind this one have added; returns the number of the last of these. It costs little where there
/// are none.
///
/// # Errors
/// As [`Dataset::for_each_file`](super::Dataset::for_each_file), and those of `look`.
pub fn for_each_added(
    root: &Path,
    mut entry: u64,
    mut look: impl FnMut(DatasetFile) -> Result<()>,
) -> Result<u64> {
    let folder = own_folder(root).join("manifest");
    loop {
        let next = entry.saturating_add(1);
        let path = entry_path(&folder, next);
        if next == entry || !path.is_file() {
            return Ok(entry);
        }
        for_each_line(&path, |line| match line {
            Line::Add(added) => look(added.file),
            Line::Remove(_) | Line::Read(_) | Line::End(_) => Ok(()),
        })?;
        entry = next;
    }
}

/// What the folders say that a path leads through of the rows in them: the value of each level, as Hive calls them.
pub fn levels(path: &Path) -> impl Iterator<Item = (String, Option<String>)> + '_ {
    let folders = path.parent().into_iter().flatten().filter_map(|folder| folder.to_str());
    folders.flat_map(partition::levels)
}

/// The files that the newest entry removes. Some are there still where its writer was killed; who writes to the dataset next removes them.
///
/// # Errors
/// As [`Dataset::for_each_file`](super::Dataset::for_each_file).
pub fn removed_last(root: &Path) -> Result<HashSet<String>> {
    let manifest = Manifest::open(&own_folder(root))?;
    let mut removed = HashSet::new();
    if manifest.is_newest_entry {
        for_each_line(&manifest.newest_path(), |line| {
            if let Line::Remove(gone) = line {
                removed.insert(gone.path);
            }
            Ok(())
        })?;
    }
    Ok(removed)
}

/// The files in a dataset's folders that the manifest does not have, as paths within it, sorted. What is hidden is none of them, nor
/// what is of a dataset in a folder of this one.
///
/// # Errors
/// [`ErrorKind::Io`].
pub fn strays(root: &Path, known: &HashSet<String>) -> Result<Vec<String>> {
    let mut strays = Vec::new();
    for_each_below(root, "", &mut |path| {
        if !known.contains(&path) {
            strays.push(path);
        }
    })?;
    strays.sort_unstable();
    Ok(strays)
}

/// Visits the files below a dataset's folder that are not hidden.
pub(crate) fn for_each_below(
    folder: &Path,
    start: &str,
    visit: &mut impl FnMut(String),
) -> Result<()> {
    let failed = |cause| Error::io(format!("could not list {}", escape_path(folder)), cause);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let shown = name.to_string_lossy();
        if shown.starts_with(['.', '_']) {
            continue;
        }
        let path = format!("{start}{shown}");
        let is_folder = entry.file_type().map_err(failed)?.is_dir();
        if !is_folder {
            visit(path);
        } else if !entry.path().join(OWN_FOLDER).is_dir() {
            for_each_below(&entry.path(), &format!("{path}/"), visit)?;
        }
    }
    Ok(())
}

/// The bytes of a file, and their XXH3-128.
///
/// # Errors
/// Those of the file.
pub fn hash_of(path: &Path) -> io::Result<(u64, u128)> {
    xxh3_128_of(File::open(path)?)
}
