//! Devices and pipes, which take the file's bytes as they come, and stay what they are.
#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::os::unix::fs::{FileTypeExt as _, symlink};
use std::process::{Command, Stdio};
use std::thread;

use crate::support::{Folder, Run, synth40};

/// A folder with an input, and what it is converted to.
fn folder() -> (Folder, Vec<u8>) {
    let folder = Folder::new();
    folder.write("in.ndjson", synth40(300));
    folder.run("convert in.ndjson -o expected --quiet").expect_code(0);
    let expected = folder.read("expected");
    fs::remove_file(folder.path("expected")).expect("removes");
    (folder, expected)
}

#[test]
fn a_device_takes_the_bytes() {
    let (folder, _) = folder();
    for option in ["", "--overwrite", "--json --quiet"] {
        let run = folder.run(&format!("convert in.ndjson -o /dev/null {option}")).expect_code(0);
        if option.contains("json") {
            assert_eq!(run.json()["reports"][0]["files"][0]["path"], "/dev/null");
        } else {
            run.expect_told(&["/dev/null: 300 rows"]);
        }
    }
    assert!(fs::metadata("/dev/null").expect("there").file_type().is_char_device());
    let run = folder.run("convert in.ndjson -o /dev/full");
    run.expect_code(1).expect_told(&["could not write to /dev/full"]);
    assert_eq!(folder.names(), ["in.ndjson"]);
}

#[test]
fn a_pipe_takes_the_bytes() {
    let (folder, expected) = folder();
    let made = Command::new("mkfifo").arg(folder.path("pipe")).status();
    assert!(made.expect("mkfifo is installed").success());
    symlink("pipe", folder.path("link")).expect("links");
    for arguments in ["-o pipe", "-o link --overwrite"] {
        let pipe = folder.path("pipe");
        let reader = thread::spawn(move || fs::read(pipe).expect("reads"));
        folder.run(&format!("convert in.ndjson {arguments}")).expect_code(0);
        assert!(reader.join().expect("reads") == expected, "{arguments}");
    }
    assert_eq!(folder.names(), ["in.ndjson", "link", "pipe"]);
    assert!(fs::metadata(folder.path("pipe")).expect("there").file_type().is_fifo());
}

/// Whatever standard output is, and whatever its name.
#[test]
fn standard_output_has_names() {
    let (folder, expected) = folder();
    for name in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        for option in ["", "--overwrite"] {
            let arguments = format!("convert in.ndjson -o {name} {option}");
            let run = folder.run(&arguments).expect_code(0);
            assert!(run.stdout == expected, "{arguments}");
            run.expect_told(&["standard output: 300 rows"]);
            let out = File::create(folder.path("out")).expect("creates");
            let status = folder.command(&arguments).stdout(out).stderr(Stdio::null()).status();
            assert!(status.expect("runs").success(), "{arguments}");
            assert!(folder.read("out") == expected, "{arguments}");
        }
        let run = folder.run(&format!("convert in.ndjson -o {name} --json"));
        run.expect_code(2).expect_told(&["standard output can't take both"]);
    }
    // Another open file.
    let script = format!(
        "{} convert in.ndjson -o /dev/fd/3 --overwrite 3>out",
        env!("CARGO_BIN_EXE_bucksaw")
    );
    let mut shell = Command::new("sh");
    let output = shell.args(["-c", &script]).current_dir(folder.path("")).output().expect("runs");
    Run::from(output).expect_code(0);
    assert!(folder.read("out") == expected);
    assert_eq!(folder.names(), ["in.ndjson", "out"]);
}

#[test]
fn bad_lines_are_kept_in_no_device() {
    let (folder, _) = folder();
    let run = folder.run("convert in.ndjson -o out --on-error /dev/null --overwrite");
    run.expect_code(2).expect_told(&["--on-error /dev/null is a stream", "skip"]);
    assert_eq!(folder.names(), ["in.ndjson"]);
}
