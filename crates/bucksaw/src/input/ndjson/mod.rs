//! NDJSON: one JSON object a line (RFC 8259, strictly), its members a row's values.
//!
//! Nested objects become columns named by their path (`http.status`) or JSON text; arrays and empty
//! objects become JSON text as it stands in the line. Integers are int64, other numbers doubles,
//! and a number that neither holds exactly is kept as text beside its column.

mod chunks;
mod object;

use std::io::Read;

use bumpalo::Bump;

use self::chunks::{Chunk, Chunks};
use self::object::{Fault, Shape};
use super::{Input, InputCounts, OnError, Rejection};
use crate::block::Block;
use crate::block_builder::BlockBuilder;
use crate::error::{Error, ErrorKind, Result};
use crate::input::decompress::decompressed;
use crate::schema::Schema;

/// Bytes in one line, at the most; longer lines are rejected.
pub const DEFAULT_MAX_LINE_BYTES: usize = 16 << 20;
/// Levels of objects that become columns; an object below them is kept as JSON text.
pub const DEFAULT_MAX_DEPTH: usize = 64;
/// What stands between the names of nested objects in a column's name.
pub const DEFAULT_SEPARATOR: &str = ".";

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What becomes of nested objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nested {
    /// Their members become columns named by their path.
    #[default]
    Flatten,
    /// They are kept as JSON text.
    Json,
}

/// How lines become rows.
#[derive(Clone, Debug)]
pub struct NdjsonOptions {
    /// Bytes in one line, at the most. Default: [`DEFAULT_MAX_LINE_BYTES`].
    pub max_line_bytes: usize,
    /// Levels of objects that become columns. Default: [`DEFAULT_MAX_DEPTH`], which is also the most.
    pub max_depth: usize,
    /// What becomes of nested objects. Default: flatten.
    pub nested: Nested,
    /// What stands between the names of nested objects. Default: [`DEFAULT_SEPARATOR`].
    pub separator: String,
}

impl Default for NdjsonOptions {
    fn default() -> Self {
        Self {
            max_line_bytes: DEFAULT_MAX_LINE_BYTES,
            max_depth: DEFAULT_MAX_DEPTH,
            nested: Nested::default(),
            separator: DEFAULT_SEPARATOR.to_owned(),
        }
    }
}

/// One NDJSON source.
///
/// ```
/// use bucksaw::{MemorySink, Ndjson, NdjsonOptions, OnError, Options};
/// let lines = "{\"level\":\"INFO\",\"http\":{\"status\":200}}\n{\"level\":\"WARN\"}\n";
/// let mut input = Ndjson::new("lines", lines.as_bytes(), NdjsonOptions::default(), OnError::Fail)?;
/// let mut writer = Options::new().write_to(Box::new(MemorySink::new()))?;
/// writer.write_input(&mut input)?;
/// let names: Vec<&str> = writer.columns().iter().map(|column| column.name.as_str()).collect();
/// assert_eq!(names, ["level", "http.status"]);
/// assert_eq!(writer.finish()?.rows, 2);
/// # Ok::<(), bucksaw::Error>(())
/// ```
pub struct Ndjson<'r> {
    name: String,
    chunks: Chunks<'r>,
    shape: Shape,
    on_error: OnError<'r>,
    arena: Bump,
    counts: InputCounts,
    /// The next line's number, from 1.
    line: u64,
}

impl<'r> Ndjson<'r> {
    /// The lines of `source`, decompressed if need be; `name` is what errors call it.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] where the first bytes can't be read.
    pub fn new(
        name: impl Into<String>,
        source: impl Read + Send + 'r,
        options: NdjsonOptions,
        on_error: OnError<'r>,
    ) -> Result<Self> {
        let name = name.into();
        let source = decompressed(source)
            .map_err(|cause| Error::io("could not read", cause).in_source(&name))?;
        Ok(Self {
            name,
            chunks: Chunks::new(source, options.max_line_bytes),
            shape: Shape {
                nested: options.nested,
                separator: options.separator,
                max_depth: options.max_depth.clamp(1, DEFAULT_MAX_DEPTH),
                max_line_bytes: options.max_line_bytes,
            },
            on_error,
            arena: Bump::new(),
            counts: InputCounts::default(),
            line: 1,
        })
    }

    /// Rejects a line that is longer than the limit, as it is read.
    fn reject_long_line(&mut self) -> Result<()> {
        let start = self.chunks.position();
        let rejection = Rejection {
            source: self.name.clone(),
            line: self.line,
            byte: start,
            reason: format!("the line is longer than {} bytes", self.shape.max_line_bytes),
        };
        if let OnError::Fail = self.on_error {
            return Err(failure(rejection));
        }
        let on_error = &mut self.on_error;
        let read = self.chunks.skip_line(&mut |part| match on_error {
            OnError::Keep(rejects) => rejects.part(part),
            _ => Ok(()),
        });
        self.counts.bytes += read.map_err(|error| error.in_source(&self.name))?;
        if let OnError::Keep(rejects) = &mut self.on_error {
            rejects.end(&rejection)?;
        }
        self.line += 1;
        self.counts.records += 1;
        self.counts.rejected += 1;
        Ok(())
    }
}

impl Input for Ndjson<'_> {
    fn next_block(&mut self, schema: &mut Schema) -> Result<Option<Block<'_>>> {
        self.arena.reset();
        let position = loop {
            match self.chunks.next_chunk().map_err(|error| error.in_source(&self.name))? {
                Chunk::Lines => break self.chunks.position(),
                Chunk::LongLine => self.reject_long_line()?,
                Chunk::End => return Ok(None),
            }
        };
        let Self { name, chunks, shape, on_error, arena, counts, line, .. } = self;
        let lines = chunks.take_lines();
        counts.bytes += lines.len() as u64;
        let mut block = Block::new();
        let mut builder = BlockBuilder::new(&mut block, schema, arena);
        let mut start = 0;
        while start < lines.len() {
            let end =
                memchr::memchr(b'\n', &lines[start..]).map_or(lines.len(), |at| start + at + 1);
            let whole = &lines[start..end];
            let at = position + start as u64;
            let bare = trimmed(whole, at == 0);
            let offset = bare.as_ptr() as usize - whole.as_ptr() as usize;
            if bare.iter().all(u8::is_ascii_whitespace) {
                counts.blank += 1;
            } else {
                counts.records += 1;
                match object::scatter(bare, shape, &mut builder) {
                    Ok(()) => {
                        builder.end_row();
                        counts.rows += 1;
                    }
                    Err(fault) => {
                        builder.undo_row();
                        counts.rejected += 1;
                        let (byte, reason) = fault.at(at + offset as u64);
                        let rejection =
                            Rejection { source: name.clone(), line: *line, byte, reason };
                        match on_error {
                            OnError::Fail => return Err(fault.into_error(rejection)),
                            OnError::Skip => {}
                            OnError::Keep(rejects) => {
                                rejects.part(whole)?;
                                rejects.end(&rejection)?;
                            }
                        }
                    }
                }
            }
            *line += 1;
            start = end;
        }
        Ok(Some(block))
    }

    fn bytes_held(&self) -> usize {
        self.chunks.bytes_held() + self.arena.allocated_bytes()
    }

    fn counts(&self) -> InputCounts {
        self.counts
    }
}

fn failure(rejection: Rejection) -> Error {
    let advice =
        "mend the line, or leave such lines out (--on-error skip) or aside (--on-error FILE)";
    Error::new(ErrorKind::Malformed, format!("{}: {advice}", rejection.reason))
        .in_source(&rejection.source)
        .at_line(rejection.line, rejection.byte)
}

impl Fault {
    /// Where in the source it is, given where its line starts, and why.
    fn at(&self, line_start: u64) -> (u64, String) {
        match self {
            Self::Malformed { at, reason } => (line_start + *at as u64, reason.clone()),
            Self::Refused(error) => (line_start, error.to_string()),
        }
    }

    fn into_error(self, rejection: Rejection) -> Error {
        match self {
            Self::Malformed { .. } => failure(rejection),
            Self::Refused(error) => {
                error.in_source(&rejection.source).at_line(rejection.line, rejection.byte)
            }
        }
    }
}

/// The line without its end, and without the byte order mark of a file's first.
fn trimmed(line: &[u8], is_first: bool) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if is_first { line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line) } else { line }
}
