//! Spans become the rows that a naive reading of them comes to.

use bucksaw::Format;
use opentelemetry_proto::tonic::trace::v1::{
    ResourceSpans, ScopeSpans, Span, Status, TracesData, span,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use prost::{DecodeError, Message as _};

use super::check;
use super::generate::{attributes, changed, changes, ids, nanos, resource, scope};
use super::model::{Names, common, hex, json_of_attributes};
use crate::support::{Cell, Row};

const CORE: [&str; 24] = [
    "trace_id",
    "span_id",
    "parent_span_id",
    "trace_state",
    "name",
    "kind",
    "start_time",
    "end_time",
    "status_code",
    "status_message",
    "flags",
    "dropped_attributes_count",
    "events_time_unix_nano",
    "events_name",
    "events_attributes",
    "events_dropped_attributes_count",
    "dropped_events_count",
    "links_trace_id",
    "links_span_id",
    "links_trace_state",
    "links_attributes",
    "links_dropped_attributes_count",
    "links_flags",
    "dropped_links_count",
];

fn event() -> impl Strategy<Value = span::Event> {
    (nanos(), "[a-b]{0,1}", attributes(), 0..3_u32).prop_map(
        |(time_unix_nano, name, attributes, dropped_attributes_count)| span::Event {
            time_unix_nano,
            name,
            attributes,
            dropped_attributes_count,
        },
    )
}

fn link() -> impl Strategy<Value = span::Link> {
    (ids(), "[a-b]{0,1}", attributes(), any::<u32>()).prop_map(
        |((trace_id, span_id), trace_state, attributes, flags)| span::Link {
            trace_id,
            span_id,
            trace_state,
            attributes,
            dropped_attributes_count: flags % 3,
            flags,
        },
    )
}

fn span() -> impl Strategy<Value = Span> {
    let times = (nanos(), nanos());
    let status = of(("[a-b]{0,1}", -1..3_i32));
    let status = status.prop_map(|status| status.map(|(message, code)| Status { message, code }));
    let lists = (attributes(), vec(event(), 0..3), vec(link(), 0..3));
    (ids(), ids(), "[a-b]{0,1}", times, status, lists, any::<i32>(), 0..3_u32).prop_map(
        |((trace_id, span_id), (_, parent_span_id), name, times, status, lists, kind, dropped)| {
            let (start_time_unix_nano, end_time_unix_nano) = times;
            let (attributes, events, links) = lists;
            Span {
                trace_id,
                span_id,
                trace_state: name.clone(),
                parent_span_id,
                flags: kind.cast_unsigned(),
                name,
                kind,
                start_time_unix_nano,
                end_time_unix_nano,
                attributes,
                dropped_attributes_count: dropped,
                events,
                dropped_events_count: dropped,
                links,
                dropped_links_count: dropped,
                status,
            }
        },
    )
}

pub(super) fn data() -> impl Strategy<Value = TracesData> {
    let scope_spans = (of(scope()), vec(span(), 0..3), "[a-b]{0,1}")
        .prop_map(|(scope, spans, schema_url)| ScopeSpans { scope, spans, schema_url });
    let resource_spans = (of(resource()), vec(scope_spans, 0..3), "[a-b]{0,1}").prop_map(
        |(resource, scope_spans, schema_url)| ResourceSpans { resource, scope_spans, schema_url },
    );
    vec(resource_spans, 0..3).prop_map(|resource_spans| TracesData { resource_spans })
}

fn rows_of(data: &TracesData, names: &mut Names) -> Vec<Row> {
    let mut rows = Vec::new();
    for of_resource in &data.resource_spans {
        for of_scope in &of_resource.scope_spans {
            rows.extend(
                of_scope.spans.iter().map(|span| row_of(of_resource, of_scope, span, names)),
            );
        }
    }
    rows
}

fn row_of(
    of_resource: &ResourceSpans,
    of_scope: &ScopeSpans,
    span: &Span,
    names: &mut Names,
) -> Row {
    let resource = (&of_resource.resource, of_resource.schema_url.as_str());
    let mut row = common(resource, (&of_scope.scope, &of_scope.schema_url), names);
    row.put_attributes("attr", &span.attributes, names);
    row.put_text("trace_id", &hex(&span.trace_id));
    row.put_text("span_id", &hex(&span.span_id));
    row.put_text("parent_span_id", &hex(&span.parent_span_id));
    row.put_text("trace_state", &span.trace_state);
    row.put_text("name", &span.name);
    row.put_number("kind", span.kind);
    row.put_time("start_time", span.start_time_unix_nano);
    row.put_time("end_time", span.end_time_unix_nano);
    if let Some(status) = &span.status {
        row.put_number("status_code", status.code);
        row.put_text("status_message", &status.message);
    }
    row.put_count("flags", span.flags.into());
    row.put_count("dropped_attributes_count", span.dropped_attributes_count.into());
    let events = || span.events.iter();
    row.put_integers("events_time_unix_nano", events().map(|event| event.time_unix_nano));
    row.put_texts("events_name", events().map(|event| event.name.clone()));
    row.put_texts("events_attributes", events().map(|event| json_of_attributes(&event.attributes)));
    let dropped = events().map(|event| event.dropped_attributes_count.into());
    row.put_integers("events_dropped_attributes_count", dropped);
    row.put_count("dropped_events_count", span.dropped_events_count.into());
    let links = || span.links.iter();
    row.put_texts("links_trace_id", links().map(|link| hex(&link.trace_id)));
    row.put_texts("links_span_id", links().map(|link| hex(&link.span_id)));
    row.put_texts("links_trace_state", links().map(|link| link.trace_state.clone()));
    row.put_texts("links_attributes", links().map(|link| json_of_attributes(&link.attributes)));
    let dropped = links().map(|link| link.dropped_attributes_count.into());
    row.put_integers("links_dropped_attributes_count", dropped);
    row.put_integers("links_flags", links().map(|link| link.flags.into()));
    row.put_count("dropped_links_count", span.dropped_links_count.into());
    row.end()
}

/// The rows of a message by prost's reading.
pub(super) fn naive(message: &[u8]) -> Result<Vec<Row>, DecodeError> {
    TracesData::decode(message).map(|data| rows_of(&data, &mut Names::new(&CORE)))
}

fn check_traces(message: &[u8]) {
    check(message, Format::OtlpTraces, naive(message));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn rows_are_those_of_a_naive_reading(data in data()) {
        check_traces(&data.encode_to_vec());
    }

    #[test]
    fn changed_messages_give_the_same_rows_or_are_refused_by_both(data in data(), changes in changes()) {
        check_traces(&changed(data.encode_to_vec(), &changes));
    }
}

/// A status in two parts is one: what comes last wins.
#[test]
fn a_status_in_parts_is_one() {
    let span = [0x7a, 3, 0x12, 1, b'a', 0x7a, 2, 0x18, 2];
    let message = [&[0x0a, 13, 0x12, 11, 0x12, 9][..], &span].concat();
    check_traces(&message);
    let data = TracesData::decode(&message[..]).expect("sound");
    let row = rows_of(&data, &mut Names::new(&CORE)).remove(0);
    assert_eq!(row["status_code"], Cell::I32(2));
    assert_eq!(row["status_message"], Cell::Text("a".to_owned()));
}
