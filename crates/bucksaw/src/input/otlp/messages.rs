//! OTLP's messages, field by field: what a source that does not say what it is has to fit, and what JSON calls them.

use Kind::{
    Attributes, Bool, Bytes, Double, Doubles, Enum, Fixed32, Fixed64, Fixed64s, Groups, Id, Int32,
    Int64, Messages, Points, Records, Sfixed64, Sint32, Text, Texts, Uint32, Uint64s, Values,
};

use super::enums::{Names, SEVERITY_NUMBER, SPAN_KIND, STATUS_CODE, TEMPORALITY};

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Bool,
    Int32,
    Sint32,
    Uint32,
    Int64,
    Enum(Names),
    Fixed32,
    Fixed64,
    Sfixed64,
    Double,
    Text,
    Bytes,
    /// Bytes of an id: none, or so many, or [`ANY_LENGTH`].
    Id(usize),
    /// Lists of integers and doubles, in protobuf each by itself or all of them in a run of bytes.
    Uint64s,
    Fixed64s,
    Doubles,
    Texts,
    Message(&'static Message),
    Messages(&'static Message),
    /// Messages that have a key and a value.
    Attributes(&'static Message),
    /// Messages of which one may hold nothing, which JSON may call null.
    Values(&'static Message),
    /// What records are in: resources and scopes.
    Groups(&'static Message),
    /// Records, of which a source has to have one to be known by, with the fields that none is without.
    Records(&'static Message, &'static [u32]),
    /// What of a record becomes rows, where it is not the record itself.
    Points(&'static Message),
}

/// Ids of any number of bytes.
pub(super) const ANY_LENGTH: usize = usize::MAX;
const TRACE_ID: usize = 16;
const SPAN_ID: usize = 8;

/// A field's number, what JSON calls it, and what it holds.
pub(super) type Field = (u32, &'static str, Kind);

/// The fields that a message has, those first that come first.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) fields: &'static [Field],
}

const fn message(fields: &'static [Field]) -> Message {
    Message { fields }
}

static ANY_VALUE: Message = message(&[
    (1, "stringValue", Text),
    (2, "boolValue", Bool),
    (3, "intValue", Int64),
    (4, "doubleValue", Double),
    (5, "arrayValue", Kind::Message(&ARRAY_VALUE)),
    (6, "kvlistValue", Kind::Message(&KEY_VALUE_LIST)),
    (7, "bytesValue", Bytes),
    (8, "stringValueStrindex", Int32),
]);
static ARRAY_VALUE: Message = message(&[(1, "values", Values(&ANY_VALUE))]);
static KEY_VALUE_LIST: Message = message(&[(1, "values", Attributes(&KEY_VALUE))]);
static KEY_VALUE: Message = message(&[
    (1, "key", Text),
    (2, "value", Kind::Message(&ANY_VALUE)),
    (3, "keyStrindex", Int32),
]);
static ENTITY_REF: Message = message(&[
    (1, "schemaUrl", Text),
    (2, "type", Text),
    (3, "idKeys", Texts),
    (4, "descriptionKeys", Texts),
]);
static RESOURCE: Message = message(&[
    (1, "attributes", Attributes(&KEY_VALUE)),
    (2, "droppedAttributesCount", Uint32),
    (3, "entityRefs", Messages(&ENTITY_REF)),
]);
static SCOPE: Message = message(&[
    (1, "name", Text),
    (2, "version", Text),
    (3, "attributes", Attributes(&KEY_VALUE)),
    (4, "droppedAttributesCount", Uint32),
]);

static LOG_RECORD: Message = message(&[
    (1, "timeUnixNano", Fixed64),
    (11, "observedTimeUnixNano", Fixed64),
    (2, "severityNumber", Enum(SEVERITY_NUMBER)),
    (3, "severityText", Text),
    (5, "body", Kind::Message(&ANY_VALUE)),
    (6, "attributes", Attributes(&KEY_VALUE)),
    (7, "droppedAttributesCount", Uint32),
    (8, "flags", Fixed32),
    (9, "traceId", Id(ANY_LENGTH)),
    (10, "spanId", Id(ANY_LENGTH)),
    (12, "eventName", Text),
]);
static SCOPE_LOGS: Message = message(&[
    (1, "scope", Kind::Message(&SCOPE)),
    (2, "logRecords", Records(&LOG_RECORD, &[])),
    (3, "schemaUrl", Text),
]);
static RESOURCE_LOGS: Message = message(&[
    (1, "resource", Kind::Message(&RESOURCE)),
    (2, "scopeLogs", Groups(&SCOPE_LOGS)),
    (3, "schemaUrl", Text),
]);
/// A request, and what a file holds; as those below.
pub(super) static LOGS: Message = message(&[(1, "resourceLogs", Groups(&RESOURCE_LOGS))]);

static VALUE_TYPE: Message = message(&[(1, "typeStrindex", Int32), (2, "unitStrindex", Int32)]);
static SAMPLE: Message = message(&[
    (1, "stackIndex", Int32),
    (2, "attributeIndices", Uint64s),
    (3, "linkIndex", Int32),
    (4, "values", Uint64s),
    (5, "timestampsUnixNano", Fixed64s),
]);
static PROFILE: Message = message(&[
    (1, "sampleType", Kind::Message(&VALUE_TYPE)),
    (2, "samples", Messages(&SAMPLE)),
    (3, "timeUnixNano", Fixed64),
    (4, "durationNano", Int64),
    (5, "periodType", Kind::Message(&VALUE_TYPE)),
    (6, "period", Int64),
    (7, "profileId", Id(16)),
    (8, "droppedAttributesCount", Uint32),
    (9, "originalPayloadFormat", Text),
    (10, "originalPayload", Bytes),
    (11, "attributeIndices", Uint64s),
]);
static SCOPE_PROFILES: Message = message(&[
    (1, "scope", Kind::Message(&SCOPE)),
    (2, "profiles", Records(&PROFILE, &[2])),
    (3, "schemaUrl", Text),
]);
static RESOURCE_PROFILES: Message = message(&[
    (1, "resource", Kind::Message(&RESOURCE)),
    (2, "scopeProfiles", Groups(&SCOPE_PROFILES)),
    (3, "schemaUrl", Text),
]);
/// What profiles have in common: its tables, whose entries nobody looks into here.
static PROFILES_DICTIONARY: Message = message(&[
    (1, "mappingTable", Bytes),
    (2, "locationTable", Bytes),
    (3, "functionTable", Bytes),
    (4, "linkTable", Bytes),
    (5, "stringTable", Texts),
    (6, "attributeTable", Bytes),
    (7, "stackTable", Bytes),
]);
/// What no format is of: they are told from the others, and not read.
pub(super) static PROFILES: Message = message(&[
    (1, "resourceProfiles", Groups(&RESOURCE_PROFILES)),
    (2, "dictionary", Records(&PROFILES_DICTIONARY, &[5])),
]);

static EVENT: Message = message(&[
    (1, "timeUnixNano", Fixed64),
    (2, "name", Text),
    (3, "attributes", Attributes(&KEY_VALUE)),
    (4, "droppedAttributesCount", Uint32),
]);
static LINK: Message = message(&[
    (1, "traceId", Id(TRACE_ID)),
    (2, "spanId", Id(SPAN_ID)),
    (3, "traceState", Text),
    (4, "attributes", Attributes(&KEY_VALUE)),
    (5, "droppedAttributesCount", Uint32),
    (6, "flags", Fixed32),
]);
static STATUS: Message = message(&[(2, "message", Text), (3, "code", Enum(STATUS_CODE))]);
static SPAN: Message = message(&[
    (1, "traceId", Id(TRACE_ID)),
    (2, "spanId", Id(SPAN_ID)),
    (3, "traceState", Text),
    (4, "parentSpanId", Id(SPAN_ID)),
    (16, "flags", Fixed32),
    (5, "name", Text),
    (6, "kind", Enum(SPAN_KIND)),
    (7, "startTimeUnixNano", Fixed64),
    (8, "endTimeUnixNano", Fixed64),
    (9, "attributes", Attributes(&KEY_VALUE)),
    (10, "droppedAttributesCount", Uint32),
    (11, "events", Messages(&EVENT)),
    (12, "droppedEventsCount", Uint32),
    (13, "links", Messages(&LINK)),
    (14, "droppedLinksCount", Uint32),
    (15, "status", Kind::Message(&STATUS)),
]);
static SCOPE_SPANS: Message = message(&[
    (1, "scope", Kind::Message(&SCOPE)),
    (2, "spans", Records(&SPAN, &[1, 7])),
    (3, "schemaUrl", Text),
]);
static RESOURCE_SPANS: Message = message(&[
    (1, "resource", Kind::Message(&RESOURCE)),
    (2, "scopeSpans", Groups(&SCOPE_SPANS)),
    (3, "schemaUrl", Text),
]);
pub(super) static TRACES: Message = message(&[(1, "resourceSpans", Groups(&RESOURCE_SPANS))]);

static EXEMPLAR: Message = message(&[
    (7, "filteredAttributes", Attributes(&KEY_VALUE)),
    (2, "timeUnixNano", Fixed64),
    (3, "asDouble", Double),
    (6, "asInt", Sfixed64),
    (4, "spanId", Id(SPAN_ID)),
    (5, "traceId", Id(TRACE_ID)),
]);
static NUMBER_POINT: Message = message(&[
    (7, "attributes", Attributes(&KEY_VALUE)),
    (2, "startTimeUnixNano", Fixed64),
    (3, "timeUnixNano", Fixed64),
    (4, "asDouble", Double),
    (6, "asInt", Sfixed64),
    (5, "exemplars", Messages(&EXEMPLAR)),
    (8, "flags", Uint32),
]);
static HISTOGRAM_POINT: Message = message(&[
    (9, "attributes", Attributes(&KEY_VALUE)),
    (2, "startTimeUnixNano", Fixed64),
    (3, "timeUnixNano", Fixed64),
    (4, "count", Fixed64),
    (5, "sum", Double),
    (6, "bucketCounts", Fixed64s),
    (7, "explicitBounds", Doubles),
    (8, "exemplars", Messages(&EXEMPLAR)),
    (10, "flags", Uint32),
    (11, "min", Double),
    (12, "max", Double),
]);
static BUCKETS: Message = message(&[(1, "offset", Sint32), (2, "bucketCounts", Uint64s)]);
static EXPONENTIAL_POINT: Message = message(&[
    (1, "attributes", Attributes(&KEY_VALUE)),
    (2, "startTimeUnixNano", Fixed64),
    (3, "timeUnixNano", Fixed64),
    (4, "count", Fixed64),
    (5, "sum", Double),
    (6, "scale", Sint32),
    (7, "zeroCount", Fixed64),
    (8, "positive", Kind::Message(&BUCKETS)),
    (9, "negative", Kind::Message(&BUCKETS)),
    (10, "flags", Uint32),
    (11, "exemplars", Messages(&EXEMPLAR)),
    (12, "min", Double),
    (13, "max", Double),
    (14, "zeroThreshold", Double),
]);
static QUANTILE: Message = message(&[(1, "quantile", Double), (2, "value", Double)]);
static SUMMARY_POINT: Message = message(&[
    (7, "attributes", Attributes(&KEY_VALUE)),
    (2, "startTimeUnixNano", Fixed64),
    (3, "timeUnixNano", Fixed64),
    (4, "count", Fixed64),
    (5, "sum", Double),
    (6, "quantileValues", Messages(&QUANTILE)),
    (8, "flags", Uint32),
]);
static GAUGE: Message = message(&[(1, "dataPoints", Points(&NUMBER_POINT))]);
static SUM: Message = message(&[
    (1, "dataPoints", Points(&NUMBER_POINT)),
    (2, "aggregationTemporality", Enum(TEMPORALITY)),
    (3, "isMonotonic", Bool),
]);
static HISTOGRAM: Message = message(&[
    (1, "dataPoints", Points(&HISTOGRAM_POINT)),
    (2, "aggregationTemporality", Enum(TEMPORALITY)),
]);
static EXPONENTIAL: Message = message(&[
    (1, "dataPoints", Points(&EXPONENTIAL_POINT)),
    (2, "aggregationTemporality", Enum(TEMPORALITY)),
]);
static SUMMARY: Message = message(&[(1, "dataPoints", Points(&SUMMARY_POINT))]);
static METRIC: Message = message(&[
    (1, "name", Text),
    (2, "description", Text),
    (3, "unit", Text),
    (5, "gauge", Kind::Message(&GAUGE)),
    (7, "sum", Kind::Message(&SUM)),
    (9, "histogram", Kind::Message(&HISTOGRAM)),
    (10, "exponentialHistogram", Kind::Message(&EXPONENTIAL)),
    (11, "summary", Kind::Message(&SUMMARY)),
    (12, "metadata", Attributes(&KEY_VALUE)),
]);
static SCOPE_METRICS: Message = message(&[
    (1, "scope", Kind::Message(&SCOPE)),
    (2, "metrics", Records(&METRIC, &[1])),
    (3, "schemaUrl", Text),
]);
static RESOURCE_METRICS: Message = message(&[
    (1, "resource", Kind::Message(&RESOURCE)),
    (2, "scopeMetrics", Groups(&SCOPE_METRICS)),
    (3, "schemaUrl", Text),
]);
pub(super) static METRICS: Message = message(&[(1, "resourceMetrics", Groups(&RESOURCE_METRICS))]);
