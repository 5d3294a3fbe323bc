//! Where values of a path go.

use std::hash::BuildHasher as _;
use std::sync::Arc;

use super::{Column, ColumnId, Redacted, Schema};
use crate::options::UnknownColumns;
use crate::options::declared::MAX_NAME_BYTES;
use crate::runtime::hash::same;
use crate::types::path;

/// What a name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resolution {
    Column(ColumnId),
    /// No column of its own: the value goes into `_rest`.
    Rest,
    /// The schema does not have it, and refuses what it does not have.
    Unexpected,
}

impl Schema {
    /// The column of this path, if it is known.
    pub(crate) fn find(&self, path: &str) -> Option<ColumnId> {
        self.by_path.get(path).copied()
    }

    /// The column of this name in the file, or of this path, with dots.
    pub(crate) fn find_named(&self, named: &str) -> Option<ColumnId> {
        let is_named = |column: &Column| column.name == named || column.shown_path() == named;
        Some(ColumnId::new(self.columns.iter().position(is_named)?, self.table))
    }

    /// Whether a value of this path whose JSON starts so goes to its column as it stands.
    #[inline]
    pub(crate) fn keeps_json(&self, path: &str, start: u8) -> bool {
        self.has_json_columns && self.is_declared_for_json(path, start)
    }

    #[cold]
    fn is_declared_for_json(&self, path: &str, start: u8) -> bool {
        let declared = match self.find(path) {
            None => self.declared_for(path),
            known => known,
        };
        declared.is_some_and(|id| self.column(id).keeps_json(start))
    }

    /// Whether texts of this path are read as JSON.
    pub(crate) fn parses_json(&self, path: &str) -> bool {
        self.parsed_json.contains(path)
    }

    /// What is done with values of this path; none where they stay as they are.
    pub(crate) fn redacted(&self, path: &str) -> Option<Arc<Redacted>> {
        if !self.redacts() {
            return None;
        }
        match self.find(path) {
            Some(id) => self.column(id).redacted.clone(),
            None => self.choice.redacted(path, None),
        }
    }

    /// A path's hash, for as long as this schema lives.
    pub(crate) fn hash_of(&self, path: &str) -> u64 {
        self.by_path.hasher().hash_one(path)
    }

    /// Where values of this path go; a new column where it is new.
    #[inline(always)]
    pub(crate) fn resolve(&mut self, path: &str) -> Resolution {
        if let Some(id) = self.known(path) {
            return Resolution::Column(id);
        }
        self.resolve_new(path)
    }

    #[inline(never)]
    fn resolve_new(&mut self, path: &str) -> Resolution {
        if self.choice.drops(path) {
            return Resolution::Column(self.add_dropped(path));
        }
        if let Some(id) = self.find_declared(path) {
            return Resolution::Column(id);
        }
        match self.unknown_columns {
            UnknownColumns::Refuse => return Resolution::Unexpected,
            UnknownColumns::Rest => return Resolution::Rest,
            UnknownColumns::Add => {}
        }
        if path.len() > MAX_NAME_BYTES || self.is_full_for(path) {
            return Resolution::Rest;
        }
        let name = self.choice.name_of(path);
        let unused = self.unused_name(&name);
        let is_renamed = path.is_empty() || unused != name;
        let id = self.add(unused);
        self.columns[id.index()].is_renamed = is_renamed;
        self.set_path(id, path);
        Resolution::Column(id)
    }

    /// The column of this path, if it is known.
    #[inline(always)]
    pub(crate) fn known(&mut self, path: &str) -> Option<ColumnId> {
        let mut known = None;
        // A plain loop, which is always inlined.
        for index in self.order.next() {
            let column = self.columns.get(index as usize);
            let known_path = column.and_then(|column| column.path.as_deref());
            if known_path.is_some_and(|known| same(known.as_bytes(), path.as_bytes())) {
                known = Some(ColumnId::new(index as usize, self.table));
                break;
            }
        }
        let id = match known {
            Some(id) => id,
            None => self.by_path.get(path).copied()?,
        };
        self.order.went_to(id.index() as u32);
        Some(id)
    }

    /// The column whose path is the one name at the start of `json`, with a quote after it, if it is one of
    /// those that are likely to come next; and the name's length.
    #[inline]
    pub(crate) fn guess(&mut self, json: &[u8]) -> Option<(ColumnId, usize)> {
        for index in self.order.next() {
            let Some(column) = self.columns.get(index as usize) else { continue };
            if let Some(len) = column.quoted.at_start_of(json) {
                self.order.went_to(index);
                return Some((ColumnId::new(index as usize, self.table), len));
            }
        }
        None
    }

    /// The known column of this name below another, neither of which is looked at as text where the column was found that way before.
    #[inline]
    pub(crate) fn find_below(&mut self, of: &str, name: &[u8]) -> Option<ColumnId> {
        for index in self.order.next() {
            if self.is_below(index, of, name) {
                self.order.went_to(index);
                return Some(ColumnId::new(index as usize, self.table));
            }
        }
        self.find_unexpected(of, name)
    }

    #[inline(never)]
    fn find_unexpected(&mut self, of: &str, name: &[u8]) -> Option<ColumnId> {
        let hash = self.by_path.hasher().hash_one(name);
        let mut index = self.found_below.at(hash);
        if !self.is_below(index, of, name) {
            let path = path::of_names([of, std::str::from_utf8(name).ok()?]);
            index = self.find(&path)?.index() as u32;
            self.found_below.remember(hash, index);
        }
        self.order.went_to(index);
        Some(ColumnId::new(index as usize, self.table))
    }

    /// Whether the path of this column is this name below another.
    #[inline]
    fn is_below(&self, index: u32, of: &str, name: &[u8]) -> bool {
        let Some(column) = self.columns.get(index as usize) else { return false };
        let Some(path) = &column.path else { return false };
        let start = of.len() + 1;
        column.plain_name_at == start
            && path.len() == start + name.len()
            && same(&path.as_bytes()[start..], name)
            && same(&path.as_bytes()[..of.len()], of.as_bytes())
    }

    /// Starts over with guessing what column comes next.
    pub(crate) fn row_ended(&mut self) {
        self.order.row_ended();
    }
}
