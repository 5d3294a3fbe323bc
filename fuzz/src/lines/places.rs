//! Where the values of a path may be.

use std::collections::HashSet;

use bucksaw::{DeclaredColumn, DeclaredSchema, Renamed, Report};

/// A file's columns by the paths that rows give. They are called by these, with dots.
pub struct Places<'r> {
    names: HashSet<String>,
    renamed: &'r [Renamed],
    schema: &'r DeclaredSchema,
}

impl<'r> Places<'r> {
    pub fn new(names: Vec<String>, report: &'r Report, schema: &'r DeclaredSchema) -> Self {
        Self { names: names.into_iter().collect(), renamed: &report.renamed, schema }
    }

    /// How the column of a path is declared.
    pub fn declared(&self, path: &[String]) -> Option<&'r DeclaredColumn> {
        declared(self.schema, path)
    }

    /// The columns that may be of a path: of two with one name, either may have come first.
    pub fn columns(&self, path: &[String]) -> Vec<String> {
        let shown = path.join(".");
        let renamed = self.renamed.iter().filter(|renamed| renamed.from == shown);
        let declared = self.declared(path).map(|column| column.name.clone());
        let all = declared.into_iter().chain(renamed.map(|renamed| renamed.to.clone()));
        all.chain([shown.clone()]).filter(|name| self.names.contains(name)).collect()
    }

    /// The columns that may hold what a column can't: their names end so, and maybe with a number.
    pub fn siblings(&self, column: &str, suffix: &str) -> impl Iterator<Item = String> {
        let first = format!("{column}{suffix}");
        let numbered = (2..5).map({
            let first = first.clone();
            move |number| format!("{first}__{number}")
        });
        std::iter::once(first).chain(numbered).filter(|name| self.names.contains(name))
    }
}

/// The column that values of a path go to, as it is declared.
pub fn declared<'s>(schema: &'s DeclaredSchema, path: &[String]) -> Option<&'s DeclaredColumn> {
    let by_path = schema.columns.iter().find(|column| column.path.as_deref() == Some(path));
    by_path.or_else(|| {
        let shown = path.join(".");
        let mut by_name = schema.columns.iter().filter(|column| column.path.is_none());
        by_name.find(|column| column.name == shown && column.sibling_of.is_none())
    })
}
