//! Slips and mishaps around datasets: what is told, and what is refused.

use std::fs;

use serde_json::Value;

use super::{documents, entry, lake, lines};
use crate::support::Folder;

const CONVERT: &str = "convert in.ndjson -o lake/ --partition service -q";

/// A dataset of the rows of one line each.
fn rows(folder: &Folder, options: &str, lines: &str) {
    folder.write("in.ndjson", lines);
    folder.run(&format!("convert in.ndjson -o lake/ -q {options}")).expect_code(0);
}

#[test]
fn inputs_that_are_added_once_more_are_told() {
    let folder = Folder::new();
    let told = "rows of 1 input were added to lake/ before, and are added once more (--resume";
    folder.write("in.ndjson", lines(0..4));
    folder.write("empty.ndjson", "");
    let run = "convert in.ndjson empty.ndjson -o lake/ --dataset -q";
    let first = folder.run(run).expect_code(0);
    assert!(!first.stderr.contains("before"), "{}", first.stderr);
    folder.run(run).expect_code(0).expect_told(&[told]);
    // Also where it has grown, and what is new by itself would have been added.
    folder.write("in.ndjson", lines(0..5));
    folder.run(run).expect_code(0).expect_told(&[told]);
    // Another file under the same name, another name, and a run that goes on.
    folder.write("in.ndjson", lines(10..12));
    folder.write("other.ndjson", lines(0..5));
    for run in [run, &run.replace("in.ndjson empty", "other")] {
        let run = folder.run(run).expect_code(0);
        assert!(!run.stderr.contains("before"), "{}", run.stderr);
    }
    let resumed = folder.run(&format!("{run} --resume")).expect_code(0);
    assert!(!resumed.stderr.contains("once more"), "{}", resumed.stderr);
}

#[test]
fn a_dataset_whose_own_folder_is_gone_is_not_begun_anew() {
    for options in ["--partition service", "--dataset"] {
        let folder = Folder::new();
        rows(&folder, options, &lines(0..6));
        fs::remove_dir_all(folder.path("lake/_bucksaw")).expect("it was there");
        folder.write("in.ndjson", lines(6..7));
        let run = format!("convert in.ndjson -o lake/ -q {options}");
        let told = ["it is a file of a dataset", "lake/_bucksaw", "bucksaw repair lake"];
        folder.run(&run).expect_code(3).expect_told(&told);
        assert!(!folder.path("lake/_bucksaw").exists());
        fs::create_dir(folder.path("lake/_bucksaw")).expect("made");
        folder.run("repair lake").expect_code(0);
        folder.run(&run).expect_code(0);
        let rows: u64 = documents(&folder.run("ls lake --json"))
            .iter()
            .map(|file| file["rows"].as_u64().expect("a count"))
            .sum();
        assert_eq!(rows, 7);
    }
    // Files that are of no dataset.
    let folder = Folder::new();
    folder.write("in/app-20261128.ndjson", lines(0..6));
    folder.run("convert in -o lake/ -q").expect_code(0);
    folder.write("lake/day=1/00012-00000000000000ab.parquet", "of another program");
    folder.write("in.ndjson", lines(6..7));
    folder.run("convert in.ndjson -o lake/ -q --dataset").expect_code(0);
}

#[test]
fn a_half_lost_partition_file_says_what_to_do() {
    let folder = lake();
    let file = "lake/_bucksaw/partition.json";
    let whole = folder.text(file);
    for cut in 0..whole.len() {
        folder.write(file, &whole[..cut]);
        let told = ["partition.json: it does not say what folders are by", "bucksaw repair lake"];
        folder.run(CONVERT).expect_code(3).expect_told(&told);
    }
    folder.write(file, "");
    for command in ["compact lake", "inspect lake"] {
        folder.run(command).expect_code(3).expect_told(&["bucksaw repair lake"]);
    }
    assert!(folder.run("verify lake").expect_code(3).text().contains("bucksaw repair lake"));
    folder.run("repair lake").expect_code(0);
    assert_eq!(folder.text(file), whole);
    folder.run(CONVERT).expect_code(0);
}

/// A manifest may be anybody's, and folders too.
#[cfg(unix)]
#[test]
fn nothing_is_renamed_or_removed_through_links() {
    let end = |added: u32, removed: u32, exchange: &str| {
        format!(
            "{{\"end\":{{\"added\":{added},\"removed\":{removed},\"read\":0,\"next_seq\":7{exchange}}}}}"
        )
    };
    let added = |folder: &Folder| {
        let text = fs::read_to_string(entry(folder, 2)).expect("an entry");
        let line = text.lines().find(|line| line.starts_with("{\"add\"")).expect("a file");
        let mut added: Value = serde_json::from_str(line).expect("JSON");
        added["add"]["path"] = "link/y.parquet".into();
        added["add"]["staged"] = "3-1.parquet".into();
        added.to_string()
    };
    let exchange = ",\"exchange\":{\"folder\":\"link/sub\",\"staged\":\"3-folder\"}";
    let remove = "{\"remove\":{\"path\":\"link/x.parquet\"}}";
    for kind in ["remove", "add", "exchange", "expire"] {
        let folder = lake();
        folder.write("outside/x.parquet", "x");
        folder.write("outside/sub/z.parquet", "z");
        fs::create_dir(folder.path("outside/empty")).expect("made");
        std::os::unix::fs::symlink(folder.path("outside"), folder.path("lake/link"))
            .expect("a link");
        folder.write("lake/_bucksaw/staged/3-1.parquet", "y");
        folder.write("lake/_bucksaw/staged/3-folder/new.parquet", "new");
        let lines = match kind {
            "remove" => [remove.to_owned(), end(0, 1, "")],
            "add" => [added(&folder), end(1, 0, "")],
            "exchange" => [remove.to_owned(), end(0, 1, exchange)],
            _ => [added(&folder).replace("link/y.parquet", "link/empty/y.parquet"), end(1, 0, "")],
        };
        let head = "{\"manifest\":1,\"entry\":3}";
        fs::write(entry(&folder, 3), format!("{head}\n{}\n", lines.join("\n"))).expect("writes");
        let before = crate::support::names_in(&folder.path("outside"));
        folder.write("in.ndjson", super::lines(0..1));
        for command in [CONVERT, "compact lake", "expire lake --older-than 0s"] {
            let run = folder.run(command).expect_code(3);
            run.expect_told(&[
                "lake/link is a link, and a dataset's files are in folders of its own",
            ]);
        }
        assert_eq!(crate::support::names_in(&folder.path("outside")), before, "{kind}");
    }
}

#[test]
fn datasets_of_signals_in_a_dataset_are_found() {
    let folder = lake();
    let log = "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"body\":{\"stringValue\":\"a\"}}]}]}]}\n";
    folder.write("logs.json", log);
    folder.run("convert logs.json -o lake/ --dataset -q").expect_code(0);
    let run = folder.run("verify lake").expect_code(0);
    for told in ["lake: as its manifest says: 6 files", "lake/logs: as its manifest says: 1 file"] {
        assert!(run.text().contains(told), "{told:?} is not in {}", run.text());
    }
    folder.run("ls lake").expect_code(0).expect_told(&["lake: 6 files", "lake/logs: 1 file"]);
    // They are looked into, too.
    let name = fs::read_dir(folder.path("lake/logs")).expect("a folder");
    let name = name.flatten().find(|entry| entry.path().is_file()).expect("a file");
    fs::remove_file(name.path()).expect("it was there");
    folder.run("verify lake").expect_code(3).expect_told(&["1 of 2 datasets not as the manifest"]);
}

#[test]
fn values_that_are_too_long_for_a_folder_are_told_with_their_line() {
    let long = "x".repeat(300);
    let slashes = "/".repeat(90);
    for value in [&long, &slashes] {
        for before in [0, 3, 5_000] {
            let folder = Folder::new();
            let bad = format!("{{\"service\":\"{value}\"}}\n");
            folder.write("a.ndjson", lines(0..2));
            folder.write("in.ndjson", [lines(0..before), "\n".to_owned(), bad].concat());
            let run = CONVERT.replace("in.ndjson", "a.ndjson in.ndjson");
            let line = format!(
                "in.ndjson: line {}, row {}: no folder can be called",
                before + 2,
                before + 2
            );
            folder.run(&run).expect_code(3).expect_told(&[&line, "prefix(service,N)"]);
            folder
                .run(&run.replace("partition service", "partition prefix(service,9)"))
                .expect_code(0);
        }
    }
}

#[test]
fn columns_that_folders_are_called_by_can_not_be_taken_away() {
    let folder = Folder::new();
    folder.write("in.ndjson", lines(0..6));
    for (options, told) in [
        ("--drop service", "\"service\" is dropped: don't drop it; no file has it in any case"),
        ("--rename service=svc", "\"service\" is renamed to \"svc\": have folders called by that"),
        ("--select row", "\"service\" is not among the columns that are selected"),
    ] {
        folder.run(&format!("{CONVERT} {options}")).expect_code(2).expect_told(&[told]);
        assert!(!folder.path("lake").exists(), "{options}");
    }
    let run =
        "convert in.ndjson -o lake/ -q --partition svc --rename service=svc --select row,service";
    folder.run(run).expect_code(0);
    folder.run("verify lake").expect_code(0);
    let rows = documents(&folder.run("cat lake --columns svc").expect_code(0));
    assert_eq!(rows.len(), 6);
    assert!(rows.iter().all(|row| row["service"].is_string()), "{rows:?}");
}

#[test]
fn conditions_find_what_folders_are_called_by() {
    let folder = Folder::new();
    let partition = "--partition day(time)/hour(time)/service";
    rows(&folder, partition, &(lines(0..60) + "{\"row\":60,\"service\":\"s0\"}\n"));
    let found = |arguments: &[&str]| {
        let output = folder.command("cat lake").args(arguments).output().expect("it runs");
        documents(&output.into())
    };
    let all = found(&[]);
    assert_eq!(all.len(), 61);
    assert!(all.iter().all(|row| row.get("day").is_none() && row.get("hour").is_none()));
    for (condition, rows) in [
        ("day = '2026-11-28'", 60),
        ("day = '2026-11-28' and service = 's1'", 20),
        ("hour = 7", 60),
        ("hour > 7", 0),
        ("day is null", 1),
    ] {
        assert_eq!(found(&["--where", condition]).len(), rows, "{condition}");
    }
    let columns = found(&["--columns", "day,row", "--where", "hour = 7 and row = 3"]);
    assert_eq!(columns, [serde_json::json!({"day": "2026-11-28", "row": 3})]);
    let run = folder.run("cat lake --where month=1").expect_code(2);
    run.expect_told(&["--where names \"month\", which is no column in any of the"]);
}

#[test]
fn compaction_goes_on_as_the_newest_file_is() {
    let files = |folder: &Folder| {
        let paths = super::paths(folder).into_iter();
        let footer = |path: String| folder.footer(&format!("lake/{path}"));
        let column = |footer: parquet::file::metadata::ParquetMetaData| {
            let column = footer.row_group(0).column(2);
            (column.compression().to_string(), column.bloom_filter_offset().is_some())
        };
        paths.map(footer).map(column).collect::<Vec<_>>()
    };
    for (options, told, after) in [
        ("", "--compression snappy --bloom-filter row", ("SNAPPY", true)),
        ("--compression none", "--bloom-filter row", ("UNCOMPRESSED", true)),
        ("--bloom-filter time", "--compression snappy", ("SNAPPY", false)),
    ] {
        let folder = Folder::new();
        rows(&folder, "--dataset", &lines(0..6));
        rows(&folder, "--dataset --compression snappy --bloom-filter row", &lines(6..9));
        let told = format!("lake: new files are as its newest one: {told}\n");
        let run = folder.run(&format!("compact lake {options}")).expect_code(0);
        run.expect_told(&[&told]);
        assert_eq!(files(&folder), [(after.0.to_owned(), after.1)], "{options}");
    }
    for (options, told, is_modern) in
        [("", "--profile modern", true), ("--profile portable", "", false)]
    {
        let folder = Folder::new();
        rows(&folder, "--dataset --profile modern", &lines(0..600));
        rows(&folder, "--dataset --profile modern", &lines(600..900));
        let run = folder.run(&format!("compact lake {options}")).expect_code(0);
        run.expect_told(&[told]);
        let footer = folder.footer(&format!("lake/{}", super::paths(&folder)[0]));
        let mut encodings =
            footer.row_group(0).columns().iter().flat_map(|column| column.encodings());
        let has_delta = encodings.any(|encoding| encoding.to_string().starts_with("DELTA"));
        assert_eq!(has_delta, is_modern, "{options}");
    }
    let folder = lake();
    let run = folder.run("compact lake").expect_code(0);
    assert!(!run.stderr.contains("as its newest"), "{}", run.stderr);
}

#[test]
fn hints_on_types_are_those_of_a_dataset() {
    let folder = Folder::new();
    let numbers: String = (0..2_000).map(|n| format!("{{\"n\":{n},\"b\":true}}\n")).collect();
    rows(&folder, "--dataset", &numbers);
    folder.write("in.ndjson", "{\"n\":1.5}\n{\"b\":\"x\"}\n");
    let run = folder.run("convert in.ndjson -o lake/ --dataset").expect_code(0);
    let run = run.expect_told(&[
        "It is int64 in all of this dataset: bucksaw compact makes it double if nine of ten of all its values are numbers, and doubles hold each of its integers.",
        "It is bool in all of this dataset: to keep all values in one column, begin another that declares b as text.",
    ]);
    assert!(!run.stderr.contains("--scan"), "{}", run.stderr);
}
