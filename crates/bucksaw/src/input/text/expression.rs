//! Lines whose columns a regular expression finds.

use regex::Regex;

use super::bad;
use crate::coerce::builder::BorrowingBuilder;
use crate::error::Result;
use crate::input::lines::Fault;
use crate::types::path;

/// An expression with groups that have names.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    /// As it was given.
    text: Box<str>,
    /// The same, for a whole line.
    regex: Regex,
    /// The groups that have names, by their numbers, and the paths of their columns.
    groups: Vec<(usize, Box<str>)>,
}

impl Expression {
    pub(super) fn new(text: &str) -> Result<Self> {
        let unsound = |cause| bad(format!("{text:?} is no regular expression")).with_cause(cause);
        // By itself first: what closes the group around it, and opens another, is no expression.
        Regex::new(text).map_err(unsound)?;
        let regex = Regex::new(&format!("^(?:{text})$")).map_err(unsound)?;
        let names = regex.capture_names().enumerate();
        let groups: Vec<_> = names
            .filter_map(|(number, name)| Some((number, path::of_names([name?]).into())))
            .collect();
        if groups.is_empty() {
            return Err(bad(format!(
                "the pattern {text:?} is not clf, combined or nginx, and as a regular expression it names no group: \
                 (?<NAME>…) is the column NAME"
            )));
        }
        Ok(Self { text: text.into(), regex, groups })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn read<'a>(
        &self,
        line: &'a str,
        row: &mut BorrowingBuilder<'_, 'a>,
    ) -> Result<(), Fault> {
        let mut found = self.regex.capture_locations();
        self.regex
            .captures_read(&mut found, line)
            .ok_or_else(|| Fault::malformed(0, "the line does not match the pattern"))?;
        for (number, path) in &self.groups {
            if let Some((start, end)) = found.get(*number)
                && start < end
            {
                row.push_untyped(path, &line[start..end])?;
            }
        }
        Ok(())
    }
}
