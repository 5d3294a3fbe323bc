//! Rows as OTLP log requests, in JSON: the same requests as in protobuf, spelled as the Collector spells them.

use std::fmt::Write as _;

use crate::json::{write_f64, write_text};
use crate::otlp::{REQUEST_RECORDS, RESOURCE_RECORDS, nanos, severity};
use crate::{Field, Row, Value};

/// Appends the next request of these rows to `out`, with a newline. False where there are no rows left.
pub fn write_logs_request(rows: &mut impl Iterator<Item = Row>, out: &mut String) -> bool {
    let rows: Vec<Row> = rows.take(REQUEST_RECORDS).collect();
    if rows.is_empty() {
        return false;
    }
    out.push_str("{\"resourceLogs\":");
    list(rows.chunks(RESOURCE_RECORDS), out, resource_logs);
    out.push_str("}\n");
    true
}

/// Appends an array.
fn list<T>(
    elements: impl IntoIterator<Item = T>,
    out: &mut String,
    mut put: impl FnMut(T, &mut String),
) {
    out.push('[');
    for (at, element) in elements.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        put(element, out);
    }
    out.push(']');
}

fn resource_logs(rows: &[Row], out: &mut String) {
    let first = rows.first().map_or(&[][..], Vec::as_slice);
    out.push_str("{\"resource\":{\"attributes\":");
    let of_resource = first.iter().filter_map(|(name, value)| {
        let name = name.strip_prefix("resource_")?;
        Some((name, value))
    });
    list(of_resource, out, attribute);
    out.push_str("},\"scopeLogs\":[{\"scope\":{");
    let mut is_first = true;
    for (name, value) in first {
        if let (Some(name @ ("name" | "version")), Value::Text(text)) =
            (name.strip_prefix("scope_"), value)
        {
            member(name, &mut is_first, out);
            write_text(text, out);
        }
    }
    out.push_str("},\"logRecords\":");
    list(rows, out, |row, out| record(row, out));
    out.push_str("}]}");
}

/// Begins an object's member.
fn member(name: &str, is_first: &mut bool, out: &mut String) {
    if !std::mem::take(is_first) {
        out.push(',');
    }
    // Writing to a string can't fail.
    let _ = write!(out, "\"{name}\":");
}

fn record(row: &[Field], out: &mut String) {
    out.push('{');
    let mut is_first = true;
    for (name, value) in row {
        match (*name, value) {
            ("chq_timestamp", Value::I64(time)) => {
                member("timeUnixNano", &mut is_first, out);
                let _ = write!(out, "\"{}\"", nanos(*time) + 123_456);
            }
            ("chq_observed_timestamp", Value::I64(time)) => {
                member("observedTimeUnixNano", &mut is_first, out);
                let _ = write!(out, "\"{}\"", nanos(*time));
            }
            ("log_level", Value::Text(text)) => {
                member("severityNumber", &mut is_first, out);
                let _ = write!(out, "{}", severity(text));
                member("severityText", &mut is_first, out);
                write_text(text, out);
            }
            ("log_message", value) => {
                member("body", &mut is_first, out);
                any_value(value, out);
            }
            ("trace_id", Value::Text(digits)) => {
                member("traceId", &mut is_first, out);
                write_text(digits, out);
            }
            ("span_id", Value::Text(digits)) => {
                member("spanId", &mut is_first, out);
                write_text(digits, out);
            }
            _ => {}
        }
    }
    member("attributes", &mut is_first, out);
    let attributes = row.iter().filter(|(name, value)| is_attribute(name, value));
    let attributes =
        attributes.map(|(name, value)| (name.strip_prefix("attr_").unwrap_or(name), value));
    list(attributes, out, attribute);
    out.push('}');
}

/// Whether a field is none of a record's own, of its resource's or its scope's.
fn is_attribute(name: &str, value: &Value) -> bool {
    !match (name, value) {
        ("chq_timestamp" | "chq_observed_timestamp", Value::I64(_)) | ("log_message", _) => true,
        ("log_level" | "trace_id" | "span_id", Value::Text(_)) => true,
        (name, _) => name.starts_with("resource_") || name.starts_with("scope_"),
    }
}

fn attribute((name, value): (&str, &Value), out: &mut String) {
    out.push_str("{\"key\":");
    write_text(&name.replace('_', "."), out);
    out.push_str(",\"value\":");
    any_value(value, out);
    out.push('}');
}

fn any_value(value: &Value, out: &mut String) {
    match value {
        Value::Text(text) => {
            out.push_str("{\"stringValue\":");
            write_text(text, out);
        }
        Value::Bool(value) => {
            let _ = write!(out, "{{\"boolValue\":{value}");
        }
        Value::I64(value) => {
            let _ = write!(out, "{{\"intValue\":\"{value}\"");
        }
        Value::F64(value) => {
            out.push_str("{\"doubleValue\":");
            write_f64(*value, out);
        }
    }
    out.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_the_text_that_otlp_says() {
        let row = vec![
            ("chq_timestamp", Value::I64(1)),
            ("log_message", Value::from("hi")),
            ("log_level", Value::from("INFO")),
            ("resource_a_b", Value::I64(300)),
            ("attr_c", Value::Bool(true)),
            ("span_id", Value::from("0aff")),
        ];
        let mut rows = std::iter::once(row);
        let mut out = String::new();
        assert!(write_logs_request(&mut rows, &mut out));
        let resource = r#"{"attributes":[{"key":"a.b","value":{"intValue":"300"}}]}"#;
        let record = r#"{"timeUnixNano":"1123456","body":{"stringValue":"hi"},"severityNumber":9,"severityText":"INFO","spanId":"0aff","attributes":[{"key":"c","value":{"boolValue":true}}]}"#;
        let expected = format!(
            "{{\"resourceLogs\":[{{\"resource\":{resource},\"scopeLogs\":[{{\"scope\":{{}},\"logRecords\":[{record}]}}]}}]}}\n"
        );
        assert_eq!(out, expected);
        assert!(!write_logs_request(&mut rows, &mut out));
    }
}
