//! Log records become the rows that a naive reading of them comes to.

use bucksaw::{Format, Options};
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, KeyValue,
    any_value::{self},
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, LogsData, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use proptest::collection::vec;
use proptest::prelude::*;
use prost::{DecodeError, Message as _};

use super::generate::{any_value, attributes, changed, changes, ids, nanos, resource, scope};
use super::model::{self, Names, rows_of};
use super::{check, rows};
use crate::support::{Cell, Row};

fn record() -> impl Strategy<Value = LogRecord> {
    let numbers = (any::<i32>(), any::<u32>(), prop_oneof![Just(0), any::<u32>()]);
    let body = proptest::option::of(any_value());
    (nanos(), nanos(), ids(), numbers, body, attributes(), "[a-c]{0,2}", "[a-c]{0,2}").prop_map(
        |(time, observed, (trace_id, span_id), numbers, body, attributes, severity, event)| {
            let (severity_number, flags, dropped_attributes_count) = numbers;
            LogRecord {
                time_unix_nano: time,
                observed_time_unix_nano: observed,
                severity_number,
                severity_text: severity,
                body,
                attributes,
                dropped_attributes_count,
                flags,
                trace_id,
                span_id,
                event_name: event,
            }
        },
    )
}

pub(super) fn data() -> impl Strategy<Value = LogsData> {
    use proptest::option::of;
    let scope_logs = (of(scope()), vec(record(), 0..4), "[a-b]{0,1}")
        .prop_map(|(scope, log_records, schema_url)| ScopeLogs { scope, log_records, schema_url });
    let resource_logs = (of(resource()), vec(scope_logs, 0..3), "[a-b]{0,1}").prop_map(
        |(resource, scope_logs, schema_url)| ResourceLogs { resource, scope_logs, schema_url },
    );
    vec(resource_logs, 0..3).prop_map(|resource_logs| LogsData { resource_logs })
}

/// The rows of a message by prost's reading.
pub(super) fn naive(message: &[u8]) -> Result<Vec<Row>, DecodeError> {
    LogsData::decode(message).map(|data| rows_of(&data, &mut Names::new(&model::LOGS)))
}

/// Whether the two readings agree.
fn check_logs(message: &[u8]) {
    check(message, Format::OtlpLogs, naive(message));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn rows_are_those_of_a_naive_reading(data in data()) {
        check_logs(&data.encode_to_vec());
    }

    /// Bits that are others, parts that are left out, repeated, or in another order.
    #[test]
    fn changed_messages_give_the_same_rows_or_are_refused_by_both(
        data in data(),
        changes in changes(),
    ) {
        let message = changed(data.encode_to_vec(), &changes);
        check_logs(&message);
    }

    /// As protobuf says: fields one after the other are one message, whichever way they are cut.
    #[test]
    fn parts_of_messages_are_merged(first in data(), second in data()) {
        let (mut first, second) = (first, second);
        let mut message = Vec::new();
        for (mut one, two) in first.resource_logs.drain(..).zip(second.resource_logs) {
            // Each resource in two parts, and the second part behind the scopes.
            let late = ResourceLogs { resource: two.resource, ..ResourceLogs::default() };
            for (scope, other) in one.scope_logs.iter_mut().zip(&two.scope_logs) {
                scope.log_records.extend_from_slice(&other.log_records);
            }
            let merged = [one.encode_to_vec(), late.encode_to_vec()].concat();
            message.push(0x0a);
            prost::encode_length_delimiter(merged.len(), &mut message).expect("memory");
            message.extend_from_slice(&merged);
        }
        check_logs(&message);
    }
}

fn value(value: any_value::Value) -> Option<AnyValue> {
    Some(AnyValue { value: Some(value) })
}

fn attribute(key: &str, of: any_value::Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: value(of), ..KeyValue::default() }
}

/// A request of records without resource and scope.
fn request(log_records: Vec<LogRecord>) -> LogsData {
    let scope_logs = vec![ScopeLogs { log_records, ..ScopeLogs::default() }];
    LogsData { resource_logs: vec![ResourceLogs { scope_logs, ..ResourceLogs::default() }] }
}

#[test]
fn attributes_are_typed_by_evidence_and_doubles_kept() {
    use any_value::Value;
    let records = (0..3).map(|number| LogRecord {
        time_unix_nano: 1_700_000_000_000_000_001,
        attributes: vec![
            attribute("http.status", Value::IntValue(200 + number)),
            attribute("took", Value::DoubleValue(0.5)),
            attribute("ok", Value::BoolValue(true)),
            attribute("raw", Value::BytesValue(vec![0, 255])),
            attribute("at", Value::StringValue("2026-01-02T03:04:05Z".to_owned())),
            attribute("http.status", Value::StringValue("again".to_owned())),
        ],
        ..LogRecord::default()
    });
    let (names, rows) = rows(&request(records.collect()).encode_to_vec(), Options::new());
    assert_eq!(names[0], "time");
    for (number, row) in (0..).zip(&rows) {
        let expected = [
            ("time", Cell::Timestamp(1_700_000_000_000_000)),
            ("time__ns", Cell::I32(1)),
            ("attr_http_status", Cell::I64(200 + number)),
            ("attr_took", Cell::F64(0.5_f64.to_bits())),
            ("attr_ok", Cell::Bool(true)),
            ("attr_raw", Cell::Bytes(vec![0, 255])),
            ("attr_at", Cell::Timestamp(1_767_323_045_000_000)),
            ("_rest", Cell::Text(r#"{"attr":{"http.status":"again"}}"#.to_owned())),
        ];
        let expected: Row =
            expected.into_iter().map(|(name, cell)| (name.to_owned(), cell)).collect();
        assert_eq!(*row, expected);
    }
}

/// What a resource has twice, and what doesn't fit its column, is with each of its rows.
#[test]
fn values_of_resources_are_repeated_by_the_type_rules() {
    use any_value::Value;
    let of_resource = |port: Value| {
        let text = |text: &str| Value::StringValue(text.to_owned());
        let list = Value::ArrayValue(ArrayValue { values: value(text("x")).into_iter().collect() });
        let attributes = vec![
            attribute("service.name", text("shop")),
            attribute("port", port),
            attribute("port", text("second")),
            attribute("tags", list),
        ];
        let resource = Resource { attributes, ..Resource::default() };
        let records = vec![LogRecord { flags: 1, ..LogRecord::default() }; 3];
        let mut of_resource = request(records).resource_logs.remove(0);
        of_resource.resource = Some(resource);
        of_resource
    };
    let mut resource_logs: Vec<_> =
        (0..30).map(|port| of_resource(Value::IntValue(port))).collect();
    resource_logs.push(of_resource(Value::StringValue("http".to_owned())));
    let (_, rows) = rows(&LogsData { resource_logs }.encode_to_vec(), Options::new());
    assert_eq!(rows.len(), 93);
    for (index, row) in rows.iter().enumerate() {
        let text = |text: &str| Some(Cell::Text(text.to_owned()));
        assert_eq!(row.get("service_name").cloned(), text("shop"));
        assert_eq!(row.get("resource_service_name").cloned(), text("shop"));
        assert_eq!(row.get("resource_tags").cloned(), text(r#"["x"]"#));
        assert_eq!(row.get("_rest").cloned(), text(r#"{"resource":{"port":"second"}}"#));
        let is_text = index >= 90;
        let port = (!is_text).then_some(Cell::I64(index as i64 / 3));
        assert_eq!(row.get("resource_port").cloned(), port);
        let beside = is_text.then(|| Cell::Text("http".to_owned()));
        assert_eq!(row.get("resource_port__text").cloned(), beside);
    }
}
