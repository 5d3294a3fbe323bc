//! What the command line names as input: files, globs, directories, standard input.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use bucksaw::escape::escape_path;
use bucksaw::{Error, ErrorKind, Format, Input, InputOptions, OnError, Result};
use glob::MatchOptions;
use indicatif::ProgressBar;

use crate::endings::{COMPRESSION_ENDINGS, DATA_ENDINGS, data_stem, format_of, without_ending};
use crate::files::FileId;
use crate::search::{self, Found, FoundFile, GlobError};
use crate::stdin::Stdin;

/// The name of standard input and standard output.
pub(crate) const STANDARD_STREAM: &str = "-";
/// Files of one kind that are told by name.
const MOST_NOTES: usize = 10;
/// Files of a directory that are no input and told by name.
const SHOWN_OTHERS: usize = 3;
/// Where the system shows standard input as a file, where it does.
const STDIN_PATH: &str = "/dev/stdin";
/// What a stream's file is called in an output directory.
const STREAM_STEM: &str = "stdin";

/// One source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    Stdin,
    File(FoundFile),
}

impl Source {
    /// The file that the command line names.
    pub(crate) fn named(path: impl Into<PathBuf>) -> Self {
        Self::File(FoundFile { path: path.into(), below: PathBuf::new() })
    }

    /// What errors call it. What is no UTF-8 in it is escaped.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Stdin => "standard input".to_owned(),
            Self::File(FoundFile { path, .. }) => {
                path.to_str().map_or_else(|| escape_path(path), str::to_owned)
            }
        }
    }

    /// Its path, if it has one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Stdin => None,
            Self::File(file) => Some(&file.path),
        }
    }

    /// Its size in bytes, compressed as it may be, where that is known.
    pub(crate) fn len(&self) -> Option<u64> {
        match self {
            Self::Stdin => None,
            Self::File(file) => {
                fs::metadata(&file.path).ok().filter(fs::Metadata::is_file).map(|found| found.len())
            }
        }
    }

    /// Which regular file it is, if it is one; so may standard input be.
    pub(crate) fn regular_file(&self) -> Option<FileId> {
        let path = match self {
            Self::Stdin => Path::new(STDIN_PATH),
            Self::File(file) => &file.path,
        };
        FileId::of_regular(path)
    }

    /// Opens it as an input, whose bytes the bar counts: those of its first ones only if a length is given. Standard input `pauses` where it
    /// has nothing for now, if that is wanted.
    pub(crate) fn input<'r>(
        &self,
        length: Option<u64>,
        pauses: bool,
        bar: &ProgressBar,
        read_as: &InputOptions,
        on_error: OnError<'r>,
    ) -> Result<Input<'r>> {
        let path = match self {
            Self::Stdin => {
                let (name, read_as) = (self.name(), &self.read_as(read_as));
                let stdin = bar.wrap_read(Stdin::new(pauses));
                return Input::open(name, stdin, read_as, on_error);
            }
            Self::File(found) => &found.path,
        };
        let file = File::open(path)
            .map_err(|cause| Error::io("could not open", cause).in_source(&self.name()))?;
        self.input_of(file, length, bar, read_as, on_error)
    }

    /// The same of its file, which is open.
    pub(crate) fn input_of<'r>(
        &self,
        file: File,
        length: Option<u64>,
        bar: &ProgressBar,
        read_as: &InputOptions,
        on_error: OnError<'r>,
    ) -> Result<Input<'r>> {
        let (name, read_as) = (self.name(), &self.read_as(read_as));
        let file = Counted { source: file, bar: bar.clone() };
        match length {
            Some(length) => {
                let whole = Whole { source: file, length, position: 0 };
                Input::open_file(name, whole, read_as, on_error)
            }
            None => Input::open_file(name, file, read_as, on_error),
        }
    }

    /// How it becomes rows: as it is said, or else as its name says, if that does.
    fn read_as(&self, options: &InputOptions) -> InputOptions {
        let name = self.path().and_then(Path::file_name).filter(|_| options.format == Format::Auto);
        let format = name.and_then(format_of).unwrap_or(options.format);
        options.clone().format(format)
    }

    /// The path of its file in an output directory, without an ending.
    fn stem(&self) -> PathBuf {
        let Self::File(FoundFile { path, below }) = self else { return STREAM_STEM.into() };
        let name = path.file_name().unwrap_or_default();
        let stem = data_stem(name);
        below.join(stem.unwrap_or_else(|| without_ending(name, &COMPRESSION_ENDINGS).to_owned()))
    }
}

/// Bytes that a bar counts as they are read, wherever that is.
struct Counted<R> {
    source: R,
    bar: ProgressBar,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.bar.inc(read as u64);
        Ok(read)
    }
}

impl<R: Seek> Seek for Counted<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.source.seek(to)
    }
}

/// So many bytes of a source, which has to have them still.
struct Whole<R> {
    source: R,
    length: u64,
    position: u64,
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.length.saturating_sub(self.position);
        let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let read = self.source.read(&mut buffer[..most])?;
        if read == 0 && most > 0 {
            let message = "it has become shorter since it was scanned: run this again";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
        }
        self.position += read as u64;
        Ok(read)
    }
}

impl<R: Seek> Seek for Whole<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::End(back) => SeekFrom::Start(self.length.saturating_add_signed(back)),
            other => other,
        };
        self.position = self.source.seek(to)?;
        Ok(self.position)
    }
}

/// What `inputs` name.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    /// The sources in order, each directory's and glob's sorted by path, each file once.
    pub(crate) sources: Vec<Source>,
    /// What users should hear of files that are not among them.
    pub(crate) notes: Vec<String>,
}

/// A source, and whether it is a link that a search came upon.
type Named = (Source, bool);

/// The sources that `inputs` name.
pub(crate) fn expand(inputs: &[OsString]) -> Result<Inputs> {
    let mut named: Vec<Named> = Vec::new();
    let (mut left_out, mut notes) = (Vec::new(), Vec::new());
    for input in inputs {
        let path = Path::new(input);
        if input == STANDARD_STREAM {
            named.push((Source::Stdin, false));
        } else if path.is_dir() {
            let mut found = Found::default();
            found.search(path)?;
            if found.files.is_empty() {
                let message = format!(
                    "no input in the directory {}: files in it have to end in .{}, or one of these with .{}{}",
                    escape_path(path),
                    DATA_ENDINGS.join(", ."),
                    COMPRESSION_ENDINGS.join(", ."),
                    parquet_hint(path)?
                );
                return Err(Error::new(ErrorKind::Options, message));
            }
            let files = found.files.into_iter();
            named.extend(files.map(|(file, is_link)| (Source::File(file), is_link)));
            left_out.extend(found.left_out);
            notes.extend(others_note(path, &found.others));
        } else if path.exists() || !search::is_wild(input) {
            named.push((Source::named(path), false));
        } else {
            let is_rejected = |file: &FoundFile| search::is_of_rejected_lines(&file.path);
            let (rejected, files): (Vec<_>, Vec<_>) =
                matches(path)?.into_iter().partition(is_rejected);
            named.extend(files.into_iter().map(|file| (Source::File(file), false)));
            left_out.extend(rejected.into_iter().map(|file| file.path));
        }
    }
    if named.iter().filter(|(source, _)| *source == Source::Stdin).count() > 1 {
        return Err(Error::new(ErrorKind::Options, "standard input can be read only once"));
    }
    notes.extend(listed(left_out.iter().map(|path| escape_path(path)).collect(), |name| {
        format!("{name} is left out: it holds rejected lines or their reasons; name it to read it")
    }));
    let (sources, repeated) = distinct(named);
    notes.extend(listed(repeated, |name| format!("{name} is read once")));
    Ok(Inputs { sources, notes })
}

/// How Parquet files are read, which a search leaves out: among them may be those that an earlier run wrote.
fn parquet_hint(directory: &Path) -> Result<String> {
    let none = search::parquet_files(directory)?.is_empty();
    Ok(match none {
        true => String::new(),
        false => format!(
            "; to read its Parquet files, name them: '{}/**/*.parquet'",
            escape_path(directory)
        ),
    })
}

/// What to say of files in a directory that are no input by their names.
fn others_note(directory: &Path, others: &[PathBuf]) -> Option<String> {
    let shown: Vec<_> = others.iter().take(SHOWN_OTHERS).map(|path| escape_path(path)).collect();
    let (directory, names) = (escape_path(directory), shown.join(", "));
    match others.len() {
        0 => None,
        1 => Some(format!("{names} is left out, by its name: name it to read it")),
        count if count <= SHOWN_OTHERS => {
            Some(format!("{names} are left out, by their names: name them to read them"))
        }
        count => Some(format!(
            "{count} files in {directory} are left out, by their names ({names} and others): name them to read them"
        )),
    }
}

/// Notes about files by name, but for the rest of too many.
fn listed(names: Vec<String>, note: impl Fn(&str) -> String) -> Vec<String> {
    // One more takes no more room than to say so.
    let shown = if names.len() <= MOST_NOTES + 1 { names.len() } else { MOST_NOTES };
    let mut notes: Vec<String> = names.iter().take(shown).map(|name| note(name)).collect();
    if names.len() > shown {
        notes.push(note(&format!("each of {} more files", names.len() - shown)));
    }
    notes
}

/// Each regular file once, where it is named first (a link that a search came upon gives way to the
/// file itself), and what was left out for that.
fn distinct(named: Vec<Named>) -> (Vec<Source>, Vec<String>) {
    let ids: Vec<Option<FileId>> = named.iter().map(|(source, _)| source.regular_file()).collect();
    let mut first = HashMap::<&FileId, usize>::new();
    for is_link in [false, true] {
        let known = ids.iter().enumerate().filter(|(index, _)| named[*index].1 == is_link);
        for (index, id) in known {
            if let Some(id) = id {
                first.entry(id).or_insert(index);
            }
        }
    }
    let (mut sources, mut repeated) = (Vec::new(), Vec::new());
    for (index, (source, _)) in named.iter().enumerate() {
        match ids[index].as_ref().map(|id| first[id]) {
            Some(other) if other != index => {
                repeated.push(match named[other].0.name() {
                    name if name == source.name() => format!("{name}, named several times,"),
                    name => format!("{}, the same file as {name},", source.name()),
                });
            }
            _ => sources.push(source.clone()),
        }
    }
    (sources, repeated)
}

/// The files that a glob matches.
fn matches(pattern: &Path) -> Result<Vec<FoundFile>> {
    let bad = |message: String| Error::new(ErrorKind::Options, message);
    // As in a shell and in directories: hidden files only where their dot is spelled out.
    let options = MatchOptions {
        require_literal_leading_dot: true,
        require_literal_separator: true,
        ..MatchOptions::new()
    };
    let found = search::matches(pattern, options).map_err(|error| match error {
        GlobError::Pattern(cause) => {
            bad(format!("no file is called {pattern:?}, and it is no glob")).with_cause(cause)
        }
        GlobError::Encoding => bad(format!(
            "no file is called {pattern:?}, and a glob is UTF-8 from its first wildcard on: write ? for what is not"
        )),
        GlobError::Search(error) => error,
    })?;
    if found.is_empty() {
        return Err(bad(format!("no file matches {pattern:?}")));
    }
    Ok(found)
}

/// For each source the file in `directory` that it becomes: below the folders that it was found in.
pub(crate) fn targets(sources: &[Source], directory: &Path) -> Result<Vec<PathBuf>> {
    let mut taken: HashMap<PathBuf, &Source> = HashMap::new();
    let mut targets = Vec::new();
    for source in sources {
        let mut name = source.stem().into_os_string();
        name.push(".parquet");
        let target = directory.join(name);
        if let Some(other) = taken.insert(target.clone(), source) {
            let message = format!(
                "{} and {} would both become {}: convert them into different directories",
                other.name(),
                source.name(),
                escape_path(&target)
            );
            return Err(Error::new(ErrorKind::Options, message));
        }
        targets.push(target);
    }
    Ok(targets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_in_a_directory_are_named_for_their_source() {
        let file = |name: &str| Source::named(name);
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
        let sources = [Source::named("a/x.ndjson"), Source::named("b/x.json")];
        let error = targets(&sources, Path::new("out")).expect_err("the same name");
        assert!(error.to_string().contains("out/x.parquet"), "{error}");
    }
}
