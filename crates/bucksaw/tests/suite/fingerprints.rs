//! Fingerprints of messages, against naive ones, and the column and statistics of them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use bucksaw::{
    BackendKind, Fingerprinter, Format, Input, InputOptions, MemorySink, OnError, Options,
    OtlpLayout, Redaction, Report, Signal, SignalStats,
};
use bucksaw_workloads::{DEFAULT_SEED, Workload};
use proptest::prelude::*;
use regex::Regex;
use twox_hash::XxHash64;

use crate::support::{Cell, Row, read};

const DOCUMENT: &str = include_str!("../../../../docs/fingerprints.md");

fn fingerprint_of_template(template: &str) -> i64 {
    (XxHash64::oneshot(0, template.as_bytes()) >> 1).cast_signed()
}

/// An id, and what it becomes.
fn naive_id(rest: &str) -> Option<(usize, &'static str)> {
    static IDS: LazyLock<[(Regex, &str); 3]> = LazyLock::new(|| {
        let of = |pattern: &str| Regex::new(pattern).expect("a pattern");
        [
            (of(r"\A[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"), "<uuid>"),
            (of(r"\A0[xX][0-9A-Fa-f]+"), "<hex>"),
            (of(r"\A[0-9A-Fa-f]{8,}"), "<hex>"),
        ]
    });
    IDS.iter().find_map(|(pattern, mask)| {
        let found = pattern.find(rest)?.as_str();
        let is_alone = !rest[found.len()..].starts_with(|c: char| c.is_ascii_alphanumeric());
        let has_numeral = found.contains(|c: char| c.is_ascii_digit());
        let has_letter = found.contains(|c: char| c.is_ascii_alphabetic());
        (is_alone && has_numeral && (has_letter || *mask == "<uuid>"))
            .then_some((found.len(), *mask))
    })
}

/// A message's template by the document's rules, byte by byte.
fn naive(message: &str) -> String {
    static QUOTED: LazyLock<[Regex; 2]> = LazyLock::new(|| {
        ["\"", "'"].map(|q| {
            let pattern = format!(r"\A{q}(?:\\[^\r\n]|[^{q}\\\r\n]|{q}[0-9A-Za-z])*{q}");
            Regex::new(&pattern).expect("a pattern")
        })
    });
    static NUMERALS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\A[+-]?[0-9]+").expect("a pattern"));
    let is_word = |c: char| c.is_ascii_alphanumeric();
    let (mut template, mut at) = (String::new(), 0);
    while let Some(next) = message[at..].chars().next() {
        let rest = &message[at..];
        let is_start = !message[..at].ends_with(is_word);
        let quoted = QUOTED.iter().find_map(|pattern| pattern.find(rest)).map(|found| found.len());
        let quoted = quoted.filter(|len| is_start && !rest[*len..].starts_with(is_word));
        let sign = usize::from(matches!(next, '+' | '-'));
        let number = NUMERALS.find(rest).filter(|_| sign == 0 || is_start);
        let number = number.filter(|_| sign == 0 || naive_id(&rest[1..]).is_none());
        let (len, mask) = if let Some(len) = quoted {
            (len, "<str>")
        } else if let Some(id) = naive_id(rest).filter(|_| is_start) {
            id
        } else if let Some(number) = number {
            let mut len = number.len();
            while rest[len..].starts_with(['.', ':'])
                && rest[len + 1..].starts_with(|c: char| c.is_ascii_digit())
                && naive_id(&rest[len + 1..]).is_none()
            {
                let more = NUMERALS.find(&rest[len + 1..]).expect("numerals");
                len += 1 + more.len();
            }
            (len, "<num>")
        } else {
            (next.len_utf8(), "")
        };
        template.push_str(if mask.is_empty() { &rest[..len] } else { mask });
        at += len;
    }
    template
}

fn assert_alike(message: &str) {
    let expected = naive(message);
    assert_eq!(Fingerprinter::template(message, usize::MAX), expected, "{message:?}");
    let fingerprint = Fingerprinter::new().fingerprint(message);
    assert_eq!(fingerprint, fingerprint_of_template(&expected), "{message:?}");
}

#[test]
fn the_documents_examples_are_right() {
    let rows = DOCUMENT.lines().skip_while(|line| !line.starts_with("| message |")).skip(2);
    let rows: Vec<&str> = rows.take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 8);
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let text = |cell: &str| match cell {
            "(empty)" => String::new(),
            cell => cell.trim_matches('`').to_owned(),
        };
        let (message, template) = (text(cells[0]), text(cells[1]));
        assert_eq!(Fingerprinter::template(&message, 1_000), template);
        let fingerprint = Fingerprinter::new().fingerprint(&message);
        assert_eq!(fingerprint.to_string(), cells[2], "{message}");
        assert_alike(&message);
    }
}

#[test]
fn messages_of_one_template_have_one_fingerprint() {
    for alike in [
        ["took 12ms", "took 9.75ms"],
        ["id req-8f3a9b12 done", "id req-0f00ba4a9c done"],
        ["/users/123/orders?page=2", "/users/9/orders?page=1077"],
        ["from 10.0.0.1:80 at 12:30:05", "from 192.168.10.17:50112 at 03:04:05.999"],
        ["delta=-5", "delta=17"],
        ["user \"ann\" left", "user \"o\\\"neil, 42\" left"],
    ] {
        let [a, b] = alike.map(|message| Fingerprinter::new().fingerprint(message));
        assert_eq!(a, b, "{alike:?}");
    }
    for different in [["took 12ms", "took 12 ms"], ["a", "b"], ["it's", "its"]] {
        let [a, b] = different.map(|message| Fingerprinter::new().fingerprint(message));
        assert_ne!(a, b, "{different:?}");
    }
}

#[test]
fn long_messages_are_hashed_in_parts_and_in_time() {
    let mut fingerprinter = Fingerprinter::new();
    for unit in ["a1", "1.", "\"", "'a ", "\\", "x", "deadbeef01 ", "12345678:", "abcdefab-"] {
        let message = unit.repeat((1 << 20) / unit.len());
        let template = Fingerprinter::template(&message, usize::MAX);
        assert_eq!(fingerprinter.fingerprint(&message), fingerprint_of_template(&template));
        assert!(template.starts_with(&Fingerprinter::template(&message, 1_000)));
    }
    assert_eq!(Fingerprinter::template("aéé", 4), "aé");
}

const ATOMS: [&str; 28] = [
    "\"",
    "'",
    "\\",
    "\n",
    "-",
    "+",
    ".",
    ":",
    "0",
    "1",
    "12",
    "9",
    "a",
    "f",
    "g",
    "xyz",
    "0x",
    "0X",
    "beef",
    "deadbeef",
    "12345678",
    " ",
    "=",
    "_",
    "é",
    "123e4567-e89b-12d3-a456-426614174000",
    "abcdefab-abcd-abcd-abcd-abcdefabcde1",
    "abcdefab-abcd-abcd-abcd-abcdefabcdef",
];

proptest! {
    #[test]
    fn templates_are_those_of_the_naive_version(
        atoms in prop::collection::vec(prop::sample::select(&ATOMS[..]), 0..16),
        text in ".{0,40}",
    ) {
        assert_alike(&atoms.concat());
        assert_alike(&text);
    }
}

fn convert(source: &[u8], read_as: &InputOptions, options: Options) -> (Report, Vec<u8>) {
    let sink = MemorySink::new();
    let mut writer = options.write_to(Box::new(sink.clone())).expect("sound options");
    let mut input = Input::open("rows", source, read_as, OnError::Fail).expect("read");
    writer.write_input(&mut input).expect("sound rows");
    (writer.finish().expect("a file"), sink.published().expect("published"))
}

fn ndjson() -> InputOptions {
    InputOptions::new().format(Format::Ndjson)
}

/// The fingerprint of each row, with its text in another column.
fn fingerprints(file: &[u8], message: &str) -> Vec<(Option<i64>, Option<String>)> {
    let (_, rows) = read(file);
    let of = |row: &Row| {
        let fingerprint = row.get("fingerprint").map(|cell| match cell {
            Cell::I64(value) => *value,
            other => unreachable!("{other:?}"),
        });
        let message = row.get(message).map(|cell| match cell {
            Cell::Text(text) => text.clone(),
            other => unreachable!("{other:?}"),
        });
        (fingerprint, message)
    };
    rows.iter().map(of).collect()
}

fn of(message: &str) -> Option<i64> {
    Some(fingerprint_of_template(&naive(message)))
}

fn all_options() -> Vec<Options> {
    let mut all = Vec::new();
    for options in [Options::new(), Options::new().settling_rows(0), Options::new().strict(true)] {
        all.extend([options.clone(), options.clone().threads(3)]);
        if cfg!(feature = "arrow") {
            all.push(options.backend(BackendKind::Arrow).chunk_rows(1_000));
        }
    }
    all
}

#[test]
fn every_body_of_otlp_has_its_fingerprint_with_any_threads_and_backend() {
    let source = Workload::Realistic.otlp_logs(DEFAULT_SEED, 600);
    let mut files = BTreeMap::new();
    for (layout, body) in [(OtlpLayout::Flat, "body"), (OtlpLayout::ClickHouse, "Body")] {
        let read_as = InputOptions::new().format(Format::OtlpLogs).layout(layout);
        for backend in [BackendKind::Direct, BackendKind::Arrow] {
            for threads in [1, 3] {
                let options = Options::new().fingerprints(true).threads(threads).backend(backend);
                let (report, file) = convert(&source, &read_as, options);
                assert_eq!(report.fingerprint_of, [body]);
                let rows = fingerprints(&file, body);
                assert_eq!(rows.len(), 600);
                for (fingerprint, body) in rows {
                    assert_eq!(fingerprint, body.as_deref().and_then(of), "{body:?}");
                }
                let known = files.entry((body, backend == BackendKind::Direct));
                assert!(*known.or_insert_with(|| file.clone()) == file, "{threads} threads");
            }
        }
    }
}

#[test]
fn a_body_that_is_no_text_has_the_fingerprint_of_its_json() {
    let body = r#"{"kvlistValue":{"values":[{"key":"a","value":{"intValue":"5"}}]}}"#;
    let request = format!(
        r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"body":{body}}},{{"traceId":""}}]}}]}}]}}"#
    );
    let read_as = InputOptions::new().format(Format::OtlpLogs);
    let (_, file) = convert(request.as_bytes(), &read_as, Options::new().fingerprints(true));
    let json = Some("{\"a\":5}".to_owned());
    assert_eq!(fingerprints(&file, "body"), [(of("{\"a\":5}"), json), (None, None)]);
    // They are counted only where they are asked for.
    for (options, expected) in [
        (Options::new(), 0),
        (Options::new().signal_stats(Signal::Logs), 1),
        (Options::new().fingerprints(true), 1),
    ] {
        let (report, _) = convert(request.as_bytes(), &read_as, options);
        let Some(SignalStats::Logs(stats)) = &report.files[0].signal_stats else { unreachable!() };
        assert_eq!(stats.distinct_fingerprints, expected);
    }
}

#[test]
fn the_first_message_of_a_row_counts_or_that_of_the_column_that_is_named() {
    let lines = b"{\"msg\":\"a 1\",\"message\":\"b 2\",\"e\":{\"m\":\"c 3\"}}\n{\"msg\":\"d 4\"}\n{\"e\":{\"m\":5}}\n{\"log\":null}\n{\"log\":true,\"fingerprint\":\"x\"}\n";
    type Case = (Option<&'static str>, [Option<&'static str>; 5], &'static [&'static str]);
    let cases: [Case; 3] = [
        (None, [Some("b 2"), Some("d 4"), None, None, Some("true")], &["message", "msg", "log"]),
        (Some("msg"), [Some("a 1"), Some("d 4"), None, None, None], &["msg"]),
        (Some("e.m"), [Some("c 3"), None, Some("5"), None, None], &["e_m"]),
    ];
    for (named, expected, messages) in cases {
        for options in all_options() {
            // Strict mode refuses names that are taken.
            let options = match named {
                None => options.strict(false).fingerprints(true),
                Some(named) => options.strict(false).fingerprint_of(named),
            };
            let (report, file) = convert(lines, &ndjson(), options);
            let found: Vec<Option<i64>> =
                fingerprints(&file, "none").into_iter().map(|(found, _)| found).collect();
            assert_eq!(found, expected.map(|message| message.and_then(of)), "{named:?}");
            assert_eq!(report.fingerprint_of, messages);
            assert_eq!(report.files[0].columns[0].name, "fingerprint");
            assert!(report.files[0].columns.iter().any(|column| column.name == "fingerprint__2"));
        }
    }
}

#[test]
fn a_message_that_its_column_can_not_hold_has_one_too() {
    let mut lines: String = (0..50).map(|row| format!("{{\"message\":{row}}}\n")).collect();
    lines.push_str("{\"message\":\"text 7\"}\n");
    let options = Options::new().settling_rows(10).fingerprints(true);
    let (_, file) = convert(lines.as_bytes(), &ndjson(), options);
    let rows = fingerprints(&file, "message__text");
    assert_eq!(rows[0].0, of("0"));
    assert_eq!(rows[50], (of("text 7"), Some("text 7".to_owned())));
}

#[test]
fn columns_that_are_dropped_or_renamed_have_their_fingerprints() {
    let lines = "{\"message\":\"took 5 ms\",\"a\":1,\"o\":{\"msg\":\"left 3\"}}\n".repeat(100);
    let columns = |report: &Report| -> Vec<String> {
        report.files[0].columns.iter().map(|column| column.name.clone()).collect()
    };
    for options in all_options() {
        let kept = options.clone().fingerprints(true).select(["a"]);
        let (report, file) = convert(lines.as_bytes(), &ndjson(), kept);
        assert_eq!(columns(&report), ["fingerprint", "a"]);
        assert_eq!(report.fingerprint_of, ["message"]);
        assert_eq!(fingerprints(&file, "none")[99].0, of("took 5 ms"));
        for named in ["o.msg", "o_msg"] {
            let kept = options.clone().fingerprint_of(named).drop(["o", "message"]);
            let (report, file) = convert(lines.as_bytes(), &ndjson(), kept);
            assert_eq!(columns(&report), ["fingerprint", "a"]);
            assert_eq!(report.fingerprint_of, ["o.msg"]);
            assert_eq!(fingerprints(&file, "none")[99].0, of("left 3"));
        }
        let renamed = options.rename("message", "text").fingerprints(true);
        let (report, file) = convert(lines.as_bytes(), &ndjson(), renamed);
        assert_eq!(report.fingerprint_of, ["text"]);
        assert_eq!(fingerprints(&file, "text")[0], (of("took 5 ms"), Some("took 5 ms".into())));
    }
    let source = Workload::Synth40.otlp_logs(DEFAULT_SEED, 500);
    let read_as = InputOptions::new().format(Format::OtlpLogs);
    let (_, with) = convert(&source, &read_as, Options::new().fingerprints(true));
    let dropped = Options::new().fingerprints(true).drop(["body"]);
    let (report, without) = convert(&source, &read_as, dropped);
    let of_each = |file: &[u8]| -> Vec<Option<i64>> {
        fingerprints(file, "none").into_iter().map(|(found, _)| found).collect()
    };
    assert_eq!(of_each(&with), of_each(&without));
    assert!(!columns(&report).contains(&"body".to_owned()));
    let Some(SignalStats::Logs(stats)) = &report.files[0].signal_stats else { unreachable!() };
    assert_eq!(stats.fingerprints, [], "a template tells what was dropped");
}

#[test]
fn a_redacted_message_does_not_show_through() {
    let lines = "{\"message\":\"ann has 5\"}\n{\"message\":\"bob has 6\"}\n";
    for options in all_options() {
        for options in [options.clone(), options.drop(["message"])] {
            let options = options.fingerprints(true).redact("message", Redaction::mask());
            let (report, file) =
                convert(lines.as_bytes(), &ndjson(), options.signal_stats(Signal::Logs));
            let rows = fingerprints(&file, "none");
            assert_eq!([rows[0].0, rows[1].0], [of("***"), of("***")]);
            let Some(SignalStats::Logs(stats)) = &report.files[0].signal_stats else {
                unreachable!()
            };
            assert!(stats.fingerprints.iter().all(|kept| kept.template == "***"));
        }
    }
    let own = Options::new().fingerprints(true).redact("fingerprint", Redaction::mask());
    assert!(own.validate().is_err());
}

#[test]
fn statistics_of_logs_count_fingerprints() {
    let lines: String = (0..9_000)
        .map(|row| match row % 3 {
            0 => format!("{{\"message\":\"took {row} ms\"}}\n"),
            1 => format!("{{\"message\":\"user '{row}' left\"}}\n"),
            _ if row < 6_000 => "{\"n\":1}\n".to_owned(),
            _ => format!("{{\"message\":\"took {row} ms\"}}\n"),
        })
        .collect();
    for options in all_options() {
        let (report, file) =
            convert(lines.as_bytes(), &ndjson(), options.signal_stats(Signal::Logs));
        let Some(SignalStats::Logs(stats)) = &report.files[0].signal_stats else { unreachable!() };
        let found: Vec<(Option<i64>, &str, u64)> = (stats.fingerprints.iter())
            .map(|of| (Some(of.fingerprint), of.template.as_str(), of.rows))
            .collect();
        let expected = [("took <num> ms", 4_000), ("user <str> left", 3_000)];
        assert_eq!(found, expected.map(|(template, rows)| (of(template), template, rows)));
        assert_eq!((stats.distinct_fingerprints, stats.rows_of_other_fingerprints), (2, 0));
        assert_eq!(report.fingerprint_of, [""; 0]);
        assert!(fingerprints(&file, "none").iter().all(|(found, _)| found.is_none()));
    }
}

#[test]
fn many_fingerprints_are_estimated_and_those_beyond_counted_together() {
    let letters = |mut row: u32| {
        let mut word = "x".to_owned();
        while row > 0 {
            word.push(char::from(b'g' + (row % 16) as u8));
            row /= 16;
        }
        word
    };
    let lines: String =
        (0..20_000).map(|row| format!("{{\"msg\":\"{}\"}}\n", letters(row))).collect();
    let (report, _) =
        convert(lines.as_bytes(), &ndjson(), Options::new().signal_stats(Signal::Logs));
    let Some(SignalStats::Logs(stats)) = &report.files[0].signal_stats else { unreachable!() };
    assert_eq!(stats.fingerprints.len(), 4_096);
    assert_eq!(stats.rows_of_other_fingerprints, 20_000 - 4_096);
    assert!(
        stats.distinct_fingerprints.abs_diff(20_000) < 1_200,
        "{}",
        stats.distinct_fingerprints
    );
}
