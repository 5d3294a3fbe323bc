//! What came of a source's records: counts, and what to do with those that make no row.

use std::ops::Range;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::decoding::{DecodedChunk, Enclosing, Kept, Rejected};
use super::framing::{Chunk, MESSAGE_SHARE};
use super::hints;
use super::source::Source;
use super::{Format, InputCounts, InputPosition, OnError, Rejection, Rejects};
use crate::error::{Error, ErrorKind, Result};
use crate::format::thrift::append_varint;
use crate::row_lines::SourceLine;

/// Rejected records of an input that it remembers.
pub const FIRST_REJECTED: usize = 3;

/// What stands for a record that is withheld: a blank line.
const NOTHING: &[u8] = b"\n";

/// See the module. Chunks come to it in the source's order.
pub(crate) struct Records<'r> {
    name: Arc<str>,
    on_error: OnError<'r>,
    counts: InputCounts,
    /// Whether the last record was rejected, up to its chunk's end.
    is_end_rejected: bool,
    /// Whether reading can't begin behind what was read last.
    is_within: bool,
    /// Whether the source is read on from where it was read before.
    is_read_on: bool,
    /// The next line's number, from 1.
    line: u64,
    /// The source's byte at which the line starts in which the next record does.
    line_start: u64,
    /// The same of chunks that may be read again, by the byte at which they start.
    starts: Vec<(u64, LineStart)>,
    /// The first rejected records, and that in which the source was cut off.
    first_rejected: Vec<Rejection>,
    /// The member of the first record that is an array of objects, where it starts with one.
    wrapper: Option<String>,
    /// What the first chunk seems to be.
    seems: Option<String>,
}

impl<'r> Records<'r> {
    pub(super) fn new(name: String, on_error: OnError<'r>) -> Self {
        let counts = InputCounts::default();
        Self {
            name: name.into(),
            on_error,
            counts,
            is_end_rejected: false,
            is_within: false,
            is_read_on: false,
            line: 1,
            line_start: 0,
            starts: Vec::new(),
            first_rejected: Vec::new(),
            wrapper: None,
            seems: None,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn counts(&self) -> InputCounts {
        self.counts
    }

    /// Whether the last record was rejected, up to the end of what was read.
    pub(super) fn is_end_rejected(&self) -> bool {
        self.is_end_rejected
    }

    /// Whether what was read last is within something that goes on, so that reading can't begin behind it.
    pub(super) fn is_within(&self) -> bool {
        self.is_within
    }

    /// The line that comes next or goes on, from 1, and the source's byte at which it starts.
    pub(super) fn line(&self) -> (u64, u64) {
        (self.line, self.line_start)
    }

    /// The source is read on from there.
    pub(super) fn go_on_behind(&mut self, position: &InputPosition) {
        self.is_read_on = position.bytes > 0;
        (self.line, self.line_start) = (position.line.max(1), position.line_start);
    }

    /// An error of reading, with the line that was reached: what comes next starts at this byte.
    pub(super) fn reached(&self, position: u64, error: Error) -> Error {
        error.at_line(self.line, position.saturating_sub(self.line_start) + 1, position)
    }

    /// Whether the first rejected record is an error.
    pub(crate) fn stops_at_rejected(&self) -> bool {
        matches!(self.on_error, OnError::Fail)
    }

    pub(super) fn first_rejected(&self) -> &[Rejection] {
        &self.first_rejected
    }

    /// What may have been meant otherwise, and the option for that.
    pub(super) fn advice(&self, format: Format) -> Option<String> {
        let is_alone = self.counts.rows == 1 && self.counts.records == 1;
        if let Some(member) = self.wrapper.as_deref().filter(|_| is_alone) {
            // Loki's rows are one level below.
            let path = if member == "streams" { "streams.values" } else { member };
            return Some(format!(
                "it is one row, whose member {member} is an array of objects; to have a row of each: --records {path}"
            ));
        }
        let has_header =
            matches!(format, Format::Csv | Format::Tsv) && self.line > self.counts.blank + 1;
        let is_header_alone = has_header && self.is_at_start();
        let header_alone = "there is a header row, and no row below it (if it is a row of values: --csv-header none)";
        self.seems.clone().or_else(|| is_header_alone.then(|| header_alone.to_owned()))
    }

    /// Counts what a chunk came to, and passes on the records that it rejected. Returns where its first line is, if
    /// it is one of lines.
    ///
    /// # Errors
    /// That of the first rejected record, where it is an error; those of what takes them.
    pub(crate) fn settle(&mut self, decoded: &mut DecodedChunk) -> Result<Option<SourceLine>> {
        let rejected = decoded.take_rejected();
        let (chunk, found) = (decoded.chunk(), decoded.decoded());
        let (format, is_text) = (chunk.format, chunk.form.is_text());
        if self.is_at_start() {
            if matches!(format, Format::Ndjson | Format::Json) {
                self.wrapper = hints::wrapper(&chunk.bytes);
            }
            self.seems = found.seems.clone().or(self.seems.take());
        }
        // Chunks that are read again go back.
        self.is_within = chunk.is_within || chunk.pass.is_some();
        let mut hint = rejected.first().and_then(|_| self.hint(&chunk.bytes, format));
        self.counts.add(&found.counts);
        self.counts.bytes += chunk.nul_bytes;
        self.counts.nul_bytes += chunk.nul_bytes;
        if let Some((lines, line_start)) = chunk.passed {
            self.line += lines;
            self.line_start = line_start;
        }
        let start = self.start_of(chunk);
        let mut newlines = Newlines::default();
        let end = chunk.bytes.trim_ascii_end().len();
        self.is_end_rejected = rejected.last().is_some_and(|last| last.bytes.end >= end);
        for rejected in rejected {
            let is_hinted = hint.is_some();
            let rejection = Rejection {
                source: self.name.to_string(),
                format,
                is_text,
                line: start.line + rejected.line,
                column: column(chunk, &rejected, &mut newlines, start),
                byte: chunk.position + rejected.at as u64,
                reason: hinting(rejected.reason, hint.take()),
                withheld: matches!(rejected.kept, Some(Kept::Nothing)),
            };
            self.remember(&rejection);
            match &mut self.on_error {
                OnError::Fail => return Err(failure(rejection, rejected.refused, is_hinted)),
                OnError::Skip => {}
                OnError::Keep(rejects) => {
                    match &rejected.kept {
                        kept @ (None | Some(Kept::Within(_))) => {
                            let mut parts = Parts::of(format, is_text);
                            if let Some(Kept::Within(enclosing)) = kept {
                                parts.open(enclosing, rejected.bytes.len(), chunk, *rejects)?;
                            }
                            parts.take(&chunk.bytes[rejected.bytes], *rejects)?;
                            parts.end(*rejects)?;
                        }
                        Some(Kept::Redacted(record)) => rejects.part(record)?,
                        Some(Kept::Nothing) => rejects.part(NOTHING)?,
                    }
                    rejects.end(&rejection)?;
                }
            }
        }
        let first = SourceLine { source: Arc::clone(&self.name), line: start.line };
        if chunk.pass.is_some_and(|pass| !pass.is_first) {
            return Ok(Some(first).filter(|_| format.is_of_lines()));
        }
        self.line += found.lines;
        if let Some(newline) = memchr::memrchr(b'\n', &chunk.bytes).filter(|_| is_text) {
            self.line_start = chunk.position + newline as u64 + 1;
        }
        Ok(Some(first).filter(|_| format.is_of_lines()))
    }

    /// Where a chunk starts; of one that is read again, where it did then.
    fn start_of(&mut self, chunk: &Chunk) -> LineStart {
        let start = LineStart { line: self.line, byte: self.line_start };
        let Some(pass) = chunk.pass else { return start };
        if pass.begins {
            self.starts.clear();
        }
        if pass.is_first {
            self.starts.push((chunk.position, start));
            return start;
        }
        let known = self.starts.binary_search_by_key(&chunk.position, |(position, _)| *position);
        known.map_or(start, |index| self.starts[index].1)
    }

    /// Rejects a record that is too long, or can't be told from others, as it is read. It is withheld where values are
    /// redacted.
    ///
    /// # Errors
    /// As [`settle`](Self::settle); [`ErrorKind::Io`].
    pub(super) fn reject_unread(
        &mut self,
        source: &mut Source<'_>,
        reason: String,
        withheld: bool,
    ) -> Result<()> {
        let format = source.format();
        let hint = self.hint(source.rest(), format);
        let is_hinted = hint.is_some();
        let rejection = Rejection {
            source: self.name.to_string(),
            format,
            is_text: source.is_text(),
            line: self.line,
            column: match source.is_text() {
                true => source.position().saturating_sub(self.line_start) + 1,
                false => 1,
            },
            byte: source.position(),
            reason: hinting(reason, hint),
            withheld,
        };
        if let OnError::Fail = self.on_error {
            return Err(failure(rejection, None, is_hinted));
        }
        self.remember(&rejection);
        self.reject_next(source, &rejection)
    }

    /// The same with the last record of a source that was cut off, of which there may be nothing.
    ///
    /// # Errors
    /// As [`settle`](Self::settle).
    pub(super) fn reject_cut(
        &mut self,
        source: &mut Source<'_>,
        error: &Error,
        withheld: bool,
    ) -> Result<()> {
        let rest = source.rest();
        let read = rest.len() as u64;
        let what = error.message();
        let format = source.format();
        let (line, column) = match memchr::memrchr(b'\n', rest).filter(|_| format == Format::Json) {
            Some(newline) => {
                let lines = memchr::memchr_iter(b'\n', rest).count() as u64;
                (self.line + lines, read - newline as u64)
            }
            None if format == Format::Json => {
                (self.line, source.position() - self.line_start + read + 1)
            }
            None => (self.line, read + 1),
        };
        let rejection = Rejection {
            source: self.name.to_string(),
            format,
            is_text: source.is_text(),
            line,
            column,
            byte: source.position() + read,
            reason: format!("{what}: the file was cut off, or is still being written"),
            withheld,
        };
        if let OnError::Fail = self.on_error {
            let whole = match format {
                Format::Json => "elements",
                Format::JournaldExport => "entries",
                _ if rejection.is_text => "lines",
                _ => "messages",
            };
            let message =
                format!("{}; --on-error skip reads the whole {whole} before", rejection.reason);
            return Err(rejection.locate(Error::new(ErrorKind::Truncated, message)));
        }
        self.counts.truncated += 1;
        // Beside the first ones: whatever else was rejected, this is told.
        self.first_rejected.truncate(FIRST_REJECTED);
        self.first_rejected.push(rejection.clone());
        self.reject_next(source, &rejection)
    }

    /// Passes the next record on, as it is read, as one that is rejected.
    fn reject_next(&mut self, source: &mut Source<'_>, rejection: &Rejection) -> Result<()> {
        self.is_end_rejected = true;
        // It may have been a part of a message.
        self.is_within = rejection.is_text && rejection.format.signal().is_some();
        let on_error = &mut self.on_error;
        let mut parts = Parts::of(rejection.format, rejection.is_text);
        let (mut at, mut lines, mut line_start) = (source.position(), 0, self.line_start);
        let skipped = source.skip_record(&mut |part| {
            lines += memchr::memchr_iter(b'\n', part).count() as u64;
            if let Some(newline) = memchr::memrchr(b'\n', part) {
                line_start = at + newline as u64 + 1;
            }
            at += part.len() as u64;
            match on_error {
                OnError::Keep(rejects) if !rejection.withheld => parts.take(part, *rejects),
                _ => Ok(()),
            }
        });
        self.counts.bytes += skipped.map_err(|error| error.in_source(&self.name))?;
        if let OnError::Keep(rejects) = &mut self.on_error {
            match rejection.withheld {
                true => rejects.part(NOTHING)?,
                false => parts.end(*rejects)?,
            }
            rejects.end(rejection)?;
        }
        self.line += if rejection.is_text { lines } else { 1 };
        self.line_start = line_start;
        self.counts.records += 1;
        self.counts.rejected += 1;
        Ok(())
    }

    /// What the source may be, if its first record, which starts so, is malformed.
    fn hint(&self, start: &[u8], format: Format) -> Option<String> {
        if !self.is_at_start() {
            return None;
        }
        let seems = || if format == Format::Ndjson { hints::hint(start) } else { None };
        self.seems.clone().or_else(seems)
    }

    /// Whether none of its records has been read.
    fn is_at_start(&self) -> bool {
        self.counts.records == 0 && !self.is_read_on
    }

    fn remember(&mut self, rejection: &Rejection) {
        self.counts.withheld += u64::from(rejection.withheld);
        if self.first_rejected.len() < FIRST_REJECTED {
            self.first_rejected.push(rejection.clone());
        }
    }
}

/// A line in which a record starts: its number, from 1, and the source's byte at which it starts itself.
#[derive(Clone, Copy)]
struct LineStart {
    line: u64,
    byte: u64,
}

/// The byte, from 1, at which a record went wrong: in the record, or where lines hold more than one in the line.
fn column(chunk: &Chunk, rejected: &Rejected, newlines: &mut Newlines, start: LineStart) -> u64 {
    let in_record = (rejected.at - rejected.bytes.start) as u64 + 1;
    let begins_line =
        chunk.format.is_of_lines() && !matches!(chunk.format, Format::Json | Format::EsBulk);
    if begins_line || !chunk.form.is_text() {
        return in_record;
    }
    match newlines.last_before(&chunk.bytes, rejected.at) {
        Some(newline) => (rejected.at - newline) as u64,
        None => chunk.position + rejected.at as u64 - start.byte + 1,
    }
}

/// Looks for newlines before bytes that mostly come in order, each stretch once.
#[derive(Default)]
struct Newlines {
    /// Where it was asked last, and what it found.
    at: usize,
    last: Option<usize>,
}

impl Newlines {
    fn last_before(&mut self, bytes: &[u8], at: usize) -> Option<usize> {
        if at < self.at {
            *self = Self::default();
        }
        let found = memchr::memrchr(b'\n', &bytes[self.at..at]).map(|newline| self.at + newline);
        (self.at, self.last) = (at, found.or(self.last));
        self.last
    }
}

fn hinting(reason: String, hint: Option<String>) -> String {
    match hint {
        Some(hint) => format!("{reason}; {hint}"),
        None => reason,
    }
}

/// Why a record is rejected that is longer than so many bytes.
pub(crate) fn too_long(limit: usize, format: Format) -> String {
    match format {
        Format::Json => return format!("the element is longer than {limit} bytes"),
        Format::EsBulk => {
            return format!("the action and its document are longer than {limit} bytes");
        }
        Format::JournaldExport => return format!("the entry is longer than {limit} bytes"),
        _ if format.is_of_lines() => return format!("the line is longer than {limit} bytes"),
        _ => {}
    }
    format!(
        "the records of one resource have more than {limit} bytes, which is all that the memory limit has room for: raise \
         it (--memory-limit, or Options::memory_limit) to {MESSAGE_SHARE} times the resource's bytes, or have what wrote it send \
         smaller requests"
    )
}

/// The type of protobuf's fields that have a length.
const LENGTH_DELIMITED: u64 = 2;

/// The parts of a rejected record on their way to who takes them: lines as they are, others in base64.
struct Parts {
    is_text: bool,
    /// Whether its records have no end of their own, and get one.
    needs_end: bool,
    /// Whether the last part ended with one.
    has_end: bool,
    /// Bytes that are not enough for four digits.
    rest: Vec<u8>,
}

impl Parts {
    fn of(format: Format, is_text: bool) -> Self {
        Self { is_text, needs_end: !format.is_of_lines(), has_end: false, rest: Vec::new() }
    }

    fn take(&mut self, part: &[u8], rejects: &mut dyn Rejects) -> Result<()> {
        if self.is_text {
            self.has_end = part.ends_with(b"\n");
            return rejects.part(part);
        }
        self.rest.extend_from_slice(part);
        let whole = self.rest.len() / 3 * 3;
        let digits = BASE64.encode(&self.rest[..whole]);
        self.rest.drain(..whole);
        rejects.part(digits.as_bytes())
    }

    /// The start of messages that a record of so many bytes ends.
    fn open(
        &mut self,
        enclosing: &[Arc<Enclosing>],
        record_bytes: usize,
        chunk: &Chunk,
        rejects: &mut dyn Rejects,
    ) -> Result<()> {
        let mut starts = Vec::new();
        let mut content = record_bytes;
        for message in enclosing.iter().rev() {
            let mut start = Vec::new();
            append_varint(u64::from(message.number) << 3 | LENGTH_DELIMITED, &mut start);
            append_varint(content as u64, &mut start);
            content += start.len() + message.others.iter().map(Range::len).sum::<usize>();
            starts.push(start);
        }
        for (message, start) in enclosing.iter().zip(starts.iter().rev()) {
            for other in &message.others {
                self.take(&chunk.bytes[other.clone()], rejects)?;
            }
            self.take(start, rejects)?;
        }
        Ok(())
    }

    fn end(self, rejects: &mut dyn Rejects) -> Result<()> {
        if self.is_text {
            let is_ended = self.has_end || !self.needs_end;
            return if is_ended { Ok(()) } else { rejects.part(b"\n") };
        }
        let digits = BASE64.encode(&self.rest);
        rejects.part(format!("{digits}\n").as_bytes())
    }
}

/// The error of a rejected record; a hint says what to do, where there is one.
fn failure(rejection: Rejection, refused: Option<Error>, is_hinted: bool) -> Error {
    let is_of_lines = rejection.format.is_of_lines();
    let (fix, such) = match (is_of_lines, rejection.is_text) {
        (true, _) if rejection.format == Format::Json => ("fix it, or leave such records out", ""),
        (true, _) => ("fix the line, or leave such lines out", ""),
        (false, true) => ("leave such records out", ""),
        (false, false) => ("leave such records out", ", in base64"),
    };
    let message = match is_hinted {
        true => rejection.reason.clone(),
        false => format!(
            "{}: {fix} (--on-error skip) or aside (--on-error FILE{such})",
            rejection.reason
        ),
    };
    rejection.locate(refused.unwrap_or_else(|| Error::new(ErrorKind::Malformed, message)))
}
