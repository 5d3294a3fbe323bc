//! JSON's words, one after the other, and where they are not JSON.

use std::borrow::Cow;

use crate::input::scan::string_end;

/// Why bytes are not what they should be, and the byte at which that shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) reason: &'static str,
}

pub(super) type Result<T> = std::result::Result<T, Fault>;

/// Arrays and objects in each other that are passed over, at the most: each may be where a broken message begins, and is looked
/// at again then.
const MAX_SKIPPED_DEPTH: usize = 512;
const TOO_DEEP: &str = "arrays and objects nest too deep";
const STRING_END: &str = "a string has no end: it was cut, or goes on in the next line";
const CONTROL: &str = "a string holds a control character that is not written as an escape";
const ESCAPE: &str = "a string has an escape that JSON does not know";
const SURROGATE: &str = "a surrogate escape (\\ud800 to \\udfff) without its other half";
const NUMBER: &str = "a number is not written as JSON has it";
const LITERAL: &str = "expected true, false or null";
const VALUE: &str = "expected a value";
pub(super) const NAME: &str = "expected a name in double quotes";
pub(super) const COLON: &str = "expected a colon between name and value";
pub(super) const OBJECT_END: &str = "expected a comma or the object's end";
pub(super) const ARRAY_END: &str = "expected a comma or the array's end";
const NOT_UTF8: &str = "the bytes of a text are not UTF-8";

/// The bytes between a string's quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw<'c> {
    pub(super) bytes: &'c [u8],
    /// Where they start.
    pub(super) at: usize,
    pub(super) is_escaped: bool,
}

/// Reads a text from a byte on.
pub(super) struct Reader<'c> {
    pub(super) bytes: &'c [u8],
    pub(super) at: usize,
}

impl<'c> Reader<'c> {
    pub(super) fn new(bytes: &'c [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Passes this byte over, if it comes next.
    #[inline]
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    pub(super) fn fault<T>(&self, reason: &'static str) -> Result<T> {
        Err(Fault { at: self.at.min(self.bytes.len()), reason })
    }

    #[inline]
    pub(super) fn expect(&mut self, byte: u8, reason: &'static str) -> Result<()> {
        if self.take(byte) { Ok(()) } else { self.fault(reason) }
    }

    #[inline]
    pub(super) fn skip_spaces(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn literal(&mut self, word: &str) -> Result<()> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return self.fault(LITERAL);
        }
        self.at += word.len();
        Ok(())
    }

    /// Passes null over, if it comes next.
    #[inline]
    pub(super) fn null(&mut self) -> Result<bool> {
        if self.peek() != Some(b'n') {
            return Ok(false);
        }
        self.literal("null").map(|()| true)
    }

    /// None of what is neither true nor false.
    pub(super) fn bool(&mut self) -> Result<Option<bool>> {
        match self.peek() {
            Some(b't') => self.literal("true").map(|()| Some(true)),
            Some(b'f') => self.literal("false").map(|()| Some(false)),
            _ => Ok(None),
        }
    }

    /// A string, its opening quote being behind.
    #[inline]
    pub(super) fn string(&mut self) -> Result<Raw<'c>> {
        let start = self.at;
        let mut is_escaped = false;
        loop {
            self.at = string_end(self.bytes, self.at);
            match self.peek() {
                Some(b'"') => {
                    let bytes = &self.bytes[start..self.at];
                    self.at += 1;
                    return Ok(Raw { bytes, at: start, is_escaped });
                }
                Some(b'\\') => {
                    is_escaped = true;
                    self.at = (self.at + 2).min(self.bytes.len());
                }
                Some(b'\n') | None => return self.fault(STRING_END),
                Some(_) => return self.fault(CONTROL),
            }
        }
    }

    /// A number, as it is written.
    #[inline]
    pub(super) fn number(&mut self) -> Result<&'c [u8]> {
        let start = self.at;
        self.take(b'-');
        let first = self.at;
        self.digits()?;
        if self.bytes[first] == b'0' && self.at - first > 1 {
            return Err(Fault { at: first, reason: NUMBER });
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(&self.bytes[start..self.at])
    }

    /// Digits, one at least.
    #[inline]
    fn digits(&mut self) -> Result<()> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { self.fault(NUMBER) }
    }

    /// Passes a value over.
    pub(super) fn skip_value(&mut self) -> Result<()> {
        let start = self.at;
        let mut ends = Vec::new();
        loop {
            match self.peek() {
                Some(b'"') => self.skip_string()?,
                Some(b'-' | b'0'..=b'9') => _ = self.number()?,
                Some(b't' | b'f') => _ = self.bool()?,
                Some(b'n') => _ = self.null()?,
                Some(b'[') if self.opens(b']', &mut ends)? => continue,
                Some(b'{') if self.opens(b'}', &mut ends)? => continue,
                Some(b'[' | b'{') => {}
                _ => return self.fault(VALUE),
            }
            loop {
                let Some(end) = ends.last().copied() else { return self.check_text(start) };
                self.skip_spaces();
                if self.take(b',') {
                    self.skip_to_value(end)?;
                    break;
                }
                self.expect(end, if end == b'}' { OBJECT_END } else { ARRAY_END })?;
                ends.pop();
            }
        }
    }

    /// Enters an array or object that ends so, up to its first value; false where it has none, and so is behind.
    fn opens(&mut self, end: u8, ends: &mut Vec<u8>) -> Result<bool> {
        self.at += 1;
        self.skip_spaces();
        if self.take(end) {
            return Ok(false);
        }
        if ends.len() == MAX_SKIPPED_DEPTH {
            return self.fault(TOO_DEEP);
        }
        ends.push(end);
        self.skip_to_value(end)?;
        Ok(true)
    }

    /// Skips white space, and an object's next name.
    fn skip_to_value(&mut self, end: u8) -> Result<()> {
        self.skip_spaces();
        if end == b'}' {
            if self.peek() != Some(b'"') {
                return self.fault(NAME);
            }
            self.skip_string()?;
            self.skip_spaces();
            self.expect(b':', COLON)?;
            self.skip_spaces();
        }
        Ok(())
    }

    fn skip_string(&mut self) -> Result<()> {
        self.at += 1;
        let raw = self.string()?;
        if raw.is_escaped { raw.unescape(|_| ()) } else { Ok(()) }
    }

    /// Checks that what was read since a byte is text.
    pub(super) fn check_text(&self, start: usize) -> Result<()> {
        let bytes = &self.bytes[start..self.at];
        if simdutf8::basic::from_utf8(bytes).is_ok() {
            return Ok(());
        }
        Err(Fault { at: start + valid_up_to(bytes), reason: NOT_UTF8 })
    }
}

/// How many of these bytes are text.
pub(super) fn valid_up_to(bytes: &[u8]) -> usize {
    std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len)
}

impl<'c> Raw<'c> {
    /// The bytes that it stands for.
    pub(super) fn unescaped(&self) -> Result<Cow<'c, [u8]>> {
        if !self.is_escaped {
            return Ok(Cow::Borrowed(self.bytes));
        }
        let mut bytes = Vec::new();
        self.unescape(|part| bytes.extend_from_slice(part))?;
        Ok(Cow::Owned(bytes))
    }

    /// Gives the bytes that it stands for, in parts.
    pub(super) fn unescape(&self, mut take: impl FnMut(&[u8])) -> Result<()> {
        let mut plain = 0;
        while let Some(escape) = memchr::memchr(b'\\', &self.bytes[plain..]) {
            let escape = plain + escape;
            take(&self.bytes[plain..escape]);
            let (sign, len) = self.escaped(escape)?;
            take(sign.encode_utf8(&mut [0; 4]).as_bytes());
            plain = escape + len;
        }
        take(&self.bytes[plain..]);
        Ok(())
    }

    /// The character that the escape at a byte stands for, and its length.
    fn escaped(&self, at: usize) -> Result<(char, usize)> {
        let fault = |reason| Err(Fault { at: self.at + at, reason });
        let kind = self.bytes.get(at + 1).copied().unwrap_or_default();
        let sign = match kind {
            b'"' | b'\\' | b'/' => char::from(kind),
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => {
                let Some(unit) = self.code_unit(at + 2) else { return fault(ESCAPE) };
                if !(0xd800..0xe000).contains(&unit) {
                    return Ok((char::from_u32(unit.into()).unwrap_or_default(), 6));
                }
                let low = self.bytes[at + 6..].starts_with(b"\\u");
                let low = low.then(|| self.code_unit(at + 8)).flatten();
                let pair = char::decode_utf16([unit, low.unwrap_or_default()]).next();
                return match pair {
                    Some(Ok(sign)) => Ok((sign, 12)),
                    _ => fault(SURROGATE),
                };
            }
            _ => return fault(ESCAPE),
        };
        Ok((sign, 2))
    }

    fn code_unit(&self, at: usize) -> Option<u16> {
        let digits = self.bytes.get(at..at + 4)?;
        digits.iter().try_fold(0, |unit: u16, digit| {
            Some(unit << 4 | char::from(*digit).to_digit(16)? as u16)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn skips(text: &[u8]) -> bool {
        let mut reader = Reader::new(text);
        reader.skip_value().is_ok() && reader.at == text.len()
    }

    #[test]
    fn values_are_passed_over_where_they_are_json() {
        for text in [
            r#"{"a":[1,-2.5e+3,true,false,null,"\u00e9\ud83d\ude00\n"],"b":{}}"#,
            "[]",
            "0",
            "-0",
            "10.0e-0",
            r#""""#,
        ] {
            assert!(skips(text.as_bytes()), "{text}");
        }
        for text in [
            "01",
            "-",
            "1.",
            ".5",
            "1e",
            "00",
            "-00",
            "+1",
            "nul",
            "tru",
            "[1,]",
            "{\"a\"}",
            "{a:1}",
            "{\"a\":1,}",
            "[1 2]",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "\"a\nb\"",
            "\"\\",
            "[",
            "{",
            "{\"a\":",
            "",
            "NaN",
        ] {
            assert!(!skips(text.as_bytes()), "{text}");
        }
        assert!(!skips(b"\"\xff\""));
        let nested = |depth| [vec![b'['; depth], vec![b']'; depth]].concat();
        assert!(skips(&nested(MAX_SKIPPED_DEPTH)));
        assert!(!skips(&nested(MAX_SKIPPED_DEPTH + 2)));
    }

    proptest! {
        #[test]
        fn what_serde_json_reads_is_passed_over_and_nothing_else(
            text in r#"[\[\]{},:"0-9a-c .eE+\\un-]{0,12}"#,
        ) {
            let is_json = serde_json::from_str::<serde_json::Value>(&text);
            // It has numbers that no double holds for faults.
            let is_json = is_json.is_ok() || is_json.is_err_and(|error| error.to_string().contains("out of range"));
            let bare = text.trim_matches([' ']);
            prop_assert_eq!(skips(bare.as_bytes()), is_json);
        }
    }
}
