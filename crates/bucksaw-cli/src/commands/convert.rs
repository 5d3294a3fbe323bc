//! `bucksaw convert`: inputs in, Parquet files out.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::Instant;

use bucksaw::options::TELEMETRY_PREFIXES;
use bucksaw::{
    DeadLetterFile, DeclaredSchema, Error, ErrorKind, Input, InputCounts, Ndjson, NdjsonOptions,
    Nested, OnError, Options, Publication, REASONS_SUFFIX, Report, Result, StreamSink, Writer,
};
use indicatif::ProgressBar;
use serde::Serialize;

use crate::cli::{ConvertArgs, NestedArg, ShapeArgs};
use crate::sources::{self, STANDARD_STREAM, Source};
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
    let (options, ndjson) = options(arguments)?;
    let sources = sources::expand(&arguments.inputs)?;
    interrupt::handle_signals()?;
    let mut files = Publication::new()
        .overwrite(arguments.overwrite)
        .temporary_directory(options.staging_directory());
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
        reports.push(writer.finish()?);
    }
    if let BadLines::Keep(file) = bad_lines {
        file.publish()?;
    }
    // Others may be publishing there; a signal does not wait for them.
    files.lock()?;
    interrupt::publishing(|| files.publish())?;
    bar.finish_and_clear();
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
    fs::create_dir_all(path)
        .map_err(|cause| Error::io(format!("could not create {output}"), cause))?;
    check_free(arguments, &targets, files)?;
    let pairs = targets.into_iter().zip(sources);
    Ok(pairs
        .map(|(target, source)| Job { target: Target::File(target), sources: vec![source.clone()] })
        .collect())
}

/// Refuses, before any work, streams that can't be used, and files to write that are inputs or each
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
    let kept = kept_files(arguments);
    for path in &kept {
        if targets.iter().any(|target| sources::is_same(target, path)) {
            let message = format!(
                "{} would take both rows and what --on-error keeps: name another file",
                path.display()
            );
            return Err(Error::new(ErrorKind::Options, message));
        }
    }
    targets.iter().chain(&kept).try_for_each(|path| sources::check_untouched(sources, path))
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

/// The library's options, as the command line gives them; every problem of theirs at once.
fn options(arguments: &ConvertArgs) -> Result<(Options, NdjsonOptions)> {
    let ConvertArgs { shape, file, overwrite, .. } = arguments;
    let mut problems = Vec::new();
    let schema = match schema(shape) {
        Err(error) if error.kind() == ErrorKind::Options => {
            problems.extend(error.to_string().lines().map(str::to_owned));
            DeclaredSchema::new()
        }
        other => other?,
    };
    let mut options = Options::new()
        .backend(file.backend)
        .profile(file.profile)
        .threads(file.threads.unwrap_or_else(all_cores))
        .compression(file.compression)
        .memory_limit(bytes(file.memory_limit)?)
        .row_group_rows(file.row_group_rows)
        .row_group_bytes(bytes(file.row_group_bytes)?)
        .chunk_rows(file.chunk_rows)
        .statistics(file.statistics)
        .sorted_by(file.sorted_by.clone())
        .overwrite(*overwrite)
        .schema(schema)
        .strict(shape.strict)
        .text_prefixes(prefixes(&shape.string_prefixes))
        .int64_from_text(!shape.no_int64_from_text)
        .omit_null_columns(!shape.keep_null_columns)
        .max_columns(shape.max_columns);
    if let Some(size) = file.page_size {
        options = options.page_bytes(bytes(size)?);
    }
    if let Some(directory) = &file.temp_dir {
        options = options.temporary_directory(directory);
    }
    if let Some(column) = &shape.timestamp_column {
        options = options.timestamp_column(column);
    }
    for choice in &file.dictionary {
        options = match dictionary_choice(choice) {
            Some((Some(column), on)) => options.dictionary_of(column, on),
            Some((None, on)) => options.dictionary(on),
            None => {
                let advice = "use on, off, COLUMN=on or COLUMN=off";
                problems.push(format!("--dictionary {choice}: {advice}"));
                options
            }
        };
    }
    for column in &file.bloom_filter {
        options = options.bloom_filter_of(column);
    }
    let ndjson = ndjson_options(shape)?;
    for (name, limit) in [("line", ndjson.max_line_bytes), ("depth", ndjson.max_depth)] {
        if limit == 0 {
            problems.push(format!("--max-{name} is 0: it must be 1 or more"));
        }
    }
    if let Err(error) = options.validate() {
        problems.extend(error.message().lines().map(str::to_owned));
    }
    if problems.is_empty() {
        Ok((options, ndjson))
    } else {
        Err(Error::of_problems(ErrorKind::Options, problems))
    }
}

fn schema(shape: &ShapeArgs) -> Result<DeclaredSchema> {
    let Some(path) = &shape.schema else { return Ok(DeclaredSchema::new()) };
    let name = path.display().to_string();
    let json = fs::read_to_string(path)
        .map_err(|cause| Error::io("could not read the schema", cause).in_source(&name))?;
    let schema = DeclaredSchema::from_json(&json).map_err(|error| error.in_source(&name))?;
    let closed = schema.closed || shape.closed;
    Ok(schema.closed(closed))
}

fn prefixes(list: &str) -> Vec<String> {
    match list {
        "none" => Vec::new(),
        "telemetry" => TELEMETRY_PREFIXES.map(str::to_owned).to_vec(),
        list => list.split(',').map(str::to_owned).collect(),
    }
}

/// The column, or none for all, and whether it gets a dictionary.
fn dictionary_choice(choice: &str) -> Option<(Option<&str>, bool)> {
    let (column, word) = match choice.rsplit_once('=') {
        Some((column, word)) => (Some(column), word),
        None => (None, choice),
    };
    match word {
        "on" => Some((column, true)),
        "off" => Some((column, false)),
        _ => None,
    }
}

fn bytes(size: bytesize::ByteSize) -> Result<usize> {
    usize::try_from(size.as_u64()).map_err(|cause| {
        Error::new(ErrorKind::Options, format!("{size} is too large")).with_cause(cause)
    })
}

fn ndjson_options(shape: &ShapeArgs) -> Result<NdjsonOptions> {
    Ok(NdjsonOptions {
        max_line_bytes: bytes(shape.max_line)?,
        max_depth: shape.max_depth,
        nested: match shape.nested {
            NestedArg::Flatten => Nested::Flatten,
            NestedArg::Json => Nested::Json,
        },
        separator: shape.separator.clone(),
    })
}

fn all_cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
