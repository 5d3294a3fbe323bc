//! Row groups say that they are sorted where they are, and only there. (That what they say is true is
//! checked of every file that a test reads.)

use std::sync::Arc;

use crate::support::{BACKENDS, Written, footer, read, written};
use arrow_array::{ArrayRef, RecordBatch, StringViewArray, Time32SecondArray};
use bucksaw::{BackendKind, ColumnType, DeclaredSchema, ErrorKind, Options, SortColumn, Value};
use proptest::collection::vec;
use proptest::prelude::*;

fn by(columns: &[&str]) -> Vec<SortColumn> {
    columns.iter().map(|column| column.parse().expect("a column")).collect()
}

/// For each row group, the columns that it says it is sorted by.
fn sorted(file: &Written) -> Vec<Option<Vec<SortColumn>>> {
    read(&file.file);
    let footer = footer(&file.file);
    let leaves = footer.file_metadata().schema_descr().columns();
    let groups = footer.row_groups().iter().map(|group| {
        let columns = group
            .sorting_columns()?
            .iter()
            .map(|by| column(leaves[by.column_idx as usize].name(), by.descending, by.nulls_first));
        Some(columns.collect())
    });
    groups.collect()
}

fn column(name: &str, descending: bool, nulls_first: bool) -> SortColumn {
    let new = if descending { SortColumn::descending } else { SortColumn::ascending };
    new(name).nulls_first(nulls_first)
}

/// One row group of one column.
fn is_sorted(values: &[Value<'_>], column: &str) -> bool {
    let mut answers = BACKENDS.map(|backend| {
        let mut schema = DeclaredSchema::new();
        // By themselves, small ones are taken for int64.
        if values.iter().any(|value| matches!(value, Value::U64(_))) {
            schema = schema.column("v", ColumnType::Uint64);
        }
        let options = Options::new().backend(backend).schema(schema).sorted_by(by(&[column]));
        let file = written(options, |writer| {
            for value in values {
                writer.write_row([("other", Value::Bool(true)), ("v", *value)]).expect("taken");
            }
        });
        let order = file.report.files[0].order.clone().expect("an order was declared");
        assert_eq!(order.sorted_row_groups == 1, order.first_unsorted_row.is_none());
        let said = sorted(&file);
        assert_eq!(said[0].is_some(), order.sorted_row_groups == 1);
        (order.clone(), said)
    });
    assert_eq!(answers[0], answers[1]);
    answers[0].1.remove(0).is_some()
}

#[test]
fn values_are_in_parquets_order() {
    let bounds = [Value::I64(i64::MIN), Value::I64(-1), Value::I64(0), Value::I64(i64::MAX)];
    let small = [Value::I32(i32::MIN), Value::I32(-1), Value::I32(7)];
    let floats = [f32::NEG_INFINITY, -0.0, 0.0, 1e-45, 0.1].map(Value::F32);
    let unsigned = [Value::U64(1), Value::U64(i64::MAX as u64 + 1), Value::U64(u64::MAX)];
    let doubles = [f64::NEG_INFINITY, -1.0, 0.0, -0.0, 0.0, 5e-324, f64::INFINITY].map(Value::F64);
    let texts = ["", "Z", "a", "a\0", "aa", "é", "\u{ffff}", "😀"].map(Value::Text);
    let bytes = [&b"\x00"[..], b"\x7f", b"\x80", b"\xff"].map(Value::Bytes);
    let times = [Value::Timestamp(-5), Value::Timestamp(5)];
    let bools = [Value::Bool(false), Value::Bool(true)];
    for values in [
        &bounds[..],
        &small[..],
        &floats[..],
        &unsigned[..],
        &doubles[..],
        &texts[..],
        &bytes[..],
        &times[..],
        &bools[..],
    ] {
        let backward: Vec<Value<'_>> = values.iter().rev().copied().collect();
        assert!(is_sorted(values, "v") && !is_sorted(values, "v:desc"), "{values:?}");
        assert!(is_sorted(&backward, "v:desc") && !is_sorted(&backward, "v"), "{values:?}");
        let last = [values, &[Value::Null, Value::Null]].concat();
        assert!(is_sorted(&last, "v") && !is_sorted(&last, "v:nulls-first"), "{values:?}");
        let first = [&[Value::Null], values].concat();
        assert!(is_sorted(&first, "v:nulls-first") && !is_sorted(&first, "v"), "{values:?}");
        let within = [values, &[Value::Null], values].concat();
        assert!(!is_sorted(&within, "v") && !is_sorted(&within, "v:nulls-first"), "{values:?}");
    }
    let with_nan = [0.0, 1.0, f64::NAN].map(Value::F64);
    assert!(!is_sorted(&with_nan, "v") && !is_sorted(&with_nan, "v:desc"));
}

/// Each row group for itself, over the borders of blocks and with columns that come late.
#[test]
fn each_row_group_speaks_for_itself() {
    const ROWS: i64 = 10_000;
    for backend in BACKENDS {
        let options = Options::new().backend(backend).row_group_rows(10_000);
        let file = written(options.sorted_by(by(&["tenant", "time:desc"])), |writer| {
            for row in 0..ROWS * 4 {
                let (group, within) = (row / ROWS, row % ROWS);
                let tenant = if within < 6_000 { "a" } else { "b" };
                // In the third row group one row, which starts a block, is later than the one before.
                let is_wrong = group == 2 && within == 8_192;
                let time = if is_wrong { 0 } else { -within };
                writer
                    .write_row([
                        ("other", Value::I64(row)),
                        ("tenant", Value::Text(tenant)),
                        ("time", Value::Timestamp(time)),
                    ])
                    .expect("taken");
            }
        });
        let all = Some(by(&["tenant", "time:desc"]));
        assert_eq!(sorted(&file), [all.clone(), all.clone(), None, all], "{backend}");
        let order = file.report.files[0].order.clone().expect("declared");
        assert_eq!((order.sorted_row_groups, order.first_unsorted_row), (3, Some(28_192)));
    }
}

#[test]
fn columns_that_the_file_lacks_or_has_late_do_not_matter() {
    let options = || Options::new().row_group_rows(10);
    let file = written(options().sorted_by(by(&["never", "late:nulls-first", "v"])), |writer| {
        for row in 0..30_i64 {
            let values = [("v", Value::I64(row % 10)), ("late", Value::I64(row / 10))];
            let count = if row < 20 { 1 } else { 2 };
            writer.write_row(values.into_iter().take(count)).expect("taken");
        }
    });
    let all = Some(by(&["late:nulls-first", "v"]));
    assert_eq!(sorted(&file), [all.clone(), all.clone(), all]);
    let file = written(options().sorted_by(by(&["never"])), |writer| {
        writer.write_row([("v", Value::I64(1))]).expect("taken");
    });
    assert_eq!(sorted(&file), [None]);
}

#[test]
fn arrays_are_followed_too() {
    for backend in BACKENDS {
        let file = written(Options::new().backend(backend).sorted_by(by(&["text"])), |writer| {
            writer.write_row([("text", Value::Text("a"))]).expect("taken");
            for texts in [[Some("b"), Some("c")], [Some("c"), None]] {
                let array: ArrayRef = Arc::new(StringViewArray::from_iter(texts));
                let batch = RecordBatch::try_from_iter([("text", array)]).expect("a batch");
                writer.write_record_batch(&batch).expect("taken");
            }
        });
        assert_eq!(sorted(&file), [Some(by(&["text"]))], "{backend}");
    }
    let options = Options::new().backend(BackendKind::Arrow).sorted_by(by(&["time"]));
    let file = written(options, |writer| {
        let array: ArrayRef = Arc::new(Time32SecondArray::from(vec![1, 2]));
        let batch = RecordBatch::try_from_iter([("time", array)]).expect("a batch");
        writer.write_record_batch(&batch).expect("taken");
    });
    assert_eq!(footer(&file.file).row_group(0).sorting_columns(), None);
}

/// Nothing is declared, so nothing is reported; but what is true is said.
#[test]
fn the_timestamp_column_is_followed_unless_told() {
    for backend in BACKENDS {
        let options = Options::new().backend(backend).row_group_rows(2).timestamp_column("at");
        let write = |options: Options| {
            written(options, |writer| {
                for (at, n) in [(1, 4), (2, 3), (4, 2), (3, 1)] {
                    writer
                        .write_row([("n", Value::I64(n)), ("at", Value::I64(at))])
                        .expect("taken");
                }
            })
        };
        let file = write(options.clone());
        assert_eq!(sorted(&file), [Some(by(&["at"])), None], "{backend}");
        assert_eq!(file.report.files[0].order, None);
        let file = write(options.sorted_by(by(&["n:desc"])));
        assert_eq!(sorted(&file), [Some(by(&["n:desc"])), Some(by(&["n:desc"]))], "{backend}");
    }
}

#[test]
fn orders_are_read_from_text() {
    for (text, expected) in [
        ("a", column("a", false, false)),
        ("a:asc:nulls-last", column("a", false, false)),
        ("a:desc", column("a", true, false)),
        ("a:b:desc:nulls-first", column("a:b", true, true)),
        ("a:nulls-first:desc", column("a", true, true)),
        ("a:down:asc", column("a:down", false, false)),
    ] {
        assert_eq!(text.parse::<SortColumn>().expect(text), expected);
    }
    assert_eq!(":desc".parse::<SortColumn>().expect_err("no name").kind(), ErrorKind::Options);
    for text in ["a:down", "a:b:nulls-first", "a:"] {
        let error = text.parse::<SortColumn>().expect_err("no order").to_string();
        assert!(error.contains("asc or desc, and nulls-first or nulls-last"), "{error}");
    }
    let schema = DeclaredSchema::new()
        .column("list", ColumnType::list_of(ColumnType::Int64))
        .column("text", ColumnType::Text);
    let options = Options::new().schema(schema).timestamp_column("text");
    let wrong = options.sorted_by(by(&["list"])).validate().expect_err("no order").to_string();
    assert!(wrong.contains("\"list\", which is declared as list<int64>, which has no"), "{wrong}");
    assert!(wrong.contains("\"text\", which is declared as text, and not as int32"), "{wrong}");
    let twice = Options::new().sorted_by(by(&["a", "b", "a:desc"])).validate().expect_err("twice");
    assert!(twice.to_string().contains("\"a\" twice"), "{twice}");
}

proptest! {
    #[test]
    fn what_is_said_is_what_is_true(
        rows in vec((proptest::option::of(0..3_i64), proptest::option::of(0..3_i64)), 1..60),
        group_rows in 1..6_usize,
        nulls_first: bool,
        descending: bool,
    ) {
        let schema = DeclaredSchema::new().column("a", ColumnType::Int64).column("b", ColumnType::Int64);
        let order = column("b", descending, nulls_first);
        let options = Options::new()
            .schema(schema)
            .row_group_rows(group_rows)
            .sorted_by([SortColumn::ascending("a"), order]);
        let file = written(options, |writer| {
            for (a, b) in &rows {
                let value = |value: &Option<i64>| value.map_or(Value::Null, Value::I64);
                writer.write_row([("a", value(a)), ("b", value(b))]).expect("taken");
            }
        });
        let key = |row: &(Option<i64>, Option<i64>)| {
            let null = if nulls_first { i64::MIN } else { i64::MAX };
            (row.0.unwrap_or(i64::MAX), row.1.map_or(null, |b| if descending { -b } else { b }))
        };
        let expected: Vec<bool> =
            rows.chunks(group_rows).map(|rows| rows.is_sorted_by_key(key)).collect();
        let said: Vec<bool> = sorted(&file).iter().map(Option::is_some).collect();
        prop_assert_eq!(said, expected);
    }
}
