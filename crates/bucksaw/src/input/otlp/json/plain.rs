//! The fast way through attributes: those that are as encoders write them, without white space and escapes. Whatever is not is for the
//! transcoder, which alone says what is wrong with it.

use super::numbers::{double, short_integer};
use super::output::Output;
use super::reader::Reader;
use crate::input::otlp::plain::{BOOL, DOUBLE, INT, KEY, TEXT, VALUE};

const START: &[u8] = b"{\"key\":\"";
const BETWEEN: &[u8] = b"\",\"value\":{\"";
const IS_TEXT: &[u8] = b"stringValue\":\"";
const IS_INT: &[u8] = b"intValue\":\"";
const IS_DOUBLE: &[u8] = b"doubleValue\":";
const IS_TRUE: &[u8] = b"boolValue\":true";
const IS_FALSE: &[u8] = b"boolValue\":false";
const END: &[u8] = b"}}";

/// Lengths have two bytes, so that they can be written before what they are of has been.
const MOST: usize = 1 << 14;

/// Writes the attribute that `json` begins with as a field with this tag, and says how long it is in JSON. None where it is not plain:
/// then part of it may have been written.
#[inline]
pub(super) fn attribute(json: &[u8], tag: u8, out: &mut Output<'_>) -> Option<usize> {
    let key = json.strip_prefix(START)?;
    let start = out.len();
    out.put([tag, 0, 0, KEY, 0, 0]);
    let key_len = out.put_plain(key)?;
    let value = key[key_len..].strip_prefix(BETWEEN)?;
    let value_start = out.len();
    out.put([VALUE, 0, 0]);
    let rest = scalar(value, out)?.strip_prefix(END)?;
    let end = out.len();
    let len = end - start - 3;
    if len >= MOST {
        return None;
    }
    set_len(out, start + 1, len);
    set_len(out, start + 4, key_len);
    set_len(out, value_start + 1, end - value_start - 3);
    Some(json.len() - rest.len())
}

/// Writes the `AnyValue` that `json` begins with, its first quote being behind, and gives what comes behind its value.
#[inline]
fn scalar<'j>(json: &'j [u8], out: &mut Output<'_>) -> Option<&'j [u8]> {
    if let Some(text) = json.strip_prefix(IS_TEXT) {
        let start = out.len();
        out.put([TEXT, 0, 0]);
        let len = out.put_plain(text)?;
        if len >= MOST {
            return None;
        }
        set_len(out, start + 1, len);
        return text[len..].strip_prefix(b"\"");
    }
    if let Some(digits) = json.strip_prefix(IS_INT) {
        let (value, rest) = short_integer(digits)?;
        out.push(INT);
        out.put_varint(value.cast_unsigned());
        return rest.strip_prefix(b"\"");
    }
    if let Some(number) = json.strip_prefix(IS_DOUBLE) {
        let mut reader = Reader::new(number);
        let value = double(reader.number().ok()?)?;
        out.push(DOUBLE);
        out.put(value.to_le_bytes());
        return Some(&number[reader.at..]);
    }
    let (value, rest) = match json.strip_prefix(IS_TRUE) {
        Some(rest) => (1, rest),
        None => (0, json.strip_prefix(IS_FALSE)?),
    };
    out.put([BOOL, value]);
    Some(rest)
}

#[inline]
fn set_len(out: &mut Output<'_>, at: usize, len: usize) {
    out.written(at, 2).copy_from_slice(&[len as u8 | 0x80, (len >> 7) as u8]);
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::logs::v1::LogsData;
    use prost::Message as _;

    use super::super::transcoder::Transcoder;
    use crate::input::otlp::messages::LOGS;

    /// The message with this attribute, as protobuf has it; the space before it, if any, is none that encoders write.
    fn transcoded(space: &str, key: &str, value: &str) -> LogsData {
        let attribute = format!(r#"{{{space}"key":"{key}","value":{{{value}}}}}"#);
        let json = format!(
            r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"attributes":[{attribute},{attribute}]}}]}}]}}]}}"#
        );
        let arena = bumpalo::Bump::new();
        let mut transcoder = Transcoder::new(json.as_bytes(), &LOGS, &arena);
        transcoder.reader.at = 1;
        transcoder.depth = 1;
        transcoder.members(&LOGS).expect("JSON");
        assert!(transcoder.unreadable.is_empty(), "{json}");
        LogsData::decode(transcoder.out.into_bytes()).expect("protobuf")
    }

    #[test]
    fn plain_attributes_are_what_others_are() {
        let lens = (0..40).chain([126, 127, 128, 129, 300, 16_300]).chain(16_360..16_390);
        for len in lens {
            let text = "k".repeat(len);
            let of_text = format!(r#""stringValue":"{text}""#);
            assert_eq!(transcoded("", &text, &of_text), transcoded(" ", &text, &of_text), "{len}");
            assert_eq!(transcoded("", "a", &of_text), transcoded(" ", "a", &of_text), "{len}");
        }
        for value in [
            r#""stringValue":"\u00e9\n""#,
            r#""stringValue":"é""#,
            r#""intValue":"0""#,
            r#""intValue":"-1""#,
            r#""intValue":"9223372036854775807""#,
            r#""intValue":"-9223372036854775808""#,
            r#""intValue":"1e3""#,
            r#""intValue":17"#,
            r#""doubleValue":-1.5e300"#,
            r#""doubleValue":"NaN""#,
            r#""doubleValue":7"#,
            r#""boolValue":true"#,
            r#""boolValue":false"#,
            r#""bytesValue":"aGk=""#,
            r#""arrayValue":{"values":[{"intValue":"1"}]}"#,
            r#""stringValue":"a","stringValue":"b""#,
            "",
        ] {
            let plain = transcoded("", "key", value);
            let other = transcoded(" ", "key", value);
            assert_eq!(format!("{plain:?}"), format!("{other:?}"), "{value}");
            assert!(format!("{plain:?}").contains("\"key\""), "{value}");
        }
    }
}
