//! Which columns are kept, which are called otherwise than their path says, and which are redacted.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::redacted::Redacted;
use crate::options::declared::DeclaredColumn;
use crate::options::{Names, Options, Redaction};
use crate::types::path;

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    selected: Vec<String>,
    dropped: Vec<String>,
    renamed: BTreeMap<String, String>,
    redacted: Vec<(String, Redaction)>,
    names: Names,
}

impl Choice {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            selected: options.selected.clone(),
            dropped: options.dropped.clone(),
            renamed: options.renamed.clone(),
            redacted: options.redacted.clone(),
            names: options.names,
        }
    }

    /// Whether values of this path are dropped.
    pub(super) fn drops(&self, path: &str) -> bool {
        self.drops_some() && self.drops_of(path, &self.names.column_name(path))
    }

    fn drops_some(&self) -> bool {
        !(self.selected.is_empty() && self.dropped.is_empty())
    }

    /// The same where the column would have this name.
    fn drops_of(&self, path: &str, name: &str) -> bool {
        let shown = path::shown(path);
        let is_in = |named: &[String]| named.iter().any(|one| is_meant(one, name, &shown));
        (!self.selected.is_empty() && !is_in(&self.selected)) || is_in(&self.dropped)
    }

    /// The same of a declared column; a sibling goes with the column that it is of.
    pub(super) fn drops_declared(&self, column: &DeclaredColumn, all: &[DeclaredColumn]) -> bool {
        let of = column.sibling_of.as_ref();
        let of = of.and_then(|of| all.iter().find(|column| column.name == *of));
        let DeclaredColumn { name, path, .. } = of.unwrap_or(column);
        // Columns are kept and dropped by what they are called without another name.
        let renamed = self.renamed.iter().find(|(_, to)| *to == name);
        let name = renamed.map_or(name, |(from, _)| from);
        match path {
            Some(names) => {
                let path = path::of_names(names.iter().map(String::as_str));
                self.drops_some() && self.drops_of(&path, name)
            }
            None => self.drops_some() && self.drops_without_path(name),
        }
    }

    /// The same where rows have yet to say which path is called so: one that is named with dots, or in an object that is
    /// selected, may be.
    fn drops_without_path(&self, name: &str) -> bool {
        let called = |named: &String| self.names.column_name(named);
        let is_in = |names: &[String]| {
            names.iter().any(|named| is_meant(named, name, name) || called(named) == name)
        };
        let is_below = |named: &String| {
            name.strip_prefix(&called(named)).is_some_and(|rest| rest.starts_with(['_', '.']))
        };
        let is_selected =
            self.selected.is_empty() || is_in(&self.selected) || self.selected.iter().any(is_below);
        !is_selected || is_in(&self.dropped)
    }

    /// What a column of this path is called, if no other is.
    pub(super) fn name_of(&self, path: &str) -> String {
        let name = self.names.column_name(path);
        if self.renamed.is_empty() {
            return name;
        }
        let renamed = self.renamed.get(&name).or_else(|| self.renamed.get(&path::shown(path)));
        renamed.cloned().unwrap_or(name)
    }

    /// Whether values are redacted.
    pub(super) fn redacts(&self) -> bool {
        !self.redacted.is_empty()
    }

    /// What is done with values of this path; none where they stay as they are.
    pub(super) fn redacted(&self, path: &str) -> Option<Arc<Redacted>> {
        if !self.redacts() {
            return None;
        }
        let (name, shown) = (self.names.column_name(path), path::shown(path));
        let renamed = self.name_of(path);
        let mut redacted = Redacted::default();
        for (named, redaction) in &self.redacted {
            if is_meant(named, &name, &shown) || *named == renamed {
                redacted.add(redaction, true);
            } else if is_within(named, &name, &shown) {
                redacted.add(redaction, false);
            }
        }
        redacted.is_some().then(|| Arc::new(redacted))
    }

    /// Whether an option that names a column so means this path, or an object around it.
    pub(super) fn means(&self, named: &str, path: &str) -> bool {
        is_meant(named, &self.names.column_name(path), &path::shown(path))
    }
}

/// Whether an option's name means the column of this name and path, or an object around it.
fn is_meant(named: &str, name: &str, shown: &str) -> bool {
    let below = shown.strip_prefix(named);
    named == name || below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether an option's name may mean something in an object or array of this name and path.
fn is_within(named: &str, name: &str, shown: &str) -> bool {
    let within =
        |outer: &str, sign| named.strip_prefix(outer).is_some_and(|rest| rest.starts_with(sign));
    within(shown, '.') || within(name, '_')
}
