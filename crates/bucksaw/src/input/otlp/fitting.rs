//! Whether bytes are a start of messages of one signal: strictly, since OTLP's messages bear no mark.

use super::framing::{Head, head};
use super::messages::{Kind, LOGS, METRICS, Message, TRACES};
use super::wire::{Fields, VarintEnd, varint};
use crate::input::Format;

/// Messages within each other that are looked into.
const MAX_DEPTH: usize = 16;

/// The formats that a source may be of whose first bytes are these, and which has a record there.
pub(crate) fn formats_of(start: &[u8]) -> Vec<Format> {
    let signals =
        [(Format::OtlpLogs, &LOGS), (Format::OtlpTraces, &TRACES), (Format::OtlpMetrics, &METRICS)];
    let fits = signals.into_iter().filter(|(_, message)| fits_source(start, message));
    fits.map(|(format, _)| format).collect()
}

fn fits_source(mut left: &[u8], message: &Message) -> bool {
    let mut fitting = Fitting { records: 0 };
    while !left.is_empty() {
        let (content, others, is_whole) = match head(left) {
            Head::Malformed => return false,
            Head::Incomplete => (&left[left.len()..], &left[left.len()..], false),
            Head::Length(_, len) => {
                left = &left[len..];
                continue;
            }
            Head::Field(len) => match left.split_at_checked(len) {
                Some((field, others)) => (field, others, true),
                None => (left, &left[left.len()..], false),
            },
        };
        if !fitting.fits(content, is_whole, message, 0) {
            return false;
        }
        left = others;
    }
    fitting.records > 0
}

struct Fitting {
    records: usize,
}

impl Fitting {
    /// Whether bytes are such a message and have no other fields; or the start of one.
    fn fits(&mut self, mut left: &[u8], is_whole: bool, message: &Message, depth: usize) -> bool {
        let missing = |end| !is_whole && end == VarintEnd::Missing;
        while !left.is_empty() {
            let (key, len) = match varint(left) {
                Ok(read) => read,
                Err(end) => return missing(end),
            };
            left = &left[len..];
            let known = message.fields.iter().find(|(number, _)| u64::from(*number) == key >> 3);
            let Some((_, kind)) = known else { return false };
            let fixed = match (kind, key & 7) {
                (Kind::Varint | Kind::Varints, 0) => match varint(left) {
                    Ok((_, len)) => len,
                    Err(end) => return missing(end),
                },
                (Kind::Fixed64 | Kind::Fixed64s, 1) => 8,
                (Kind::Fixed32, 5) => 4,
                (Kind::Varint | Kind::Fixed64 | Kind::Fixed32, 2) => return false,
                (_, 2) => {
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
            Kind::Id(len) => content.is_empty() || content.len() == len || !is_whole,
            Kind::Fixed64s => content.len().is_multiple_of(8) || !is_whole,
            Kind::Message(_) | Kind::Record(..) if depth == MAX_DEPTH => true,
            Kind::Message(message) => self.fits(content, is_whole, message, depth + 1),
            Kind::Record(message, required) => {
                self.records += 1;
                self.fits(content, is_whole, message, depth + 1)
                    && (!is_whole || required.iter().all(|number| has_field(content, *number)))
            }
            // Whether texts are text is for who reads the record.
            _ => true,
        }
    }
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
