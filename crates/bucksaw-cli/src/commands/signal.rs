//! What rows are of.

/// A signal of OTLP; none of rows of other formats.
pub(super) type Signal = Option<&'static str>;

/// What rows of a signal are called.
pub(super) fn name_of(signal: Signal) -> &'static str {
    signal.unwrap_or("rows of another format")
}
