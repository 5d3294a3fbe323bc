//! Which columns hold the messages that fingerprints are of.

use super::{Choice, ColumnId, Schema, Sibling};
use crate::fingerprint::FINGERPRINT_COLUMN;
use crate::options::Options;
use crate::types::path;

/// What columns of messages are called, unless told. Of each row the first that it has a value of counts.
const MESSAGES: [&str; 6] = ["body", "Body", "message", "MESSAGE", "msg", "log"];

/// The column of fingerprints, and what they are of.
#[derive(Clone, Debug)]
pub(crate) struct Fingerprinted {
    /// Where fingerprints go.
    pub(crate) column: ColumnId,
    /// The column of messages, by its name in the file or its path with dots; none for those of [`MESSAGES`].
    of: Option<String>,
}

impl Fingerprinted {
    /// Whether the values of this path are messages.
    pub(super) fn is_of(&self, path: &str, choice: &Choice) -> bool {
        match &self.of {
            Some(of) => *of == choice.name_of(path) || *of == path::shown(path),
            None => MESSAGES.iter().any(|name| path == path::of_names([*name])),
        }
    }
}

impl Schema {
    /// The column, which is declared where it is asked for.
    pub(super) fn find_fingerprinted(&self, options: &Options) -> Option<Fingerprinted> {
        let column = self.find_named(FINGERPRINT_COLUMN)?;
        Some(Fingerprinted { column, of: options.fingerprint_of.clone() })
    }

    /// The columns of messages that there are, this one or those that are known by their names: the first comes first.
    pub(crate) fn messages(&self, named: Option<&str>) -> Vec<ColumnId> {
        match named {
            Some(named) => {
                let dropped = self.columns.iter().position(|column| column.is_fingerprinted);
                let dropped = dropped.map(|index| ColumnId::new(index, self.table));
                self.find_named(named).or(dropped).into_iter().collect()
            }
            None => {
                let paths = MESSAGES.iter().map(|name| path::of_names([*name]));
                paths.filter_map(|path| self.find(&path)).collect()
            }
        }
    }

    /// These columns, each with the one that holds what it can't as text behind it.
    pub(crate) fn with_misfits(&self, columns: Vec<ColumnId>) -> impl Iterator<Item = ColumnId> {
        let misfits = |id: ColumnId| self.column(id).sibling(Sibling::Text);
        columns.into_iter().flat_map(move |id| [Some(id), misfits(id)]).flatten()
    }

    /// The columns that this file's fingerprints are of.
    pub(crate) fn fingerprinted_messages(&self) -> Vec<ColumnId> {
        match &self.fingerprinted {
            Some(Fingerprinted { of, .. }) => self.messages(of.as_deref()),
            None => Vec::new(),
        }
    }
}
