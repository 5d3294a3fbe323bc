//! How large a footer may be: readers that trust no file refuse more, so nothing is written that is larger.

/// The largest footer that is read: 64 MiB.
pub const DEFAULT_MAX_FOOTER_BYTES: u64 = 64 << 20;

/// How many column chunks a file may have: 1 Mi, row groups times columns.
pub const DEFAULT_MAX_COLUMN_CHUNKS: u64 = 1 << 20;

/// How many bytes of memory the footer may take when it is decoded and described: 1 GiB. A column
/// chunk takes about 1 KiB.
pub const DEFAULT_MAX_METADATA_BYTES: u64 = 1 << 30;

/// How many elements all lists and maps of the metadata may hold together: 8 Mi elements.
/// One column chunk has about ten, so this is some 800,000 column chunks.
pub const DEFAULT_MAX_FOOTER_ELEMENTS: u64 = 8 << 20;

/// How many groups and columns a schema may have: 100,000 together.
pub const DEFAULT_MAX_SCHEMA_ELEMENTS: usize = 100_000;

/// How many bytes the full paths of all columns may take: 64 MiB. Each decoded column holds the
/// names of all groups above it, so a long name high up counts once for each column below. Each name
/// counts with 24 bytes more.
pub const DEFAULT_MAX_SCHEMA_PATH_BYTES: u64 = 64 << 20;

/// How often text and bytes of the footer are copied: decoded, as readable text, and in a description.
pub const FOOTER_COPIES: u64 = 4;

/// The bytes of memory that an element of the schema takes: a node of the tree, a column's description.
pub const SCHEMA_ELEMENT_MEMORY: u64 = 1 << 10;

/// The bytes of memory that a row group takes once it is decoded and described, at the most.
pub const ROW_GROUP_MEMORY: u64 = 256;

/// The bytes of memory that a column chunk takes once it is decoded and described, at the most: with statistics,
/// both page indexes, and statistics of the encodings of a dictionary page and of data pages of two encodings.
pub const COLUMN_CHUNK_MEMORY: u64 = 3 << 10;

/// Bytes of JSON that a list of signal statistics takes in the footer, at the most.
pub(crate) const SHORT_STATS_LIST_BYTES: usize = 16 << 10;
/// The same of the list that says the most.
pub(crate) const LONG_STATS_LIST_BYTES: usize = 32 << 10;
/// Bytes of JSON that all signal statistics take in the footer, at the most.
pub(crate) const MAX_STATS_BYTES: u64 =
    (LONG_STATS_LIST_BYTES + 2 * SHORT_STATS_LIST_BYTES + (4 << 10)) as u64;

/// The bytes of memory that a footer as it is written here takes once it is decoded and described, at the most: of
/// so many row groups, column chunks, and elements of the schema.
pub(crate) fn memory_of_written(
    footer_bytes: u64,
    row_groups: u64,
    chunks: u64,
    elements: u64,
) -> u64 {
    // All of its bytes could be text.
    FOOTER_COPIES * footer_bytes
        + row_groups * ROW_GROUP_MEMORY
        + chunks * COLUMN_CHUNK_MEMORY
        + elements * SCHEMA_ELEMENT_MEMORY
}
