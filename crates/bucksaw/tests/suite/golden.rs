//! Files of earlier versions stay readable, and what is written stays the same to the byte.
//!
//! `golden/N/` holds files as they were written when the format of our files changed for the Nth time,
//! and `golden/*.jsonl` what is in them: the columns, then a row a line. All of them have to be read as that; the newest
//! ones have to be what the writer writes now.

use std::fs;
use std::path::{Path, PathBuf};

use bucksaw::{
    BackendKind, ColumnType, DeclaredSchema, MemorySink, Options, Profile, TimeUnit, Value,
};
use serde_json::json;

use crate::support::thrift::{Fields, read_struct};
use crate::support::{Cell, Row, read};

/// The newest of the folders.
const NEWEST: &str = "4";
/// If set, the writer's files are kept in the newest folder instead of being compared with it.
const KEEP: &str = "BUCKSAW_KEEP_GOLDEN_FILES";

const WRITERS: [(&str, BackendKind, Profile); 3] = [
    ("arrow", BackendKind::Arrow, Profile::Portable),
    ("direct", BackendKind::Direct, Profile::Portable),
    ("modern", BackendKind::Direct, Profile::Modern),
];
const CONTENTS: [&str; 4] = ["types", "dictionary_left", "late_columns", "no_rows"];

type Values = Vec<(&'static str, Value<'static>)>;

/// Of values, empty, and with a null.
const LISTS: [&[Value<'static>]; 3] =
    [&[Value::I64(2), Value::I64(i64::MIN), Value::I64(3)], &[], &[Value::Null, Value::I64(1)]];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/golden")
}

/// What goes into the files; these rows never change.
fn rows(content: &str) -> Vec<Values> {
    let numbers = [0, -1, i64::MAX, i64::MIN, 7];
    let doubles = [0.5, -0.0, f64::INFINITY, 5e-324, -1e300];
    let texts = ["", "plain", "ü漢🪵", "\"quoted\"\n", "plain"];
    let when = |present: bool, value: Value<'static>| if present { value } else { Value::Null };
    let types = |at: usize| {
        vec![
            ("at", Value::I64(at as i64)),
            ("flag", when(at % 3 != 1, Value::Bool(at.is_multiple_of(2)))),
            ("number", when(at % 7 != 3, Value::I64(numbers[at % 5]))),
            ("unsigned", when(at % 4 != 2, Value::U64(u64::MAX - at as u64))),
            ("double", when(at % 5 != 4, Value::F64(doubles[at % 5]))),
            ("text", when(at % 6 != 5, Value::Text(texts[at % 5]))),
            ("bytes", when(at % 4 != 3, Value::Bytes(&[0, 255, 10][..at % 4]))),
            ("small", when(at % 5 != 1, Value::I32(i32::MAX - at as i32))),
            ("float", when(at % 5 != 2, Value::F32([1.5, -0.0, f32::MIN][at % 3]))),
            ("list", when(at % 7 != 2, Value::List(LISTS[at % LISTS.len()]))),
            ("moment", Value::Timestamp(1_700_000_000_000_000 + at as i64 * 1_000_003)),
        ]
    };
    let falling = |at: usize| {
        // Few values, then ones that never come again.
        let number = if at < 1_100 { at % 3 } else { at * 7_919 };
        let text = format!("{:013x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        vec![("t", when(at % 4 != 1, Value::Text(text.leak())))]
    };
    let late = |at: usize| {
        let late = |from: usize, value| when(at >= from, value);
        let text = Value::Text(texts[at % 5]);
        vec![
            ("at", Value::I64(at as i64)),
            ("late", late(10, text)),
            ("last", late(29, Value::F64(1.5))),
        ]
    };
    match content {
        "types" => (0..45).map(types).collect(),
        "dictionary_left" => (0..2_400).map(falling).collect(),
        "late_columns" => (0..30).map(late).collect(),
        _ => Vec::new(),
    }
}

fn options(content: &str, backend: BackendKind, profile: Profile) -> Options {
    let options = Options::new().backend(backend).profile(profile);
    let schema = DeclaredSchema::new()
        .column("unsigned", ColumnType::Uint64)
        .column("moment", ColumnType::Timestamp(TimeUnit::Micros));
    match content {
        "types" => options.row_group_rows(20).schema(schema),
        "dictionary_left" => options.page_bytes(1_024),
        "late_columns" => options.row_group_rows(10),
        _ => options.schema(schema),
    }
}

fn written(content: &str, backend: BackendKind, profile: Profile) -> Vec<u8> {
    let sink = MemorySink::new();
    let options = options(content, backend, profile);
    let mut writer = options.write_to(Box::new(sink.clone())).expect("sound options");
    writer.write_slice(&rows(content)).expect("rows");
    writer.finish().expect("a file");
    sink.published().expect("published")
}

/// The files that there are, by what is in them and who writes them; `arrow` takes no late columns.
fn each_file() -> impl Iterator<Item = (&'static str, &'static str, BackendKind, Profile)> {
    CONTENTS
        .into_iter()
        .flat_map(|content| {
            WRITERS.map(|(name, backend, profile)| (content, name, backend, profile))
        })
        .filter(|(content, name, ..)| (*content, *name) != ("late_columns", "arrow"))
}

/// A row as a line of JSON, with each cell's type and, where digits could be lost, its bits.
fn line(row: &Row) -> String {
    let cells = row.iter().map(|(name, value)| (name.clone(), json_of(value)));
    serde_json::Value::Object(cells.collect()).to_string() + "\n"
}

fn json_of(cell: &Cell) -> serde_json::Value {
    match cell {
        Cell::Bool(value) => json!(value),
        Cell::I32(value) => json!({ "int32": value }),
        Cell::F32(bits) => json!({ "float": format!("{bits:08x}") }),
        Cell::List(cells) => cells.iter().map(|cell| cell.as_ref().map(json_of)).collect(),
        Cell::Map(entries) => {
            let entry =
                |(key, value): &(String, Option<Cell>)| json!([key, value.as_ref().map(json_of)]);
            json!({ "map": entries.iter().map(entry).collect::<Vec<_>>() })
        }
        Cell::I64(value) => json!({ "int64": value.to_string() }),
        Cell::Integer(value) => json!({ "integer": value.to_string() }),
        Cell::U64(value) => json!({ "uint64": value.to_string() }),
        Cell::F64(bits) => json!({ "double": format!("{bits:016x}") }),
        Cell::Text(text) => json!(text),
        Cell::Bytes(bytes) => json!({ "bytes": bytes }),
        Cell::Timestamp(micros) => json!({ "micros": micros.to_string() }),
    }
}

/// The columns' names, then the rows.
fn lines(file: &[u8]) -> String {
    let (names, rows) = read(file);
    json!(names).to_string() + "\n" + &rows.iter().map(line).collect::<String>()
}

/// A file's bytes before its footer, and the footer without the version that wrote it.
fn parts(file: &[u8]) -> (&[u8], Fields) {
    const CREATED_BY: i16 = 6;
    let len = file[file.len() - 8..file.len() - 4].try_into().expect("four bytes");
    let start = file.len() - 8 - u32::from_le_bytes(len) as usize;
    let (mut footer, _) = read_struct(&file[start..]).expect("a footer");
    footer.remove(&CREATED_BY);
    (&file[..start], footer)
}

#[test]
fn files_of_every_version_are_read() {
    let versions = fs::read_dir(folder()).expect("the golden files");
    let versions = versions.map(|entry| entry.expect("an entry").path());
    let mut files = 0;
    for version in versions.filter(|path| path.is_dir()) {
        for file in fs::read_dir(version).expect("a version's files") {
            let path = file.expect("an entry").path();
            let name = path.file_stem().expect("a name").to_str().expect("text");
            let content = name.split_once('-').expect("WRITER-CONTENT").1;
            let wanted = folder().join(content).with_extension("jsonl");
            let wanted = fs::read_to_string(wanted).expect("what is in the file");
            assert_eq!(lines(&fs::read(&path).expect("the file")), wanted, "{}", path.display());
            files += 1;
        }
    }
    assert!(files >= each_file().count(), "{files} files");
}

#[test]
fn what_is_written_stays_the_same_to_the_byte() {
    for (content, name, backend, profile) in each_file() {
        let file = written(content, backend, profile);
        let path = folder().join(NEWEST).join(format!("{name}-{content}.parquet"));
        if std::env::var_os(KEEP).is_some() {
            fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
            fs::write(&path, &file).expect("the file");
            let rows = folder().join(content).with_extension("jsonl");
            if !rows.exists() {
                fs::write(rows, lines(&file)).expect("its rows");
            }
        }
        let golden = fs::read(&path).unwrap_or_default();
        assert!(
            !golden.is_empty() && parts(&golden) == parts(&file),
            "{} is no longer what the writer writes. If that is on purpose (or another version of \
             zstd or parquet does it), count NEWEST in tests/suite/golden.rs up, run this test once with \
             {KEEP}=1, and commit the new folder beside the old ones, which stay as they are.",
            path.display()
        );
    }
}

#[test]
fn a_file_does_not_depend_on_the_run() {
    for (content, _, backend, profile) in each_file() {
        let (one, two) = (written(content, backend, profile), written(content, backend, profile));
        assert!(one == two, "{content} {backend:?} {profile:?}");
    }
}
