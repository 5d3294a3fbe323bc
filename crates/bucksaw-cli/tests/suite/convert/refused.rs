//! What can't be done is said before the work begins, and nothing is left.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use crate::support::{Folder, Run, folder_elsewhere, names_in, synth40, wait_for_end};

const LINE: &str = "{\"n\":1}\n";

/// Runs a line of shell in the folder, in which `$B` is the command.
fn shell(folder: &Folder, script: &str) -> Run {
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).env("B", env!("CARGO_BIN_EXE_bucksaw"));
    shell.current_dir(folder.path("")).stdin(Stdio::null()).output().expect("runs").into()
}

/// Runs the command, whose input never comes, to its end.
fn run_without_reading(folder: &Folder, arguments: &str) -> Run {
    let mut child = folder.start(&format!("convert - {arguments}"));
    let _input = child.stdin.take().expect("piped");
    wait_for_end(&mut child);
    child.wait_with_output().expect("has ended").into()
}

#[test]
fn names_that_are_too_long_are_refused_before_any_work() {
    let folder = Folder::new();
    let (long, with_reasons) = ("o".repeat(256), "b".repeat(241));
    for arguments in [
        format!("-o {long}"),
        format!("-o {long} --temp-dir ."),
        format!("-o out --on-error ./{long}"),
        format!("-o out --on-error ./{with_reasons}"),
        format!("-o - --on-error ./{with_reasons}"),
    ] {
        let run = run_without_reading(&folder, &arguments);
        run.expect_code(1).expect_told(&["256 bytes", "choose a shorter one"]);
        assert_eq!(folder.names(), [""; 0], "{arguments}");
    }
    // The longest names there are.
    let (name, bad) = ("o".repeat(255), "b".repeat(240));
    let run =
        folder.run_with(&format!("convert - -o {name} --on-error ./{bad}"), "{\"n\":1}\nbad\n");
    run.expect_code(0);
    assert_eq!(folder.names().len(), 3);
}

#[test]
fn directories_that_are_missing_or_in_the_way_are_found_before_any_work() {
    let folder = Folder::new();
    fs::create_dir(folder.path("taken")).expect("makes a folder");
    fs::create_dir(folder.path("bad.reasons.ndjson")).expect("makes a folder");
    let before = folder.names();
    for (arguments, code, told) in [
        ("-o missing/out", 1, "missing"),
        ("-o out --on-error missing/bad", 1, "missing"),
        ("-o - --on-error missing/bad", 1, "missing"),
        ("-o out --temp-dir missing", 1, "missing"),
        ("-o out --on-error ./taken", 4, "taken is a directory"),
        ("-o out --on-error ./taken --overwrite", 4, "taken is a directory"),
        ("-o out --on-error ./bad --overwrite", 4, "bad.reasons.ndjson is a directory"),
    ] {
        let run = run_without_reading(&folder, arguments);
        run.expect_code(code).expect_told(&[told]);
        assert_eq!(folder.names(), before, "{arguments}");
    }
}

/// Names in a directory are made durable by opening it, which has to be allowed.
#[test]
fn directories_that_can_not_be_read_or_written_are_found_before_any_work() {
    let folder = Folder::new();
    let command = folder.path("bucksaw");
    fs::copy(env!("CARGO_BIN_EXE_bucksaw"), &command).expect("copies");
    fs::set_permissions(folder.path(""), Permissions::from_mode(0o755)).expect("sets");
    let is_root = rustix::process::geteuid().is_root();
    // Another user's, and so with the rights of others: drop box, then listing only.
    for (mode, told) in [(0o1733, "readable"), (0o1755, "Permission denied")] {
        for arguments in ["-o box/out", "-o - --on-error box/bad"] {
            let _ = fs::remove_dir(folder.path("box"));
            fs::create_dir(folder.path("box")).expect("makes a folder");
            // Without root the folder is ours, and so are its first three bits.
            let mode = if is_root { mode } else { mode & 0o077 | (mode & 0o7) << 6 };
            fs::set_permissions(folder.path("box"), Permissions::from_mode(mode)).expect("sets");
            let mut run = if is_root {
                let mut run = Command::new("setpriv");
                run.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&command);
                run
            } else {
                Command::new(&command)
            };
            run.args(["convert", "-"]).args(arguments.split_whitespace());
            run.current_dir(folder.path("")).stdin(Stdio::piped());
            let mut child =
                run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
            let _input = child.stdin.take().expect("piped");
            wait_for_end(&mut child);
            let run: Run = child.wait_with_output().expect("has ended").into();
            run.expect_code(1).expect_told(&["box", told]);
            fs::set_permissions(folder.path("box"), Permissions::from_mode(0o755)).expect("sets");
            assert_eq!(names_in(&folder.path("box")), [""; 0], "{arguments}");
        }
    }
}

#[test]
fn streams_that_are_closed_are_refused() {
    let folder = Folder::new();
    folder.write("in.ndjson", LINE);
    for (script, told) in [
        ("$B convert in.ndjson -o - >&-", "standard output is closed"),
        ("$B convert - -o out <&-", "standard input is closed"),
        ("$B convert - -o - <&-", "standard input is closed"),
    ] {
        shell(&folder, script).expect_code(2).expect_told(&[told]);
        assert_eq!(folder.names(), ["in.ndjson"], "{script}");
    }
    // What is redirected there is meant.
    shell(&folder, "$B convert in.ndjson -o - >/dev/null").expect_code(0);
    shell(&folder, "$B convert - -o empty </dev/null").expect_code(0);
}

#[test]
fn bad_lines_do_not_go_to_a_stream() {
    let folder = Folder::new();
    folder.write("in.ndjson", "bad\n");
    for output in ["out", "-"] {
        let run = folder.run(&format!("convert in.ndjson -o {output} --on-error -"));
        run.expect_code(2).expect_told(&["--on-error", "name a file", "skip"]);
    }
    assert_eq!(folder.names(), ["in.ndjson"]);
}

#[test]
fn a_limit_on_the_size_of_files_is_an_error() {
    let folder = Folder::new();
    folder.write("in.ndjson", synth40(200));
    let run = shell(&folder, "ulimit -f 1; exec $B convert in.ndjson -o out.parquet");
    run.expect_code(1).expect_told(&["ulimit -f"]);
    assert_eq!(folder.names(), ["in.ndjson"]);
}

#[test]
fn a_limit_on_open_files_is_raised_or_told() {
    const INPUTS: usize = 60;
    let folder = Folder::new();
    for input in 0..INPUTS {
        folder.write(&format!("in/{input}.ndjson"), LINE);
    }
    let run = shell(&folder, "ulimit -n 40; exec $B convert in -o out/ --quiet");
    run.expect_code(1).expect_told(&["60 files", "the limit is 40", "ulimit -n"]);
    assert!(!folder.path("out").exists());
    shell(&folder, "ulimit -Sn 40; exec $B convert in -o out/ --quiet").expect_code(0);
    assert_eq!(names_in(&folder.path("out")).len(), INPUTS);
}

/// Of a file that nobody reads to its end there are no bad lines: they would seem to be all.
#[test]
fn a_reader_that_goes_away_leaves_no_bad_lines() {
    let folder = Folder::new();
    let mut child = folder.start("convert - -o - --on-error ./bad --quiet");
    drop(child.stdout.take());
    let mut input = child.stdin.take().expect("piped");
    input.write_all(b"{\"n\":1}\nbad\n").expect("is read");
    drop(input);
    let run: Run = child.wait_with_output().expect("ends").into();
    assert_eq!(run.stderr, "");
    run.expect_code(0);
    assert_eq!(folder.names(), [""; 0]);
}

/// The files are there, and so the message says.
#[test]
fn a_report_that_can_not_be_printed_is_told_apart() {
    let folder = Folder::new();
    folder.write("in.ndjson", LINE);
    let run = shell(&folder, "$B convert in.ndjson -o out.parquet --json --quiet >/dev/full");
    run.expect_code(1).expect_told(&["all files are written", "could not print"]);
    assert_eq!(folder.names(), ["in.ndjson", "out.parquet"]);
}

#[test]
fn a_file_that_is_replaced_keeps_its_permissions() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{\"n\":1}\nbad\n");
    let mode =
        |name: &str| fs::metadata(folder.path(name)).expect("there").permissions().mode() & 0o7777;
    let elsewhere = folder_elsewhere();
    for option in ["", &format!("--temp-dir {}", elsewhere.path().display())] {
        folder.write("out", "old");
        fs::set_permissions(folder.path("out"), Permissions::from_mode(0o4640)).expect("sets");
        let run = format!(
            "umask 027; exec $B convert in.ndjson -o out --on-error ./bad --overwrite {option}"
        );
        shell(&folder, &run).expect_code(0);
        assert_eq!((mode("out"), mode("bad"), mode("bad.reasons.ndjson")), (0o640, 0o640, 0o640));
        fs::remove_file(folder.path("bad")).expect("removes");
        fs::set_permissions(folder.path("out"), Permissions::from_mode(0o600)).expect("sets");
        shell(&folder, &run).expect_code(0);
        assert_eq!((mode("out"), mode("bad")), (0o600, 0o640));
        for name in ["out", "bad", "bad.reasons.ndjson"] {
            fs::remove_file(folder.path(name)).expect("removes");
        }
    }
}
