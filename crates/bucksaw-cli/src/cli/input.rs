//! What inputs are: options of all commands that read them.

use bucksaw::{
    CsvHeader, CsvOptions, Format, Ids, InputOptions, JsonOptions, OtlpLayout, SyslogOptions,
    TextLines, TextOptions, TextPattern,
};
use clap::{Args, ValueEnum};

use crate::values::RecordPath;
use crate::words::words;

/// What inputs are.
#[derive(Args, Debug)]
#[command(next_help_heading = "Inputs")]
pub(crate) struct InputArgs {
    /// What inputs are: ndjson; json, documents that are arrays of objects, objects one after the other, spread over lines or
    /// not, or JSON text sequences; es-bulk, Elasticsearch's bulk requests; journald-json or journald-export, as journalctl writes them; csv or tsv; text, logfmt, syslog; arrow, Arrow's IPC stream or file; parquet, a file of any writer; or otlp-logs, otlp-traces or otlp-metrics, messages in protobuf, one, several one after the other, or
    /// each behind its length in four bytes, or in JSON, one a line, several one after the other, or one document. auto takes files whose names end in .csv or .tsv (or .csv.gz
    /// and the like) for that, Arrow and Parquet by their first bytes, what is surely messages of OTLP for these, messages of syslog with a priority, what begins with an array, or
    /// with an object that does not have a line to itself, for json, and everything else for NDJSON
    #[arg(
        long,
        default_value_t,
        value_parser = words::<Format>(&["auto", "ndjson", "json", "es-bulk", "journald-json", "journald-export", "csv", "tsv", "text", "logfmt", "syslog", "otlp-logs", "otlp-traces", "otlp-metrics", "arrow", "parquet"]),
        hide_possible_values = true
    )]
    pub(crate) format: Format,
    /// Where records are in JSON documents: names of members with dots between them, as Records or data.items, or a JSON Pointer. Arrays on
    /// the way are gone through; the outermost may be of any length. Other members inside of its elements are columns of all of their records.
    /// streams.values is for Loki, whose records are arrays: they become time, line and metadata
    #[arg(long, value_name = "PATH")]
    pub(crate) records: Option<RecordPath>,
    /// What the elements of records are called that are arrays themselves
    #[arg(long, value_name = "NAME[,…]", value_delimiter = ',')]
    pub(crate) record_fields: Vec<String>,
    /// Make the members around the records' outermost array columns, too, those before it
    #[arg(long, requires = "records")]
    pub(crate) envelope: bool,
    /// Which columns OTLP becomes: flat, one for each field and each attribute; or clickhouse, those of the tables of the
    /// Collector's ClickHouse exporter (otel_logs, otel_traces, and of metrics one for each kind, such as otel_metrics_sum), with
    /// attributes as maps, for INSERT INTO otel_logs SELECT * FROM file('logs.parquet'). What these have no column for is kept in
    /// _rest
    #[arg(
        long,
        default_value_t,
        value_parser = words::<OtlpLayout>(&["flat", "clickhouse"]),
        hide_possible_values = true
    )]
    pub(crate) layout: OtlpLayout,
    /// CSV's columns, where files have no header row: their names, or none, for column1, column2 and so on
    #[arg(long, value_name = "NAME[,…]|none", value_delimiter = ',')]
    pub(crate) csv_header: Vec<String>,
    /// What is between the fields of CSV: one sign, or tab [default: a comma, and in TSV a tab]
    #[arg(long, value_name = "SIGN", value_parser = delimiter)]
    pub(crate) csv_delimiter: Option<u8>,
    /// A field of CSV that is null, in place of the empty one, which then is a text; may be given several times, with '' for
    /// the empty one
    #[arg(long, value_name = "TEXT")]
    pub(crate) csv_null: Vec<String>,
    /// What lines of text are: clf or combined, access logs as Apache writes them; nginx, combined with more fields behind; or a
    /// regular expression for the whole line, each of whose groups (?<NAME>…) is a column. Without it a line is the
    /// column message; with it, auto takes what isn't surely another format for text
    #[arg(
        long,
        value_name = "clf|combined|nginx|REGEX",
        value_parser = words::<TextPattern>(&["clf", "combined", "nginx"]),
        hide_possible_values = true
    )]
    pub(crate) pattern: Option<TextPattern>,
    /// What to do with lines of text among NDJSON, or that are no logfmt or syslog, or that the pattern does not match: reject, or
    /// keep, as rows with the column message
    #[arg(long, value_enum, default_value_t)]
    pub(crate) text_lines: TextLinesArg,
    /// The year of times in syslog that say none, such as Oct 11 22:14:15. With it and --assume-timezone they are timestamps in
    /// the column time, without either text in the column local_time
    #[arg(long, value_name = "YEAR", requires = "assume_timezone")]
    pub(crate) assume_year: Option<u16>,
    /// How ids of OTLP's traces and spans are stored. One of another length than OTLP gives it stays in NAME__text, in hex
    #[arg(long, value_enum, default_value_t)]
    pub(crate) ids: IdsArg,
}

/// How ids are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum IdsArg {
    /// Lower-case hexadecimal digits
    #[default]
    Hex,
    /// 16 bytes of a trace, 8 of a span
    Binary,
}

/// What to do with lines of text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextLinesArg {
    /// They are rejected
    #[default]
    Reject,
    /// Each is a row with the column message
    Keep,
}

impl InputArgs {
    /// How inputs become rows, whatever they are; times that say no zone are of this one.
    pub(crate) fn options(&self, timezone: Option<&str>) -> InputOptions {
        let timezone = timezone.map(str::to_owned);
        InputOptions::new()
            .format(self.format)
            .json(self.json())
            .csv(self.csv())
            .layout(self.layout)
            .text(TextOptions::new().pattern(self.pattern.clone()))
            .syslog(SyslogOptions::new().year(self.assume_year).timezone(timezone))
            .text_lines(match self.text_lines {
                TextLinesArg::Reject => TextLines::Reject,
                TextLinesArg::Keep => TextLines::Keep,
            })
            .ids(match self.ids {
                IdsArg::Hex => Ids::Hex,
                IdsArg::Binary => Ids::Binary,
            })
    }

    /// Where records are in JSON documents.
    fn json(&self) -> JsonOptions {
        let records = self.records.iter().flat_map(|RecordPath(names)| names);
        JsonOptions::new().records(records).fields(&self.record_fields).envelope(self.envelope)
    }

    /// How records become rows where inputs are CSV.
    fn csv(&self) -> CsvOptions {
        let header = match &*self.csv_header {
            [] => CsvHeader::FirstRow,
            [none] if none == "none" => CsvHeader::None,
            names => CsvHeader::Names(names.to_vec()),
        };
        let csv = CsvOptions::new().header(header).delimiter(self.csv_delimiter);
        if self.csv_null.is_empty() { csv } else { csv.nulls(self.csv_null.clone()) }
    }
}

/// A sign that stands between fields.
fn delimiter(text: &str) -> Result<u8, String> {
    match text {
        "tab" | "\\t" => Ok(b'\t'),
        _ => match *text.as_bytes() {
            [sign] => Ok(sign),
            _ => Err("it is one sign of ASCII, such as ';', or tab".to_owned()),
        },
    }
}
