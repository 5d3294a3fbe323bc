//! `bucksaw inspect` and `ls` of datasets.

use std::fs;

use serde_json::json;

use super::{documents, lake, lines, paths};
use crate::support::Folder;

#[test]
fn a_dataset_is_described_as_a_whole_without_its_files() {
    let folder = lake();
    // A column that only later files have.
    folder.write("in.ndjson", "{\"service\":\"s0\",\"row\":-5,\"late\":\"x\"}\n{\"row\":7}\n");
    let run = "convert in.ndjson -o lake/ --partition service --sort row -q";
    folder.run(run).expect_code(0);
    let all = paths(&folder);
    for path in &all {
        fs::remove_file(folder.path(&format!("lake/{path}"))).expect("it was there");
    }
    let run = folder.run("inspect lake --json").expect_code(0);
    let found = run.json();
    assert_eq!(
        (&found["dataset"], &found["files"], &found["rows"]),
        (&json!("lake"), &json!(8), &json!(62))
    );
    assert_eq!((&found["row_groups"], &found["are_alike"]), (&json!(8), &json!(false)));
    assert_eq!(
        found["folders"],
        json!([{"name": "service", "key": "service", "distinct": 3, "values": ["s0", "s1", "s2"], "files_without": 1}])
    );
    assert_eq!(found["times"][0]["first_time"], json!("2026-11-28T07:00:00Z"));
    assert_eq!(found["times"][0]["last_time"], json!("2026-11-28T07:00:59Z"));
    assert_eq!(found["sorted_by"], json!(["row"]));
    assert_eq!(
        found["columns"],
        json!([
            {"name": "time", "types": ["timestamp"], "files": 8, "nulls": 2, "min": 1_795_849_200_000_000_i64, "max": 1_795_849_259_000_000_i64},
            {"name": "row", "types": ["int64"], "files": 8, "nulls": 0, "min": -5, "max": 59},
            {"name": "late", "types": ["text"], "files": 2, "nulls": 61, "min": "x", "max": "x"},
        ])
    );
    let run = folder.run("inspect lake").expect_code(0);
    for part in [
        "lake\n  files           8\n",
        "  rows            62\n",
        "  columns         3, which not all files have alike\n",
        "  sorted by       row\n",
        "  folders by      service: 3 values (s0, s1, s2); 1 file without a value\n",
        "  times           time 2026-11-28T07:00:00Z to 2026-11-28T07:00:59Z\n",
    ] {
        assert!(run.text().contains(part), "{part:?} is not in {}", run.text());
    }
    // What is asked of files is asked of files.
    folder.run("inspect lake --rows 1").expect_code(1);
}

#[test]
fn files_of_a_dataset_are_inspected_by_themselves() {
    let folder = lake();
    let path = paths(&folder).remove(0);
    let run = folder.run(&format!("inspect lake/{path} --json")).expect_code(0);
    assert_eq!(run.json()["rows"], json!(10));
    let run = folder.run("inspect lake --rows 1 --json").expect_code(0);
    assert_eq!(documents(&run).len(), 6);
}

#[test]
fn datasets_in_a_folder_are_listed_and_described_each() {
    let folder = Folder::new();
    for (name, rows) in [("logs", 0..30), ("traces", 30..33)] {
        folder.write("in.ndjson", lines(rows));
        folder.run(&format!("convert in.ndjson -o all/{name}/ --dataset -q")).expect_code(0);
    }
    folder.run("convert in.ndjson -o all/other.parquet -q").expect_code(0);
    let run = folder.run("ls all").expect_code(0);
    let text = run.text().to_owned();
    assert!(text.starts_with("logs/") && text.contains("\ntraces/"), "{text}");
    run.expect_told(&["all/logs: 1 file, 30 rows", "all/traces: 1 file, 3 rows"]);
    let run = folder.run("ls all --json").expect_code(0);
    let datasets: Vec<_> = documents(&run).iter().map(|file| file["dataset"].clone()).collect();
    assert_eq!(datasets, [json!("all/logs"), json!("all/traces")]);
    let run = folder.run("inspect all --json").expect_code(0);
    let all = documents(&run);
    assert_eq!((all.len(), &all[1]["rows"], &all[2]["rows"]), (3, &json!(3), &json!(3)));
    assert_eq!(all[2]["path"], json!("all/other.parquet"));
    folder.run("ls nowhere").expect_code(2).expect_told(&["nowhere is no dataset"]);
}
