//! Values of a column whose type has not settled: each as what the decoder found.

use crate::block::text::{Held, StoreText};
use crate::types::item::Item;
use crate::types::value::Value;

/// One such value, whose text or bytes a block holds as these.
#[derive(Clone, Copy, Debug)]
pub(crate) enum MixedOf<T, B> {
    /// A value that has neither.
    Plain(Value<'static>),
    Bytes(B),
    Text(T),
    /// See [`Item::Untyped`].
    Untyped(T),
    /// See [`Item::Double`].
    Double(T),
    /// See [`Item::Number`].
    Number(T),
    /// See [`Item::Json`].
    Json(T),
    /// See [`Item::TooDeep`].
    TooDeep(T),
}

/// Such a value, whose text is elsewhere.
pub(crate) type Mixed<'a> = MixedOf<&'a str, &'a [u8]>;

impl<T: Held, B: Held> MixedOf<T, B> {
    /// The item, with its text where `store` keeps it. A list or a map becomes JSON text.
    pub(crate) fn of<'v>(
        item: Item<'v>,
        store: &mut impl StoreText<'v, Text = T, Bytes = B>,
        as_json: impl FnOnce(Value<'v>) -> &'v str,
    ) -> Self {
        match item {
            Item::Value(Value::Text(text)) => Self::Text(store.text(text)),
            Item::Value(Value::Bytes(bytes)) => Self::Bytes(store.bytes(bytes)),
            Item::Value(list @ (Value::List(_) | Value::Map(_))) => {
                Self::Json(store.text(as_json(list)))
            }
            Item::Value(Value::Null) => Self::Plain(Value::Null),
            Item::Value(Value::Bool(value)) => Self::Plain(Value::Bool(value)),
            Item::Value(Value::I32(value)) => Self::Plain(Value::I32(value)),
            Item::Value(Value::I64(value)) => Self::Plain(Value::I64(value)),
            Item::Value(Value::U64(value)) => Self::Plain(Value::U64(value)),
            Item::Value(Value::F32(value)) => Self::Plain(Value::F32(value)),
            Item::Value(Value::F64(value)) => Self::Plain(Value::F64(value)),
            Item::Value(Value::Timestamp(micros)) => Self::Plain(Value::Timestamp(micros)),
            Item::Untyped(text) => Self::Untyped(store.text(text)),
            Item::Double(text) => Self::Double(store.text(text)),
            Item::Number(text) => Self::Number(store.text(text)),
            Item::Json(text) => Self::Json(store.text(text)),
            Item::TooDeep(text) => Self::TooDeep(store.text(text)),
        }
    }

    /// The same value, with what `text` and `bytes` make of its text or bytes.
    pub(crate) fn map<T2, B2>(
        self,
        text: impl FnOnce(T) -> T2,
        bytes: impl FnOnce(B) -> B2,
    ) -> MixedOf<T2, B2> {
        match self {
            Self::Plain(value) => MixedOf::Plain(value),
            Self::Bytes(value) => MixedOf::Bytes(bytes(value)),
            Self::Text(value) => MixedOf::Text(text(value)),
            Self::Untyped(value) => MixedOf::Untyped(text(value)),
            Self::Double(value) => MixedOf::Double(text(value)),
            Self::Number(value) => MixedOf::Number(text(value)),
            Self::Json(value) => MixedOf::Json(text(value)),
            Self::TooDeep(value) => MixedOf::TooDeep(text(value)),
        }
    }
}

impl<'a> Mixed<'a> {
    /// What the decoder found.
    pub(crate) fn item(self) -> Item<'a> {
        match self {
            Self::Plain(value) => Item::Value(value),
            Self::Bytes(bytes) => Item::Value(Value::Bytes(bytes)),
            Self::Text(text) => Item::Value(Value::Text(text)),
            Self::Untyped(text) => Item::Untyped(text),
            Self::Double(text) => Item::Double(text),
            Self::Number(text) => Item::Number(text),
            Self::Json(text) => Item::Json(text),
            Self::TooDeep(text) => Item::TooDeep(text),
        }
    }

    /// Bytes of its text or bytes.
    pub(super) fn text_bytes(self) -> usize {
        match self {
            Self::Plain(_) => 0,
            Self::Bytes(bytes) => bytes.len(),
            Self::Text(text)
            | Self::Untyped(text)
            | Self::Double(text)
            | Self::Number(text)
            | Self::Json(text)
            | Self::TooDeep(text) => text.len(),
        }
    }
}

/// Values of a [`ColumnSlice`](super::ColumnSlice) whose column has no type yet: it settles from them
/// and those to come.
#[derive(Clone, Copy, Debug)]
pub struct MixedSlice<'s, 'a>(pub(crate) &'s [Mixed<'a>]);

impl MixedSlice<'_, '_> {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of whole settling windows wait as these.
    #[test]
    fn a_value_that_waits_takes_24_bytes() {
        assert_eq!(size_of::<Mixed<'_>>(), 24);
    }
}
