//! Metrics: each data point is a row.

use super::OtlpLayout;
use super::any_value::json_of_attributes;
use super::clickhouse::Table;
use super::columns::{count, double, list, number, text, time};
use super::common::ATTRIBUTES;
use super::ids::{Ids, SPAN_ID, TRACE_ID};
use super::kinds::kind_of_field;
use super::lists::Lists;
use super::row::{Failure, Row};
use super::wire::{Embedded, Fields, Result};
use crate::input::Format;
use crate::options::MetricKind;
use crate::schema::{ColumnId, ColumnType, Schema};
use crate::types::item::Item;
use crate::types::value::Value;

type Pushed = std::result::Result<(), Failure>;

/// The columns that every table of metrics has.
#[derive(Clone, Copy)]
pub(super) struct MetricColumns {
    layout: OtlpLayout,
    name: ColumnId,
    description: ColumnId,
    unit: ColumnId,
    metadata: ColumnId,
    /// Where a table has several.
    ty: Option<ColumnId>,
    aggregation_temporality: ColumnId,
    is_monotonic: ColumnId,
    start_time: ColumnId,
    time: ColumnId,
    value_int: ColumnId,
    value_double: ColumnId,
    count: ColumnId,
    sum: ColumnId,
    min: ColumnId,
    max: ColumnId,
    bucket_counts: ColumnId,
    explicit_bounds: ColumnId,
    scale: ColumnId,
    zero_count: ColumnId,
    zero_threshold: ColumnId,
    positive: [ColumnId; 2],
    negative: [ColumnId; 2],
    quantiles: [ColumnId; 2],
    flags: ColumnId,
    exemplars: [ColumnId; 6],
    /// Where they are a map.
    attributes: Option<ColumnId>,
}

impl MetricColumns {
    pub(super) fn of(
        layout: OtlpLayout,
        kind: Option<MetricKind>,
        ids: Ids,
        schema: &mut Schema,
    ) -> Self {
        match layout {
            OtlpLayout::Flat => Self::flat(ids, schema),
            OtlpLayout::ClickHouse => {
                Self::clickhouse(&mut Table::of(Format::OtlpMetrics, kind, schema))
            }
        }
    }

    fn clickhouse(table: &mut Table<'_>) -> Self {
        Self {
            layout: OtlpLayout::ClickHouse,
            name: table.column("MetricName"),
            description: table.column("MetricDescription"),
            unit: table.column("MetricUnit"),
            metadata: table.rest("metadata"),
            ty: None,
            aggregation_temporality: table.column("AggregationTemporality"),
            is_monotonic: table.column("IsMonotonic"),
            start_time: table.column("StartTimeUnix"),
            time: table.column("TimeUnix"),
            value_int: table.rest("value_int"),
            value_double: table.column("Value"),
            count: table.column("Count"),
            sum: table.column("Sum"),
            min: table.column("Min"),
            max: table.column("Max"),
            bucket_counts: table.column("BucketCounts"),
            explicit_bounds: table.column("ExplicitBounds"),
            scale: table.column("Scale"),
            zero_count: table.column("ZeroCount"),
            zero_threshold: table.rest("zero_threshold"),
            positive: [table.column("PositiveOffset"), table.column("PositiveBucketCounts")],
            negative: [table.column("NegativeOffset"), table.column("NegativeBucketCounts")],
            quantiles: [
                table.column("ValueAtQuantiles.Quantile"),
                table.column("ValueAtQuantiles.Value"),
            ],
            flags: table.column("Flags"),
            exemplars: [
                table.column("Exemplars.TimeUnix"),
                table.rest("exemplars_value_int"),
                table.column("Exemplars.Value"),
                table.column("Exemplars.TraceId"),
                table.column("Exemplars.SpanId"),
                table.column("Exemplars.FilteredAttributes"),
            ],
            attributes: Some(table.column("Attributes")),
        }
    }

    fn flat(ids: Ids, schema: &mut Schema) -> Self {
        const INTEGER: ColumnType = ColumnType::Int64;
        const DOUBLE: ColumnType = ColumnType::Double;
        const TEXT: ColumnType = ColumnType::Text;
        Self {
            layout: OtlpLayout::Flat,
            name: text("name", schema),
            description: text("description", schema),
            unit: text("unit", schema),
            metadata: text("metadata", schema),
            ty: Some(text("type", schema)),
            aggregation_temporality: number("aggregation_temporality", schema),
            is_monotonic: schema.declare("is_monotonic", ColumnType::Bool),
            start_time: time("start_time", schema),
            time: time("time", schema),
            value_int: count("value_int", schema),
            value_double: double("value_double", schema),
            count: count("count", schema),
            sum: double("sum", schema),
            min: double("min", schema),
            max: double("max", schema),
            bucket_counts: list("bucket_counts", INTEGER, schema),
            explicit_bounds: list("explicit_bounds", DOUBLE, schema),
            scale: number("scale", schema),
            zero_count: count("zero_count", schema),
            zero_threshold: double("zero_threshold", schema),
            positive: [
                number("positive_offset", schema),
                list("positive_bucket_counts", INTEGER, schema),
            ],
            negative: [
                number("negative_offset", schema),
                list("negative_bucket_counts", INTEGER, schema),
            ],
            quantiles: [
                list("quantile_values_quantile", DOUBLE, schema),
                list("quantile_values_value", DOUBLE, schema),
            ],
            flags: count("flags", schema),
            exemplars: [
                list("exemplars_time_unix_nano", INTEGER, schema),
                list("exemplars_value_int", INTEGER, schema),
                list("exemplars_value_double", DOUBLE, schema),
                list("exemplars_trace_id", ids.column_type(TRACE_ID), schema),
                list("exemplars_span_id", ids.column_type(SPAN_ID), schema),
                list("exemplars_filtered_attributes", TEXT, schema),
            ],
            attributes: None,
        }
    }
}

/// A metric, but for its data points.
pub(super) struct Metric<'a> {
    name: &'a str,
    description: &'a str,
    unit: &'a str,
    /// As JSON; empty where there is none.
    metadata: &'a str,
    kind: MetricKind,
    temporality: i32,
    is_monotonic: bool,
    data: &'a [u8],
    /// The number of the field that it is in.
    data_field: u32,
    /// Data of other kinds that others took the place of: it has to be sound, too.
    replaced: Vec<(MetricKind, &'a [u8])>,
}

impl<'a> Metric<'a> {
    /// None of a metric without data.
    pub(super) fn read(message: &'a [u8], row: &Row<'_, 'a>) -> Result<Option<Self>> {
        let (mut name, mut description, mut unit, mut has_metadata) = ("", "", "", false);
        // The kind that came last, where its fields begin, and its parts.
        let (mut last, mut start, mut parts) = (None, message, Embedded::default());
        let mut replaced = Vec::new();
        let mut fields = Fields::of(message);
        loop {
            let left = fields.left();
            let Some(field) = fields.next()? else { break };
            match field.number {
                1 => name = field.text()?,
                2 => description = field.text()?,
                3 => unit = field.text()?,
                12 => has_metadata = true,
                number => {
                    let Some(kind) = kind_of_field(number) else { continue };
                    if last != Some((kind, number)) {
                        if let Some((kind, number)) = last {
                            let data = parts.whole(start, number, row.arena)?;
                            replaced.push((kind, data.unwrap_or_default()));
                        }
                        (last, start, parts) = (Some((kind, number)), left, Embedded::default());
                    }
                    parts.add(field.bytes()?);
                }
            }
        }
        let metadata = match has_metadata {
            true => json_of_attributes(message, 12, row.arena)?,
            false => "",
        };
        let Some((kind, number)) = last else { return Ok(None) };
        let data = parts.whole(start, number, row.arena)?.unwrap_or_default();
        let metric = Self {
            name,
            description,
            unit,
            metadata,
            kind,
            temporality: 0,
            is_monotonic: false,
            data,
            data_field: number,
            replaced,
        };
        metric.with_data(kind, data).map(Some)
    }

    /// The same metric with other data.
    fn with_data(self, kind: MetricKind, data: &'a [u8]) -> Result<Self> {
        let (mut temporality, mut is_monotonic) = (0, false);
        let mut fields = Fields::of(data);
        while let Some(field) = fields.next()? {
            match (field.number, kind) {
                (1, _) => _ = field.bytes()?,
                (2, MetricKind::Sum | MetricKind::Histogram | MetricKind::ExponentialHistogram) => {
                    temporality = field.int32()?;
                }
                (3, MetricKind::Sum) => is_monotonic = field.bool()?,
                _ => {}
            }
        }
        Ok(Self { kind, temporality, is_monotonic, data, ..self })
    }

    /// Its data, and the number of the field that they are in.
    pub(super) fn data(&self) -> (u32, &'a [u8]) {
        (self.data_field, self.data)
    }

    pub(super) fn kind(&self) -> MetricKind {
        self.kind
    }

    /// Its data points.
    pub(super) fn points(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let mut fields = Fields::of(self.data);
        std::iter::from_fn(move || {
            // Reading it has found it sound.
            while let Ok(Some(field)) = fields.next() {
                if field.number == 1 {
                    return field.bytes().ok();
                }
            }
            None
        })
    }
}

/// What data points of several kinds have.
#[derive(Default)]
struct Point<'a> {
    start_time: u64,
    time: u64,
    flags: u32,
    count: u64,
    sum: Option<f64>,
    min: Option<f64>,
    max: Option<f64>,
    bucket_counts: Vec<Value<'a>>,
    explicit_bounds: Vec<Value<'a>>,
    exemplars: Lists<'a, 6>,
}

impl MetricColumns {
    /// Reads data that is replaced as if it were to be stored, and forgets it.
    pub(super) fn check_replaced<'a>(
        &self,
        metric: &mut Metric<'a>,
        row: &mut Row<'_, 'a>,
    ) -> Pushed {
        for (kind, data) in std::mem::take(&mut metric.replaced) {
            let nameless = Metric {
                name: "",
                description: "",
                unit: "",
                metadata: "",
                kind,
                temporality: 0,
                is_monotonic: false,
                data,
                data_field: metric.data_field,
                replaced: Vec::new(),
            };
            let replaced = nameless.with_data(kind, data)?;
            for point in replaced.points() {
                self.point(&replaced, point, row)?;
                row.undo();
            }
        }
        Ok(())
    }

    /// Pushes the values of a data point, and those of its metric.
    pub(super) fn point<'a>(
        &self,
        metric: &Metric<'a>,
        message: &'a [u8],
        row: &mut Row<'_, 'a>,
    ) -> Pushed {
        row.push_text(self.name, metric.name)?;
        row.push_text(self.description, metric.description)?;
        row.push_text(self.unit, metric.unit)?;
        if !metric.metadata.is_empty() {
            row.builder.push_item(self.metadata.into(), Item::Json(metric.metadata))?;
        }
        if let Some(ty) = self.ty {
            row.push_text(ty, metric.kind.name())?;
        }
        row.push_number(self.aggregation_temporality, metric.temporality)?;
        if metric.kind == MetricKind::Sum {
            row.builder.push(self.is_monotonic, Value::Bool(metric.is_monotonic))?;
        }
        let point = match metric.kind {
            MetricKind::Gauge | MetricKind::Sum => self.number(message, row)?,
            MetricKind::Histogram => self.histogram(message, row)?,
            MetricKind::ExponentialHistogram => self.exponential_histogram(message, row)?,
            MetricKind::Summary => self.summary(message, row)?,
        };
        row.push_time(self.start_time, point.start_time)?;
        row.push_time(self.time, point.time)?;
        if !matches!(metric.kind, MetricKind::Gauge | MetricKind::Sum) {
            row.push_unsigned(self.count, point.count)?;
        }
        for (column, value) in [(self.sum, point.sum), (self.min, point.min), (self.max, point.max)]
        {
            if let Some(value) = value {
                row.builder.push(column, Value::F64(value))?;
            }
        }
        row.push_list(self.bucket_counts, &point.bucket_counts)?;
        row.push_list(self.explicit_bounds, &point.explicit_bounds)?;
        row.push_count(self.flags, point.flags.into())?;
        point.exemplars.push_to(self.exemplars, row)?;
        row.push_attributes(self.attributes)
    }

    /// A `NumberDataPoint`.
    fn number<'a>(
        &self,
        message: &'a [u8],
        row: &mut Row<'_, 'a>,
    ) -> std::result::Result<Point<'a>, Failure> {
        let (mut point, mut value) = (Point::default(), Value::Null);
        let mut fields = Fields::of(message);
        while let Some(field) = fields.next()? {
            match field.number {
                2 => point.start_time = field.fixed64()?,
                3 => point.time = field.fixed64()?,
                4 => value = Value::F64(field.double()?),
                5 => point.exemplars.push(self.exemplar(field.bytes()?, row)?),
                6 => value = Value::I64(field.fixed64()?.cast_signed()),
                7 => row.push_attribute(ATTRIBUTES, field.bytes()?)?,
                8 => point.flags = field.uint32()?,
                _ => {}
            }
        }
        let [integer, double] = self.value(value);
        row.builder.push(self.value_int, integer)?;
        row.builder.push(self.value_double, double)?;
        Ok(point)
    }

    /// A `HistogramDataPoint`.
    fn histogram<'a>(
        &self,
        message: &'a [u8],
        row: &mut Row<'_, 'a>,
    ) -> std::result::Result<Point<'a>, Failure> {
        let mut point = Point::default();
        let mut fields = Fields::of(message);
        while let Some(field) = fields.next()? {
            match field.number {
                2 => point.start_time = field.fixed64()?,
                3 => point.time = field.fixed64()?,
                4 => point.count = field.fixed64()?,
                5 => point.sum = Some(field.double()?),
                6 => field.each_fixed64(|count| point.bucket_counts.push(unsigned(count)))?,
                7 => field.each_fixed64(|bits| {
                    point.explicit_bounds.push(Value::F64(f64::from_bits(bits)));
                })?,
                8 => point.exemplars.push(self.exemplar(field.bytes()?, row)?),
                9 => row.push_attribute(ATTRIBUTES, field.bytes()?)?,
                10 => point.flags = field.uint32()?,
                11 => point.min = Some(field.double()?),
                12 => point.max = Some(field.double()?),
                _ => {}
            }
        }
        Ok(point)
    }

    /// An `ExponentialHistogramDataPoint`.
    fn exponential_histogram<'a>(
        &self,
        message: &'a [u8],
        row: &mut Row<'_, 'a>,
    ) -> std::result::Result<Point<'a>, Failure> {
        let (mut point, mut scale, mut zero_count, mut zero_threshold) =
            (Point::default(), 0, 0, 0.0);
        let (mut positive, mut negative) = (Embedded::default(), Embedded::default());
        let mut fields = Fields::of(message);
        while let Some(field) = fields.next()? {
            match field.number {
                1 => row.push_attribute(ATTRIBUTES, field.bytes()?)?,
                2 => point.start_time = field.fixed64()?,
                3 => point.time = field.fixed64()?,
                4 => point.count = field.fixed64()?,
                5 => point.sum = Some(field.double()?),
                6 => scale = field.sint32()?,
                7 => zero_count = field.fixed64()?,
                8 => positive.add(field.bytes()?),
                9 => negative.add(field.bytes()?),
                10 => point.flags = field.uint32()?,
                11 => point.exemplars.push(self.exemplar(field.bytes()?, row)?),
                12 => point.min = Some(field.double()?),
                13 => point.max = Some(field.double()?),
                14 => zero_threshold = field.double()?,
                _ => {}
            }
        }
        row.builder.push(self.scale, Value::I32(scale))?;
        row.push_unsigned(self.zero_count, zero_count)?;
        if zero_threshold != 0.0 || !row.builder.is_in_rest(self.zero_threshold) {
            row.builder.push(self.zero_threshold, Value::F64(zero_threshold))?;
        }
        for (buckets, number, columns) in
            [(positive, 8, self.positive), (negative, 9, self.negative)]
        {
            if let Some(buckets) = buckets.whole(message, number, row.arena)? {
                push_buckets(buckets, columns, row)?;
            }
        }
        Ok(point)
    }

    /// A `SummaryDataPoint`.
    fn summary<'a>(
        &self,
        message: &'a [u8],
        row: &mut Row<'_, 'a>,
    ) -> std::result::Result<Point<'a>, Failure> {
        let mut point = Point { sum: Some(0.0), ..Point::default() };
        let mut quantiles = Lists::new();
        let mut fields = Fields::of(message);
        while let Some(field) = fields.next()? {
            match field.number {
                2 => point.start_time = field.fixed64()?,
                3 => point.time = field.fixed64()?,
                4 => point.count = field.fixed64()?,
                5 => point.sum = Some(field.double()?),
                6 => quantiles.push(quantile(field.bytes()?)?),
                7 => row.push_attribute(ATTRIBUTES, field.bytes()?)?,
                8 => point.flags = field.uint32()?,
                _ => {}
            }
        }
        quantiles.push_to(self.quantiles, row)?;
        Ok(point)
    }

    /// The values of an `Exemplar`, in its columns' order.
    fn exemplar<'a>(&self, message: &'a [u8], row: &Row<'_, 'a>) -> Result<[Value<'a>; 6]> {
        let (mut time, mut value, mut trace_id, mut span_id) = (0, Value::Null, &b""[..], &b""[..]);
        let mut fields = Fields::of(message);
        while let Some(field) = fields.next()? {
            match field.number {
                2 => time = field.fixed64()?,
                3 => value = Value::F64(field.double()?),
                4 => span_id = field.bytes()?,
                5 => trace_id = field.bytes()?,
                6 => value = Value::I64(field.fixed64()?.cast_signed()),
                _ => {}
            }
        }
        let [integer, double] = self.value(value);
        Ok([
            unsigned(time),
            integer,
            double,
            row.ids.value(trace_id, TRACE_ID, row.arena),
            row.ids.value(span_id, SPAN_ID, row.arena),
            row.attributes_of(message, 7)?,
        ])
    }

    /// What goes to the columns of integers and of doubles. ClickHouse's tables have doubles alone: an integer that none
    /// holds exactly is kept as such, too.
    fn value<'a>(&self, value: Value<'a>) -> [Value<'a>; 2] {
        match (value, self.layout) {
            (Value::F64(_), _) => [Value::Null, value],
            (Value::I64(integer), OtlpLayout::ClickHouse) => {
                let double = integer as f64;
                let is_exact = double as i128 == i128::from(integer);
                [if is_exact { Value::Null } else { value }, Value::F64(double)]
            }
            _ => [value, Value::Null],
        }
    }
}

/// An integer without a sign, which need not fit one with a sign.
fn unsigned(value: u64) -> Value<'static> {
    i64::try_from(value).map_or(Value::U64(value), Value::I64)
}

/// `Buckets`: their offset, and their counts.
fn push_buckets<'a>(
    message: &'a [u8],
    [offset_column, counts_column]: [ColumnId; 2],
    row: &mut Row<'_, 'a>,
) -> Pushed {
    let (mut offset, mut counts) = (0, Vec::new());
    let mut fields = Fields::of(message);
    while let Some(field) = fields.next()? {
        match field.number {
            1 => offset = field.sint32()?,
            2 => field.each_varint(|count| counts.push(unsigned(count)))?,
            _ => {}
        }
    }
    row.builder.push(offset_column, Value::I32(offset))?;
    row.push_list(counts_column, &counts)
}

/// A `ValueAtQuantile`.
fn quantile<'a>(message: &[u8]) -> Result<[Value<'a>; 2]> {
    let (mut quantile, mut value) = (0.0, 0.0);
    let mut fields = Fields::of(message);
    while let Some(field) = fields.next()? {
        match field.number {
            1 => quantile = field.double()?,
            2 => value = field.double()?,
            _ => {}
        }
    }
    Ok([Value::F64(quantile), Value::F64(value)])
}
