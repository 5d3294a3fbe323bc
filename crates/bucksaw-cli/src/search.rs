//! Searches folders for input files, and for those that a glob matches. (The glob crate matches names;
//! its own search ends with a panic at names that are no UTF-8.)

use std::ffi::{OsStr, OsString};
use std::fs::{self, FileType};
use std::path::{Component, Path, PathBuf};

use bucksaw::escape::escape_path;
use bucksaw::{Dataset, Error, REASONS_SUFFIX, Signal};
use glob::{MatchOptions, Pattern, PatternError};

use crate::endings::data_stem;

type Result<T, E = Error> = std::result::Result<T, E>;

/// What a search comes to.
#[derive(Default)]
pub(crate) struct Found {
    /// The input files, sorted by path, and whether they are links.
    pub(crate) files: Vec<(FoundFile, bool)>,
    /// Files of rejected lines and their reasons, which are no input.
    pub(crate) left_out: Vec<PathBuf>,
    /// Files that are none by their names, but for Parquet files, which no one takes for one.
    pub(crate) others: Vec<PathBuf>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq)]
pub(crate) struct FoundFile {
    pub(crate) path: PathBuf,
    /// Its folder below that which was searched.
    pub(crate) below: PathBuf,
}

impl FoundFile {
    /// A file below `folder`.
    fn new(path: PathBuf, folder: &Path) -> Self {
        let below = path.strip_prefix(folder).ok().and_then(Path::parent);
        let below = below.unwrap_or(Path::new("")).to_owned();
        Self { path, below }
    }
}

impl Found {
    /// Adds the input files of a folder and of those below: regular files, and links to such; none
    /// that are hidden. Links to folders are not followed.
    pub(crate) fn search(&mut self, folder: &Path) -> Result<()> {
        walk(folder, folder, true, &mut |path, kind| {
            let name = path.file_name().unwrap_or_default();
            if !is_file_or_gone(&path) {
                return;
            }
            match data_stem(name) {
                _ if is_of_rejected_lines(&path) => self.left_out.push(path),
                Some(_) => self.files.push((FoundFile::new(path, folder), kind.is_symlink())),
                None if path.extension().is_some_and(|ending| ending == "parquet") => {}
                None => self.others.push(path),
            }
        })
    }
}

/// The Parquet files in a folder and below, sorted by path; none that are hidden.
pub(crate) fn parquet_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    walk(folder, folder, true, &mut |path, _| {
        let is_parquet = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("parquet"));
        if is_parquet && is_file_or_gone(&path) {
            files.push(path);
        }
    })?;
    Ok(files)
}

/// The datasets in a folder: it itself, with those of OTLP's signals in it, or those below, sorted by path; none in hidden folders.
pub(crate) fn datasets(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if Dataset::is_at(folder) {
        found.push(folder.to_owned());
        // Its other folders are its own.
        for signal in [Signal::Logs, Signal::Traces, Signal::Metrics] {
            let of_signal = folder.join(signal.to_string());
            if fs::symlink_metadata(&of_signal).is_ok_and(|found| found.is_dir()) {
                found.extend(datasets(&of_signal)?);
            }
        }
        return Ok(found);
    }
    for (name, kind) in entries(folder)? {
        if kind.is_dir() && !name.as_encoded_bytes().starts_with(b".") {
            found.extend(datasets(&folder.join(name))?);
        }
    }
    Ok(found)
}

/// What stands for more than itself in a glob.
const WILDCARDS: [char; 3] = ['*', '?', '['];

/// The regular files that a glob matches, and links to such, sorted by path, below what comes before its first wildcard; of
/// names that are no UTF-8 too. Where `**` stands links to folders are not followed, since they may lead in circles.
pub(crate) fn matches(pattern: &Path, options: MatchOptions) -> Result<Vec<FoundFile>, GlobError> {
    let is_plain = |part: &Component<'_>| !is_wild(part.as_os_str());
    let base: PathBuf = pattern.components().take_while(is_plain).collect();
    let rest: PathBuf = pattern.components().skip_while(is_plain).collect();
    let rest = rest.to_str().ok_or(GlobError::Encoding)?;
    let mut found = Vec::new();
    if rest.contains("**") {
        let whole = Pattern::new(rest)?;
        walk(listed(&base), Path::new(""), false, &mut |path, _| {
            let is_match = whole.matches_with(&path.to_string_lossy(), options);
            let path = base.join(path);
            if is_match && path.is_file() {
                found.push(path);
            }
        })?;
    } else {
        let parts: Vec<_> = Path::new(rest).iter().filter_map(OsStr::to_str).collect();
        descend(&base, &parts, options, &mut found)?;
    }
    Ok(found.into_iter().map(|path| FoundFile::new(path, &base)).collect())
}

/// Why a glob could not be searched for.
pub(crate) enum GlobError {
    Pattern(PatternError),
    /// It is not UTF-8 where it has to be.
    Encoding,
    Search(Error),
}

impl From<PatternError> for GlobError {
    fn from(cause: PatternError) -> Self {
        Self::Pattern(cause)
    }
}

impl From<Error> for GlobError {
    fn from(cause: Error) -> Self {
        Self::Search(cause)
    }
}

pub(crate) fn is_wild(part: &OsStr) -> bool {
    part.to_string_lossy().contains(WILDCARDS)
}

/// The folder to list for a path that may be empty.
fn listed(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

/// Finds what is below `folder` and matches the parts of a path one after another.
fn descend(
    folder: &Path,
    parts: &[&str],
    options: MatchOptions,
    found: &mut Vec<PathBuf>,
) -> Result<(), GlobError> {
    let Some((part, rest)) = parts.split_first() else {
        if folder.is_file() {
            found.push(folder.to_owned());
        }
        return Ok(());
    };
    if !part.contains(WILDCARDS) {
        return descend(&folder.join(part), rest, options, found);
    }
    let pattern = Pattern::new(part)?;
    if !listed(folder).is_dir() {
        return Ok(());
    }
    for (name, _) in entries(listed(folder))? {
        if pattern.matches_with(&name.to_string_lossy(), options) {
            descend(&folder.join(name), rest, options, found)?;
        }
    }
    Ok(())
}

/// Visits everything below `folder` that is no folder, sorted by path, as something below `name`.
fn walk(
    folder: &Path,
    name: &Path,
    skips_hidden: bool,
    visit: &mut impl FnMut(PathBuf, FileType),
) -> Result<()> {
    for (entry, kind) in entries(folder)? {
        if skips_hidden && entry.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        // What a dataset knows of itself, and files that are no part of it yet.
        if skips_hidden && entry == "_bucksaw" && kind.is_dir() {
            continue;
        }
        if kind.is_dir() {
            walk(&folder.join(&entry), &name.join(&entry), skips_hidden, visit)?;
        } else {
            visit(name.join(&entry), kind);
        }
    }
    Ok(())
}

/// What is in a folder, sorted by name.
fn entries(folder: &Path) -> Result<Vec<(OsString, FileType)>> {
    let failed =
        |cause| Error::io("could not list the directory", cause).in_source(&escape_path(folder));
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        entries.push((entry.file_name(), entry.file_type().map_err(failed)?));
    }
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(entries)
}

/// Whether a path leads to a regular file; also where it leads nowhere, which is told when it is opened.
fn is_file_or_gone(path: &Path) -> bool {
    fs::metadata(path).map_or(true, |found| found.is_file())
}

/// Whether a file is what `--on-error` wrote: reasons, or lines with their reasons beside them.
pub(crate) fn is_of_rejected_lines(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    let mut reasons = name.to_owned();
    reasons.push(REASONS_SUFFIX);
    name.to_string_lossy().ends_with(REASONS_SUFFIX) || path.with_file_name(reasons).is_file()
}
