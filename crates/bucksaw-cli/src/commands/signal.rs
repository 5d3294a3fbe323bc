//! What rows are of.

use bucksaw::Signal;

/// What rows of a signal are called, or of none.
pub(super) fn name_of(signal: Option<Signal>) -> String {
    signal.map_or_else(|| "rows of another format".to_owned(), |signal| signal.to_string())
}
