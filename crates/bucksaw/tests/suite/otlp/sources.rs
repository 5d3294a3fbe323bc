//! How messages follow each other in a source, and what is rejected of them.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bucksaw::{
    ColumnType, DeclaredSchema, ErrorKind, Format, Input, InputOptions, MemorySink, OnError,
    Options, UnknownColumns,
};
use bucksaw_workloads::{DEFAULT_SEED, Workload};
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, LogsData, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, Histogram, HistogramDataPoint, Metric, MetricsData, NumberDataPoint, ResourceMetrics,
    ScopeMetrics, Sum, metric, number_data_point,
};
use opentelemetry_proto::tonic::profiles::v1development::{
    Profile, ProfilesData, ProfilesDictionary, ResourceProfiles, Sample, ScopeProfiles, ValueType,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message as _;

use super::{convert_keeping, prefixed, rows};
use crate::support::{Cell, Row, read};

fn record(body: &str) -> LogRecord {
    let value = Some(any_value::Value::StringValue(body.to_owned()));
    LogRecord { body: Some(AnyValue { value }), ..LogRecord::default() }
}

fn request(bodies: &[&str]) -> LogsData {
    let log_records = bodies.iter().map(|body| record(body)).collect();
    let scope_logs = vec![ScopeLogs { log_records, ..ScopeLogs::default() }];
    LogsData { resource_logs: vec![ResourceLogs { scope_logs, ..ResourceLogs::default() }] }
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

/// The error of a source, read as this.
fn failure(source: &[u8], format: Format) -> bucksaw::Error {
    let mut writer = Options::new().write_to(MemorySink::new()).expect("sound options");
    let input = Input::open("logs", source, &InputOptions::new().format(format), OnError::Fail);
    writer.write_input(&mut input.expect("readable")).expect_err("no logs")
}

#[test]
fn messages_come_alone_one_after_the_other_or_behind_their_lengths() {
    let (a, b) = (request(&["a", "b"]).encode_to_vec(), request(&["c"]).encode_to_vec());
    let (_, expected) = rows(&request(&["a", "b", "c"]).encode_to_vec(), Options::new());
    let concatenated = [a.clone(), b.clone()].concat();
    let behind_lengths = [prefixed(&a), prefixed(&[]), prefixed(&b)].concat();
    let both = [a, prefixed(&b)].concat();
    for source in [&concatenated, &behind_lengths, &both, &gzip(&behind_lengths)] {
        for format in [Format::OtlpLogs, Format::Auto] {
            let converted = convert_keeping(source, format, Options::new()).expect("sound");
            assert_eq!((converted.counts.records, converted.rejections.len()), (3, 0));
            assert_eq!(read(&converted.file).1, expected);
        }
    }
    let empty = convert_keeping(b"", Format::OtlpLogs, Options::new()).expect("sound");
    assert_eq!(empty.counts.records, 0);
}

/// What may be of the signal that it is said to be of is, even if profiles might look so.
#[test]
fn a_metric_without_a_name_is_no_profile() {
    let exemplar = Exemplar { trace_id: vec![7; 3], ..Exemplar::default() };
    let point = HistogramDataPoint { exemplars: vec![exemplar], ..HistogramDataPoint::default() };
    let histogram = Histogram { data_points: vec![point], ..Histogram::default() };
    for data in [None, Some(metric::Data::Histogram(histogram))] {
        let metric = Metric { description: "a".to_owned(), data, ..Metric::default() };
        let scope = ScopeMetrics { metrics: vec![metric], ..ScopeMetrics::default() };
        let resource = ResourceMetrics { scope_metrics: vec![scope], ..ResourceMetrics::default() };
        let message = MetricsData { resource_metrics: vec![resource] }.encode_to_vec();
        for source in [message.clone(), prefixed(&message)] {
            let converted = convert_keeping(&source, Format::OtlpMetrics, Options::new());
            assert_eq!(converted.expect("metrics").rejections, []);
        }
    }
}

/// A source that is said to be of another signal is read: what is damaged may look like profiles.
#[test]
fn profiles_are_an_error_of_their_own() {
    let texts = |count: usize| (0..count).map(|text| format!("main.function_{text}")).collect();
    let with_texts =
        |count| ProfilesDictionary { string_table: texts(count), ..Default::default() };
    let sample = Sample { stack_index: 1, values: vec![5, 7], ..Sample::default() };
    let profile = Profile {
        sample_type: Some(ValueType { type_strindex: 1, unit_strindex: 2 }),
        samples: vec![sample; 20],
        time_unix_nano: 9,
        profile_id: vec![7; 16],
        ..Profile::default()
    };
    let scope = ScopeProfiles { profiles: vec![profile; 3_000], ..ScopeProfiles::default() };
    let of_resource =
        ResourceProfiles { scope_profiles: vec![scope.clone()], ..ResourceProfiles::default() };
    let few = ScopeProfiles { profiles: scope.profiles[..1].to_vec(), ..scope };
    let few = ResourceProfiles { scope_profiles: vec![few], ..ResourceProfiles::default() };
    for data in [
        ProfilesData { resource_profiles: vec![of_resource], dictionary: None },
        ProfilesData { resource_profiles: vec![few.clone()], dictionary: Some(with_texts(3)) },
        ProfilesData { resource_profiles: vec![few], dictionary: Some(with_texts(10_000)) },
        ProfilesData { resource_profiles: Vec::new(), dictionary: Some(with_texts(3)) },
    ] {
        let message = data.encode_to_vec();
        for source in [message.clone(), prefixed(&message), gzip(&message)] {
            let error = failure(&source, Format::Auto);
            assert_eq!(error.kind(), ErrorKind::InputFormat);
            assert!(error.message().contains("profiles, which are not read"), "{error}");
            for format in [Format::OtlpLogs, Format::OtlpTraces, Format::OtlpMetrics] {
                let converted = convert_keeping(&source, format, Options::new()).expect("read");
                assert_eq!(converted.counts.rows, 0);
                if data.resource_profiles.is_empty() {
                    continue;
                }
                assert!(!converted.rejections.is_empty());
                for rejection in converted.rejections {
                    assert!(rejection.reason.contains("profiles, which are not read"));
                }
            }
        }
    }
}

/// What is damaged does not hide what the source is: a record, behind it a message's rest.
#[test]
fn damage_does_not_hide_the_format() {
    let bodies: Vec<String> = (0..20).map(|row| format!("the record {row}")).collect();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    let message = || request(&bodies).encode_to_vec();
    let one = prefixed(&message());
    let whole = [&one[..]; 50].concat();
    for at in [5, 10, 60, one.len() + 9, one.len() * 3 + 200] {
        let mut damaged = whole.clone();
        damaged[at..at + 20].fill(0xff);
        let read = |format| convert_keeping(&damaged, format, Options::new()).expect("a file");
        let (named, found) = (read(Format::OtlpLogs), read(Format::Auto));
        assert_eq!((found.counts, found.file), (named.counts, named.file), "{at}");
        assert!(found.counts.rows >= 49 * 20 && found.counts.rejected > 0, "{at}");
    }
    // Without lengths, what comes before the damage says it.
    let mut damaged = [&message()[..]; 3].concat();
    let end = damaged.len();
    damaged[end - 30..].fill(0xff);
    let found = convert_keeping(&damaged, Format::Auto, Options::new()).expect("a file");
    assert!(found.counts.rows >= 40 && found.counts.rejected > 0);
}

/// Damage of any kind, anywhere: each record is a row, or its bytes are kept, and what is sound behind the damage is read.
#[test]
fn damage_takes_no_record_along() {
    let marker = |message: usize, row: usize| format!("<{message}.{row}>");
    let message = |number: usize| {
        let bodies: Vec<String> = (0..30).map(|row| marker(number, row)).collect();
        request(&bodies.iter().map(String::as_str).collect::<Vec<_>>()).encode_to_vec()
    };
    let framed = |number| prefixed(&message(number));
    let len = framed(1).len();
    type Damage = Box<dyn Fn(&mut Vec<u8>)>;
    let mut damages: Vec<Damage> = Vec::new();
    for bit in 0..32 {
        // The second message's length.
        damages.push(Box::new(move |bytes| bytes[len + bit / 8] ^= 1 << (bit % 8)));
    }
    for cut in (1..len).step_by(23) {
        // Its end was never written.
        damages.push(Box::new(move |bytes| drop(bytes.drain(2 * len - cut..2 * len))));
        damages.push(Box::new(move |bytes| bytes[2 * len - cut] ^= 0xa5));
    }
    for (number, damage) in damages.iter().enumerate() {
        let mut source = (0..5).map(framed).collect::<Vec<_>>().concat();
        damage(&mut source);
        let read = convert_keeping(&source, Format::OtlpLogs, Options::new()).expect("a file");
        let rows = read_rows(&read.file);
        let mut kept = Vec::new();
        for line in read.kept.split(|byte| *byte == b'\n') {
            kept.extend(BASE64.decode(line).expect("base64"));
        }
        let is_kept = |text: &str| memchr::memmem::find(&kept, text.as_bytes()).is_some();
        let markers = (0..5).flat_map(|message| (0..30).map(move |row| marker(message, row)));
        let is_there = |text: &str| memchr::memmem::find(&source, text.as_bytes()).is_some();
        let lost: Vec<String> = markers
            .filter(|text| is_there(text) && !rows.contains(text) && !is_kept(text))
            .collect();
        // One may be in two parts, where what is kept together ends.
        let is_parted =
            |text: &String| (1..text.len()).any(|at| is_kept(&text[..at]) && is_kept(&text[at..]));
        let told = format!("{lost:?} {number} {:?}", read.rejections);
        assert!(lost.len() <= 1 && lost.iter().all(is_parted), "{told}");
        let behind = rows.iter().filter(|text| text.starts_with("<3.") || text.starts_with("<4."));
        assert_eq!(behind.count(), 60, "{number} {:?}", read.rejections);
    }
}

/// The bodies of a file's rows.
fn read_rows(file: &[u8]) -> std::collections::BTreeSet<String> {
    let body = |mut row: Row| match row.remove("body") {
        Some(Cell::Text(text)) => text,
        other => format!("{other:?}"),
    };
    read(file).1.into_iter().map(body).collect()
}

#[test]
fn what_is_not_surely_otlp_is_read_as_lines() {
    let lines = convert_keeping(b"\n{\"a\":1}\n", Format::Auto, Options::new()).expect("sound");
    assert_eq!((lines.counts.rows, lines.counts.blank), (1, 1));
    let error = failure(&[0x0a, 2, 0x12, 9], Format::Auto);
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert_eq!(error.position().line, Some(2), "{error}");
}

/// Some megabytes: requests, larger ones, and among them records that are broken.
fn requests() -> Vec<u8> {
    let mut source = Workload::Synth40.otlp_logs(DEFAULT_SEED, 3_000);
    let mut broken = request(&["one", "two", "three"]).encode_to_vec();
    let at = broken.windows(3).position(|bytes| bytes == b"two").expect("a body");
    broken[at] = 0xff;
    source.extend_from_slice(&broken);
    let long = "x".repeat(700_000);
    source.extend(prefixed(&request(&["a", &long, "b"]).encode_to_vec()));
    source.extend(prefixed(&Workload::Realistic.otlp_logs(DEFAULT_SEED, 1_500)));
    source.extend_from_slice(&broken);
    source
}

#[test]
fn any_number_of_threads_writes_the_same_file() {
    let source = requests();
    let outcome = |options: Options, threads| {
        let converted = convert_keeping(&source, Format::Auto, options.threads(threads));
        let converted = converted.expect("rejections are kept");
        let told = format!("{:?} {:?}", converted.counts, converted.rejections);
        (told, converted.kept, converted.file)
    };
    let small = Options::new().memory_limit(16 << 20).row_group_rows(1_900).settling_rows(500);
    for options in [Options::new(), small] {
        let one = outcome(options.clone(), 1);
        assert!(one.0.contains("records: 4509, rows: 4507, rejected: 2"), "{}", one.0);
        for threads in [2, 3, 8] {
            assert!(outcome(options.clone(), threads) == one, "{threads} threads");
        }
    }
}

#[test]
fn a_record_that_is_no_text_is_rejected_with_its_number_and_bytes() {
    let message = request(&["one", "two", "three"]).encode_to_vec();
    let at = message.windows(3).position(|bytes| bytes == b"two").expect("a body");
    let mut source = [message.clone(), message.clone()].concat();
    source[message.len() + at + 1] = 0xff;
    let converted = convert_keeping(&source, Format::OtlpLogs, Options::new()).expect("kept");
    assert_eq!((converted.counts.rows, converted.counts.rejected), (5, 1));
    let [rejection] = &converted.rejections[..] else { panic!("{:?}", converted.rejections) };
    let byte = message.len() + at + 1;
    assert_eq!((rejection.line, rejection.column, rejection.byte), (5, 6, byte as u64));
    assert_eq!(
        rejection.to_string(),
        format!("logs: record 5, byte 6 of it (byte {byte}): the bytes of a text are not UTF-8")
    );
    let kept = converted.kept.strip_suffix(b"\n").expect("a line");
    // A message by itself.
    let alone = [&b"\x0a\x0b\x12\x09\x12\x07"[..], &source[byte - 5..byte + 2]].concat();
    assert_eq!(BASE64.decode(kept).expect("base64"), alone);
    let error = failure(&source, Format::OtlpLogs);
    assert_eq!((error.kind(), error.position().record), (ErrorKind::Malformed, Some(5)));
    assert!(error.to_string().contains("leave such records out (--on-error skip)"), "{error}");
}

/// What can't be told apart is rejected as a whole; what stands beside it is not.
#[test]
fn broken_resources_and_scopes_are_rejected_alone() {
    let mut first = request(&["a", "b"]);
    first.resource_logs[0].resource = Some(Resource::default());
    let attribute = KeyValue { key: "key".to_owned(), ..KeyValue::default() };
    let resource = first.resource_logs[0].resource.as_mut().expect("a resource");
    resource.attributes.push(attribute);
    let mut broken = first.encode_to_vec();
    let at = broken.windows(3).position(|bytes| bytes == b"key").expect("a key");
    broken[at] = 0xff;
    let last = request(&["c"]).encode_to_vec();
    let source = [broken.clone(), last.clone()].concat();
    let converted = convert_keeping(&source, Format::OtlpLogs, Options::new()).expect("kept");
    assert_eq!((converted.counts.rows, converted.counts.rejected), (1, 1));
    // A scope's length is beyond its resource's end.
    let mut broken = request(&["a"]).encode_to_vec();
    broken[3] += 1;
    let source = [broken.clone(), last.clone()].concat();
    let converted = convert_keeping(&source, Format::OtlpLogs, Options::new()).expect("kept");
    assert_eq!((converted.counts.rows, converted.counts.rejected), (1, 1));
    assert!(
        converted.rejections[0].reason.contains("beyond the end"),
        "{:?}",
        converted.rejections
    );
    let group = [&[0x0a, 4, 0x0b, 0x0c, 0x12, 0][..], &last].concat();
    let converted = convert_keeping(&group, Format::OtlpLogs, Options::new()).expect("kept");
    assert_eq!((converted.counts.rows, converted.counts.rejected), (1, 1));
    assert!(converted.rejections[0].reason.contains("a group"), "{:?}", converted.rejections);
}

#[test]
fn a_source_without_its_end_gives_the_messages_before() {
    let message = request(&["a", "b"]).encode_to_vec();
    for whole in [message.clone(), prefixed(&message)] {
        for missing in 1..whole.len() {
            let source = [&message[..], &whole[..whole.len() - missing]].concat();
            let converted =
                convert_keeping(&source, Format::OtlpLogs, Options::new()).expect("kept");
            let counts = converted.counts;
            assert_eq!((counts.rows, counts.rejected, counts.truncated), (2, 1, 1));
            assert_eq!(counts.bytes, source.len() as u64);
            let kept = converted.kept.strip_suffix(b"\n").expect("a line");
            // A length is passed over, if it is seen that a message begins behind it.
            let rest = &source[message.len()..];
            let behind = if rest[0] == 0 && rest.len() > 4 { &rest[4..] } else { rest };
            let kept = BASE64.decode(kept).expect("base64");
            assert!(kept == behind || kept == rest, "{kept:?} {rest:?}");
            let error = failure(&source, Format::OtlpLogs);
            assert_eq!(error.kind(), ErrorKind::Truncated);
            assert!(error.to_string().contains("the last message has no end"), "{error}");
        }
    }
    let error = failure(&[&message[..], b"\x0fjunk"].concat(), Format::OtlpLogs);
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert_eq!(error.position().byte, Some(message.len() as u64), "{error}");
    assert!(error.message().contains("no OTLP message starts here"), "{error}");
}

#[test]
fn a_message_that_memory_has_no_room_for_is_told() {
    let small = request(&["a"]).encode_to_vec();
    let large = request(&[&"x".repeat(600_000)]).encode_to_vec();
    let options = || Options::new().memory_limit(8 << 20);
    let two = [&large[..], &small].concat();
    for parts in [&two, &prefixed(&two)] {
        let source = [&small[..], parts].concat();
        let converted = convert_keeping(&source, Format::OtlpLogs, options()).expect("kept");
        assert_eq!((converted.counts.rows, converted.counts.rejected), (2, 1));
        assert_eq!(converted.counts.bytes, source.len() as u64);
        let reason = &converted.rejections[0].reason;
        assert!(
            reason.starts_with("the records of one resource have more than 524288 bytes"),
            "{reason}"
        );
        let kept = converted.kept.strip_suffix(b"\n").expect("a line");
        assert!(BASE64.decode(kept).expect("base64") == large);
    }
    // A length that nothing comes of takes no memory.
    let claim = [&small[..], &[0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]].concat();
    let error = failure(&claim, Format::OtlpLogs);
    assert_eq!(error.kind(), ErrorKind::Truncated, "{error}");
}

/// A long message is no more than its resources, one after the other.
#[test]
fn long_messages_are_read_resource_by_resource() {
    let logs = Workload::Synth40.otlp_logs(DEFAULT_SEED, 6_000);
    assert!(logs.len() > 1 << 20);
    let read_as = |source: &[u8]| {
        let options = Options::new().memory_limit(8 << 20);
        convert_keeping(source, Format::Auto, options).expect("it has room").file
    };
    assert_eq!(read(&read_as(&prefixed(&logs))), read(&read_as(&logs)));
}

#[test]
fn a_broken_message_is_rejected_up_to_its_end() {
    let sound = request(&["a"]).encode_to_vec();
    for broken in [
        &b"\0junk"[..],
        b"\x0f",
        b"\x0a\x09x",
        b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x80",
    ] {
        let message = [&sound[..], broken].concat();
        let source = [prefixed(&message), prefixed(&sound)].concat();
        let converted = convert_keeping(&source, Format::OtlpLogs, Options::new()).expect("kept");
        assert_eq!((converted.counts.rows, converted.counts.rejected), (2, 1), "{broken:?}");
        assert_eq!(converted.counts.bytes, source.len() as u64);
        let kept = converted.kept.strip_suffix(b"\n").expect("a line");
        assert_eq!(BASE64.decode(kept).expect("base64"), broken);
    }
}

fn attribute(key: &str, value: &str) -> KeyValue {
    let value = Some(any_value::Value::StringValue(value.to_owned()));
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value }), ..KeyValue::default() }
}

/// The lines of base64 that were kept, one message behind the other, as `base64 -d` makes them.
fn messages_kept(kept: &[u8]) -> Vec<u8> {
    let lines = kept.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.flat_map(|line| BASE64.decode(line).expect("base64")).collect()
}

/// What was kept of a source with texts that are none, with the texts put right, and as this signal.
fn read_again(source: &[u8], format: Format, rejected: u64) -> Vec<Row> {
    let mut broken = source.to_vec();
    let bad = b"BAD".map(|letter| letter | 0x80);
    for at in 0..broken.len() - 2 {
        if broken[at..].starts_with(b"BAD") {
            broken[at..at + 3].copy_from_slice(&bad);
        }
    }
    let converted = convert_keeping(&broken, format, Options::new()).expect("kept");
    assert_eq!(converted.counts.rejected, rejected, "{:?}", converted.rejections);
    let mut kept = messages_kept(&converted.kept);
    kept.iter_mut().for_each(|byte| {
        if bad.contains(byte) {
            *byte &= 0x7f;
        }
    });
    let again = convert_keeping(&kept, Format::Auto, Options::new()).expect("sound");
    assert_eq!((again.counts.rows, again.counts.rejected), (rejected, 0));
    read(&again.file).1
}

#[test]
fn kept_records_are_messages_with_what_is_around_them() {
    let mut data = request(&["one", "BAD", "three", "BAD 2"]);
    let resource = &mut data.resource_logs[0];
    let attributes = vec![attribute("service.name", "cart"), attribute("long", &"x".repeat(300))];
    resource.resource = Some(Resource { attributes, ..Resource::default() });
    resource.schema_url = "https://of.resource".to_owned();
    let scope = InstrumentationScope { name: "lib".to_owned(), ..InstrumentationScope::default() };
    resource.scope_logs[0].scope = Some(scope);
    data.resource_logs.push(request(&["four", "BAD 3"]).resource_logs.remove(0));
    let source = data.encode_to_vec();
    let (_, all) = rows(&source, Options::new());
    let expected = [&all[1], &all[3], &all[5]].map(Row::clone);
    assert_eq!(read_again(&source, Format::OtlpLogs, 3), expected);
    assert_eq!(expected[1]["service_name"], Cell::Text("cart".to_owned()));
    // A large resource is not kept with each of its records.
    let attributes = vec![attribute("long", &"x".repeat(20 << 10))];
    data.resource_logs[0].resource = Some(Resource { attributes, ..Resource::default() });
    let again = read_again(&data.encode_to_vec(), Format::OtlpLogs, 3);
    assert!(again.iter().all(|row| !row.contains_key("resource_long")));
    assert_eq!(again[0]["scope_name"], Cell::Text("lib".to_owned()));
}

#[test]
fn a_kept_data_point_has_its_metric() {
    let point = |value: i64, label: &str| NumberDataPoint {
        attributes: vec![attribute("a", label)],
        time_unix_nano: 1_700_000_000_000_000_000,
        value: Some(number_data_point::Value::AsInt(value)),
        ..NumberDataPoint::default()
    };
    let sum = Sum {
        data_points: vec![point(1, "ok"), point(2, "BAD"), point(3, "ok"), point(4, "BAD")],
        aggregation_temporality: 2,
        is_monotonic: true,
    };
    let metric = Metric {
        name: "requests".to_owned(),
        unit: "1".to_owned(),
        data: Some(metric::Data::Sum(sum)),
        ..Metric::default()
    };
    let scope_metrics = vec![ScopeMetrics { metrics: vec![metric], ..ScopeMetrics::default() }];
    let of_resource = ResourceMetrics { scope_metrics, ..ResourceMetrics::default() };
    let data = MetricsData { resource_metrics: vec![of_resource] };
    let source = data.encode_to_vec();
    let all = convert_keeping(&source, Format::OtlpMetrics, Options::new()).expect("sound");
    let (_, all) = read(&all.file);
    assert_eq!(read_again(&source, Format::OtlpMetrics, 2), [all[1].clone(), all[3].clone()]);
}

/// A small message must not ask for much memory: its resource's values are in each of its rows.
#[test]
fn values_that_too_many_records_have_in_common_are_refused() {
    let mut data = request(&[]);
    let attribute = |number| KeyValue {
        key: format!("k{number}"),
        value: Some(AnyValue { value: Some(any_value::Value::IntValue(1)) }),
        ..KeyValue::default()
    };
    let attributes = (0..300).map(attribute).collect();
    data.resource_logs[0].resource = Some(Resource { attributes, ..Resource::default() });
    let one = data.resource_logs[0].clone();
    data.resource_logs[0].scope_logs[0].log_records = vec![LogRecord::default(); 20_000];
    let source = data.encode_to_vec();
    assert!(source.len() < 60_000);
    let converted = convert_keeping(&source, Format::OtlpLogs, Options::new()).expect("kept");
    assert_eq!((converted.counts.rows, converted.counts.rejected), (0, 1));
    let reason = &converted.rejections[0].reason;
    assert!(reason.contains("too many values"), "{reason}");
    data.resource_logs[0] = one;
    data.resource_logs[0].scope_logs[0].log_records = vec![LogRecord::default(); 5_000];
    let (_, rows) = rows(&data.encode_to_vec(), Options::new());
    assert_eq!(rows.len(), 5_000);
}

/// A schema that refuses other columns refuses records that have them, and keeps the core columns.
#[test]
fn schemas_refuse_records() {
    let mut data = request(&["a", "b"]);
    let time = 1_700_000_000_000_000_001;
    data.resource_logs[0].scope_logs[0].log_records[0].time_unix_nano = time;
    let key = KeyValue {
        key: "user".to_owned(),
        value: Some(AnyValue { value: Some(any_value::Value::IntValue(1)) }),
        ..KeyValue::default()
    };
    data.resource_logs[0].scope_logs[0].log_records[1].attributes.push(key.clone());
    let schema = DeclaredSchema::new()
        .column("severity_text", ColumnType::Text)
        .unknown_columns(UnknownColumns::Refuse);
    let source = data.encode_to_vec();
    let options = || Options::new().schema(schema.clone());
    let converted = convert_keeping(&source, Format::OtlpLogs, options()).expect("kept");
    assert_eq!((converted.counts.rows, converted.counts.rejected), (1, 1));
    assert!(converted.rejections[0].reason.contains("attr.user"), "{:?}", converted.rejections);
    let (names, rows) = read(&converted.file);
    assert_eq!(names[..3], ["severity_text", "time", "time__ns"]);
    assert_eq!(rows[0].len(), 3);
    // What the resource has is refused of all of its records.
    let attributes = vec![key];
    data.resource_logs[0].resource = Some(Resource { attributes, ..Resource::default() });
    let converted =
        convert_keeping(&data.encode_to_vec(), Format::OtlpLogs, options()).expect("kept");
    assert_eq!((converted.counts.rows, converted.counts.rejected), (0, 2));
}

/// Damage to a field's number looks like one, too.
#[test]
fn fields_that_no_message_has_are_counted() {
    let unknown = [0x3a, 3, b'x', b'y', b'z'];
    let (a, b) = (request(&["a"]).encode_to_vec(), request(&["b"]).encode_to_vec());
    for (source, count) in
        [([&a[..], &b].concat(), 0), ([&a[..], &unknown, &b, &unknown].concat(), 2)]
    {
        let options = InputOptions::new().format(Format::OtlpLogs);
        let mut input =
            Input::open("logs", &source[..], &options, OnError::Fail).expect("readable");
        let mut writer = Options::new().write_to(MemorySink::new()).expect("sound options");
        writer.write_input(&mut input).expect("written");
        let report = writer.finish().expect("finished");
        assert_eq!((report.rows, report.alterations.unknown_members), (2, count));
    }
}
