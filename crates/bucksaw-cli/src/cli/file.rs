//! How files are written.

use std::path::PathBuf;

use bucksaw::limits::{
    DEFAULT_CHUNK_ROWS, DEFAULT_MEMORY_LIMIT, DEFAULT_ROW_GROUP_BYTES, DEFAULT_ROW_GROUP_ROWS,
};
use bucksaw::{BackendKind, Compression, Profile, SortColumn, Statistics};
use bytesize::ByteSize;
use clap::{Args, ValueHint};

use crate::values::{SortKeys, sort_keys};
use crate::words::words;

/// What the options of files stand below in the help.
pub(super) const FILE_HEADING: &str = "The Parquet file";

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
    /// What the direct backend may use: portable, which every reader knows, or modern, smaller and faster [default: portable; of
    /// compact that of the newest file]
    #[arg(
        long,
        value_name = "portable|modern",
        value_parser = words::<Profile>(&["portable", "modern"]),
        hide_possible_values = true
    )]
    pub(crate) profile: Option<Profile>,
    /// zstd, zstd:1 to zstd:22, gzip, gzip:0 to gzip:9, snappy, lz4 or none [default: zstd:1; of compact that of the newest file]
    #[arg(
        long,
        value_name = "CODEC[:LEVEL]",
        value_parser = words::<Compression>(&["zstd", "gzip", "snappy", "lz4", "none"]),
        hide_possible_values = true
    )]
    pub(crate) compression: Option<Compression>,
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
    /// given several times [default: none; of compact those of the newest file]
    #[arg(long, value_name = "COLUMN[,…]", value_delimiter = ',')]
    pub(crate) bloom_filter: Vec<String>,
    /// The order that rows come in; row groups of which it is true say so, and the report tells which
    /// do not
    #[arg(long, value_name = "COLUMN[:desc][:nulls-first][,…]", value_delimiter = ',')]
    pub(crate) sorted_by: Vec<SortColumn>,
    /// Puts all rows in order, which wait in a temporary file where the memory limit has no room for them: by columns, and
    /// functions of columns as --cluster has them
    #[arg(long, value_name = "KEY[:desc][:nulls-first][,…]", value_parser = sort_keys)]
    pub(crate) sort: Option<SortKeys>,
    /// Size of temporary files of --sort, at the most [default: no limit]
    #[arg(long, value_name = "SIZE", requires = "sort")]
    pub(crate) temp_limit: Option<ByteSize>,
    /// Puts the rows of each row group in order, so that alike rows stand together and compress better: by
    /// columns, and day(COLUMN), hour(COLUMN), minute(COLUMN,10), fingerprint(COLUMN), hash(COLUMN,16),
    /// prefix(COLUMN,3), lower(COLUMN)
    #[arg(long, value_name = "KEY[:desc][:nulls-first][,…]", value_parser = sort_keys)]
    pub(crate) cluster: Option<SortKeys>,
    /// What is written down about values: none, chunk or page
    #[arg(
        long,
        value_name = "none|chunk|page",
        default_value = "page",
        value_parser = words::<Statistics>(&["none", "chunk", "page"]),
        hide_possible_values = true
    )]
    pub(crate) statistics: Statistics,
    /// Where unfinished files are staged, and rows wait to be put in order, instead of beside their target
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) temp_dir: Option<PathBuf>,
}
