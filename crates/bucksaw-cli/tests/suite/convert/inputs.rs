//! Files, globs, directories and standard input, compressed or not.

use std::fs;
use std::io::Write as _;

use serde_json::{Value, json};

use crate::support::{Folder, names_in};

fn gzip(content: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content.as_bytes()).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

/// With a checksum, or damage may be other content.
fn zstd(content: &str) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("a level");
    encoder.include_checksum(true).expect("a flag");
    encoder.write_all(content.as_bytes()).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

/// The values of the column `n`.
fn numbers(rows: &[Value]) -> Vec<i64> {
    rows.iter().map(|row| row["n"].as_i64().expect("an integer")).collect()
}

#[test]
fn content_and_not_the_name_tells_the_compression() {
    let folder = Folder::new();
    // The second member starts in the middle of a line.
    folder.write("gzip.zst", [gzip("{\"n\":1}\n{\"n\""), gzip(":2}\n")].concat());
    folder.write("zstd.ndjson", [zstd("{\"n\":3}\n{\"n\":"), zstd("4}\n")].concat());
    folder.write("plain.gz", "{\"n\":5}\n{\"n\":6}");
    let run = folder.run("convert gzip.zst zstd.ndjson plain.gz -o out.parquet --json");
    let report = run.expect_code(0).json();
    assert_eq!(numbers(&folder.rows("out.parquet")), [1, 2, 3, 4, 5, 6]);
    // Bytes are counted after decompression.
    assert_eq!(report["input"]["bytes"], 16 + 16 + 15);
}

#[test]
fn a_window_beyond_the_memory_limit_is_refused_with_the_limit_that_suffices() {
    let folder = Folder::new();
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("a level");
    encoder.window_log(27).expect("a window");
    encoder.write_all(b"{\"n\":1}\n").expect("memory takes everything");
    folder.write("in.zst", encoder.finish().expect("memory takes everything"));
    let run = folder.run("convert in.zst -o out.parquet").expect_code(1);
    run.expect_told(&["in.zst", "a window of 128 MiB", "--memory-limit 512MiB"]);
    assert_eq!(folder.names(), ["in.zst"]);
    folder.run("convert in.zst -o out.parquet --memory-limit 512MiB").expect_code(0);
    assert_eq!(numbers(&folder.rows("out.parquet")), [1]);
}

#[test]
fn several_files_are_read_in_the_given_order() {
    let folder = Folder::new();
    folder.write("a.ndjson", "{\"n\":1,\"a\":true}\n");
    folder.write("b.ndjson", "{\"n\":2,\"b\":\"x\"}\n");
    let run = folder.run("convert b.ndjson a.ndjson -o out.parquet").expect_code(0);
    assert!(!run.stderr.contains("read once"), "{}", run.stderr);
    let rows = [json!({"n": 2, "b": "x"}), json!({"n": 1, "a": true})];
    assert_eq!(folder.rows("out.parquet"), rows);
}

#[test]
fn a_file_that_is_named_twice_is_read_once_and_told() {
    let folder = Folder::new();
    folder.write("logs/a.ndjson", "{\"n\":1}\n");
    folder.write("logs/b.ndjson", "{\"n\":2}\n");
    fs::hard_link(folder.path("logs/a.ndjson"), folder.path("hard.ndjson")).expect("links");
    for (inputs, told) in [
        ("logs/a.ndjson logs/b.ndjson logs/a.ndjson", "logs/a.ndjson, named several times,"),
        ("logs/a.ndjson logs/b.ndjson ./logs/../logs/a.ndjson", "same file as logs/a.ndjson"),
        ("hard.ndjson logs", "logs/a.ndjson, the same file as hard.ndjson, is read once"),
        ("logs logs", "logs/b.ndjson, named several times,"),
        ("logs/*.ndjson hard.ndjson", "hard.ndjson, the same file as logs/a.ndjson, is read once"),
    ] {
        let run = folder.run(&format!("convert {inputs} -o out.parquet --overwrite --quiet"));
        run.expect_code(0).expect_told(&[told]);
        assert_eq!(numbers(&folder.rows("out.parquet")), [1, 2], "{inputs}");
    }
}

/// Only what is in the folder, and each file once.
#[cfg(unix)]
#[test]
fn a_search_follows_no_links_to_folders_and_takes_regular_files_only() {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    let folder = Folder::new();
    folder.write("logs/b.ndjson", "{\"n\":1}\n");
    folder.write("logs/sub/c.ndjson", "{\"n\":2}\n");
    folder.write("elsewhere/d.ndjson", "{\"n\":3}\n");
    folder.write("elsewhere/e.ndjson", "{\"n\":9}\n");
    let link = |to: &str, name: &str| symlink(to, folder.path(name)).expect("links");
    link(".", "logs/loop");
    link("..", "logs/sub/up.ndjson");
    link("../elsewhere", "logs/elsewhere");
    link("../elsewhere/d.ndjson", "logs/z.ndjson");
    // Comes before the file that it leads to, which keeps its name.
    link("sub/c.ndjson", "logs/a.ndjson");
    let made = std::process::Command::new("mkfifo").arg(folder.path("logs/pipe.ndjson")).status();
    assert!(made.expect("mkfifo is installed").success());
    let _socket = UnixListener::bind(folder.path("logs/socket.ndjson")).expect("a socket");
    let run = folder.run("convert logs -o out.parquet");
    run.expect_code(0)
        .expect_told(&["logs/a.ndjson, the same file as logs/sub/c.ndjson, is read once"]);
    assert_eq!(numbers(&folder.rows("out.parquet")), [1, 2, 3]);
    folder.run("convert logs -o out/").expect_code(0);
    assert_eq!(names_in(&folder.path("out")), ["b.parquet", "sub", "sub/c.parquet", "z.parquet"]);
    // A link that is named is followed.
    folder.run("convert logs/elsewhere -o named.parquet").expect_code(0);
    assert_eq!(numbers(&folder.rows("named.parquet")), [3, 9]);
    link("nowhere", "logs/gone.ndjson");
    let run = folder.run("convert logs -o none.parquet");
    run.expect_code(1).expect_told(&["logs/gone.ndjson", "could not open"]);
}

/// What is named is read, whatever it is.
#[cfg(unix)]
#[test]
fn a_pipe_that_is_named_is_read() {
    let folder = Folder::new();
    let made = std::process::Command::new("mkfifo").arg(folder.path("pipe")).status();
    assert!(made.expect("mkfifo is installed").success());
    let child = folder.start("convert pipe -o out.parquet");
    fs::write(folder.path("pipe"), "{\"n\":1}\n").expect("writes");
    assert!(child.wait_with_output().expect("ends").status.success());
    assert_eq!(numbers(&folder.rows("out.parquet")), [1]);
}

#[test]
fn rejected_lines_and_their_reasons_are_no_input_unless_named() {
    let folder = Folder::new();
    folder.write("logs/a.ndjson", "{\"n\":1}\nbad\n");
    for output in ["one.parquet", "two.parquet --overwrite"] {
        let run =
            folder.run(&format!("convert logs -o {output} --on-error logs/bad.ndjson --json"));
        let report = run.expect_code(0).json();
        assert_eq!(report["input"]["records"], 2);
        assert_eq!(folder.text("logs/bad.ndjson"), "bad\n");
    }
    let run = folder.run("convert logs -o three.parquet --on-error skip --quiet");
    run.expect_code(0).expect_told(&[
        "logs/bad.ndjson is left out",
        "logs/bad.ndjson.reasons.ndjson is left out",
    ]);
    assert_eq!(numbers(&folder.rows("three.parquet")), [1]);
    folder.write("logs/bad.ndjson", "{\"n\":2}\n");
    folder.run("convert logs logs/bad.ndjson -o four.parquet --on-error skip").expect_code(0);
    assert_eq!(numbers(&folder.rows("four.parquet")), [1, 2]);
}

#[test]
fn a_glob_is_expanded_sorted_and_skips_hidden_files() {
    let folder = Folder::new();
    folder.write("logs/b.ndjson", "{\"n\":2}\n");
    folder.write("logs/a.ndjson", "{\"n\":1}\n");
    folder.write("logs/.hidden.ndjson", "{\"n\":9}\n");
    folder.write("logs/c.txt", "{\"n\":9}\n");
    folder.run("convert logs/*.ndjson -o out.parquet").expect_code(0);
    assert_eq!(numbers(&folder.rows("out.parquet")), [1, 2]);
    folder.run("convert logs/*.gz -o none.parquet").expect_code(2).expect_told(&["logs/*.gz"]);
    assert!(!folder.path("none.parquet").exists());
}

/// Links to folders are not followed, so that loops of them end.
#[cfg(unix)]
#[test]
fn a_glob_of_all_folders_takes_each_file_once() {
    let folder = Folder::new();
    folder.write("logs/b.ndjson", "{\"n\":3}\n");
    folder.write("logs/a/deep/c.ndjson", "{\"n\":2}\n");
    folder.write("logs/a/b.ndjson", "{\"n\":1}\n");
    folder.write("logs/.hidden/b.ndjson", "{\"n\":9}\n");
    folder.write("logs/a/d.txt", "{\"n\":9}\n");
    for (to, link) in [(".", "logs/one"), (".", "logs/two"), ("..", "logs/a/up")] {
        std::os::unix::fs::symlink(to, folder.path(link)).expect("links");
    }
    for pattern in ["logs/**/*.ndjson", "./logs/**/*.ndjson", "**/*.ndjson", "l*/**/[bc].ndjson"] {
        folder.run(&format!("convert {pattern} -o out.parquet --overwrite")).expect_code(0);
        assert_eq!(numbers(&folder.rows("out.parquet")), [1, 2, 3], "{pattern}");
    }
    folder.run("convert **/*.gz -o none.parquet").expect_code(2).expect_told(&["no file matches"]);
    folder.run("convert logs/a**/x -o none.parquet").expect_code(2).expect_told(&["is no glob"]);
}

#[test]
fn a_file_whose_name_looks_like_a_glob_is_that_file() {
    let folder = Folder::new();
    folder.write("a[1].ndjson", "{\"n\":1}\n");
    folder.write("a1.ndjson", "{\"n\":2}\n");
    folder.run("convert a[1].ndjson -o out.parquet").expect_code(0);
    assert_eq!(numbers(&folder.rows("out.parquet")), [1]);
}

#[test]
fn a_directory_is_searched_to_the_bottom_sorted_without_hidden_files() {
    let folder = Folder::new();
    folder.write("logs/b.jsonl", "{\"n\":3}\n");
    folder.write("logs/a/z.json.gz", gzip("{\"n\":2}\n"));
    folder.write("logs/a/deep/er/x.ndjson", "{\"n\":1}\n");
    folder.write("logs/c.log.zst", zstd("{\"n\":4}\n"));
    folder.write("logs/.b.ndjson", "{\"n\":9}\n");
    folder.write("logs/.git/b.ndjson", "{\"n\":9}\n");
    folder.write("logs/readme.txt", "{\"n\":9}\n");
    folder.run("convert logs -o out.parquet").expect_code(0);
    assert_eq!(numbers(&folder.rows("out.parquet")), [1, 2, 3, 4]);
}

#[test]
fn a_directory_without_input_is_named() {
    let folder = Folder::new();
    fs::create_dir(folder.path("empty")).expect("makes a folder");
    folder.run("convert empty -o out.parquet").expect_code(2).expect_told(&["empty", ".ndjson"]);
    assert_eq!(folder.names(), ["empty"]);
}

/// Nothing in a folder is left out because it can't be listed. (Permissions don't keep root out: the
/// listing itself is made to fail.)
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_can_not_be_listed_is_named() {
    for input in ["in", "in/**/*.ndjson", "in/*/*.ndjson"] {
        let folder = Folder::new();
        folder.write("in/a.ndjson", "{\"n\":1}\n");
        folder.write("in/sub/b.ndjson", "{\"n\":2}\n");
        let mut strace = std::process::Command::new("strace");
        strace.args(["-f", "-qq", "-o", "/dev/null", "-P", "in/sub"]);
        strace.args(["-e", "inject=openat:error=EACCES", env!("CARGO_BIN_EXE_bucksaw")]);
        let arguments = ["convert", input, "-o", "out.parquet"];
        let output = strace.args(arguments).current_dir(folder.path("")).output();
        let output =
            output.expect("strace: install it (on Debian and Ubuntu: apt-get install strace)");
        let run = crate::support::Run::from(output).expect_code(1);
        run.expect_told(&["in/sub", "could not list the directory", "ermission denied"]);
        assert_eq!(folder.names(), ["in", "in/a.ndjson", "in/sub", "in/sub/b.ndjson"]);
    }
}

#[test]
fn standard_input_goes_to_a_file() {
    let folder = Folder::new();
    folder.write("a.ndjson", "{\"n\":1}\n");
    folder.run_with("convert a.ndjson - -o out.parquet", gzip("{\"n\":2}\n")).expect_code(0);
    assert_eq!(numbers(&folder.rows("out.parquet")), [1, 2]);
    let run = folder.run("convert - - -o twice.parquet");
    run.expect_code(2).expect_told(&["standard input", "once"]);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = Folder::new();
    let run = folder.run_with("convert - -o -", crate::support::synth40(300)).expect_code(0);
    assert!(run.stderr.contains("standard output: 300 rows"), "{}", run.stderr);
    folder.write("from-a-pipe.parquet", &run.stdout);
    assert_eq!(folder.rows("from-a-pipe.parquet").len(), 300);
    assert_eq!(folder.names(), ["from-a-pipe.parquet"]);
}

#[test]
fn a_missing_file_is_named_and_leaves_nothing() {
    let folder = Folder::new();
    folder.write("a.ndjson", "{\"n\":1}\n");
    let run = folder.run("convert a.ndjson missing.ndjson -o out.parquet");
    run.expect_code(1).expect_told(&["missing.ndjson", "could not open"]);
    assert_eq!(folder.names(), ["a.ndjson"]);
}

#[test]
fn no_rows_make_a_file_without_rows() {
    let folder = Folder::new();
    let report = folder.run_with("convert - -o out.parquet --json", "\n  \n").expect_code(0).json();
    assert_eq!(folder.rows("out.parquet").len(), 0);
    assert_eq!(report["input"]["blank"], 2);
    assert_eq!(report["reports"][0]["rows"], 0);
}

/// Names that are no UTF-8 are names, for every way to name files.
#[cfg(target_os = "linux")]
#[test]
fn globs_find_names_that_are_no_utf8() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = Folder::new();
    folder.write("logs/a.ndjson", "{\"n\":1}\n");
    let odd = |bytes: &[u8]| folder.path("logs").join(std::ffi::OsStr::from_bytes(bytes));
    fs::create_dir(odd(b"d\xff")).expect("makes a folder");
    fs::write(odd(b"b\xff.ndjson"), "{\"n\":2}\n").expect("writes");
    fs::write(odd(b"d\xff/c.ndjson"), "{\"n\":3}\n").expect("writes");
    for (glob, found) in [
        ("logs/*.ndjson", &[1, 2][..]),
        ("logs/*/*.ndjson", &[3]),
        ("logs/**/*.ndjson", &[1, 2, 3]),
        ("l*/b?.ndjson", &[2]),
        ("./logs/[ab]*", &[1, 2]),
    ] {
        folder.run(&format!("convert {glob} -o out.parquet --overwrite")).expect_code(0);
        assert_eq!(numbers(&folder.rows("out.parquet")), found, "{glob}");
    }
}

#[test]
fn what_bad_lines_left_is_no_input_of_a_glob_either() {
    let folder = Folder::new();
    folder.write("a.ndjson", "{\"n\":1}\nbad\n");
    let command = "convert *.ndjson -o out.parquet --overwrite --on-error bad.ndjson";
    for _ in 0..2 {
        folder.run(command).expect_code(0);
        assert_eq!(numbers(&folder.rows("out.parquet")), [1]);
        assert_eq!(folder.text("bad.ndjson"), "bad\n");
    }
    let run = folder.run("convert *.ndjson -o out.parquet --overwrite --on-error skip");
    run.expect_code(0)
        .expect_told(&["bad.ndjson is left out", "bad.ndjson.reasons.ndjson is left out"]);
    assert_eq!(numbers(&folder.rows("out.parquet")), [1]);
}

/// The rows before the damage are not published; where to look is told in both files' terms.
#[test]
fn damage_in_compressed_input_is_told_by_byte_and_line() {
    let folder = Folder::new();
    let lines: String =
        (0..60_000).map(|n| format!("{{\"n\":{n},\"h\":{}}}\n", n * 7_919)).collect();
    for compress in [gzip, zstd] {
        let (first, mut second) = (compress(&lines), compress(&lines));
        let middle = second.len() / 2;
        second[middle..middle + 200].fill(0xa5);
        folder.write("in.ndjson", [first, second].concat());
        let run = folder.run("convert in.ndjson -o out.parquet --on-error skip").expect_code(1);
        let run = run.expect_told(&["in.ndjson: line ", "content can't be read on at byte "]);
        assert!(!run.stderr.contains("line 1,"), "{}", run.stderr);
        assert!(!folder.path("out.parquet").exists());
    }
}

#[test]
fn zeros_behind_compressed_input_are_padding_and_told() {
    let folder = Folder::new();
    for compress in [gzip, zstd] {
        folder.write("in", [compress("{\"n\":1}\n"), vec![0; 500]].concat());
        let run = folder.run("convert in -o out.parquet --overwrite").expect_code(0);
        run.expect_told(&["500 NUL bytes skipped"]);
    }
}
