//! Where the report says that the first value is which its column could not hold.

use bucksaw::{Input, MemorySink, Misfits, NdjsonOptions, OnError, Options, Value};

/// Inputs by their names, then rows, written to one file: its one column with misfits.
fn misfits(options: Options, inputs: &[(&str, &str)], rows: &[Value<'_>]) -> Misfits {
    let mut writer = options.write_to(MemorySink::new()).expect("sound options");
    for (name, lines) in inputs {
        let input = Input::ndjson(*name, lines.as_bytes(), NdjsonOptions::new(), OnError::Skip);
        writer.write_input(&mut input.expect("readable")).expect("written");
    }
    for value in rows {
        writer.write_row([("a", *value)]).expect("written");
    }
    let report = writer.finish().expect("finished");
    let misfits = &report.files[0].misfits;
    assert_eq!(misfits.len(), 1);
    misfits[0].clone()
}

/// Types that settle at once, late, and row groups that end in between; with threads.
fn options() -> impl Iterator<Item = Options> {
    let settling = [0, 1, 100, 10_000].map(|rows| Options::new().settling_rows(rows));
    settling.into_iter().flat_map(|options| {
        [options.clone(), options.clone().row_group_rows(700), options.threads(3)]
    })
}

#[test]
fn lines_count_where_rows_come_from_lines() {
    let good = "{\"a\":1}\n\n{\"a\":2}\nbad\n".repeat(9_000);
    let lines = format!("\n{good}{{\"a\":\"n/a\"}}\n\n{{\"a\":\"-\"}}\n");
    for options in options() {
        let found = misfits(options, &[("logs", &lines)], &[]);
        assert_eq!((found.first_row, found.first_line), (18_000, Some(36_002)));
        assert_eq!(found.first_source.as_deref(), Some("logs"));
        let told = "a: 2 of 18,002 values don't fit int64; they are in a__text (first: logs: line 36,002, \"n/a\").";
        assert!(found.to_string().starts_with(told), "{found}");
    }
}

#[test]
fn the_input_is_named_and_rows_without_one_are_counted() {
    let good = "{\"a\":1}\n".repeat(150);
    let second = format!("\n{{\"a\":1}}\n{{\"b\":1}}\n{{\"a\":\"x\"}}\n{good}");
    for options in options() {
        let inputs = [("one", good.as_str()), ("two", &second)];
        let found = misfits(options.clone(), &inputs, &[]);
        let position = (found.first_source.as_deref(), found.first_line, found.first_row);
        assert_eq!(position, (Some("two"), Some(4), 152));
        let told = "a: 1 of 302 values doesn't fit int64; it is in a__text (two: line 4, \"x\").";
        assert!(found.to_string().starts_with(told), "{found}");
        let found = misfits(options, &[("one", &good)], &[Value::from("x"), Value::from(2)]);
        assert_eq!((found.first_source, found.first_line, found.first_row), (None, None, 150));
    }
}

#[test]
fn counts_are_told_in_good_grammar() {
    let options = || Options::new().settling_rows(0);
    let texts = [Value::from("x"), Value::from("y")];
    let row =
        |values: &[Value<'_>]| misfits(options(), &[("one", "{\"a\":1}\n")], values).to_string();
    assert!(
        row(&texts[..1])
            .starts_with("a: 1 of 2 values doesn't fit int64; it is in a__text (row 2, \"x\").")
    );
    assert!(row(&texts).starts_with(
        "a: 2 of 3 values don't fit int64; they are in a__text (first: row 2, \"x\")."
    ));
    let schema = bucksaw::DeclaredSchema::new().column("a", bucksaw::ColumnType::Int64);
    let only =
        |values: &[Value<'_>]| misfits(options().schema(schema.clone()), &[], values).to_string();
    assert!(
        only(&texts[..1])
            .starts_with("a: 1 value doesn't fit int64; it is in a__text (row 1, \"x\").")
    );
    assert!(
        only(&texts)
            .starts_with("a: 2 values don't fit int64; they are in a__text (first: row 1, \"x\").")
    );
}

/// What was counted of a file's column.
fn of_column(report: &bucksaw::FileReport, name: &str) -> bucksaw::Alterations {
    let found = report.columns.iter().find(|column| column.name == name);
    found.expect("a column").alterations
}

#[test]
fn each_column_has_its_own_counts_in_each_file() {
    let time = "2026-11-28T07:05:09+01:00";
    let lines = [
        format!("{{\"n\":1,\"d\":0.5,\"t\":\"{time}\",\"s\":\"x\"}}"),
        format!("{{\"n\":\"x\",\"d\":1,\"t\":\"{time}\",\"s\":[1],\"n\":2,\"n\":3}}"),
        // Refused, and forgotten.
        "{\"n\":\"y\",\"d\":2,\"s\":7,".to_owned(),
        "{\"n\":\"z\",\"d\":3,\"t\":\"noon\",\"s\":7}".to_owned(),
    ]
    .join("\n");
    for settling_rows in [0, 1, 10_000] {
        for threads in [1, 3] {
            let schema = [("n", "int64"), ("d", "double"), ("t", "timestamp"), ("s", "text")];
            let schema =
                schema.iter().fold(bucksaw::DeclaredSchema::new(), |schema, (name, ty)| {
                    schema.column(*name, ty.parse().expect("a type"))
                });
            let options =
                Options::new().schema(schema).settling_rows(settling_rows).threads(threads);
            let mut writer = options.write_to(MemorySink::new()).expect("sound options");
            let mut reports = Vec::new();
            for _ in 0..2 {
                let input =
                    Input::ndjson("in", lines.as_bytes(), NdjsonOptions::new(), OnError::Skip);
                writer.write_input(&mut input.expect("readable")).expect("written");
                reports.push(writer.next_file(MemorySink::new()).expect("finished"));
            }
            for report in &reports {
                let counts = |name| serde_json::to_value(of_column(report, name)).expect("JSON");
                let some = |name: &str| {
                    let column = report.columns.iter().find(|column| column.name == name);
                    let json = serde_json::to_value(column.expect("there")).expect("JSON");
                    json["alterations"].clone()
                };
                assert_eq!(some("n"), serde_json::json!({"conflicts": 2, "duplicates": 1}));
                assert_eq!(some("d"), serde_json::json!({"widened": 2}));
                let times =
                    serde_json::json!({"parsed_texts": 2, "other_offsets": 2, "conflicts": 1});
                assert_eq!(some("t"), times);
                assert_eq!(some("s"), serde_json::json!({"json_texts": 1, "stored_as_text": 1}));
                assert_eq!(counts("n")["widened"], 0);
            }
        }
    }
}

#[test]
fn the_first_value_of_each_outcome_is_told() {
    let time = "2026-11-28T07:05:09+01:00";
    let good = "{\"n\":1,\"d\":0.5}\nbad\n".repeat(9_000);
    let lines = format!(
        "{good}{{\"d\":1,\"n\":2,\"n\":3,\"t\":\"{time}\"}}\n\n{{\"d\":0.12345678901234567890}}\n{{\"d\":2}}\n"
    );
    for options in options() {
        let schema = bucksaw::DeclaredSchema::new()
            .column("d", bucksaw::ColumnType::Double)
            .column("t", bucksaw::ColumnType::Timestamp(bucksaw::TimeUnit::Micros));
        let mut writer = options.schema(schema).write_to(MemorySink::new()).expect("sound options");
        let input = Input::ndjson("in", lines.as_bytes(), NdjsonOptions::new(), OnError::Skip);
        writer.write_input(&mut input.expect("readable")).expect("written");
        let report = writer.finish().expect("finished");
        let json = serde_json::to_value(&report.files[0].columns).expect("JSON");
        let firsts = |name: &str| {
            let columns = json.as_array().expect("a list");
            columns.iter().find(|column| column["name"] == name).expect(name)["firsts"].clone()
        };
        let first = |outcome: &str, row: u64, line: u64, example: &str| {
            serde_json::json!({
                "outcome": outcome, "row": row, "source": "in", "line": line, "example": example
            })
        };
        let widened = first("widened", 9_000, 18_001, "1");
        let rounded = first("rounded", 9_001, 18_003, "0.12345678901234567890");
        assert_eq!(firsts("d"), serde_json::json!([widened, rounded]));
        assert_eq!(firsts("n"), serde_json::json!([first("duplicates", 9_000, 18_001, "3")]));
        let times = [
            first("parsed_texts", 9_000, 18_001, time),
            first("other_offsets", 9_000, 18_001, time),
        ];
        assert_eq!(firsts("t"), serde_json::json!(times));
    }
}

#[test]
fn what_many_rows_have_in_common_is_counted_for_each() {
    let mut writer = Options::new().write_to(MemorySink::new()).expect("sound options");
    let arena = bumpalo::Bump::new();
    let mut block = bucksaw::Block::new();
    let mut builder = writer.builder(&mut block, &arena).expect("an empty block");
    builder.push("d", Value::F64(0.5)).expect("taken");
    builder.end_row();
    builder.repeat("d", Value::I64(1), 5).expect("taken");
    (0..5).for_each(|_| builder.end_row());
    writer.write_block(&block).expect("written");
    let report = writer.finish().expect("finished");
    let counts = of_column(&report.files[0], "d");
    assert_eq!(counts, report.alterations);
}
