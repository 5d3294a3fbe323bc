//! Files without rows, rows without values, and columns that are null in every row.

use bucksaw::{ColumnType, Statistics, TimeUnit};

use super::values::row;
use crate::interop::case::Case;
use crate::interop::cell::{Cell, Row};
use crate::interop::read_back::Fact;

const EVERY_TYPE: [(&str, ColumnType); 7] = [
    ("flag", ColumnType::Bool),
    ("integer", ColumnType::Int64),
    ("unsigned", ColumnType::Uint64),
    ("double", ColumnType::Double),
    ("text", ColumnType::Text),
    ("bytes", ColumnType::Bytes),
    ("moment", ColumnType::Timestamp(TimeUnit::Micros)),
];

pub(super) fn cases() -> Vec<Case> {
    let empty_rows = |rows: usize| vec![Row::new(); rows];
    let mut cases = vec![
        Case::rows("no_rows", Vec::new()),
        Case::rows("no_rows_declared", Vec::new()).declared(EVERY_TYPE),
        Case::rows("empty_rows", empty_rows(5)),
        Case::rows("empty_rows_in_groups", empty_rows(5)).groups_of(2).fact(Fact::RowGroups(3)),
        Case::rows("empty_rows_declared", empty_rows(5)).declared(EVERY_TYPE).groups_of(2),
        Case::rows("one_empty_row", empty_rows(1)),
        Case::rows("null_columns", sparse()).declared(columns()),
        Case::rows("null_columns_in_groups", sparse())
            .declared(columns())
            .groups_of(300)
            .fact(Fact::RowGroups(4)),
    ];
    for (name, kind) in
        [("none", Statistics::None), ("chunk", Statistics::Chunk), ("page", Statistics::Page)]
    {
        cases.push(
            Case::rows(format!("null_columns_statistics_{name}"), sparse())
                .declared(columns())
                .groups_of(300)
                .with(|options| options.statistics(kind).page_bytes(1_024))
                .fact(Fact::RowGroups(4))
                .fact(Fact::Statistics(kind)),
        );
    }
    cases
}

/// Declared columns; those called `null…` never have a value.
fn columns() -> Vec<(String, ColumnType)> {
    let mut columns = vec![("null_first".to_owned(), ColumnType::Text)];
    for (name, ty) in EVERY_TYPE {
        columns.push((name.to_owned(), ty.clone()));
        columns.push((format!("null_{name}"), ty));
    }
    columns.push(("integer_of_last_group".to_owned(), ColumnType::Int64));
    columns
}

fn sparse() -> Vec<Row> {
    (0..1_000)
        .map(|at: i64| {
            let when = |present: bool, cell: Cell| if present { cell } else { Cell::Null };
            row([
                ("null_first", Cell::Null),
                ("flag", when(at % 2 == 0, Cell::Bool(at % 4 == 0))),
                ("integer", when(at % 3 == 0, Cell::I64(-at))),
                // Null in whole row groups:
                ("unsigned", when((300..600).contains(&at), Cell::U64(at as u64))),
                ("double", when(at >= 300, Cell::F64(at as f64 / 4.0))),
                ("text", when(at < 300, format!("text {at}").into())),
                ("bytes", when(at == 450, Cell::Bytes(vec![0, 1, 2]))),
                ("moment", when(at % 5 == 0, Cell::Timestamp(at * 1_000_001 - 500_000_000))),
                ("integer_of_last_group", when(at >= 900, Cell::I64(at))),
            ])
        })
        .collect()
}
