//! NDJSON as it comes: what is taken, what is rejected, and where the fault is said to be.

use std::io::{self, Read};

use crate::support::{Cell, Row, convert, convert_with, row};
use bucksaw::{
    ErrorKind, Input, InputCounts, MemorySink, NdjsonOptions, OnError, Options, Rejection, Rejects,
    Result, Value,
};

/// Keeps what is rejected.
#[derive(Default)]
struct Kept {
    lines: Vec<u8>,
    rejections: Vec<Rejection>,
}

impl Rejects for Kept {
    fn part(&mut self, bytes: &[u8]) -> Result<()> {
        self.lines.extend_from_slice(bytes);
        Ok(())
    }

    fn end(&mut self, rejection: &Rejection) -> Result<()> {
        self.rejections.push(rejection.clone());
        Ok(())
    }
}

/// Gives a few bytes at a time.
struct Trickle<'t>(&'t [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.0.len().min(self.1).min(buffer.len());
        let (now, later) = self.0.split_at(len);
        buffer[..len].copy_from_slice(now);
        self.0 = later;
        Ok(len)
    }
}

/// Converts, keeping rejected lines; `step` bytes are read at a time.
fn convert_keeping(
    lines: &[u8],
    step: usize,
    ndjson: NdjsonOptions,
) -> (Vec<Row>, Kept, InputCounts) {
    let mut kept = Kept::default();
    let sink = MemorySink::new();
    let mut writer = Options::new().write_to(Box::new(sink.clone())).expect("sound options");
    let source = Trickle(lines, step);
    let mut input =
        Input::ndjson("input", source, ndjson, OnError::Keep(&mut kept)).expect("readable");
    writer.write_input(&mut input).expect("rejections are kept");
    let counts = input.counts();
    drop(input);
    let report = writer.finish().expect("a file");
    assert_eq!(report.rejected, counts.rejected);
    assert_eq!(counts.records, counts.rows + counts.rejected);
    assert_eq!(counts.rows, report.rows);
    let rows = crate::support::read(&sink.published().expect("a file")).1;
    (rows, kept, counts)
}

#[test]
fn line_ends_blank_lines_and_a_byte_order_mark_are_no_matter() {
    let lines = b"\xef\xbb\xbf{\"a\":1}\r\n\r\n \t\n{\"a\":2}\n\n{ \"a\" : 3 }";
    for step in [1, 2, 7, 1_000] {
        let (rows, kept, counts) = convert_keeping(lines, step, NdjsonOptions::default());
        let expected: Vec<Row> = (1..=3).map(|number| row(&[("a", Value::I64(number))])).collect();
        assert_eq!(rows, expected);
        assert!(kept.rejections.is_empty());
        assert_eq!((counts.records, counts.blank, counts.bytes), (3, 3, lines.len() as u64));
    }
}

/// Other white space than JSON's is no blank line.
#[test]
fn only_the_white_space_of_json_is_blank() {
    for space in ["\u{c}", "\u{b}", "\u{a0}", "\u{85}", "\u{2028}", "\u{feff}", "\u{0}", "\u{1c}"] {
        let lines = format!("{{\"a\":1}}\n {space}\t\r\n{{\"a\":2}}\n\n \t\r\n");
        let (rows, kept, counts) =
            convert_keeping(lines.as_bytes(), 1_000, NdjsonOptions::default());
        assert_eq!(rows.len(), 2);
        assert_eq!(kept.lines, format!(" {space}\t\r\n").as_bytes());
        assert_eq!((kept.rejections[0].line, kept.rejections[0].column), (2, 2), "{space:?}");
        assert_eq!((counts.rejected, counts.blank), (1, 2), "{space:?}");
        let inside = format!("{{\"a\":{space}1}}\n{{\"a\":[{space}]}}\n{{\"a\":{{{space}}}}}");
        assert_eq!(
            convert_keeping(inside.as_bytes(), 1_000, NdjsonOptions::default()).2.rejected,
            3
        );
    }
}

const NAN: &str = "NaN and infinities are no numbers of JSON (--allow-nan takes them as Python and others write them)";
const LONE_SURROGATE: &str = r"a surrogate escape (\ud800 to \udfff) without its other half (--lone-surrogates replace stores U+FFFD in its place)";

/// Lines that are no JSON object, the byte at which that shows, and what is said of it.
const MALFORMED: [(&[u8], u64, &str); 51] = [
    (b"{\"a\":\"\\ud800\"}", 6, LONE_SURROGATE),
    (b"{\"a\":\"\\ud800\\u0041\"}", 6, LONE_SURROGATE),
    (b"{\"a\":\"\\udc00\\ud800\"}", 6, LONE_SURROGATE),
    (b"{\"a\":[\"\\udfff\"]}", 7, LONE_SURROGATE),
    (b"{\"\\ud912\":1}", 2, LONE_SURROGATE),
    (b"{\"a\":\"\xff\"}", 6, "the bytes are not UTF-8"),
    (b"{\"a\":\"\xed\xa0\x80\"}", 6, "the bytes are not UTF-8"),
    (b"{\"a\":\"\xc0\xaf\"}", 6, "the bytes are not UTF-8"),
    (b"{\"a\":NaN}", 5, NAN),
    (
        b"{\"a\":-NaN}",
        6,
        r#"a number is not written as JSON has it (such as 0, -1.5 or 2e9), found "NaN}""#,
    ),
    (b"{\"a\":Infinity}", 5, NAN),
    (b"{\"a\":-Infinity}", 6, NAN),
    (b"{\"a\":1,}", 7, r#"a comma without anything after it, before "}""#),
    (
        b"{\"a\":[1,]}",
        8,
        r#"expected a value (a string in double quotes, a number, true, false, null, an object or an array), found "]}""#,
    ),
    (b"{\"a\":1", 6, "the line ends inside an object: it was cut, or goes on in the next line"),
    (b"{\"a\":\"x", 7, "the line ends inside a string: it was cut, or goes on in the next line"),
    (b"{\"a\"", 4, "the line ends inside an object: it was cut, or goes on in the next line"),
    (b"{", 1, "the line ends inside an object: it was cut, or goes on in the next line"),
    (
        b"{\"a\":1}}",
        7,
        r#"the line goes on behind its object: each object needs a line of its own; found "}""#,
    ),
    (
        b"{\"a\":1} x",
        8,
        r#"the line goes on behind its object: each object needs a line of its own; found "x""#,
    ),
    (
        b"{\"a\":1}{\"a\":2}",
        7,
        r#"the line goes on behind its object: each object needs a line of its own; found "{\"a\":2}""#,
    ),
    (b"[1]", 0, r#"expected an object ({…}), found an array: "[1]""#),
    (b"1", 0, r#"expected an object ({…}), found a number: "1""#),
    (b"\"a\"", 0, r#"expected an object ({…}), found a string: "\"a\"""#),
    (b"null", 0, r#"expected an object ({…}), found true, false or null: "null""#),
    (
        b"{\"a\":01}",
        6,
        r#"a number is not written as JSON has it (such as 0, -1.5 or 2e9), found "1}""#,
    ),
    (
        b"{\"a\":1.}",
        7,
        r#"a number is not written as JSON has it (such as 0, -1.5 or 2e9), found "}""#,
    ),
    (
        b"{\"a\":.5}",
        5,
        r#"expected a value (a string in double quotes, a number, true, false, null, an object or an array), found ".5}""#,
    ),
    (
        b"{\"a\":+1}",
        5,
        r#"expected a value (a string in double quotes, a number, true, false, null, an object or an array), found "+1}""#,
    ),
    (b"{\"a\":0x10}", 6, r#"expected a comma or the object's end, found "x10}""#),
    (b"{'a':1}", 1, r#"expected a name in double quotes, found "'a':1}""#),
    (
        b"{\"a\":\"\\x41\"}",
        7,
        r#"a string has an escape that JSON does not know (it has \" \\ \/ \b \f \n \r \t and \uXXXX)"#,
    ),
    (
        b"{\"a\":\"tab\there\"}",
        9,
        r#"a string holds a control character that is not written as an escape (such as \t or \u0000), found "\there\"}""#,
    ),
    (b"\x0c", 0, r#"expected an object ({…}), found no JSON: "\u{c}""#),
    (b" \x0c ", 1, r#"expected an object ({…}), found no JSON: "\u{c} ""#),
    (b"\xc2\xa0", 0, r#"expected an object ({…}), found no JSON: "\u{a0}""#),
    (
        b"\xef\xbb\xbf{\"a\":1}",
        0,
        "a byte order mark inside the source: only its start may have one (were files with marks joined?)",
    ),
    (b"true", 0, r#"expected an object ({…}), found true, false or null: "true""#),
    (b"not json", 0, r#"expected an object ({…}), found no JSON: "not json""#),
    (
        b"{\"a\":True}",
        5,
        r#"expected a value (a string in double quotes, a number, true, false, null, an object or an array), found "True}""#,
    ),
    (b"{\"a\":tru}", 8, r#"expected true, false or null, found "}""#),
    (b"{\"a\" 1}", 5, r#"expected a colon between name and value, found "1}""#),
    (
        b"{\"a\":{\"b\":}}",
        10,
        r#"expected a value (a string in double quotes, a number, true, false, null, an object or an array), found "}}""#,
    ),
    (b"{\"a\":[1 2]}", 8, r#"expected a comma or the array's end, found "2]}""#),
    (b"{\"a\":1 \"b\":2}", 7, r#"expected a comma or the object's end, found "\"b\":2}""#),
    (b"{\"a\":[1", 7, "the line ends inside an array: it was cut, or goes on in the next line"),
    (
        b"{\"a\":",
        5,
        "the line ends where a value should be: it was cut, or goes on in the next line",
    ),
    (b"{,}", 1, r#"expected a name in double quotes, found ",}""#),
    (
        b"{\"a\":\"\\u12\"}",
        11,
        r#"a string has an escape that JSON does not know (it has \" \\ \/ \b \f \n \r \t and \uXXXX)"#,
    ),
    (
        b"{\"a\":\x0c1}",
        5,
        r#"expected a value (a string in double quotes, a number, true, false, null, an object or an array), found "\u{c}1}""#,
    ),
    (b"\x1e{\"a\":1}", 0, r#"expected an object ({…}), found no JSON: "\u{1e}{\"a\":1}""#),
];

#[test]
fn what_is_not_json_is_rejected_with_its_position_and_a_clear_reason() {
    for (line, at, expected) in MALFORMED {
        let shown = String::from_utf8_lossy(line).into_owned();
        let lines = [b"{\"a\":0}\n", line, b"\n{\"a\":2}\n"].concat();
        let (rows, kept, counts) = convert_keeping(&lines, 1_000, NdjsonOptions::default());
        assert_eq!(rows, [row(&[("a", Value::I64(0))]), row(&[("a", Value::I64(2))])], "{shown}");
        assert_eq!(kept.lines, [line, b"\n"].concat(), "{shown}");
        let [Rejection { source, line, column, byte, reason, .. }] = kept.rejections.as_slice()
        else {
            panic!("{shown}: {:?}", kept.rejections)
        };
        assert_eq!(reason, expected, "{shown}");
        assert_eq!(
            (source.as_str(), *line, *column, *byte),
            ("input", 2, at + 1, 8 + at),
            "{shown}"
        );
        assert_eq!((counts.rejected, counts.blank), (1, 0));
        let failed = convert_with(&lines, Options::new(), NdjsonOptions::default(), OnError::Fail);
        let error = failed.err().expect("told to fail");
        assert_eq!(error.kind(), ErrorKind::Malformed);
        assert_eq!(error.position().line, Some(2));
        assert_eq!(error.position().line_column, Some(at + 1));
        assert_eq!(error.position().byte, Some(8 + at));
        let position = format!("input: line 2, column {} (byte {}): ", at + 1, 8 + at);
        assert!(error.to_string().starts_with(&position), "{error}");
    }
}

#[test]
fn a_rejected_row_leaves_no_column_behind() {
    let (_, kept, _) = convert_keeping(
        b"{\"a\":1}\n{\"b\":1,\"a\":2,\"c\":{\"d\":1},!}\n",
        1_000,
        NdjsonOptions::default(),
    );
    assert_eq!(kept.rejections.len(), 1);
    let written = convert_with(
        b"{\"a\":1}\n{\"b\":1,\"a\":\"x\",\"_rest\":1,!}\n{\"b\":\"text\"}",
        Options::new(),
        NdjsonOptions::default(),
        OnError::Skip,
    );
    let written = written.expect("a file");
    assert_eq!(written.names(), ["a", "b"]);
    assert_eq!(written.rows(), [row(&[("a", Value::I64(1))]), row(&[("b", Value::Text("text"))])]);
    assert_eq!(written.report.alterations, bucksaw::Alterations::default());
}

#[test]
fn escapes_are_undone() {
    let lines = r#"{"\u0061":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00","b":"\\ud800"}"#;
    let written = convert(lines, Options::new()).expect("a file");
    let expected =
        row(&[("a", Value::Text("\"\\/\u{8}\u{c}\n\r\té😀")), ("b", Value::Text("\\ud800"))]);
    assert_eq!(written.rows(), [expected]);
}

#[test]
fn a_line_that_is_too_long_is_rejected_and_the_stream_goes_on() {
    let limit = 1_000;
    let line = |len: usize| format!("{{\"a\":\"{}\"}}\n", "x".repeat(len - 9)).into_bytes();
    let options = || NdjsonOptions::new().max_line_bytes(limit);
    // The line's end does not count.
    let (fits, too_long, huge) = (line(limit + 1), line(limit + 2), line(3 << 20));
    let lines =
        [&b"{\"a\":\"1\"}\n"[..], &fits, &too_long, &huge, b"{\"a\":\"2\"}\n", &huge].concat();
    for step in [999, 100_000, usize::MAX] {
        let (rows, kept, _) = convert_keeping(&lines, step, options());
        let lengths: Vec<usize> = rows
            .iter()
            .map(|row| match &row["a"] {
                Cell::Text(text) => text.len(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(lengths, [1, limit + 1 - 9, 1]);
        assert_eq!(kept.lines, [&too_long[..], &huge, &huge].concat());
        let places: Vec<_> =
            kept.rejections.iter().map(|rejection| (rejection.line, rejection.byte)).collect();
        let first = 10 + fits.len() as u64;
        let second = first + too_long.len() as u64;
        let third = second + huge.len() as u64 + 10;
        assert_eq!(places, [(3, first), (4, second), (6, third)]);
        assert!(kept.rejections[1].reason.contains("longer than 1000 bytes"));
    }
}

#[test]
fn the_longest_line_is_a_quarter_of_the_memory_limit_unless_told() {
    let line = |len: usize| format!("{{\"a\":\"{}\"}}\n", "x".repeat(len - 8));
    let lines = line(2 << 20) + &line((2 << 20) + 1);
    let rejected = |max_line_bytes: Option<usize>| {
        let options = NdjsonOptions::new().max_line_bytes(max_line_bytes);
        let input = Input::ndjson("lines", lines.as_bytes(), options, OnError::Skip);
        let mut input = input.expect("sound options");
        let options = Options::new().memory_limit(8 << 20);
        let mut writer = options.write_to(Box::new(MemorySink::new())).expect("sound options");
        writer.write_input(&mut input).expect("rejected lines are left out");
        writer.finish().expect("finished");
        input.counts().rejected
    };
    assert_eq!([rejected(None), rejected(Some(3 << 20))], [1, 0]);
}

#[test]
fn lines_of_16_mib_are_taken() {
    let lines = format!("{{\"a\":\"{}\"}}\n{{\"a\":\"x\"}}", "y".repeat((16 << 20) - 8));
    let written = convert(&lines, Options::new()).expect("a file");
    assert_eq!(written.report.rows, 2);
    let one_more = lines.replacen('y', "yy", 1);
    let error = convert(&one_more, Options::new()).err().expect("too long");
    assert_eq!((error.kind(), error.position().line), (ErrorKind::Malformed, Some(1)));
}

#[test]
fn a_last_line_without_newline_is_kept_apart_when_rejected() {
    let (rows, kept, _) = convert_keeping(b"{\"a\":1}\n{\"a\":", 3, NdjsonOptions::default());
    assert_eq!(rows.len(), 1);
    assert_eq!(kept.lines, b"{\"a\":");
    assert_eq!(kept.rejections[0].line, 2);
}

#[test]
fn refused_lines_are_rejected_too() {
    let mut kept = Kept::default();
    let sink = MemorySink::new();
    let mut writer =
        Options::new().strict(true).write_to(Box::new(sink.clone())).expect("sound options");
    let lines = &b"{\"a\":1}\n{\"b\":1,\"a\":\"x\"}\n{\"a\":2}\n"[..];
    let mut input =
        Input::ndjson("input", lines, NdjsonOptions::default(), OnError::Keep(&mut kept))
            .expect("readable");
    writer.write_input(&mut input).expect("rejections are kept");
    drop(input);
    writer.finish().expect("a file");
    assert_eq!(kept.lines, b"{\"b\":1,\"a\":\"x\"}\n");
    assert!(kept.rejections[0].reason.contains("column \"a\""), "{}", kept.rejections[0].reason);
    let (names, rows) = crate::support::read(&sink.published().expect("a file"));
    assert_eq!((names, rows.len()), (vec!["a".to_owned()], 2));
}

#[test]
fn a_source_that_fails_is_an_error() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the cable is out"))
        }
    }
    let source = io::Cursor::new(b"{\"a\":1}\n".repeat(10)).chain(Broken);
    let mut input = Input::ndjson("cable", source, NdjsonOptions::default(), OnError::Skip)
        .expect("starts well");
    let sink = MemorySink::new();
    let mut writer = Options::new().write_to(Box::new(sink.clone())).expect("sound options");
    let error = writer.write_input(&mut input).expect_err("broken");
    assert_eq!(error.kind(), ErrorKind::Io);
    assert_eq!(error.to_string(), "cable: could not read: the cable is out");
    // A file without the rows that could not be read must not be taken for the whole.
    let error = writer.finish().expect_err("ended");
    assert_eq!(error.kind(), ErrorKind::WriterEnded);
    assert!(sink.published().is_none());
}
