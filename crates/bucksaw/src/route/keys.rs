//! Values as keys that are compared.

use std::borrow::Cow;

use crate::types::decimal::from_big_endian;
use crate::types::physical::Order;

/// A value, as Parquet orders it: NaN is neither before nor after anything.
#[derive(Debug, PartialEq, PartialOrd)]
pub(super) enum Key<'v> {
    Bool(bool),
    Int(i128),
    F64(f64),
    Bytes(Cow<'v, [u8]>),
}

impl<'v> Key<'v> {
    pub(super) fn of_i32(value: i32, order: Order) -> Self {
        match order {
            Order::Signed => Self::Int(value.into()),
            Order::Unsigned => Self::Int(value.cast_unsigned().into()),
        }
    }

    pub(super) fn of_i64(value: i64, order: Order) -> Self {
        match order {
            Order::Signed => Self::Int(value.into()),
            Order::Unsigned => Self::Int(value.cast_unsigned().into()),
        }
    }

    pub(super) fn of_bytes(bytes: &'v [u8], order: Order) -> Self {
        match order {
            Order::Signed => Self::Int(from_big_endian(bytes)),
            Order::Unsigned => Self::Bytes(Cow::Borrowed(bytes)),
        }
    }

    pub(super) fn into_owned(self) -> Key<'static> {
        match self {
            Key::Bool(value) => Key::Bool(value),
            Key::Int(value) => Key::Int(value),
            Key::F64(value) => Key::F64(value),
            Key::Bytes(value) => Key::Bytes(Cow::Owned(value.into_owned())),
        }
    }
}

/// One column's keys, for each row, none for null.
pub(super) type Keys<'v> = Box<dyn Iterator<Item = Option<Key<'v>>> + 'v>;
