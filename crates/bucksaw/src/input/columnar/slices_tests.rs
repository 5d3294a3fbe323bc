use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringDictionaryBuilder, StringViewBuilder};
use arrow_array::types::{Int8Type, Int32Type};
use arrow_array::{Array, ArrayRef, Int32Array, RecordBatch, RunArray, StringArray, StructArray};
use arrow_schema::Field;

use super::{CHUNK_SHARED_BYTES, Ends, Sizes, Slices};

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

/// Some bytes say so of any number of rows, and of elements.
#[test]
fn runs_take_no_memory_for_each_of_their_rows() {
    let run = |ends: Vec<i32>, texts: Vec<String>| {
        let texts = StringArray::from(texts);
        RunArray::<Int32Type>::try_new(&Int32Array::from(ends), &texts).expect("runs")
    };
    let array: ArrayRef = Arc::new(run(vec![i32::MAX], vec!["x".to_owned()]));
    let sizes = Sizes::of(&array, 2, 1);
    assert_eq!((sizes.at(0), sizes.at(i32::MAX as usize - 1), sizes.most()), (5, 5, 5));
    let batch = RecordBatch::try_from_iter([("c", array)]).expect("a batch");
    let schema = batch.schema();
    let mut slices = Slices::of(batch, schema, 16 << 10);
    let first = slices.next(1 << 20, |_| 0).expect("room for it").expect("rows");
    assert_eq!(first.rows, 16 << 10);
    // Each in its run, and lists of them.
    let runs = run(vec![2, 3, 7], vec!["a".to_owned(), "b".repeat(100), "c".repeat(10)]);
    for rows in [0..7, 1..6, 3..4] {
        let array: ArrayRef = Arc::new(runs.slice(rows.start, rows.len()));
        let sizes = Sizes::of(&array, 2, 1);
        let expected = &[5, 5, 104, 14, 14, 14, 14][rows];
        let found: Vec<u64> = (0..array.len()).map(|row| sizes.at(row)).collect();
        assert_eq!(found, expected);
        let ends = Ends::of(sizes, array.len());
        for start in 0..array.len() {
            for end in start..=array.len() {
                let bytes: u64 = expected[start..end].iter().sum();
                let around = (end - start) as u64 + 2;
                assert_eq!(ends.between(start, end - start), bytes + around, "{start}..{end}");
            }
        }
    }
}
