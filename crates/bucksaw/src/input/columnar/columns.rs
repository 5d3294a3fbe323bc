//! Rows as they come from a format of columns.

use crate::input::record_batch::SourceColumn;

/// Rows as columns.
#[derive(Debug)]
pub(crate) struct Columns {
    pub(super) columns: Vec<SourceColumn>,
    pub(super) rows: usize,
    /// Bytes of memory that they take, about.
    pub(crate) bytes: usize,
    /// Bytes of the source that they were.
    pub(super) source_bytes: u64,
}
