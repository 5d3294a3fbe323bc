//! A signal that ends the command leaves nothing behind, and the exit code is 130.
#![cfg(unix)]

mod support;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::thread;
use std::time::Instant;

use support::{Folder, Run, is_staged, names_in, signal, synth40, wait_for_end, wait_until};

const SIGNALS: [&str; 3] = ["INT", "TERM", "HUP"];
const INTERRUPTED: i32 = 130;

fn staged_in(folder: &Path) -> Vec<String> {
    names_in(folder).into_iter().filter(|name| is_staged(name)).collect()
}

/// Some megabytes of lines: a second's work for an unoptimized build.
fn big_input(folder: &Folder) -> u64 {
    const TIMES: usize = 25;
    const ROWS: u64 = 1_000;
    folder.write("in/big.ndjson", synth40(ROWS).repeat(TIMES));
    ROWS * TIMES as u64
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
        signal(&child, name);
        wait_for_end(&mut child);
        drop(input);
        let run: Run = child.wait_with_output().expect("has ended").into();
        assert_eq!(run.stderr, "", "SIG{name}");
        run.expect_code(INTERRUPTED);
        assert_eq!(names_in(&out), [""; 0], "SIG{name}");
    }
}

#[test]
fn while_converting_a_big_input() {
    let folder = Folder::new();
    big_input(&folder);
    fs::create_dir(folder.path("out")).expect("makes a folder");
    let out = folder.path("out");
    for name in SIGNALS {
        let mut child = folder.start("convert in -o out/x.parquet --row-group-rows 500 --quiet");
        // Something is written, too.
        wait_until("some bytes are staged", || {
            let mut sizes = fs::read_dir(&out).expect("a folder").flatten();
            sizes.any(|entry| entry.metadata().is_ok_and(|found| found.len() > 0))
        });
        signal(&child, name);
        wait_for_end(&mut child);
        let run: Run = child.wait_with_output().expect("has ended").into();
        assert_eq!(run.stderr, "", "SIG{name}");
        run.expect_code(INTERRUPTED);
        assert_eq!(names_in(&out), [""; 0], "SIG{name}");
    }
}

/// Whenever the signal comes: nothing or a whole file, and no other code than that of a finished run
/// (0), that of an interrupted one, and, before the command has prepared for signals, none.
#[test]
fn at_any_moment() {
    const RUNS: u32 = 80;
    const ROWS: u64 = 400;
    let folder = Folder::new();
    folder.write("in.ndjson", synth40(ROWS));
    let started = Instant::now();
    folder.run("convert in.ndjson -o warm.parquet").expect_code(0);
    let run_time = started.elapsed();
    fs::create_dir(folder.path("out")).expect("makes a folder");
    let out = folder.path("out");
    let mut interrupted = 0;
    for run in 0..RUNS {
        let child = folder.start("convert in.ndjson -o out/x.parquet --quiet");
        thread::sleep(run_time * run / RUNS);
        signal(&child, "INT");
        let run: Run = child.wait_with_output().expect("ends").into();
        assert_eq!(run.stderr, "");
        assert!(matches!(run.code, None | Some(0 | INTERRUPTED)), "{run:?}");
        let names = names_in(&out);
        if !names.is_empty() {
            assert_eq!(names, ["x.parquet"]);
            let footer = folder.footer("out/x.parquet");
            assert_eq!(footer.file_metadata().num_rows() as u64, ROWS);
            fs::remove_file(out.join("x.parquet")).expect("removes");
        } else {
            assert_ne!(run.code, Some(0));
            interrupted += u32::from(run.code == Some(INTERRUPTED));
        }
    }
    assert!(interrupted > RUNS / 10, "{interrupted} of {RUNS} runs were interrupted");
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

#[test]
fn files_that_were_finished_before_stay_whole() {
    let folder = Folder::new();
    folder.write("first.ndjson", synth40(50));
    let mut child = folder.start("convert first.ndjson - -o out/");
    let _input = child.stdin.take().expect("piped");
    let out = folder.path("out");
    wait_until("the second file is staged", || {
        out.exists() && staged_in(&out).iter().any(|name| name.starts_with(".stdin."))
    });
    signal(&child, "TERM");
    wait_for_end(&mut child);
    let run: Run = child.wait_with_output().expect("has ended").into();
    run.expect_code(INTERRUPTED);
    assert_eq!(names_in(&out), ["first.parquet"]);
    assert_eq!(folder.rows("out/first.parquet").len(), 50);
}

/// From another file system the finished file is copied beside its target before it is renamed.
#[cfg(target_os = "linux")]
#[test]
fn while_copying_from_another_file_system() {
    use std::os::unix::fs::MetadataExt as _;

    const TRIES: usize = 20;
    let Ok(temp) = tempfile::tempdir_in("/dev/shm") else { return };
    let folder = Folder::new();
    let rows = big_input(&folder) as usize;
    fs::create_dir(folder.path("out")).expect("makes a folder");
    let out = folder.path("out");
    let device = |path: &Path| fs::metadata(path).expect("exists").dev();
    if device(&out) == device(temp.path()) {
        return;
    }
    let arguments = format!(
        "convert in -o out/x.parquet --compression none --dictionary off --quiet --temp-dir {}",
        temp.path().display()
    );
    let mut interrupted = 0;
    for _ in 0..TRIES {
        let mut child = folder.start(&arguments);
        let mut is_copying = false;
        wait_until("the file is being copied", || {
            is_copying = !staged_in(&out).is_empty();
            is_copying || child.try_wait().expect("a child").is_some()
        });
        if is_copying {
            signal(&child, "INT");
        }
        wait_for_end(&mut child);
        let run: Run = child.wait_with_output().expect("has ended").into();
        assert_eq!(names_in(temp.path()), [""; 0]);
        if run.code == Some(INTERRUPTED) && !out.join("x.parquet").exists() {
            assert_eq!(names_in(&out), [""; 0]);
            interrupted += 1;
            if interrupted == 2 {
                return;
            }
            continue;
        }
        // The signal came too late: the file is whole.
        assert_eq!(names_in(&out), ["x.parquet"]);
        assert_eq!(folder.footer("out/x.parquet").file_metadata().num_rows() as usize, rows);
        fs::remove_file(out.join("x.parquet")).expect("removes");
    }
    assert!(interrupted > 0, "no signal came during a copy");
}
