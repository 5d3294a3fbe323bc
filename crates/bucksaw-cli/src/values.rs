//! Values of options that say how lines become rows, as they are spelled.

use std::str::FromStr;
use std::time::Duration;

use bucksaw::internal::nearest;
use bucksaw::{Error, PartitionKey, Redaction, SortKey, Spelling};
use clap::ValueEnum;

/// A column, and behind a colon how its times are spelled. Both may have colons: the spelling is the longest that is a
/// word or a format that begins with `%`, or else the longest at all.
pub(crate) fn time(text: &str) -> Result<(String, Spelling), String> {
    let splits = || text.match_indices(':').map(|(at, _)| (&text[..at], &text[at + 1..]));
    let Some((_, longest)) = splits().next() else {
        return Ok((text.to_owned(), Spelling::Rfc3339));
    };
    let is_clear = |input: &str| !input.contains('%') || input.starts_with('%');
    let clear = splits().filter(|(_, input)| is_clear(input));
    let read = |(column, input): (&str, &str)| Some((column.to_owned(), input.parse().ok()?));
    match clear.chain(splits()).find_map(read) {
        Some(time) => Ok(time),
        None => longest.parse().map(|input| (text.to_owned(), input)),
    }
}

/// What rows are put in order by, the first first.
#[derive(Clone, Debug)]
pub(crate) struct SortKeys(pub(crate) Vec<SortKey>);

/// Keys with commas between them.
pub(crate) fn sort_keys(text: &str) -> Result<SortKeys, String> {
    SortKey::list(text).map(SortKeys).map_err(|error| error.message().to_owned())
}

/// The levels of a dataset's folders, the outermost first.
#[derive(Clone, Debug)]
pub(crate) struct PartitionKeys(pub(crate) Vec<PartitionKey>);

/// Keys with slashes between them.
pub(crate) fn partition_keys(text: &str) -> Result<PartitionKeys, String> {
    PartitionKey::list(text).map(PartitionKeys).map_err(|error| error.message().to_owned())
}

/// A time such as 90s, 5m or 1h 30m.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|error| format!("{error}: a time is a number and its unit, as 90s, 5m or 2h"))
}

/// What is stored in place of a column's values.
#[derive(Clone, Debug)]
pub(crate) enum RedactArg {
    Hash,
    Mask,
    Matches(Redaction),
}

/// A column, and behind the first `=` what is stored in place of its values.
pub(crate) fn redact(text: &str) -> Result<(String, RedactArg), String> {
    const WORDS: [(&str, RedactArg); 2] = [("hash", RedactArg::Hash), ("mask", RedactArg::Mask)];
    let Some((column, how)) = text.split_once('=').filter(|(_, how)| !how.is_empty()) else {
        return Err("it is COLUMN=hash, COLUMN=mask or COLUMN=REGEX".to_owned());
    };
    if let Some((_, how)) = WORDS.iter().find(|(word, _)| *word == how) {
        return Ok((column.to_owned(), how.clone()));
    }
    // A word that is misspelled would match nothing, and nothing would be redacted.
    if let Some(word) = nearest(&how.to_lowercase(), &WORDS.map(|(word, _)| word)) {
        return Err(format!("did you mean {word}? As a regular expression it is ({how})"));
    }
    let redaction = Redaction::matches(how).map_err(|error| error_with_cause(&error))?;
    Ok((column.to_owned(), RedactArg::Matches(redaction)))
}

/// An error, and on further lines what it comes from.
fn error_with_cause(error: &Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{}:\n{cause}", error.message()),
        None => error.message().to_owned(),
    }
}

/// What becomes of numbers with more digits than a double.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum NumbersArg {
    /// They stay as they are spelled, as text in NAME__text
    #[default]
    Exact,
    /// The nearest double is stored, and counted
    Double,
}

/// What becomes of halves of surrogate pairs in JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LoneSurrogatesArg {
    /// Records with such are rejected
    #[default]
    Reject,
    /// U+FFFD takes their place, and they are counted
    Replace,
}

/// What becomes of arrays in columns that are not declared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ArraysArg {
    /// They are JSON text
    #[default]
    Json,
    /// They are lists of one type, where the first rows say which; others are JSON text, beside lists in NAME__text
    List,
}

/// The names on the way to a member.
#[derive(Clone, Debug)]
pub(crate) struct Pointer(pub(crate) Vec<String>);

/// A JSON Pointer (RFC 6901).
impl FromStr for Pointer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some(names) = text.strip_prefix('/') else {
            return Err("a JSON Pointer begins with a slash, as /request/headers".to_owned());
        };
        let name = |name: &str| name.replace("~1", "/").replace("~0", "~");
        Ok(Self(names.split('/').map(name).collect()))
    }
}

/// The names on the way to records.
#[derive(Clone, Debug)]
pub(crate) struct RecordPath(pub(crate) Vec<String>);

/// Names with dots between them, or a JSON Pointer.
impl FromStr for RecordPath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with('/') {
            return text.parse().map(|Pointer(names)| Self(names));
        }
        match text.split('.').any(str::is_empty) {
            true => Err("it is NAME.NAME… or a JSON Pointer, as /data/items".to_owned()),
            false => Ok(Self(text.split('.').map(str::to_owned).collect())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_and_formats_may_have_colons() {
        let format = |format: &str| Spelling::Format(format.to_owned());
        let cases = [
            ("t", "t", Spelling::Rfc3339),
            ("t:epoch_ms", "t", Spelling::EpochMillis),
            ("a:b:epoch_s", "a:b", Spelling::EpochSeconds),
            ("a:rfc3339:rfc3339", "a:rfc3339", Spelling::Rfc3339),
            ("t:%d/%b/%Y:%H:%M:%S %z", "t", format("%d/%b/%Y:%H:%M:%S %z")),
            ("a:b:%d/%b/%Y:%H:%M:%S %z", "a:b", format("%d/%b/%Y:%H:%M:%S %z")),
            ("t:[%d/%b/%Y:%H:%M:%S %z]", "t", format("[%d/%b/%Y:%H:%M:%S %z]")),
        ];
        for (text, column, input) in cases {
            assert_eq!(time(text), Ok((column.to_owned(), input)), "{text}");
        }
        let wrong = time("t:epoch_minutes").expect_err("no input");
        assert!(wrong.contains("unknown input \"epoch_minutes\""), "{wrong}");
        assert!(time("t:%H:%M:%S").is_err());
    }
}
