//! Files whose names are no UTF-8.
#![cfg(target_os = "linux")]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use serde_json::json;

use crate::support::{Folder, Run};

const LINE: &str = "{\"n\":1}\n";

fn os(bytes: &[u8]) -> &OsStr {
    OsStr::from_bytes(bytes)
}

fn path(folder: &Folder, name: &[u8]) -> PathBuf {
    folder.path("").join(os(name))
}

fn write(folder: &Folder, name: &[u8], text: &str) {
    fs::write(path(folder, name), text).expect("writes");
}

/// The names in a folder, sorted.
fn names(folder: &Folder, name: &[u8]) -> Vec<OsString> {
    let entries = fs::read_dir(path(folder, name)).expect("a folder");
    let mut names: Vec<_> = entries.map(|entry| entry.expect("an entry").file_name()).collect();
    names.sort();
    names
}

fn run(folder: &Folder, arguments: &[&[u8]]) -> Run {
    let mut command = folder.command("convert");
    command.args(arguments.iter().map(|argument| os(argument))).output().expect("runs").into()
}

#[test]
fn inputs_and_outputs_are_read_written_and_shown_escaped() {
    let folder = Folder::new();
    write(&folder, b"in\xff.ndjson", "{\"n\":1}\nbad\n");
    let arguments: [&[u8]; 6] =
        [b"in\xff.ndjson", b"-o", b"out\xfe.parquet", b"--on-error", b"bad\xfd", b"--json"];
    let done = run(&folder, &arguments).expect_code(0);
    assert_eq!(done.json()["reports"][0]["files"][0]["path"], r"out\xfe.parquet");
    done.expect_told(&[r"out\xfe.parquet: 1 row, "]);
    assert_eq!(fs::read(path(&folder, b"bad\xfd")).expect("there"), b"bad\n");
    let reasons = fs::read(path(&folder, b"bad\xfd.reasons.ndjson")).expect("there");
    let reason: serde_json::Value = serde_json::from_slice(&reasons).expect("JSON");
    assert_eq!(reason["source"], r"in\xff.ndjson");
    let before = names(&folder, b"");
    assert_eq!(before.len(), 4);
    fs::copy(path(&folder, b"out\xfe.parquet"), folder.path("copy")).expect("copies");
    assert_eq!(folder.rows("copy"), [json!({"n": 1})]);
    fs::remove_file(folder.path("copy")).expect("removes");
    let refused = run(&folder, &arguments).expect_code(4);
    refused.expect_told(&[r"out\xfe.parquet exists already"]);
    let refused = run(&folder, &[b"in\xff.ndjson", b"-o", b"out"]).expect_code(3);
    refused.expect_told(&[r"in\xff.ndjson: line 2"]);
    let refused = run(&folder, &[b"in\xff.ndjson", b"-o", b"in\xff.ndjson", b"--overwrite"]);
    refused.expect_code(2).expect_told(&[r"in\xff.ndjson is an input"]);
    let refused = run(&folder, &[b"gone\xff", b"-o", b"out"]).expect_code(1);
    refused.expect_told(&[r"gone\xff"]);
    assert_eq!(names(&folder, b""), before);
}

#[test]
fn files_in_a_folder_keep_their_names() {
    let folder = Folder::new();
    fs::create_dir(path(&folder, b"in\xff")).expect("makes a folder");
    write(&folder, b"in\xff/a\xff.ndjson", LINE);
    write(&folder, b"in\xff/a\xfe.ndjson.gz", LINE);
    let expected = [os(b"a\xfe.parquet"), os(b"a\xff.parquet")];
    for (input, output) in
        [(&b"in\xff"[..], &b"out\xff/"[..]), (b"in\xff/*", b"1\xfe/"), (b"in\xff/**/a*", b"2/")]
    {
        run(&folder, &[input, b"-o", output]).expect_code(0);
        assert_eq!(names(&folder, output), expected);
    }
    let refused = run(&folder, &[b"in\xff/*\xff.ndjson", b"-o", b"out"]).expect_code(2);
    refused.expect_told(&[r"in\xFF/*\xFF.ndjson", "UTF-8"]);
}

/// A file staged for a long name has a name, too.
#[test]
fn the_longest_names_work() {
    let folder = Folder::new();
    write(&folder, b"in.ndjson", LINE);
    for name in [[0xff; 255], [b'n'; 255]] {
        run(&folder, &[b"in.ndjson", b"-o", &name]).expect_code(0);
        run(&folder, &[b"in.ndjson", b"-o", &name, b"--overwrite"]).expect_code(0);
        fs::remove_file(path(&folder, &name)).expect("there");
    }
    assert_eq!(folder.names(), ["in.ndjson"]);
}
