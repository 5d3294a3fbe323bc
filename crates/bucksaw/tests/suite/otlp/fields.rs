//! Every field of OTLP's definition has a column, or a reason why it has none.

use std::collections::BTreeMap;

use bucksaw::Options;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, EntityRef, InstrumentationScope, KeyValue, any_value,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, LogsData, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message as _;
use prost_types::{DescriptorProto, FileDescriptorSet};

use super::rows;

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
        for message in file.message_type {
            messages.insert(format!("{package}.{}", message.name()), message);
        }
    }
    messages
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

#[test]
fn every_field_has_a_column_or_a_reason() {
    let mut defined = Vec::new();
    walk("logs.v1.LogsData", &messages(), &mut defined);
    let known: Vec<_> = FIELDS.iter().chain(&MORE_FIELDS).collect();
    for field in &defined {
        assert!(known.iter().any(|(name, _)| name == field), "{field} has no column");
    }
    assert_eq!(known.len(), defined.len());
    let (_, rows) = rows(&full().encode_to_vec(), Options::new());
    for (field, to) in known {
        match to {
            Column(name) => assert!(rows[0].contains_key(*name), "{field} is not in {name}"),
            Nowhere(reason) => assert!(!reason.is_empty()),
            Inside => {}
        }
    }
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
