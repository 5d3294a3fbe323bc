//! Where files appear, what is refused, what is reported.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Folder, folder_elsewhere, is_staged, names_in, synth40, wait_until};

const LINE: &str = "{\"n\":1}\n";

#[test]
fn a_directory_gets_one_file_for_each_input() {
    let folder = Folder::new();
    folder.write("a.ndjson", "{\"n\":1}\n");
    folder.write("sub/b.json", "{\"n\":2}\n{\"n\":3}\n");
    // A missing directory is made, one that exists needs no slash.
    for arguments in ["a.ndjson sub -o new/dir/", "a.ndjson sub -o new/dir --overwrite"] {
        let run = folder.run(&format!("convert {arguments} --json"));
        let report = run.expect_code(0).json();
        assert_eq!(names_in(&folder.path("new")), ["dir", "dir/a.parquet", "dir/b.parquet"]);
        assert_eq!(folder.rows("new/dir/a.parquet"), [json!({"n": 1})]);
        assert_eq!(folder.rows("new/dir/b.parquet"), [json!({"n": 2}), json!({"n": 3})]);
        let paths: Vec<&Value> =
            (0..2).map(|at| &report["reports"][at]["files"][0]["path"]).collect();
        assert_eq!(paths[1].as_str().map(|path| path.ends_with("b.parquet")), Some(true));
        assert_eq!(report["input"]["rows"], 3);
    }
}

#[test]
fn colliding_names_are_refused_before_any_work() {
    let folder = Folder::new();
    folder.write("a.ndjson", LINE);
    folder.write("x.ndjson", LINE);
    folder.write("sub/x.json.gz", LINE);
    let run = folder.run("convert a.ndjson x.ndjson sub -o out/ --on-error bad.ndjson");
    run.expect_code(2).expect_told(&["x.ndjson", "sub/x.json.gz", "out/x.parquet"]);
    assert_eq!(folder.names(), ["a.ndjson", "sub", "sub/x.json.gz", "x.ndjson"]);
}

#[test]
fn an_existing_file_is_kept_unless_told() {
    let folder = Folder::new();
    folder.write("a.ndjson", LINE);
    folder.write("out.parquet", "old");
    let run = folder.run("convert a.ndjson -o out.parquet");
    run.expect_code(4).expect_told(&["out.parquet", "--overwrite"]);
    assert_eq!(folder.text("out.parquet"), "old");
    assert_eq!(folder.names(), ["a.ndjson", "out.parquet"]);
    folder.run("convert a.ndjson -o out.parquet --overwrite").expect_code(0);
    assert_eq!(folder.rows("out.parquet"), [json!({"n": 1})]);
}

#[test]
fn an_existing_file_in_a_directory_is_found_before_any_work() {
    let folder = Folder::new();
    folder.write("a.ndjson", LINE);
    folder.write("b.ndjson", LINE);
    folder.write("out/b.parquet", "old");
    folder.run("convert a.ndjson b.ndjson -o out/").expect_code(4).expect_told(&["out/b.parquet"]);
    assert_eq!(names_in(&folder.path("out")), ["b.parquet"]);
    assert_eq!(folder.text("out/b.parquet"), "old");
}

#[test]
fn a_file_that_appears_meanwhile_is_kept() {
    let folder = Folder::new();
    let mut child = folder.start("convert - -o out.parquet");
    wait_until("a file is staged", || folder.names().iter().any(|name| is_staged(name)));
    folder.write("out.parquet", "from elsewhere");
    drop(child.stdin.take());
    let output = child.wait_with_output().expect("ends");
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(folder.text("out.parquet"), "from elsewhere");
    assert_eq!(folder.names(), ["out.parquet"]);
}

#[test]
fn an_output_that_is_an_input_is_refused() {
    let folder = Folder::new();
    folder.write("a.ndjson", LINE);
    folder.write("sub/b.parquet", LINE);
    for output in ["a.ndjson", "./sub/../a.ndjson", "fine.parquet --on-error a.ndjson"] {
        let run = folder.run(&format!("convert a.ndjson sub/b.parquet -o {output} --overwrite"));
        run.expect_code(2).expect_told(&["a.ndjson", "is an input"]);
    }
    folder.write("sub/b", LINE);
    let run = folder.run("convert sub/b sub/b.parquet -o sub --overwrite");
    run.expect_code(2).expect_told(&["sub/b.parquet", "is an input"]);
    // The file of reasons counts, too.
    folder.write("bad.reasons.ndjson", LINE);
    let run = folder.run("convert bad.reasons.ndjson -o fine.parquet --on-error ./bad --overwrite");
    run.expect_code(2).expect_told(&["bad.reasons.ndjson", "is an input"]);
    assert_eq!(folder.names(), ["a.ndjson", "bad.reasons.ndjson", "sub", "sub/b", "sub/b.parquet"]);
    assert_eq!(folder.text("a.ndjson"), LINE);
    assert_eq!(folder.text("sub/b.parquet"), LINE);
    assert_eq!(folder.text("bad.reasons.ndjson"), LINE);
}

/// Whatever a path is called, and whatever else is read there.
#[cfg(unix)]
#[test]
fn nothing_that_is_read_is_written() {
    let folder = Folder::new();
    folder.write("a.ndjson", LINE);
    folder.write("s.json", "{\"columns\": [{\"name\": \"n\", \"type\": \"int64\"}]}");
    fs::hard_link(folder.path("a.ndjson"), folder.path("hard")).expect("links");
    fs::hard_link(folder.path("s.json"), folder.path("hard.reasons.ndjson")).expect("links");
    std::os::unix::fs::symlink("s.json", folder.path("soft")).expect("links");
    let before = folder.names();
    for (arguments, told) in [
        ("a.ndjson -o hard", "hard is an input"),
        ("a.ndjson -o x.parquet --on-error ./hard", "hard is an input"),
        ("a.ndjson -o s.json --schema s.json", "s.json is the schema"),
        ("a.ndjson -o soft --schema s.json", "soft is the schema"),
        ("a.ndjson -o x.parquet --schema s.json --on-error ./s.json", "s.json is the schema"),
        ("a.ndjson -o x.parquet --schema soft --on-error ./hard", "hard"),
        ("hard -o ./a.ndjson", "a.ndjson is an input"),
        ("a.ndjson -o new --on-error ./new", "--on-error"),
    ] {
        let run = folder.run(&format!("convert {arguments} --overwrite"));
        run.expect_code(2).expect_told(&[told]);
        assert_eq!(folder.names(), before, "{arguments}");
    }
    assert_eq!(folder.text("hard"), LINE);
    // Standard output may be a file, too.
    let end = fs::OpenOptions::new().append(true).open(folder.path("a.ndjson")).expect("opens");
    let output = folder.command("convert a.ndjson -o -").stdout(end).output().expect("runs");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    // And standard input.
    let input = fs::File::open(folder.path("a.ndjson")).expect("opens");
    let mut command = folder.command("convert - -o a.ndjson --overwrite");
    let output = command.stdin(input).output().expect("runs");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(folder.text("a.ndjson"), LINE);
}

#[test]
fn rejected_lines_and_rows_do_not_go_to_one_file() {
    let folder = Folder::new();
    folder.write("a.ndjson", "{\"n\":1}\nbad\n");
    for arguments in [
        "-o out --on-error ./out",
        "-o ./out --on-error ./out",
        "-o bad.reasons.ndjson --on-error ./bad",
    ] {
        let run = folder.run(&format!("convert a.ndjson {arguments} --overwrite"));
        run.expect_code(2).expect_told(&["--on-error"]);
    }
    assert_eq!(folder.names(), ["a.ndjson"]);
}

#[test]
fn a_directory_or_nowhere_is_no_output() {
    let folder = Folder::new();
    folder.write("a.ndjson", LINE);
    let run = folder.run("convert a.ndjson -o missing/out.parquet");
    run.expect_code(1).expect_told(&["missing"]);
    folder.run("convert a.ndjson -o .. --overwrite --temp-dir missing").expect_code(1);
    assert_eq!(folder.names(), ["a.ndjson"]);
}

#[test]
fn a_file_is_staged_beside_its_target_or_in_the_temporary_directory() {
    for (options, staged_in, other) in [("", "here", "temp"), ("--temp-dir temp", "temp", "here")] {
        let folder = Folder::new();
        fs::create_dir(folder.path("here")).expect("makes a folder");
        fs::create_dir(folder.path("temp")).expect("makes a folder");
        let child = folder.start(&format!("convert - -o here/out.parquet {options}"));
        let list = |name: &str| names_in(&folder.path(name));
        // For a moment an empty file is there too, which tells what permissions new files have.
        let mut staged = Vec::new();
        wait_until("one file is staged", || {
            staged = list(staged_in);
            staged.len() == 1
        });
        assert!(is_staged(&staged[0]) && staged[0].starts_with(".out.parquet."), "{staged:?}");
        // The same, where the other is the target's.
        wait_until("nothing is in the other", || list(other).is_empty());
        // Its input ends here.
        let output = child.wait_with_output().expect("ends");
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(folder.names(), ["here", "here/out.parquet", "temp"]);
    }
}

#[test]
fn a_missing_temporary_directory_is_named() {
    let folder = Folder::new();
    folder.write("a.ndjson", LINE);
    let run = folder.run("convert a.ndjson -o out.parquet --temp-dir nowhere");
    run.expect_code(1).expect_told(&["nowhere"]);
    assert_eq!(folder.names(), ["a.ndjson"]);
}

#[cfg(unix)]
#[test]
fn a_temporary_directory_may_lie_on_another_file_system() {
    let elsewhere = folder_elsewhere();
    let folder = Folder::new();
    folder.write("a.ndjson", synth40(200));
    folder.run("convert a.ndjson -o reference.parquet").expect_code(0);
    let temp = elsewhere.path().display();
    folder.run(&format!("convert a.ndjson -o out.parquet --temp-dir {temp}")).expect_code(0);
    assert!(folder.read("out.parquet") == folder.read("reference.parquet"));
    assert_eq!(folder.names(), ["a.ndjson", "out.parquet", "reference.parquet"]);
    assert_eq!(names_in(elsewhere.path()), [""; 0]);
    let run = folder.run(&format!("convert a.ndjson -o out.parquet --temp-dir {temp}"));
    run.expect_code(4);
}

#[test]
fn the_report_is_json_with_every_count() {
    let folder = Folder::new();
    let lines =
        "{\"t\":5,\"a\":1,\"A\":\"x\"}\n\nbad\n{\"t\":3,\"a\":\"y\"}\n{\"t\":9,\"a\":2.5}\n";
    folder.write("in.ndjson", lines);
    let run =
        folder.run("convert in.ndjson -o out.parquet --on-error skip --json --timestamp-column t --settling-rows 0");
    let report = run.expect_code(0).json();
    let input = &report["input"];
    assert_eq!(
        *input,
        json!({
            "records": 4, "rows": 3, "rejected": 1, "blank": 1, "bytes": lines.len(),
            "nul_bytes": 0, "text_lines": 0, "truncated": 0,
            "deletions": 0,
            "outside": 0, "withheld": 0,
        })
    );
    let written = &report["reports"][0];
    assert_eq!(written["rows"], 3);
    assert_eq!(written["rejected"], 1);
    let names: Vec<&str> =
        written["alterations"].as_object().expect("an object").keys().map(String::as_str).collect();
    for name in [
        "conflicts",
        "oversized_numbers",
        "widened",
        "rounded",
        "ambiguous_times",
        "parsed_texts",
        "json_texts",
        "too_deep",
        "duplicates",
        "rest_values",
        "stored_as_text",
    ] {
        assert!(names.contains(&name), "{name} is not in {names:?}");
    }
    assert_eq!(written["alterations"]["conflicts"], 2);
    assert_eq!(written["renamed"], json!([{"from": "A", "to": "A__2"}]));
    assert_eq!(written["timestamps"], json!([{"column": "t", "first": 3, "last": 9}]));
    assert!(written["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0));
    let file = &written["files"][0];
    assert_eq!(file["path"], "out.parquet");
    assert_eq!(file["rows"], 3);
    assert_eq!(file["row_groups"], 1);
    assert_eq!(file["bytes"], folder.read("out.parquet").len());
    let columns: Vec<(&str, &str, u64)> = (file["columns"].as_array().expect("a list").iter())
        .map(|column| {
            assert!(column["compressed_bytes"].as_u64().is_some_and(|bytes| bytes > 0));
            let ratio = column["encoded_bytes"].as_f64().zip(column["compressed_bytes"].as_f64());
            let expected = ratio.map(|(encoded, compressed)| encoded / compressed);
            // Read back from JSON, the last digit may differ.
            let pair = column["ratio"].as_f64().zip(expected);
            assert!(
                pair.is_some_and(|(ratio, expected)| (ratio - expected).abs() < 1e-9),
                "{pair:?}"
            );
            let text = |name: &str| column[name].as_str().expect("text");
            (text("name"), text("type"), column["nulls"].as_u64().expect("a count"))
        })
        .collect();
    assert_eq!(
        columns,
        [("t", "int64", 0), ("a", "int64", 2), ("A__2", "text", 2), ("a__text", "text", 1)]
    );
}

#[test]
fn the_summary_goes_to_standard_error_and_quiet_leaves_it_out() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{\"n\":1}\nbad\n{\"n\":\"x\"}\n");
    let arguments =
        "convert in.ndjson -o out.parquet --on-error skip --overwrite --settling-rows 0";
    let run = folder.run(arguments).expect_code(0);
    assert_eq!(run.text(), "");
    let run =
        run.expect_told(&["out.parquet: 2 rows, 2 columns, 1 row group", "3 lines", "rows/s"]);
    run.expect_told(&["1 line rejected", "1 value of another type"]);
    let run = folder.run(&format!("{arguments} --quiet")).expect_code(0);
    assert_eq!((run.text(), run.stderr.as_str()), ("", ""));
    let run = folder.run(&format!("{arguments} --quiet --json")).expect_code(0);
    assert_eq!(run.stderr, "");
    assert_eq!(run.json()["input"]["rejected"], 1);
    // Errors are no summary.
    let run = folder.run("convert in.ndjson -o out.parquet --quiet --overwrite");
    run.expect_code(3).expect_told(&["in.ndjson"]);
}

/// Folders that a run made for its files go with it, but for those in which something is.
#[test]
fn a_run_that_comes_to_nothing_leaves_no_folders() {
    let folder = Folder::new();
    folder.write("in/a.ndjson", "{\"n\":1}\n");
    folder.write("in/b.ndjson", "bad\n");
    folder.run("convert in -o out/of/it/").expect_code(3);
    assert!(!folder.path("out").exists());
    fs::create_dir(folder.path("out")).expect("makes a folder");
    folder.run("convert in -o out/of/it/").expect_code(3);
    assert!(folder.path("out").exists() && !folder.path("out/of").exists());
    folder.run("convert in -o out/of/it/ --on-error skip").expect_code(0);
    assert_eq!(names_in(&folder.path("out/of/it")), ["a.parquet", "b.parquet"]);
}
