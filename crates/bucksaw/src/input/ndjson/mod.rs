//! NDJSON: one JSON object a line (RFC 8259, strictly), its members a row's values.
//!
//! Nested objects become columns named by their path (`http.status`) or JSON text; arrays and empty
//! objects become JSON text as it stands in the line. Integers are int64, other numbers doubles,
//! and a number that neither holds exactly is kept as text beside its column.

//!
//! A source is read in chunks of whole lines, and each chunk becomes a block. Several are parsed side
//! by side, each against a copy of the schema as it was: a chunk that had to change its copy (a new
//! column, a first type) is parsed again in its turn, and no other can have come out differently.

mod chunks;
mod lines;
#[cfg(test)]
mod lines_tests;
mod object;
mod objects;
mod reasons;
mod scan;
mod tokenizer;

use std::collections::VecDeque;
use std::io::Read;

use bumpalo::Bump;
use self_cell::self_cell;

use self::chunks::{CHUNK_BYTES, Chunk, Chunks, Next};
use self::lines::{Manner, Parsed, Speed, parse};
use self::object::Shape;
pub(crate) use self::object::items_of_array;
use super::{Blocks, Input, InputCounts, OnError, Rejection};
use crate::block::Block;
use crate::error::{Error, ErrorKind, Result};
use crate::input::decompress::decompressed;
use crate::schema::Schema;
use crate::workers::Workers;

/// Bytes in one line, at the most; longer lines are rejected.
pub const DEFAULT_MAX_LINE_BYTES: usize = 16 << 20;
/// Levels of objects that become columns; an object below them is kept as JSON text.
pub const DEFAULT_MAX_DEPTH: usize = 64;
/// What stands between the names of nested objects in a column's name.
pub const DEFAULT_SEPARATOR: &str = ".";
/// Bytes in it, at the most.
pub const MAX_SEPARATOR_BYTES: usize = 64;

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

impl NdjsonOptions {
    /// Every problem of these options at once.
    ///
    /// # Errors
    /// [`ErrorKind::Options`], with a line for each problem.
    pub fn validate(&self) -> Result<()> {
        let mut problems = Vec::new();
        if self.max_line_bytes == 0 {
            problems.push("the longest line has 0 bytes: it must have 1 or more".to_owned());
        }
        if !(1..=DEFAULT_MAX_DEPTH).contains(&self.max_depth) {
            let depth = self.max_depth;
            problems
                .push(format!("the depth is {depth}: it must be from 1 to {DEFAULT_MAX_DEPTH}"));
        }
        let separator = &self.separator;
        if separator.is_empty() {
            problems.push(
                "the separator is empty: names of nested objects would run together".to_owned(),
            );
        } else if separator.contains(char::is_control) {
            problems.push(format!("the separator {separator:?} has control characters"));
        } else if separator.len() > MAX_SEPARATOR_BYTES {
            let len = separator.len();
            problems
                .push(format!("the separator has {len} bytes: {MAX_SEPARATOR_BYTES} is the limit"));
        }
        if problems.is_empty() {
            return Ok(());
        }
        Err(Error::of_problems(ErrorKind::Options, problems))
    }
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
    /// What was read while earlier chunks were encoded.
    ahead: VecDeque<Result<Next>>,
    shape: Shape,
    speed: Speed,
    on_error: OnError<'r>,
    /// The chunks of the blocks that were handed out last.
    parsed: Vec<ParsedChunk>,
    /// Chunks of the step so far.
    step: usize,
    /// Memory of chunks that are done with.
    spare: Vec<(Bump, Block<'static>)>,
    /// Copies of the schema for chunks that are parsed side by side.
    copies: Vec<Schema>,
    /// Whether the last chunks changed the schema: so may the next.
    is_schema_new: bool,
    counts: InputCounts,
    /// The next line's number, from 1.
    line: u64,
}

self_cell!(
    /// A chunk, an arena for text made on the way, and what they became.
    struct ParsedChunk {
        owner: (Chunk, Bump),
        #[covariant]
        dependent: Parsed,
    }
);

/// A chunk's bytes are counted once for itself, once for the arena, and once for what is read ahead.
const BYTES_HELD_PER_BYTE: usize = 3;

impl<'r> Ndjson<'r> {
    /// The lines of `source`, decompressed if need be; `name` is what errors call it.
    ///
    /// # Errors
    /// [`ErrorKind::Options`]; [`ErrorKind::Io`] where the first bytes can't be read.
    pub fn new(
        name: impl Into<String>,
        source: impl Read + Send + 'r,
        options: NdjsonOptions,
        on_error: OnError<'r>,
    ) -> Result<Self> {
        options.validate()?;
        let name = name.into();
        let source = decompressed(source)
            .map_err(|cause| Error::io("could not read", cause).in_source(&name))?;
        Ok(Self {
            name,
            chunks: Chunks::new(source, options.max_line_bytes),
            ahead: VecDeque::new(),
            shape: Shape {
                nested: options.nested,
                separator: options.separator,
                max_depth: options.max_depth,
                max_line_bytes: options.max_line_bytes,
            },
            speed: Speed::Fast,
            on_error,
            parsed: Vec::new(),
            step: 0,
            spare: Vec::new(),
            copies: Vec::new(),
            is_schema_new: true,
            counts: InputCounts::default(),
            line: 1,
        })
    }

    /// The next chunks, `most` of them or fewer; none at the end. Lines that are too long are rejected
    /// on the way, and start a step.
    fn take_chunks(&mut self, most: usize) -> Result<Vec<Chunk>> {
        let mut taken = Vec::new();
        while taken.len() < most {
            let next = self.ahead.pop_front().unwrap_or_else(|| self.chunks.next());
            match next.map_err(|error| error.in_source(&self.name))? {
                Next::Lines(chunk) => taken.push(chunk),
                Next::LongLine if taken.is_empty() => {
                    self.reject_long_line()?;
                    self.step = 0;
                }
                next => {
                    self.ahead.push_front(Ok(next));
                    break;
                }
            }
        }
        Ok(taken)
    }

    /// Parses chunks, side by side where there are workers and columns are known by now.
    fn parse(&mut self, chunks: Vec<Chunk>, schema: &mut Schema, workers: &Workers) -> Result<()> {
        let manner = Manner {
            shape: &self.shape,
            stops_at_rejected: matches!(self.on_error, OnError::Fail),
            speed: self.speed,
        };
        let spare = &mut self.spare;
        let mut cells = chunks.into_iter().map(|chunk| {
            let (arena, block) = spare.pop().unwrap_or_default();
            ((chunk, arena), block)
        });
        let before = schema.changes();
        if workers.is_single() || self.is_schema_new {
            self.parsed.extend(cells.by_ref().map(|cell| parsed(cell, manner, schema)));
            self.is_schema_new = schema.changes() > before;
            return Ok(());
        }
        let cells: Vec<_> = cells.collect();
        self.copies.resize_with(cells.len().max(self.copies.len()), || schema.clone());
        let mut results: Vec<Option<ParsedChunk>> = cells.iter().map(|_| None).collect();
        let tasks = cells.into_iter().zip(&mut self.copies).zip(&mut results);
        let known = &*schema;
        workers.run(tasks, |((cell, copy), result)| {
            if copy.changes() != before {
                copy.clone_from(known);
            }
            *result = Some(parsed(cell, manner, copy));
            Ok(())
        })?;
        for (cell, copy) in results.into_iter().flatten().zip(&self.copies) {
            let is_settled = copy.changes() == before;
            self.parsed.push(if is_settled {
                cell
            } else {
                let (chunk, arena, block) = taken_apart(cell);
                parsed(((chunk, arena), block), manner, schema)
            });
        }
        self.is_schema_new = schema.changes() > before;
        Ok(())
    }

    /// Counts what chunks came to, and passes on the lines that they rejected.
    fn settle(&mut self) -> Result<()> {
        for cell in &mut self.parsed {
            let rejected =
                cell.with_dependent_mut(|_, parsed| std::mem::take(&mut parsed.rejected));
            let ((chunk, _), parsed) = (cell.borrow_owner(), cell.borrow_dependent());
            self.counts.add(&parsed.counts);
            for rejected in rejected {
                let rejection = Rejection {
                    source: self.name.clone(),
                    line: self.line + rejected.line,
                    column: (rejected.at - rejected.bytes.start) as u64 + 1,
                    byte: chunk.position + rejected.at as u64,
                    reason: rejected.reason,
                };
                match &mut self.on_error {
                    OnError::Fail => return Err(failure(rejection, rejected.refused)),
                    OnError::Skip => {}
                    OnError::Keep(rejects) => {
                        rejects.part(&chunk.bytes[rejected.bytes])?;
                        rejects.end(&rejection)?;
                    }
                }
            }
            self.line += parsed.lines;
        }
        Ok(())
    }

    /// Rejects a line that is longer than the limit, as it is read.
    fn reject_long_line(&mut self) -> Result<()> {
        let start = self.chunks.position();
        let rejection = Rejection {
            source: self.name.clone(),
            line: self.line,
            column: 1,
            byte: start,
            reason: reasons::too_long(self.shape.max_line_bytes),
        };
        if let OnError::Fail = self.on_error {
            return Err(failure(rejection, None));
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

fn parsed(
    ((chunk, arena), block): ((Chunk, Bump), Block<'static>),
    manner: Manner<'_>,
    schema: &mut Schema,
) -> ParsedChunk {
    ParsedChunk::new((chunk, arena), |(chunk, arena)| {
        parse(&chunk.bytes, block, chunk.position == 0, manner, schema, arena)
    })
}

/// The chunk, and what it was parsed with, emptied.
fn taken_apart(mut cell: ParsedChunk) -> (Chunk, Bump, Block<'static>) {
    let block = cell.with_dependent_mut(|_, parsed| std::mem::take(&mut parsed.block).emptied());
    let (chunk, mut arena) = cell.into_owner();
    arena.reset();
    (chunk, arena, block)
}

impl Input for Ndjson<'_> {
    fn next_blocks(
        &mut self,
        schema: &mut Schema,
        workers: &Workers,
        step_bytes: usize,
    ) -> Result<Option<Blocks<'_>>> {
        for cell in self.parsed.drain(..) {
            let (chunk, arena, block) = taken_apart(cell);
            self.chunks.reuse(chunk.bytes);
            self.spare.push((arena, block));
        }
        let in_step = (step_bytes / CHUNK_BYTES).max(1);
        // One chunk at a time stays in the processor's caches.
        let most = if workers.is_single() { 1 } else { in_step };
        let chunks = self.take_chunks(most)?;
        if chunks.is_empty() {
            return Ok(None);
        }
        let starts_step = self.step == 0;
        self.step = (self.step + chunks.len()) % in_step;
        let bytes: usize = chunks.iter().map(|chunk| chunk.bytes.len()).sum();
        self.parse(chunks, schema, workers)?;
        self.settle()?;
        let Self { parsed, chunks, ahead, .. } = self;
        let read_ahead = move || {
            while ahead.len() < most
                && !matches!(ahead.back(), Some(Err(_) | Ok(Next::End | Next::LongLine)))
            {
                ahead.push_back(chunks.next());
            }
        };
        Ok(Some(Blocks {
            blocks: parsed.iter().map(|cell| &cell.borrow_dependent().block).collect(),
            starts_step,
            bytes_held: bytes * BYTES_HELD_PER_BYTE,
            meanwhile: (!workers.is_single()).then(|| Box::new(read_ahead) as _),
        }))
    }

    fn counts(&self) -> InputCounts {
        self.counts
    }
}

fn failure(rejection: Rejection, refused: Option<Error>) -> Error {
    let advice =
        "fix the line, or leave such lines out (--on-error skip) or aside (--on-error FILE)";
    let error = refused.unwrap_or_else(|| {
        Error::new(ErrorKind::Malformed, format!("{}: {advice}", rejection.reason))
    });
    error.in_source(&rejection.source).at_line(rejection.line, rejection.column, rejection.byte)
}
