//! `bucksaw inspect` on a terminal.
#![cfg(target_os = "linux")]

use std::process::Command;

use crate::support::{Folder, Run, synth40};

/// What the command prints on a terminal of 80 columns.
fn on_terminal(folder: &Folder, arguments: &str) -> String {
    let command = format!("stty cols 80; exec {} {arguments}", crate::PROGRAM);
    let mut script = Command::new("script");
    script.args(["-qec", &command, "/dev/null"]).current_dir(folder.path(""));
    let output = script.stdin(std::process::Stdio::null()).output();
    let run = Run::from(output.expect("script: it is part of bsdutils or util-linux"));
    run.expect_code(0).text().replace('\r', "")
}

#[test]
fn what_is_shown_fits_the_terminal() {
    let folder = Folder::new();
    folder.write("in.ndjson", synth40(300));
    folder.run("convert in.ndjson -o out.parquet").expect_code(0);
    for arguments in ["inspect out.parquet", "inspect out.parquet --rows 3"] {
        let shown = on_terminal(&folder, arguments);
        let widest = shown.lines().map(|line| line.chars().count()).max();
        assert!(widest.is_some_and(|widest| (40..=80).contains(&widest)), "{widest:?}: {shown}");
        // Elsewhere a line is a line.
        let run = folder.run(arguments).expect_code(0);
        assert!(run.text().lines().any(|line| line.chars().count() > 80), "{}", run.text());
    }
    let rows = on_terminal(&folder, "inspect out.parquet --rows 3");
    assert_eq!(rows.lines().filter(|line| line.starts_with("row ")).count(), 3, "{rows}");
}
