//! The decoder: a chunk of messages, or of a message's resources, to a block, a row for each record.

use std::ops::Range;

use bumpalo::Bump;

use super::reader::{Fault, Result, valid_up_to};
use super::structure::next_message;
use super::transcoder::{Place, Transcoder, key_of};
use crate::input::Format;
use crate::input::decoding::{Decoded, Kept, Rejected, Target};
use crate::input::framing::{Chunk, Form, start_of_text};
use crate::input::otlp::OtlpLayout;
use crate::input::otlp::decoder::decode_messages;
use crate::input::otlp::ids::Ids;
use crate::input::otlp::messages::{LOGS, METRICS, Message, TRACES};

/// Before each message of a JSON text sequence (RFC 7464).
pub(super) const RECORD_SEPARATOR: u8 = 0x1e;

const NO_MESSAGE: &str = "expected an OTLP message: a JSON object";
const NOT_OTLP: &str = "the object has no list of resources (resourceLogs, resourceSpans or resourceMetrics): it is no OTLP message";
const OF_LOGS: &str = "the message holds logs: --format otlp-logs reads them";
const OF_TRACES: &str = "the message holds traces: --format otlp-traces reads them";
const OF_METRICS: &str = "the message holds metrics: --format otlp-metrics reads them";
const OF_PROFILES: &str =
    "the message holds profiles, which are not read: logs, traces and metrics are";

/// The messages of a signal.
pub(super) fn messages_of(format: Format) -> &'static Message {
    match format {
        Format::OtlpTraces => &TRACES,
        Format::OtlpMetrics => &METRICS,
        _ => &LOGS,
    }
}

/// Decodes a chunk of OTLP/JSON to an empty block.
pub(in crate::input::otlp) fn decode<'a>(
    chunk: &'a Chunk,
    (layout, ids): (OtlpLayout, Ids),
    into: Target<'_, 'a>,
) -> Decoded<'a> {
    let redacts = into.schema.redacts();
    let messages = Messages::read(chunk, into.arena, into.stops_at_rejected);
    let Messages { transcoder, nul_bytes, .. } = messages;
    let Transcoder { out, places, mut unreadable, altered, .. } = transcoder;
    let of = (chunk.format, chunk.pass);
    let mut decoded = decode_messages(out.into_bytes(), of, (layout, ids), into);
    if chunk.pass.is_none_or(|pass| pass.is_first) {
        let counts = &mut decoded.counts;
        (counts.bytes, counts.nul_bytes) = (chunk.bytes.len() as u64, nul_bytes);
        let alterations = &mut decoded.block.pivoted.alterations;
        alterations.unknown_members += altered.unknown_members;
        alterations.enum_names += altered.enum_names;
    } else {
        unreadable.clear();
    }
    for rejected in &mut decoded.rejected {
        rejected.bytes = json_of(&rejected.bytes, &places);
        rejected.kept = redacts.then_some(Kept::Nothing);
        rejected.at = rejected.bytes.start;
        if rejected.refused.is_none() {
            let record = &chunk.bytes[rejected.bytes.clone()];
            let valid = valid_up_to(record);
            rejected.at += if valid < record.len() { valid } else { 0 };
        }
    }
    decoded.rejected.extend(unreadable.into_iter().map(|unreadable| Rejected {
        line: 0,
        bytes: unreadable.json,
        at: unreadable.fault.at,
        reason: unreadable.fault.reason.to_owned(),
        refused: None,
        kept: redacts.then_some(Kept::Nothing),
    }));
    decoded.rejected.sort_by_key(|rejected| (rejected.bytes.start, rejected.bytes.end));
    let newlines = |range: Range<usize>| memchr::memchr_iter(b'\n', &chunk.bytes[range]).count();
    let (mut line, mut from) = (0, 0);
    for rejected in &mut decoded.rejected {
        // One that is in another starts behind it, and may show earlier.
        let at = rejected.at.max(from);
        line += newlines(from..at) as u64;
        (rejected.line, from) = (line, at);
    }
    decoded.lines = newlines(0..chunk.bytes.len()) as u64;
    decoded.counts.rejected = decoded.rejected.len() as u64;
    decoded.counts.records = decoded.counts.rows + decoded.counts.rejected;
    decoded
}

/// The messages of a chunk in protobuf.
pub(in crate::input::otlp) fn messages<'a>(chunk: &'a Chunk, arena: &'a Bump) -> &'a [u8] {
    Messages::read(chunk, arena, false).transcoder.out.into_bytes()
}

/// Where in the JSON a part of the messages in protobuf came from.
fn json_of(part: &Range<usize>, places: &[Place]) -> Range<usize> {
    let by_content = places.binary_search_by_key(&part.start, |place| place.content);
    let by_field = || places.binary_search_by_key(&part.start, |place| place.field);
    let index = by_content.or_else(|_| by_field()).unwrap_or_else(|next| next.saturating_sub(1));
    places.get(index).map_or(0..0, |place| place.json.clone())
}

/// The messages of a chunk.
struct Messages<'c, 'a> {
    transcoder: Transcoder<'c, 'a>,
    message: &'static Message,
    stops_at_rejected: bool,
    nul_bytes: u64,
}

impl<'c, 'a> Messages<'c, 'a> {
    fn read(chunk: &'c Chunk, arena: &'a Bump, stops_at_rejected: bool) -> Self {
        let message = messages_of(chunk.format);
        let transcoder = Transcoder::new(&chunk.bytes, message, arena);
        let mut messages = Self { transcoder, message, stops_at_rejected, nul_bytes: 0 };
        messages.of(chunk);
        messages
    }

    /// Reads a chunk, line by line where no message is longer.
    fn of(&mut self, chunk: &'c Chunk) {
        let (bytes, is_first) = (chunk.bytes.as_slice(), chunk.position == 0);
        self.transcoder.reader.at = start_of_text(bytes, chunk.position);
        let mut may_follow_cut = !is_first;
        while self.transcoder.reader.at < bytes.len() && !self.is_over() {
            let from = self.transcoder.reader.at;
            let newline = match chunk.form {
                Form::Lines => memchr::memchr(b'\n', &bytes[from..]),
                _ => None,
            };
            let end = newline.map_or(bytes.len(), |newline| from + newline + 1);
            self.transcoder.reader.bytes = &bytes[..end];
            self.transcoder.may_be_cut = chunk.goes_on && newline.is_none();
            self.transcoder.reader.skip_spaces();
            let next = self.transcoder.reader.peek();
            // So no source starts, but what follows a cut.
            if std::mem::take(&mut may_follow_cut) && matches!(next, Some(b',' | b']')) {
                self.guard(Self::rest_of_message);
            }
            self.skip_to_message();
            while self.transcoder.reader.peek().is_some() && !self.is_over() {
                self.guard(Self::message);
                self.skip_to_message();
            }
        }
    }

    fn is_over(&self) -> bool {
        self.stops_at_rejected && !self.transcoder.unreadable.is_empty()
    }

    /// Passes over what may stand between messages: also the brackets and commas of an array of them.
    fn skip_to_message(&mut self) {
        let reader = &mut self.transcoder.reader;
        while let Some(b' ' | b'\n' | b'\t' | b'\r' | b'[' | b',' | b']' | RECORD_SEPARATOR | 0) =
            reader.peek()
        {
            self.nul_bytes += u64::from(reader.peek() == Some(0));
            reader.at += 1;
        }
    }

    /// Reads, and where that fails rejects what can't be told apart, up to where a message may begin again.
    fn guard(&mut self, read: impl FnOnce(&mut Self) -> Result<()>) {
        let transcoder = &mut self.transcoder;
        transcoder.unit = transcoder.reader.at;
        (transcoder.depth, transcoder.has_list, transcoder.other) = (0, false, b"");
        transcoder.is_broken = false;
        let Err(fault) = read(self) else { return };
        let transcoder = &mut self.transcoder;
        let start = transcoder.unit;
        let end = next_message(transcoder.reader.bytes, start, key_of(self.message));
        // What is missing may show in the next one.
        let at = fault.at.min(end.saturating_sub(1)).max(start);
        transcoder.reject(start..end, Fault { at, ..fault });
        transcoder.reader.at = end;
    }

    fn message(&mut self) -> Result<()> {
        let transcoder = &mut self.transcoder;
        let start = transcoder.reader.at;
        transcoder.reader.expect(b'{', NO_MESSAGE)?;
        transcoder.depth = 1;
        let before = transcoder.altered;
        transcoder.members(self.message)?;
        let has_others = transcoder.altered.unknown_members > before.unknown_members;
        if has_others && !transcoder.has_list {
            transcoder.altered = before;
            transcoder.others.clear();
            let fault = Fault { at: start, reason: other_message(transcoder.other) };
            transcoder.reject(start..transcoder.reader.at, fault);
        }
        // Nobody reads what is of another signal beside it.
        for (member, name) in std::mem::take(&mut transcoder.others) {
            transcoder.altered.unknown_members -= 1;
            let fault = Fault { at: member.start, reason: other_message(name) };
            transcoder.reject(member, fault);
        }
        Ok(())
    }

    /// A message that was cut behind one of its resources.
    fn rest_of_message(&mut self) -> Result<()> {
        let transcoder = &mut self.transcoder;
        (transcoder.depth, transcoder.has_list) = (1, true);
        if transcoder.reader.take(b',') {
            transcoder.reader.skip_spaces();
            let Some((number, _, kind)) = self.message.fields.first() else { return Ok(()) };
            transcoder.elements(*number, *kind)?;
        } else {
            transcoder.reader.at += 1;
        }
        if transcoder.is_over() || transcoder.ends_object()? {
            return Ok(());
        }
        transcoder.more_members(self.message)
    }
}

/// Why an object without the signal's list is not taken, the name of whose last member this is.
fn other_message(name: &[u8]) -> &'static str {
    match name {
        b"resourceLogs" => OF_LOGS,
        b"resourceSpans" => OF_TRACES,
        b"resourceMetrics" => OF_METRICS,
        b"resourceProfiles" => OF_PROFILES,
        _ => NOT_OTLP,
    }
}
