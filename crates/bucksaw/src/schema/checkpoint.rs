//! Going back to what was known before.

use super::Schema;
use crate::options::declared::REST_COLUMN;

/// A point that a schema can go back to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checkpoint {
    columns: usize,
    typed: usize,
    linked: usize,
    found: usize,
    uncarried: usize,
}

impl Schema {
    pub(crate) fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            columns: self.columns.len(),
            typed: self.typed.len(),
            linked: self.linked.len(),
            found: self.found.len(),
            uncarried: self.uncarried.names.len(),
        }
    }

    /// Forgets what has come since `checkpoint`.
    pub(crate) fn undo(&mut self, checkpoint: Checkpoint) {
        for id in self.typed.drain(checkpoint.typed..) {
            let column = &mut self.columns[id.index()];
            (column.ty, column.is_settling) = (None, false);
        }
        for (id, what) in self.linked.drain(checkpoint.linked..) {
            self.columns[id.index()].siblings[what as usize] = None;
        }
        for id in self.found.drain(checkpoint.found..) {
            let column = &mut self.columns[id.index()];
            if let Some(path) = column.path.take() {
                self.by_path.remove(&path);
            }
            self.without_path.insert(column.name.clone(), id);
        }
        for column in self.columns.drain(checkpoint.columns..) {
            if column.name != REST_COLUMN {
                self.folded_names.remove(&column.name.to_lowercase());
            }
            self.dropped -= usize::from(column.is_dropped);
            if let Some(path) = &column.path {
                self.by_path.remove(path);
            }
            // The numbers that are free again come first.
            self.next_numbers.clear();
        }
        self.uncarried.truncate(checkpoint.uncarried);
        // What came after a column that is gone; where one of these was next, its name will tell.
        self.order.forget_from(checkpoint.columns);
        if self.rest.is_some_and(|rest| rest.index() >= checkpoint.columns) {
            self.rest = None;
        }
    }

    /// The paths that got a column since.
    pub(crate) fn paths_since(&self, checkpoint: Checkpoint) -> impl Iterator<Item = &str> {
        let found = self.found[checkpoint.found..].iter().map(|id| self.column(*id));
        found.chain(&self.columns[checkpoint.columns..]).filter_map(|column| column.path.as_deref())
    }
}
