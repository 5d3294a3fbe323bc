//! Repeated values make the file that pushing them in each row makes.

use crate::support::{Cell, Row, row, written};
use bucksaw::{
    Alterations, BackendKind, Block, BlockBuilder, ColumnType, DeclaredSchema, ErrorKind, Options,
    Profile, UnknownColumns, Value, Writer,
};
use bumpalo::Bump;
use proptest::collection::vec;
use proptest::prelude::*;

/// Some rows with values in common; a row that is `None` is undone.
#[derive(Clone, Debug)]
struct Run {
    common: Vec<(&'static str, Value<'static>)>,
    rows: Vec<Option<Vec<(&'static str, Value<'static>)>>>,
}

fn each() -> Vec<Options> {
    let options = Options::new();
    vec![
        options.clone().backend(BackendKind::Arrow),
        options.clone().profile(Profile::Modern).threads(2),
        options,
    ]
}

/// The rows and what became of them, of the file that `write` writes.
fn rows_written(options: Options, write: impl FnOnce(&mut Writer)) -> (Vec<Row>, Alterations) {
    let written = written(options, write);
    (written.rows(), written.report.alterations)
}

/// The same, of blocks that `fill` fills.
fn blocks(
    options: Options,
    count: usize,
    fill: impl Fn(&mut BlockBuilder<'_, '_>, usize),
) -> (Vec<Row>, Alterations) {
    rows_written(options, |writer| {
        let mut spare = Block::new();
        for number in 0..count {
            let arena = Bump::new();
            let mut block = spare.emptied();
            fill(&mut writer.builder(&mut block, &arena).expect("of this table"), number);
            writer.write_block(&block).expect("taken");
            spare = block.emptied();
        }
    })
}

/// One block for every two runs.
fn by_repeating(options: Options, runs: &[Run]) -> (Vec<Row>, Alterations) {
    rows_written(options, |writer| {
        for runs in runs.chunks(2) {
            let arena = Bump::new();
            let mut block = Block::new();
            for run in runs {
                let mut builder = writer.builder(&mut block, &arena).expect("of this table");
                for (name, value) in &run.common {
                    // Rows that will be undone are in the count too: the run is ended before.
                    builder.repeat(*name, *value, run.rows.len()).expect("taken");
                }
                for row in &run.rows {
                    let undone = [("a", Value::Bool(true)), ("undone", Value::I64(1))];
                    for (name, value) in row.as_deref().unwrap_or(&undone) {
                        builder.push(*name, *value).expect("taken");
                    }
                    if row.is_some() { builder.end_row() } else { builder.undo_row() }
                }
                builder.end_runs();
            }
            writer.write_block(&block).expect("taken");
        }
    })
}

fn by_pushing(options: Options, runs: &[Run]) -> (Vec<Row>, Alterations) {
    rows_written(options, |writer| {
        for run in runs {
            for row in run.rows.iter().flatten() {
                writer.write_row(run.common.iter().chain(row).copied()).expect("taken");
            }
        }
    })
}

/// The members of `_rest` come in another order.
fn with_sorted_rest((mut rows, alterations): (Vec<Row>, Alterations)) -> (Vec<Row>, Alterations) {
    for row in &mut rows {
        if let Some(Cell::Text(json)) = row.get_mut("_rest") {
            let mut members: Vec<&str> = json.trim_matches(['{', '}']).split(',').collect();
            members.sort_unstable();
            *json = members.join(",");
        }
    }
    (rows, alterations)
}

fn value() -> impl Strategy<Value = (&'static str, Value<'static>)> {
    let name = prop::sample::select(vec!["a", "b", "c", "text_d", "e", "declared"]);
    let value = prop_oneof![
        (0..3_i64).prop_map(Value::I64),
        Just(Value::U64(u64::MAX)),
        Just(Value::F64(0.5)),
        prop::sample::select(vec!["", "x", "12"]).prop_map(Value::Text),
        Just(Value::Bytes(b"\xff")),
        Just(Value::Bool(true)),
        Just(Value::Timestamp(7)),
        Just(Value::Null),
    ];
    (name, value)
}

fn run() -> impl Strategy<Value = Run> {
    let row = prop::option::weighted(0.8, vec(value(), 0..4));
    (vec(value(), 0..5), vec(row, 0..8)).prop_map(|(common, mut rows)| {
        // A run without any row leaves the types of its columns behind.
        rows.push(Some(Vec::new()));
        Run { common, rows }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn repeating_is_pushing(runs in vec(run(), 1..5), max_columns in 3..8_usize) {
        for options in each() {
            let options = options
                .schema(DeclaredSchema::new().column("declared", ColumnType::Int64))
                .text_prefixes(["text_"])
                .max_columns(max_columns);
            let repeated = by_repeating(options.clone(), &runs);
            let pushed = by_pushing(options, &runs);
            prop_assert_eq!(with_sorted_rest(repeated), with_sorted_rest(pushed));
        }
    }
}

/// The usual case, over the borders of pages and row groups.
#[test]
fn long_runs_go_through_row_groups() {
    const RUN: usize = 7_000;
    let names = ["checkout", "cart", "checkout"];
    // The arrow backend takes no late columns.
    let schema = DeclaredSchema::new().column("canary", ColumnType::Bool);
    for options in each() {
        let (rows, alterations) =
            blocks(options.schema(schema.clone()).row_group_rows(3_000), 2, |builder, number| {
                for (place, name) in names.into_iter().enumerate() {
                    builder.repeat("service", Value::Text(name), RUN).expect("taken");
                    builder.repeat("shard", Value::I64(number as i64), RUN).expect("taken");
                    builder.repeat("none", Value::Null, RUN).expect("taken");
                    if place == 1 {
                        builder.repeat("canary", Value::Bool(true), RUN).expect("taken");
                    }
                    for at in 0..RUN {
                        builder.push("at", Value::I64(at as i64)).expect("taken");
                        builder.end_row();
                    }
                }
            });
        assert_eq!(alterations, Alterations::default());
        assert_eq!(rows.len(), RUN * names.len() * 2);
        for (place, found) in rows.iter().enumerate() {
            let run = place / RUN;
            let mut expected = vec![
                ("service", Value::Text(names[run % 3])),
                ("shard", Value::I64((run / 3) as i64)),
                ("at", Value::I64((place % RUN) as i64)),
            ];
            expected.extend((run % 3 == 1).then_some(("canary", Value::Bool(true))));
            assert_eq!(*found, row(&expected), "row {place}");
        }
    }
}

/// What is promised for more rows than there are is not stored.
#[test]
fn a_run_ends_with_its_block() {
    for options in each() {
        let (rows, alterations) = blocks(
            options.schema(DeclaredSchema::new().column("n", ColumnType::Int64)),
            2,
            |builder, number| {
                let text = if number == 0 { "7" } else { "8" };
                builder.repeat("n", Value::Text(text), 100).expect("taken");
                builder.end_row();
                builder.end_row();
            },
        );
        let of = |n: i64| row(&[("n", Value::I64(n))]);
        assert_eq!(rows, [of(7), of(7), of(8), of(8)]);
        assert_eq!(alterations.parsed_texts, 4);
    }
}

#[test]
fn what_a_row_would_be_refused_for_is_refused() {
    let schema = DeclaredSchema::new()
        .column("n", ColumnType::Int64)
        .unknown_columns(UnknownColumns::Refuse);
    for options in each() {
        let (rows, _) = blocks(options.strict(true).schema(schema.clone()), 1, |builder, _| {
            for (name, value) in
                [("m", Value::I64(1)), ("m", Value::Null), ("n", Value::Text("no number"))]
            {
                let error = builder.repeat(name, value, 3).expect_err("refused");
                assert_eq!(error.kind(), ErrorKind::Refused);
                builder.undo_row();
            }
            builder.repeat("n", Value::I64(5), 2).expect("taken");
            let error = builder.push("n", Value::I64(6)).expect_err("the row has it");
            assert_eq!(error.kind(), ErrorKind::Refused);
            builder.undo_row();
            builder.end_row();
            builder.end_row();
            builder.end_row();
        });
        assert_eq!(rows, [row(&[("n", Value::I64(5))]), row(&[("n", Value::I64(5))]), row(&[])]);
    }
}
