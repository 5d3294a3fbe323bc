//! Any bytes as OTLP of each signal: in protobuf the same rows as what prost makes of them, in JSON the same rows as
//! the message that a naive reading comes to; or both refuse.

use bucksaw::{Format, InputOptions, Options, Result};
use opentelemetry_proto::tonic::logs::v1::LogsData;
use opentelemetry_proto::tonic::metrics::v1::MetricsData;
use opentelemetry_proto::tonic::trace::v1::TracesData;
use prost::{DecodeError, Message};

use crate::definition::{Definition, Plain, Spelling};
use crate::mutations::Noise;
use crate::support::inputs::{Converted, convert_source};
use crate::support::{Cell, Row};

/// Objects and arrays within each other that the naive reading follows.
const DEPTH: usize = 300;
/// What a zstd frame begins with.
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// A signal: its format, and its data in the definition.
const SIGNALS: [(Format, &str); 3] = [
    (Format::OtlpLogs, ".opentelemetry.proto.logs.v1.LogsData"),
    (Format::OtlpTraces, ".opentelemetry.proto.trace.v1.TracesData"),
    (Format::OtlpMetrics, ".opentelemetry.proto.metrics.v1.MetricsData"),
];

/// The first byte chooses signal, encoding and options, the others are the source.
pub fn run(input: &[u8]) {
    let Some((choice, source)) = input.split_first() else { return };
    let (signal, choice) = (SIGNALS[usize::from(choice % 3)], choice / 3);
    let how = How { is_typed: choice & 2 > 0, is_slow: choice & 4 > 0 };
    match choice & 1 {
        0 => protobuf(signal, source, &how),
        _ => json(signal, source, &how),
    }
}

struct How {
    is_typed: bool,
    /// With several threads, and a few bytes at a time.
    is_slow: bool,
}

impl How {
    fn convert(&self, source: &[u8], format: Format) -> Result<Converted> {
        let options = match self.is_typed {
            true => Options::new(),
            false => Options::new().text_prefixes(["resource_", "scope_", "attr_"]),
        };
        let read_as = InputOptions::new().format(format);
        let (threads, step) = if self.is_slow { (3, 7) } else { (1, usize::MAX) };
        convert_source(source, step, &read_as, options.threads(threads))
    }
}

/// Rows without the sign of 0, which protobuf leaves out where 0 is meant anyway.
fn rows(converted: &Converted) -> Vec<Row> {
    fn unsigned(cell: &mut Cell) {
        match cell {
            Cell::F64(bits) if *bits == (-0.0_f64).to_bits() => *bits = 0,
            Cell::List(cells) => cells.iter_mut().flatten().for_each(unsigned),
            _ => {}
        }
    }
    let mut rows = converted.rows();
    rows.iter_mut().flat_map(|row| row.values_mut()).for_each(unsigned);
    rows
}

fn prefixed(message: &[u8]) -> Vec<u8> {
    [&(message.len() as u32).to_be_bytes()[..], message].concat()
}

/// A message as prost writes it that has read it.
fn rewritten(format: Format, message: &[u8]) -> Result<Vec<u8>, DecodeError> {
    Ok(match format {
        Format::OtlpTraces => TracesData::decode(message)?.encode_to_vec(),
        Format::OtlpMetrics => MetricsData::decode(message)?.encode_to_vec(),
        _ => LogsData::decode(message)?.encode_to_vec(),
    })
}

fn protobuf((format, _): (Format, &str), message: &[u8], how: &How) {
    // Whatever it is, it is read to its end.
    let _ = how.convert(message, Format::Auto);
    let _ = how.convert(message, format);
    // Behind its length such a message is compressed, and what can't be decompressed is an error.
    if message.starts_with(&ZSTD_MAGIC) {
        return;
    }
    let ours = how.convert(&prefixed(message), format).expect("what is broken is rejected");
    let rejected = &ours.kept.rejections;
    // prost reads over groups, and lets less nest.
    if rejected.iter().any(|rejection| rejection.reason.contains("a group")) {
        return;
    }
    match rewritten(format, message) {
        Err(error) if error.to_string().contains("recursion limit") => {}
        Err(error) => assert!(!rejected.is_empty(), "prost refuses it: {error}"),
        Ok(again) => {
            if rejected.iter().any(|rejection| is_ours_alone(&rejection.reason)) {
                return;
            }
            if !begins_with_list(message) && !rejected.is_empty() {
                return;
            }
            assert_eq!(*rejected, []);
            let again = how.convert(&prefixed(&again), format).expect("prost has written it");
            assert_eq!(again.kept.rejections, []);
            assert_eq!(rows(&ours), rows(&again));
        }
    }
}

/// Whether a message begins as messages do. Behind its length another beginning is taken for damage, though protobuf lets unknown fields
/// stand anywhere.
fn begins_with_list(message: &[u8]) -> bool {
    matches!(message, [] | [0x0a, ..])
}

/// Whether what is sound is rejected, for what it would take.
fn is_ours_alone(reason: &str) -> bool {
    reason.contains("nest too deep") || reason.contains("too many values")
}

fn json((format, name): (Format, &str), source: &[u8], how: &How) {
    let ours = how.convert(source, format);
    let _ = how.convert(source, Format::Auto);
    let is_json = source.first().is_some_and(|first| matches!(first, b'{' | b'['));
    if !is_json || depth(source) > DEPTH {
        return;
    }
    let ours = ours.expect("what is broken is rejected");
    assert_eq!(ours.counts.bytes, source.len() as u64);
    let message = match Definition::new().data_of(name, source) {
        Ok(message) => message,
        Err(refused) => {
            assert!(
                !ours.kept.rejections.is_empty(),
                "the naive reading refuses it: {}",
                refused.0
            );
            return;
        }
    };
    let theirs = how.convert(&prefixed(&message), format).expect("a sound message");
    assert_eq!(ours.kept.rejections.len(), theirs.kept.rejections.len());
    assert_eq!(rows(&ours), rows(&theirs));
}

fn depth(source: &[u8]) -> usize {
    source.iter().filter(|byte| matches!(byte, b'{' | b'[')).count()
}

impl Spelling for Noise {
    fn choose(&mut self, below: usize) -> usize {
        self.below(below)
    }
}

/// Messages of each signal in both encodings, made by the definition.
pub fn seeds() -> Vec<Vec<u8>> {
    let definition = Definition::new();
    let mut seeds = Vec::new();
    for number in 0..48 {
        let mut noise = Noise::new(number);
        let signal = number as usize % SIGNALS.len();
        let name = SIGNALS[signal].1;
        let message = definition.made(name, &mut |below| noise.below(below));
        let json = match number % 4 {
            0 => definition.json(name, &message, &mut Plain),
            _ => definition.json(name, &message, &mut noise),
        };
        let choice = |is_json: usize| (signal + 3 * (is_json + number as usize / 24 * 2)) as u8;
        seeds.push([&[choice(0)][..], &message].concat());
        seeds.push([&[choice(1)][..], json.as_bytes()].concat());
    }
    seeds
}
