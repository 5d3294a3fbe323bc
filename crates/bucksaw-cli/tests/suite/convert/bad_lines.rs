//! What becomes of lines that are no rows.

use serde_json::{Value, json};

use crate::support::Folder;

/// Good lines and bad ones, blank ones between; one ends as Windows ends lines, the last not at all.
const LINES: &[u8] =
    b"{\"n\":1}\n\nnot json\r\n{\"n\":2}\n  {\"n\": }  \n{\"n\":\"\xff\"}\n{\"n\":3}\n[4]";
const REJECTED: &[u8] = b"not json\r\n  {\"n\": }  \n{\"n\":\"\xff\"}\n[4]\n";
const ACCEPTED: [i64; 3] = [1, 2, 3];

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("in.ndjson", LINES);
    folder
}

fn assert_accepted(folder: &Folder) {
    let rows = folder.rows("out.parquet");
    let numbers: Vec<i64> = rows.iter().map(|row| row["n"].as_i64().expect("a number")).collect();
    assert_eq!(numbers, ACCEPTED);
}

#[test]
fn the_first_bad_line_fails_with_its_place_and_leaves_nothing() {
    let folder = folder();
    for options in ["", "--on-error fail"] {
        let run = folder.run(&format!("convert in.ndjson -o out.parquet {options}"));
        let run = run.expect_code(3);
        // The byte of what is wrong in the source, the line from 1 with blank ones counted.
        run.expect_told(&["in.ndjson: line 3, column 1 (byte 9):", "--on-error skip"]);
        assert_eq!(folder.names(), ["in.ndjson"]);
    }
}

#[test]
fn bad_lines_are_skipped_and_counted() {
    let folder = folder();
    let run = folder.run("convert in.ndjson -o out.parquet --on-error skip --json");
    let input = run.expect_code(0).json()["input"].clone();
    assert_accepted(&folder);
    assert_eq!(input["records"], 7);
    assert_eq!(input["rows"], 3);
    assert_eq!(input["rejected"], 4);
    assert_eq!(folder.names(), ["in.ndjson", "out.parquet"]);
}

#[test]
fn bad_lines_are_kept_unchanged_with_their_reasons() {
    let folder = folder();
    folder.run("convert in.ndjson -o out.parquet --on-error bad.ndjson").expect_code(0);
    assert_accepted(&folder);
    assert_eq!(folder.read("bad.ndjson"), REJECTED);
    let text = folder.text("bad.ndjson.reasons.ndjson");
    let reasons: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let places: Vec<_> = reasons
        .iter()
        .map(|reason| {
            assert_eq!(reason["source"], "in.ndjson");
            assert!(reason["reason"].as_str().is_some_and(|reason| !reason.is_empty()));
            assert_eq!(reason.as_object().map(|members| members.len()), Some(5));
            (reason["line"].as_u64().expect("a number"), reason["byte"].as_u64().expect("a number"))
        })
        .collect();
    assert_eq!(places.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 5, 6, 8]);
    // Each byte lies in its line.
    let mut start = 0;
    let starts: Vec<u64> = LINES
        .split_inclusive(|byte| *byte == b'\n')
        .map(|line| {
            start += line.len() as u64;
            start - line.len() as u64
        })
        .collect();
    for (line, byte) in &places {
        let line = *line as usize - 1;
        let end = starts.get(line + 1).copied().unwrap_or(LINES.len() as u64);
        assert!((starts[line]..end).contains(byte), "byte {byte} in line {}", line + 1);
    }
    assert_eq!(reasons[2]["reason"], "the bytes are not UTF-8");
    assert_eq!(places[2].1, LINES.iter().position(|byte| *byte == 0xff).expect("there") as u64);
    assert_eq!(
        folder.names(),
        ["bad.ndjson", "bad.ndjson.reasons.ndjson", "in.ndjson", "out.parquet"]
    );
}

#[test]
fn rejected_lines_of_several_sources_and_files_come_together() {
    let folder = Folder::new();
    folder.write("a.ndjson", "{\"n\":1}\nfirst");
    folder.write("b.ndjson", "second\n{\"n\":2}\n");
    let run = folder.run("convert a.ndjson b.ndjson - -o out/ --on-error ./bad --json");
    let report = run.expect_code(0).json();
    assert_eq!(folder.text("bad"), "first\nsecond\n");
    let reasons = folder.text("bad.reasons.ndjson");
    let sources: Vec<Value> = reasons
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["source"].clone())
        .collect();
    assert_eq!(sources, ["a.ndjson", "b.ndjson"]);
    let rejected: Vec<_> = (0..3).map(|file| report["reports"][file]["rejected"].clone()).collect();
    assert_eq!(rejected, [1, 1, 0]);
    assert_eq!(report["input"]["rejected"], 2);
    assert_eq!(report["input"]["records"], 4);
}

#[test]
fn nothing_rejected_makes_no_file() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{\"n\":1}\n");
    folder.run("convert in.ndjson -o out.parquet --on-error bad.ndjson").expect_code(0);
    assert_eq!(folder.names(), ["in.ndjson", "out.parquet"]);
}

/// The old one would seem to be of this run.
#[test]
fn nothing_rejected_leaves_no_old_lines() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{\"n\":1}\n");
    folder.write("bad.ndjson", "old");
    let arguments = "convert in.ndjson -o out.parquet --on-error bad.ndjson --overwrite";
    folder.run(arguments).expect_code(0);
    assert_eq!(folder.names(), ["bad.ndjson", "in.ndjson", "out.parquet"]);
    assert_eq!(folder.text("bad.ndjson"), "");
    folder.write("bad.ndjson.reasons.ndjson", "old");
    folder.run(arguments).expect_code(0);
    assert_eq!(folder.text("bad.ndjson.reasons.ndjson"), "");
}

#[test]
fn an_existing_file_of_rejected_lines_is_kept_unless_told() {
    let folder = folder();
    for taken in ["bad.ndjson", "bad.ndjson.reasons.ndjson"] {
        folder.write(taken, "old");
        let run = folder.run("convert in.ndjson -o out.parquet --on-error bad.ndjson");
        run.expect_code(4).expect_told(&[taken]);
        assert_eq!(folder.text(taken), "old");
        assert_eq!(folder.names(), [taken, "in.ndjson"]);
        std::fs::remove_file(folder.path(taken)).expect("removes");
    }
    folder.write("bad.ndjson", "old");
    folder.run("convert in.ndjson -o out.parquet --on-error bad.ndjson --overwrite").expect_code(0);
    assert_eq!(folder.read("bad.ndjson"), REJECTED);
}

#[test]
fn a_failed_run_keeps_no_rejected_lines() {
    let folder = folder();
    let run = folder.run("convert in.ndjson missing -o out.parquet --on-error bad.ndjson");
    run.expect_code(1).expect_told(&["missing"]);
    assert_eq!(folder.names(), ["in.ndjson"]);
}

#[test]
fn refused_rows_are_rejected_like_malformed_lines() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{\"n\":1}\n{\"n\":\"x\"}\n{\"n\":2}\n");
    let run = folder.run("convert in.ndjson -o out.parquet --strict");
    run.expect_code(3).expect_told(&[
        "in.ndjson: line 2, column 1 (byte 8)",
        "column \"n\"",
        "int64",
    ]);
    folder.run("convert in.ndjson -o out.parquet --strict --on-error ./bad").expect_code(0);
    assert_eq!(folder.rows("out.parquet"), [json!({"n": 1}), json!({"n": 2})]);
    assert_eq!(folder.text("bad"), "{\"n\":\"x\"}\n");
}

#[test]
fn long_lines_are_rejected_unchanged() {
    let folder = Folder::new();
    let just = format!("{{\"n\":1,\"x\":\"{}\"}}", "x".repeat(83));
    assert_eq!(just.len(), 97);
    let (long, huge) = (just.replace('1', "11"), just.replace("xx", &"y".repeat(50_000)));
    let lines = format!("{long}\n{just}\n{huge}\n{just}");
    folder.write("in.ndjson", lines);
    let run = folder.run("convert in.ndjson -o out.parquet --max-line 97B --on-error ./bad --json");
    let report = run.expect_code(0).json();
    assert_eq!(folder.rows("out.parquet").len(), 2);
    assert_eq!(folder.text("bad"), format!("{long}\n{huge}\n"));
    assert_eq!(report["input"]["rejected"], 2);
    let run = folder.run("convert in.ndjson -o again.parquet --max-line 97B");
    run.expect_code(3)
        .expect_told(&["in.ndjson: line 1, column 1 (byte 0)", "longer than 97 bytes"]);
}

/// What Python writes that JSON does not have is rejected with the option that takes it.
#[test]
fn numbers_and_surrogates_that_json_does_not_have_are_taken_on_request() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{\"a\":NaN,\"b\":\"x\\ud83d\"}\n{\"a\":-Infinity,\"b\":\"y\"}\n");
    let convert = "convert in.ndjson -o out.parquet --overwrite";
    folder.run(convert).expect_code(3).expect_told(&["line 1, column 16", "--lone-surrogates"]);
    let run = folder.run(&format!("{convert} --lone-surrogates replace"));
    run.expect_code(3).expect_told(&["line 1, column 6", "--allow-nan"]);
    let run = folder.run(&format!("{convert} --lone-surrogates replace --allow-nan"));
    run.expect_code(0).expect_told(&["2 numbers that JSON does not have", "1 surrogate without"]);
    let cat = folder.run("cat out.parquet");
    let rows = "{\"a\":\"NaN\",\"b\":\"x\u{fffd}\"}\n{\"a\":\"-Infinity\",\"b\":\"y\"}\n";
    assert_eq!(cat.expect_code(0).text(), rows);
}
