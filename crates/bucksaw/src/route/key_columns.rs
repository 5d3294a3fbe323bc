//! Columns of a block as keys.

#[cfg(feature = "arrow")]
use super::arrays;
use super::keys::{Key, Keys};
#[cfg(feature = "arrow")]
use crate::block::arrays::without_dictionary;
use crate::block::{BlockSlice, ColumnSlice, ValuesSlice};
use crate::schema::Schema;
use crate::types::physical::Order;

/// A column's values in some rows, and their order, if they have one.
pub(super) type KeyColumn<'s, 'a> = (ColumnSlice<'s, 'a>, ValuesSlice<'s, 'a>, Option<Order>);

/// The column that the file calls `name`, if it has a value in these rows, and its order, if it has one.
pub(super) fn column<'s, 'a>(
    name: &str,
    rows: &BlockSlice<'s, 'a>,
    schema: &Schema,
) -> Option<KeyColumn<'s, 'a>> {
    let is_named = |(id, _): &(_, _)| schema.column(*id).name == name;
    let (id, slice) = rows.columns().find(is_named)?;
    let storage = schema.column(id).ty.as_ref().and_then(|ty| ty.storage());
    let values = match slice.values() {
        #[cfg(feature = "arrow")]
        ValuesSlice::Arrow(array) => ValuesSlice::Arrow(without_dictionary(array)),
        values => values,
    };
    Some((slice, values, storage.map(|storage| storage.order)))
}

/// A key for each row; none where values of their type have no order.
pub(super) fn keys<'v>(
    slice: &ColumnSlice<'v, '_>,
    values: &'v ValuesSlice<'_, '_>,
    order: Order,
) -> Option<Keys<'v>> {
    fn of_list<'v, T>(
        slice: &ColumnSlice<'v, '_>,
        values: &'v [T],
        key: impl Fn(&'v T) -> Key<'v> + 'v,
    ) -> Keys<'v> {
        let mut values = values.iter();
        let value_of =
            move |is_present: bool| is_present.then(|| values.next().map(&key)).flatten();
        Box::new(slice.present().map(value_of))
    }
    Some(match values {
        ValuesSlice::Bool(values) => of_list(slice, values, |value| Key::Bool(*value)),
        ValuesSlice::I64(values) => of_list(slice, values, move |v| Key::of_i64(*v, order)),
        ValuesSlice::I32(values) => of_list(slice, values, move |v| Key::of_i32(*v, order)),
        ValuesSlice::F32(values) => of_list(slice, values, |value| Key::F64((*value).into())),
        ValuesSlice::F64(values) => of_list(slice, values, |value| Key::F64(*value)),
        ValuesSlice::Text(values) => {
            of_list(slice, values, move |text| Key::of_bytes(text.as_bytes(), order))
        }
        ValuesSlice::Bytes(values) => of_list(slice, values, move |v| Key::of_bytes(v, order)),
        #[cfg(feature = "arrow")]
        ValuesSlice::Arrow(array) => return arrays::keys(array, order),
        ValuesSlice::List(_) | ValuesSlice::Mixed(_) => return None,
    })
}
