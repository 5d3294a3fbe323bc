//! Lines of text, by patterns and without, logfmt, and lines of text among others.

use bucksaw::{
    ErrorKind, Format, InputOptions, Options, Redaction, TextLines, TextOptions, TextPattern, Value,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::inputs::{Converted, convert_always_alike, convert_source};
use crate::support::{Cell, Row, alterations, row};

fn with(pattern: &str) -> InputOptions {
    let pattern: TextPattern = pattern.parse().expect("a pattern");
    InputOptions::new().format(Format::Text).text(TextOptions::new().pattern(pattern))
}

fn logfmt() -> InputOptions {
    InputOptions::new().format(Format::Logfmt)
}

fn converted(text: &str, read_as: &InputOptions) -> Converted {
    convert_source(text.as_bytes(), usize::MAX, read_as, Options::new()).expect("kept")
}

fn rows(text: &str, read_as: &InputOptions) -> Vec<Row> {
    let converted = converted(text, read_as);
    assert_eq!(converted.rejected(), []);
    converted.rows()
}

#[test]
fn a_line_is_a_message_whatever_is_in_it() {
    let read_as = InputOptions::new().format(Format::Text);
    let text = b"\xef\xbb\xbfup\r\n42\n\n  in, \"dented\"\n\xff\n{\"a\":1}";
    let converted = convert_source(text, 3, &read_as, Options::new()).expect("kept");
    let expected = ["up", "42", "  in, \"dented\"", "{\"a\":1}"];
    assert_eq!(converted.rows(), expected.map(|text| row(&[("message", Value::Text(text))])));
    assert_eq!(converted.rejected(), [(5, 1, "the bytes are not UTF-8")]);
    assert_eq!((converted.counts.blank, converted.kept.bytes), (1, b"\xff\n".to_vec()));
}

#[test]
fn named_groups_of_a_pattern_are_columns_typed_by_evidence() {
    let read_as = with(r"(?<time>\S+) (?<level>[A-Z]+) \[(?<http.status>\d*)\](?: (?<text>.*))?");
    let text = "2026-11-28T07:05:09Z INFO [200] all well\n2026-11-28T07:05:10Z WARN []\nINFO\n";
    let converted = converted(text, &read_as);
    let at = 1_795_849_509_000_000;
    let expected = [
        row(&[
            ("time", Value::Timestamp(at)),
            ("level", Value::Text("INFO")),
            ("http_status", Value::I64(200)),
            ("text", Value::Text("all well")),
        ]),
        row(&[("time", Value::Timestamp(at + 1_000_000)), ("level", Value::Text("WARN"))]),
    ];
    assert_eq!(converted.rows(), expected);
    assert_eq!(converted.rejected(), [(3, 1, "the line does not match the pattern")]);
}

#[test]
fn a_pattern_has_to_match_the_whole_line() {
    let read_as = with("(?<a>x+)|(?<b>y+)");
    let converted = converted("xx\nyy\nxxz\nzyy\n", &read_as);
    let expected = [row(&[("a", Value::Text("xx"))]), row(&[("b", Value::Text("yy"))])];
    assert_eq!(converted.rows(), expected);
    assert_eq!(converted.counts.rejected, 2);
}

#[test]
fn a_pattern_that_names_nothing_is_an_error() {
    for (pattern, told) in [
        ("combind", "names no group"),
        (r"(\d+)", "names no group"),
        ("(?<a>", "no regular expression"),
        ("(?<a>x))(", "no regular expression"),
    ] {
        let error = pattern.parse::<TextPattern>().expect_err(pattern);
        assert_eq!(error.kind(), ErrorKind::Options);
        assert!(error.to_string().contains(told), "{error}");
    }
}

#[test]
fn access_logs_are_read_as_servers_write_them() {
    let line = r#"127.0.0.1 - frank smith [10/Oct/2000:13:55:36 -0700] "GET /a.gif?x=\"1\" HTTP/1.0" 200 2326"#;
    let fields = [
        ("host", Value::Text("127.0.0.1")),
        ("user", Value::Text("frank smith")),
        ("time", Value::Timestamp(971_211_336_000_000)),
        ("method", Value::Text("GET")),
        ("path", Value::Text("/a.gif?x=\\\"1\\\"")),
        ("protocol", Value::Text("HTTP/1.0")),
        ("status", Value::I64(200)),
        ("bytes", Value::I64(2326)),
    ];
    let converted = converted(&format!("{line}\n"), &with("clf"));
    assert_eq!(converted.rows(), [row(&fields)]);
    assert_eq!(converted.alterations, alterations!(parsed_texts: 1, other_offsets: 1));
    let combined = format!(r#"{line} "-" "Mozilla/5.0 (\"x\")""#);
    let agent = [&fields[..], &[("user_agent", Value::Text("Mozilla/5.0 (\\\"x\\\")"))]].concat();
    for pattern in ["combined", "nginx"] {
        assert_eq!(rows(&combined, &with(pattern)), [row(&agent)]);
    }
    let main = format!(r#"{combined} "10.0.0.1, 10.0.0.2" rt=0.012 uct="0.000""#);
    let more = [
        ("forwarded_for", Value::Text("10.0.0.1, 10.0.0.2")),
        ("extra", Value::Text("rt=0.012 uct=\"0.000\"")),
    ];
    assert_eq!(rows(&main, &with("nginx")), [row(&[&agent[..], &more].concat())]);
    let odd = "::1 id - [28/Nov/2026:07:05:09 +0000] \"\\x16\\x03\" 400 -\n\
               ::1 - - [28/Nov/2026:07:05:09 +0000] \"-\" 408 0\n";
    let at = Value::Timestamp(1_795_849_509_000_000);
    let expected = [
        row(&[
            ("host", Value::Text("::1")),
            ("ident", Value::Text("id")),
            ("time", at),
            ("request", Value::Text("\\x16\\x03")),
            ("status", Value::I64(400)),
        ]),
        row(&[
            ("host", Value::Text("::1")),
            ("time", at),
            ("status", Value::I64(408)),
            ("bytes", Value::I64(0)),
        ]),
    ];
    assert_eq!(rows(odd, &with("clf")), expected);
}

#[test]
fn lines_that_are_no_access_log_are_rejected_with_where() {
    let start = "h - - [28/Nov/2026:07:05:09 +0000] ";
    for (pattern, line, at, told) in [
        ("clf", "hello".to_owned(), 1, "expected a host and a space"),
        ("clf", "a b c".to_owned(), 5, "expected a user's name and a time in brackets"),
        ("clf", "h - - [30/Feb/2026:07:05:09 +0000] \"-\" 1 1".to_owned(), 8, "the time is not as"),
        ("clf", format!("{start}\"GET"), 36, "expected the request in quotes"),
        ("clf", format!("{start}\"-\" 200 1 x"), 45, "there is text behind the last field"),
        (
            "clf",
            format!("{start}\"-\" 200 1 \"-\" \"curl\""),
            45,
            "there is text behind the size, as in lines of the combined format",
        ),
        ("combined", format!("{start}\"-\" 200 1"), 45, "expected a space and the referer"),
        (
            "nginx",
            format!("{start}\"-\" 200 1 \"-\" \"-\" \"x\\"),
            54,
            "expected a field in quotes",
        ),
    ] {
        let converted = converted(&line, &with(pattern));
        let rejected = converted.rejected();
        assert_eq!((rejected.len(), rejected[0].1), (1, at), "{line}: {rejected:?}");
        assert!(rejected[0].2.starts_with(told), "{rejected:?}");
    }
}

/// `a a a` would be `{"a":true,"a":true}` in `_rest`, some times as long.
#[test]
fn a_line_of_logfmt_has_no_more_pairs_without_a_column_than_memory_holds() {
    let of = |pairs: usize| format!("x=1 {}\nx=2\n", "a ".repeat(pairs));
    let few = converted(&of(50_000), &logfmt());
    assert_eq!((few.rejected(), few.rows().len()), (vec![], 2));
    let many = converted(&of(400_000), &logfmt());
    let rejected = many.rejected();
    let [(1, _, reason)] = rejected[..] else { unreachable!("{}", rejected.len()) };
    assert!(reason.ends_with("it has too many"), "{reason}");
    assert_eq!(many.rows(), [row(&[("x", Value::I64(2))])]);
}

#[test]
fn pairs_of_logfmt_are_columns_typed_by_evidence() {
    let text = "time=2026-11-28T07:05:09Z level=info msg=\"all \\\"well\\\"\\n\" dur=1.5 http.status=200 debug\n\
                level=warn msg=\"\" dur=2 err= cause=null path=/a=b  uni=\"\\u00e9\\ud83d\\ude00\\x41\"\n";
    let expected = [
        row(&[
            ("time", Value::Timestamp(1_795_849_509_000_000)),
            ("level", Value::Text("info")),
            ("msg", Value::Text("all \"well\"\n")),
            ("dur", Value::F64(1.5)),
            ("http_status", Value::I64(200)),
            ("debug", Value::Bool(true)),
        ]),
        row(&[
            ("level", Value::Text("warn")),
            ("msg", Value::Text("")),
            ("dur", Value::F64(2.0)),
            ("path", Value::Text("/a=b")),
            ("uni", Value::Text("é😀A")),
        ]),
    ];
    assert_eq!(rows(text, &logfmt()), expected);
}

#[test]
fn a_key_that_comes_again_is_kept_in_the_rest() {
    let converted = converted("a=1 b=x a=2 a=\"y z\" c\n", &logfmt());
    let rest = Value::Text(r#"{"a":"2","a":"y z"}"#);
    let expected = row(&[
        ("a", Value::I64(1)),
        ("b", Value::Text("x")),
        ("c", Value::Bool(true)),
        ("_rest", rest),
    ]);
    assert_eq!(converted.rows(), [expected]);
    assert_eq!(converted.alterations, alterations!(duplicates: 2));
}

#[test]
fn lines_that_are_no_logfmt_are_rejected_with_where() {
    let lines = [
        ("hello world", 1, "there is no KEY=VALUE in the line"),
        ("a=1 =2", 5, "a value has no key"),
        ("a=\"x", 3, "a value in quotes has no end"),
        ("a=\"x\\\"", 3, "a value in quotes has no end"),
        ("a=\"x\"y", 6, "there is no space behind a value in quotes"),
        ("a=1 \"b\"=2", 5, "a key has a quote in it"),
        ("a=\"x\\q\"", 5, "the escape is none that JSON or Go has"),
        ("a=\"\\ud800x\"", 4, "the escape is none that JSON or Go has"),
        ("a=\"\\xff\"", 4, "the escape is none that JSON or Go has"),
        ("a=\"\\", 3, "a value in quotes has no end"),
    ];
    let text: String = lines.iter().map(|(line, ..)| format!("{line}\n")).collect();
    let converted = converted(&text, &logfmt());
    let expected: Vec<_> = lines
        .iter()
        .enumerate()
        .map(|(at, (_, column, reason))| (at as u64 + 1, *column, *reason))
        .collect();
    assert_eq!(converted.rejected(), expected);
    assert_eq!(converted.kept.bytes, text.as_bytes());
}

#[test]
fn lines_of_text_are_kept_where_wanted() {
    let keep = |read_as: InputOptions| read_as.text_lines(TextLines::Keep);
    let message = |text| row(&[("message", Value::Text(text))]);
    let a = row(&[("a", Value::I64(1))]);
    let text = "{\"a\":1}\nTraceback:\n  File \"x\"\n[1]\n\n5\r\n{\"a\":\n";
    let mixed = converted(text, &keep(InputOptions::new()));
    let expected =
        [a.clone(), message("Traceback:"), message("  File \"x\""), message("[1]"), message("5")];
    assert_eq!(mixed.rows(), expected);
    let counts = mixed.counts;
    assert_eq!((counts.rows, counts.text_lines, counts.blank, counts.rejected), (5, 4, 1, 1));
    // What begins as an object is one that is malformed.
    assert_eq!(mixed.kept.bytes, b"{\"a\":\n");
    let pairs = converted("a=1\nhello world\na=\"\n", &keep(logfmt()));
    assert_eq!(pairs.rows(), [a, message("hello world"), message("a=\"")]);
    let matched = converted("x1\ny\n", &keep(with("x(?<a>.)")));
    assert_eq!(matched.rows(), [row(&[("a", Value::I64(1))]), message("y")]);
    // Without it they are rejected.
    assert_eq!(converted("{\"a\":1}\nx\n", &InputOptions::new()).counts.rejected, 1);
}

#[test]
fn redacted_lines_of_text_are_kept_only_where_the_message_is_redacted() {
    let read_as = InputOptions::new().text_lines(TextLines::Keep);
    let text = b"{\"user\":\"ann\"}\nuser ann\n";
    let convert = |options| convert_source(text, usize::MAX, &read_as, options).expect("kept");
    let masked = Options::new().redact("user", Redaction::mask());
    let converted = convert(masked.clone());
    assert_eq!(converted.rows(), [row(&[("user", Value::Text("***"))])]);
    assert_eq!((converted.counts.withheld, &*converted.kept.bytes), (1, &b"\n"[..]));
    let ann = Redaction::matches("ann").expect("an expression");
    let converted = convert(masked.redact("message", ann));
    assert_eq!(converted.rows()[1], row(&[("message", Value::Text("user ***"))]));
}

#[test]
fn any_number_of_threads_writes_the_same_file() {
    let lines = |line: fn(u64) -> String| (0..30_000).map(line).collect::<String>();
    let pairs = lines(|number| match number % 1_000 {
        7 => "no pair\n".to_owned(),
        8 => format!("late_{number}={number}\n"),
        _ => format!("id={number} level=info msg=\"line \\\"{number}\\\"\" n={}\n", number % 13),
    });
    convert_always_alike(pairs.as_bytes(), &logfmt(), &Options::new().memory_limit(16 << 20));
    let log = lines(|number| match number % 1_000 {
        7 => "\n".to_owned(),
        8 => "no log\n".to_owned(),
        _ => format!(
            "10.0.0.{} - - [28/Nov/2026:07:05:09 +0000] \"GET /{number} HTTP/1.1\" 200 {number}\n",
            number % 256
        ),
    });
    let read_as = with("clf").text_lines(TextLines::Keep);
    let converted = convert_always_alike(log.as_bytes(), &read_as, &Options::new());
    assert_eq!((converted.counts.rows, converted.counts.text_lines), (29_970, 30));
}

/// A value as Go's `log/slog` writes it.
fn quoted(value: &str) -> String {
    let needs_quotes =
        value.is_empty() || value.contains(|sign: char| sign <= ' ' || "\"=\\".contains(sign));
    if needs_quotes { serde_json::Value::from(value).to_string() } else { value.to_owned() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_a_value_is_it_is_found_again(values in vec("[a-z\"\\\\\n\té= 😀\u{1}]{0,8}x", 1..6)) {
        let pairs = values.iter().enumerate().map(|(index, value)| format!("k{index}={}", quoted(value)));
        let line = pairs.collect::<Vec<_>>().join(" ");
        let rows = rows(&line, &logfmt());
        for (index, value) in values.iter().enumerate() {
            prop_assert_eq!(rows[0].get(&format!("k{index}")), Some(&Cell::Text(value.clone())));
        }
    }

    #[test]
    fn nothing_panics(bytes in vec(prop::sample::select(&b"ab=\" \\u0x\n\xff[]-1/:+"[..]), 0..80)) {
        for read_as in [logfmt(), with("clf"), with("combined"), with("nginx"), with("(?<a>a*)=(?<b>.*)")] {
            let converted = convert_source(&bytes, 7, &read_as, Options::new()).expect("kept");
            let counts = converted.counts;
            prop_assert_eq!(counts.bytes, bytes.len() as u64);
        }
    }
}
