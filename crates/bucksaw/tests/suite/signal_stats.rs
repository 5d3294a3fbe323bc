//! What is counted of rows as logs, metrics and traces.

use std::collections::BTreeMap;

use bucksaw::{
    BackendKind, Format, Ids, Input, InputOptions, LogStats, MemorySink, NdjsonOptions, OnError,
    Options, Report, Signal, SignalStats,
};
use bucksaw_workloads::{DEFAULT_SEED, Workload};
use bytes::Bytes;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::metrics::v1::{
    Gauge, Metric, MetricsData, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, metric::Data,
    number_data_point,
};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, TracesData};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use prost::Message as _;
use serde_json::{Value as Json, json};

fn convert(source: &[u8], format: Format, options: Options) -> (Report, Vec<u8>) {
    convert_as(source, InputOptions::new().format(format), options)
}

fn convert_as(source: &[u8], read_as: InputOptions, options: Options) -> (Report, Vec<u8>) {
    let sink = MemorySink::new();
    let mut writer = options.write_to(Box::new(sink.clone())).expect("sound options");
    let mut input = Input::open("rows", source, &read_as, OnError::Fail).expect("read");
    writer.write_input(&mut input).expect("sound rows");
    (writer.finish().expect("a file"), sink.published().expect("published"))
}

/// What the footer says.
fn in_footer(file: &[u8]) -> Option<Json> {
    let reader = SerializedFileReader::new(Bytes::copy_from_slice(file)).expect("a footer");
    let pairs = reader.metadata().file_metadata().key_value_metadata()?.iter();
    let told = pairs.filter(|pair| pair.key == "bucksaw.stats").find_map(|p| p.value.clone())?;
    assert!(told.len() < 100_000, "{} bytes", told.len());
    Some(serde_json::from_str(&told).expect("JSON"))
}

fn log_stats(report: &Report) -> &LogStats {
    match &report.files[0].signal_stats {
        Some(SignalStats::Logs(stats)) => stats,
        other => unreachable!("{other:?}"),
    }
}

type Counts = BTreeMap<(Option<String>, Option<String>, Option<String>), u64>;

fn counts(stats: &LogStats) -> Counts {
    let counts = stats.counts.iter();
    counts.map(|c| ((c.start.clone(), c.level.clone(), c.stream.clone()), c.rows)).collect()
}

/// Ten seconds that begin at a multiple of them.
fn ten_seconds(at: &str) -> String {
    format!("{}0Z", &at[..18])
}

/// By a naive reading of lines with these members.
fn naive(lines: &[u8], time: &str, level: &str, stream: &str) -> Counts {
    let mut counts = Counts::new();
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let row: Json = serde_json::from_slice(line).expect("JSON");
        let text = |name: &str| row[name].as_str().map(str::to_owned);
        let key = (text(time).map(|at| ten_seconds(&at)), text(level), text(stream));
        *counts.entry(key).or_default() += 1;
    }
    counts
}

fn lines(rows: usize) -> Vec<u8> {
    let mut lines = Vec::new();
    for row in 0..rows {
        let at = format!("2026-01-02T03:{:02}:{:02}.5Z", row / 600 % 60, row / 10 % 60);
        let mut line = json!({ "timestamp": at, "message": format!("took {row} ms") });
        if row % 7 > 0 {
            line["level"] = json!(["INFO", "WARN", "ERROR"][row % 3]);
        }
        if row % 11 > 0 {
            line["service"] = json!(format!("service-{}", row % 5));
        }
        lines.extend(line.to_string().into_bytes());
        lines.push(b'\n');
    }
    lines
}

#[test]
fn rows_of_lines_are_counted_by_ten_seconds_level_and_stream() {
    let lines = lines(25_000);
    let expected = naive(&lines, "timestamp", "level", "service");
    for backend in [BackendKind::Direct, BackendKind::Arrow] {
        for settling_rows in [0, 100, 10_000] {
            let options = Options::new().backend(backend).settling_rows(settling_rows);
            let options = options.signal_stats(Signal::Logs);
            let (report, file) = convert(&lines, Format::Ndjson, options);
            let stats = log_stats(&report);
            assert!(counts(stats) == expected, "{backend:?} {settling_rows}");
            assert_eq!((stats.rows, stats.rows_not_in_counts), (25_000, 0));
            assert_eq!(stats.stream_column.as_deref(), Some("service"));
            assert_eq!((stats.distinct_streams, stats.streams.len()), (5, 5));
            // The first value alone says text, not a time.
            let times = (settling_rows > 0)
                .then_some(("2026-01-02T03:00:00.500Z", "2026-01-02T03:41:39.500Z"));
            let of_file = stats.times.first_time.as_deref().zip(stats.times.last_time.as_deref());
            assert_eq!(of_file, times);
            let told = in_footer(&file).expect("told");
            assert_eq!((&told["signal"], &told["rows"]), (&json!("logs"), &json!(25_000)));
            assert_eq!(told["streams"].as_array().map(Vec::len), Some(5));
        }
    }
}

#[test]
fn nothing_is_counted_of_rows_of_no_signal_unless_asked() {
    let (report, file) = convert(&lines(10), Format::Ndjson, Options::new());
    assert_eq!(report.files[0].signal_stats, None);
    assert_eq!(in_footer(&file), None);
}

#[test]
fn the_stream_column_is_named_by_its_path_or_its_name() {
    let lines =
        b"{\"k8s\":{\"pod\":\"a\"}}\n{\"k8s\":{\"pod\":\"b\"}}\n{\"k8s\":{\"pod\":\"b\"}}\n";
    for name in ["k8s.pod", "k8s_pod"] {
        let options = Options::new().signal_stats(Signal::Logs).stream_column(name);
        let (report, _) = convert(lines, Format::Ndjson, options);
        let stats = log_stats(&report);
        let streams: Vec<_> = stats.streams.iter().map(|s| (s.value.as_str(), s.rows)).collect();
        assert_eq!(streams, [("b", 2), ("a", 1)]);
        assert_eq!(stats.stream_column.as_deref(), Some("k8s_pod"));
        assert_eq!(report.unknown_columns, []);
        assert_eq!(stats.counts[0].start, None);
    }
    let options = Options::new().signal_stats(Signal::Logs).stream_column("pod");
    let (report, _) = convert(lines, Format::Ndjson, options);
    assert_eq!(report.unknown_columns[0].column, "pod");
    assert_eq!(log_stats(&report).stream_column, None);
}

/// Rows of OTLP are counted without being asked, and as what lines with the same values are.
#[test]
fn rows_of_otlp_logs_are_counted_for_any_number_of_threads() {
    let logs = Workload::Synth40.otlp_logs(DEFAULT_SEED, 5_000);
    let (report, file) = convert(&logs, Format::OtlpLogs, Options::new());
    let stats = log_stats(&report);
    assert_eq!(stats.rows, 5_000);
    assert_eq!(stats.stream_column.as_deref(), Some("service_name"));
    assert_eq!(stats.streams.iter().map(|stream| stream.rows).sum::<u64>(), 5_000);
    assert_eq!(counts(stats).values().sum::<u64>(), 5_000);
    let levels = stats.counts.iter().filter_map(|count| count.level.as_deref());
    assert!(levels.clone().all(|level| ["INFO", "WARN", "ERROR", "DEBUG"].contains(&level)));
    // One a second.
    let starts = stats.counts.iter().map(|count| count.start.clone().expect("a time"));
    assert!((500..=501).contains(&starts.collect::<std::collections::BTreeSet<_>>().len()));
    let (again, same) = convert(&logs, Format::OtlpLogs, Options::new().threads(3));
    assert_eq!(again.files[0].signal_stats, report.files[0].signal_stats);
    assert!(file == same);
    let told = in_footer(&file).expect("told");
    let shown = told["counts"].as_array().expect("a list");
    assert!(shown.len() < stats.counts.len(), "shortened");
    let of_shown: u64 = shown.iter().filter_map(|count| count["rows"].as_u64()).sum();
    assert_eq!(of_shown + told["rows_not_in_counts"].as_u64().unwrap_or_default(), 5_000);
}

/// A severity's number has a name where its record has no text.
#[test]
fn severities_without_text_are_named_by_their_numbers() {
    let record = |number: u8| [0x12, 2 + 2, 0x12, 2, 0x10, number];
    let request = |number| [&[0x0a, 6][..], &record(number)].concat();
    let logs: Vec<u8> = [1, 9, 12, 24, 25].into_iter().flat_map(request).collect();
    let (report, _) = convert(&logs, Format::OtlpLogs, Options::new());
    let of = |level: Option<&str>, rows| ((None, level.map(str::to_owned), None), rows);
    let expected = [of(None, 1), of(Some("FATAL"), 1), of(Some("INFO"), 2), of(Some("TRACE"), 1)];
    assert_eq!(counts(log_stats(&report)), Counts::from(expected));
}

fn attribute(key: &str) -> KeyValue {
    let value = Some(AnyValue { value: Some(Value::StringValue("x".to_owned())) });
    KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
}

#[test]
fn data_points_are_counted_by_their_metrics() {
    let point = |seconds: u64| NumberDataPoint {
        time_unix_nano: 1_700_000_000_000_000_000 + seconds * 1_000_000_000,
        attributes: vec![attribute("core")],
        value: Some(number_data_point::Value::AsInt(1)),
        ..NumberDataPoint::default()
    };
    let metric = |name: &str, unit: &str, data| Metric {
        name: name.to_owned(),
        unit: unit.to_owned(),
        data: Some(data),
        ..Metric::default()
    };
    let sum = Sum { data_points: vec![point(5), point(1)], ..Sum::default() };
    let gauge = Gauge { data_points: vec![point(3)] };
    let metrics = vec![
        metric("cpu", "s", Data::Sum(sum.clone())),
        metric("load", "", Data::Gauge(gauge)),
        metric("cpu", "s", Data::Sum(sum)),
    ];
    let scope_metrics = vec![ScopeMetrics { metrics, ..ScopeMetrics::default() }];
    let resource_metrics = vec![ResourceMetrics { scope_metrics, ..ResourceMetrics::default() }];
    let message = MetricsData { resource_metrics }.encode_to_vec();
    let (report, file) = convert(&message, Format::OtlpMetrics, Options::new());
    let expected = json!({
        "signal": "metrics", "rows": 5,
        "first_time": "2023-11-14T22:13:21Z", "last_time": "2023-11-14T22:13:25Z",
        "distinct_metrics": 2,
        "metrics": [
            {"name": "cpu", "type": "sum", "unit": "s", "rows": 4},
            {"name": "load", "type": "gauge", "unit": "", "rows": 1},
        ],
        "rows_of_other_metrics": 0,
        "labels": [{"value": "attr_core", "rows": 5}], "other_labels": 0,
    });
    assert_eq!(in_footer(&file), Some(expected.clone()));
    assert_eq!(serde_json::to_value(&report.files[0].signal_stats).expect("JSON"), expected);
}

#[test]
fn spans_are_counted_by_their_traces() {
    let spans = (0..900_u64).map(|number| Span {
        trace_id: [&[0; 8][..], &(number / 3).to_be_bytes()].concat(),
        span_id: number.to_be_bytes().to_vec(),
        start_time_unix_nano: (1 + number) * 1_000_000_000,
        end_time_unix_nano: (11 + number) * 1_000_000_000,
        attributes: vec![attribute("http.route")],
        ..Span::default()
    });
    let scope_spans = vec![ScopeSpans { spans: spans.collect(), ..ScopeSpans::default() }];
    let resource_spans = vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }];
    let message = TracesData { resource_spans }.encode_to_vec();
    let (report, _) = convert(&message, Format::OtlpTraces, Options::new());
    let Some(SignalStats::Traces(stats)) = &report.files[0].signal_stats else {
        unreachable!("{:?}", report.files[0].signal_stats)
    };
    assert_eq!(stats.times.first_time.as_deref(), Some("1970-01-01T00:00:01Z"));
    assert_eq!(stats.times.last_time.as_deref(), Some("1970-01-01T00:15:10Z"));
    assert!(stats.distinct_traces.abs_diff(300) <= 15, "{}", stats.distinct_traces);
    let read_as = InputOptions::new().format(Format::OtlpTraces).ids(Ids::Binary);
    let (binary, _) = convert_as(&message, read_as, Options::new());
    assert_eq!(binary.files[0].signal_stats, report.files[0].signal_stats);
    assert_eq!(stats.labels.len(), 1);
    assert_eq!(stats.labels[0].value, "attr_http_route");
}

/// However many streams and intervals there are, what is kept is bounded, and every row is counted.
#[test]
fn a_million_different_streams_are_counted_in_bounded_memory() {
    let options = Options::new().signal_stats(Signal::Logs).dictionary(false);
    let mut writer = options.write_to(Box::new(MemorySink::new())).expect("sound options");
    let mut line = String::new();
    let ndjson = |line: &str, writer: &mut bucksaw::Writer| {
        let options = NdjsonOptions::default();
        let mut input =
            Input::ndjson("lines", line.as_bytes(), options, OnError::Fail).expect("read");
        writer.write_input(&mut input).expect("rows");
    };
    for row in 0..1_000_000 {
        line.push_str(&format!("{{\"service\":\"s{row}\"}}\n"));
        if row % 100_000 == 99_999 {
            ndjson(&line, &mut writer);
            line.clear();
        }
    }
    let report = writer.finish().expect("a file");
    let stats = log_stats(&report);
    assert_eq!((stats.streams.len(), stats.counts.len()), (4_096, 4_096));
    assert!(stats.distinct_streams.abs_diff(1_000_000) < 50_000, "{}", stats.distinct_streams);
    assert_eq!(stats.rows_of_other_streams, 1_000_000 - 4_096);
    assert_eq!(stats.rows_not_in_counts, 1_000_000 - 4_096);
}
