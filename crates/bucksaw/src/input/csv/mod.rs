//! CSV and TSV: rows of fields with a delimiter between them (RFC 4180), below a header row or named by the caller.
//!
//! A field may stand in quotes, and then hold delimiters, line ends and, doubled, quotes. A quote elsewhere than at a
//! field's start is text. Lines end with LF or CRLF; blank lines are skipped. What fields say of their columns' types
//! is told by `types/untyped`.

mod framing;
mod header;
mod record;
mod rows;
#[cfg(test)]
mod tests;

pub(super) use self::framing::Ends as RecordEnds;
pub(super) use self::rows::RowDecoder;
use super::Format;
use crate::error::{Error, ErrorKind, Result};

/// Where the names of CSV's columns come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CsvHeader {
    /// The source's first row has them.
    #[default]
    FirstRow,
    /// There are none: columns are called `column1`, `column2` and so on.
    None,
    /// These are they, and the source's first row is one of values.
    Names(Vec<String>),
}

/// How CSV and TSV become rows.
///
/// ```
/// use bucksaw::{CsvOptions, Format, Input, InputOptions, MemorySink, OnError, Options};
/// let rows = "time;level\n2026-11-28T07:05:09Z;INFO\n2026-11-28T07:05:10Z;\n";
/// let options = InputOptions::new().format(Format::Csv).csv(CsvOptions::new().delimiter(b';'));
/// let mut input = Input::open("rows", rows.as_bytes(), &options, OnError::Fail)?;
/// let mut writer = Options::new().write_to(MemorySink::new())?;
/// writer.write_input(&mut input)?;
/// let report = writer.finish()?;
/// assert_eq!((report.rows, report.files[0].columns[0].name.as_str()), (2, "time"));
/// # Ok::<(), bucksaw::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CsvOptions {
    /// The sign between fields, one of ASCII. Default: a comma, or in TSV a tab.
    pub delimiter: Option<u8>,
    /// Where names come from. Default: the first row.
    pub header: CsvHeader,
    /// Fields that are null, in quotes or not. Default: the empty one.
    pub nulls: Vec<String>,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self { delimiter: None, header: CsvHeader::default(), nulls: vec![String::new()] }
    }
}

impl CsvOptions {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`delimiter`](#structfield.delimiter).
    #[must_use]
    pub fn delimiter(self, delimiter: impl Into<Option<u8>>) -> Self {
        Self { delimiter: delimiter.into(), ..self }
    }

    /// Sets [`header`](#structfield.header).
    #[must_use]
    pub fn header(self, header: CsvHeader) -> Self {
        Self { header, ..self }
    }

    /// Sets [`nulls`](#structfield.nulls).
    #[must_use]
    pub fn nulls<N: Into<String>>(self, nulls: impl IntoIterator<Item = N>) -> Self {
        Self { nulls: nulls.into_iter().map(Into::into).collect(), ..self }
    }

    /// Every problem of these options at once.
    ///
    /// # Errors
    /// [`ErrorKind::Options`], with a line for each problem.
    pub fn validate(&self) -> Result<()> {
        let mut problems = Vec::new();
        if let Some(delimiter) = self.delimiter
            && (!delimiter.is_ascii() || matches!(delimiter, b'"' | b'\r' | b'\n' | 0))
        {
            let shown = char::from(delimiter);
            problems.push(format!(
                "the delimiter is {shown:?}: it must be one sign of ASCII, and no quote and no line's end"
            ));
        }
        if let CsvHeader::Names(names) = &self.header
            && names.is_empty()
        {
            problems.push("the header has no names: it must have one for each column".to_owned());
        }
        if problems.is_empty() {
            return Ok(());
        }
        Err(Error::of_problems(ErrorKind::Options, problems))
    }

    /// What stands between the fields of a source of this format.
    fn delimiter_of(&self, format: Format) -> u8 {
        self.delimiter.unwrap_or(if format == Format::Tsv { b'\t' } else { b',' })
    }
}
