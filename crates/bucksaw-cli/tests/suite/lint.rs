//! `bucksaw lint`, and `convert --for`, which follow the same rules.

use crate::support::Folder;
use serde_json::{Value, json};

const LINES: &str = "{\"a.b\":1,\"Level\":\"x\",\"LEVEL\":\"y\",\"id\":\"6b0d3f1c-3a54-4a39-9d53-0a6a8a1a0f4e\",\"t\":\"2026-11-28T07:05:09.123456789Z\"}\n";

#[test]
fn the_default_is_what_readers_take() {
    let folder = Folder::new();
    folder.write("in.ndjson", LINES);
    folder
        .run("convert in.ndjson -o out.parquet --for bigquery,spark,snowflake,iceberg")
        .expect_code(0);
    let run = folder.run("lint out.parquet --for bigquery,spark,snowflake,iceberg").expect_code(0);
    assert_eq!(run.text(), "out.parquet: nothing that these readers stumble over\n");
    // Some have all names in lower case, and one no zstd.
    folder.run("convert in.ndjson -o low.parquet --for athena,redshift").expect_code(0);
    assert_eq!(folder.columns("low.parquet")[..3], ["a_b", "level", "level__2"]);
    let run = folder.run("lint low.parquet --for athena,redshift").expect_code(0);
    assert_eq!(run.text(), "low.parquet: nothing that these readers stumble over\n");
}

/// Zstd, lists and capital letters take some care in one reader each.
#[test]
fn what_one_reader_alone_finds_awkward_is_told_where_it_is_named() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{\"a\":1,\"tags\":[\"x\"],\"t\":\"2026-11-28T07:05:09Z\"}\n");
    folder.run("convert in.ndjson -o out.parquet --arrays list").expect_code(0);
    let run = folder.run("lint out.parquet").expect_code(0);
    assert_eq!(run.text(), "out.parquet: nothing that these readers stumble over\n");
    let run = folder.run("lint out.parquet --for redshift,spark").expect_code(0);
    assert!(run.text().contains("awkward in redshift: zstd"), "{}", run.text());
    assert!(run.text().contains("tags"), "{}", run.text());
}

#[test]
fn what_a_reader_stumbles_over_is_told() {
    let folder = Folder::new();
    folder.write("in.ndjson", LINES);
    folder.write("schema.json", r#"{"columns": [{"name": "id", "type": "uuid"}]}"#);
    let options = "--schema schema.json --names dotted --timestamp-unit ns";
    folder.run(&format!("convert in.ndjson -o out.parquet {options}")).expect_code(0);
    let run =
        folder.run("lint out.parquet --for spark").expect_code(3).expect_told(&["2 findings"]);
    let lines: Vec<&str> = run.text().lines().collect();
    assert!(lines[0].starts_with("out.parquet: id: unreadable in spark: UUIDs"), "{lines:?}");
    assert!(lines[1].starts_with("out.parquet: t: unreadable in spark: nanoseconds"), "{lines:?}");
    assert!(lines[2..].iter().all(|line| line.contains("awkward")), "{lines:?}");
    let run = folder.run("lint out.parquet --json").expect_code(3);
    let found: Value = serde_json::from_slice(&run.stdout).expect("JSON");
    let nanos = json!({"column": "t", "severity": "unreadable", "readers": ["spark", "iceberg"],
        "message": "nanoseconds: the whole file can't be opened; store microseconds (timestamp)"});
    assert!(found["findings"].as_array().expect("findings").contains(&nanos), "{found}");
    // None of that is written for a reader that is named.
    let run = folder.run(&format!("convert in.ndjson -o no.parquet {options} --for spark"));
    let told = [
        "--names dotted is not for spark",
        "id: not for spark: UUIDs",
        "--timestamp-unit ns: not for spark",
    ];
    run.expect_code(2).expect_told(&told);
    assert!(!folder.path("no.parquet").exists());
    folder.run("lint out.parquet --for oracle").expect_code(2).expect_told(&["oracle", "spark"]);
}
