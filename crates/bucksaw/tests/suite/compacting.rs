//! Compaction: the rows and values of small files are in large ones, and nothing else is.

mod types;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bucksaw::{
    Compaction, Dataset, DeclaredSchema, ErrorKind, Input, InputOptions, Merged, OnError, Options,
    PartitionKey, SortKey,
};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use crate::datasets::{add, files, folder, listed, plainly, synth};
use crate::support::{Cell, Row};

/// Bytes of a file that small files of a few rows don't have.
const LARGE: u64 = 1 << 20;

fn compact(root: &Path, options: Options, target: u64) -> Vec<Merged> {
    merge(root, options, &Compaction::new().target_bytes(target))
}

fn merge(root: &Path, options: Options, which: &Compaction) -> Vec<Merged> {
    let mut merged = Vec::new();
    Dataset::compact(root, options, which, |folder| {
        merged.push(folder);
        Ok(())
    })
    .expect("merged");
    merged
}

/// The rows of each folder, in the order of its files, without the nulls of columns that only later files have.
fn rows(root: &Path) -> BTreeMap<Vec<Option<String>>, Vec<Row>> {
    let mut by_folder: BTreeMap<Vec<Option<String>>, Vec<Row>> = BTreeMap::new();
    for (file, _, rows) in files(root) {
        let values = file.partition.into_values().collect();
        by_folder.entry(values).or_default().extend(rows);
    }
    by_folder
}

/// The rows as `bucksaw cat` puts them together again, sorted; none where texts can't be told from other values.
fn rebuilt(root: &Path) -> Option<Vec<String>> {
    let mut back = Vec::new();
    for file in listed(root) {
        let file = bucksaw_inspect::File::open(root.join(&file.path)).expect("a file");
        let mut rebuild = file.rebuild().expect("origins");
        if !rebuild.tell_apart(&file, None).is_empty() {
            return None;
        }
        for row in file.rows(u64::MAX) {
            let row = rebuild.row(row.expect("a row"), None);
            let row = serde_json::to_value(row).expect("JSON");
            back.push(canonical(row).to_string());
        }
    }
    back.sort();
    Some(back)
}

/// A row without nulls, whose numbers have one spelling each: 5.0 in a column of doubles is the 5 that came.
fn canonical(mut row: Value) -> Value {
    fn number(value: &mut Value) {
        match value {
            Value::Number(number) => {
                let whole =
                    number.as_f64().filter(|double| number.is_f64() && double.fract() == 0.0);
                if let Some(whole) = whole.filter(|whole| whole.abs() < 9e15) {
                    *value = Value::from(whole as i64);
                }
            }
            Value::Array(values) => values.iter_mut().for_each(number),
            Value::Object(members) => members.values_mut().for_each(number),
            Value::Null | Value::Bool(_) | Value::String(_) => {}
        }
    }
    row.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    number(&mut row);
    row
}

/// No text spells another value: in one file nobody could tell them apart.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("null".to_owned()),
        (-5..5_i64).prop_map(|n| n.to_string()),
        Just("0.5".to_owned()),
        Just("true".to_owned()),
        Just("18446744073709551615".to_owned()),
        select(vec!["", "a", "ü", "2026-11-28T07:05:09Z", "2026-11-29T07:05:09.123456789Z"])
            .prop_map(|text| format!("\"{text}\"")),
        Just("[1,\"x\"]".to_owned()),
        Just("{\"c\":1,\"b\":\"x\"}".to_owned()),
        Just("[0.5,1]".to_owned()),
    ]
}

fn line() -> impl Strategy<Value = String> {
    let member = (select(vec!["service", "n", "m", "a.b", "time", "_rest"]), value());
    vec(member, 0..5).prop_map(|mut members| {
        members.sort();
        members.dedup_by(|a, b| a.0 == b.0);
        let members: Vec<String> =
            members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}\n", members.join(","))
    })
}

fn check_sound(root: &Path) {
    for file in listed(root) {
        let opened = bucksaw_inspect::File::open(root.join(&file.path)).expect("a file");
        let verified = opened.verify().expect("it is verified");
        assert!(verified.problems.is_empty(), "{}: {verified:?}", file.path);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn rows_are_the_same_before_and_after(
        runs in vec(vec(line(), 1..12), 1..6),
        keys in select(vec!["", "kind", "kind/hash(row,2)"]),
        arrays in any::<bool>(),
        // What the new files are written with.
        threads in 1..3_usize,
        arrow in any::<bool>(),
        copied in any::<bool>(),
    ) {
        let root = folder();
        let mut row = 0;
        for (run, parts) in runs.iter().enumerate() {
            let lines: String = parts.iter().map(|line| {
                row += 1;
                let comma = if line == "{}\n" { "" } else { "," };
                line.replacen('{', &format!("{{\"row\":{row},\"kind\":\"k{}\"{comma}", row % 2), 1)
            }).collect();
            let options = Options::new()
                .arrays(if arrays { bucksaw::Arrays::List } else { bucksaw::Arrays::Json })
                .settling_rows(if run % 2 == 0 { 2 } else { 100 })
                .partition_by(match keys {
                    "" => Vec::new(),
                    keys => PartitionKey::list(keys).expect("keys"),
                });
            add(root.path(), &lines, options).expect("a dataset");
        }
        let (before, of_before) = (rows(root.path()), rebuilt(root.path()));
        let small = listed(root.path());
        let options = Options::new().threads(threads).backend(match arrow {
            true => bucksaw::BackendKind::Arrow,
            false => bucksaw::BackendKind::Direct,
        });
        let would = Dataset::compactable(root.path(), &options, &Compaction::new().target_bytes(LARGE));
        let would = would.expect("a manifest");
        let which = Compaction::new().target_bytes(LARGE);
        let which = if copied { which.copied_bytes(1) } else { which };
        let merged = merge(root.path(), options.clone(), &which);
        prop_assert_eq!(
            would.folders.into_iter().map(|merged| merged.removed).collect::<Vec<_>>(),
            merged.iter().map(|merged| merged.removed.clone()).collect::<Vec<_>>()
        );
        if would.columns.is_empty() {
            prop_assert_eq!(rows(root.path()), before);
        }
        if let Some(of_before) = of_before {
            // Of several files that one run wrote it is not known which of them has which texts.
            let of_after = rebuilt(root.path());
            prop_assert!(of_after.is_some() || !keys.is_empty());
            prop_assert_eq!(of_after.unwrap_or_else(|| of_before.clone()), of_before);
        }
        check_sound(root.path());
        // Each folder has one file, which is one that it had or the one that was told.
        let mut expected = small;
        for merged in &merged {
            prop_assert!(merged.removed.len() > 1 || !would.columns.is_empty());
            prop_assert_eq!(merged.added.len(), 1);
            expected.retain(|file| !merged.removed.contains(file));
            expected.extend(merged.added.clone());
        }
        prop_assert_eq!(listed(root.path()), expected);
        prop_assert!(compact(root.path(), options, LARGE).is_empty(), "nothing is left to merge");
    }
}

/// A dataset with a folder of each of these services, which has so many files of two rows each.
fn of_services(services: &[&str], files: i64) -> tempfile::TempDir {
    let root = folder();
    for n in 0..files {
        let line = |service: &&str| {
            let at = |row: i64| {
                format!(
                    "{{\"service\":\"{service}\",\"row\":{row},\"time\":\"2026-11-{:02}T07:00:00Z\"}}\n",
                    n + 1
                )
            };
            [at(10 * n + 1), at(10 * n)].concat()
        };
        let lines: String = services.iter().map(line).collect();
        let keys = PartitionKey::list("service").expect("a key");
        add(root.path(), &lines, Options::new().partition_by(keys)).expect("a dataset");
    }
    root
}

fn numbers(root: &Path) -> Vec<Vec<i64>> {
    let number = |row: &Row| match row["row"] {
        Cell::I64(number) => number,
        ref other => unreachable!("{other:?}"),
    };
    files(root).iter().map(|(.., rows)| rows.iter().map(number).collect()).collect()
}

#[test]
fn rows_are_in_the_order_that_is_asked_for_or_that_all_files_have() {
    let root = of_services(&["a"], 3);
    let by = |keys: &str| Options::new().sort_by(SortKey::list(keys).expect("keys"));
    compact(root.path(), by("row:desc"), LARGE);
    assert_eq!(numbers(root.path()), [[21, 20, 11, 10, 1, 0]]);

    let root = folder();
    for lines in ["{\"row\":5}\n{\"row\":1}\n", "{\"row\":4}\n{\"row\":2}\n"] {
        add(root.path(), lines, by("row")).expect("a dataset");
    }
    assert_eq!(numbers(root.path()), [[1, 5], [2, 4]]);
    compact(root.path(), Options::new(), LARGE);
    assert_eq!(numbers(root.path()), [[1, 2, 4, 5]]);
    add(root.path(), "{\"row\":3}\n{\"row\":0}\n", Options::new()).expect("a file");
    compact(root.path(), Options::new(), LARGE);
    assert_eq!(numbers(root.path()), [[1, 2, 4, 5, 3, 0]], "one of them has no order");
}

#[test]
fn files_become_about_as_large_as_is_asked_for_and_large_ones_stay() {
    let root = folder();
    let lines = synth(6_000);
    let options = || Options::new().memory_limit(16 << 20);
    add(root.path(), &lines, options().roll_rows(150)).expect("a dataset");
    let small = listed(root.path());
    let size: u64 = small.iter().map(|file| file.bytes).sum();
    let target = size / 8;
    assert!(small.len() == 40 && target > 3 * small[0].bytes, "{size}");
    let before = rows(root.path());
    let [merged] = &compact(root.path(), options(), target)[..] else { panic!("one folder") };
    assert_eq!((merged.removed.clone(), merged.added.clone()), (small, listed(root.path())));
    assert_eq!(rows(root.path()), before);
    let sizes: Vec<u64> = merged.added.iter().map(|file| file.bytes).collect();
    let (last, whole) = sizes.split_last().expect("files");
    assert!(whole.len() > 1 && *last < target * 5 / 4, "{target}: {sizes:?}");
    // How well rows compress is known once a row group has ended, and a batch is not cut.
    let is_about = |size: &u64| (target * 9 / 10..target * 5 / 3).contains(size);
    assert!(whole.iter().all(is_about), "{target}: {sizes:?}");
    assert!(compact(root.path(), options(), target).is_empty());
    // What comes later is merged with the last one, if that is small.
    let line = lines.lines().next().expect("a line");
    add(root.path(), line, options()).expect("a file");
    let merged = compact(root.path(), options(), target);
    let of_last = usize::from(*last < target / 2);
    assert_eq!(merged.iter().map(|merged| merged.removed.len()).sum::<usize>(), 2 * of_last);
}

#[test]
fn only_files_are_merged_that_are_old_enough() {
    let root = of_services(&["a"], 4);
    let day = |day: u64| UNIX_EPOCH + Duration::from_secs((20_757 + day) * 24 * 60 * 60 + 1);
    assert_eq!(listed(root.path())[0].times[0].first_time.as_deref(), Some("2026-11-01T07:00:00Z"));
    let removed = |which: Compaction| -> Vec<usize> {
        let merged = Dataset::compactable(root.path(), &Options::new(), &which).expect("files");
        merged.folders.iter().map(|merged| merged.removed.len()).collect()
    };
    let which = || Compaction::new().target_bytes(LARGE);
    assert_eq!(removed(which().before(day(2))), [0; 0], "one alone stays");
    assert_eq!(removed(which().before(day(4))), [3]);
    // The files themselves are older than the future.
    assert_eq!(removed(which().before(SystemTime::now() + Duration::from_secs(9_999_999))), [4]);
    assert_eq!(removed(Compaction::new().target_bytes(2)), [0; 0], "none of them is small");
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_changes_places_with_what_it_becomes_where_it_has_files_alone() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    let root = of_services(&["a", "b", "c"], 2);
    let of = |service: &str| root.path().join(format!("service={service}"));
    let id = |service: &str| fs::metadata(of(service)).expect("a folder").ino();
    let ids = ["a", "b", "c"].map(id);
    fs::set_permissions(of("a"), fs::Permissions::from_mode(0o2750)).expect("ours");
    fs::write(of("a").join("notes.txt"), "mine").expect("written");
    fs::create_dir(of("b").join("mine")).expect("made");
    std::os::unix::fs::symlink("nowhere", of("c").join("link")).expect("linked");
    assert_eq!(compact(root.path(), Options::new(), LARGE).len(), 3);
    assert!(id("a") != ids[0], "it is another folder");
    assert_eq!((id("b"), id("c")), (ids[1], ids[2]), "what folders and links do is not known");
    assert_eq!(fs::metadata(of("a")).expect("a folder").permissions().mode() & 0o7777, 0o2750);
    assert_eq!(fs::read(of("a").join("notes.txt")).expect("it stays"), b"mine");
    assert!(of("b").join("mine").is_dir() && of("c").join("link").is_symlink());
    let staged = fs::read_dir(root.path().join("_bucksaw/staged")).expect("a folder");
    assert_eq!(staged.count(), 0);
    for service in ["a", "b", "c"] {
        let files = fs::read_dir(of(service)).expect("a folder").filter(|entry| {
            entry
                .as_ref()
                .is_ok_and(|entry| entry.path().extension().is_some_and(|e| e == "parquet"))
        });
        assert_eq!(files.count(), 1, "{service}");
    }
}

#[test]
fn many_files_of_many_folders_are_merged() {
    let root = folder();
    let options = || {
        let keys = PartitionKey::list("service").expect("a key");
        Options::new().partition_by(keys).roll_rows(1)
    };
    let lines: String =
        (0..400).map(|row| format!("{{\"service\":{},\"row\":{row}}}\n", row % 20)).collect();
    add(root.path(), &lines, options()).expect("a dataset");
    assert_eq!(listed(root.path()).len(), 400);
    assert_eq!(compact(root.path(), Options::new(), LARGE).len(), 20);
    let numbers = numbers(root.path());
    assert_eq!((numbers.len(), &numbers[0][..3]), (20, &[0, 20, 40][..]));
}

#[test]
fn a_file_that_is_not_as_it_was_written_stays_and_is_told() {
    let root = of_services(&["a"], 2);
    let damaged = root.path().join(&listed(root.path())[1].path);
    let bytes = fs::read(&damaged).expect("a file");
    let merge = || {
        let which = Compaction::new();
        Dataset::compact(root.path(), Options::new(), &which, |_| Ok(())).expect_err("damaged")
    };
    let mut other = bytes.clone();
    other[20] ^= 1;
    for (write, kind) in [(Some(&other[..]), ErrorKind::Malformed), (None, ErrorKind::Io)] {
        match write {
            Some(bytes) => fs::write(&damaged, bytes).expect("written"),
            None => fs::remove_file(&damaged).expect("gone"),
        }
        let error = merge();
        assert!(error.kind() == kind && error.to_string().contains("service=a/"), "{error}");
        assert_eq!(listed(root.path()).len(), 2);
        let staged = fs::read_dir(root.path().join("_bucksaw/staged")).expect("a folder");
        assert!(staged.count() <= 1, "only the entry that was begun may be left");
    }
    fs::write(&damaged, bytes).expect("put back");
    let held = Dataset::open(
        root.path(),
        Options::new().partition_by(PartitionKey::list("service").expect("a key")),
    )
    .expect("a dataset");
    assert_eq!(merge().kind(), ErrorKind::Exists, "another one writes");
    drop(held);
    compact(root.path(), Options::new(), LARGE);
    assert_eq!(numbers(root.path()), [[1, 0, 11, 10]]);
}

#[test]
fn a_hostile_exchange_is_refused() {
    let root = of_services(&["a"], 2);
    compact(root.path(), Options::new(), LARGE);
    let path = root.path().join("_bucksaw/manifest/000000000003.ndjson");
    let entry = fs::read_to_string(&path).expect("an entry");
    if !entry.contains("exchange") {
        return;
    }
    for (told, hostile) in [
        ("\"folder\":\"service=a\"", "\"folder\":\"../x\""),
        ("\"folder\":\"service=a\"", "\"folder\":\"_bucksaw\""),
        ("\"folder\":\"service=a\"", "\"folder\":\"\""),
        ("\"staged\":\"3-folder\"", "\"staged\":\"../x\""),
        ("\"staged\":\"3-folder\"", "\"staged\":\"..\""),
    ] {
        assert!(entry.contains(told), "{entry}");
        fs::write(&path, entry.replace(told, hostile)).expect("written");
        let error = Dataset::compact(root.path(), Options::new(), &Compaction::new(), |_| Ok(()));
        assert_eq!(error.expect_err(hostile).kind(), ErrorKind::Malformed, "{hostile}");
    }
}

/// What a column's values were before they became texts, times or a folder's name.
#[test]
fn rows_come_back_as_they_were_written() {
    let root = folder();
    for lines in [
        "{\"service\":1,\"time\":\"1700000000\",\"mixed\":\"a\"}\n",
        "{\"service\":1,\"time\":\"1700000002\",\"mixed\":5}\n",
        "{\"service\":1,\"mixed\":7}\n",
    ] {
        let schema = DeclaredSchema::new().column("service", bucksaw::ColumnType::Text);
        let options = Options::new()
            .schema(schema)
            .time("time", bucksaw::Spelling::EpochSeconds)
            .partition_by(PartitionKey::list("service").expect("a key"));
        let mut writer =
            Dataset::open(root.path(), options).and_then(Dataset::write).expect("a dataset");
        let options = InputOptions::new();
        let mut input =
            Input::open("lines", lines.as_bytes(), &options, OnError::Fail).expect("lines");
        writer.write_input(&mut input).expect("rows");
        writer.finish().expect("files");
    }
    let before = rebuilt(root.path());
    assert_eq!(compact(root.path(), Options::new(), LARGE).len(), 1);
    assert_eq!(rebuilt(root.path()), before);
    let before = before.expect("all can be told apart");
    assert!(before.iter().any(|row| row.contains("\"time\":\"1700000002\"")), "{before:?}");
}

/// Chunks, and bloom filters.
type RowGroupBytes = (Vec<Vec<u8>>, Vec<Vec<u8>>);

/// The bytes of each row group's chunks, and of their bloom filters.
fn row_groups(path: &Path) -> Vec<RowGroupBytes> {
    let bytes = fs::read(path).expect("a file");
    let at = |start: u64, len: u64| bytes[start as usize..(start + len) as usize].to_vec();
    let file = SerializedFileReader::new(fs::File::open(path).expect("a file")).expect("a footer");
    let groups = file.metadata().row_groups().iter().map(|group| {
        let chunks = group.columns().iter().map(|chunk| {
            let (start, len) = chunk.byte_range();
            at(start, len)
        });
        let filters = group.columns().iter().filter_map(|chunk| {
            Some(at(chunk.bloom_filter_offset()? as u64, chunk.bloom_filter_length()? as u64))
        });
        (chunks.collect(), filters.collect())
    });
    groups.collect()
}

/// What the newest entry says of the files that it adds, but for what depends on their bytes.
fn told(root: &Path, entry: u64) -> Vec<Value> {
    let path = root.join(format!("_bucksaw/manifest/{entry:012}.ndjson"));
    let entry = fs::read_to_string(path).expect("an entry");
    let added = entry.lines().filter_map(|line| {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let mut added = line.get("add")?.clone();
        let members = added.as_object_mut().expect("an object");
        for name in ["path", "bytes", "row_groups", "xxh3_128", "staged"] {
            members.remove(name);
        }
        Some(added)
    });
    added.collect()
}

#[test]
fn row_groups_are_copied_as_they_are() {
    let lines = synth(900);
    // A row group that lacks a column of its file is encoded anew: what it lacks is at the file's end.
    let (_, declared) = plainly(&lines);
    let lines: Vec<&str> = lines.lines().collect();
    let dataset = || {
        let root = folder();
        for part in lines.chunks(300) {
            let options = Options::new()
                .schema(declared.clone())
                .row_group_rows(110)
                .bloom_filter_of("trace_id");
            add(root.path(), &part.join("\n"), options).expect("a dataset");
        }
        // Of rows that have a column more.
        let options = Options::new().bloom_filter_of("trace_id");
        add(root.path(), "{\"late\":1}\n{\"late\":2}\n", options).expect("a file");
        root
    };
    let root = dataset();
    let paths = listed(root.path()).into_iter().map(|file| root.path().join(file.path));
    let old: Vec<RowGroupBytes> = paths.flat_map(|path| row_groups(&path)).collect();
    let before = rows(root.path());
    let options = || Options::new().bloom_filter_of("trace_id");
    let which = Compaction::new().target_bytes(LARGE << 4).copied_bytes(1);
    let [merged] = &merge(root.path(), options(), &which)[..] else { panic!("one folder") };
    let new = row_groups(&root.path().join(&merged.added[0].path));
    assert_eq!((old.len(), new.len(), merged.added[0].row_groups), (10, 10, 10));
    for ((old, old_filters), (new, new_filters)) in old.iter().zip(&new) {
        // Columns that it lacked are behind its own.
        assert!(old.len() > 5 && new.starts_with(old));
        assert_eq!(new_filters, old_filters);
    }
    assert!(old[0].1.len() == 1, "values have a filter");
    assert_eq!(rows(root.path()), before);
    check_sound(root.path());

    // Encoded anew they say the same.
    let other = dataset();
    merge(other.path(), options(), &Compaction::new().target_bytes(LARGE << 4));
    assert_eq!(listed(other.path())[0].row_groups, 1);
    assert_eq!(rows(other.path()), before);
    assert_eq!(told(root.path(), 5), told(other.path(), 5));
    // So they are where the bytes would be others, or in another order.
    for options in [
        options().compression(bucksaw::Compression::Snappy),
        options().sort_by(SortKey::list("late").expect("a key")),
        options().bloom_filter_of("resource_service_name"),
        options().backend(bucksaw::BackendKind::Arrow),
    ] {
        let root = dataset();
        let [merged] = &merge(root.path(), options, &which)[..] else { panic!("one folder") };
        assert!(merged.added[0].row_groups <= 2, "{}", merged.added[0].row_groups);
        check_sound(root.path());
    }
}
