//! Why a value is refused.

use crate::error::{Error, ErrorKind};
use crate::types::path;

/// Why a value of no declared column is refused.
pub(crate) const UNKNOWN_COLUMN: &str = "the schema has no such column, and refuses others: declare it, or have unknown columns added or kept in _rest";

pub(super) fn unexpected(name: &str) -> Error {
    refused(name, UNKNOWN_COLUMN)
}

/// A refused value of this path.
pub(super) fn refused(path: &str, why: &str) -> Error {
    Error::new(ErrorKind::Refused, why).in_column(&path::shown(path))
}

#[cold]
pub(super) fn other_table() -> Error {
    let message =
        "the column id is of another table: ask this writer, or its table, for the column";
    Error::new(ErrorKind::OtherTable, message)
}
