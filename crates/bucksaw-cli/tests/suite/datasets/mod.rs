//! What looks after datasets: `bucksaw verify`, `repair`, `inspect`, `ls`, `expire` and `compact` of them.

mod care;
mod inspect;
mod month;
mod repair;
mod types;
mod verify;

use std::fs;

use serde_json::Value;

use crate::support::{Folder, Run};

/// So many rows of three services.
fn lines(rows: std::ops::Range<u32>) -> String {
    let line = |row| {
        format!(
            "{{\"time\":\"2026-11-28T07:00:{:02}Z\",\"service\":\"s{}\",\"row\":{row}}}\n",
            row % 60,
            row % 3
        )
    };
    rows.map(line).collect()
}

/// A dataset `lake` of two runs, in three folders of two files each.
fn lake() -> Folder {
    let folder = Folder::new();
    for run in 0..2 {
        folder.write("in.ndjson", lines(run * 30..run * 30 + 30));
        let run = "convert in.ndjson -o lake/ --partition service --sort row -q";
        folder.run(run).expect_code(0);
    }
    folder
}

/// The paths of a dataset's files, as `bucksaw ls` has them.
fn paths(folder: &Folder) -> Vec<String> {
    let run = folder.run("ls lake --json").expect_code(0);
    documents(&run).iter().map(|file| file["path"].as_str().expect("a path").to_owned()).collect()
}

/// The lines of JSON that a run has printed.
fn documents(run: &Run) -> Vec<Value> {
    run.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The file of the manifest with this name.
fn entry(folder: &Folder, number: u32) -> std::path::PathBuf {
    folder.path(&format!("lake/_bucksaw/manifest/{number:012}.ndjson"))
}

/// Changes an entry's text.
fn change(folder: &Folder, number: u32, from: &str, to: &str) {
    let path = entry(folder, number);
    let text = fs::read_to_string(&path).expect("an entry");
    assert!(text.contains(from), "{from:?} is not in {text}");
    fs::write(path, text.replacen(from, to, 1)).expect("writes");
}
