//! Each row's value of a column as text.

use std::borrow::Cow;

use crate::block::{BlockSlice, ColumnSlice, ValuesSlice};
use crate::schema::ColumnId;
use crate::types::item::Item;
use crate::types::value::Value;

/// Does something with each row's value of a column, as text: bytes as hexadecimal digits, moments as numbers of their unit. Rows of lists and
/// maps have none.
pub(crate) fn each_text(
    rows: &BlockSlice<'_, '_>,
    column: Option<ColumnId>,
    mut then: impl FnMut(Option<&str>),
) {
    let Some(slice) = column.and_then(|id| rows.column(id)) else {
        return (0..rows.rows()).for_each(|_| then(None));
    };
    macro_rules! each_value {
        ($values:expr, $of:expr) => {
            each(&slice, $values, |value| {
                then(value.map(|value| $of(*value).to_text()).as_deref());
            })
        };
    }
    match slice.values() {
        ValuesSlice::Text(values) => {
            each(&slice, values, |value| then(value.copied()));
        }
        ValuesSlice::I64(values) => each_value!(values, Value::I64),
        ValuesSlice::I32(values) => each_value!(values, Value::I32),
        ValuesSlice::F64(values) => each_value!(values, Value::F64),
        ValuesSlice::F32(values) => each_value!(values, Value::F32),
        ValuesSlice::Bool(values) => each_value!(values, Value::Bool),
        // Ids, which are alike in either form.
        ValuesSlice::Bytes(values) => {
            let mut hex = String::new();
            each(&slice, values, |value| {
                hex.clear();
                let digits = value.copied().unwrap_or_default().iter();
                digits.for_each(|byte| hex.extend([byte >> 4, byte & 0xf].map(hex_digit)));
                then(value.map(|_| hex.as_str()));
            });
        }
        ValuesSlice::Mixed(values) => each(&slice, values.0, |value| {
            then(value.and_then(|value| as_stored(value.item())).as_deref());
        }),
        ValuesSlice::List(_) => (0..rows.rows()).for_each(|_| then(None)),
        #[cfg(feature = "arrow")]
        ValuesSlice::Arrow(array) => of_array::each_text(array, then),
    }
}

/// Does something with each row's first value in these columns, as text, where it has one.
pub(crate) fn first_texts(
    rows: &BlockSlice<'_, '_>,
    columns: impl IntoIterator<Item = ColumnId>,
    mut then: impl FnMut(usize, &str),
) {
    let mut has_one = vec![false; rows.rows()];
    for column in columns.into_iter().filter(|column| rows.column(*column).is_some()) {
        let mut row = 0;
        each_text(rows, Some(column), |text| {
            if let Some(text) = text
                && !std::mem::replace(&mut has_one[row], true)
            {
                then(row, text);
            }
            row += 1;
        });
    }
}

/// Does something with each row's value.
pub(crate) fn each<T>(slice: &ColumnSlice<'_, '_>, values: &[T], mut then: impl FnMut(Option<&T>)) {
    if values.len() == slice.rows() {
        return values.iter().for_each(|value| then(Some(value)));
    }
    let mut values = values.iter();
    slice.present().for_each(|is_present| then(if is_present { values.next() } else { None }));
}

/// An item as the text of what its column will hold once it has a type.
fn as_stored(item: Item<'_>) -> Option<Cow<'_, str>> {
    match item.as_value() {
        Some(Value::Null) => None,
        Some(Value::Timestamp(micros)) => Some(Cow::Owned(micros.to_string())),
        Some(value) => Some(value.to_text()),
        None => Some(item.to_text()),
    }
}

fn hex_digit(value: u8) -> char {
    char::from_digit(value.into(), 16).unwrap_or_default()
}

#[cfg(feature = "arrow")]
mod of_array {
    use arrow_array::{Array, ArrayRef};

    use crate::block::arrays::{ArrayVisitor, visit, without_dictionary};
    use crate::types::value::Value;

    pub(super) fn each_text(array: ArrayRef, mut then: impl FnMut(Option<&str>)) {
        let array = without_dictionary(array);
        visit(&array, EachText(&array, &mut then));
    }

    struct EachText<'v, 't>(&'v ArrayRef, &'t mut dyn FnMut(Option<&str>));

    impl EachText<'_, '_> {
        fn each(self, value: impl Fn(usize) -> Value<'static>) {
            let text = |row| self.0.is_valid(row).then(|| value(row).to_text());
            (0..self.0.len()).for_each(|row| (self.1)(text(row).as_deref()));
        }
    }

    impl<'v> ArrayVisitor<'v> for EachText<'v, '_> {
        type Output = ();

        fn others(self) {
            (0..self.0.len()).for_each(|_| (self.1)(None));
        }

        fn texts(self, value: impl Fn(usize) -> &'v str + 'v) {
            (0..self.0.len()).for_each(|row| (self.1)(self.0.is_valid(row).then(|| value(row))));
        }

        fn bools(self, value: impl Fn(usize) -> bool + 'v) {
            self.each(|row| Value::Bool(value(row)));
        }

        fn i64s(self, value: impl Fn(usize) -> i64 + 'v) {
            self.each(|row| Value::I64(value(row)));
        }

        fn i32s(self, value: impl Fn(usize) -> i32 + 'v) {
            self.each(|row| Value::I32(value(row)));
        }

        fn f64s(self, value: impl Fn(usize) -> f64 + 'v) {
            self.each(|row| Value::F64(value(row)));
        }

        fn f32s(self, value: impl Fn(usize) -> f32 + 'v) {
            self.each(|row| Value::F32(value(row)));
        }
    }
}
