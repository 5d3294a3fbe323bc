//! Every field of OTLP's definition has a column, or a reason why it has none.

use std::collections::BTreeMap;

use bucksaw::{Format, Options};
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, EntityRef, InstrumentationScope, KeyValue, any_value,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, LogsData, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::summary_data_point::ValueAtQuantile;
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram,
    HistogramDataPoint, Metric, NumberDataPoint, Sum, Summary, SummaryDataPoint, exemplar, metric,
    number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{Span, Status, span};
use prost::Message as _;
use prost_types::{DescriptorProto, FileDescriptorSet};

use super::{convert_keeping, rows};
use crate::support::{Row, read};

/// Where a field's value goes.
enum To {
    Column(&'static str),
    /// What it holds has columns.
    Inside,
    /// It has none, because …
    Nowhere(&'static str),
}
use To::{Column, Inside, Nowhere};

const FIELDS: [(&str, To); 38] = [
    ("logs.v1.LogsData.resource_logs", Inside),
    ("logs.v1.ResourceLogs.resource", Inside),
    ("logs.v1.ResourceLogs.scope_logs", Inside),
    ("logs.v1.ResourceLogs.schema_url", Column("resource_schema_url")),
    ("logs.v1.ScopeLogs.scope", Inside),
    ("logs.v1.ScopeLogs.log_records", Inside),
    ("logs.v1.ScopeLogs.schema_url", Column("scope_schema_url")),
    ("logs.v1.LogRecord.time_unix_nano", Column("time")),
    ("logs.v1.LogRecord.observed_time_unix_nano", Column("observed_time")),
    ("logs.v1.LogRecord.severity_number", Column("severity_number")),
    ("logs.v1.LogRecord.severity_text", Column("severity_text")),
    ("logs.v1.LogRecord.body", Column("body")),
    ("logs.v1.LogRecord.attributes", Column("attr_k")),
    ("logs.v1.LogRecord.dropped_attributes_count", Column("dropped_attributes_count")),
    ("logs.v1.LogRecord.flags", Column("flags")),
    ("logs.v1.LogRecord.trace_id", Column("trace_id")),
    ("logs.v1.LogRecord.span_id", Column("span_id")),
    ("logs.v1.LogRecord.event_name", Column("event_name")),
    ("resource.v1.Resource.attributes", Column("resource_k")),
    ("resource.v1.Resource.dropped_attributes_count", Column("resource_dropped_attributes_count")),
    ("resource.v1.Resource.entity_refs", Column("resource_entity_refs")),
    ("common.v1.InstrumentationScope.name", Column("scope_name")),
    ("common.v1.InstrumentationScope.version", Column("scope_version")),
    ("common.v1.InstrumentationScope.attributes", Column("scope_k")),
    (
        "common.v1.InstrumentationScope.dropped_attributes_count",
        Column("scope_dropped_attributes_count"),
    ),
    ("common.v1.EntityRef.schema_url", Column("resource_entity_refs")),
    ("common.v1.EntityRef.type", Column("resource_entity_refs")),
    ("common.v1.EntityRef.id_keys", Column("resource_entity_refs")),
    ("common.v1.EntityRef.description_keys", Column("resource_entity_refs")),
    ("common.v1.KeyValue.key", Inside),
    ("common.v1.KeyValue.value", Inside),
    ("common.v1.KeyValue.key_strindex", Nowhere("only profiles have the texts that it counts")),
    ("common.v1.AnyValue.string_value", Column("attr_k")),
    ("common.v1.AnyValue.bool_value", Column("attr_k")),
    ("common.v1.AnyValue.int_value", Column("attr_k")),
    ("common.v1.AnyValue.double_value", Column("attr_k")),
    ("common.v1.AnyValue.array_value", Column("attr_k")),
    ("common.v1.AnyValue.kvlist_value", Column("attr_k")),
];
/// The rest of a value's kinds, and what lists and maps hold.
const MORE_FIELDS: [(&str, To); 4] = [
    ("common.v1.AnyValue.bytes_value", Column("attr_k")),
    ("common.v1.AnyValue.string_value_strindex", Column("attr_k")),
    ("common.v1.ArrayValue.values", Column("attr_k")),
    ("common.v1.KeyValueList.values", Column("attr_k")),
];

const OF_TRACES: [(&str, To); 39] = [
    ("trace.v1.TracesData.resource_spans", Inside),
    ("trace.v1.ResourceSpans.resource", Inside),
    ("trace.v1.ResourceSpans.scope_spans", Inside),
    ("trace.v1.ResourceSpans.schema_url", Column("resource_schema_url")),
    ("trace.v1.ScopeSpans.scope", Inside),
    ("trace.v1.ScopeSpans.spans", Inside),
    ("trace.v1.ScopeSpans.schema_url", Column("scope_schema_url")),
    ("trace.v1.Span.trace_id", Column("trace_id")),
    ("trace.v1.Span.span_id", Column("span_id")),
    ("trace.v1.Span.trace_state", Column("trace_state")),
    ("trace.v1.Span.parent_span_id", Column("parent_span_id")),
    ("trace.v1.Span.flags", Column("flags")),
    ("trace.v1.Span.name", Column("name")),
    ("trace.v1.Span.kind", Column("kind")),
    ("trace.v1.Span.start_time_unix_nano", Column("start_time")),
    ("trace.v1.Span.end_time_unix_nano", Column("end_time")),
    ("trace.v1.Span.attributes", Column("attr_k")),
    ("trace.v1.Span.dropped_attributes_count", Column("dropped_attributes_count")),
    ("trace.v1.Span.events", Inside),
    ("trace.v1.Span.dropped_events_count", Column("dropped_events_count")),
    ("trace.v1.Span.links", Inside),
    ("trace.v1.Span.dropped_links_count", Column("dropped_links_count")),
    ("trace.v1.Span.status", Inside),
    ("trace.v1.Span.Event.time_unix_nano", Column("events_time_unix_nano")),
    ("trace.v1.Span.Event.name", Column("events_name")),
    ("trace.v1.Span.Event.attributes", Column("events_attributes")),
    ("trace.v1.Span.Event.dropped_attributes_count", Column("events_dropped_attributes_count")),
    ("trace.v1.Span.Link.trace_id", Column("links_trace_id")),
    ("trace.v1.Span.Link.span_id", Column("links_span_id")),
    ("trace.v1.Span.Link.trace_state", Column("links_trace_state")),
    ("trace.v1.Span.Link.attributes", Column("links_attributes")),
    ("trace.v1.Span.Link.dropped_attributes_count", Column("links_dropped_attributes_count")),
    ("trace.v1.Span.Link.flags", Column("links_flags")),
    ("trace.v1.Status.message", Column("status_message")),
    ("trace.v1.Status.code", Column("status_code")),
    ("collector.trace.v1.ExportTraceServiceRequest.resource_spans", Inside),
    ("collector.logs.v1.ExportLogsServiceRequest.resource_logs", Inside),
    ("collector.metrics.v1.ExportMetricsServiceRequest.resource_metrics", Inside),
    ("metrics.v1.MetricsData.resource_metrics", Inside),
];

const OF_METRICS: [(&str, To); 73] = [
    ("metrics.v1.ResourceMetrics.resource", Inside),
    ("metrics.v1.ResourceMetrics.scope_metrics", Inside),
    ("metrics.v1.ResourceMetrics.schema_url", Column("resource_schema_url")),
    ("metrics.v1.ScopeMetrics.scope", Inside),
    ("metrics.v1.ScopeMetrics.metrics", Inside),
    ("metrics.v1.ScopeMetrics.schema_url", Column("scope_schema_url")),
    ("metrics.v1.Metric.name", Column("name")),
    ("metrics.v1.Metric.description", Column("description")),
    ("metrics.v1.Metric.unit", Column("unit")),
    ("metrics.v1.Metric.metadata", Column("metadata")),
    ("metrics.v1.Metric.gauge", Column("type")),
    ("metrics.v1.Metric.sum", Column("type")),
    ("metrics.v1.Metric.histogram", Column("type")),
    ("metrics.v1.Metric.exponential_histogram", Column("type")),
    ("metrics.v1.Metric.summary", Column("type")),
    ("metrics.v1.Gauge.data_points", Inside),
    ("metrics.v1.Sum.data_points", Inside),
    ("metrics.v1.Sum.aggregation_temporality", Column("aggregation_temporality")),
    ("metrics.v1.Sum.is_monotonic", Column("is_monotonic")),
    ("metrics.v1.Histogram.data_points", Inside),
    ("metrics.v1.Histogram.aggregation_temporality", Column("aggregation_temporality")),
    ("metrics.v1.ExponentialHistogram.data_points", Inside),
    ("metrics.v1.ExponentialHistogram.aggregation_temporality", Column("aggregation_temporality")),
    ("metrics.v1.Summary.data_points", Inside),
    ("metrics.v1.NumberDataPoint.attributes", Column("attr_k")),
    ("metrics.v1.NumberDataPoint.start_time_unix_nano", Column("start_time")),
    ("metrics.v1.NumberDataPoint.time_unix_nano", Column("time")),
    ("metrics.v1.NumberDataPoint.as_double", Column("value_double")),
    ("metrics.v1.NumberDataPoint.as_int", Column("value_int")),
    ("metrics.v1.NumberDataPoint.exemplars", Inside),
    ("metrics.v1.NumberDataPoint.flags", Column("flags")),
    ("metrics.v1.HistogramDataPoint.attributes", Column("attr_k")),
    ("metrics.v1.HistogramDataPoint.start_time_unix_nano", Column("start_time")),
    ("metrics.v1.HistogramDataPoint.time_unix_nano", Column("time")),
    ("metrics.v1.HistogramDataPoint.count", Column("count")),
    ("metrics.v1.HistogramDataPoint.sum", Column("sum")),
    ("metrics.v1.HistogramDataPoint.bucket_counts", Column("bucket_counts")),
    ("metrics.v1.HistogramDataPoint.explicit_bounds", Column("explicit_bounds")),
    ("metrics.v1.HistogramDataPoint.exemplars", Inside),
    ("metrics.v1.HistogramDataPoint.flags", Column("flags")),
    ("metrics.v1.HistogramDataPoint.min", Column("min")),
    ("metrics.v1.HistogramDataPoint.max", Column("max")),
    ("metrics.v1.ExponentialHistogramDataPoint.attributes", Column("attr_k")),
    ("metrics.v1.ExponentialHistogramDataPoint.start_time_unix_nano", Column("start_time")),
    ("metrics.v1.ExponentialHistogramDataPoint.time_unix_nano", Column("time")),
    ("metrics.v1.ExponentialHistogramDataPoint.count", Column("count")),
    ("metrics.v1.ExponentialHistogramDataPoint.sum", Column("sum")),
    ("metrics.v1.ExponentialHistogramDataPoint.scale", Column("scale")),
    ("metrics.v1.ExponentialHistogramDataPoint.zero_count", Column("zero_count")),
    ("metrics.v1.ExponentialHistogramDataPoint.positive", Column("positive_offset")),
    ("metrics.v1.ExponentialHistogramDataPoint.negative", Column("negative_offset")),
    ("metrics.v1.ExponentialHistogramDataPoint.flags", Column("flags")),
    ("metrics.v1.ExponentialHistogramDataPoint.exemplars", Inside),
    ("metrics.v1.ExponentialHistogramDataPoint.min", Column("min")),
    ("metrics.v1.ExponentialHistogramDataPoint.max", Column("max")),
    ("metrics.v1.ExponentialHistogramDataPoint.zero_threshold", Column("zero_threshold")),
    ("metrics.v1.ExponentialHistogramDataPoint.Buckets.offset", Column("negative_offset")),
    (
        "metrics.v1.ExponentialHistogramDataPoint.Buckets.bucket_counts",
        Column("positive_bucket_counts"),
    ),
    ("metrics.v1.SummaryDataPoint.attributes", Column("attr_k")),
    ("metrics.v1.SummaryDataPoint.start_time_unix_nano", Column("start_time")),
    ("metrics.v1.SummaryDataPoint.time_unix_nano", Column("time")),
    ("metrics.v1.SummaryDataPoint.count", Column("count")),
    ("metrics.v1.SummaryDataPoint.sum", Column("sum")),
    ("metrics.v1.SummaryDataPoint.quantile_values", Inside),
    ("metrics.v1.SummaryDataPoint.flags", Column("flags")),
    ("metrics.v1.SummaryDataPoint.ValueAtQuantile.quantile", Column("quantile_values_quantile")),
    ("metrics.v1.SummaryDataPoint.ValueAtQuantile.value", Column("quantile_values_value")),
    ("metrics.v1.Exemplar.filtered_attributes", Column("exemplars_filtered_attributes")),
    ("metrics.v1.Exemplar.time_unix_nano", Column("exemplars_time_unix_nano")),
    ("metrics.v1.Exemplar.as_double", Column("exemplars_value_double")),
    ("metrics.v1.Exemplar.as_int", Column("exemplars_value_int")),
    ("metrics.v1.Exemplar.span_id", Column("exemplars_span_id")),
    ("metrics.v1.Exemplar.trace_id", Column("exemplars_trace_id")),
];

/// The fields of a message and of those that it holds.
fn walk(name: &str, messages: &BTreeMap<String, DescriptorProto>, fields: &mut Vec<String>) {
    for field in &messages[name].field {
        let full = format!("{name}.{}", field.name());
        if fields.contains(&full) {
            continue;
        }
        fields.push(full);
        let inner = field.type_name().trim_start_matches(".opentelemetry.proto.");
        if messages.contains_key(inner) {
            walk(inner, messages, fields);
        }
    }
}

fn messages() -> BTreeMap<String, DescriptorProto> {
    let files = FileDescriptorSet::decode(opentelemetry_proto::DESCRIPTORS).expect("descriptors");
    let mut messages = BTreeMap::new();
    for file in files.file {
        let package = file.package().trim_start_matches("opentelemetry.proto.").to_owned();
        file.message_type.into_iter().for_each(|message| add(&package, message, &mut messages));
    }
    messages
}

fn add(outer: &str, message: DescriptorProto, messages: &mut BTreeMap<String, DescriptorProto>) {
    let name = format!("{outer}.{}", message.name());
    message.nested_type.iter().for_each(|inner| add(&name, inner.clone(), messages));
    messages.insert(name, message);
}

/// A message with a value in every field.
fn full() -> LogsData {
    let text = || AnyValue { value: Some(any_value::Value::StringValue("v".to_owned())) };
    let attributes =
        || vec![KeyValue { key: "k".to_owned(), value: Some(text()), ..KeyValue::default() }];
    let word = || "v".to_owned();
    let record = LogRecord {
        time_unix_nano: 1_000,
        observed_time_unix_nano: 2_000,
        severity_number: 9,
        severity_text: word(),
        body: Some(text()),
        attributes: attributes(),
        dropped_attributes_count: 1,
        flags: 1,
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        event_name: word(),
    };
    let entity = EntityRef {
        schema_url: word(),
        r#type: word(),
        id_keys: vec![word()],
        description_keys: vec![word()],
    };
    let scope = InstrumentationScope {
        name: word(),
        version: word(),
        attributes: attributes(),
        dropped_attributes_count: 1,
    };
    let resource = Resource {
        attributes: attributes(),
        dropped_attributes_count: 1,
        entity_refs: vec![entity],
    };
    let scope_logs =
        ScopeLogs { scope: Some(scope), log_records: vec![record], schema_url: word() };
    let resource_logs =
        ResourceLogs { resource: Some(resource), scope_logs: vec![scope_logs], schema_url: word() };
    LogsData { resource_logs: vec![resource_logs] }
}

/// A message of another signal around one record: its bytes, with what surrounds the full log record.
fn around(record: &[u8]) -> Vec<u8> {
    let mut data = full();
    let scope = data.resource_logs[0].scope_logs[0].scope.take().expect("a scope").encode_to_vec();
    let resource = data.resource_logs[0].resource.take().expect("a resource").encode_to_vec();
    let field = |number: u8, bytes: &[u8]| {
        let mut field = vec![number << 3 | 2];
        prost::encode_length_delimiter(bytes.len(), &mut field).expect("memory");
        [&field[..], bytes].concat()
    };
    let of_scope = [field(1, &scope), field(2, record), field(3, b"v")].concat();
    field(1, &[field(1, &resource), field(2, &of_scope), field(3, b"v")].concat())
}

fn full_span() -> Span {
    let word = || "v".to_owned();
    let attributes = full().resource_logs[0].scope_logs[0].log_records[0].attributes.clone();
    let event = span::Event {
        time_unix_nano: 1,
        name: word(),
        attributes: attributes.clone(),
        dropped_attributes_count: 1,
    };
    let link = span::Link {
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        trace_state: word(),
        attributes: attributes.clone(),
        dropped_attributes_count: 1,
        flags: 1,
    };
    Span {
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        trace_state: word(),
        parent_span_id: vec![3; 8],
        flags: 1,
        name: word(),
        kind: 2,
        start_time_unix_nano: 1_000,
        end_time_unix_nano: 2_000,
        attributes,
        dropped_attributes_count: 1,
        events: vec![event],
        dropped_events_count: 1,
        links: vec![link],
        dropped_links_count: 1,
        status: Some(Status { message: word(), code: 2 }),
    }
}

/// A metric of each kind; together their points have a value in each column.
fn full_metrics() -> Vec<Metric> {
    let attributes = full().resource_logs[0].scope_logs[0].log_records[0].attributes.clone();
    let exemplar = |value| Exemplar {
        filtered_attributes: attributes.clone(),
        time_unix_nano: 1,
        span_id: vec![2; 8],
        trace_id: vec![1; 16],
        value: Some(value),
    };
    let number = |value| NumberDataPoint {
        attributes: attributes.clone(),
        start_time_unix_nano: 1_000,
        time_unix_nano: 2_000,
        exemplars: vec![
            exemplar(exemplar::Value::AsInt(1)),
            exemplar(exemplar::Value::AsDouble(1.0)),
        ],
        flags: 1,
        value: Some(value),
    };
    let gauge = Gauge { data_points: vec![number(number_data_point::Value::AsInt(1))] };
    let sum = Sum {
        data_points: vec![number(number_data_point::Value::AsDouble(1.0))],
        aggregation_temporality: 2,
        is_monotonic: true,
    };
    let histogram = HistogramDataPoint {
        sum: Some(1.0),
        bucket_counts: vec![1],
        explicit_bounds: vec![1.0],
        min: Some(1.0),
        max: Some(1.0),
        ..HistogramDataPoint::default()
    };
    let buckets = || Some(Buckets { offset: 1, bucket_counts: vec![1] });
    let exponential = ExponentialHistogramDataPoint {
        positive: buckets(),
        negative: buckets(),
        ..ExponentialHistogramDataPoint::default()
    };
    let quantile_values = vec![ValueAtQuantile { quantile: 0.5, value: 1.0 }];
    let summary = SummaryDataPoint { quantile_values, ..SummaryDataPoint::default() };
    let all = [
        metric::Data::Gauge(gauge),
        metric::Data::Sum(sum),
        metric::Data::Histogram(Histogram {
            data_points: vec![histogram],
            aggregation_temporality: 1,
        }),
        metric::Data::ExponentialHistogram(ExponentialHistogram {
            data_points: vec![exponential],
            aggregation_temporality: 1,
        }),
        metric::Data::Summary(Summary { data_points: vec![summary] }),
    ];
    let metric = |data| Metric {
        name: "v".to_owned(),
        description: "v".to_owned(),
        unit: "v".to_owned(),
        metadata: attributes.clone(),
        data: Some(data),
    };
    all.into_iter().map(metric).collect()
}

fn check_fields(root: &str, known: &[&[(&str, To)]], rows: &[Row]) {
    let mut defined = Vec::new();
    walk(root, &messages(), &mut defined);
    for field in &defined {
        let mut known = known.iter().copied().flatten();
        let (_, to) = known.find(|(name, _)| name == field).expect(field);
        match to {
            Column(name) => {
                let is_there = rows.iter().any(|row| row.contains_key(*name));
                assert!(is_there, "{field} is not in {name}");
            }
            Nowhere(reason) => assert!(!reason.is_empty()),
            Inside => {}
        }
    }
}

#[test]
fn every_field_has_a_column_or_a_reason() {
    let all: [&[(&str, To)]; 4] = [&FIELDS, &MORE_FIELDS, &OF_TRACES, &OF_METRICS];
    let (_, logs) = rows(&full().encode_to_vec(), Options::new());
    for root in ["logs.v1.LogsData", "collector.logs.v1.ExportLogsServiceRequest"] {
        check_fields(root, &all, &logs);
    }
    // Each is known by its content, too.
    let read_rows = |source: &[u8]| {
        let read_as = convert_keeping(source, Format::Auto, Options::new()).expect("known");
        assert_eq!(read_as.rejections, []);
        read(&read_as.file).1
    };
    let spans = read_rows(&around(&full_span().encode_to_vec()));
    for root in ["trace.v1.TracesData", "collector.trace.v1.ExportTraceServiceRequest"] {
        check_fields(root, &all, &spans);
    }
    let metrics = full_metrics().into_iter().map(|metric| around(&metric.encode_to_vec()));
    let points = read_rows(&metrics.collect::<Vec<_>>().concat());
    assert_eq!(points.len(), 5);
    for root in ["metrics.v1.MetricsData", "collector.metrics.v1.ExportMetricsServiceRequest"] {
        check_fields(root, &all, &points);
    }
}

/// A metric may look like a span, and a log record like both.
#[test]
fn signals_are_told_apart_by_what_no_record_is_without() {
    let read_as = |source: &[u8]| {
        let converted = convert_keeping(source, Format::Auto, Options::new()).expect("known");
        read(&converted.file).0
    };
    let mut gauge = full_metrics().remove(0);
    (gauge.name, gauge.description) = ("sixteen letters!".to_owned(), "8letters".to_owned());
    gauge.metadata.clear();
    assert!(read_as(&around(&gauge.encode_to_vec())).contains(&"value_int".to_owned()));
    let mut record = full().resource_logs[0].scope_logs[0].log_records.remove(0);
    record = LogRecord { body: record.body.take(), ..LogRecord::default() };
    assert!(read_as(&around(&record.encode_to_vec())).contains(&"severity_text".to_owned()));
}

/// They come first, whether or not a record has them, and no attribute takes their names.
#[test]
fn core_columns_are_always_there_and_win_their_names() {
    let mut empty = full();
    empty.resource_logs[0].scope_logs[0].log_records = vec![LogRecord::default()];
    empty.resource_logs[0].scope_logs[0].scope = None;
    empty.resource_logs[0].resource = None;
    let (names, _) = rows(&empty.encode_to_vec(), Options::new());
    assert_eq!(
        names,
        [
            "time",
            "observed_time",
            "severity_number",
            "severity_text",
            "body",
            "body_type",
            "trace_id",
            "span_id",
            "flags",
            "event_name",
            "dropped_attributes_count",
            "service_name",
            "resource_dropped_attributes_count",
            "resource_schema_url",
            "scope_name",
            "scope_version",
            "scope_dropped_attributes_count",
            "scope_schema_url",
        ]
    );
    let mut taken = full();
    if let Some(resource) = &mut taken.resource_logs[0].resource {
        resource.attributes[0].key = "schema_url".to_owned();
    }
    let (names, rows) = rows(&taken.encode_to_vec(), Options::new());
    assert!(names.contains(&"resource_schema_url__2".to_owned()), "{names:?}");
    assert_eq!(rows[0]["resource_schema_url__2"], rows[0]["resource_schema_url"]);
}
