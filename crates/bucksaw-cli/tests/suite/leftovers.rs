//! What runs leave behind at moments that have their own story; `faults` goes through all moments.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use crate::support::{Folder, Run, is_staged, names_in, wait_until};

const TWO_FOLDERS: &str = "convert in -o out/ --on-error bad/lines --quiet";

/// A folder with inputs, and empty folders for what becomes of them.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("in/a.ndjson", "{\"n\":1}\nbad\n");
    folder.write("in/b.ndjson", "{\"n\":2}\n");
    for name in ["out", "bad"] {
        fs::create_dir(folder.path(name)).expect("makes a folder");
    }
    folder
}

/// Runs the command under strace.
pub(crate) fn strace(folder: &Folder, options: &str, arguments: &str) -> Run {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq"]).args(options.split(' ')).arg(env!("CARGO_BIN_EXE_bucksaw"));
    let output = strace.args(arguments.split_whitespace()).current_dir(folder.path("")).output();
    output.expect("strace: install it (on Debian and Ubuntu: apt-get install strace)").into()
}

fn files(folder: &Folder) -> BTreeMap<String, Vec<u8>> {
    let names = folder.names().into_iter().filter(|name| folder.path(name).is_file());
    names.map(|name| (name.clone(), folder.read(&name))).collect()
}

/// A run that was killed when all its files were published leaves nothing that the next run to one of
/// them would not remove, even where that is refused.
#[test]
fn what_a_run_killed_after_its_end_left_goes_with_the_next() {
    let done = ["bad/lines", "bad/lines.reasons.ndjson", "out/a.parquet", "out/b.parquet"];
    for (option, next) in [
        ("", TWO_FOLDERS),
        ("", "convert in/b.ndjson -o out/b.parquet"),
        ("", "convert in/b.ndjson -o out/b.parquet --on-error skip --temp-dir bad"),
        ("", "convert in/b.ndjson -o b.parquet --on-error bad/lines"),
        ("--overwrite", TWO_FOLDERS),
        ("--overwrite", "convert in/b.ndjson -o out/b.parquet"),
    ] {
        let mut kills = 0;
        // The first file that is removed after the end is removed by the nth call.
        for nth in 1.. {
            let folder = folder();
            if !option.is_empty() {
                done.iter().for_each(|name| folder.write(name, "old"));
            }
            let kill = format!("-o /dev/null -e inject=unlink:signal=KILL:when={nth}");
            let killed = strace(&folder, &kill, &format!("{TWO_FOLDERS} {option}"));
            if killed.code == Some(0) {
                break;
            }
            if !done.iter().all(|name| fs::read(folder.path(name)).is_ok_and(|file| file != b"old"))
            {
                continue;
            }
            kills += 1;
            let left = files(&folder);
            assert!(left.keys().any(|name| is_staged(name)), "{left:?}");
            folder.run(next).expect_code(4);
            let left: Vec<_> = left.into_keys().collect();
            assert!(!folder.names().iter().any(|name| is_staged(name)), "{next}: {left:?}");
            // Only the last thing to be removed may be in the other folder.
            if next != TWO_FOLDERS {
                break;
            }
        }
        assert!(kills > 0, "{option}");
    }
}

/// What a killed run had published in part is taken back before it is looked at what is there to be skipped.
#[test]
fn what_is_there_in_part_is_not_skipped() {
    let log = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"a"}}]}]}]}"#;
    let span = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"b"}]}]}]}"#;
    let both = format!("{log}\n{span}\n");
    for (inputs, outputs) in [
        (["{\"n\":1}\n", "{\"n\":2}\n"], &["out/a.parquet", "out/b.parquet"][..]),
        ([&both, ""], &["out/logs/a.parquet", "out/traces/a.parquet"]),
    ] {
        for nth in 1.. {
            let folder = Folder::new();
            let names = ["in/a.ndjson", "in/b.ndjson"];
            for (name, input) in names.iter().zip(inputs).filter(|(_, input)| !input.is_empty()) {
                folder.write(name, input);
            }
            let kill = format!("-o /dev/null -e inject=renameat2:signal=KILL:when={nth}");
            let killed = strace(&folder, &kill, "convert in -o out/ --quiet");
            folder.run("convert in -o out/ --quiet --skip-existing").expect_code(0);
            for output in outputs {
                assert_eq!(folder.rows(output).len(), 1, "{output} after {nth}");
            }
            let names = folder.names();
            assert!(!names.iter().any(|name| is_staged(name)), "{names:?} after {nth}");
            if killed.code == Some(0) {
                assert!(nth > 2);
                break;
            }
        }
    }
}

/// The end of a run is durable, or taken back.
#[test]
fn nothing_is_left_where_a_folder_can_not_be_synced() {
    let mut failures = 0;
    for nth in 1.. {
        let folder = folder();
        for name in ["out/a.parquet", "bad/lines"] {
            folder.write(name, "old");
        }
        let before = files(&folder);
        let fault = format!("-o /dev/null -e inject=fsync:error=EIO:when={nth}");
        let run = strace(&folder, &fault, &format!("{TWO_FOLDERS} --overwrite"));
        if run.code == Some(0) {
            break;
        }
        failures += 1;
        run.expect_code(1).expect_told(&["could not"]);
        assert_eq!(files(&folder), before, "fsync {nth}");
    }
    // Each file, the journals, the folders thrice.
    assert!(failures > 8, "{failures}");
}

/// Files appear where their folder was when the run began, whatever a link leads to later.
#[test]
fn a_folder_that_is_swapped_meanwhile_keeps_nothing_unfinished() {
    for (temporary, staged_in) in [("", "first"), ("--temp-dir temp", "scratch")] {
        let folder = Folder::new();
        for name in ["first", "second", "scratch", "other"] {
            fs::create_dir(folder.path(name)).expect("makes a folder");
        }
        let link = |name: &str, to: &str| {
            let _ = fs::remove_file(folder.path(name));
            symlink(to, folder.path(name)).expect("links");
        };
        for ends_well in [true, false] {
            link("out", "first");
            link("temp", "scratch");
            let arguments = format!("convert - -o out/x.parquet --on-error out/bad {temporary}");
            let mut child = folder.start(&arguments);
            let is_staged = || names_in(&folder.path(staged_in)).len() == 3;
            wait_until("three files are staged", is_staged);
            link("out", "second");
            link("temp", "other");
            if ends_well {
                use std::io::Write as _;
                let mut input = child.stdin.take().expect("piped");
                input.write_all(b"{\"n\":1}\nbad\n").expect("is read");
                drop(input);
                Run::from(child.wait_with_output().expect("ends")).expect_code(0);
                let names = ["bad", "bad.reasons.ndjson", "x.parquet"];
                assert_eq!(names_in(&folder.path("first")), names);
                for name in names {
                    fs::remove_file(folder.path("first").join(name)).expect("there");
                }
            } else {
                crate::support::signal(&child, "TERM");
                crate::support::wait_for_end(&mut child);
            }
            for name in ["first", "second", "scratch", "other"] {
                assert_eq!(names_in(&folder.path(name)), [""; 0], "{name}");
            }
        }
    }
}

/// Inputs stay, whatever they are called.
#[test]
fn inputs_are_no_leftovers() {
    let staged = ".out.parquet.0123456789abcdef.bucksaw";
    let journal = ".0123456789abcdef.journal.bucksaw";
    let published = ".0123456789abcdef.published.bucksaw";
    for name in [staged, journal, published] {
        for place in ["temp", "here"] {
            let folder = Folder::new();
            fs::create_dir(folder.path("temp")).expect("makes a folder");
            let input = format!("{place}/{name}");
            folder.write(&input, "{\"n\":1}\n");
            folder.write("here/other.ndjson", "{\"n\":2}\n");
            let mode = fs::Permissions::from_mode(0o600);
            fs::set_permissions(folder.path(&input), mode).expect("sets");
            symlink(&input, folder.path("link")).expect("links");
            for input in [&*input, "link"] {
                let options = "-o here/out.parquet --temp-dir temp --overwrite";
                let command = format!("convert {input} here/other.ndjson {options}");
                folder.run(&command).expect_code(0);
                assert_eq!(folder.rows("here/out.parquet").len(), 2, "{command}");
            }
            assert_eq!(folder.text(&input), "{\"n\":1}\n");
        }
    }
}

/// Whoever sees a file sees what was rejected on the way to it, and with the first of the run's files
/// all of them.
#[test]
fn files_get_their_names_in_the_reverse_order_of_their_ends() {
    for option in ["", "--overwrite"] {
        let folder = folder();
        let calls = "-o calls -e trace=rename,renameat2";
        strace(&folder, calls, &format!("{TWO_FOLDERS} --threads 1 {option}")).expect_code(0);
        let calls = folder.text("calls");
        let renamed: Vec<&str> = calls
            .lines()
            .filter(|call| call.ends_with("= 0"))
            .filter_map(|call| call.split('"').nth(3)?.rsplit('/').next())
            .collect();
        let files = ["lines.reasons.ndjson", "lines", "b.parquet", "a.parquet"];
        let (journal, files_renamed) = renamed.split_last().expect("renames");
        assert_eq!(files_renamed, files, "{calls}");
        assert!(journal.ends_with(".published.bucksaw"), "{calls}");
    }
}
