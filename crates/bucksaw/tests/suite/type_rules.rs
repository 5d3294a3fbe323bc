//! Each way in which a value may not fit has one outcome: nothing is dropped, nothing is bent, the
//! report counts it, and strict mode refuses it.

use crate::support::{Written, alterations, convert, convert_with, each, row};
use bucksaw::{
    Alterations, ColumnType, DeclaredSchema, ErrorKind, MemorySink, Names, NdjsonOptions, Nested,
    OnError, Options, TimeUnit, UnknownColumns, Value,
};

/// What lines become, and what the report counts, where the first value settles a column's type.
fn check(lines: &str, expected: &[&[(&str, Value<'_>)]], alterations: Alterations) -> Written {
    let written =
        convert(lines, Options::new().settling_rows(0).names(Names::Dotted)).expect("a file");
    let expected: Vec<_> = expected.iter().map(|values| row(values)).collect();
    assert_eq!(written.rows(), expected, "{lines}");
    assert_eq!(written.report.alterations, alterations, "{lines}");
    written
}

fn refused_in_strict_mode(lines: &str, column: &str) {
    let options = Options::new().strict(true).names(Names::Dotted);
    let error = convert(lines, options).err().expect("strict mode refuses it");
    assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
    assert_eq!(error.position().column.as_deref(), Some(column), "{error}");
    assert!(error.position().line.is_some(), "{error}");
}

fn taken_in_strict_mode(lines: &str) {
    convert(lines, Options::new().strict(true)).expect("strict mode takes it");
}

/// What columns are called that could not have their own name.
fn renamed_of(written: &Written) -> Vec<(&str, &str)> {
    let renamed = written.report.renamed.iter();
    renamed.map(|renamed| (renamed.from.as_str(), renamed.to.as_str())).collect()
}

fn none() -> Alterations {
    Alterations::default()
}

#[test]
fn a_value_of_another_type_is_kept_as_text_beside_its_column() {
    let lines = "{\"a\":1}\n{\"a\":\"x\"}\n{\"a\":true}\n{\"a\":1.5}\n{\"a\":[1, 2]}\n{\"a\":2}";
    check(
        lines,
        &[
            &[("a", Value::I64(1))],
            &[("a__text", Value::Text("x"))],
            &[("a__text", Value::Text("true"))],
            &[("a__text", Value::Text("1.5"))],
            &[("a__text", Value::Text("[1, 2]"))],
            &[("a", Value::I64(2))],
        ],
        alterations!(conflicts: 4, json_texts: 1),
    );
    refused_in_strict_mode(lines, "a");
}

#[test]
fn a_sibling_never_shares_a_column_of_its_name() {
    check(
        "{\"a\":1,\"a__text\":\"mine\"}\n{\"a\":\"x\"}\n{\"a\":\"y\",\"a__text\":\"mine\"}",
        &[
            &[("a", Value::I64(1)), ("a__text", Value::Text("mine"))],
            &[("a__text__2", Value::Text("x"))],
            &[("a__text__2", Value::Text("y")), ("a__text", Value::Text("mine"))],
        ],
        alterations!(conflicts: 2),
    );
    let written = check(
        "{\"a\":1}\n{\"a\":\"x\"}\n{\"a\":2,\"a__text\":\"mine\"}",
        &[
            &[("a", Value::I64(1))],
            &[("a__text", Value::Text("x"))],
            &[("a", Value::I64(2)), ("a__text__2", Value::Text("mine"))],
        ],
        alterations!(conflicts: 1),
    );
    assert_eq!(written.report.renamed[0].from, "a__text");
    check(
        "{\"a\":1,\"a__text\":5}\n{\"a\":\"x\"}",
        &[&[("a", Value::I64(1)), ("a__text", Value::I64(5))], &[("a__text__2", Value::Text("x"))]],
        alterations!(conflicts: 1),
    );
}

#[test]
fn integers_widen_to_doubles_only_where_exact() {
    let lines = "{\"a\":0.5}\n{\"a\":9007199254740992}\n{\"a\":9007199254740993}\n{\"a\":18446744073709551615}\n{\"a\":1000000000000000000000}";
    check(
        lines,
        &[
            &[("a", Value::F64(0.5))],
            &[("a", Value::F64(9_007_199_254_740_992.0))],
            &[("a__text", Value::Text("9007199254740993"))],
            &[("a__text", Value::Text("18446744073709551615"))],
            &[("a", Value::F64(1e21))],
        ],
        alterations!(widened: 2, conflicts: 1, oversized_numbers: 1),
    );
    taken_in_strict_mode("{\"a\":0.5}\n{\"a\":3}");
    refused_in_strict_mode(lines, "a");
}

#[test]
fn int32_columns_take_what_they_hold_and_float_columns_the_nearest() {
    let schema = DeclaredSchema::new()
        .column("i", ColumnType::Int32)
        .column("f", ColumnType::Float)
        .column("l", ColumnType::Int64);
    let lines = r#"{"i":2147483647,"f":0.5,"l":1}
{"i":2147483648,"f":0.1}
{"i":-2147483648,"f":16777216}
{"i":-2147483649,"f":16777217}
{"i":"-7","f":-0.0}
{"i":1e2,"f":3.4028234663852886e38}
{"i":18446744073709551615,"f":1e39}
{"i":123456789012345678901234567890,"f":1267650600228229401496703205376}
{"i":true,"f":"0.5"}"#;
    let options = || Options::new().schema(schema.clone());
    let written = convert(lines, options()).expect("a file");
    let expected = [
        row(&[("i", Value::I32(i32::MAX)), ("f", Value::F32(0.5)), ("l", Value::I64(1))]),
        row(&[("i__text", Value::Text("2147483648")), ("f", Value::F32(0.1))]),
        row(&[("i", Value::I32(i32::MIN)), ("f", Value::F32(16_777_216.0))]),
        row(&[("i__text", Value::Text("-2147483649")), ("f", Value::F32(16_777_216.0))]),
        row(&[("i", Value::I32(-7)), ("f", Value::F32(-0.0))]),
        row(&[("i", Value::I32(100)), ("f", Value::F32(f32::MAX))]),
        row(&[("i__text", Value::Text("18446744073709551615")), ("f__text", Value::Text("1e39"))]),
        row(&[
            ("i__text", Value::Text("123456789012345678901234567890")),
            ("f", Value::F32(2.0_f32.powi(100))),
        ]),
        row(&[("i__text", Value::Text("true")), ("f", Value::F32(0.5))]),
    ];
    assert_eq!(written.rows(), expected);
    let counted =
        alterations!(conflicts: 4, oversized_numbers: 2, widened: 2, parsed_texts: 2, rounded: 1);
    assert_eq!(written.report.alterations, counted);
    let error = convert("{\"f\":1e39}", options().strict(true)).err().expect("refused");
    assert_eq!(error.position().column.as_deref(), Some("f"), "{error}");
}

/// What a row's type can do to a column of another type of the same kind.
#[test]
fn narrow_values_go_into_wide_columns() {
    let sink = MemorySink::new();
    let mut writer =
        Options::new().settling_rows(0).write_to(Box::new(sink.clone())).expect("sound options");
    let first = [("l", Value::I64(1)), ("u", Value::F64(0.5)), ("i", Value::I32(1))];
    writer.write_row(first).expect("taken");
    let narrow = [("l", Value::I32(-2)), ("u", Value::F32(0.1)), ("i", Value::I64(1 << 31))];
    writer.write_row(narrow).expect("taken");
    let report = writer.finish().expect("a file");
    let expected = [
        row(&first),
        row(&[
            ("l", Value::I64(-2)),
            ("u", Value::F64(f64::from(0.1_f32))),
            ("i__text", Value::Text("2147483648")),
        ]),
    ];
    assert_eq!(crate::support::read(&sink.published().expect("published")).1, expected);
    assert_eq!(report.alterations, alterations!(conflicts: 1));
}

#[test]
fn integers_beyond_int64_and_long_numbers_are_kept_as_text() {
    let digits = "123456789012345678901234567890";
    let lines = format!(
        "{{\"a\":9223372036854775807}}\n{{\"a\":9223372036854775808}}\n{{\"a\":{digits}}}\n{{\"b\":-{digits}}}\n{{\"c\":0.{digits}}}\n{{\"c\":1e400}}\n{{\"c\":-1e-400}}\n{{\"c\":1e22}}"
    );
    let fraction = format!("0.{digits}");
    let negative = format!("-{digits}");
    check(
        &lines,
        &[
            &[("a", Value::I64(i64::MAX))],
            &[("a__text", Value::Text("9223372036854775808"))],
            &[("a__text", Value::Text(digits))],
            &[("b__text", Value::Text(&negative))],
            &[("c__text", Value::Text(&fraction))],
            &[("c__text", Value::Text("1e400"))],
            &[("c__text", Value::Text("-1e-400"))],
            &[("c", Value::F64(1e22))],
        ],
        alterations!(oversized_numbers: 6),
    );
    refused_in_strict_mode(&lines, "a");
}

#[test]
fn negative_zero_and_empty_text_stay_what_they_are() {
    let lines = "{\"a\":-0.0,\"b\":\"\",\"c\":-0}\n{\"a\":0.0,\"b\":\"x\",\"c\":0}";
    check(
        lines,
        &[
            &[("a", Value::F64(-0.0)), ("b", Value::Text("")), ("c", Value::F64(-0.0))],
            &[("a", Value::F64(0.0)), ("b", Value::Text("x")), ("c", Value::F64(0.0))],
        ],
        alterations!(widened: 1),
    );
    taken_in_strict_mode(lines);
    // In an integer column it would lose its sign.
    check(
        "{\"a\":1}\n{\"a\":-0}",
        &[&[("a", Value::I64(1))], &[("a__text", Value::Text("-0"))]],
        alterations!(conflicts: 1),
    );
}

#[test]
fn objects_flatten_and_arrays_and_empty_objects_are_json_text() {
    let lines = r#"{"a":{"b":{"c":1},"d":"x","e":{}},"f":[1, {"g":null}],"h":[],"i":{ }}"#;
    check(
        lines,
        &[&[
            ("a.b.c", Value::I64(1)),
            ("a.d", Value::Text("x")),
            ("a.e", Value::Text("{}")),
            ("f", Value::Text(r#"[1, {"g":null}]"#)),
            ("h", Value::Text("[]")),
            ("i", Value::Text("{ }")),
        ]],
        alterations!(json_texts: 4),
    );
    taken_in_strict_mode(lines);
}

#[test]
fn objects_can_be_kept_as_json() {
    let lines = br#"{"a":{"b":{"c":1}}}"#;
    let with =
        |ndjson| convert_with(lines, Options::new(), ndjson, OnError::Fail).expect("a file").rows();
    let kept = with(NdjsonOptions::new().nested(Nested::Json));
    assert_eq!(kept, [row(&[("a", Value::Text(r#"{"b":{"c":1}}"#))])]);
}

#[test]
fn objects_nested_too_deep_are_kept_as_json_text() {
    let nested = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let name = |depth: usize| vec!["a"; depth].join(".");
    check(&nested(64), &[&[(&name(64), Value::I64(1))]], none());
    let deepest = alterations!(too_deep: 1);
    check(&nested(65), &[&[(&name(64), Value::Text("{\"a\":1}"))]], deepest);
    let hostile = nested(100_000);
    check(&hostile, &[&[(&name(64), Value::Text(&nested(100_000 - 64)))]], deepest);
    refused_in_strict_mode(&nested(65), &name(64));
    let array = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let text = &array[5..array.len() - 1];
    check(&array, &[&[("a", Value::Text(text))]], alterations!(json_texts: 1));
}

#[test]
fn columns_beyond_the_limit_are_kept_in_rest() {
    let members: Vec<String> = (0..1_005).map(|number| format!("\"c{number}\":{number}")).collect();
    let lines = format!("{{{}}}\n{{\"c0\":\"x\",\"c1004\":\"y\"}}", members.join(","));
    let written = convert(&lines, Options::new().settling_rows(0)).expect("a file");
    assert_eq!(written.names().len(), 1_001);
    let rows = written.rows();
    let rest = r#"{"c1000":1000,"c1001":1001,"c1002":1002,"c1003":1003,"c1004":1004}"#;
    assert_eq!(rows[0]["_rest"], crate::support::Cell::Text(rest.to_owned()));
    assert_eq!(rows[0]["c999"], crate::support::Cell::I64(999));
    // There is no room for a sibling either.
    assert_eq!(rows[1], row(&[("_rest", Value::Text(r#"{"c0":"x","c1004":"y"}"#))]));
    let counted = alterations!(rest_values: 6, conflicts: 1);
    assert_eq!(written.report.alterations, counted);
    refused_in_strict_mode(&lines, "c1000");
}

#[test]
fn long_names_are_kept_in_rest_and_the_name_of_rest_is_one_like_others() {
    let long = "n".repeat(1_025);
    let lines =
        format!("{{\"{long}\":true,\"_rest\":7,\"b\":null,\"c\":{{\"{long}\":{{\"d\":1}}}}}}");
    let written = convert(&lines, Options::new()).expect("a file");
    let rest = format!("{{\"{long}\":true,\"c\":{{\"{long}\":{{\"d\":1}}}}}}");
    let expected = row(&[("_rest__2", Value::I64(7)), ("_rest", Value::Text(&rest))]);
    assert_eq!(written.rows(), [expected]);
    assert_eq!(written.report.alterations, alterations!(rest_values: 2));
    assert_eq!(written.report.renamed[0].from, "_rest");
    refused_in_strict_mode("{\"_rest\":1}", "_rest");
}

#[test]
fn of_a_name_given_twice_the_first_value_stays_and_the_others_are_kept_in_rest() {
    let lines = r#"{"a":1,"a":2,"a":"x","b":{"c":1},"b.c":2}"#;
    check(
        lines,
        &[&[
            ("a", Value::I64(1)),
            ("a__text", Value::Text("x")),
            ("b.c", Value::I64(1)),
            ("b.c__2", Value::I64(2)),
            ("_rest", Value::Text(r#"{"a":2}"#)),
        ]],
        alterations!(duplicates: 1, conflicts: 1),
    );
    refused_in_strict_mode(r#"{"a":1,"a":1}"#, "a");
    // A null gives nothing.
    check(r#"{"a":null,"a":1}"#, &[&[("a", Value::I64(1))]], none());
}

#[test]
fn an_object_given_twice_or_beside_another_value_is_a_duplicate_as_a_whole() {
    /// A line, its row, what `_rest` gets and the duplicates that are counted.
    type Case<'c> = (&'c str, &'c [(&'c str, Value<'c>)], &'c str, u64);
    let one = Value::I64(1);
    let cases: [Case<'_>; 13] = [
        (r#"{"a":{"x":1},"a":{"y":2}}"#, &[("a.x", one)], r#"{"a":{"y":2}}"#, 1),
        (
            r#"{"a":{"x":1},"b":1,"a":{"x":[2]}}"#,
            &[("a.x", one), ("b", one)],
            r#"{"a":{"x":[2]}}"#,
            1,
        ),
        (r#"{"a":{"x":1},"a":5}"#, &[("a.x", one)], r#"{"a":5}"#, 1),
        (r#"{"a":1,"a":{"x":2}}"#, &[("a", one)], r#"{"a":{"x":2}}"#, 1),
        (r#"{"a":{"x":1},"a":[2]}"#, &[("a.x", one)], r#"{"a":[2]}"#, 1),
        (r#"{"a":[2],"a":{"x":1}}"#, &[("a", Value::Text("[2]"))], r#"{"a":{"x":1}}"#, 1),
        (r#"{"a":{"x":1},"a":{}}"#, &[("a.x", one)], r#"{"a":{}}"#, 1),
        (r#"{"a":{ },"a":{"x":1}}"#, &[("a", Value::Text("{ }"))], r#"{"a":{"x":1}}"#, 1),
        (r#"{"a":{"x":null},"a":{"y":2}}"#, &[], r#"{"a":{"y":2}}"#, 1),
        (
            r#"{"a":{"x":1},"a":{"y":2},"a":"z","a":{"x":3}}"#,
            &[("a.x", one)],
            r#"{"a":{"y":2},"a":"z","a":{"x":3}}"#,
            3,
        ),
        (
            r#"{"o":{"a":{"x":1},"a":{"y":{"z":2}}}}"#,
            &[("o.a.x", one)],
            r#"{"o":{"a":{"y":{"z":2}}}}"#,
            1,
        ),
        (r#"{"o":{"a":1,"\u0061":{"y":2}}}"#, &[("o.a", one)], r#"{"o":{"a":{"y":2}}}"#, 1),
        (
            r#"{"a":{"x":1},"a":{"y":2},"a.x":3}"#,
            &[("a.x", one), ("a.x__2", Value::I64(3))],
            r#"{"a":{"y":2}}"#,
            1,
        ),
    ];
    for (line, values, rest, duplicates) in cases {
        let mut expected = row(values);
        expected.extend(row(&[("_rest", Value::Text(rest))]));
        // Columns that earlier lines brought make no difference.
        for before in ["", r#"{"a":{"x":1,"y":1},"o":{"a":{"x":1,"y":{"z":1}}}}"#] {
            let lines = format!("{before}\n{line}");
            let options = Options::new().names(Names::Dotted);
            let written = convert(&lines, options).expect("a file");
            assert_eq!(written.rows().last(), Some(&expected), "{lines}");
            assert_eq!(written.report.alterations.duplicates, duplicates, "{lines}");
        }
        let column = if line.contains('o') { "o.a" } else { "a" };
        let error = convert(line, Options::new().strict(true)).err().expect("refused");
        assert_eq!(error.position().column.as_deref(), Some(column), "{error}");
        assert!(error.to_string().contains("twice"), "{error}");
    }
    // A null gives nothing, and elsewhere the name is another.
    check(
        r#"{"a":null,"a":{"x":1},"a":null,"b":{"a":{"x":2}},"x":3}"#,
        &[&[("a.x", one), ("b.a.x", Value::I64(2)), ("x", Value::I64(3))]],
        none(),
    );
    // A schema that refuses others has to have the name.
    let closed = DeclaredSchema::new()
        .column("a.x", ColumnType::Int64)
        .unknown_columns(UnknownColumns::Refuse);
    for twice in [r#"{"a":{"x":1},"a":{"x":2}}"#, r#"{"a":{"x":1},"a":2}"#] {
        let error = convert(twice, Options::new().schema(closed.clone())).err().expect("refused");
        assert_eq!(error.position().column.as_deref(), Some("a"), "{error}");
    }
    let options = NdjsonOptions::new().nested(Nested::Json);
    let lines = br#"{"a":{"x":1},"a":{"y":2}}"#;
    let kept = convert_with(lines, Options::new(), options, OnError::Fail).expect("a file");
    let rest = Value::Text(r#"{"a":{"y":2}}"#);
    assert_eq!(kept.rows(), [row(&[("a", Value::Text(r#"{"x":1}"#)), ("_rest", rest)])]);
    assert_eq!(kept.report.alterations.duplicates, 1);
}

#[test]
fn names_that_differ_only_in_case_and_empty_names_are_renamed() {
    let lines = r#"{"Level":1,"level":2,"LEVEL":3,"":4,"ÄÖ":5,"äö":6}"#;
    let written = check(
        lines,
        &[&[
            ("Level", Value::I64(1)),
            ("level__2", Value::I64(2)),
            ("LEVEL__3", Value::I64(3)),
            ("_empty", Value::I64(4)),
            ("ÄÖ", Value::I64(5)),
            ("äö__2", Value::I64(6)),
        ]],
        none(),
    );
    let renamed = renamed_of(&written);
    assert_eq!(
        renamed,
        [("level", "level__2"), ("LEVEL", "LEVEL__3"), ("", "_empty"), ("äö", "äö__2")]
    );
    let footer = crate::support::footer(&written.file);
    let pairs = footer.file_metadata().key_value_metadata().expect("key-value metadata");
    let json =
        pairs.iter().find(|pair| pair.key == "bucksaw.columns").and_then(|pair| pair.value.clone());
    assert!(json.expect("their paths").contains(r#"{"name":"level__2","path":["level"]}"#));
    refused_in_strict_mode(lines, "level");
    refused_in_strict_mode("{\"\":1}", "");
}

/// By the path of each column: names that are alike never share one.
#[test]
fn names_need_no_quotes_unless_they_are_asked_for() {
    let lines = r#"{"http":{"status":1,"url.path":2},"http.status":3,"Http_Status":4,"k8s/pod":{"é n":5},"9":6}
{"http_status":7,"http":{"status":8}}"#;
    let options = || Options::new().settling_rows(0);
    let written = convert(lines, options()).expect("a file");
    let expected = [
        row(&[
            ("http_status", Value::I64(1)),
            ("http_url_path", Value::I64(2)),
            ("http_status__2", Value::I64(3)),
            ("Http_Status__3", Value::I64(4)),
            ("k8s_pod___n", Value::I64(5)),
            ("_9", Value::I64(6)),
        ]),
        row(&[("http_status", Value::I64(8)), ("http_status__4", Value::I64(7))]),
    ];
    assert_eq!(written.rows(), expected);
    let renamed = renamed_of(&written);
    let wanted = [
        ("http.status", "http_status__2"),
        ("Http_Status", "Http_Status__3"),
        ("http_status", "http_status__4"),
    ];
    assert_eq!(renamed, wanted);
    let dotted = convert(lines, options().names(Names::Dotted)).expect("a file");
    let names = ["http.status", "http.url.path", "http.status__2", "Http_Status", "k8s/pod.é n"];
    assert_eq!(dotted.names()[..5], names);
}

/// In the file, or with dots; the first of several that would be called so.
#[test]
fn declared_columns_take_the_path_that_is_called_as_they_are() {
    let lines = r#"{"http":{"status":"1","path":"/"},"http.status":2,"a":{"b":"3"}}"#;
    let schema = DeclaredSchema::new()
        .column("http_status", ColumnType::Int64)
        .column("a.b", ColumnType::Int64)
        .column_at(["http", "path"], "route", ColumnType::Text);
    let options = Options::new().settling_rows(0).schema(schema);
    let written = convert(lines, options).expect("a file");
    let expected = row(&[
        ("http_status", Value::I64(1)),
        ("a.b", Value::I64(3)),
        ("route", Value::Text("/")),
        ("http_status__2", Value::I64(2)),
    ]);
    assert_eq!(written.rows(), [expected]);
}

/// By their names, by their paths, or by the object that they are in.
#[test]
fn columns_are_selected_dropped_and_renamed() {
    let lines = r#"{"level":"info","http":{"status":200,"headers":{"cookie":"s","accept":"*"}},"user":1,"user":2,"msg":"x"}"#;
    let columns = |options: Options| {
        let written = convert(lines, options.settling_rows(0)).expect("a file");
        let unknown = written.report.unknown_columns.iter().map(|named| named.column.clone());
        (written.names(), unknown.collect::<Vec<_>>())
    };
    let none = Vec::<String>::new();
    let (names, unknown) = columns(Options::new().select(["http", "msg"]));
    assert_eq!(names, ["http_status", "http_headers_cookie", "http_headers_accept", "msg"]);
    assert_eq!(unknown, none);
    let (names, unknown) =
        columns(Options::new().drop(["http.headers", "user", "nope"]).max_columns(3));
    assert_eq!(names, ["level", "http_status", "msg"]);
    assert_eq!(unknown, ["nope"]);
    let options =
        Options::new().rename("http.status", "status").rename("http_headers_accept", "LEVEL");
    let (names, unknown) = columns(options.drop(["http_headers_cookie", "user"]));
    assert_eq!(names, ["level", "status", "LEVEL__2", "msg"]);
    assert_eq!(unknown, none);
    let (names, _) = columns(Options::new().select(["http", "level"]).drop(["http.headers"]));
    assert_eq!(names, ["level", "http_status"]);
}

#[test]
fn dots_quotes_and_other_signs_stay_in_names() {
    let lines = r#"{"a.b":1,"c\"d":2,"e f":3,"\u0000":4,"é\n":5}"#;
    check(
        lines,
        &[&[
            ("a.b", Value::I64(1)),
            ("c\"d", Value::I64(2)),
            ("e f", Value::I64(3)),
            ("\0", Value::I64(4)),
            ("é\n", Value::I64(5)),
        ]],
        none(),
    );
    taken_in_strict_mode(lines);
}

#[test]
fn prefixes_turn_values_into_text() {
    let lines = r#"{"attr_a":1,"attr_b":true,"attr_c":0.1,"attr_d":[1],"resource_e":"x","f":1,"attr_g":1e400}
{"attr_a":"y","attr_b":-5,"attr_c":12345678901234567890123}"#;
    let written =
        convert(lines, Options::new().text_prefixes(["attr_", "resource_"])).expect("a file");
    let expected = [
        row(&[
            ("attr_a", Value::Text("1")),
            ("attr_b", Value::Text("true")),
            ("attr_c", Value::Text("0.1")),
            ("attr_d", Value::Text("[1]")),
            ("resource_e", Value::Text("x")),
            ("f", Value::I64(1)),
            ("attr_g", Value::Text("1e400")),
        ]),
        row(&[
            ("attr_a", Value::Text("y")),
            ("attr_b", Value::Text("-5")),
            ("attr_c", Value::Text("12345678901234567890123")),
        ]),
    ];
    assert_eq!(written.rows(), expected);
    let counted = alterations!(stored_as_text: 6, json_texts: 1);
    assert_eq!(written.report.alterations, counted);
}

#[test]
fn declared_columns_keep_their_order_and_types_and_parse_text() {
    let schema = DeclaredSchema::new()
        .column("time", ColumnType::Timestamp(TimeUnit::Micros))
        .column("count", ColumnType::Int64)
        .column("big", ColumnType::Uint64)
        .column("ratio", ColumnType::Double)
        .column("unused", ColumnType::Bool);
    let lines = r#"{"ratio":1,"count":"-42","time":"2024-01-01T00:00:00.000001+01:00","new":1}
{"big":18446744073709551615,"count":"4.2","time":"2024-01-01T00:00:00.0000001Z"}
{"big":-1,"count":7,"time":5}"#;
    let written = convert(lines, Options::new().schema(schema.clone())).expect("a file");
    let expected = [
        row(&[
            ("time", Value::Timestamp(1_704_063_600_000_001)),
            ("count", Value::I64(-42)),
            ("ratio", Value::F64(1.0)),
            ("new", Value::I64(1)),
        ]),
        row(&[
            ("big", Value::U64(u64::MAX)),
            ("count__text", Value::Text("4.2")),
            ("time", Value::Timestamp(1_704_067_200_000_000)),
            ("time__ns", Value::I32(100)),
        ]),
        row(&[
            ("big__text", Value::Text("-1")),
            ("count", Value::I64(7)),
            ("time__text", Value::Text("5")),
        ]),
    ];
    assert_eq!(written.rows(), expected);
    assert_eq!(written.names()[..4], ["time", "count", "big", "ratio"]);
    let counted = alterations!(widened: 1, parsed_texts: 3, other_offsets: 1, conflicts: 3);
    assert_eq!(written.report.alterations, counted);
    let times = &written.report.timestamps;
    assert_eq!(
        (times.len(), times[0].first, times[0].last),
        (1, 1_704_063_600_000_001, 1_704_067_200_000_000)
    );

    let plain = convert("{\"count\":\"1\"}", Options::new().schema(schema).int64_from_text(false))
        .expect("a file");
    assert_eq!(plain.rows(), [row(&[("count__text", Value::Text("1"))])]);
}

#[test]
fn unknown_columns_and_other_types_are_refused() {
    let options = || {
        let schema = DeclaredSchema::new()
            .column("a", ColumnType::Int64)
            .unknown_columns(UnknownColumns::Refuse);
        Options::new().schema(schema)
    };
    convert("{\"a\":1}\n{\"a\":\"2\"}\n{}", options()).expect("as declared");
    for (line, column) in
        [("{\"b\":1}", "b"), ("{\"b\":null}", "b"), ("{\"a\":\"x\"}", "a"), ("{\"a\":1.5}", "a")]
    {
        let error = convert(&format!("{{\"a\":1}}\n{line}"), options()).err().expect("refused");
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert_eq!(error.position().column.as_deref(), Some(column));
        assert_eq!(error.position().line, Some(2));
    }
}

#[test]
fn declared_columns_stay_where_no_row_has_a_value() {
    let schema = || {
        DeclaredSchema::new()
            .column("first", ColumnType::Text)
            .column("a", ColumnType::Int64)
            .column("last", ColumnType::Double)
    };
    let lines = "{\"a\":1,\"b\":null}\n".repeat(25);
    each(|backend| {
        let kept = convert(&lines, backend.schema(schema()).chunk_rows(10).row_group_rows(10))
            .expect("a file");
        assert_eq!(kept.names(), ["first", "a", "last"]);
        assert_eq!(kept.report.files[0].columns.len(), 3);
        assert_eq!(kept.rows(), vec![row(&[("a", Value::I64(1))]); 25]);
    });
}

#[test]
fn a_file_has_at_least_one_column() {
    let nothing = convert("", Options::new()).expect("a file");
    assert_eq!((nothing.names(), nothing.rows()), (vec!["_rest".to_owned()], vec![]));
    let empty_rows = convert("{}\n{}\n{\"a\":null}", Options::new()).expect("a file");
    assert_eq!(
        (empty_rows.names(), empty_rows.rows()),
        (vec!["_rest".to_owned()], vec![row(&[]); 3])
    );
    let schema = DeclaredSchema::new().column("a", ColumnType::Int64);
    let declared = convert("", Options::new().schema(schema)).expect("a file");
    assert_eq!((declared.names(), declared.rows()), (vec!["a".to_owned()], vec![]));
}
