//! Options that are of some formats only, and what is told of them where inputs are of others.

use bucksaw::Format;

use crate::cli::InputArgs;

const CSV: &[Format] = &[Format::Csv, Format::Tsv];
const JSON: &[Format] = &[Format::Json];
const OTLP: &[Format] = &[Format::OtlpLogs, Format::OtlpTraces, Format::OtlpMetrics];
const SYSLOG: &[Format] = &[Format::Syslog];
const TEXT: &[Format] = &[Format::Text];
/// Those that may have lines of text among others.
const LINES: &[Format] =
    &[Format::Ndjson, Format::JournaldJson, Format::Text, Format::Logfmt, Format::Syslog];

/// The options that are given, each with the formats that it is of. One that is given as it is by default does nothing anywhere.
fn given(input: &InputArgs) -> impl Iterator<Item = (&'static str, &'static [Format])> {
    [
        ("--records", input.records.is_some(), JSON),
        ("--record-fields", !input.record_fields.is_empty(), JSON),
        ("--envelope", input.envelope, JSON),
        ("--layout", input.layout != Default::default(), OTLP),
        ("--ids", input.ids != Default::default(), OTLP),
        ("--csv-header", !input.csv_header.is_empty(), CSV),
        ("--csv-delimiter", input.csv_delimiter.is_some(), CSV),
        ("--csv-null", !input.csv_null.is_empty(), CSV),
        ("--pattern", input.pattern.is_some(), TEXT),
        ("--text-lines", input.text_lines != Default::default(), LINES),
        ("--assume-year", input.assume_year.is_some(), SYSLOG),
    ]
    .into_iter()
    .filter(|(_, is_given, _)| *is_given)
    .map(|(option, _, formats)| (option, formats))
}

/// What is wrong with options of formats that no input will be of, as far as `--format` says.
pub(super) fn problems(input: &InputArgs) -> Vec<String> {
    let named = input.format;
    if named == Format::Auto {
        return Vec::new();
    }
    given(input)
        .filter(|(_, formats)| !formats.contains(&named))
        .map(|(option, formats)| {
            format!("{option} is of {}, and --format is {named}", words(formats))
        })
        .collect()
}

/// What to say of options that were of no use, where inputs were found to be of these formats.
pub(super) fn notes(input: &InputArgs, found: &[Format]) -> Vec<String> {
    if found.is_empty() {
        return Vec::new();
    }
    given(input)
        .filter(|(_, formats)| !formats.iter().any(|format| found.contains(format)))
        .map(|(option, formats)| {
            let found = words(found);
            format!(
                "{option} did nothing: it is of {}, and no input is; they are {found}",
                words(formats)
            )
        })
        .collect()
}

/// Their names, as a list.
fn words(formats: &[Format]) -> String {
    let words: Vec<String> = formats.iter().map(ToString::to_string).collect();
    words.join(" or ")
}
