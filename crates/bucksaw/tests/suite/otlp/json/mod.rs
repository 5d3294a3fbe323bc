//! OTLP/JSON becomes the rows that the same messages in protobuf become.

mod definition;
mod messages;
mod sources;

use bucksaw::{Format, Options};
use proptest::prelude::*;
use prost::DecodeError;

use self::definition::{Definition, Plain, Spelling};
use super::convert_keeping;
use super::model::PREFIXES;
use crate::support::{Row, read};

/// A signal: its format, its data in the definition.
pub(super) const LOGS: (Format, &str) = (Format::OtlpLogs, ".opentelemetry.proto.logs.v1.LogsData");
pub(super) const TRACES: (Format, &str) =
    (Format::OtlpTraces, ".opentelemetry.proto.trace.v1.TracesData");
pub(super) const METRICS: (Format, &str) =
    (Format::OtlpMetrics, ".opentelemetry.proto.metrics.v1.MetricsData");

/// Spelled by these choices, again and again.
pub(super) struct Choices(Vec<usize>, usize);

impl Choices {
    pub(super) fn new(choices: Vec<usize>) -> Self {
        Self(choices, 0)
    }
}

impl Spelling for Choices {
    fn choose(&mut self, below: usize) -> usize {
        self.1 += 1;
        self.0.get(self.1 % self.0.len().max(1)).map_or(0, |choice| choice % below)
    }
}

pub(super) fn choices() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(0..60_usize, 1..40)
}

fn options() -> Options {
    Options::new().text_prefixes(PREFIXES)
}

/// The names and rows of a source of which nothing is rejected.
fn rows(source: &[u8], format: Format) -> (Vec<String>, Vec<Row>) {
    let converted = convert_keeping(source, format, options()).expect("sound");
    assert_eq!(converted.rejections, [], "{}", String::from_utf8_lossy(source));
    assert_eq!(converted.counts.bytes, source.len() as u64);
    read(&converted.file)
}

/// A message as JSON.
pub(super) fn as_json((_, name): (Format, &str), message: &[u8]) -> String {
    Definition::new().json(name, message, &mut Plain)
}

/// Whether a message comes to the same rows in both encodings.
pub(super) fn check_json((format, name): (Format, &str), message: &[u8], choices: Vec<usize>) {
    if message.is_empty() {
        // A source of nothing has no columns, an empty object has.
        return;
    }
    let definition = Definition::new();
    let expected = rows(message, format);
    let plain = definition.json(name, message, &mut Plain);
    assert_eq!(rows(plain.as_bytes(), format), expected, "{plain}");
    let spelled = definition.json(name, message, &mut Choices::new(choices));
    assert_eq!(rows(spelled.as_bytes(), format), expected, "{spelled}");
}

/// Whether both readings of a text agree: on the rows, or on that something is wrong.
pub(super) fn check_changed(
    (format, name): (Format, &str),
    text: &[u8],
    rows_of: impl Fn(&[u8]) -> Result<Vec<Row>, DecodeError>,
) {
    let definition = Definition::new();
    let ours = convert_keeping(text, format, options());
    let naive = definition.data_of(name, text).map_err(|refused| refused.0);
    let naive = naive.and_then(|data| rows_of(&data).map_err(|error| error.to_string()));
    let told = String::from_utf8_lossy(text);
    if !text.starts_with(b"{") {
        // It may be protobuf, too.
        return;
    }
    let ours = ours.expect("a file");
    match naive {
        Ok(expected) => {
            assert_eq!(ours.rejections, [], "{told}");
            assert_eq!(super::without_rest(read(&ours.file).1), expected, "{told}");
        }
        Err(reason) => assert!(!ours.rejections.is_empty(), "{reason}: {told}"),
    }
}

/// A message's bytes.
pub(super) fn bytes(message: &impl prost::Message) -> Vec<u8> {
    message.encode_to_vec()
}
