//! `bucksaw compact` where columns' types settle again.

use serde_json::{Value, json};

use super::{documents, paths};
use crate::support::{Folder, Run};

/// The rows that `bucksaw cat` gives back, whose numbers have one spelling each, sorted.
fn rows(folder: &Folder) -> Vec<String> {
    let run = folder.run("cat lake").expect_code(0);
    let row = |line: &str| {
        let mut row: Value = serde_json::from_str(line).expect("JSON");
        let members = row.as_object_mut().expect("an object");
        members.retain(|_, value| !value.is_null());
        for value in members.values_mut() {
            if let Some(number) = value.as_f64().filter(|number| number.fract() == 0.0) {
                *value = json!(number as i64);
            }
        }
        row.to_string()
    };
    let mut rows: Vec<String> = run.text().lines().map(row).collect();
    rows.sort();
    rows
}

/// The types that files have of a column.
fn types(folder: &Folder, name: &str) -> Value {
    let document = folder.run("inspect lake --json").expect_code(0).json();
    let columns = document["columns"].as_array().expect("columns");
    let column = columns.iter().find(|column| column["name"] == name);
    column.expect("it is there")["types"].clone()
}

/// A dataset `lake` of integers, then decimals and a text, by service; `s9` has one file of integers alone.
fn lake() -> Folder {
    let folder = Folder::new();
    for run in [
        "{\"service\":\"s0\",\"row\":0,\"n\":1}\n{\"service\":\"s1\",\"row\":1,\"n\":2}\n{\"service\":\"s9\",\"row\":2,\"n\":3}\n",
        "{\"service\":\"s0\",\"row\":3,\"n\":0.5}\n{\"service\":\"s1\",\"row\":4,\"n\":1.5}\n",
        "{\"service\":\"s0\",\"row\":5,\"n\":2.5}\n{\"service\":\"s1\",\"row\":6,\"n\":4}\n",
    ] {
        folder.write("in.ndjson", run);
        folder.run("convert in.ndjson -o lake/ --partition service -q").expect_code(0);
    }
    folder
}

fn told(run: &Run) -> Vec<Value> {
    documents(run).into_iter().filter(|told| told.get("column").is_some()).collect()
}

#[test]
fn what_types_become_is_told() {
    let folder = lake();
    let before = rows(&folder);
    let would =
        "lake: n: 3 values in n__text are numbers; its int64 would become double in 7 files, ";
    folder
        .run("compact lake --dry-run")
        .expect_code(0)
        .expect_told(&[would, "7 files of 3 folders"]);
    // Nothing is old enough.
    let run = folder.run("compact lake --older-than 1h --dry-run").expect_code(0);
    run.expect_told(&[
        "3 values in n__text are numbers; --settle-types makes it double and rewrites 7 files, ",
    ]);
    let run = folder.run("compact lake --older-than 1h --json").expect_code(0);
    let [column] = &told(&run)[..] else { panic!("{}", run.text()) };
    for (name, value) in [
        ("column", json!("n")),
        ("from", json!("int64")),
        ("to", json!("double")),
        ("sibling", json!("n__text")),
        ("values", json!(3)),
        ("files", json!(7)),
        ("is_settled", json!(false)),
        ("dataset", json!("lake")),
    ] {
        assert_eq!(column[name], value, "{name}");
    }
    assert_eq!(types(&folder, "n"), json!(["int64"]));
    let run = folder.run("compact lake --older-than 1h --settle-types").expect_code(0);
    run.expect_told(&[
        "lake: n: 3 values in n__text are numbers; its int64 became double in 7 files, ",
    ]);
    assert_eq!(types(&folder, "n"), json!(["double"]));
    assert_eq!(rows(&folder), before);
    assert_eq!(paths(&folder).len(), 3);
    folder.run("verify lake").expect_code(0);
    folder.run("compact lake").expect_code(0).expect_told(&["nothing to merge"]);
}

/// Kills compaction at each of its calls that change names or make them durable: all rows are there at any time, whoever looks or
/// writes, and the next compaction brings all files to the new type.
#[cfg(target_os = "linux")]
#[test]
fn settling_that_is_killed_anywhere_goes_on_with_the_next_compaction() {
    let whole = lake();
    let before = rows(&whole);
    let mut between = 0;
    for call in ["rename", "renameat2", "fsync", "unlink", "linkat", "mkdir"] {
        for nth in 1.. {
            let folder = Folder::new();
            crate::support::copy_all(&whole.path("lake"), &folder.path("lake"));
            let inject = format!("-o /dev/null -e inject={call}:signal=KILL:when={nth}");
            let run = "compact lake --threads 1";
            let has_ended = crate::leftovers::strace(&folder, &inject, run).code == Some(0);
            let words = format!("{call} {nth}");
            assert_eq!(rows(&folder), before, "{words}");
            between += u64::from(types(&folder, "n") == json!(["int64", "double"]));
            if nth % 2 == 0 {
                // Files of both types are parts of the dataset.
                folder.run("repair lake").expect_code(0);
                assert_eq!(rows(&folder), before, "{words}");
            }
            let schema = folder.text("lake/_bucksaw/schema.json");
            let is_begun = schema.contains(r#""name":"n","type":"double""#);
            folder.write("more.ndjson", "{\"service\":\"s9\",\"row\":100,\"n\":0.25}\n");
            folder.run("convert more.ndjson -o lake/ --partition service -q").expect_code(0);
            let added = rows(&folder);
            assert_eq!(added.len(), before.len() + 1, "{words}");
            folder.run("compact lake").expect_code(0);
            assert_eq!(rows(&folder), added, "{words}");
            assert_eq!(types(&folder, "n"), json!(["double"]), "{words}");
            assert_eq!(paths(&folder).len(), 3, "{words}");
            folder.run("verify lake").expect_code(0);
            if has_ended {
                assert!(is_begun);
                break;
            }
        }
    }
    assert!(between > 10, "files of both types were left {between} times");
}

/// Files with other types that come from elsewhere are taken in where one type holds the values of all.
#[test]
fn files_whose_types_can_be_brought_together_are_repaired_and_compacted() {
    let folder = Folder::new();
    folder.write(
        "int.ndjson",
        "{\"n\":1,\"m\":1,\"text\":1}\n{\"n\":2,\"m\":9007199254740993,\"text\":2}\n",
    );
    folder.write("double.ndjson", "{\"n\":0.5,\"m\":1,\"text\":3}\n");
    folder.write("other.ndjson", "{\"n\":0.5,\"m\":0.5,\"text\":3}\n");
    folder.write("text.ndjson", "{\"n\":1,\"text\":\"a\"}\n");
    for name in ["int", "double", "other", "text"] {
        folder.run(&format!("convert {name}.ndjson -o {name}/ --dataset -q")).expect_code(0);
        let names = folder.names();
        let file = names
            .iter()
            .find(|file| file.starts_with(&format!("{name}/")) && file.ends_with("parquet"));
        let bytes = folder.read(file.expect("a file"));
        folder.write(&format!("lake/{name}.parquet"), bytes);
    }
    std::fs::create_dir(folder.path("lake/_bucksaw")).expect("made");
    let run = folder.run("repair lake").expect_code(5);
    let run = run.expect_told(&[
        "files have several types of n, the dataset has the one that holds all of their values",
    ]);
    assert!(
        run.text().contains("other.parquet: left out: column m: it is double here and int64 there"),
        "{}",
        run.text()
    );
    assert!(
        run.text().contains("text.parquet: left out: column text: it is text here and int64 there"),
        "{}",
        run.text()
    );
    for name in ["other", "text"] {
        std::fs::remove_file(folder.path(&format!("lake/{name}.parquet"))).expect("there");
    }
    let before = rows(&folder);
    assert_eq!(before.len(), 3);
    assert_eq!(types(&folder, "n").as_array().map(Vec::len), Some(2));
    folder.run("compact lake").expect_code(0).expect_told(&["2 files merged into 1"]);
    assert_eq!(types(&folder, "n"), json!(["double"]));
    assert_eq!(rows(&folder), before);
    folder.run("verify lake").expect_code(0);
}

/// Of each file that a run ends with nothing else open it is counted which texts were other values.
#[test]
fn texts_are_told_from_other_values_in_files_of_one_run() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{\"n\":\"a\"}\n{\"n\":2}\n{\"n\":true}\n");
    folder.run("convert in.ndjson -o lake/ --dataset --sort n -q").expect_code(0);
    folder.run("convert in.ndjson -o lake/ --dataset -q").expect_code(0);
    let expected = [r#"{"n":"a"}"#, r#"{"n":2}"#, r#"{"n":true}"#];
    let mut expected = [expected, expected].concat();
    expected.sort_unstable();
    assert_eq!(rows(&folder), expected);
    folder.run("compact lake").expect_code(0);
    assert_eq!(rows(&folder), expected);
}

/// What readers find who are told nothing.
const READ: &str = r#"
import sys
files = "lake/*/*.parquet"
numbers = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0]
if "duckdb" in sys.argv:
    import duckdb
    query = f"select list(n order by n), any_value(typeof(n)), count(n__text) from read_parquet('{files}')"
    assert duckdb.sql(query).fetchall() == [(numbers, "DOUBLE", 0)], duckdb.sql(query).fetchall()
if "pyarrow" in sys.argv:
    import pyarrow.dataset as ds
    table = ds.dataset("lake", partitioning="hive").to_table()
    assert str(table.schema.field("n").type) == "double", table.schema
    assert sorted(table["n"].to_pylist()) == numbers and table["n__text"].null_count == len(numbers)
if "polars" in sys.argv:
    import polars as pl
    assert sorted(pl.scan_parquet(files, hive_partitioning=True).collect()["n"].to_list()) == numbers
"#;

#[test]
#[ignore = "needs other people's readers: run ./test"]
fn readers_find_one_type_in_all_files() {
    let folder = lake();
    folder.run("compact lake").expect_code(0);
    let (python, names) = super::month::newest_readers();
    let mut command = std::process::Command::new(python);
    let output = command.args(["-B", "-c", READ]).args(names).current_dir(folder.path("")).output();
    let output = output.expect("the interpreter can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// What was counted of a block of rows may be ahead of those that a file has.
#[test]
fn texts_stay_texts_where_a_file_ends_within_rows_that_came_together() {
    let folder = Folder::new();
    folder.write("a.ndjson", "{\"x\":\"t\"}\n");
    folder.write("b.ndjson", "{\"x\":\"5\"}\n{\"x\":1}\n{\"x\":1}\n{\"x\":[1]}\n{\"x\":\"[1]\"}\n");
    folder.run("convert a.ndjson -o lake/ --dataset -q").expect_code(0);
    for roll in 1..5 {
        let run = format!("convert b.ndjson -o lake/ --dataset -q --roll-rows {roll}");
        folder.run(&run).expect_code(0);
    }
    folder.run("compact lake").expect_code(0);
    let rows = folder.run("cat lake").expect_code(0);
    let texts = rows.text().matches("{\"x\":\"5\"}").count();
    assert_eq!((texts, rows.text().matches("{\"x\":\"[1]\"}").count() >= 4), (4, true));
    assert!(!rows.text().contains("{\"x\":5}"), "{}", rows.text());
    let times =
        "{\"t\":1700000000}\n{\"t\":1700000001}\n{\"t\":\"1700000002\"}\n{\"t\":\"1700000003\"}\n";
    folder.write("t.ndjson", times);
    let run = "convert t.ndjson -o times/ --dataset -q --time t:epoch_s --roll-rows 2";
    folder.run(run).expect_code(0);
    let rows = folder.run("cat times").expect_code(0);
    assert!(!rows.text().contains("\"1700000000\""), "{}", rows.text());
}
