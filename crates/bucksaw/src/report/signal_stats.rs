//! What a file's rows are as logs, metrics or traces.

use serde::{Deserialize, Serialize};

use crate::format::limits::{LONG_STATS_LIST_BYTES, SHORT_STATS_LIST_BYTES};

/// The footer's key for [`SignalStats`], as JSON.
pub const STATS_KEY: &str = "bucksaw.stats";

/// Seconds of the intervals that log records are counted in.
pub(crate) const COUNT_SECONDS: i64 = 10;

/// What was counted of a file's rows by their signal. Lists have the entries of most rows first, and among equals those that
/// sort first; how many rows are in none of their entries stands beside them.
///
/// A file tells it in its footer, as JSON under the key `bucksaw.stats`, with lists of some 16 to 32 KiB each at the most, which leave out
/// the entries of fewest rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "signal", rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignalStats {
    /// Of log records.
    Logs(LogStats),
    /// Of data points.
    Metrics(MetricStats),
    /// Of spans.
    Traces(TraceStats),
}

/// The first and the last moment of rows, as RFC 3339; none where no row has one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TimeSpan {
    /// The first.
    pub first_time: Option<String>,
    /// The last.
    pub last_time: Option<String>,
}

/// A value that rows have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ValueRows {
    /// The value.
    pub value: String,
    /// How many rows have it.
    pub rows: u64,
}

/// Log records of ten seconds, one level and one stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LogCount {
    /// When the ten seconds begin, as RFC 3339: a multiple of ten seconds since 1970. None for records without a time.
    pub start: Option<String>,
    /// The level; none for records without one.
    pub level: Option<String>,
    /// The stream field's value; none for records without one.
    pub stream: Option<String>,
    /// How many records.
    pub rows: u64,
}

/// Log records whose messages have one [fingerprint](crate::Fingerprinter).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FingerprintRows {
    /// The fingerprint.
    pub fingerprint: i64,
    /// The messages' template, up to 256 bytes of it.
    pub template: String,
    /// How many records.
    pub rows: u64,
}

/// See [`SignalStats`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LogStats {
    /// How many there are.
    pub rows: u64,
    /// The first and the last one's time.
    #[serde(flatten)]
    pub times: TimeSpan,
    /// The column that is the stream field; none where no row has it.
    pub stream_column: Option<String>,
    /// How many different values it has; estimated beyond 4,096.
    pub distinct_streams: u64,
    /// Its values.
    pub streams: Vec<ValueRows>,
    /// Rows that have another value of it.
    pub rows_of_other_streams: u64,
    /// Records by time, level and stream.
    pub counts: Vec<LogCount>,
    /// Rows that none of these counts.
    pub rows_not_in_counts: u64,
    /// How many different fingerprints their messages have; estimated beyond 4,096. 0 where they are not counted: only
    /// [`Options::signal_stats`](crate::Options::signal_stats) and [`Options::fingerprints`](crate::Options::fingerprints) have them counted.
    #[serde(default)]
    pub distinct_fingerprints: u64,
    /// They.
    #[serde(default)]
    pub fingerprints: Vec<FingerprintRows>,
    /// Records whose messages have another.
    #[serde(default)]
    pub rows_of_other_fingerprints: u64,
}

/// A metric's name, type and unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MetricRows {
    /// Its name.
    pub name: String,
    /// Its type, such as `sum`; empty where rows have none.
    #[serde(rename = "type")]
    pub ty: String,
    /// Its unit; empty where rows have none.
    pub unit: String,
    /// How many data points it has.
    pub rows: u64,
}

/// See [`SignalStats`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MetricStats {
    /// How many data points there are.
    pub rows: u64,
    /// The first and the last one's time.
    #[serde(flatten)]
    pub times: TimeSpan,
    /// How many metrics differ in name, type or unit; estimated beyond 4,096.
    pub distinct_metrics: u64,
    /// They.
    pub metrics: Vec<MetricRows>,
    /// Data points of others.
    pub rows_of_other_metrics: u64,
    /// Columns that hold labels.
    pub labels: Vec<ValueRows>,
    /// How many more there are.
    pub other_labels: u64,
}

/// See [`SignalStats`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TraceStats {
    /// How many spans there are.
    pub rows: u64,
    /// When the first began, and the last one ended, or began where their ends are not known.
    #[serde(flatten)]
    pub times: TimeSpan,
    /// How many traces they are of, estimated.
    pub distinct_traces: u64,
    /// Columns that hold labels.
    pub labels: Vec<ValueRows>,
    /// How many more there are.
    pub other_labels: u64,
}

impl SignalStats {
    /// What the footer holds: the same with shorter lists.
    pub(crate) fn into_json(mut self) -> String {
        match &mut self {
            Self::Logs(stats) => {
                let rest = shorten(&mut stats.streams, SHORT_STATS_LIST_BYTES);
                stats.rows_of_other_streams += rest.iter().map(|other| other.rows).sum::<u64>();
                let rest = shorten(&mut stats.counts, LONG_STATS_LIST_BYTES);
                stats.rows_not_in_counts += rest.iter().map(|other| other.rows).sum::<u64>();
                let rest = shorten(&mut stats.fingerprints, SHORT_STATS_LIST_BYTES);
                stats.rows_of_other_fingerprints +=
                    rest.iter().map(|other| other.rows).sum::<u64>();
            }
            Self::Metrics(stats) => {
                let rest = shorten(&mut stats.metrics, LONG_STATS_LIST_BYTES);
                stats.rows_of_other_metrics += rest.iter().map(|other| other.rows).sum::<u64>();
                stats.other_labels +=
                    shorten(&mut stats.labels, SHORT_STATS_LIST_BYTES).len() as u64;
            }
            Self::Traces(stats) => {
                stats.other_labels +=
                    shorten(&mut stats.labels, SHORT_STATS_LIST_BYTES).len() as u64;
            }
        }
        // Texts and numbers can't fail to serialize.
        serde_json::to_string(&self).unwrap_or_default()
    }
}

/// Cuts a list off where its JSON has more bytes; returns what comes behind.
fn shorten<T: Serialize>(list: &mut Vec<T>, most: usize) -> Vec<T> {
    let mut bytes = 0;
    let fits = list.iter().take_while(|entry| {
        bytes += serde_json::to_string(entry).map_or(0, |json| json.len() + 1);
        bytes <= most
    });
    list.split_off(fits.count())
}
