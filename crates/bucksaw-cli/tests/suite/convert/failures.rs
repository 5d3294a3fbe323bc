//! What `--json` prints where a run fails, and selections that select nothing.

use serde_json::{Value, json};

use crate::support::Folder;

#[test]
fn errors_are_json_where_the_report_would_be() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{\"n\":1}\n{\"n\":\n");
    folder.write("s.json", r#"{"columns": [{"name": "n", "type": "integer"}]}"#);
    let convert = "convert in.ndjson -o out.parquet --json";
    for (command, code, kind, file, position) in [
        (
            convert.to_owned(),
            3,
            "malformed",
            Some("in.ndjson"),
            json!({"line": 2, "line_column": 6, "byte": 13}),
        ),
        (format!("{convert} --schema s.json"), 2, "options", None, json!({})),
        (format!("{convert} --threads x"), 2, "options", None, json!({})),
        ("convert gone -o out.parquet --json".to_owned(), 1, "io", Some("gone"), json!({})),
        ("inspect in.ndjson --json".to_owned(), 3, "invalid_parquet", Some("in.ndjson"), json!({})),
        ("lint in.ndjson --json".to_owned(), 3, "invalid_parquet", Some("in.ndjson"), json!({})),
    ] {
        let run = folder.run(&command).expect_code(code);
        let error: Value = run.json()["error"].clone();
        assert_eq!((&error["kind"], &error["exit_code"]), (&kind.into(), &code.into()), "{error}");
        if file.is_some() {
            assert_eq!(error["file"].as_str(), file, "{error}");
        }
        assert_eq!(error["position"], position, "{command}: {error}");
        let message = error["message"].as_str().expect("a text");
        assert!(run.stderr.contains(message), "{message} is not in {}", run.stderr);
    }
    // Without --json there is none, nor where everything went well.
    assert!(folder.run("convert in.ndjson -o out.parquet").expect_code(3).stdout.is_empty());
    let run = folder.run("convert in.ndjson -o out.parquet --json --on-error skip").expect_code(0);
    assert!(run.json().get("error").is_none());
}

#[test]
fn a_selection_of_nothing_is_an_error() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{\"a\":1,\"http\":{\"status\":200}}\n");
    folder.write("empty.ndjson", "");
    let convert = |rest: &str| folder.run(&format!("convert in.ndjson -o out.parquet {rest}"));
    let run = convert("--select b,c").expect_code(2);
    run.expect_told(&["no row has any", "--select names: \"b\", \"c\""]);
    let run = convert("--select http.status --drop http").expect_code(2);
    run.expect_told(&["--drop \"http\" leaves nothing of --select \"http.status\""]);
    assert!(!folder.path("out.parquet").exists());
    // Some of them, and hours without rows.
    convert("--select b,a").expect_code(0).expect_told(&["no row had a column \"b\""]);
    folder.run("convert empty.ndjson -o empty.parquet --select b").expect_code(0);
    // No schema that is closed can ever have them.
    folder.write("s.json", r#"{"columns": [{"name": "http_status", "type": "int64"}]}"#);
    for closed in ["rest", "refuse"] {
        let options = format!("--overwrite --schema s.json --unknown-columns {closed}");
        let run = convert(&format!("{options} --select http_status,b")).expect_code(2);
        run.expect_told(&["the selection names \"b\", which is no column of the schema"]);
    }
    folder.write(
        "s.json",
        r#"{"columns": [{"name": "status", "type": "int64", "path": ["http", "status"]}]}"#,
    );
    for meant in ["status", "http.status", "http"] {
        let options = "--overwrite --schema s.json --unknown-columns rest";
        convert(&format!("{options} --select {meant}")).expect_code(0);
    }
}

/// The path that a declared column takes is known with the first row only.
#[test]
fn declared_columns_are_selected_and_dropped_by_their_paths_too() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{\"a\":1,\"http\":{\"status\":200}}\n");
    folder.write("s.json", r#"{"columns": [{"name": "http_status", "type": "text"}]}"#);
    let rows = |choice: &str| {
        let options = format!("-o out.parquet --overwrite --schema s.json {choice}");
        folder.run(&format!("convert in.ndjson {options}")).expect_code(0);
        folder.rows("out.parquet")
    };
    for meant in ["http_status", "http.status", "http"] {
        let selected = rows(&format!("--select {meant}"));
        assert_eq!(selected, [json!({"http_status": "200"})], "{meant}");
    }
    for meant in ["http_status", "http.status", "http"] {
        let kept = rows(&format!("--drop {meant}"));
        assert_eq!(kept[0].get("a"), Some(&json!(1)), "{meant}");
        assert!(kept[0].get("http_status").is_none_or(Value::is_null), "{meant}: {kept:?}");
    }
}
