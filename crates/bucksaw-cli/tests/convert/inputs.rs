//! Files, globs, directories and standard input, compressed or not.

use std::fs;
use std::io::Write as _;

use serde_json::{Value, json};

use crate::support::Folder;

fn gzip(content: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content.as_bytes()).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

fn zstd(content: &str) -> Vec<u8> {
    zstd::encode_all(content.as_bytes(), 1).expect("memory takes everything")
}

/// The values of the column `n`.
fn numbers(rows: &[Value]) -> Vec<i64> {
    rows.iter().map(|row| row["n"].as_i64().expect("an integer")).collect()
}

#[test]
fn content_and_not_the_name_tells_the_compression() {
    let folder = Folder::new();
    // The second member starts in the middle of a line.
    folder.write("gzip.zst", [gzip("{\"n\":1}\n{\"n\""), gzip(":2}\n")].concat());
    folder.write("zstd.ndjson", [zstd("{\"n\":3}\n{\"n\":"), zstd("4}\n")].concat());
    folder.write("plain.gz", "{\"n\":5}\n{\"n\":6}");
    let run = folder.run("convert gzip.zst zstd.ndjson plain.gz -o out.parquet --json");
    let report = run.expect_code(0).json();
    assert_eq!(numbers(&folder.rows("out.parquet")), [1, 2, 3, 4, 5, 6]);
    // Bytes are counted after decompression.
    assert_eq!(report["input"]["bytes"], 16 + 16 + 15);
}

#[test]
fn a_truncated_compressed_file_is_named_and_leaves_nothing() {
    let folder = Folder::new();
    let text = String::from_utf8(crate::support::synth40(50)).expect("UTF-8");
    for (name, whole) in [("cut.gz", gzip(&text)), ("cut.zst", zstd(&text))] {
        folder.write(name, &whole[..whole.len() - 5]);
        let run = folder.run(&format!("convert {name} -o out.parquet"));
        run.expect_code(1).expect_told(&[name]);
    }
    assert_eq!(folder.names(), ["cut.gz", "cut.zst"]);
}

#[test]
fn several_files_are_read_in_the_given_order() {
    let folder = Folder::new();
    folder.write("a.ndjson", "{\"n\":1,\"a\":true}\n");
    folder.write("b.ndjson", "{\"n\":2,\"b\":\"x\"}\n");
    folder.run("convert b.ndjson a.ndjson b.ndjson -o out.parquet").expect_code(0);
    let b = json!({"n": 2, "b": "x"});
    assert_eq!(folder.rows("out.parquet"), [b.clone(), json!({"n": 1, "a": true}), b]);
}

#[test]
fn a_glob_is_expanded_sorted_and_skips_hidden_files() {
    let folder = Folder::new();
    folder.write("logs/b.ndjson", "{\"n\":2}\n");
    folder.write("logs/a.ndjson", "{\"n\":1}\n");
    folder.write("logs/.hidden.ndjson", "{\"n\":9}\n");
    folder.write("logs/c.txt", "{\"n\":9}\n");
    folder.run("convert logs/*.ndjson -o out.parquet").expect_code(0);
    assert_eq!(numbers(&folder.rows("out.parquet")), [1, 2]);
    folder.run("convert logs/*.gz -o none.parquet").expect_code(2).expect_told(&["logs/*.gz"]);
    assert!(!folder.path("none.parquet").exists());
}

#[test]
fn a_file_whose_name_looks_like_a_glob_is_that_file() {
    let folder = Folder::new();
    folder.write("a[1].ndjson", "{\"n\":1}\n");
    folder.write("a1.ndjson", "{\"n\":2}\n");
    folder.run("convert a[1].ndjson -o out.parquet").expect_code(0);
    assert_eq!(numbers(&folder.rows("out.parquet")), [1]);
}

#[test]
fn a_directory_is_searched_to_the_bottom_sorted_without_hidden_files() {
    let folder = Folder::new();
    folder.write("logs/b.jsonl", "{\"n\":3}\n");
    folder.write("logs/a/z.json.gz", gzip("{\"n\":2}\n"));
    folder.write("logs/a/deep/er/x.ndjson", "{\"n\":1}\n");
    folder.write("logs/c.log.zst", zstd("{\"n\":4}\n"));
    folder.write("logs/.b.ndjson", "{\"n\":9}\n");
    folder.write("logs/.git/b.ndjson", "{\"n\":9}\n");
    folder.write("logs/readme.txt", "{\"n\":9}\n");
    folder.run("convert logs -o out.parquet").expect_code(0);
    assert_eq!(numbers(&folder.rows("out.parquet")), [1, 2, 3, 4]);
}

#[test]
fn a_directory_without_input_is_named() {
    let folder = Folder::new();
    fs::create_dir(folder.path("empty")).expect("makes a folder");
    folder.run("convert empty -o out.parquet").expect_code(2).expect_told(&["empty", ".ndjson"]);
    assert_eq!(folder.names(), ["empty"]);
}

#[test]
fn standard_input_goes_to_a_file() {
    let folder = Folder::new();
    folder.write("a.ndjson", "{\"n\":1}\n");
    folder.run_with("convert a.ndjson - -o out.parquet", gzip("{\"n\":2}\n")).expect_code(0);
    assert_eq!(numbers(&folder.rows("out.parquet")), [1, 2]);
    let run = folder.run("convert - - -o twice.parquet");
    run.expect_code(2).expect_told(&["standard input", "once"]);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = Folder::new();
    let run = folder.run_with("convert - -o -", crate::support::synth40(300)).expect_code(0);
    assert!(run.stderr.contains("standard output: 300 rows"), "{}", run.stderr);
    folder.write("from-a-pipe.parquet", &run.stdout);
    assert_eq!(folder.rows("from-a-pipe.parquet").len(), 300);
    assert_eq!(folder.names(), ["from-a-pipe.parquet"]);
}

#[test]
fn a_missing_file_is_named_and_leaves_nothing() {
    let folder = Folder::new();
    folder.write("a.ndjson", "{\"n\":1}\n");
    let run = folder.run("convert a.ndjson missing.ndjson -o out.parquet");
    run.expect_code(1).expect_told(&["missing.ndjson", "could not open"]);
    assert_eq!(folder.names(), ["a.ndjson"]);
}

#[test]
fn no_rows_make_a_file_without_rows() {
    let folder = Folder::new();
    let report = folder.run_with("convert - -o out.parquet --json", "\n  \n").expect_code(0).json();
    assert_eq!(folder.rows("out.parquet").len(), 0);
    assert_eq!(report["input"]["blank"], 2);
    assert_eq!(report["reports"][0]["rows"], 0);
}
