//! What a source's bytes are.

use std::fmt;
use std::str::FromStr;

/// What an input is read as.
///
/// ```
/// use bucksaw::Format;
/// assert_eq!("otlp-logs".parse(), Ok(Format::OtlpLogs));
/// assert_eq!(Format::default().to_string(), "auto");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// What its first bytes say: OTLP where they are sound messages of one signal, else NDJSON.
    #[default]
    Auto,
    /// A JSON object on each line.
    Ndjson,
    /// Rows of fields with commas between them (RFC 4180), below a header row, unless told otherwise.
    Csv,
    /// The same with tabs.
    Tsv,
    /// OTLP logs as protobuf: `LogsData` or `ExportLogsServiceRequest` messages, one, several one after the other, or each
    /// behind its length in four bytes, the highest first, as the Collector's file exporter writes them.
    OtlpLogs,
    /// OTLP traces, likewise: `TracesData` or `ExportTraceServiceRequest`.
    OtlpTraces,
    /// OTLP metrics, likewise: `MetricsData` or `ExportMetricsServiceRequest`.
    OtlpMetrics,
    /// Arrow's IPC stream, or its file. Needs the feature `arrow`.
    Arrow,
    /// A Parquet file, for [`Input::open_file`](crate::Input::open_file). Needs the feature `arrow`.
    Parquet,
}

impl Format {
    const ALL: [Self; 9] = [
        Self::Auto,
        Self::Ndjson,
        Self::Csv,
        Self::Tsv,
        Self::OtlpLogs,
        Self::OtlpTraces,
        Self::OtlpMetrics,
        Self::Arrow,
        Self::Parquet,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::OtlpLogs => "otlp-logs",
            Self::OtlpTraces => "otlp-traces",
            Self::OtlpMetrics => "otlp-metrics",
            Self::Arrow => "arrow",
            Self::Parquet => "parquet",
        }
    }

    /// Whether its records are text, lines mostly: positions in it are lines and columns. [`Auto`](Self::Auto) may become
    /// such a format.
    #[must_use]
    pub fn is_of_lines(self) -> bool {
        !matches!(
            self,
            Self::OtlpLogs | Self::OtlpTraces | Self::OtlpMetrics | Self::Arrow | Self::Parquet
        )
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|format| format.word() == text);
        known.ok_or_else(|| {
            let words = Self::ALL.map(Self::word).join(", ");
            format!("there is no format {text:?}: it is one of {words}")
        })
    }
}
