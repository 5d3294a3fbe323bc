//! Which columns records become.

use std::fmt;
use std::str::FromStr;

/// Which columns OTLP's records become.
///
/// ```
/// use bucksaw::OtlpLayout;
/// assert_eq!("clickhouse".parse(), Ok(OtlpLayout::ClickHouse));
/// assert_eq!(OtlpLayout::default().to_string(), "flat");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OtlpLayout {
    /// A column for each field, named as in the protocol, and for each attribute.
    #[default]
    Flat,
    /// The tables of the Collector's [ClickHouse exporter], by their columns' names, types and order: `otel_logs`, `otel_traces`,
    /// and of metrics one for each kind (`otel_metrics_gauge`, …). Attributes are maps, times are nanoseconds. What these tables have
    /// no column for goes into `_rest`.
    ///
    /// [ClickHouse exporter]: https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/exporter/clickhouseexporter
    ClickHouse,
}

impl OtlpLayout {
    const ALL: [Self; 2] = [Self::Flat, Self::ClickHouse];

    fn word(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::ClickHouse => "clickhouse",
        }
    }
}

impl fmt::Display for OtlpLayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for OtlpLayout {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|layout| layout.word() == text);
        known.ok_or_else(|| {
            let words = Self::ALL.map(Self::word).join(", ");
            format!("there is no layout {text:?}: it is one of {words}")
        })
    }
}
