//! JSON documents as the command reads them.

use serde_json::json;

use crate::support::Folder;

const ARRAY: &str =
    "[\n  {\"level\": \"info\", \"http\": {\"status\": 200}},\n  {\"level\": \"warn\"}\n]\n";

#[test]
fn an_array_becomes_rows() {
    let folder = Folder::new();
    folder.write("in.json", ARRAY);
    let run = folder.run("convert in.json -o out.parquet --source-columns").expect_code(0);
    run.expect_told(&["out.parquet: 2 rows", "\n2 records, "]);
    let rows = [
        json!({"source_file": "in.json", "source_line": 2, "level": "info", "http_status": 200}),
        json!({"source_file": "in.json", "source_line": 3, "level": "warn"}),
    ];
    assert_eq!(folder.rows("out.parquet"), rows);
    let schema = folder.run("schema in.json -q").expect_code(0);
    folder.write("schema.json", schema.text());
    let options = "--schema schema.json --unknown-columns refuse -q";
    folder.run(&format!("convert in.json -o again.parquet {options}")).expect_code(0);
    assert_eq!(folder.rows("again.parquet").len(), 2);
    // Lines of it, piped in, too.
    let run = folder.run_with("convert - -o piped.parquet -q", "{\n}{\"a\":1}");
    run.expect_code(0);
    assert_eq!(folder.rows("piped.parquet"), [json!({}), json!({"a": 1})]);
}

#[test]
fn rejected_elements_are_kept_and_can_be_read_again() {
    let folder = Folder::new();
    folder.write("in.json", "[{\"a\":1},\n{\"a\":\n tru},{\"a\":2},7]");
    let run = folder.run("convert in.json -o out.parquet");
    run.expect_code(3)
        .expect_told(&["in.json: line 3, column 5 (byte 20): expected true", "fix it"]);
    folder.run("convert in.json -o out.parquet --on-error ./bad.json -q").expect_code(0);
    assert_eq!(folder.text("bad.json"), "{\"a\":\n tru}\n7\n");
    let reasons = folder.text("bad.json.reasons.ndjson");
    assert!(
        reasons.lines().all(|line| line.contains("\"source\":\"in.json\",\"line\":3")),
        "{reasons}"
    );
    let run = folder.run("convert bad.json -o bad.parquet --format json --on-error skip");
    run.expect_code(3).expect_told(&["all 2 records were rejected"]);
}

#[test]
fn redacted_values_are_in_no_file() {
    let folder = Folder::new();
    folder.write("in.json", "{\"s\":[{\"of\":{\"user\":\"secret\"},\"r\":[{\"n\":1},{\"n\":\"secret\",}]},{\"of\":{\"user\":\"secret\"},\"r\":[{\"n\":1}]}]}");
    let options = "--records s.r --redact of.user=mask --on-error ./bad -q";
    folder.run(&format!("convert in.json -o out.parquet {options}")).expect_code(0);
    assert_eq!(folder.rows("out.parquet"), [json!({"n": 1, "of_user": "***"})]);
    for name in ["out.parquet", "bad", "bad.reasons.ndjson"] {
        assert!(!folder.read(name).windows(6).any(|bytes| bytes == b"secret"), "{name}");
    }
}

#[test]
fn records_inside_of_envelopes_are_found_by_their_path() {
    let folder = Folder::new();
    folder.write("trail.json", "{\"Records\":[{\"eventName\":\"a\"},{\"eventName\":\"b\"}]}");
    let run = folder.run("convert trail.json -o out.parquet --records Records").expect_code(0);
    assert!(!run.stderr.contains("--envelope"), "{}", run.stderr);
    assert_eq!(folder.rows("out.parquet").len(), 2);
    // Their case matters; also within elements.
    let run = folder.run("convert trail.json -o no.parquet --records records").expect_code(3);
    run.expect_told(&["no member that leads to records, but \"Records\": case matters"]);
    folder.write("deep.json", "[{\"Data\":{\"items\":[]}},{\"data\":{\"Items\":[]}}]");
    let run = folder.run("convert deep.json -o no.parquet --records data.items --on-error skip");
    run.expect_told(&["no member that leads to records, but \"Data\""]);
    folder.write("cw.json", "{\"logGroup\":\"g\",\"logEvents\":[{\"id\":\"1\"}],\"n\":1}");
    let options = "-o out.parquet --overwrite --records /logEvents";
    let run = folder.run(&format!("convert cw.json {options}")).expect_code(0);
    run.expect_told(&["2 members around the records are in no row; --envelope keeps those before"]);
    let run = folder.run(&format!("convert cw.json {options} --envelope")).expect_code(0);
    run.expect_told(&["1 member around the records is in no row"]);
    assert_eq!(folder.rows("out.parquet"), [json!({"id": "1", "logGroup": "g"})]);
    let loki = r#"{"streams":[{"stream":{"app":"x"},"values":[["1700000000000000000","up"]]}]}"#;
    folder.write("loki.json", loki);
    folder.run("convert loki.json -o loki.parquet -q --records streams.values").expect_code(0);
    let cat = folder.run("cat loki.parquet").expect_code(0);
    let row: serde_json::Value = serde_json::from_str(cat.text()).expect("JSON");
    assert_eq!(row, json!({"time": "1700000000000000000", "line": "up", "stream": {"app": "x"}}));
    for (options, told) in [
        ("--envelope", "--records"),
        ("--records a..b", "JSON Pointer"),
        ("--record-fields a,a", "two fields of records are called \"a\""),
    ] {
        folder
            .run(&format!("convert cw.json -o x.parquet {options}"))
            .expect_code(2)
            .expect_told(&[told]);
    }
}

#[test]
fn a_document_that_was_cut_keeps_what_came_before() {
    let folder = Folder::new();
    folder.write("in.json", &ARRAY[..ARRAY.len() - 10]);
    let run = folder.run("convert in.json -o out.parquet");
    run.expect_code(3)
        .expect_told(&["the last element has no end", "reads the whole elements before"]);
    let run = folder.run("convert in.json -o out.parquet --on-error skip").expect_code(0);
    run.expect_told(&["1 row read before it", "1 record rejected"]);
    assert_eq!(folder.rows("out.parquet").len(), 1);
}

#[test]
fn bulk_requests_and_journals_are_recognised() {
    let folder = Folder::new();
    folder.write(
        "bulk.json",
        "{\"index\":{\"_index\":\"i\"}}\n{\"a\":1}\n{\"delete\":{\"_id\":\"7\"}}\n",
    );
    let run = folder.run("convert bulk.json -o out.parquet").expect_code(0);
    run.expect_told(&["1 action that only delete, left out"]);
    assert_eq!(folder.rows("out.parquet"), [json!({"a": 1, "_op_type": "index", "_index": "i"})]);
    folder.write(
        "journal.log",
        "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1700000000000001\nMESSAGE=up\n\n",
    );
    folder.run("convert journal.log -o journal.parquet -q").expect_code(0);
    let cat = folder.run("cat journal.parquet --columns __REALTIME_TIMESTAMP,MESSAGE");
    let row: serde_json::Value = serde_json::from_str(cat.expect_code(0).text()).expect("JSON");
    assert_eq!(row, json!({"__REALTIME_TIMESTAMP": "1700000000000001", "MESSAGE": "up"}));
}

#[test]
fn text_that_is_an_object_becomes_columns_on_request() {
    let folder = Folder::new();
    let lines = concat!(
        r#"{"log":"{\"level\":\"info\",\"user\":\"secret\"}\n","stream":"stdout"}"#,
        "\n",
        r#"{"log":"plain\n","stream":"stdout"}"#,
        "\n",
    );
    folder.write("docker.log", lines);
    let options = "--parse-json log --redact log.user=mask";
    let run = folder.run(&format!("convert docker.log -o out.parquet {options}")).expect_code(0);
    run.expect_told(&["1 text read as a JSON object, by --parse-json"]);
    let rows = [
        json!({"log_level": "info", "log_user": "***", "stream": "stdout"}),
        json!({"log": "plain\n", "stream": "stdout"}),
    ];
    assert_eq!(folder.rows("out.parquet"), rows);
    assert!(!folder.read("out.parquet").windows(6).any(|bytes| bytes == b"secret"));
    let cat = folder.run("cat out.parquet").expect_code(0);
    let first = cat.text().lines().next().expect("a row");
    let first: serde_json::Value = serde_json::from_str(first).expect("JSON");
    assert_eq!(first, json!({"log": {"level": "info", "user": "***"}, "stream": "stdout"}));
    let schema = folder.run("schema docker.log -q --parse-json log").expect_code(0);
    assert!(schema.text().contains("\"log_level\""), "{}", schema.text());
    // What is refused is kept without what nobody looked into.
    folder.write(
        "s.json",
        "{\"columns\":[{\"name\":\"stream\",\"type\":\"text\"}],\"unknown_columns\":\"refuse\"}",
    );
    let options = format!("{options} --schema s.json --on-error ./bad");
    folder.write("more.log", format!("{lines}{{\"stream\":\"x\"}}\n"));
    folder.run(&format!("convert more.log -o more.parquet -q {options}")).expect_code(0);
    assert!(!folder.text("bad").contains("secret"), "{}", folder.text("bad"));
}
