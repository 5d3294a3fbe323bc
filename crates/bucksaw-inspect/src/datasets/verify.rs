//! Whether the files of a dataset are those that its manifest has.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::{Path, PathBuf};

use bucksaw::internal::datasets;
use bucksaw::{Dataset, DatasetFile, Error, ErrorKind, Result};
use serde::Serialize;

use crate::{DEFAULT_TOLD_PROBLEMS, File};

/// What was found of a dataset. The names of the fields are the names in the JSON document.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct DatasetVerification {
    /// The dataset's folder, as it was named.
    pub dataset: String,
    /// Whether there are no problems.
    pub is_sound: bool,
    /// The files that the manifest has.
    pub files: u64,
    /// Their rows, as the manifest counts them.
    pub rows: u64,
    /// Their bytes, in the same way.
    pub bytes: u64,
    /// What an unfinished writer left to do: files that have not got their names yet, or are to be removed. Who writes to the dataset does it, or
    /// who does so next.
    pub unfinished: u64,
    /// The first [`DEFAULT_TOLD_PROBLEMS`].
    pub problems: Vec<DatasetProblem>,
    /// How many more there are.
    pub more_problems: u64,
}

/// Something in which a dataset's manifest is damaged, or its files are not as the manifest has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DatasetProblem {
    /// The file, as a path within the dataset; none where it is the manifest.
    pub file: Option<String>,
    /// What is wrong.
    pub what: String,
    /// What the manifest says, where the file is otherwise.
    pub said: Option<String>,
    /// What is so.
    pub found: Option<String>,
}

impl fmt::Display for DatasetProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        f.write_str(&self.what)?;
        match (&self.said, &self.found) {
            (Some(said), Some(found)) => write!(f, ": the manifest says {said}, it is {found}"),
            (None, Some(found)) => write!(f, ": {found}"),
            (_, None) => Ok(()),
        }
    }
}

/// Holds a dataset's manifest against the files in its folders: its entries are whole, each of its files is there, with the rows, row groups, bytes and
/// XXH3-128 that it has there, and there are no others. What is in the files' pages is not looked at: [`File::verify`] does that.
///
/// Nothing is locked. Files that are added or removed meanwhile are no problems, nor is what a killed writer [left to do](DatasetVerification::unfinished).
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path();
/// use bucksaw::{Dataset, Options};
/// let mut writer = Dataset::open(path, Options::new())?.write()?;
/// writer.write_row([("level", "INFO")])?;
/// writer.finish()?;
/// let found = bucksaw_inspect::verify_dataset(path)?;
/// assert!(found.is_sound && found.files == 1, "{:?}", found.problems);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`ErrorKind::Io`] where a folder or a file can't be read. What is damaged is no error: it is among
/// [`DatasetVerification::problems`].
pub fn verify_dataset(path: impl AsRef<Path>) -> Result<DatasetVerification> {
    let root = path.as_ref();
    let mut found = Findings(DatasetVerification {
        dataset: root.display().to_string(),
        is_sound: false,
        files: 0,
        rows: 0,
        bytes: 0,
        unfinished: 0,
        problems: Vec::new(),
        more_problems: 0,
    });
    let damage = datasets::manifest_problems(root)?;
    for problem in &damage {
        found.problem(None, &problem.to_string(), [None, None]);
    }
    let is_read = check_files(root, &mut found);
    match is_read {
        // It is among the problems by now.
        Err(error) if !damage.is_empty() && error.kind() != ErrorKind::Io => {}
        read => read?,
    }
    let mut found = found.0;
    found.is_sound = found.problems.is_empty();
    Ok(found)
}

struct Findings(DatasetVerification);

impl Findings {
    fn problem(&mut self, file: Option<&str>, what: &str, [said, found]: [Option<String>; 2]) {
        if self.0.problems.len() >= DEFAULT_TOLD_PROBLEMS {
            self.0.more_problems += 1;
            return;
        }
        let (file, what) = (file.map(str::to_owned), what.to_owned());
        self.0.problems.push(DatasetProblem { file, what, said, found });
    }

    /// Whether two figures are the same; it is told where they aren't.
    fn same(
        &mut self,
        file: &str,
        what: &str,
        said: &impl ToString,
        found: &impl ToString,
    ) -> bool {
        let [said, found] = [said.to_string(), found.to_string()];
        let is_same = said == found;
        if !is_same {
            self.problem(Some(file), what, [Some(said), Some(found)]);
        }
        is_same
    }
}

fn check_files(root: &Path, found: &mut Findings) -> Result<()> {
    let (mut known, mut missing) = (HashSet::new(), Vec::new());
    Dataset::for_each_file(root, |file| {
        found.0.files += 1;
        found.0.rows += file.rows;
        found.0.bytes += file.bytes;
        if !check_file(&root.join(&file.path), &file, found)? {
            missing.push(file.path.clone());
        }
        if !known.insert(file.path.clone()) {
            found.problem(Some(&file.path), "the manifest has it twice", [None, None]);
        }
        Ok(())
    })?;
    let strays = datasets::strays(root, &known)?;
    if missing.is_empty() && strays.is_empty() {
        return Ok(());
    }
    // Others may have added and removed files meanwhile.
    let mut now: HashMap<String, Option<(DatasetFile, PathBuf)>> = HashMap::new();
    datasets::for_each_file(root, |file, staged| {
        now.insert(file.path.clone(), staged.map(|staged| (file, staged)));
        Ok(())
    })?;
    for path in missing.iter().filter(|path| !is_there(&root.join(path))) {
        match now.get(path) {
            None => {}
            Some(Some((file, staged))) if check_file(staged, file, found)? => {
                found.0.unfinished += 1;
            }
            // It got its name meanwhile.
            Some(_) if is_there(&root.join(path)) => {}
            Some(_) => found.problem(Some(path), "it is missing", [None, None]),
        }
    }
    let removed = datasets::removed_last(root)?;
    let strays = strays.iter().filter(|path| !now.contains_key(*path));
    for path in strays.filter(|path| is_there(&root.join(path))) {
        match removed.contains(path) {
            true => found.0.unfinished += 1,
            false => found.problem(Some(path), "the manifest does not have it", [None, None]),
        }
    }
    Ok(())
}

fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Whether a file is there; it is held against what the manifest says.
fn check_file(path: &Path, said: &DatasetFile, found: &mut Findings) -> Result<bool> {
    let name = said.path.as_str();
    let Ok(about) = path.symlink_metadata() else { return Ok(false) };
    if !about.is_file() {
        found.problem(Some(name), "it is no regular file", [None, None]);
        return Ok(true);
    }
    match File::open(path) {
        Ok(file) => {
            let footer = file.metadata().file_metadata();
            found.same(name, "its rows", &said.rows, &footer.num_rows());
            let groups = file.metadata().num_row_groups();
            found.same(name, "its row groups", &said.row_groups, &groups);
        }
        Err(error) if error.kind() == ErrorKind::InvalidParquet => {
            found.problem(Some(name), error.message(), [None, None]);
        }
        Err(_) if !is_there(path) => return Ok(false),
        Err(error) => return Err(error),
    }
    if !found.same(name, "its bytes", &said.bytes, &about.len()) {
        return Ok(true);
    }
    match datasets::hash_of(path) {
        Ok((_, hash)) => {
            found.same(name, "its XXH3-128", &said.xxh3_128, &format!("{hash:032x}"));
        }
        Err(_) if !is_there(path) => return Ok(false),
        Err(cause) => {
            return Err(Error::io("could not read", cause).in_source(&path.display().to_string()));
        }
    }
    Ok(true)
}
