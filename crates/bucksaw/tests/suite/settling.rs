//! A column's type is what the values of its settling window say, whatever the backend, the number of threads
//! and the way rows come; and every value is in the file.

use std::collections::BTreeMap;
use std::ops::Range;

use bucksaw::{Alterations, Input, MemorySink, NdjsonOptions, Numbers, OnError, Options, Value};
use proptest::prelude::*;

use crate::support::{Cell, Row, Written, alterations, convert, each, read, row, written};

/// The cells of a file whose rows are these lines, and the names and types of its columns.
fn columns_of(lines: &str, options: Options) -> (Written, Vec<String>) {
    let written = convert(lines, options).expect("a file");
    let columns = &written.report.files[0].columns;
    let columns = columns.iter().map(|column| format!("{} {}", column.name, column.ty)).collect();
    (written, columns)
}

#[test]
fn decimals_after_integers_make_a_column_of_doubles() {
    each(|options| {
        let (written, columns) = columns_of("{\"a\":406}\n{\"a\":12.5}\n{\"a\":7}", options);
        assert_eq!(columns, ["a double"]);
        let doubles = [406.0, 12.5, 7.0].map(|double| row(&[("a", Value::F64(double))]));
        assert_eq!(written.rows(), doubles);
        assert_eq!(written.report.alterations, alterations!(widened: 2));
    });
}

/// With doubles for all numbers, each is the nearest one, and counted where that is another number.
#[test]
fn the_nearest_double_stands_for_numbers_with_more_digits() {
    let numbers = [
        "0.5",
        "3.14159265358979323846",
        "9007199254740993",
        "123456789012345678901234567890",
        "7",
        "-0.1",
    ];
    // In the window, and after it.
    for settling_rows in [10_000, 1] {
        let lines: String = numbers.iter().map(|number| format!("{{\"a\":{number}}}\n")).collect();
        each(|options| {
            let options = options.numbers(Numbers::Double).settling_rows(settling_rows);
            let (written, columns) = columns_of(&(lines.clone() + "{\"a\":1e400}"), options);
            assert_eq!(columns, ["a double", "a__text text"]);
            let rows = written.rows();
            for (row, number) in rows.iter().zip(numbers) {
                let nearest: f64 = number.parse().expect("a number");
                assert_eq!(row.get("a"), Some(&Cell::F64(nearest.to_bits())), "{number}");
            }
            assert_eq!(rows[6], row(&[("a__text", Value::Text("1e400"))]));
            let counted = alterations!(rounded: 3, widened: 1, oversized_numbers: 1);
            assert_eq!(written.report.alterations, counted);
        });
    }
}

#[test]
fn a_column_with_much_text_takes_all_values_as_they_are_spelled() {
    let lines =
        "{\"a\":2.50}\n{\"a\":\"x\"}\n{\"a\":1E2}\n{\"a\":-0}\n{\"a\":true}\n{\"a\":[1, 2]}";
    each(|options| {
        let (written, columns) = columns_of(lines, options);
        assert_eq!(columns, ["a text"]);
        let texts = ["2.50", "x", "1E2", "-0", "true", "[1, 2]"];
        assert_eq!(written.rows(), texts.map(|text| row(&[("a", Value::Text(text))])));
        assert_eq!(written.report.alterations, alterations!(stored_as_text: 4, json_texts: 1));
    });
}

/// There may not be memory for it to wait in, and it is nothing else.
#[test]
fn a_long_text_does_not_wait_for_other_values() {
    let texts = ["x".repeat((256 << 10) + 1), "x".repeat(256 << 10)];
    let integers = "{\"a\":1}\n".repeat(100);
    for (text, types) in texts.iter().zip([&["a text"][..], &["a int64", "a__text text"]]) {
        each(|options| {
            let (_, columns) = columns_of(&format!("{{\"a\":\"{text}\"}}\n{integers}"), options);
            assert_eq!(columns, types, "{}", text.len());
        });
    }
}

#[test]
fn integers_beyond_64_bits_make_decimals() {
    each(|options| {
        let lines = "{\"a\":1}\n{\"a\":18446744073709551615}\n{\"a\":-99999999999999999999}";
        let (written, columns) = columns_of(lines, options);
        assert_eq!(columns, ["a decimal(20,0)"]);
        let integers = [1, u64::MAX.into(), -99_999_999_999_999_999_999_i128];
        let rows = integers.map(|integer| Row::from([("a".to_owned(), Cell::Integer(integer))]));
        assert_eq!(written.rows(), rows);
    });
}

/// The window begins with a column's first value, and what comes after it changes no type.
#[test]
fn the_window_has_its_rows_and_no_more() {
    for (integers, types) in [(99, "double"), (100, "int64")] {
        let before = "{\"b\":true}\n".repeat(30);
        let lines = format!("{before}{}{{\"a\":0.5}}\n", "{\"a\":1}\n".repeat(integers));
        each(|options| {
            let (written, columns) = columns_of(&lines, options.settling_rows(100));
            assert_eq!(columns[..2], ["b bool".to_owned(), format!("a {types}")]);
            assert_eq!(written.report.rows as usize, 30 + integers + 1);
        });
    }
    // It ends with the row group.
    let lines = format!("{}{{\"a\":0.5}}\n", "{\"a\":1}\n".repeat(10));
    let (written, columns) = columns_of(&lines, Options::new().row_group_rows(10));
    assert_eq!(columns, ["a int64", "a__text text"]);
    assert_eq!(written.rows()[10], row(&[("a__text", Value::Text("0.5"))]));
}

/// All files of a table have the types that the first one settled.
#[test]
fn a_type_outlives_the_file_that_settled_it() {
    each(|options| {
        let (first, second) = (MemorySink::new(), MemorySink::new());
        let mut writer = options.write_to(first).expect("sound options");
        writer.write_row([("a", 1)]).expect("taken");
        writer.next_file(second.clone()).expect("finished");
        writer.write_row([("a", 0.5)]).expect("taken");
        writer.finish().expect("finished");
        let expected = [row(&[("a__text", Value::Text("0.5"))])];
        assert_eq!(read(&second.published().expect("published")).1, expected);
    });
}

#[test]
fn where_a_sibling_has_no_room_the_type_holds_all_values() {
    let lines = format!("{}{{\"a\":\"x\",\"b\":1}}\n", "{\"a\":1}\n".repeat(99));
    for (max_columns, types) in
        [(2, vec!["a text", "b int64"]), (3, vec!["a int64", "b int64", "a__text text"])]
    {
        each(|options| {
            let (written, columns) = columns_of(&lines, options.max_columns(max_columns));
            assert_eq!(columns, types);
            assert_eq!(written.report.alterations.rest_values, 0);
        });
    }
}

/// Waiting values take no more than a part of the memory limit, and the same for any number of threads.
#[test]
fn waiting_values_are_bounded_by_memory() {
    let text = "x".repeat(1_000);
    // An eighth of 8 MiB has room for about a thousand of these.
    let lines: String = (0..4_000)
        .map(|n| format!("{{\"t\":\"{text}{n}\",\"n\":{}}}\n", if n < 3_000 { "1" } else { "0.5" }))
        .collect();
    let bytes = |threads: usize| {
        let options = Options::new().memory_limit(8 << 20).threads(threads);
        let (written, columns) = columns_of(&lines, options);
        assert_eq!(columns, ["t text", "n int64", "n__text text"]);
        assert_eq!(written.report.files[0].row_groups, 1);
        written.file
    };
    assert!(bytes(1) == bytes(3));
}

/// A value as it stands in a line.
fn token() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        8 => prop::sample::select(vec!["1", "-7", "0"]),
        3 => prop::sample::select(vec!["0.5", "2.50", "-1e3"]),
        1 => prop::sample::select(vec!["\"x\"", "\"\"", "\"12\""]),
        1 => prop::sample::select(vec!["true", "9007199254740993", "18446744073709551615"]),
        1 => prop::sample::select(vec!["[1]", "null", "123456789012345678901234567890", "0.12345678901234567891"]),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Integer,
    Large,
    Decimal,
    Bool,
    Text,
}

fn kind_of(token: &str) -> Kind {
    match token.as_bytes()[0] {
        b'"' | b'[' => Kind::Text,
        b't' => Kind::Bool,
        _ if token.contains(['.', 'e']) => Kind::Decimal,
        _ if token.parse::<i64>().is_ok() => Kind::Integer,
        _ => Kind::Large,
    }
}

/// The naive rule: what most of the values are.
fn type_of(values: &[&str]) -> &'static str {
    let count = |kinds: &[Kind]| values.iter().filter(|v| kinds.contains(&kind_of(v))).count();
    // More digits than decimal(20,0) has.
    let huge = values.iter().filter(|v| kind_of(v) == Kind::Large && v.len() > 20).count();
    let decimals = count(&[Kind::Decimal]);
    let long = values.iter().filter(|v| kind_of(v) == Kind::Decimal && v.len() > 20).count();
    let is_exact = values.iter().all(|v| match kind_of(v) {
        Kind::Integer => v.parse::<i64>().is_ok_and(|n| n.unsigned_abs() <= 1 << 53),
        Kind::Large => false,
        _ => true,
    });
    let integers = count(&[Kind::Integer]);
    let large = count(&[Kind::Integer, Kind::Large]) - huge;
    let mut best = (0, "text");
    // Long decimals count where there are others that a double holds.
    let doubles = |held: usize| if held > 0 { held + long } else { 0 };
    for candidate in [
        (integers, "int64"),
        (large, "decimal(20,0)"),
        (doubles(decimals - long), "double"),
        (if is_exact { doubles(integers + decimals - long) } else { 0 }, "double"),
        (count(&[Kind::Bool]), "bool"),
    ] {
        if candidate.0 > best.0 {
            best = candidate;
        }
    }
    if best.0 * 10 >= values.len() * 9 { best.1 } else { "text" }
}

/// What a column of this type holds of a value; none where it goes to the sibling.
fn held(token: &str, ty: &str) -> Option<Cell> {
    let kind = kind_of(token);
    match ty {
        "int64" => (kind == Kind::Integer).then(|| Cell::I64(token.parse().expect("an integer"))),
        "decimal(20,0)" => {
            let integer = if token == "-1e3" { "-1000" } else { token };
            let is_held = integer.len() <= 20;
            is_held.then(|| integer.parse().ok().map(Cell::Integer)).flatten()
        }
        "double" => {
            let is_number = matches!(kind, Kind::Integer | Kind::Decimal);
            let is_held = is_number && token.len() < 20 && token != "9007199254740993";
            is_held.then(|| Cell::F64(token.parse::<f64>().expect("a number").to_bits()))
        }
        "bool" => (kind == Kind::Bool).then(|| Cell::Bool(token == "true")),
        _ => Some(Cell::Text(spelled(token))),
    }
}

fn spelled(token: &str) -> String {
    token.trim_matches('"').to_owned()
}

/// The cells that the naive rules put each row's values into.
fn model(rows: &[BTreeMap<&str, &str>], window: usize, group: usize) -> Vec<Row> {
    let mut cells = vec![Row::new(); rows.len()];
    let mut names: Vec<&str> = rows.iter().flat_map(BTreeMap::keys).copied().collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let value = |at: usize| rows[at].get(name).copied().filter(|token| *token != "null");
        let Some(first) = (0..rows.len()).find(|at| value(*at).is_some()) else { continue };
        let end = (first + window).min(first / group * group + group).min(rows.len());
        let within: Range<usize> = if window == 0 { first..first + 1 } else { first..end };
        let evidence: Vec<&str> = within.filter_map(value).collect();
        let ty = type_of(&evidence);
        for (at, cells) in cells.iter_mut().enumerate().skip(first) {
            let Some(token) = value(at) else { continue };
            let (column, cell) = match held(token, ty) {
                Some(cell) => (name.to_owned(), cell),
                None => (format!("{name}__text"), Cell::Text(spelled(token))),
            };
            cells.insert(column, cell);
        }
    }
    cells
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn types_are_those_of_the_naive_rules(
        rows in prop::collection::vec(
            prop::collection::btree_map(prop::sample::select(vec!["a", "b", "c"]), token(), 0..4),
            1..120,
        ),
        window in prop::sample::select(vec![1_usize, 10, 40, 10_000]),
        group in prop::sample::select(vec![7_usize, 50, 1_000]),
    ) {
        let line = |row: &BTreeMap<&str, &str>| {
            let members: Vec<String> =
                row.iter().map(|(name, token)| format!("\"{name}\":{token}")).collect();
            format!("{{{}}}\n", members.join(","))
        };
        let lines: Vec<String> = rows.iter().map(line).collect();
        let expected = model(&rows, window, group);
        each(|options| {
            let options = options.settling_rows(window).row_group_rows(group).chunk_rows(10_000);
            // The arrow backend takes no column after its first row group.
            let is_late = |error: &bucksaw::Error| error.kind() == bucksaw::ErrorKind::LateColumn;
            match convert(&lines.concat(), options.clone()) {
                Err(error) => assert!(is_late(&error), "{error}"),
                Ok(file) => assert_eq!(file.rows(), expected, "from lines"),
            }
            // Each line an input of its own: so many blocks.
            let sink = MemorySink::new();
            let mut writer = options.write_to(sink.clone()).expect("sound options");
            let write = lines.iter().try_for_each(|line| {
                let shape = NdjsonOptions::default();
                let mut input = Input::ndjson("line", line.as_bytes(), shape, OnError::Fail)?;
                writer.write_input(&mut input)
            });
            match write.and_then(|()| writer.finish()) {
                Err(error) => assert!(is_late(&error), "{error}"),
                Ok(_) => {
                    let file = sink.published().expect("published");
                    assert_eq!(read(&file).1, expected, "from inputs of one line");
                }
            }
        });
    }
}

/// What rows of the library's values settle to.
#[test]
fn values_of_rows_settle_like_those_of_lines() {
    let settled = |values: &[Value<'static>]| {
        let file = written(Options::new(), |writer| {
            values.iter().for_each(|value| writer.write_row([("a", *value)]).expect("taken"));
        });
        let columns = &file.report.files[0].columns;
        let types: Vec<String> = columns.iter().map(|column| column.ty.clone()).collect();
        (types.join(", "), file.report.alterations)
    };
    let none = Alterations::default();
    assert_eq!(settled(&[Value::I32(1), Value::I32(2)]), ("int32".to_owned(), none));
    assert_eq!(settled(&[Value::I32(1), Value::I64(2)]), ("int64".to_owned(), none));
    assert_eq!(settled(&[Value::F32(0.1)]), ("float".to_owned(), none));
    assert_eq!(settled(&[Value::F32(0.1), Value::F64(0.1)]), ("double".to_owned(), none));
    assert_eq!(settled(&[Value::Timestamp(1)]), ("timestamp".to_owned(), none));
    assert_eq!(settled(&[Value::Bytes(b"\xff")]), ("bytes".to_owned(), none));
    let texts = alterations!(stored_as_text: 1, base64_texts: 1);
    let mixed = [Value::Bytes(b"\xff"), Value::Timestamp(1), Value::Text("x")];
    assert_eq!(settled(&mixed), ("text".to_owned(), texts));
}

/// Each time, and the microseconds and nanoseconds that it is stored in.
const TIMES: [(&str, i64, u32); 6] = [
    ("2026-11-28T07:05:09Z", 1_795_849_509_000_000, 0),
    ("2026-11-28 07:05:09.25+0000", 1_795_849_509_250_000, 0),
    ("2026-11-28T09:05:09.123456+02:00", 1_795_849_509_123_456, 0),
    ("2026-11-28T07:05:09.123456789Z", 1_795_849_509_123_456, 789),
    ("0001-01-01T00:00:00.0000001Z", -62_135_596_800_000_000, 100),
    ("9999-12-31T23:59:59.999999-00:00", 253_402_300_799_999_999, 0),
];

fn times() -> String {
    TIMES.iter().map(|(text, ..)| format!("{{\"t\":\"{text}\"}}\n")).collect()
}

#[test]
fn times_become_timestamps_and_their_further_digits_a_sibling() {
    let later = "{\"t\":\"yesterday\"}\n{\"t\":\"2026-11-28T07:05:60Z\"}\n{\"t\":7}\n";
    each(|options| {
        let lines = times() + later;
        let (written, columns) = columns_of(&lines, options.settling_rows(TIMES.len()));
        assert_eq!(columns[0], "t timestamp");
        let mut rows: Vec<Row> = TIMES
            .iter()
            .map(|(_, micros, nanos)| {
                let nanos = Some(nanos.cast_signed()).filter(|nanos| *nanos > 0);
                let nanos = nanos.map_or(Value::Null, Value::I32);
                row(&[("t", Value::Timestamp(*micros)), ("t__ns", nanos)])
            })
            .collect();
        let texts = ["yesterday", "2026-11-28T07:05:60Z", "7"];
        rows.extend(texts.map(|text| row(&[("t__text", Value::Text(text))])));
        assert_eq!(written.rows(), rows);
        let counted = alterations!(parsed_texts: 6, other_offsets: 1, conflicts: 3);
        assert_eq!(written.report.alterations, counted);
        let range = &written.report.timestamps[0];
        assert_eq!((range.first, range.last), (TIMES[4].1, TIMES[5].1));
    });
}

#[test]
fn times_stay_text_where_they_should_or_one_value_is_none() {
    each(|options| {
        let (_, columns) = columns_of(&times(), options.clone().timestamps(false));
        assert_eq!(columns, ["t text"]);
        let (_, columns) = columns_of(&times(), options.clone().strict(true));
        assert_eq!(columns, ["t text"]);
        for other in ["\"2026-11-28T07:05:09\"", "\"\"", "1", "true", "\"2026-11-28\""] {
            let lines = times().repeat(20) + &format!("{{\"t\":{other}}}\n");
            let (_, columns) = columns_of(&lines, options.clone());
            assert_eq!(columns, ["t text"], "{other}");
        }
    });
}

#[test]
fn nanoseconds_are_stored_where_asked_for() {
    let options = Options::new().timestamp_unit(bucksaw::TimeUnit::Nanos).settling_rows(4);
    let (written, columns) = columns_of(&times(), options);
    assert_eq!(columns, ["t timestamp(ns)", "t__text text"]);
    // Years that 64 bits of nanoseconds don't reach stay text.
    assert_eq!(written.report.alterations.conflicts, 2);
    let range = &written.report.timestamps[0];
    assert_eq!((range.first, range.last), (1_795_849_509_000_000_000, 1_795_849_509_250_000_000));
}

/// Where neither sibling has room, digits are not cut off.
#[test]
fn without_room_for_its_digits_a_time_stays_text() {
    each(|options| {
        let (_, columns) = columns_of(&times(), options.clone().max_columns(1));
        assert_eq!(columns, ["t text"]);
        let lines = "{\"t\":\"2026-11-28T07:05:09Z\"}\n{\"t\":\"2026-11-28T07:05:09.0000001Z\"}\n";
        let (_, columns) = columns_of(lines, options.clone().max_columns(1).settling_rows(1));
        assert_eq!(columns, ["t text"]);
    });
}

#[test]
fn the_report_names_columns_with_misfits() {
    let lines = format!("{}{{\"a\":\"n/a\"}}\n{{\"a\":\"-\"}}\n", "{\"a\":1}\n".repeat(98));
    each(|options| {
        let (written, _) = columns_of(&lines, options.clone());
        let [misfits] = written.report.files[0].misfits.as_slice() else { panic!("one column") };
        assert_eq!((misfits.misfits, misfits.values, misfits.first_row), (2, 100, 98));
        let told = "a: 2 of 100 values don't fit int64; they are in a__text (first: input: line 99, \"n/a\"). \
                    To keep all values in one column, declare a as text.";
        assert_eq!(misfits.to_string(), told);
        assert!(written.report.to_string().contains(told));
        let halves = lines.replace("\"n/a\"", "0.5");
        let (written, _) = columns_of(&halves, options.clone().settling_rows(1));
        let told = written.report.files[0].misfits[0].to_string();
        assert!(
            told.ends_with(
                "declare a as double if all of them are numbers, else as text; or have all rows settle its type (Scan)."
            ),
            "{told}"
        );
        // In later row groups, and files, rows are counted from the file's start.
        if let Ok(written) = convert(&lines, options.row_group_rows(60)) {
            assert_eq!(written.report.files[0].misfits[0].first_row, 98);
        }
    });
}

/// What was found by attack: values of which nothing may be lost, or told wrongly.
#[test]
fn all_values_that_waited_may_be_misfits_of_a_sort_column() {
    let lines = "{\"a\":1,\"b\":1}\n{\"a\":2,\"b\":2}\n{\"a\":\"x\",\"b\":9}\n{\"b\":1}\n";
    let by = ["a", "b"].map(|name| name.parse().expect("a column"));
    let options = Options::new().row_group_rows(2).sorted_by(by);
    let written = convert(lines, options).expect("a file");
    // It is read back, and the footer's claims compared with the rows.
    assert_eq!(written.rows().len(), 4);
    let order = written.report.files[0].order.clone().expect("declared");
    assert_eq!((order.sorted_row_groups, order.first_unsorted_row), (1, Some(3)));
}

#[test]
fn a_column_of_rows_is_no_sibling_and_a_declared_sibling_is() {
    let line = "{\"t__ns\":4,\"t\":\"2026-01-01T00:00:00.123456789Z\"}\n";
    let columns = r#"{"name":"t","type":"timestamp"},{"name":"t__ns","type":"int32""#;
    for (more, expected) in
        [("", ["t__ns", "t__ns__2"]), (",\"sibling_of\":\"t\"", ["t__ns__2", "t__ns"])]
    {
        let schema = format!("{{\"columns\":[{columns}{more}}}]}}");
        let schema = bucksaw::DeclaredSchema::from_json(&schema).expect("a schema");
        let (written, _) = columns_of(line, Options::new().schema(schema));
        let own = if more.is_empty() { Value::I32(4) } else { Value::I64(4) };
        let time = ("t", Value::Timestamp(1_767_225_600_123_456));
        let cells = [time, (expected[0], own), (expected[1], Value::I32(789))];
        assert_eq!(written.rows(), [row(&cells)], "{more}");
    }
    let wrong = r#"{"columns":[{"name":"x__text","type":"text","sibling_of":"x"}]}"#;
    let error = bucksaw::DeclaredSchema::from_json(wrong)
        .and_then(|schema| Options::new().schema(schema).validate())
        .expect_err("no such column");
    assert!(error.message().contains("sibling of \"x\""), "{error}");
}

#[test]
fn times_that_the_unit_or_calendars_do_not_reach_make_text() {
    let nanos = Options::new().timestamp_unit(bucksaw::TimeUnit::Nanos);
    let early = "{\"t\":\"1600-01-01T00:00:00Z\"}\n{\"t\":\"1601-01-01T00:00:00Z\"}\n";
    assert_eq!(columns_of(early, nanos).1, ["t text"]);
    for beyond in ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"] {
        let lines = format!("{{\"t\":\"{beyond}\"}}\n");
        assert_eq!(columns_of(&lines, Options::new()).1, ["t text"], "{beyond}");
    }
}
