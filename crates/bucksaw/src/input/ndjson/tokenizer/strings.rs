//! Strings: borrowed as they stand, or without their escapes in the arena.

use bumpalo::collections::String as ArenaString;

use super::{Reader, Unsure};
use crate::input::scan::string_end;
use crate::types::path;

impl<'a, const IS_LINE: bool> Reader<'_, '_, 'a, IS_LINE> {
    /// A member's name, as a path has it.
    #[inline]
    pub(super) fn name_string(&mut self) -> Result<&'a str, Unsure> {
        let end = string_end(self.bytes, self.at);
        let is_escaped = self.bytes.get(end) == Some(&b'\\');
        let name = self.string()?;
        if is_escaped && path::is_escaped(name) { Err(Unsure) } else { Ok(name) }
    }

    /// A string, its opening quote being behind.
    #[inline(always)]
    pub(super) fn string(&mut self) -> Result<&'a str, Unsure> {
        let start = self.at;
        let end = string_end(self.bytes, start);
        match self.bytes.get(end) {
            Some(b'"') => {
                self.at = end + 1;
                Ok(&self.text[start..end])
            }
            Some(b'\\') => self.unescaped(start, end),
            _ => Err(Unsure),
        }
    }

    /// A string from `start` on that has its first escape at `escape`.
    #[inline(never)]
    fn unescaped(&mut self, start: usize, escape: usize) -> Result<&'a str, Unsure> {
        self.at = escape;
        self.skip_string()?;
        // It gets no longer: made where it stays, it is there once.
        let mut text = ArenaString::with_capacity_in(self.at - 1 - start, self.builder.arena());
        text.push_str(&self.text[start..escape]);
        self.at = escape;
        loop {
            match self.peek() {
                Some(b'\\') => text.push(self.escaped()?),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text.into_bump_str());
                }
                _ => return Err(Unsure),
            }
            let plain = self.at;
            self.at = string_end(self.bytes, plain);
            text.push_str(&self.text[plain..self.at]);
        }
    }

    /// The character that an escape stands for.
    fn escaped(&mut self) -> Result<char, Unsure> {
        let kind = self.bytes.get(self.at + 1).copied().ok_or(Unsure)?;
        self.at += 2;
        Ok(match kind {
            b'"' | b'\\' | b'/' => char::from(kind),
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => {
                let unit = self.code_unit()?;
                let mut units = [unit, 0];
                let len = if (0xd800..0xdc00).contains(&unit) {
                    if !self.bytes[self.at..].starts_with(b"\\u") {
                        return Err(Unsure);
                    }
                    self.at += 2;
                    units[1] = self.code_unit()?;
                    2
                } else {
                    1
                };
                let mut chars = char::decode_utf16(units[..len].iter().copied());
                chars.next().and_then(Result::ok).ok_or(Unsure)?
            }
            _ => return Err(Unsure),
        })
    }

    fn code_unit(&mut self) -> Result<u16, Unsure> {
        let digits = self.bytes.get(self.at..self.at + 4).ok_or(Unsure)?;
        self.at += 4;
        digits.iter().try_fold(0, |unit: u16, digit| {
            let digit = char::from(*digit).to_digit(16).ok_or(Unsure)?;
            Ok(unit << 4 | digit as u16)
        })
    }

    /// Skips a string, its opening quote being behind.
    pub(super) fn skip_string(&mut self) -> Result<(), Unsure> {
        loop {
            self.at = string_end(self.bytes, self.at);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.escaped().map(|_| ())?,
                _ => return Err(Unsure),
            }
        }
    }
}
