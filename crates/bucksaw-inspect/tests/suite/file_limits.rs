//! No file is finished that `inspect` would refuse, or whose metadata outgrows the memory limit.

use bucksaw::{BackendKind, Error, ErrorKind, Options, Report, Value};
use bucksaw_inspect::{self as inspect, DEFAULT_MAX_FOOTER_BYTES};

/// Writes so many rows, each a row group of its own, to a file; the file's path.
fn write(
    options: Options,
    names: &[String],
    rows: usize,
) -> (tempfile::TempDir, Result<Report, Error>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file.parquet");
    let mut writer = options.row_group_rows(1).create(&path).expect("sound options");
    let mut write = || {
        for row in 0..rows {
            writer.write_row(names.iter().map(|name| (name.as_str(), Value::I64(row as i64))))?;
        }
        Ok(())
    };
    let written = write().and_then(|()| writer.finish());
    assert_eq!(path.exists(), written.is_ok());
    (folder, written)
}

/// Names of a thousand bytes.
fn long_names(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("{index:01000}")).collect()
}

#[test]
fn a_footer_is_never_larger_than_what_is_read_back() {
    // Each row group has the columns' names once more: 67 of them pass the limit.
    let names = long_names(1_000);
    for backend in [BackendKind::Direct, BackendKind::Arrow] {
        let options = || Options::new().backend(backend).memory_limit(1 << 30);
        let (_, refused) = write(options(), &names, 100);
        let error = refused.expect_err("too large a footer");
        assert_eq!(error.kind(), ErrorKind::FileLimit, "{error}");
        assert!(error.message().contains(&DEFAULT_MAX_FOOTER_BYTES.to_string()), "{error}");
        let row = error.position().row.expect("where it is") as usize;
        assert!((40..67).contains(&row), "{error}");
        if backend == BackendKind::Arrow {
            continue; // The same, and slow.
        }
        let (folder, taken) = write(options(), &names, row - 1);
        taken.expect("a row fewer");
        let file = inspect::File::open(folder.path().join("file.parquet")).expect("read back");
        assert_eq!(file.metadata().num_row_groups(), row - 1);
    }
}

#[test]
#[ignore = "long: ./test --long"]
fn as_many_column_chunks_are_written_as_are_read_back() {
    let names: Vec<String> = (0..1_000).map(|index| format!("{index}")).collect();
    let options = || Options::new().memory_limit(4 << 30);
    let (_, refused) = write(options(), &names, 1_000);
    let error = refused.expect_err("too many column chunks");
    assert_eq!(error.kind(), ErrorKind::FileLimit, "{error}");
    let row = error.position().row.expect("where it is") as usize;
    assert!(row > 200, "{error}");
    let (folder, taken) = write(options(), &names, row - 1);
    taken.expect("a row fewer");
    let file = inspect::File::open(folder.path().join("file.parquet")).expect("read back");
    assert_eq!(file.metadata().num_row_groups(), row - 1);
    assert!(file.describe().problems.is_empty());
}

#[test]
fn columns_that_come_late_count_for_the_row_groups_before() {
    let mut names = long_names(2);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file.parquet");
    let options = Options::new().row_group_rows(1).memory_limit(1 << 30);
    let mut writer = options.create(&path).expect("sound options");
    for row in 0..60 {
        writer.write_row([(names[0].as_str(), Value::I64(row))]).expect("taken");
    }
    names.extend(long_names(1_000).split_off(2));
    let late = names.iter().map(|name| (name.as_str(), Value::I64(1)));
    writer.write_row(late.clone()).expect("taken");
    (0..10).for_each(|_| writer.write_row(late.clone()).expect("taken"));
    let error = writer.finish().expect_err("too large a footer");
    assert_eq!(error.kind(), ErrorKind::FileLimit, "{error}");
    assert!(!path.exists());
}

#[test]
fn what_is_kept_of_row_groups_is_within_the_memory_limit() {
    let names: Vec<String> = (0..300).map(|index| format!("column {index}")).collect();
    let (_, refused) = write(Options::new().memory_limit(8 << 20), &names, 1_000);
    let error = refused.expect_err("too many row groups");
    assert_eq!(error.kind(), ErrorKind::FileLimit, "{error}");
    assert!(error.position().row.is_some_and(|row| row > 8), "{error}");
    let enough = 32 << 20;
    assert!(error.message().contains(&enough.to_string()), "{error}");
    assert!(!error.message().contains("  "), "{error}");
    let rows = error.position().row.unwrap_or_default() as usize;
    write(Options::new().memory_limit(enough), &names, 2 * rows).1.expect("the advice helps");
}
