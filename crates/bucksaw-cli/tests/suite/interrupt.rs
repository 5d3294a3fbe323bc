//! A signal that ends the command leaves nothing behind, and the exit code is 130. (Signals at every
//! system call are in `faults`.)
#![cfg(unix)]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::support::{Folder, Run, is_staged, names_in, signal, synth40, wait_for_end, wait_until};

const SIGNALS: [&str; 3] = ["INT", "TERM", "HUP"];
const INTERRUPTED: i32 = 130;

fn staged_in(folder: &Path) -> Vec<String> {
    names_in(folder).into_iter().filter(|name| is_staged(name)).collect()
}

/// Sends the signal to a run that waits for its input: it ends, without a word.
fn end_by(name: &str, mut child: Child, input: ChildStdin) {
    signal(&child, name);
    wait_for_end(&mut child);
    drop(input);
    let run: Run = child.wait_with_output().expect("has ended").into();
    assert_eq!(run.stderr, "", "SIG{name}");
    run.expect_code(INTERRUPTED);
}

#[test]
fn while_waiting_for_standard_input() {
    for name in SIGNALS {
        let folder = Folder::new();
        fs::create_dir(folder.path("out")).expect("makes a folder");
        let mut child = folder.start("convert - -o out/x.parquet --on-error out/bad");
        // Rows, a bad line, and half a line that never ends.
        let mut input = child.stdin.take().expect("piped");
        input.write_all(b"{\"n\":1}\nbad\n{\"n\":").expect("is read");
        let out = folder.path("out");
        wait_until("three files are staged", || staged_in(&out).len() == 3);
        assert_eq!(child.try_wait().expect("a child"), None);
        end_by(name, child, input);
        assert_eq!(names_in(&out), [""; 0], "SIG{name}");
    }
}

#[test]
fn while_row_groups_are_written() {
    for name in SIGNALS {
        let folder = Folder::new();
        fs::create_dir(folder.path("out")).expect("makes a folder");
        let out = folder.path("out");
        let mut child =
            folder.start("convert - -o out/x.parquet --row-group-rows 100 --memory-limit 8MiB");
        let mut input = child.stdin.take().expect("piped");
        // More than is read ahead; there would be more to come.
        input.write_all(&synth40(1_000).repeat(10)).expect("is read");
        wait_until("some bytes are staged", || {
            let mut sizes = fs::read_dir(&out).expect("a folder").flatten();
            sizes.any(|entry| entry.metadata().is_ok_and(|found| found.len() > 0))
        });
        end_by(name, child, input);
        assert_eq!(names_in(&out), [""; 0], "SIG{name}");
    }
}

#[test]
fn in_the_temporary_directory() {
    let folder = Folder::new();
    fs::create_dir(folder.path("temp")).expect("makes a folder");
    let mut child = folder.start("convert - -o x.parquet --temp-dir temp");
    let _input = child.stdin.take().expect("piped");
    wait_until("a file is staged", || !staged_in(&folder.path("temp")).is_empty());
    signal(&child, "INT");
    wait_for_end(&mut child);
    let run: Run = child.wait_with_output().expect("has ended").into();
    run.expect_code(INTERRUPTED);
    assert_eq!(folder.names(), ["temp"]);
}

/// All files of a run appear together: a signal before leaves none of them.
#[test]
fn files_that_are_finished_before_the_last_one_go_too() {
    let folder = Folder::new();
    folder.write("first.ndjson", synth40(50));
    let mut child = folder.start("convert first.ndjson - -o out/");
    let mut input = child.stdin.take().expect("piped");
    // Where its rows go is known once some have come; there is more to come.
    input.write_all(&synth40(2_000)).expect("the command reads");
    let out = folder.path("out");
    wait_until("the second file is staged", || {
        out.exists() && staged_in(&out).iter().any(|name| name.starts_with(".stdin."))
    });
    signal(&child, "TERM");
    wait_for_end(&mut child);
    let run: Run = child.wait_with_output().expect("has ended").into();
    run.expect_code(INTERRUPTED);
    // The folder was made for the files.
    assert!(!out.exists());
}

/// Starts a run that waits for its input, from a shell that ignores a signal, as nohup does.
fn start_ignoring(folder: &Folder, name: &str) -> Child {
    let command = env!("CARGO_BIN_EXE_bucksaw");
    let script = format!("trap '' {name}; exec {command} convert - -o x.parquet --quiet");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).current_dir(folder.path(""));
    shell.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts")
}

#[test]
fn signals_that_are_ignored_stay_ignored() {
    for ignored in SIGNALS {
        let folder = Folder::new();
        let mut child = start_ignoring(&folder, ignored);
        wait_until("a file is staged", || !staged_in(&folder.path("")).is_empty());
        signal(&child, ignored);
        let mut input = child.stdin.take().expect("piped");
        input.write_all(b"{\"n\":1}\n").expect("is read");
        drop(input);
        let run: Run = child.wait_with_output().expect("ends").into();
        run.expect_code(0);
        assert_eq!(folder.names(), ["x.parquet"], "SIG{ignored}");
        // The others end the run as ever.
        for name in SIGNALS.into_iter().filter(|name| *name != ignored) {
            fs::remove_file(folder.path("x.parquet")).unwrap_or_default();
            let mut child = start_ignoring(&folder, ignored);
            let _input = child.stdin.take().expect("piped");
            wait_until("a file is staged", || !staged_in(&folder.path("")).is_empty());
            signal(&child, name);
            wait_for_end(&mut child);
            let run: Run = child.wait_with_output().expect("has ended").into();
            run.expect_code(INTERRUPTED);
            assert_eq!(folder.names(), [""; 0], "SIG{ignored} ignored, SIG{name} sent");
        }
    }
}
