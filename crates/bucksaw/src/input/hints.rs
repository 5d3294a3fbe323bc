//! What a source may be that was read as something else, and the options that read it as that.

use bumpalo::Bump;
use serde::de::IgnoredAny;

use super::formats::{Layout, START_BYTES, is_json, layout_of_objects};
use super::json::RECORD_SEPARATOR;
use super::lines::ReadLine;
use super::logfmt::LogfmtReader;
use super::syslog::{SyslogOptions, SyslogReader};
use super::text::{TextOptions, TextPattern, TextReader};
use crate::block::Block;
use crate::coerce::builder::BorrowingBuilder;
use crate::options::Options;
use crate::schema::Schema;

/// Bytes of a first record that are looked at where it is malformed.
const HINT_BYTES: usize = 64 << 10;
/// Separators in a line of cells, at the least.
const MIN_SEPARATORS: usize = 2;
/// Bytes of a binary source that are shown.
const SHOWN_BYTES: usize = 8;
/// What may stand between fields.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// What a source of NDJSON seems to be whose first record, of which this is the start, is malformed.
pub(super) fn hint(start: &[u8]) -> Option<String> {
    let start = &start[..start.len().min(HINT_BYTES)];
    let start = start.trim_ascii_start();
    match start.first()? {
        b'[' if starts_array(start) => Some(
            "this looks like one JSON array, and NDJSON has an object on each line: --format json"
                .to_owned(),
        ),
        b'{' => hint_at_objects(start),
        &RECORD_SEPARATOR => {
            Some("this looks like a JSON text sequence (RFC 7464): --format json".to_owned())
        }
        _ => {
            let first = &start[..start.len().min(START_BYTES)];
            if first.contains(&0) || !is_utf8_but_for_its_end(first) {
                return Some(hint_at_bytes(first));
            }
            hint_at_lines(start).or_else(|| hint_at_cells(first)).or_else(|| hint_at_text(first))
        }
    }
}

/// Whether an array has begun: a log's line may begin with a bracket, too.
fn starts_array(start: &[u8]) -> bool {
    let elements = start.get(1..).unwrap_or_default();
    let mut values = serde_json::Deserializer::from_slice(elements).into_iter::<IgnoredAny>();
    let has_first = matches!(values.next(), Some(Ok(_)));
    let behind = elements.get(values.byte_offset()..).unwrap_or_default().trim_ascii_start();
    is_json(start) || has_first && matches!(behind.first(), Some(b',' | b']'))
}

fn hint_at_bytes(start: &[u8]) -> String {
    let shown = start.iter().take(SHOWN_BYTES).map(|byte| format!("{byte:02x}"));
    format!(
        "this looks like a binary file: it starts with {} (where it is OTLP: --format otlp-logs, otlp-traces or otlp-metrics)",
        shown.collect::<Vec<_>>().join(" ")
    )
}

/// Lines that a reader of such takes: the first one tells.
fn hint_at_lines(start: &[u8]) -> Option<String> {
    let line = str::from_utf8(start.split(|byte| *byte == b'\n').next()?).ok()?.trim_end();
    let is_access_log = |pattern: &TextPattern| {
        is_read(&TextReader::of(&TextOptions::new().pattern(pattern.clone())), line)
    };
    if let Some(pattern) = TextPattern::ready().iter().find(|pattern| is_access_log(pattern)) {
        return Some(format!("this looks like an access log: --format text --pattern {pattern}"));
    }
    if is_read(&SyslogReader::of(&SyslogOptions::new()), line) {
        return Some("this looks like syslog: --format syslog".to_owned());
    }
    // Any text may have an equals sign somewhere.
    let has_pair_first = line.split(' ').next().is_some_and(|word| word.contains('='));
    let is_logfmt = has_pair_first && is_read(&LogfmtReader, line);
    is_logfmt.then(|| "this looks like logfmt: --format logfmt".to_owned())
}

/// Lines of words, of which nothing else is known.
fn hint_at_text(start: &[u8]) -> Option<String> {
    let has_words = start.split(|byte| *byte == b'\n').next()?.contains(&b' ');
    (has_words && !start.starts_with(b"\"")).then(|| {
        "if lines are text: --format text, or --text-lines keep where others are JSON; --on-error skip leaves them out".to_owned()
    })
}

fn is_read(reader: &impl ReadLine, line: &str) -> bool {
    let (mut block, mut schema) = (Block::default(), Schema::new(&Options::new()));
    let arena = Bump::new();
    reader.read(line, &mut BorrowingBuilder::of_block(&mut block, &mut schema, &arena)).is_ok()
}

/// Lines of cells: as many in the first as in the second.
fn hint_at_cells(start: &[u8]) -> Option<String> {
    let mut lines = start.split(|byte| *byte == b'\n');
    let (first, second) = (lines.next()?, lines.next()?);
    // Whether the last line is whole is not known.
    lines.next()?;
    let sign = DELIMITERS.into_iter().find(|sign| {
        count(first, *sign) >= MIN_SEPARATORS && count(first, *sign) == count(second, *sign)
    })?;
    Some(match sign {
        b',' => "this looks like CSV: say so with --format csv".to_owned(),
        b'\t' => "this looks like TSV: say so with --format tsv".to_owned(),
        _ => format!("this looks like CSV: say so with --format csv {}", delimiter_option(sign)),
    })
}

fn count(line: &[u8], sign: u8) -> usize {
    memchr::memchr_iter(sign, line).count()
}

fn delimiter_option(sign: u8) -> String {
    match sign {
        b'\t' => "--csv-delimiter tab".to_owned(),
        sign => format!("--csv-delimiter '{}'", char::from(sign)),
    }
}

/// What the first row of CSV says that is one field: another sign may stand between fields than this one.
pub(super) fn hint_at_delimiter(row: &[u8], delimiter: u8) -> Option<String> {
    if row.contains(&delimiter) {
        return None;
    }
    let most = DELIMITERS.into_iter().max_by_key(|sign| count(row, *sign))?;
    let shown = |sign| match sign {
        b'\t' => "tab".to_owned(),
        sign => format!("{:?}", char::from(sign)),
    };
    let (times, option) = (count(row, most), delimiter_option(most));
    (times > 0).then(|| {
        format!(
            "the first row has no {} in it, but {} ({times}): if that is between fields, {option}",
            shown(delimiter),
            shown(most)
        )
    })
}

/// Whether a header row that starts so is none, but JSON.
pub(super) fn is_json_row(start: &[u8]) -> bool {
    let (first, behind) = match start.trim_ascii_start() {
        [first @ (b'{' | b'['), behind @ ..] => (*first, behind.trim_ascii_start()),
        _ => return false,
    };
    match behind.first() {
        None | Some(b'{' | b'}') => true,
        Some(b'"') => first == b'{',
        Some(sign) => first == b'[' && *sign == b'[',
    }
}

/// The first member of an object that starts so, if it is an array of objects, and a name that needs no quotes.
pub(super) fn wrapper(start: &[u8]) -> Option<String> {
    let start = &start[..start.len().min(START_BYTES)];
    let name = behind(behind(start, b'{')?, b'"')?;
    let end = name.iter().position(|byte| *byte == b'"')?;
    let (name, rest) = name.split_at(end);
    behind(behind(behind(&rest[1..], b':')?, b'[')?, b'{')?;
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let is_name =
        name.iter().all(is_plain) && name.first().is_some_and(|first| !first.is_ascii_digit());
    String::from_utf8(name.to_vec()).ok().filter(|_| is_name)
}

/// What stands behind a sign that comes next.
fn behind(text: &[u8], sign: u8) -> Option<&[u8]> {
    text.trim_ascii_start().strip_prefix(&[sign])
}

/// Objects that are not on a line each.
fn hint_at_objects(start: &[u8]) -> Option<String> {
    let what = match layout_of_objects(start)? {
        Layout::SeveralLines => {
            "this looks like JSON spread over several lines, and NDJSON has an object on each line"
        }
        Layout::OneLine => "this looks like several objects on a line, and NDJSON has one on each",
    };
    Some(format!("{what}: --format json"))
}

fn is_utf8_but_for_its_end(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_around_an_array_of_objects_is_known() {
        for (start, name) in [
            ("{\"Records\":[{\"a\":1}]}\n", Some("Records")),
            (" { \"a_1\" : [ {", Some("a_1")),
            ("{\"a\":[1]}", None),
            ("{\"a b\":[{", None),
            ("{\"1\":[{", None),
            ("{\"\":[{", None),
            ("{\"a\":{", None),
            ("{}", None),
            ("", None),
        ] {
            assert_eq!(wrapper(start.as_bytes()).as_deref(), name, "{start}");
        }
    }

    const CLF: &str = "127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200 9";

    #[test]
    fn rows_of_one_field_with_other_signs_in_it_are_told() {
        for (row, delimiter, told) in [
            (
                "a;b;c",
                b',',
                Some("no ',' in it, but ';' (2): if that is between fields, --csv-delimiter ';'"),
            ),
            ("a|b;c|d", b',', Some("--csv-delimiter '|'")),
            (
                "a\tb",
                b',',
                Some("no ',' in it, but tab (1): if that is between fields, --csv-delimiter tab"),
            ),
            ("a,b", b'\t', Some("--csv-delimiter ','")),
            ("a,b;c;d", b',', None),
            ("a", b',', None),
            ("", b',', None),
        ] {
            let hint = hint_at_delimiter(row.as_bytes(), delimiter);
            let is_told = |told| hint.as_ref().is_some_and(|hint| hint.contains(told));
            assert!(told.map_or(hint.is_none(), is_told), "{row}: {hint:?}");
        }
    }

    #[test]
    fn brackets_need_not_be_an_array() {
        for line in [&b"[error] text\n"[..], b"[2026-11-28 07:05:09] text\n"] {
            assert!(hint(line).is_some_and(|hint| hint.contains("--format text")));
        }
        assert!(hint(b"[1, 2]\n").is_some_and(|hint| hint.contains("--format json")));
    }

    #[test]
    fn header_rows_that_are_json_are_known() {
        for row in ["{\"a\":1}", " { \"a\" : 1,", "{}", "[{\"a\"", "[[1,2]", "{\r\n"] {
            assert!(is_json_row(row.as_bytes()), "{row}");
        }
        for row in ["a,b", "[id],[name]", "{id},b", "\"{\"\"a\"", "", "[\"a"] {
            assert!(!is_json_row(row.as_bytes()), "{row}");
        }
    }

    #[test]
    fn other_forms_of_json_are_guessed_where_a_line_is_malformed() {
        let long = format!("{{\n  \"a\": \"{}\",", "x".repeat(HINT_BYTES));
        for (start, told) in [
            ("[{\"a\":1},{\"a\":2}]\n", Some("one JSON array")),
            ("[\n{\"a\":1}\n]", Some("--format json")),
            ("{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n", Some("spread over several lines")),
            ("{\"a\":\n1", Some("--format json")),
            (&long, Some("--format json")),
            ("{\"a\":1}{\"a\":2}\n", Some("several objects on a line")),
            ("{\"a\":1} {\"a\":2}\n", Some("several objects on a line")),
            ("\u{1e}{\"a\":1}\n", Some("JSON text sequence")),
            ("\u{7f}ELF\0\0", Some("binary file: it starts with 7f 45 4c 46 00 00")),
            ("{\"a\":1} \r\n{\"a\":", None),
            ("{\"a\":1}\n{\"a\":2}\n", None),
            // Cut in a string, which ends on no other line.
            ("{\"a\":\"x\n{\"a\":\"y\"}\n", None),
            ("{\"a\":{\"b\":1\n{\"a\":2}\n", None),
            ("{\"a\":tru}\n", None),
            ("{\"a\": 1,\n \"b\": tru\n}\n", Some("spread over several lines")),
            ("{\r\na: 1\r\n}\r\n", Some("spread over several lines")),
            ("{\"a\":[1,\n{\"a\":2}\n{\"a\":3}\n", None),
            ("{\"a\":1,\n{\"a\":2}\n", None),
            ("a,b,c\n1,2,3\n4,5,6\n", Some("say so with --format csv")),
            ("a\tb\tc\n1\t2\t3\n", Some("say so with --format tsv")),
            ("a;b;c\n1;2;3\n", Some("--format csv --csv-delimiter ';'")),
            (CLF, Some("an access log: --format text --pattern clf")),
            (&format!("{CLF} \"-\" \"curl/8\"\n"), Some("--format text --pattern combined")),
            (
                &format!("{CLF} \"-\" \"curl/8\" \"10.0.0.1\" 0.5\n"),
                Some("--format text --pattern nginx"),
            ),
            ("Oct 11 22:14:15 host app[1]: text\n", Some("--format syslog")),
            ("2026-11-28T07:05:09+00:00 host app[1]: text\n", Some("--format syslog")),
            ("level=info msg=\"all well\" debug\n", Some("--format logfmt")),
            ("the answer is a=5\n", Some("if lines are text: --format text")),
            ("a=\"5\"\"\n", None),
            ("well, well, well\nno, no\n", Some("if lines are text")),
            ("a,b\n1,2\n", None),
            ("starting up é\n", Some("--text-lines keep")),
            ("", None),
        ] {
            let hint = hint(start.as_bytes());
            match told {
                Some(told) => assert!(
                    hint.as_ref().is_some_and(|hint| hint.contains(told)),
                    "{start:?}: {hint:?}"
                ),
                None => assert_eq!(hint, None, "{start:?}"),
            }
            let is_of_objects = start.trim_start().starts_with(['{', '[', '\u{1e}']);
            assert_eq!(is_json(start.as_bytes()), told.is_some() && is_of_objects, "{start:?}");
        }
    }
}
