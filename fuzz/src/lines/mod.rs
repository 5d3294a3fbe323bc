//! A plain model of the way from lines of JSON to rows: serde_json reads each line, and each of its values
//! has to be found in the file, by the type rules that the library documents.

mod file_row;
mod json;
mod places;

use bucksaw::{
    ColumnType, DeclaredSchema, Input, InputCounts, MemorySink, Names, NdjsonOptions, Nested,
    OnError, Options, Rejection, Rejects, Report, Result,
};

use self::file_row::FileRow;
use self::json::{Line, line_of};
use self::places::{Places, declared};
use crate::support;

/// What a run is told, as far as the model has to know it too.
#[derive(Clone, Debug)]
pub struct Rules {
    pub ndjson: NdjsonOptions,
    /// Whether rows with values that can't be stored as they came may be refused.
    pub may_refuse: bool,
    pub schema: DeclaredSchema,
}

impl Rules {
    /// Whether a column of this path is declared to keep JSON text.
    fn keeps_json(&self, path: &[String]) -> bool {
        declared(&self.schema, path).is_some_and(|column| column.ty == ColumnType::Json)
    }

    fn flattens(&self) -> bool {
        self.ndjson.nested == Nested::Flatten
    }
}

/// What became of an input.
pub struct Converted {
    pub file: Vec<u8>,
    report: Report,
    counts: InputCounts,
    kept: Kept,
}

/// Rejected lines, and why they were.
#[derive(Default)]
struct Kept {
    lines: Vec<u8>,
    rejections: Vec<Rejection>,
}

impl Rejects for Kept {
    fn part(&mut self, bytes: &[u8]) -> Result<()> {
        self.lines.extend_from_slice(bytes);
        Ok(())
    }

    fn end(&mut self, rejection: &Rejection) -> Result<()> {
        self.rejections.push(rejection.clone());
        Ok(())
    }
}

/// Converts a source as the command does with `--on-error FILE`.
pub fn convert(
    source: impl std::io::Read + Send,
    options: Options,
    ndjson: NdjsonOptions,
) -> Result<Converted> {
    let mut kept = Kept::default();
    let sink = MemorySink::new();
    // Names with dots say which paths they may be of.
    let mut writer = options.names(Names::Dotted).write_to(Box::new(sink.clone()))?;
    let mut input = Input::ndjson("input", source, ndjson, OnError::Keep(&mut kept))?;
    writer.write_input(&mut input)?;
    let counts = input.counts();
    drop(input);
    let report = writer.finish()?;
    let file = sink.published().expect("a finished writer has published");
    Ok(Converted { file, report, counts, kept })
}

impl Converted {
    /// Panics unless both came to the same, to the byte.
    pub fn assert_same(&self, other: &Self) {
        assert_eq!(self.counts, other.counts);
        assert_eq!(self.report.alterations, other.report.alterations);
        assert_eq!(self.kept.rejections, other.kept.rejections);
        assert_eq!(self.kept.lines, other.kept.lines);
        assert!(self.file == other.file, "the files differ");
    }

    /// Whether the source was compressed, and had no end.
    pub fn is_cut(&self) -> bool {
        self.counts.truncated > 0
    }

    /// Panics where a line is neither row nor rejected nor blank, or one of its values is lost, altered
    /// or made up.
    pub fn check(&self, source: &[u8], rules: &Rules) {
        let (names, rows) = support::read(&self.file);
        let places = Places::new(names, &self.report, &rules.schema);
        let mut rows = rows.into_iter();
        let mut rejections = self.kept.rejections.iter().peekable();
        let mut rejected_bytes = Vec::new();
        let (mut blank, mut nul_bytes, mut in_siblings, mut in_rest) = (0, 0, 0, 0);
        for (number, line) in source.split_inclusive(|byte| *byte == b'\n').enumerate() {
            // Those before a line are left where a log file is cut to nothing, and skipped.
            let nuls = line.iter().take_while(|byte| **byte == 0).count();
            let line = &line[nuls..];
            nul_bytes += nuls as u64;
            if line.is_empty() {
                continue;
            }
            let is_rejected =
                rejections.next_if(|rejection| rejection.line == number as u64 + 1).is_some();
            let shown = || String::from_utf8_lossy(&line[..line.len().min(300)]).into_owned();
            let model = line_of(line, number == 0, rules);
            if is_rejected {
                rejected_bytes.extend_from_slice(line);
            }
            match model {
                Line::Blank => {
                    assert!(!is_rejected, "a blank line is rejected: {}", shown());
                    blank += 1;
                }
                Line::Malformed => assert!(is_rejected, "not rejected: {}", shown()),
                Line::Values(_) if is_rejected => {
                    assert!(rules.may_refuse, "rejected: {}", shown());
                }
                Line::Values(values) => {
                    let row = rows.next().unwrap_or_else(|| panic!("no row for {}", shown()));
                    let mut row = FileRow::new(row);
                    for (path, raw) in values {
                        let found = row.take(&path, raw, &places);
                        let found =
                            found.unwrap_or_else(|| panic!("{path:?}: {raw} is not in {row:?}"));
                        in_siblings += u64::from(found == file_row::Found::Sibling);
                        in_rest += u64::from(found == file_row::Found::Rest);
                    }
                    assert!(row.is_empty(), "{row:?} is more than {}", shown());
                }
            }
        }
        assert!(rows.next().is_none(), "a row without a line");
        assert!(rejections.next().is_none(), "a rejection without a line");
        assert_eq!(self.kept.lines, rejected_bytes, "rejected lines are kept as they are");
        assert_eq!(self.counts.nul_bytes, nul_bytes);
        self.check_counts(source, blank);
        self.check_alterations(in_siblings, in_rest);
    }

    fn check_counts(&self, source: &[u8], blank: u64) {
        let InputCounts { records, rows, rejected, blank: counted, bytes, .. } = self.counts;
        assert_eq!(records, rows + rejected);
        assert_eq!((rows, rejected), (self.report.rows, self.report.rejected));
        assert_eq!(rejected, self.kept.rejections.len() as u64);
        assert_eq!(counted, blank);
        assert_eq!(bytes, source.len() as u64);
    }

    /// What is not in its own column was counted as such.
    fn check_alterations(&self, in_siblings: u64, in_rest: u64) {
        let altered = &self.report.alterations;
        let counted = altered.conflicts
            + altered.oversized_numbers
            + altered.ambiguous_times
            + altered.duplicates
            + altered.rest_values;
        assert_eq!(counted, in_siblings + in_rest, "{altered:?}");
    }
}
