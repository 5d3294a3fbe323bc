//! The one error type: what went wrong, where, why, and what to do next.

use std::error::Error as StdError;
use std::fmt;

use crate::escape::escape;

/// The library's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of thing went wrong; decides what a caller can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Options that are out of range or contradict each other; a schema that is none.
    Options,
    /// A row that the schema or strict mode refuses, a column that can't be had, a record batch of a type
    /// that has no form here. Nothing of the batch was stored, and the writer goes on; but where it
    /// came from an input that fails on such records, the writer has ended.
    Refused,
    /// A line or record that is not what its format demands, in an input that fails on such records. The
    /// writer has ended.
    Malformed,
    /// An input that is of another format than the one that it is read as. The writer has ended.
    InputFormat,
    /// A compressed input without its end, in an input that fails on such. The writer has ended.
    Truncated,
    /// A column first seen after the `arrow` backend fixed the file's columns. The writer has ended.
    LateColumn,
    /// Something stands at the target already. A writer that was finishing has ended.
    Exists,
    /// Reading, writing, renaming or syncing failed, or no thread could be started. The writer has
    /// ended.
    Io,
    /// A file that claims to be Parquet and is not, or is damaged.
    InvalidParquet,
    /// A file that would pass a limit of its metadata: there would be more of it than readers take, or
    /// than the memory limit has room for. Larger row groups or several files help. The writer has ended.
    FileLimit,
    /// An input that the memory limit has no room for: decompressing it takes too large a window. The writer has
    /// ended.
    MemoryLimit,
    /// A value or type that Parquet, the backend or a reader of rows can't take. The writer has ended.
    Unsupported,
    /// The writer was used after an error that ended it.
    WriterEnded,
    /// A column id or a block of another table. Nothing of its batch was stored and the writer goes on.
    OtherTable,
}

/// Where an error happened, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Position {
    /// The file or stream, as the user named it.
    pub source: Option<String>,
    /// The line in the source, from 1.
    pub line: Option<u64>,
    /// The record in a source that has no lines, from 1.
    pub record: Option<u64>,
    /// The byte in the line or record, from 1.
    pub line_column: Option<u64>,
    /// The byte in the source after decompression, from 0.
    pub byte: Option<u64>,
    /// The column's name.
    pub column: Option<String>,
    /// The row, from 0, counted over everything that the writer was given.
    pub row: Option<u64>,
}

/// An error of Bucksaw: its kind, its position, its message and its cause.
pub struct Error(Box<Parts>);

struct Parts {
    kind: ErrorKind,
    position: Position,
    message: String,
    /// Whether the message has several lines, each escaped; otherwise it is one, as it came.
    has_lines: bool,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error with a message that says what happened and what to do next.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            kind,
            position: Position::default(),
            message: message.into(),
            has_lines: false,
            cause: None,
        }))
    }

    /// An error of several problems, which stand on a line each.
    #[must_use]
    pub fn of_problems(
        kind: ErrorKind,
        problems: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Self {
        // What comes from data may hold line ends, but ends no line.
        let lines: Vec<_> =
            problems.into_iter().map(|line| escape(line.as_ref()).into_owned()).collect();
        let mut error = Self::new(kind, lines.join("\n"));
        error.0.has_lines = true;
        error
    }

    /// An I/O error with what was being done ("could not rename …").
    #[must_use]
    pub fn io(message: impl Into<String>, cause: std::io::Error) -> Self {
        Self::new(ErrorKind::Io, message).with_cause(cause)
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// The same error with other words for it.
    pub(crate) fn with_message(mut self, message: String) -> Self {
        self.0.message = message;
        self
    }

    /// Adds the source's name where none is known yet.
    #[must_use]
    pub fn in_source(mut self, source: &str) -> Self {
        self.0.position.source.get_or_insert_with(|| source.to_owned());
        self
    }

    /// Adds the line (from 1), the byte in it (from 1) and the byte in the source (from 0) where none is
    /// known yet.
    #[must_use]
    pub fn at_line(mut self, line: u64, line_column: u64, byte: u64) -> Self {
        self.0.position.line.get_or_insert(line);
        self.0.position.line_column.get_or_insert(line_column);
        self.0.position.byte.get_or_insert(byte);
        self
    }

    /// Adds the record (from 1), the byte in it (from 1) and the byte in the source (from 0) where none is
    /// known yet.
    #[must_use]
    pub fn at_record(mut self, record: u64, record_byte: u64, byte: u64) -> Self {
        self.0.position.record.get_or_insert(record);
        self.0.position.line_column.get_or_insert(record_byte);
        self.0.position.byte.get_or_insert(byte);
        self
    }

    /// Adds the line (from 1) where none is known yet, of which no byte is at fault by itself.
    pub(crate) fn on_line(mut self, line: u64) -> Self {
        self.0.position.line.get_or_insert(line);
        self
    }

    /// Adds the record (from 1) where none is known yet, of a format in which it has no bytes of its own.
    pub(crate) fn in_record(mut self, record: u64) -> Self {
        self.0.position.record.get_or_insert(record);
        self
    }

    /// Adds the column's name where none is known yet.
    #[must_use]
    pub fn in_column(mut self, column: &str) -> Self {
        self.0.position.column.get_or_insert_with(|| column.to_owned());
        self
    }

    /// Adds the row where none is known yet.
    #[must_use]
    pub fn at_row(mut self, row: u64) -> Self {
        self.0.position.row.get_or_insert(row);
        self
    }

    /// The same error at another row, counted from another start.
    pub(crate) fn with_row(mut self, row: u64) -> Self {
        self.0.position.row = Some(row);
        self
    }

    /// What kind of thing went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Where it went wrong.
    #[must_use]
    pub fn position(&self) -> &Position {
        &self.0.position
    }

    /// What went wrong and what to do next, without the position.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

/// With every name, and whatever else comes from data, escaped: it may go to a terminal.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { source, line, record, line_column, byte, column, row } = &self.0.position;
        let mut parts = Vec::new();
        if let Some(line) = line {
            parts.push(format!("line {line}"));
        }
        if let Some(record) = record {
            parts.push(format!("record {record}"));
        }
        match (line_column, byte) {
            (Some(at), Some(byte)) if record.is_some() => {
                parts.push(format!("byte {at} of it (byte {byte})"));
            }
            (Some(at), Some(byte)) => parts.push(format!("column {at} (byte {byte})")),
            (None, Some(byte)) => parts.push(format!("byte {byte}")),
            _ => {}
        }
        if let Some(row) = row {
            parts.push(format!("row {row}"));
        }
        if let Some(column) = column {
            parts.push(format!("column {column:?}"));
        }
        if let Some(source) = source {
            write!(f, "{}: ", escape(source))?;
        }
        if !parts.is_empty() {
            write!(f, "{}: ", parts.join(", "))?;
        }
        if self.0.has_lines {
            f.write_str(&self.0.message)?;
        } else {
            f.write_str(&escape(&self.0.message))?;
        }
        if let Some(cause) = &self.0.cause {
            write!(f, ": {}", escape(&cause.to_string()))?;
        }
        Ok(())
    }
}

/// The message, with the kind behind it: what a `main` that returns the error prints. `{:#?}` has the parts.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return write!(f, "{self} ({:?})", self.0.kind);
        }
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("position", &self.0.position)
            .field("message", &self.0.message)
            .field("cause", &self.0.cause)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as &(dyn StdError + 'static))
    }
}
