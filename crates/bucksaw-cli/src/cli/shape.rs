//! How lines become rows: options of all commands that read inputs.

use std::path::PathBuf;

use bucksaw::limits::{DEFAULT_MAX_COLUMNS, DEFAULT_MAX_DEPTH, DEFAULT_SETTLING_ROWS};
use bucksaw::{Names, Signal, Spelling, UnknownColumns};
use bucksaw_inspect::Reader;
use bytesize::ByteSize;
use clap::{Args, ValueEnum, ValueHint};

use super::{InputArgs, READERS};
use crate::values::{
    ArraysArg, LoneSurrogatesArg, NumbersArg, Pointer, RecordPath, RedactArg, redact, time,
};
use crate::words::words;

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

/// What rows are counted as.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SignalArg {
    /// Log records
    Logs,
    /// Data points
    Metrics,
    /// Spans
    Traces,
}

impl From<SignalArg> for Signal {
    fn from(signal: SignalArg) -> Self {
        match signal {
            SignalArg::Logs => Self::Logs,
            SignalArg::Metrics => Self::Metrics,
            SignalArg::Traces => Self::Traces,
        }
    }
}

/// How lines become rows.
#[derive(Args, Debug)]
#[command(next_help_heading = "Rows and columns")]
pub(crate) struct ShapeArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Columns known beforehand: {"columns": [{"name": "a", "type": "int64"}, …]};
    /// types: bool, int8 to int64, uint8 to uint64, float, double, text, json, bytes, bytes(base64), bytes(hex), timestamp,
    /// timestamp(ms), timestamp(ns), timestamp_local and time of the same units, date, decimal(DIGITS,SCALE), uuid, fixed(BYTES), map<text,text>, which takes JSON
    /// objects, their members' values as text, and list<…> of one of these, which takes JSON arrays. Values are read from every exact spelling, "1.5" and "true" as 1.5 and true. "input" says
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
    /// A column of text that is read as JSON where it is an object, as Docker's log: members become columns below it, such as log_level.
    /// Names with dots between them, or a JSON Pointer; may be given several times
    #[arg(long, value_name = "PATH")]
    pub(crate) parse_json: Vec<RecordPath>,
    /// Take NaN, Infinity and -Infinity in JSON, which has no such numbers, as Python's json and others write them: as doubles. Without it
    /// such records are rejected
    #[arg(long)]
    pub(crate) allow_nan: bool,
    /// What becomes of records whose JSON has half of a surrogate pair, as "\ud83d" where UTF-16 was cut: they are rejected, or the half is
    /// replaced by U+FFFD
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "reject|replace",
        hide_possible_values = true
    )]
    pub(crate) lone_surrogates: LoneSurrogatesArg,
    /// What becomes of arrays in columns that are not declared
    #[arg(long, value_enum, default_value_t)]
    pub(crate) arrays: ArraysArg,
    /// A column of times, and how lines spell them: rfc3339 (unless told), epoch_s, epoch_ms, epoch_us, epoch_ns, as
    /// numbers or text, or a format like %d/%b/%Y:%H:%M:%S %z; may be given several times. A column's name may have colons
    /// itself, where INPUT is given
    #[arg(long, value_name = "COLUMN[:INPUT]", value_parser = time)]
    pub(crate) time: Vec<(String, Spelling)>,
    /// The time zone of times in declared columns, and in syslog, that say none, such as Europe/Berlin or UTC
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
    /// Add the column fingerprint: a number that log messages of one template have in common, which differ in numbers, ids and quoted text
    /// only. Of the first of body, Body, message, MESSAGE, msg and log that a row has, or of the column that is named
    #[arg(
        long,
        value_name = "COLUMN",
        num_args = 0..=1,
        require_equals = true
    )]
    pub(crate) fingerprint: Option<Option<String>>,
    /// Columns in one file; the rest is kept in the column _rest
    #[arg(long, value_name = "COLUMNS", default_value_t = DEFAULT_MAX_COLUMNS)]
    pub(crate) max_columns: usize,
    /// The longest line; longer ones are rejected [default: a quarter of the memory limit, 16 MiB at the most]
    #[arg(long, value_name = "SIZE")]
    pub(crate) max_line: Option<ByteSize>,
    /// An int32, int64 or timestamp column whose earliest and latest value are in the report of --json
    #[arg(long, value_name = "COLUMN")]
    pub(crate) timestamp_column: Option<String>,
    /// Count rows as logs (records by time, level and stream), metrics or traces, in the report of
    /// --json and in the file, where `inspect` shows it. OTLP's rows are counted as what they are in any case, but for messages
    #[arg(
        long,
        value_enum,
        value_name = "SIGNAL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "logs"
    )]
    pub(crate) signal_stats: Option<SignalArg>,
    /// The stream field of logs in these counts [default: service_name, or what else the service is called]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) stream_column: Option<String>,
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
