//! Files of one table that drift, read as one table by other people's readers.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use bucksaw::{Input, NdjsonOptions, OnError, Options, Scan, Table};

use super::{PROGRAM, python, readers};

const HOURS: usize = 5;
const ROWS_PER_HOUR: usize = 200;
/// Readers that take many files for one table.
const OF_DATASETS: [&str; 6] = ["pyarrow", "duckdb", "polars", "datafusion", "clickhouse", "spark"];

/// A value: its column, its kind, and how it is spelled.
type Value = (&'static str, &'static str, String);

/// The lines of an hour, and what is in each.
fn hour(hour: usize) -> (String, Vec<(usize, Vec<Value>)>) {
    let (mut lines, mut rows) = (String::new(), Vec::new());
    for at in 0..ROWS_PER_HOUR {
        let id = hour * ROWS_PER_HOUR + at;
        let time = format!("2026-11-28T0{hour}:{:02}:{:02}.5+00:00", at / 60, at % 60);
        let mut line = format!(r#"{{"id":{id},"time":"{time}""#);
        let mut values: Vec<Value> = vec![("time", "time", time)];
        let mut add = |json: &str, column, kind, spelling: String| {
            let _ = write!(line, ",{json}");
            values.push((column, kind, spelling));
        };
        match hour {
            0 => add(&format!(r#""took":{at}"#), "took", "number", at.to_string()),
            1 => add(&format!(r#""took":{at}.25"#), "took", "number", format!("{at}.25")),
            2 => add(&format!(r#""user":{{"id":{at}}}"#), "user_id", "number", at.to_string()),
            3 => {
                add(&format!(r#""user":{{"id":"u{at}"}}"#), "user_id", "text", format!("u{at}"));
                add(r#""level":7"#, "level", "number", "7".to_owned());
            }
            _ => {
                add(&format!(r#""user.id":{at}"#), "user_id__2", "number", at.to_string());
                add(r#""took":"n/a""#, "took", "text", "n/a".to_owned());
                add(r#""big":18446744073709551615"#, "big", "number", u64::MAX.to_string());
            }
        }
        if at % 2 == 0 && hour != 3 {
            add(r#""level":"info""#, "level", "text", "info".to_owned());
        }
        line.push_str("}\n");
        lines.push_str(&line);
        rows.push((id, values));
    }
    (lines, rows)
}

/// Writes the hours as files of one table, with what `options` say.
fn write(options: Options, hours: &[String], folder: &Path) {
    fs::create_dir_all(folder).expect("a folder");
    let mut table = Table::new(options).expect("sound options");
    for (number, lines) in hours.iter().enumerate() {
        let mut writer = table.create(folder.join(format!("{number}.parquet"))).expect("a file");
        writer.write_input(&mut input(lines)).expect("rows");
        (_, table) = writer.finish_with_table().expect("a file");
    }
}

fn input(lines: &str) -> Input<'_> {
    Input::ndjson("hour", lines.as_bytes(), NdjsonOptions::new(), OnError::Fail).expect("lines")
}

#[test]
#[ignore = "needs other people's readers: run ./test"]
fn every_reader_reads_files_that_drift_as_one_table() {
    let folder = tempfile::tempdir().expect("a folder");
    let (hours, rows): (Vec<_>, Vec<_>) = (0..HOURS).map(hour).unzip();
    let mut scan = Scan::new(Options::new()).expect("sound options");
    hours.iter().for_each(|lines| scan.read_input(&mut input(lines)).expect("rows"));
    let schema = scan.finish().expect("a schema");
    write(Options::new().schema(schema), &hours, &folder.path().join("scanned"));
    write(Options::new(), &hours, &folder.path().join("union"));
    let model = folder.path().join("rows.jsonl");
    let mut file = fs::File::create(&model).expect("a file");
    for row in rows.iter().flatten() {
        writeln!(file, "{}", serde_json::to_string(row).expect("JSON")).expect("written");
    }
    let mut is_equal = true;
    let mut output = std::io::stdout();
    let readers = readers();
    let newest = &readers[0].python;
    let mut others = vec!["iceberg"];
    for readers in readers.iter().filter(|readers| readers.python == *newest) {
        let mut names: Vec<&str> = OF_DATASETS.into_iter().collect();
        names.retain(|name| readers.names.iter().any(|known| known == name));
        names.append(&mut others);
        let (code, table) = python(&readers.python, |command| {
            command
                .arg(format!("{PROGRAM}/datasets.py"))
                .arg(folder.path())
                .arg(&model)
                .args(&names)
        });
        output.write_all(table.as_bytes()).expect("standard output");
        is_equal &= code == 0;
    }
    assert!(is_equal, "a reader found something else");
}
