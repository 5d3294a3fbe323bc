//! The `workloads` command from outside.

use bucksaw_workloads::Workload;
use std::io::Read;
use std::process::{Command, Stdio};

fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_workloads"))
}

#[test]
fn writes_what_the_library_makes() {
    for workload in Workload::ALL {
        let output = command().args([workload.name(), "--rows", "700"]).output().expect("runs");
        assert!(output.status.success());
        assert!(output.stdout == workload.ndjson(42, 700), "{}", workload.name());
    }
    let output = command().args(["varied", "--rows=3", "--seed=9"]).output().expect("runs");
    assert!(output.stdout == Workload::Varied.ndjson(9, 3));
}

#[test]
fn help_names_every_workload() {
    let output = command().arg("--help").output().expect("runs");
    assert!(output.status.success());
    let help = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(Workload::ALL.iter().all(|workload| help.contains(workload.name())));
}

#[test]
fn a_bad_argument_is_said_and_exits_with_2() {
    let output = command().args(["synth40", "--rows", "many"]).output().expect("runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("'many'"));
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let mut child = command()
        .args(["synth40", "--rows", "100000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    let mut first = [0; 100];
    // The pipe is closed as soon as it is dropped.
    child.stdout.take().expect("piped").read_exact(&mut first).expect("reads");
    let output = child.wait_with_output().expect("ends");
    assert!(output.status.success());
    assert!(output.stderr.is_empty());
}
