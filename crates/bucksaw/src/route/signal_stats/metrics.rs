//! Data points by their metrics' names, types and units.

use super::columns::{TIMES, Wanted};
use super::known::KnownTexts;
use super::labels::labels;
use super::time_span;
use crate::block::BlockSlice;
use crate::block::texts::each_text;
use crate::options::{MetricKind, Options};
use crate::report::TimeRange;
use crate::report::signal_stats::{MetricRows, MetricStats};
use crate::schema::Schema;

/// Stands between a metric's name, its type and its unit.
const SEPARATOR: char = '\u{1f}';

/// See the module.
#[derive(Debug)]
pub(crate) struct MetricTally {
    time: Wanted,
    /// What all rows are of.
    kind: Option<MetricKind>,
    /// Name, type and unit.
    parts: [Wanted; 3],
    rows: u64,
    /// Names, types and units, with separators between them.
    metrics: KnownTexts,
    /// Those of a slice's rows.
    of_rows: Vec<String>,
}

impl MetricTally {
    pub(super) fn new(kind: Option<MetricKind>, options: &Options) -> Self {
        Self {
            kind,
            time: Wanted::new(options.timestamp_column.clone(), TIMES),
            parts: [
                Wanted::new(
                    None,
                    &[&["name"], &["metric_name"], &["metric"], &["__name__"], &["MetricName"]],
                ),
                Wanted::new(None, &[&["type"], &["metric_type"]]),
                Wanted::new(None, &[&["unit"], &["metric_unit"], &["MetricUnit"]]),
            ],
            rows: 0,
            metrics: KnownTexts::default(),
            of_rows: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, rows: &BlockSlice<'_, '_>, schema: &Schema) {
        self.rows += rows.rows() as u64;
        self.time.find(schema);
        self.of_rows.iter_mut().for_each(String::clear);
        self.of_rows.resize(rows.rows(), String::new());
        for (index, part) in self.parts.iter_mut().enumerate() {
            let mut of_rows = self.of_rows.iter_mut();
            each_text(rows, part.find(schema), |text| {
                let Some(of_row) = of_rows.next() else { return };
                if index > 0 {
                    of_row.push(SEPARATOR);
                }
                of_row.push_str(text.unwrap_or_default());
            });
        }
        for run in self.of_rows.chunk_by(PartialEq::eq) {
            if let Some(first) = run.first() {
                self.metrics.count(first, run.len() as u64);
            }
        }
    }

    pub(super) fn report(
        &self,
        schema: &Schema,
        times: &[TimeRange],
        present: &[u64],
    ) -> MetricStats {
        let time = self.time.name(schema);
        let metrics = self.metrics.most_first().into_iter().map(|(metric, rows)| {
            // A name may have separators, types and units have none.
            let mut parts = metric.rsplitn(3, SEPARATOR).map(str::to_owned);
            let (unit, ty) = (parts.next(), parts.next());
            MetricRows {
                name: parts.next().unwrap_or_default(),
                ty: self.kind.map_or(ty.unwrap_or_default(), |kind| kind.to_string()),
                unit: unit.unwrap_or_default(),
                rows,
            }
        });
        MetricStats {
            rows: self.rows,
            times: time_span(times, time, time),
            distinct_metrics: self.metrics.distinct(),
            metrics: metrics.collect(),
            rows_of_other_metrics: self.metrics.rows_of_others(),
            labels: labels(schema, present),
            other_labels: 0,
        }
    }
}
