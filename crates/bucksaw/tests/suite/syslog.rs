//! Syslog as rsyslog, syslog-ng and devices write it: both RFCs, mixed, on lines and behind lengths.

use bucksaw::{
    Format, Input, InputOptions, NdjsonOptions, OnError, Options, SyslogOptions, TextLines, Value,
};
use proptest::collection::vec;
use proptest::prelude::*;
use syslog_loose::{ProcId, Variant, parse_message_with_year_exact_tz};

use crate::support::inputs::{Converted, convert_always_alike, convert_source};
use crate::support::{Cell, Row, alterations, row};

fn syslog() -> InputOptions {
    InputOptions::new().format(Format::Syslog)
}

fn in_berlin() -> InputOptions {
    syslog().syslog(SyslogOptions::new().year(2026).timezone("Europe/Berlin".to_owned()))
}

fn converted(text: &str, read_as: &InputOptions) -> Converted {
    convert_source(text.as_bytes(), usize::MAX, read_as, Options::new()).expect("kept")
}

fn rows(text: &str) -> Vec<Row> {
    let converted = converted(text, &syslog());
    assert_eq!(converted.rejected(), []);
    converted.rows()
}

/// What a message's priority says.
fn priority(
    facility: (i64, &'static str),
    severity: (i64, &'static str),
) -> [(&'static str, Value<'static>); 4] {
    [
        ("facility", Value::I64(facility.0)),
        ("facility_name", Value::Text(facility.1)),
        ("severity", Value::I64(severity.0)),
        ("severity_name", Value::Text(severity.1)),
    ]
}

fn with_priority(values: &[(&str, Value<'_>)]) -> Row {
    let mut known = row(&priority((1, "user"), (5, "notice")));
    known.extend(row(values));
    known
}

#[test]
fn messages_of_rfc_5424_have_all_their_parts() {
    let text = "<165>1 2026-11-28T07:05:09.003250+01:00 mymachine.example.com evntslog 42 ID47 \
        [exampleSDID@32473 iut=\"3\" eventSource=\"App \\\"x\\\" \\] \\a\" empty=\"\"][origin ip=\"10.0.0.1\" ip=\"10.0.0.2\"][seen] \
        \u{feff}An application event\n\
        <34>1 - - - - - -\n\
        <34>1 - - - - - - \n\
        <13>1 2026-11-28T07:05:09Z vm 1 - - [a x=\"1\" ] m\n";
    let rows = rows(text);
    let mut first = row(&priority((20, "local4"), (5, "notice")));
    first.extend(row(&[
        ("time", Value::Timestamp(1_795_845_909_003_250)),
        ("hostname", Value::Text("mymachine.example.com")),
        ("app_name", Value::Text("evntslog")),
        ("proc_id", Value::I64(42)),
        ("msg_id", Value::Text("ID47")),
        ("sd_exampleSDID_32473_iut", Value::I64(3)),
        ("sd_exampleSDID_32473_eventSource", Value::Text("App \"x\" ] \\a")),
        ("sd_exampleSDID_32473_empty", Value::Text("")),
        ("sd_origin_ip", Value::Text("10.0.0.1")),
        ("sd_seen", Value::Bool(true)),
        ("_rest", Value::Text(r#"{"sd":{"origin":{"ip":"10.0.0.2"}}}"#)),
        ("message", Value::Text("An application event")),
    ]));
    assert_eq!(rows[0], first);
    let nothing = row(&priority((4, "auth"), (2, "crit")));
    assert_eq!(rows[1..3], [nothing.clone(), nothing]);
    assert_eq!(
        (&rows[3]["app_name"], &rows[3]["sd_a_x"]),
        (&Cell::Text("1".to_owned()), &Cell::I64(1))
    );
}

/// As rsyslog 8 writes and forwards them: its traditional forms and those with precise times, with priorities and without.
#[test]
fn messages_of_rfc_3164_have_the_parts_that_can_be_told() {
    let text = "<13>Nov 29 06:05:12 vm app[3842]: hello world\n\
        <83>Nov  9 06:05:12 vm sshd: Failed password\n\
        <13>2026-11-29T06:05:12.428354+00:00 vm app[3842]: hello world\n\
        Nov 29 06:05:12 vm systemd[1]: Started\n\
        2026-11-29T06:05:12.431140+00:00 vm kernel: [    0.0] x\n\
        <13>Nov 29 06:05:12 app[1]: no host\n\
        <13>Nov 29 06:05:12 vm last message repeated\n\
        <13>no header at all\n\
        <13>Nov 29 2026 06:05:12 vm %ASA-6-302014: x\n\
        <13>Nov 29 06:05:12.250 vm a/b-c_d: y\n";
    let local = |time: &'static str| ("local_time", Value::Text(time));
    let vm = ("hostname", Value::Text("vm"));
    let text_of = |name, text: &'static str| (name, Value::Text(text));
    let rows = rows(text);
    let expected = [
        with_priority(&[
            local("Nov 29 06:05:12"),
            vm,
            text_of("app_name", "app"),
            ("proc_id", Value::I64(3842)),
            text_of("message", "hello world"),
        ]),
        {
            let mut known = row(&priority((10, "authpriv"), (3, "err")));
            known.extend(row(&[
                local("Nov  9 06:05:12"),
                vm,
                text_of("app_name", "sshd"),
                text_of("message", "Failed password"),
            ]));
            known
        },
        with_priority(&[
            ("time", Value::Timestamp(1_795_932_312_428_354)),
            vm,
            text_of("app_name", "app"),
            ("proc_id", Value::I64(3842)),
            text_of("message", "hello world"),
        ]),
        row(&[
            local("Nov 29 06:05:12"),
            vm,
            text_of("app_name", "systemd"),
            ("proc_id", Value::I64(1)),
            text_of("message", "Started"),
        ]),
        row(&[
            ("time", Value::Timestamp(1_795_932_312_431_140)),
            vm,
            text_of("app_name", "kernel"),
            text_of("message", "[    0.0] x"),
        ]),
        with_priority(&[
            local("Nov 29 06:05:12"),
            text_of("app_name", "app"),
            ("proc_id", Value::I64(1)),
            text_of("message", "no host"),
        ]),
        with_priority(&[local("Nov 29 06:05:12"), vm, text_of("message", "last message repeated")]),
        with_priority(&[text_of("message", "no header at all")]),
        with_priority(&[
            local("Nov 29 2026 06:05:12"),
            vm,
            text_of("app_name", "%ASA-6-302014"),
            text_of("message", "x"),
        ]),
        with_priority(&[
            local("Nov 29 06:05:12.250"),
            vm,
            text_of("app_name", "a/b-c_d"),
            text_of("message", "y"),
        ]),
    ];
    for (row, expected) in rows.iter().zip(&expected) {
        assert_eq!(row, expected);
    }
    assert_eq!(rows.len(), expected.len());
}

#[test]
fn times_without_year_and_zone_are_moments_where_both_are_known() {
    let text = "<13>Nov 28 08:05:09.25 vm a: x\n\
        <13>Mar 29 02:30:00 vm a: there is no such time\n\
        <13>Feb 30 02:30:00 vm a: nor day\n\
        <13>Nov 28 2025 08:05:09 vm a: another year\n\
        <13>1 2026-11-28T07:05:09Z vm a - - - x\n";
    let converted = converted(text, &in_berlin());
    let times: Vec<_> = converted
        .rows()
        .iter()
        .map(|row| (row.get("time").cloned(), row.get("local_time").cloned()))
        .collect();
    let at = |micros| (Some(Cell::Timestamp(micros)), None);
    let local = |text: &str| (None, Some(Cell::Text(text.to_owned())));
    let expected = [
        at(1_795_849_509_250_000),
        local("Mar 29 02:30:00"),
        local("Feb 30 02:30:00"),
        at(1_764_313_509_000_000),
        at(1_795_849_509_000_000),
    ];
    assert_eq!(times, expected);
    assert_eq!(converted.alterations, alterations!(parsed_texts: 3));
    let problems =
        SyslogOptions::new().year(0).timezone("CEST".to_owned()).validate().expect_err("unsound");
    assert_eq!(problems.message().lines().count(), 2);
}

#[test]
fn messages_behind_their_length_may_have_lines_and_be_mixed_with_others() {
    let counted = |message: &str| format!("{} {message}", message.len());
    let text = [
        counted("<13>1 - - - - - - first\nsecond line"),
        counted("<13>1 - - - - - - rsyslog's newline is no text\n"),
        "<13>a line\n".to_owned(),
        counted("<13>vm é"),
        "\n99999 <13>a length that is none\n".to_owned(),
        counted("<13>last"),
    ]
    .concat();
    for step in [1, 5, 1_000] {
        let converted =
            convert_source(text.as_bytes(), step, &syslog(), Options::new()).expect("kept");
        let messages: Vec<_> = converted.rows().iter().map(|row| row["message"].clone()).collect();
        let expected =
            ["first\nsecond line", "rsyslog's newline is no text", "a line", "vm é", "last"];
        assert_eq!(messages, expected.map(|text| Cell::Text(text.to_owned())));
        assert_eq!(
            converted.rejected(),
            [(6, 1, "expected a priority in brackets (<34>), or a time")]
        );
        assert_eq!((converted.counts.blank, converted.counts.bytes), (1, text.len() as u64));
        assert_eq!(converted.kept.bytes, b"99999 <13>a length that is none\n");
    }
}

#[test]
fn what_is_no_syslog_is_rejected_with_where() {
    let lines: [(&[u8], u64, &str); 10] = [
        (b"hello", 1, "expected a priority in brackets (<34>), or a time"),
        (b"<192>1 - - - - - -", 1, "expected a priority in brackets (<34>), or a time"),
        (b"<13>1 ", 7, "expected a timestamp and a space"),
        (b"<13>1 - vm", 9, "expected a host's name and a space"),
        (b"<13>1 - vm a - - x", 18, "expected - or structured data"),
        (b"<13>1 - vm a - - -x", 19, "expected a space and the message"),
        (b"<13>1 - vm a - - [a b=\"c]", 22, "expected a value that ends with a quote"),
        (b"<13>1 - vm a - - [a b]", 22, "expected =\""),
        (
            b"<13>1 - vm a - - [a=\"b\"]",
            20,
            "expected a space and a parameter, or the element's end (])",
        ),
        (b"<13>1 - vm a - - - \xff", 20, "the bytes are not UTF-8"),
    ];
    let text = lines.map(|(line, ..)| [line, b"\n"].concat()).concat();
    let converted = convert_source(&text, usize::MAX, &syslog(), Options::new()).expect("kept");
    let expected: Vec<_> =
        lines.iter().zip(1..).map(|((_, at, reason), line)| (line, *at, *reason)).collect();
    assert_eq!(converted.rejected(), expected);
    assert!(converted.kept.bytes == text);
    let keep = syslog().text_lines(TextLines::Keep);
    let converted = convert_source(&text, usize::MAX, &keep, Options::new()).expect("kept");
    assert_eq!((converted.counts.text_lines, converted.counts.rejected), (9, 1));
    assert_eq!(converted.rows()[3], row(&[("message", Value::Text("<13>1 - vm"))]));
}

#[test]
fn sources_that_start_with_a_message_are_known_for_syslog() {
    let format = |text: &str| {
        let mut writer =
            Options::new().write_to(Box::new(bucksaw::MemorySink::new())).expect("sound");
        let mut input = Input::open("input", text.as_bytes(), &InputOptions::new(), OnError::Skip)
            .expect("read");
        writer.write_input(&mut input).expect("skipped");
        input.format()
    };
    for text in [
        "<34>1 2026-11-28T07:05:09Z vm a - - - é",
        "\u{feff}<0>1 - - - - - -",
        "<191>Oct 11 22:14:15 vm su: x",
        "<13>2026-11-29T06:05:12+00:00 vm a: x",
        "17 <34>1 - - - - - -",
        "<34>1 ",
    ] {
        assert_eq!(format(text), Format::Syslog, "{text}");
    }
    for text in [
        "<192>1 -",
        "<34>hello",
        "<html>",
        "<34>",
        "34 <a>",
        "{\"a\":1}",
        "Oct 11 22:14:15 vm su: x",
        "<>1 -",
        "<0034>1 -",
    ] {
        assert_eq!(format(text), Format::Ndjson, "{text}");
    }
}

#[test]
fn any_number_of_threads_writes_the_same_file() {
    let mut text = String::new();
    for number in 0..30_000 {
        let message = match number % 5 {
            0 => format!(
                "<13>1 2026-11-28T07:05:09Z vm app {number} - [a n=\"{number}\"] message\nof {number}"
            ),
            _ => format!("<34>Nov 28 07:05:09 vm app[{number}]: message {number}"),
        };
        match number % 1_000 {
            7 => text.push_str("no message\n"),
            8 => text.push_str("123456789 <13>no length\n"),
            9 => text.push_str(&format!("<13>{}\n", "long ".repeat(150_000))),
            _ if number % 5 == 0 => text.push_str(&format!("{} {message}", message.len())),
            _ => text.push_str(&format!("{message}\n")),
        }
    }
    let read_as = in_berlin().ndjson(NdjsonOptions::new().max_line_bytes(600_000));
    let converted =
        convert_always_alike(text.as_bytes(), &read_as, &Options::new().memory_limit(16 << 20));
    assert_eq!((converted.counts.rows, converted.counts.rejected), (29_910, 90));
}

/// The parts of a message as syslog_loose has them; times of Berlin in 2026.
fn by_syslog_loose(message: &str, variant: Variant) -> Option<Row> {
    let offset = syslog_loose_offset();
    let known = parse_message_with_year_exact_tz(message, |_| 2026, Some(offset), variant).ok()?;
    let text = |text: &str| Cell::Text(text.to_owned());
    let mut row = Row::new();
    let mut add =
        |name: &str, cell: Option<Cell>| cell.map(|cell| row.insert(name.to_owned(), cell));
    add("facility_name", known.facility.map(|facility| text(facility.as_str())));
    add("severity_name", known.severity.map(|severity| text(severity.as_str())));
    add("time", known.timestamp.map(|time| Cell::Timestamp(time.timestamp_micros())));
    add("hostname", known.hostname.map(text));
    add("app_name", known.appname.map(text));
    add(
        "proc_id",
        known.procid.map(|id| match id {
            ProcId::PID(id) => Cell::I64(id.into()),
            ProcId::Name(name) => text(name),
        }),
    );
    add("msg_id", known.msgid.map(text));
    for element in &known.structured_data {
        for (name, value) in element.params() {
            add(&format!("sd_{}_{name}", element.id), Some(text(&value)));
        }
    }
    add("message", Some(text(known.msg)).filter(|_| !known.msg.is_empty()));
    Some(row)
}

fn syslog_loose_offset() -> chrono::FixedOffset {
    chrono::FixedOffset::east_opt(3_600).expect("an hour")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn messages_of_rfc_5424_are_those_of_syslog_loose(
        (facility, severity) in (0..12_u8, 0..8_u8),
        time in "2026-(01|11)-(0[1-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?(Z|[+-]0[0-9]:[03]0)",
        words in vec("[a-zA-Z/._]{1,8}|-", 4),
        values in vec("[a-z \"\\\\\\]é]{0,6}x", 0..3),
        message in "[a-z][a-zA-Z:\\[\\]é ]{0,20}[a-z]",
    ) {
        let params: String = values.iter().enumerate().map(|(index, value)| {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace(']', "\\]");
            format!(" p{index}=\"{value}\"")
        }).collect();
        let data = if values.is_empty() { "-".to_owned() } else { format!("[id{params}]") };
        let line = format!("<{}>1 {time} {} {data} {message}", facility * 8 + severity, words.join(" "));
        let mut rows = rows(&line);
        rows[0].retain(|name, _| !matches!(name.as_str(), "facility" | "severity"));
        prop_assert_eq!(Some(rows.remove(0)), by_syslog_loose(&line, Variant::RFC5424), "{}", line);
    }

    #[test]
    fn messages_of_rfc_3164_are_those_of_syslog_loose(
        (facility, severity) in (0..12_u8, 0..8_u8),
        day in 1..=28_u8,
        clock in "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]",
        (host, app) in ("[a-z][a-z0-9.-]{0,8}[a-z]", "[a-z][a-z_-]{0,8}"),
        id in prop::option::of(1..100_000_u32),
        message in "[a-zA-Z.é]{1,8}( [a-z0-9:]{1,8}){0,3}",
    ) {
        let id = id.map_or(String::new(), |id| format!("[{id}]"));
        let line = format!("<{}>Nov {day:>2} {clock} {host} {app}{id}: {message}", facility * 8 + severity);
        let converted = converted(&line, &in_berlin());
        let mut rows = converted.rows();
        rows[0].retain(|name, _| !matches!(name.as_str(), "facility" | "severity"));
        prop_assert_eq!(Some(rows.remove(0)), by_syslog_loose(&line, Variant::RFC3164), "{}", line);
    }

    #[test]
    fn nothing_panics(
        bytes in vec(prop::sample::select(&b"<134>1 -[]=\"\\:ab\n\xff\xc3\xa9Nov 2T"[..]), 0..80),
        start in prop::sample::select(&["", "<13>", "<13>1 ", "<13>Nov 28 ", "12 <13>1 - ", "Nov 28 07:05:09"][..]),
    ) {
        let bytes = [start.as_bytes(), &bytes].concat();
        let converted = convert_source(&bytes, 7, &in_berlin(), Options::new()).expect("kept");
        prop_assert_eq!(converted.counts.bytes, bytes.len() as u64);
        convert_source(&bytes, 7, &InputOptions::new(), Options::new()).ok();
    }
}
