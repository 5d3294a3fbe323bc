//! Every type, its extremes, and values that don't fit their column.

use bucksaw::{ColumnType, TimeUnit};

use crate::interop::case::{Case, Demand, Door};
use crate::interop::cell::{Cell, Row};
use crate::interop::read_back::Fact;

/// Columns that only a declaration gives their type.
pub(super) const DECLARED: [(&str, ColumnType); 2] =
    [("unsigned", ColumnType::Uint64), ("moment", ColumnType::Timestamp(TimeUnit::Micros))];

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::rows("types_by_names", rows_of_every_type(1_000)).declared(DECLARED),
        Case::rows_by("types_by_ids", rows_of_every_type(1_000), Door::Ids).declared(DECLARED),
        Case::rows_by("types_by_slices", rows_of_every_type(1_500), Door::Slices)
            .declared(DECLARED)
            .groups_of(400),
        Case::rows_by("types_by_blocks", rows_of_every_type(1_500), Door::Blocks)
            .declared(DECLARED)
            .groups_of(400),
        Case::rows("one_row", rows_of_every_type(1)).declared(DECLARED),
        Case::rows("large_text", large_texts()),
        Case::rows("timestamp_limits", timestamp_limits()),
        Case::rows("misfits", misfits()).declared([
            ("whole", ColumnType::Int64),
            ("size", ColumnType::Uint64),
            ("when", ColumnType::Timestamp(TimeUnit::Micros)),
            ("narrow", ColumnType::Int32),
            ("single", ColumnType::Float),
        ]),
        Case::rows("text_prefix", text_prefix()).text_prefix("attr_"),
        Case::rows_by("late_columns", late_columns(), Door::Slices)
            .groups_of(100)
            .demands(Demand::LateColumns),
        Case::rows("many_late_columns_of_tiny_row_groups", many_late_columns())
            .groups_of(2)
            .fact(Fact::RowGroups(20))
            .fact(Fact::MiddleBeyondNext)
            .demands(Demand::LateColumns),
    ]
}

/// A row from names and cells.
pub(super) fn row<const N: usize>(cells: [(&str, Cell); N]) -> Row {
    cells.into_iter().map(|(name, cell)| (name.to_owned(), cell)).collect()
}

const INTEGERS: [i64; 8] = [i64::MIN, i64::MAX, 0, -1, 1, i64::MIN + 1, 1 << 53, -(1 << 53) - 1];
const SMALL: [i32; 5] = [i32::MIN, i32::MAX, 0, -1, 70_000];
const FLOATS: [f32; 9] =
    [f32::NAN, f32::INFINITY, -0.0, 1e-45, f32::MAX, 0.1, 0.0, f32::MIN, f32::MIN_POSITIVE];
const UNSIGNED: [u64; 6] = [u64::MAX, 0, 1 << 63, (1 << 63) - 1, u64::MAX - 1, 7];
const TEXTS: [&str; 9] = [
    "",
    "plain",
    "ü漢字🪵 e\u{301}",
    "null",
    "\"quoted\"\\\n\t,",
    "a\0b",
    " ",
    "\u{10ffff}",
    "\u{feff}mark",
];
/// From year 1 to year 9999, as far as every reader's calendar goes.
const MOMENTS: [i64; 8] = [
    0,
    -1,
    1,
    1_700_000_000_123_456,
    -62_135_596_800_000_000,
    253_402_300_799_999_999,
    -1_000_001,
    999_999,
];

fn doubles() -> [f64; 14] {
    [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -0.0,
        0.0,
        5e-324,
        -5e-324,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        0.1,
        -1.5,
        f64::from_bits(0xfff8_0000_0000_0001),
        9_007_199_254_740_993.0,
    ]
}

/// Rows that have every type, each with nulls at places of its own.
pub(super) fn rows_of_every_type(rows: usize) -> Vec<Row> {
    let all_bytes: Vec<u8> = (0..=255).collect();
    let bytes: [&[u8]; 5] = [b"", b"\0", b"\xff\xfe", &all_bytes, b"plain"];
    let doubles = doubles();
    let unless = |null: bool, cell: Cell| if null { Cell::Null } else { cell };
    (0..rows)
        .map(|at| {
            row([
                ("at", Cell::I64(at as i64)),
                ("flag", unless(at % 3 == 1, Cell::Bool(at % 2 == 0))),
                ("integer", unless(at % 7 == 3, Cell::I64(INTEGERS[at % 8]))),
                ("small", unless(at % 5 == 3, Cell::I32(SMALL[at % 5]))),
                ("float", unless(at % 9 == 5, Cell::F32(FLOATS[at % 9]))),
                ("floats", unless(at % 7 == 5, Cell::F32(at as f32 / 9.0 - 40.0))),
                ("unsigned", unless(at % 4 == 2, Cell::U64(UNSIGNED[at % 6]))),
                ("double", unless(at % 11 == 5, Cell::F64(doubles[at % 14]))),
                ("finite", unless(at % 6 == 5, Cell::F64(at as f64 / 8.0 - 40.0))),
                ("text", unless(at % 10 == 9, Cell::from(TEXTS[at % 9]))),
                ("bytes", unless(at % 8 == 6, Cell::Bytes(bytes[at % 5].to_vec()))),
                ("moment", unless(at % 13 == 7, Cell::Timestamp(MOMENTS[at % 8]))),
                ("rare", unless(at % 500 != 0, Cell::from("seldom"))),
                ("only_nan", unless(at % 2 == 1, Cell::F64(f64::NAN))),
                ("zeros", Cell::F64(if at % 2 == 0 { 0.0 } else { -0.0 })),
            ])
        })
        .collect()
}

fn large_texts() -> Vec<Row> {
    (0..6)
        .map(|at| {
            let text = match at % 3 {
                0 => "x".repeat(1 << 20),
                1 => String::new(),
                _ => "漢🪵".repeat((1 << 20) / 7 + 1),
            };
            row([
                ("at", Cell::I64(at)),
                ("text", text.into()),
                ("bytes", Cell::Bytes(vec![255; 1 << 17])),
            ])
        })
        .collect()
}

/// Microseconds at the ends of what 64 bits hold.
fn timestamp_limits() -> Vec<Row> {
    [i64::MIN, i64::MIN + 1, i64::MAX - 1, i64::MAX, 0]
        .into_iter()
        .map(|micros| row([("moment", Cell::Timestamp(micros))]))
        .collect()
}

/// Values of another type than their column's.
fn misfits() -> Vec<Row> {
    let odd = [
        Cell::Bool(true),
        Cell::I64(i64::MAX),
        Cell::U64(u64::MAX),
        Cell::F64(-0.0),
        Cell::F64(f64::NAN),
        Cell::F64(0.1),
        Cell::I32(-7),
        Cell::F32(0.25),
        Cell::from("text \"q\" ü"),
        Cell::from("-42"),
        Cell::Bytes(vec![0, 255, 10]),
        Cell::Timestamp(-1),
        Cell::Null,
    ];
    let names = [
        "flag", "integer", "double", "text", "bytes", "moment", "whole", "size", "when", "narrow",
        "single",
    ];
    let first = row([
        ("flag", Cell::Bool(false)),
        ("integer", Cell::I64(5)),
        ("double", Cell::F64(0.5)),
        ("text", Cell::from("first")),
        ("bytes", Cell::Bytes(vec![1])),
        ("moment", Cell::Timestamp(1)),
        ("when", Cell::from("2024-02-29T12:00:00.000001+02:00")),
    ]);
    let mut rows = vec![first];
    for at in 0..odd.len() * names.len() {
        let cell = |offset: usize| odd[(at + offset) % odd.len()].clone();
        rows.push(
            names.iter().enumerate().map(|(nth, name)| ((*name).to_owned(), cell(nth))).collect(),
        );
    }
    // Names that their row has given already.
    rows.push(row([
        ("integer", Cell::I64(1)),
        ("integer", Cell::I64(2)),
        ("integer", Cell::from("three")),
        ("integer", Cell::F64(4.5)),
        ("text", Cell::from("one")),
        ("text", Cell::from("two")),
    ]));
    rows
}

fn text_prefix() -> Vec<Row> {
    let cells = [
        Cell::I64(-7),
        Cell::F64(1e300),
        Cell::Bool(false),
        Cell::from("text"),
        Cell::Timestamp(1_700_000_000_000_000),
        Cell::Null,
    ];
    (0..60)
        .map(|at| row([("attr_value", cells[at % 6].clone()), ("value", Cell::I64(at as i64))]))
        .collect()
}

/// Columns that come only after row groups were finished.
fn late_columns() -> Vec<Row> {
    (0..1_000)
        .map(|at| {
            let late = |from: i64, cell: Cell| if at < from { Cell::Null } else { cell };
            row([
                ("at", Cell::I64(at)),
                ("late_text", late(250, format!("text {at}").into())),
                ("late_double", late(500, Cell::F64(at as f64))),
                ("last_row", late(999, Cell::Bool(true))),
            ])
        })
        .collect()
}

/// Row groups that are smaller than the chunks that they get at the file's end.
fn many_late_columns() -> Vec<Row> {
    (0..40)
        .map(|at| {
            let late = if at < 30 { 0..0 } else { 0..60 };
            let late = late.map(|column| (format!("late_{column}"), Cell::I64(at * column)));
            [("at".to_owned(), Cell::I64(at))].into_iter().chain(late).collect()
        })
        .collect()
}
