//! Searches folders for input files, and for those that a glob with `**` matches.

use std::fs::{self, FileType};
use std::path::{Component, Path, PathBuf};

use bucksaw::{Error, REASONS_SUFFIX, Result};
use glob::{MatchOptions, Pattern};

use crate::sources::data_stem;

/// What a search comes to.
#[derive(Default)]
pub(crate) struct Found {
    /// The input files, sorted by path.
    pub(crate) files: Vec<FoundFile>,
    /// Files of rejected lines and their reasons, which are no input.
    pub(crate) left_out: Vec<PathBuf>,
}

pub(crate) struct FoundFile {
    pub(crate) path: PathBuf,
    pub(crate) is_link: bool,
}

impl Found {
    /// Adds the input files of a folder and of those below: regular files, and links to such; none
    /// that are hidden. Links to folders are not followed.
    pub(crate) fn search(&mut self, folder: &Path) -> Result<()> {
        walk(folder, folder, true, &mut |path, kind| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if data_stem(&name).is_none() || !is_file_or_gone(&path) {
                return;
            }
            if is_of_rejected_lines(&path) {
                self.left_out.push(path);
            } else {
                self.files.push(FoundFile { path, is_link: kind.is_symlink() });
            }
        })
    }
}

/// The regular files that a glob with `**` matches, and links to such, sorted by path. Links to
/// folders are not followed.
pub(crate) fn matches_below(pattern: &Pattern, options: MatchOptions) -> Result<Vec<PathBuf>> {
    let is_plain =
        |part: &Component<'_>| !part.as_os_str().to_string_lossy().contains(['*', '?', '[']);
    let base: PathBuf = Path::new(pattern.as_str()).components().take_while(is_plain).collect();
    let folder = if base.as_os_str().is_empty() { Path::new(".") } else { base.as_path() };
    let mut found = Vec::new();
    walk(folder, &base, false, &mut |path, _| {
        if pattern.matches_path_with(&path, options) && path.is_file() {
            found.push(path);
        }
    })?;
    Ok(found)
}

/// Visits everything below `folder` that is no folder, sorted by path, as something below `name`.
fn walk(
    folder: &Path,
    name: &Path,
    skips_hidden: bool,
    visit: &mut impl FnMut(PathBuf, FileType),
) -> Result<()> {
    let failed = |cause| {
        let name = folder.display().to_string();
        Error::io("could not list the directory", cause).in_source(&name)
    };
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !(skips_hidden && entry.file_name().as_encoded_bytes().starts_with(b".")) {
            entries.push((entry.file_name(), entry.file_type().map_err(failed)?));
        }
    }
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    for (entry, kind) in entries {
        if kind.is_dir() {
            walk(&folder.join(&entry), &name.join(&entry), skips_hidden, visit)?;
        } else {
            visit(name.join(&entry), kind);
        }
    }
    Ok(())
}

/// Whether a path leads to a regular file; also where it leads nowhere, which is told when it is opened.
fn is_file_or_gone(path: &Path) -> bool {
    fs::metadata(path).map_or(true, |found| found.is_file())
}

/// Whether a file is what `--on-error` wrote: reasons, or lines with their reasons beside them.
fn is_of_rejected_lines(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    let mut reasons = name.to_owned();
    reasons.push(REASONS_SUFFIX);
    name.to_string_lossy().ends_with(REASONS_SUFFIX) || path.with_file_name(reasons).is_file()
}
