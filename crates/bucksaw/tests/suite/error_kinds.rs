//! Each kind of error: what has it, and whether the writer goes on.

use std::io::{self, Read, Write as _};
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use bucksaw::limits::MAX_VALUE_BYTES;
use bucksaw::{
    BackendKind, ColumnType, DeclaredSchema, Error, ErrorKind, Input, LocalSink, MemorySink,
    NdjsonOptions, OnError, Options, Published, Result, Sink, Table, UnknownColumns, Value, Writer,
};

/// A writer with a row in it, and a sink that tells whether it published.
fn writer(options: Options) -> (Writer, MemorySink) {
    let sink = MemorySink::new();
    let mut writer = options.write_to(sink.clone()).expect("sound options");
    writer.write_row([("a", Value::I64(1))]).expect("taken");
    (writer, sink)
}

/// The error leaves the writer as it was.
fn goes_on(
    (mut writer, sink): (Writer, MemorySink),
    fails: impl FnOnce(&mut Writer) -> Error,
) -> Error {
    let error = fails(&mut writer);
    assert!(!writer.has_ended(), "{error}");
    assert_eq!((writer.rows(), writer.columns().len()), (1, 1), "{error}");
    writer.write_row([("a", Value::I64(2))]).expect("goes on");
    assert_eq!(writer.finish().expect("goes on").rows, 2, "{error}");
    assert!(sink.published().is_some());
    error
}

/// The error ends the writer, which says so from then on and publishes nothing.
fn ends(
    (mut writer, sink): (Writer, MemorySink),
    fails: impl FnOnce(&mut Writer) -> Error,
) -> Error {
    let error = fails(&mut writer);
    assert!(writer.has_ended(), "{error}");
    let again = writer.write_row([("a", Value::I64(2))]).expect_err("it has ended");
    assert_eq!(again.kind(), ErrorKind::WriterEnded, "{error}");
    assert_eq!(writer.flush().expect_err("it has ended").kind(), ErrorKind::WriterEnded);
    assert_eq!(writer.finish().expect_err("it has ended").kind(), ErrorKind::WriterEnded);
    assert_eq!(sink.published(), None, "{error}");
    error
}

fn read_input(writer: &mut Writer, source: impl Read + Send) -> Error {
    let input = Input::ndjson("input", source, NdjsonOptions::new(), OnError::Fail);
    writer.write_input(&mut input.expect("a first byte")).expect_err("bad input")
}

fn closed() -> Options {
    Options::new().schema(
        DeclaredSchema::new()
            .column("a", ColumnType::Int64)
            .unknown_columns(UnknownColumns::Refuse),
    )
}

#[test]
fn options_are_refused_before_there_is_a_writer() {
    for error in [
        Options::new().memory_limit(1).write_to(MemorySink::new()).expect_err("too little"),
        DeclaredSchema::from_json("{}").expect_err("no schema"),
        "zstd:99".parse::<bucksaw::Compression>().expect_err("no level"),
    ] {
        assert_eq!(error.kind(), ErrorKind::Options, "{error}");
    }
}

#[test]
fn refused_rows_leave_the_writer_as_it_was() {
    let batch = || {
        let column: ArrayRef = Arc::new(Int64Array::from(vec![5]));
        RecordBatch::try_from_iter([("b", column)]).expect("a batch")
    };
    type Write<'w> = &'w dyn Fn(&mut Writer) -> Result<()>;
    let cases: [(&str, Write<'_>); 4] = [
        ("a row", &|writer| writer.write_row([("b", Value::I64(1))])),
        ("a slice", &|writer| {
            writer.write_slice(&[[("a", Value::I64(1))], [("b", Value::I64(1))]])
        }),
        ("a record batch", &|writer| writer.write_record_batch(&batch())),
        ("a column", &|writer| writer.column("b").map(|_| ())),
    ];
    for (what, write) in cases {
        let error = goes_on(writer(closed()), |writer| write(writer).expect_err(what));
        assert_eq!(error.kind(), ErrorKind::Refused, "{what}: {error}");
    }
    let rows = [[("a", Value::I64(2))], [("b", Value::I64(1))], [("a", Value::I64(3))]];
    let (mut writer, _) = writer(closed());
    let mut rows = rows.iter();
    let error = writer.write_rows(&mut rows).expect_err("the second");
    assert_eq!((error.kind(), error.position().row), (ErrorKind::Refused, Some(2)));
    writer.write_rows(rows).expect("those after it");
    assert_eq!(writer.finish().expect("a file").rows, 3);
}

#[test]
fn lines_that_an_input_fails_on_end_the_writer() {
    let error =
        ends(writer(Options::new()), |writer| read_input(writer, &b"{\"a\":2}\n{\"a\"\n"[..]));
    assert_eq!((error.kind(), error.position().line), (ErrorKind::Malformed, Some(2)));
    let error = ends(writer(closed()), |writer| read_input(writer, &b"{\"a\":2}\n{\"b\":1}\n"[..]));
    assert_eq!((error.kind(), error.position().line), (ErrorKind::Refused, Some(2)));
}

/// Fails to be read after its first bytes.
struct Broken(Option<&'static [u8]>);

impl Read for Broken {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.take() {
            Some(bytes) => (&bytes[..]).read(buffer),
            None => Err(io::Error::other("unplugged")),
        }
    }
}

/// Fails to be written.
struct Full;

impl Sink for Full {
    fn write(&mut self, _: &[u8]) -> Result<()> {
        Err(Error::io("could not write", io::Error::other("full")))
    }

    fn publish(self: Box<Self>) -> Result<Published> {
        Ok(Published::new(0))
    }

    fn discard(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}

#[test]
fn failed_reading_and_writing_end_the_writer() {
    let error = ends(writer(Options::new()), |writer| {
        read_input(writer, Broken(Some(b"{\"a\":2}\n{\"a\":3}\n")))
    });
    assert_eq!(error.kind(), ErrorKind::Io);
    let mut writer = Options::new().write_to(Full).expect("sound options");
    writer.write_row([("a", Value::I64(1))]).expect("taken");
    assert_eq!(writer.flush().expect_err("full").kind(), ErrorKind::Io);
    assert!(writer.has_ended());
    let error = Options::new().create("/nowhere/at/all/a.parquet").expect_err("no folder");
    assert_eq!(error.kind(), ErrorKind::Io);
}

#[test]
fn a_column_after_the_first_record_batch_ends_the_arrow_backend() {
    let options = Options::new().backend(BackendKind::Arrow).chunk_rows(1).settling_rows(0);
    let error = ends(writer(options), |writer| {
        writer.write_slice(&[[("a", Value::I64(2))]]).expect("taken");
        writer.write_slice(&[[("late", Value::I64(1))]]).expect_err("late")
    });
    assert_eq!(error.kind(), ErrorKind::LateColumn);
}

#[test]
fn what_stands_at_the_target_is_told_at_the_start_or_the_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.parquet");
    let writer = Writer::create(&path).expect("nothing there yet");
    std::fs::write(&path, "mine").expect("written");
    assert_eq!(writer.finish().expect_err("there by now").kind(), ErrorKind::Exists);
    assert_eq!(Writer::create(&path).expect_err("there").kind(), ErrorKind::Exists);
    assert_eq!(
        LocalSink::create(&path, false, None).err().map(|error| error.kind()),
        Some(ErrorKind::Exists)
    );
    assert_eq!(std::fs::read(&path).expect("still there"), b"mine");
    let (mut writer, _) = self::writer(Options::new());
    assert_eq!(writer.create_next(&path).expect_err("there").kind(), ErrorKind::Exists);
    assert!(!writer.has_ended(), "nothing was finished");
    writer.create_next(folder.path().join("b.parquet")).expect("goes on");
}

#[test]
fn what_is_no_parquet_is_told_by_inspect() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.parquet");
    std::fs::write(&path, "PAR1 no, it is not PAR1").expect("written");
    let error = bucksaw_inspect::File::open(&path).expect_err("no Parquet");
    assert_eq!(error.kind(), ErrorKind::InvalidParquet);
}

#[test]
fn more_metadata_than_the_limit_holds_ends_the_writer() {
    let options = Options::new().memory_limit(8 << 20).row_group_rows(1);
    let names: Vec<String> = (0..136).map(|column| format!("column{column}")).collect();
    let error = ends(writer(options), |writer| {
        let row = || names.iter().map(|name| (name, 1));
        (0..20_000).find_map(|_| writer.write_row(row()).err()).expect("too much of it")
    });
    assert_eq!(error.kind(), ErrorKind::FileLimit);
}

/// What `ArrowWriter` keeps of finished row groups counts, too.
#[test]
fn more_metadata_than_the_limit_holds_ends_the_arrow_backend() {
    let options = Options::new().backend(BackendKind::Arrow).memory_limit(8 << 20);
    let mut writer = options.row_group_rows(1).write_to(MemorySink::new()).expect("sound options");
    let names: Vec<String> = (0..136).map(|column| format!("column{column}")).collect();
    let row = || names.iter().map(|name| (name, 1));
    let error = (0..200).find_map(|_| writer.write_row(row()).and_then(|()| writer.flush()).err());
    assert_eq!(error.expect("too much of it").kind(), ErrorKind::FileLimit);
}

/// A frame of a window of 32 MiB, of content whose size it does not tell.
#[test]
fn a_window_that_the_limit_has_no_room_for_ends_the_writer() {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("a level");
    encoder.window_log(25).expect("a window");
    encoder.write_all(b"{\"a\":2}\n").expect("memory takes everything");
    let frame = encoder.finish().expect("memory takes everything");
    let limited = |mib: usize| writer(Options::new().memory_limit(mib << 20));
    let error = ends(limited(127), |writer| read_input(writer, &frame[..]));
    assert_eq!(error.kind(), ErrorKind::MemoryLimit);
    assert_eq!(error.position().source.as_deref(), Some("input"));
    assert!(error.message().contains("a window of 32 MiB"), "{error}");
    assert!(error.message().contains("--memory-limit 128MiB"), "{error}");
    let (mut writer, _) = limited(128);
    let input = Input::ndjson("input", &frame[..], NdjsonOptions::new(), OnError::Fail);
    writer.write_input(&mut input.expect("a first byte")).expect("the advice is good");
    assert_eq!(writer.finish().expect("a file").rows, 2);
}

#[test]
fn values_that_readers_cannot_take_end_the_writer() {
    let long = "x".repeat(MAX_VALUE_BYTES + 1);
    let error = ends(writer(Options::new()), |writer| {
        writer.write_row([("a", Value::Text(&long))]).expect_err("too long")
    });
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn ids_and_blocks_of_another_table_leave_the_writer_as_it_was() {
    let id = Table::new(Options::new()).and_then(|mut table| table.column("b")).expect("a column");
    let error = goes_on(writer(Options::new()), |writer| {
        writer.write_row([(id, Value::I64(1))]).expect_err("another table's")
    });
    assert_eq!(error.kind(), ErrorKind::OtherTable);
}

/// What `main` prints of an error that it returns.
#[test]
fn errors_read_well_where_main_returns_them() {
    let (mut writer, _) = writer(closed());
    let error = writer.write_row([("b", Value::I64(1))]).expect_err("unexpected");
    assert_eq!(
        format!("Error: {error:?}"),
        "Error: row 1, column \"b\": the schema has no such column, and refuses others: declare it, or have unknown columns added or kept in _rest (Refused)"
    );
    assert!(format!("{error:#?}").contains("position: Position {"));
    let boxed: Box<dyn std::error::Error> =
        Error::io("could not read", io::Error::other("gone")).into();
    assert_eq!(format!("{boxed:?}"), "could not read: gone (Io)");
}
