//! `bucksaw convert`: inputs in, Parquet files out.

mod bad_lines;
mod checks;
mod existing;
mod jobs;
pub(super) mod options;
mod outcome;
mod published;
mod read_sources;
mod state;
mod tables;

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::Instant;

use bucksaw::escape::escape_path;
use bucksaw::{
    Dataset, DeclaredSchema, Error, ErrorKind, Input, InputOptions, InputTable, LocalSink, OnError,
    Options, Publication, Report, Result, StreamSink, Writer,
};
use indicatif::ProgressBar;

use self::bad_lines::{BadLines, KeptLines};
pub(crate) use self::jobs::goes_to_stdout;
use self::jobs::{Job, Target, in_directory, jobs, make_folders};
use self::options::{Settings, bad_lines_problems, settings};
use self::outcome::{
    Conversion, Failure, ended_with, is_of_its_input, none_converted, print_report, unprinted,
};
use self::published::Published;
use self::read_sources::{ReadSources, Reading, Start};
use self::state::State;
use self::tables::{Outputs, Tables};
use super::format_options;
use super::scan::{self, Part, Scanned};
use crate::cli::{ConvertArgs, OnInterrupt};
use crate::intake::Intake;
use crate::sources::{self, Inputs, Source};
use crate::{exit, interrupt, system, ui};

/// Inputs that failed, and files that are there of a run that did, that are told one by one.
const SHOWN: usize = 10;

/// Runs the command, and says which code it ends with.
pub(crate) fn run(arguments: &ConvertArgs) -> Result<u8> {
    interrupt::handle_signals()?;
    let Settings { options, mut declared, input: read_as, notes } =
        settings(&arguments.shape, &arguments.file, bad_lines_problems(arguments))?;
    let options = options::of_dataset(options, &arguments.dataset);
    options.validate()?;
    let mut options = options.overwrite(arguments.overwrite).verify(arguments.verify);
    if arguments.file.sort.is_some() || arguments.dataset.partition.is_some() {
        let (directory, note) = sort_directory(arguments);
        ui::tell_notes(note.as_slice());
        options = options.sort_directory(directory);
    }
    if let Some(path) = &arguments.schema_state {
        declared = state::with_declared(state::read(path)?, declared)?;
    }
    ui::tell_notes(&notes);
    let Inputs { sources, notes } = sources::expand(&arguments.inputs)?;
    ui::tell_notes(&notes);
    let mut files = Publication::new()
        .overwrite(arguments.overwrite)
        .temporary_directory(options.staging_directory())
        .sparing(sources.iter().filter_map(Source::path).chain(arguments.shape.schema.as_deref()));
    let moves = options.staging_directory().is_some();
    let all = jobs(arguments, &sources, &mut files)?;
    let options = options.schema(declared.clone());
    let started = Instant::now();
    let bad_lines =
        if all.jobs.is_empty() { BadLines::Fail } else { BadLines::of(arguments, &mut files)? };
    let bytes: Option<u64> = all.jobs.iter().flat_map(|job| &job.sources).map(Source::len).sum();
    let bar = ui::progress(bytes, arguments.quiet);
    let read_sources = ReadSources::of(arguments)?;
    let is_dataset = read_sources.is_some();
    let repeated = read_sources.as_ref().and_then(|read| read.repeated(&sources));
    ui::tell_notes(repeated.as_slice());
    let stays = is_dataset && !arguments.dataset.atomic;
    let outcome = if stays { "no further file is written" } else { "no file is written" };
    let intake = Intake::new(arguments.max_rejected, outcome);
    let read = all.jobs.iter().flat_map(|job| &job.sources);
    let (declared, lengths) = scanned(arguments, &options, declared, read, &read_as)?;
    let state = arguments.schema_state.as_deref().map(State::new);
    let pauses = arguments.dataset.roll_age.is_some();
    let discards = arguments.dataset.on_interrupt == OnInterrupt::Discard;
    if is_dataset {
        interrupt::be_gentle();
    }
    let mut run = Run {
        read_as,
        lengths,
        pauses,
        is_cut_off: false,
        discards,
        files,
        moves,
        bad_lines,
        intake,
        bar,
        state,
        read_sources,
        published: Published::of(arguments),
    };
    let (mut reports, mut failures) = (Vec::new(), Vec::new());
    let note = all.note();
    let existing = all.existing.iter().map(|existing| escape_path(&existing.path)).collect();
    let mut tables = Tables::new(options, declared, all.existing);
    for job in &all.jobs {
        match run.convert(job, &mut tables)? {
            Ok(of_job) => reports.extend(of_job),
            Err(NotConverted::Interrupted) => return Ok(exit::INTERRUPTED),
            // It would only be found where there is no file of what it has.
            Err(NotConverted::AllRejected(error)) => failures.push(error),
            Err(NotConverted::Failed(error)) if arguments.keep_going && is_of_its_input(&error) => {
                failures.push(error);
            }
            Err(NotConverted::Failed(error)) => {
                if stays {
                    run.keep_lines()?;
                }
                let published = run.published.as_ref().map(Published::words);
                let (files, words) = published.unwrap_or_default();
                if files > 0 || stays && error.kind() != ErrorKind::Options {
                    ui::tell_notes(&words);
                }
                return Err(error);
            }
        }
    }
    if reports.is_empty() && !failures.is_empty() {
        return Err(none_converted(failures));
    }
    if let Some(error) =
        checks::selects_nothing(&arguments.shape.select, &arguments.shape.drop, &reports)
    {
        return Err(error);
    }
    let readers = &arguments.shape.readers;
    tables.all().try_for_each(|(_, table)| options::check_types_for(readers, table))?;
    if let Some(state) = &mut run.state {
        tables.all().try_for_each(|(of, table)| state.tell(of, table))?;
    }
    let (is_cut_off, published) = (run.is_cut_off, run.published.take());
    let of_sources = run.read_sources.as_ref().map(ReadSources::notes).unwrap_or_default();
    let intake = if all.jobs.is_empty() { run.intake } else { run.publish()? };
    // Folders that are of no use, since OTLP has its own.
    interrupt::remove_empty_folders();
    ui::tell_notes(&ui::unknown_columns(&reports));
    ui::tell_notes(ui::columns_in_rest(&reports).as_slice());
    ui::tell_notes(&format_options::notes(&arguments.shape.input, intake.formats()));
    if !arguments.quiet {
        ui::tell_notes(&of_sources);
        ui::tell_notes(note.as_slice());
        ui::tell(&ui::summary(&intake, &reports, started.elapsed()));
    }
    let code = match is_cut_off {
        true => {
            ui::tell(
                "bucksaw: interrupted: rows that had come are published, and the inputs were not read to their ends",
            );
            exit::INTERRUPTED
        }
        false => ended_with(&failures, all.jobs.len()),
    };
    if arguments.json {
        published.map_or(Ok(()), |mut published| published.check_told()).map_err(unprinted)?;
        let input = *intake.counts();
        let failures = failures.iter().map(Failure::from).collect();
        print_report(&Conversion { input, reports: &reports, failures, existing })?;
    }
    Ok(code)
}

/// Why a job has no files.
enum NotConverted {
    Failed(Error),
    /// Every record of one of many inputs was rejected: it may be of another format.
    AllRejected(Error),
    /// A signal came.
    Interrupted,
}

/// What all jobs of a run have in common.
struct Run {
    read_as: InputOptions,
    /// How long each source was when it was scanned.
    lengths: HashMap<Source, u64>,
    /// Whether rows have to be published while an input has nothing more for now.
    pauses: bool,
    /// Whether a signal came before all files were read.
    is_cut_off: bool,
    /// Whether a signal discards what is not published.
    discards: bool,
    files: Publication,
    /// Whether finished files move from another directory.
    moves: bool,
    bad_lines: BadLines,
    intake: Intake,
    bar: ProgressBar,
    /// The schema that runs have in common.
    state: Option<State>,
    /// Of a dataset.
    read_sources: Option<ReadSources>,
    /// Its files.
    published: Option<Published>,
}

impl Run {
    /// Writes a job's files, which wait to be published.
    fn convert(
        &mut self,
        job: &Job,
        tables: &mut Tables,
    ) -> Result<Result<Vec<Report>, NotConverted>> {
        let mut outputs = Outputs::of(job, tables, &mut self.files)?;
        let before = *self.intake.counts();
        let read =
            job.sources.iter().try_for_each(|source| self.read(source, &mut outputs, tables));
        self.tell_published();
        if interrupt::is_stopping() && self.discards {
            outputs.abort(tables)?;
            return Ok(Err(NotConverted::Interrupted));
        }
        if self.discards {
            // What is left may take long.
            interrupt::be_gentle_no_more();
        }
        let is_one_of_many = matches!(job.target, Target::InDirectory { .. });
        let failed = match (read, is_one_of_many) {
            (Err(error), _) => Some(NotConverted::Failed(error)),
            (Ok(()), true) => {
                self.intake.all_rejected_since(&before).map(NotConverted::AllRejected)
            }
            (Ok(()), false) => None,
        };
        if let Some(failed) = failed {
            outputs.abort(tables)?;
            return Ok(Err(failed));
        }
        if let Some(read) = &mut self.read_sources {
            if read.unchanged > 0 && outputs.are_none() {
                read.put_in_order(|table| outputs.writes(table))?;
                return Ok(Ok(Vec::new()));
            }
            if let Err(error) = self.intake.check_all(read.goes_on()) {
                outputs.abort(tables)?;
                return Ok(Err(NotConverted::Failed(error)));
            }
            self.bad_lines.publish_part()?;
            let committed = outputs
                .commit(read)
                .and_then(|()| read.put_in_order(|table| outputs.writes(table)));
            self.tell_published();
            if let Err(error) = committed {
                return Ok(Err(NotConverted::Failed(error)));
            }
        }
        let (files, of) = (&mut self.files, InputTable::from(self.read_as.format.signal()));
        let finished = interrupt::finishing(self.moves, || Ok(outputs.finish(tables, files, of)));
        finished.map(|reports| reports.map_err(NotConverted::Failed))
    }

    /// Writes one source's rows.
    fn read(
        &mut self,
        source: &Source,
        outputs: &mut Outputs<'_>,
        tables: &mut Tables,
    ) -> Result<()> {
        if interrupt::is_stopping() && *source != Source::Stdin {
            self.is_cut_off = true;
            return Ok(());
        }
        let start = self.read_sources.as_mut().map(|read| read.start(source)).transpose()?;
        let mut reading = match start {
            Some(Start::Unchanged) => return Ok(()),
            Some(Start::Read(reading)) => Some(reading),
            Some(Start::Once) | None => None,
        };
        let parts = self.bad_lines.in_parts();
        let on_error = match &mut self.bad_lines {
            BadLines::Fail => OnError::Fail,
            BadLines::Skip => OnError::Skip,
            BadLines::Keep(file) => OnError::Keep(file.as_mut()),
            BadLines::KeepInParts(kept) => OnError::Keep(kept),
        };
        let length = self.lengths.get(source).copied();
        let mut read_as = self.read_as.clone();
        if let Some(reading) = &reading {
            (read_as.behind, read_as.behind_of) = (reading.behind, reading.lacking.clone());
        }
        read_as.leaves_open_end = self.read_sources.as_ref().is_some_and(|read| read.resumes);
        let mut input = match reading.as_mut().and_then(|reading| reading.file.take()) {
            Some(file) => source.input_of(file, length, &self.bar, &read_as, on_error),
            None => source.input(length, self.pauses, &self.bar, &read_as, on_error),
        }?;
        'input: while let Some(table) = input.next_table(tables.options()) {
            let located = |error: Error| error.in_source(&source.name());
            outputs.writer(table, tables, &mut self.files).map_err(located)?;
            if let Some(published) = &mut self.published {
                published.add(table)?;
            }
            if let (Some(read), Some(reading)) = (&mut self.read_sources, &mut reading) {
                read.has_rows_of(table, reading)?;
            }
            loop {
                let writer = outputs.writer(table, tables, &mut self.files).map_err(located)?;
                let before = input.counts().bytes;
                let is_more = writer.write_next(&mut input)?;
                if let Some(read) = &mut self.read_sources {
                    read.add_bytes(input.counts().bytes - before);
                }
                if !is_more {
                    break;
                }
                self.intake.check(&input)?;
                if let Some(state) = &mut self.state {
                    state.tell(table, writer.table())?;
                }
                if !self.bar.is_hidden() {
                    let rate = ui::rate(input.counts().rows, self.bar.elapsed());
                    self.bar.set_message(format!("{rate} rows/s"));
                }
                // What was read of a stream nobody can read again.
                let has_all = *source != Source::Stdin || input.counts().bytes == before;
                if let (Some(read), Some(reading)) = (&mut self.read_sources, &mut reading) {
                    commit_if_due(read, reading, &input, parts.as_ref(), outputs)?;
                }
                self.published.iter_mut().for_each(Published::tell);
                let can_stop = self.read_sources.as_ref().is_none_or(|read| read.can_stop(&input));
                if interrupt::is_stopping() && has_all && can_stop {
                    self.is_cut_off |= *source != Source::Stdin;
                    break 'input;
                }
            }
        }
        if let (Some(read), Some(reading)) = (&mut self.read_sources, &mut reading) {
            read.read_up_to(&input, reading);
            read.ended(reading);
            commit_if_due(read, reading, &input, parts.as_ref(), outputs)?;
        }
        let note = self.intake.add(&input);
        self.bar.suspend(|| ui::tell_notes(note.as_slice()));
        Ok(())
    }

    /// Tells files that have become part of a dataset.
    fn tell_published(&mut self) {
        self.published.iter_mut().for_each(Published::tell);
    }

    /// Keeps bad lines from beside rows that stay. Those that are read again are rejected again.
    fn keep_lines(&self) -> Result<()> {
        match self.read_sources.as_ref().is_some_and(|read| read.resumes) {
            true => Ok(()),
            false => self.bad_lines.publish_part(),
        }
    }

    /// Publishes all files; returns what was read.
    fn publish(mut self) -> Result<Intake> {
        // Of a dataset that was done before its rows appeared.
        if self.read_sources.is_none() {
            self.intake.check_all(false)?;
        }
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

/// Makes rows part of their datasets where it is time, and the input can be read on from where it is.
fn commit_if_due(
    read: &mut ReadSources,
    reading: &mut Reading,
    input: &Input<'_>,
    kept: Option<&KeptLines>,
    outputs: &mut Outputs<'_>,
) -> Result<()> {
    if !read.is_commit_due() || !read.can_stop(input) || outputs.are_none() {
        return Ok(());
    }
    kept.map_or(Ok(()), KeptLines::publish)?;
    read.read_up_to(input, reading);
    outputs.commit(read)
}

/// Where rows wait that are put in order, and what to say of it.
fn sort_directory(arguments: &ConvertArgs) -> (PathBuf, Option<String>) {
    let of_output = || jobs::output_directory(arguments).map(Path::to_owned);
    let told = arguments.file.temp_dir.clone().or_else(of_output);
    let directory = told.unwrap_or_else(std::env::temp_dir);
    let note = system::is_in_memory(&directory).then(|| {
        let shown = escape_path(&directory);
        format!("{shown} is in memory, beyond --memory-limit: rows that wait for --sort there take it up (--temp-dir names another folder)")
    });
    (directory, note)
}

/// The schema of all rows, if that is asked for, else as it is declared; and how long each source was then.
fn scanned<'s>(
    arguments: &ConvertArgs,
    options: &Options,
    declared: DeclaredSchema,
    sources: impl Iterator<Item = &'s Source> + Clone,
    read_as: &InputOptions,
) -> Result<(DeclaredSchema, HashMap<Source, u64>)> {
    if !arguments.scan {
        return Ok((declared, HashMap::new()));
    }
    let mut lengths = HashMap::new();
    for source in sources.clone() {
        let Some(length) = source.len() else {
            let message = format!(
                "--scan reads inputs twice, and {} can be read once only: go on without it, or with a schema",
                source.name()
            );
            return Err(Error::new(ErrorKind::Options, message));
        };
        lengths.insert(source.clone(), length);
    }
    let bar = ui::progress(Some(lengths.values().sum()), arguments.quiet);
    let parts =
        sources.map(|source| Part { source, length: lengths.get(source).copied(), bytes: None });
    let Scanned { schema, .. } = scan::scan(parts, options, read_as, &bar)?;
    bar.finish_and_clear();
    Ok((schema, lengths))
}

/// A file of a table, or the files of its dataset.
fn open(
    target: &Target,
    of: InputTable,
    tables: &mut Tables,
    files: &mut Publication,
) -> Result<Writer> {
    match target {
        Target::Stdout => tables.take(of)?.write_to(StreamSink::new(io::stdout())),
        Target::Stream(path) => {
            let stream = OpenOptions::new().write(true).open(path).map_err(|cause| {
                Error::io(format!("could not open {}", escape_path(path)), cause)
            })?;
            if stream.is_terminal() {
                let message = format!("{} is a terminal: name a file", escape_path(path));
                return Err(Error::new(ErrorKind::Options, message));
            }
            tables.take(of)?.write_to(StreamSink::new(stream).at(path))
        }
        Target::File(path) => tables.take(of)?.write_to(staged(path, files)?),
        Target::Dataset(directory) => {
            let path = in_directory(directory, of, Path::new(""));
            Dataset::open(path, tables.dataset_options())?.write()
        }
        Target::InDirectory { directory, name } => {
            let path = in_directory(directory, of, name);
            if let Some(folder) = path.parent() {
                make_folders(folder)?;
            }
            tables.take(of)?.write_to(staged(&path, files)?)
        }
    }
}

fn staged(path: &Path, files: &mut Publication) -> Result<LocalSink> {
    interrupt::staging(|| files.stage(path), |sink| sink.staged_paths().to_vec())
}
