//! The command line: words only.

use std::ffi::OsString;
use std::path::PathBuf;

use bucksaw::limits::{
    DEFAULT_CHUNK_ROWS, DEFAULT_MAX_COLUMNS, DEFAULT_MAX_DEPTH, DEFAULT_MEMORY_LIMIT,
    DEFAULT_ROW_GROUP_BYTES, DEFAULT_ROW_GROUP_ROWS, DEFAULT_SETTLING_ROWS,
};
use bucksaw::{
    BackendKind, Compression, Format, Names, Profile, SortColumn, Spelling, Statistics,
    UnknownColumns,
};
use bucksaw_inspect::Reader;
use bytesize::ByteSize;
use clap::{Arg, Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

use crate::exit;
use crate::intake::MaxRejected;
use crate::values::{ArraysArg, NumbersArg, Pointer, RedactArg, redact, time};
use crate::words::words;

/// Telemetry in, Parquet out: one pass, bounded memory, nothing lost.
#[derive(Debug, Parser)]
#[command(name = "bucksaw", version, propagate_version = true, after_help = exit::HELP)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Convert NDJSON and OTLP to Parquet
    #[command(after_help = CONVERT_EXAMPLES)]
    Convert(Box<ConvertArgs>),
    /// Show what Parquet files hold: schema, row groups, encodings, sizes, statistics, rows
    #[command(after_help = INSPECT_EXAMPLES)]
    Inspect(InspectArgs),
    /// Read inputs and print the schema that holds all of their values, for convert --schema
    #[command(after_help = SCHEMA_EXAMPLES, mut_args(only_what_schemas_depend_on))]
    Schema(Box<SchemaArgs>),
    /// Print the rows of Parquet files as NDJSON, rebuilt as they were before they became columns
    #[command(after_help = CAT_EXAMPLES)]
    Cat(CatArgs),
    /// List what readers of Parquet files would stumble over
    #[command(after_help = LINT_EXAMPLES)]
    Lint(LintArgs),
    /// Measure how fast, in how much memory and how small this machine writes Parquet
    #[command(disable_help_flag = true, after_help = MEASURE_HELP)]
    Bench {
        /// As bucksaw bench --help tells them
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
        arguments: Vec<OsString>,
    },
    /// Say how many workers a load needs, with how much memory, and what they cost
    #[command(disable_help_flag = true, after_help = MEASURE_HELP)]
    Plan {
        /// As bucksaw plan --help tells them
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
        arguments: Vec<OsString>,
    },
    /// Print a shell's completions
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the man page of bucksaw or of one of its commands, or write all of them
    Man(ManArgs),
}

#[derive(Args, Debug)]
pub(crate) struct ManArgs {
    /// The command; without one, the page of bucksaw itself
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Option<String>,
    /// Write all pages to a directory, as bucksaw.1, bucksaw-convert.1 and so on
    #[arg(long, value_name = "DIR", conflicts_with = "command", value_hint = ValueHint::DirPath)]
    pub(crate) output: Option<PathBuf>,
}

const CONVERT_EXAMPLES: &str = "\
Examples:
  bucksaw convert logs.ndjson -o logs.parquet
  bucksaw convert 'logs/*.ndjson.gz' more/ -o all.parquet --compression zstd:3
  bucksaw convert logs/ -o parquet/                one file for each input
  bucksaw convert otlp-logs.binpb -o logs.parquet
  zcat logs.gz | bucksaw convert - -o - > logs.parquet
  bucksaw convert logs.ndjson -o logs.parquet --on-error rejected.ndjson --json

Exit codes are those of bucksaw --help.";

const INSPECT_EXAMPLES: &str = "\
Examples:
  bucksaw inspect logs.parquet
  bucksaw inspect logs.parquet --rows 5
  bucksaw inspect logs.parquet --explain
  bucksaw inspect logs.parquet --schema > schema.json
  bucksaw inspect *.parquet --json | jq .rows

Exit codes are those of bucksaw --help.";

const SCHEMA_EXAMPLES: &str = "\
Examples:
  bucksaw schema logs.ndjson > schema.json
  bucksaw schema logs/ --sample 100MiB > schema.json
  bucksaw convert logs/ -o parquet/ --schema schema.json

Each column has a comment that says what its values are, and in which row the first is that does not fit.

Exit codes are those of bucksaw --help.";

/// Hides the options of files from the help of a command that writes none.
fn only_what_schemas_depend_on(arg: Arg) -> Arg {
    let is_of_files = arg.get_help_heading() == Some(FILE_HEADING);
    let is_shown = matches!(arg.get_id().as_str(), "threads" | "memory_limit");
    if is_of_files && !is_shown { arg.hide(true) } else { arg }
}

/// The names of [`Reader::ALL`].
const READERS: [&str; 11] = [
    "spark",
    "athena",
    "bigquery",
    "snowflake",
    "redshift",
    "iceberg",
    "duckdb",
    "clickhouse",
    "pyarrow",
    "polars",
    "datafusion",
];

const LINT_EXAMPLES: &str = "\
Examples:
  bucksaw lint logs.parquet
  bucksaw lint *.parquet --for spark,athena

unreadable: the file or the column can't be read; wrong: values come out as others; awkward: it takes some care. With
anything but awkward the exit code is 3.

Exit codes are those of bucksaw --help.";

const CAT_EXAMPLES: &str = "\
Examples:
  bucksaw cat logs.parquet
  bucksaw cat parquet/ --where \"level = 'error' and http_status >= 500\" --head 10
  bucksaw cat logs.parquet --columns time,level,http_status | jq .http.status

A condition compares columns, by their names in the file or their paths with dots, with values: = != < <= > >=, like 'a%'
(% for any text, _ for any sign), is null, is not null; text and times stand in quotes, names with other signs in backquotes; and,
or, not and parentheses put conditions together.

Rows have the values that they had, in the columns' order. Members that were null are not there. Times are in UTC; declared ones
that count from 1970 are such numbers, or texts, again (in the fewest digits) where all of a column's were alike. Bytes that were
declared are spelled as they were, in lower case. Where a column of text held texts and other values, these are told apart, for which
the column is read once before: unless a text is spelled as another value is, as \"5\" beside 5. Then all come back as text, which is
told, and there is no way to know.

Exit codes are those of bucksaw --help.";

const MEASURE_HELP: &str = "\
This is a program of its own, bucksaw-bench: cargo install --path crates/bucksaw-bench";

/// What becomes of nested objects.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum NestedArg {
    /// Their members become columns named by their path
    #[default]
    Flatten,
    /// They are kept as JSON text
    Json,
}

/// What becomes of text that is a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TimestampsArg {
    /// Columns that hold nothing else become timestamps
    #[default]
    Auto,
    /// It stays text
    None,
}

/// What timestamps are stored in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum UnitArg {
    /// Microseconds
    #[default]
    Us,
    /// Nanoseconds
    Ns,
}

#[derive(Args, Debug)]
pub(crate) struct ConvertArgs {
    /// Files, globs, directories, or - for standard input: NDJSON or OTLP, plain, gzip or zstd
    ///
    /// Directories are searched to the bottom for regular files that end in .ndjson, .jsonl, .json,
    /// .log or .binpb, in capitals too, with what rotation adds (app.log.1, app.log-20261128), and with .gz, .zst or
    /// .zstd behind; links to directories are not followed. Files of other names are left out and told,
    /// hidden files are left out; so is what --on-error wrote (a file with FILE.reasons.ndjson beside it,
    /// and these reasons), unless it is named. A file is read once, however often it is named or linked.
    #[arg(required = true, value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub(crate) inputs: Vec<OsString>,
    /// The Parquet file, a directory (ending in / or there already) for one file per input, or - for
    /// standard output. In a directory files keep the folders that their inputs have below the directory, or
    /// the glob's first wildcard, that they were found by. All files of a run appear together at its end, or none; devices and pipes get
    /// their bytes as they come, as standard output does
    #[arg(short, long, value_name = "FILE|DIR/|-", value_hint = ValueHint::AnyPath)]
    pub(crate) output: OsString,
    /// Replace files that exist; the new ones have their permissions, and belong to who runs this
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Leave out inputs whose Parquet file exists. The others get columns of the same types
    #[arg(long, conflicts_with = "overwrite")]
    pub(crate) skip_existing: bool,
    /// With -o DIR/: where an input can't be converted, go on with the others. Their files appear together
    /// at the end, none of the failed ones does, and the exit code is 5; with --skip-existing another run
    /// does what is left
    #[arg(long)]
    pub(crate) keep_going: bool,
    /// What becomes of malformed and refused lines: fail, skip, or a file that they are kept in
    /// unchanged, whose name has a dot or a slash, with the reasons in FILE.reasons.ndjson. Both appear with the output: not where it
    /// fails, nor where the reader of standard output goes away before its end. Without bad lines there
    /// is none, or with --overwrite an empty one in place of an old one
    #[arg(long, value_name = "fail|skip|FILE", default_value = "fail", value_hint = ValueHint::FilePath)]
    pub(crate) on_error: OsString,
    /// How many lines may be rejected: a number, or a part of all lines, which is looked at from 1,000 lines on and at
    /// the end. Beyond it the run fails, with the first reasons, and no file is written. [default: all but one]
    #[arg(long, value_name = "N|P%")]
    pub(crate) max_rejected: Option<MaxRejected>,
    /// Read all inputs twice: first for the schema of all of their rows, so that all files have the same columns, with
    /// types that hold all values that a type can hold; then to convert them, up to where they ended the first time
    #[arg(long, conflicts_with = "keep_going")]
    pub(crate) scan: bool,
    /// A schema that runs have in common: read before, where the file is there, and grown by the columns that this run
    /// found before its files appear. Where two runs at once settle one column differently, the later one is refused
    #[arg(long, value_name = "FILE")]
    pub(crate) schema_state: Option<PathBuf>,
    /// Print the report as JSON on standard output; where the run fails, {"error": {"kind": …, "message": …, "exit_code": …,
    /// "file": …, "position": {"line": …, …}}}
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress bar and no summary
    #[arg(short, long)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) shape: ShapeArgs,
    #[command(flatten)]
    pub(crate) file: FileArgs,
}

/// How lines become rows.
#[derive(Args, Debug)]
#[command(next_help_heading = "Rows and columns")]
pub(crate) struct ShapeArgs {
    /// What inputs are: ndjson; or otlp-logs, otlp-traces or otlp-metrics, protobuf messages, one, several one after the other, or
    /// each behind its length in four bytes. auto takes what is surely messages of one of these for that, and everything
    /// else for NDJSON
    #[arg(
        long,
        default_value_t,
        value_parser = words::<Format>(&["auto", "ndjson", "otlp-logs", "otlp-traces", "otlp-metrics"]),
        hide_possible_values = true
    )]
    pub(crate) format: Format,
    /// Columns known beforehand: {"columns": [{"name": "a", "type": "int64"}, …]};
    /// types: bool, int32, int64, uint64, float, double, text, json, bytes, bytes(base64), bytes(hex), timestamp,
    /// timestamp(ms), timestamp(ns), date, decimal(DIGITS,SCALE), uuid, fixed(BYTES), and list<…> of one of these,
    /// which takes JSON arrays. Values are read from every exact spelling, "1.5" and "true" as 1.5 and true. "input" says
    /// how times are spelled, as --time does. A declared column is in the file whether or not a line has it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) schema: Option<PathBuf>,
    /// What to do with columns that the schema does not have: add them; keep their values, and those that a declared
    /// column can't hold, in the column _rest; or refuse their lines
    #[arg(
        long,
        requires = "schema",
        value_name = "add|rest|refuse",
        value_parser = words::<UnknownColumns>(&["add", "rest", "refuse"]),
        hide_possible_values = true
    )]
    pub(crate) unknown_columns: Option<UnknownColumns>,
    /// Refuse lines that can't be stored in the shape that they came in
    #[arg(long)]
    pub(crate) strict: bool,
    /// Columns whose name starts with one of these hold text: a list with commas, `telemetry` for
    /// resource_,scope_,attr_,metric_, or none
    #[arg(
        long,
        value_name = "LIST|telemetry|none",
        default_value = "none",
        value_parser = words::<String>(&["telemetry", "none"]),
        hide_possible_values = true
    )]
    pub(crate) string_prefixes: String,
    /// Rows from a column's first value on whose values say what its type is; 0: the first value does, as with
    /// --strict. Fewer where the row group ends before, or waiting values take an eighth of the memory limit
    #[arg(long, value_name = "ROWS", default_value_t = DEFAULT_SETTLING_ROWS)]
    pub(crate) settling_rows: usize,
    /// Whether columns of text in which every value of the first rows is a time with a zone (RFC 3339) become
    /// timestamps, in UTC
    #[arg(long, value_enum, default_value_t)]
    pub(crate) timestamps: TimestampsArg,
    /// What timestamps from text are stored in: us, microseconds, with further digits in NAME__ns; or ns, nanoseconds,
    /// which Spark refuses
    #[arg(long, value_enum, default_value_t)]
    pub(crate) timestamp_unit: UnitArg,
    /// What becomes of numbers with more digits than a double, in columns of doubles
    #[arg(long, value_enum, default_value_t)]
    pub(crate) numbers: NumbersArg,
    /// A member that is kept as JSON text in one column, whatever its value, such as an object whose names are data:
    /// its JSON Pointer, as /request/headers; may be given several times
    #[arg(long, value_name = "POINTER")]
    pub(crate) json_column: Vec<Pointer>,
    /// What becomes of arrays in columns that are not declared
    #[arg(long, value_enum, default_value_t)]
    pub(crate) arrays: ArraysArg,
    /// A column of times, and how lines spell them: rfc3339 (unless told), epoch_s, epoch_ms, epoch_us, epoch_ns, as
    /// numbers or text, or a format like %d/%b/%Y:%H:%M:%S %z; may be given several times. A column's name may have colons
    /// itself, where INPUT is given
    #[arg(long, value_name = "COLUMN[:INPUT]", value_parser = time)]
    pub(crate) time: Vec<(String, Spelling)>,
    /// The time zone of times in declared columns that say none, such as Europe/Berlin or UTC
    #[arg(long, value_name = "ZONE")]
    pub(crate) assume_timezone: Option<String>,
    /// Do not read text in declared int32, int64 and uint64 columns as integers
    #[arg(long)]
    pub(crate) no_int64_from_text: bool,
    /// What becomes of nested objects
    #[arg(long, value_enum, default_value_t)]
    pub(crate) nested: NestedArg,
    /// How columns are called: sql, the names of objects and members with _ between them, and _ for every character
    /// that would need quotes (a name of another script is as many _; the file keeps the path, and dotted the name);
    /// lower, the same in lower case; or dotted, as they are, with dots between them
    #[arg(
        long,
        value_name = "sql|lower|dotted",
        default_value_t,
        value_parser = words::<Names>(&["sql", "lower", "dotted"]),
        hide_possible_values = true
    )]
    pub(crate) names: Names,
    /// Readers that the files are for: names, units, types and codecs are what these take, and what they can't take is an
    /// error. spark, athena, bigquery, snowflake, redshift, iceberg, duckdb, clickhouse, pyarrow, polars, datafusion
    #[arg(
        long = "for",
        value_name = "READER[,…]",
        value_delimiter = ',',
        value_parser = words::<Reader>(&READERS),
        hide_possible_values = true
    )]
    pub(crate) readers: Vec<Reader>,
    /// Levels of objects that become columns, 64 at the most
    #[arg(long, value_name = "LEVELS", default_value_t = DEFAULT_MAX_DEPTH)]
    pub(crate) max_depth: usize,
    /// Keep these columns only, named as in the file or by their paths with dots; of an object, its members
    #[arg(long, value_name = "COLUMN[,…]", value_delimiter = ',')]
    pub(crate) select: Vec<String>,
    /// Leave these columns out, named likewise
    #[arg(long, value_name = "COLUMN[,…]", value_delimiter = ',')]
    pub(crate) drop: Vec<String>,
    /// Call a column otherwise; may be given several times
    #[arg(long, value_name = "COLUMN=NAME", value_parser = renaming)]
    pub(crate) rename: Vec<(String, String)>,
    /// Store something else in place of a column's values, before anything is done with them: a keyed hash, *** (mask), or *** where a
    /// regular expression matches, or its groups do; may be given several times
    #[arg(long, value_name = "COLUMN=hash|mask|REGEX", value_parser = redact)]
    pub(crate) redact: Vec<(String, RedactArg)>,
    /// The file with the key of hashes, 16 bytes or more; the same key, the same hashes
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) redact_key: Option<PathBuf>,
    /// Add the columns source_file and source_line, which say where rows come from
    #[arg(long)]
    pub(crate) source_columns: bool,
    /// Columns in one file; the rest is kept in the column _rest
    #[arg(long, value_name = "COLUMNS", default_value_t = DEFAULT_MAX_COLUMNS)]
    pub(crate) max_columns: usize,
    /// The longest line; longer ones are rejected [default: a quarter of the memory limit, 16 MiB at the most]
    #[arg(long, value_name = "SIZE")]
    pub(crate) max_line: Option<ByteSize>,
    /// An int32, int64 or timestamp column whose earliest and latest value are in the report of --json
    #[arg(long, value_name = "COLUMN")]
    pub(crate) timestamp_column: Option<String>,
}

/// What the options of files stand below in the help.
const FILE_HEADING: &str = "The Parquet file";

/// How the file is written.
#[derive(Args, Debug)]
#[command(next_help_heading = FILE_HEADING)]
pub(crate) struct FileArgs {
    /// What encodes: direct, which takes columns at any time, or arrow
    #[arg(
        long,
        default_value_t,
        value_parser = words::<BackendKind>(&["direct", "arrow"]),
        hide_possible_values = true
    )]
    pub(crate) backend: BackendKind,
    /// What the direct backend may use: portable, which every reader knows, or modern, smaller and faster
    #[arg(
        long,
        value_name = "portable|modern",
        default_value_t,
        value_parser = words::<Profile>(&["portable", "modern"]),
        hide_possible_values = true
    )]
    pub(crate) profile: Profile,
    /// zstd, zstd:1 to zstd:22, gzip, gzip:0 to gzip:9, snappy, lz4 or none
    #[arg(
        long,
        value_name = "CODEC[:LEVEL]",
        default_value = "zstd:1",
        value_parser = words::<Compression>(&["zstd", "gzip", "snappy", "lz4", "none"]),
        hide_possible_values = true
    )]
    pub(crate) compression: Compression,
    /// Bytes that everything between input and output may hold together. 64MiB carry 2,048 columns, 8MiB 136, and
    /// each 30KiB one more; the rest is kept in the column _rest
    #[arg(long, value_name = "SIZE", default_value_t = ByteSize(DEFAULT_MEMORY_LIMIT as u64))]
    pub(crate) memory_limit: ByteSize,
    /// Threads that parse and encode side by side, no more than there are cores, and 256 at the most; the file is
    /// the same for any number [default: all cores]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// How many cores there are said to be, for tests of more threads than that
    #[arg(long, hide = true)]
    pub(crate) cores: Option<usize>,
    /// Rows in one row group, at the most
    #[arg(long, value_name = "ROWS", default_value_t = DEFAULT_ROW_GROUP_ROWS)]
    pub(crate) row_group_rows: usize,
    /// Encoded size of one row group, about, at the most
    #[arg(long, value_name = "SIZE", default_value_t = ByteSize(DEFAULT_ROW_GROUP_BYTES as u64))]
    pub(crate) row_group_bytes: ByteSize,
    /// Rows in one record batch of the arrow backend
    #[arg(long, value_name = "ROWS", default_value_t = DEFAULT_CHUNK_ROWS)]
    pub(crate) chunk_rows: usize,
    /// Size of a page before compression, about [default: 1 MiB, and less in files of more than 100 columns]
    #[arg(long, value_name = "SIZE")]
    pub(crate) page_size: Option<ByteSize>,
    /// Dictionaries: on, off, or COLUMN=on, COLUMN=off for one column; may be given several times
    #[arg(
        long,
        value_name = "[COLUMN=]on|off",
        value_parser = words::<String>(&["on", "off"]),
        hide_possible_values = true
    )]
    pub(crate) dictionary: Vec<String>,
    /// Columns that get bloom filters, for readers that look for one value of many, like ids; may be
    /// given several times
    #[arg(long, value_name = "COLUMN[,…]", value_delimiter = ',')]
    pub(crate) bloom_filter: Vec<String>,
    /// The order that rows come in; row groups of which it is true say so, and the report tells which
    /// do not
    #[arg(long, value_name = "COLUMN[:desc][:nulls-first][,…]", value_delimiter = ',')]
    pub(crate) sorted_by: Vec<SortColumn>,
    /// What is written down about values: none, chunk or page
    #[arg(
        long,
        value_name = "none|chunk|page",
        default_value = "page",
        value_parser = words::<Statistics>(&["none", "chunk", "page"]),
        hide_possible_values = true
    )]
    pub(crate) statistics: Statistics,
    /// Where unfinished files are staged, instead of beside their target
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) temp_dir: Option<PathBuf>,
}

/// What to show of which files.
#[derive(Args, Clone, Debug)]
pub(crate) struct InspectArgs {
    /// The Parquet files
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,

    /// Write JSON: one document per file, or with --rows one row per line; and a last one with the member error, where
    /// something fails
    #[arg(long)]
    pub(crate) json: bool,

    /// Show instead why columns have their encodings: what their values, read back, take in each. First, what the modern
    /// profile and declared types would save
    #[arg(long, conflicts_with = "rows")]
    pub(crate) explain: bool,

    /// Print instead a schema file that declares the columns, for convert --schema
    #[arg(long, conflicts_with_all = ["rows", "explain"])]
    pub(crate) schema: bool,

    /// Show the first N rows instead of the description
    #[arg(long, value_name = "N")]
    pub(crate) rows: Option<u64>,
}

/// Which rows to print of which files.
#[derive(Args, Clone, Debug)]
pub(crate) struct CatArgs {
    /// Parquet files, and directories, which are searched to the bottom for files that end in .parquet
    #[arg(required = true, value_name = "FILE|DIR", value_hint = ValueHint::AnyPath)]
    pub(crate) files: Vec<PathBuf>,

    /// These columns only, by their names in the file or by their paths with dots
    #[arg(long, value_name = "COLUMN[,…]", value_delimiter = ',')]
    pub(crate) columns: Option<Vec<String>>,

    /// Rows of which this is true only, as in "level = 'error' and status >= 500"
    #[arg(long = "where", value_name = "CONDITION")]
    pub(crate) filter: Option<String>,

    /// So many rows at the most, of all files together
    #[arg(long, value_name = "N")]
    pub(crate) head: Option<u64>,
}

/// Which inputs' schema to print.
#[derive(Args, Debug)]
pub(crate) struct SchemaArgs {
    /// Files, globs, directories, or - for standard input, as for convert
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<OsString>,
    /// Read so much of all inputs together, about, after decompression, and of each its share
    #[arg(long, value_name = "SIZE")]
    pub(crate) sample: Option<ByteSize>,
    /// No progress bar and no summary
    #[arg(short, long)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) shape: ShapeArgs,
    #[command(flatten)]
    pub(crate) file: FileArgs,
}

/// A column, and what it is to be called.
fn renaming(text: &str) -> Result<(String, String), String> {
    match text.rsplit_once('=') {
        Some((column, name)) if !column.is_empty() && !name.is_empty() => {
            Ok((column.to_owned(), name.to_owned()))
        }
        _ => Err("it is COLUMN=NAME".to_owned()),
    }
}

/// Which files to look at, for which readers.
#[derive(Args, Clone, Debug)]
pub(crate) struct LintArgs {
    /// Parquet files, and directories, which are searched to the bottom for files that end in .parquet
    #[arg(required = true, value_name = "FILE|DIR")]
    pub(crate) files: Vec<PathBuf>,
    /// Readers, of spark, athena, bigquery, snowflake, redshift, iceberg, duckdb, clickhouse, pyarrow, polars, datafusion [default: all, without what is
    /// awkward in one of them only]
    #[arg(
        long = "for",
        value_name = "READER[,…]",
        value_delimiter = ',',
        value_parser = words::<Reader>(&READERS),
        hide_possible_values = true
    )]
    pub(crate) readers: Vec<Reader>,
    /// Print a line of JSON for each file, and a last one with the member error, where something fails
    #[arg(long)]
    pub(crate) json: bool,
}
