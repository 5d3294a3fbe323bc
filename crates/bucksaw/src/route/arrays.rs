//! The values of Arrow arrays, as what follows rows on their way to a backend needs them.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef};

use super::keys::{Key, Keys};
use crate::block::arrays::{ArrayVisitor, visit, without_dictionary};
use crate::types::physical::Order;

/// A key for each row, if the array's values have an order.
pub(super) fn keys(array: &ArrayRef, order: Order) -> Option<Keys<'_>> {
    visit(array, KeysOfArray { array, order })
}

struct KeysOfArray<'v> {
    array: &'v ArrayRef,
    order: Order,
}

impl<'v> KeysOfArray<'v> {
    fn keys(&self, key: impl Fn(usize) -> Key<'v> + 'v) -> Option<Keys<'v>> {
        let array = self.array;
        Some(Box::new((0..array.len()).map(move |row| array.is_valid(row).then(|| key(row)))))
    }
}

impl<'v> ArrayVisitor<'v> for KeysOfArray<'v> {
    type Output = Option<Keys<'v>>;

    fn others(self) -> Self::Output {
        None
    }

    fn bools(self, value: impl Fn(usize) -> bool + 'v) -> Self::Output {
        self.keys(move |row| Key::Bool(value(row)))
    }

    fn i32s(self, value: impl Fn(usize) -> i32 + 'v) -> Self::Output {
        let order = self.order;
        self.keys(move |row| Key::of_i32(value(row), order))
    }

    fn i64s(self, value: impl Fn(usize) -> i64 + 'v) -> Self::Output {
        let order = self.order;
        self.keys(move |row| Key::of_i64(value(row), order))
    }

    fn f32s(self, value: impl Fn(usize) -> f32 + 'v) -> Self::Output {
        self.keys(move |row| Key::F64(value(row).into()))
    }

    fn f64s(self, value: impl Fn(usize) -> f64 + 'v) -> Self::Output {
        self.keys(move |row| Key::F64(value(row)))
    }

    fn texts(self, value: impl Fn(usize) -> &'v str + 'v) -> Self::Output {
        self.bytes(move |row| value(row).as_bytes())
    }

    fn bytes(self, value: impl Fn(usize) -> &'v [u8] + 'v) -> Self::Output {
        let order = self.order;
        self.keys(move |row| Key::of_bytes(value(row), order))
    }

    fn decimals(self, value: impl Fn(usize) -> i128 + 'v) -> Self::Output {
        self.keys(move |row| Key::Int(value(row)))
    }
}

/// Min and max of an array's integers or moments.
pub(super) fn range(array: &ArrayRef) -> Option<(i64, i64)> {
    let array = without_dictionary(Arc::clone(array));
    visit(&array, RangeOfArray(&array))
}

struct RangeOfArray<'v>(&'v ArrayRef);

impl<'v> ArrayVisitor<'v> for RangeOfArray<'v> {
    type Output = Option<(i64, i64)>;

    fn others(self) -> Self::Output {
        None
    }

    fn i32s(self, value: impl Fn(usize) -> i32 + 'v) -> Self::Output {
        self.i64s(move |row| value(row).into())
    }

    fn i64s(self, value: impl Fn(usize) -> i64 + 'v) -> Self::Output {
        let nulls = self.0.nulls().filter(|nulls| nulls.null_count() > 0);
        let is_there = |row: &usize| nulls.is_none_or(|nulls| nulls.is_valid(*row));
        let values = (0..self.0.len()).filter(is_there).map(value);
        values.fold(None, |range, value| {
            let (min, max) = range.unwrap_or((value, value));
            Some((value.min(min), value.max(max)))
        })
    }
}

/// Does something with each row's integer of 64 bits or moment.
pub(super) fn each_i64(array: ArrayRef, mut then: impl FnMut(Option<i64>)) {
    let array = without_dictionary(array);
    visit(&array, EachI64(&array, &mut then));
}

struct EachI64<'v, 't>(&'v ArrayRef, &'t mut dyn FnMut(Option<i64>));

impl<'v> ArrayVisitor<'v> for EachI64<'v, '_> {
    type Output = ();

    fn others(self) {
        (0..self.0.len()).for_each(|_| (self.1)(None));
    }

    fn i64s(self, value: impl Fn(usize) -> i64 + 'v) {
        (0..self.0.len()).for_each(|row| (self.1)(self.0.is_valid(row).then(|| value(row))));
    }
}
