//! `bucksaw verify` of datasets.

use std::fs;

use serde_json::json;

use super::{change, documents, entry, lake, paths};
use crate::support::Folder;

/// What is told of the dataset, and with which code it ends.
#[track_caller]
fn told(folder: &Folder, code: i32, parts: &[&str]) {
    let run = folder.run("verify lake").expect_code(code);
    for part in parts {
        assert!(run.text().contains(part), "{part:?} is not in {}", run.text());
    }
    if code == 3 {
        run.expect_told(&["1 of 1 dataset not as the manifest says"]);
    }
}

#[test]
fn a_dataset_is_as_its_manifest_says() {
    let folder = lake();
    told(&folder, 0, &["lake: as its manifest says: 6 files, 60 rows, ", "service=s0/"]);
    let run = folder.run("verify lake --json").expect_code(0);
    let all = documents(&run);
    assert_eq!(all.len(), 7);
    assert_eq!(
        (&all[6]["dataset"], &all[6]["is_sound"], &all[6]["files"], &all[6]["rows"]),
        (&json!("lake"), &json!(true), &json!(6), &json!(60))
    );
    // What is hidden is of no reader.
    folder.write("lake/.hidden.parquet", "x");
    folder.write("lake/_other/x.parquet", "x");
    let run = folder.run("verify lake/service=s0").expect_code(0);
    assert!(!run.text().contains("manifest"), "a folder of a dataset is none");
}

#[test]
fn files_that_are_not_as_the_manifest_says_are_told() {
    let folder = lake();
    let paths = paths(&folder);
    fs::remove_file(folder.path(&format!("lake/{}", paths[0]))).expect("it was there");
    fs::rename(
        folder.path(&format!("lake/{}", paths[1])),
        folder.path("lake/service=s1/a.parquet"),
    )
    .expect("renames");
    let mut bytes = folder.read(&format!("lake/{}", paths[2]));
    bytes[8] ^= 1;
    folder.write(&format!("lake/{}", paths[2]), &bytes);
    folder.write(&format!("lake/{}", paths[3]), folder.read(&format!("lake/{}", paths[4])));
    folder.write("lake/service=s1/notes.txt", "x");
    let run = folder.run("verify lake --json").expect_code(3);
    let all = documents(&run);
    let dataset = all.iter().find(|found| found.get("dataset").is_some()).expect("a line");
    let problem = |file: &str, what: &str, said: serde_json::Value, found: serde_json::Value| json!({"file": file, "what": what, "said": said, "found": found});
    let problems = dataset["problems"].as_array().expect("problems");
    let null = serde_json::Value::Null;
    for expected in [
        problem(&paths[0], "it is missing", null.clone(), null.clone()),
        problem(&paths[1], "it is missing", null.clone(), null.clone()),
        problem(
            "service=s1/a.parquet",
            "the manifest does not have it",
            null.clone(),
            null.clone(),
        ),
        problem("service=s1/notes.txt", "the manifest does not have it", null.clone(), null),
    ] {
        assert!(problems.contains(&expected), "{expected} is not in {problems:?}");
    }
    let of = |file: &str| -> Vec<&str> {
        let of = problems.iter().filter(|problem| problem["file"] == json!(file));
        of.map(|problem| problem["what"].as_str().expect("text")).collect()
    };
    assert_eq!(of(&paths[2]), ["its XXH3-128"]);
    assert!(!of(&paths[3]).is_empty());
    assert!(of(&paths[4]).is_empty() && of(&paths[5]).is_empty());
    assert_eq!(dataset["is_sound"], json!(false));
}

#[test]
fn a_manifest_that_is_damaged_is_told() {
    for (number, from, to, told_so) in [
        (1, "\"rows\":10", "\"rows\":11", "its rows: the manifest says 11, it is 10"),
        (1, "\"row_groups\":1", "\"row_groups\":2", "its row groups: the manifest says 2, it is 1"),
        (2, "\"added\":3", "\"added\":4", "000000000002.ndjson: lines of it are missing"),
        (1, "{\"end\"", "{\"e", "000000000001.ndjson"),
        (1, "\"entry\":1", "\"entry\":2", "it is the entry of another number, 2"),
    ] {
        let folder = lake();
        change(&folder, number, from, to);
        told(&folder, 3, &[told_so]);
    }
    let folder = lake();
    fs::remove_file(entry(&folder, 1)).expect("it was there");
    told(
        &folder,
        3,
        &[
            "000000000001.ndjson: it is missing, and there was an entry of this number or a later one",
        ],
    );
    for name in ["schema.json", "partition.json"] {
        let folder = lake();
        fs::remove_file(folder.path(&format!("lake/_bucksaw/{name}"))).expect("it was there");
        told(&folder, 3, &[&format!("lake/_bucksaw/{name}: it is missing")]);
        folder.write(&format!("lake/_bucksaw/{name}"), "{");
        told(&folder, 3, &[name]);
    }
}

#[test]
fn datasets_without_files_and_in_folders_are_found() {
    let folder = lake();
    fs::create_dir(folder.path("all")).expect("a folder");
    fs::rename(folder.path("lake"), folder.path("all/logs")).expect("renames");
    folder.write("in.ndjson", "");
    folder.run("convert in.ndjson -o all/traces/ --dataset -q").expect_code(0);
    let run = folder.run("verify all").expect_code(0);
    assert!(run.text().contains("all/logs: as its manifest says: 6 files, 60 rows"));
    let run = folder.run("verify all/traces").expect_code(0);
    assert_eq!(run.text(), "all/traces: as its manifest says: 0 files, 0 rows, 0 B\n");
}

/// A killed process may leave an entry whose files have not got their names.
#[cfg(target_os = "linux")]
#[test]
fn files_without_their_names_yet_are_told() {
    let folder = lake();
    folder.write("in.ndjson", super::lines(100..103));
    let run = "convert in.ndjson -o lake/ --partition service --sort row -q --threads 1";
    // Entry and schema first, and then names.
    let inject = "-o /dev/null -e inject=renameat2:signal=KILL:when=2";
    crate::leftovers::strace(&folder, inject, run);
    told(
        &folder,
        0,
        &["lake: unfinished: 3 files still to be named or removed", "9 files, 63 rows"],
    );
    // Nor are they damaged unseen.
    let staged = folder.path("lake/_bucksaw/staged/3-1.parquet");
    let whole = fs::read(&staged).expect("it is there");
    fs::write(&staged, "x").expect("writes");
    told(&folder, 3, &["lake: service=s"]);
    fs::write(&staged, whole).expect("writes");
    folder.write("in.ndjson", super::lines(103..104));
    folder.run(run).expect_code(0);
    told(&folder, 0, &["10 files, 64 rows"]);
}
