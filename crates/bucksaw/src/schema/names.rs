//! What columns are called, and which of them are kept.

use super::{Column, ColumnId, Renamed, Schema};
use crate::types::path;

impl Schema {
    /// Columns whose path has no name, or one that another column has.
    pub(crate) fn renamed(&self) -> Vec<Renamed> {
        let renamed = |column: &Column| {
            let is_renamed = column.is_renamed && column.ty.is_some();
            is_renamed.then(|| Renamed { from: column.shown_path(), to: column.name.clone() })
        };
        self.columns.iter().filter_map(renamed).collect()
    }

    /// A column whose values are dropped, and which no file has.
    pub(super) fn add_dropped(&mut self, path: &str) -> ColumnId {
        let id = self.add(String::new());
        let fingerprinted = self.fingerprinted.as_ref();
        let is_fingerprinted = fingerprinted.is_some_and(|of| of.is_of(path, &self.choice));
        self.columns[id.index()].is_dropped = true;
        self.columns[id.index()].is_fingerprinted = is_fingerprinted;
        self.dropped += 1;
        self.set_path(id, path);
        id
    }

    /// Whether values of this path are dropped.
    pub(crate) fn drops(&self, path: &str) -> bool {
        self.choice.drops(path)
    }

    /// Whether rows had a column that an option means by this name.
    pub(crate) fn has_rows_of(&self, named: &str) -> bool {
        self.by_path.keys().any(|path| self.choice.means(named, path))
    }

    /// The declared column that has no path yet and is called as one of this path would be, in the file or
    /// with dots.
    pub(super) fn declared_for(&self, path: &str) -> Option<ColumnId> {
        if self.without_path.is_empty() {
            return None;
        }
        let known = self.without_path.get(&self.choice.name_of(path));
        known.or_else(|| self.without_path.get(&path::shown(path))).copied()
    }

    /// The same, which has this path from now on.
    pub(super) fn find_declared(&mut self, path: &str) -> Option<ColumnId> {
        let id = self.declared_for(path)?;
        self.without_path.remove(&self.columns[id.index()].name);
        self.set_path(id, path);
        self.found.push(id);
        Some(id)
    }

    /// Gives columns that were found their names anew: of paths that would have one name, the first in alphabetical
    /// order has it, whichever came first.
    pub(crate) fn name_in_order(&mut self) {
        let mut found: Vec<(Box<str>, ColumnId)> = Vec::new();
        for (index, column) in self.columns.iter().enumerate() {
            if let (false, Some(path)) = (column.declared || column.is_dropped, &column.path) {
                self.folded_names.remove(&column.name.to_lowercase());
                found.push((path.clone(), ColumnId::new(index, self.table)));
            }
        }
        self.next_numbers.clear();
        found.sort_unstable();
        for (path, id) in found {
            let name = self.choice.name_of(&path);
            let unused = self.unused_name(&name);
            self.folded_names.insert(unused.to_lowercase());
            self.columns[id.index()].is_renamed = path.is_empty() || unused != name;
            self.columns[id.index()].name = unused;
        }
    }

    /// Whether all values of a column are text, by its name in the file or with dots.
    pub(super) fn is_text_by_prefix(&self, name: &str, path: &str) -> bool {
        let starts_so =
            |name: &str| self.text_prefixes.iter().any(|prefix| name.starts_with(prefix));
        !self.text_prefixes.is_empty() && (starts_so(name) || starts_so(&path::shown(path)))
    }

    /// `name`, or with `__2`, `__3` … where it differs only in case from another or is taken.
    pub(super) fn unused_name(&mut self, name: &str) -> String {
        let is_taken = |name: &str| self.folded_names.contains(&name.to_lowercase());
        if !is_taken(name) {
            return name.to_owned();
        }
        let next = self.next_numbers.entry(name.to_lowercase()).or_insert(2);
        loop {
            let numbered = format!("{name}__{next}");
            *next += 1;
            if !is_taken(&numbered) {
                return numbered;
            }
        }
    }
}
