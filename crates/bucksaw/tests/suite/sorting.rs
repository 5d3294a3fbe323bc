//! All rows in an order, whether or not memory has room for them: the same as those of a naive sort.

use bucksaw::{ErrorKind, Options, SortKey};
use bucksaw_workloads::{DEFAULT_SEED, Workload};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::clustered::{compare, keys, line, lines};
use crate::support::{convert, each, footer, read};

/// So little memory that rows have to wait in a file.
const LITTLE: usize = 8 << 20;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn rows_are_those_of_a_naive_sort(
        parts in vec(line(), 0..120),
        late in 0..120_usize,
        by in keys(),
        group_rows in 1..90_usize,
    ) {
        let lines = lines(&parts, late);
        each(|options| {
            let options = options.settling_rows(20);
            let plain = convert(&lines, options.clone()).expect("a file");
            let options = options.row_group_rows(group_rows).sort_by(by.clone());
            // One of the backends takes no late columns.
            let Ok(sorted) = convert(&lines, options) else { return };
            let mut expected = plain.rows();
            expected.sort_by(|a, b| compare(&by, a, b));
            assert_eq!(sorted.rows(), expected);
        });
    }
}

/// Lines of services, of which `row` says how they came.
fn many(rows: usize) -> String {
    let padding = "x".repeat(300);
    let part = |row: usize| {
        let list = if row.is_multiple_of(3) { r#""list":[1,2,null],"# } else { "" };
        format!(
            r#""service":"s{}",{list}"n":{},"text":"{row} {padding}","#,
            row * 7 % 13,
            row * 37 % 1_000
        )
    };
    lines(&(0..rows).map(part).collect::<Vec<_>>(), rows / 2)
}

#[test]
fn rows_beyond_memory_wait_in_a_file() {
    let lines = many(60_000);
    let by = SortKey::list("service,n:desc").expect("keys");
    let options = Options::new().arrays(bucksaw::Arrays::List);
    let plain = convert(&lines, options.clone()).expect("a file");
    let mut expected = plain.rows();
    expected.sort_by(|a, b| compare(&by, a, b));
    let options = options.memory_limit(LITTLE).sort_by(by);
    let sorted = convert(&lines, options.clone()).expect("a file");
    assert!(sorted.rows() == expected);
    let three = convert(&lines, options.clone().threads(3)).expect("a file");
    assert!(three.file == sorted.file);
    let said = footer(&sorted.file);
    let columns = |group: usize| said.row_group(group).sorting_columns().map(Vec::len);
    assert!((0..said.num_row_groups()).all(|group| columns(group) == Some(2)));
    // Some of it waited, or this would do.
    let error = convert(&lines, options.temporary_limit(1_000_000)).err().expect("too much");
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.message().contains("take more than 1000000 bytes"), "{error}");
}

/// Every column of rows that differ a lot comes back, with those that appear on the way.
#[test]
fn rows_of_many_columns_come_back() {
    let lines = String::from_utf8(Workload::Varied.ndjson(DEFAULT_SEED, 20_000)).expect("text");
    let options = Options::new().source_columns(true);
    let plain = convert(&lines, options.clone()).expect("a file");
    let by = SortKey::list("hash(source_line,1000),source_line").expect("keys");
    let sorted = convert(&lines, options.memory_limit(LITTLE).sort_by(by)).expect("a file");
    let mut rows = sorted.rows();
    assert!(rows != plain.rows());
    rows.sort_by(|a, b| a["source_line"].cmp(&b["source_line"]));
    // What is told of the rows is told of them as they came.
    assert!(rows == plain.rows());
    assert_eq!(sorted.report.files[0].misfits, plain.report.files[0].misfits);
    assert_eq!(sorted.report.alterations, plain.report.alterations);
}

#[test]
fn a_file_of_no_rows_is_one() {
    let options = Options::new().sort_by([SortKey::ascending("a")]);
    assert_eq!(read(&convert("", options).expect("a file").file).1.len(), 0);
}
