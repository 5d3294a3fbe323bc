//! Runs that go on where others ended, were stopped or were killed: each row is there once.

use std::time::{Duration, Instant};

#[cfg(unix)]
use crate::support::signal;
use crate::support::{Folder, wait_for_end};

use super::datasets::{lines, numbers};

/// Rows of each of the inputs.
const ROWS: u32 = 40;

fn write_inputs(folder: &Folder, count: u32) {
    for input in 0..count {
        folder.write(&format!("in/{input:02}.ndjson"), lines(input * ROWS..(input + 1) * ROWS));
    }
}

#[test]
fn what_was_added_is_passed_over_and_what_is_new_is_added() {
    let folder = Folder::new();
    write_inputs(&folder, 2);
    let run = "convert in -o lake/ --resume --partition service";
    folder.run(run).expect_code(0).expect_told(&["lake/: 80 rows"]);
    let told = ["2 inputs were added before, and have nothing new", "0 lines, 0 B read"];
    folder.run(run).expect_code(0).expect_told(&told);
    assert_eq!(numbers(&folder, "lake"), (0..80).collect::<Vec<_>>());
    // A new one, one that has grown, and one that has not.
    write_inputs(&folder, 3);
    folder.write("in/00.ndjson", [lines(0..ROWS), lines(120..123)].concat());
    folder.run(run).expect_code(0).expect_told(&["lake/: 43 rows", "1 input was added before"]);
    assert_eq!(numbers(&folder, "lake"), (0..123).collect::<Vec<_>>());
    // Lines have the numbers that they have in their file.
    folder.write("in/00.ndjson", [&lines(0..ROWS), &lines(120..123), "bad\n"].concat());
    folder.run(run).expect_code(3).expect_told(&["in/00.ndjson: line 44, column 1 (byte "]);
    folder.run(&format!("{run} --on-error skip")).expect_code(0);
    assert_eq!(numbers(&folder, "lake"), (0..123).collect::<Vec<_>>());
}

#[test]
fn what_is_not_what_it_was_is_refused() {
    for (before, after, told) in [
        (lines(0..9), lines(0..8), "it has become shorter"),
        (lines(0..9), lines(1..20), "does not begin as it did"),
        (lines(0..9), [&lines(0..8), "{\"row\":7,\"service\":\"s1\"}\n{}\n"].concat(), "does not"),
        ("[{\"row\":1}]".to_owned(), "[{\"row\":1}][]".to_owned(), "json can't be read on"),
    ] {
        let folder = Folder::new();
        folder.write("in.json", before);
        folder.run("convert in.json -o lake/ --resume -q").expect_code(0);
        let there = numbers(&folder, "lake");
        folder.write("in.json", after);
        folder.run("convert in.json -o lake/ --resume -q").expect_code(2).expect_told(&[told]);
        assert_eq!(numbers(&folder, "lake"), there);
    }
    let folder = Folder::new();
    let run = folder.run_with("convert - -o lake/ --resume", lines(0..2)).expect_code(2);
    run.expect_told(&["standard input: can be read once only: --resume is for files"]);
    folder.run("convert x -o lake/ --commit-age 1s").expect_code(2).expect_told(&["--resume"]);
}

#[test]
fn what_waits_and_what_may_be_there_twice_is_told() {
    let folder = Folder::new();
    let run = "convert in -o lake/ --resume";
    let content = lines(0..200);
    assert!(content.len() > 4 << 10);
    folder.write("in/app.log", format!("{content}{{\"row\":2"));
    let waits = "1 input ends within a record, which waits for its end";
    folder.run(run).expect_code(0).expect_told(&["lake/: 200 rows", waits]);
    folder.run(run).expect_code(0).expect_told(&["1 input was added before", waits]);
    folder.write("in/app.log", format!("{content}{{\"row\":200}}\n"));
    let whole = folder.run(run).expect_code(0);
    assert!(!whole.stderr.contains("waits"), "{}", whole.stderr);
    // Compressed bytes are fewer or more than those that are read.
    folder.write("in/b.gz", super::other_formats::gzip(b"{}\n"));
    let compressed = folder.run(run).expect_code(0);
    assert!(!compressed.stderr.contains("waits"), "{}", compressed.stderr);
    std::fs::rename(folder.path("in/app.log"), folder.path("in/app.log.1")).expect("renamed");
    let alike = "in/app.log.1 begins with all that";
    folder.run(run).expect_code(0).expect_told(&[alike, "in/app.log was, whose rows"]);
    folder.write("in/other.log", lines(1_000..1_200));
    let other = folder.run(run).expect_code(0);
    assert!(!other.stderr.contains("begins with"), "{}", other.stderr);
}

/// Files are written while they are read: what has no end yet comes with the next run.
#[test]
fn the_beginning_of_a_last_line_is_left_for_the_next_run() {
    for (name, states, rows) in [
        ("a.ndjson", &["{\"row\":1}\n{\"ro", "w\":2}", "\n{\"row\":3}\n"][..], 3),
        ("a.csv", &["row,x\n1,2\n2,", "\n3,4", "\n"], 3),
        ("a.log", &["one\ntw", "o\n", "three\nfour"], 3),
        ("a.logfmt", &["row=1\nrow=", "2\n"], 2),
    ] {
        let folder = Folder::new();
        let mut content = String::new();
        let format = match name {
            "a.log" => "--format text",
            "a.logfmt" => "--format logfmt",
            _ => "",
        };
        for state in states {
            content.push_str(state);
            folder.write(name, &content);
            folder.run(&format!("convert {name} -o lake/ --resume -q {format}")).expect_code(0);
        }
        let listed = super::datasets::listed(&folder, "lake");
        assert_eq!(listed.values().sum::<u64>(), rows, "{name}");
    }
    // So does a message.
    let folder = Folder::new();
    folder.write("a.json", &log("a").repeat(2)[..log("a").len() + 30]);
    let run = "convert a.json -o lake/ --resume -q --on-error bad.ndjson";
    folder.run(run).expect_code(0);
    folder.write("a.json", log("a").repeat(2));
    folder.run(run).expect_code(0);
    assert_eq!(super::datasets::listed(&folder, "lake/logs").values().sum::<u64>(), 2);
    assert!(!folder.path("bad.ndjson").exists());
    // What a broken one is part of can't be told, so that it can't go on.
    folder.write("a.json", [&log("a").repeat(2), "{\"resourceLogs\":]}\n"].concat());
    folder.run(run).expect_code(0);
    folder.write("a.json", [&log("a").repeat(2), "{\"resourceLogs\":]}\n", &log("a")].concat());
    folder.run(run).expect_code(2).expect_told(&["its last record, which was read or rejected"]);
}

/// A message of OTLP/JSON with one record.
fn log(body: &str) -> String {
    format!(
        "{{\"resourceLogs\":[{{\"scopeLogs\":[{{\"logRecords\":[{{\"body\":{{\"stringValue\":\"{body}\"}}}}]}}]}}]}}\n"
    )
}

#[test]
fn an_empty_file_may_become_of_any_format() {
    let folder = Folder::new();
    folder.write("a.log", "");
    folder.write("b.ndjson", lines(0..2));
    let run = "convert a.log b.ndjson -o lake/ --resume -q";
    folder.run(run).expect_code(0);
    folder.write("a.log", "row,x\n2,3\n");
    folder.run(&format!("{run} --format csv")).expect_code(0);
    assert_eq!(numbers(&folder, "lake"), [0, 1, 2]);
}

#[test]
fn a_damaged_position_is_refused() {
    let folder = Folder::new();
    folder.write("a.ndjson", lines(0..2));
    let run = "convert a.ndjson -o lake/ --resume -q";
    folder.run(run).expect_code(0);
    let entry = "lake/_bucksaw/manifest/000000000001.ndjson";
    let damaged = folder.text(entry).replace("\"line\":3", "\"line\":18446744073709551615");
    folder.write(entry, damaged);
    folder.write("a.ndjson", lines(0..3));
    folder.run(run).expect_code(2).expect_told(&["the position is damaged"]);
}

/// Sources of OTLP go on in the dataset of their signal.
#[test]
fn signals_have_datasets_of_their_own() {
    let folder = Folder::new();
    let span = "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"spanId\":\"00000000000000aa\",\"name\":\"s\"}]}]}]}\n";
    folder.write("in/logs.json", log("1"));
    folder.write("in/spans.json", span);
    let run = "convert in -o lake/ --resume -q";
    folder.run(run).expect_code(0);
    folder.write("in/logs.json", [log("1"), log("2")].concat());
    folder.run(run).expect_code(0);
    folder.run(run).expect_code(0);
    for (signal, rows) in [("logs", 2), ("traces", 1)] {
        let listed = super::datasets::listed(&folder, &format!("lake/{signal}"));
        assert_eq!(listed.values().sum::<u64>(), rows, "{signal}");
    }
    // One file may have both.
    folder.write("in/logs.json", [&log("1"), &log("2"), span].concat());
    folder.run(run).expect_code(0);
    let again = folder.run(&run.replace(" -q", "")).expect_code(0);
    again.expect_told(&["2 inputs were added before, and have nothing new"]);
    for signal in ["logs", "traces"] {
        let listed = super::datasets::listed(&folder, &format!("lake/{signal}"));
        assert_eq!(listed.values().sum::<u64>(), 2, "{signal}");
    }
}

/// Lines of three signals in turn, each with its number.
#[cfg(target_os = "linux")]
fn mixed_lines(rows: std::ops::Range<u32>) -> String {
    let line = |row: u32| match row % 3 {
        0 => log(&row.to_string()),
        1 => format!(
            "{{\"resourceSpans\":[{{\"scopeSpans\":[{{\"spans\":[{{\"name\":\"{row}\"}}]}}]}}]}}\n"
        ),
        _ => format!(
            "{{\"resourceMetrics\":[{{\"scopeMetrics\":[{{\"metrics\":[{{\"name\":\"{row}\",\"gauge\":{{\"dataPoints\":[{{\"asInt\":\"1\"}}]}}}}]}}]}}]}}\n"
        ),
    };
    rows.map(line).collect()
}

/// The numbers of all rows of the datasets of the three signals.
#[cfg(target_os = "linux")]
fn mixed_rows(folder: &Folder) -> Vec<u64> {
    let mut all = Vec::new();
    for (dataset, column) in [("logs", "body"), ("traces", "name"), ("metrics", "name")] {
        let dataset = format!("lake/{dataset}");
        if folder.path(&format!("{dataset}/_bucksaw")).exists() {
            all.extend(rows(folder, &dataset, column));
        }
    }
    all.sort_unstable();
    all
}

/// Each signal's dataset says how far it has the file: a kill between them is one between two moments.
#[cfg(target_os = "linux")]
#[test]
fn a_run_of_several_signals_that_is_killed_anywhere_is_gone_on_with() {
    for (start, options) in [(0, ""), (7, ""), (0, "--roll-rows 2"), (5, "--atomic")] {
        for call in ["renameat2", "fsync", "rename"] {
            for nth in 1.. {
                let folder = Folder::new();
                let run = format!(
                    "convert in.json -o lake/ -q --threads 1 --resume --commit-size 1 {options}"
                );
                if start > 0 {
                    folder.write("in.json", mixed_lines(0..start));
                    folder.run(&run).expect_code(0);
                }
                folder.write("in.json", mixed_lines(0..20));
                let inject = format!("-o /dev/null -e inject={call}:signal=KILL:when={nth}");
                let killed = crate::leftovers::strace(&folder, &inject, &run);
                // It has grown in the meantime, or it has not.
                let end = if nth % 2 == 0 { 20 } else { 26 };
                folder.write("in.json", mixed_lines(0..end));
                folder.run(&run).expect_code(0);
                let words = format!("{run}: {start}, {call} {nth}");
                let expected: Vec<u64> = (0..u64::from(end)).collect();
                assert_eq!(mixed_rows(&folder), expected, "{words}");
                let again = folder.run(&run.replace(" -q", "")).expect_code(0);
                again.expect_told(&["1 input was added before"]);
                assert_eq!(mixed_rows(&folder), expected, "{words}");
                if killed.code == Some(0) {
                    break;
                }
            }
        }
    }
}

/// Kills a run at each of its calls that change names or make them durable; the same run goes on behind it.
#[cfg(target_os = "linux")]
#[test]
fn a_run_that_is_killed_anywhere_is_gone_on_with() {
    for options in ["--partition service --sort row:desc --roll-rows 9", "--atomic"] {
        for call in ["renameat2", "rename", "fsync", "unlink", "mkdir"] {
            for nth in 1.. {
                let folder = Folder::new();
                write_inputs(&folder, 3);
                folder.write("in/01.ndjson", [&lines(ROWS..2 * ROWS), "bad\n"].concat());
                let run = format!(
                    "convert in -o lake/ -q --threads 1 --resume --commit-size 1 --on-error bad.ndjson {options}"
                );
                let options = format!("-o /dev/null -e inject={call}:signal=KILL:when={nth}");
                let killed = crate::leftovers::strace(&folder, &options, &run);
                folder.run(&run).expect_code(0);
                let words = format!("{run}: {call} {nth}");
                assert_eq!(numbers(&folder, "lake"), (0..120).collect::<Vec<_>>(), "{words}");
                let kept: Vec<String> = folder
                    .names()
                    .into_iter()
                    .filter(|name| name.starts_with("bad") && !name.ends_with("reasons.ndjson"))
                    .collect();
                assert!(!kept.is_empty() && kept.len() < 3, "{words}: {kept:?}");
                assert!(kept.iter().all(|name| folder.text(name) == "bad\n"), "{words}");
                if killed.code == Some(0) {
                    break;
                }
            }
        }
    }
}

/// Stops or kills so many runs at random moments, and goes on until one ends.
fn stopped_at_random(options: &str, inputs: u32, name: &str, times: u32) {
    let run = format!("convert in -o lake/ -q --resume --commit-size 1 {options}");
    let mut whole = Duration::ZERO;
    let mut random = 1_u32;
    let mut stopped = 0;
    while stopped < times {
        let folder = Folder::new();
        write_inputs(&folder, inputs);
        loop {
            let started = Instant::now();
            let mut child = folder.start(&run);
            if !whole.is_zero() {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                std::thread::sleep(whole.mul_f64(f64::from(random >> 8) / f64::from(1 << 24)));
                signal(&child, name);
            }
            wait_for_end(&mut child);
            let code = child.wait().expect("ended").code();
            whole = whole.max(started.elapsed().min(Duration::from_secs(2)));
            if code == Some(0) {
                break;
            }
            stopped += 1;
        }
        let expected: Vec<i64> = (0..i64::from(inputs * ROWS)).collect();
        assert_eq!(numbers(&folder, "lake"), expected, "{options}");
    }
}

const OPTIONS: [&str; 4] = [
    "--partition service --sort row:desc --roll-rows 9",
    "--partition service",
    "--roll-rows 7 --sort row",
    "--roll-rows 100",
];

#[cfg(unix)]
#[test]
fn rows_are_there_once_after_kills_at_random_moments() {
    for options in OPTIONS {
        stopped_at_random(options, 6, "KILL", 5);
    }
}

#[cfg(unix)]
mod long {
    use super::{OPTIONS, stopped_at_random};

    #[test]
    #[ignore = "long: ./test --long"]
    fn rows_are_there_once_after_many_kills_at_random_moments() {
        for options in OPTIONS {
            stopped_at_random(options, 20, "KILL", 50);
        }
    }
}

#[cfg(unix)]
#[test]
fn rows_are_there_once_after_signals_at_random_moments() {
    stopped_at_random(OPTIONS[0], 6, "TERM", 4);
    stopped_at_random(&format!("{} --on-interrupt discard", OPTIONS[0]), 6, "TERM", 4);
}

/// A source that is so long that rows of its first part are part of the dataset before its last is read.
#[cfg(unix)]
#[test]
fn reading_goes_on_in_the_midst_of_a_source() {
    let padding = "x".repeat(300);
    let line = |row: u32| format!("{{\"row\":{row},\"x\":\"{padding}\"}}\n");
    let lines: String = (0..60_000).map(line).collect();
    let message = |row: u32| log(&format!("{row} {padding}"));
    let messages: String = (0..60_000).map(message).collect();
    for (input, dataset, column) in [(lines, "lake", "row"), (messages, "lake/logs", "body")] {
        for (name, code) in [("KILL", None), ("TERM", Some(130))] {
            let folder = Folder::new();
            folder.write("in.ndjson", &input);
            let run =
                "convert in.ndjson -o lake/ -q --memory-limit 8MiB --resume --commit-size 1MiB";
            let mut child = folder.start(run);
            crate::support::wait_until("rows are there", || {
                folder.path(&format!("{dataset}/_bucksaw/manifest/000000000001.ndjson")).exists()
            });
            signal(&child, name);
            wait_for_end(&mut child);
            let ended = child.wait().expect("ended").code();
            // Files may have no names yet.
            let before: u64 = super::datasets::listed(&folder, dataset).values().sum();
            assert!(before > 0);
            let run = folder.run(&run.replace(" -q", "")).expect_code(0);
            let told = if before < 60_000 { "lake/" } else { "1 input was added before" };
            assert!(ended == code || ended == Some(0), "{name}: {ended:?}");
            run.expect_told(&[told]);
            assert_eq!(rows(&folder, dataset, column), (0..60_000).collect::<Vec<_>>());
        }
    }
}

/// The numbers with which a column's values begin.
fn rows(folder: &Folder, dataset: &str, column: &str) -> Vec<u64> {
    let paths = super::datasets::listed(folder, dataset).into_keys();
    let of_file = paths.flat_map(|path| folder.rows(&format!("{dataset}/{path}")));
    let number = |row: serde_json::Value| match &row[column] {
        serde_json::Value::String(text) => {
            text.split(' ').next().and_then(|number| number.parse().ok()).expect("a number")
        }
        value => value.as_u64().expect("a number"),
    };
    let mut numbers: Vec<u64> = of_file.map(number).collect();
    numbers.sort_unstable();
    numbers
}
