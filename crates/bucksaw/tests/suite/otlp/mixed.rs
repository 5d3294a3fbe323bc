//! Sources with several signals.

use std::collections::BTreeMap;

use bucksaw::{ErrorKind, Format, Input, InputOptions, MemorySink, OnError, Options, Signal};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, LogsData, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::{
    Gauge, Metric, MetricsData, NumberDataPoint, ResourceMetrics, ScopeMetrics, metric,
    number_data_point,
};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, TracesData};
use prost::Message as _;

use super::kinds::tables;
use super::prefixed;

const SIGNALS: [Signal; 3] = [Signal::Logs, Signal::Traces, Signal::Metrics];

fn attributes(number: u64) -> Vec<KeyValue> {
    let value = any_value::Value::IntValue(number.cast_signed());
    let value = Some(AnyValue { value: Some(value) });
    vec![KeyValue { key: "number".to_owned(), value, ..KeyValue::default() }]
}

/// A request of a signal with three records.
fn request(signal: usize, number: u64) -> Vec<u8> {
    let numbers = number * 3..number * 3 + 3;
    match signal {
        0 => {
            let record = |number| LogRecord {
                time_unix_nano: 1_000 + number,
                attributes: attributes(number),
                ..LogRecord::default()
            };
            let log_records = numbers.map(record).collect();
            let scope_logs = vec![ScopeLogs { log_records, ..ScopeLogs::default() }];
            let resource_logs = vec![ResourceLogs { scope_logs, ..ResourceLogs::default() }];
            LogsData { resource_logs }.encode_to_vec()
        }
        1 => {
            let span = |number| Span {
                trace_id: vec![7; 16],
                span_id: vec![8; 8],
                start_time_unix_nano: 1_000 + number,
                attributes: attributes(number),
                ..Span::default()
            };
            let spans = numbers.map(span).collect();
            let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
            let resource_spans = vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }];
            TracesData { resource_spans }.encode_to_vec()
        }
        _ => {
            let point = |number| NumberDataPoint {
                time_unix_nano: 1_000 + number,
                attributes: attributes(number),
                value: Some(number_data_point::Value::AsDouble(0.5)),
                ..NumberDataPoint::default()
            };
            let gauge = Gauge { data_points: numbers.map(point).collect() };
            let data = Some(metric::Data::Gauge(gauge));
            let metrics = vec![Metric { name: "share".to_owned(), data, ..Metric::default() }];
            let scope_metrics = vec![ScopeMetrics { metrics, ..ScopeMetrics::default() }];
            let resource_metrics =
                vec![ResourceMetrics { scope_metrics, ..ResourceMetrics::default() }];
            MetricsData { resource_metrics }.encode_to_vec()
        }
    }
}

/// The file of each signal.
fn files(source: &[u8], options: &Options) -> BTreeMap<String, Vec<u8>> {
    tables(source, &InputOptions::new(), options).files
}

#[test]
fn each_signal_gets_the_rows_that_it_would_get_alone() {
    // Short runs and long ones, over chunks' ends.
    let mut order = Vec::new();
    for number in 0..3_000 {
        let alternates = !(60..=1_500).contains(&number);
        let signal = if alternates { number % 3 } else { number / 400 % 3 };
        order.push((signal as usize, number));
    }
    let whole: fn(Vec<u8>) -> Vec<u8> = |message| message;
    for form in [whole, |message| prefixed(&message)] {
        let source_of = |signals: &[usize]| -> Vec<u8> {
            let chosen = order.iter().filter(|(signal, _)| signals.contains(signal));
            chosen.flat_map(|(signal, number)| form(request(*signal, *number))).collect()
        };
        let options = Options::new().row_group_rows(1_000);
        let one = files(&source_of(&[0, 1, 2]), &options.clone().threads(1));
        assert!(one == files(&source_of(&[0, 1, 2]), &options.clone().threads(3)));
        let names: Vec<&String> = one.keys().collect();
        assert_eq!(names, ["logs", "metrics", "traces"]);
        for (signal, name) in SIGNALS.iter().enumerate() {
            let alone = files(&source_of(&[signal]), &options.clone().threads(1));
            let (_, mixed) = crate::support::read(&one[&name.to_string()]);
            let (_, alone) = crate::support::read(&alone[&name.to_string()]);
            assert!(alone.len() > 400 && mixed == alone, "{name}");
        }
    }
}

#[test]
fn one_table_takes_one_signal() {
    let source = [request(0, 1), request(1, 2)].concat();
    let mut input =
        Input::open("mixed", &source[..], &InputOptions::new(), OnError::Fail).expect("readable");
    let mut writer = Options::new().write_to(MemorySink::new()).expect("sound options");
    let error = writer.write_input(&mut input).expect_err("two tables");
    assert_eq!(error.kind(), ErrorKind::InputFormat);
    assert!(error.to_string().contains("logs are followed by traces"), "{error}");
    // Told that there are logs only, it has records that are none.
    let options = InputOptions::new().format(Format::OtlpLogs);
    let mut input = Input::open("mixed", &source[..], &options, OnError::Skip).expect("readable");
    let mut writer = Options::new().write_to(MemorySink::new()).expect("sound options");
    writer.write_input(&mut input).expect("one table");
    assert_eq!((input.counts().rows, input.counts().rejected), (3, 3));
}

/// Behind a line that is cut between its resources, those of other signals are told, too.
#[test]
fn lines_behind_a_long_one_may_be_of_another_signal() {
    let resource = |index: usize| {
        format!(
            r#"{{"scopeLogs":[{{"logRecords":[{{"body":{{"stringValue":"{index}{}"}}}}]}}]}}"#,
            "x".repeat(400)
        )
    };
    let resources: Vec<String> = (0..2_000).map(resource).collect();
    let logs = format!(r#"{{"resourceLogs":[{}]}}"#, resources.join(","));
    let span = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"b"}]}]}]}"#;
    for between in ["\n", ""] {
        let source = [logs.as_str(), span, logs.as_str(), span, span].join(between);
        for threads in [1, 3] {
            let files = files(source.as_bytes(), &Options::new().threads(threads));
            assert_eq!(crate::support::read(&files["logs"]).1.len(), 4_000);
            assert_eq!(crate::support::read(&files["traces"]).1.len(), 3);
        }
    }
}

#[test]
fn lines_of_json_may_be_of_several_signals() {
    let log = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"a"}}]}]}]}"#;
    let span = r#" { "resourceSpans":[{"scopeSpans":[{"spans":[{"name":"b","kind":2}]}]}]}"#;
    let point = r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"c","gauge":{"dataPoints":[{"asInt":"5"}]}}]}]}]}"#;
    let padding = " ".repeat(1_000);
    for order in [vec![log, span, point], vec![span, log, log, point, span], vec![point, log]] {
        let lines: Vec<String> =
            order.iter().cycle().take(999).map(|line| format!("{line}{padding}\n")).collect();
        let count = |of: &str| lines.iter().filter(|line| line.starts_with(of)).count();
        // As exporters write them: without spaces.
        let one_line = order.iter().cycle().take(999).map(|message| message.replace(' ', ""));
        let one_line: String = one_line.collect();
        for source in [lines.concat(), lines.concat().trim_end().to_owned(), one_line] {
            let one = files(source.as_bytes(), &Options::new().threads(1));
            assert!(one == files(source.as_bytes(), &Options::new().threads(3)));
            for (name, of) in [("logs", log), ("traces", span), ("metrics", point)] {
                let rows = one.get(name).map_or(0, |file| crate::support::read(file).1.len());
                assert_eq!(rows, count(of), "{name}");
            }
        }
    }
}
