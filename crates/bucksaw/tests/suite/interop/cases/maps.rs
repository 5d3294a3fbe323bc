//! Maps of texts, and lists of them, as OTLP in ClickHouse's layout has them: attributes, and those of a span's events.

use bucksaw::ColumnType;

use super::values::row;
use crate::interop::case::{Case, Demand, Door};
use crate::interop::cell::{Cell, Row};
use crate::interop::read_back::Fact;

pub(super) fn cases() -> Vec<Case> {
    vec![
        of_maps(Case::rows("maps", attributes(1_000))),
        of_maps(Case::rows_by("maps_in_groups_and_pages", attributes(2_000), Door::Blocks))
            .groups_of(450)
            .with(|options| options.page_bytes(1_024))
            .fact(Fact::RowGroups(5))
            .fact(Fact::SeveralPages("key"))
            .fact(Fact::SeveralPages("value")),
        of_maps(Case::rows_by("maps_without_dictionary", attributes(700), Door::Slices))
            .with(|options| options.dictionary(false))
            .fact(Fact::NoDictionary("key")),
        of_maps(Case::rows("maps_null_and_empty", null_and_empty())),
        of_maps(Case::rows("maps_of_null_values", null_values())),
        of_maps(Case::rows("maps_very_long", very_long())),
        of_maps(Case::rows("maps_key_twice", key_twice())),
        Case::rows_by("maps_late", late(), Door::Slices)
            .groups_of(100)
            .demands(Demand::LateColumns),
    ]
}

fn of_maps(case: Case) -> Case {
    case.declared([("map", ColumnType::Map), ("maps", ColumnType::list_of(ColumnType::Map))])
}

fn entry(key: impl Into<String>, value: impl Into<Cell>) -> (String, Cell) {
    (key.into(), value.into())
}

/// Attributes by their number: none, or some, no key twice.
fn map(number: usize) -> Cell {
    const KEYS: [&str; 5] = ["http.method", "", "ü漢🪵", "url", "\"quoted\"\n"];
    let value = |place: usize| ["GET", "", "ü漢🪵", "/a?b=c"][(number + place) % 4];
    let entries = (0..number % 6).map(|place| match place {
        3 => entry(format!("key {number}"), format!("value {number}")),
        _ => entry(KEYS[(number + place) % 5], value(place)),
    });
    Cell::Map(entries.collect())
}

/// Without nulls, as attributes are.
fn attributes(rows: usize) -> Vec<Row> {
    let maps = |at: usize| Cell::List((0..at % 4).map(|place| map(at * 3 + place)).collect());
    (0..rows)
        .map(|at| row([("map", map(at)), ("maps", maps(at)), ("at", Cell::I64(at as i64))]))
        .collect()
}

/// A map that is null is not an empty one, be it in a list or not, nor is such a list.
fn null_and_empty() -> Vec<Row> {
    let one = || Cell::Map(vec![entry("k", "v")]);
    let empty = || Cell::Map(Vec::new());
    let maps = [one(), Cell::Null, empty()];
    let lists = [
        Cell::List(vec![one()]),
        Cell::Null,
        Cell::List(Vec::new()),
        Cell::List(vec![Cell::Null]),
        Cell::List(vec![empty()]),
        Cell::List(vec![Cell::Null, one(), empty(), one(), Cell::Null]),
    ];
    (0..40)
        .map(|at| row([("map", maps[at % 3].clone()), ("maps", lists[at % 6].clone())]))
        .collect()
}

/// Values are null where others are empty texts.
fn null_values() -> Vec<Row> {
    let values = [Cell::Null, Cell::from(""), Cell::from("v")];
    let map = |at: usize| {
        let value = |place: usize| values[(at + place) % 3].clone();
        Cell::Map((0..at % 4).map(|place| entry(format!("k{place}"), value(place))).collect())
    };
    let maps = |at: usize| Cell::List((0..at % 3).map(|place| map(at + place)).collect());
    (0..40).map(|at| row([("map", map(at)), ("maps", maps(at))])).collect()
}

/// More entries in a row than a dictionary takes, between short maps.
fn very_long() -> Vec<Row> {
    let map = |count: usize| {
        Cell::Map((0..count).map(|at| entry(format!("k{at}"), format!("v{}", at % 7))).collect())
    };
    [(3, 1), (70_000, 2), (2, 70_000), (0, 0), (6_000, 5_500), (1, 1)]
        .into_iter()
        .map(|(first, second)| {
            row([("map", map(first)), ("maps", Cell::List(vec![map(1), map(second)]))])
        })
        .collect()
}

/// Both entries of a key that comes twice are kept, as they are in OTLP.
fn key_twice() -> Vec<Row> {
    let twice = Cell::Map(vec![entry("k", "first"), entry("other", "v"), entry("k", "second")]);
    (0..5)
        .map(|_| row([("map", twice.clone()), ("maps", Cell::List(vec![twice.clone()]))]))
        .collect()
}

fn late() -> Vec<Row> {
    (0..350)
        .map(|at| {
            let map = Cell::Map(vec![entry("k", format!("v{at}"))]);
            row([("at", Cell::I64(at)), ("late", if at < 250 { Cell::Null } else { map })])
        })
        .collect()
}
