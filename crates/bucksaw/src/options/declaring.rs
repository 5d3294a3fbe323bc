//! Columns that options declare: times, and where local ones are, and JSON text.

use chrono_tz::Tz;

use super::{Options, SOURCE_FILE_COLUMN, SOURCE_LINE_COLUMN};
use crate::fingerprint::FINGERPRINT_COLUMN;
use crate::options::declared::{DeclaredColumn, DeclaredSchema};
use crate::types::logical::ColumnType;
use crate::types::path;
use crate::types::spelling::Spelling;

/// A column whose values are not the rows' own.
pub(crate) struct OwnColumn {
    pub(crate) name: &'static str,
    ty: ColumnType,
    /// What messages say that it does.
    says: &'static str,
}

const SOURCE_COLUMNS: [OwnColumn; 2] = [
    OwnColumn { name: SOURCE_FILE_COLUMN, ty: ColumnType::Text, says: "where rows come from" },
    OwnColumn { name: SOURCE_LINE_COLUMN, ty: ColumnType::Int64, says: "where rows come from" },
];
const FINGERPRINTS: OwnColumn = OwnColumn {
    name: FINGERPRINT_COLUMN,
    ty: ColumnType::Int64,
    says: "the fingerprints of messages",
};

impl Options {
    /// Declares a column of timestamps, which rows spell so, in the unit that [`Options::timestamp_unit`] says. It is
    /// in the file whether or not a row has it. Of a column of timestamps that the schema declares, it says how it is spelled.
    /// Default: none.
    ///
    /// ```
    /// use bucksaw::{Options, Spelling, StreamSink, Value};
    /// let nginx: Spelling = "%d/%b/%Y:%H:%M:%S %z".parse()?;
    /// let mut writer = Options::new().time("time_local", nginx).write_to(StreamSink::new(std::io::sink()))?;
    /// writer.write_row([("time_local", "02/Jan/2026:03:00:00 +0100")])?;
    /// assert_eq!(writer.finish()?.timestamps[0].first, 1_767_319_200_000_000);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn time(mut self, column: impl Into<String>, input: Spelling) -> Self {
        self.times.push((column.into(), input));
        self
    }

    /// The time zone, by its name in the IANA database, of times in declared columns that say none: RFC 3339 but for
    /// the zone, or a format without an offset. Times that it has twice, or not at all, where its clocks change, stay text
    /// in `NAME__text`. Default: none; such times stay text, and such formats are refused.
    ///
    /// ```
    /// use bucksaw::{Options, Spelling, StreamSink};
    /// let options = Options::new().time("at", Spelling::Rfc3339).assume_timezone("Europe/Berlin");
    /// let mut writer = options.write_to(StreamSink::new(std::io::sink()))?;
    /// writer.write_row([("at", "2026-01-02 03:00:00")])?;
    /// assert_eq!(writer.finish()?.timestamps[0].first, 1_767_319_200_000_000);
    /// assert!(Options::new().assume_timezone("CEST").validate().is_err());
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn assume_timezone(mut self, name: impl Into<String>) -> Self {
        self.assume_timezone = Some(name.into());
        self
    }

    /// Declares a column that keeps JSON text, whatever its values, by its path: an object in it stays whole, as is best for
    /// names that are data, such as those of request headers. It is in the file whether or not a row has it. Default: none.
    ///
    /// ```
    /// use bucksaw::{Input, NdjsonOptions, OnError, Options, StreamSink};
    /// let lines = r#"{"req":{"method":"GET","headers":{"x-request-id":"r1"}}}"#;
    /// let options = Options::new().json_column(["req", "headers"]);
    /// let mut writer = options.write_to(StreamSink::new(std::io::sink()))?;
    /// let input = Input::ndjson("lines", lines.as_bytes(), NdjsonOptions::default(), OnError::Fail);
    /// writer.write_input(&mut input?)?;
    /// let names: Vec<&str> = writer.columns().iter().map(|column| column.name.as_str()).collect();
    /// assert_eq!(names, ["req_headers", "req_method"]);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn json_column<N: Into<String>>(mut self, path: impl IntoIterator<Item = N>) -> Self {
        self.json_columns.push(path.into_iter().map(Into::into).collect());
        self
    }

    /// Reads text as JSON, in the column of this path: where it is an object, its members become columns as if it stood there itself, as
    /// with Docker's `log`. Other text stays in the column. What of such a text is not in the object, its white space and line end,
    /// is not kept. Default: none.
    ///
    /// ```
    /// use bucksaw::{Input, NdjsonOptions, OnError, Options, StreamSink};
    /// let lines = r#"{"log":"{\"level\":\"info\"}\n","stream":"stdout"}"#;
    /// let options = Options::new().parse_json(["log"]);
    /// let mut writer = options.write_to(StreamSink::new(std::io::sink()))?;
    /// let input = Input::ndjson("lines", lines.as_bytes(), NdjsonOptions::default(), OnError::Fail);
    /// writer.write_input(&mut input?)?;
    /// let report = writer.finish()?;
    /// assert_eq!(report.alterations.parsed_json, 1);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn parse_json<N: Into<String>>(mut self, path: impl IntoIterator<Item = N>) -> Self {
        self.parsed_json.push(path.into_iter().map(Into::into).collect());
        self
    }

    /// Whether JSON may have `NaN`, `Infinity` and `-Infinity` in place of numbers, as CPython's `json` and others write them: they are
    /// doubles then, and texts inside of what is kept as JSON text, and counted ([`Alterations::nan`](crate::Alterations::nan)). Default:
    /// false, records with such are rejected.
    ///
    /// ```
    /// use bucksaw::{Input, NdjsonOptions, OnError, Options, StreamSink};
    /// let lines = "{\"ratio\": NaN}\n";
    /// let mut writer = Options::new().allow_nan(true).write_to(StreamSink::new(std::io::sink()))?;
    /// let input = Input::ndjson("lines", lines.as_bytes(), NdjsonOptions::default(), OnError::Fail);
    /// writer.write_input(&mut input?)?;
    /// let report = writer.finish()?;
    /// assert_eq!((report.alterations.nan, report.files[0].columns[0].ty.as_str()), (1, "double"));
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn allow_nan(mut self, yes: bool) -> Self {
        self.habits.nan = yes;
        self
    }

    /// Whether surrogate escapes in JSON without their other half (`"\ud83d"`, as where UTF-16 was cut) are replaced by U+FFFD, in names, too, and
    /// counted ([`Alterations::lone_surrogates`](crate::Alterations::lone_surrogates)). Default: false, records with such are rejected.
    ///
    /// ```
    /// use bucksaw::{Input, NdjsonOptions, OnError, Options, StreamSink};
    /// let lines = r#"{"message":"cut \ud83d"}"#;
    /// let options = Options::new().replace_lone_surrogates(true);
    /// let mut writer = options.write_to(StreamSink::new(std::io::sink()))?;
    /// let input = Input::ndjson("lines", lines.as_bytes(), NdjsonOptions::default(), OnError::Fail);
    /// writer.write_input(&mut input?)?;
    /// assert_eq!(writer.finish()?.alterations.lone_surrogates, 1);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn replace_lone_surrogates(mut self, yes: bool) -> Self {
        self.habits.surrogates = yes;
        self
    }

    /// Whether rows that come from lines say from which: in the columns `source_file`, which is text, as the source was named,
    /// and `source_line`, int64, from 1. What rows call so are columns of their own, under other names. Default: false.
    ///
    /// ```
    /// use bucksaw::{Input, NdjsonOptions, OnError, Options, StreamSink};
    /// let input = Input::ndjson("app.log", "{\"a\":1}\n".as_bytes(), NdjsonOptions::new(), OnError::Fail);
    /// let mut writer = Options::new().source_columns(true).write_to(StreamSink::new(std::io::sink()))?;
    /// writer.write_input(&mut input?)?;
    /// let names: Vec<&str> = writer.columns().iter().map(|column| column.name.as_str()).collect();
    /// assert_eq!(names, ["source_file", "source_line", "a"]);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn source_columns(mut self, yes: bool) -> Self {
        self.source_columns = yes;
        self
    }

    /// Whether rows that come from inputs have fingerprints of their messages: in the column `fingerprint`, int64, which messages of one template have
    /// in common, as [`Fingerprinter`](crate::Fingerprinter) makes them. A message is the row's first value in one of the columns `body`, `Body`, `message`,
    /// `MESSAGE`, `msg` and `log`, as these are called in rows, or in the one that [`Options::fingerprint_of`] names; one that is no text is taken as JSON
    /// spells it. What redaction stores in its place is what the fingerprint is of. A row without a message, or whose message went
    /// into `_rest`, has none. What rows call so is a column of its own, under another name. Default: false.
    ///
    /// ```
    /// use bucksaw::{Fingerprinter, Input, NdjsonOptions, OnError, Options, StreamSink};
    /// let lines = "{\"message\":\"took 7 ms\"}\n{\"message\":\"took 12 ms\"}\n";
    /// let input = Input::ndjson("lines", lines.as_bytes(), NdjsonOptions::new(), OnError::Fail);
    /// let mut writer = Options::new().fingerprints(true).write_to(StreamSink::new(std::io::sink()))?;
    /// writer.write_input(&mut input?)?;
    /// let report = writer.finish()?;
    /// assert_eq!(report.fingerprint_of, ["message"]);
    /// let column = &report.files[0].columns[0];
    /// assert_eq!((column.name.as_str(), &column.min), ("fingerprint", &column.max));
    /// let mut fingerprinter = Fingerprinter::new();
    /// let of_both = fingerprinter.fingerprint("took 7 ms");
    /// assert_eq!(of_both, fingerprinter.fingerprint("took 12 ms"));
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn fingerprints(mut self, yes: bool) -> Self {
        self.fingerprints = yes;
        self
    }

    /// The column of messages that fingerprints are of, by its name in the file or its path in the rows, with dots; it may be one that is dropped. Has
    /// rows have [fingerprints](Self::fingerprints), and is what the [statistics of logs](Self::signal_stats) take for the message. Default: see there.
    ///
    /// ```
    /// use bucksaw::Options;
    /// let options = Options::new().fingerprint_of("error.message");
    /// # assert!(options.validate().is_ok());
    /// ```
    #[must_use]
    pub fn fingerprint_of(mut self, column: impl Into<String>) -> Self {
        self.fingerprint_of = Some(column.into());
        self.fingerprints(true)
    }

    /// Columns that these options ask for, whose values are not the rows' own.
    pub(crate) fn own_columns(&self) -> impl Iterator<Item = OwnColumn> + use<> {
        let of_source = self.source_columns.then_some(SOURCE_COLUMNS).into_iter().flatten();
        of_source.chain(self.fingerprints.then_some(FINGERPRINTS))
    }

    /// The time zone of times that say none.
    pub(crate) fn zone(&self) -> Option<Tz> {
        self.assume_timezone.as_ref()?.parse().ok()
    }

    /// What a column that an option declares is called in the file: as the schema calls it, or as its path is, unless it
    /// is renamed.
    pub(crate) fn declared_name(&self, column: &str) -> String {
        if self.schema.columns.iter().any(|declared| declared.name == column) {
            return column.to_owned();
        }
        let name = self.names.column_name(&path::of_names([column]));
        let renamed = self.renamed.get(column).or_else(|| self.renamed.get(&name));
        renamed.cloned().unwrap_or(name)
    }

    /// The columns of the schema, and those that other options declare.
    pub(crate) fn declared_columns(&self) -> Vec<DeclaredColumn> {
        let mut columns = self.schema.columns.clone();
        for (column, input) in &self.times {
            let (name, input) = (self.declared_name(column), Some(input.clone()));
            match columns.iter_mut().find(|column| column.name == name) {
                Some(column) => (column.input, column.settled) = (input, false),
                None => {
                    let ty = ColumnType::Timestamp(self.timestamp_unit);
                    columns.push(DeclaredColumn { input, ..DeclaredColumn::new(name, ty) });
                }
            }
        }
        for names in &self.json_columns {
            if self.column_of_path(names, &columns).is_none() {
                let name = self.declared_name(&names.join("."));
                let path = Some(names.clone());
                columns
                    .push(DeclaredColumn { path, ..DeclaredColumn::new(name, ColumnType::Json) });
            }
        }
        for OwnColumn { name, ty, .. } in self.own_columns() {
            if !columns.iter().any(|column| column.name == name) {
                columns.push(DeclaredColumn::new(name, ty));
            }
        }
        columns
    }

    /// The one of these columns that values of this path go to.
    fn column_of_path<'c>(
        &self,
        names: &[String],
        columns: &'c [DeclaredColumn],
    ) -> Option<&'c DeclaredColumn> {
        let dotted = names.join(".");
        let name = self.declared_name(&dotted);
        columns.iter().find(|column| match &column.path {
            Some(path) => path == names,
            None => column.name == name || column.name == dotted,
        })
    }

    /// What is wrong with columns that are declared, and with their times.
    pub(super) fn declared_problems(&self) -> Vec<String> {
        let columns = self.declared_columns();
        let mut problems = self.time_problems();
        for names in &self.json_columns {
            let known = self.column_of_path(names, &columns);
            if let Some(other) = known.filter(|column| column.ty != ColumnType::Json) {
                problems.push(format!(
                    "the column {:?} is to keep JSON text, and is declared as {}",
                    other.name, other.ty
                ));
            }
        }
        for OwnColumn { name, ty, says } in self.own_columns() {
            if self.redacted.iter().any(|(redacted, _)| redacted == name) {
                problems.push(format!("the column {name:?} says {says}, and can't be redacted"));
            }
            let known = columns.iter().find(|column| column.name == name);
            if let Some(other) = known.filter(|column| column.ty != ty) {
                problems.push(format!(
                    "the column {name:?} is to say {says}, as {ty}, and is declared as {}",
                    other.ty
                ));
            }
        }
        for DeclaredColumn { name, input, .. } in &columns {
            let needs_zone = input.as_ref().is_some_and(|input| !input.has_offset());
            if needs_zone && self.assume_timezone.is_none() {
                problems.push(format!(
                    "the times of column {name:?} say no offset from UTC: name their time zone (assume_timezone, \
                     --assume-timezone)"
                ));
            }
        }
        if let Some(name) = self.assume_timezone.as_ref().filter(|_| self.zone().is_none()) {
            problems.push(format!(
                "there is no time zone {name:?}: it is a name like Europe/Berlin, or UTC"
            ));
        }
        problems.extend(DeclaredSchema { columns, ..self.schema.clone() }.problems());
        problems
    }

    /// Time columns that are something else already.
    fn time_problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (index, (name, input)) in self.times.iter().enumerate() {
            let is_other = |(other, before): &(String, Spelling)| other == name && before != input;
            if self.times[..index].iter().any(is_other) {
                problems.push(format!("the time column {name:?} is given two inputs"));
            }
            let file_name = self.declared_name(name);
            let declared = self.schema.columns.iter().find(|column| column.name == file_name);
            let Some(DeclaredColumn { ty, input: known, .. }) = declared else {
                if self.text_prefixes.iter().any(|prefix| name.starts_with(prefix)) {
                    problems.push(format!("the time column {name:?} is text by its prefix"));
                }
                continue;
            };
            if !matches!(ty, ColumnType::Timestamp(_)) {
                problems.push(format!(
                    "the time column {name:?} is declared as {ty}: declare it as timestamp"
                ));
            } else if let Some(known) = known.as_ref().filter(|known| *known != input) {
                problems.push(format!(
                    "the time column {name:?} is declared with the input {:?}",
                    known.to_string()
                ));
            }
        }
        problems
    }
}
