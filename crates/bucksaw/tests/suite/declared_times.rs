//! Times as their producers write them end in columns of timestamps, each instant exactly; what is no time stays beside
//! them as it was spelled.

use bucksaw::{DeclaredSchema, ErrorKind, Options, Spelling, TimeUnit, UnknownColumns, Value};

use crate::support::{Cell, alterations, convert, each, row};

/// 2026-01-02T03:00:00Z in seconds.
const START: i64 = 1_767_322_800;
const NANOS: i64 = 1_000_000_000;
const ROWS: i64 = 40;

/// The moment of a row in nanoseconds since 1970, with so many digits behind the second.
fn nanos_at(row: i64, digits: u32) -> i64 {
    let step = 10_i64.pow(9 - digits);
    let nanos = (START + row) * NANOS + row * 123_456_789;
    nanos - nanos.rem_euclid(step)
}

/// Calendar and clock of a moment in UTC, by counting days.
fn civil(nanos: i64) -> (i64, [i64; 2], [i64; 3], i64) {
    let seconds = nanos.div_euclid(NANOS);
    // All rows are of one day.
    assert_eq!(seconds.div_euclid(86_400), 20_455);
    let of_day = seconds.rem_euclid(86_400);
    (2026, [1, 2], [of_day / 3_600, of_day / 60 % 60, of_day % 60], nanos.rem_euclid(NANOS))
}

/// As RFC 3339 has it, with so many digits and this zone behind it.
fn rfc3339(nanos: i64, digits: usize, mark: char, zone: &str) -> String {
    let (year, [month, day], [hour, minute, second], fraction) = civil(nanos);
    let fraction = &format!(".{fraction:09}")[..if digits == 0 { 0 } else { digits + 1 }];
    format!("{year}-{month:02}-{day:02}{mark}{hour:02}:{minute:02}:{second:02}{fraction}{zone}")
}

/// Checks that rows, whose column `name` is what `spell` makes of each moment, come back with those moments.
fn check(with: impl Fn(Options) -> Options, name: &str, digits: u32, line: impl Fn(i64) -> String) {
    let lines: Vec<String> = (0..ROWS).map(|row| line(nanos_at(row, digits))).collect();
    each(|options| {
        let file = convert(&lines.join("\n"), with(options)).expect("a file");
        for (index, row) in file.rows().iter().enumerate() {
            let nanos = nanos_at(index as i64, digits);
            let micros = Some(&Cell::Timestamp(nanos.div_euclid(1_000)));
            let below = nanos.rem_euclid(1_000);
            let sibling = (below > 0).then_some(Cell::I32(below as i32));
            assert_eq!(row.get(name), micros, "{}", lines[index]);
            assert_eq!(row.get(&format!("{name}__ns")), sibling.as_ref(), "{}", lines[index]);
            assert_eq!(row.get(&format!("{name}__text")), None);
        }
        let report = &file.report;
        assert_eq!(report.alterations.conflicts, 0);
        let range = report.files[0].times.iter().find(|range| range.column == name);
        let range = range.expect("a time column");
        assert_eq!(range.unit, Some(TimeUnit::Micros));
        assert_eq!(range.first, nanos_at(0, digits).div_euclid(1_000));
        assert_eq!(range.last, nanos_at(ROWS - 1, digits).div_euclid(1_000));
        assert_eq!(range.first_time.as_deref(), Some("2026-01-02T03:00:00Z"));
    });
}

fn time(options: Options, column: &str, input: &str) -> Options {
    options.time(column, input.parse().expect("an input"))
}

#[test]
fn docker_writes_nine_digits() {
    check(
        |options| options,
        "time",
        9,
        |nanos| {
            format!(
                r#"{{"log":"GET / 200\n","stream":"stdout","time":"{}"}}"#,
                rfc3339(nanos, 9, 'T', "Z")
            )
        },
    );
}

#[test]
fn serilog_and_windows_write_seven_digits() {
    check(
        |options| time(options, "@t", "rfc3339"),
        "_t",
        7,
        |nanos| format!(r#"{{"@t":"{}","@mt":"x"}}"#, rfc3339(nanos, 7, 'T', "Z")),
    );
    let name = "Event_System_TimeCreated__attributes_SystemTime";
    check(
        |options| options,
        name,
        7,
        |nanos| {
            let time = rfc3339(nanos, 7, 'T', "Z");
            format!(
                r##"{{"Event":{{"System":{{"Level":0,"TimeCreated":{{"#attributes":{{"SystemTime":"{time}"}}}}}}}}}}"##
            )
        },
    );
}

#[test]
fn slog_writes_an_offset() {
    check(
        |options| options,
        "time",
        9,
        |nanos| {
            let local = rfc3339(nanos + 3_600 * NANOS, 9, 'T', "+01:00");
            format!(r#"{{"time":"{local}","level":"INFO","msg":"x"}}"#)
        },
    );
}

#[test]
fn loki_writes_nanoseconds_as_text() {
    check(
        |options| time(options, "ts", "epoch_ns"),
        "ts",
        9,
        |nanos| format!(r#"{{"ts":"{nanos}","line":"x"}}"#),
    );
}

#[test]
fn google_cloud_writes_two_times() {
    check(
        |options| options,
        "receiveTimestamp",
        6,
        |nanos| {
            let (at, received) = (rfc3339(nanos, 9, 'T', "Z"), rfc3339(nanos, 6, 'T', "Z"));
            format!(
                r#"{{"insertId":"a","timestamp":"{at}","severity":"INFO","receiveTimestamp":"{received}"}}"#
            )
        },
    );
}

#[test]
fn pino_writes_milliseconds() {
    check(
        |options| time(options, "time", "epoch_ms"),
        "time",
        3,
        |nanos| format!(r#"{{"level":30,"time":{},"pid":12,"msg":"x"}}"#, nanos / 1_000_000),
    );
}

#[test]
fn journald_writes_microseconds_as_text() {
    check(
        |options| time(options, "__REALTIME_TIMESTAMP", "epoch_us"),
        "__REALTIME_TIMESTAMP",
        6,
        |nanos| format!(r#"{{"__REALTIME_TIMESTAMP":"{}","MESSAGE":"x"}}"#, nanos / 1_000),
    );
}

#[test]
fn zeek_writes_seconds_with_decimals() {
    check(
        |options| time(options, "ts", "epoch_s"),
        "ts",
        6,
        |nanos| format!(r#"{{"ts":{}.{:06},"uid":"C"}}"#, nanos / NANOS, nanos % NANOS / 1_000),
    );
}

#[test]
fn vpc_flow_logs_have_whole_seconds() {
    let with = |options| time(options, "start", "epoch_s").time("end", Spelling::EpochSeconds);
    check(with, "start", 0, |nanos| {
        format!(
            r#"{{"version":2,"start":{},"end":{},"action":"ACCEPT"}}"#,
            nanos / NANOS,
            nanos / NANOS + 60
        )
    });
}

#[test]
fn suricata_writes_a_zone_without_a_colon() {
    check(
        |options| options,
        "timestamp",
        6,
        |nanos| {
            format!(r#"{{"timestamp":"{}","event_type":"dns"}}"#, rfc3339(nanos, 6, 'T', "+0000"))
        },
    );
}

#[test]
fn nginx_and_python_have_formats() {
    check(
        |options| time(options, "time_local", "%d/%b/%Y:%H:%M:%S %z"),
        "time_local",
        0,
        |nanos| {
            let (year, _, [hour, minute, second], _) = civil(nanos + 7_200 * NANOS);
            format!(r#"{{"time_local":"02/Jan/{year}:{hour:02}:{minute:02}:{second:02} +0200"}}"#)
        },
    );
    let python = |options| {
        time(options, "asctime", "%Y-%m-%d %H:%M:%S,%3f").assume_timezone("Europe/Berlin")
    };
    check(python, "asctime", 3, |nanos| {
        let local = rfc3339(nanos + 3_600 * NANOS, 3, ' ', "").replace('.', ",");
        format!(r#"{{"asctime":"{local}","message":"x"}}"#)
    });
}

/// In a schema file, with units of their own.
#[test]
fn units_are_exact_or_the_text_is_beside() {
    let schema = r#"{"columns": [{"name": "ms", "type": "timestamp", "unit": "ms", "input": "epoch_s"},
        {"name": "ns", "type": "timestamp", "unit": "ns", "input": "epoch_ms"}, {"name": "us", "type": "timestamp", "unit": "us", "input": "epoch_ns"}]}"#;
    let schema = DeclaredSchema::from_json(schema).expect("a schema");
    let lines = r#"{"ms":1.5,"us":1500}
{"ms":1.0005,"ns":"0.0000001","us":1500.5}
{"ms":"soon","ns":99999999999999999,"us":-1}
{"ms":true,"ns":[1],"us":"1999-01-01T00:00:00Z"}"#;
    let written = convert(lines, Options::new().schema(schema.clone())).expect("a file");
    let rows = written.rows();
    let columns = &written.report.files[0].columns;
    let types: Vec<&str> = columns[..3].iter().map(|column| column.ty.as_str()).collect();
    assert_eq!(types, ["timestamp(ms)", "timestamp(ns)", "timestamp"]);
    let get = |at: usize, name: &str| rows[at].get(name).cloned();
    let text = |text: &str| Some(Cell::Text(text.to_owned()));
    assert_eq!((get(0, "us"), get(0, "us__ns")), (Some(Cell::Timestamp(1)), Some(Cell::I32(500))));
    assert_eq!((get(2, "us"), get(2, "us__ns")), (Some(Cell::Timestamp(-1)), Some(Cell::I32(999))));
    assert_eq!(get(1, "us__text"), text("1500.5"));
    assert_eq!(get(3, "us__text"), text("1999-01-01T00:00:00Z"));
    assert_eq!(get(1, "ms__text"), text("1.0005"));
    assert_eq!((get(2, "ms__text"), get(3, "ms__text")), (text("soon"), text("true")));
    // A tenth of a nanosecond, and a year beyond those that four digits have.
    assert_eq!(
        (get(1, "ns__text"), get(2, "ns__text")),
        (text("0.0000001"), text("99999999999999999"))
    );
    assert_eq!(get(3, "ns__text"), text("[1]"));
    assert_eq!(written.report.alterations.conflicts, 8);
    let times = &written.report.files[0].times;
    assert_eq!(times[0].first_time.as_deref(), Some("1970-01-01T00:00:01.500Z"));
    let error =
        convert(lines, Options::new().schema(schema.unknown_columns(UnknownColumns::Refuse)))
            .err()
            .expect("refused");
    assert_eq!(error.kind(), ErrorKind::Refused);
}

/// What clocks that are set have twice or not at all is no instant.
#[test]
fn ambiguous_local_times_stay_text() {
    let lines = [
        "2026-03-29 01:59:59",
        "2026-03-29 02:30:00",
        "2026-03-29 03:00:00",
        "2026-10-25 02:30:00",
        "2026-10-25T02:30:00+02:00",
    ];
    let lines: String = lines.iter().map(|time| format!("{{\"at\":\"{time}\"}}\n")).collect();
    each(|options| {
        let options = time(options, "at", "rfc3339").assume_timezone("Europe/Berlin");
        let file = convert(&lines, options).expect("a file");
        let expected = [
            row(&[("at", Value::Timestamp(1_774_745_999_000_000))]),
            row(&[("at__text", Value::Text("2026-03-29 02:30:00"))]),
            row(&[("at", Value::Timestamp(1_774_746_000_000_000))]),
            row(&[("at__text", Value::Text("2026-10-25 02:30:00"))]),
            row(&[("at", Value::Timestamp(1_792_888_200_000_000))]),
        ];
        assert_eq!(file.rows(), expected);
        let counted = alterations!(parsed_texts: 3, other_offsets: 3, ambiguous_times: 2);
        assert_eq!(file.report.alterations, counted);
    });
}

#[test]
fn time_columns_that_are_something_else_are_told_before() {
    let declared = |ty: &str| {
        let json = format!(r#"{{"columns": [{{"name": "at", {ty}}}]}}"#);
        Options::new().schema(DeclaredSchema::from_json(&json).expect("a schema"))
    };
    for (options, why) in [
        (declared(r#""type": "int64""#).time("at", Spelling::EpochMillis), "declared as int64"),
        (
            declared(r#""type": "timestamp", "input": "epoch_s""#)
                .time("at", Spelling::EpochMillis),
            "with the input \"epoch_s\"",
        ),
        (
            Options::new().time("at", Spelling::EpochMillis).time("at", Spelling::EpochSeconds),
            "two inputs",
        ),
        (Options::new().text_prefixes(["a"]).time("at", Spelling::EpochMillis), "by its prefix"),
        (Options::new().time("at", Spelling::Hex), "not read from input"),
        (time(Options::new(), "at", "%Y-%m-%d %H:%M:%S"), "assume_timezone"),
        (Options::new().assume_timezone("Mars/Base"), "no time zone \"Mars/Base\""),
        (
            Options::new()
                .schema(DeclaredSchema::new().unknown_columns(UnknownColumns::Refuse))
                .time("at", Spelling::Rfc3339),
            "which the schema does not have",
        ),
    ] {
        let error = convert("", options).err().expect(why);
        assert_eq!(error.kind(), ErrorKind::Options);
        assert!(error.to_string().contains(why), "{error}");
    }
    // The option says what a declaration leaves open.
    let options = declared(r#""type": "timestamp(ns)""#).time("at", Spelling::EpochMillis);
    let file = convert("{\"at\":1}", options).expect("a file");
    assert_eq!(file.report.timestamps[0].last, 1_000_000);
}

#[test]
fn a_time_column_that_no_row_has_is_told() {
    let options = || time(Options::new(), "at", "epoch_s");
    let file = convert("{\"a\":1}", options()).expect("a file");
    assert_eq!(file.names(), ["at", "a"]);
    assert_eq!(file.report.unknown_columns[0].column, "at");
    let had = convert("{\"at\":\"x\"}", options()).expect("a file");
    assert_eq!(had.report.unknown_columns, []);
}
