//! Data points become the rows that a naive reading of them comes to.

use bucksaw::Format;
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::summary_data_point::ValueAtQuantile;
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram,
    HistogramDataPoint, Metric, MetricsData, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum,
    Summary, SummaryDataPoint, exemplar, metric, number_data_point,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use prost::{DecodeError, Message as _};

use super::check;
use super::generate::{attributes, changed, changes, ids, nanos, resource, scope};
use super::model::{Building, Names, common, hex, json_of_attributes};
use crate::support::{Cell, Row};

const CORE: [&str; 33] = [
    "name",
    "description",
    "unit",
    "metadata",
    "type",
    "aggregation_temporality",
    "is_monotonic",
    "start_time",
    "time",
    "value_int",
    "value_double",
    "count",
    "sum",
    "min",
    "max",
    "bucket_counts",
    "explicit_bounds",
    "scale",
    "zero_count",
    "zero_threshold",
    "positive_offset",
    "positive_bucket_counts",
    "negative_offset",
    "negative_bucket_counts",
    "quantile_values_quantile",
    "quantile_values_value",
    "flags",
    "exemplars_time_unix_nano",
    "exemplars_value_int",
    "exemplars_value_double",
    "exemplars_trace_id",
    "exemplars_span_id",
    "exemplars_filtered_attributes",
];

fn double() -> impl Strategy<Value = f64> {
    select(vec![0.0, -0.0, 1.5, 1e300, f64::NAN, f64::INFINITY])
}

fn count() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0..9_u64, 1 => any::<u64>()]
}

fn exemplar() -> impl Strategy<Value = Exemplar> {
    let value = prop_oneof![
        any::<i64>().prop_map(exemplar::Value::AsInt),
        double().prop_map(exemplar::Value::AsDouble)
    ];
    (attributes(), nanos(), ids(), of(value)).prop_map(
        |(filtered_attributes, time_unix_nano, (trace_id, span_id), value)| Exemplar {
            filtered_attributes,
            time_unix_nano,
            span_id,
            trace_id,
            value,
        },
    )
}

/// What points of all kinds have.
fn point() -> impl Strategy<Value = (u64, u64, u32, Vec<Exemplar>)> {
    (nanos(), nanos(), 0..2_u32, vec(exemplar(), 0..2))
}

fn number_point() -> impl Strategy<Value = NumberDataPoint> {
    let value = prop_oneof![
        any::<i64>().prop_map(number_data_point::Value::AsInt),
        double().prop_map(number_data_point::Value::AsDouble)
    ];
    (attributes(), point(), of(value)).prop_map(
        |(attributes, (start_time_unix_nano, time_unix_nano, flags, exemplars), value)| {
            NumberDataPoint {
                attributes,
                start_time_unix_nano,
                time_unix_nano,
                exemplars,
                flags,
                value,
            }
        },
    )
}

fn histogram_point() -> impl Strategy<Value = HistogramDataPoint> {
    let sums = (of(double()), of(double()), of(double()));
    let buckets = (vec(count(), 0..3), vec(double(), 0..3));
    (attributes(), point(), count(), sums, buckets).prop_map(
        |(attributes, point, count, (sum, min, max), (bucket_counts, explicit_bounds))| {
            let (start_time_unix_nano, time_unix_nano, flags, exemplars) = point;
            HistogramDataPoint {
                attributes,
                start_time_unix_nano,
                time_unix_nano,
                count,
                sum,
                bucket_counts,
                explicit_bounds,
                exemplars,
                flags,
                min,
                max,
            }
        },
    )
}

fn exponential_point() -> impl Strategy<Value = ExponentialHistogramDataPoint> {
    let buckets = || {
        let counts = (any::<i32>(), vec(count(), 0..3));
        of(counts.prop_map(|(offset, bucket_counts)| Buckets { offset, bucket_counts }))
    };
    let zero = (any::<i32>(), count(), double());
    (histogram_point(), zero, buckets(), buckets()).prop_map(
        |(point, (scale, zero_count, zero_threshold), positive, negative)| {
            ExponentialHistogramDataPoint {
                attributes: point.attributes,
                start_time_unix_nano: point.start_time_unix_nano,
                time_unix_nano: point.time_unix_nano,
                count: point.count,
                sum: point.sum,
                scale,
                zero_count,
                positive,
                negative,
                flags: point.flags,
                exemplars: point.exemplars,
                min: point.min,
                max: point.max,
                zero_threshold,
            }
        },
    )
}

fn summary_point() -> impl Strategy<Value = SummaryDataPoint> {
    let value =
        (double(), double()).prop_map(|(quantile, value)| ValueAtQuantile { quantile, value });
    (attributes(), nanos(), nanos(), count(), double(), vec(value, 0..3)).prop_map(
        |(attributes, start_time_unix_nano, time_unix_nano, count, sum, quantile_values)| {
            SummaryDataPoint {
                attributes,
                start_time_unix_nano,
                time_unix_nano,
                count,
                sum,
                quantile_values,
                flags: 1,
            }
        },
    )
}

fn metric_data() -> impl Strategy<Value = metric::Data> {
    let temporality = || -1..3_i32;
    prop_oneof![
        vec(number_point(), 0..3)
            .prop_map(|data_points| metric::Data::Gauge(Gauge { data_points })),
        (vec(number_point(), 0..3), temporality(), any::<bool>()).prop_map(
            |(data_points, aggregation_temporality, is_monotonic)| {
                metric::Data::Sum(Sum { data_points, aggregation_temporality, is_monotonic })
            }
        ),
        (vec(histogram_point(), 0..3), temporality()).prop_map(
            |(data_points, aggregation_temporality)| {
                metric::Data::Histogram(Histogram { data_points, aggregation_temporality })
            }
        ),
        (vec(exponential_point(), 0..3), temporality()).prop_map(
            |(data_points, aggregation_temporality)| {
                let histogram = ExponentialHistogram { data_points, aggregation_temporality };
                metric::Data::ExponentialHistogram(histogram)
            }
        ),
        vec(summary_point(), 0..3)
            .prop_map(|data_points| metric::Data::Summary(Summary { data_points })),
    ]
}

pub(super) fn data() -> impl Strategy<Value = MetricsData> {
    let word = || "[a-b]{0,1}";
    let metric = (word(), word(), word(), of(metric_data()), attributes()).prop_map(
        |(name, description, unit, data, metadata)| Metric {
            name,
            description,
            unit,
            metadata,
            data,
        },
    );
    let scope_metrics = (of(scope()), vec(metric, 0..3), word())
        .prop_map(|(scope, metrics, schema_url)| ScopeMetrics { scope, metrics, schema_url });
    let resource_metrics = (of(resource()), vec(scope_metrics, 0..2), word()).prop_map(
        |(resource, scope_metrics, schema_url)| ResourceMetrics {
            resource,
            scope_metrics,
            schema_url,
        },
    );
    vec(resource_metrics, 0..3).prop_map(|resource_metrics| MetricsData { resource_metrics })
}

fn rows_of(data: &MetricsData, names: &mut Names) -> Vec<Row> {
    let mut rows = Vec::new();
    for of_resource in &data.resource_metrics {
        for of_scope in &of_resource.scope_metrics {
            for metric in &of_scope.metrics {
                let resource = (&of_resource.resource, of_resource.schema_url.as_str());
                let mut row = |temporality, names: &mut Names| {
                    let scope = (&of_scope.scope, of_scope.schema_url.as_str());
                    let mut row = common(resource, scope, names);
                    put_metric(&mut row, metric, temporality);
                    row
                };
                rows.extend(rows_of_metric(metric, &mut row, names));
            }
        }
    }
    rows
}

fn put_metric(row: &mut Building, metric: &Metric, temporality: i32) {
    row.put_text("name", &metric.name);
    row.put_text("description", &metric.description);
    row.put_text("unit", &metric.unit);
    if !metric.metadata.is_empty() {
        row.put_text("metadata", &json_of_attributes(&metric.metadata));
    }
    row.put_number("aggregation_temporality", temporality);
}

fn rows_of_metric(
    metric: &Metric,
    row: &mut impl FnMut(i32, &mut Names) -> Building,
    names: &mut Names,
) -> Vec<Row> {
    let mut rows = Vec::new();
    match &metric.data {
        None => {}
        Some(metric::Data::Gauge(gauge)) => {
            for point in &gauge.data_points {
                let mut row = row(0, names);
                row.put_text("type", "gauge");
                put_number(&mut row, point, names);
                rows.push(row.end());
            }
        }
        Some(metric::Data::Sum(sum)) => {
            for point in &sum.data_points {
                let mut row = row(sum.aggregation_temporality, names);
                row.put_text("type", "sum");
                row.put("is_monotonic", Cell::Bool(sum.is_monotonic));
                put_number(&mut row, point, names);
                rows.push(row.end());
            }
        }
        Some(metric::Data::Histogram(histogram)) => {
            for point in &histogram.data_points {
                let mut row = row(histogram.aggregation_temporality, names);
                row.put_text("type", "histogram");
                put_histogram(&mut row, point, names);
                rows.push(row.end());
            }
        }
        Some(metric::Data::ExponentialHistogram(histogram)) => {
            for point in &histogram.data_points {
                let mut row = row(histogram.aggregation_temporality, names);
                row.put_text("type", "exponential_histogram");
                put_exponential(&mut row, point, names);
                rows.push(row.end());
            }
        }
        Some(metric::Data::Summary(summary)) => {
            for point in &summary.data_points {
                let mut row = row(0, names);
                row.put_text("type", "summary");
                put_summary(&mut row, point, names);
                rows.push(row.end());
            }
        }
    }
    rows
}

fn put_double(row: &mut Building, name: &str, value: Option<f64>) {
    if let Some(value) = value {
        row.put(name, Cell::F64(value.to_bits()));
    }
}

fn put_exemplars(row: &mut Building, exemplars: &[Exemplar]) {
    let all = || exemplars.iter();
    row.put_integers("exemplars_time_unix_nano", all().map(|of| of.time_unix_nano));
    let integer = |of: &Exemplar| match of.value {
        Some(exemplar::Value::AsInt(value)) => Some(Cell::I64(value)),
        _ => None,
    };
    row.put_list("exemplars_value_int", all().map(integer).collect());
    let double = |of: &Exemplar| match of.value {
        Some(exemplar::Value::AsDouble(value)) => Some(Cell::F64(value.to_bits())),
        _ => None,
    };
    row.put_list("exemplars_value_double", all().map(double).collect());
    row.put_texts("exemplars_trace_id", all().map(|of| hex(&of.trace_id)));
    row.put_texts("exemplars_span_id", all().map(|of| hex(&of.span_id)));
    let attributes = all().map(|of| json_of_attributes(&of.filtered_attributes));
    row.put_texts("exemplars_filtered_attributes", attributes);
}

fn put_number(row: &mut Building, point: &NumberDataPoint, names: &mut Names) {
    row.put_attributes("attr", &point.attributes, names);
    match point.value {
        Some(number_data_point::Value::AsInt(value)) => row.put("value_int", Cell::I64(value)),
        Some(number_data_point::Value::AsDouble(value)) => {
            put_double(row, "value_double", Some(value));
        }
        None => {}
    }
    row.put_time("start_time", point.start_time_unix_nano);
    row.put_time("time", point.time_unix_nano);
    row.put_count("flags", point.flags.into());
    put_exemplars(row, &point.exemplars);
}

fn put_histogram(row: &mut Building, point: &HistogramDataPoint, names: &mut Names) {
    row.put_attributes("attr", &point.attributes, names);
    row.put_time("start_time", point.start_time_unix_nano);
    row.put_time("time", point.time_unix_nano);
    row.put_unsigned("count", point.count);
    put_double(row, "sum", point.sum);
    put_double(row, "min", point.min);
    put_double(row, "max", point.max);
    row.put_integers("bucket_counts", point.bucket_counts.iter().copied());
    row.put_doubles("explicit_bounds", point.explicit_bounds.iter());
    row.put_count("flags", point.flags.into());
    put_exemplars(row, &point.exemplars);
}

fn put_exponential(row: &mut Building, point: &ExponentialHistogramDataPoint, names: &mut Names) {
    row.put_attributes("attr", &point.attributes, names);
    row.put_time("start_time", point.start_time_unix_nano);
    row.put_time("time", point.time_unix_nano);
    row.put_unsigned("count", point.count);
    put_double(row, "sum", point.sum);
    put_double(row, "min", point.min);
    put_double(row, "max", point.max);
    row.put("scale", Cell::I32(point.scale));
    row.put_unsigned("zero_count", point.zero_count);
    put_double(row, "zero_threshold", Some(point.zero_threshold));
    for (name, buckets) in [("positive", &point.positive), ("negative", &point.negative)] {
        if let Some(buckets) = buckets {
            row.put(&format!("{name}_offset"), Cell::I32(buckets.offset));
            let counts = buckets.bucket_counts.iter().copied();
            row.put_integers(&format!("{name}_bucket_counts"), counts);
        }
    }
    row.put_count("flags", point.flags.into());
    put_exemplars(row, &point.exemplars);
}

fn put_summary(row: &mut Building, point: &SummaryDataPoint, names: &mut Names) {
    row.put_attributes("attr", &point.attributes, names);
    row.put_time("start_time", point.start_time_unix_nano);
    row.put_time("time", point.time_unix_nano);
    row.put_unsigned("count", point.count);
    put_double(row, "sum", Some(point.sum));
    row.put_doubles(
        "quantile_values_quantile",
        point.quantile_values.iter().map(|at| &at.quantile),
    );
    row.put_doubles("quantile_values_value", point.quantile_values.iter().map(|at| &at.value));
    row.put_count("flags", point.flags.into());
}

/// The rows of a message by prost's reading.
pub(super) fn naive(message: &[u8]) -> Result<Vec<Row>, DecodeError> {
    MetricsData::decode(message).map(|data| rows_of(&data, &mut Names::new(&CORE)))
}

fn check_metrics(message: &[u8]) {
    check(message, Format::OtlpMetrics, naive(message));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn rows_are_those_of_a_naive_reading(data in data()) {
        check_metrics(&data.encode_to_vec());
    }

    #[test]
    fn changed_messages_give_the_same_rows_or_are_refused_by_both(data in data(), changes in changes()) {
        check_metrics(&changed(data.encode_to_vec(), &changes));
    }
}

/// Of data of two kinds the last is it, of one kind in parts all; the first has to be sound all the same.
#[test]
fn data_of_several_kinds_and_in_parts() {
    let with_metric = |metric: &[u8]| {
        let scope = [&[0x12, metric.len() as u8][..], metric].concat();
        let resource = [&[0x12, scope.len() as u8][..], &scope].concat();
        [&[0x0a, resource.len() as u8][..], &resource].concat()
    };
    let gauge = [0x2a, 4, 0x0a, 2, 0x40, 1];
    let sum = [0x3a, 4, 0x0a, 2, 0x40, 3];
    let broken_sum = [0x3a, 4, 0x0a, 2, 0x41, 3];
    for metric in [
        [gauge, sum, gauge].concat(),
        [sum, gauge].concat(),
        [gauge, gauge].concat(),
        [gauge, gauge, sum, sum].concat(),
        [broken_sum, gauge].concat(),
        [gauge, gauge, broken_sum].concat(),
        [gauge.to_vec(), vec![0x2a, 2, 0x0a, 9]].concat(),
    ] {
        check_metrics(&with_metric(&metric));
    }
}
