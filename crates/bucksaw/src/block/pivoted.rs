//! Rows pivoted to columns, wherever their text is.

use crate::block::ColumnOf;
use crate::block::ValuesOf;
use crate::block::text::Held;
use crate::coerce::counts::Alterations;
use crate::schema::{Column, ColumnId, TableTag};
use crate::types::logical::ColumnType;
use crate::types::value::ValueKind;

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
    /// Hashes of their names.
    pub(crate) names: Vec<u64>,
}

impl OpenRest {
    pub(crate) fn clear(&mut self) {
        self.json.clear();
        self.names.clear();
    }

    /// Keeps no more memory than for so many bytes of text.
    pub(super) fn shrink_to(&mut self, bytes: usize) {
        self.json.shrink_to(bytes);
        self.names.shrink_to(bytes / size_of::<u64>());
    }
}

impl<T: Held, B: Held> Pivoted<T, B> {
    /// The same without rows, in the memory of this one.
    pub(super) fn emptied<T2: Held, B2: Held>(mut self) -> Pivoted<T2, B2> {
        let columns = self.columns.into_iter().map(ColumnOf::emptied).collect();
        self.rest.clear();
        Pivoted { columns, rest: self.rest, ..Pivoted::default() }
    }

    /// The same rows, with what `text` and `bytes` make of their text and bytes.
    pub(super) fn map<T2: Held, B2: Held>(
        self,
        text: impl Fn(T) -> T2 + Copy,
        bytes: impl Fn(B) -> B2 + Copy,
    ) -> Pivoted<T2, B2> {
        let Self { table, rows, columns, alterations, settled, most_text, touched, rest } = self;
        let columns = columns.into_iter().map(|column| column.map(text, bytes)).collect();
        Pivoted { table, rows, columns, alterations, settled, most_text, touched, rest }
    }

    pub(super) fn bytes_used(&self) -> usize {
        self.columns.iter().map(ColumnOf::bytes_used).sum()
    }

    /// Lets go of empty lists that are not those of the columns' types.
    pub(crate) fn fit(&mut self, columns: &[Column]) {
        self.columns.truncate(columns.len());
        for (list, column) in self.columns.iter_mut().zip(columns) {
            let storage =
                column.ty.as_ref().filter(|ty| !ty.is_list()).and_then(ColumnType::storage);
            let is_alike = storage.is_some_and(|storage| list.values.is_of(storage.physical));
            if list.values.len() == 0 && !is_alike {
                list.values = ValuesOf::Empty;
            }
            list.kind = column.ty.as_ref().map_or(ValueKind::Null, ColumnType::value_kind);
        }
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
    }

    /// Ends all runs of repeated values with the last row.
    pub(crate) fn end_runs(&mut self) {
        for column in self.columns.iter_mut().filter(|column| column.run_end > 0) {
            column.run_end = 0;
            column.truncate(self.rows);
        }
    }
}
