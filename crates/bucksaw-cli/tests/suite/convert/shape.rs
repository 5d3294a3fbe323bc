//! The options that say how lines become rows.

use serde_json::json;

use crate::support::{Folder, Run};

const SCHEMA: &str = r#"{"columns": [
    {"name": "when", "type": "timestamp"}, {"name": "n", "type": "int64"},
    {"name": "d", "type": "double"}, {"name": "never", "type": "bool"}
]}"#;

#[test]
fn a_schema_gives_columns_their_order_and_type() {
    let folder = Folder::new();
    folder.write("schema.json", SCHEMA);
    let lines = "{\"d\":2,\"n\":\"12\",\"more\":true,\"when\":\"2024-01-02T03:04:05.000006Z\"}\n";
    let rows = folder.rows_of(lines, "--schema schema.json");
    let micros = 1_704_164_645_000_006_i64;
    assert_eq!(rows, [json!({"when": {"micros": micros}, "n": 12, "d": 2.0, "more": true})]);
    assert_eq!(folder.columns("out.parquet"), ["when", "n", "d", "never", "more"]);
    let rows = folder.rows_of("{\"n\":\"12\"}\n", "--schema schema.json --no-int64-from-text");
    assert_eq!(rows, [json!({"n__text": "12"})]);
}

#[test]
fn unknown_columns_are_refused() {
    let folder = Folder::new();
    folder.write("open.json", SCHEMA);
    folder.write("closed.json", SCHEMA.replace("]}", "], \"unknown_columns\": \"refuse\"}"));
    folder.write("in.ndjson", "{\"n\":1}\n{\"n\":2,\"more\":true}\n");
    for options in ["--schema open.json --unknown-columns refuse", "--schema closed.json"] {
        let run = folder.run(&format!("convert in.ndjson -o out.parquet {options}"));
        run.expect_code(3).expect_told(&["in.ndjson: line 2", "column \"more\"", "declare it"]);
        assert!(!folder.path("out.parquet").exists());
    }
    let run = folder.run("convert in.ndjson -o out.parquet --unknown-columns refuse");
    run.expect_code(2).expect_told(&["--schema"]);
}

#[test]
fn a_bad_schema_file_is_named() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{}\n");
    let cases = [
        (r#"{"columns": [{"name": "a", "type": "int63"}]}"#, "int63"),
        (r#"{"columns": [{"name": "a", "type": "bool"}, {"name": "A", "type": "bool"}]}"#, "twice"),
        ("nonsense", "line 1"),
    ];
    for (schema, told) in cases {
        folder.write("schema.json", schema);
        let run = folder.run("convert in.ndjson -o out.parquet --schema schema.json");
        run.expect_code(2).expect_told(&["schema.json", told]);
    }
    let run = folder.run("convert in.ndjson -o out.parquet --schema missing.json");
    run.expect_code(1).expect_told(&["missing.json"]);
}

#[test]
fn strict_mode_refuses_what_can_not_be_stored_as_it_came() {
    let folder = Folder::new();
    let cases = [
        ("{\"a\":1}\n{\"a\":true}\n", "column \"a\""),
        ("{\"a\":1}\n{\"a\":1,\"a\":2}\n", "twice"),
        ("{\"a\":1}\n{\"A\":1}\n", "case"),
        ("{\"a\":1}\n{\"a\":123456789012345678901234567890}\n", "column \"a\""),
    ];
    for (lines, told) in cases {
        assert_eq!(folder.rows_of(lines, "").len(), 2);
        let run = folder.run("convert in.ndjson -o strict.parquet --strict");
        run.expect_code(3).expect_told(&["in.ndjson: line 2", told]);
    }
    assert_eq!(folder.rows_of("{\"a\":1.5}\n{\"a\":1}\n", "--strict").len(), 2);
}

#[test]
fn prefixes_make_text() {
    let folder = Folder::new();
    let line = "{\"attr_code\":200,\"resource_up\":true,\"my_code\":1.50,\"code\":7}\n";
    let telemetry = json!({"attr_code": "200", "resource_up": "true", "my_code": 1.5, "code": 7});
    assert_eq!(folder.rows_of(line, "--string-prefixes telemetry"), [telemetry]);
    let listed = json!({"attr_code": 200, "resource_up": "true", "my_code": "1.50", "code": 7});
    assert_eq!(folder.rows_of(line, "--string-prefixes my_,res"), [listed]);
    let plain = json!({"attr_code": 200, "resource_up": true, "my_code": 1.5, "code": 7});
    assert_eq!(folder.rows_of(line, ""), std::slice::from_ref(&plain));
    assert_eq!(folder.rows_of(line, "--string-prefixes none"), [plain]);
}

#[test]
fn nested_objects_become_columns_or_json() {
    let folder = Folder::new();
    let line = "{\"http\":{\"status\":200,\"h\":{\"x\":[1,2]}},\"e\":{}}\n";
    let flat = json!({"http_status": 200, "http_h_x": "[1,2]", "e": "{}"});
    assert_eq!(folder.rows_of(line, ""), [flat]);
    let dotted = json!({"http.status": 200, "http.h.x": "[1,2]", "e": "{}"});
    assert_eq!(folder.rows_of(line, "--names dotted"), [dotted]);
    let json_text = json!({"http": "{\"status\":200,\"h\":{\"x\":[1,2]}}", "e": "{}"});
    assert_eq!(folder.rows_of(line, "--nested json"), [json_text]);
    let shallow = json!({"http_status": 200, "http_h": "{\"x\":[1,2]}", "e": "{}"});
    assert_eq!(folder.rows_of(line, "--max-depth 2"), [shallow]);
}

#[test]
fn columns_beyond_the_limit_are_kept_together() {
    let folder = Folder::new();
    let lines = "{\"a\":1,\"b\":2,\"c\":3,\"d\":\"x\"}\n{\"b\":4}\n";
    let rows = folder.rows_of(lines, "--max-columns 2");
    assert_eq!(rows, [json!({"a": 1, "b": 2, "_rest": "{\"c\":3,\"d\":\"x\"}"}), json!({"b": 4})]);
}

#[test]
fn columns_that_the_memory_limit_does_not_carry_are_told_with_one_that_does() {
    let folder = Folder::new();
    let members: Vec<String> = (0..200).map(|column| format!("\"c{column}\":{column}")).collect();
    folder.write("in.ndjson", format!("{{{}}}\n", members.join(",")));
    let command = "convert in.ndjson -o out.parquet --overwrite --quiet --json --memory-limit";
    let run = folder.run(&format!("{command} 8MiB")).expect_code(0);
    let told = "64 columns went into _rest: this --memory-limit carries 136 columns; --memory-limit 10MiB or more carries them\n";
    assert_eq!(run.stderr, told);
    let of_report = |run: &Run| run.json()["reports"][0]["columns_in_rest"].clone();
    let told = json!({"columns": 64, "carried": 136, "memory_limit": 10 << 20});
    assert_eq!(of_report(&run), told);
    let run = folder.run(&format!("{command} 10MiB")).expect_code(0);
    assert_eq!((run.stderr.as_str(), of_report(&run)), ("", json!(null)));
}

#[test]
fn a_late_column_is_named_with_what_to_do() {
    let folder = Folder::new();
    // Columns are known as soon as their lines are read, which is some hundred KiB at a time.
    let lines = format!("{{\"n\":1,\"x\":\"{}\"}}\n", "x".repeat(1_000)).repeat(2_000);
    let lines = lines + "{\"n\":1,\"latecomer\":true}\n";
    folder.write("in.ndjson", &lines);
    let run = folder.run(
        "convert in.ndjson -o out.parquet --backend arrow --chunk-rows 400 --settling-rows 400",
    );
    run.expect_code(1).expect_told(&["\"latecomer\"", "schema", "chunk rows"]);
    assert_eq!(folder.names(), ["in.ndjson"]);
    // All ways out work.
    let rows = folder.rows_of(&lines, "--backend direct --row-group-rows 400");
    assert_eq!(rows[2_000], json!({"n": 1, "latecomer": true}));
    assert_eq!(
        folder.rows_of(&lines, "--backend arrow --chunk-rows 2001 --settling-rows 400").len(),
        2_001
    );
    folder.write("schema.json", r#"{"columns": [{"name": "latecomer", "type": "bool"}]}"#);
    let rows = folder.rows_of(
        &lines,
        "--backend arrow --chunk-rows 400 --settling-rows 400 --schema schema.json",
    );
    assert_eq!(rows[2_000], json!({"n": 1, "latecomer": true}));
}

#[test]
fn columns_of_times_are_declared_by_a_word() {
    let folder = Folder::new();
    let lines = "{\"msec\":1767322800.742,\"at\":\"02/Jan/2026:04:00:00\",\"n\":1}\n";
    let options = "--time msec:epoch_s --time at:%d/%b/%Y:%H:%M:%S --assume-timezone Europe/Berlin";
    let rows = folder.rows_of(lines, options);
    let (msec, at) = (1_767_322_800_742_000_i64, 1_767_322_800_000_000_i64);
    assert_eq!(rows, [json!({"msec": {"micros": msec}, "at": {"micros": at}, "n": 1})]);
    folder.write("in.ndjson", lines);
    let run = folder.run("convert in.ndjson -o told.parquet --time msec:epoch_s --time more");
    let range = "msec 2026-01-02T03:00:00.742Z to 2026-01-02T03:00:00.742Z";
    run.expect_code(0).expect_told(&[range, "no row had a column \"more\", which --time names"]);
    let cases = [
        ("--time n:epoch_years", "unknown input"),
        ("--time at:%d/%b/%Y:%H:%M:%S", "--assume-timezone"),
        ("--time at --assume-timezone Berlin", "no time zone \"Berlin\""),
        ("--time n:epoch_s --schema schema.json", "declared as int64"),
    ];
    folder.write("schema.json", SCHEMA);
    for (options, told) in cases {
        let run = folder.run(&format!("convert in.ndjson -o none.parquet {options}"));
        run.expect_code(2).expect_told(&[told]);
        assert!(!folder.path("none.parquet").exists());
    }
}

#[test]
fn an_object_whose_names_are_data_stays_in_one_column() {
    let folder = Folder::new();
    let headers = r#"{ "x-id":"r0", "accept": [1.50] }"#;
    let lines = format!(
        "{{\"req\":{{\"headers\":{headers},\"m\":\"GET\"}},\"a/b\":{{\"c\":1}}}}\n{{\"req\":{{\"headers\":\"none\"}}}}\n"
    );
    let options = "--json-column /req/headers --json-column /a~1b --json-column /more";
    let rows = folder.rows_of(&lines, options);
    let expected = [
        json!({"req_headers": headers, "req_m": "GET", "a_b": "{\"c\":1}"}),
        json!({"req_headers": "\"none\""}),
    ];
    assert_eq!(rows, expected);
    let back = folder.run("cat out.parquet");
    let json = |lines: &str| -> Vec<serde_json::Value> {
        lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    assert_eq!(json(&String::from_utf8_lossy(&back.stdout)), json(&lines));
    let run = folder.run(&format!("convert in.ndjson -o told.parquet {options}"));
    run.expect_code(0).expect_told(&["no row had a column \"more\", which --json-column names"]);
    let run = folder.run("convert in.ndjson -o none.parquet --json-column req");
    run.expect_code(2).expect_told(&["begins with a slash"]);
    folder.write("schema.json", SCHEMA);
    let run = folder.run("convert in.ndjson -o none.parquet --schema schema.json --json-column /n");
    run.expect_code(2).expect_told(&["declared as int64"]);
}

#[test]
fn declared_columns_are_renamed_and_dropped_as_others_are() {
    let folder = Folder::new();
    folder.write("schema.json", SCHEMA);
    let lines = "{\"msec\":1,\"n\":\"2\",\"h\":{\"a\":1},\"d\":0.5}\n";
    let options = "--schema schema.json --time msec:epoch_s --rename msec=at --json-column /h";
    let rows = folder.rows_of(lines, &format!("{options} --select n,msec"));
    assert_eq!(rows, [json!({"n": 2, "at": {"micros": 1_000_000}})]);
    assert_eq!(folder.columns("out.parquet"), ["n", "at"]);
    let rows = folder.rows_of(lines, &format!("{options} --drop h,n,when"));
    assert_eq!(rows, [json!({"d": 0.5, "at": {"micros": 1_000_000}})]);
    assert_eq!(folder.columns("out.parquet"), ["d", "never", "at"]);
}
