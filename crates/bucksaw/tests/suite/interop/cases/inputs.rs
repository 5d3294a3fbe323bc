//! Lines, and rows that look like real ones.

use bucksaw::ColumnType;
use bucksaw_workloads::{DEFAULT_SEED, Type, Workload, realistic, synth40};

use crate::interop::case::{Case, Door};
use crate::interop::cell::Row;
use crate::interop::read_back::Fact;

const EXAMPLE: &str = include_str!("../../../../../../examples/logs.ndjson");

/// Lines with what JSON has and rows don't; each number as its column may hold it.
const ODD_LINES: &str = r#"{"n":1,"f":0.5,"t":"\u00fc\ud83e\udeb5\/\b","deep":{"er":{"est":true},"list":[1, {"a":null}]},"none":{},"no":[]}
{"n":-0.0,"f":7,"t":"","deep":{"er":7},"none":{"was":"empty"}}
{"n":9223372036854775807,"f":-9007199254740993,"deep":{"er":{"est":"text"}}}
{"n":9223372036854775808,"f":18446744073709551615,"t":[]}
{"n":123456789012345678901234567890,"f":1e400,"t":12}
{"n":1.5,"f":-0.0,"n":2,"deep":{"er":{"est":false}},"q":null}
{"new":0.1234567890123456789012,"n":null}
{}
"#;

pub(super) fn cases() -> Vec<Case> {
    let synth: Vec<Row> = synth40(DEFAULT_SEED).take(2_500).map(row_of).collect();
    let real: Vec<Row> = realistic(DEFAULT_SEED).take(1_500).map(row_of).collect();
    vec![
        Case::lines("example", EXAMPLE),
        Case::lines("odd_lines", ODD_LINES),
        Case::lines("crlf_lines", "{\"a\":1}\r\n{\"a\":2}\r\n"),
        Case::lines("no_lines", ""),
        Case::made_lines("synth40_lines", lines(Workload::Synth40, 2_500), synth.clone()),
        Case::rows_by("synth40_blocks_in_groups", synth, Door::Blocks)
            .groups_of(1_000)
            .fact(Fact::RowGroups(3)),
        Case::made_lines("realistic_lines", lines(Workload::Realistic, 1_500), real.clone()),
        Case::rows_by("realistic_slices_in_groups", real, Door::Slices)
            .declared(columns(Workload::Realistic))
            .groups_of(600)
            .fact(Fact::RowGroups(3)),
    ]
}

fn lines(workload: Workload, rows: u64) -> String {
    String::from_utf8(workload.ndjson(DEFAULT_SEED, rows)).expect("text")
}

fn row_of(row: bucksaw_workloads::Row) -> Row {
    row.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
}

fn columns(workload: Workload) -> impl Iterator<Item = (&'static str, ColumnType)> {
    workload.columns().unwrap_or_default().into_iter().map(|(name, ty)| {
        let declared = match ty {
            Type::Bool => ColumnType::Bool,
            Type::I64 => ColumnType::Int64,
            Type::F64 => ColumnType::Double,
            Type::Text => ColumnType::Text,
        };
        (name, declared)
    })
}
