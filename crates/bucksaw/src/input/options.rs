//! How a source's bytes become rows.

use super::csv::CsvOptions;
use super::json::JsonOptions;
use super::lines::TextLines;
use super::otlp::Ids;
use super::syslog::SyslogOptions;
use super::text::TextOptions;
use super::{Format, InputPosition, InputTable, NdjsonOptions, OtlpLayout};
use crate::error::{Error, ErrorKind, Result};

/// How a source's bytes become rows, for [`Input::open`](crate::Input::open).
///
/// ```
/// use bucksaw::{Format, InputOptions, NdjsonOptions};
/// let options = InputOptions::new().ndjson(NdjsonOptions::new().max_depth(3));
/// assert_eq!((options.format, options.ndjson.max_depth), (Format::Auto, 3));
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct InputOptions {
    /// What the source is read as. Default: what its first bytes say.
    pub format: Format,
    /// How lines become rows, where it is NDJSON or another form of JSON; how long a line may be is of all formats that have lines.
    pub ndjson: NdjsonOptions,
    /// How records become rows, where it is CSV or TSV.
    pub csv: CsvOptions,
    /// Where records are, where it is JSON documents; how they become rows [`ndjson`](Self::ndjson) says, too.
    pub json: JsonOptions,
    /// How lines become rows, where it is text.
    pub text: TextOptions,
    /// How messages become rows, where it is syslog.
    pub syslog: SyslogOptions,
    /// What to do with lines of text among others: in NDJSON, logfmt and syslog, and where text does not match its pattern.
    /// Default: reject.
    pub text_lines: TextLines,
    /// How ids are stored, where it is OTLP. Default: as hexadecimal digits.
    pub ids: Ids,
    /// Which columns records become, where it is OTLP.
    pub layout: OtlpLayout,
    /// How far the source was read before: what comes behind is read. Default: nothing of it was.
    pub behind: Option<InputPosition>,
    /// Of which tables less was read: their rows are read from here on, or from the source's start. Default: of none.
    pub behind_of: Vec<(InputTable, Option<InputPosition>)>,
    /// Whether a last line, row or message of OTLP that has no end is left for later, where the source has grown. JSON that is whole has an end.
    /// Default: it is read as one that has.
    pub leaves_open_end: bool,
}

impl InputOptions {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`format`](#structfield.format).
    #[must_use]
    pub fn format(self, format: Format) -> Self {
        Self { format, ..self }
    }

    /// Sets [`ndjson`](#structfield.ndjson).
    #[must_use]
    pub fn ndjson(self, ndjson: NdjsonOptions) -> Self {
        Self { ndjson, ..self }
    }

    /// Sets [`json`](#structfield.json).
    #[must_use]
    pub fn json(self, json: JsonOptions) -> Self {
        Self { json, ..self }
    }

    /// Sets [`csv`](#structfield.csv).
    #[must_use]
    pub fn csv(self, csv: CsvOptions) -> Self {
        Self { csv, ..self }
    }

    /// Sets [`text`](#structfield.text).
    #[must_use]
    pub fn text(self, text: TextOptions) -> Self {
        Self { text, ..self }
    }

    /// Sets [`syslog`](#structfield.syslog).
    #[must_use]
    pub fn syslog(self, syslog: SyslogOptions) -> Self {
        Self { syslog, ..self }
    }

    /// Sets [`text_lines`](#structfield.text_lines).
    #[must_use]
    pub fn text_lines(self, text_lines: TextLines) -> Self {
        Self { text_lines, ..self }
    }

    /// Sets [`ids`](#structfield.ids).
    #[must_use]
    pub fn ids(self, ids: Ids) -> Self {
        Self { ids, ..self }
    }

    /// Sets [`layout`](#structfield.layout).
    #[must_use]
    pub fn layout(self, layout: OtlpLayout) -> Self {
        Self { layout, ..self }
    }

    /// Sets [`behind`](#structfield.behind). The other options have to be what they were, and what was read has to be there still.
    #[must_use]
    pub fn behind(self, position: InputPosition) -> Self {
        Self { behind: Some(position), ..self }
    }

    /// Adds to [`behind_of`](#structfield.behind_of) how far the rows of a table were read, where that is less than those of
    /// [others](Self::behind).
    ///
    /// ```
    /// use bucksaw::{Input, InputOptions, InputTable, MemorySink, OnError, Options, Signal};
    /// let log = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityNumber":9}]}]}]}"#;
    /// let span = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"s"}]}]}]}"#;
    /// let lines = format!("{log}\n{span}\n{log}\n");
    /// let rows = |options: &InputOptions| {
    ///     let mut input = Input::open("lines", lines.as_bytes(), options, OnError::Fail)?;
    ///     let mut rows = Vec::new();
    ///     while let Some(table) = input.next_table(&Options::new()) {
    ///         let mut writer = Options::new().write_to(MemorySink::new())?;
    ///         while writer.write_next(&mut input)? {}
    ///         rows.push((table.signal, writer.finish()?.rows));
    ///     }
    ///     Ok::<_, bucksaw::Error>((rows, input.position()))
    /// };
    /// let (all, position) = rows(&InputOptions::new())?;
    /// assert_eq!(all, [(Some(Signal::Logs), 1), (Some(Signal::Traces), 1), (Some(Signal::Logs), 1)]);
    /// // What has taken the logs up to the end has no span yet.
    /// let traces = InputTable::from(Some(Signal::Traces));
    /// let options = InputOptions::new().behind(position.expect("the end")).behind_of(traces, None);
    /// assert_eq!(rows(&options)?.0, [(Some(Signal::Traces), 1)]);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn behind_of(mut self, table: InputTable, position: Option<InputPosition>) -> Self {
        self.behind_of.push((table, position));
        self
    }

    /// All positions up to which something was read, the first one first.
    pub(super) fn positions(&self) -> Vec<InputPosition> {
        let of_tables = self.behind_of.iter().map(|(_, position)| position.unwrap_or_default());
        let mut all: Vec<InputPosition> = self.behind.into_iter().chain(of_tables).collect();
        all.sort_unstable_by_key(|position| position.bytes);
        all
    }

    /// Sets [`leaves_open_end`](#structfield.leaves_open_end).
    ///
    /// ```
    /// use bucksaw::{Format, Input, InputOptions, MemorySink, OnError, Options};
    /// let options = InputOptions::new().format(Format::Csv).leaves_open_end(true);
    /// let mut input = Input::open("rows", &b"a,b\n1,2\n3,"[..], &options, OnError::Fail)?;
    /// let mut writer = Options::new().write_to(MemorySink::new())?;
    /// writer.write_input(&mut input)?;
    /// assert_eq!(writer.finish()?.rows, 1);
    /// assert_eq!(input.position().map(|position| position.bytes), Some(8));
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn leaves_open_end(self, leaves: bool) -> Self {
        Self { leaves_open_end: leaves, ..self }
    }

    /// Bytes in a line, or a record that is text, at the most, where that is set.
    pub(super) fn max_line_bytes(&self) -> Option<usize> {
        self.ndjson.max_line_bytes
    }

    /// Every problem of these options at once.
    ///
    /// # Errors
    /// [`ErrorKind::Options`](crate::ErrorKind::Options), with a line for each problem.
    pub fn validate(&self) -> Result<()> {
        let problems = [
            self.ndjson.validate(),
            self.json.validate(),
            self.csv.validate(),
            self.syslog.validate(),
        ];
        let behind = self.positions().into_iter().map(|position| position.validate());
        let problems: Vec<String> = problems
            .into_iter()
            .chain(behind)
            .filter_map(Result::err)
            .flat_map(|error| error.message().lines().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        if problems.is_empty() {
            return Ok(());
        }
        Err(Error::of_problems(ErrorKind::Options, problems))
    }
}
