//! Whether bytes are a start of OTLP/JSON, and of which signal.

use super::decoder::RECORD_SEPARATOR;
use super::reader::Reader;
use crate::error::{Error, ErrorKind, Result};
use crate::input::Format;
use crate::input::framing::BYTE_ORDER_MARK;

const PROFILES: &str = "resourceProfiles";

/// Whether a source of OTLP that starts so is JSON, and not protobuf.
pub(in crate::input) fn is_json(start: &[u8]) -> bool {
    let bare = bare(start);
    // No field of protobuf begins with a bracket, but with a line's end.
    let begins = matches!(bare.first(), Some(b'{' | b'[')) || begins_as_json(bare);
    begins || format_of(start).is_ok_and(|found| found.is_some())
}

/// Without what may stand before all JSON.
fn bare(start: &[u8]) -> &[u8] {
    let marks = [BYTE_ORDER_MARK, &[RECORD_SEPARATOR]];
    marks.iter().find_map(|mark| start.strip_prefix(*mark)).unwrap_or(start)
}

/// Whether the first name is one, as far as there is any.
fn begins_as_json(start: &[u8]) -> bool {
    let mut reader = Reader::new(start);
    reader.skip_spaces();
    if reader.take(b'[') {
        reader.skip_spaces();
    }
    if !reader.take(b'{') {
        return false;
    }
    reader.skip_spaces();
    let is_cut = |reader: &Reader<'_>| reader.at == start.len();
    match reader.peek() {
        None | Some(b'}') => return true,
        Some(b'"') => reader.at += 1,
        Some(_) => return false,
    }
    if reader.string().is_err() {
        return is_cut(&reader);
    }
    reader.skip_spaces();
    is_cut(&reader) || reader.peek() == Some(b':')
}

/// The signal of a source that starts so, if it is OTLP/JSON: the first object has its list of resources, wherever in it.
///
/// # Errors
/// [`ErrorKind::InputFormat`] of profiles.
pub(in crate::input) fn format_of(start: &[u8]) -> Result<Option<Format>> {
    let start = bare(start);
    let found = format_of_first(start)?;
    if found.is_some() || is_whole_or_cut(start) {
        return Ok(found);
    }
    // A line that lost its beginning, as log files do that are cut.
    let behind = memchr::memchr(b'\n', start).map_or(&[][..], |end| &start[end + 1..]);
    format_of_first(behind)
}

/// Whether the first line is JSON, as far as it is there.
fn is_whole_or_cut(start: &[u8]) -> bool {
    let mut reader = Reader::new(start);
    reader.skip_spaces();
    reader.skip_value().is_ok() || reader.at >= start.len()
}

/// The same of the first object.
fn format_of_first(start: &[u8]) -> Result<Option<Format>> {
    let mut reader = Reader::new(start);
    reader.skip_spaces();
    if reader.take(b'[') {
        reader.skip_spaces();
    }
    if !reader.take(b'{') {
        return Ok(None);
    }
    loop {
        reader.skip_spaces();
        if !reader.take(b'"') {
            return Ok(None);
        }
        let Ok(name) = reader.string() else { return Ok(None) };
        reader.skip_spaces();
        if !reader.take(b':') {
            return Ok(None);
        }
        reader.skip_spaces();
        let found = match name.bytes {
            b"resourceLogs" => Some(Format::OtlpLogs),
            b"resourceSpans" => Some(Format::OtlpTraces),
            b"resourceMetrics" => Some(Format::OtlpMetrics),
            _ => None,
        };
        if reader.peek() == Some(b'[') {
            if found.is_some() {
                return Ok(found);
            }
            if name.bytes == PROFILES.as_bytes() {
                return Err(profiles());
            }
        }
        if reader.skip_value().is_err() {
            return Ok(None);
        }
        reader.skip_spaces();
        if !reader.take(b',') {
            return Ok(None);
        }
    }
}

/// The error of a source of profiles.
pub(in crate::input) fn profiles() -> Error {
    let message = "it holds OTLP profiles, which are not read: logs, traces and metrics are";
    Error::new(ErrorKind::InputFormat, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(start: &str) -> Option<Format> {
        format_of(start.as_bytes()).expect("no profiles")
    }

    #[test]
    fn the_first_object_tells_the_signal_by_its_list_wherever_it_is() {
        assert_eq!(found("{\"resourceLogs\":["), Some(Format::OtlpLogs));
        assert_eq!(found("\u{feff} \n[ {\n \"resourceSpans\" : []"), Some(Format::OtlpTraces));
        let other = r#"{"a":{"resourceLogs":[1,"\"]"]},"b":[],"resourceMetrics":[{"#;
        assert_eq!(found(other), Some(Format::OtlpMetrics));
        for text in [
            "",
            "{}",
            r#"{"resourceLogs":"x"}"#,
            r#"{"resource_logs":[]}"#,
            r#"{"a":1}{"resourceLogs":[]}"#,
            r#"[[{"resourceLogs":[]}]]"#,
            r#"{"a":1 "resourceLogs":[]}"#,
        ] {
            assert_eq!(found(text), None, "{text}");
        }
        let error = format_of(br#"{"resourceProfiles":[]}"#).expect_err("profiles");
        assert!(error.message().contains("profiles"), "{error}");
    }

    #[test]
    fn protobuf_that_looks_like_json_at_first_is_none() {
        for text in ["{", "{}", "[", "{x", "\n {\"a\": 1}", " [ {\"a\"", "\n{", "\n{\"resourceLo"] {
            assert!(is_json(text.as_bytes()), "{text}");
        }
        // A resource of 123 bytes, in it one of 34, in it an attribute.
        for bytes in
            [&b"\n{\n\"\n\x12"[..], b"\n[\n\x02", b"\n\x20\n", b"", b"\n\n", b"\0\0\0\x05\n{"]
        {
            assert!(!is_json(bytes), "{bytes:?}");
        }
    }
}
