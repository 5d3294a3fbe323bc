//! Files in ClickHouse's layout of OTLP go into the tables that the Collector's exporter creates.

use std::fs;

use bucksaw::{Format, Options, OtlpLayout, Profile};
use serde_json::{Value, json};

use super::{PROGRAM, python, readers};
use crate::otlp::clickhouse::{converted, logs, traces};

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
