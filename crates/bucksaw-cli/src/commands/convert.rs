//! `bucksaw convert`: inputs in, Parquet files out.

mod checks;
mod options;

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::Instant;

use bucksaw::escape::{escape, escape_path};
use bucksaw::{
    DeadLetterFile, Error, ErrorKind, Input, InputCounts, NdjsonOptions, OnError, Options,
    Publication, REASONS_SUFFIX, Report, Result, StreamSink, Writer,
};
use indicatif::ProgressBar;
use serde::Serialize;

use self::checks::Files;
use self::options::{Settings, settings};
use crate::cli::ConvertArgs;
use crate::files::{is_stream, open_file};
use crate::intake::Intake;
use crate::sources::{self, Inputs, STANDARD_STREAM, Source};
use crate::{exit, interrupt, system, ui};

/// What `--json` prints.
#[derive(Serialize)]
struct Conversion<'c> {
    /// What was read.
    input: InputCounts,
    /// What each file's writer reports.
    reports: &'c [Report],
}

/// What becomes of bad lines, as the command line says.
enum BadLines {
    Fail,
    Skip,
    Keep(Box<DeadLetterFile>),
}

/// One file to write, and what goes into it.
struct Job {
    target: Target,
    sources: Vec<Source>,
}

enum Target {
    Stdout,
    /// A device, a pipe or the like.
    Stream(PathBuf),
    File(PathBuf),
}

/// Runs the command.
pub(crate) fn run(arguments: &ConvertArgs) -> Result<()> {
    interrupt::handle_signals()?;
    let Settings { options, ndjson, notes } = settings(arguments)?;
    tell_notes(&notes);
    let Inputs { sources, notes } = sources::expand(&arguments.inputs)?;
    tell_notes(&notes);
    let mut files = Publication::new()
        .overwrite(arguments.overwrite)
        .temporary_directory(options.staging_directory())
        .sparing(sources.iter().filter_map(Source::path).chain(arguments.shape.schema.as_deref()));
    let moves = options.staging_directory().is_some();
    let jobs = jobs(arguments, &sources, &mut files)?;
    let started = Instant::now();
    let mut bad_lines = bad_lines(arguments, &mut files)?;
    let bytes: Option<u64> = sources.iter().map(Source::len).sum();
    let bar = ui::progress(bytes, arguments.quiet);
    let mut intake = Intake::new(arguments.max_rejected);
    let mut reports = Vec::new();
    for job in &jobs {
        let mut writer = open(&job.target, &options, &mut files)?;
        for source in &job.sources {
            convert(source, &mut writer, &ndjson, &mut bad_lines, &mut intake, &bar)?;
        }
        reports.push(interrupt::finishing(moves, || writer.finish())?);
    }
    intake.check_all()?;
    if let BadLines::Keep(file) = bad_lines {
        interrupt::finishing(moves, || file.publish())?;
    }
    // Others may be publishing there; a signal does not wait for them.
    files.lock()?;
    interrupt::publishing(|| files.publish())?;
    bar.finish_and_clear();
    tell_notes(&ui::unknown_columns(&reports));
    tell_notes(ui::columns_in_rest(&reports).as_slice());
    if !arguments.quiet {
        ui::tell(&ui::summary(&intake, &reports, started.elapsed()));
    }
    let input = *intake.counts();
    if arguments.json { print_report(&Conversion { input, reports: &reports }) } else { Ok(()) }
}

fn print_report(report: &Conversion<'_>) -> Result<()> {
    ui::print_json(report).map_err(|error| match exit::code_of(&error) {
        exit::DONE => error,
        _ => Error::new(error.kind(), format!("all files are written, but: {error}")),
    })
}

/// Says a line for each, whatever names are in it.
fn tell_notes(notes: &[String]) {
    notes.iter().for_each(|note| ui::tell(&escape(note)));
}

/// Writes one source's rows.
fn convert(
    source: &Source,
    writer: &mut Writer,
    options: &NdjsonOptions,
    bad_lines: &mut BadLines,
    intake: &mut Intake,
    bar: &ProgressBar,
) -> Result<()> {
    let on_error = match bad_lines {
        BadLines::Fail => OnError::Fail,
        BadLines::Skip => OnError::Skip,
        BadLines::Keep(file) => OnError::Keep(file.as_mut()),
    };
    let bytes = bar.wrap_read(source.open()?);
    let mut input = Input::ndjson(source.name(), bytes, options.clone(), on_error)?;
    while writer.write_next(&mut input)? {
        intake.check(&input)?;
        if !bar.is_hidden() {
            bar.set_message(format!("{} rows/s", ui::rate(writer.rows(), bar.elapsed())));
        }
    }
    tell_notes(intake.add(&input).as_slice());
    Ok(())
}

fn jobs(arguments: &ConvertArgs, sources: &[Source], files: &mut Publication) -> Result<Vec<Job>> {
    let path = Path::new(&arguments.output);
    let open_file = open_file(path);
    let all = || sources.to_vec();
    if arguments.output == STANDARD_STREAM || open_file.as_ref().is_some_and(|name| name == "1") {
        check_stdout(arguments.json)?;
        check_targets(arguments, sources, &[], true)?;
        check_free(arguments, &[], files)?;
        return Ok(vec![Job { target: Target::Stdout, sources: all() }]);
    }
    let targets = [path.to_owned()];
    if open_file.is_some() || is_stream(path) {
        check_targets(arguments, sources, &targets, false)?;
        check_free(arguments, &[], files)?;
        return Ok(vec![Job { target: Target::Stream(path.to_owned()), sources: all() }]);
    }
    if !(ends_in_separator(path) || path.is_dir()) {
        check_targets(arguments, sources, &targets, false)?;
        check_free(arguments, &targets, files)?;
        return Ok(vec![Job { target: Target::File(path.to_owned()), sources: all() }]);
    }
    let targets = sources::targets(sources, path)?;
    check_targets(arguments, sources, &targets, false)?;
    interrupt::make_folders(path)
        .map_err(|cause| Error::io(format!("could not create {}", escape_path(path)), cause))?;
    check_free(arguments, &targets, files)?;
    let pairs = targets.into_iter().zip(sources);
    Ok(pairs
        .map(|(target, source)| Job { target: Target::File(target), sources: vec![source.clone()] })
        .collect())
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
    system::allow_open_files(targets.len() + kept.len())?;
    files.check(targets.iter().chain(&kept))
}

/// Where bad lines are kept, if they are.
fn kept_lines(arguments: &ConvertArgs) -> Option<&Path> {
    let is_word = ["fail", "skip"].iter().any(|word| arguments.on_error == *word);
    (!is_word).then_some(Path::new(&arguments.on_error))
}

/// Where bad lines are kept, and the reasons.
fn kept_files(arguments: &ConvertArgs) -> Vec<PathBuf> {
    let Some(lines) = kept_lines(arguments) else { return Vec::new() };
    let mut reasons = OsString::from(lines);
    reasons.push(REASONS_SUFFIX);
    vec![lines.to_owned(), reasons.into()]
}

fn open(target: &Target, options: &Options, files: &mut Publication) -> Result<Writer> {
    let options = options.clone();
    match target {
        Target::Stdout => options.write_to(StreamSink::new(io::stdout())),
        Target::Stream(path) => {
            let stream = OpenOptions::new().write(true).open(path).map_err(|cause| {
                Error::io(format!("could not open {}", escape_path(path)), cause)
            })?;
            if stream.is_terminal() {
                let message = format!("{} is a terminal: name a file", escape_path(path));
                return Err(Error::new(ErrorKind::Options, message));
            }
            options.write_to(StreamSink::new(stream).at(path))
        }
        Target::File(path) => {
            let sink =
                interrupt::staging(|| files.stage(path), |sink| sink.staged_paths().to_vec())?;
            options.write_to(sink)
        }
    }
}

fn bad_lines(arguments: &ConvertArgs, files: &mut Publication) -> Result<BadLines> {
    let Some(path) = kept_lines(arguments) else {
        let skips = arguments.on_error == "skip";
        return Ok(if skips { BadLines::Skip } else { BadLines::Fail });
    };
    let stage = || DeadLetterFile::stage(path, files);
    Ok(BadLines::Keep(Box::new(interrupt::staging(stage, DeadLetterFile::staged_paths)?)))
}
