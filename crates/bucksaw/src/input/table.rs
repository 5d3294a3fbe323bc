//! Which table records are rows of.

use std::fmt;

use super::Format;
use crate::options::{MetricKind, Signal};

/// Which table an input's records are rows of: each signal of OTLP has one, and in
/// [ClickHouse's layout](crate::OtlpLayout::ClickHouse) each kind of metric.
///
/// ```
/// use bucksaw::{Input, InputOptions, InputTable, MetricKind, OnError, Options, OtlpLayout, Signal};
/// // A gauge, 0.5 at 9 ns.
/// let metric = r#"{"name":"share","gauge":{"dataPoints":[{"timeUnixNano":"9","asDouble":0.5}]}}"#;
/// let message = format!(r#"{{"resourceMetrics":[{{"scopeMetrics":[{{"metrics":[{metric}]}}]}}]}}"#);
/// let options = InputOptions::new().layout(OtlpLayout::ClickHouse);
/// let mut input = Input::open("metrics", message.as_bytes(), &options, OnError::Fail)?;
/// let table = input.next_table(&Options::new()).expect("a record");
/// assert_eq!((table.signal, table.metrics), (Some(Signal::Metrics), Some(MetricKind::Gauge)));
/// assert_eq!(table.to_string(), "metrics of the kind gauge");
/// # Ok::<(), bucksaw::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct InputTable {
    /// The signal, of OTLP.
    pub signal: Option<Signal>,
    /// The kind of metrics, where each is a table of its own.
    pub metrics: Option<MetricKind>,
}

impl InputTable {
    pub(crate) fn of(format: Format, metrics: Option<MetricKind>) -> Self {
        Self { signal: format.signal(), metrics }
    }

    /// All of them: that of rows which are not of OTLP first, that of a signal before those of its kinds.
    pub fn all() -> impl Iterator<Item = Self> {
        let signals = [Signal::Logs, Signal::Traces, Signal::Metrics];
        let of_signals = signals.map(|signal| Self { signal: Some(signal), metrics: None });
        let of_kinds =
            MetricKind::ALL.map(|kind| Self { signal: Some(Signal::Metrics), metrics: Some(kind) });
        [Self::default()].into_iter().chain(of_signals).chain(of_kinds)
    }
}

impl From<Option<Signal>> for InputTable {
    fn from(signal: Option<Signal>) -> Self {
        Self { signal, metrics: None }
    }
}

/// What its rows are called in messages.
impl fmt::Display for InputTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.signal, self.metrics) {
            (Some(signal), Some(kind)) => write!(f, "{signal} of the kind {kind}"),
            (Some(signal), None) => write!(f, "{signal}"),
            (None, _) => f.write_str("rows of another format"),
        }
    }
}
