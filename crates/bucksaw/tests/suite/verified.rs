//! Files that are read back before they are published: what is as it was to be written is, and nothing else.

use bucksaw::{
    BackendKind, Compression, Dataset, ErrorKind, MemorySink, Options, Published, ReadBack, Result,
    Sink, SortKey, StreamSink, Value,
};

/// Changes a bit of what passes.
struct Flipping {
    sink: MemorySink,
    byte: usize,
    bit: u8,
    passed: usize,
}

impl Flipping {
    fn new(sink: &MemorySink, byte: usize, bit: u8) -> Self {
        Self { sink: sink.clone(), byte, bit, passed: 0 }
    }
}

impl Sink for Flipping {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let mut bytes = bytes.to_vec();
        if let Some(byte) = self.byte.checked_sub(self.passed).and_then(|at| bytes.get_mut(at)) {
            *byte ^= 1 << self.bit;
        }
        self.passed += bytes.len();
        self.sink.write(&bytes)
    }

    fn read_back(&mut self) -> Result<Option<ReadBack>> {
        self.sink.read_back()
    }

    fn publish(self: Box<Self>) -> Result<Published> {
        Box::new(self.sink).publish()
    }

    fn discard(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}

/// Writes some rows of several types, lists and nulls among them.
fn write(options: Options, sink: impl Sink + 'static) -> Result<()> {
    let mut writer = options.verify(true).write_to(sink)?;
    let texts = ["a", "of more than a few bytes", "", "ä"];
    for row in 0..40_i64 {
        let list = [Value::I64(row), Value::Null, Value::I64(row % 3)];
        let mut members = vec![
            ("n", Value::I64(row * 1_000)),
            ("text", Value::Text(texts[(row % 4) as usize])),
            ("list", Value::List(&list[..(row % 4).min(3) as usize])),
        ];
        if row % 3 > 0 {
            members.push(("d", Value::F64(row as f64 / 7.0)));
            members.push(("b", Value::Bool(row % 2 == 0)));
        }
        writer.write_row(members)?;
    }
    writer.finish().map(|_| ())
}

fn plain() -> Options {
    Options::new().compression(Compression::None).row_group_rows(16)
}

#[test]
fn no_bit_changes_on_its_way_without_an_error() {
    let sink = MemorySink::new();
    write(plain(), sink.clone()).expect("it is as it was to be written");
    let whole = sink.published().expect("a file");
    let mut told = 0;
    for byte in (0..whole.len()).step_by(7) {
        let sink = MemorySink::new();
        let flipping = Flipping::new(&sink, byte, (byte % 8) as u8);
        let error = write(plain(), flipping).expect_err("another bit");
        assert_eq!(error.kind(), ErrorKind::Io, "{byte}: {error}");
        assert!(error.message().contains("is not published"), "{byte}: {error}");
        assert!(sink.published().is_none(), "{byte}");
        told += usize::from(error.position().column.is_some());
    }
    assert!(told > 50, "{told} errors tell the column");
}

/// Has another file read back, as if an encoder had made that of the rows.
struct Exchanged(Vec<u8>);

impl Sink for Exchanged {
    fn write(&mut self, _: &[u8]) -> Result<()> {
        Ok(())
    }

    fn read_back(&mut self) -> Result<Option<ReadBack>> {
        Ok(Some(ReadBack::Bytes(self.0.clone())))
    }

    fn publish(self: Box<Self>) -> Result<Published> {
        unreachable!("it is wrong")
    }

    fn discard(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}

/// A number, and a list of numbers.
type ListRow<'r> = (Option<i64>, &'r [i64]);

fn write_lists(rows: &[ListRow<'_>], sink: impl Sink + 'static) -> Result<()> {
    let mut writer = Options::new().verify(true).write_to(sink)?;
    for (number, list) in rows {
        let list: Vec<Value<'_>> = list.iter().map(|element| Value::I64(*element)).collect();
        let number = number.map_or(Value::Null, Value::I64);
        writer.write_row([("n", number), ("l", Value::List(&list))])?;
    }
    writer.finish().map(|_| ())
}

#[test]
fn what_an_encoder_does_otherwise_is_told_with_the_column() {
    let rows: [ListRow<'_>; 3] = [(Some(1), &[1, 2]), (None, &[3]), (Some(2), &[])];
    let file = |rows: &[ListRow<'_>]| {
        let sink = MemorySink::new();
        write_lists(rows, sink.clone()).expect("it is as it was");
        sink.published().expect("a file")
    };
    let others: [(Option<&str>, &[ListRow<'_>], &str); 6] = [
        (Some("n"), &[(Some(1), &[1, 2]), (None, &[3]), (Some(3), &[])], "its values"),
        (Some("n"), &[(Some(1), &[1, 2]), (Some(2), &[3]), (None, &[])], "its values"),
        (Some("n"), &[(Some(1), &[1, 2]), (Some(7), &[3]), (Some(2), &[])], "it has 3 values"),
        (Some("l"), &[(Some(1), &[2, 1]), (None, &[3]), (Some(2), &[])], "its values"),
        (Some("l"), &[(Some(1), &[1]), (None, &[2, 3]), (Some(2), &[])], "its values"),
        (None, &rows[..2], "it has 2 rows, and 3 were written"),
    ];
    for (column, other, why) in others {
        let error = write_lists(&rows, Exchanged(file(other))).expect_err("another file");
        assert_eq!(error.position().column.as_deref(), column, "{error}");
        assert!(error.message().contains(why), "{error}");
    }
}

#[test]
fn the_error_says_which_column_is_wrong() {
    let sink = MemorySink::new();
    write(plain(), sink.clone()).expect("a file");
    let whole = sink.published().expect("a file");
    let text = b"of more than a few bytes";
    let at = whole.windows(text.len()).position(|bytes| bytes == text).expect("the text");
    let error = write(plain(), Flipping::new(&MemorySink::new(), at, 0)).expect_err("another text");
    assert_eq!(error.position().column.as_deref(), Some("text"));
    let told = "the file that was written is wrong, and is not published: it can't be read: ";
    assert!(error.message().starts_with(told), "{error}");
    assert!(error.message().contains("checksum"), "{error}");
}

#[test]
fn files_of_any_order_and_backend_are_as_they_were_to_be_written() {
    let backends = [BackendKind::Direct, BackendKind::Arrow];
    let keys = |text| SortKey::list(text).expect("keys");
    for backend in backends {
        for options in [
            plain(),
            Options::new().settling_rows(5),
            Options::new().row_group_rows(7).cluster_by(keys("text")),
            Options::new().sort_by(keys("text,n:desc")),
        ] {
            write(options.backend(backend), MemorySink::new()).expect("it is as it was");
        }
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.parquet");
        let mut writer =
            Options::new().backend(backend).verify(true).create(&path).expect("a writer");
        writer.write_row([("n", 1_i64)]).expect("a row");
        writer.finish().expect("a file");
        assert!(path.is_file());
    }
}

#[test]
fn files_of_datasets_are_verified_and_streams_can_not_be() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options::new().verify(true).roll_rows(3);
    let mut writer = Dataset::open(folder.path(), options).and_then(Dataset::write).expect("one");
    for row in 0..10_i64 {
        writer.write_row([("n", row)]).expect("a row");
    }
    assert_eq!(writer.finish().expect("files").files[0].files, 4);
    let stream = StreamSink::new(std::io::sink());
    let error = write(Options::new(), stream).expect_err("what was passed on is gone");
    assert_eq!(error.kind(), ErrorKind::Options);
}
