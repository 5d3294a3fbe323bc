//! What `convert` counts of logs, metrics and traces, and how `inspect` shows it.

use bucksaw_workloads::{DEFAULT_SEED, Workload};
use serde_json::{Value, json};

use crate::support::Folder;

#[test]
fn otlp_files_say_what_is_in_them() {
    let folder = Folder::new();
    folder.write("logs.binpb", Workload::Synth40.otlp_logs(DEFAULT_SEED, 2_000));
    let run = folder.run("convert logs.binpb -o logs.parquet --json -q");
    let report: Value = serde_json::from_str(run.expect_code(0).text()).expect("JSON");
    let stats = &report["reports"][0]["files"][0]["signal_stats"];
    assert_eq!((&stats["signal"], &stats["rows"]), (&json!("logs"), &json!(2_000)));
    assert_eq!(stats["stream_column"], "service_name");
    let run = folder.run("inspect logs.parquet");
    let run = run.expect_code(0);
    for part in [
        "\nLogs\n  log records     2,000\n  times           20",
        "  streams         5 in service_name: ",
        "\nLog records by ten seconds, level and stream, the most first\n",
        "records more\n",
        "bucksaw.stats",
    ] {
        assert!(run.text().contains(part), "{part}: {}", run.text());
    }
    let run = folder.run("inspect logs.parquet --json");
    let about: Value = serde_json::from_str(run.expect_code(0).text()).expect("JSON");
    assert_eq!(about["signal_stats"]["streams"], stats["streams"]);
}

#[test]
fn lines_are_counted_as_the_signal_that_is_named() {
    let folder = Folder::new();
    folder.write(
        "lines.ndjson",
        "{\"time\":\"2026-01-02T03:04:05Z\",\"level\":\"WARN\",\"pod\":\"a\\u001b[1m\",\"trace_id\":\"t\"}\n",
    );
    folder.run("convert lines.ndjson -o plain.parquet -q").expect_code(0);
    let plain = folder.run("inspect plain.parquet").expect_code(0);
    assert!(!plain.text().contains("bucksaw.stats"));
    let run =
        folder.run("convert lines.ndjson -o logs.parquet --signal-stats --stream-column pod -q");
    run.expect_code(0);
    let run = folder.run("inspect logs.parquet").expect_code(0);
    let shown = run.text();
    assert!(shown.contains("2026-01-02T03:04:00Z  WARN   a\\u{1b}[1m"), "{shown}");
    folder.run("convert lines.ndjson -o spans.parquet --signal-stats=traces -q").expect_code(0);
    let run = folder.run("inspect spans.parquet");
    let run = run.expect_code(0);
    assert!(run.text().contains("\nTraces\n  spans           1\n"), "{}", run.text());
    assert!(run.text().contains("  traces          about 1\n"), "{}", run.text());
    let run = folder.run("convert lines.ndjson -o no.parquet --signal-stats --stream-column none");
    run.expect_code(0).expect_told(&["--stream-column"]);
}

#[test]
fn fingerprints_are_a_column_and_inspect_shows_the_templates_of_most_records() {
    let folder = Folder::new();
    let lines = "{\"msg\":\"took 5 ms\"}\n{\"msg\":\"took 17 ms\"}\n{\"msg\":\"\\u001b[1m 'x'\"}\n";
    folder.write("lines.ndjson", lines);
    let run =
        folder.run("convert lines.ndjson -o a.parquet --fingerprint --signal-stats --json -q");
    let report: Value = serde_json::from_str(run.expect_code(0).text()).expect("JSON");
    assert_eq!(report["reports"][0]["fingerprint_of"], json!(["msg"]));
    let stats = &report["reports"][0]["files"][0]["signal_stats"];
    assert_eq!(stats["fingerprints"][0]["template"], "took <num> ms");
    let run = folder.run("inspect a.parquet");
    let fingerprint = stats["fingerprints"][0]["fingerprint"].to_string();
    for part in [
        "\nMessages by 2 fingerprints, the most first\n",
        &format!("  {fingerprint}        2  took <num> ms\n"),
        "\\u{1b}[<num>m <str>",
    ] {
        assert!(run.text().contains(part), "{part}: {}", run.text());
    }
    let run = folder.run("cat a.parquet");
    let first: Value =
        serde_json::from_str(run.text().lines().next().expect("a row")).expect("JSON");
    assert_eq!(first["fingerprint"].to_string(), fingerprint);
    let run = folder.run("convert lines.ndjson -o b.parquet --fingerprint=text");
    run.expect_code(0).expect_told(&["no row had a column \"text\", which --fingerprint names"]);
    let run = folder.run("convert lines.ndjson -o c.parquet --fingerprint=msg --drop msg -q");
    run.expect_code(0);
    assert_eq!(folder.rows("c.parquet").len(), 3);
}
