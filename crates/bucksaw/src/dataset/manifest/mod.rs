//! The manifest of a dataset: which files it has, and what they hold.
//!
//! It is a row of entries, `000000000001.ndjson` and so on, each of which adds and removes files and never changes. An entry is
//! JSON in lines: a head, a line for each file and each source that rows came from, and an end that counts them:
//!
//! ```text
//! {"manifest":1,"entry":7}
//! {"add":{"path":"day=2026-11-28/00012-5f….parquet","rows":1000, … }}
//! {"remove":{"path":"day=2026-11-28/00003-9c….parquet"}}
//! {"read":{"source":"/var/log/app.log","from":0,"to":{"bytes":81920, … }}}
//! {"end":{"added":1,"removed":1,"read":1,"next_seq":13}}
//! ```
//!
//! An end may have `"exchange":{"folder":"day=2026-11-28","staged":"7-folder"}`: a folder and what it is to become, with which it may
//! change places. What comes of it is the same as without.
//!
//! A snapshot, `000000000064.snapshot.ndjson`, adds all files that the dataset has with the entry of that number, and says how far
//! each source was read, so that reading begins there. One that repairs a dataset stands for an entry of its own. How many entries
//! there are stands in a file beside the manifest's folder, once they are there, so that one that is lost is missed.

mod entry;
mod known;
mod reading;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use self::entry::EntryWriter;
pub(crate) use self::known::Known;
pub(crate) use self::reading::{Manifest, for_each_line, needs_repair};
use crate::dataset::ReadSource;
use crate::report::{FileReport, TimeRange};

/// The version of the format that this crate writes, and the last that it reads.
pub(crate) const VERSION: u32 = 1;
const SUFFIX: &str = ".ndjson";
const SNAPSHOT_SUFFIX: &str = ".snapshot.ndjson";

/// A file of a dataset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DatasetFile {
    /// Where it is in the dataset's folder, with slashes.
    pub path: String,
    /// Its rows.
    pub rows: u64,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its row groups.
    pub row_groups: u64,
    /// The XXH3-128 of its bytes, as 32 hexadecimal digits.
    pub xxh3_128: String,
    /// The value of each level of its folders, as text; null where its rows have none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub partition: BTreeMap<String, Option<String>>,
    /// First and last of each timestamp column.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<TimeRange>,
}

/// What the manifest says of a file beyond that.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Details {
    /// Its columns, in order.
    pub(crate) columns: Vec<FileColumn>,
    /// What each of its row groups is sorted by, where all of them are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) sorted_by: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) signal_stats: Option<Value>,
}

/// A column of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FileColumn {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) ty: String,
    /// Where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) nulls: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) min: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max: Option<Value>,
}

/// A file that an entry adds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Added {
    #[serde(flatten)]
    pub(crate) file: DatasetFile,
    #[serde(flatten)]
    pub(crate) details: Option<Details>,
    /// What it is called among staged files until the entry is carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) staged: Option<String>,
}

/// A file that an entry removes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Removed {
    pub(crate) path: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct End {
    pub(crate) added: u64,
    pub(crate) removed: u64,
    #[serde(default)]
    pub(crate) read: u64,
    /// The number of the next file.
    pub(crate) next_seq: u64,
    /// How all of it may be done at once. Who passes it over does it file by file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) exchange: Option<Exchange>,
}

/// A folder of the dataset that is to change places with what it is to become.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Exchange {
    /// Where it is in the dataset's folder, with slashes.
    pub(crate) folder: String,
    /// What its next state is called among staged files.
    pub(crate) staged: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) manifest: u32,
    pub(crate) entry: u64,
}

/// A line of an entry, but for its head.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Line {
    Add(Box<Added>),
    Remove(Removed),
    Read(Box<ReadSource>),
    End(End),
}

impl Details {
    pub(crate) fn of(report: &FileReport, sorted_by: Vec<String>) -> Self {
        let value = |bound: &Option<crate::Bound>| {
            bound.as_ref().and_then(|bound| serde_json::to_value(bound).ok())
        };
        let column = |column: &crate::ColumnReport| FileColumn {
            name: column.name.clone(),
            ty: column.ty.clone(),
            nulls: Some(column.nulls),
            min: value(&column.min),
            max: value(&column.max),
        };
        let stats = report.signal_stats.as_ref();
        Self {
            columns: report.columns.iter().map(column).collect(),
            sorted_by,
            signal_stats: stats.and_then(|stats| serde_json::to_value(stats).ok()),
        }
    }
}

/// Where an entry is in the manifest's folder.
pub(crate) fn entry_path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:012}{SUFFIX}"))
}

pub(crate) fn snapshot_path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:012}{SNAPSHOT_SUFFIX}"))
}
