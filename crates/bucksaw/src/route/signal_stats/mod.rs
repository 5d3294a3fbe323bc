//! Counts rows as what they are: log records by time, level and stream, and by their messages' fingerprints, data points by their metrics, spans by their traces.
//!
//! It sees each block once, in its turn, whole columns at a time, and keeps a few megabytes at the most, whatever the file's size. Columns are
//! known by their names. The values of one whose type has yet to settle are read as they came.

mod columns;
mod known;
mod labels;
mod logs;
mod messages;
mod metrics;
mod traces;

use self::logs::LogTally;
use self::metrics::MetricTally;
use self::traces::TraceTally;
use crate::block::BlockSlice;
use crate::format::metadata::KeyValue;
use crate::options::{MetricKind, Options, Signal};
use crate::report::TimeRange;
use crate::report::signal_stats::{STATS_KEY, SignalStats, TimeSpan};
use crate::schema::Schema;

/// See the module.
#[derive(Debug)]
pub(crate) enum SignalTally {
    Logs(Box<LogTally>),
    Metrics(Box<MetricTally>),
    Traces(Box<TraceTally>),
}

impl SignalTally {
    /// Of metrics all of this kind, or as their rows say.
    pub(crate) fn new(signal: Signal, kind: Option<MetricKind>, options: &Options) -> Self {
        match signal {
            Signal::Logs => Self::Logs(Box::new(LogTally::new(options))),
            Signal::Metrics => Self::Metrics(Box::new(MetricTally::new(kind, options))),
            Signal::Traces => Self::Traces(Box::new(TraceTally::new(options))),
        }
    }

    /// Adds rows.
    pub(crate) fn add(&mut self, rows: &BlockSlice<'_, '_>, schema: &Schema) {
        match self {
            Self::Logs(tally) => tally.add(rows, schema),
            Self::Metrics(tally) => tally.add(rows, schema),
            Self::Traces(tally) => tally.add(rows, schema),
        }
    }

    /// What it came to, with the first and last moments of columns, and how many values each has.
    pub(crate) fn report(
        &self,
        schema: &Schema,
        times: &[TimeRange],
        present: &[u64],
    ) -> SignalStats {
        match self {
            Self::Logs(tally) => SignalStats::Logs(tally.report(schema, times)),
            Self::Metrics(tally) => SignalStats::Metrics(tally.report(schema, times, present)),
            Self::Traces(tally) => SignalStats::Traces(tally.report(schema, times, present)),
        }
    }
}

/// What the footer has of it.
pub(crate) fn key_value(stats: &SignalStats) -> KeyValue {
    KeyValue { key: STATS_KEY.to_owned(), value: Some(stats.clone().into_json()) }
}

/// From the first moment of one column to the last one of another.
fn time_span(times: &[TimeRange], first: Option<&str>, last: Option<&str>) -> TimeSpan {
    let of = |name: Option<&str>| times.iter().find(|range| name == Some(&range.column));
    TimeSpan {
        first_time: of(first).and_then(|range| range.first_time.clone()),
        last_time: of(last).and_then(|range| range.last_time.clone()),
    }
}
