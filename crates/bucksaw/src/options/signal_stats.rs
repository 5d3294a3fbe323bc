//! What is counted of rows as logs, metrics or traces.

use std::fmt;

use super::Options;

/// Which signal of telemetry rows are. Each signal of OTLP is a table of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Signal {
    /// Log records.
    #[default]
    Logs,
    /// Data points of metrics.
    Metrics,
    /// Spans of traces.
    Traces,
}

/// `logs`, `metrics` or `traces`.
impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Logs => "logs",
            Self::Metrics => "metrics",
            Self::Traces => "traces",
        })
    }
}

/// Which kind of data a metric has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MetricKind {
    /// Values that were measured.
    Gauge,
    /// Values that were added up.
    Sum,
    /// Counts of values in buckets with explicit bounds.
    Histogram,
    /// Counts of values in buckets whose bounds grow by one factor.
    ExponentialHistogram,
    /// Quantiles.
    Summary,
}

impl MetricKind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Gauge, Self::Sum, Self::Histogram, Self::ExponentialHistogram, Self::Summary];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gauge => "gauge",
            Self::Sum => "sum",
            Self::Histogram => "histogram",
            Self::ExponentialHistogram => "exponential_histogram",
            Self::Summary => "summary",
        }
    }
}

/// `gauge`, `sum`, `histogram`, `exponential_histogram` or `summary`.
impl fmt::Display for MetricKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Options {
    /// What rows are to be counted as, in [`FileReport::signal_stats`](crate::FileReport::signal_stats) and in each file's footer. Default:
    /// rows of OTLP as what they are, but for logs' fingerprints, others not at all.
    ///
    /// Columns are found by their names in the rows, the first of these that a table has:
    ///
    /// | what | columns |
    /// |---|---|
    /// | time | [`Options::timestamp_column`], else `time`, `timestamp`, `@timestamp`, `ts`, `chq_timestamp`; of spans `start_time`, `startTime`, `time`, `timestamp`, with `end_time` or `endTime` |
    /// | level | `severity_text`, `level`, `log_level`, `severity`, `level` in `log`, `log.level`, `lvl`; where a row has none, `severity_number` |
    /// | stream | [`Options::stream_column`], else `service_name`, `resource_service_name`, `name` in `service`, `service.name`, `service` |
    /// | metric | `name`, `metric_name`, `metric`, `__name__`, with `type` or `metric_type`, and `unit` or `metric_unit` |
    /// | trace | `trace_id`, `traceId`, `traceID`, `id` in `trace` |
    /// | message | [`Options::fingerprint_of`], else as for [`Options::fingerprints`] |
    /// | labels | what is in objects `resource`, `scope`, `attr` and `metric`, or begins with `resource_` … |
    ///
    /// In the layout of ClickHouse's tables they are found under the names there, but for labels, which are maps.
    ///
    /// Times are timestamps, and texts in RFC 3339; integers are none unless [`Options::time`] says so. First and last moments are those of columns of
    /// timestamps.
    ///
    /// ```
    /// use bucksaw::{Options, Signal, SignalStats, StreamSink};
    /// let options = Options::new().signal_stats(Signal::Logs);
    /// let mut writer = options.write_to(StreamSink::new(std::io::sink()))?;
    /// writer.write_rows([[("ts", "2026-01-02T03:04:05Z"), ("level", "WARN"), ("service", "cart")]])?;
    /// let report = writer.finish()?;
    /// let Some(SignalStats::Logs(stats)) = &report.files[0].signal_stats else { unreachable!() };
    /// assert_eq!(stats.counts[0].start.as_deref(), Some("2026-01-02T03:04:00Z"));
    /// assert_eq!(stats.counts[0].level.as_deref(), Some("WARN"));
    /// assert_eq!(stats.streams[0].value, "cart");
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn signal_stats(mut self, signal: Signal) -> Self {
        self.signal_stats = Some(signal);
        self
    }

    /// The column that is the stream field of log records, by its name in the file or its path in the rows, with dots. Default: see
    /// [`Options::signal_stats`].
    ///
    /// ```
    /// use bucksaw::{Options, Signal};
    /// let options = Options::new().signal_stats(Signal::Logs).stream_column("pod");
    /// # assert!(options.validate().is_ok());
    /// ```
    #[must_use]
    pub fn stream_column(mut self, column: impl Into<String>) -> Self {
        self.stream_column = Some(column.into());
        self
    }
}
