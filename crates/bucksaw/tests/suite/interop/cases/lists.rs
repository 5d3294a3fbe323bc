//! Lists of every type: null, empty, with nulls in them, and longer than a page.

use bucksaw::{ColumnType, TimeUnit};

use super::values::row;
use crate::interop::case::{Case, Demand, Door};
use crate::interop::cell::{Cell, Row};
use crate::interop::read_back::Fact;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::rows("lists", rows_of_lists(1_000)).declared(DECLARED.map(list_of)),
        Case::rows_by("lists_in_groups_and_pages", rows_of_lists(2_000), Door::Blocks)
            .declared(DECLARED.map(list_of))
            .groups_of(450)
            .with(|options| options.page_bytes(1_024))
            .fact(Fact::RowGroups(5))
            .fact(Fact::SeveralPages("element")),
        Case::rows_by("lists_without_dictionary", rows_of_lists(700), Door::Slices)
            .declared(DECLARED.map(list_of))
            .with(|options| options.dictionary(false)),
        Case::rows("lists_null_and_empty", null_and_empty()),
        Case::rows("lists_very_long", very_long()),
        Case::lines("lists_of_lines", lines())
            .declared(DECLARED[2..6].to_vec().into_iter().map(list_of)),
        Case::rows_by("lists_late", late(), Door::Slices)
            .groups_of(100)
            .demands(Demand::LateColumns),
    ]
}

const DECLARED: [(&str, ColumnType); 9] = [
    ("moments", ColumnType::Timestamp(TimeUnit::Micros)),
    ("bools", ColumnType::Bool),
    ("int64s", ColumnType::Int64),
    ("doubles", ColumnType::Double),
    ("texts", ColumnType::Text),
    ("int32s", ColumnType::Int32),
    ("uint64s", ColumnType::Uint64),
    ("floats", ColumnType::Float),
    ("bytes", ColumnType::Bytes),
];

fn list_of((name, element): (&'static str, ColumnType)) -> (&'static str, ColumnType) {
    (name, ColumnType::list_of(element))
}

fn element(name: &str, at: usize) -> Cell {
    let number = at as i64;
    match name {
        _ if at % 7 == 3 => Cell::Null,
        "moments" => Cell::Timestamp(number * 1_000_003 - 5_000_000_000),
        "bools" => Cell::Bool(at.is_multiple_of(3)),
        "int64s" => Cell::I64([i64::MIN, i64::MAX, number][at % 3]),
        "doubles" => Cell::F64([f64::NAN, -0.0, f64::INFINITY, number as f64 / 7.0][at % 4]),
        "texts" => Cell::from(["", "plain", "ü漢🪵", "\"quoted\"\n"][at % 4]),
        "int32s" => Cell::I32([i32::MIN, i32::MAX, at as i32][at % 3]),
        "uint64s" => Cell::U64([u64::MAX, 0, at as u64][at % 3]),
        "floats" => Cell::F32([f32::NAN, -0.0, f32::MAX, at as f32][at % 4]),
        _ => Cell::Bytes(vec![255; at % 5]),
    }
}

/// Rows in which each column has lists of all kinds, each column at places of its own.
fn rows_of_lists(rows: usize) -> Vec<Row> {
    let list = |name: &str, at: usize| match (at + name.len()) % 6 {
        0 => Cell::Null,
        1 => Cell::List(Vec::new()),
        2 => Cell::List(vec![Cell::Null; at % 3 + 1]),
        _ => Cell::List((0..at % 9).map(|place| element(name, at * 5 + place)).collect()),
    };
    let cells = |at: usize| DECLARED.map(|(name, _)| (name.to_owned(), list(name, at))).to_vec();
    (0..rows).map(cells).collect()
}

/// A list that is null is not an empty one, nor one with a null in it.
fn null_and_empty() -> Vec<Row> {
    let lists = [
        Cell::List(vec![Cell::I64(1)]),
        Cell::Null,
        Cell::List(Vec::new()),
        Cell::List(vec![Cell::Null]),
        Cell::List(vec![Cell::Null, Cell::I64(-1), Cell::Null]),
    ];
    let empty = |at: usize| if at.is_multiple_of(2) { Cell::Null } else { Cell::List(Vec::new()) };
    (0..40).map(|at| row([("list", lists[at % 5].clone()), ("only_empty", empty(at))])).collect()
}

/// More values in a row than a dictionary takes, between short lists.
fn very_long() -> Vec<Row> {
    let integers = |count: i64| Cell::List((0..count).map(|at| Cell::I64(at * 3)).collect());
    let texts = |count: usize| Cell::List((0..count).map(|at| format!("t{at}").into()).collect());
    [(3, 1), (70_000, 2), (2, 70_000), (0, 0), (6_000, 5_500), (1, 1)]
        .into_iter()
        .map(|(first, second)| row([("integers", integers(first)), ("texts", texts(second))]))
        .collect()
}

fn late() -> Vec<Row> {
    (0..350)
        .map(|at| {
            let list = Cell::List(vec![Cell::I64(at), Cell::Null]);
            row([("at", Cell::I64(at)), ("late", if at < 250 { Cell::Null } else { list })])
        })
        .collect()
}

/// Arrays in declared columns of lists, and where they don't fit, JSON text.
fn lines() -> String {
    [
        r#"{"int64s":[1,null,-9223372036854775808],"doubles":[1,0.5],"texts":["a","\u00e9"]}"#,
        r#"{"int64s":[],"doubles":[null],"texts":null,"int32s":[2147483647]}"#,
        r#"{"int64s":[1.5],"doubles":["x"],"texts":[1],"int32s":[2147483648]}"#,
        r#"{"int64s":["7"],"other":[1,2],"texts":[["a"]],"int32s":7}"#,
    ]
    .join("\n")
}
