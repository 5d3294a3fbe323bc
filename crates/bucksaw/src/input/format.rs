//! What a source's bytes are.

use std::fmt;
use std::str::FromStr;

use crate::options::Signal;

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
    /// What its first bytes say: OTLP where they are sound messages of one signal; syslog where
    /// its first message has a priority; JSON documents where they are an array, or an
    /// object that does not have a line to itself; bulk requests and journal entries by their first members; else NDJSON.
    #[default]
    Auto,
    /// A JSON object on each line.
    Ndjson,
    /// Rows of fields with commas between them (RFC 4180), below a header row, unless told otherwise.
    Csv,
    /// The same with tabs.
    Tsv,
    /// JSON documents: arrays of objects, objects one after the other, spread over lines or not, or JSON text sequences (RFC
    /// 7464), with or without envelopes around them (see [`JsonOptions`](crate::JsonOptions)).
    Json,
    /// Bulk requests of Elasticsearch and OpenSearch: lines of actions, each with a document on the line behind it. Documents are rows.
    EsBulk,
    /// Entries of the systemd journal, as `journalctl -o json` writes them, a line each.
    JournaldJson,
    /// The same as `journalctl -o export` writes them.
    JournaldExport,
    /// Lines of text, which are messages, or whose columns a [pattern](crate::TextOptions) finds.
    Text,
    /// Lines of `key=value`.
    Logfmt,
    /// Syslog: messages of RFC 5424 and RFC 3164, each a line, or behind its length (RFC 6587).
    Syslog,
    /// OTLP logs: `LogsData` or `ExportLogsServiceRequest` messages. As protobuf: one, several one after the other, or each
    /// behind its length in four bytes, the highest first, as the Collector's file exporter writes them. As JSON: one a line, as
    /// that writes them, too, several one after the other, or one document over many lines.
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
    const ALL: [Self; 16] = [
        Self::Auto,
        Self::Ndjson,
        Self::Json,
        Self::EsBulk,
        Self::JournaldJson,
        Self::JournaldExport,
        Self::Csv,
        Self::Tsv,
        Self::Text,
        Self::Logfmt,
        Self::Syslog,
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
            Self::Json => "json",
            Self::EsBulk => "es-bulk",
            Self::JournaldJson => "journald-json",
            Self::JournaldExport => "journald-export",
            Self::Text => "text",
            Self::Logfmt => "logfmt",
            Self::Syslog => "syslog",
            Self::OtlpLogs => "otlp-logs",
            Self::OtlpTraces => "otlp-traces",
            Self::OtlpMetrics => "otlp-metrics",
            Self::Arrow => "arrow",
            Self::Parquet => "parquet",
        }
    }

    /// What messages call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Auto | Self::Ndjson => "NDJSON",
            Self::Csv => "CSV",
            Self::Tsv => "TSV",
            other => other.word(),
        }
    }

    /// The signal, for OTLP. Each is a table of its own.
    ///
    /// ```
    /// use bucksaw::{Format, Signal};
    /// assert_eq!(Format::OtlpTraces.signal(), Some(Signal::Traces));
    /// assert_eq!(Format::Ndjson.signal(), None);
    /// ```
    #[must_use]
    pub fn signal(self) -> Option<Signal> {
        match self {
            Self::OtlpLogs => Some(Signal::Logs),
            Self::OtlpTraces => Some(Signal::Traces),
            Self::OtlpMetrics => Some(Signal::Metrics),
            _ => None,
        }
    }

    /// Whether its rows come as columns, so that a record has no bytes of its own.
    pub(crate) fn is_columnar(self) -> bool {
        matches!(self, Self::Arrow | Self::Parquet)
    }

    /// Whether its records are text, lines mostly: positions in it are lines and columns. [`Auto`](Self::Auto) may become
    /// such a format.
    #[must_use]
    pub fn is_of_lines(self) -> bool {
        !matches!(
            self,
            Self::JournaldExport
                | Self::OtlpLogs
                | Self::OtlpTraces
                | Self::OtlpMetrics
                | Self::Arrow
                | Self::Parquet
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
