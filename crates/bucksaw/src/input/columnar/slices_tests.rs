use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringDictionaryBuilder, StringViewBuilder};
use arrow_array::types::Int8Type;
use arrow_array::{ArrayRef, RecordBatch, StructArray};
use arrow_schema::Field;

use super::{CHUNK_SHARED_BYTES, Slices};

const ROWS: usize = 200;
const TEXTS: usize = 8;
const LONG: usize = 256 << 10;

fn texts() -> Vec<String> {
    (0..TEXTS).map(|n| n.to_string().repeat(LONG)).collect()
}

/// Rows that have one of a few long texts each.
fn dictionary() -> ArrayRef {
    let texts = texts();
    let mut rows = StringDictionaryBuilder::<Int8Type>::new();
    (0..ROWS).for_each(|row| rows.append_value(&texts[row % TEXTS]));
    Arc::new(rows.finish())
}

fn views() -> ArrayRef {
    let texts = texts();
    let mut rows = StringViewBuilder::new().with_deduplicate_strings();
    (0..ROWS).for_each(|row| rows.append_value(&texts[row % TEXTS]));
    Arc::new(rows.finish())
}

fn lists() -> ArrayRef {
    let texts = texts();
    let mut rows = ListBuilder::new(StringDictionaryBuilder::<Int8Type>::new());
    for row in 0..ROWS {
        rows.values().append_value(&texts[row % TEXTS]);
        rows.append(true);
    }
    Arc::new(rows.finish())
}

fn structs() -> ArrayRef {
    let values = dictionary();
    let field = Field::new("t", values.data_type().clone(), true);
    Arc::new(StructArray::from(vec![(Arc::new(field), values)]))
}

/// How many rows each slice has, with room for no more than one of the texts.
fn slices(array: ArrayRef) -> Vec<usize> {
    let batch = RecordBatch::try_from_iter([("c", array)]).expect("a batch");
    let schema = batch.schema();
    let mut slices = Slices::of(batch, schema, 16 << 10);
    let next = || slices.next(LONG + 100, |_| 0).expect("room for it").map(|columns| columns.rows);
    std::iter::from_fn(next).collect()
}

#[test]
fn texts_that_rows_share_are_counted_in_each_row() {
    let most = CHUNK_SHARED_BYTES as usize / LONG;
    for (what, array) in [("dictionary", dictionary()), ("views", views()), ("structs", structs())]
    {
        let rows = slices(array);
        assert_eq!(rows.iter().sum::<usize>(), ROWS, "{what}");
        assert!(rows.iter().all(|rows| *rows == most), "{what}: {rows:?}");
    }
    let rows = slices(lists());
    assert_eq!(rows.iter().sum::<usize>(), ROWS);
    assert!(rows.iter().all(|rows| *rows <= 16), "lists: {rows:?}");
}

#[test]
fn short_texts_that_rows_share_leave_slices_long() {
    let mut rows = StringDictionaryBuilder::<Int8Type>::new();
    (0..ROWS).for_each(|row| rows.append_value(["a", "b"][row % 2]));
    assert_eq!(slices(Arc::new(rows.finish())), [ROWS]);
}
