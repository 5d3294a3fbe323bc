//! Declared columns read every exact spelling of their type; columns whose type settled by evidence don't.

use bucksaw::{DeclaredSchema, ErrorKind, Options, Value};

use crate::support::{Cell, Row, alterations, convert, each, row, written};

fn declared(columns: &str) -> Options {
    let json = format!(r#"{{"columns": [{columns}]}}"#);
    Options::new().schema(DeclaredSchema::from_json(&json).expect("a schema"))
}

/// What a column of this type makes of one JSON value: a cell, or its text in the sibling.
fn made(ty: &str, json: &str) -> Row {
    let options = declared(&format!(r#"{{"name": "a", "type": "{ty}"}}"#));
    let written = convert(&format!("{{\"a\":{json}}}"), options).expect("a file");
    written.rows().remove(0)
}

fn is_taken(ty: &str, json: &str, value: Value<'_>) {
    assert_eq!(made(ty, json), row(&[("a", value)]), "{ty} {json}");
}

fn is_beside(ty: &str, json: &str) {
    let text = json.trim_matches('"');
    assert_eq!(made(ty, json), row(&[("a__text", Value::Text(text))]), "{ty} {json}");
}

#[test]
fn integers_are_read_from_every_spelling() {
    for (json, integer) in [
        ("17", 17),
        ("\"17\"", 17),
        ("1.0", 1),
        ("1e3", 1_000),
        ("\"1E+3\"", 1_000),
        ("\"-2.50e1\"", -25),
        ("\"007\"", 7),
        ("\"+5\"", 5),
        ("0.0", 0),
        ("1200e-2", 12),
    ] {
        is_taken("int64", json, Value::I64(integer));
        is_taken("int32", json, Value::I32(integer.try_into().expect("small")));
        match u64::try_from(integer) {
            Ok(integer) => is_taken("uint64", json, Value::U64(integer)),
            Err(_) => is_beside("uint64", json),
        }
    }
    is_taken("int64", "-9223372036854775808", Value::I64(i64::MIN));
    is_taken("int64", "\"9223372036854775807.00\"", Value::I64(i64::MAX));
    is_taken("uint64", "\"18446744073709551615\"", Value::U64(u64::MAX));
    is_taken("uint64", "1.8446744073709551615e19", Value::U64(u64::MAX));
    for json in [
        "1.5",
        "\"1.5\"",
        "\"\"",
        "\" 1\"",
        "\"1_000\"",
        "\"0x10\"",
        "-0",
        "\"-0\"",
        "1e-1",
        "true",
        "1e400",
    ] {
        ["int32", "int64", "uint64"].iter().for_each(|ty| is_beside(ty, json));
    }
    is_beside("int32", "2147483648");
    is_beside("int64", "9223372036854775808");
    is_beside("uint64", "\"18446744073709551616\"");
}

#[test]
fn doubles_and_floats_are_the_nearest_to_what_is_spelled() {
    for text in [
        "1.5",
        "-0.0",
        "17",
        "0.1",
        "1e300",
        "123456789.123456789123",
        "9007199254740993",
        "1e-400",
        "+2.5",
    ] {
        let nearest: f64 = text.parse().expect("a number");
        let quoted = format!("\"{text}\"");
        is_taken("double", &quoted, Value::F64(nearest));
        let float: f32 = text.parse().expect("a number");
        match float.is_finite() {
            true => is_taken("float", &quoted, Value::F32(float)),
            false => is_beside("float", &quoted),
        }
        if text.starts_with('+') {
            continue;
        }
        is_taken("double", text, Value::F64(nearest));
        match float.is_finite() {
            true => is_taken("float", text, Value::F32(float)),
            false => is_beside("float", text),
        }
    }
    for json in
        ["1e400", "\"1e400\"", "\"NaN\"", "\"inf\"", "\"\"", "\"1.\"", "\".5\"", "\"1,5\"", "true"]
    {
        is_beside("double", json);
        is_beside("float", json);
    }
}

#[test]
fn what_is_rounded_is_counted() {
    let lines = [
        r#"{"f":0.1,"d":0.1}"#,
        r#"{"f":0.123456789,"d":0.12345678901234567890123}"#,
        r#"{"f":16777217,"d":9007199254740993}"#,
        r#"{"f":"0.5","d":"0.12345678901234567890123"}"#,
    ];
    let columns = r#"{"name": "f", "type": "float"}, {"name": "d", "type": "double"}"#;
    let file = convert(&lines.join("\n"), declared(columns)).expect("a file");
    assert_eq!(file.report.alterations, alterations!(rounded: 5, parsed_texts: 1));
    // Declared is consent: strict mode has nothing against it.
    let strict = convert(&lines.join("\n"), declared(columns).strict(true)).expect("taken");
    assert_eq!(strict.rows(), file.rows());
}

#[test]
fn other_types_are_read_from_their_spelling() {
    is_taken("bool", "\"true\"", Value::Bool(true));
    is_taken("bool", "\"false\"", Value::Bool(false));
    for json in ["\"True\"", "\"1\"", "1", "\"yes\"", "\" true\""] {
        is_beside("bool", json);
    }
    is_taken("bytes(base64)", "\"AP8=\"", Value::Bytes(&[0, 255]));
    is_taken("bytes(hex)", "\"00fF\"", Value::Bytes(&[0, 255]));
    is_taken("bytes(hex)", "\"\"", Value::Bytes(&[]));
    for (ty, json) in [
        ("bytes(base64)", "\"AP8\""),
        ("bytes(base64)", "\"AP9=\""),
        ("bytes(hex)", "\"0\""),
        ("bytes(hex)", "\"0g\""),
        ("bytes", "\"AP8=\""),
        ("date", "\"28.11.2026\""),
        ("date", "20785"),
    ] {
        is_beside(ty, json);
    }
    is_taken(
        "list<int64>",
        r#"["1",2.0,null]"#,
        Value::List(&[Value::I64(1), Value::I64(2), Value::Null]),
    );
    is_taken(
        "list<bytes(hex)>",
        r#"["ff",""]"#,
        Value::List(&[Value::Bytes(&[255]), Value::Bytes(&[])]),
    );
    is_taken(
        "list<bool>",
        r#"["true",false]"#,
        Value::List(&[Value::Bool(true), Value::Bool(false)]),
    );
}

#[test]
fn settled_columns_keep_their_rules() {
    let lines = "{\"i\":1,\"d\":0.5,\"b\":true}\n".repeat(20)
        + r#"{"i":"2","d":"0.25","b":"true"}"#
        + "\n"
        + r#"{"i":3.0,"d":0.12345678901234567890123}"#;
    each(|options| {
        let file = convert(&lines, options.settling_rows(5)).expect("a file");
        let expected = [
            row(&[
                ("i__text", Value::Text("2")),
                ("d__text", Value::Text("0.25")),
                ("b__text", Value::Text("true")),
            ]),
            row(&[
                ("i__text", Value::Text("3.0")),
                ("d__text", Value::Text("0.12345678901234567890123")),
            ]),
        ];
        assert_eq!(file.rows()[20..], expected);
    });
}

/// Values of rows that are no JSON have the same spellings.
#[test]
fn values_of_rows_are_read_as_those_of_lines() {
    each(|options| {
        let schema = r#"{"columns": [{"name": "i", "type": "int64"}, {"name": "f", "type": "float"},
            {"name": "b", "type": "bytes(hex)"}, {"name": "j", "type": "json"}]}"#;
        let schema = DeclaredSchema::from_json(schema).expect("a schema");
        let file = written(options.schema(schema), |writer| {
            let row = [
                ("i", Value::F64(3.0)),
                ("f", Value::F64(0.1)),
                ("b", Value::Text("0a")),
                ("j", Value::Text("a\"b")),
            ];
            writer.write_row(row).expect("taken");
        });
        let expected = row(&[
            ("i", Value::I64(3)),
            ("f", Value::F32(0.1)),
            ("b", Value::Bytes(&[10])),
            ("j", Value::Text(r#""a\"b""#)),
        ]);
        assert_eq!(file.rows(), [expected]);
    });
}

#[test]
fn json_columns_keep_the_text_of_any_value() {
    let values = [
        r#"{"b":1.50,"a":[ ],"b":2}"#,
        "[1, {\"x\":null}]",
        "1.50",
        "-0",
        "1e400",
        "123456789012345678901234567890",
        "true",
        r#""caf\u00e9\n""#,
        "{}",
    ];
    let lines: String =
        values.iter().map(|json| format!("{{\"at\": 1, \"j\" : {json} }}\n")).collect();
    each(|options| {
        for name in ["j", "o.j"] {
            let nested = |line: &str| match name {
                "j" => line.to_owned(),
                _ => line.replace("\"j\" :", "\"o\": {\"j\" :") + "}",
            };
            let lines: Vec<String> = lines.lines().map(nested).collect();
            let schema = format!(r#"{{"columns": [{{"name": "{name}", "type": "json"}}]}}"#);
            let options =
                options.clone().schema(DeclaredSchema::from_json(&schema).expect("a schema"));
            let text = lines.join("\n") + "\n{\"j\":null}\n";
            let file = convert(&text, options.clone()).expect("a file");
            let rows = file.rows();
            for (row, json) in rows.iter().zip(values) {
                assert_eq!(row.get(name), Some(&Cell::Text(json.to_owned())), "{name}");
            }
            assert_eq!(rows[values.len()].get(name), None);
            assert_eq!(file.report.alterations, alterations!());
            assert_eq!(file.report.files[0].columns[0].ty, "json");
            let strict = convert(&text, options.strict(true)).expect("taken");
            assert_eq!(strict.rows(), rows);
        }
    });
    // What comes twice is beside, as of any column; the careful reader keeps the same text.
    let schema = || declared(r#"{"name": "j", "type": "json"}"#);
    let twice = convert(r#"{"j":{"a":1},"j":{"a":2}}"#, schema()).expect("a file");
    let rest = ("_rest", Value::Text(r#"{"j":{"a":2}}"#));
    assert_eq!(twice.rows(), [row(&[("j", Value::Text(r#"{"a":1}"#)), rest])]);
    assert_eq!(twice.report.alterations, alterations!(duplicates: 1));
}

#[test]
fn schemas_with_spellings_read_back_from_their_json() {
    let json = r#"{"columns": [{"name": "a", "type": "bytes(hex)"}, {"name": "b", "type": "timestamp", "unit": "ns", "input": "epoch_s"},
        {"name": "c", "type": "list<bytes(base64)>"}, {"name": "d", "type": "timestamp(ms)", "input": "%s"}]}"#;
    let schema = DeclaredSchema::from_json(json).expect("a schema");
    let again = schema.to_json();
    let expected = r#"{"columns":[{"name":"a","type":"bytes","input":"hex"},{"name":"b","type":"timestamp(ns)","input":"epoch_s"},{"name":"c","type":"list<bytes>","input":"base64"},{"name":"d","type":"timestamp(ms)","input":"%s"}]}"#;
    assert_eq!(again, expected);
    assert_eq!(DeclaredSchema::from_json(&again).expect("a schema"), schema);
    for (column, why) in [
        (r#""type": "int64", "unit": "us""#, "a unit is for the type"),
        (r#""type": "timestamp", "unit": "s""#, "timestamp(s)"),
        (r#""type": "timestamp", "input": "epoch""#, "unknown input"),
        (r#""type": "timestamp", "input": "hex""#, "not read from input"),
        (r#""type": "bytes(hex)", "input": "base64""#, "different things"),
        (r#""type": "int64", "input": "epoch_s""#, "not read from input"),
        (r#""type": "timestamp", "input": "%H:%M""#, "no moment"),
        (
            r#""type": "bytes", "inputs": "hex""#,
            "column \"a\" has a member \"inputs\" (did you mean \"input\"?): its members are name, type",
        ),
    ] {
        let json = format!(r#"{{"columns": [{{"name": "a", {column}}}]}}"#);
        let error = DeclaredSchema::from_json(&json).expect_err(column);
        assert_eq!(error.kind(), ErrorKind::Options);
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn what_is_wrong_with_a_schema_is_told_by_column_and_member() {
    for (json, told) in [
        ("[]", &["the schema is a list: it has to be {\"columns\""][..]),
        ("{\"colums\": []}", &["\"colums\" (did you mean \"columns\"?)", "has no columns"]),
        (r#"{"columns": {"a": "int64"}}"#, &["\"columns\" is an object: it has to be a list"]),
        (
            r#"{"columns": [], "unknown_columns": "drop"}"#,
            &["\"drop\": it has to be \"add\", \"rest\""],
        ),
        (
            r#"{"columns": ["a", {"name": "b", "type": {}}, {"type": "text"}, {"name": "c", "type": "int"},
                {"name": "d", "type": "text", "path": "x", "field_id": 1.5, "settled": 1, "comment": null}]}"#,
            &[
                "column 1 of the schema is text: it has to be {\"name\"",
                "\ncolumn \"b\": its \"type\" is {}: it has to be text",
                "\ncolumn 3 of the schema: its \"name\" is missing",
                "\ncolumn \"c\": ",
                "\ncolumn \"d\": its \"path\" is \"x\": it has to be a list of names",
                "\ncolumn \"d\": its \"field_id\" is 1.5: it has to be an integer of 32 bits",
                "\ncolumn \"d\": its \"settled\" is 1: it has to be true or false",
            ],
        ),
        ("{\"columns\": [}", &["the schema is no JSON", "line 1 column 14"]),
    ] {
        let error = DeclaredSchema::from_json(json).expect_err(json).to_string();
        for part in told {
            assert!(error.contains(part), "{part:?} is not in {error:?}");
        }
        assert!(!error.contains("invalid type") && !error.contains("comment"), "{error}");
    }
}
