//! What there is to do: the files to write, and what goes into each.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use bucksaw::escape::escape_path;
use bucksaw::internal::counted;
use bucksaw::{Dataset, Error, ErrorKind, InputTable, Publication, REASONS_SUFFIX, Result};

use super::checks::Files;
use crate::cli::ConvertArgs;
use crate::files::{is_stream, open_file};
use crate::sources::{self, STANDARD_STREAM, Source};
use crate::{interrupt, system};

/// One file to write, and what goes into it; one of each table, where it goes to a directory.
pub(super) struct Job {
    pub(super) target: Target,
    pub(super) sources: Vec<Source>,
}

pub(super) enum Target {
    Stdout,
    /// A device, a pipe or the like.
    Stream(PathBuf),
    File(PathBuf),
    /// A file in the directory, or, of a signal of OTLP or a kind of metrics, in its folder there.
    InDirectory {
        directory: PathBuf,
        name: PathBuf,
    },
    /// The files of a dataset in the directory, or, of a signal of OTLP or a kind of metrics, in its folder there.
    Dataset(PathBuf),
}

/// What there is to do, and what is done already.
pub(super) struct Jobs {
    pub(super) jobs: Vec<Job>,
    /// Files that are there, and stay as they are.
    pub(super) existing: Vec<Existing>,
}

/// A file that is there.
pub(super) struct Existing {
    pub(super) path: PathBuf,
    pub(super) table: InputTable,
}

impl Jobs {
    fn one(target: Target, sources: &[Source]) -> Self {
        let sources = sources.to_vec();
        Self { jobs: vec![Job { target, sources }], existing: Vec::new() }
    }

    /// What to say of the files that are there.
    pub(super) fn note(&self) -> Option<String> {
        let count = self.existing.len() as u64;
        let files = counted(count, "file");
        let signals = match self.existing.iter().any(|existing| existing.table.signal.is_some()) {
            true => {
                ", with all of their signals (to have another signal's file, remove what is there of an input)"
            }
            false => "",
        };
        match count {
            0 => None,
            1 => Some(format!("{files} is there already; its input is skipped{signals}")),
            _ => Some(format!("{files} are there already; their inputs are skipped{signals}")),
        }
    }
}

/// Whether the Parquet file goes to standard output, which has other names too.
pub(crate) fn goes_to_stdout(arguments: &ConvertArgs) -> bool {
    let is_first = || open_file(Path::new(&arguments.output)).is_some_and(|name| name == "1");
    arguments.output == STANDARD_STREAM || is_first()
}

/// Looks at the outputs, and refuses what can't be before any work.
pub(super) fn jobs(
    arguments: &ConvertArgs,
    sources: &[Source],
    files: &mut Publication,
) -> Result<Jobs> {
    let path = Path::new(&arguments.output);
    let open_file = open_file(path);
    let is_stdout = goes_to_stdout(arguments);
    let is_stream = is_stdout || open_file.is_some() || is_stream(path);
    let is_new_dataset = arguments.dataset.is_wanted() && !path.exists();
    let is_directory = !is_stream && (ends_in_separator(path) || path.is_dir() || is_new_dataset);
    check_words(arguments, is_stream, is_directory)?;
    if arguments.dataset.is_wanted() {
        check_targets(arguments, sources, &[], false)?;
        check_free(arguments, &[], files)?;
        return Ok(Jobs::one(Target::Dataset(path.to_owned()), sources));
    }
    let folder = if is_directory { Some(path) } else { path.parent() };
    if !is_stream && folder.is_some_and(Dataset::is_at) {
        let message = format!(
            "{} is a dataset, to which --dataset adds rows: a file of another run beside its own would be no part of it",
            folder.map_or(String::new(), escape_path)
        );
        return Err(Error::new(ErrorKind::Options, message));
    }
    if is_directory {
        return jobs_of_directory(arguments, sources, path, files);
    }
    if arguments.skip_existing {
        files.recover([path])?;
        if fs::symlink_metadata(path).is_ok() {
            let existing = Existing { path: path.to_owned(), table: InputTable::default() };
            return Ok(Jobs { jobs: Vec::new(), existing: vec![existing] });
        }
    }
    if is_stdout {
        check_stdout(arguments.json)?;
    }
    let targets = [path.to_owned()];
    let of_file = if is_stream { &[][..] } else { &targets };
    check_targets(arguments, sources, if is_stdout { &[] } else { &targets }, is_stdout)?;
    check_free(arguments, of_file, files)?;
    let target = match (is_stdout, is_stream) {
        (true, _) => Target::Stdout,
        (_, true) => Target::Stream(path.to_owned()),
        _ => Target::File(path.to_owned()),
    };
    Ok(Jobs::one(target, sources))
}

/// A file for each source.
fn jobs_of_directory(
    arguments: &ConvertArgs,
    sources: &[Source],
    directory: &Path,
    files: &mut Publication,
) -> Result<Jobs> {
    let targets = sources::targets(sources, directory)?;
    if arguments.skip_existing {
        files.recover(targets.iter().flat_map(|target| of_tables(directory, target)))?;
    }
    let (mut existing, mut left) = (Vec::new(), Vec::new());
    for (target, source) in targets.into_iter().zip(sources) {
        let found = if arguments.skip_existing { found(directory, &target) } else { Vec::new() };
        if found.is_empty() {
            left.push((target, source.clone()));
        }
        existing.extend(found);
    }
    let (targets, sources): (Vec<PathBuf>, Vec<Source>) = left.into_iter().unzip();
    check_targets(arguments, &sources, &targets, false)?;
    let folders: BTreeSet<&Path> = targets.iter().filter_map(|target| target.parent()).collect();
    for folder in [directory].into_iter().chain(folders) {
        make_folders(folder)?;
    }
    if !targets.is_empty() {
        check_free(arguments, &targets, files)?;
    }
    let job = |(target, source): (PathBuf, Source)| {
        let name = target.strip_prefix(directory).unwrap_or(&target).to_owned();
        let target = Target::InDirectory { directory: directory.to_owned(), name };
        Job { target, sources: vec![source] }
    };
    Ok(Jobs { jobs: targets.into_iter().zip(sources).map(job).collect(), existing })
}

/// The files that are there of what would become this one, or one of each table.
fn found(directory: &Path, target: &Path) -> Vec<Existing> {
    let files = InputTable::all().zip(of_tables(directory, target));
    let files = files.map(|(table, path)| Existing { path, table });
    files.filter(|file| fs::symlink_metadata(&file.path).is_ok()).collect()
}

/// Where the file of each table would be.
fn of_tables(directory: &Path, target: &Path) -> impl Iterator<Item = PathBuf> {
    let name = target.strip_prefix(directory).unwrap_or(target);
    InputTable::all().map(move |table| in_directory(directory, table, name))
}

/// Where a file is in the directory: one of a signal of OTLP in that signal's folder, and of a kind of metrics in one there.
pub(super) fn in_directory(directory: &Path, table: InputTable, name: &Path) -> PathBuf {
    let signal = table.signal.map(|signal| signal.to_string());
    let kind = table.metrics.map(|kind| kind.to_string());
    let folders = signal.into_iter().chain(kind);
    folders.fold(directory.to_owned(), |path, folder| path.join(folder)).join(name)
}

pub(super) fn make_folders(folder: &Path) -> Result<()> {
    interrupt::make_folders(folder)
        .map_err(|cause| Error::io(format!("could not create {}", escape_path(folder)), cause))
}

/// Refuses options that have no meaning for such an output.
fn check_words(arguments: &ConvertArgs, is_stream: bool, is_directory: bool) -> Result<()> {
    let is_dataset = arguments.dataset.is_wanted();
    let problem = if is_dataset && !is_directory {
        "a dataset needs a directory (-o DIR/): it has many files"
    } else if is_dataset && arguments.overwrite {
        "--overwrite is not for datasets: files are added to them, and none is replaced"
    } else if is_dataset && (arguments.skip_existing || arguments.keep_going) {
        "--skip-existing and --keep-going are for a file of each input, and not for a dataset"
    } else if is_dataset && arguments.schema_state.is_some() {
        "a dataset has its own schema state (DIR/_bucksaw/schema.json): go on without --schema-state"
    } else if arguments.keep_going && !is_directory {
        "--keep-going needs a directory (-o DIR/): a file takes all inputs or none"
    } else if arguments.verify && is_stream {
        "--verify reads files back before they appear, and what goes to a stream is gone by then: name a file"
    } else if arguments.skip_existing && is_stream {
        "--skip-existing needs a file or a directory: a stream is always written"
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::Options, problem))
}

/// The folder that the output is in, where it is in one: that of one file, or the one of many.
pub(super) fn output_directory(arguments: &ConvertArgs) -> Option<&Path> {
    let path = Path::new(&arguments.output);
    if goes_to_stdout(arguments) || is_stream(path) {
        return None;
    }
    // The folder of many may not be there yet.
    let folders =
        if ends_in_separator(path) { path.ancestors() } else { path.parent()?.ancestors() };
    let mut folders = folders.map(|folder| match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    });
    folders.find(|folder| folder.is_dir())
}

fn ends_in_separator(path: &Path) -> bool {
    path.to_string_lossy().ends_with(std::path::is_separator)
}

/// Refuses a standard output that can't take the file.
fn check_stdout(takes_json: bool) -> Result<()> {
    let problem = if takes_json {
        "standard output can't take both the Parquet file and --json"
    } else if io::stdout().is_terminal() {
        "standard output is a terminal: redirect it, or name a file with -o"
    } else if system::is_closed(&io::stdout()) {
        "standard output is closed: redirect it, or name a file with -o"
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::Options, problem))
}

/// Refuses, before any work, streams that can't be used, and files to write that are read or each
/// other.
fn check_targets(
    arguments: &ConvertArgs,
    sources: &[Source],
    targets: &[PathBuf],
    has_stream: bool,
) -> Result<()> {
    if sources.contains(&Source::Stdin) && system::is_closed(&io::stdin()) {
        let message = "standard input is closed: redirect it, or name a file";
        return Err(Error::new(ErrorKind::Options, message));
    }
    let kept = kept_files(arguments);
    if let Some(path) = kept.first()
        && (arguments.on_error == STANDARD_STREAM || is_stream(path))
    {
        let message = format!(
            "--on-error {} is a stream: name a file to keep bad lines in, or go on without them (skip)",
            escape_path(path)
        );
        return Err(Error::new(ErrorKind::Options, message));
    }
    let schema = arguments.shape.schema.as_deref();
    Files { sources, schema, targets, has_stream, kept: &kept }.check()
}

/// Refuses, before any work, files to write that are there already or can't be.
fn check_free(arguments: &ConvertArgs, targets: &[PathBuf], files: &mut Publication) -> Result<()> {
    let kept = kept_files(arguments);
    if let Some(path) = kept.iter().find(|path| fs::symlink_metadata(path).is_ok())
        && arguments.skip_existing
    {
        let message = format!(
            "{} exists, and has bad lines of what is skipped: name another file with --on-error",
            escape_path(path)
        );
        return Err(Error::new(ErrorKind::Exists, message));
    }
    let folders: BTreeSet<_> = targets.iter().map(|target| target.parent()).collect();
    system::allow_open_files(targets.len() + kept.len(), folders.len())?;
    // Beside a dataset they get names that no file has.
    let kept = if arguments.dataset.is_wanted() { &[][..] } else { &kept };
    files.check(targets.iter().chain(kept))
}

/// Where bad lines are kept, if they are.
pub(super) fn kept_lines(arguments: &ConvertArgs) -> Option<&Path> {
    let is_word = ["fail", "skip"].iter().any(|word| arguments.on_error == *word);
    (!is_word).then_some(Path::new(&arguments.on_error))
}

/// Where bad lines are kept, and the reasons.
fn kept_files(arguments: &ConvertArgs) -> Vec<PathBuf> {
    let Some(lines) = kept_lines(arguments) else { return Vec::new() };
    vec![lines.to_owned(), reasons_of(lines)]
}

/// Where the reasons are of the lines kept at this path.
pub(super) fn reasons_of(lines: &Path) -> PathBuf {
    let mut reasons = OsString::from(lines);
    reasons.push(REASONS_SUFFIX);
    reasons.into()
}
