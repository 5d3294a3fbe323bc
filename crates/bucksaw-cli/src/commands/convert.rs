//! `bucksaw convert`: inputs in, Parquet files out.

mod checks;
mod options;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::Instant;

use bucksaw::escape::escape;
use bucksaw::{
    DeadLetterFile, Error, ErrorKind, Input, InputCounts, Ndjson, NdjsonOptions, OnError, Options,
    Publication, REASONS_SUFFIX, Report, Result, StreamSink, Writer,
};
use indicatif::ProgressBar;
use serde::Serialize;

use self::checks::Files;
use self::options::{Settings, settings};
use crate::cli::ConvertArgs;
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
    File(PathBuf),
}

/// Runs the command.
pub(crate) fn run(arguments: &ConvertArgs) -> Result<()> {
    let Settings { options, ndjson, notes } = settings(arguments)?;
    tell_notes(&notes);
    let Inputs { sources, notes } = sources::expand(&arguments.inputs)?;
    tell_notes(&notes);
    interrupt::handle_signals()?;
    let mut files = Publication::new()
        .overwrite(arguments.overwrite)
        .temporary_directory(options.staging_directory());
    let moves = options.staging_directory().is_some();
    let jobs = jobs(arguments, &sources, &mut files)?;
    let started = Instant::now();
    let mut bad_lines = bad_lines(arguments, &mut files)?;
    let bytes: Option<u64> = sources.iter().map(Source::len).sum();
    let bar = ui::progress(bytes, arguments.quiet);
    let mut input = InputCounts::default();
    let mut reports = Vec::new();
    for job in &jobs {
        let mut writer = open(&job.target, &options, &mut files)?;
        for source in &job.sources {
            input.add(&convert(source, &mut writer, &ndjson, &mut bad_lines, &bar)?);
        }
        reports.push(interrupt::finishing(moves, || writer.finish())?);
    }
    if let BadLines::Keep(file) = bad_lines {
        interrupt::finishing(moves, || file.publish())?;
    }
    // Others may be publishing there; a signal does not wait for them.
    files.lock()?;
    interrupt::publishing(|| files.publish())?;
    bar.finish_and_clear();
    tell_notes(&ui::unknown_columns(&reports));
    if !arguments.quiet {
        ui::tell(&ui::summary(&input, &reports, started.elapsed()));
    }
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
    bar: &ProgressBar,
) -> Result<InputCounts> {
    let on_error = match bad_lines {
        BadLines::Fail => OnError::Fail,
        BadLines::Skip => OnError::Skip,
        BadLines::Keep(file) => OnError::Keep(file.as_mut()),
    };
    let bytes = bar.wrap_read(source.open()?);
    let mut input = Ndjson::new(source.name(), bytes, options.clone(), on_error)?;
    while writer.write_next(&mut input)? {
        if !bar.is_hidden() {
            bar.set_message(format!("{} rows/s", ui::rate(writer.rows(), bar.elapsed())));
        }
    }
    Ok(input.counts())
}

fn jobs(arguments: &ConvertArgs, sources: &[Source], files: &mut Publication) -> Result<Vec<Job>> {
    let output = arguments.output.as_str();
    let all = || sources.to_vec();
    if output == STANDARD_STREAM {
        let problem = if arguments.json {
            "standard output can't take both the Parquet file and --json"
        } else if io::stdout().is_terminal() {
            "standard output is a terminal: redirect it, or name a file with -o"
        } else if system::is_closed(&io::stdout()) {
            "standard output is closed: redirect it, or name a file with -o"
        } else {
            check_targets(arguments, sources, &[])?;
            check_free(arguments, &[], files)?;
            return Ok(vec![Job { target: Target::Stdout, sources: all() }]);
        };
        return Err(Error::new(ErrorKind::Options, problem));
    }
    let path = Path::new(output);
    if !(output.ends_with(['/', std::path::MAIN_SEPARATOR]) || path.is_dir()) {
        let targets = [path.to_owned()];
        check_targets(arguments, sources, &targets)?;
        check_free(arguments, &targets, files)?;
        return Ok(vec![Job { target: Target::File(path.to_owned()), sources: all() }]);
    }
    let targets = sources::targets(sources, path)?;
    check_targets(arguments, sources, &targets)?;
    interrupt::make_folders(path)
        .map_err(|cause| Error::io(format!("could not create {output}"), cause))?;
    check_free(arguments, &targets, files)?;
    let pairs = targets.into_iter().zip(sources);
    Ok(pairs
        .map(|(target, source)| Job { target: Target::File(target), sources: vec![source.clone()] })
        .collect())
}

/// Refuses, before any work, streams that can't be used, and files to write that are read or each
/// other.
fn check_targets(arguments: &ConvertArgs, sources: &[Source], targets: &[PathBuf]) -> Result<()> {
    if sources.contains(&Source::Stdin) && system::is_closed(&io::stdin()) {
        let message = "standard input is closed: redirect it, or name a file";
        return Err(Error::new(ErrorKind::Options, message));
    }
    if arguments.on_error == STANDARD_STREAM {
        let message =
            "--on-error - would be standard output: name a file, or go on without bad lines (skip)";
        return Err(Error::new(ErrorKind::Options, message));
    }
    let has_stream = arguments.output == STANDARD_STREAM;
    let schema = arguments.shape.schema.as_deref();
    Files { sources, schema, targets, has_stream, kept: &kept_files(arguments) }.check()
}

/// Refuses, before any work, files to write that are there already or can't be.
fn check_free(arguments: &ConvertArgs, targets: &[PathBuf], files: &mut Publication) -> Result<()> {
    let kept = kept_files(arguments);
    system::allow_open_files(targets.len() + kept.len())?;
    targets.iter().chain(&kept).try_for_each(|path| files.check(path))
}

/// Where bad lines are kept, and the reasons.
fn kept_files(arguments: &ConvertArgs) -> Vec<PathBuf> {
    match arguments.on_error.as_str() {
        "fail" | "skip" => Vec::new(),
        path => vec![path.into(), format!("{path}{REASONS_SUFFIX}").into()],
    }
}

fn open(target: &Target, options: &Options, files: &mut Publication) -> Result<Writer> {
    let options = options.clone();
    match target {
        Target::Stdout => options.write_to(Box::new(StreamSink::new(io::stdout()))),
        Target::File(path) => {
            let sink =
                interrupt::staging(|| files.stage(path), |sink| sink.staged_paths().to_vec())?;
            options.write_to(Box::new(sink))
        }
    }
}

fn bad_lines(arguments: &ConvertArgs, files: &mut Publication) -> Result<BadLines> {
    Ok(match arguments.on_error.as_str() {
        "fail" => BadLines::Fail,
        "skip" => BadLines::Skip,
        STANDARD_STREAM => {
            let message =
                "--on-error takes no stream: name a file, or use skip to go on without bad lines";
            return Err(Error::new(ErrorKind::Options, message));
        }
        path => {
            let stage = || DeadLetterFile::stage(Path::new(path), files);
            BadLines::Keep(Box::new(interrupt::staging(stage, DeadLetterFile::staged_paths)?))
        }
    })
}
