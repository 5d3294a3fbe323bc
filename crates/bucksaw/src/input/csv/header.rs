//! What columns are called.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::record::{self, Fault};
use crate::error::{Error, ErrorKind, Result};
use crate::input::framing::Names;
use crate::input::hints::is_json_row;
use crate::types::path;

/// The paths of the columns that the header row at `start` names.
///
/// # Errors
/// [`ErrorKind::InputFormat`]: without names there are no rows.
pub(super) fn names_of_row(bytes: &[u8], start: usize, delimiter: u8) -> Result<Names> {
    let mut names = Vec::new();
    if is_json_row(&bytes[start..]) {
        let problem = "the header row looks like JSON: --format ndjson reads lines of that, --format json documents";
        return Err(Error::new(ErrorKind::InputFormat, problem));
    }
    let read = record::read(bytes, start, delimiter, |_, field| {
        let text =
            str::from_utf8(&bytes[field.range]).map_err(|_| "the header row is not UTF-8")?;
        if !field.is_escaped && text.contains('\r') {
            return Err(
                "the header row has a carriage return in it: if lines end with that alone, make newlines of \
                 them (tr '\\r' '\\n' < FILE | bucksaw convert - …)",
            );
        }
        names.push(unescaped(text, field.is_escaped).into_owned());
        Ok(())
    });
    let problem = match read {
        Ok(_) => return Ok(paths(names)),
        Err(Fault::Field(problem)) => problem,
        Err(Fault::Quoting(_)) => {
            "a quoted name in the header row has no end, or text behind its end"
        }
    };
    Err(Error::new(ErrorKind::InputFormat, problem))
}

/// `column1`, `column2` and so on, as many as the record at `start` has fields.
pub(super) fn numbers(bytes: &[u8], start: usize, delimiter: u8) -> Names {
    let mut count = 0;
    // Where its quotes are not sound, it is rejected later, and has as many columns as were read.
    let _ = record::read(bytes, start, delimiter, |_, _| {
        count += 1;
        Ok::<(), ()>(())
    });
    paths((1..=count).map(|number| format!("column{number}")).collect())
}

/// The paths of columns that are called so. Where a name comes again, its second column is `NAME__2`, or the next
/// number that no column has: each has a column of its own, whatever is in the others.
pub(super) fn paths(names: Vec<String>) -> Names {
    let all: HashSet<&str> = names.iter().map(String::as_str).collect();
    let mut counts = HashMap::<&str, u64>::new();
    let mut paths = Vec::with_capacity(names.len());
    for name in &names {
        let count = counts.entry(name).or_default();
        *count += 1;
        let mut unused = Cow::Borrowed(name.as_str());
        while *count > 1 {
            unused = Cow::Owned(format!("{name}__{count}"));
            if !all.contains(&*unused) {
                break;
            }
            *count += 1;
        }
        paths.push(path::of_names([&*unused]).into());
    }
    paths.into()
}

/// The text of a field, with quotes that are doubled as one each.
pub(super) fn unescaped(text: &str, is_escaped: bool) -> Cow<'_, str> {
    if is_escaped { Cow::Owned(text.replace("\"\"", "\"")) } else { Cow::Borrowed(text) }
}
