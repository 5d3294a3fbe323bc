//! Searches folders for input files.

use std::fs;
use std::path::{Path, PathBuf};

use bucksaw::{Error, REASONS_SUFFIX, Result};

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
        let failed = |cause| {
            let name = folder.display().to_string();
            Error::io("could not list the directory", cause).in_source(&name)
        };
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            entries.push((entry.path(), entry.file_type().map_err(failed)?));
        }
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (path, kind) in entries {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with('.') {
                continue;
            }
            if kind.is_dir() {
                self.search(&path)?;
            } else if data_stem(&name).is_some() && is_file_or_gone(&path) {
                if is_of_rejected_lines(&path) {
                    self.left_out.push(path);
                } else {
                    self.files.push(FoundFile { path, is_link: kind.is_symlink() });
                }
            }
        }
        Ok(())
    }
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
