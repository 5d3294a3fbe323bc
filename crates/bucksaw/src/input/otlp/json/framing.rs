//! Cuts a source of OTLP/JSON between its messages, and long messages between their resources.
//!
//! Where each message has a line, as the Collector's file exporter writes them, lines' ends are all that is looked for. A chunk
//! that begins in a message's list of resources begins with what stands behind one of them: a comma or a bracket, as no message does.
//! From the first message on that goes over lines, messages are read as if all of them may.

use super::decoder::messages_of;
use super::structure::{Inside, begins_message, behind_string};
use super::transcoder::key_of;
use crate::error::Result;
use crate::input::Format;
use crate::input::buffered::Buffered;
use crate::input::framing::{CHUNK_BYTES, Chunk, Form, Frame, Framer, Limits, Steps};

/// The end of a message and the start of another on its line. No string has it: quotes are escaped there.
const NEXT_MESSAGE: &[u8] = b"}{\"resource";

/// Where in a source's messages a byte is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place {
    /// Objects and arrays around.
    depth: usize,
    /// Of which so many are an array of messages.
    outer: usize,
    /// Whether the array around a message's members is its list of resources.
    is_list: bool,
}

/// Looks for the places where a source can be cut.
#[derive(Debug)]
struct Scan {
    place: Place,
    /// Up to where it has looked; behind the end where an escape goes on there.
    at: usize,
    /// Where the string starts in which that is.
    string: Option<usize>,
    /// Whether the last string was the name of the list of resources.
    is_key: bool,
    /// The last byte behind which it can be cut, and where that is.
    cut: Option<(usize, Place)>,
}

impl Scan {
    fn from(place: Place) -> Self {
        Self { place, at: 0, string: None, is_key: false, cut: None }
    }

    /// Looks at more bytes, which begin where it began, up to their end or to the first place.
    fn run(&mut self, bytes: &[u8], key: &[u8], is_for_first: bool) {
        while self.at < bytes.len() && !(is_for_first && self.cut.is_some()) {
            self.skip_records(bytes);
            if self.at >= bytes.len() {
                return;
            }
            if let Some(start) = self.string {
                self.end_string(start, bytes, key);
                continue;
            }
            let byte = bytes[self.at];
            self.at += 1;
            let Place { depth, outer, is_list } = &mut self.place;
            match byte {
                b'"' => self.string = Some(self.at),
                b'{' => *depth += 1,
                b'[' => {
                    *outer += usize::from(*depth == 0);
                    *is_list |= *depth == *outer + 1 && self.is_key;
                    *depth += 1;
                }
                b'}' | b']' => {
                    *depth = depth.saturating_sub(1);
                    if byte == b'}' && *depth == *outer + 2 && *is_list {
                        self.cut = Some((self.at, self.place));
                        continue;
                    }
                    *is_list &= *depth > *outer + 1;
                    if *depth == 0 {
                        self.place = Place::default();
                        self.cut = Some((self.at, self.place));
                    }
                }
                b',' if *depth == 1 && *outer == 1 => self.cut = Some((self.at, self.place)),
                _ => {}
            }
        }
    }

    /// Passes over bytes that are deep in a resource, where it can't be cut.
    #[inline]
    fn skip_records(&mut self, bytes: &[u8]) {
        let Place { depth, outer, is_list } = self.place;
        let resource = outer + 3;
        if !is_list || depth <= resource || self.string.is_some() {
            return;
        }
        let mut inside = Inside { depth, in_string: false, is_escaped: false };
        self.at += inside.skip(&bytes[self.at..], resource);
        self.place.depth = inside.depth;
        // Of such a string no one asks for the start.
        self.string = inside.in_string.then_some(usize::MAX);
        self.at += usize::from(inside.is_escaped);
    }

    fn end_string(&mut self, start: usize, bytes: &[u8], key: &[u8]) {
        if let Some(end) = behind_string(bytes, self.at) {
            self.string = None;
            self.at = end;
            if self.place.depth == self.place.outer + 1 {
                self.is_key = bytes.get(start..end - 1) == Some(key);
            }
            return;
        }
        let backslashes = bytes[self.at..].iter().rev().take_while(|byte| **byte == b'\\').count();
        self.at = bytes.len() + backslashes % 2;
    }

    /// The same in what comes behind so many bytes.
    fn pass(&mut self, bytes: usize) {
        self.at -= bytes;
        // Of a string that has begun before, nobody knows the start.
        self.string = self.string.map(|_| usize::MAX);
    }
}

/// See the module.
pub(in crate::input) struct Documents<'r> {
    source: Buffered<'r>,
    /// That of the messages that were read last.
    format: Format,
    /// Whether all messages are of that format.
    is_told: bool,
    /// How messages stand in it, by the first.
    form: Option<Form>,
    /// Where the next chunk starts.
    place: Place,
}

impl<'r> Documents<'r> {
    /// Of a source that begins with this format, or has nothing else, if that `is_told`.
    pub(in crate::input) fn new(source: Buffered<'r>, format: Format, is_told: bool) -> Self {
        Self { source, format, is_told, form: None, place: Place::default() }
    }

    /// How many bytes are of messages of one format, which is this source's from then on. They begin a message,
    /// or go on with one of the format there is.
    fn bytes_of_one_format(&mut self, lines: &[u8], begins_message: bool) -> usize {
        if begins_message && let Some(format) = format_of_line(lines) {
            self.format = format;
        }
        let behind_newlines = memchr::memchr_iter(b'\n', lines).map(|newline| newline + 1);
        let behind_others = memchr::memmem::find_iter(lines, NEXT_MESSAGE).map(|end| end + 1);
        let is_other = |start: &usize| {
            format_of_line(&lines[*start..]).is_some_and(|format| format != self.format)
        };
        behind_newlines.chain(behind_others).filter(is_other).min().unwrap_or(lines.len())
    }

    /// How many bytes there are at the source's end, without a last message that is left for later, since it has no end; or a last line
    /// that is no whole message.
    fn whole_at_end(&self, bytes: &[u8]) -> usize {
        if self.place != Place::default() || !self.source.leaves_rest() {
            return bytes.len();
        }
        if self.form != Some(Form::Lines) {
            return self.whole_messages(bytes);
        }
        let start = memchr::memrchr(b'\n', bytes).map_or(0, |newline| newline + 1);
        let line = bytes[start..].trim_ascii_end();
        let mut scan = Scan::from(Place::default());
        scan.run(line, self.key(), false);
        match line.is_empty() || scan.cut == Some((line.len(), Place::default())) {
            true => bytes.len(),
            false => start,
        }
    }

    /// How many bytes are whole messages, with the white space behind them.
    fn whole_messages(&self, bytes: &[u8]) -> usize {
        let mut scan = Scan::from(Place::default());
        let mut end = 0;
        while scan.at < bytes.len() {
            scan.cut = None;
            scan.run(bytes, self.key(), true);
            if let Some((at, place)) = scan.cut
                && place == Place::default()
            {
                end = at;
            }
        }
        if bytes[end..].trim_ascii().is_empty() { bytes.len() } else { end }
    }

    /// What JSON calls a message's list of resources.
    fn key(&self) -> &'static [u8] {
        key_of(messages_of(self.format))
    }

    fn form(&mut self, start: &[u8]) -> Form {
        let key = self.key();
        *self.form.get_or_insert_with(|| form_of(start, key))
    }

    fn chunk(&mut self, buffer: Vec<u8>, (len, place): (usize, Place), filled: usize) -> Frame {
        let form = self.form.unwrap_or(Form::Lines);
        let begins_message = self.place == Place::default();
        let of_one = match form {
            Form::Lines if !self.is_told => {
                self.bytes_of_one_format(&buffer[..len], begins_message)
            }
            _ => len,
        };
        let place = if of_one < len { Place::default() } else { place };
        self.place = place;
        let chunk = self.source.chunk(buffer, of_one, filled, self.format);
        let is_within = place != Place::default();
        Frame::Records(Chunk { form, goes_on: place.is_list, is_within, ..chunk })
    }
}

/// The signal of a message that starts so, where its list of resources is its first member.
fn format_of_line(line: &[u8]) -> Option<Format> {
    let name =
        line.trim_ascii_start().strip_prefix(b"{")?.trim_ascii_start().strip_prefix(b"\"")?;
    let signals = [Format::OtlpLogs, Format::OtlpTraces, Format::OtlpMetrics];
    signals.into_iter().find(|format| {
        let others = name.strip_prefix(key_of(messages_of(*format)));
        others.is_some_and(|others| others.first() == Some(&b'"'))
    })
}

/// By whether the first line that is not empty ends with a message.
fn form_of(start: &[u8], key: &[u8]) -> Form {
    let spaces = start.len() - start.trim_ascii_start().len();
    let bare = &start[spaces..];
    let Some(newline) = memchr::memchr(b'\n', bare) else { return Form::Lines };
    let (line, next) = (bare[..newline].trim_ascii_end(), &bare[newline + 1..]);
    let mut scan = Scan::from(Place::default());
    scan.run(line, key, false);
    // A line that was cut is one, too.
    let is_cut = begins_message(next, key) && line != b"[";
    if scan.place.depth == 0 || is_cut { Form::Lines } else { Form::Text }
}

/// Where the first line starts that begins a message which goes on in the next.
fn message_over_lines(bytes: &[u8], key: &[u8]) -> Option<usize> {
    let mut start = 0;
    for newline in memchr::memchr_iter(b'\n', bytes) {
        let line = bytes[start..newline].trim_ascii();
        // A line that was cut may end so, too.
        let is_open = line.starts_with(b"{") && matches!(line.last(), Some(b'{' | b'['));
        if is_open && !begins_message(&bytes[newline + 1..], key) {
            return Some(start);
        }
        start = newline + 1;
    }
    None
}

impl Framer for Documents<'_> {
    fn format(&self) -> Format {
        self.format
    }

    fn is_text(&self) -> bool {
        true
    }

    fn position(&self) -> u64 {
        self.source.position
    }

    fn rest(&self) -> &[u8] {
        &self.source.rest
    }

    fn next(&mut self, mut buffer: Vec<u8>, long: &mut Vec<u8>, limits: Limits) -> Result<Frame> {
        let mut filled = self.source.begin(&mut buffer, limits.window_bytes);
        let mut steps = Steps::from(filled, limits);
        let mut searched = 0;
        let mut scan = Scan::from(self.place);
        loop {
            filled = self.source.fill(&mut buffer, filled, steps.wanted)?;
            let bytes = &buffer[..filled];
            let mut form = self.form(bytes);
            if form == Form::Lines
                && let Some(start) = message_over_lines(bytes, self.key())
            {
                if start > 0 {
                    return Ok(self.chunk(buffer, (start, Place::default()), filled));
                }
                form = Form::Text;
                self.form = Some(form);
            }
            if self.source.is_at_end && self.source.cut.is_none() {
                let whole = self.whole_at_end(bytes);
                return Ok(match whole {
                    0 => {
                        self.source.keep(buffer, filled);
                        Frame::End
                    }
                    _ => self.chunk(buffer, (whole, Place::default()), filled),
                });
            }
            if form == Form::Lines
                && let Some(newline) = memchr::memrchr(b'\n', &bytes[searched..])
            {
                let len = searched + newline + 1;
                return Ok(self.chunk(buffer, (len, Place::default()), filled));
            }
            searched = filled;
            scan.run(bytes, self.key(), false);
            if let Some(cut) = scan.cut {
                return Ok(self.chunk(buffer, cut, filled));
            }
            if let Some(error) = self.source.cut.take() {
                self.source.keep(buffer, filled);
                return Ok(Frame::Cut(error));
            }
            let most = limits.message_bytes.max(CHUNK_BYTES);
            if filled > most {
                self.source.keep(buffer, filled);
                return Ok(Frame::TooLong(most));
            }
            // In steps, as no one says how long a resource is.
            buffer = steps.go_on(most + 1, buffer, filled, long);
        }
    }

    fn skip_record(&mut self, take: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<u64> {
        let mut scan = Scan::from(self.place);
        let mut skipped = 0;
        loop {
            let rest = &self.source.rest;
            scan.run(rest, self.key(), true);
            let line = match self.form {
                Some(Form::Lines) => memchr::memchr(b'\n', rest),
                _ => None,
            };
            let line = line.map(|newline| (newline + 1, Place::default()));
            let end = scan.cut.into_iter().chain(line).min_by_key(|(len, _)| *len);
            let len = end.map_or(rest.len(), |(len, _)| len);
            take(&rest[..len])?;
            skipped += len as u64;
            self.source.skip(len);
            if let Some((_, place)) = end {
                self.place = place;
            }
            if end.is_some() || self.source.is_over() {
                self.source.shrink();
                return Ok(skipped);
            }
            scan.pass(len);
            self.source.refill()?;
        }
    }
}
