//! NDJSON: one JSON object a line (RFC 8259, strictly), its members a row's values.
//!
//! Nested objects become columns named by their path (`http_status`) or JSON text; arrays and empty
//! objects become JSON text as it stands in the line. Integers are int64, other numbers doubles,
//! and a number that neither holds exactly is kept as text beside its column.

mod lines;
#[cfg(test)]
mod lines_tests;
mod object;
mod objects;
mod reasons;
mod record;
mod redacted;
mod tokenizer;

pub(super) use self::lines::Lines as LineDecoder;
pub(super) use self::record::{RecordFault, RecordReader};
use super::framing::DEFAULT_MAX_RECORD_BYTES;
use crate::error::{Error, ErrorKind, Result};

/// Bytes in one line, at the most, unless told otherwise; longer lines are rejected.
pub const DEFAULT_MAX_LINE_BYTES: usize = DEFAULT_MAX_RECORD_BYTES;
/// Levels of objects that become columns; an object below them is kept as JSON text.
pub const DEFAULT_MAX_DEPTH: usize = 64;

/// What becomes of nested objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Nested {
    /// Their members become columns named by their path.
    #[default]
    Flatten,
    /// They are kept as JSON text.
    Json,
}

/// How lines become rows.
///
/// ```
/// use bucksaw::{NdjsonOptions, Nested};
/// let options = NdjsonOptions::new().max_line_bytes(1 << 20).nested(Nested::Json);
/// assert_eq!((options.max_line_bytes, options.max_depth), (Some(1_048_576), 64));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NdjsonOptions {
    /// Bytes in one line, at the most; longer ones are rejected. Default: a quarter of the writer's memory
    /// limit, and no more than [`DEFAULT_MAX_LINE_BYTES`].
    pub max_line_bytes: Option<usize>,
    /// Levels of objects that become columns. Default: [`DEFAULT_MAX_DEPTH`], which is also the most.
    pub max_depth: usize,
    /// What becomes of nested objects. Default: flatten.
    pub nested: Nested,
}

impl NdjsonOptions {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`max_line_bytes`](#structfield.max_line_bytes).
    #[must_use]
    pub fn max_line_bytes(self, bytes: impl Into<Option<usize>>) -> Self {
        Self { max_line_bytes: bytes.into(), ..self }
    }

    /// Sets [`max_depth`](#structfield.max_depth).
    #[must_use]
    pub fn max_depth(self, levels: usize) -> Self {
        Self { max_depth: levels, ..self }
    }

    /// Sets [`nested`](#structfield.nested).
    #[must_use]
    pub fn nested(self, nested: Nested) -> Self {
        Self { nested, ..self }
    }

    /// Every problem of these options at once.
    ///
    /// # Errors
    /// [`ErrorKind::Options`], with a line for each problem.
    pub fn validate(&self) -> Result<()> {
        let mut problems = Vec::new();
        if self.max_line_bytes == Some(0) {
            problems.push("the longest line has 0 bytes: it must have 1 or more".to_owned());
        }
        if !(1..=DEFAULT_MAX_DEPTH).contains(&self.max_depth) {
            let depth = self.max_depth;
            problems
                .push(format!("the depth is {depth}: it must be from 1 to {DEFAULT_MAX_DEPTH}"));
        }
        if problems.is_empty() {
            return Ok(());
        }
        Err(Error::of_problems(ErrorKind::Options, problems))
    }
}

impl Default for NdjsonOptions {
    fn default() -> Self {
        Self { max_line_bytes: None, max_depth: DEFAULT_MAX_DEPTH, nested: Nested::default() }
    }
}
