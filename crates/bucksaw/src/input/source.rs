//! Reading: the chunks of a source, one after the other.

use std::collections::VecDeque;

use super::Format;
use super::decoding::DecodedChunk;
use super::framing::{Chunk, Frame, Framer, Limits, MIN_CHUNK_BYTES, is_long};
use super::table::InputTable;
use crate::error::{Error, ErrorKind, Result};

/// A chunk that was read and has not had its turn yet.
pub(crate) enum Ahead {
    Read(Chunk),
    /// Decoded with a copy of the schema as it was after so many changes.
    Decoded(DecodedChunk, u64),
}

impl Ahead {
    /// Whether it is [longer](is_long) than others.
    pub(crate) fn is_long(&self) -> bool {
        match self {
            Self::Read(chunk) => is_long(chunk.bytes.len()),
            Self::Decoded(decoded, _) => is_long(decoded.chunk().bytes.len()),
        }
    }

    /// The source's byte at which it starts.
    fn position(&self) -> u64 {
        match self {
            Self::Read(chunk) => chunk.position,
            Self::Decoded(decoded, _) => decoded.chunk().position,
        }
    }

    /// Bytes of memory that its records take.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Read(chunk) => chunk.size(),
            Self::Decoded(decoded, _) => decoded.chunk().size(),
        }
    }
}

/// What reading stopped at.
pub(super) enum Stop {
    /// A record that is longer than so many bytes.
    TooLong(usize),
    /// What can't be cut into records, and why.
    Malformed(&'static str),
    /// The source has no end, and its last record may have none.
    Cut(Error),
    /// Records that are rows of another table.
    OtherTable,
    End,
}

/// See the module.
pub(crate) struct Source<'r> {
    framer: Box<dyn Framer + 'r>,
    /// Chunks that were read before and given back.
    returned: VecDeque<Ahead>,
    stop: Option<Result<Stop>>,
    /// Whether anything was read.
    is_begun: bool,
    /// The format and the table of the records that were read last.
    last: Option<(Format, InputTable)>,
    /// The first chunk of others, which are rows of another table.
    other: Option<Chunk>,
    /// The byte at or behind which it ends, where that is before its own end.
    end: Option<u64>,
    /// The byte up to which it was read before.
    behind: u64,
    /// The same of tables of which less was read.
    behind_of: Vec<(InputTable, u64)>,
    /// Lines that were passed over since a chunk was handed out, and where the last of them ended.
    passed: Option<(u64, u64)>,
}

impl<'r> Source<'r> {
    pub(super) fn new(framer: Box<dyn Framer + 'r>) -> Self {
        let returned = VecDeque::new();
        Self {
            framer,
            returned,
            stop: None,
            is_begun: false,
            last: None,
            other: None,
            end: None,
            behind: 0,
            behind_of: Vec::new(),
            passed: None,
        }
    }

    /// Passes over what is before this byte, at which a record starts; of rows of these tables, over what is before theirs.
    pub(super) fn go_on_behind(&mut self, bytes: u64, of_tables: Vec<(InputTable, u64)>) {
        (self.behind, self.behind_of) = (bytes, of_tables);
    }

    /// Whether a chunk was read before.
    fn is_known(&self, chunk: &Chunk) -> bool {
        let table = chunk.table();
        let of_table = self.behind_of.iter().find(|(of, _)| *of == table);
        chunk.position < of_table.map_or(self.behind, |(_, bytes)| *bytes)
    }

    /// Counts the lines of a chunk that is passed over, between those that are not.
    fn pass(&mut self, chunk: &Chunk) {
        let first = self.behind_of.iter().map(|(_, bytes)| *bytes).min();
        // One that is read several times has its lines once.
        let is_again = chunk.pass.is_some_and(|pass| !pass.is_first);
        if is_again || !chunk.form.is_text() || first.is_none_or(|first| chunk.position < first) {
            return;
        }
        let Some(last) = memchr::memrchr(b'\n', &chunk.bytes) else { return };
        let lines = memchr::memchr_iter(b'\n', &chunk.bytes).count() as u64;
        let before = self.passed.map_or(0, |(lines, _)| lines);
        self.passed = Some((before + lines, chunk.position + last as u64 + 1));
    }

    /// Ends it with the chunk in which so many bytes have been read.
    pub(super) fn end_at(&mut self, bytes: u64) {
        self.end = Some(bytes);
    }

    /// The next chunk, read into this buffer, or into `long` where it is [long](super::framing::is_long); none where reading stops. How
    /// long a record may be the input says, or else the limits.
    pub(crate) fn next(
        &mut self,
        mut buffer: Vec<u8>,
        long: &mut Vec<u8>,
        limits: Limits,
    ) -> Option<Ahead> {
        if let Some(ahead) = self.returned.pop_front() {
            return Some(ahead);
        }
        if self.stop.is_some() {
            return None;
        }
        self.is_begun = true;
        let left = self.end.map(|end| end.saturating_sub(self.framer.position()));
        if left == Some(0) {
            self.stop = Some(Ok(Stop::End));
            return None;
        }
        let wanted = left.and_then(|left| usize::try_from(left).ok()).unwrap_or(usize::MAX);
        let chunk_bytes = limits.chunk_bytes.min(wanted.max(MIN_CHUNK_BYTES));
        let limits = Limits { chunk_bytes, ..limits };
        let frame = loop {
            match self.framer.next(buffer, long, limits) {
                Ok(Frame::Records(chunk)) if self.is_known(&chunk) => {
                    self.pass(&chunk);
                    buffer = chunk.bytes;
                }
                frame if self.framer.position() >= self.behind => break frame,
                Ok(Frame::TooLong(_) | Frame::Malformed(_) | Frame::Cut(_)) => {
                    if let Err(error) = self.framer.skip_record(&mut |_| Ok(())) {
                        break Err(error);
                    }
                    buffer = Vec::new();
                }
                Ok(Frame::End) => break Err(shorter()),
                frame => break frame,
            }
        };
        let stop = match frame {
            Ok(Frame::Records(mut chunk)) => {
                chunk.passed = self.passed.take();
                let of = (chunk.format, chunk.table());
                if *self.last.get_or_insert(of) == of {
                    return Some(Ahead::Read(chunk));
                }
                self.other = Some(chunk);
                Ok(Stop::OtherTable)
            }
            Ok(Frame::TooLong(limit)) => Ok(Stop::TooLong(limit)),
            Ok(Frame::Malformed(reason)) => Ok(Stop::Malformed(reason)),
            Ok(Frame::Cut(error)) => Ok(Stop::Cut(error)),
            Ok(Frame::Paused) => return None,
            Ok(Frame::End) => Ok(Stop::End),
            Err(error) => Err(error),
        };
        self.stop = Some(stop);
        None
    }

    /// Takes back chunks that had no turn, in order.
    pub(crate) fn give_back(&mut self, chunks: impl DoubleEndedIterator<Item = Ahead>) {
        chunks.rev().for_each(|chunk| self.returned.push_front(chunk));
    }

    /// What reading stopped at, if it did and nothing that was read before is left.
    pub(super) fn stopped(&mut self) -> Result<Option<Stop>> {
        if !self.returned.is_empty() {
            return Ok(None);
        }
        match self.stop.take() {
            None => Ok(None),
            Some(Ok(Stop::End)) => {
                self.stop = Some(Ok(Stop::End));
                Ok(Some(Stop::End))
            }
            Some(Ok(Stop::OtherTable)) => {
                self.stop = Some(Ok(Stop::OtherTable));
                Ok(Some(Stop::OtherTable))
            }
            Some(stop) => stop.map(Some),
        }
    }

    /// The table of the records that come next, where they are the first, or of another than those before; none where there are none
    /// of these.
    pub(super) fn next_table(&mut self, limits: Limits) -> Option<InputTable> {
        if let Some(chunk) = self.other.take() {
            self.stop = None;
            let table = chunk.table();
            self.last = Some((chunk.format, table));
            self.returned.push_back(Ahead::Read(chunk));
            return Some(table);
        }
        if self.is_begun {
            return None;
        }
        let first = loop {
            let first = self.next(Vec::new(), &mut Vec::new(), limits);
            // Until then nobody knows whose records they are.
            if first.is_some() || self.stop.is_some() {
                break first;
            }
        };
        self.returned.extend(first);
        match self.stop {
            Some(Ok(Stop::End)) => None,
            // Whatever is wrong there is for who reads on.
            _ => Some(self.table()),
        }
    }

    /// The other table at whose records it has stopped.
    pub(super) fn other_table(&self) -> Option<InputTable> {
        self.other.as_ref().map(Chunk::table)
    }

    /// That of its records.
    pub(super) fn table(&self) -> InputTable {
        self.last.map_or_else(|| InputTable::of(self.format(), None), |(_, table)| table)
    }

    /// What its records are of.
    pub(super) fn format(&self) -> Format {
        self.last.map_or_else(|| self.framer.format(), |(format, _)| format)
    }

    /// Whether it is text.
    pub(super) fn is_text(&self) -> bool {
        self.framer.is_text()
    }

    /// What was read of the next record.
    pub(super) fn rest(&self) -> &[u8] {
        self.framer.rest()
    }

    /// Where the next record starts, in bytes.
    pub(super) fn position(&self) -> u64 {
        self.framer.position()
    }

    /// Where what was not handed out yet starts, in bytes.
    pub(super) fn next_position(&self) -> u64 {
        let returned = self.returned.front().map(Ahead::position);
        let next = returned.or(self.other.as_ref().map(|chunk| chunk.position));
        next.unwrap_or_else(|| {
            let behind = self.behind_of.iter().map(|(_, bytes)| *bytes).min();
            self.framer.position().max(behind.unwrap_or(self.behind))
        })
    }

    /// Whether all of it was handed out.
    pub(super) fn has_ended(&self) -> bool {
        self.returned.is_empty() && matches!(self.stop, Some(Ok(Stop::End)))
    }

    /// Passes the next record on in parts, and returns its length.
    pub(super) fn skip_record(&mut self, take: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<u64> {
        self.framer.skip_record(take)
    }
}

fn shorter() -> Error {
    let message = "it has become shorter than what was read of it before";
    Error::new(ErrorKind::Truncated, message)
}
