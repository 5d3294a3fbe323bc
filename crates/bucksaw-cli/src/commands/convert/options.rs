//! The library's options from the command line's.

use std::ffi::OsStr;
use std::fs;
use std::path::MAIN_SEPARATOR;

use bucksaw::TELEMETRY_PREFIXES;
use bucksaw::escape::escape_path;
use bucksaw::internal::nearest;
use bucksaw::{
    Arrays, ColumnType, Compression, DeclaredSchema, Error, ErrorKind, InputOptions, Names,
    NdjsonOptions, Nested, Numbers, Options, Redaction, Result, Table, TimeUnit,
};
use bucksaw_inspect::{Finding, Reader, Severity, lint_type};

use crate::cli::{
    ConvertArgs, DatasetArgs, FileArgs, NestedArg, ShapeArgs, TimestampsArg, UnitArg,
};
use crate::commands::file_options::{self, bytes};
use crate::commands::format_options;
use crate::sources::STANDARD_STREAM;
use crate::values::{ArraysArg, LoneSurrogatesArg, NumbersArg, Pointer, RecordPath, RedactArg};

/// What the command line asks for.
pub(crate) struct Settings {
    pub(crate) options: Options,
    /// The columns that are declared, which are among the options, too.
    pub(crate) declared: DeclaredSchema,
    /// How inputs become rows.
    pub(crate) input: InputOptions,
    /// What users should hear of it.
    pub(crate) notes: Vec<String>,
}

/// The library's options, as the command line gives them; every problem of theirs at once, with those that are known
/// already.
pub(crate) fn settings(
    shape: &ShapeArgs,
    file: &FileArgs,
    mut problems: Vec<String>,
) -> Result<Settings> {
    let schema = match schema(shape) {
        Err(error) if error.kind() == ErrorKind::Options => {
            problems.extend(error.to_string().lines().map(str::to_owned));
            DeclaredSchema::new()
        }
        other => other?,
    };
    problems.extend(types_for(shape, &schema));
    problems.extend(format_options::problems(&shape.input));
    let mut options = file_options::with_file(Options::new(), file, &mut problems)
        .compression(compression_for(shape, file))
        .schema(schema.clone())
        .strict(shape.strict)
        .names(names_for(shape, &mut problems))
        .select(shape.select.clone())
        .drop(shape.drop.clone())
        .text_prefixes(prefixes(&shape.string_prefixes))
        .settling_rows(shape.settling_rows)
        .timestamps(shape.timestamps == TimestampsArg::Auto)
        .timestamp_unit(match shape.timestamp_unit {
            UnitArg::Us => TimeUnit::Micros,
            UnitArg::Ns => TimeUnit::Nanos,
        })
        .numbers(match shape.numbers {
            NumbersArg::Exact => Numbers::Exact,
            NumbersArg::Double => Numbers::Double,
        })
        .arrays(match shape.arrays {
            ArraysArg::Json => Arrays::Json,
            ArraysArg::List => Arrays::List,
        })
        .int64_from_text(!shape.no_int64_from_text)
        .max_columns(shape.max_columns);
    if let Some(column) = &shape.timestamp_column {
        options = options.timestamp_column(column);
    }
    if let Some(signal) = shape.signal_stats {
        options = options.signal_stats(signal.into());
    }
    if let Some(column) = &shape.stream_column {
        options = options.stream_column(column);
    }
    for (column, input) in &shape.time {
        options = options.time(column, input.clone());
    }
    for Pointer(names) in &shape.json_column {
        options = options.json_column(names);
    }
    for RecordPath(names) in &shape.parse_json {
        options = options.parse_json(names);
    }
    options = options
        .allow_nan(shape.allow_nan)
        .replace_lone_surrogates(shape.lone_surrogates == LoneSurrogatesArg::Replace);
    if let Some(zone) = &shape.assume_timezone {
        options = options.assume_timezone(zone);
    }
    options = with_redactions(options, shape, &mut problems)?.source_columns(shape.source_columns);
    options = match &shape.fingerprint {
        None => options,
        Some(None) => options.fingerprints(true),
        Some(Some(column)) => options.fingerprint_of(column),
    };
    for (column, name) in &shape.rename {
        options = options.rename(column, name);
    }
    let input = input_options(shape);
    problems.extend(long_lines(shape, file));
    for error in [input.validate().err(), options.validate().err()].into_iter().flatten() {
        for problem in error.message().lines() {
            // Both look at the time zone.
            if !problems.iter().any(|known| known == problem) {
                problems.push(problem.to_owned());
            }
        }
    }
    if problems.is_empty() {
        Ok(Settings { options, declared: schema, input, notes: file_options::notes(file) })
    } else {
        Err(Error::of_problems(ErrorKind::Options, problems))
    }
}

/// What is wrong with what to do with bad lines.
pub(super) fn bad_lines_problems(arguments: &ConvertArgs) -> Vec<String> {
    let mut problems = Vec::new();
    if arguments.on_error.is_empty() {
        problems.push("--on-error names no file: use fail, skip or a file's name".to_owned());
    } else if let Some(word) = unknown_word(&arguments.on_error) {
        problems.push(format!(
            "--on-error {word:?} is neither fail nor skip{}: a file that is to keep bad lines has a dot or a slash in its name, as ./{word}",
            nearest(word, &["fail", "skip"]).map_or(String::new(), |meant| format!(" (did you mean {meant}?)")),
        ));
    }
    if arguments.max_rejected.is_some() && arguments.on_error == "fail" {
        problems.push("--max-rejected needs --on-error skip, or --on-error FILE".to_owned());
    }
    problems
}

/// The library's options of a dataset.
pub(super) fn of_dataset(options: Options, arguments: &DatasetArgs) -> Options {
    let mut options =
        options.file_name(arguments.name.clone()).atomic(arguments.atomic || arguments.resume);
    if let Some(keys) = &arguments.partition {
        options = options.partition_by(keys.0.clone());
    }
    if let Some(size) = arguments.roll_size {
        options = options.roll_bytes(size.as_u64());
    }
    if let Some(rows) = arguments.roll_rows {
        options = options.roll_rows(rows);
    }
    if let Some(age) = arguments.roll_age {
        options = options.roll_age(age);
    }
    if let Some(keys) = &arguments.keep_together {
        options = options.keep_together(keys.0.clone());
    }
    options
}

/// What can only be a word that is misspelled, or one that other tools have.
fn unknown_word(on_error: &OsStr) -> Option<&str> {
    let word = on_error.to_str()?;
    let is_known = matches!(word, "fail" | "skip" | STANDARD_STREAM);
    let is_path = word.contains(['.', '/', MAIN_SEPARATOR]);
    (!is_known && !is_path).then_some(word)
}

/// How columns are called, for the readers that are named.
fn names_for(shape: &ShapeArgs, problems: &mut Vec<String>) -> Names {
    if shape.names == Names::Dotted
        && let Some(reader) = shape.readers.first()
    {
        problems.push(format!("--names dotted is not for {reader}, which needs quotes for them"));
    }
    let is_lower = shape.readers.iter().any(|reader| reader.names() == Names::LowerSql);
    if is_lower && shape.names == Names::Sql { Names::LowerSql } else { shape.names }
}

/// The codec, which is another than the default one where a reader does not take that.
fn compression_for(shape: &ShapeArgs, file: &FileArgs) -> Compression {
    let takes_it = shape.readers.iter().all(|reader| reader.takes_zstd());
    let told = file.compression.unwrap_or_default();
    if takes_it || told != Compression::default() {
        return told;
    }
    Compression::Snappy
}

/// Types that the readers that are named can't take or take for others, as far as they are known beforehand.
fn types_for(shape: &ShapeArgs, schema: &DeclaredSchema) -> Vec<String> {
    let unit = match shape.timestamp_unit {
        UnitArg::Us => TimeUnit::Micros,
        UnitArg::Ns => TimeUnit::Nanos,
    };
    let undeclared = ("--timestamp-unit ns", ColumnType::Timestamp(unit));
    let declared = schema.columns.iter().map(|column| (column.name.as_str(), column.ty.clone()));
    not_for(&shape.readers, declared.chain([undeclared]))
}

/// The same of a table's columns, whose types may come from files of Arrow and Parquet.
///
/// # Errors
/// [`ErrorKind::Options`].
pub(super) fn check_types_for(readers: &[Reader], table: &Table) -> Result<()> {
    let columns = table.columns().iter();
    let typed = columns.filter_map(|column| Some((column.name.as_str(), column.ty.clone()?)));
    let problems = not_for(readers, typed);
    if problems.is_empty() { Ok(()) } else { Err(Error::of_problems(ErrorKind::Options, problems)) }
}

fn not_for<'c>(
    readers: &[Reader],
    columns: impl Iterator<Item = (&'c str, ColumnType)>,
) -> Vec<String> {
    let findings = columns
        .flat_map(|(name, ty)| lint_type(name, &ty, readers))
        .filter(|finding| finding.severity != Severity::Awkward);
    let problem = |finding: Finding| {
        let readers: Vec<String> = finding.readers.iter().map(ToString::to_string).collect();
        format!("{}: not for {}: {}", finding.column, readers.join(", "), finding.message)
    };
    findings.map(problem).collect()
}

/// Adds what is redacted, with the key where one is needed.
fn with_redactions(
    mut options: Options,
    shape: &ShapeArgs,
    problems: &mut Vec<String>,
) -> Result<Options> {
    let hash = match &shape.redact_key {
        None => None,
        Some(path) => {
            let failed = |error: Error| error.in_source(&escape_path(path));
            let key = fs::read(path)
                .map_err(|cause| failed(Error::io("could not read the key", cause)))?;
            // Editors end lines.
            let key = key.strip_suffix(b"\n").unwrap_or(&key);
            Some(Redaction::hash(key).map_err(failed)?)
        }
    };
    for (column, how) in &shape.redact {
        let redaction = match how {
            RedactArg::Hash => match &hash {
                Some(hash) => hash.clone(),
                None => {
                    problems.push(format!(
                        "--redact {column}=hash needs --redact-key FILE; \
                         `head -c 32 /dev/urandom > redact.key` makes one: keep it, and keep it secret"
                    ));
                    continue;
                }
            },
            RedactArg::Mask => Redaction::mask(),
            RedactArg::Matches(redaction) => redaction.clone(),
        };
        options = options.redact(column, redaction);
    }
    Ok(options)
}

/// A line that is asked for has to fit in the memory.
fn long_lines(shape: &ShapeArgs, file: &FileArgs) -> Option<String> {
    let longest = shape.max_line.filter(|longest| *longest > file.memory_limit)?;
    Some(format!(
        "--max-line {longest} is more than --memory-limit {}: lower it, or raise the limit",
        file.memory_limit
    ))
}

/// The file with the declared columns, which may be a pipe: it is read once.
fn schema(shape: &ShapeArgs) -> Result<DeclaredSchema> {
    let Some(path) = &shape.schema else { return Ok(DeclaredSchema::new()) };
    let name = escape_path(path);
    let json = fs::read_to_string(path)
        .map_err(|cause| Error::io("could not read the schema", cause).in_source(&name))?;
    let schema = DeclaredSchema::from_json(&json).map_err(|error| error.in_source(&name))?;
    let unknown = shape.unknown_columns.unwrap_or(schema.unknown_columns);
    Ok(schema.unknown_columns(unknown))
}

fn prefixes(list: &str) -> Vec<String> {
    match list {
        "none" => Vec::new(),
        "telemetry" => TELEMETRY_PREFIXES.map(str::to_owned).to_vec(),
        list => list.split(',').map(str::to_owned).collect(),
    }
}

fn input_options(shape: &ShapeArgs) -> InputOptions {
    let ndjson = NdjsonOptions::new()
        .max_line_bytes(shape.max_line.map(bytes))
        .max_depth(shape.max_depth)
        .nested(match shape.nested {
            NestedArg::Flatten => Nested::Flatten,
            NestedArg::Json => Nested::Json,
        });
    shape.input.options(shape.assume_timezone.as_deref()).ndjson(ndjson)
}
