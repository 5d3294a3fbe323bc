//! Files of other people's writers, encoded anew: every cell of theirs is in what they become.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread;

use arrow_array::{ArrayRef, RecordBatch};
use bucksaw::{Input, InputOptions, Names, OnError, Options};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterVersion};

use super::{PROGRAM, WRITERS, cases, python, readers, written};
use crate::columnar::types::all_types;

/// Writers in Python, and the reader with which each is installed.
const IN_PYTHON: [(&str, &str); 7] = [
    ("spark", "spark"),
    ("pyarrow", "pyarrow"),
    ("duckdb", "duckdb"),
    ("polars", "polars"),
    ("datafusion", "datafusion"),
    ("clickhouse", "clickhouse"),
    ("fastparquet", "pyarrow"),
];
/// Files that can't be read, and what is said of them: their pages have bytes behind the last value.
const REFUSED: (&str, &str) = ("fastparquet-int96", "is not a multiple of 12");
/// Which of our own cases are encoded anew.
const OWN: [&str; 11] = [
    "arrow_our_types",
    "codec_",
    "declared_",
    "large_text",
    "lists",
    "no_rows_declared",
    "null_columns",
    "realistic_lines",
    "row_groups_of_one_row",
    "synth40_lines",
    "types_by_blocks",
];

/// pyarrow reads both files, and knows of types what docs/formats.md says.
#[test]
#[ignore = "needs other people's readers: run ./test"]
fn files_of_other_writers_lose_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let interpreters = write_files(folder);
    fs::create_dir(folder.join("out")).expect("a folder");
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension() != Some(OsStr::new("parquet")) {
            continue;
        }
        let name = path.file_name().expect("a name");
        match (encode_anew(&path, &folder.join("out").join(name)), path.file_stem()) {
            (Ok(()), stem) => assert_ne!(stem, Some(OsStr::new(REFUSED.0)), "no longer refused"),
            (Err(error), Some(stem)) if stem == REFUSED.0 => {
                assert!(error.to_string().contains(REFUSED.1), "{error}");
                fs::remove_file(path).expect("removed");
            }
            (Err(error), _) => unreachable!("{}: {error}", path.display()),
        }
    }
    let (code, told) =
        python(&interpreters, |command| command.arg(format!("{PROGRAM}/reencoded.py")).arg(folder));
    std::io::stdout().write_all(told.as_bytes()).expect("standard output");
    assert_eq!(code, 0, "{told}");
}

fn encode_anew(from: &Path, to: &Path) -> bucksaw::Result<()> {
    let file = File::open(from).expect("the file");
    let options = InputOptions::new();
    let mut input = Input::open_file(from.display().to_string(), file, &options, OnError::Fail)?;
    let mut writer = Options::new().names(Names::Dotted).threads(2).create(to)?;
    writer.write_input(&mut input)?;
    writer.finish().map(drop)
}

/// Has all writers write files, called WRITER-WHAT.parquet; the interpreter that has pyarrow.
fn write_files(folder: &Path) -> String {
    let readers = readers();
    let interpreter_of = |reader: &str| {
        let with_it = readers.iter().find(|all| all.names.iter().any(|name| name == reader));
        with_it.map(|all| all.python.as_str())
    };
    thread::scope(|scope| {
        for (writer, reader) in IN_PYTHON {
            let Some(interpreter) = interpreter_of(reader) else { continue };
            let write = move || {
                let (code, told) = python(interpreter, |command| {
                    command.arg(format!("{PROGRAM}/writers.py")).arg(folder).arg(writer)
                });
                assert_eq!(code, 0, "{told}");
            };
            match writer {
                // It waits for itself most of the time.
                "spark" => drop(scope.spawn(write)),
                _ => write(),
            }
        }
        if interpreter_of("arrow-go").is_some() {
            let program = std::env::var("BUCKSAW_GO_READERS").expect("./test sets it");
            let status = Command::new(program).arg("write").arg(folder).status();
            assert!(status.expect("the program can be run").success());
        }
        write_with_the_crate(folder);
        write_our_own(folder);
    });
    interpreter_of("pyarrow").expect("pyarrow").to_owned()
}

fn write_with_the_crate(folder: &Path) {
    let all = all_types();
    let names = (0..).map(|index| format!("c{index}"));
    let columns = names.zip(all.columns()).map(|(name, array)| (name, ArrayRef::clone(array)));
    let all = RecordBatch::try_from_iter(columns).expect("columns");
    let zstd = Compression::ZSTD(ZstdLevel::default());
    for (name, version, codec, has_dictionary) in [
        ("snappy", WriterVersion::PARQUET_1_0, Compression::SNAPPY, true),
        ("zstd", WriterVersion::PARQUET_2_0, zstd, true),
        ("lz4", WriterVersion::PARQUET_2_0, Compression::LZ4, false),
        ("lz4_raw", WriterVersion::PARQUET_1_0, Compression::LZ4_RAW, false),
    ] {
        let properties = WriterProperties::builder()
            .set_writer_version(version)
            .set_compression(codec)
            .set_dictionary_enabled(has_dictionary)
            .set_max_row_group_row_count(Some(1_000))
            .set_data_page_row_count_limit(300)
            .build();
        let file = File::create(folder.join(format!("crate-{name}.parquet"))).expect("a file");
        let mut writer = ArrowWriter::try_new(file, Arc::clone(all.schema_ref()), Some(properties))
            .expect("a writer");
        writer.write(&all).expect("written");
        writer.close().expect("closed");
    }
}

fn write_our_own(folder: &Path) {
    let mut cases = cases::all();
    cases.retain(|case| OWN.iter().any(|name| case.name.starts_with(name)));
    for case in &cases {
        for writer in &WRITERS[1..] {
            let path = written(case, *writer, folder).expect("written");
            if let Some(path) = path {
                let name = format!("bucksaw-{}-{}.parquet", writer.name, case.name);
                fs::rename(path, folder.join(name)).expect("renamed");
            }
        }
    }
}
