//! Ids as bytes of a fixed length.

use bucksaw::{Format, Ids, Input, InputOptions, MemorySink, OnError, Options};
use opentelemetry_proto::tonic::trace::v1::{
    ResourceSpans, ScopeSpans, Span, TracesData, span::Link,
};
use prost::Message as _;

use super::json::{TRACES, as_json};
use crate::support::{Cell, Row, read};

fn span(trace_id: Vec<u8>, links: &[Vec<u8>]) -> Span {
    let link = |id: &Vec<u8>| Link { trace_id: id.clone(), span_id: vec![7; 8], ..Link::default() };
    let links = links.iter().map(link).collect();
    Span { trace_id, span_id: vec![2; 8], parent_span_id: Vec::new(), links, ..Span::default() }
}

/// The rows, and how many values were altered.
fn converted(source: &[u8]) -> (Vec<Row>, u64) {
    let sink = MemorySink::new();
    let mut writer = Options::new().write_to(Box::new(sink.clone())).expect("sound options");
    let options = InputOptions::new().format(Format::OtlpTraces).ids(Ids::Binary);
    let mut input = Input::open("spans", source, &options, OnError::Fail).expect("readable");
    writer.write_input(&mut input).expect("sound");
    let report = writer.finish().expect("memory");
    (read(&sink.published().expect("a file")).1, report.alterations.conflicts)
}

#[test]
fn ids_are_bytes_and_those_of_another_length_stay_text() {
    let id = |byte| vec![byte; 16];
    let spans = vec![
        span(id(1), &[id(3), Vec::new()]),
        span(vec![0xab, 0xcd], &[id(4), vec![0xef]]),
        span(Vec::new(), &[]),
    ];
    let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
    let resource_spans = vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }];
    let message = TracesData { resource_spans }.encode_to_vec();
    let (rows, conflicts) = converted(&message);
    let bytes = |id: Vec<u8>| Some(Cell::Bytes(id));
    let text = |text: &str| Some(Cell::Text(text.to_owned()));
    let cell = |row: usize, name: &str| rows[row].get(name).cloned();
    assert_eq!(cell(0, "trace_id"), bytes(id(1)));
    assert_eq!(cell(0, "span_id"), bytes(vec![2; 8]));
    assert_eq!(cell(0, "parent_span_id"), None);
    assert_eq!(cell(0, "links_trace_id"), Some(Cell::List(vec![bytes(id(3)), None])));
    assert_eq!(
        cell(0, "links_span_id"),
        Some(Cell::List(vec![bytes(vec![7; 8]), bytes(vec![7; 8])]))
    );
    assert_eq!((cell(1, "trace_id"), cell(1, "trace_id__text")), (None, text("abcd")));
    let links = format!("[\"{}\",\"ef\"]", "04".repeat(16));
    assert_eq!(cell(1, "links_trace_id__text"), text(&links));
    assert_eq!((cell(2, "trace_id"), cell(2, "trace_id__text")), (None, None));
    assert_eq!(conflicts, 2);
    assert_eq!(converted(as_json(TRACES, &message).as_bytes()), (rows, conflicts));
}
