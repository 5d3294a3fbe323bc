//! OTLP as the command reads it.

use bucksaw_workloads::{DEFAULT_SEED, Workload};
use serde_json::{Value, json};

use crate::support::Folder;

/// A request of one record, whose body is these five bytes.
fn request(body: &[u8; 5]) -> Vec<u8> {
    [&[0x0a, 13, 0x12, 11, 0x12, 9, 0x2a, 7, 0x0a, 5][..], body].concat()
}

#[test]
fn logs_become_rows_whatever_they_are_called() {
    let folder = Folder::new();
    let logs = Workload::Realistic.otlp_logs(DEFAULT_SEED, 2_000);
    folder.write("logs.binpb", &logs);
    folder.write("logs/more.binpb.zst", zstd::encode_all(&logs[..], 1).expect("memory"));
    folder.write("lines.ndjson", "{\"a\":1}\n");
    let run = folder.run("convert logs.binpb -o logs.parquet");
    run.expect_code(0).expect_told(&["logs.parquet: 2,000 rows", "\n2,000 records, "]);
    folder.run("convert logs.binpb -o named.parquet --format otlp-logs -q").expect_code(0);
    folder.run("convert logs/ lines.ndjson -o out/ -q").expect_code(0);
    assert!(folder.read("logs.parquet") == folder.read("named.parquet"));
    assert!(folder.read("logs.parquet") == folder.read("out/logs/more.parquet"));
    let rows = folder.rows("logs.parquet");
    let lines = String::from_utf8(Workload::Realistic.ndjson(DEFAULT_SEED, 2_000)).expect("text");
    for (row, line) in rows.iter().zip(lines.lines()) {
        let line: Value = serde_json::from_str(line).expect("JSON");
        for (name, of_line) in
            [("body", "log_message"), ("severity_text", "log_level"), ("trace_id", "trace_id")]
        {
            assert_eq!(
                row.get(name).unwrap_or(&Value::Null),
                line.get(of_line).unwrap_or(&Value::Null)
            );
        }
        for (name, value) in line.as_object().expect("an object") {
            if name.starts_with("attr_") {
                assert_eq!(row[name], *value, "{name}");
            }
        }
        assert_eq!(row["service_name"], row["resource_service_name"]);
    }
    let cat = folder.run("cat logs.parquet --head 1 --columns resource.service.name,time");
    let row: Value = serde_json::from_str(cat.expect_code(0).text()).expect("JSON");
    assert_eq!(row["resource"]["service.name"], rows[0]["service_name"]);
    // As the record had it: nanoseconds.
    assert!(row["time"].as_u64().is_some_and(|time| time % 1_000_000 == 123_456), "{row}");
}

#[test]
fn schemas_have_the_columns_of_logs() {
    let folder = Folder::new();
    folder.write("logs.binpb", Workload::Synth40.otlp_logs(DEFAULT_SEED, 600));
    let run = folder.run("schema logs.binpb -q");
    folder.write("schema.json", run.expect_code(0).text());
    assert!(
        folder
            .text("schema.json")
            .contains(r#"{"name":"time","type":"timestamp","input":"epoch_ns"}"#)
    );
    folder.run("convert logs.binpb -o plain.parquet -q").expect_code(0);
    folder.run("convert logs.binpb -o schema.parquet --schema schema.json -q").expect_code(0);
    assert_eq!(folder.rows("schema.parquet"), folder.rows("plain.parquet"));
    folder
        .run("convert logs.binpb -o ns.parquet --timestamp-unit ns --select time,body -q")
        .expect_code(0);
    assert_eq!(folder.columns("ns.parquet"), ["time", "body"]);
}

#[test]
fn records_that_are_no_text_are_told_and_kept() {
    let folder = Folder::new();
    let broken = request(b"b\xffdy2");
    folder.write("logs.binpb", [request(b"body1"), broken, request(b"body3")].concat());
    let run = folder.run("convert logs.binpb -o logs.parquet");
    run.expect_code(3)
        .expect_told(&["logs.binpb: record 2, byte 6 of it (byte 26): the bytes of a text"]);
    let run = folder.run("convert logs.binpb -o logs.parquet --on-error bad.b64");
    run.expect_code(0)
        .expect_told(&["3 records, ", "\n1 record rejected: logs.binpb: record 2, byte 6"]);
    assert_eq!(folder.text("bad.b64"), "Cg0SCxIJKgcKBWL/ZHky\n");
    let reasons: Value =
        serde_json::from_str(&folder.text("bad.b64.reasons.ndjson")).expect("JSON");
    assert_eq!((&reasons["line"], &reasons["byte"]), (&json!(2), &json!(26)));
    assert_eq!(folder.rows("logs.parquet").len(), 2);
    let run = folder.run("convert logs.binpb -o lines.parquet --format ndjson --on-error skip");
    run.expect_code(3).expect_told(&["lines were rejected", "--format otlp-logs"]);
}

#[test]
fn metrics_are_known_by_their_content_or_named() {
    let folder = Folder::new();
    let point = [0x31, 7, 0, 0, 0, 0, 0, 0, 0];
    let metric = [&[0x0a, 1, b'm', 0x2a, 11, 0x0a, 9][..], &point].concat();
    let request = [&[0x0a, 20, 0x12, 18, 0x12, 16][..], &metric].concat();
    folder.write("points.binpb", &request);
    for format in ["", "--format otlp-metrics"] {
        let run =
            folder.run(&format!("convert points.binpb -o points.parquet --overwrite {format}"));
        run.expect_code(0).expect_told(&["points.parquet: 1 row, 40 columns", "\n1 record, "]);
        let rows = folder.rows("points.parquet");
        assert_eq!((&rows[0]["name"], &rows[0]["value_int"]), (&json!("m"), &json!(7)));
        assert_eq!(rows[0]["type"], json!("gauge"));
    }
    let run = folder.run("convert points.binpb -o logs.parquet --format otlp-logs");
    run.expect_code(3).expect_told(&[
        "points.binpb: record 1",
        "another wire type than OTLP gives it (this looks like another signal: --format otlp-metrics)",
    ]);
}

/// A request of one span, whose name is these five bytes.
fn span(name: &[u8; 5]) -> Vec<u8> {
    let head = b"\x0a\x26\x12\x24\x12\x22\x0a\x10sixteen bytes id\x39\x09\0\0\0\0\0\0\0\x2a\x05";
    [&head[..], name].concat()
}

#[test]
fn each_signal_has_a_folder_of_its_own() {
    let folder = Folder::new();
    let mixed = [request(b"first"), span(b"query"), request(b"again"), span(b"fetch")].concat();
    folder.write("in/mixed.binpb", &mixed);
    folder.write("in/deep/logs.binpb", request(b"alone"));
    folder.write("in/lines.ndjson", "{\"a\":1}\n");
    let run = folder.run("convert in/ -o out/");
    run.expect_code(0).expect_told(&["out/logs/mixed.parquet: 2 rows"]);
    let names: Vec<String> =
        folder.names().into_iter().filter(|name| name.starts_with("out/")).collect();
    let expected = [
        "out/lines.parquet",
        "out/logs",
        "out/logs/deep",
        "out/logs/deep/logs.parquet",
        "out/logs/mixed.parquet",
        "out/traces",
        "out/traces/mixed.parquet",
    ];
    assert_eq!(names, expected);
    assert_eq!(folder.rows("out/logs/mixed.parquet")[1]["body"], "again");
    assert_eq!(folder.rows("out/traces/mixed.parquet")[0]["name"], "query");
    // Columns of one signal are not those of another, nor of lines.
    assert_eq!(folder.rows("out/lines.parquet"), [json!({"a": 1})]);
    folder
        .run("convert in/ -o out/ --skip-existing")
        .expect_code(0)
        .expect_told(&["4 files are there already; their inputs are skipped"]);
    for output in ["one.parquet", "-"] {
        let run = folder.run(&format!("convert in/mixed.binpb -o {output}"));
        run.expect_code(3).expect_told(&["in/mixed.binpb", "traces behind logs", "-o DIR/"]);
    }
    let run = folder.run("convert in/mixed.binpb -o small/ --memory-limit 8MiB");
    run.expect_code(2).expect_told(&["2 files at once", "16 MiB"]);
    assert!(!folder.path("small").exists());
}

/// In JSON as in protobuf, plain and as the Collector compresses it; what is broken is told with its line.
#[test]
fn json_is_known_by_its_content_and_broken_records_are_told() {
    let folder = Folder::new();
    let json = Workload::Synth40.otlp_json_logs(DEFAULT_SEED, 1_000);
    folder.write("logs.binpb", Workload::Synth40.otlp_logs(DEFAULT_SEED, 1_000));
    folder.write("logs.json", &json);
    let frames = json.split_inclusive(|byte| *byte == b'\n').map(|line| {
        let frame = zstd::encode_all(line.trim_ascii_end(), 1).expect("memory");
        [&(frame.len() as u32).to_be_bytes()[..], &frame].concat()
    });
    folder.write("logs.zst", frames.collect::<Vec<_>>().concat());
    for name in ["logs.binpb", "logs.json", "logs.zst"] {
        folder.run(&format!("convert {name} -o {name}.parquet --ids binary -q")).expect_code(0);
    }
    let rows = folder.rows("logs.binpb.parquet");
    assert_eq!(rows.len(), 1_000);
    assert_eq!(folder.rows("logs.json.parquet"), rows);
    assert_eq!(folder.rows("logs.zst.parquet"), rows);

    let broken = String::from_utf8(json).expect("JSON").replacen(
        "\"timeUnixNano\":\"1",
        "\"timeUnixNano\":\"x",
        1,
    );
    folder.write("broken.json", &broken);
    let run = folder.run("convert broken.json -o broken.parquet");
    run.expect_code(3).expect_told(&["broken.json: line 1, column ", "expected an integer"]);
    let run = folder.run("convert broken.json -o broken.parquet --on-error kept.jsonl");
    run.expect_code(0).expect_told(&["broken.parquet: 999 rows"]);
    let kept = folder.read("kept.jsonl");
    assert!(kept.starts_with(b"{\"timeUnixNano\":\"x") && kept.ends_with(b"}\n"));
    folder.write("profiles.json", "{\"resourceProfiles\":[]}\n");
    let run = folder.run("convert profiles.json -o profiles.parquet");
    run.expect_told(&["profiles, which are not read"]);
}

/// Ids that are bytes come back in hexadecimal digits, as do those beside them that are of another length; conditions see them so.
#[test]
fn ids_of_bytes_come_back_as_they_are_spelled_elsewhere() {
    let folder = Folder::new();
    let (id, link) = ("5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174");
    let span = |trace_id: &str, name: &str| json!({"traceId": trace_id, "spanId": link, "name": name, "links": [{"traceId": id, "spanId": link}]});
    let spans = [span(id, "whole"), span("abcd", "short")];
    let message = json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]});
    folder.write("spans.json", message.to_string());
    folder.run("convert spans.json -o bytes.parquet --ids binary -q").expect_code(0);
    folder.run("convert spans.json -o hex.parquet -q").expect_code(0);
    let rows = folder.run("cat bytes.parquet").expect_code(0);
    // Those of another length stand behind the others.
    let parsed = |text: &str| -> Vec<Value> {
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let hex = folder.run("cat hex.parquet").expect_code(0);
    assert_eq!(parsed(rows.text()), parsed(hex.text()));
    assert!(rows.text().contains(&format!("\"trace_id\":\"{id}\"")), "{}", rows.text());
    assert!(rows.text().contains(&format!("\"links_span_id\":[\"{link}\"]")), "{}", rows.text());
    for (asked, name) in [(id, "whole"), ("abcd", "short")] {
        let run =
            folder.run(&format!("cat bytes.parquet --columns name --where trace_id='{asked}'"));
        assert_eq!(run.expect_code(0).text(), format!("{{\"name\":\"{name}\"}}\n"));
    }
}

/// Attributes are maps of texts, by their own keys.
#[test]
fn logs_become_what_clickhouse_has_a_table_for() {
    let folder = Folder::new();
    folder.write("logs.binpb", Workload::Realistic.otlp_logs(DEFAULT_SEED, 500));
    let run = folder.run("convert logs.binpb -o logs.parquet --layout clickhouse");
    run.expect_code(0).expect_told(&["logs.parquet: 500 rows", "\n500 records, "]);
    folder.run("convert logs.binpb -o flat.parquet -q").expect_code(0);
    let run = folder.run("cat logs.parquet");
    let cat = run.expect_code(0);
    let rows: Vec<Value> =
        cat.text().lines().map(|row| serde_json::from_str(row).expect("JSON")).collect();
    assert_eq!(rows.len(), 500);
    for (row, flat) in rows.iter().zip(folder.rows("flat.parquet")) {
        assert_eq!(row.get("Body"), flat.get("body"));
        assert_eq!(row["ResourceAttributes"]["service.name"], flat["service_name"]);
        let attributes = row.get("LogAttributes").and_then(Value::as_object);
        for (key, value) in attributes.into_iter().flatten() {
            let name = format!("attr_{}", key.replace('.', "_"));
            let as_text = match &flat[&name] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            assert_eq!(*value, json!(as_text), "{key}");
        }
    }
    let run = folder.run("convert logs.binpb -o other.parquet --layout wide");
    run.expect_code(2).expect_told(&["flat, clickhouse"]);
}

/// A data point of each of two kinds, and one that is none.
const METRICS: &str = r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[
    {"name":"share","gauge":{"dataPoints":[{"asDouble":0.5},{"asDouble":"x"}]}},
    {"name":"calls","sum":{"isMonotonic":true,"dataPoints":[{"asInt":"5"}]}},
    {"name":"none","summary":{"dataPoints":[{"count":"x"}]}}]}]}]}"#;

#[test]
fn each_kind_of_metric_has_a_table_of_its_own_in_clickhouse() {
    let folder = Folder::new();
    folder.write("in/both.json", METRICS.replace('\n', ""));
    let sum = METRICS.lines().filter(|line| !line.contains("share") && !line.contains("none"));
    folder.write(
        "in/sum.json",
        format!("{}]}}]}}]}}", sum.collect::<String>().trim_end_matches(',')),
    );
    let run = folder.run("convert in/ -o out/ --layout clickhouse --on-error bad.jsonl");
    run.expect_code(0)
        .expect_told(&["out/metrics/gauge/both.parquet: 1 row", "2 records rejected"]);
    let names: Vec<String> =
        folder.names().into_iter().filter(|name| name.ends_with(".parquet")).collect();
    let expected = [
        "out/metrics/gauge/both.parquet",
        "out/metrics/sum/both.parquet",
        "out/metrics/sum/sum.parquet",
    ];
    assert_eq!(names, expected);
    let row = json!({"MetricName": "calls", "Value": 5.0, "IsMonotonic": true});
    assert_eq!(folder.rows("out/metrics/sum/both.parquet"), std::slice::from_ref(&row));
    assert_eq!(folder.read("bad.jsonl").iter().filter(|byte| **byte == b'\n').count(), 2);
    let again = "convert in/ -o out/ --layout clickhouse --on-error skip --skip-existing";
    folder.run(again).expect_code(0).expect_told(&["3 files are there already"]);
    // One kind goes to a single file, several do not.
    folder.run("convert in/sum.json -o one.parquet --layout clickhouse").expect_code(0);
    assert_eq!(folder.rows("one.parquet"), [row]);
    let run = folder.run("convert in/both.json -o two.parquet --layout clickhouse --on-error skip");
    let told = "metrics of the kind sum behind metrics of the kind gauge";
    run.expect_code(3).expect_told(&[told, "-o DIR/"]);
    let run = folder.run("schema in/both.json --layout clickhouse");
    run.expect_code(3).expect_told(&[told]);
}

#[test]
fn a_schema_is_of_one_signal() {
    let folder = Folder::new();
    folder.write("mixed.binpb", [request(b"first"), span(b"query"), request(b"again")].concat());
    folder.write("logs.binpb", request(b"alone"));
    folder.write("spans.binpb", span(b"fetch"));
    for arguments in [
        "schema mixed.binpb",
        "schema logs.binpb spans.binpb",
        "convert mixed.binpb -o out/ --scan",
    ] {
        let run = folder.run(arguments);
        run.expect_code(3).expect_told(&["there are traces behind logs"]);
    }
    let run = folder.run("convert mixed.binpb -o out/ --schema-state state.json");
    run.expect_code(2).expect_told(&["--schema-state is of one table"]);
    assert!(!folder.path("out").exists());
    folder.run("schema logs.binpb").expect_code(0);
}
