//! A minimal JSON writer, for rows.

use crate::{Field, Value};
use std::fmt::Write;

/// Appends `row` as one line of NDJSON, with its newline. Integers and floats are written with
/// the shortest text that reads back to the same number; floats always look like floats (`2.0`).
pub fn write_line(row: &[Field], out: &mut String) {
    out.push('{');
    for (at, (name, value)) in row.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_text(name, out);
        out.push(':');
        write_value(value, out);
    }
    out.push_str("}\n");
}

/// Appends one value.
pub fn write_value(value: &Value, out: &mut String) {
    match value {
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::I64(number) => write_i64(*number, out),
        Value::F64(number) => write_f64(*number, out),
        Value::Text(text) => write_text(text, out),
    }
}

/// Appends an integer.
pub(crate) fn write_i64(number: i64, out: &mut String) {
    // Writing to a string can't fail.
    let _ = write!(out, "{number}");
}

/// Appends a float; JSON has no word for one that isn't finite, so that becomes `null`.
pub(crate) fn write_f64(number: f64, out: &mut String) {
    if number.is_finite() {
        // Debug gives the shortest digits, and an exponent where that is shorter than zeros.
        let _ = write!(out, "{number:?}");
    } else {
        out.push_str("null");
    }
}

/// Appends `text` in quotes, escaping what JSON asks for and nothing else.
pub fn write_text(text: &str, out: &mut String) {
    out.push('"');
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        // The byte is ASCII, so both cuts are between characters.
        out.push_str(&text[copied..at]);
        copied = at + 1;
        write_escape(byte, out);
    }
    out.push_str(&text[copied..]);
    out.push('"');
}

/// As [`write_text`], with every character beyond ASCII escaped too (in UTF-16, as JSON wants it).
pub(crate) fn write_ascii_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '\0'..='\x1f' | '"' | '\\' => write_escape(character as u8, out),
            ' '..='\x7f' => out.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

fn write_escape(byte: u8, out: &mut String) {
    match byte {
        b'"' => out.push_str("\\\""),
        b'\\' => out.push_str("\\\\"),
        b'\n' => out.push_str("\\n"),
        b'\r' => out.push_str("\\r"),
        b'\t' => out.push_str("\\t"),
        0x08 => out.push_str("\\b"),
        0x0c => out.push_str("\\f"),
        _ => {
            let _ = write!(out, "\\u{byte:04x}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: impl Into<Value>) -> String {
        let mut out = String::new();
        write_value(&value.into(), &mut out);
        out
    }

    #[test]
    fn numbers_are_short_and_keep_their_type() {
        assert_eq!(text(i64::MIN), "-9223372036854775808");
        assert_eq!(text(2.0), "2.0");
        assert_eq!(text(-0.0), "-0.0");
        assert_eq!(text(0.1 + 0.2), "0.30000000000000004");
        assert_eq!(text(1e300), "1e300");
        assert_eq!(text(5e-324), "5e-324");
        assert_eq!(text(f64::NAN), "null");
    }

    #[test]
    fn text_is_escaped_where_it_must_be() {
        assert_eq!(text("plain ü 漢 🪵 \u{7f}"), "\"plain ü 漢 🪵 \u{7f}\"");
        assert_eq!(text("\"\\/\n\r\t\u{8}\u{c}\u{1}"), r#""\"\\/\n\r\t\b\f\u0001""#);
        assert_eq!(text("a\"ü\"b"), "\"a\\\"ü\\\"b\"");
    }

    #[test]
    fn ascii_text_uses_surrogate_pairs() {
        let mut out = String::new();
        write_ascii_text("ü🪵\n", &mut out);
        assert_eq!(out, "\"\\u00fc\\ud83e\\udeb5\\n\"");
    }

    #[test]
    fn every_character_reads_back() {
        for first in (0..=0x0010_ffff).step_by(97) {
            let all: String = (first..first + 97).filter_map(char::from_u32).collect();
            let (mut plain, mut ascii) = (String::new(), String::new());
            write_text(&all, &mut plain);
            write_ascii_text(&all, &mut ascii);
            assert!(ascii.is_ascii());
            assert_eq!(serde_json::from_str::<String>(&plain).expect("JSON"), all);
            assert_eq!(serde_json::from_str::<String>(&ascii).expect("JSON"), all);
        }
    }

    #[test]
    fn a_line_has_names_in_order_and_one_newline() {
        let row = [("b", Value::I64(1)), ("a\"", Value::Bool(false)), ("c", Value::from("x\ny"))];
        let mut out = String::new();
        write_line(&row, &mut out);
        write_line(&[], &mut out);
        assert_eq!(out, "{\"b\":1,\"a\\\"\":false,\"c\":\"x\\ny\"}\n{}\n");
    }
}
