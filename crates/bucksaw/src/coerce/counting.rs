//! Columns whose type settles from all of their values: these are counted, and not kept.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::evidence::Evidence;
use super::kind::Kind;
use crate::block::{BlockSlice, ValuesSlice};
use crate::row_lines::{RowLines, SourceLine};
use crate::schema::{ColumnId, Schema, Sibling};

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Counting {
    columns: BTreeMap<ColumnId, Counted>,
}

/// What was counted of a column.
#[derive(Debug)]
struct Counted {
    evidence: Evidence,
    firsts: [Option<First>; Kind::COUNT],
}

/// The first value of a kind.
#[derive(Debug)]
struct First {
    row: u64,
    line: Option<SourceLine>,
    /// Its start.
    text: String,
}

impl Counting {
    /// Counts the values of columns without a type; the rows start at row `first`.
    pub(crate) fn add(
        &mut self,
        rows: &BlockSlice<'_, '_>,
        first: u64,
        row_lines: &RowLines,
        schema: &Schema,
    ) {
        for (id, slice) in rows.mixed_columns() {
            let ValuesSlice::Mixed(values) = slice.values() else { continue };
            let counted = self.columns.entry(id).or_insert_with(|| Counted {
                evidence: Evidence::new(schema.type_rules),
                firsts: Default::default(),
            });
            let rows = slice.present().enumerate().filter(|(_, is_present)| *is_present);
            for (value, (row, _)) in values.0.iter().zip(rows) {
                let item = value.item();
                let kind = counted.evidence.add(item);
                let known = &mut counted.firsts[kind as usize];
                if known.is_none() {
                    let row = first + row as u64;
                    let text = item.example();
                    *known = Some(First { row, line: row_lines.of(row), text });
                }
            }
        }
    }

    /// Settles the types of all columns, and adds the siblings that their values need. Returns what was counted of
    /// each column, in words.
    pub(crate) fn settle(self, schema: &mut Schema) -> BTreeMap<ColumnId, String> {
        let mut comments = BTreeMap::new();
        for (id, Counted { evidence, firsts }) in self.columns {
            let known = schema.column(id).ty.clone();
            let ty = known.clone().unwrap_or_else(|| evidence.column_type());
            if known.is_none() {
                schema.settle(id, ty.clone());
            }
            for sibling in [Sibling::Text, Sibling::Nanos] {
                if evidence.needs(&ty, sibling) {
                    schema.sibling(id, sibling, false);
                }
            }
            let mut comment = evidence.to_string();
            let firsts = Kind::ALL.into_iter().zip(firsts);
            let firsts = firsts.filter(|(kind, _)| !kind.is_held_by(&ty, schema.type_rules));
            let first = firsts.filter_map(|(_, first)| first).min_by_key(|first| first.row);
            if let Some(First { row, line, text }) = first {
                let position = match line {
                    Some(SourceLine { source, line }) => format!("line {line} of {source}"),
                    None => format!("row {}", row + 1),
                };
                // Writing to a String doesn't fail.
                let _ = write!(comment, "; the first that is no {ty} is in {position}: {text:?}");
            }
            comments.insert(id, comment);
        }
        comments
    }
}
