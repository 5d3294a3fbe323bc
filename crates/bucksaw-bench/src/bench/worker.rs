//! A worker: makes rows, then does the jobs that it is told over standard input. See
//! [`protocol`](super::protocol) for the words.

use std::io::{self, BufRead, Write};

use bucksaw::{Error, ErrorKind, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::protocol::{Answer, Failure, Job, Ready, Setup};
use super::rows::Rows;
use super::system;
use crate::Allocator;

/// Works until standard input ends.
pub(crate) fn run(allocator: &Allocator) -> Result<()> {
    let mut lines = io::stdin().lock().lines();
    let Some(setup) = next::<Setup>(&mut lines)? else { return Ok(()) };
    let (rows, ready) = match prepare(&setup) {
        Ok(prepared) => prepared,
        Err(error) => return answer::<Ready>(Err(Failure::of(&error))),
    };
    answer(Ok(ready))?;
    while let Some(job) = next::<Job>(&mut lines)? {
        let outcome = super::run::measure(&job, &rows, setup.cores, allocator);
        answer(outcome.map_err(|error| Failure::of(&error)))?;
    }
    Ok(())
}

fn prepare(setup: &Setup) -> Result<(Rows, Ready)> {
    let is_pinned = system::pin(setup.cores);
    if let Some(bytes) = setup.memory_cap {
        system::cap_memory(bytes)
            .map_err(|cause| Error::io("the system does not cap a process's memory", cause))?;
    }
    let base_bytes = system::resident_bytes();
    let rows = Rows::make(&setup.source, setup.rows)?;
    let ready = Ready {
        rows: rows.rows.len() as u64,
        columns: rows.schema.columns.len(),
        row_bytes: rows.row_bytes,
        base_bytes,
        is_pinned,
    };
    Ok((rows, ready))
}

fn next<T: DeserializeOwned>(
    lines: &mut impl Iterator<Item = io::Result<String>>,
) -> Result<Option<T>> {
    let Some(line) = lines.next() else { return Ok(None) };
    let line = line.map_err(|cause| Error::io("could not read what to do", cause))?;
    serde_json::from_str(&line).map(Some).map_err(|cause| {
        Error::new(
            ErrorKind::Malformed,
            "this is no job: `bucksaw bench` starts its workers itself",
        )
        .with_cause(cause)
    })
}

fn answer<T: Serialize>(answer: Answer<T>) -> Result<()> {
    let mut out = io::stdout().lock();
    // An answer has nothing that JSON has no word for.
    let json = serde_json::to_string(&answer).unwrap_or_default();
    writeln!(out, "{json}")
        .and_then(|()| out.flush())
        .map_err(|cause| Error::io("could not answer", cause))
}
