//! Rows pivoted to columns, wherever their text is.

use crate::block::bitmap::Bits;
use crate::block::counts::{Alterations, ColumnOutcome, Outcome};
use crate::block::firsts::Firsts;
use crate::block::text::Held;
use crate::block::{ColumnOf, ValuesOf};
use crate::schema::{Column, ColumnId, TableTag};
use crate::types::item::Item;
use crate::types::logical::ColumnType;
use crate::types::path;
use crate::types::value::append_json_string;

/// Rows as columns, whose lists hold texts and bytes as these.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pivoted<T, B> {
    /// The table of its columns; any where it has no rows.
    pub(crate) table: TableTag,
    pub(crate) rows: usize,
    pub(crate) columns: Vec<ColumnOf<T, B>>,
    pub(crate) alterations: Alterations,
    /// Those of rows that have ended.
    pub(crate) settled: Alterations,
    /// For each value of another type that a column of text holds as it is spelled, that column.
    pub(crate) spelled: Vec<ColumnId>,
    /// How many of them are in rows that have ended.
    pub(crate) settled_spelled: usize,
    /// What of `alterations` was done with values of which columns.
    pub(crate) outcomes: Vec<ColumnOutcome>,
    /// How many of them are in rows that have ended.
    pub(crate) settled_outcomes: usize,
    /// The first of these values.
    pub(crate) firsts: Firsts,
    /// Bytes of text or bytes in all columns, at the most: those of undone rows may be among them;
    /// [`UNCOUNTED_TEXT`](super::UNCOUNTED_TEXT) or more with arrays that were taken whole.
    pub(crate) most_text: usize,
    /// The columns that the row so far has been given values of.
    pub(crate) touched: Vec<ColumnId>,
    /// What `_rest` gets of that row.
    pub(crate) rest: OpenRest,
}

/// Values of a row that have no column, until the row ends.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenRest {
    /// An object without the brace at its end; empty without values.
    pub(crate) json: String,
    /// The names of objects in it that have not ended.
    open: Vec<String>,
    /// Hashes of their paths.
    pub(crate) paths: Vec<u64>,
}

impl OpenRest {
    pub(crate) fn clear(&mut self) {
        self.json.clear();
        self.open.clear();
        self.paths.clear();
    }

    /// Adds a value, in the objects that its path names.
    pub(crate) fn push(&mut self, path: &str, hash: u64, item: Item<'_>) {
        // One path that comes again and again stands once.
        if self.paths.last() != Some(&hash) {
            self.paths.push(hash);
        }
        let mut names: Vec<_> = path::names_of(path).collect();
        let name = names.pop().unwrap_or_default();
        let same = self.open.iter().zip(&names).take_while(|(open, name)| *open == *name).count();
        self.json.extend(self.open.drain(same..).map(|_| '}'));
        let json = &mut self.json;
        json.push(if json.is_empty() { '{' } else { ',' });
        for name in names.drain(same..) {
            append_json_string(&name, json);
            json.push_str(":{");
            self.open.push(name.into_owned());
        }
        append_json_string(&name, json);
        json.push(':');
        item.append_json(json);
    }

    /// The object of all values, with its end.
    pub(crate) fn end(&mut self) -> &str {
        self.json.extend(self.open.drain(..).map(|_| '}').chain(['}']));
        &self.json
    }

    /// Keeps no more memory than for so many bytes of text.
    pub(super) fn shrink_to(&mut self, bytes: usize) {
        self.json.shrink_to(bytes);
        self.paths.shrink_to(bytes / size_of::<u64>());
    }
}

impl<T: Held, B: Held> Pivoted<T, B> {
    /// The same without rows, in the memory of this one.
    pub(super) fn emptied<T2: Held, B2: Held>(mut self) -> Pivoted<T2, B2> {
        self.rest.clear();
        self.outcomes.clear();
        self.firsts.clear();
        let Self { columns, rest, outcomes, firsts, .. } = self;
        let columns = columns.into_iter().map(ColumnOf::emptied).collect();
        Pivoted { columns, rest, outcomes, firsts, ..Pivoted::default() }
    }

    /// The same rows, with what `text` and `bytes` make of their text and bytes.
    pub(super) fn map<T2: Held, B2: Held>(
        self,
        text: impl Fn(T) -> T2 + Copy,
        bytes: impl Fn(B) -> B2 + Copy,
    ) -> Pivoted<T2, B2> {
        Pivoted {
            table: self.table,
            rows: self.rows,
            columns: self.columns.into_iter().map(|column| column.map(text, bytes)).collect(),
            alterations: self.alterations,
            settled: self.settled,
            spelled: self.spelled,
            settled_spelled: self.settled_spelled,
            outcomes: self.outcomes,
            settled_outcomes: self.settled_outcomes,
            firsts: self.firsts,
            most_text: self.most_text,
            touched: self.touched,
            rest: self.rest,
        }
    }

    pub(super) fn bytes_used(&self) -> usize {
        self.columns.iter().map(ColumnOf::bytes_used).sum()
    }

    /// Lets go of empty lists that are not those of the columns' types.
    pub(crate) fn fit(&mut self, columns: &[Column]) {
        self.columns.truncate(columns.len());
        for (list, column) in self.columns.iter_mut().zip(columns) {
            let storage =
                column.ty.as_ref().filter(|ty| !ty.is_nested()).and_then(ColumnType::storage);
            let is_alike = storage.is_some_and(|storage| list.values.is_of(storage.physical));
            if list.values.len() == 0 && !is_alike {
                list.values = ValuesOf::Empty;
            }
            list.kind = column.kind_alike();
        }
    }

    /// Gives all rows a value of a column that has none.
    pub(crate) fn set_column(&mut self, id: ColumnId, values: ValuesOf<T, B>) {
        let rows = self.rows;
        *self.column_mut(id) = ColumnOf::new(Bits::from_fn(rows, |_| true), values);
    }

    pub(crate) fn column_mut(&mut self, id: ColumnId) -> &mut ColumnOf<T, B> {
        if id.index() >= self.columns.len() {
            self.columns.resize_with(id.index() + 1, ColumnOf::default);
        }
        &mut self.columns[id.index()]
    }

    /// Forgets every value of the row that has not ended, but for runs of repeated values: those go on.
    pub(crate) fn undo_row(&mut self) {
        let rows = self.rows;
        for id in self.touched.drain(..) {
            if let Some(column) = self.columns.get_mut(id.index()) {
                column.truncate(rows.max(column.run_end));
            }
        }
        self.rest.clear();
        self.alterations = self.settled;
        self.spelled.truncate(self.settled_spelled);
        self.outcomes.truncate(self.settled_outcomes);
        self.firsts.undo_row();
    }

    /// Counts what was done with a value of a column.
    pub(crate) fn count(&mut self, id: ColumnId, outcome: Outcome, item: Item<'_>) {
        self.alterations.count(outcome);
        self.count_of_column(id, outcome, item);
    }

    /// The same where all columns together have counted it already.
    pub(crate) fn count_of_column(&mut self, id: ColumnId, outcome: Outcome, item: Item<'_>) {
        self.outcomes.push(ColumnOutcome::new(id.index(), outcome));
        self.firsts.add(id, outcome, self.rows, || item.example());
    }

    /// What was counted so far stays, whatever becomes of the row.
    pub(crate) fn settle_counts(&mut self) {
        self.settled = self.alterations;
        self.settled_spelled = self.spelled.len();
        self.settled_outcomes = self.outcomes.len();
        self.firsts.end_row();
    }

    /// Ends all runs of repeated values with the last row.
    pub(crate) fn end_runs(&mut self) {
        for column in self.columns.iter_mut().filter(|column| column.run_end > 0) {
            column.run_end = 0;
            column.truncate(self.rows);
        }
    }
}
