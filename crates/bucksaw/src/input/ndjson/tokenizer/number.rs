//! Numbers: integers that 64 bits hold are read as they come, others by the rules for numbers.

use super::{Reader, Unsure};
use crate::types::item::Item;
use crate::types::json::number;
use crate::types::value::Value;

/// Digits of an integer that can't overflow 64 bits, without a sign.
const SAFE_DIGITS: usize = 19;

impl<'a, const IS_LINE: bool> Reader<'_, '_, 'a, IS_LINE> {
    #[inline]
    pub(super) fn number(&mut self) -> Result<Item<'a>, Unsure> {
        let start = self.at;
        let is_negative = self.peek() == Some(b'-');
        self.at += usize::from(is_negative);
        let first = self.at;
        let mut value = 0_u64;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            self.at += 1;
        }
        let digits = self.at - first;
        if digits == 0 || (digits > 1 && self.bytes[first] == b'0') {
            return Err(Unsure);
        }
        let is_integer = !matches!(self.peek(), Some(b'.' | b'e' | b'E'));
        if is_integer
            && digits <= SAFE_DIGITS
            && !(is_negative && value == 0)
            && let Ok(value) = i64::try_from(value)
        {
            return Ok(Item::Value(Value::I64(if is_negative { -value } else { value })));
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(number(&self.text[start..self.at]))
    }

    /// Skips digits, one at least.
    fn digits(&mut self) -> Result<(), Unsure> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(Unsure) }
    }
}
