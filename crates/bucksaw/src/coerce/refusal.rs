//! Why a value is refused.

use crate::error::{Error, ErrorKind};

pub(super) fn unexpected(name: &str) -> Error {
    refused(name, "the closed schema has no such column: declare it, or open the schema")
}

pub(super) fn refused(name: &str, why: &str) -> Error {
    Error::new(ErrorKind::Refused, why).in_column(name)
}

#[cold]
pub(super) fn other_table() -> Error {
    let message =
        "the column id is of another table: ask this writer, or its table, for the column";
    Error::new(ErrorKind::OtherTable, message)
}
