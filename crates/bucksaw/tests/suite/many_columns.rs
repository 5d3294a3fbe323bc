//! More columns than the memory limit carries: later ones go into `_rest`, nothing is lost, and row groups
//! keep a useful size.

#![allow(clippy::panic, reason = "tests fail by it")]

use std::collections::BTreeMap;

use crate::support::{Cell, Written, convert_with, footer, written};
use bucksaw::limits::MIN_MEMORY_LIMIT;
use bucksaw::{BackendKind, Error, NdjsonOptions, OnError, Options, Value};
use proptest::prelude::*;

const MIB: u64 = 1 << 20;
/// Columns that the least memory limit carries.
const CARRIED: usize = 136;

/// For each backend: columns that the least memory limit carries, and the least, in MiB, that carries 300.
const OF_BACKENDS: [(BackendKind, usize, usize); 2] =
    [(BackendKind::Direct, CARRIED, 13), (BackendKind::Arrow, 29, 46)];

/// A value that no other column and row has.
fn value(row: usize, column: usize) -> String {
    format!("{:x}", row * 1_000_003 + column)
}

fn lines(rows: usize, columns: usize) -> String {
    let member = |row, column| format!("\"c{column}\":\"{}\"", value(row, column));
    let line = |row| (0..columns).map(|column| member(row, column)).collect::<Vec<_>>().join(",");
    (0..rows).map(|row| format!("{{{}}}\n", line(row))).collect()
}

fn convert(lines: &str, options: Options) -> Written {
    convert_with(lines.as_bytes(), options, NdjsonOptions::new(), OnError::Skip).expect("written")
}

/// The values of each row by the names that the lines gave, wherever they are.
fn found(written: &Written) -> Vec<BTreeMap<String, String>> {
    let rows = written.rows().into_iter().map(|row| {
        let mut found = BTreeMap::new();
        for (name, cell) in row {
            let Cell::Text(text) = cell else { panic!("{name} is no text") };
            if name == "_rest" {
                let rest: BTreeMap<String, String> =
                    serde_json::from_str(&text).expect("an object");
                found.extend(rest);
            } else {
                found.insert(name, text);
            }
        }
        found
    });
    rows.collect()
}

#[test]
fn columns_beyond_the_memory_limit_go_into_rest() {
    let (rows, columns) = (600, 300);
    let lines = lines(rows, columns);
    let wanted: Vec<BTreeMap<String, String>> = (0..rows)
        .map(|row| (0..columns).map(|column| (format!("c{column}"), value(row, column))).collect())
        .collect();
    for (backend, carried, carries_300) in OF_BACKENDS {
        let options = Options::new().backend(backend).memory_limit(MIN_MEMORY_LIMIT);
        let one = convert(&lines, options.clone());
        let rest = one.report.columns_in_rest.expect("too many columns");
        assert_eq!((rest.columns, rest.carried), ((columns - carried) as u64, carried as u64));
        assert_eq!(rest.memory_limit, carries_300 as u64 * MIB);
        assert_eq!(one.names().len(), carried + 1);
        assert!(found(&one) == wanted, "{backend}: values are lost");
        let told = format!(
            "{} columns went into _rest: the memory limit carries {carried} columns, one of {carries_300}.0 MiB or more carries them",
            columns - carried
        );
        assert!(one.report.to_string().contains(&told), "{}", one.report);
        for threads in [2, 3, 8] {
            let several = convert(&lines, options.clone().threads(threads));
            assert_eq!(several.report.columns_in_rest, Some(rest), "{backend}, {threads} threads");
            assert!(several.file == one.file, "{backend}: {threads} threads write another file");
        }
        let all = convert(&lines, options.memory_limit(carries_300 << 20));
        assert_eq!((all.report.columns_in_rest, all.names().len()), (None, columns));
        assert!(found(&all) == wanted, "{backend}: values are lost");
    }
}

#[test]
fn row_groups_keep_a_useful_size() {
    for columns in [CARRIED, 900] {
        let written = convert(&lines(700, columns), Options::new().memory_limit(MIN_MEMORY_LIMIT));
        let groups = footer(&written.file).row_groups().to_vec();
        let (last, full) = groups.split_last().expect("row groups");
        assert!(!full.is_empty(), "{columns} columns: the limit is never reached");
        let rows: Vec<i64> = full.iter().map(|group| group.num_rows()).collect();
        assert!(rows.iter().all(|rows| *rows >= 150), "{columns} columns: {rows:?} {last:?}");
    }
}

#[test]
fn fewer_columns_than_allowed_are_no_matter_of_memory() {
    let written = convert(&lines(2, 300), Options::new().max_columns(100));
    assert_eq!((written.report.columns_in_rest, written.names().len()), (None, 101));
    // Those beyond what is allowed would not have a column with more memory either.
    let options = Options::new().max_columns(140).memory_limit(MIN_MEMORY_LIMIT);
    let rest = convert(&lines(2, 300), options).report.columns_in_rest.expect("too many columns");
    assert_eq!((rest.columns, rest.memory_limit), (4, 9 << 20));
}

#[test]
fn strict_rows_and_ids_say_that_the_memory_limit_carries_no_more() {
    let options = Options::new().memory_limit(MIN_MEMORY_LIMIT).strict(true);
    let names: Vec<String> = (0..=CARRIED).map(|column| format!("c{column}")).collect();
    let written = written(options, |writer| {
        let is_told = |error: Error| error.to_string().contains("than the memory limit carries");
        let row = names.iter().map(|name| (name, Value::from(1)));
        assert!(is_told(writer.write_row(row.clone()).expect_err("one too many")));
        writer.write_row(row.take(CARRIED)).expect("as many as it carries");
        assert!(is_told(writer.column("more").expect_err("no room")));
    });
    assert_eq!(written.names().len(), CARRIED);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Rejected lines leave nothing behind, and count for nothing.
    #[test]
    fn nothing_is_lost_whatever_names_come(
        rows in prop::collection::vec((prop::collection::btree_set(0..200_usize, 0..60), any::<bool>()), 1..60),
        threads in 1..4_usize,
    ) {
        let mut lines = String::new();
        let mut wanted = Vec::new();
        let mut names = Vec::new();
        for (row, (columns, is_broken)) in rows.iter().enumerate() {
            let member = |column: &usize| format!("\"c{column}\":\"{}\"", value(row, *column));
            let members: Vec<String> = columns.iter().map(member).collect();
            lines += &format!("{{{}{}\n", members.join(","), if *is_broken { "" } else { "}" });
            if !is_broken {
                names.extend(columns.iter().filter(|column| !names.contains(*column)).copied().collect::<Vec<_>>());
                wanted.push(columns.iter().map(|column| (format!("c{column}"), value(row, *column))).collect::<BTreeMap<_, _>>());
            }
        }
        let options = Options::new().memory_limit(MIN_MEMORY_LIMIT).threads(threads);
        let written = convert(&lines, options);
        prop_assert!(found(&written) == wanted);
        let beyond = names.len().saturating_sub(CARRIED) as u64;
        prop_assert_eq!(written.report.columns_in_rest.map_or(0, |rest| rest.columns), beyond);
    }
}
