//! What a dataset's folders are by, as it knows it.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::manifest::needs_repair;
use crate::error::{Error, ErrorKind, Result};
use crate::escape::escape_path;
use crate::options::PartitionKey;

/// What a dataset's folders are by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Partition {
    /// These keys, as they are spelled.
    Keys(Vec<String>),
    /// Keys of these names: of a dataset that was repaired, more is not known before the next run says it.
    Names {
        /// What the levels are called.
        names: Vec<String>,
    },
}

impl Partition {
    /// That of folders whose levels are called so, some as columns are.
    pub fn of_levels(levels: &[String], is_column: impl Fn(&str) -> bool) -> Self {
        let names = levels.to_vec();
        match levels.iter().all(|level| is_column(level)) {
            true => Self::Keys(names),
            false => Self::Names { names },
        }
    }

    /// What the levels are called.
    pub fn names(&self) -> Vec<String> {
        match self {
            Self::Names { names } => names.clone(),
            Self::Keys(keys) => {
                let name = |key: &String| {
                    let key = key.parse::<PartitionKey>();
                    key.map(|key| key.name().to_owned()).unwrap_or_default()
                };
                keys.iter().map(name).collect()
            }
        }
    }

    /// What the levels are called, and by which keys they are, where that is known.
    pub(super) fn keyed_names(&self) -> Vec<(String, Option<String>)> {
        let names = self.names().into_iter();
        match self {
            Self::Keys(keys) => names.zip(keys.iter().cloned().map(Some)).collect(),
            Self::Names { .. } => names.map(|name| (name, None)).collect(),
        }
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        // Strings can't fail to serialize.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Refuses folders by other keys, which have these names.
    pub(super) fn check(&self, others: &[String], root: &Path) -> Result<()> {
        let is = match self {
            Self::Names { names } if names == others => return Ok(()),
            Self::Keys(known) | Self::Names { names: known } if known.is_empty() => {
                "its files are in no folders: go on without (--partition)".to_owned()
            }
            Self::Keys(known) => {
                let known = known.join("/");
                format!(
                    "its files are in folders by {known}: go on with these (--partition '{known}')"
                )
            }
            Self::Names { names } => {
                let names = names.join("/");
                format!("its files are in folders that are called {names}: go on with such")
            }
        };
        let message = format!("{} is a dataset, and {is}", escape_path(root));
        Err(Error::new(ErrorKind::Options, message))
    }
}

/// What a dataset's folders are by; none where nothing says so.
pub(super) fn read_partition(path: &Path) -> Result<Option<Partition>> {
    let shown = escape_path(path);
    match fs::read(path) {
        Ok(json) => serde_json::from_slice(&json).map(Some).map_err(|cause| {
            // DIR/_bucksaw/partition.json
            let root = path.ancestors().nth(2).unwrap_or(path);
            needs_repair(
                root,
                &format!(
                    "it does not say what folders are by ({cause}): put it back from a copy, or"
                ),
            )
            .in_source(&shown)
        }),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(Error::io(format!("could not read {shown}"), cause)),
    }
}

/// The same, as keys.
///
/// # Errors
/// [`ErrorKind::Io`]; [`ErrorKind::Malformed`] where it does not say so, or can't be read; [`ErrorKind::Unsupported`] where only
/// their names are known.
#[cfg(feature = "arrow")]
pub(super) fn partition_of(path: &Path) -> Result<Vec<PartitionKey>> {
    let failed = |kind, why: &str| Error::new(kind, why).in_source(&escape_path(path));
    match read_partition(path)? {
        Some(Partition::Keys(keys)) => {
            let keys: Result<Vec<PartitionKey>> = keys.iter().map(|key| key.parse()).collect();
            keys.map_err(|cause| {
                failed(ErrorKind::Malformed, "it says no keys of folders").with_cause(cause)
            })
        }
        Some(Partition::Names { .. }) => Err(failed(
            ErrorKind::Unsupported,
            "since it was repaired it is not known which functions its folders are called by: the next rows that are added to it say it",
        )),
        None => Err(failed(
            ErrorKind::Malformed,
            "it is missing, and says what folders are by, which every run has to keep",
        )),
    }
}
