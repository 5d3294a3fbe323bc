//! Sources of OTLP/JSON: how messages may stand in them, where they are cut, and what becomes of broken ones.

use std::fmt::Write as _;

use bucksaw::{ErrorKind, Format, Input, InputOptions, MemorySink, OnError, Options};

use super::rows;
use crate::otlp::{convert_keeping, prefixed};
use crate::support::{Cell, read};
use bucksaw_workloads::{DEFAULT_SEED, Workload};

fn record(body: &str) -> String {
    format!("{{\"timeUnixNano\":\"1700000000000001000\",\"body\":{{\"stringValue\":\"{body}\"}}}}")
}

/// A message with a resource for each of these, with a record for each of its bodies.
fn message(resources: &[&[&str]]) -> String {
    let resources: Vec<String> = (resources.iter().enumerate())
        .map(|(number, bodies)| {
            let records: Vec<String> = bodies.iter().map(|body| record(body)).collect();
            format!(
                "{{\"resource\":{{\"attributes\":[{{\"key\":\"n\",\"value\":{{\"intValue\":{number}}}}}]}},\
                 \"scopeLogs\":[{{\"logRecords\":[{}]}}],\"schemaUrl\":\"\"}}",
                records.join(",")
            )
        })
        .collect();
    format!("{{\"resourceLogs\":[{}]}}", resources.join(","))
}

/// The same over many lines.
fn pretty(message: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(message).expect("JSON");
    serde_json::to_string_pretty(&value).expect("memory")
}

fn bodies(file: &[u8]) -> Vec<String> {
    let (_, rows) = read(file);
    let body = |cell: &Cell| match cell {
        Cell::Text(text) => text.clone(),
        other => unreachable!("{other:?}"),
    };
    rows.iter().map(|row| body(&row["body"])).collect()
}

fn failure(source: &[u8], format: Format) -> bucksaw::Error {
    let mut writer = Options::new().write_to(MemorySink::new()).expect("sound options");
    let input = Input::open("logs", source, &InputOptions::new().format(format), OnError::Fail);
    writer.write_input(&mut input.expect("readable")).expect_err("no logs")
}

#[test]
fn messages_have_a_line_each_or_stand_one_behind_the_other_in_any_form() {
    let (a, b) = (message(&[&["a", "b"], &["c"]]), message(&[&["d"]]));
    let expected = rows(format!("{a}\n{b}\n").as_bytes(), Format::OtlpLogs);
    assert_eq!(expected.1.len(), 4);
    for source in [
        format!("{a}\n{b}"),
        format!("\u{feff}{a}\r\n\r\n{b}\r\n"),
        format!("{a}{b}"),
        format!("{}\n{}\n", pretty(&a), pretty(&b)),
        format!("{}{}", pretty(&a), pretty(&b)),
        format!("[{a},{b}]"),
        format!("[\n{a},\n{b}\n]\n"),
        format!("\u{1e}{a}\n\u{1e}{b}\n"),
        format!("{{\"newer\":[{{\"resourceLogs\":[1]}}],{}\n{{}}{b}", &a[1..]),
        format!("{{}}\n{{\"resourceLogs\":null}}\n{a}\n{b}"),
    ] {
        assert_eq!(rows(source.as_bytes(), Format::OtlpLogs), expected, "{source}");
        if !source.starts_with("{}") {
            assert_eq!(rows(source.as_bytes(), Format::Auto), expected, "{source}");
        }
    }
}

#[test]
fn members_come_in_any_order_and_more_than_once() {
    let (_, expected) = rows(message(&[&["a"]]).as_bytes(), Format::OtlpLogs);
    let others = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"intValue":3},
        "body":{"stringValue":"a"},"timeUnixNano":1,"timeUnixNano":1.700000000000001e18,"\u0074raceId":""}]}],
        "resource":{"attributes":[]},"resource":{"attributes":[{"value":{"intValue":"0"},"key":"n"}]}}]}"#;
    assert_eq!(rows(others.as_bytes(), Format::OtlpLogs).1, expected);
}

#[test]
fn what_otlp_does_not_have_is_left_out_and_counted_and_names_are_numbers() {
    let source = r#"{"resourceLogs":[{"scope_logs":[],"newer":{"a":[1,{"b":null}]},"scopeLogs":[{"logRecords":[
        {"severityNumber":"SEVERITY_NUMBER_WARN","severity_text":"x","none":null,"body":{"stringValue":"a"}}]}]}]}"#;
    let sink = MemorySink::new();
    let mut writer = Options::new().write_to(Box::new(sink.clone())).expect("sound options");
    let options = InputOptions::new();
    let mut input = Input::open("logs", source.as_bytes(), &options, OnError::Fail).expect("open");
    writer.write_input(&mut input).expect("sound");
    let report = writer.finish().expect("memory");
    assert_eq!((report.alterations.unknown_members, report.alterations.enum_names), (3, 1));
    let told = report.alterations.to_string();
    assert!(told.contains("3 members that OTLP does not have, left out"), "{told}");
    let (_, rows) = read(&sink.published().expect("a file"));
    assert_eq!(rows[0]["severity_number"], Cell::I32(13));
    assert!(!rows[0].contains_key("severity_text"));
}

/// Numbers, ids and names of values are what their texts say, however these are spelled.
#[test]
fn texts_that_stand_for_something_else_may_have_escapes() {
    let escaped =
        |text: &str| text.bytes().map(|byte| format!("\\u{byte:04x}")).collect::<String>();
    let record = |spelled: &dyn Fn(&str) -> String| {
        let texts = [
            "1767319200000000000",
            "5b8efff798038103d269b633813fc60c",
            "-5",
            "-Infinity",
            "0.5",
            "AQI=",
        ];
        let [time, id, integer, least, half, bytes] = texts.map(spelled);
        let severity = spelled("SEVERITY_NUMBER_WARN");
        format!(
            "{{\"resourceLogs\":[{{\"scopeLogs\":[{{\"logRecords\":[{{\"timeUnixNano\":\"{time}\",\
             \"severityNumber\":\"{severity}\",\"traceId\":\"{id}\",\"attributes\":[\
             {{\"key\":\"i\",\"value\":{{\"intValue\":\"{integer}\"}}}},\
             {{\"key\":\"l\",\"value\":{{\"doubleValue\":\"{least}\"}}}},\
             {{\"key\":\"h\",\"value\":{{\"doubleValue\":\"{half}\"}}}},\
             {{\"key\":\"b\",\"value\":{{\"bytesValue\":\"{bytes}\"}}}}]}}]}}]}}]}}"
        )
    };
    let (plain, spelled) = (record(&str::to_owned), record(&escaped));
    assert!(spelled.contains(r#""intValue":"\u002d\u0035""#), "{spelled}");
    let expected = rows(plain.as_bytes(), Format::OtlpLogs);
    assert!(
        expected.1[0].values().any(|cell| *cell == Cell::Text("-5".to_owned())),
        "{expected:?}"
    );
    assert_eq!(rows(spelled.as_bytes(), Format::OtlpLogs), expected);
}

/// Of each line what is broken is rejected, and nothing else.
#[test]
fn broken_records_are_rejected_alone_with_line_and_column() {
    let sound = message(&[&["a", "b", "c"], &["d"]]);
    for (other, column, reason) in [
        (r#"{"timeUnixNano":"x"}"#, 17, "expected an integer"),
        (r#"{"timeUnixNano":"-1"}"#, 16, "beyond the range"),
        (r#"{"timeUnixNano":"\u0035x"}"#, 17, "expected an integer"),
        (r#"{"timeUnixNano":"\q"}"#, 17, "an escape that JSON does not know"),
        (r#"{"traceId":"\u0067\u0067"}"#, 12, "expected an id"),
        (r#"{"timeUnixNano":1.5}"#, 16, "expected an integer"),
        (r#"{"severityNumber":"WARN"}"#, 18, "expected the number of an enumeration's value"),
        (r#"{"traceId":"oMOB6PA="}"#, 12, "expected an id: hexadecimal digits"),
        (r#"{"spanId":"abc"}"#, 11, "expected an id"),
        (r#"{"body":"text"}"#, 8, "expected an object"),
        (r#"{"attributes":{"a":1}}"#, 14, "expected an array"),
        (r#"{"body":{"stringValue":1}}"#, 23, "expected a text"),
        (r#"{"body":{"boolValue":"true"}}"#, 21, "expected true or false"),
        (r#"{"body":{"doubleValue":1e999}}"#, 23, "expected a number"),
        (r#"{"body":{"bytesValue":"*"}}"#, 23, "base64"),
        (r#"{"body":{"stringValue":"\ud800"}}"#, 24, "surrogate"),
        (r#"{"body":{"stringValue":"\q"}}"#, 24, "an escape that JSON does not know"),
        (r#"{"flags":01}"#, 9, "a number is not written as JSON has it"),
        (r#"{"flags":1,}"#, 11, "expected a name"),
        (r#"{"flags" 1}"#, 9, "expected a colon"),
        (r#"{"flags":[1}"#, 9, "expected an integer"),
        (r#"{"newer":[1}"#, 11, "expected a comma or the array's end"),
        ("null", 0, "expected an object"),
        ("7", 0, "expected an object"),
    ] {
        let broken = sound.replace(&record("b"), other);
        let source = format!("{sound}\n{broken}\n{sound}\n");
        let converted =
            convert_keeping(source.as_bytes(), Format::Auto, Options::new()).expect("kept");
        let [rejection] = &converted.rejections[..] else {
            panic!("{other}: {:?}", converted.rejections)
        };
        assert!(rejection.reason.contains(reason), "{other}: {}", rejection.reason);
        let start = sound.find(&record("b")).expect("it is there");
        let expected = (2, (start + column) as u64 + 1, (sound.len() + 1 + start + column) as u64);
        assert_eq!((rejection.line, rejection.column, rejection.byte), expected, "{other}");
        assert_eq!(converted.kept, format!("{other}\n").into_bytes());
        assert_eq!(
            bodies(&converted.file),
            ["a", "b", "c", "d", "a", "c", "d", "a", "b", "c", "d"],
            "{other}"
        );
        let told = rejection.to_string();
        assert!(
            told.starts_with(&format!("logs: line 2, column {}", start + column + 1)),
            "{told}"
        );
    }
}

#[test]
fn lines_that_were_cut_lose_no_other_line() {
    let sound = message(&[&["a"], &["b", "c"]]);
    for end in 1..sound.len() {
        let source = format!("{}\n{sound}\n", &sound[..end]);
        let converted =
            convert_keeping(source.as_bytes(), Format::OtlpLogs, Options::new()).expect("kept");
        let found = bodies(&converted.file);
        assert!(found.ends_with(&["a", "b", "c"].map(str::to_owned)), "{end}: {found:?}");
        assert_eq!(converted.rejections.len(), 1, "{end}: {:?}", converted.rejections);
        assert_eq!(converted.rejections[0].line, 1, "{end}");
        let first = sound.find(",{\"resource\"").expect("two resources");
        let in_whole_resources = match end {
            _ if end < first => 0,
            _ if end < sound.len() - 2 => 1,
            _ => 3,
        };
        let whole = ["a", "b", "c"].iter().filter(|body| sound[..end].contains(&record(body)));
        // A scope and a resource that are cut behind their records lack members that these have in common.
        let list = sound[..end].rsplit_once("logRecords\":[").map_or("", |(_, list)| list);
        match list.contains(']') {
            true => assert!(found.len() >= in_whole_resources + 3, "{end}"),
            false => assert_eq!(found.len(), whole.count() + 3, "{end}"),
        }
        assert_eq!(converted.counts.bytes, source.len() as u64);
    }
}

/// Of what was cut off, or has a line's end in a text, the records before that are rows.
#[test]
fn records_before_the_damage_are_rows() {
    let sound = pretty(&message(&[&["a", "b"], &["c", "damaged", "d"]]));
    let at = sound.find("damaged").expect("it is there");
    for source in [sound[..at].to_owned(), sound.replace("damaged", "dam\naged")] {
        let converted =
            convert_keeping(source.as_bytes(), Format::OtlpLogs, Options::new()).expect("kept");
        assert_eq!(bodies(&converted.file), ["a", "b", "c"]);
        let [rejection] = &converted.rejections[..] else { panic!("{:?}", converted.rejections) };
        let line = source[..at].lines().count() as u64;
        assert_eq!(rejection.line, line, "{rejection}");
        assert_eq!(converted.counts.records, 4);
        assert_eq!(converted.counts.bytes, source.len() as u64);
    }
    // A record without a comma before it is told apart from those behind it.
    let source = message(&[&["a", "b", "c"], &["d"]]).replacen("},{\"time", "} {\"time", 1);
    let converted =
        convert_keeping(source.as_bytes(), Format::OtlpLogs, Options::new()).expect("kept");
    assert_eq!(bodies(&converted.file), ["a", "c", "d"]);
    let [rejection] = &converted.rejections[..] else { panic!("{:?}", converted.rejections) };
    assert!(rejection.reason.contains("a comma is missing before it"), "{rejection}");
    let at = source.find(&record("b")).expect("it is there");
    assert_eq!((rejection.line, rejection.byte), (1, at as u64));
    assert_eq!(converted.kept, format!("{}\n", record("b")).into_bytes());
}

/// In whatever form the first stands.
#[test]
fn messages_may_go_over_lines_behind_others_that_do_not() {
    let (a, b) = (message(&[&["a", "b"], &["c"]]), message(&[&["d"]]));
    let lines = format!("{a}\n").repeat(2_000);
    for before in [format!("{a}\n"), lines] {
        let expected = rows(format!("{before}{b}\n{a}\n{b}\n").as_bytes(), Format::OtlpLogs);
        for source in [
            format!("{before}{}\n{}\n{b}\n", pretty(&b), pretty(&a)),
            format!("{before}{}\r\n{a}\n{}", pretty(&b).replace('\n', "\r\n"), pretty(&b)),
        ] {
            assert!(rows(source.as_bytes(), Format::OtlpLogs) == expected);
            assert!(rows(source.as_bytes(), Format::Auto) == expected);
        }
    }
}

#[test]
fn records_that_are_no_text_are_rejected_where_they_are_not() {
    let source = message(&[&["a", "bXb", "c"]]).into_bytes();
    let at = source.iter().position(|byte| *byte == b'X').expect("it is there");
    let mut broken = source.clone();
    broken[at] = 0xff;
    let converted = convert_keeping(&broken, Format::OtlpLogs, Options::new()).expect("kept");
    assert_eq!(bodies(&converted.file), ["a", "c"]);
    let [rejection] = &converted.rejections[..] else { panic!("{:?}", converted.rejections) };
    assert_eq!((rejection.line, rejection.byte), (1, at as u64));
    assert!(rejection.reason.contains("not UTF-8"), "{rejection}");
}

#[test]
fn objects_that_hold_something_else_are_told() {
    for (source, reason) in [
        (r#"{"resourceSpans":[{}]}"#, "--format otlp-traces"),
        (r#"{"resourceMetrics":[{}]}"#, "--format otlp-metrics"),
        (r#"{"resourceProfiles":[{}]}"#, "profiles, which are not read"),
        (r#"{"level":"INFO"}"#, "it is no OTLP message"),
        ("5", "expected an OTLP message"),
    ] {
        let source = format!("{}\n{source}\n{}\n", message(&[&["a"]]), message(&[&["b"]]));
        let converted =
            convert_keeping(source.as_bytes(), Format::OtlpLogs, Options::new()).expect("kept");
        assert_eq!(bodies(&converted.file), ["a", "b"]);
        assert_eq!(converted.rejections.len(), 1);
        let rejection = &converted.rejections[0];
        assert!(rejection.reason.contains(reason), "{source}: {}", rejection.reason);
        assert_eq!((rejection.line, rejection.column), (2, 1));
    }
    let error = failure(br#"{"resourceProfiles":[{"scopeProfiles":[]}]}"#, Format::Auto);
    assert_eq!(error.kind(), ErrorKind::InputFormat);
    assert!(error.message().contains("profiles, which are not read"), "{error}");
}

/// Without any line's end, too.
#[test]
fn a_broken_message_costs_none_behind_it() {
    let (a, b) = (message(&[&["a"], &["b"]]), message(&[&["c"]]));
    for broken in
        [&a[..a.len() - 3], &a[..a.len() - 40], "{\"resourceLogs\":[{\"resource\":\"", "[", "x"]
    {
        for between in ["", "\n"] {
            let source = format!("{b}{between}{broken}{between}{b}{b}");
            let converted =
                convert_keeping(source.as_bytes(), Format::OtlpLogs, Options::new()).expect("kept");
            let found = bodies(&converted.file);
            assert!(found.starts_with(&["c".to_owned()]), "{source}: {found:?}");
            assert!(found.ends_with(&["c", "c"].map(str::to_owned)), "{source}: {found:?}");
            assert_eq!(converted.rejections.len(), usize::from(broken != "["), "{source}");
        }
    }
}

/// Some megabytes, with long lines and a broken record, on a line each or over many.
fn large(is_pretty: bool) -> String {
    let mut source = String::new();
    let mut number = 0;
    for line in 0..40 {
        let resources: Vec<Vec<String>> = (0..if line % 7 == 0 { 60 } else { 3 })
            .map(|_| {
                (0..40)
                    .map(|_| {
                        number += 1;
                        format!("body \\\\\\\"{number} {}", "x{[".repeat(number % 50))
                    })
                    .collect()
            })
            .collect();
        let resources: Vec<Vec<&str>> =
            resources.iter().map(|bodies| bodies.iter().map(String::as_str).collect()).collect();
        let resources: Vec<&[&str]> = resources.iter().map(Vec::as_slice).collect();
        let text = message(&resources);
        let text = if is_pretty { pretty(&text) } else { text };
        writeln!(source, "{text}").expect("memory");
    }
    source
}

#[test]
fn any_number_of_threads_and_any_form_writes_the_same_rows() {
    let lines = large(false);
    let broken = lines.replacen("body \\\\\\\"977 ", "\\x", 1);
    assert_ne!(lines, broken);
    for source in [&broken, &broken.replace('\n', ""), &large(true)] {
        let outcome = |options: Options, threads| {
            let converted =
                convert_keeping(source.as_bytes(), Format::Auto, options.threads(threads));
            let converted = converted.expect("rejections are kept");
            (format!("{:?} {:?}", converted.counts, converted.rejections), converted)
        };
        let small = Options::new().memory_limit(8 << 20).row_group_rows(1_900).settling_rows(500);
        for options in [Options::new(), small] {
            let one = outcome(options.clone(), 1);
            let rejected = one.1.rejections.len() as u64;
            assert_eq!(rejected, u64::from(*source != large(true)));
            assert_eq!(one.1.counts.records, 18_480, "{}", one.0);
            assert_eq!(bodies(&one.1.file)[..2], ["body \\\"1 x{[", "body \\\"2 x{[x{["]);
            for threads in [2, 3] {
                let other = outcome(options.clone(), threads);
                assert_eq!(other.0, one.0);
                assert!(other.1.file == one.1.file && other.1.kept == one.1.kept);
            }
        }
    }
}

/// Where the broken record of a long source is.
#[test]
fn lines_and_columns_are_counted_from_chunk_to_chunk() {
    for source in [large(false), large(true)] {
        let body = "body \\\\\\\"17777 ";
        let byte = source.find(body).expect("it is there");
        let source = source.replacen(body, "\\x", 1);
        let converted =
            convert_keeping(source.as_bytes(), Format::OtlpLogs, Options::new()).expect("kept");
        let [rejection] = &converted.rejections[..] else { panic!("{:?}", converted.rejections) };
        let before = &source[..byte];
        let column = byte - before.rfind('\n').map_or(0, |newline| newline + 1) + 1;
        let line = before.matches('\n').count() + 1;
        let found = (rejection.line, rejection.column, rejection.byte);
        assert_eq!(found, (line as u64, column as u64, byte as u64), "{rejection}");
    }
}

#[test]
fn a_resource_that_memory_has_no_room_for_is_told_and_kept() {
    let long = "x\\\\\\\"".repeat(200_000);
    let whole = message(&[&["a"], &[&long, "b"], &["c"]]);
    for (source, rows) in [
        (format!("{whole}\n{}\n", message(&[&["d"]])), vec!["a", "c", "d"]),
        (pretty(&whole), vec!["a", "c"]),
        (format!("{whole}{whole}"), vec!["a", "c", "a", "c"]),
    ] {
        let options = Options::new().memory_limit(8 << 20);
        let converted =
            convert_keeping(source.as_bytes(), Format::OtlpLogs, options).expect("kept");
        assert_eq!(bodies(&converted.file), rows);
        assert_eq!(converted.counts.bytes, source.len() as u64);
        let reason = &converted.rejections[0].reason;
        assert!(
            reason.starts_with("the records of one resource have more than 524288"),
            "{reason}"
        );
        assert!(converted.kept.len() > long.len());
        assert_eq!(converted.kept.last(), Some(&b'\n'));
    }
}

/// As the Collector's file exporter writes them where it compresses: each message by itself, behind its length, without a
/// line's end.
#[test]
fn compressed_messages_behind_their_lengths_are_read_in_both_encodings() {
    let of = |rows| Workload::Synth40.otlp_json_logs(DEFAULT_SEED, rows);
    let text = String::from_utf8(of(3_000)).expect("JSON");
    let json: Vec<&[u8]> = text.lines().map(str::as_bytes).collect();
    assert_eq!(json.len(), 6);
    let protobuf = Workload::Synth40.otlp_logs(DEFAULT_SEED, 3_000);
    let whole =
        |source: &[u8]| convert_keeping(source, Format::Auto, Options::new()).expect("sound").file;
    let compressed = |messages: &[&[u8]]| {
        let frames = messages.iter().map(|message| {
            prefixed(&zstd::encode_all(*message, 3).expect("memory takes everything"))
        });
        frames.collect::<Vec<_>>().concat()
    };
    let expected = read(&whole(&protobuf));
    assert_eq!(expected.1.len(), 3_000);
    assert_eq!(read(&whole(text.as_bytes())), expected);
    assert_eq!(read(&whole(&compressed(&json))), expected);
    assert_eq!(read(&whole(&compressed(&[&protobuf, &[]]))), expected);
}

#[test]
fn redaction_withholds_rejected_records() {
    let source = message(&[&["a", "b"]]).replace(&record("b"), r#"{"flags":"secret"}"#);
    let options = Options::new().redact("attr.user", bucksaw::Redaction::mask());
    let converted = convert_keeping(source.as_bytes(), Format::OtlpLogs, options).expect("kept");
    assert_eq!(converted.kept, b"\n");
    assert!(converted.rejections[0].withheld);
}

/// Lists in lists without end: each may be where a message begins.
#[test]
fn what_has_no_end_is_not_looked_at_again_and_again() {
    let source = b"{\"resourceLogs\":[".repeat(20_000);
    let read = convert_keeping(&source, Format::OtlpLogs, Options::new()).expect("kept");
    assert_eq!(read.counts.rows, 0);
    assert!(read.rejections.len() > 1_000);
    assert!(read.rejections.iter().any(|rejection| rejection.reason.contains("nest too deep")));
}

/// A line that lost its beginning hides nothing of those behind it.
#[test]
fn a_first_line_without_its_beginning_hides_no_format() {
    let line =
        r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"a"}}]}]}]}"#;
    for cut in [1, 5, 20, 40, line.len() - 2] {
        let source = format!("{}\n{line}\n{line}\n", &line[cut..]);
        let read =
            convert_keeping(source.as_bytes(), Format::Auto, Options::new()).expect("a file");
        assert_eq!(read.counts.rows, 2, "{cut}");
        assert_eq!(read.rejections.len(), 1, "{cut}");
    }
    // Lines of JSON stay what they are, whatever comes behind the first.
    let source = format!("{{\"a\":1}}\n{line}\n");
    let read = convert_keeping(source.as_bytes(), Format::Auto, Options::new()).expect("a file");
    assert_eq!((read.counts.rows, read.rejections.len()), (2, 0));
}

/// What is of another signal, beside that which is read, is rejected and not left out.
#[test]
fn members_of_other_signals_are_rejected() {
    let logs = r#""resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"a"}}]}]}]"#;
    let spans = r#""resourceSpans":[{"scopeSpans":[{"spans":[{"name":"s"}]}]}]"#;
    for source in [format!("{{{logs},{spans}}}\n"), format!("{{{spans},\"x\":1,{logs}}}\n")] {
        let read = convert_keeping(source.as_bytes(), Format::OtlpLogs, Options::new());
        let read = read.expect("a file");
        assert_eq!((read.counts.rows, read.counts.rejected), (1, 1));
        assert!(read.rejections[0].reason.contains("the message holds traces"), "{source}");
        assert_eq!(read.kept, format!("{spans}\n").into_bytes());
    }
}
