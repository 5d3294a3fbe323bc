//! Which columns are kept, and which are called otherwise than their path says.

use std::collections::BTreeMap;

use super::path;
use crate::options::Options;
use crate::options::declared::DeclaredColumn;

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    selected: Vec<String>,
    dropped: Vec<String>,
    renamed: BTreeMap<String, String>,
}

impl Choice {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            selected: options.selected.clone(),
            dropped: options.dropped.clone(),
            renamed: options.renamed.clone(),
        }
    }

    /// Whether values of this path are dropped, whose column would have this name.
    pub(super) fn drops(&self, path: &str, name: &str) -> bool {
        if self.selected.is_empty() && self.dropped.is_empty() {
            return false;
        }
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
        let path = match path {
            Some(names) => path::of_names(names.iter().map(String::as_str)),
            None => path::of_names([name.as_str()]),
        };
        self.drops(&path, name)
    }

    /// What the column is called instead, if anything.
    pub(super) fn renamed(&self, path: &str, name: &str) -> Option<String> {
        if self.renamed.is_empty() {
            return None;
        }
        self.renamed.get(name).or_else(|| self.renamed.get(&path::shown(path))).cloned()
    }
}

/// Whether an option's name means the column of this name and path, or an object around it.
pub(super) fn is_meant(named: &str, name: &str, shown: &str) -> bool {
    let below = shown.strip_prefix(named);
    named == name || below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
