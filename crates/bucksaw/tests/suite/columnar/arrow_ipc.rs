//! Arrow's stream and file.

use std::io::Read;
use std::sync::Arc;

use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{DictionaryHandling, IpcWriteOptions, StreamWriter};
use bucksaw::{Input, InputOptions, OnError, Options, Value};

use super::{batch, converted, file_of, rows_of, simple, stream_of};
use crate::support::row;

#[test]
fn streams_and_files_with_every_codec_are_the_same_rows() {
    let all = simple(20_000);
    let plain = converted(&stream_of(&all, 3_000, None), Options::new()).expect("converted").file;
    assert_eq!(rows_of(&plain), all);
    for codec in [None, Some(CompressionType::LZ4_FRAME), Some(CompressionType::ZSTD)] {
        for source in [stream_of(&all, 3_000, codec), file_of(&all, 3_000, codec)] {
            for threads in [1, 3] {
                let file = converted(&source, Options::new().threads(threads)).expect("converted");
                assert!(file.file == plain, "{codec:?}, {threads} threads");
            }
        }
    }
}

/// A source that gives one byte at a time.
struct Drops<'s>(&'s [u8]);

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let len = buffer.len().min(1);
        self.0.read(&mut buffer[..len])
    }
}

#[test]
fn a_pipe_is_read_as_it_comes_a_file_too_and_streams_behind_each_other() {
    let all = simple(300);
    let twice = [stream_of(&all, 100, None), stream_of(&all, 77, None)].concat();
    for (source, rows) in [(file_of(&all, 100, None), 300), (twice, 600)] {
        let options = InputOptions::new();
        let mut input =
            Input::open("pipe", Drops(&source), &options, OnError::Fail).expect("opened");
        let mut writer = bucksaw::Writer::from_write(std::io::sink()).expect("a writer");
        writer.write_input(&mut input).expect("written");
        assert_eq!(input.counts().rows, rows);
        assert_eq!(input.format().to_string(), "arrow");
        assert_eq!(writer.finish().expect("finished").rows, rows);
    }
}

#[test]
fn compressed_as_a_whole_it_is_read_too() {
    let all = simple(1_000);
    let source = zstd::encode_all(&stream_of(&all, 300, None)[..], 1).expect("compressed");
    assert_eq!(rows_of(&converted(&source, Options::new()).expect("converted").file), all);
}

fn dictionary(values: &[&str]) -> RecordBatch {
    let mut builder = StringDictionaryBuilder::<Int32Type>::new();
    values.iter().for_each(|value| builder.append_value(value));
    let array: ArrayRef = Arc::new(builder.finish());
    batch(vec![("a", array)])
}

#[test]
fn dictionaries_may_be_replaced_and_grow() {
    let batches = [dictionary(&["a", "b"]), dictionary(&["a", "b", "c"]), dictionary(&["x", "a"])];
    for handling in [DictionaryHandling::Resend, DictionaryHandling::Delta] {
        let mut stream = Vec::new();
        let options = IpcWriteOptions::default().with_dictionary_handling(handling);
        let mut writer =
            StreamWriter::try_new_with_options(&mut stream, &batches[0].schema(), options)
                .expect("a writer");
        batches.iter().for_each(|batch| writer.write(batch).expect("written"));
        writer.finish().expect("finished");
        drop(writer);
        let written = converted(&stream, Options::new()).expect("converted");
        let texts = ["a", "b", "a", "b", "c", "x", "a"];
        let expected: Vec<_> = texts.iter().map(|text| row(&[("a", Value::Text(text))])).collect();
        assert_eq!(written.rows(), expected, "{handling:?}");
    }
}

#[test]
fn a_batch_beyond_the_memory_limit_is_an_error_that_says_what_helps() {
    let all = simple(400_000);
    let source = stream_of(&all, 400_000, None);
    let small = Options::new().memory_limit(bucksaw::limits::MIN_MEMORY_LIMIT);
    let error = converted(&source, small).err().expect("too large");
    assert!(error.to_string().contains("raise the limit, or write smaller batches"), "{error}");
    assert!(
        error.to_string().starts_with("input: message 2 of the Arrow stream, at byte "),
        "{error}"
    );
    assert_eq!(converted(&source, Options::new()).expect("converted").report.rows, 400_000);
}

#[test]
fn batches_without_a_body_end_streams_too() {
    let nulls: ArrayRef = Arc::new(arrow_array::NullArray::new(3));
    let nulls = batch(vec![("a", nulls)]);
    let one = stream_of(&nulls, 3, None);
    for (source, rows) in [(one.clone(), 3), ([&one[..], &one].concat(), 6)] {
        let options = InputOptions::new();
        let mut input = Input::open("nulls", &source[..], &options, OnError::Fail).expect("opened");
        let mut writer = bucksaw::Writer::from_write(std::io::sink()).expect("a writer");
        writer.write_input(&mut input).expect("written");
        assert_eq!(writer.finish().expect("finished").rows, rows);
    }
}

#[test]
fn moments_beyond_all_calendars_are_their_numbers_and_no_error_is_a_value() {
    let beyond = 1_i64 << 62;
    let moments = arrow_array::TimestampSecondArray::from(vec![1, beyond]);
    let moments: ArrayRef = Arc::new(moments);
    let file = converted(&stream_of(&batch(vec![("a", moments)]), 2, None), Options::new());
    let (_, rows) = crate::support::read(&file.expect("converted").file);
    let told = format!("{rows:?}");
    assert!(told.contains(&beyond.to_string()) && !told.contains("ERROR"), "{told}");
}

/// Arrays of the type null have nothing that says which of their values are.
#[test]
fn nulls_without_a_type_stay_nulls_in_lists() {
    use arrow_array::{Array, ListArray, NullArray, StructArray};
    use arrow_buffer::OffsetBuffer;
    use arrow_schema::{DataType, Field};
    let lists = |values: ArrayRef| -> ArrayRef {
        let element = Field::new_list_field(values.data_type().clone(), true);
        let offsets = OffsetBuffer::from_lengths([1, 0]);
        Arc::new(ListArray::new(Arc::new(element), offsets, values, None))
    };
    let nulls = || -> ArrayRef { Arc::new(NullArray::new(1)) };
    let member = Arc::new(Field::new("x", DataType::Null, true));
    let structs = lists(Arc::new(StructArray::from(vec![(member, nulls())])));
    let of_lists = lists(Arc::new(ListArray::new(
        Arc::new(Field::new_list_field(DataType::Null, true)),
        OffsetBuffer::from_lengths([1]),
        nulls(),
        None,
    )));
    let columns = vec![("lists", lists(nulls())), ("structs", structs), ("of_lists", of_lists)];
    let source = stream_of(&batch(columns), 2, None);
    for backend in crate::support::BACKENDS {
        let file = converted(&source, Options::new().backend(backend)).expect("converted").file;
        let text = |column: &str| {
            let rows = crate::support::read(&file).1.into_iter();
            let cells = rows.map(|mut row| row.remove(column));
            cells.map(|cell| format!("{cell:?}")).collect::<Vec<_>>()
        };
        for (column, first) in
            [("lists", "[null]"), ("structs", r#"[{\"x\":null}]"#), ("of_lists", "[[null]]")]
        {
            let expected = [first, "[]"].map(|json| format!("Some(Text(\"{json}\"))"));
            assert_eq!(text(column), expected, "{column}");
        }
    }
}
