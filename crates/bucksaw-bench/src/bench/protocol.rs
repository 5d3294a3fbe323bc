//! What `bench` and its workers say to each other: a line of JSON each.
//!
//! `bench` says the [`Setup`]; the worker makes its rows and says that it is [`Ready`]. From then on
//! each [`Job`] is answered by an [`Outcome`], until `bench` closes the worker's input.

use std::path::PathBuf;

use bucksaw::{Error, ErrorKind};
use serde::{Deserialize, Serialize};

use super::backend::Backend;
use crate::Counted;

/// What the rows are.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Source {
    /// A workload, by its name.
    Workload(String),
    /// A file of NDJSON.
    Input(PathBuf),
}

impl Source {
    /// What titles call it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Workload(name) => name.clone(),
            Self::Input(path) => path.display().to_string(),
        }
    }
}

/// What a worker prepares before any clock starts.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Setup {
    pub(super) source: Source,
    /// How many rows; of an input none for all.
    pub(super) rows: Option<u64>,
    /// Cores that it is pinned to, and threads of its writers.
    pub(super) cores: usize,
    /// Bytes of memory that it may have.
    pub(super) memory_cap: Option<u64>,
}

/// A worker has its rows.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(super) struct Ready {
    pub(super) rows: u64,
    /// Different columns.
    pub(super) columns: usize,
    /// Bytes of a row as NDJSON, on average.
    pub(super) row_bytes: f64,
    /// Resident memory before the rows were made.
    pub(super) base_bytes: Option<u64>,
    /// Whether it could be pinned.
    pub(super) is_pinned: bool,
}

/// How far rows go.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Extent {
    /// Every name and value is visited, but not the letters of text.
    Rows,
    /// Blocks are made of them, which no backend gets.
    Blocks,
    /// A file is written without compression.
    Uncompressed,
    /// A file is written.
    Whole,
}

/// One run.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(super) struct Job {
    pub(super) backend: Backend,
    /// The first so many rows.
    pub(super) rows: u64,
    /// Rows given in one call.
    pub(super) call_rows: usize,
    /// Rows in one of Arrow's record batches.
    pub(super) chunk_rows: usize,
    pub(super) extent: Extent,
}

/// What a run took.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(super) struct Outcome {
    pub(super) wall_seconds: f64,
    /// Of all threads, where the system tells.
    pub(super) cpu_seconds: Option<f64>,
    /// The longest call with rows.
    pub(super) longest_call_seconds: f64,
    /// The last call, which ends the file.
    pub(super) finish_seconds: f64,
    pub(super) output_bytes: u64,
    /// The most memory resident, beyond that before the run.
    pub(super) peak_rss_bytes: Option<u64>,
    /// What the heap did, where that is counted.
    pub(super) heap: Option<Counted>,
}

/// An answer, or what went wrong.
pub(super) type Answer<T> = Result<T, Failure>;

/// What went wrong in a worker.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Failure {
    pub(super) message: String,
    /// Whether the data is at fault.
    pub(super) is_data: bool,
}

impl Failure {
    pub(super) fn of(error: &Error) -> Self {
        let is_data = matches!(error.kind(), ErrorKind::Malformed | ErrorKind::Refused);
        Self { message: error.to_string(), is_data }
    }

    pub(super) fn into_error(self) -> Error {
        let kind = if self.is_data { ErrorKind::Malformed } else { ErrorKind::Io };
        Error::new(kind, self.message)
    }
}
