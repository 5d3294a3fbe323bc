//! The words of `bucksaw bench` and `bucksaw plan`.

pub(crate) mod values;

use std::path::PathBuf;

use bucksaw_cli::exit;
use bytesize::ByteSize;
use clap::{Args, Parser, Subcommand};

use self::values::{Count, DEFAULT_CALL_ROWS, DEFAULT_PRICE, DEFAULT_ROUNDS, Given};

const BENCH_EXAMPLES: &str = "\
Examples:
  bucksaw bench
  bucksaw bench --workload realistic --rows 10K,100K --rounds 3 --html report.html
  bucksaw bench --input logs.ndjson --json > bench.json
  bucksaw bench --memory-cap 2276MiB --allocators

Exit codes are those of bucksaw --help.";

const PLAN_EXAMPLES: &str = "\
Examples:
  bucksaw plan bench.json --target-rows 1M --price 50
  bucksaw plan bench.json --target-bytes 5TB --row-bytes 850 --worker-cores 4 --price 120 --headroom 30
  bucksaw plan --given go-parquet=55960,2.5GiB --given arrow=93113,2.5GiB
  bucksaw plan --json                              measures first, for some seconds

Exit codes are those of bucksaw --help.";

/// Measure how Parquet is written, and plan hardware by that.
#[derive(Debug, Parser)]
#[command(name = "bucksaw-bench", bin_name = "bucksaw", version, propagate_version = true, after_help = exit::HELP)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Measure how fast, in how much memory and how small this machine writes Parquet
    #[command(after_help = BENCH_EXAMPLES)]
    Bench(Box<BenchArgs>),
    /// Measures for `bench`, which starts it
    #[command(hide = true)]
    BenchWorker,
    /// Say how many workers a load needs, with how much memory, and what they cost
    #[command(after_help = PLAN_EXAMPLES)]
    Plan(PlanArgs),
}

/// What to measure, and how.
#[derive(Args, Debug)]
pub(crate) struct BenchArgs {
    /// Rows in a file, a list; each size is a run of its own [default: 10K,25K,50K,100K,200K,400K, and of
    /// small52 900]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) rows: Vec<Count>,
    /// The rows: synth40 (the reference), small52 or realistic
    #[arg(long, value_name = "NAME", default_value = "synth40")]
    pub(crate) workload: String,
    /// Rows of your own: NDJSON, plain, gzip or zstd, read into memory before the clock starts
    #[arg(long, value_name = "FILE", conflicts_with = "workload")]
    pub(crate) input: Option<PathBuf>,
    /// What is measured, a list of direct, modern, arrow and buffered
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        default_value = "direct,modern,arrow,buffered"
    )]
    pub(crate) backends: Vec<String>,
    /// Rounds; a figure is the median of its rounds
    #[arg(long, value_name = "N", default_value_t = DEFAULT_ROUNDS)]
    pub(crate) rounds: usize,
    /// Cores that a run is pinned to, and threads that it has
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) cores: usize,
    /// Rows that are given to a writer in one call
    #[arg(long, value_name = "ROWS", default_value_t = Count(DEFAULT_CALL_ROWS))]
    pub(crate) call_rows: Count,
    /// Memory that a measured process may have, its rows included; the system refuses more
    #[arg(long, value_name = "SIZE")]
    pub(crate) memory_cap: Option<ByteSize>,
    /// Compare the system's allocator, mimalloc and jemalloc too; needs an installation with
    /// --features allocators
    #[arg(long)]
    pub(crate) allocators: bool,
    /// Print everything that was measured as JSON on standard output, instead of tables
    #[arg(long)]
    pub(crate) json: bool,
    /// Write a page with plots and tables, whole in itself
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Replace the page if it exists
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// No progress bar
    #[arg(short, long)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) sizing: SizingArgs,
}

/// What has to be written, and by what kind of worker.
#[derive(Args, Debug)]
#[command(next_help_heading = "Hardware sizing")]
pub(crate) struct SizingArgs {
    /// Rows to write in a second [default: 1M]
    #[arg(long, value_name = "ROWS", conflicts_with = "target_bytes")]
    pub(crate) target_rows: Option<Count>,
    /// Bytes of rows to write in a day, in the form that they come in
    #[arg(long, value_name = "SIZE")]
    pub(crate) target_bytes: Option<ByteSize>,
    /// Bytes of one row, in the form that it comes in [default: as measured, as NDJSON]
    #[arg(long, value_name = "BYTES")]
    pub(crate) row_bytes: Option<f64>,
    /// Cores of one worker
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) worker_cores: usize,
    /// What one worker costs in a month
    #[arg(long, value_name = "MONEY", default_value_t = DEFAULT_PRICE)]
    pub(crate) price: f64,
    /// Part of each worker's time and memory that stays free, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 0.0)]
    pub(crate) headroom: f64,
}

/// Where the throughput comes from.
#[derive(Args, Debug)]
pub(crate) struct PlanArgs {
    /// What `bucksaw bench --json` printed; without it and without --given, some seconds are measured
    #[arg(value_name = "BENCH.JSON", conflicts_with = "given")]
    pub(crate) bench: Option<PathBuf>,
    /// Rows in a second on one core, and the memory that this takes; may be given several times
    #[arg(long, value_name = "NAME=ROWS[,SIZE]")]
    pub(crate) given: Vec<Given>,
    #[command(flatten)]
    pub(crate) sizing: SizingArgs,
    /// Print the plan as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress bar
    #[arg(short, long)]
    pub(crate) quiet: bool,
}
