//! Where the values of a name may be.

use std::collections::{HashMap, HashSet};

use bucksaw::{ColumnType, DeclaredSchema, Report};

/// A file's columns by the names that rows give.
pub struct Places {
    names: HashSet<String>,
    renamed: HashMap<String, String>,
    declared: HashMap<String, ColumnType>,
    /// Those that are declared with an input of their own.
    with_input: HashSet<String>,
}

impl Places {
    pub fn new(names: Vec<String>, report: &Report, schema: &DeclaredSchema) -> Self {
        let renamed = report.renamed.iter().map(|column| (column.from.clone(), column.to.clone()));
        let with_input = schema.columns.iter().filter(|column| column.input.is_some());
        let with_input = with_input.map(|column| column.name.clone()).collect();
        let columns = schema.columns.iter().map(|column| (column.name.clone(), column.ty.clone()));
        Self {
            names: names.into_iter().collect(),
            renamed: renamed.collect(),
            declared: columns.collect(),
            with_input,
        }
    }

    /// The type that the column of a name was declared to have.
    pub fn declared(&self, name: &str) -> Option<&ColumnType> {
        self.declared.get(name)
    }

    /// Whether its values are spelled otherwise than its type says.
    pub fn has_input(&self, name: &str) -> bool {
        self.with_input.contains(name)
    }

    /// The column of a name.
    pub fn column<'p>(&'p self, name: &'p str) -> &'p str {
        self.renamed.get(name).map_or(name, String::as_str)
    }

    /// The columns that may hold what the column of a name can't: their names end so, and maybe with a number.
    pub fn siblings(&self, name: &str, suffix: &str) -> impl Iterator<Item = String> {
        let first = format!("{}{suffix}", self.column(name));
        let numbered = (2..5).map({
            let first = first.clone();
            move |number| format!("{first}__{number}")
        });
        std::iter::once(first).chain(numbered).filter(|name| self.names.contains(name))
    }
}
