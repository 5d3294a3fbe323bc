//! `--redact` and `--source-columns`.

use serde_json::json;

use crate::support::Folder;

const LINES: &str = "{\"user\":{\"email\":\"ann@example.org\",\"id\":7},\"url\":\"/?token=s3cr3t&a=1\"}\n\
     {\"user\":{\"email\":\"bo@example.org\",\"id\":8},\"url\":\"/?token=t0k3n\"}\n\
     {\"user\":{\"email\":\"ann@example.org\"},\"url\":7}\n";

#[test]
fn values_are_hashed_masked_and_matched() {
    let folder = Folder::new();
    folder.write("key", "0123456789abcdef\n");
    folder.write("in", LINES);
    let run = folder
        .run("convert in -o out.parquet --redact user_email=hash --redact user.id=mask --redact url=token=(\\w+) --redact-key key")
        .expect_code(0)
        .expect_told(&["7 values redacted"]);
    assert!(!run.stderr.contains("ann@"));
    // Told by Python: hmac.new(b"0123456789abcdef", b"ann@example.org", "sha256").hexdigest()[:32]
    let ann = "b2eadfbaaca8f7b30b76563378bedc2f";
    let rows = folder.rows("out.parquet");
    assert_eq!(rows[0], json!({"user_email": ann, "user_id": "***", "url": "/?token=***&a=1"}));
    assert_eq!(rows[1]["url"], "/?token=***");
    assert_ne!(rows[1]["user_email"], ann);
    assert_eq!(rows[2], json!({"user_email": ann, "url": "7"}));
}

#[test]
fn what_would_redact_nothing_is_told() {
    let folder = Folder::new();
    folder.write("in", LINES);
    let cases = [
        ("user_email=hash", "needs --redact-key FILE"),
        ("user_email=hahs", "did you mean hash?"),
        ("user_email=Mask", "did you mean mask?"),
        ("user_email", "COLUMN=hash, COLUMN=mask or COLUMN=REGEX"),
        ("user_email=", "COLUMN=hash, COLUMN=mask or COLUMN=REGEX"),
        ("user_email=(", "is no regular expression"),
    ];
    for (redact, told) in cases {
        folder
            .run(&format!("convert in -o out.parquet --redact {redact}"))
            .expect_code(2)
            .expect_told(&[told]);
    }
    folder.write("key", "short\n");
    folder
        .run("convert in -o out.parquet --redact user_email=hash --redact-key key")
        .expect_code(2)
        .expect_told(&["key", "has 5 bytes: it must have 16 or more"]);
    assert_eq!(folder.names(), ["in", "key"]);
    folder
        .run("convert in -o out.parquet --redact user_mail=mask")
        .expect_code(0)
        .expect_told(&["--redact user_mail=… changed nothing"]);
}

#[test]
fn rejected_lines_are_redacted_or_withheld() {
    let folder = Folder::new();
    let cut = "{\"user\":{\"email\":\"ann@example.org\"}\n";
    let good = "{\"user\":{\"email\":\"ann@example.org\",\"id\":1}}\n";
    folder.write("in", format!("{LINES}{cut}{good}"));
    let schema =
        r#"{"columns":[{"name":"user_email","type":"text"},{"name":"user_id","type":"int64"}]}"#;
    folder.write("schema.json", schema);
    let options = "--schema schema.json --unknown-columns refuse --redact user.email=mask";
    let run = folder
        .run(&format!("convert in -o out.parquet --on-error bad.ndjson {options}"))
        .expect_code(0)
        .expect_told(&["4 lines rejected", "1 rejected line withheld"]);
    assert!(!run.stderr.contains("ann@"), "{}", run.stderr);
    let bad = folder.text("bad.ndjson");
    assert!(!bad.contains('@'), "{bad}");
    assert!(bad.starts_with("{\"user\":{\"email\":\"***\",\"id\":7},\"url\":"), "{bad}");
    let is_blank: Vec<bool> = bad.lines().map(str::is_empty).collect();
    assert_eq!(is_blank, [false, false, false, true]);
    let reasons = folder.text("bad.ndjson.reasons.ndjson");
    let withheld: Vec<bool> =
        reasons.lines().map(|line| line.contains("\"withheld\":true")).collect();
    assert_eq!(withheld, is_blank);
    // A line that fails is not quoted.
    let run = folder.run(&format!("convert in -o fails.parquet {options}"));
    assert!(!run.expect_code(3).stderr.contains("ann@"));
}

#[test]
fn rows_say_which_line_they_come_from() {
    let folder = Folder::new();
    let lines = "{\"a\":1}\n\nbad\n{\"a\":2,\"source_file\":\"mine\"}\n".repeat(30_000);
    folder.write("one.ndjson", &lines);
    folder.write("two.ndjson", "{\"a\":3}\n");
    for threads in [1, 2] {
        folder
            .run(&format!("convert one.ndjson two.ndjson -o {threads}.parquet --source-columns --on-error skip --threads {threads} --cores 2"))
            .expect_code(0);
    }
    assert_eq!(folder.read("1.parquet"), folder.read("2.parquet"));
    assert_eq!(folder.columns("1.parquet"), ["source_file", "source_line", "a", "source_file__2"]);
    let rows = folder.rows("1.parquet");
    assert_eq!(rows.len(), 60_001);
    for (index, row) in rows[..60_000].iter().enumerate() {
        let line = index / 2 * 4 + if index % 2 == 0 { 1 } else { 4 };
        assert_eq!(
            (row["source_file"].as_str(), row["source_line"].as_u64()),
            (Some("one.ndjson"), Some(line as u64))
        );
    }
    assert_eq!(rows[1]["source_file__2"], "mine");
    assert_eq!(rows[60_000], json!({"source_file": "two.ndjson", "source_line": 1, "a": 3}));
}

#[test]
fn schemas_and_states_know_source_columns() {
    let folder = Folder::new();
    folder.write("in", "{\"a\":1,\"source_line\":\"x\"}\n");
    let schema = folder.run("schema in --source-columns").expect_code(0);
    folder.write("schema.json", schema.text());
    let run = |options: &str| {
        folder
            .run(&format!("convert in -o out.parquet --overwrite --source-columns {options}"))
            .expect_code(0);
        folder.rows("out.parquet")
    };
    let expected = json!([{"source_file": "in", "source_line": 1, "a": 1, "source_line__2": "x"}]);
    assert_eq!(json!(run("")), expected);
    assert_eq!(json!(run("--schema schema.json")), expected);
    for _ in 0..2 {
        assert_eq!(json!(run("--schema-state state.json")), expected);
    }
    assert_eq!(json!(run("--select a")), json!([{"source_file": "in", "source_line": 1, "a": 1}]));
    folder.write("schema.json", r#"{"columns":[{"name":"source_line","type":"text"}]}"#);
    folder
        .run("convert in -o out.parquet --overwrite --source-columns --schema schema.json")
        .expect_code(2)
        .expect_told(&[
            "\"source_line\" is to say where rows come from, as int64, and is declared as text",
        ]);
}

#[test]
fn updates_of_elasticsearch_that_are_refused_are_withheld() {
    let folder = Folder::new();
    let lines = "{\"index\":{}}\n{\"b\":\"ok\",\"n\":1}\n{\"update\":{\"_id\":\"1\"}}\n{\"doc\":{\"b\":\"SECRET\",\"n\":\"text\"}}\n";
    folder.write("bulk.ndjson", lines);
    let options = "--format es-bulk --strict --redact b=mask --on-error ./bad -q";
    folder.run(&format!("convert bulk.ndjson -o a.parquet {options}")).expect_code(0);
    assert!(!folder.text("bad").contains("SECRET"));
    assert!(!folder.text("bad.reasons.ndjson").contains("SECRET"));
}

#[test]
fn every_column_of_a_header_that_is_called_so_is_redacted() {
    let folder = Folder::new();
    folder.write("twins.csv", "a,b,b,b__x\n1,x,SECRET,kept\n");
    folder.run("convert twins.csv -o a.parquet --redact b=mask -q").expect_code(0);
    let expected = json!({"a": 1, "b": "***", "b__2": "***", "b__x": "kept"});
    assert_eq!(folder.rows("a.parquet"), [expected]);
}

/// Columns whose types a format says, too: lists, maps, times and numbers.
#[test]
fn columns_of_otlp_are_redacted_as_text() {
    let folder = Folder::new();
    let id = "5b8efff798038103d269b633813fc60c";
    folder.write(
        "spans.json",
        json!({"resourceSpans": [{"scopeSpans": [{"spans": [{
            "traceId": id, "spanId": "eee19b7ec3c1b174", "name": "GET", "kind": 2,
            "startTimeUnixNano": "1544712660000000000", "endTimeUnixNano": "1544712661000000000",
            "attributes": [{"key": "user", "value": {"stringValue": "SECRET"}}],
            "events": [{"timeUnixNano": "1544712660000000000", "name": "SECRET"}],
            "links": [{"traceId": id, "spanId": "eee19b7ec3c1b174"}],
        }]}]}]})
        .to_string(),
    );
    for (options, redacted) in [
        ("", &["kind", "start_time", "events_name", "links_trace_id"][..]),
        ("--ids binary", &["trace_id", "links_span_id"]),
        ("--layout clickhouse", &["SpanKind", "Duration", "Events.Name", "SpanAttributes"]),
    ] {
        let redact: Vec<String> =
            redacted.iter().map(|name| format!("--redact {name}=mask")).collect();
        for strict in ["", "--strict"] {
            let options = format!("{options} {strict} {}", redact.join(" "));
            folder
                .run(&format!("convert spans.json -o a.parquet --overwrite -q {options}"))
                .expect_code(0);
            let rows = folder.rows("a.parquet");
            for name in redacted {
                assert_eq!(rows[0][*name], "***", "{name} with {options}");
            }
            // And the file says of them what is so.
            folder.run("cat a.parquet").expect_code(0);
        }
    }
}
