//! Datasets: folders, files as they come, signals and kills.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::Child;

use serde_json::Value;

#[cfg(unix)]
use crate::support::signal;
use crate::support::{Folder, synth40, wait_for_end, wait_until};

/// The Parquet files of a dataset, as `bucksaw ls` has them, with their rows.
pub(super) fn listed(folder: &Folder, dataset: &str) -> BTreeMap<String, u64> {
    let run = folder.run(&format!("ls {dataset} --json")).expect_code(0);
    let line = |line: &str| {
        let file: Value = serde_json::from_str(line).expect("JSON");
        let path = file["path"].as_str().expect("a path").to_owned();
        (path, file["rows"].as_u64().expect("a count"))
    };
    String::from_utf8(run.stdout).expect("UTF-8").lines().map(line).collect()
}

/// Those that are there, but for staged ones.
fn there(folder: &Folder, dataset: &str) -> Vec<String> {
    let start = format!("{dataset}/");
    let names = folder.names().into_iter();
    let names = names.filter_map(|name| name.strip_prefix(&start).map(str::to_owned));
    names.filter(|name| name.ends_with(".parquet") && !name.starts_with('_')).collect()
}

/// The numbers of all rows of a dataset, whose files are those that are there, each as it is listed.
pub(super) fn numbers(folder: &Folder, dataset: &str) -> Vec<i64> {
    let listed = listed(folder, dataset);
    assert_eq!(listed.keys().cloned().collect::<Vec<_>>(), there(folder, dataset));
    let mut numbers = Vec::new();
    for (path, rows) in listed {
        let of_file = folder.rows(&format!("{dataset}/{path}"));
        assert_eq!(of_file.len() as u64, rows);
        numbers.extend(of_file.iter().map(|row| row["row"].as_i64().expect("a number")));
    }
    numbers.sort_unstable();
    numbers
}

pub(super) fn lines(rows: std::ops::Range<u32>) -> String {
    rows.map(|row| format!("{{\"service\":\"s{}\",\"row\":{row}}}\n", row % 3)).collect()
}

#[test]
fn rows_go_into_folders_and_are_listed() {
    let folder = Folder::new();
    folder.write("in.ndjson", synth40(2_000));
    let options = "--time chq_timestamp:epoch_ms --partition hour(chq_timestamp)/resource_service_name --sort chq_timestamp:desc";
    let run = folder.run(&format!("convert in.ndjson -o lake/ {options}")).expect_code(0);
    let run = run.expect_told(&["lake/: 2,000 rows, 39 columns, 5 row groups in 5 files, "]);
    drop(run);
    let listed = listed(&folder, "lake");
    assert_eq!(listed.values().sum::<u64>(), 2_000);
    for path in listed.keys() {
        assert!(path.starts_with("hour=22/resource_service_name="), "{path}");
        let rows = folder.rows(&format!("lake/{path}"));
        let times: Vec<i64> = rows
            .iter()
            .map(|row| row["chq_timestamp"]["micros"].as_i64().expect("a time"))
            .collect();
        assert!(times.is_sorted_by(|a, b| a >= b));
        assert!(rows[0].get("resource_service_name").is_none(), "it is in the path");
    }
    // Further rows are added, and nothing is replaced.
    folder.run(&format!("convert in.ndjson -o lake/ {options} -q")).expect_code(0);
    assert_eq!(super::datasets::listed(&folder, "lake").values().sum::<u64>(), 4_000);
    let run = folder.run("ls lake").expect_code(0);
    run.expect_told(&["lake: 10 files, 4,000 rows, ", "chq_timestamp 2023-11-14T22:13:20Z to"]);
    folder.run("verify lake").expect_code(0);
    let gone = folder.run("expire lake --older-than 30d --dry-run").expect_code(0);
    gone.expect_told(&["lake: 10 files would be removed"]);
    let gone = folder.run("expire lake --older-than 30d --json").expect_code(0);
    let lines = String::from_utf8(gone.stdout.clone()).expect("UTF-8");
    let of_line = |line: &str| -> Value { serde_json::from_str(line).expect("JSON") };
    assert_eq!(lines.lines().filter_map(|line| of_line(line)["rows"].as_u64()).sum::<u64>(), 4_000);
    gone.expect_told(&["10 files removed"]);
    assert!(there(&folder, "lake").is_empty());
    assert!(!folder.path("lake/hour=22").exists(), "folders go with their last file");
}

#[test]
fn what_is_no_dataset_is_told() {
    let folder = Folder::new();
    folder.write("in.ndjson", lines(0..3));
    for (arguments, code, told) in [
        ("convert in.ndjson -o in.ndjson --dataset", 2, "a dataset needs a directory (-o DIR/)"),
        ("convert in.ndjson -o - --roll-rows 3", 2, "a dataset needs a directory"),
        ("convert in.ndjson -o d/ --dataset --overwrite", 2, "none is replaced"),
        ("convert in.ndjson -o d/ --dataset --skip-existing", 2, "not for a dataset"),
        ("convert in.ndjson -o d/ --dataset --schema-state s.json", 2, "_bucksaw/schema.json"),
        ("convert in.ndjson -o d/ --partition week(row)", 2, "no function of one"),
        ("convert in.ndjson -o d/ --partition service/service", 2, "two levels of folders"),
        ("convert in.ndjson -o d/ --name x.parquet", 2, "it needs {seq}"),
        ("convert in.ndjson -o d/ --roll-age soon", 2, "as 90s, 5m or 2h"),
        ("convert in.ndjson -o d/ --roll-rows 0", 2, "no file has 0 rows (--roll-rows"),
        ("convert in.ndjson -o d/ --partition day(row)", 2, "there are no folders by day(row)"),
        ("convert in.ndjson -o d/ --partition nowhere", 2, "no row had a column \"nowhere\""),
        ("convert in.ndjson -o d/ --partition day(row", 2, "its bracket does not end"),
        ("convert in.ndjson -o new --dataset -q", 0, ""),
        ("convert in.ndjson -o new", 2, "new is a dataset, to which --dataset adds rows"),
        ("convert in.ndjson -o new/x.parquet", 2, "new is a dataset"),
        ("convert in.ndjson -o new/ --partition service", 2, "in no folders"),
        ("convert in.ndjson -o scanned/ --partition service --scan", 0, ""),
        ("ls nowhere", 2, "is no dataset"),
        ("expire . --older-than 1d", 2, "is no dataset"),
    ] {
        folder.run(arguments).expect_code(code).expect_told(&[told]);
    }
}

fn say(child: &mut Child, text: &str) {
    let stdin = child.stdin.as_mut().expect("piped");
    stdin.write_all(text.as_bytes()).and_then(|()| stdin.flush()).expect("it is read");
}

/// As `kubectl logs -f app | bucksaw convert - -o logs/ --roll-age 1s`.
#[test]
fn files_appear_in_their_time_while_lines_still_come() {
    let folder = Folder::new();
    let mut child = folder.start("convert - -o logs/ --roll-age 300ms -q");
    for part in 0..3_u32 {
        say(&mut child, &lines(part * 4..part * 4 + 4));
        wait_until("the file is there", || there(&folder, "logs").len() > part as usize);
    }
    assert_eq!(numbers(&folder, "logs"), (0..12).collect::<Vec<_>>());
    // Also while more comes than is waited for.
    let mut row = 12;
    wait_until("another file is there", || {
        say(&mut child, &lines(row..row + 1));
        row += 1;
        std::thread::sleep(std::time::Duration::from_millis(20));
        there(&folder, "logs").len() > 3
    });
    drop(child.stdin.take());
    wait_for_end(&mut child);
    assert_eq!(numbers(&folder, "logs"), (0..i64::from(row)).collect::<Vec<_>>());
}

#[cfg(unix)]
#[test]
fn a_signal_publishes_what_has_come_or_discards_it() {
    for (options, left) in [
        ("--dataset", 7),
        ("--partition service", 7),
        ("--roll-age 1h --on-interrupt publish", 7),
        ("--roll-age 1h --on-interrupt discard", 0),
        ("--partition service --on-interrupt discard", 0),
    ] {
        let folder = Folder::new();
        let mut child = folder.start(&format!("convert - -o logs/ -q {options}"));
        say(&mut child, &lines(0..7));
        // Half a line is none.
        say(&mut child, "{\"service\":");
        wait_until("it has begun", || {
            folder.path("logs/_bucksaw/lock").exists()
                || options == "--dataset"
                || options.starts_with("--partition")
        });
        std::thread::sleep(std::time::Duration::from_millis(400));
        signal(&child, "TERM");
        wait_for_end(&mut child);
        let code = child.wait().expect("ended").code();
        assert_eq!(code, Some(if left == 0 { 130 } else { 0 }), "{options}");
        assert_eq!(numbers(&folder, "logs"), (0..left).collect::<Vec<i64>>(), "{options}");
        let staged = std::fs::read_dir(folder.path("logs/_bucksaw/staged")).expect("a folder");
        assert_eq!(staged.count(), 0, "{options}");
    }
}

/// Kills a run at each of its calls that change names or make them durable; the next run finds a dataset, and adds to it.
#[cfg(target_os = "linux")]
#[test]
fn a_run_that_is_killed_anywhere_leaves_whole_files_each_once() {
    for (options, is_atomic) in [
        ("--partition service --roll-rows 2", false),
        ("--partition service --roll-rows 2 --atomic", true),
        ("--roll-rows 3", false),
    ] {
        for call in ["renameat2", "fsync", "unlink", "mkdir"] {
            for nth in 1.. {
                let folder = Folder::new();
                folder.write("in.ndjson", lines(0..8));
                folder.write("more.ndjson", lines(100..101));
                let run = format!("convert in.ndjson -o lake/ -q --json --threads 1 {options}");
                let inject = format!("-e inject={call}:signal=KILL:when={nth}");
                let killed =
                    crate::leftovers::strace(&folder, &format!("-o /dev/null {inject}"), &run);
                let has_ended = killed.code == Some(0);
                let words = format!("{options}: {call} {nth}");
                let there = there(&folder, "lake");
                for told in
                    json_lines(&killed.stdout).iter().filter_map(|line| line["path"].as_str())
                {
                    assert!(there.iter().any(|path| path == told), "{words}: {told}");
                }
                if folder.path("lake/_bucksaw/manifest").exists() {
                    folder.run("verify lake").expect_code(0);
                }
                folder.run(&format!("convert more.ndjson -o lake/ -q {options}")).expect_code(0);
                let numbers = numbers(&folder, "lake");
                let (last, of_first) = numbers.split_last().expect("rows");
                assert_eq!(*last, 100, "{words}");
                assert!(of_first.windows(2).all(|pair| pair[0] < pair[1]), "{words}: {of_first:?}");
                if is_atomic {
                    assert!([0, 8].contains(&of_first.len()), "{words}: {of_first:?}");
                }
                assert!(!has_ended || of_first.len() == 8, "{words}: {of_first:?}");
                let staged =
                    std::fs::read_dir(folder.path("lake/_bucksaw/staged")).expect("a folder");
                assert_eq!(staged.count(), 0, "{words}");
                if has_ended {
                    assert!(nth > 1 || call == "unlink", "{words}: nothing was killed");
                    break;
                }
            }
        }
    }
}

/// Lines of JSON, as `--json` prints them.
fn json_lines(stdout: &[u8]) -> Vec<Value> {
    let lines = stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).expect("JSON")).collect()
}

#[test]
fn json_tells_each_file_that_becomes_part_of_a_dataset() {
    let folder = Folder::new();
    folder.write("in.ndjson", lines(0..20));
    let mut all = Vec::new();
    for options in ["--partition service --roll-rows 3", "--partition service --atomic"] {
        let run = format!("convert in.ndjson -o lake/ -q --json {options}");
        let mut told = json_lines(&folder.run(&run).expect_code(0).stdout);
        let report = told.pop().expect("a report");
        assert_eq!(report["reports"][0]["files"][0]["files"], told.len());
        assert!(told.iter().all(|file| file["partition"]["service"].is_string()), "{told:?}");
        all.extend(told);
    }
    assert_eq!(all, json_lines(&folder.run("ls lake/ --json").expect_code(0).stdout));
    assert_eq!(all.iter().filter_map(|file| file["rows"].as_u64()).sum::<u64>(), 40);
}

#[test]
fn a_run_that_fails_tells_which_of_its_files_are_there() {
    let folder = Folder::new();
    folder.write("in.ndjson", lines(0..80));
    folder.write("z.ndjson", "bad\n");
    for (options, files, told) in [
        ("--roll-rows 7", 11, "11 files of this run are in lake/: another run of the same inputs"),
        ("--roll-rows 80", 0, "no file of this run is in lake/\n"),
        ("--partition service", 0, "no file of this run is in lake/\n"),
        (
            "--partition service --resume --commit-size 1",
            3,
            "3 files of this run are in lake/: once what follows is mended, the same command",
        ),
        ("--roll-rows 7 --resume --commit-size 1", 12, "and 2 more (bucksaw ls lake/)"),
        ("--roll-rows 7 --atomic", 0, ""),
    ] {
        let folder = &folder;
        let run = folder.run(&format!("convert in.ndjson z.ndjson -o lake/ --json {options}"));
        let run = run.expect_code(3);
        assert!(run.stderr.contains(told), "{options}: {}", run.stderr);
        let mut lines = json_lines(&run.stdout);
        let error = lines.pop().expect("an error");
        assert_eq!(error["error"]["file"], "z.ndjson", "{options}");
        assert_eq!(lines.len(), files, "{options}");
        let listed = listed(folder, "lake");
        assert_eq!(lines.len(), listed.len(), "{options}");
        for line in &lines {
            let path = line["path"].as_str().expect("a path");
            assert!(listed.contains_key(path), "{options}: {path}");
            let is_told = run.stderr.contains(&format!("\n  lake/{path}\n"));
            assert!(is_told || files > 10, "{options}: {path} is not in {}", run.stderr);
        }
        std::fs::remove_dir_all(folder.path("lake")).expect("removed");
    }
}

/// The files of a folder as readers find them who don't know the manifest.
#[cfg(target_os = "linux")]
fn in_folder(folder: &Folder, path: &str) -> Vec<String> {
    let start = format!("{path}/");
    there(folder, "lake").into_iter().filter(|name| name.starts_with(&start)).collect()
}

/// Kills compaction at each of its calls that change names or make them durable: readers of a folder find all of its old files or all of
/// its new ones, and the next run finds all rows, each once.
#[cfg(target_os = "linux")]
#[test]
fn compaction_that_is_killed_anywhere_loses_and_doubles_nothing() {
    let whole = Folder::new();
    whole.write("first.ndjson", lines(0..6));
    whole.write("second.ndjson", lines(6..12));
    for name in ["first", "second"] {
        whole.run(&format!("convert {name}.ndjson -o lake/ -q --partition service")).expect_code(0);
        whole.run(&format!("convert {name}.ndjson -o flat/ -q --dataset")).expect_code(0);
    }
    let old = in_folder(&whole, "service=s1");
    assert_eq!(old.len(), 2);
    for (dataset, options) in [("lake", "--partition service"), ("flat", "--dataset")] {
        for call in ["renameat2", "fsync", "unlink", "mkdir", "linkat", "rmdir", "chmod"] {
            for nth in 1.. {
                let folder = Folder::new();
                crate::support::copy_all(&whole.path(dataset), &folder.path(dataset));
                folder.write("more.ndjson", lines(100..101));
                let inject = format!("-o /dev/null -e inject={call}:signal=KILL:when={nth}");
                let run = format!("compact {dataset} --threads 1");
                let has_ended = crate::leftovers::strace(&folder, &inject, &run).code == Some(0);
                let words = format!("{dataset}: {call} {nth}");
                if dataset == "lake" {
                    let found = in_folder(&folder, "service=s1");
                    let is_new = found.len() == 1 && !old.contains(&found[0]);
                    assert!(found == old || is_new, "{words}: {found:?}");
                }
                folder.run(&format!("verify {dataset}")).expect_code(0);
                folder
                    .run(&format!("convert more.ndjson -o {dataset}/ -q {options}"))
                    .expect_code(0);
                let mut expected: Vec<i64> = (0..12).collect();
                expected.push(100);
                assert_eq!(numbers(&folder, dataset), expected, "{words}");
                let staged = folder.path(&format!("{dataset}/_bucksaw/staged"));
                assert_eq!(std::fs::read_dir(staged).expect("a folder").count(), 0, "{words}");
                folder.run(&format!("compact {dataset}")).expect_code(0);
                assert_eq!(numbers(&folder, dataset), expected, "{words}");
                let left = listed(&folder, dataset).len();
                assert_eq!(left, if dataset == "lake" { 3 } else { 1 }, "{words}");
                if has_ended {
                    break;
                }
            }
        }
    }
}

#[test]
fn small_files_are_merged_and_told() {
    let folder = Folder::new();
    for part in 0..3_u32 {
        folder.write("in.ndjson", lines(part * 10..part * 10 + 10));
        folder.run("convert in.ndjson -o lake/ -q --partition service").expect_code(0);
    }
    let told = ["lake: 9 files of 3 folders would be merged, "];
    let would = folder.run("compact lake --dry-run").expect_code(0).expect_told(&told);
    let stdout = String::from_utf8(would.stdout).expect("UTF-8");
    let first: Vec<&str> = stdout.lines().next().expect("a line").split('\t').collect();
    assert_eq!((&first[..4], first[5]), (&["service=s0", "3", "-", "10"][..], "-"), "{stdout}");
    assert_eq!(listed(&folder, "lake").len(), 9);
    let run = folder.run("compact lake --json --older-than 0s --compression none").expect_code(0);
    let first: Value =
        serde_json::from_slice(run.stdout.split(|byte| *byte == b'\n').next().expect("a line"))
            .expect("JSON");
    assert_eq!(first["partition"]["service"], "s0");
    assert_eq!(
        (first["removed"].as_array().map(Vec::len), &first["added"][0]["rows"]),
        (Some(3), &Value::from(10))
    );
    assert_eq!(numbers(&folder, "lake"), (0..30).collect::<Vec<_>>());
    let again = folder.run("compact lake --older-than 1h").expect_code(0);
    again.expect_told(&["lake: nothing to merge: no folder has several files of less than 128.0 MiB that are old enough"]);
    folder.run("verify lake").expect_code(0);
    for (arguments, told) in [
        ("compact in.ndjson", "is no dataset"),
        ("compact lake --target-size 1KiB", "files of 1024 bytes are too small (--roll-size"),
        ("compact lake --name x.parquet", "it needs {seq}"),
        ("compact lake --memory-limit 64", "did you mean"),
    ] {
        folder.run(arguments).expect_code(2).expect_told(&[told]);
    }
}

/// Each signal has a dataset of its own: where one can't be written, the others' files are told.
#[test]
fn what_is_there_of_several_signals_is_told_where_one_fails() {
    let folder = Folder::new();
    let log = r#"{"timeUnixNano":"1700000000000000000","body":{"stringValue":"a"}}"#;
    let ids = r#""traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174""#;
    let span = format!(r#"{{{ids},"name":"x","startTimeUnixNano":"1700000000000000000"}}"#);
    folder.write(
        "in.json",
        format!(
            "{{\"resourceLogs\":[{{\"scopeLogs\":[{{\"logRecords\":[{log}]}}]}}]}}\n\
             {{\"resourceSpans\":[{{\"scopeSpans\":[{{\"spans\":[{span}]}}]}}]}}\n"
        ),
    );
    for (options, told) in
        [("", "With --atomic none"), ("--atomic", "--atomic holds for each one's dataset")]
    {
        let run = format!("convert in.json -o lake/ --partition day(time) {options}");
        let run = folder.run(&run).expect_code(2);
        let of_traces = "bucksaw: the dataset of traces: no row had a column \"time\"";
        run.expect_told(&["1 file of this run is in lake/", told, "lake/logs/day=", of_traces]);
        std::fs::remove_dir_all(folder.path("lake")).expect("removed");
    }
}

#[test]
fn datasets_below_a_folder_are_compacted_or_named() {
    let folder = Folder::new();
    folder.write("in.ndjson", lines(0..3));
    for dataset in ["lake/a/", "lake/b/"] {
        for _ in 0..2 {
            folder.run(&format!("convert in.ndjson -o {dataset} --dataset -q")).expect_code(0);
        }
    }
    let named = "lake is no dataset, but has some in it: name one (lake/a, and others)";
    folder.run("expire lake --older-than 1d").expect_code(2).expect_told(&[named]);
    let no_key = "rows can't be put in order by \"nope\": the dataset has no such column";
    for command in ["compact lake/a --sort nope", "compact lake/a --dry-run --sort row,day(nope)"] {
        folder.run(command).expect_code(2).expect_told(&[no_key]);
    }
    folder.run("compact lake --sort row:desc").expect_code(0).expect_told(&["lake/a", "lake/b"]);
    let listed = folder.run("ls lake").stdout;
    assert_eq!(listed.iter().filter(|byte| **byte == b'\n').count(), 2);
}

#[test]
fn folders_of_a_dataset_are_no_datasets() {
    let folder = Folder::new();
    folder.write("in.ndjson", lines(0..3));
    folder.run("convert in.ndjson -o lake/ --partition service -q").expect_code(0);
    let run = folder.run("convert in.ndjson -o lake/service=s1/ --dataset").expect_code(2);
    run.expect_told(&["is a file of the dataset in lake: write to that, or to another folder"]);
}
