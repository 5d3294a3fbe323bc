//! `bucksaw bench` and `bucksaw plan` are a program of their own.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::support::{Folder, Run};

/// A link to the command, with nothing beside it and nothing on the path.
fn alone(folder: &Folder) -> Command {
    let program = folder.path("bucksaw");
    // A link to a file elsewhere would be followed.
    fs::hard_link(crate::PROGRAM, &program)
        .or_else(|_| fs::copy(crate::PROGRAM, &program).map(drop))
        .expect("links or copies");
    let mut command = Command::new(program);
    command.env("PATH", folder.path("bin"));
    command
}

fn run(command: &mut Command, arguments: &str) -> Run {
    command.args(arguments.split_whitespace()).output().expect("runs").into()
}

#[test]
fn every_argument_goes_to_the_program_beside_or_on_the_path() {
    for place in ["bucksaw-bench", "bin/bucksaw-bench"] {
        for arguments in ["bench --rows 1K --json -q", "plan --help", "bench", "plan a --given b=1"]
        {
            let folder = Folder::new();
            fs::create_dir(folder.path("bin")).expect("makes a folder");
            symlink("/bin/echo", folder.path(place)).expect("links");
            let run = run(&mut alone(&folder), arguments).expect_code(0);
            assert_eq!(run.text(), format!("{arguments}\n"));
        }
    }
}

#[test]
fn the_exit_code_is_that_of_the_program() {
    let folder = Folder::new();
    symlink("/bin/false", folder.path("bucksaw-bench")).expect("links");
    run(&mut alone(&folder), "bench").expect_code(1);
}

#[test]
fn where_there_is_no_such_program_it_is_told_how_to_get_it() {
    let folder = Folder::new();
    let run = run(&mut alone(&folder), "bench --rows 1K").expect_code(1);
    run.expect_told(&["bucksaw bench", "cargo install", "crates/bucksaw-bench"]);
}
