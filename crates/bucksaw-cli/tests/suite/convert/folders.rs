//! Folders of inputs: which files are read, where theirs appear, and what becomes of the others when one fails.

use std::fs;

use serde_json::json;

use crate::support::{Folder, names_in};

const LINE: &str = "{\"n\":1}\n";

#[test]
fn rotated_logs_and_names_in_capitals_are_read_and_other_files_told() {
    let folder = Folder::new();
    let read = ["a.JSON", "app.log", "app.log.1", "app.log-20261128", "deep/app.log.2.GZ"];
    read.iter().for_each(|name| folder.write(&format!("logs/{name}"), LINE));
    // What was written by a run is not worth a word.
    for name in ["logs/notes.txt", "logs/deep/data.txt", "logs/.hidden", "logs/old.parquet"] {
        folder.write(name, "no JSON");
    }
    let run = folder.run("convert logs -o out.parquet --quiet").expect_code(0);
    assert_eq!(
        run.stderr,
        "logs/deep/data.txt, logs/notes.txt are left out, by their names: name them to read them\n"
    );
    assert_eq!(folder.rows("out.parquet").len(), read.len());
    for name in ["x", "y"] {
        folder.write(&format!("logs/{name}"), "");
    }
    let run = folder.run("convert logs -o out/ --quiet").expect_code(0);
    assert_eq!(
        run.stderr,
        "4 files in logs are left out, by their names (logs/deep/data.txt, logs/notes.txt, logs/x and others): \
         name them to read them\n"
    );
    let expected = [
        "a.parquet",
        "app-20261128.parquet",
        "app.1.parquet",
        "app.parquet",
        "deep",
        "deep/app.2.parquet",
    ];
    assert_eq!(names_in(&folder.path("out")), expected);
}

#[test]
fn files_keep_the_folders_that_their_inputs_were_found_in() {
    let folder = Folder::new();
    for name in ["x.ndjson", "a/x.ndjson", "a/b/x.ndjson", "c/x.ndjson"] {
        folder.write(&format!("logs/{name}"), LINE);
    }
    for (inputs, expected) in [
        (
            "logs",
            &["a", "a/b", "a/b/x.parquet", "a/x.parquet", "c", "c/x.parquet", "x.parquet"][..],
        ),
        ("logs/a", &["b", "b/x.parquet", "x.parquet"]),
        ("logs/*/x.ndjson", &["a", "a/x.parquet", "c", "c/x.parquet"]),
        (
            "logs/**/x.ndjson",
            &["a", "a/b", "a/b/x.parquet", "a/x.parquet", "c", "c/x.parquet", "x.parquet"],
        ),
        ("logs/a/b/x.ndjson logs/c", &["x.parquet"]),
    ] {
        let run = folder.run(&format!("convert {inputs} -o out/"));
        if inputs.contains(' ') {
            run.expect_code(2).expect_told(&["would both become out/x.parquet"]);
            continue;
        }
        run.expect_code(0);
        assert_eq!(names_in(&folder.path("out")), expected, "{inputs}");
        fs::remove_dir_all(folder.path("out")).expect("removes");
    }
    // A run that comes to nothing leaves no folder.
    folder.write("logs/c/y.ndjson", "bad\n");
    folder.run("convert logs -o out/").expect_code(3);
    assert!(!folder.path("out").exists());
}

#[test]
fn inputs_whose_files_are_there_are_skipped() {
    let folder = Folder::new();
    folder.write("logs/a.ndjson", LINE);
    folder.write("logs/b.ndjson", "bad\n");
    folder.write("out/b.parquet", "of an earlier run");
    let run = folder.run("convert logs -o out/ --skip-existing --json").expect_code(0);
    assert_eq!(run.json()["existing"], json!(["out/b.parquet"]));
    run.expect_told(&["1 file is there already; its input is skipped"]);
    assert_eq!(folder.text("out/b.parquet"), "of an earlier run");
    assert_eq!(folder.rows("out/a.parquet").len(), 1);
    // Nothing is left, and none of the other files is made.
    for output in ["out/", "out/a.parquet"] {
        let command = format!("convert logs -o {output} --skip-existing --on-error ./bad --json");
        let run = folder.run(&command).expect_code(0);
        assert_eq!(
            (&run.json()["input"]["records"], &run.json()["reports"]),
            (&json!(0), &json!([]))
        );
        assert_eq!(names_in(&folder.path("out")), ["a.parquet", "b.parquet"]);
        assert!(!folder.path("bad").exists());
    }
    for wrong in ["-o out/ --skip-existing --overwrite", "-o - --skip-existing"] {
        folder.run(&format!("convert logs {wrong}")).expect_code(2);
    }
}

/// So that all files of the folder are one table.
#[test]
fn what_is_written_beside_files_that_are_there_has_their_types() {
    let folder = Folder::new();
    folder.write("in/a.ndjson", "{\"n\":1.5,\"o\":{\"x\":\"text\"}}\n");
    folder.run("convert in -o out/").expect_code(0);
    folder.write("in/b.ndjson", "{\"n\":1,\"o\":{\"x\":7},\"new\":true}\n");
    let run = folder.run("convert in -o out/ --skip-existing").expect_code(0);
    assert!(!run.stderr.contains("not known"), "{}", run.stderr);
    let expected = [json!({"n": 1.0, "o_x": "7", "new": true})];
    assert_eq!(folder.rows("out/b.parquet"), expected);
    // What a schema declares wins.
    folder.write("s.json", r#"{"columns":[{"name":"n","type":"text"}]}"#);
    folder.write("in/c.ndjson", "{\"n\":1}\n");
    folder.run("convert in -o out/ --skip-existing --schema s.json").expect_code(0);
    assert_eq!(folder.rows("out/c.parquet"), [json!({"n": "1"})]);
    folder.write("out/a.parquet", "damaged");
    folder.write("in/d.ndjson", "{\"n\":1}\n");
    let run = folder.run("convert in -o out/ --skip-existing").expect_code(0);
    run.expect_told(&["the columns of out/a.parquet are not known: "]);
}

/// Those that an earlier run kept are of inputs that are skipped now.
#[test]
fn files_of_bad_lines_are_never_replaced_by_a_run_that_skips() {
    let folder = Folder::new();
    folder.write("in/a.ndjson", "{\"n\":1}\nbad\n");
    folder.run("convert in -o out/ --on-error ./bad").expect_code(0);
    folder.write("in/b.ndjson", "{\"n\":1}\nworse\n");
    let run = folder.run("convert in -o out/ --on-error ./bad --skip-existing");
    run.expect_code(4).expect_told(&["bad exists", "name another file with --on-error"]);
    folder.run("convert in -o out/ --on-error ./more --skip-existing").expect_code(0);
    assert_eq!((folder.text("bad"), folder.text("more")), ("bad\n".into(), "worse\n".into()));
}

#[test]
fn with_keep_going_the_files_of_good_inputs_appear_and_a_second_run_does_the_others() {
    let folder = Folder::new();
    let gone = || {
        #[cfg(unix)]
        std::os::unix::fs::symlink("nowhere", folder.path("in/d.ndjson")).expect("links");
        #[cfg(not(unix))]
        folder.write("in/d.ndjson", "bad\n");
    };
    folder.write("in/a.ndjson", LINE);
    folder.write("in/sub/b.ndjson", "{\"n\":1}\nbad\n");
    folder.write("in/c.ndjson", "PAR1");
    gone();
    folder.write("in/e.ndjson", LINE);
    // Without it, none appears.
    folder.run("convert in -o out/").expect_code(3);
    assert!(!folder.path("out").exists());
    let command = "convert in -o out/ --keep-going --skip-existing --json";
    let run = folder.run(command).expect_code(5);
    assert_eq!(names_in(&folder.path("out")), ["a.parquet", "e.parquet"]);
    assert_eq!(run.json()["input"]["rows"], 2);
    let failed: Vec<_> = run.json()["failures"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|failure| failure["input"].clone())
        .collect();
    assert_eq!(failed, ["in/c.ndjson", "in/d.ndjson", "in/sub/b.ndjson"]);
    run.expect_told(&[
        "bucksaw: 3 of 5 inputs could not be converted; the files of the others are written",
        "\n  in/c.ndjson: it starts as a Parquet file and has no footer",
        "\n  in/sub/b.ndjson: line 2, column 1 (byte 8): expected an object",
    ]);
    fs::remove_file(folder.path("in/d.ndjson")).expect("removes");
    for name in ["in/sub/b.ndjson", "in/c.ndjson", "in/d.ndjson"] {
        folder.write(name, LINE);
    }
    folder.run(command).expect_code(0).expect_told(&["2 files are there already"]);
    let expected = ["a", "c", "d", "e", "sub", "sub/b"];
    let names = names_in(&folder.path("out"));
    assert_eq!(
        names.iter().map(|name| name.trim_end_matches(".parquet")).collect::<Vec<_>>(),
        expected
    );
}

#[test]
fn with_keep_going_nothing_appears_where_nothing_is_good_or_the_run_itself_fails() {
    let folder = Folder::new();
    folder.write("in/a.ndjson", "bad\n");
    folder.write("in/b.ndjson", "[1]\n");
    let run = folder.run("convert in -o out/ --keep-going");
    run.expect_code(3)
        .expect_told(&["none of the 2 inputs could be converted", "\n  in/b.ndjson: line 1"]);
    folder.write("in/c.ndjson", LINE);
    let rejecting = "convert in -o out/ --keep-going --on-error skip --max-rejected 1";
    folder.run(rejecting).expect_code(3).expect_told(&["2 of 3 lines were rejected"]);
    assert_eq!(names_in(&folder.path("")), ["in", "in/a.ndjson", "in/b.ndjson", "in/c.ndjson"]);
    folder.write("out/b.parquet", "here already");
    folder.run("convert in -o out/ --keep-going --on-error skip").expect_code(4);
    let run = folder.run("convert in -o out.parquet --keep-going");
    run.expect_code(2).expect_told(&["--keep-going needs a directory"]);
}

#[test]
fn a_folder_of_parquet_files_alone_says_how_they_are_read() {
    let folder = Folder::new();
    folder.write("old/a.parquet", "");
    let run = folder.run("convert old -o out.parquet").expect_code(2);
    run.expect_told(&["no input in the directory old", "name them: 'old/**/*.parquet'"]);
}
