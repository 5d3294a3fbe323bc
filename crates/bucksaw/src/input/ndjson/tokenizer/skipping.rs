//! Values that are passed over: those that are kept as they stand.

use super::{Reader, Unsure};
use crate::types::value::Value;

impl<'a, const IS_LINE: bool> Reader<'_, '_, 'a, IS_LINE> {
    /// An array or object as it stands.
    pub(super) fn skipped(&mut self) -> Result<&'a str, Unsure> {
        let start = self.at;
        self.skip_value()?;
        Ok(&self.text[start..self.at])
    }

    /// Skips a value, however deep it nests.
    fn skip_value(&mut self) -> Result<(), Unsure> {
        self.ends.clear();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    self.skip_string()?;
                }
                Some(b'-' | b'0'..=b'9') => self.number().map(|_| ())?,
                Some(b't') => self.literal("true", Value::Null).map(|_| ())?,
                Some(b'f') => self.literal("false", Value::Null).map(|_| ())?,
                Some(b'n') => self.literal("null", Value::Null).map(|_| ())?,
                Some(b'[') if self.opens(b']')? => continue,
                Some(b'{') if self.opens(b'}')? => continue,
                Some(b'[' | b'{') => {}
                _ => return Err(Unsure),
            }
            loop {
                let Some(end) = self.ends.last().copied() else { return Ok(()) };
                if !self.ends(end)? {
                    self.skip_to_value(end)?;
                    break;
                }
                self.ends.pop();
            }
        }
    }

    /// Enters an array or object that ends with `end`, up to its first value; false where it has none
    /// and so is behind.
    fn opens(&mut self, end: u8) -> Result<bool, Unsure> {
        self.at += 1;
        self.skip_spaces();
        if self.peek() == Some(end) {
            self.at += 1;
            return Ok(false);
        }
        self.ends.push(end);
        self.skip_to_value(end)?;
        Ok(true)
    }

    /// Skips white space, and an object's next name.
    fn skip_to_value(&mut self, end: u8) -> Result<(), Unsure> {
        self.skip_spaces();
        if end == b'}' {
            self.expect(b'"')?;
            self.skip_string()?;
            self.skip_spaces();
            self.expect(b':')?;
            self.skip_spaces();
        }
        Ok(())
    }
}
