//! A month of logs becomes datasets, and other people's readers answer questions from them: the Python program in
//! `readers/month` runs the command, knows the answers without it, and counts the row groups that are read.

use std::fs;
use std::io::Write as _;
use std::process::Command;

use crate::support::Folder;

const MONTH: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../bucksaw/tests/suite/interop/readers/month");
const DOCUMENTATION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/datasets.md");
/// Readers that are asked, where they are installed.
const READERS: [&str; 5] = ["duckdb", "pyarrow", "polars", "clickhouse", "spark"];
/// Rows of an hour, and of a row group.
const ROWS: u32 = 40;

/// The interpreter that has the newest readers, and which of them it has.
pub(super) fn newest_readers() -> (String, Vec<&'static str>) {
    let lines = std::env::var("BUCKSAW_READERS")
        .expect("BUCKSAW_READERS names the readers that are installed: run ./test");
    let lines = lines.lines().map(|line| line.split_once('\t').expect("a tab")).collect::<Vec<_>>();
    let newest = lines[0].0;
    let installed = lines.iter().filter(|(python, _)| *python == newest);
    let installed: Vec<&str> = installed.flat_map(|(_, names)| names.split_whitespace()).collect();
    let names = READERS.into_iter().filter(|name| installed.contains(name)).collect();
    (newest.to_owned(), names)
}

/// Runs the program, and returns what it printed.
#[track_caller]
fn ask(rows: u32) -> String {
    let folder = Folder::new();
    let (python, names) = newest_readers();
    let mut command = Command::new(python);
    command.args(["-B", MONTH, crate::PROGRAM]).arg(folder.path("")).arg(rows.to_string());
    let output = command.args(names).output().expect("the interpreter can be run");
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    std::io::stdout().write_all(printed.as_bytes()).expect("standard output");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{printed}\n{errors}");
    printed
}

#[test]
#[ignore = "needs other people's readers: run ./test"]
fn readers_answer_questions_about_a_month_and_skip_what_they_need_not_read() {
    let printed = ask(ROWS);
    let documentation = fs::read_to_string(DOCUMENTATION).expect("docs/datasets.md");
    let table = printed.lines().filter(|line| line.starts_with('|')).collect::<Vec<_>>();
    assert_ne!(table.len(), 0);
    for line in table {
        assert!(documentation.contains(line), "docs/datasets.md has not:\n{line}");
    }
}

mod long {
    #[test]
    #[ignore = "long: ./test --long"]
    fn readers_answer_questions_about_a_month_and_skip_what_they_need_not_read() {
        super::ask(10 * super::ROWS);
    }
}
