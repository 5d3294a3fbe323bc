//! `bucksaw repair`, and what needs it.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use super::{change, documents, entry, lake, lines, paths};
use crate::support::Folder;

/// What the manifest says of each file.
fn manifest(folder: &Folder) -> BTreeMap<String, Value> {
    let mut files = BTreeMap::new();
    let names = folder.names().into_iter();
    for name in names.filter(|name| name.starts_with("lake/_bucksaw/manifest/")) {
        for line in folder.text(&name).lines() {
            let line: Value = serde_json::from_str(line).expect("JSON");
            let Some(mut added) = line.get("add").cloned() else { continue };
            added.as_object_mut().expect("an object").remove("staged");
            for column in added["columns"].as_array_mut().expect("columns") {
                if column["type"].as_str().is_some_and(|ty| ty.starts_with("list")) {
                    // Footers don't count rows without a list.
                    column.as_object_mut().expect("an object").remove("nulls");
                }
            }
            let path = added["path"].as_str().expect("a path").to_owned();
            files.insert(path, added);
        }
    }
    files
}

#[track_caller]
fn assert_same(now: &BTreeMap<String, Value>, before: &BTreeMap<String, Value>, words: &str) {
    let keys = |files: &BTreeMap<String, Value>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(now), keys(before), "{words}");
    for (now, before) in now.values().zip(before.values()) {
        let (now, before) = (now.as_object().expect("one"), before.as_object().expect("one"));
        let names: std::collections::BTreeSet<&String> = now.keys().chain(before.keys()).collect();
        for name in names {
            assert_eq!(now.get(name), before.get(name), "{words}: {name}");
        }
    }
}

/// The columns that all files have; those that stand in folders' names have no order among them.
fn schema(folder: &Folder) -> Vec<String> {
    let schema: Value =
        serde_json::from_slice(&folder.read("lake/_bucksaw/schema.json")).expect("JSON");
    let columns = schema["columns"].as_array().expect("columns").iter();
    let (mut others, named): (Vec<_>, Vec<_>) =
        columns.partition(|column| column["name"] != "service");
    others.extend(named);
    others.into_iter().map(ToString::to_string).collect()
}

/// All files and what is in them.
fn contents(folder: &Folder) -> BTreeMap<String, Vec<u8>> {
    let names = folder.names().into_iter().filter(|name| folder.path(name).is_file());
    names.map(|name| (name.clone(), folder.read(&name))).collect()
}

fn is_sound(folder: &Folder) -> bool {
    folder.run("verify lake").code == Some(0)
}

type Lose = Box<dyn Fn(&Folder)>;

/// What is lost of a dataset, and what a run that opens it says.
fn losses() -> Vec<(&'static str, Lose, &'static str)> {
    let own = |name: &str| format!("lake/_bucksaw/{name}");
    let remove = move |name: &'static str| -> Lose {
        Box::new(move |folder| fs::remove_file(folder.path(&own(name))).expect("it was there"))
    };
    let damage =
        move |name: &'static str| -> Lose { Box::new(move |folder| folder.write(&own(name), "[")) };
    let all = Box::new(move |folder: &Folder| {
        fs::remove_dir_all(folder.path(&own("manifest"))).expect("it was there");
    });
    let end = Box::new(|folder: &Folder| change(folder, 2, "{\"end\"", "{\"e\""));
    let newest = remove("manifest/000000000002.ndjson");
    let first = remove("manifest/000000000001.ndjson");
    vec![
        ("the manifest", all, "it is missing, and there was an entry"),
        ("the newest entry", newest, "000000000002.ndjson: it is missing"),
        ("an entry", first, "000000000001.ndjson: it is missing"),
        ("the end of an entry", end, "000000000002.ndjson"),
        ("the schema", remove("schema.json"), "schema.json: it is missing"),
        ("the schema's end", damage("schema.json"), "schema.json"),
        ("the partition", remove("partition.json"), "partition.json: it is missing"),
        ("the partition's end", damage("partition.json"), "partition.json"),
    ]
}

const ADD: &str = "convert in.ndjson -o lake/ --partition service --sort row -q --threads 1";

#[test]
fn what_is_lost_is_told_and_comes_back_from_the_files() {
    for (what, lose, told) in losses() {
        let folder = lake();
        let (before, columns) = (manifest(&folder), schema(&folder));
        let partition = folder.text("lake/_bucksaw/partition.json");
        lose(&folder);
        folder.write("in.ndjson", lines(100..101));
        let damaged = contents(&folder);
        let run = folder.run(ADD).expect_code(3);
        run.expect_told(&[told, "repair the dataset (bucksaw repair lake"]);
        assert_eq!(contents(&folder), damaged, "{what}: nothing is begun anew");
        let run = folder.run("repair lake --dry-run").expect_code(0);
        run.expect_told(&["lake: the manifest would have 6 files, 60 rows, "]);
        assert_eq!(contents(&folder), damaged, "{what}");
        let run = folder.run("repair lake --json").expect_code(0);
        let run = run.expect_told(&["lake: the manifest has 6 files, 60 rows, "]);
        let document = run.json();
        assert_eq!((&document["files"], &document["left_out"]), (&json!(6), &json!([])), "{what}");
        assert_same(&manifest(&folder), &before, what);
        assert_eq!(schema(&folder), columns, "{what}");
        assert_eq!(folder.text("lake/_bucksaw/partition.json"), partition, "{what}");
        assert!(is_sound(&folder), "{what}");
        folder.run(ADD).expect_code(0);
        let all = paths(&folder);
        assert_eq!(all.len(), 7, "{what}");
        assert!(all.iter().any(|path| path.contains("-00007-")), "{what}: {all:?}");
        assert!(is_sound(&folder), "{what}");
    }
}

/// Rows with lists, objects, moments, long texts, columns of two types and such that come late.
fn varied() -> String {
    let row = |row: usize| {
        let list = if row.is_multiple_of(5) { "" } else { ",\"l\":[7,8]" };
        let late = if row > 400 { ",\"late\":true" } else { "" };
        let either = if row.is_multiple_of(7) { "\"text\"" } else { "1" };
        let (day, text) = (row % 3 + 1, "long ".repeat(row));
        format!(
            "{{\"t\":\"2026-11-2{day}T00:00:00.5Z\",\"n\":{row},\"d\":{row}.5,\"s\":\"{text}ä\",\"o\":{{\"x\":{either}}}{list}{late}}}\n",
        )
    };
    (0..500).map(row).collect()
}

#[test]
fn all_that_the_manifest_says_is_told_by_the_files() {
    for options in [
        "--sort n:desc --arrays list --partition day(t)/start=prefix(s,1)",
        "--backend arrow --arrays list --partition day(t)/start=prefix(s,1)",
        "--sorted-by n --row-group-rows 100 --partition day(t) --settling-rows 10",
    ] {
        let folder = Folder::new();
        folder.write("in.ndjson", varied());
        let run = format!("convert in.ndjson -o lake/ -q {options}");
        folder.run(&run).expect_code(0);
        let (before, columns) = (manifest(&folder), schema(&folder));
        fs::remove_dir_all(folder.path("lake/_bucksaw/manifest")).expect("it was there");
        for name in ["schema.json", "partition.json"] {
            fs::remove_file(folder.path(&format!("lake/_bucksaw/{name}"))).expect("it was there");
        }
        folder.run("repair lake").expect_code(0);
        assert_eq!(schema(&folder), columns, "{options}");
        assert_same(&manifest(&folder), &before, options);
        // What a function's folders are by is known with the next run.
        let other = run.replace("day(t)", "hour(t)");
        folder.run(&other).expect_code(2).expect_told(&["in folders that are called day"]);
        folder.run(&run).expect_code(0);
        let other = run.replace("day(t)", "day=minute(t,10)");
        folder.run(&other).expect_code(2).expect_told(&["in folders by day(t)"]);
        assert!(is_sound(&folder), "{options}");
    }
}

#[test]
fn statistics_of_signals_come_back() {
    let folder = Folder::new();
    let line = |n: u32| format!("{{\"timestamp\":{n},\"message\":\"m {n}\",\"level\":\"INFO\"}}\n");
    folder.write("in.ndjson", (0..50).map(line).collect::<String>());
    folder.run("convert in.ndjson -o lake/ --dataset --signal-stats=logs -q").expect_code(0);
    let before = manifest(&folder);
    assert!(before.values().next().expect("a file")["signal_stats"].is_object());
    fs::remove_file(entry(&folder, 1)).expect("it was there");
    folder.run("repair lake").expect_code(0);
    assert_same(&manifest(&folder), &before, "");
}

#[test]
fn what_is_no_part_of_it_is_named_and_left_out() {
    let folder = lake();
    let path = paths(&folder).remove(0);
    let bytes = folder.read(&format!("lake/{path}"));
    folder.write("lake/service=s0/cut.parquet", &bytes[..bytes.len() - 1]);
    folder.write("lake/service=s0/notes.txt", "x");
    folder.write("lake/elsewhere.parquet", &bytes);
    let start = bytes.windows(8).rposition(|word| word == b"bucksaw ").expect("who wrote it");
    let mut other = bytes.clone();
    other[start..start + 8].copy_from_slice(b"sawbuck ");
    folder.write("lake/service=s0/other.parquet", other);
    folder.write("types.ndjson", "{\"row\":\"text\",\"service\":\"s0\"}\n");
    folder.run("convert types.ndjson -o types/ --partition service -q").expect_code(0);
    let mut names = folder.names().into_iter();
    let name = names.rfind(|name| name.starts_with("types/service=s0/"));
    folder.write("lake/service=s0/types.parquet", folder.read(&name.expect("a file")));
    let run = folder.run("repair lake --json").expect_code(5);
    let run = run.expect_told(&["6 files, 60 rows", "5 files left out"]);
    let document = run.json();
    let why = |file: &str| -> String {
        let left_out = document["left_out"].as_array().expect("files");
        let found = left_out.iter().find(|left_out| left_out["file"] == json!(file));
        found.expect(file)["why"].as_str().expect("text").to_owned()
    };
    for (file, part) in [
        ("service=s0/cut.parquet", "truncated"),
        ("service=s0/notes.txt", "no Parquet file by its name"),
        ("elsewhere.parquet", "in folders by none, and the others by service"),
        ("service=s0/other.parquet", "another program wrote it"),
        ("service=s0/types.parquet", "column row: it is text here and int64 there"),
    ] {
        assert!(why(file).contains(part), "{file}: {}", why(file));
        assert!(folder.path(&format!("lake/{file}")).exists());
    }
}

#[test]
fn files_that_changed_or_are_gone_are_told() {
    let folder = lake();
    let paths = paths(&folder);
    fs::remove_file(folder.path(&format!("lake/{}", paths[0]))).expect("it was there");
    let mut bytes = folder.read(&format!("lake/{}", paths[1]));
    bytes[8] ^= 1;
    folder.write(&format!("lake/{}", paths[1]), bytes);
    let run = folder.run("repair lake").expect_code(0);
    let (changed, gone) = (&paths[1], &paths[0]);
    let told =
        format!("{changed}: its bytes are not those that were written\n{gone}: it is missing\n");
    assert_eq!(run.text(), told);
    let kept = "lake/_bucksaw/manifest-before-repair-1";
    run.expect_told(&["5 files, 50 rows", "1 file changed since", "1 file lost", kept]);
    assert_eq!(fs::read_dir(folder.path(kept)).expect("a folder").count(), 2, "nothing is deleted");
}

#[test]
fn new_datasets_beside_other_files_are_no_damaged_ones() {
    let folder = Folder::new();
    folder.write("in.ndjson", lines(0..3));
    fs::create_dir(folder.path("lake")).expect("a folder");
    folder.run("convert in.ndjson -o lake/x.parquet -q").expect_code(0);
    folder.run("repair lake").expect_code(2).expect_told(&["it has no _bucksaw"]);
    folder.run("convert in.ndjson -o lake/ --dataset -q").expect_code(0);
    assert_eq!(paths(&folder).len(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_first_run_that_is_killed_anywhere_is_begun_again_beside_other_files() {
    for call in ["renameat2", "rename", "fsync"] {
        for nth in 1.. {
            let folder = Folder::new();
            folder.write("in.ndjson", lines(0..3));
            fs::create_dir(folder.path("lake")).expect("a folder");
            folder.run("convert in.ndjson -o lake/x.parquet -q").expect_code(0);
            let run = "convert in.ndjson -o lake/ --dataset -q --threads 1";
            let inject = format!("-o /dev/null -e inject={call}:signal=KILL:when={nth}");
            let killed = crate::leftovers::strace(&folder, &inject, run);
            folder.run(run).expect_code(0);
            assert!((1..=2).contains(&paths(&folder).len()));
            if killed.code == Some(0) {
                assert!(nth > 1, "{call}: nothing was killed");
                break;
            }
        }
    }
}

/// Killed anywhere, a repair leaves the old manifest or the new one, and another repair comes to the same end.
#[cfg(target_os = "linux")]
#[test]
fn a_repair_that_is_killed_anywhere_loses_nothing() {
    let lost = ["the manifest", "an entry", "the schema", "the partition's end"];
    for (what, lose, _) in losses().iter().filter(|(what, ..)| lost.contains(what)) {
        for call in ["renameat2", "rename", "fsync", "mkdir", "rmdir"] {
            for nth in 1.. {
                let folder = lake();
                let before = manifest(&folder);
                lose(&folder);
                let inject = format!("-o /dev/null -e inject={call}:signal=KILL:when={nth}");
                let killed = crate::leftovers::strace(&folder, &inject, "repair lake");
                let words = format!("{what}: {call} {nth}");
                if !is_sound(&folder) {
                    assert_ne!(killed.code, Some(0), "{words}");
                    folder.run("repair lake").expect_code(0);
                }
                assert!(is_sound(&folder), "{words}");
                assert_same(&manifest(&folder), &before, &words);
                folder.run(ADD).expect_code(0);
                assert_eq!(paths(&folder).len(), 9, "{words}");
                if killed.code == Some(0) {
                    break;
                }
            }
        }
    }
}

/// Files whose names an entry was to give them are part of the dataset: where it is whole they get them, where it is lost they are kept.
#[cfg(target_os = "linux")]
#[test]
fn files_that_are_staged_are_not_lost() {
    for is_lost in [false, true] {
        let folder = lake();
        folder.write("in.ndjson", lines(100..103));
        let inject = "-o /dev/null -e inject=renameat2:signal=KILL:when=2";
        crate::leftovers::strace(&folder, inject, ADD);
        fs::remove_file(entry(&folder, 1)).expect("it was there");
        if is_lost {
            change(&folder, 3, "{\"end\"", "{\"e\"");
        }
        let run = folder.run("repair lake --json").expect_code(0);
        assert_eq!(run.json()["files"], json!(if is_lost { 6 } else { 9 }));
        let names = folder.names();
        let kept = names.iter().filter(|name| {
            name.starts_with("lake/_bucksaw/manifest-before-repair-1/")
                && name.ends_with(".parquet")
        });
        assert_eq!(kept.count(), if is_lost { 3 } else { 0 });
        assert!(is_sound(&folder));
    }
}

#[test]
fn how_far_inputs_were_read_is_kept() {
    let folder = Folder::new();
    folder.write("in.ndjson", lines(0..20));
    let run = "convert in.ndjson -o lake/ --resume -q";
    folder.run(run).expect_code(0);
    fs::remove_file(folder.path("lake/_bucksaw/schema.json")).expect("it was there");
    let repaired = folder.run("repair lake --json").expect_code(0);
    let document = repaired.json();
    assert_eq!((&document["sources"], &document["has_all_sources"]), (&json!(1), &json!(true)));
    folder.run(run).expect_code(0);
    assert_eq!(paths(&folder).len(), 1, "all of it was read");
    fs::remove_dir_all(folder.path("lake/_bucksaw/manifest")).expect("it was there");
    let run = folder.run("repair lake").expect_code(0);
    run.expect_told(&["--resume may read rows again that are here"]);
}

#[test]
fn repaired_datasets_are_repaired_again() {
    let folder = lake();
    fs::remove_file(entry(&folder, 1)).expect("it was there");
    folder.run("repair lake").expect_code(0);
    folder.run("repair lake").expect_code(0);
    assert!(is_sound(&folder));
    let run = folder.run("ls lake --json").expect_code(0);
    assert_eq!(documents(&run).len(), 6);
    let run = folder.run("expire lake --older-than 100000d").expect_code(0);
    run.expect_told(&["lake: 0 files removed"]);
}

#[test]
fn of_files_alone_nobody_knows_what_was_read() {
    let folder = lake();
    folder.write("other.ndjson", lines(0..5));
    fs::remove_dir_all(folder.path("lake/_bucksaw")).expect("it was there");
    fs::create_dir(folder.path("lake/_bucksaw")).expect("a folder");
    let run = folder.run("repair lake --json").expect_code(0);
    let run =
        run.expect_told(&["how far inputs were read is lost", "--resume may read rows again"]);
    assert_eq!(run.json()["has_all_sources"], false);
    let run = folder.run("repair lake --json").expect_code(0);
    assert_eq!(run.json()["has_all_sources"], true);
}

/// Readers would find the column twice.
#[test]
fn files_with_a_column_that_their_folder_has_are_left_out() {
    let folder = lake();
    folder.write("other.ndjson", lines(0..5));
    let stray = paths(&folder)[0].replace(".parquet", "-stray.parquet");
    folder.run(&format!("convert other.ndjson -o lake/{stray} -q")).expect_code(0);
    let run = folder.run("repair lake --json").expect_code(5);
    let left_out = run.json()["left_out"].clone();
    let why = "it has a column service, and its folder's name has one";
    assert_eq!(left_out, json!([{"file": stray, "why": why}]));
}
