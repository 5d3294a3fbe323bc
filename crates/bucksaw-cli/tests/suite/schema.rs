//! `bucksaw schema`, `--scan`, and one table for all files of a run.

use crate::support::{Folder, wait_until};
use serde_json::{Value, json};

/// The columns of a schema, without comments.
fn columns(schema: &str) -> Vec<Value> {
    let mut schema: Value = serde_json::from_str(schema).expect("JSON");
    let columns = schema["columns"].as_array_mut().expect("columns");
    for column in &mut *columns {
        column.as_object_mut().expect("a column").remove("comment");
    }
    columns.clone()
}

/// Five hours of a service whose fields and types drift.
fn hours(folder: &Folder) {
    for hour in 0..5 {
        let mut lines = String::new();
        for minute in 0..60 {
            let at = format!("2026-11-28T0{hour}:{minute:02}:00Z");
            let line = match hour {
                0 => json!({"time": at, "level": "info", "took": minute}),
                1 => json!({"time": at, "level": "info", "took": f64::from(minute) + 0.5}),
                2 => json!({"time": at, "user": {"id": minute}, "took": null}),
                3 => json!({"time": at, "user": {"id": format!("u{minute}")}, "level": 7}),
                _ => json!({"time": at, "user.id": minute, "big": u64::MAX, "took": "n/a"}),
            };
            lines.push_str(&format!("{line}\n"));
        }
        folder.write(&format!("in/{hour}.ndjson"), lines);
    }
}

#[test]
fn a_schema_holds_all_values_of_all_inputs() {
    let folder = Folder::new();
    hours(&folder);
    let run = folder.run("schema in").expect_code(0).expect_told(&["300 rows read: 6 columns"]);
    let expected = json!([
        {"name": "level", "type": "text"},
        {"name": "time", "type": "timestamp", "settled": true},
        {"name": "took", "type": "text"},
        {"name": "user_id", "type": "text", "path": ["user", "id"]},
        {"name": "big", "type": "decimal(20,0)", "settled": true},
        {"name": "user_id__2", "type": "int64", "path": ["user.id"], "settled": true},
    ]);
    assert_eq!(Value::Array(columns(run.text())), expected);
    assert!(
        run.text().contains(r#""comment":"60 integers, 60 decimals, 60 texts""#),
        "{}",
        run.text()
    );
    // What it prints it takes.
    folder.write("schema.json", run.text());
    folder.run("convert in -o out/ --schema schema.json --unknown-columns refuse").expect_code(0);
    let names = folder.columns("out/0.parquet");
    for hour in 1..5 {
        assert_eq!(folder.columns(&format!("out/{hour}.parquet")), names, "hour {hour}");
    }
}

#[test]
fn the_first_value_that_does_not_fit_is_told() {
    let folder = Folder::new();
    let lines: String =
        (0..100)
            .map(|at| {
                if at == 42 { "{\"a\":\"n/a\"}\n".to_owned() } else { format!("{{\"a\":{at}}}\n") }
            })
            .collect();
    folder.write("in.ndjson", lines);
    let run = folder.run("schema in.ndjson").expect_code(0);
    let told =
        "99 integers, 1 text; the first that is no int64 is in line 43 of in.ndjson: \\\"n/a\\\"";
    assert!(run.text().contains(told), "{}", run.text());
    assert_eq!(
        columns(run.text())[1],
        json!({"name": "a__text", "type": "text", "sibling_of": "a"})
    );
}

#[test]
fn a_sample_is_a_part_of_each_input() {
    let folder = Folder::new();
    let lines = |name: &str| format!("{{\"{name}\":1}}\n").repeat(400_000);
    folder.write("big.ndjson", lines("big"));
    folder.write("small.ndjson", "{\"small\":1}\n");
    let run = folder.run("schema big.ndjson small.ndjson --sample 100KiB").expect_code(0);
    let names: Vec<_> = columns(run.text()).iter().map(|column| column["name"].clone()).collect();
    assert_eq!(names, ["big", "small"]);
    let told = run.stderr.split_whitespace().next().expect("a number").replace(',', "");
    let rows: u32 = told.parse().expect("a number");
    assert!((5_000..399_000).contains(&rows), "{rows}");
}

#[test]
fn all_files_of_a_run_have_one_type_for_a_column() {
    let folder = Folder::new();
    hours(&folder);
    folder.run("convert in -o out/").expect_code(0);
    let types = |hour: u32, column: &str| {
        let footer = folder.footer(&format!("out/{hour}.parquet"));
        let schema = footer.file_metadata().schema_descr();
        let found = schema.columns().iter().find(|found| found.name() == column);
        found.map(|column| column.physical_type().to_string())
    };
    // The first hour says what it is; the halves of the second are beside it.
    assert_eq!(types(0, "took").as_deref(), Some("INT64"));
    assert_eq!(types(1, "took__text").as_deref(), Some("BYTE_ARRAY"));
    // What each file's report counts is of that file alone.
    let run = folder.run("convert in -o again/ --json").expect_code(0);
    let report: Value = serde_json::from_slice(&run.stdout).expect("JSON");
    let reports = report["reports"].as_array().expect("reports");
    let conflicts: Vec<_> =
        reports.iter().map(|report| &report["alterations"]["conflicts"]).collect();
    assert_eq!(conflicts, [0, 60, 0, 60, 60].map(|count| json!(count)).each_ref());
    let renamed: Vec<_> = reports.iter().filter(|report| report["renamed"] != json!([])).collect();
    assert_eq!(renamed.len(), 1);
}

#[test]
fn a_scan_gives_all_files_the_same_columns() {
    let folder = Folder::new();
    hours(&folder);
    folder.run("convert in -o out/ --scan").expect_code(0);
    let names = ["level", "time", "took", "user_id", "big", "user_id__2"];
    for hour in 0..5 {
        assert_eq!(folder.columns(&format!("out/{hour}.parquet")), names, "hour {hour}");
    }
    let rows = folder.rows("out/3.parquet");
    assert_eq!((&rows[1]["user_id"], &rows[1]["level"]), (&json!("u1"), &json!("7")));
    // What a schema says stays.
    folder.write("schema.json", r#"{"columns": [{"name": "took", "type": "double"}]}"#);
    folder.run("convert in -o typed/ --scan --schema schema.json").expect_code(0);
    assert_eq!(folder.columns("typed/0.parquet")[0], "took");
    assert_eq!(folder.rows("typed/4.parquet")[0]["took__text"], json!("n/a"));
    let run = folder.run_with("convert - -o out.parquet --scan", "{\"a\":1}\n");
    run.expect_code(2).expect_told(&["--scan reads inputs twice", "standard input"]);
}

/// A type that was found takes values of it, and not what only spells one: so rows come back as they were.
#[test]
fn a_scan_changes_no_value() {
    let folder = Folder::new();
    let usual = "{\"n\":1,\"d\":0.5,\"b\":true,\"a\":[1]}\n".repeat(20);
    let others = r#"{"n":"17","d":0.12345678901234567890123,"b":"true","a":["1"]}"#;
    folder.write("in.ndjson", usual + others + "\n");
    folder.write("schema.json", folder.run("schema in.ndjson --arrays list").text());
    for options in ["--scan", "--schema-state state.json", "--schema schema.json"] {
        folder
            .run(&format!("convert in.ndjson -o out.parquet --overwrite --arrays list {options}"));
        let run = folder.run("cat out.parquet");
        let last = run.text().lines().last().expect("rows");
        assert_eq!(last, others, "{options}");
    }
    // Whoever declares the columns has other spellings read.
    let chosen = folder.text("schema.json").replace(",\"settled\":true", "");
    folder.write("schema.json", chosen);
    folder.run("convert in.ndjson -o out.parquet --overwrite --schema schema.json").expect_code(0);
    let rows = folder.rows("out.parquet");
    assert_eq!((&rows[20]["n"], &rows[20]["b"]), (&json!(17), &json!(true)));
}

#[test]
fn runs_have_a_schema_in_common() {
    let folder = Folder::new();
    folder.write("1.ndjson", "{\"a\":1,\"http\":{\"status\":200}}\n");
    folder.write("2.ndjson", "{\"a\":0.5,\"b\":\"x\"}\n");
    for number in [1, 2] {
        let convert =
            format!("convert {number}.ndjson -o {number}.parquet --schema-state state.json");
        folder.run(&convert).expect_code(0);
    }
    let expected = json!([
        {"name": "a", "type": "int64", "settled": true},
        {"name": "http_status", "type": "int64", "path": ["http", "status"], "settled": true},
        {"name": "a__text", "type": "text", "sibling_of": "a"},
        {"name": "b", "type": "text"},
    ]);
    let mut known = columns(&folder.text("state.json"));
    known.sort_by_key(|column| column["name"] == "b");
    assert_eq!(known.len(), 4);
    for column in expected.as_array().expect("columns") {
        assert!(known.contains(column), "{column} is not in {known:?}");
    }
    assert_eq!(folder.rows("2.parquet"), [json!({"a__text": "0.5", "b": "x"})]);
    // A run whose schema says otherwise is refused before anything is written.
    folder.write("schema.json", r#"{"columns": [{"name": "a", "type": "text"}]}"#);
    let run =
        folder.run("convert 1.ndjson -o 3.parquet --schema-state state.json --schema schema.json");
    run.expect_code(2).expect_told(&["column \"a\"", "text here and int64 there", "do not agree"]);
    // Many at once lose nothing.
    let children: Vec<_> = (0..8)
        .map(|number| {
            folder.write(&format!("in{number}.ndjson"), format!("{{\"a\":1,\"c{number}\":1}}\n"));
            folder.start(&format!(
                "convert in{number}.ndjson -o out{number}.parquet --schema-state state.json"
            ))
        })
        .collect();
    for mut child in children {
        assert!(child.wait().expect("ends").success());
    }
    assert_eq!(columns(&folder.text("state.json")).len(), 4 + 8);
    let left: Vec<String> =
        folder.names().into_iter().filter(|name| name.starts_with("state.json")).collect();
    assert_eq!(left, ["state.json"], "no lock stays");
}

/// Others need not wait for a run's end to know what it found.
#[test]
fn a_run_tells_its_schema_while_it_goes_on() {
    use std::io::Write as _;
    use std::process::Stdio;

    let folder = Folder::new();
    let convert = "convert - -o long.parquet --schema-state state.json --memory-limit 8MiB";
    let mut long = folder.command(convert).stdin(Stdio::piped()).spawn().expect("starts");
    let mut input = long.stdin.take().expect("a pipe");
    input.write_all("{\"n\":1,\"m\":true}\n".repeat(400_000).as_bytes()).expect("read");
    wait_until("the state is there", || folder.path("state.json").exists());
    folder.write("in.ndjson", "{\"n\":\"x\"}\n");
    folder.run("convert in.ndjson -o short.parquet --schema-state state.json").expect_code(0);
    assert_eq!(folder.rows("short.parquet"), [json!({"n__text": "x"})]);
    input.write_all(b"{\"n\":\"y\",\"m\":null}\n").expect("read");
    drop(input);
    assert!(long.wait().expect("ends").success());
    assert_eq!(folder.rows("long.parquet").last(), Some(&json!({"n__text": "y"})));
}

#[test]
fn the_schema_file_of_a_parquet_file_makes_the_same_columns() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{\"n\":1,\"http\":{\"status\":200}}\n{\"n\":\"x\",\"t\":\"2026-11-28T07:05:09.1234567Z\"}\n");
    folder.run("convert in.ndjson -o first.parquet --settling-rows 1").expect_code(0);
    let run = folder.run("inspect first.parquet --schema").expect_code(0);
    assert_eq!(run.stderr, "");
    folder.write("schema.json", run.text());
    folder.write("other.ndjson", "{\"n\":\"y\",\"other\":1}\n");
    let command =
        "convert other.ndjson -o second.parquet --schema schema.json --unknown-columns rest";
    folder.run(command).expect_code(0);
    let mut columns = folder.columns("first.parquet");
    columns.push("_rest".to_owned());
    assert_eq!(folder.columns("second.parquet"), columns);
    folder.run("inspect first.parquet --schema --rows 1").expect_code(2);
}

#[test]
fn a_scan_calls_columns_as_they_are_renamed() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{\"http\":{\"status\":1},\"a.b\":2,\"a\":{\"b\":3}}\n");
    let renaming = "--rename http.status=status";
    let run = folder.run(&format!("schema in.ndjson {renaming}")).expect_code(0);
    let names: Vec<_> = columns(run.text()).iter().map(|column| column["name"].clone()).collect();
    assert_eq!(names, ["status", "a_b__2", "a_b"]);
    folder.run(&format!("convert in.ndjson -o out.parquet --scan {renaming}")).expect_code(0);
    assert_eq!(folder.columns("out.parquet"), ["status", "a_b__2", "a_b"]);
}

#[test]
fn why_lines_are_rejected_is_told() {
    let folder = Folder::new();
    folder.write("bad.ndjson", "no\n{\"a\":\n");
    folder.run("schema bad.ndjson").expect_code(3).expect_told(&[
        "all 2 lines were rejected; nothing is left to tell columns by. The first:",
        "bad.ndjson: line 1, column 1 (byte 0): expected an object",
        "bad.ndjson: line 2, column 6 (byte 8):",
    ]);
    folder.write("some.ndjson", "{\"a\":1}\nno\n");
    let told = "1 line rejected, and not looked at. The first: some.ndjson: line 2, column 1";
    folder.run("schema some.ndjson").expect_code(0).expect_told(&[told]);
}

/// A file for each of many sources has little of a sample.
#[test]
fn a_sample_is_little_more_than_was_asked_for() {
    let folder = Folder::new();
    let lines: String = (0..100_000).map(|id| format!("{{\"id\":{id}}}\n")).collect();
    folder.write("in.ndjson", &lines);
    for (sample, most) in [(1_000, 8_000), (100_000, 12_000), (700_000, 60_000)] {
        let run = folder.run(&format!("schema in.ndjson --sample {sample}")).expect_code(0);
        let rows = run.stderr.split(" rows read").next().expect("rows").replace(',', "");
        let rows: usize = rows.parse().expect("a number");
        let wanted = lines[..sample].lines().count();
        assert!((wanted..=most).contains(&rows), "{sample}: {rows}, of {wanted}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_schema_may_come_from_a_pipe() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{\"a\":1}\n");
    let schema = r#"{"columns":[{"name":"a","type":"text"}]}"#;
    for command in [
        "convert in.ndjson -o out.parquet --schema /dev/stdin",
        "schema in.ndjson --schema /dev/stdin",
    ] {
        folder.run_with(command, schema).expect_code(0);
    }
    assert_eq!(folder.rows("out.parquet"), [json!({"a": "1"})]);
}
