//! What the command line names as input: files, globs, directories, standard input.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use bucksaw::{Error, ErrorKind, Result};
use glob::MatchOptions;

/// The name of standard input and standard output.
pub(crate) const STANDARD_STREAM: &str = "-";
/// How the names of files that a directory is searched for end, apart from a compression's ending.
const DATA_ENDINGS: [&str; 4] = [".ndjson", ".jsonl", ".json", ".log"];
const COMPRESSION_ENDINGS: [&str; 3] = [".gz", ".zst", ".zstd"];
/// What a stream's file is called in an output directory.
const STREAM_STEM: &str = "stdin";

/// One source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Stdin,
    File(PathBuf),
}

impl Source {
    /// What errors call it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Stdin => "standard input".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// Its size in bytes, compressed as it may be, where that is known.
    pub(crate) fn len(&self) -> Option<u64> {
        match self {
            Self::Stdin => None,
            Self::File(path) => {
                fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|found| found.len())
            }
        }
    }

    pub(crate) fn open(&self) -> Result<Box<dyn Read + Send>> {
        match self {
            Self::Stdin => Ok(Box::new(io::stdin())),
            Self::File(path) => {
                let file = File::open(path)
                    .map_err(|cause| Error::io("could not open", cause).in_source(&self.name()))?;
                Ok(Box::new(file))
            }
        }
    }

    /// The name of its file in an output directory, without an ending.
    fn stem(&self) -> String {
        let Self::File(path) = self else { return STREAM_STEM.to_owned() };
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        data_stem(&name).unwrap_or(without_ending(&name, &COMPRESSION_ENDINGS)).to_owned()
    }
}

/// The sources that `inputs` name, in order, each directory's and glob's sorted by path.
pub(crate) fn expand(inputs: &[String]) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    for input in inputs {
        let path = Path::new(input);
        if input == STANDARD_STREAM {
            sources.push(Source::Stdin);
        } else if path.is_dir() {
            let before = sources.len();
            search(path, &mut sources)?;
            if sources.len() == before {
                let message = format!(
                    "no input in the directory {input}: files in it have to end in {}, or one of these with {}",
                    DATA_ENDINGS.join(", "),
                    COMPRESSION_ENDINGS.join(", ")
                );
                return Err(Error::new(ErrorKind::Options, message));
            }
        } else if path.exists() || !input.contains(['*', '?', '[']) {
            sources.push(Source::File(path.to_owned()));
        } else {
            sources.extend(matches(input)?);
        }
    }
    if sources.iter().filter(|source| **source == Source::Stdin).count() > 1 {
        return Err(Error::new(ErrorKind::Options, "standard input can be read only once"));
    }
    Ok(sources)
}

/// The files that a glob matches.
fn matches(pattern: &str) -> Result<Vec<Source>> {
    let bad = |message: String| Error::new(ErrorKind::Options, message);
    // As in a shell and in directories: hidden files only where their dot is spelled out.
    let options = MatchOptions { require_literal_leading_dot: true, ..MatchOptions::new() };
    let paths = glob::glob_with(pattern, options)
        .map_err(|cause| bad(format!("{pattern:?} is no glob")).with_cause(cause))?;
    let mut found = Vec::new();
    for path in paths {
        let path = path
            .map_err(|cause| bad(format!("could not search for {pattern:?}")).with_cause(cause))?;
        if path.is_file() {
            found.push(Source::File(path));
        }
    }
    if found.is_empty() {
        return Err(bad(format!("no file matches {pattern:?}")));
    }
    Ok(found)
}

/// Adds a directory's input files, and those of the directories below; none that are hidden.
fn search(directory: &Path, sources: &mut Vec<Source>) -> Result<()> {
    let failed = |cause| {
        Error::io("could not list the directory", cause).in_source(&directory.display().to_string())
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed)? {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            search(&path, sources)?;
        } else if data_stem(&name).is_some() {
            sources.push(Source::File(path));
        }
    }
    Ok(())
}

fn without_ending<'n>(name: &'n str, endings: &[&str]) -> &'n str {
    endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

/// The name without its endings, if they are an input file's.
fn data_stem(name: &str) -> Option<&str> {
    let plain = without_ending(name, &COMPRESSION_ENDINGS);
    let stem = without_ending(plain, &DATA_ENDINGS);
    (stem.len() < plain.len() && !stem.is_empty()).then_some(stem)
}

/// For each source the file in `directory` that it becomes.
pub(crate) fn targets(sources: &[Source], directory: &Path) -> Result<Vec<PathBuf>> {
    let mut taken: HashMap<PathBuf, &Source> = HashMap::new();
    let mut targets = Vec::new();
    for source in sources {
        let target = directory.join(source.stem() + ".parquet");
        if let Some(other) = taken.insert(target.clone(), source) {
            let message = format!(
                "{} and {} would both become {}: convert them into different directories",
                other.name(),
                source.name(),
                target.display()
            );
            return Err(Error::new(ErrorKind::Options, message));
        }
        targets.push(target);
    }
    Ok(targets)
}

/// Refuses a target that is one of the sources.
pub(crate) fn check_untouched(sources: &[Source], target: &Path) -> Result<()> {
    let Ok(target_path) = target.canonicalize() else { return Ok(()) };
    let is_target = |source: &&Source| match source {
        Source::Stdin => false,
        Source::File(path) => path.canonicalize().is_ok_and(|path| path == target_path),
    };
    match sources.iter().find(is_target) {
        None => Ok(()),
        Some(_) => {
            let message = format!("{} is an input: write to another file", target.display());
            Err(Error::new(ErrorKind::Options, message))
        }
    }
}

/// Whether both paths, whose files need not be there, name one file.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    let spelled_out = |path: &Path| {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new(".")).canonicalize();
        parent.ok().zip(path.file_name()).map(|(parent, name)| parent.join(name))
    };
    one == other || spelled_out(one).is_some_and(|one| spelled_out(other) == Some(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_in_a_directory_are_named_for_their_source() {
        let file = |name: &str| Source::File(PathBuf::from(name));
        let sources =
            [file("a/x.ndjson.gz"), file("y.json"), file("z.tar.gz"), file("w"), Source::Stdin];
        let targets = targets(&sources, Path::new("out")).expect("different names");
        let names: Vec<_> = targets.iter().map(|target| target.display().to_string()).collect();
        assert_eq!(
            names,
            [
                "out/x.parquet",
                "out/y.parquet",
                "out/z.tar.parquet",
                "out/w.parquet",
                "out/stdin.parquet"
            ]
        );
    }

    #[test]
    fn two_sources_of_one_name_are_refused() {
        let sources = [Source::File("a/x.ndjson".into()), Source::File("b/x.json".into())];
        let error = targets(&sources, Path::new("out")).expect_err("the same name");
        assert!(error.to_string().contains("out/x.parquet"), "{error}");
    }
}
