//! Metrics in ClickHouse's layout: each kind is a table of its own, whatever stands beside it.

use std::collections::BTreeMap;

use bucksaw::{
    Format, Input, InputCounts, InputOptions, MemorySink, MetricKind, OnError, Options, OtlpLayout,
    Rejection, Writer,
};
use opentelemetry_proto::tonic::metrics::v1::{MetricsData, ResourceMetrics, metric::Data};
use proptest::prelude::*;
use prost::Message as _;

use super::json::{METRICS, as_json};
use super::{Kept, convert_keeping, generate, metrics, prefixed};
use crate::support::{Cell, Row, read};

/// What a source came to: the file of each table by its name, and what was rejected.
pub(crate) struct Tables {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    counts: InputCounts,
    rejections: Vec<Rejection>,
    kept: Vec<u8>,
}

/// Converts a source to a file for each table.
pub(crate) fn tables(source: &[u8], read_as: &InputOptions, options: &Options) -> Tables {
    let mut kept = Kept::default();
    let told = kept.clone();
    let mut input =
        Input::open("source", source, read_as, OnError::Keep(&mut kept)).expect("readable");
    let mut writers: BTreeMap<String, (MemorySink, Writer)> = BTreeMap::new();
    while let Some(table) = input.next_table(options) {
        let (_, writer) = writers.entry(table.to_string()).or_insert_with(|| {
            let sink = MemorySink::new();
            let writer = options.clone().write_to(sink.clone()).expect("sound options");
            (sink, writer)
        });
        while writer.write_next(&mut input).expect("sound") {}
    }
    let counts = input.counts();
    drop(input);
    let rows: u64 = writers.values().map(|(_, writer)| writer.rows()).sum();
    assert_eq!(counts.rows, rows);
    let finished = writers.into_iter().filter(|(_, (_, writer))| writer.rows() > 0);
    let files = finished.map(|(table, (sink, writer))| {
        writer.finish().expect("a file");
        (table, sink.published().expect("published"))
    });
    let files = files.collect();
    let (kept, rejections) = std::mem::take(&mut *told.0.lock().expect("sound"));
    Tables { files, counts, rejections, kept }
}

fn clickhouse() -> InputOptions {
    InputOptions::new().format(Format::OtlpMetrics).layout(OtlpLayout::ClickHouse)
}

fn kind_of(data: &Data) -> MetricKind {
    match data {
        Data::Gauge(_) => MetricKind::Gauge,
        Data::Sum(_) => MetricKind::Sum,
        Data::Histogram(_) => MetricKind::Histogram,
        Data::ExponentialHistogram(_) => MetricKind::ExponentialHistogram,
        Data::Summary(_) => MetricKind::Summary,
    }
}

/// The same resources and scopes with metrics of one kind alone.
fn only(data: &MetricsData, kind: MetricKind) -> MetricsData {
    let mut data = data.clone();
    let resources = data.resource_metrics.iter_mut();
    for scope in resources.flat_map(|resource| &mut resource.scope_metrics) {
        scope.metrics.retain(|metric| metric.data.as_ref().is_some_and(|of| kind_of(of) == kind));
    }
    data
}

/// By the table's name, its rows.
fn rows_of(tables: &Tables) -> BTreeMap<String, Vec<Row>> {
    tables.files.iter().map(|(table, file)| (table.clone(), read(file).1)).collect()
}

/// The names and kinds of data points, of the flat layout.
fn flat_names(source: &[u8]) -> BTreeMap<String, Vec<Option<Cell>>> {
    let flat = convert_keeping(source, Format::OtlpMetrics, Options::new()).expect("sound");
    let mut names: BTreeMap<String, Vec<Option<Cell>>> = BTreeMap::new();
    for row in read(&flat.file).1 {
        let Some(Cell::Text(kind)) = row.get("type") else { unreachable!("a kind: {row:?}") };
        names
            .entry(format!("metrics of the kind {kind}"))
            .or_default()
            .push(row.get("name").cloned());
    }
    names
}

fn check_alone(data: &MetricsData, form: impl Fn(Vec<u8>) -> Vec<u8>, options: &Options) {
    let whole = form(data.encode_to_vec());
    let together = tables(&whole, &clickhouse(), &options.clone().threads(1));
    assert!(together.files == tables(&whole, &clickhouse(), &options.clone().threads(3)).files);
    assert_eq!(together.counts.bytes, whole.len() as u64);
    assert_eq!(together.rejections, []);
    let rows = rows_of(&together);
    let mut alone = BTreeMap::new();
    for kind in MetricKind::ALL {
        let source = form(only(data, kind).encode_to_vec());
        let tables = tables(&source, &clickhouse(), options);
        assert!(tables.files.len() <= 1, "{:?}", tables.files.keys());
        alone.extend(rows_of(&tables));
    }
    assert!(rows == alone, "{:?} {:?}", rows.keys(), alone.keys());
    let named = |rows: &Vec<Row>| rows.iter().map(|row| row.get("MetricName").cloned()).collect();
    let names: BTreeMap<String, Vec<Option<Cell>>> =
        rows.iter().map(|(table, rows)| (table.clone(), named(rows))).collect();
    assert!(names == flat_names(&whole));
}

fn json(message: &[u8]) -> Vec<u8> {
    as_json(METRICS, message).into_bytes()
}

/// What is rejected, whatever in which order.
fn told(rejections: &[Rejection]) -> Vec<(u64, u64, u64, String)> {
    let mut told: Vec<_> =
        rejections.iter().map(|of| (of.byte, of.line, of.column, of.reason.clone())).collect();
    told.sort();
    told
}

/// The same rejected records, once each, as in the flat layout.
fn check_rejected(source: &[u8]) {
    let flat = convert_keeping(source, Format::OtlpMetrics, Options::new()).expect("read");
    for threads in [1, 3] {
        let found = tables(source, &clickhouse(), &Options::new().threads(threads));
        assert_eq!(told(&found.rejections), told(&flat.rejections));
        let lines = |kept: &[u8]| {
            let mut lines: Vec<Vec<u8>> =
                kept.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            lines.sort();
            lines
        };
        assert_eq!(lines(&found.kept), lines(&flat.kept));
        assert_eq!(found.counts, flat.counts);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn each_kind_gets_the_rows_that_it_would_get_alone(data in metrics::data()) {
        check_alone(&data, |message| message, &Options::new());
        check_alone(&data, |message| prefixed(&message), &Options::new());
        check_alone(&data, |message| json(&message), &Options::new());
    }

    #[test]
    fn what_is_broken_is_rejected_once(data in metrics::data(), changes in generate::changes()) {
        let message = data.encode_to_vec();
        let other = generate::changed(message.clone(), &changes);
        check_rejected(&prefixed(&other));
        check_rejected(&[prefixed(&message), prefixed(&other), prefixed(&message)].concat());
        let line = [json(&message), b"\n".to_vec()].concat();
        let other = generate::changed(line.clone(), &changes);
        check_rejected(&[&line[..], &other, &line].concat());
    }
}

/// Metrics whose first byte is damaged: protobuf takes them for a field that is unknown, which profiles have.
#[test]
fn damaged_metrics_are_not_refused_for_what_they_look_like() {
    let text = [&[0x2a, 1, b'a'][..]; 2].concat();
    let damaged = [&[0x12, 6][..], &text].concat();
    let sound = super::clickhouse::metrics();
    check_rejected(&prefixed(&damaged));
    check_rejected(&[prefixed(&damaged), prefixed(&sound)].concat());
    let rows = tables(&prefixed(&sound), &clickhouse(), &Options::new()).counts.rows;
    let both = [prefixed(&damaged), prefixed(&sound)].concat();
    assert_eq!(tables(&both, &clickhouse(), &Options::new()).counts.rows, rows);
}

/// More than is read ahead at a time, with kinds that come and go.
#[test]
fn long_sources_are_gone_through_in_stretches() {
    let whole = super::clickhouse::metrics();
    let all = MetricsData::decode(&whole[..]).expect("sound");
    let mut data = MetricsData::default();
    for number in 0..2_400 {
        let kept = match number / 200 % 4 {
            0 => all.clone(),
            1 => only(&all, MetricKind::Sum),
            2 => only(&all, MetricKind::Summary),
            _ => MetricsData::default(),
        };
        data.resource_metrics.extend(kept.resource_metrics);
    }
    let options = Options::new().memory_limit(16 << 20).row_group_rows(1_000);
    check_alone(&data, |message| message, &options);
    let lines = |message: Vec<u8>| {
        let data = MetricsData::decode(&message[..]).expect("sound");
        let line = |resources: &[ResourceMetrics]| {
            let data = MetricsData { resource_metrics: resources.to_vec() };
            [json(&data.encode_to_vec()), b"\n".to_vec()].concat()
        };
        data.resource_metrics.chunks(100).map(line).collect::<Vec<_>>().concat()
    };
    check_alone(&data, lines, &options);
}

/// Names with escapes are names, names elsewhere are none; data without points, and what replaced others, makes no table.
#[test]
fn kinds_of_json_are_known_by_their_data() {
    let point = r#"{"asInt":"5","attributes":[{"key":"gauge","value":{"stringValue":"\"sum\":{\"dataPoints\":[{"}}]}"#;
    let message = |metrics: &str| {
        format!(r#"{{"resourceMetrics":[{{"scopeMetrics":[{{"metrics":[{metrics}]}}]}}]}}"#)
    };
    let names = |metrics: &str| -> Vec<String> {
        let source = message(metrics);
        check_rejected(source.as_bytes());
        let tables = tables(source.as_bytes(), &clickhouse(), &Options::new());
        tables.files.into_keys().collect()
    };
    let (gauge, sum) = ("metrics of the kind gauge", "metrics of the kind sum");
    let data = format!(r#" : {{ "dataPoints" : [ {point} ] }}"#);
    assert_eq!(names(&format!(r#"{{"name":"a","gauge"{data}}}"#)), [gauge]);
    assert_eq!(names(&format!(r#"{{"name":"a","g\u0061uge"{data}}}"#)), [gauge]);
    let escaped = data.replace("dataPoints", r"d\u0061taPoints");
    assert_eq!(names(&format!(r#"{{"sum"{escaped}}},{{"gauge"{data}}}"#)), [gauge, sum]);
    let empty =
        r#"{"sum":{"dataPoints":[ ]}},{"sum":{"isMonotonic":true}},{"sum":null},{"sum":{}}"#;
    assert_eq!(names(&format!(r#"{empty},{{"gauge"{data}}}"#)), [gauge]);
    assert_eq!(names(&format!(r#"{{"sum"{data},"gauge"{data}}}"#)), [gauge]);
    let unknown = format!(r#"{{"sum":{{"gauge":{{}},"dataPoints":[{point}]}}}}"#);
    assert_eq!(names(&unknown), [sum]);
    assert!(names(r#"{"name":"a"}"#).is_empty());
}
