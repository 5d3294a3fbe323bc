//! OTLP's messages, field by field: what a source that does not say what it is has to fit.

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Varint,
    Fixed64,
    Fixed32,
    Text,
    Bytes,
    /// Bytes of an id: none, or so many.
    Id(usize),
    /// Integers, each by itself or all of them in a run of bytes.
    Varints,
    Fixed64s,
    Message(&'static Message),
    /// A record, of which a source has to have one to be known by, with the fields that none is without.
    Record(&'static Message, &'static [u32]),
}

/// The fields that a message has, by their numbers.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) fields: &'static [(u32, Kind)],
}

use Kind::{Bytes, Fixed32, Fixed64, Fixed64s, Text, Varint, Varints};

const fn message(fields: &'static [(u32, Kind)]) -> Message {
    Message { fields }
}

const TRACE_ID: Kind = Kind::Id(16);
const SPAN_ID: Kind = Kind::Id(8);

static ANY_VALUE: Message = message(&[
    (1, Text),
    (2, Varint),
    (3, Varint),
    (4, Fixed64),
    (5, Kind::Message(&ARRAY_VALUE)),
    (6, Kind::Message(&KEY_VALUE_LIST)),
    (7, Bytes),
    (8, Varint),
]);
static ARRAY_VALUE: Message = message(&[(1, Kind::Message(&ANY_VALUE))]);
static KEY_VALUE_LIST: Message = message(&[(1, Kind::Message(&KEY_VALUE))]);
static KEY_VALUE: Message = message(&[(1, Text), (2, Kind::Message(&ANY_VALUE)), (3, Varint)]);
static ENTITY_REF: Message = message(&[(1, Text), (2, Text), (3, Text), (4, Text)]);
static RESOURCE: Message =
    message(&[(1, Kind::Message(&KEY_VALUE)), (2, Varint), (3, Kind::Message(&ENTITY_REF))]);
static SCOPE: Message =
    message(&[(1, Text), (2, Text), (3, Kind::Message(&KEY_VALUE)), (4, Varint)]);
static LOG_RECORD: Message = message(&[
    (1, Fixed64),
    (2, Varint),
    (3, Text),
    (5, Kind::Message(&ANY_VALUE)),
    (6, Kind::Message(&KEY_VALUE)),
    (7, Varint),
    (8, Fixed32),
    (9, Bytes),
    (10, Bytes),
    (11, Fixed64),
    (12, Text),
]);
static SCOPE_LOGS: Message =
    message(&[(1, Kind::Message(&SCOPE)), (2, Kind::Record(&LOG_RECORD, &[])), (3, Text)]);
static RESOURCE_LOGS: Message =
    message(&[(1, Kind::Message(&RESOURCE)), (2, Kind::Message(&SCOPE_LOGS)), (3, Text)]);
/// A request, and what a file holds; as those below.
pub(super) static LOGS: Message = message(&[(1, Kind::Message(&RESOURCE_LOGS))]);

static EVENT: Message =
    message(&[(1, Fixed64), (2, Text), (3, Kind::Message(&KEY_VALUE)), (4, Varint)]);
static LINK: Message = message(&[
    (1, TRACE_ID),
    (2, SPAN_ID),
    (3, Text),
    (4, Kind::Message(&KEY_VALUE)),
    (5, Varint),
    (6, Fixed32),
]);
static STATUS: Message = message(&[(2, Text), (3, Varint)]);
static SPAN: Message = message(&[
    (1, TRACE_ID),
    (2, SPAN_ID),
    (3, Text),
    (4, SPAN_ID),
    (5, Text),
    (6, Varint),
    (7, Fixed64),
    (8, Fixed64),
    (9, Kind::Message(&KEY_VALUE)),
    (10, Varint),
    (11, Kind::Message(&EVENT)),
    (12, Varint),
    (13, Kind::Message(&LINK)),
    (14, Varint),
    (15, Kind::Message(&STATUS)),
    (16, Fixed32),
]);
static SCOPE_SPANS: Message =
    message(&[(1, Kind::Message(&SCOPE)), (2, Kind::Record(&SPAN, &[1, 7])), (3, Text)]);
static RESOURCE_SPANS: Message =
    message(&[(1, Kind::Message(&RESOURCE)), (2, Kind::Message(&SCOPE_SPANS)), (3, Text)]);
pub(super) static TRACES: Message = message(&[(1, Kind::Message(&RESOURCE_SPANS))]);

static EXEMPLAR: Message = message(&[
    (2, Fixed64),
    (3, Fixed64),
    (4, SPAN_ID),
    (5, TRACE_ID),
    (6, Fixed64),
    (7, Kind::Message(&KEY_VALUE)),
]);
static NUMBER_POINT: Message = message(&[
    (2, Fixed64),
    (3, Fixed64),
    (4, Fixed64),
    (5, Kind::Message(&EXEMPLAR)),
    (6, Fixed64),
    (7, Kind::Message(&KEY_VALUE)),
    (8, Varint),
]);
static HISTOGRAM_POINT: Message = message(&[
    (2, Fixed64),
    (3, Fixed64),
    (4, Fixed64),
    (5, Fixed64),
    (6, Fixed64s),
    (7, Fixed64s),
    (8, Kind::Message(&EXEMPLAR)),
    (9, Kind::Message(&KEY_VALUE)),
    (10, Varint),
    (11, Fixed64),
    (12, Fixed64),
]);
static BUCKETS: Message = message(&[(1, Varint), (2, Varints)]);
static EXPONENTIAL_POINT: Message = message(&[
    (1, Kind::Message(&KEY_VALUE)),
    (2, Fixed64),
    (3, Fixed64),
    (4, Fixed64),
    (5, Fixed64),
    (6, Varint),
    (7, Fixed64),
    (8, Kind::Message(&BUCKETS)),
    (9, Kind::Message(&BUCKETS)),
    (10, Varint),
    (11, Kind::Message(&EXEMPLAR)),
    (12, Fixed64),
    (13, Fixed64),
    (14, Fixed64),
]);
static QUANTILE: Message = message(&[(1, Fixed64), (2, Fixed64)]);
static SUMMARY_POINT: Message = message(&[
    (2, Fixed64),
    (3, Fixed64),
    (4, Fixed64),
    (5, Fixed64),
    (6, Kind::Message(&QUANTILE)),
    (7, Kind::Message(&KEY_VALUE)),
    (8, Varint),
]);
static GAUGE: Message = message(&[(1, Kind::Message(&NUMBER_POINT))]);
static SUM: Message = message(&[(1, Kind::Message(&NUMBER_POINT)), (2, Varint), (3, Varint)]);
static HISTOGRAM: Message = message(&[(1, Kind::Message(&HISTOGRAM_POINT)), (2, Varint)]);
static EXPONENTIAL: Message = message(&[(1, Kind::Message(&EXPONENTIAL_POINT)), (2, Varint)]);
static SUMMARY: Message = message(&[(1, Kind::Message(&SUMMARY_POINT))]);
static METRIC: Message = message(&[
    (1, Text),
    (2, Text),
    (3, Text),
    (5, Kind::Message(&GAUGE)),
    (7, Kind::Message(&SUM)),
    (9, Kind::Message(&HISTOGRAM)),
    (10, Kind::Message(&EXPONENTIAL)),
    (11, Kind::Message(&SUMMARY)),
    (12, Kind::Message(&KEY_VALUE)),
]);
static SCOPE_METRICS: Message =
    message(&[(1, Kind::Message(&SCOPE)), (2, Kind::Record(&METRIC, &[1])), (3, Text)]);
static RESOURCE_METRICS: Message =
    message(&[(1, Kind::Message(&RESOURCE)), (2, Kind::Message(&SCOPE_METRICS)), (3, Text)]);
pub(super) static METRICS: Message = message(&[(1, Kind::Message(&RESOURCE_METRICS))]);
