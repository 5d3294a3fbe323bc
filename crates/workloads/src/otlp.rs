//! Rows as OTLP log requests, in protobuf.
//!
//! A request has 512 records, of about 10 resources: each run of rows has the resource and the scope of its first row. Names that
//! begin with `resource_` and `attr_` become attributes, with dots for underscores.

use crate::{Field, Row, Value};

/// Records in one request.
pub const REQUEST_RECORDS: usize = 512;
/// Records that have one resource.
pub(crate) const RESOURCE_RECORDS: usize = 52;

const NANOS_OF_MILLI: u64 = 1_000_000;

/// Appends the next request of these rows to `out`: an `ExportLogsServiceRequest`, of which several one after the
/// other are one, too. False where there are no rows left.
pub fn write_logs_request(rows: &mut impl Iterator<Item = Row>, out: &mut Vec<u8>) -> bool {
    let rows: Vec<Row> = rows.take(REQUEST_RECORDS).collect();
    for run in rows.chunks(RESOURCE_RECORDS) {
        put_message(1, out, |out| resource_logs(run, out));
    }
    !rows.is_empty()
}

fn resource_logs(rows: &[Row], out: &mut Vec<u8>) {
    let first = rows.first().map_or(&[][..], Vec::as_slice);
    put_message(1, out, |out| {
        for (name, value) in first {
            if let Some(name) = name.strip_prefix("resource_") {
                put_attribute(1, name, value, out);
            }
        }
    });
    put_message(2, out, |out| {
        put_message(1, out, |out| {
            for (name, value) in first {
                match (*name, value) {
                    ("scope_name", Value::Text(text)) => put_bytes(1, text.as_bytes(), out),
                    ("scope_version", Value::Text(text)) => put_bytes(2, text.as_bytes(), out),
                    _ => {}
                }
            }
        });
        for row in rows {
            put_message(2, out, |out| row.iter().for_each(|field| put_field(field, out)));
        }
    });
}

/// A field of a `LogRecord`.
fn put_field((name, value): &Field, out: &mut Vec<u8>) {
    match (*name, value) {
        // Some nanoseconds more, as clocks tell them.
        ("chq_timestamp", Value::I64(time)) => put_fixed64(1, nanos(*time) + 123_456, out),
        ("chq_observed_timestamp", Value::I64(time)) => put_fixed64(11, nanos(*time), out),
        ("log_level", Value::Text(text)) => {
            put_varint_field(2, severity(text), out);
            put_bytes(3, text.as_bytes(), out);
        }
        ("log_message", value) => put_message(5, out, |out| put_any_value(value, out)),
        ("trace_id", Value::Text(digits)) => put_bytes(9, &unhex(digits), out),
        ("span_id", Value::Text(digits)) => put_bytes(10, &unhex(digits), out),
        (name, _) if name.starts_with("resource_") || name.starts_with("scope_") => {}
        (name, value) => put_attribute(6, name.strip_prefix("attr_").unwrap_or(name), value, out),
    }
}

pub(crate) fn nanos(millis: i64) -> u64 {
    millis.unsigned_abs() * NANOS_OF_MILLI
}

pub(crate) fn severity(level: &str) -> u64 {
    match level {
        "TRACE" => 1,
        "DEBUG" => 5,
        "INFO" => 9,
        "WARN" => 13,
        "ERROR" => 17,
        "FATAL" => 21,
        _ => 0,
    }
}

fn unhex(digits: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or_default() as u8;
    digits.as_bytes().chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

fn put_attribute(number: u32, name: &str, value: &Value, out: &mut Vec<u8>) {
    put_message(number, out, |out| {
        put_bytes(1, name.replace('_', ".").as_bytes(), out);
        put_message(2, out, |out| put_any_value(value, out));
    });
}

fn put_any_value(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Text(text) => put_bytes(1, text.as_bytes(), out),
        Value::Bool(value) => put_varint_field(2, u64::from(*value), out),
        Value::I64(value) => put_varint_field(3, value.cast_unsigned(), out),
        Value::F64(value) => put_fixed64(4, value.to_bits(), out),
    }
}

fn put_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_varint_field(number: u32, value: u64, out: &mut Vec<u8>) {
    put_varint(u64::from(number) << 3, out);
    put_varint(value, out);
}

fn put_fixed64(number: u32, value: u64, out: &mut Vec<u8>) {
    put_varint(u64::from(number) << 3 | 1, out);
    out.extend_from_slice(&value.to_le_bytes());
}

fn put_bytes(number: u32, bytes: &[u8], out: &mut Vec<u8>) {
    put_varint(u64::from(number) << 3 | 2, out);
    put_varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

fn put_message(number: u32, out: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>)) {
    let mut message = Vec::new();
    fill(&mut message);
    put_bytes(number, &message, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_the_bytes_that_protobuf_says() {
        let row = vec![
            ("chq_timestamp", Value::I64(1)),
            ("log_message", Value::from("hi")),
            ("log_level", Value::from("INFO")),
            ("resource_a_b", Value::I64(300)),
            ("attr_c", Value::Bool(true)),
            ("span_id", Value::from("0aff")),
        ];
        let mut rows = std::iter::once(row);
        let mut out = Vec::new();
        assert!(write_logs_request(&mut rows, &mut out));
        let time = (NANOS_OF_MILLI + 123_456).to_le_bytes();
        let record = [
            &[0x09][..],
            &time,
            &[0x2a, 4, 0x0a, 2, b'h', b'i', 0x10, 9, 0x1a, 4, b'I', b'N', b'F', b'O'],
            &[0x32, 7, 0x0a, 1, b'c', 0x12, 2, 0x10, 1, 0x52, 2, 0x0a, 0xff],
        ]
        .concat();
        let resource = [0x0a, 10, 0x0a, 3, b'a', b'.', b'b', 0x12, 3, 0x18, 0xac, 2];
        let expected =
            [&[0x0a, 56, 0x0a, 12][..], &resource, &[0x12, 40, 0x0a, 0, 0x12, 36], &record]
                .concat();
        assert_eq!(out, expected);
        assert!(!write_logs_request(&mut rows, &mut out));
    }
}
