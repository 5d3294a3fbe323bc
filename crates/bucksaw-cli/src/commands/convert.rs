//! `bucksaw convert`: inputs in, Parquet files out.

mod checks;
mod jobs;
mod options;

use std::fs::OpenOptions;
use std::io::{self, IsTerminal};
use std::time::Instant;

use bucksaw::escape::{escape, escape_path};
use bucksaw::internal::counted;
use bucksaw::{
    DeadLetterFile, Error, ErrorKind, Input, InputCounts, NdjsonOptions, OnError, Options,
    Publication, Report, Result, StreamSink, Writer,
};
use indicatif::ProgressBar;
use serde::Serialize;

use self::jobs::{Job, Target, jobs, kept_lines};
use self::options::{Settings, settings};
use crate::cli::ConvertArgs;
use crate::intake::Intake;
use crate::sources::{self, Inputs, Source};
use crate::{exit, interrupt, ui};

/// Inputs that failed and are told one by one.
const SHOWN_FAILURES: usize = 10;

/// What `--json` prints.
#[derive(Serialize)]
struct Conversion<'c> {
    /// What was read.
    input: InputCounts,
    /// What each file's writer reports.
    reports: &'c [Report],
    /// Inputs that could not be converted.
    failures: Vec<Failure>,
    /// Files that were there, and whose inputs were skipped.
    existing: Vec<String>,
}

/// An input that could not be converted.
#[derive(Serialize)]
struct Failure {
    input: Option<String>,
    error: String,
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        Self { input: error.position().source.clone(), error: error.to_string() }
    }
}

/// What becomes of bad lines, as the command line says.
enum BadLines {
    Fail,
    Skip,
    Keep(Box<DeadLetterFile>),
}

/// Runs the command, and says which code it ends with.
pub(crate) fn run(arguments: &ConvertArgs) -> Result<u8> {
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
    let all = jobs(arguments, &sources, &mut files)?;
    let started = Instant::now();
    let bad_lines =
        if all.jobs.is_empty() { BadLines::Fail } else { bad_lines(arguments, &mut files)? };
    let bytes: Option<u64> = all.jobs.iter().flat_map(|job| &job.sources).map(Source::len).sum();
    let bar = ui::progress(bytes, arguments.quiet);
    let intake = Intake::new(arguments.max_rejected);
    let mut run = Run { options, ndjson, files, moves, bad_lines, intake, bar };
    let (mut reports, mut failures) = (Vec::new(), Vec::new());
    for job in &all.jobs {
        match run.convert(job) {
            Ok(report) => reports.push(report),
            Err(error) if arguments.keep_going && is_of_its_input(&error) => failures.push(error),
            Err(error) => return Err(error),
        }
    }
    if reports.is_empty() && !failures.is_empty() {
        return Err(none_converted(failures));
    }
    let intake = if all.jobs.is_empty() { run.intake } else { run.publish()? };
    tell_notes(&ui::unknown_columns(&reports));
    tell_notes(ui::columns_in_rest(&reports).as_slice());
    if !arguments.quiet {
        tell_notes(all.note().as_slice());
        ui::tell(&ui::summary(&intake, &reports, started.elapsed()));
    }
    let code = ended_with(&failures, all.jobs.len());
    if arguments.json {
        let input = *intake.counts();
        let existing = all.existing.iter().map(|path| escape_path(path)).collect();
        let failures = failures.iter().map(Failure::from).collect();
        print_report(&Conversion { input, reports: &reports, failures, existing })?;
    }
    Ok(code)
}

/// What all jobs of a run have in common.
struct Run {
    options: Options,
    ndjson: NdjsonOptions,
    files: Publication,
    /// Whether finished files move from another directory.
    moves: bool,
    bad_lines: BadLines,
    intake: Intake,
    bar: ProgressBar,
}

impl Run {
    /// Writes a file, which waits to be published.
    fn convert(&mut self, job: &Job) -> Result<Report> {
        let mut writer = open(&job.target, &self.options, &mut self.files)?;
        for source in &job.sources {
            self.read(source, &mut writer)?;
        }
        interrupt::finishing(self.moves, || writer.finish())
    }

    /// Writes one source's rows.
    fn read(&mut self, source: &Source, writer: &mut Writer) -> Result<()> {
        let on_error = match &mut self.bad_lines {
            BadLines::Fail => OnError::Fail,
            BadLines::Skip => OnError::Skip,
            BadLines::Keep(file) => OnError::Keep(file.as_mut()),
        };
        let bytes = self.bar.wrap_read(source.open()?);
        let mut input = Input::ndjson(source.name(), bytes, self.ndjson.clone(), on_error)?;
        while writer.write_next(&mut input)? {
            self.intake.check(&input)?;
            if !self.bar.is_hidden() {
                let rate = ui::rate(writer.rows(), self.bar.elapsed());
                self.bar.set_message(format!("{rate} rows/s"));
            }
        }
        tell_notes(self.intake.add(&input).as_slice());
        Ok(())
    }

    /// Publishes all files; returns what was read.
    fn publish(mut self) -> Result<Intake> {
        self.intake.check_all()?;
        if let BadLines::Keep(file) = self.bad_lines {
            interrupt::finishing(self.moves, || file.publish())?;
        }
        // Others may be publishing there; a signal does not wait for them.
        self.files.lock()?;
        interrupt::publishing(|| self.files.publish())?;
        self.bar.finish_and_clear();
        Ok(self.intake)
    }
}

/// Whether an error is one of the input alone, and not of the outputs or of the run.
fn is_of_its_input(error: &Error) -> bool {
    let is_of_rows = matches!(
        error.kind(),
        ErrorKind::LateColumn
            | ErrorKind::FileLimit
            | ErrorKind::MemoryLimit
            | ErrorKind::Unsupported
    );
    is_of_rows || error.position().source.is_some()
}

fn none_converted(mut failures: Vec<Error>) -> Error {
    if failures.len() == 1 {
        return failures.remove(0);
    }
    let kind = failures.first().map_or(ErrorKind::Malformed, Error::kind);
    let what =
        format!("none of the {} inputs could be converted; no file is written:", failures.len());
    Error::of_problems(kind, [what].into_iter().chain(shown(&failures)))
}

/// Says which inputs failed; returns the code to end with.
fn ended_with(failures: &[Error], jobs: usize) -> u8 {
    if failures.is_empty() {
        return exit::DONE;
    }
    // Nothing is in folders that were made for them.
    interrupt::after_error();
    let inputs = counted(jobs as u64, "input");
    let what = format!(
        "bucksaw: {} of {inputs} could not be converted; the files of the others are written (--skip-existing does what is left):",
        failures.len(),
    );
    let lines: Vec<String> = [what].into_iter().chain(shown(failures)).collect();
    ui::tell(&lines.join("\n"));
    exit::PARTIAL
}

/// A line for each of the first.
fn shown(failures: &[Error]) -> impl Iterator<Item = String> {
    let more = failures.len().saturating_sub(SHOWN_FAILURES);
    let more = (more > 0).then(|| format!("  and {more} more"));
    failures.iter().take(SHOWN_FAILURES).map(|error| format!("  {error}")).chain(more)
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
