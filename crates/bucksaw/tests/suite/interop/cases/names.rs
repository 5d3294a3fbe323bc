//! Columns' names, and columns that the library adds or calls otherwise.

use super::values::row;
use crate::interop::case::Case;
use crate::interop::cell::{Cell, Row};

const NAMES: [&str; 22] = [
    "a.b",
    "a.b.c",
    "a",
    ".",
    "..lead",
    "with space",
    " ",
    "with \"quotes\"",
    "it's",
    "back\\slash",
    "`tick`",
    "[bracket]",
    "{brace}",
    "comma, semi; colon:",
    "new\nline",
    "tab\t",
    "ünï漢字🪵",
    "e\u{301}",
    "select",
    "42",
    "%s$1*?",
    "/path/",
];

pub(super) fn cases() -> Vec<Case> {
    let long = "n".repeat(1_025);
    vec![
        Case::rows("names", named(200)).groups_of(80),
        Case::rows("long_names", long_names()),
        Case::rows("renamed", renamed()),
        Case::rows("rest", rest()).max_columns(3),
        Case::rows("text_sibling_taken", siblings()),
        Case::rows("only_rest", (0..5).map(|at| row([(long.as_str(), Cell::I64(at))])).collect()),
    ]
}

fn named(rows: usize) -> Vec<Row> {
    (0..rows)
        .map(|at| {
            let cell = |nth: usize| match (at + nth) % 5 {
                0 => Cell::Null,
                _ if nth.is_multiple_of(2) => format!("{nth} {at}").into(),
                _ => Cell::I64((at * nth) as i64),
            };
            NAMES.iter().enumerate().map(|(nth, name)| ((*name).to_owned(), cell(nth))).collect()
        })
        .collect()
}

fn long_names() -> Vec<Row> {
    let (longest, too_long) = ("n".repeat(1_024), "n".repeat(1_025));
    (0..3).map(|at| row([(&*longest, Cell::I64(at)), (&*too_long, Cell::I64(-at))])).collect()
}

fn renamed() -> Vec<Row> {
    let names = [
        "level", "Level", "LEVEL", "", "_empty", "_EMPTY", "level__2", "Straße", "STRASSE", "ÄÖ",
        "äö",
    ];
    (0..20_i64)
        .map(|at| {
            let cells = names.iter().enumerate().map(|(nth, name)| {
                let value = at * 100 + nth as i64;
                ((*name).to_owned(), Cell::from((value % 3 != 0).then_some(value)))
            });
            cells.collect()
        })
        .collect()
}

/// More columns than there is room for, so that values of every type go into `_rest`.
fn rest() -> Vec<Row> {
    (0..30)
        .map(|at| {
            let odd = if at % 4 == 3 { Cell::from("no number") } else { Cell::I64(at) };
            row([
                ("first", odd),
                ("second", Cell::from("two")),
                ("third", Cell::Bool(true)),
                ("fourth \"q\"", Cell::from((at % 2 == 0).then_some(at))),
                ("fifth", Cell::F64(if at % 3 == 0 { f64::NAN } else { 0.1 })),
                ("sixth", Cell::Bytes(vec![at as u8, 255])),
                ("seventh", Cell::Timestamp(at * 1_000_003)),
                ("eighth", Cell::U64(u64::MAX)),
                ("ninth", Cell::from("ü\n\"")),
                ("tenth", Cell::Bool(false)),
                ("_rest", Cell::from("given")),
            ])
        })
        .collect()
}

/// Columns that are called as another's sibling would be.
fn siblings() -> Vec<Row> {
    vec![
        row([
            ("a", Cell::I64(1)),
            ("a__text", Cell::from("own")),
            ("b", Cell::I64(2)),
            ("b__text", Cell::I64(3)),
        ]),
        row([("a", Cell::from("odd")), ("b", Cell::from("odd"))]),
        row([("a", Cell::from("odd")), ("a__text", Cell::from("own again"))]),
        row([("b__text", Cell::from("odd")), ("b", Cell::Bool(true))]),
    ]
}
