//! Which line of which source rows come from, as far back as it may be asked for.

use std::collections::VecDeque;
use std::sync::Arc;

/// Runs of rows that are remembered at the most; of rows before them nobody knows.
const MAX_RUNS: usize = 1 << 16;

/// Where a record comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SourceLine {
    /// The source, as the user named it.
    pub(crate) source: Arc<str>,
    /// The line, from 1.
    pub(crate) line: u64,
}

impl SourceLine {
    /// So many lines behind.
    pub(crate) fn lines_on(&self, lines: u64) -> Self {
        Self { source: Arc::clone(&self.source), line: self.line + lines }
    }
}

/// See the module. Rows are counted from the file's first one.
#[derive(Debug, Default)]
pub(crate) struct RowLines {
    /// By their first row: rows of consecutive lines, and rows that come from no lines.
    runs: VecDeque<(u64, Option<SourceLine>)>,
}

impl RowLines {
    /// Rows from `row` on come from this line and those behind it, or from none.
    pub(crate) fn add(&mut self, row: u64, source_line: Option<SourceLine>) {
        if self.of(row) == source_line {
            return;
        }
        self.runs.push_back((row, source_line));
        if self.runs.len() > MAX_RUNS {
            self.runs.pop_front();
        }
    }

    /// The line that a row comes from, if it does.
    pub(crate) fn of(&self, row: u64) -> Option<SourceLine> {
        let behind = self.runs.partition_point(|(first, _)| *first <= row);
        let (first, source_line) = self.runs.get(behind.checked_sub(1)?)?;
        source_line.as_ref().map(|source_line| source_line.lines_on(row - first))
    }

    /// Nobody will ask for rows before this one.
    pub(crate) fn forget_before(&mut self, row: u64) {
        while self.runs.get(1).is_some_and(|(first, _)| *first <= row) {
            self.runs.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_known_for_as_long_as_they_are_asked_for() {
        let source_line = |source: &str, line| Some(SourceLine { source: source.into(), line });
        let mut row_lines = RowLines::default();
        assert_eq!(row_lines.of(0), None);
        row_lines.add(0, source_line("a", 1));
        // The next chunk goes on where this one ended.
        row_lines.add(100, source_line("a", 101));
        assert_eq!(row_lines.runs.len(), 1);
        // A blank line.
        row_lines.add(150, source_line("a", 152));
        row_lines.add(200, source_line("b", 1));
        row_lines.add(300, None);
        let known =
            [(0, source_line("a", 1)), (149, source_line("a", 150)), (150, source_line("a", 152))];
        let known =
            known.into_iter().chain([(299, source_line("b", 100)), (300, None), (900, None)]);
        for (row, source_line) in known {
            assert_eq!(row_lines.of(row), source_line, "{row}");
        }
        row_lines.forget_before(160);
        assert_eq!((row_lines.of(149), row_lines.of(160)), (None, source_line("a", 162)));
        for row in 0..2 * MAX_RUNS as u64 {
            row_lines.add(1_000 + row, source_line("c", 2 * row));
        }
        assert_eq!(row_lines.runs.len(), MAX_RUNS);
    }
}
