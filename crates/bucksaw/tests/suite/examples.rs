//! The examples do what they say.

use std::fs;
use std::path::Path;

use bucksaw::{Report, Result, Value};

use crate::support::{Cell, read, row};

#[path = "../../examples/batches.rs"]
#[allow(dead_code, reason = "main")]
mod batches;
#[path = "../../examples/custom_sink.rs"]
#[allow(dead_code, reason = "main")]
mod custom_sink;
#[path = "../../examples/rotating_files.rs"]
#[allow(dead_code, reason = "main")]
mod rotating_files;
#[path = "../../examples/structs.rs"]
#[allow(dead_code, reason = "main")]
mod structs;

/// What an example reports, and the files that it leaves, by name.
fn run(example: fn(&Path) -> Result<Report>) -> (Report, Vec<(String, Vec<u8>)>) {
    let folder = tempfile::tempdir().expect("a folder");
    let report = example(folder.path()).expect("it runs");
    let mut files: Vec<_> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| {
            let entry = entry.expect("an entry");
            let name = entry.file_name().into_string().expect("text");
            (name, fs::read(entry.path()).expect("readable"))
        })
        .collect();
    files.sort();
    (report, files)
}

#[test]
fn structs_are_rows() {
    let (report, files) = run(structs::run);
    let (names, rows) = read(&files[0].1);
    assert_eq!(names, ["time", "tags", "method", "http_path", "http_status", "user"]);
    let tags = [Value::Text("slow"), Value::Text("retried")];
    let expected = row(&[
        ("time", Value::Timestamp(1_700_000_001_000_000)),
        ("tags", Value::List(&tags)),
        ("method", Value::Text("GET")),
        ("http_path", Value::Text("/orders/4")),
        ("http_status", Value::I64(200)),
        ("user", Value::Text("user4")),
    ]);
    assert_eq!((rows.len(), &rows[4]), (1_000, &expected));
    assert!(report.to_string().contains("requests.parquet: 1,000 rows, 6 columns, 1 row group, "));
}

#[test]
fn all_kinds_of_batches_go_into_one_file() {
    let (_, files) = run(batches::run);
    let (names, rows) = read(&files[0].1);
    assert_eq!((names.len(), rows.len()), (2, 604));
    let hosts = |host: &str| {
        rows.iter().filter(|row| row.get("host") == Some(&Cell::Text(host.to_owned()))).count()
    };
    assert_eq!(["a", "b", "c", "d", "e", "f"].map(hosts), [100, 1, 1, 500, 1, 1]);
}

#[test]
fn files_rotate() {
    let (report, files) = run(rotating_files::run);
    let rows: Vec<_> =
        files.iter().map(|(name, file)| (name.as_str(), read(file).1.len())).collect();
    let expected =
        [("part-0000.parquet", 400), ("part-0001.parquet", 400), ("part-0002.parquet", 200)];
    assert_eq!(rows, expected);
    assert!(report.to_string().ends_with("1,000 rows in 3 files"), "{report}");
}

#[test]
fn a_sink_of_ones_own_gets_the_file() {
    let (report, files) = run(custom_sink::run);
    assert!(files.len() > 3 && files.iter().all(|(name, _)| name.starts_with("part-")));
    let file = files.into_iter().map(|(_, part)| part).collect::<Vec<_>>().concat();
    assert_eq!(report.files[0].bytes, file.len() as u64);
    assert_eq!(read(&file).1.len(), 5_000);
}
