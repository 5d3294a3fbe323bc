//! The layout of ClickHouse's tables: what is in which column, and what is kept beside them.

use bucksaw::{
    Format, Input, InputOptions, MemorySink, MetricKind, OnError, Options, OtlpLayout, Report,
};
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList, any_value::Value as Any,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, LogsData, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram,
    HistogramDataPoint, Metric, MetricsData, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum,
    Summary, SummaryDataPoint, exemplar, exponential_histogram_data_point::Buckets, metric::Data,
    number_data_point, summary_data_point::ValueAtQuantile,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{
    ResourceSpans, ScopeSpans, Span, Status, TracesData, span,
};
use proptest::prelude::*;
use prost::Message as _;

use super::generate;
use super::kinds::tables;
use crate::support::{Cell, Row, read};

/// 2026-01-02T03:00:00.123456789Z.
const TIME: u64 = 1_767_322_800_123_456_789;
const TRACE: &[u8] = &[0xab; 16];
const SPAN: &[u8] = &[0xcd; 8];

fn any(value: Any) -> AnyValue {
    AnyValue { value: Some(value) }
}

fn text(text: &str) -> Any {
    Any::StringValue(text.to_owned())
}

fn attribute(key: &str, value: Any) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(any(value)), ..KeyValue::default() }
}

fn resource() -> Option<Resource> {
    let attributes =
        vec![attribute("service.name", text("shop")), attribute("n", Any::IntValue(5))];
    Some(Resource { attributes, ..Resource::default() })
}

fn scope() -> Option<InstrumentationScope> {
    Some(InstrumentationScope {
        name: "lib".to_owned(),
        version: "1".to_owned(),
        attributes: vec![attribute("s", text("t"))],
        dropped_attributes_count: 0,
    })
}

/// Log records with everything, with what the tables have no column for, and bare.
pub(crate) fn logs() -> Vec<u8> {
    let list = vec![any(Any::IntValue(1)), any(text("a"))];
    let map = vec![attribute("x", Any::BoolValue(true))];
    let full = LogRecord {
        time_unix_nano: TIME,
        severity_number: 9,
        severity_text: "INFO".to_owned(),
        body: Some(any(text("hello"))),
        attributes: vec![
            attribute("user", text("me")),
            attribute("code", Any::IntValue(200)),
            attribute("ratio", Any::DoubleValue(0.5)),
            attribute("bytes", Any::BytesValue(vec![1, 2])),
            attribute("list", Any::ArrayValue(ArrayValue { values: list })),
            attribute("map", Any::KvlistValue(KeyValueList { values: map.clone() })),
            attribute("user", text("again")),
        ],
        flags: 1,
        trace_id: TRACE.to_vec(),
        span_id: SPAN.to_vec(),
        event_name: "event".to_owned(),
        ..LogRecord::default()
    };
    let other = LogRecord {
        observed_time_unix_nano: TIME + 1_000,
        body: Some(any(Any::KvlistValue(KeyValueList { values: map }))),
        dropped_attributes_count: 3,
        ..LogRecord::default()
    };
    let scope_logs = vec![ScopeLogs {
        scope: scope(),
        log_records: vec![full, other],
        schema_url: "of the scope".to_owned(),
    }];
    let bare = LogRecord { time_unix_nano: TIME, ..LogRecord::default() };
    let bare = vec![ScopeLogs { log_records: vec![bare], ..ScopeLogs::default() }];
    let logs = LogsData {
        resource_logs: vec![
            ResourceLogs {
                resource: resource(),
                scope_logs,
                schema_url: "of the resource".to_owned(),
            },
            ResourceLogs { scope_logs: bare, ..ResourceLogs::default() },
        ],
    };
    logs.encode_to_vec()
}

/// A span with everything, and one that ends before it starts.
pub(crate) fn traces() -> Vec<u8> {
    let event = |time_unix_nano, name: &str, attributes, dropped_attributes_count| span::Event {
        time_unix_nano,
        name: name.to_owned(),
        attributes,
        dropped_attributes_count,
    };
    let full = Span {
        trace_id: TRACE.to_vec(),
        span_id: SPAN.to_vec(),
        parent_span_id: SPAN.to_vec(),
        trace_state: "state".to_owned(),
        name: "GET /".to_owned(),
        kind: 2,
        start_time_unix_nano: TIME,
        end_time_unix_nano: TIME + 1_234_567,
        attributes: vec![attribute("code", Any::IntValue(200))],
        status: Some(Status { code: 2, message: "bad".to_owned() }),
        events: vec![
            event(TIME + 7, "first", vec![attribute("k", text("v"))], 0),
            event(0, "second", Vec::new(), 2),
        ],
        links: vec![span::Link {
            trace_id: TRACE.to_vec(),
            span_id: SPAN.to_vec(),
            trace_state: "link".to_owned(),
            attributes: vec![attribute("k", text("v"))],
            ..span::Link::default()
        }],
        ..Span::default()
    };
    let backwards = Span {
        name: "backwards".to_owned(),
        start_time_unix_nano: TIME,
        end_time_unix_nano: TIME - 1,
        flags: 1,
        dropped_links_count: 4,
        ..Span::default()
    };
    let scope_spans =
        vec![ScopeSpans { scope: scope(), spans: vec![full, backwards], ..ScopeSpans::default() }];
    let spans = ResourceSpans { resource: resource(), scope_spans, ..ResourceSpans::default() };
    TracesData { resource_spans: vec![spans] }.encode_to_vec()
}

/// A metric of each kind, and an integer that no double holds.
pub(crate) fn metrics() -> Vec<u8> {
    let exemplars = || {
        let exemplar = |value| Exemplar {
            time_unix_nano: TIME,
            value: Some(value),
            trace_id: TRACE.to_vec(),
            span_id: SPAN.to_vec(),
            filtered_attributes: vec![attribute("f", text("g"))],
        };
        vec![exemplar(exemplar::Value::AsInt(3)), exemplar(exemplar::Value::AsDouble(2.5))]
    };
    let number = |value, exemplars| NumberDataPoint {
        attributes: vec![attribute("a", text("b"))],
        start_time_unix_nano: TIME - 1_000,
        time_unix_nano: TIME,
        value: Some(value),
        exemplars,
        ..NumberDataPoint::default()
    };
    let int = number_data_point::Value::AsInt;
    let gauge = Gauge {
        data_points: vec![
            number(number_data_point::Value::AsDouble(1.5), exemplars()),
            number(int((1 << 53) + 1), Vec::new()),
        ],
    };
    let sum = Sum {
        data_points: vec![number(int(7), Vec::new())],
        aggregation_temporality: 2,
        is_monotonic: true,
    };
    let histogram = HistogramDataPoint {
        count: u64::MAX,
        sum: Some(4.5),
        bucket_counts: vec![1, u64::MAX],
        explicit_bounds: vec![0.5],
        min: Some(0.25),
        max: Some(4.25),
        ..HistogramDataPoint::default()
    };
    let buckets = Buckets { offset: -1, bucket_counts: vec![1, 2] };
    let exponential = ExponentialHistogramDataPoint {
        count: 3,
        scale: 2,
        zero_count: 1,
        positive: Some(buckets.clone()),
        negative: Some(buckets),
        zero_threshold: 0.25,
        ..ExponentialHistogramDataPoint::default()
    };
    let quantile_values = vec![ValueAtQuantile { quantile: 0.5, value: 2.0 }];
    let summary =
        SummaryDataPoint { count: 3, sum: 1.0, quantile_values, ..SummaryDataPoint::default() };
    let metric = |name: &str, data| Metric {
        name: name.to_owned(),
        description: "what".to_owned(),
        unit: "By".to_owned(),
        metadata: Vec::new(),
        data: Some(data),
    };
    let metrics = vec![
        metric("gauge", Data::Gauge(gauge)),
        metric("sum", Data::Sum(sum)),
        metric(
            "histogram",
            Data::Histogram(Histogram { data_points: vec![histogram], aggregation_temporality: 1 }),
        ),
        metric(
            "exponential",
            Data::ExponentialHistogram(ExponentialHistogram {
                data_points: vec![exponential],
                aggregation_temporality: 1,
            }),
        ),
        metric("summary", Data::Summary(Summary { data_points: vec![summary] })),
    ];
    let scope_metrics = vec![ScopeMetrics { scope: scope(), metrics, ..ScopeMetrics::default() }];
    let metrics =
        ResourceMetrics { resource: resource(), scope_metrics, ..ResourceMetrics::default() };
    MetricsData { resource_metrics: vec![metrics] }.encode_to_vec()
}

/// What a source becomes in this layout.
pub(crate) fn converted(
    source: &[u8],
    format: Format,
    layout: OtlpLayout,
    options: Options,
) -> (Vec<u8>, Report) {
    let sink = MemorySink::new();
    let mut writer = options.write_to(Box::new(sink.clone())).expect("sound options");
    let input = InputOptions::new().format(format).layout(layout);
    let mut input = Input::open("otlp", source, &input, OnError::Skip).expect("opened");
    writer.write_input(&mut input).expect("sound");
    drop(input);
    let report = writer.finish().expect("a file");
    (sink.published().expect("a file"), report)
}

fn clickhouse(source: &[u8], format: Format) -> (Vec<String>, Vec<Row>) {
    let mut found: Option<Vec<u8>> = None;
    for threads in [1, 3] {
        let options = Options::new().threads(threads);
        let (file, _) = converted(source, format, OtlpLayout::ClickHouse, options);
        assert!(found.is_none_or(|found| found == file));
        found = Some(file);
    }
    let (names, rows) = read(&found.expect("a file"));
    let (of_arrow, _) = converted(
        source,
        format,
        OtlpLayout::ClickHouse,
        crate::support::options_of(bucksaw::BackendKind::Arrow),
    );
    assert!(read(&of_arrow).1 == rows);
    (names, rows)
}

/// A row as text: its columns and cells.
fn shown(row: &Row) -> Vec<String> {
    row.iter().map(|(name, cell)| format!("{name} {}", cell_text(cell))).collect()
}

fn cell_text(cell: &Cell) -> String {
    let optional = |cell: &Option<Cell>| cell.as_ref().map_or_else(|| "null".to_owned(), cell_text);
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Bool(value) => value.to_string(),
        Cell::I32(value) => value.to_string(),
        Cell::I64(value) => value.to_string(),
        Cell::U64(value) => value.to_string(),
        Cell::Integer(value) => value.to_string(),
        Cell::F64(bits) => f64::from_bits(*bits).to_string(),
        Cell::List(cells) => {
            format!("[{}]", cells.iter().map(optional).collect::<Vec<_>>().join(" "))
        }
        Cell::Map(entries) => {
            let entry = |(key, cell): &(String, Option<Cell>)| format!("{key}={}", optional(cell));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(" "))
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn logs_are_the_rows_of_otel_logs() {
    let (names, rows) = clickhouse(&logs(), Format::OtlpLogs);
    let table = [
        "Timestamp",
        "TraceId",
        "SpanId",
        "TraceFlags",
        "SeverityText",
        "SeverityNumber",
        "ServiceName",
        "Body",
        "ResourceSchemaUrl",
        "ResourceAttributes",
        "ScopeSchemaUrl",
        "ScopeName",
        "ScopeVersion",
        "ScopeAttributes",
        "LogAttributes",
        "EventName",
        "_rest",
    ];
    assert_eq!(names, table);
    let common = [
        "ResourceAttributes {service.name=shop n=5}",
        "ResourceSchemaUrl of the resource",
        "ScopeAttributes {s=t}",
        "ScopeName lib",
        "ScopeSchemaUrl of the scope",
        "ScopeVersion 1",
    ];
    let trace = "ab".repeat(16);
    let full = [
        &["Body hello", "EventName event"][..],
        &[
            "LogAttributes {user=me code=200 ratio=0.5 bytes=AQI= list=[1,\"a\"] map={\"x\":true} user=again}",
        ],
        &common,
        &["ServiceName shop", "SeverityNumber 9", "SeverityText INFO", "SpanId cdcdcdcdcdcdcdcd"],
        &["Timestamp 1767322800123456789", "TraceFlags 1", &format!("TraceId {trace}")],
    ];
    assert_eq!(shown(&rows[0]), full.concat());
    // As the exporter has it: without its own time, a record has that at which it was observed.
    let other = [
        &["Body {\"x\":true}"][..],
        &common,
        &["ServiceName shop", "Timestamp 1767322800123457789"],
        &[
            "_rest {\"observed_time_unix_nano\":1767322800123457789,\"body_type\":\"kvlist\",\"dropped_attributes_count\":3}",
        ],
    ];
    assert_eq!(shown(&rows[1]), other.concat());
    assert_eq!(shown(&rows[2]), ["Timestamp 1767322800123456789"]);
}

#[test]
fn spans_are_the_rows_of_otel_traces() {
    let (names, rows) = clickhouse(&traces(), Format::OtlpTraces);
    let table = [
        "Timestamp",
        "TraceId",
        "SpanId",
        "ParentSpanId",
        "TraceState",
        "SpanName",
        "SpanKind",
        "ServiceName",
        "ResourceAttributes",
        "ScopeName",
        "ScopeVersion",
        "SpanAttributes",
        "Duration",
        "StatusCode",
        "StatusMessage",
        "Events.Timestamp",
        "Events.Name",
        "Events.Attributes",
        "Links.TraceId",
        "Links.SpanId",
        "Links.TraceState",
        "Links.Attributes",
        "_rest",
    ];
    assert_eq!(names, table);
    let (trace, span) = ("ab".repeat(16), "cd".repeat(8));
    assert_eq!(
        shown(&rows[0]),
        [
            "Duration 1234567",
            "Events.Attributes [{k=v} {}]",
            "Events.Name [first second]",
            "Events.Timestamp [1767322800123456796 0]",
            "Links.Attributes [{k=v}]",
            &format!("Links.SpanId [{span}]"),
            &format!("Links.TraceId [{trace}]"),
            "Links.TraceState [link]",
            &format!("ParentSpanId {span}"),
            "ResourceAttributes {service.name=shop n=5}",
            "ScopeName lib",
            "ScopeVersion 1",
            "ServiceName shop",
            "SpanAttributes {code=200}",
            &format!("SpanId {span}"),
            "SpanKind Server",
            "SpanName GET /",
            "StatusCode Error",
            "StatusMessage bad",
            "Timestamp 1767322800123456789",
            &format!("TraceId {trace}"),
            "TraceState state",
            "_rest {\"scope_attributes\":{\"s\":\"t\"},\"events_dropped_attributes_count\":[0,2]}",
        ]
    );
    assert_eq!(
        shown(&rows[1]),
        [
            "ResourceAttributes {service.name=shop n=5}",
            "ScopeName lib",
            "ScopeVersion 1",
            "ServiceName shop",
            "SpanKind Unspecified",
            "SpanName backwards",
            "StatusCode Unset",
            "Timestamp 1767322800123456789",
            "_rest {\"end_time_unix_nano\":1767322800123456788,\"flags\":1,\"dropped_links_count\":4,\"scope_attributes\":{\"s\":\"t\"}}",
        ]
    );
}

/// The columns that all tables of metrics begin with.
const OF_METRICS: [&str; 14] = [
    "ResourceAttributes",
    "ResourceSchemaUrl",
    "ScopeName",
    "ScopeVersion",
    "ScopeAttributes",
    "ScopeDroppedAttrCount",
    "ScopeSchemaUrl",
    "ServiceName",
    "MetricName",
    "MetricDescription",
    "MetricUnit",
    "Attributes",
    "StartTimeUnix",
    "TimeUnix",
];

/// The rows of a kind of metrics, without what all have alike; its table has these columns behind those of all.
fn rows_of_kind(kind: MetricKind, own: &str) -> Vec<Vec<String>> {
    let read_as = InputOptions::new().layout(OtlpLayout::ClickHouse);
    let of = |options| {
        let mut files = tables(&metrics(), &read_as, &options).files;
        assert_eq!(files.len(), 5);
        files.remove(&format!("metrics of the kind {kind}")).expect("a table")
    };
    let (names, rows) = read(&of(Options::new()));
    let wanted: Vec<&str> = OF_METRICS.into_iter().chain(own.split_whitespace()).collect();
    let has = |name: &String| name != "_rest";
    assert_eq!(names.into_iter().filter(has).collect::<Vec<_>>(), wanted);
    let of_arrow = of(crate::support::options_of(bucksaw::BackendKind::Arrow));
    assert!(read(&of_arrow).1 == rows);
    let without_common = |row: &Row| {
        let is_own = |shown: &String| {
            let common =
                ["Resource", "Scope", "ServiceName", "MetricDescription what", "MetricUnit By"];
            !common.iter().any(|common| shown.starts_with(common))
        };
        shown(row).into_iter().filter(is_own).collect::<Vec<_>>()
    };
    rows.iter().map(without_common).collect()
}

const EXEMPLARS: &str = "Exemplars.FilteredAttributes Exemplars.TimeUnix Exemplars.Value \
     Exemplars.SpanId Exemplars.TraceId";
const TIMES: [&str; 2] = ["StartTimeUnix 1767322800123455789", "TimeUnix 1767322800123456789"];

#[test]
fn gauges_and_sums_are_the_rows_of_their_tables() {
    let rows = rows_of_kind(MetricKind::Gauge, &format!("Value Flags {EXEMPLARS}"));
    let (trace, span) = ("ab".repeat(16), "cd".repeat(8));
    let gauge = [
        &["Attributes {a=b}", "Exemplars.FilteredAttributes [{f=g} {f=g}]"][..],
        &[&format!("Exemplars.SpanId [{span} {span}]")],
        &["Exemplars.TimeUnix [1767322800123456789 1767322800123456789]"],
        &[&format!("Exemplars.TraceId [{trace} {trace}]")],
        &["Exemplars.Value [3 2.5]", "MetricName gauge"],
        &TIMES,
        &["Value 1.5"],
    ];
    let large = [
        &["Attributes {a=b}", "MetricName gauge"][..],
        &TIMES,
        &["Value 9007199254740992", "_rest {\"value_int\":9007199254740993}"],
    ];
    assert_eq!(rows, [gauge.concat(), large.concat()]);
    let columns = format!("Value Flags {EXEMPLARS} AggregationTemporality IsMonotonic");
    let sum = [
        &["AggregationTemporality 2", "Attributes {a=b}", "IsMonotonic true", "MetricName sum"][..],
        &TIMES,
        &["Value 7"],
    ];
    assert_eq!(rows_of_kind(MetricKind::Sum, &columns), [sum.concat()]);
}

#[test]
fn histograms_and_summaries_are_the_rows_of_their_tables() {
    let end = format!("{EXEMPLARS} Flags Min Max AggregationTemporality");
    let columns = format!("Count Sum BucketCounts ExplicitBounds {end}");
    assert_eq!(
        rows_of_kind(MetricKind::Histogram, &columns)[0],
        [
            "AggregationTemporality 1",
            "BucketCounts [1 18446744073709551615]",
            "Count 18446744073709551615",
            "ExplicitBounds [0.5]",
            "Max 4.25",
            "MetricName histogram",
            "Min 0.25",
            "Sum 4.5",
        ]
    );
    let columns = format!(
        "Count Sum Scale ZeroCount PositiveOffset PositiveBucketCounts NegativeOffset \
         NegativeBucketCounts {end}"
    );
    assert_eq!(
        rows_of_kind(MetricKind::ExponentialHistogram, &columns)[0],
        [
            "AggregationTemporality 1",
            "Count 3",
            "MetricName exponential",
            "NegativeBucketCounts [1 2]",
            "NegativeOffset -1",
            "PositiveBucketCounts [1 2]",
            "PositiveOffset -1",
            "Scale 2",
            "ZeroCount 1",
            "_rest {\"zero_threshold\":0.25}",
        ]
    );
    let columns = "Count Sum ValueAtQuantiles.Quantile ValueAtQuantiles.Value Flags";
    assert_eq!(
        rows_of_kind(MetricKind::Summary, columns)[0],
        [
            "Count 3",
            "MetricName summary",
            "Sum 1",
            "ValueAtQuantiles.Quantile [0.5]",
            "ValueAtQuantiles.Value [2]",
        ]
    );
}

/// A key of a map is redacted by its path, also where the resource's rows have it in common.
#[cfg(feature = "redact")]
#[test]
fn attributes_are_redacted_by_their_paths() {
    use bucksaw::Redaction;
    let options = ["LogAttributes.user", "ResourceAttributes.service.name"]
        .iter()
        .fold(Options::new(), |options, named| options.redact(*named, Redaction::mask()));
    let (file, _) = converted(&logs(), Format::OtlpLogs, OtlpLayout::ClickHouse, options);
    let shown = shown(&read(&file).1[0]).join("\n");
    assert!(shown.contains("LogAttributes {user=*** code=200"), "{shown}");
    assert!(shown.contains("user=***}"), "{shown}");
    assert!(shown.contains("ResourceAttributes {service.name=*** n=5}"), "{shown}");
    assert!(!shown.contains("ServiceName"), "{shown}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// As many rows, and as many rejected, as in the other layout, whatever the bytes are.
    #[test]
    fn both_layouts_have_as_many_rows(changes in generate::changes()) {
        for (source, format) in [
            (logs(), Format::OtlpLogs),
            (traces(), Format::OtlpTraces),
        ] {
            let source = generate::changed(source, &changes);
            let source = super::prefixed(&source);
            let of = |layout| converted(&source, format, layout, Options::new()).1;
            let (flat, clickhouse) = (of(OtlpLayout::Flat), of(OtlpLayout::ClickHouse));
            prop_assert_eq!((flat.rows, flat.rejected), (clickhouse.rows, clickhouse.rejected));
        }
    }
}
