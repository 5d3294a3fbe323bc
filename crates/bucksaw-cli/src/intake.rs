//! What a run has read so far, and how much of it may be rejected.

use std::fmt;
use std::str::FromStr;

use bucksaw::internal::{counted, grouped};
use bucksaw::limits::FIRST_REJECTED;
use bucksaw::{Error, ErrorKind, Format, Input, InputCounts, Rejection, Result};

/// Lines from which on a part of them says something about all.
const TELLING_LINES: u64 = 1_000;

/// How many lines may be rejected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum MaxRejected {
    Lines(u64),
    /// Of all lines.
    Percent(f64),
}

impl FromStr for MaxRejected {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = match text.strip_suffix('%') {
            None => text.parse().ok().map(Self::Lines),
            Some(percent) => percent
                .parse()
                .ok()
                .filter(|percent| (0.0..=100.0).contains(percent))
                .map(Self::Percent),
        };
        parsed.ok_or_else(|| "write a number of lines, or a percentage such as 0.5%".to_owned())
    }
}

impl fmt::Display for MaxRejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lines(lines) => write!(f, "{lines}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

/// See the module.
pub(crate) struct Intake {
    max_rejected: Option<MaxRejected>,
    /// What comes of it where too much is rejected.
    otherwise: &'static str,
    counts: InputCounts,
    inputs: usize,
    /// What they were of, each once.
    formats: Vec<Format>,
    /// The first lines that were rejected.
    first_rejected: Vec<Rejection>,
    /// The first of the last input.
    last_rejected: Option<Rejection>,
}

impl Intake {
    /// `otherwise` is what comes of it where too much is rejected.
    pub(crate) fn new(max_rejected: Option<MaxRejected>, otherwise: &'static str) -> Self {
        let (counts, formats, first_rejected) = (InputCounts::default(), Vec::new(), Vec::new());
        Self {
            max_rejected,
            otherwise,
            counts,
            inputs: 0,
            formats,
            first_rejected,
            last_rejected: None,
        }
    }

    /// Counts of the inputs that were read to their end.
    pub(crate) fn counts(&self) -> &InputCounts {
        &self.counts
    }

    /// How many they are.
    pub(crate) fn inputs(&self) -> usize {
        self.inputs
    }

    /// What their records are called.
    pub(crate) fn record(&self) -> &'static str {
        if self.formats.iter().all(|format| has_lines(*format)) { "line" } else { "record" }
    }

    /// What those inputs were of that had any bytes, each once.
    pub(crate) fn formats(&self) -> &[Format] {
        &self.formats
    }

    pub(crate) fn first_rejected(&self) -> Option<&Rejection> {
        self.first_rejected.first()
    }

    /// Adds an input that was read to its end. Returns what to say of it.
    pub(crate) fn add(&mut self, input: &Input<'_>) -> Option<String> {
        let note = self.count(input);
        let advice = input.advice().map(|advice| format!("{}: {advice}", input.name()));
        note.or(advice)
    }

    fn count(&mut self, input: &Input<'_>) -> Option<String> {
        let counts = input.counts();
        self.counts.add(&counts);
        self.inputs += 1;
        let format = input.format();
        if counts.bytes > 0 && !self.formats.contains(&format) {
            self.formats.push(format);
        }
        let rejected = input.first_rejected();
        self.last_rejected = rejected.first().cloned();
        self.first_rejected.extend_from_slice(rejected);
        self.first_rejected.truncate(FIRST_REJECTED);
        if counts.outside > 0 && counts.truncated == 0 {
            return Some(format!(
                "{}: {} around the records {} in no row; --envelope keeps those before them, --select and --drop choose",
                input.name(),
                counted(counts.outside, "member"),
                if counts.outside == 1 { "is" } else { "are" },
            ));
        }
        let cut = rejected.last().filter(|_| counts.truncated > 0)?;
        let Rejection { source, line, column, .. } = cut;
        if input.format() == Format::Json {
            let rows = counted(counts.rows, "row");
            return Some(format!(
                "{source}: line {line}, column {column}: {}; {rows} read before it",
                cut.reason
            ));
        }
        let whole = if has_lines(input.format()) { "whole line" } else { "record" };
        let lines = counted(line - 1, whole);
        let left_out = match column - 1 {
            0 => String::new(),
            bytes => format!(", and the {} behind left out", counted(bytes, "byte")),
        };
        Some(format!("{source}: {}; its {lines} were read{left_out}", cut.reason))
    }

    /// Looks at how much is rejected, also of an input that is not at its end.
    pub(crate) fn check(&self, open: &Input<'_>) -> Result<()> {
        let mut counts = self.counts;
        counts.add(&open.counts());
        let is_telling = counts.records >= TELLING_LINES;
        let first = self.first_rejected.iter().chain(open.first_rejected());
        let record = if has_lines(open.format()) { self.record() } else { "record" };
        self.judge(&counts, is_telling, record).map_err(|what| self.error(&what, first))
    }

    /// Looks at how much of everything is rejected; what goes on with other rows may be rejected as a whole.
    pub(crate) fn check_all(&self, goes_on: bool) -> Result<()> {
        let record = self.record();
        let judged = match all_rejected(self.counts.rows, self.counts.records, record) {
            Some(what) if !goes_on => Err(what),
            _ => self.judge(&self.counts, true, record),
        };
        judged.map_err(|what| self.error(&what, self.first_rejected.iter()))
    }

    /// What to say where everything was rejected that was read since these counts, which is of one of several inputs. A single record
    /// says nothing of what the input is.
    pub(crate) fn all_rejected_since(&self, before: &InputCounts) -> Option<Error> {
        let InputCounts { records, rows, .. } = self.counts;
        let records = records - before.records;
        let what =
            all_rejected(rows - before.rows, records, self.record()).filter(|_| records > 1)?;
        let last = self.last_rejected.as_ref()?;
        let message = format!("{what} (the first: {}): no file is written of it", last.reason);
        Some(Error::new(ErrorKind::Malformed, message).in_source(&last.source))
    }

    /// What is wrong, and a line for each of the first reasons.
    fn error<'r>(&self, what: &str, first: impl Iterator<Item = &'r Rejection>) -> Error {
        let reasons = first.take(FIRST_REJECTED).map(|rejection| format!("  {rejection}"));
        let what = format!("{what}; {}. The first:", self.otherwise);
        Error::of_problems(ErrorKind::Malformed, [what].into_iter().chain(reasons))
    }

    fn judge(&self, counts: &InputCounts, is_telling: bool, record: &str) -> Result<(), String> {
        let Some(max) = self.max_rejected else { return Ok(()) };
        let InputCounts { records, rejected, .. } = *counts;
        let is_too_much = match max {
            MaxRejected::Lines(lines) => rejected > lines,
            MaxRejected::Percent(percent) => {
                is_telling && rejected as f64 * 100.0 > records as f64 * percent
            }
        };
        if !is_too_much {
            return Ok(());
        }
        let (rejected, lines) = (grouped(rejected), counted(records, record));
        let were = if rejected == "1" { "was" } else { "were" };
        Err(format!("{rejected} of {lines} {were} rejected, and --max-rejected is {max}"))
    }
}

/// What to say where all were rejected.
fn all_rejected(rows: u64, records: u64, record: &str) -> Option<String> {
    match (rows, records) {
        (0, 1) => Some(format!("the only {record} was rejected")),
        (0, 2..) => Some(format!("all {} {record}s were rejected", grouped(records))),
        _ => None,
    }
}

/// Whether a format's records are lines.
fn has_lines(format: Format) -> bool {
    format.is_of_lines() && format != Format::Json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_number_or_a_percentage() {
        assert_eq!("0".parse(), Ok(MaxRejected::Lines(0)));
        assert_eq!("12".parse(), Ok(MaxRejected::Lines(12)));
        assert_eq!("0.5%".parse(), Ok(MaxRejected::Percent(0.5)));
        for text in ["", "%", "-1", "101%", "-1%", "NaN%", "1 %", "x"] {
            assert!(text.parse::<MaxRejected>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_percentage_is_looked_at_when_it_tells() {
        let judge = |max, records, rejected, is_telling| {
            let mut counts = InputCounts::default();
            (counts.records, counts.rejected, counts.rows) =
                (records, rejected, records - rejected);
            Intake::new(Some(max), "").judge(&counts, is_telling, "line").is_ok()
        };
        assert!(judge(MaxRejected::Percent(1.0), 1_000, 10, true));
        assert!(!judge(MaxRejected::Percent(1.0), 1_000, 11, true));
        assert!(judge(MaxRejected::Percent(1.0), 10, 9, false));
        assert!(judge(MaxRejected::Lines(2), 10, 2, false));
        assert!(!judge(MaxRejected::Lines(2), 10, 3, false));
    }
}
