//! How ids of traces and spans are stored.

use bumpalo::Bump;

use crate::types::logical::ColumnType;
use crate::types::value::Value;

/// Bytes of a trace's id, and of a span's.
pub(super) const TRACE_ID: usize = 16;
pub(super) const SPAN_ID: usize = 8;

/// How ids of traces and spans are stored, where the source is OTLP.
///
/// ```
/// use bucksaw::{Ids, InputOptions};
/// assert_eq!(InputOptions::new().ids(Ids::Binary).ids, Ids::Binary);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ids {
    /// As text: lower-case hexadecimal digits.
    #[default]
    Hex,
    /// As bytes of a fixed length: 16 of a trace, 8 of a span. An id of another length is kept as hexadecimal digits in `NAME__text`,
    /// and counted ([`Alterations::conflicts`](crate::Alterations::conflicts)); in lists an empty one is null.
    Binary,
}

impl Ids {
    /// The type of a column of ids of so many bytes.
    pub(super) fn column_type(self, bytes: usize) -> ColumnType {
        match self {
            Self::Hex => ColumnType::Text,
            Self::Binary => ColumnType::Fixed(bytes as u32),
        }
    }

    /// An id that should have so many bytes.
    pub(super) fn value<'a>(self, id: &'a [u8], bytes: usize, arena: &'a Bump) -> Value<'a> {
        match self {
            Self::Binary if id.is_empty() => Value::Null,
            Self::Binary if id.len() == bytes => Value::Bytes(id),
            _ => Value::Text(hex(id, arena)),
        }
    }
}

/// Has a list of ids spelled alike where some are not as long as they should be.
pub(super) fn spell_alike<'a>(list: &mut [Value<'a>], arena: &'a Bump) {
    let has_text = list.iter().any(|value| matches!(value, Value::Text(_)));
    for value in list {
        if let (true, Value::Bytes(id)) = (has_text, *value) {
            *value = Value::Text(hex(id, arena));
        }
    }
}

/// Bytes as lower-case hex digits.
fn hex<'a>(bytes: &[u8], arena: &'a Bump) -> &'a str {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = arena.alloc_slice_fill_copy(bytes.len() * 2, b'0');
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 0xf)];
    }
    // They are digits.
    std::str::from_utf8(digits).unwrap_or_default()
}
