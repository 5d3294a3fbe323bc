//! Whether bytes are a start of messages of one signal: strictly, since OTLP's messages bear no mark.

use super::head::{Head, head};
use super::messages::{ANY_LENGTH, Kind, LOGS, METRICS, Message, PROFILES, TRACES};
use super::wire::{Fields, VarintEnd, varint};
use crate::input::Format;

/// Messages within each other that are looked into.
const MAX_DEPTH: usize = 16;

const SIGNALS: [(Format, &Message); 3] =
    [(Format::OtlpLogs, &LOGS), (Format::OtlpTraces, &TRACES), (Format::OtlpMetrics, &METRICS)];

/// The format of a field of a message by its first record, where that can't be one of this format.
pub(super) fn other_format(field: &[u8], format: Format) -> Option<Format> {
    let mut others = Vec::new();
    for (other, message) in SIGNALS {
        match records_of(field, true, message, 1) {
            Some(_) if other == format => return None,
            Some(1) => others.push(other),
            _ => {}
        }
    }
    if let [other] = others[..] { Some(other) } else { None }
}

/// Whether a field of a message has a record of this format, or of any, and is nothing else.
pub(super) fn has_record(field: &[u8], format: Option<Format>) -> bool {
    let signals = SIGNALS.iter().filter(|(known, _)| format.is_none_or(|format| *known == format));
    let records = |message| records_of(field, true, message, usize::MAX);
    signals.map(|(_, message)| message).any(|message| records(message).is_some_and(|of| of > 0))
}

/// The formats that a source's first records may be of, of which these are the first bytes; none of a source without records there, or
/// which begins with something else. What is damaged behind sound records, or in a message behind its length, is left to who reads it.
pub(crate) fn formats_of(start: &[u8]) -> Vec<Format> {
    let mut formats: Option<Vec<Format>> = None;
    let mut left = start;
    // What is left behind the message that goes on, where its length is known.
    let mut behind: Option<&[u8]> = None;
    while !left.is_empty() {
        if behind.is_some_and(|behind| left.len() <= behind.len()) {
            behind = None;
        }
        let (content, others, is_whole) = match head(left) {
            Head::Length(content, len) => {
                left = &left[len..];
                behind = Some(left.get(content..).unwrap_or_default());
                continue;
            }
            Head::Incomplete => (&left[left.len()..], &left[left.len()..], false),
            Head::Field(len) => match left.split_at_checked(len) {
                Some((field, others)) => (field, others, true),
                None => (left, &left[left.len()..], false),
            },
            Head::Malformed => (left, left, true),
        };
        let fitting = SIGNALS
            .map(|(format, message)| (format, records_of(content, is_whole, message, usize::MAX)));
        if fitting.iter().all(|(_, records)| records.is_none()) {
            match (behind.take(), &formats) {
                (Some(behind), _) => left = behind,
                (None, Some(_)) => break,
                (None, None) => return Vec::new(),
            }
            continue;
        }
        let has_records =
            fitting.into_iter().filter(|(_, records)| records.is_some_and(|of| of > 0));
        let with_records: Vec<Format> = has_records.map(|(format, _)| format).collect();
        if !with_records.is_empty() {
            let known = formats.get_or_insert_with(|| with_records.clone());
            // Those behind them may be of another signal, or say more of the same.
            if known.iter().any(|format| with_records.contains(format)) {
                known.retain(|format| with_records.contains(format));
            }
        }
        left = others;
    }
    formats.unwrap_or_default()
}

/// Whether a source whose first bytes are these holds profiles, the signal that is not read.
pub(crate) fn are_profiles(start: &[u8]) -> bool {
    let (content, is_whole) = match head(start) {
        Head::Length(content, len) => match start[len..].split_at_checked(content) {
            Some((content, _)) => (content, true),
            None => (&start[len..], false),
        },
        Head::Field(_) => (start, false),
        Head::Incomplete | Head::Malformed => return false,
    };
    records_of(content, is_whole, &PROFILES, 1).is_some_and(|records| records > 0)
}

/// How many records bytes have that are such a message, or the start of one, so many at the most; none where they are not.
fn records_of(bytes: &[u8], is_whole: bool, message: &Message, wanted: usize) -> Option<usize> {
    let mut fitting = Fitting { records: 0, wanted };
    fitting.fits(bytes, is_whole, message, 0).then_some(fitting.records)
}

struct Fitting {
    records: usize,
    /// So many are enough.
    wanted: usize,
}

impl Fitting {
    /// Whether bytes are such a message and have no other fields; or the start of one.
    fn fits(&mut self, mut left: &[u8], is_whole: bool, message: &Message, depth: usize) -> bool {
        let missing = |end| !is_whole && end == VarintEnd::Missing;
        while !left.is_empty() && self.records < self.wanted {
            let (key, len) = match varint(left) {
                Ok(read) => read,
                Err(end) => return missing(end),
            };
            left = &left[len..];
            let known = message.fields.iter().find(|(number, ..)| u64::from(*number) == key >> 3);
            let Some((_, _, kind)) = known else { return false };
            let fixed = match (wire_type(*kind), is_list(*kind), key & 7) {
                (0, _, 0) => match varint(left) {
                    Ok((_, len)) => len,
                    Err(end) => return missing(end),
                },
                (1, _, 1) => 8,
                (5, _, 5) => 4,
                (2, _, 2) | (_, true, 2) => {
                    let (length, len) = match varint(left) {
                        Ok(read) => read,
                        Err(end) => return missing(end),
                    };
                    left = &left[len..];
                    let end = usize::try_from(length).ok();
                    let split = end.and_then(|end| left.split_at_checked(end));
                    let (content, others, has_end) = match split {
                        Some((content, others)) => (content, others, true),
                        None if is_whole => return false,
                        None => (left, &left[left.len()..], false),
                    };
                    if !self.content_fits(content, has_end, *kind, depth) {
                        return false;
                    }
                    left = others;
                    continue;
                }
                _ => return false,
            };
            left = match left.get(fixed..) {
                Some(others) => others,
                None => return !is_whole,
            };
        }
        true
    }

    fn content_fits(&mut self, content: &[u8], is_whole: bool, kind: Kind, depth: usize) -> bool {
        match kind {
            Kind::Id(len) => {
                let has_length = len == ANY_LENGTH || content.len() == len;
                content.is_empty() || has_length || !is_whole
            }
            Kind::Fixed64s | Kind::Doubles => content.len().is_multiple_of(8) || !is_whole,
            _ if depth == MAX_DEPTH => true,
            Kind::Message(message)
            | Kind::Messages(message)
            | Kind::Attributes(message)
            | Kind::Values(message)
            | Kind::Groups(message)
            | Kind::Points(message) => self.fits(content, is_whole, message, depth + 1),
            Kind::Records(message, required) => {
                let fits = self.fits(content, is_whole, message, depth + 1)
                    && (!is_whole || required.iter().all(|number| has_field(content, *number)));
                self.records += usize::from(fits);
                fits
            }
            // Whether texts are text is for who reads the record.
            _ => true,
        }
    }
}

/// The wire type of a field, or of a list's element.
fn wire_type(kind: Kind) -> u8 {
    match kind {
        Kind::Bool
        | Kind::Int32
        | Kind::Sint32
        | Kind::Uint32
        | Kind::Int64
        | Kind::Enum(_)
        | Kind::Uint64s => 0,
        Kind::Fixed64 | Kind::Sfixed64 | Kind::Double | Kind::Fixed64s | Kind::Doubles => 1,
        Kind::Fixed32 => 5,
        _ => 2,
    }
}

/// Whether it holds numbers that may come as a run of bytes.
fn is_list(kind: Kind) -> bool {
    matches!(kind, Kind::Uint64s | Kind::Fixed64s | Kind::Doubles)
}

/// Whether a message has a field of this number.
fn has_field(message: &[u8], number: u32) -> bool {
    let mut fields = Fields::of(message);
    while let Ok(Some(field)) = fields.next() {
        if field.number == number {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A request with one log record, at 9 ns, with the body "hi".
    const REQUEST: [u8; 21] =
        [0x0a, 19, 0x12, 17, 0x12, 15, 0x09, 9, 0, 0, 0, 0, 0, 0, 0, 0x2a, 4, 0x0a, 2, b'h', b'i'];

    #[test]
    fn every_start_that_has_a_record_is_known() {
        let prefixed = [&[0, 0, 0, 21][..], &REQUEST, &[0, 0, 0, 0]].concat();
        let several = [&REQUEST[..], &REQUEST, &prefixed].concat();
        for whole in [&REQUEST[..], &prefixed, &several] {
            assert_eq!(formats_of(whole), [Format::OtlpLogs]);
            for end in 11..whole.len() {
                assert_eq!(formats_of(&whole[..end]), [Format::OtlpLogs], "{end}");
            }
        }
    }

    #[test]
    fn what_is_not_strictly_a_message_is_none() {
        assert!(formats_of(b"").is_empty());
        assert!(formats_of(b"\n\0").is_empty());
        for text in
            ["{\"a\":1}\n", "\n{\"a\":1}\n", "\n\n\n\n{\"a\":1}", "\0\0\0\0{\"a\":1}\n", "hello"]
        {
            assert!(formats_of(text.as_bytes()).is_empty(), "{text:?}");
        }
        for (at, other) in [(2, 0x2a), (4, 0x22), (6, 0x0a), (15, 0x22), (17, 0x4a), (1, 18)] {
            let mut request = REQUEST;
            request[at] = other;
            assert!(!formats_of(&request).contains(&Format::OtlpLogs), "{at}");
        }
    }
}
