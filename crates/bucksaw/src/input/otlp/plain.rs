//! The fast way through attributes: those that are as encoders write them. Whatever is not is for [`any_value`](super::any_value),
//! which alone says what is wrong with it.

use super::text::text as as_text;
use super::wire::varint;
use crate::types::value::Value;

/// Tags: a field's number and how its value is written.
pub(super) const KEY: u8 = 1 << 3 | 2;
pub(super) const VALUE: u8 = 2 << 3 | 2;
pub(super) const TEXT: u8 = 1 << 3 | 2;
pub(super) const BOOL: u8 = 2 << 3;
pub(super) const INT: u8 = 3 << 3;
pub(super) const DOUBLE: u8 = 4 << 3 | 1;

/// A key, which need not be text, and its value, where a `KeyValue` is these two in this order.
#[inline(always)]
pub(super) fn key_value(message: &[u8]) -> Option<(&[u8], Value<'_>)> {
    let (key, rest) = delimited(KEY, message)?;
    let (value, rest) = delimited(VALUE, rest)?;
    if rest.is_empty() { Some((key, scalar(value)?)) } else { None }
}

/// The value of an `AnyValue` that is one text, bool, integer or double.
#[inline(always)]
pub(super) fn scalar(message: &[u8]) -> Option<Value<'_>> {
    match message {
        [TEXT, ..] => {
            let (text, rest) = delimited(TEXT, message)?;
            let text = as_text(text)?;
            rest.is_empty().then_some(Value::Text(text))
        }
        [INT, bytes @ ..] => {
            let (value, len) = varint(bytes).ok()?;
            (len == bytes.len()).then_some(Value::I64(value.cast_signed()))
        }
        [DOUBLE, bytes @ ..] => {
            let bytes = bytes.try_into().ok()?;
            Some(Value::F64(f64::from_le_bytes(bytes)))
        }
        [BOOL, value @ 0..=1] => Some(Value::Bool(*value == 1)),
        _ => None,
    }
}

/// What a tag and a length of one or two bytes stand before, and what comes then.
#[inline]
fn delimited(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    match bytes {
        [first, len @ 0..0x80, rest @ ..] if *first == tag => {
            rest.split_at_checked(usize::from(*len))
        }
        [first, low, high @ 0..0x80, rest @ ..] if *first == tag => {
            rest.split_at_checked(usize::from(*low & 0x7f) | usize::from(*high) << 7)
        }
        _ => None,
    }
}
