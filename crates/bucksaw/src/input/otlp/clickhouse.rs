//! The tables of the Collector's ClickHouse exporter: what their columns are called, of which types and in which order.
//!
//! ClickHouse reads a file into such a table by its columns' names. What has no column there goes into `_rest`, which it leaves
//! out.
//!
//! <https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/exporter/clickhouseexporter/internal/sqltemplates>

use bumpalo::Bump;

use crate::input::Format;
use crate::options::MetricKind;
use crate::schema::{ColumnId, ColumnType, Schema};
use crate::types::timestamp::TimeUnit;

/// What a column holds.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Time,
    Number,
    Count,
    Unsigned,
    Attributes,
    Double,
    Bool,
    Texts,
    Times,
    ListOfUnsigned,
    Doubles,
    ListOfAttributes,
}

impl Kind {
    fn column_type(self) -> ColumnType {
        const TIME: ColumnType = ColumnType::Timestamp(TimeUnit::Nanos);
        match self {
            Self::Text => ColumnType::Text,
            Self::Time => TIME,
            Self::Number => ColumnType::Int32,
            Self::Count => ColumnType::Int64,
            Self::Unsigned => ColumnType::Uint64,
            Self::Double => ColumnType::Double,
            Self::Bool => ColumnType::Bool,
            Self::Attributes => ColumnType::Map,
            Self::Texts => ColumnType::list_of(ColumnType::Text),
            Self::Times => ColumnType::list_of(TIME),
            Self::ListOfUnsigned => ColumnType::list_of(ColumnType::Uint64),
            Self::Doubles => ColumnType::list_of(ColumnType::Double),
            Self::ListOfAttributes => ColumnType::list_of(ColumnType::Map),
        }
    }
}

/// `otel_logs`.
const LOGS: &[(&str, Kind)] = &[
    ("Timestamp", Kind::Time),
    ("TraceId", Kind::Text),
    ("SpanId", Kind::Text),
    ("TraceFlags", Kind::Count),
    ("SeverityText", Kind::Text),
    ("SeverityNumber", Kind::Number),
    ("ServiceName", Kind::Text),
    ("Body", Kind::Text),
    ("ResourceSchemaUrl", Kind::Text),
    ("ResourceAttributes", Kind::Attributes),
    ("ScopeSchemaUrl", Kind::Text),
    ("ScopeName", Kind::Text),
    ("ScopeVersion", Kind::Text),
    ("ScopeAttributes", Kind::Attributes),
    ("LogAttributes", Kind::Attributes),
    ("EventName", Kind::Text),
];

/// `otel_traces`.
const TRACES: &[(&str, Kind)] = &[
    ("Timestamp", Kind::Time),
    ("TraceId", Kind::Text),
    ("SpanId", Kind::Text),
    ("ParentSpanId", Kind::Text),
    ("TraceState", Kind::Text),
    ("SpanName", Kind::Text),
    ("SpanKind", Kind::Text),
    ("ServiceName", Kind::Text),
    ("ResourceAttributes", Kind::Attributes),
    ("ScopeName", Kind::Text),
    ("ScopeVersion", Kind::Text),
    ("SpanAttributes", Kind::Attributes),
    ("Duration", Kind::Unsigned),
    ("StatusCode", Kind::Text),
    ("StatusMessage", Kind::Text),
    ("Events.Timestamp", Kind::Times),
    ("Events.Name", Kind::Texts),
    ("Events.Attributes", Kind::ListOfAttributes),
    ("Links.TraceId", Kind::Texts),
    ("Links.SpanId", Kind::Texts),
    ("Links.TraceState", Kind::Texts),
    ("Links.Attributes", Kind::ListOfAttributes),
];

/// The columns that all tables of metrics begin with.
const OF_METRICS: &[(&str, Kind)] = &[
    ("ResourceAttributes", Kind::Attributes),
    ("ResourceSchemaUrl", Kind::Text),
    ("ScopeName", Kind::Text),
    ("ScopeVersion", Kind::Text),
    ("ScopeAttributes", Kind::Attributes),
    ("ScopeDroppedAttrCount", Kind::Count),
    ("ScopeSchemaUrl", Kind::Text),
    ("ServiceName", Kind::Text),
    ("MetricName", Kind::Text),
    ("MetricDescription", Kind::Text),
    ("MetricUnit", Kind::Text),
    ("Attributes", Kind::Attributes),
    ("StartTimeUnix", Kind::Time),
    ("TimeUnix", Kind::Time),
];

const EXEMPLARS: &[(&str, Kind)] = &[
    ("Exemplars.FilteredAttributes", Kind::ListOfAttributes),
    ("Exemplars.TimeUnix", Kind::Times),
    ("Exemplars.Value", Kind::Doubles),
    ("Exemplars.SpanId", Kind::Texts),
    ("Exemplars.TraceId", Kind::Texts),
];

const NUMBER: &[(&str, Kind)] = &[("Value", Kind::Double), ("Flags", Kind::Count)];

const OF_SUM: &[(&str, Kind)] =
    &[("AggregationTemporality", Kind::Number), ("IsMonotonic", Kind::Bool)];

const COUNT_AND_SUM: &[(&str, Kind)] = &[("Count", Kind::Unsigned), ("Sum", Kind::Double)];

const BUCKETS: &[(&str, Kind)] =
    &[("BucketCounts", Kind::ListOfUnsigned), ("ExplicitBounds", Kind::Doubles)];

const EXPONENTIAL_BUCKETS: &[(&str, Kind)] = &[
    ("Scale", Kind::Number),
    ("ZeroCount", Kind::Unsigned),
    ("PositiveOffset", Kind::Number),
    ("PositiveBucketCounts", Kind::ListOfUnsigned),
    ("NegativeOffset", Kind::Number),
    ("NegativeBucketCounts", Kind::ListOfUnsigned),
];

/// What tables of histograms end with.
const OF_HISTOGRAM: &[(&str, Kind)] = &[
    ("Flags", Kind::Count),
    ("Min", Kind::Double),
    ("Max", Kind::Double),
    ("AggregationTemporality", Kind::Number),
];

const QUANTILES: &[(&str, Kind)] =
    &[("ValueAtQuantiles.Quantile", Kind::Doubles), ("ValueAtQuantiles.Value", Kind::Doubles)];

const FLAGS: &[(&str, Kind)] = &[("Flags", Kind::Count)];

/// The columns of a table, one part after the other.
type Columns = &'static [&'static [(&'static str, Kind)]];

/// `otel_metrics_gauge` and so on.
fn of_metrics(kind: MetricKind) -> Columns {
    match kind {
        MetricKind::Gauge => &[OF_METRICS, NUMBER, EXEMPLARS],
        MetricKind::Sum => &[OF_METRICS, NUMBER, EXEMPLARS, OF_SUM],
        MetricKind::Histogram => &[OF_METRICS, COUNT_AND_SUM, BUCKETS, EXEMPLARS, OF_HISTOGRAM],
        MetricKind::ExponentialHistogram => {
            &[OF_METRICS, COUNT_AND_SUM, EXPONENTIAL_BUCKETS, EXEMPLARS, OF_HISTOGRAM]
        }
        MetricKind::Summary => &[OF_METRICS, COUNT_AND_SUM, QUANTILES, FLAGS],
    }
}

/// The table of a signal, or of a kind of metrics, whose columns are all declared.
pub(super) struct Table<'s> {
    columns: Columns,
    schema: &'s mut Schema,
}

impl<'s> Table<'s> {
    pub(super) fn of(format: Format, kind: Option<MetricKind>, schema: &'s mut Schema) -> Self {
        let columns: Columns = match (format, kind) {
            (Format::OtlpTraces, _) => &[TRACES],
            (Format::OtlpMetrics, kind) => of_metrics(kind.unwrap_or(MetricKind::Gauge)),
            _ => &[LOGS],
        };
        for (name, kind) in columns.iter().copied().flatten() {
            schema.declare_exactly(name, kind.column_type());
        }
        Self { columns, schema }
    }

    /// The table's column of this name.
    pub(super) fn column(&mut self, name: &str) -> ColumnId {
        self.column_or(name, name)
    }

    /// The same; where the table has none, values go into `_rest`, where they are called `otherwise`.
    pub(super) fn column_or(&mut self, name: &str, otherwise: &str) -> ColumnId {
        match self.columns.iter().copied().flatten().find(|(known, _)| *known == name) {
            Some((_, kind)) => self.schema.declare_exactly(name, kind.column_type()),
            None => self.rest(otherwise),
        }
    }

    /// What leads into `_rest`.
    pub(super) fn rest(&mut self, name: &str) -> ColumnId {
        self.schema.declare_in_rest(name)
    }
}

/// What the kind of a span of this number is called.
pub(super) fn span_kind(number: i32, arena: &Bump) -> &str {
    const KINDS: [&str; 6] =
        ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"];
    name_of(number, &KINDS, arena)
}

/// What the code of a span's status is called.
pub(super) fn status_code(number: i32, arena: &Bump) -> &str {
    name_of(number, &["Unset", "Ok", "Error"], arena)
}

/// An enumeration's word; of one that is not known, the number.
fn name_of<'a>(number: i32, words: &[&'static str], arena: &'a Bump) -> &'a str {
    let known = usize::try_from(number).ok().and_then(|number| words.get(number).copied());
    known.unwrap_or_else(|| arena.alloc_str(&number.to_string()))
}
