//! How a dataset's files are cut and called.

use std::time::Duration;

use bucksaw::FileName;
use bucksaw::limits::DEFAULT_FILE_NAME;
use bytesize::ByteSize;
use clap::{Args, ValueEnum};

use crate::values::{PartitionKeys, SortKeys, duration, partition_keys, sort_keys};
use crate::words::words;

/// Many files of one table.
#[derive(Args, Debug)]
#[command(next_help_heading = "Datasets: many files, one table, in -o DIR/")]
pub(crate) struct DatasetArgs {
    /// All inputs' rows as one table, in as many files as the other options here want, beside those that are there already:
    /// with -o DIR/. Each of these options means it
    #[arg(long)]
    pub(crate) dataset: bool,
    /// Folders that rows go into, NAME=VALUE within NAME=VALUE as Hive has them: columns, whose values then stand in the folders'
    /// names only, and functions as --cluster has them, under their own name or another, as in day(time)/service_name and
    /// date=day(time)
    #[arg(long, value_name = "[NAME=]KEY[/…]", value_parser = partition_keys)]
    pub(crate) partition: Option<PartitionKeys>,
    /// Size of a file, about
    #[arg(long, value_name = "SIZE")]
    pub(crate) roll_size: Option<ByteSize>,
    /// Rows in a file, at the most
    #[arg(long, value_name = "ROWS")]
    pub(crate) roll_rows: Option<u64>,
    /// How long a file takes rows, from its first one on, until it is published: 90s, 5m, 2h. Rows that --sort and --partition put in
    /// order are put so in each such time by itself
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) roll_age: Option<Duration>,
    /// Rows that follow each other and have equal keys stay in one file, whatever its limits are. A key that comes again
    /// later is an error
    #[arg(long, value_name = "KEY[,…]", value_parser = sort_keys)]
    pub(crate) keep_together: Option<SortKeys>,
    /// What files are called: text and, in braces, partition (the folders), first_time and last_time (of --timestamp-column, or the
    /// first column of times), seq (the file's number) and id (a hash of its bytes). It begins with
    /// {partition}/ where there are folders, has {seq} and ends in .parquet
    #[arg(
        long,
        value_name = "NAME",
        default_value = DEFAULT_FILE_NAME,
        value_parser = words::<FileName>(&[]),
    )]
    pub(crate) name: FileName,
    /// What a first signal, as Ctrl-C, does with rows that are not in a published file: publish them, and end as if the input had ended; or discard
    /// them. A second one ends at once
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "publish|discard",
        hide_possible_values = true
    )]
    pub(crate) on_interrupt: OnInterrupt,
    /// Go on where an earlier run with --resume ended, or was killed: of each input, which has to be a file, what was added before is passed over, and what has come
    /// since is added. Rows appear at commit points, all of them together with how far the inputs were read, so that each row is there
    /// once; with --atomic at the end alone
    #[arg(long)]
    pub(crate) resume: bool,
    /// Bytes to read, after decompression, until the next commit point
    #[arg(long, value_name = "SIZE", default_value = "1GiB", requires = "resume")]
    pub(crate) commit_size: ByteSize,
    /// Time until the next commit point: 90s, 5m, 2h; --roll-age may be less
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = duration, requires = "resume")]
    pub(crate) commit_age: Duration,
    /// All files of the run appear together at its end. Without it each appears when it is whole, and where the run fails, those that
    /// are there stay
    #[arg(long)]
    pub(crate) atomic: bool,
}

/// What a signal does with rows that are not in a published file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnInterrupt {
    /// They are published
    #[default]
    Publish,
    /// They are not
    Discard,
}

impl DatasetArgs {
    /// Whether the output is to be a dataset.
    pub(crate) fn is_wanted(&self) -> bool {
        let limits = [self.roll_size.is_some(), self.roll_rows.is_some(), self.roll_age.is_some()];
        let keys = [self.partition.is_some(), self.keep_together.is_some()];
        let others = [
            self.dataset,
            self.atomic,
            self.resume,
            self.name != FileName::default(),
            self.on_interrupt != OnInterrupt::default(),
        ];
        limits.into_iter().chain(keys).chain(others).any(|is_told| is_told)
    }
}
