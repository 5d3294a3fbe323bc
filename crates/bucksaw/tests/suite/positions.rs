//! How far an input was read: who goes on there has the rows, and the rejected records, that reading all at once has.

use std::io::{Cursor, Write as _};

use bucksaw::limits::MIN_MEMORY_LIMIT;
use bucksaw::{
    ErrorKind, Format, Input, InputOptions, InputPosition, InputTable, MemorySink, OnError,
    Options, Rejection, Signal, Table,
};
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::inputs::Kept;
use crate::support::{Cell, Row, read};

/// Sources whose last part can come later, in parts.
fn parts() -> Vec<(Format, Vec<&'static str>)> {
    let otlp = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"a"}},{"severityNumber":9}]}]}]}"#;
    vec![
        (
            Format::Ndjson,
            vec!["{\"a\":1}\n", "{\"a\":\"x\",\"b\":[1]}\n\n", "bad\n", "{\"b\":2}\n"],
        ),
        (Format::Csv, vec!["\u{feff}id,text\n", "1,\"a\nb\"\n", "2,\"c\"\"d\"\n", "3\n", "4,e\n"]),
        (Format::Tsv, vec!["id\ttext\n", "1\ta\n", "2\tb\n"]),
        (Format::Text, vec!["one\n", "two\r\n", "\n", "three\n"]),
        (Format::Logfmt, vec!["a=1 b=x\n", "no pair\n", "a=2\n"]),
        (Format::Syslog, vec!["<13>1 - h a - - - one\n", "bad\n", "<14>1 - h a - - - two\n"]),
        (Format::EsBulk, vec!["{\"index\":{}}\n{\"a\":1}\n", "{\"create\":{}}\n{\"a\":2}\n"]),
        (Format::JournaldJson, vec!["{\"MESSAGE\":\"a\"}\n", "bad\n", "{\"MESSAGE\":\"b\"}\n"]),
        (Format::JournaldExport, vec!["MESSAGE=a\n\n", "MESSAGE=b\nX=1\n\n"]),
        (Format::OtlpLogs, vec![otlp, "\n", otlp, "\n"]),
    ]
}

/// What reading brings.
#[derive(Debug, PartialEq)]
struct Outcome {
    rows: Vec<Row>,
    bytes: Vec<u8>,
    rejections: Vec<Rejection>,
}

/// Reads sources, each of which has what the one before had, and more.
fn read_on(sources: &[Vec<u8>], options: &InputOptions, is_file: bool) -> Outcome {
    let mut kept = Kept::default();
    let sink = MemorySink::new();
    let table = Table::new(Options::new()).expect("options");
    let mut writer = table.write_to(sink.clone()).expect("a writer");
    let mut options = options.clone();
    for source in sources {
        let mut input = open(source, &options, &mut kept, is_file);
        writer.write_input(&mut input).expect("it is read");
        let position = input.position().expect("the end");
        assert!(position.is_end);
        options.behind = Some(position);
    }
    writer.finish().expect("a file");
    let rows = read(&sink.published().expect("a file")).1;
    Outcome { rows, bytes: kept.bytes, rejections: kept.rejections }
}

fn open<'r>(source: &[u8], options: &InputOptions, kept: &'r mut Kept, is_file: bool) -> Input<'r> {
    let source = Cursor::new(source.to_vec());
    let on_error = OnError::Keep(kept);
    match is_file {
        true => Input::open_file("source", source, options, on_error),
        false => Input::open("source", source, options, on_error),
    }
    .expect("it is opened")
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

/// The sources up to each of these parts.
fn growing(parts: &[&[u8]]) -> Vec<Vec<u8>> {
    (1..=parts.len()).map(|end| parts[..end].concat()).collect()
}

proptest! {
    #[test]
    fn a_source_that_grows_is_read_on_from_its_old_end(
        (format, parts) in select(parts()),
        cuts in proptest::collection::vec(0..6_usize, 0..4),
        times in 1..4_usize,
        is_file: bool,
        is_compressed: bool,
    ) {
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
        let parts = parts.repeat(if matches!(format, Format::Csv | Format::Tsv) { 1 } else { times });
        let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut < parts.len() && *cut > 0).collect();
        cuts.push(parts.len());
        cuts.sort_unstable();
        cuts.dedup();
        let starts = [0].into_iter().chain(cuts.iter().copied());
        let grown: Vec<Vec<u8>> = starts.zip(&cuts).map(|(start, end)| parts[start..*end].concat()).collect();
        let grown: Vec<Vec<u8>> = match is_compressed {
            true => grown.iter().map(|part| gzip(part)).collect(),
            false => grown,
        };
        let grown: Vec<&[u8]> = grown.iter().map(Vec::as_slice).collect();
        let options = InputOptions::new().format(format);
        let at_once = read_on(&[grown.concat()], &options, is_file);
        let in_parts = read_on(&growing(&grown), &options, is_file);
        prop_assert_eq!(in_parts, at_once);
    }
}

/// A message of OTLP whose resources have log records with these bodies.
fn message(resources: &[Vec<String>]) -> Vec<u8> {
    let field = |number: u8, content: &[u8]| -> Vec<u8> {
        let mut bytes = vec![number << 3 | 2];
        let mut len = content.len();
        while len > 127 {
            bytes.push(len as u8 | 0x80);
            len >>= 7;
        }
        bytes.push(len as u8);
        bytes.extend_from_slice(content);
        bytes
    };
    let record = |body: &String| field(2, &field(5, &field(1, body.as_bytes())));
    let resource = |bodies: &Vec<String>| -> Vec<u8> {
        let records: Vec<u8> = bodies.iter().flat_map(record).collect();
        field(1, &field(2, &records))
    };
    resources.iter().flat_map(resource).collect()
}

/// The same in JSON.
fn json_message(resources: &[Vec<String>]) -> Vec<u8> {
    let record = |body: &String| format!("{{\"body\":{{\"stringValue\":\"{body}\"}}}}");
    let resource = |bodies: &Vec<String>| {
        let records: Vec<String> = bodies.iter().map(record).collect();
        format!("{{\"scopeLogs\":[{{\"logRecords\":[{}]}}]}}", records.join(","))
    };
    let resources: Vec<String> = resources.iter().map(resource).collect();
    format!("{{\"resourceLogs\":[{}]}}\n", resources.join(",")).into_bytes()
}

fn behind_its_length(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("short");
    [&length.to_be_bytes(), message].concat()
}

/// Messages in JSON, in protobuf one after the other, and behind their lengths.
fn forms_of_messages(messages: &[Vec<Vec<String>>]) -> [Vec<u8>; 3] {
    let behind_lengths = |resources: &Vec<Vec<String>>| behind_its_length(&message(resources));
    [
        messages.iter().flat_map(|resources| json_message(resources)).collect(),
        messages.iter().flat_map(|resources| message(resources)).collect(),
        messages.iter().flat_map(behind_lengths).collect(),
    ]
}

/// Messages of OTLP of which some are longer than what is read at once.
#[test]
fn reading_can_end_between_messages() {
    let padding = "x".repeat(400);
    let mut id = 0;
    let mut messages = Vec::new();
    let lens = [1, 40, 3, 150, 30].into_iter().cycle().take(40);
    for len in lens.chain([700]).cycle().take(200) {
        let mut resource = || -> Vec<String> {
            (0..len)
                .map(|_| {
                    id += 1;
                    format!("{id:06} {padding}")
                })
                .collect()
        };
        // What has no records is only known by what it is in.
        messages.push(vec![resource(), Vec::new(), resource(), resource(), Vec::new()]);
    }
    let all: Vec<String> = messages.iter().flatten().flatten().cloned().collect();
    for source in forms_of_messages(&messages) {
        for is_compressed in [false, true] {
            let source = if is_compressed { gzip(&source) } else { source.clone() };
            let mut kept = Kept::default();
            let mut options = InputOptions::new();
            let (mut bodies, mut stops) = (Vec::new(), 0);
            while !options.behind.is_some_and(|position| position.is_end) {
                let input = open(&source, &options, &mut kept, !is_compressed);
                let (of_part, position) = column("body", input);
                bodies.extend(of_part);
                stops += 1;
                options.behind = Some(position);
            }
            assert!(stops > 2, "{stops} stops");
            assert!(bodies.into_iter().eq(all.iter().cloned().map(Cell::Text)));
        }
    }
}

/// The same, cut anywhere: the part of a message that is there is left for later.
#[test]
fn messages_without_an_end_are_left_for_later() {
    let body = |text: &str| text.to_owned();
    let messages = [
        vec![vec![body("a"), body("b")]],
        vec![vec![body("c")], vec![body("d")], vec![]],
        vec![vec![body("e")], vec![]],
    ];
    let options = InputOptions::new().format(Format::OtlpLogs).leaves_open_end(true);
    let over_lines = |resources: &Vec<Vec<String>>| {
        let json = serde_json::from_slice::<serde_json::Value>(&json_message(resources));
        serde_json::to_vec_pretty(&json.expect("JSON")).expect("JSON")
    };
    let over_lines: Vec<u8> = messages.iter().map(over_lines).collect::<Vec<_>>().join(&b'\n');
    for source in forms_of_messages(&messages).into_iter().chain([over_lines]) {
        let at_once = read_on(std::slice::from_ref(&source), &options, true);
        assert_eq!(at_once.rows.len(), 5);
        for cut in 0..source.len() {
            let sources = [source[..cut].to_vec(), source.clone()];
            assert_eq!(read_on(&sources, &options, cut % 2 == 0), at_once, "byte {cut}");
        }
    }
}

/// A kill between what two tables' files are told leaves one of them behind the other.
#[test]
fn tables_go_on_each_from_its_own_position() {
    let log = |n: usize| {
        format!(
            "{{\"resourceLogs\":[{{\"scopeLogs\":[{{\"logRecords\":[{{\"severityText\":\"{n}\"}}]}}]}}]}}\n"
        )
    };
    let span = |n: usize| {
        format!(
            "{{\"resourceSpans\":[{{\"scopeSpans\":[{{\"spans\":[{{\"name\":\"{n}\"}}]}}]}}]}}\n"
        )
    };
    let is_log = [true, false, false, true, true, false, true];
    let messages: Vec<String> = is_log
        .iter()
        .enumerate()
        .map(|(n, is_log)| if *is_log { log(n) } else { span(n) })
        .collect();
    let count = messages.len();
    let source = [&messages.concat(), "{\"resourceLogs\":]}\n"].concat();
    // The numbers of logs and of spans, and the lines of what is rejected.
    let read_all = |source: &[u8], options: &InputOptions| {
        let mut kept = Kept::default();
        let mut input = open(source, options, &mut kept, true);
        let mut numbers = [Vec::new(), Vec::new()];
        while let Some(table) = input.next_table(&Options::new()) {
            let sink = MemorySink::new();
            let mut writer = Options::new().write_to(sink.clone()).expect("a writer");
            while writer.write_next(&mut input).expect("it is read") {}
            writer.finish().expect("a file");
            let is_logs = table.signal == Some(Signal::Logs);
            let name = if is_logs { "severity_text" } else { "name" };
            let rows = read(&sink.published().expect("a file")).1.into_iter();
            numbers[usize::from(!is_logs)].extend(rows.map(|row| match &row[name] {
                Cell::Text(text) => text.parse::<usize>().expect("a number"),
                other => unreachable!("{other:?}"),
            }));
        }
        let position = input.position().expect("the end");
        drop(input);
        let lines: Vec<u64> = kept.rejections.iter().map(|rejection| rejection.line).collect();
        (numbers, lines, position)
    };
    let positions: Vec<InputPosition> = (0..=count)
        .map(|n| read_all(messages[..n].concat().as_bytes(), &InputOptions::new()).2)
        .collect();
    for all in 0..=count {
        for of_spans in 0..=all {
            let spans = InputTable::from(Some(Signal::Traces));
            let position = Some(positions[of_spans]).filter(|position| position.bytes > 0);
            let options = InputOptions::new().behind(positions[all]).behind_of(spans, position);
            let (numbers, lines, _) = read_all(source.as_bytes(), &options);
            let logs = (all..count).filter(|n| is_log[*n]).collect::<Vec<_>>();
            let spans = (of_spans..count).filter(|n| !is_log[*n]).collect::<Vec<_>>();
            assert_eq!(numbers, [logs, spans], "{all} {of_spans}");
            assert_eq!(lines, [count as u64 + 1], "{all} {of_spans}");
        }
    }
}

/// The numbers of rows of an input, up to its first position or to its end.
fn numbers(input: Input<'_>) -> (Vec<Cell>, InputPosition) {
    column("id", input)
}

/// The values of a column, in the same way.
fn column(name: &str, mut input: Input<'_>) -> (Vec<Cell>, InputPosition) {
    let sink = MemorySink::new();
    let options = Options::new().memory_limit(MIN_MEMORY_LIMIT);
    let mut writer = options.write_to(sink.clone()).expect("a writer");
    let mut position = None;
    while position.is_none() && writer.write_next(&mut input).expect("it is read") {
        position = input.position();
    }
    writer.finish().expect("a file");
    let rows = read(&sink.published().expect("a file")).1;
    let numbers = rows.into_iter().map(|row| row[name].clone()).collect();
    (numbers, position.or(input.position()).expect("the end"))
}

#[test]
fn reading_can_end_in_the_midst_of_a_source() {
    let padding = "x".repeat(400);
    let lines: String =
        (0..30_000).map(|id| format!("{{\"id\":{id},\"text\":\"{padding}\"}}\n")).collect();
    let rows: String = (0..30_000).map(|id| format!("{id},\"{padding}\n\"\n")).collect();
    let rows = ["id,text\n", &rows].concat();
    for (format, source) in [(Format::Auto, lines), (Format::Csv, rows)] {
        for (is_file, is_compressed) in [(true, false), (false, false), (true, true)] {
            let source = match is_compressed {
                true => gzip(source.as_bytes()),
                false => source.clone().into_bytes(),
            };
            let mut kept = Kept::default();
            let mut options = InputOptions::new().format(format);
            let (mut all, mut stops) = (Vec::new(), 0);
            while !options.behind.is_some_and(|position| position.is_end) {
                let input = open(&source, &options, &mut kept, is_file);
                let (numbers, position) = numbers(input);
                all.extend(numbers);
                stops += 1;
                options.behind = Some(position);
            }
            assert!(stops > 2, "{stops} stops");
            assert!(all.into_iter().eq((0..30_000).map(Cell::I64)));
        }
    }
}

#[test]
fn what_has_become_shorter_is_an_error() {
    let position = |lines: &str| {
        let mut kept = Kept::default();
        let options = InputOptions::new();
        let (_, position) = numbers(open(lines.as_bytes(), &options, &mut kept, true));
        position
    };
    for (is_file, is_compressed) in [(true, false), (false, false), (true, true)] {
        let options = InputOptions::new().behind(position("{\"id\":1}\n{\"id\":2}\n"));
        let source = b"{\"id\":1}\n";
        let source = if is_compressed { gzip(source) } else { source.to_vec() };
        let mut kept = Kept::default();
        let mut input = open(&source, &options, &mut kept, is_file);
        let mut writer = Options::new().write_to(MemorySink::new()).expect("a writer");
        let error = writer.write_input(&mut input).expect_err("bytes are missing");
        assert_eq!(error.kind(), ErrorKind::Truncated);
        assert!(error.to_string().contains("shorter"), "{error}");
    }
}
