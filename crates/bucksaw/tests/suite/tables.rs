//! A table and its files: what outlives a file, and what is another table's.

#![allow(clippy::panic, reason = "a test is about it")]

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bucksaw::{
    Alterations, BackendKind, Block, BlockBuilder, ColumnId, DeclaredSchema, ErrorKind, Input,
    MemorySink, NdjsonOptions, OnError, Options, Table, Value, Writer,
};
use bumpalo::Bump;

fn writer(options: Options) -> Writer {
    options.write_to(Box::new(MemorySink::new())).expect("sound options")
}

/// A block with one row of this writer's.
fn block<'a>(writer: &mut Writer, arena: &'a Bump, name: &str) -> Block<'a> {
    let mut block = Block::new();
    let mut builder: BlockBuilder<'_, '_> =
        writer.builder(&mut block, arena).expect("an empty block is any table's");
    builder.push(name, Value::I64(1)).expect("taken");
    builder.end_row();
    block
}

#[test]
fn types_and_ids_hold_for_all_files_of_a_table() {
    let sinks = [MemorySink::new(), MemorySink::new(), MemorySink::new()];
    let mut table = Table::new(Options::new()).expect("sound options");
    let id = table.column("code").expect("a column");
    let mut writer = table.write_to(Box::new(sinks[0].clone())).expect("threads start");
    writer.write_row([(id, Value::I64(7))]).expect("taken");
    let first = writer.next_file(Box::new(sinks[1].clone())).expect("finished");
    // The type is that of the first file's value.
    writer.write_row([(id, Value::from("seven"))]).expect("taken");
    writer.write_row([("late", Value::Bool(true))]).expect("taken");
    let (report, table) = writer.finish_with_table().expect("finished");
    assert_eq!((first.rows, report.files.len(), report.rows), (1, 2, 3));
    assert_eq!(report.files[0], first);
    let names: Vec<&str> = report.files[1].columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["code__text", "late"], "a file has the columns that have a value in it");
    assert_eq!(report.alterations.conflicts, 1);
    let mut writer = table.write_to(Box::new(sinks[2].clone())).expect("threads start");
    writer.write_row([(id, Value::I64(8))]).expect("the id is still good");
    assert_eq!(writer.finish().expect("finished").files[0].columns[0].ty, "int64");
    for sink in &sinks {
        assert!(sink.published().is_some_and(|file| file.starts_with(b"PAR1")));
    }
}

#[test]
fn ids_and_blocks_of_another_table_are_an_error_and_change_nothing() {
    let (mut one, mut other) = (writer(Options::new()), writer(Options::new()));
    let id = one.column("a").expect("a column");
    other.column("b").expect("a column");
    let arena = Bump::new();
    let foreign = block(&mut one, &arena, "c");
    assert_eq!(foreign.rows(), 1);

    let refused = |error: bucksaw::Error| assert_eq!(error.kind(), ErrorKind::OtherTable);
    refused(other.write_row([(id, Value::I64(1))]).expect_err("another table's id"));
    refused(other.write_row([(id, Value::Null)]).expect_err("another table's id"));
    refused(other.write_block(&foreign).expect_err("another table's block"));
    let mut foreign = foreign;
    refused(other.builder(&mut foreign, &arena).map(|_| ()).expect_err("another table's rows"));
    let mut own = Block::new();
    let mut builder = other.builder(&mut own, &arena).expect("an empty block");
    refused(builder.repeat(id, Value::I64(1), 3).expect_err("another table's id"));
    refused(builder.push(id, Value::I64(1)).expect_err("another table's id"));

    // Once it has no rows, it is any table's.
    let mut emptied = foreign.emptied();
    let mut builder = other.builder(&mut emptied, &arena).expect("an emptied block");
    builder.push("b", Value::I64(2)).expect("taken");
    builder.end_row();
    other.write_block(&emptied).expect("taken");
    let report = other.finish().expect("finished");
    assert_eq!(report.rows, 1);
    let names: Vec<&str> = report.files[0].columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["b"]);
}

#[test]
fn what_a_table_declares_gives_another_table_the_same_columns() {
    let rows: [&[(&str, Value<'_>)]; 3] = [
        &[("Level", Value::from("info")), ("level", Value::I64(1)), ("", Value::F64(0.5))],
        &[("level", Value::from("x")), ("n", Value::U64(u64::MAX)), ("list", Value::Null)],
        &[("t", Value::Timestamp(1)), ("i", Value::I32(2)), ("b", Value::Bytes(b"\xff"))],
    ];
    let written = |options: Options| {
        let mut writer = writer(options);
        for row in rows {
            writer.write_row(row.iter().copied()).expect("taken");
        }
        let (report, table) = writer.finish_with_table().expect("finished");
        let columns: Vec<(String, String)> = report.files[0]
            .columns
            .iter()
            .map(|column| (column.name.clone(), column.ty.clone()))
            .collect();
        (columns, table.declared())
    };
    let (columns, declared) = written(Options::new().settling_rows(0));
    let json = declared.to_json();
    let read = DeclaredSchema::from_json(&json).expect("what is written can be read");
    assert_eq!(read, declared);
    let (again, declared_again) = written(Options::new().schema(read));
    // What had no value is there, too.
    let (had, new): (Vec<_>, Vec<_>) = again.into_iter().partition(|known| columns.contains(known));
    assert_eq!(had, columns, "{json}");
    assert_eq!(new, [("n".to_owned(), "int64".to_owned())], "{json}");
    assert_eq!(declared_again, declared);
    assert!(
        json.contains(r#"{"name":"level__2","type":"int64","path":["level"],"settled":true}"#),
        "{json}"
    );
}

#[test]
fn flush_ends_the_row_group_and_finishing_writes_no_empty_one() {
    let mut writer = writer(Options::new());
    let id: ColumnId = writer.column("a").expect("a column");
    for row in 0..3 {
        writer.write_row([(id, Value::I64(row))]).expect("taken");
        writer.flush().expect("written");
        writer.flush().expect("nothing to do");
    }
    let report = writer.finish().expect("finished");
    assert_eq!((report.rows, report.files[0].row_groups), (3, 3));
}

/// Rows in errors are counted over all files, whoever finds them.
#[test]
fn an_error_in_a_later_file_tells_the_row_among_all() {
    let options = Options::new().backend(BackendKind::Arrow).chunk_rows(2).settling_rows(0);
    let mut writer = writer(options);
    for row in 0..5 {
        writer.write_row([("a", Value::I64(row))]).expect("taken");
    }
    writer.next_file(Box::new(MemorySink::new())).expect("finished");
    writer.write_slice(&[[("a", Value::I64(5))], [("a", Value::I64(6))]]).expect("taken");
    let late = [[("a", Value::I64(7))], [("late", Value::I64(8))]];
    let error = writer.write_slice(&late).expect_err("a late column");
    assert_eq!(error.kind(), ErrorKind::LateColumn);
    assert_eq!(error.position().row, Some(8), "{error}");
}

/// Chunks that were read ahead are decoded again for another table.
#[test]
fn an_input_can_go_on_in_another_table() {
    let lines: String = (0..60_000).map(|n| format!("{{\"a\":{n},\"b\":\"t{n}\"}}\n")).collect();
    let options = NdjsonOptions::default();
    let mut input = Input::ndjson("lines", lines.as_bytes(), options, OnError::Fail).expect("read");
    let mut first = writer(Options::new().threads(3).row_group_rows(5_000));
    for _ in 0..2 {
        assert!(first.write_next(&mut input).expect("taken"));
    }
    let first = first.finish().expect("finished");
    let schema = r#"{"columns":[{"name":"b","type":"int64"},{"name":"a","type":"text"}]}"#;
    let schema = DeclaredSchema::from_json(schema).expect("a schema");
    let mut second = writer(Options::new().schema(schema));
    second.write_input(&mut input).expect("taken");
    let second = second.finish().expect("finished");
    assert!(second.rows > 10_000, "{}", second.rows);
    assert_eq!(first.rows + second.rows, 60_000);
    // Each row has an integer for a text column, and a text for an integer column.
    let Alterations { conflicts, stored_as_text, .. } = second.alterations;
    assert_eq!((conflicts, stored_as_text), (second.rows, second.rows));
    let values = |name: &str| {
        let column = second.files[0].columns.iter().find(|column| column.name == name);
        column.map(|column| column.values - column.nulls)
    };
    assert_eq!(values("b__text"), Some(second.rows));
}

#[test]
fn a_row_that_was_begun_is_no_part_of_the_next_builders_row() {
    let arena = Bump::new();
    let mut writer = writer(Options::new());
    let mut block = Block::new();
    for row in 0..2 {
        let mut builder = writer.builder(&mut block, &arena).expect("its own block");
        builder.push("a", Value::I64(row)).expect("taken");
        builder.end_row();
        builder.push("a", Value::from("begun")).expect("taken");
        builder.push("left", Value::I64(1)).expect("taken");
    }
    let mut builder = writer.builder(&mut block, &arena).expect("its own block");
    builder.push("b", Value::I64(2)).expect("taken");
    builder.end_row();
    writer.write_block(&block).expect("taken");
    let report = writer.finish().expect("finished");
    let columns: Vec<(&str, u64)> =
        report.files[0].columns.iter().map(|c| (c.name.as_str(), c.values - c.nulls)).collect();
    assert_eq!((report.rows, columns), (3, vec![("a", 2), ("b", 1)]));
    assert_eq!(report.alterations.conflicts, 0);
}

/// A source that panics.
struct Panics;

impl Read for Panics {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        panic!("on purpose")
    }
}

#[test]
fn a_panic_ends_the_writer() {
    for threads in [1, 3] {
        let options = NdjsonOptions::default();
        let lines = "{\"a\":1}\n".repeat(200_000);
        let source = lines.as_bytes().chain(Panics);
        let mut input = Input::ndjson("lines", source, options, OnError::Fail).expect("read");
        let mut writer = writer(Options::new().threads(threads));
        let writes = AssertUnwindSafe(|| writer.write_input(&mut input));
        assert!(catch_unwind(writes).map_or(true, |written| written.is_err()));
        let error = writer.finish().expect_err("rows are missing");
        assert_eq!(error.kind(), ErrorKind::WriterEnded);
    }
}
