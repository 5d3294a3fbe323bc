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
    redacted: Vec<Redacting>,
    names: Names,
}

/// An option that has values redacted.
#[derive(Clone, Debug)]
struct Redacting {
    /// What the option names.
    named: String,
    /// What else means the same: names before a renaming, and declared paths, with dots.
    aliases: Vec<String>,
    redaction: Redaction,
}

impl Redacting {
    fn all(options: &Options) -> Vec<Self> {
        let all = options.redacted.iter().map(|(named, redaction)| {
            let renamed = options.renamed.iter().filter(|(_, to)| *to == named);
            let declared = options.schema.columns.iter().filter(|column| column.name == *named);
            let paths = declared.filter_map(|column| Some(column.path.as_ref()?.join(".")));
            let aliases = renamed.map(|(from, _)| from.clone()).chain(paths).collect();
            Self { named: named.clone(), aliases, redaction: redaction.clone() }
        });
        all.collect()
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.named).chain(&self.aliases).map(String::as_str)
    }
}

impl Choice {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            selected: options.selected.clone(),
            dropped: options.dropped.clone(),
            renamed: options.renamed.clone(),
            redacted: Redacting::all(options),
            names: options.names,
        }
    }

    /// Whether values of this path are dropped.
    pub(super) fn drops(&self, path: &str) -> bool {
        self.drops_some() && self.drops_of(path, &self.names.column_name(path))
    }

    pub(super) fn drops_some(&self) -> bool {
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

    /// What is done with values of this path, whose column, if they have one, is called so in the file; none where they
    /// stay as they are.
    pub(super) fn redacted(&self, path: &str, column: Option<&str>) -> Option<Arc<Redacted>> {
        if !self.redacts() {
            return None;
        }
        let mut redacted = Redacted::default();
        for redacting in &self.redacted {
            let is_of_all = column == Some(&*redacting.named)
                || redacting
                    .names()
                    .any(|named| self.is_or_has(named, path) || is_twin(named, path));
            if is_of_all || redacting.names().any(|named| self.may_be_in(named, path)) {
                redacted.add(&redacting.named, &redacting.redaction, is_of_all);
            }
        }
        redacted.is_some().then(|| Arc::new(redacted))
    }

    /// Whether a name is that of this path, or of an object around it.
    fn is_or_has(&self, named: &str, path: &str) -> bool {
        let ends = path.match_indices(path::SEPARATOR).map(|(end, _)| end).chain([path.len()]);
        let mut outer = ends.map(|end| &path[..end]);
        is_meant(named, "", &path::shown(path))
            || outer.any(|outer| self.names.column_name(outer) == named)
    }

    /// Whether a name may be that of something in an object or array of this path.
    fn may_be_in(&self, named: &str, path: &str) -> bool {
        // What any member's name begins with.
        let member = format!("{path}{}x", path::SEPARATOR);
        let names = [self.names.column_name(&member), path::shown(&member)];
        names
            .iter()
            .any(|name| name.strip_suffix('x').is_some_and(|outer| named.starts_with(outer)))
    }

    /// Whether an option that names a column so means this path, or an object around it.
    pub(super) fn means(&self, named: &str, path: &str) -> bool {
        is_meant(named, &self.names.column_name(path), &path::shown(path))
    }
}

/// Whether a column is called so because another has its name: `NAME__2`.
fn is_twin(named: &str, path: &str) -> bool {
    let number = path.strip_prefix(named).and_then(|rest| rest.strip_prefix("__"));
    number.is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Whether an option's name means the column of this name and path, or an object around it.
fn is_meant(named: &str, name: &str, shown: &str) -> bool {
    let below = shown.strip_prefix(named);
    named == name || below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
