//! Datasets: every row is in the folder of its values, in files that end where they are to end, which the manifest knows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use bucksaw::{
    Dataset, DatasetFile, DeclaredSchema, ErrorKind, FileReport, Input, MemorySink, NdjsonOptions,
    OnError, Options, PartitionKey, Report, Result, SortKey,
};
use bucksaw_workloads::{DEFAULT_SEED, Workload};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use tempfile::TempDir;

use crate::clustered::{compare, line, lines};
use crate::support::{Cell, Row, options_of, read};

const HOUR: i64 = 3_600_000_000;

/// Adds lines to the dataset in a folder.
pub(crate) fn add(root: &Path, lines: &str, options: Options) -> Result<Report> {
    let mut writer = Dataset::open(root, options)?.write()?;
    let mut input = Input::ndjson("lines", lines.as_bytes(), NdjsonOptions::new(), OnError::Fail)?;
    writer.write_input(&mut input)?;
    writer.finish()
}

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// The files that the manifest has.
pub(crate) fn listed(root: &Path) -> Vec<DatasetFile> {
    let mut files = Vec::new();
    Dataset::for_each_file(root, |file| {
        files.push(file);
        Ok(())
    })
    .expect("a manifest");
    files
}

/// The Parquet files that are there, but for those that are hidden.
pub(crate) fn there(root: &Path) -> Vec<String> {
    fn visit(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            match path.is_dir() {
                true if !name.starts_with(['_', '.']) => visit(&path, found),
                true => {}
                false => found.push(path),
            }
        }
    }
    let mut found = Vec::new();
    visit(root, &mut found);
    let relative =
        |path: PathBuf| path.strip_prefix(root).expect("below").to_str().expect("UTF-8").to_owned();
    let mut found: Vec<String> = found.into_iter().map(relative).collect();
    found.sort();
    found
}

/// The columns and rows of each file, which are those that the manifest has.
pub(crate) fn files(root: &Path) -> Vec<(DatasetFile, Vec<String>, Vec<Row>)> {
    let listed = listed(root);
    let mut paths: Vec<String> = listed.iter().map(|file| file.path.clone()).collect();
    paths.sort();
    assert_eq!(paths, there(root), "the manifest has the files that are there");
    let read = |file: DatasetFile| {
        let bytes = fs::read(root.join(&file.path)).expect("a file");
        let hash = twox_hash::XxHash3_128::oneshot(&bytes);
        assert_eq!((file.bytes, &file.xxh3_128), (bytes.len() as u64, &format!("{hash:032x}")));
        let (names, rows) = read(&bytes);
        assert_eq!(file.rows, rows.len() as u64);
        (file, names, rows)
    };
    listed.into_iter().map(read).collect()
}

/// What a folder is called for a row, in a way that is easy to see.
fn value_of(key: &PartitionKey, row: &Row) -> Option<String> {
    let text = key.to_string();
    let (function, column) =
        match text.split_once('=').map_or(&*text, |(_, key)| key).split_once('(') {
            Some((function, column)) => (function, column.trim_end_matches(')')),
            None => ("", &*text),
        };
    let cell = row.get(column.split(',').next().expect("a column"))?;
    let text = match (function, cell) {
        ("", Cell::Text(text)) => text.clone(),
        ("", Cell::I64(value)) => value.to_string(),
        ("", Cell::F64(bits)) => format!("{:?}", f64::from_bits(*bits)),
        ("day", Cell::Timestamp(moment)) => match moment.div_euclid(24 * HOUR) {
            -1 => "1969-12-31".to_owned(),
            20_785 => "2026-11-28".to_owned(),
            20_786 => "2026-11-29".to_owned(),
            other => unreachable!("{other}"),
        },
        ("hour", Cell::Timestamp(moment)) => (moment.div_euclid(HOUR).rem_euclid(24)).to_string(),
        ("minute", Cell::Timestamp(moment)) => {
            let minute = moment.rem_euclid(HOUR) / 60_000_000;
            (minute / 10 * 10).to_string()
        }
        ("prefix", Cell::Text(text)) => text.chars().take(2).collect(),
        ("lower", Cell::Text(text)) => text.to_lowercase(),
        other => unreachable!("{other:?}"),
    };
    Some(text)
}

fn partition() -> impl Strategy<Value = Vec<PartitionKey>> {
    let key = select(vec![
        "service",
        "n",
        "d",
        "day(time)",
        "hour(time)",
        "minute(time,10)",
        "start=prefix(body,2)",
        "small=lower(service)",
    ]);
    vec(key, 0..3).prop_map(|mut keys| {
        keys.sort_unstable();
        keys.dedup();
        keys.into_iter().map(|key| key.parse().expect("a key")).collect()
    })
}

/// The rows of lines in a single file, and the types of their columns.
pub(crate) fn plainly(lines: &str) -> (Vec<Row>, DeclaredSchema) {
    let sink = MemorySink::new();
    let mut writer = Options::new().settling_rows(20).write_to(sink.clone()).expect("a writer");
    let read_as = NdjsonOptions::new();
    let mut input =
        Input::ndjson("lines", lines.as_bytes(), read_as, OnError::Fail).expect("lines");
    writer.write_input(&mut input).expect("rows");
    let (_, table) = writer.finish_with_table().expect("a file");
    (read(&sink.published().expect("a file")).1, table.declared())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn each_row_is_once_in_its_folder_in_the_order_that_is_asked_for(
        parts in vec(line(), 0..150),
        late in 0..150_usize,
        keys in partition(),
        sorted in any::<bool>(),
        most in prop_oneof![Just(u64::MAX), 1..60_u64],
        atomic in any::<bool>(),
    ) {
        let lines = lines(&parts, late);
        let (plain, declared) = plainly(&lines);
        let by = SortKey::list("n:desc,row").expect("keys");
        let root = folder();
        let options = Options::new()
            // A file's end settles types, too.
            .schema(declared)
            .settling_rows(20)
            .partition_by(keys.clone())
            .sort_by(if sorted { by.clone() } else { Vec::new() })
            .roll_rows(most)
            .atomic(atomic);
        let report = add(root.path(), &lines, options).expect("a dataset");
        let files = files(root.path());
        prop_assert_eq!(report.rows, parts.len() as u64);
        prop_assert_eq!(report.files.iter().map(|file| file.files).sum::<u64>(), files.len() as u64);
        let columns: Vec<_> = files.iter().map(|(_, names, _)| names).collect();
        let is_ordered = !keys.is_empty() || sorted;
        if is_ordered {
            prop_assert!(columns.windows(2).all(|pair| pair[0] == pair[1]), "{:?}", columns);
        }
        let mut by_folder: BTreeMap<Vec<Option<String>>, Vec<Row>> = BTreeMap::new();
        for (file, _, rows) in files {
            prop_assert!(file.rows <= most);
            let values: Vec<_> = keys.iter().map(|key| file.partition[key.name()].clone()).collect();
            by_folder.entry(values).or_default().extend(rows);
        }
        let mut expected: BTreeMap<Vec<Option<String>>, Vec<Row>> = BTreeMap::new();
        for mut row in plain {
            let values = keys.iter().map(|key| value_of(key, &row)).collect();
            for key in keys.iter().filter(|key| !key.to_string().contains('(')) {
                row.remove(key.name());
            }
            expected.entry(values).or_default().push(row);
        }
        if sorted {
            let by: Vec<SortKey> = by.into_iter().filter(|by| keys.iter().all(|key| key.name() != by.order.column)).collect();
            expected.values_mut().for_each(|rows| rows.sort_by(|a, b| compare(&by, a, b)));
        }
        prop_assert_eq!(by_folder, expected);
    }

    #[test]
    fn rows_of_one_key_stay_in_one_file(
        runs in vec((0..9_usize, 1..30_usize), 0..30),
        most in 1..40_u64,
    ) {
        let mut lines = String::new();
        for (index, (_, rows)) in runs.iter().enumerate() {
            for row in 0..*rows {
                lines += &format!("{{\"id\":\"trace {index}\",\"row\":{row}}}\n");
            }
        }
        let root = folder();
        let keys = SortKey::list("id").expect("a key");
        add(root.path(), &lines, Options::new().keep_together(keys).roll_rows(most)).expect("a dataset");
        let files = files(root.path());
        let mut seen = BTreeSet::new();
        for (at, (_, _, rows)) in files.iter().enumerate() {
            let ids: BTreeSet<&Cell> = rows.iter().map(|row| &row["id"]).collect();
            prop_assert!(ids.iter().all(|id| seen.insert((*id).clone())), "in two files");
            let last = rows.iter().filter(|row| row["id"] == rows[rows.len() - 1]["id"]).count();
            // A file goes on with the key at which its limit was reached, and with no other.
            prop_assert!(((rows.len() - last) as u64) < most);
            prop_assert!(at + 1 == files.len() || rows.len() as u64 >= most);
        }
        let rows: usize = runs.iter().map(|(_, rows)| rows).sum();
        prop_assert_eq!(files.iter().map(|(file, ..)| file.rows).sum::<u64>(), rows as u64);
    }
}

#[test]
fn a_key_that_comes_again_is_told_unless_rows_are_sorted() {
    let lines = "{\"id\":1}\n{\"id\":2}\n{\"id\":1}\n";
    let keys = || SortKey::list("id").expect("a key");
    let root = folder();
    let error = add(root.path(), lines, Options::new().keep_together(keys())).expect_err("again");
    assert_eq!((error.kind(), error.position().row), (ErrorKind::Unsupported, Some(2)));
    assert!(error.to_string().contains("--sort"), "{error}");
    let root = folder();
    let options = Options::new().keep_together(keys()).sort_by(keys()).roll_rows(1);
    add(root.path(), lines, options).expect("sorted");
    let rows: Vec<u64> = listed(root.path()).iter().map(|file| file.rows).collect();
    assert_eq!(rows, [2, 1]);
}

/// Rows of the workload, as lines.
pub(crate) fn synth(rows: u64) -> String {
    String::from_utf8(Workload::Realistic.ndjson(DEFAULT_SEED, rows)).expect("JSON")
}

#[test]
fn files_have_the_size_that_they_are_to_have() {
    let lines = synth(50_000);
    let most = 2_000_000;
    // The arrow backend has to know all columns beforehand.
    let (_, declared) = plainly(&lines);
    for (by, backend) in [
        ("", bucksaw::BackendKind::Direct),
        ("log_message", bucksaw::BackendKind::Direct),
        ("", bucksaw::BackendKind::Arrow),
    ] {
        let root = folder();
        let mut options = options_of(backend).roll_bytes(most).schema(declared.clone());
        if !by.is_empty() {
            options = options.sort_by(SortKey::list(by).expect("a key"));
        }
        add(root.path(), &lines, options).expect("a dataset");
        let sizes: Vec<u64> = listed(root.path()).iter().map(|file| file.bytes).collect();
        assert!(sizes.len() > 3, "{sizes:?}");
        // How well rows compress is known from the first file on, and not beforehand where they are in another order: each of these
        // files is a row group or two.
        for (at, size) in sizes[..sizes.len() - 1].iter().enumerate() {
            let off = match (at, backend) {
                (0, bucksaw::BackendKind::Arrow) => most,
                (0, _) => most / 4,
                _ => most / 8,
            };
            assert!(size.abs_diff(most) <= off, "{by} {backend}: {sizes:?}");
        }
    }
}

#[test]
fn files_are_the_same_for_any_number_of_threads() {
    let lines = synth(6_000);
    let names = |threads| {
        let root = folder();
        let options = Options::new()
            .threads(threads)
            .memory_limit(16 << 20)
            .partition_by(
                PartitionKey::list("resource_service_name/hash(trace_id,3)").expect("keys"),
            )
            .roll_bytes(100_000);
        add(root.path(), &lines, options).expect("a dataset");
        there(root.path())
    };
    // Names have the hash of what is in the file.
    let names_of_one = names(1);
    assert!(names_of_one.len() > 10);
    assert_eq!(names_of_one, names(3));
}

#[test]
fn folders_are_called_as_every_reader_takes_them() {
    let values = ["a/b", "50%", "x=y", "a b", "ünï", "..", "q?*", "", "__HIVE_DEFAULT_PARTITION__"];
    let lines: String = values
        .iter()
        .enumerate()
        .map(|(row, value)| {
            format!("{{\"v\":{},\"row\":{row}}}\n", serde_json::to_string(value).expect("JSON"))
        })
        .collect();
    let root = folder();
    let options = Options::new().partition_by(PartitionKey::list("v").expect("a key"));
    let report = add(root.path(), &lines, options).expect("a dataset");
    assert_eq!(report.files[0].unnamed, 2);
    let mut folders: Vec<String> = listed(root.path())
        .into_iter()
        .map(|file| file.path.split('/').next().expect("a folder").to_owned())
        .collect();
    folders.sort();
    let expected = [
        "v=..",
        "v=50%25",
        "v=__HIVE_DEFAULT_PARTITION__",
        "v=a b",
        "v=a%2Fb",
        "v=q%3F%2A",
        "v=x%3Dy",
        "v=ünï",
    ];
    assert_eq!(folders, expected);
}

#[test]
fn what_is_no_folder_is_told() {
    let long = format!("{{\"v\":\"{}\"}}\n", "x".repeat(300));
    for (keys, lines, kind, words) in [
        ("v", long.as_str(), ErrorKind::Refused, "prefix(v,N)"),
        ("v", "{\"v\":[1]}\n", ErrorKind::Options, "list"),
        ("day(v)", "{\"v\":1}\n", ErrorKind::Options, "day(v)"),
        ("w", "{\"v\":1}\n", ErrorKind::Options, "no row had a column \"w\""),
        ("_v", "{\"_v\":1}\n", ErrorKind::Options, "begin with _"),
        (
            "day(v)",
            "{\"v\":\"2026-11-28T00:00:00Z\",\"Day\":1}\n",
            ErrorKind::Options,
            "NAME=day(v)",
        ),
    ] {
        let root = folder();
        let options = Options::new()
            .arrays(bucksaw::Arrays::List)
            .partition_by(PartitionKey::list(keys).expect("keys"));
        let error = add(root.path(), lines, options).expect_err(keys);
        assert!(error.kind() == kind && error.to_string().contains(words), "{error}");
        assert!(there(root.path()).is_empty(), "nothing is left");
    }
}

#[test]
fn what_comes_later_has_the_same_columns_of_the_same_types() {
    let root = folder();
    let options = || Options::new().partition_by(PartitionKey::list("service").expect("a key"));
    add(root.path(), "{\"service\":\"a\",\"n\":1}\n", options()).expect("a dataset");
    add(root.path(), "{\"service\":\"b\",\"n\":0.5,\"x\":true}\n", options()).expect("more");
    let files = files(root.path());
    let names: Vec<Vec<String>> = files.iter().map(|(_, names, _)| names.clone()).collect();
    assert_eq!(names, [vec!["n"], vec!["n", "n__text", "x"]]);
    assert_eq!(files[1].2[0]["n__text"], Cell::Text("0.5".to_owned()));
    let seq = |file: &DatasetFile| file.path.contains("-00002-") || file.path.contains("/00002-");
    assert!(seq(&files[1].0), "{}", files[1].0.path);
}

#[test]
fn rows_are_put_together_again_with_what_their_folders_are_called_by() {
    let line = |n: i64, d: &str, service: &str| {
        format!(
            "{{\"row\":{n},\"n\":{n},\"d\":{d},\"on\":true,\"resource\":{{\"service\":{service}}},\"body\":\"x\"}}"
        )
    };
    let lines = [line(1, "0.5", "\"a/b\""), line(2, "1.5", "\"7\""), line(-3, "0.5", "\"\u{fc}\"")]
        .join("\n");
    let root = folder();
    let keys = PartitionKey::list("resource_service/n/d/on").expect("keys");
    add(root.path(), &lines, Options::new().partition_by(keys)).expect("a dataset");
    let mut back = Vec::new();
    for (file, names, _) in files(root.path()) {
        assert_eq!(names, ["row", "body"]);
        let file = bucksaw_inspect::File::open(root.path().join(&file.path)).expect("a file");
        let rebuild = file.rebuild().expect("origins");
        assert!(rebuild.has_column("resource.service") && rebuild.has_column("n"));
        for row in file.rows(u64::MAX) {
            let row = serde_json::to_value(rebuild.row(row.expect("a row"), None)).expect("JSON");
            back.push(row);
        }
    }
    let mut expected: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let number = |row: &serde_json::Value| row["row"].as_i64();
    back.sort_by_key(number);
    expected.sort_by_key(number);
    assert_eq!(back, expected);
}

/// A file whose columns' types settle at its end knows which of its texts were other values.
#[test]
fn texts_are_told_from_other_values_in_the_only_file_of_a_run() {
    let root = folder();
    add(root.path(), "{\"v\":\"true\"}\n{\"v\":1}\n", Options::new()).expect("a dataset");
    let path = root.path().join(&listed(root.path())[0].path);
    let file = bucksaw_inspect::File::open(path).expect("a file");
    let mut rebuild = file.rebuild().expect("origins");
    assert_eq!(rebuild.tell_apart(&file, None), ["v"], "true is spelled as a text is");
    add(root.path(), "{\"v\":\"a\"}\n{\"v\":1}\n", Options::new()).expect("a dataset");
    let path = root.path().join(&listed(root.path())[1].path);
    let file = bucksaw_inspect::File::open(path).expect("a file");
    let mut rebuild = file.rebuild().expect("origins");
    assert_eq!(rebuild.tell_apart(&file, None), [""; 0]);
    let rows = file
        .rows(u64::MAX)
        .map(|row| serde_json::to_string(&rebuild.row(row.expect("a row"), None)).expect("JSON"));
    assert_eq!(rows.collect::<Vec<_>>(), [r#"{"v":"a"}"#, r#"{"v":1}"#]);
}

#[test]
fn all_files_are_in_folders_of_the_same_keys() {
    let root = folder();
    let by = |keys: &str| Options::new().partition_by(PartitionKey::list(keys).expect("keys"));
    add(root.path(), "{\"a\":1,\"b\":2}\n", by("a")).expect("a dataset");
    for options in [by("b"), by("a/b"), Options::new()] {
        let error = add(root.path(), "{\"a\":1,\"b\":2}\n", options).expect_err("other folders");
        assert!(error.to_string().contains("--partition 'a'"), "{error}");
    }
    add(root.path(), "{\"b\":2}\n", by("a")).expect("the dataset knows the column");
    assert_eq!(files(root.path()).len(), 2);
}

/// What would forbid a file's name is found before any file is part of the dataset.
#[test]
fn what_stands_in_the_way_leaves_the_dataset_as_it_was() {
    let root = folder();
    fs::write(root.path().join("s=b"), "in the way").expect("written");
    let options = || Options::new().partition_by(PartitionKey::list("s").expect("a key"));
    let lines = "{\"s\":\"a\",\"n\":1}\n{\"s\":\"b\",\"n\":2}\n";
    add(root.path(), lines, options()).expect_err("a file is in the way");
    assert!(listed(root.path()).is_empty());
    fs::remove_file(root.path().join("s=b")).expect("gone");
    add(root.path(), lines, options()).expect("a dataset");
    assert_eq!(files(root.path()).len(), 2);
}

#[test]
fn one_process_writes_at_a_time() {
    let root = folder();
    let open = || Dataset::open(root.path(), Options::new());
    let first = open().expect("a dataset");
    let error = open().expect_err("it is locked");
    assert_eq!(error.kind(), ErrorKind::Exists);
    drop(first);
    assert!(open().is_ok());
}

#[test]
fn what_fails_leaves_the_files_that_were_whole_or_nothing() {
    let lines = "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n{\"n\":\n";
    for (atomic, left) in [(false, 2), (true, 0)] {
        let root = folder();
        let options = Options::new().roll_rows(1).atomic(atomic);
        add(root.path(), lines, options).expect_err("a broken line");
        assert!(files(root.path()).len() <= left, "{:?}", there(root.path()));
        let staged = fs::read_dir(root.path().join("_bucksaw/staged")).expect("a folder");
        assert!(staged.count() <= 1, "only the entry that was begun may be left");
        // And the dataset goes on.
        add(root.path(), "{\"n\":4}\n", Options::new()).expect("a file");
        let rows: u64 = files(root.path()).iter().map(|(file, ..)| file.rows).sum();
        assert!(rows >= 1);
    }
}

/// Folders as they are at each step of an entry's being carried out, when a process is killed there.
#[test]
fn who_opens_a_dataset_finishes_what_a_killed_process_began() {
    let whole = folder();
    let options = || Options::new().partition_by(PartitionKey::list("n").expect("a key"));
    let lines: String = (0..5).map(|n| format!("{{\"n\":{n},\"row\":{n}}}\n")).collect();
    add(whole.path(), &lines, options()).expect("a dataset");
    let expected = there(whole.path());
    let entry = fs::read_to_string(whole.path().join("_bucksaw/manifest/000000000001.ndjson"))
        .expect("an entry");
    let staged_name = |path: &str| {
        let line = entry.lines().find(|line| line.contains(path)).expect("a line");
        let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
        value["add"]["staged"].as_str().expect("a name").to_owned()
    };
    for renamed in 0..=expected.len() {
        let root = folder();
        let own = root.path().join("_bucksaw");
        for name in ["manifest", "staged"] {
            fs::create_dir_all(own.join(name)).expect("a folder");
        }
        for name in ["schema.json", "partition.json"] {
            fs::copy(whole.path().join("_bucksaw").join(name), own.join(name)).expect("copied");
        }
        fs::write(own.join("manifest/000000000001.ndjson"), &entry).expect("written");
        fs::write(own.join("staged/2-1.parquet"), "unfinished").expect("written");
        for (at, path) in expected.iter().enumerate() {
            let target = match at < renamed {
                true => root.path().join(path),
                false => own.join("staged").join(staged_name(path)),
            };
            fs::create_dir_all(target.parent().expect("a folder")).expect("made");
            fs::copy(whole.path().join(path), target).expect("copied");
        }
        drop(Dataset::open(root.path(), options()).expect("put in order"));
        assert_eq!(there(root.path()), expected, "{renamed} had been renamed");
        assert_eq!(fs::read_dir(own.join("staged")).expect("a folder").count(), 0);
    }
}

#[test]
fn a_manifest_that_is_damaged_or_hostile_is_refused() {
    let root = folder();
    add(root.path(), "{\"n\":1}\n", Options::new()).expect("a dataset");
    let path = root.path().join("_bucksaw/manifest/000000000001.ndjson");
    let entry = fs::read_to_string(&path).expect("an entry");
    let outside = folder();
    let target = outside.path().join("precious");
    fs::write(&target, "precious").expect("written");
    let remove = format!(
        "{{\"manifest\":1,\"entry\":1}}\n{{\"remove\":{{\"path\":\"../{}/precious\"}}}}\n{{\"end\":{{\"added\":0,\"removed\":1,\"next_seq\":1}}}}\n",
        outside.path().file_name().expect("a name").to_string_lossy()
    );
    let without_a_line: String = entry
        .lines()
        .enumerate()
        .filter(|(at, _)| *at != 1)
        .map(|(_, line)| format!("{line}\n"))
        .collect();
    for (damaged, kind) in [
        (remove.as_str(), ErrorKind::Malformed),
        ("", ErrorKind::Malformed),
        (&entry[..entry.len() / 2], ErrorKind::Malformed),
        (&without_a_line, ErrorKind::Malformed),
        (&entry.replacen("\"manifest\":1", "\"manifest\":2", 1), ErrorKind::Unsupported),
    ] {
        fs::write(&path, damaged).expect("written");
        let error = Dataset::open(root.path(), Options::new()).expect_err(damaged);
        assert_eq!(error.kind(), kind, "{error}");
    }
    assert!(target.exists());
    fs::write(root.path().join("_bucksaw/manifest/000000000003.ndjson"), &entry).expect("written");
    fs::write(&path, &entry).expect("written");
    let error = Dataset::open(root.path(), Options::new()).expect_err("the second is missing");
    assert!(error.to_string().contains("000000000002"), "{error}");
}

#[test]
fn long_manifests_are_read_from_a_snapshot() {
    let root = folder();
    let mut writer = Dataset::open(root.path(), Options::new().roll_rows(1))
        .and_then(Dataset::write)
        .expect("a dataset");
    for n in 0..150_i64 {
        writer.write_row([("n", bucksaw::Value::from(n))]).expect("taken");
        writer.publish().expect("published");
    }
    writer.finish().expect("a dataset");
    assert!(root.path().join("_bucksaw/manifest/000000000128.snapshot.ndjson").exists());
    // Earlier entries are not needed any more.
    for number in 1..=128 {
        fs::remove_file(root.path().join(format!("_bucksaw/manifest/{number:012}.ndjson")))
            .expect("there");
    }
    assert_eq!(files(root.path()).len(), 150);
}

#[test]
fn files_whose_rows_are_all_too_old_go_and_no_others() {
    let root = folder();
    let day = 24 * 60 * 60 * 1_000_000_i64;
    let lines: String = (0..4)
        .map(|n| format!("{{\"time\":\"2026-11-2{}T00:00:00Z\",\"n\":{n}}}\n", n + 1))
        .collect();
    let options = || {
        Options::new()
            .settling_rows(1)
            .partition_by(PartitionKey::list("day(time)").expect("a key"))
    };
    add(root.path(), &lines, options()).expect("a dataset");
    add(root.path(), "{\"n\":9}\n", options()).expect("a file without times");
    let before = UNIX_EPOCH + Duration::from_micros((20_780 * day) as u64);
    let would = Dataset::expired(root.path(), before, Some("time")).expect("a manifest");
    assert_eq!((would.files.len(), would.timeless, files(root.path()).len()), (2, 1, 5));
    let other = Dataset::expired(root.path(), before, Some("n")).expect("a manifest");
    assert_eq!((other.files.len(), other.timeless), (0, 5));
    assert_eq!(Dataset::expire(root.path(), before, None).expect("gone"), would);
    let left: Vec<String> = files(root.path()).into_iter().map(|(file, ..)| file.path).collect();
    assert!(left.len() == 3 && left[0].starts_with("day=2026-11-23/"), "{left:?}");
}

#[test]
fn a_writer_of_one_file_takes_no_options_of_datasets() {
    let options = Options::new().roll_rows(3);
    let error = options.write_to(MemorySink::new()).expect_err("no dataset");
    assert!(
        error.kind() == ErrorKind::Options && error.to_string().contains("Dataset::open"),
        "{error}"
    );
    let root = folder();
    let mut writer =
        Dataset::open(root.path(), Options::new()).and_then(Dataset::write).expect("a dataset");
    assert_eq!(
        writer.next_file(MemorySink::new()).expect_err("by itself").kind(),
        ErrorKind::Options
    );
}

#[test]
fn the_report_tells_a_dataset_as_one_file() {
    let lines = "{\"n\":3,\"s\":\"a\"}\n{\"n\":1}\n{\"n\":2,\"s\":\"c\"}\n";
    let root = folder();
    let report = add(root.path(), lines, Options::new().roll_rows(1)).expect("a dataset");
    let [FileReport { rows, files, columns, .. }] = &report.files[..] else { panic!("one") };
    assert_eq!((*rows, *files), (3, 3));
    let told: Vec<_> = columns
        .iter()
        .map(|column| (column.name.as_str(), column.nulls, column.min.clone(), column.max.clone()))
        .collect();
    let bound = |value| Some(bucksaw::Bound::Int(value));
    let text = |value: &str| Some(bucksaw::Bound::Text(value.to_owned()));
    assert_eq!(told, [("n", 0, bound(1), bound(3)), ("s", 1, text("a"), text("c"))]);
}
