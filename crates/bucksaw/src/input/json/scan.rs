//! Where a JSON value ends: by strings and brackets alone, whatever else is in it.

use crate::input::scan::string_end;

/// Begins a text of a JSON text sequence (RFC 7464); no JSON has it.
pub(in crate::input) const RECORD_SEPARATOR: u8 = 0x1e;

/// How far the scan of a value is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum ValueScan {
    #[default]
    Start,
    /// In a number, a word, or what else it is.
    Scalar,
    /// In so many arrays and objects, one at least.
    Nested(usize),
    /// In a string, and in so many arrays and objects; whether its next byte is behind a backslash.
    String(usize, bool),
}

/// What a scan came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scanned {
    /// The value ends before this byte.
    Ends(usize),
    /// It goes on, and so does its scan behind the bytes.
    Goes,
    /// At this byte the next document starts.
    Cut(usize),
}

impl ValueScan {
    /// Goes on from `at`, where a value starts or an earlier scan stopped.
    pub(super) fn scan(&mut self, bytes: &[u8], mut at: usize) -> Scanned {
        loop {
            let scanned = match self {
                Self::Start => {
                    *self = match bytes.get(at) {
                        None => return Scanned::Goes,
                        Some(b'{' | b'[') => Self::Nested(1),
                        Some(b'"') => Self::String(0, false),
                        Some(_) => Self::Scalar,
                    };
                    at += 1;
                    continue;
                }
                Self::Scalar => return scalar_end(bytes, at),
                Self::Nested(depth) => nested_end(bytes, at, depth),
                Self::String(_, is_escaped) => text_end(bytes, at, is_escaped),
            };
            let Scanned::Ends(end) = scanned else { return scanned };
            at = end;
            *self = match *self {
                // What ended is an array or object, or else a string begins in one.
                Self::Nested(0) | Self::String(0, _) => return scanned,
                Self::Nested(depth) => Self::String(depth, false),
                Self::String(depth, _) => Self::Nested(depth),
                Self::Start | Self::Scalar => return scanned,
            };
        }
    }
}

/// Where a value ends that is in no brackets and no quotes.
fn scalar_end(bytes: &[u8], at: usize) -> Scanned {
    let is_end = |byte: &u8| {
        matches!(byte, b'"' | b'{' | b'[' | b'}' | b']' | b',' | b':')
            || matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | &RECORD_SEPARATOR)
    };
    match bytes[at..].iter().position(is_end) {
        None => Scanned::Goes,
        Some(len) => Scanned::Ends(at + len),
    }
}

/// Behind the bracket that closes all, or the quote that begins a string.
#[inline]
fn nested_end(bytes: &[u8], at: usize, depth: &mut usize) -> Scanned {
    for (index, byte) in bytes[at..].iter().enumerate() {
        match byte {
            b'"' => return Scanned::Ends(at + index + 1),
            b'{' | b'[' => *depth += 1,
            b'}' | b']' => {
                *depth -= 1;
                if *depth == 0 {
                    return Scanned::Ends(at + index + 1);
                }
            }
            &RECORD_SEPARATOR => return Scanned::Cut(at + index),
            _ => {}
        }
    }
    Scanned::Goes
}

/// Behind the quote that ends a string.
#[inline]
fn text_end(bytes: &[u8], mut at: usize, is_escaped: &mut bool) -> Scanned {
    if at < bytes.len() {
        at += usize::from(std::mem::take(is_escaped));
    }
    loop {
        at = string_end(bytes, at);
        match bytes.get(at) {
            None => return Scanned::Goes,
            Some(b'"') => return Scanned::Ends(at + 1),
            Some(b'\\') if at + 1 == bytes.len() => {
                *is_escaped = true;
                return Scanned::Goes;
            }
            Some(b'\\') => at += 2,
            Some(&RECORD_SEPARATOR) => return Scanned::Cut(at),
            // A control character, which the decoder does not take.
            Some(_) => at += 1,
        }
    }
}
