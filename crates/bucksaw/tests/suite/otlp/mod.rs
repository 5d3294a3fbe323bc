//! OTLP as protobuf and as JSON, against the types that prost makes of its definition.

pub(crate) mod clickhouse;
mod fields;
mod generate;
mod ids;
mod json;
pub(crate) mod kinds;
mod logs;
mod metrics;
mod mixed;
mod model;
mod sources;
mod traces;

use std::sync::{Arc, Mutex};

use bucksaw::{
    Error, Format, Input, InputCounts, InputOptions, MemorySink, OnError, Options, Rejection,
    Rejects, Result,
};

use crate::support::{Cell, Row, read};

/// What was rejected: its bytes as they are kept, and why.
#[derive(Clone, Default)]
pub(super) struct Kept(Arc<Mutex<(Vec<u8>, Vec<Rejection>)>>);

impl Rejects for Kept {
    fn part(&mut self, bytes: &[u8]) -> Result<()> {
        self.0.lock().expect("sound").0.extend_from_slice(bytes);
        Ok(())
    }

    fn end(&mut self, rejection: &Rejection) -> Result<()> {
        self.0.lock().expect("sound").1.push(rejection.clone());
        Ok(())
    }
}

/// What was read.
pub(super) struct Read {
    pub(super) file: Vec<u8>,
    pub(super) counts: InputCounts,
    pub(super) kept: Vec<u8>,
    pub(super) rejections: Vec<Rejection>,
}

/// Converts a source, and keeps what is rejected.
pub(super) fn convert_keeping(
    source: &[u8],
    format: Format,
    options: Options,
) -> Result<Read, Error> {
    let kept = Kept::default();
    let mut rejects = kept.clone();
    let sink = MemorySink::new();
    let mut writer = options.write_to(Box::new(sink.clone()))?;
    let on_error = OnError::Keep(&mut rejects);
    let mut input = Input::open("logs", source, &InputOptions::new().format(format), on_error)?;
    writer.write_input(&mut input)?;
    let counts = input.counts();
    drop(input);
    let report = writer.finish()?;
    assert_eq!((report.rows, report.rejected), (counts.rows, counts.rejected));
    assert_eq!(counts.records, counts.rows + counts.rejected);
    let (kept, rejections) = kept.0.lock().expect("sound").clone();
    Ok(Read { file: sink.published().expect("a file"), counts, kept, rejections })
}

/// The names and the rows of a source of which nothing is rejected.
pub(super) fn rows(source: &[u8], options: Options) -> (Vec<String>, Vec<Row>) {
    let converted = convert_keeping(source, Format::OtlpLogs, options).expect("sound");
    assert_eq!(converted.rejections, []);
    read(&converted.file)
}

/// Rows with what is in `_rest` left to other tests: a cell says that there is something.
fn without_rest(rows: Vec<Row>) -> Vec<Row> {
    let mark = |mut row: Row| {
        if let Some(rest) = row.get_mut("_rest") {
            *rest = Cell::Bool(true);
        }
        row
    };
    rows.into_iter().map(mark).collect()
}

/// A message behind its length.
pub(super) fn prefixed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("short");
    [&length.to_be_bytes()[..], message].concat()
}

/// Whether both readings of a message agree: on the rows, or on that something is wrong.
pub(super) fn check(
    message: &[u8],
    format: Format,
    expected: Result<Vec<Row>, prost::DecodeError>,
) {
    let options = Options::new().text_prefixes(model::PREFIXES);
    let ours = convert_keeping(&prefixed(message), format, options).expect("a file");
    match expected {
        Ok(expected) => {
            // prost reads over groups.
            if ours.rejections.iter().any(|rejection| rejection.reason.contains("a group")) {
                return;
            }
            // Behind its length, a message that begins with an unknown field is taken for a damaged one.
            if !matches!(message, [] | [0x0a, ..]) && !ours.rejections.is_empty() {
                return;
            }
            assert_eq!(ours.rejections, []);
            assert_eq!(without_rest(read(&ours.file).1), expected);
        }
        Err(error) => assert!(!ours.rejections.is_empty(), "{error}"),
    }
}
