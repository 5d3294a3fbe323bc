//! Files in ClickHouse's layout of OTLP go into the tables that the Collector's exporter creates.

use std::fs;

use bucksaw::{Format, InputOptions, MetricKind, Options, OtlpLayout, Profile};
use serde_json::{Value, json};

use super::{PROGRAM, python, readers};
use crate::otlp::clickhouse::{converted, logs, metrics, traces};

const MAP: &str = "Map(LowCardinality(String), String)";

/// The columns of `otel_logs`; those of earlier versions had the second.
fn columns_of_logs(has_time: bool) -> Vec<(&'static str, &'static str)> {
    let mut columns = vec![
        ("Timestamp", "DateTime64(9)"),
        ("TraceId", "String"),
        ("SpanId", "String"),
        ("TraceFlags", "UInt8"),
        ("SeverityText", "LowCardinality(String)"),
        ("SeverityNumber", "UInt8"),
        ("ServiceName", "LowCardinality(String)"),
        ("Body", "String"),
        ("ResourceSchemaUrl", "LowCardinality(String)"),
        ("ResourceAttributes", MAP),
        ("ScopeSchemaUrl", "LowCardinality(String)"),
        ("ScopeName", "String"),
        ("ScopeVersion", "LowCardinality(String)"),
        ("ScopeAttributes", MAP),
        ("LogAttributes", MAP),
        ("EventName", "String"),
    ];
    if has_time {
        columns.insert(1, ("TimestampTime", "DateTime DEFAULT toDateTime(Timestamp)"));
        columns.pop();
    }
    columns
}

fn columns_of_traces() -> Vec<(&'static str, &'static str)> {
    vec![
        ("Timestamp", "DateTime64(9)"),
        ("TraceId", "String"),
        ("SpanId", "String"),
        ("ParentSpanId", "String"),
        ("TraceState", "String"),
        ("SpanName", "LowCardinality(String)"),
        ("SpanKind", "LowCardinality(String)"),
        ("ServiceName", "LowCardinality(String)"),
        ("ResourceAttributes", MAP),
        ("ScopeName", "String"),
        ("ScopeVersion", "String"),
        ("SpanAttributes", MAP),
        ("Duration", "UInt64"),
        ("StatusCode", "LowCardinality(String)"),
        ("StatusMessage", "String"),
        (
            "Events",
            "Nested (Timestamp DateTime64(9), Name LowCardinality(String), \
             Attributes Map(LowCardinality(String), String))",
        ),
        (
            "Links",
            "Nested (TraceId String, SpanId String, TraceState String, \
             Attributes Map(LowCardinality(String), String))",
        ),
    ]
}

/// The columns of a kind of metrics.
fn columns_of_metrics(kind: MetricKind) -> Vec<(&'static str, &'static str)> {
    let mut columns = vec![
        ("ResourceAttributes", MAP),
        ("ResourceSchemaUrl", "String"),
        ("ScopeName", "String"),
        ("ScopeVersion", "String"),
        ("ScopeAttributes", MAP),
        ("ScopeDroppedAttrCount", "UInt32"),
        ("ScopeSchemaUrl", "String"),
        ("ServiceName", "LowCardinality(String)"),
        ("MetricName", "LowCardinality(String)"),
        ("MetricDescription", "String"),
        ("MetricUnit", "String"),
        ("Attributes", MAP),
        ("StartTimeUnix", "DateTime"),
        ("TimeUnix", "DateTime"),
    ];
    let exemplars = (
        "Exemplars",
        "Nested (FilteredAttributes Map(LowCardinality(String), String), TimeUnix DateTime, \
         Value Float64, SpanId String, TraceId String)",
    );
    let count_and_sum = [("Count", "UInt64"), ("Sum", "Float64")];
    let number = [("Value", "Float64"), ("Flags", "UInt32"), exemplars];
    let of_histogram = [
        exemplars,
        ("Flags", "UInt32"),
        ("Min", "Float64"),
        ("Max", "Float64"),
        ("AggregationTemporality", "Int32"),
    ];
    match kind {
        MetricKind::Gauge => columns.extend(number),
        MetricKind::Sum => {
            columns.extend(number);
            columns.extend([("AggregationTemporality", "Int32"), ("IsMonotonic", "Boolean")]);
        }
        MetricKind::Histogram => {
            columns.extend(count_and_sum);
            columns
                .extend([("BucketCounts", "Array(UInt64)"), ("ExplicitBounds", "Array(Float64)")]);
            columns.extend(of_histogram);
        }
        MetricKind::ExponentialHistogram => {
            columns.extend(count_and_sum);
            columns.extend([
                ("Scale", "Int32"),
                ("ZeroCount", "UInt64"),
                ("PositiveOffset", "Int32"),
                ("PositiveBucketCounts", "Array(UInt64)"),
                ("NegativeOffset", "Int32"),
                ("NegativeBucketCounts", "Array(UInt64)"),
            ]);
            columns.extend(of_histogram);
        }
        MetricKind::Summary => {
            columns.extend(count_and_sum);
            columns.extend([
                ("ValueAtQuantiles", "Nested (Quantile Float64, Value Float64)"),
                ("Flags", "UInt32"),
            ]);
        }
    }
    columns
}

/// The rows of a kind of metrics; times are whole seconds there.
fn rows_of_metrics(kind: MetricKind) -> Vec<Value> {
    let (trace, span) = ("ab".repeat(16), "cd".repeat(8));
    let (unset, time) = ("1970-01-01 00:00:00", "2026-01-02 03:00:00");
    let row = |own: Value| {
        let mut row = json!({
            "ResourceAttributes": { "service.name": "shop", "n": "5" }, "ResourceSchemaUrl": "",
            "ScopeName": "lib", "ScopeVersion": "1", "ScopeAttributes": { "s": "t" },
            "ScopeDroppedAttrCount": 0, "ScopeSchemaUrl": "", "ServiceName": "shop",
            "MetricDescription": "what", "MetricUnit": "By", "Attributes": {},
            "StartTimeUnix": unset, "TimeUnix": unset, "Flags": 0,
        });
        if kind != MetricKind::Summary {
            for name in ["FilteredAttributes", "TimeUnix", "Value", "SpanId", "TraceId"] {
                row[format!("Exemplars.{name}")] = json!([]);
            }
        }
        for (name, value) in own.as_object().expect("an object") {
            row[name] = value.clone();
        }
        row
    };
    let number = |name: &str, value: Value| {
        json!({
            "MetricName": name, "Value": value, "Attributes": { "a": "b" },
            "StartTimeUnix": time, "TimeUnix": time,
        })
    };
    match kind {
        MetricKind::Gauge => {
            let mut first = row(number("gauge", json!(1.5)));
            first["Exemplars.FilteredAttributes"] = json!([{ "f": "g" }, { "f": "g" }]);
            first["Exemplars.TimeUnix"] = json!([time, time]);
            first["Exemplars.Value"] = json!([3, 2.5]);
            first["Exemplars.SpanId"] = json!([span, span]);
            first["Exemplars.TraceId"] = json!([trace, trace]);
            vec![first, row(number("gauge", json!(9_007_199_254_740_992_u64)))]
        }
        MetricKind::Sum => {
            let mut sum = row(number("sum", json!(7)));
            (sum["AggregationTemporality"], sum["IsMonotonic"]) = (json!(2), json!(true));
            vec![sum]
        }
        MetricKind::Histogram => vec![row(json!({
            "MetricName": "histogram", "Count": u64::MAX, "Sum": 4.5,
            "BucketCounts": [1, u64::MAX], "ExplicitBounds": [0.5], "Min": 0.25, "Max": 4.25,
            "AggregationTemporality": 1,
        }))],
        MetricKind::ExponentialHistogram => vec![row(json!({
            "MetricName": "exponential", "Count": 3, "Sum": 0, "Scale": 2, "ZeroCount": 1,
            "PositiveOffset": -1, "PositiveBucketCounts": [1, 2], "NegativeOffset": -1,
            "NegativeBucketCounts": [1, 2], "Min": 0, "Max": 0, "AggregationTemporality": 1,
        }))],
        MetricKind::Summary => vec![row(json!({
            "MetricName": "summary", "Count": 3, "Sum": 1, "ValueAtQuantiles.Quantile": [0.5],
            "ValueAtQuantiles.Value": [2],
        }))],
    }
}

fn rows_of_logs(has_time: bool) -> Vec<Value> {
    let common = json!({
        "TraceId": "", "SpanId": "", "TraceFlags": 0, "SeverityText": "", "SeverityNumber": 0,
        "ServiceName": "shop", "ResourceSchemaUrl": "of the resource",
        "ResourceAttributes": { "service.name": "shop", "n": "5" },
        "ScopeSchemaUrl": "of the scope", "ScopeName": "lib", "ScopeVersion": "1",
        "ScopeAttributes": { "s": "t" }, "LogAttributes": {}, "EventName": "",
        "TimestampTime": "2026-01-02 03:00:00",
    });
    let with = |of: Value| {
        let mut row = common.clone();
        for (name, value) in of.as_object().expect("an object") {
            row[name] = value.clone();
        }
        let leaves_out = if has_time { "EventName" } else { "TimestampTime" };
        row.as_object_mut().expect("an object").remove(leaves_out);
        row
    };
    vec![
        with(json!({
            "Timestamp": "2026-01-02 03:00:00.123456789", "TraceId": "ab".repeat(16),
            "SpanId": "cd".repeat(8), "TraceFlags": 1, "SeverityText": "INFO", "SeverityNumber": 9,
            "Body": "hello", "EventName": "event",
            // Of a key that came twice, the last value.
            "LogAttributes": {
                "user": "again", "code": "200", "ratio": "0.5", "bytes": "AQI=",
                "list": "[1,\"a\"]", "map": "{\"x\":true}",
            },
        })),
        with(json!({ "Timestamp": "2026-01-02 03:00:00.123457789", "Body": "{\"x\":true}" })),
        with(json!({
            "Timestamp": "2026-01-02 03:00:00.123456789", "Body": "", "ServiceName": "",
            "ResourceSchemaUrl": "", "ResourceAttributes": {}, "ScopeSchemaUrl": "",
            "ScopeName": "", "ScopeVersion": "", "ScopeAttributes": {},
        })),
    ]
}

fn rows_of_traces() -> Vec<Value> {
    let (trace, span) = ("ab".repeat(16), "cd".repeat(8));
    let resource = json!({ "service.name": "shop", "n": "5" });
    vec![
        json!({
            "Timestamp": "2026-01-02 03:00:00.123456789", "TraceId": trace, "SpanId": span,
            "ParentSpanId": span, "TraceState": "state", "SpanName": "GET /",
            "SpanKind": "Server", "ServiceName": "shop", "ResourceAttributes": resource,
            "ScopeName": "lib", "ScopeVersion": "1", "SpanAttributes": { "code": "200" },
            "Duration": 1_234_567, "StatusCode": "Error", "StatusMessage": "bad",
            "Events.Timestamp": [
                "2026-01-02 03:00:00.123456796", "1970-01-01 00:00:00.000000000",
            ],
            "Events.Name": ["first", "second"], "Events.Attributes": [{ "k": "v" }, {}],
            "Links.TraceId": [trace], "Links.SpanId": [span], "Links.TraceState": ["link"],
            "Links.Attributes": [{ "k": "v" }],
        }),
        json!({
            "Timestamp": "2026-01-02 03:00:00.123456789", "TraceId": "", "SpanId": "",
            "ParentSpanId": "", "TraceState": "", "SpanName": "backwards",
            "SpanKind": "Unspecified", "ServiceName": "shop", "ResourceAttributes": resource,
            "ScopeName": "lib", "ScopeVersion": "1", "SpanAttributes": {}, "Duration": 0,
            "StatusCode": "Unset", "StatusMessage": "", "Events.Timestamp": [],
            "Events.Name": [], "Events.Attributes": [], "Links.TraceId": [], "Links.SpanId": [],
            "Links.TraceState": [], "Links.Attributes": [],
        }),
    ]
}

/// ClickHouse reads a file with the columns of the table that it is inserted into, by their names, unless it is told not to; then
/// by their order, where `_rest` is left out.
#[test]
#[ignore = "needs other people's readers: run ./test"]
fn files_go_into_the_tables_of_the_exporter() {
    const BY_NAME: &str = "SELECT * FROM file('{file}')";
    const BY_ORDER: &str = "SELECT * EXCEPT _rest FROM file('{file}') \
         SETTINGS use_structure_from_insertion_table_in_table_functions = 0";
    let folder = tempfile::tempdir().expect("a folder");
    let mut tables = Vec::new();
    for profile in [Profile::Portable, Profile::Modern] {
        let file = |signal: &str, source: &[u8], format| {
            let (bytes, _) =
                converted(source, format, OtlpLayout::ClickHouse, Options::new().profile(profile));
            let path = folder.path().join(format!("{signal}_{profile:?}.parquet"));
            fs::write(&path, bytes).expect("a file");
            path
        };
        let logs = file("logs", &logs(), Format::OtlpLogs);
        let traces = file("traces", &traces(), Format::OtlpTraces);
        let mut add = |name: &str, file, select, columns, rows| {
            tables.push(json!({
                "name": format!("{name}_{profile:?}"), "file": file, "select": select,
                "columns": columns, "rows": rows,
            }));
        };
        add("otel_logs", &logs, BY_NAME, columns_of_logs(false), rows_of_logs(false));
        add("otel_logs_before", &logs, BY_NAME, columns_of_logs(true), rows_of_logs(true));
        add("otel_traces", &traces, BY_NAME, columns_of_traces(), rows_of_traces());
        add("otel_logs_by_order", &logs, BY_ORDER, columns_of_logs(false), rows_of_logs(false));
        add("otel_traces_by_order", &traces, BY_ORDER, columns_of_traces(), rows_of_traces());
        let read_as = InputOptions::new().layout(OtlpLayout::ClickHouse);
        let of_kinds =
            crate::otlp::kinds::tables(&metrics(), &read_as, &Options::new().profile(profile));
        for kind in MetricKind::ALL {
            let path = folder.path().join(format!("{kind}_{profile:?}.parquet"));
            let file = &of_kinds.files[&format!("metrics of the kind {kind}")];
            fs::write(&path, file).expect("a file");
            for (suffix, select) in [("", BY_NAME), ("_by_order", BY_ORDER)] {
                // Only these have values without a column.
                let has_rest = matches!(kind, MetricKind::Gauge | MetricKind::ExponentialHistogram);
                let select = if has_rest { select } else { &select.replace("EXCEPT _rest ", "") };
                tables.push(json!({
                    "name": format!("otel_metrics_{kind}{suffix}_{profile:?}"), "file": path,
                    "select": select, "columns": columns_of_metrics(kind),
                    "rows": rows_of_metrics(kind),
                }));
            }
        }
    }
    let path = folder.path().join("tables.json");
    fs::write(&path, json!(tables).to_string()).expect("a file");
    let readers = readers();
    let with_it =
        readers.iter().find(|readers| readers.names.iter().any(|name| name == "clickhouse"));
    let (code, told) = python(&with_it.expect("ClickHouse").python, |command| {
        command.arg(format!("{PROGRAM}/clickhouse_tables.py")).arg(&path)
    });
    assert_eq!(code, 0, "{told}");
}
