//! What rows messages come to, by a naive reading of prost's types. Attributes are text, as they are
//! spelled.

use std::collections::{BTreeMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, InstrumentationScope, KeyValue, KeyValueList, any_value,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, LogsData, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use serde_json::Value as Json;

use crate::support::{Cell, Row};

/// The prefixes by which all attributes are text.
pub(super) const PREFIXES: [&str; 3] = ["resource_", "scope_", "attr_"];

/// Columns of resources and scopes whose names no attribute gets.
const COMMON: [&str; 7] = [
    "service_name",
    "resource_dropped_attributes_count",
    "resource_schema_url",
    "scope_name",
    "scope_version",
    "scope_dropped_attributes_count",
    "scope_schema_url",
];

pub(super) const LOGS: [&str; 11] = [
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
];

/// The names of columns, by the paths of their values.
pub(super) struct Names {
    by_path: BTreeMap<(String, String), String>,
    taken: HashSet<String>,
}

impl Names {
    /// With the columns that the signal's tables always have.
    pub(super) fn new(core: &[&str]) -> Self {
        let taken = COMMON.iter().chain(core).chain(&["_rest"]);
        Self { by_path: BTreeMap::new(), taken: taken.map(|name| (*name).to_owned()).collect() }
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
pub(super) struct Building {
    row: Row,
    has_rest: bool,
}

impl Building {
    pub(super) fn put(&mut self, name: &str, cell: Cell) {
        if self.row.contains_key(name) {
            self.has_rest = true;
        } else {
            self.row.insert(name.to_owned(), cell);
        }
    }

    pub(super) fn put_text(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.put(name, Cell::Text(text.to_owned()));
        }
    }

    pub(super) fn put_attributes(
        &mut self,
        below: &str,
        attributes: &[KeyValue],
        names: &mut Names,
    ) {
        for KeyValue { key, value, .. } in attributes {
            if let Some(text) = value.as_ref().and_then(text_of) {
                self.put(&names.of(below, key), Cell::Text(text));
            }
        }
    }

    pub(super) fn put_number(&mut self, name: &str, number: i32) {
        if number != 0 {
            self.put(name, Cell::I32(number));
        }
    }

    pub(super) fn put_count(&mut self, name: &str, count: u64) {
        if count != 0 {
            self.put_unsigned(name, count);
        }
    }

    /// What an integer with a sign can't hold is beside it.
    pub(super) fn put_unsigned(&mut self, name: &str, value: u64) {
        match i64::try_from(value) {
            Ok(value) => self.put(name, Cell::I64(value)),
            Err(_) => self.put(&format!("{name}__text"), Cell::Text(value.to_string())),
        }
    }

    pub(super) fn put_list(&mut self, name: &str, list: Vec<Option<Cell>>) {
        if !list.is_empty() {
            self.put(name, Cell::List(list));
        }
    }

    pub(super) fn put_texts(&mut self, name: &str, texts: impl Iterator<Item = String>) {
        self.put_list(name, texts.map(|text| Some(Cell::Text(text))).collect());
    }

    /// A list with an element that integers with a sign can't hold is as text beside it.
    pub(super) fn put_integers(&mut self, name: &str, list: impl Iterator<Item = u64>) {
        let list: Vec<u64> = list.collect();
        let fitting: Result<Vec<i64>, _> = list.iter().map(|value| i64::try_from(*value)).collect();
        match fitting {
            Ok(list) => {
                self.put_list(name, list.into_iter().map(|at| Some(Cell::I64(at))).collect())
            }
            Err(_) => {
                let texts: Vec<String> = list.iter().map(u64::to_string).collect();
                let text = format!("[{}]", texts.join(","));
                self.put(&format!("{name}__text"), Cell::Text(text));
            }
        }
    }

    pub(super) fn put_doubles<'d>(&mut self, name: &str, list: impl Iterator<Item = &'d f64>) {
        self.put_list(name, list.map(|value| Some(Cell::F64(value.to_bits()))).collect());
    }

    pub(super) fn end(mut self) -> Row {
        if self.has_rest {
            self.row.insert("_rest".to_owned(), Cell::Bool(true));
        }
        self.row
    }

    pub(super) fn put_time(&mut self, name: &str, nanos: u64) {
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

/// The start of a row: what it has of its resource and its scope.
pub(super) fn common(
    (resource, resource_schema_url): (&Option<Resource>, &str),
    (scope, scope_schema_url): (&Option<InstrumentationScope>, &str),
    names: &mut Names,
) -> Building {
    let mut row = Building::default();
    if let Some(resource) = resource {
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
    row.put_text("resource_schema_url", resource_schema_url);
    if let Some(scope) = scope {
        row.put_attributes("scope", &scope.attributes, names);
        row.put_text("scope_name", &scope.name);
        row.put_text("scope_version", &scope.version);
        row.put_text("scope_dropped_attributes_count", &count(scope.dropped_attributes_count));
    }
    row.put_text("scope_schema_url", scope_schema_url);
    row
}

fn row_of(
    of_resource: &ResourceLogs,
    of_scope: &ScopeLogs,
    record: &LogRecord,
    names: &mut Names,
) -> Row {
    let resource = (&of_resource.resource, of_resource.schema_url.as_str());
    let mut row = common(resource, (&of_scope.scope, &of_scope.schema_url), names);
    row.put_attributes("attr", &record.attributes, names);
    row.put_time("time", record.time_unix_nano);
    row.put_time("observed_time", record.observed_time_unix_nano);
    row.put_number("severity_number", record.severity_number);
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
    row.put_count("flags", record.flags.into());
    row.put_count("dropped_attributes_count", record.dropped_attributes_count.into());
    row.put_text("event_name", &record.event_name);
    row.end()
}

fn count(count: u32) -> String {
    if count == 0 { String::new() } else { count.to_string() }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Attributes as JSON.
pub(super) fn json_of_attributes(attributes: &[KeyValue]) -> String {
    json_text(&any_value::Value::KvlistValue(KeyValueList { values: attributes.to_vec() }))
}

/// A value as text; none of nothing.
fn text_of(value: &AnyValue) -> Option<String> {
    let value = value.value.as_ref()?;
    Some(match value {
        any_value::Value::StringValue(text) => text.clone(),
        any_value::Value::DoubleValue(double) => spelled(*double),
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

/// A double as text.
fn spelled(double: f64) -> String {
    format!("{double:?}").replace("inf", "Infinity")
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
        any_value::Value::DoubleValue(double) => Json::from(spelled(*double)),
        any_value::Value::BytesValue(bytes) => Json::from(BASE64.encode(bytes)),
        any_value::Value::ArrayValue(_) | any_value::Value::KvlistValue(_) => Json::Null,
    }
}
