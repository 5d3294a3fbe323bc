//! What inputs are: options of all commands that read them.

use bucksaw::{CsvHeader, CsvOptions, Format};
use clap::Args;

use crate::words::words;

/// What inputs are.
#[derive(Args, Debug)]
#[command(next_help_heading = "Inputs")]
pub(crate) struct InputArgs {
    /// What inputs are: ndjson; csv or tsv; otlp-logs, otlp-traces or otlp-metrics, protobuf messages, one, several one after the other, or
    /// each behind its length in four bytes; arrow, Arrow's IPC stream or file; or parquet, a file of any writer. auto takes files whose names
    /// end in .csv or .tsv (or .csv.gz and the like) for that, knows Arrow and Parquet by their first bytes, takes what is surely messages of
    /// OTLP for these, and everything else for NDJSON
    #[arg(
        long,
        default_value_t,
        value_parser = words::<Format>(&[
            "auto",
            "ndjson",
            "csv",
            "tsv",
            "otlp-logs",
            "otlp-traces",
            "otlp-metrics",
            "arrow",
            "parquet",
        ]),
        hide_possible_values = true
    )]
    pub(crate) format: Format,
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
}

impl InputArgs {
    /// How records become rows where inputs are CSV.
    pub(crate) fn csv(&self) -> CsvOptions {
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
