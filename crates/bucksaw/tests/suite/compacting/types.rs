//! Types settle again, over the values of all files.

use std::fs;
use std::path::Path;

use bucksaw::{
    Compaction, Dataset, DeclaredSchema, Input, NdjsonOptions, OnError, Options, PartitionKey,
    Resettled,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use super::{LARGE, canonical, check_sound, rebuilt};
use crate::datasets::{add, files, folder, listed};

/// Beyond it doubles do not hold each integer.
const INEXACT: &str = "9007199254740993";

fn schema(root: &Path) -> DeclaredSchema {
    let json = fs::read_to_string(root.join("_bucksaw/schema.json")).expect("a schema");
    DeclaredSchema::from_json(&json).expect("a schema")
}

/// What type a dataset's column has.
fn type_of(root: &Path, name: &str) -> Option<String> {
    let schema = schema(root);
    let column = schema.columns.iter().find(|column| column.name == name);
    column.map(|column| column.ty.to_string())
}

fn compact(root: &Path, which: &Compaction) -> Vec<Resettled> {
    Dataset::compact(root, Options::new(), which, |_| Ok(())).expect("merged")
}

/// A dataset with a file of each of these, whose rows have these values of `n`.
fn dataset(runs: &[&[&str]]) -> tempfile::TempDir {
    let root = folder();
    for values in runs {
        let line = |value: &&str| format!("{{\"n\":{value}}}\n");
        add(root.path(), &values.iter().map(line).collect::<String>(), Options::new())
            .expect("rows");
    }
    root
}

/// The values of a column in all rows, as cells are shown.
fn cells(root: &Path, name: &str) -> Vec<String> {
    let rows = files(root).into_iter().flat_map(|(.., rows)| rows);
    rows.map(|row| row.get(name).map_or("-".to_owned(), |cell| format!("{cell:?}"))).collect()
}

/// Whether a text spells another value, as far as those here do.
fn is_spelled(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok_and(|value| !value.is_string())
}

/// Whether a text of those that a column of integers can't hold is surely none of the other values.
fn are_apart(values: &[&str]) -> bool {
    let misfits = values.iter().filter(|value| **value != "null" && value.parse::<i64>().is_err());
    let texts: Vec<Option<String>> =
        misfits.map(|value| serde_json::from_str(value).ok()).collect();
    let mut known = texts.iter().flatten();
    texts.iter().all(Option::is_some) || !known.any(|text| is_spelled(text))
}

fn value() -> impl Strategy<Value = &'static str> {
    select(vec![
        "1",
        "1",
        "1",
        "-7",
        "0",
        INEXACT,
        "0.5",
        "0.5",
        "12.25",
        "1e3",
        "-0.0",
        "true",
        "18446744073709551615",
        "\"timeout\"",
        "\"x\"",
        "\"5\"",
        "[1,2]",
        "null",
        "\"2026-11-28T07:05:09Z\"",
        "0.12345678901234567890123",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_column_has_the_type_that_all_of_its_values_say(
        first in vec(select(vec!["1", "1", "-7", "0", INEXACT, "0.5", "null"]), 1..6),
        // Most values are of one kind, as columns have them.
        kinds in vec((value(), value(), vec(0..8_usize, 1..20)), 0..4),
        threads in 1..3_usize,
    ) {
        let later = kinds.iter().map(|(often, seldom, which)| {
            which.iter().map(|which| if *which > 0 { *often } else { *seldom }).collect::<Vec<_>>()
        });
        let runs: Vec<Vec<&str>> = std::iter::once(first.clone()).chain(later).collect();
        let root = folder();
        let once = folder();
        let line = |value: &&str| format!("{{\"row\":1,\"n\":{value}}}\n");
        let lines: String = runs.iter().flatten().map(line).collect();
        for run in &runs {
            add(root.path(), &run.iter().map(line).collect::<String>(), Options::new()).expect("rows");
        }
        add(once.path(), &lines, Options::new().settling_rows(10_000)).expect("rows");
        let before = type_of(root.path(), "n");
        let all = type_of(once.path(), "n").unwrap_or_default();

        let options = Options::new().threads(threads);
        let which = Compaction::new().target_bytes(LARGE);
        Dataset::compact(root.path(), options, &which, |_| Ok(())).expect("merged");
        let after = type_of(root.path(), "n");
        check_sound(root.path());

        // What came is what comes back, where that can be told from texts alone.
        let can_be_told = runs.iter().all(|run| are_apart(run));
        let mut came: Vec<String> = lines.lines()
            .map(|line| canonical(serde_json::from_str(line).expect("JSON")).to_string())
            .collect();
        came.sort();
        if can_be_told && before.as_deref() == Some("int64") {
            match rebuilt(root.path()) {
                Some(back) => prop_assert_eq!(back, came),
                // Beside each other in one file now.
                None => prop_assert!(!are_apart(&runs.concat())),
            }
            let is_exact = !runs.iter().flatten().any(|value| *value == INEXACT);
            let is_wider = all == "double" && is_exact || all.starts_with("decimal");
            let expected = if is_wider { all.as_str() } else { "int64" };
            prop_assert_eq!(after.as_deref(), Some(expected));
        } else if before.as_deref() == Some("int64") {
            prop_assert_eq!(&after, &before, "{:?}", "texts can't be told from values");
        } else {
            prop_assert_eq!(&after, &before);
        }
        // All files agree, and nothing is left to do.
        prop_assert_eq!(listed(root.path()).len(), 1);
        let again = Dataset::compactable(root.path(), &Options::new(), &which).expect("a manifest");
        prop_assert!(again.folders.is_empty() && again.columns.is_empty(), "{again:?}");
    }
}

/// A settled column, and how many of its sibling's values return.
fn told(resettled: &[Resettled]) -> Vec<(&str, &str, u64, u64, bool)> {
    let told = |of: &'_ Resettled| (of.values, of.files, of.is_settled);
    let all = resettled.iter().map(|of| (&*of.column, &*of.to, told(of)));
    all.map(|(column, to, (values, files, is_settled))| (column, to, values, files, is_settled))
        .collect()
}

#[test]
fn integers_become_doubles_and_numbers_return_from_the_sibling() {
    let root = dataset(&[&["1", "2"], &["0.5", "1e3", "3"], &["4", "5", "6", "7", "\"timeout\""]]);
    let which = Compaction::new().target_bytes(LARGE);
    let before = rebuilt(root.path());
    let would = Dataset::compactable(root.path(), &Options::new(), &which).expect("a manifest");
    assert_eq!(told(&would.columns), [("n", "double", 2, 3, true)]);
    assert_eq!(type_of(root.path(), "n").as_deref(), Some("int64"), "it was only looked at");
    assert_eq!(compact(root.path(), &which), would.columns);
    assert_eq!(type_of(root.path(), "n").as_deref(), Some("double"));
    assert_eq!(rebuilt(root.path()), before);
    let doubles = [1.0, 2.0, 0.5, 1000.0, 3.0, 4.0, 5.0, 6.0, 7.0_f64];
    let mut expected: Vec<String> =
        doubles.iter().map(|double| format!("F64({})", double.to_bits())).collect();
    expected.push("-".to_owned());
    assert_eq!(cells(root.path(), "n"), expected);
    // The sibling stays, with what is no number.
    let texts = cells(root.path(), "n__text");
    assert_eq!(texts.iter().filter(|cell| *cell != "-").collect::<Vec<_>>(), ["Text(\"timeout\")"]);
    // What comes later is of the new type.
    add(root.path(), "{\"n\":0.25}\n{\"n\":8}\n", Options::new()).expect("rows");
    compact(root.path(), &which);
    assert_eq!(cells(root.path(), "n").len(), 12);
    assert_eq!(cells(root.path(), "n__text").iter().filter(|cell| *cell != "-").count(), 1);
    check_sound(root.path());
}

#[test]
fn a_sibling_whose_values_have_all_returned_stays_without_any() {
    let root = dataset(&[&["1"], &["18446744073709551615"]]);
    compact(root.path(), &Compaction::new());
    assert_eq!(type_of(root.path(), "n").as_deref(), Some("decimal(20,0)"));
    assert_eq!(cells(root.path(), "n__text"), ["-", "-"]);
    assert_eq!(type_of(root.path(), "n__text").as_deref(), Some("text"));
    assert_eq!(files(root.path())[0].1, ["n", "n__text"]);
    assert_eq!(
        rebuilt(root.path()).expect("no texts"),
        ["{\"n\":18446744073709551615}", "{\"n\":1}"]
    );
}

/// Of several files of one run it is not counted which of them has which texts; but a text that spells no other value is none.
#[test]
fn numbers_are_told_from_texts_in_all_files_of_a_run() {
    for (text, ty) in [("\"timeout\"", "double"), ("\"5\"", "int64")] {
        let root = folder();
        let keys = || Options::new().partition_by(PartitionKey::list("k").expect("a key"));
        let integers = (0..10).map(|n| format!("{{\"k\":\"{}\",\"n\":{n}}}\n", n % 2));
        add(root.path(), &integers.collect::<String>(), keys()).expect("rows");
        let others = format!(
            "{{\"k\":\"0\",\"n\":0.5}}\n{{\"k\":\"1\",\"n\":{text}}}\n{{\"k\":\"1\",\"n\":7.25}}\n"
        );
        add(root.path(), &others, keys()).expect("rows");
        let before = rebuilt(root.path());
        assert_eq!(before.is_some(), ty == "double", "{text}");
        compact(root.path(), &Compaction::new());
        assert_eq!(type_of(root.path(), "n").as_deref(), Some(ty), "{text}");
        assert_eq!(rebuilt(root.path()), before, "{text}");
        check_sound(root.path());
    }
}

#[test]
fn what_would_lose_something_stays_as_it_is() {
    for (runs, why) in [
        (&[&["1"][..], &["0.5", "\"5\""]][..], "a text that may be a number"),
        (&[&[INEXACT], &["0.5"; 99]], "an integer that no double holds"),
        (&[&["1"], &["\"0.5\""; 99]], "texts alone"),
        (&[&["1"], &["0.5", "\"a\"", "\"b\""]], "too many texts"),
        (&[&["1"], &["0.12345678901234567890123"]], "a number with more digits than a double"),
    ] {
        let root = dataset(runs);
        let before = files(root.path()).into_iter().flat_map(|(.., rows)| rows).collect::<Vec<_>>();
        let resettled = compact(root.path(), &Compaction::new());
        if why.starts_with("a number") {
            // By itself such a number says that the others are doubles, too.
            assert_eq!(told(&resettled), [("n", "double", 0, 2, true)]);
            assert_eq!(rebuilt(root.path()).map(|rows| rows.len()), Some(2));
            continue;
        }
        assert_eq!(resettled, [], "{why}");
        assert_eq!(type_of(root.path(), "n").as_deref(), Some("int64"), "{why}");
        let after = files(root.path()).into_iter().flat_map(|(.., rows)| rows).collect::<Vec<_>>();
        assert_eq!(after.len(), before.len(), "{why}");
    }
    // A type that was chosen is not looked at.
    let root = folder();
    for line in ["{\"n\":1}\n", "{\"n\":0.5}\n"] {
        let declared = DeclaredSchema::new().column("n", bucksaw::ColumnType::Int64);
        add(root.path(), line, Options::new().schema(declared)).expect("rows");
    }
    assert_eq!(compact(root.path(), &Compaction::new()), []);
}

/// A dataset whose folder `k=a` has a file that is large beside the others, with integers alone.
fn with_a_large_file() -> (tempfile::TempDir, Compaction) {
    let root = folder();
    let keys = || Options::new().partition_by(PartitionKey::list("k").expect("a key"));
    let text = |row: usize| format!("{row:x}").repeat(40);
    let line =
        |row: usize| format!("{{\"k\":\"a\",\"n\":{row},\"text\":\"{}\"}}\n", text(row * 7919));
    add(root.path(), &(0..12_000).map(line).collect::<String>(), keys()).expect("rows");
    for lines in
        ["{\"k\":\"a\",\"n\":0.5}\n{\"k\":\"b\",\"n\":0.25}\n", "{\"k\":\"a\",\"n\":0.125}\n"]
    {
        add(root.path(), lines, keys()).expect("rows");
    }
    let sizes: Vec<u64> = listed(root.path()).iter().map(|file| file.bytes).collect();
    assert!(
        sizes.len() == 4 && sizes[0] > 60_000 && sizes[1..].iter().all(|size| *size < 6_000),
        "{sizes:?}"
    );
    (root, Compaction::new().target_bytes(65_536))
}

#[test]
fn large_files_are_written_anew_where_that_is_wanted() {
    let (root, which) = with_a_large_file();
    let resettled = compact(root.path(), &which);
    assert_eq!(told(&resettled), [("n", "double", 3, 4, false)]);
    assert_eq!(type_of(root.path(), "n").as_deref(), Some("int64"));
    // The small ones of `k=a` are merged nevertheless.
    assert_eq!(listed(root.path()).len(), 3);
    let before = rebuilt(root.path());
    let resettled = compact(root.path(), &which.clone().settle_types(true));
    assert_eq!(told(&resettled), [("n", "double", 3, 3, true)]);
    assert_eq!(type_of(root.path(), "n").as_deref(), Some("double"));
    assert!(cells(root.path(), "n__text").iter().all(|cell| cell == "-"));
    assert_eq!(rebuilt(root.path()), before);
    let would = Dataset::compactable(root.path(), &Options::new(), &which).expect("files");
    assert!(would.columns.is_empty() && would.folders.is_empty(), "{would:?}");
    check_sound(root.path());
}

/// What a compaction leaves that was killed once the schema was written.
#[test]
fn what_was_begun_is_brought_to_its_end() {
    let (root, which) = with_a_large_file();
    let before = rebuilt(root.path()).expect("rows");
    let path = root.path().join("_bucksaw/schema.json");
    let json = fs::read_to_string(&path).expect("a schema");
    fs::write(&path, json.replace("\"int64\",\"settled\"", "\"double\",\"settled\""))
        .expect("written");
    assert_eq!(type_of(root.path(), "n").as_deref(), Some("double"));
    let keys = Options::new().partition_by(PartitionKey::list("k").expect("a key"));
    add(root.path(), "{\"k\":\"c\",\"n\":1.5}\n{\"k\":\"b\",\"n\":7}\n", keys).expect("rows");
    assert_eq!(rebuilt(root.path()).map(|rows| rows.len()), Some(before.len() + 2));
    let before = rebuilt(root.path());
    assert_eq!(compact(root.path(), &which), [], "it is settled by now");
    assert_eq!(rebuilt(root.path()), before);
    assert!(cells(root.path(), "n__text").iter().all(|cell| cell == "-"));
    for (_, _, rows) in files(root.path()) {
        assert!(rows.iter().all(|row| format!("{:?}", row["n"]).starts_with("F64")));
    }
    // A file alone in its folder is left where its types are right.
    let would = Dataset::compactable(root.path(), &Options::new(), &which).expect("files");
    assert!(would.columns.is_empty() && would.folders.is_empty(), "{would:?}");
}

/// Each file of a dataset that has all rows of a commit point counts which of its texts were other values.
#[test]
fn texts_of_one_commit_point_are_not_those_of_another() {
    let root = folder();
    let mut writer =
        Dataset::open(root.path(), Options::new()).and_then(Dataset::write).expect("a dataset");
    for lines in ["{\"n\":\"a\"}\n{\"n\":2}\n", "{\"n\":\"5\"}\n", "{\"n\":7}\n{\"n\":\"b\"}\n"] {
        let options = NdjsonOptions::new();
        let mut input =
            Input::ndjson("lines", lines.as_bytes(), options, OnError::Fail).expect("lines");
        writer.write_input(&mut input).expect("rows");
        writer.commit([]).expect("a file");
    }
    writer.finish().expect("files");
    let expected = ["{\"n\":\"5\"}", "{\"n\":\"a\"}", "{\"n\":\"b\"}", "{\"n\":2}", "{\"n\":7}"];
    assert_eq!(rebuilt(root.path()).expect("each file tells"), expected);
}
