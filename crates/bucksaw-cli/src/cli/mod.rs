//! The command line: words only.

mod dataset;
mod examples;
mod file;
mod input;
mod shape;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use bucksaw::FileName;
use bucksaw::limits::{DEFAULT_FILE_NAME, DEFAULT_TARGET_BYTES};
use bucksaw_inspect::Reader;
use bytesize::ByteSize;
use clap::{Arg, Args, Parser, Subcommand, ValueHint};
use clap_complete::Shell;

pub(crate) use self::dataset::{DatasetArgs, OnInterrupt};
use self::examples::{
    CAT_EXAMPLES, COMPACT_EXAMPLES, CONVERT_EXAMPLES, EXPIRE_EXAMPLES, INSPECT_EXAMPLES,
    LINT_EXAMPLES, LS_EXAMPLES, MEASURE_HELP, REPAIR_EXAMPLES, SCHEMA_EXAMPLES, VERIFY_EXAMPLES,
};
use self::file::FILE_HEADING;
pub(crate) use self::file::FileArgs;
pub(crate) use self::input::InputArgs;
pub(crate) use self::shape::{NestedArg, ShapeArgs, TimestampsArg, UnitArg};
use crate::exit;
use crate::intake::MaxRejected;
use crate::values::duration;
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
    /// Convert NDJSON, CSV and OTLP to Parquet
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
    /// Decode every page of Parquet files, and hold what they say against it; and datasets against their manifests
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify(VerifyArgs),
    /// List the files of datasets, with their rows, sizes and times
    #[command(after_help = LS_EXAMPLES)]
    Ls(LsArgs),
    /// Remove the files of datasets whose rows are all too old
    #[command(after_help = EXPIRE_EXAMPLES)]
    Expire(ExpireArgs),
    /// Make the manifest of datasets again, from their files, where it is damaged or lost
    #[command(after_help = REPAIR_EXAMPLES)]
    Repair(RepairArgs),
    /// Merge the small files of datasets, each folder's, into large ones
    #[command(after_help = COMPACT_EXAMPLES)]
    Compact(Box<CompactArgs>),
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

#[derive(Args, Debug)]
pub(crate) struct ConvertArgs {
    /// Files, globs, directories, or - for standard input: NDJSON, CSV or OTLP, plain, gzip or zstd
    ///
    /// Directories are searched to the bottom for regular files that end in .ndjson, .jsonl, .json,
    /// .log, .csv, .tsv or .binpb, in capitals too, with what rotation adds (app.log.1, app.log-20261128), and with .gz, .zst or
    /// .zstd behind; links to directories are not followed. Files of other names are left out and told,
    /// hidden files are left out; so is what --on-error wrote (a file with FILE.reasons.ndjson beside it,
    /// and these reasons), unless it is named. A file is read once, however often it is named or linked.
    #[arg(required = true, value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub(crate) inputs: Vec<OsString>,
    /// The Parquet file, a directory (ending in / or there already) for one file per input, or - for
    /// standard output. In a directory files keep the folders that their inputs have below the directory, or
    /// the glob's first wildcard, that they were found by; those of OTLP are in logs/, traces/ and metrics/ there. All files of a run appear together at its end, or none; devices and pipes get
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
    /// Read each file back before it appears: every page is decoded, and each column's values have to be those that were written, row by row. A file that is
    /// otherwise does not appear
    #[arg(long)]
    pub(crate) verify: bool,
    /// A schema that runs have in common: read before, where the file is there, and grown by the columns that this run
    /// finds, as soon as it has found them. Where two runs at once settle one column differently, the later one is refused
    #[arg(long, value_name = "FILE")]
    pub(crate) schema_state: Option<PathBuf>,
    /// Print the report as JSON on standard output, and before it a line for each file of a dataset as soon as it is there; where the
    /// run fails, a last line {"error": {"kind": …, "message": …, "exit_code": …, "file": …, "position": {"line": …, …}}}
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress bar and no summary
    #[arg(short, long)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) shape: ShapeArgs,
    #[command(flatten)]
    pub(crate) file: FileArgs,
    #[command(flatten)]
    pub(crate) dataset: DatasetArgs,
}

/// What to show of which files.
#[derive(Args, Clone, Debug)]
pub(crate) struct InspectArgs {
    /// The Parquet files; of a folder, those in it and below, but datasets as a whole, from their manifests, unless --rows, --explain or
    /// --schema ask for the files
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

#[derive(Args, Debug)]
pub(crate) struct VerifyArgs {
    /// Parquet files, and directories, which are searched to the bottom for files that end in .parquet, and for datasets
    #[arg(required = true, value_name = "FILE|DIR", value_hint = ValueHint::AnyPath)]
    pub(crate) files: Vec<PathBuf>,
    /// Print a line of JSON for each file that can be opened and each dataset, and a last one with the member error, where
    /// something is wrong
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which datasets to list.
#[derive(Args, Debug)]
pub(crate) struct LsArgs {
    /// Folders that datasets are in, as convert writes them with --dataset; or that have such folders
    #[arg(required = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) datasets: Vec<PathBuf>,
    /// Print a line of JSON for each file
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which files to remove.
#[derive(Args, Debug)]
pub(crate) struct ExpireArgs {
    /// Folders that datasets are in
    #[arg(required = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) datasets: Vec<PathBuf>,
    /// How long ago the last moment of a file is, at the least: 36h, 30d. Its rows without one go with it
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) older_than: Duration,
    /// The column whose moments count [default: the first of timestamps that a file has]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) timestamp_column: Option<String>,
    /// Only list the files that would be removed
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// A line of JSON for each file, as ls has it
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which manifests to make again.
#[derive(Args, Debug)]
pub(crate) struct RepairArgs {
    /// Folders that datasets are in
    #[arg(required = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) datasets: Vec<PathBuf>,
    /// Only say what would be done
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print a document of JSON for each dataset
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which files to merge.
#[derive(Args, Debug)]
pub(crate) struct CompactArgs {
    /// Folders that datasets are in
    #[arg(required = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) datasets: Vec<PathBuf>,
    /// Size of the new files, about; files of less than half of it are small
    #[arg(long, value_name = "SIZE", default_value_t = ByteSize(DEFAULT_TARGET_BYTES))]
    pub(crate) target_size: ByteSize,
    /// Only files whose last moment is so long ago, or which themselves are so old: 1h, 2d [default: all]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) older_than: Option<Duration>,
    /// The column whose moments count [default: the first of timestamps that a file has]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) timestamp_column: Option<String>,
    /// What new files are called, as convert has it
    #[arg(long, value_name = "NAME", default_value = DEFAULT_FILE_NAME)]
    pub(crate) name: FileName,
    /// Settle columns' types again also where that writes files anew that are not small, or not old enough
    #[arg(long)]
    pub(crate) settle_types: bool,
    /// Only list what would be merged
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print a line of JSON for each folder, with its old and new files, and for each column whose values say another type; where it
    /// fails, as convert does
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) file: FileArgs,
}
