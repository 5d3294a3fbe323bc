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
