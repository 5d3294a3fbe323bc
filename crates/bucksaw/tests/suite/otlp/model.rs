//! What rows a message of logs comes to, by a naive reading of prost's types. Attributes are text, as they are
//! spelled.

use std::collections::{BTreeMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, LogsData, ResourceLogs, ScopeLogs};
use serde_json::Value as Json;

use crate::support::{Cell, Row};

/// The prefixes by which all attributes are text.
pub(super) const PREFIXES: [&str; 3] = ["resource_", "scope_", "attr_"];

/// Columns whose names no attribute gets.
const CORE: [&str; 18] = [
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
];

/// The names of columns, by the paths of their values.
pub(super) struct Names {
    by_path: BTreeMap<(String, String), String>,
    taken: HashSet<String>,
}

impl Names {
    pub(super) fn new() -> Self {
        let taken =
            CORE.iter().map(|name| (*name).to_owned()).chain(["_rest".to_owned()]).collect();
        Self { by_path: BTreeMap::new(), taken }
    }

    fn of(&mut self, below: &str, key: &str) -> String {
        let path = (below.to_owned(), key.to_owned());
        if let Some(name) = self.by_path.get(&path) {
            return name.clone();
        }
        let plain = |sign: char| if sign.is_ascii_alphanumeric() { sign } else { '_' };
        let plain: String = match below {
            "" => key.to_owned(),
            _ => format!("{below}_{key}").chars().map(plain).collect(),
        };
        let numbered = (2..).map(|number| format!("{plain}__{number}"));
        let name = std::iter::once(plain.clone())
            .chain(numbered)
            .find(|name| !self.taken.contains(&name.to_lowercase()))
            .expect("numbers do not end");
        self.taken.insert(name.to_lowercase());
        self.by_path.insert(path, name.clone());
        name
    }
}

/// A row, and whether it has a value that is kept in `_rest`.
#[derive(Default)]
struct Building {
    row: Row,
    has_rest: bool,
}

impl Building {
    fn put(&mut self, name: &str, cell: Cell) {
        if self.row.contains_key(name) {
            self.has_rest = true;
        } else {
            self.row.insert(name.to_owned(), cell);
        }
    }

    fn put_text(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.put(name, Cell::Text(text.to_owned()));
        }
    }

    fn put_attributes(&mut self, below: &str, attributes: &[KeyValue], names: &mut Names) {
        for KeyValue { key, value, .. } in attributes {
            if let Some(text) = value.as_ref().and_then(text_of) {
                self.put(&names.of(below, key), Cell::Text(text));
            }
        }
    }

    fn put_time(&mut self, name: &str, nanos: u64) {
        if nanos != 0 {
            self.put(name, Cell::Timestamp((nanos / 1_000) as i64));
            if !nanos.is_multiple_of(1_000) {
                self.put(&format!("{name}__ns"), Cell::I32((nanos % 1_000) as i32));
            }
        }
    }
}

pub(super) fn rows_of(data: &LogsData, names: &mut Names) -> Vec<Row> {
    let mut rows = Vec::new();
    for of_resource in &data.resource_logs {
        for of_scope in &of_resource.scope_logs {
            for record in &of_scope.log_records {
                rows.push(row_of(of_resource, of_scope, record, names));
            }
        }
    }
    rows
}

fn row_of(
    of_resource: &ResourceLogs,
    of_scope: &ScopeLogs,
    record: &LogRecord,
    names: &mut Names,
) -> Row {
    let mut row = Building::default();
    if let Some(resource) = &of_resource.resource {
        let is_service = |attribute: &&KeyValue| {
            let value = attribute.value.as_ref().and_then(|value| value.value.as_ref());
            attribute.key == "service.name"
                && matches!(value, Some(any_value::Value::StringValue(_)))
        };
        if let Some(service) = resource.attributes.iter().find(is_service) {
            let name = service.value.as_ref().and_then(text_of).expect("it is text");
            row.put("service_name", Cell::Text(name));
        }
        row.put_attributes("resource", &resource.attributes, names);
        let dropped = resource.dropped_attributes_count;
        row.put_text("resource_dropped_attributes_count", &count(dropped));
        let entities = resource.entity_refs.iter().map(|entity| {
            let json = |text: &str| Json::from(text);
            let keys = |keys: &[String]| Json::from(keys);
            format!(
                "{{\"schema_url\":{},\"type\":{},\"id_keys\":{},\"description_keys\":{}}}",
                json(&entity.schema_url),
                json(&entity.r#type),
                keys(&entity.id_keys),
                keys(&entity.description_keys),
            )
        });
        let entities: Vec<String> = entities.collect();
        if !entities.is_empty() {
            let name = names.of("", "resource_entity_refs");
            row.put(&name, Cell::Text(format!("[{}]", entities.join(","))));
        }
    }
    row.put_text("resource_schema_url", &of_resource.schema_url);
    if let Some(scope) = &of_scope.scope {
        row.put_attributes("scope", &scope.attributes, names);
        row.put_text("scope_name", &scope.name);
        row.put_text("scope_version", &scope.version);
        row.put_text("scope_dropped_attributes_count", &count(scope.dropped_attributes_count));
    }
    row.put_text("scope_schema_url", &of_scope.schema_url);
    row.put_attributes("attr", &record.attributes, names);
    row.put_time("time", record.time_unix_nano);
    row.put_time("observed_time", record.observed_time_unix_nano);
    if record.severity_number != 0 {
        row.put("severity_number", Cell::I32(record.severity_number));
    }
    row.put_text("severity_text", &record.severity_text);
    if let Some((body, value)) =
        record.body.as_ref().and_then(|body| Some((body, body.value.as_ref()?)))
    {
        row.put("body", Cell::Text(text_of(body).expect("it has a value")));
        let kind = match value {
            any_value::Value::StringValue(_) => "",
            any_value::Value::BoolValue(_) => "bool",
            any_value::Value::IntValue(_) | any_value::Value::StringValueStrindex(_) => "int",
            any_value::Value::DoubleValue(_) => "double",
            any_value::Value::ArrayValue(_) => "array",
            any_value::Value::KvlistValue(_) => "kvlist",
            any_value::Value::BytesValue(_) => "bytes",
        };
        row.put_text("body_type", kind);
    }
    row.put_text("trace_id", &hex(&record.trace_id));
    row.put_text("span_id", &hex(&record.span_id));
    for (name, count) in
        [("flags", record.flags), ("dropped_attributes_count", record.dropped_attributes_count)]
    {
        if count != 0 {
            row.put(name, Cell::I64(count.into()));
        }
    }
    row.put_text("event_name", &record.event_name);
    if row.has_rest {
        row.row.insert("_rest".to_owned(), Cell::Bool(true));
    }
    row.row
}

fn count(count: u32) -> String {
    if count == 0 { String::new() } else { count.to_string() }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A value as text; none of nothing.
fn text_of(value: &AnyValue) -> Option<String> {
    let value = value.value.as_ref()?;
    Some(match value {
        any_value::Value::StringValue(text) => text.clone(),
        any_value::Value::DoubleValue(double) => format!("{double:?}"),
        any_value::Value::BytesValue(bytes) => BASE64.encode(bytes),
        other => json_text(other),
    })
}

/// As JSON that need not be parsed: a key may come twice.
fn json_text(value: &any_value::Value) -> String {
    match value {
        any_value::Value::DoubleValue(double) if double.is_finite() => format!("{double:?}"),
        any_value::Value::ArrayValue(array) => {
            let values = array.values.iter().map(inner_text);
            format!("[{}]", values.collect::<Vec<_>>().join(","))
        }
        any_value::Value::KvlistValue(map) => {
            let members = map.values.iter().map(|KeyValue { key, value, .. }| {
                let value = value.as_ref().map_or("null".to_owned(), inner_text);
                format!("{}:{value}", Json::from(key.as_str()))
            });
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        other => json_of(other).to_string(),
    }
}

fn inner_text(value: &AnyValue) -> String {
    value.value.as_ref().map_or("null".to_owned(), json_text)
}

fn json_of(value: &any_value::Value) -> Json {
    match value {
        any_value::Value::StringValue(text) => Json::from(text.as_str()),
        any_value::Value::BoolValue(value) => Json::from(*value),
        any_value::Value::IntValue(value) => Json::from(*value),
        any_value::Value::StringValueStrindex(value) => Json::from(*value),
        any_value::Value::DoubleValue(double) => Json::from(format!("{double:?}")),
        any_value::Value::BytesValue(bytes) => Json::from(BASE64.encode(bytes)),
        any_value::Value::ArrayValue(_) | any_value::Value::KvlistValue(_) => Json::Null,
    }
}
