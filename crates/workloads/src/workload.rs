//! The workloads by name, and as NDJSON.

use crate::{Column, Row, json, otlp, otlp_json, realistic, small52, synth40, varied};
use std::io::{self, Write};

/// Bytes gathered before they are written.
const CHUNK: usize = 256 * 1024;

/// One of the workloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Workload {
    /// [`synth40`](fn@crate::synth40)
    Synth40,
    /// [`small52`](fn@crate::small52)
    Small52,
    /// [`realistic`](fn@crate::realistic)
    Realistic,
    /// [`varied`](fn@crate::varied)
    Varied,
}

impl Workload {
    /// All of them.
    pub const ALL: [Workload; 4] =
        [Workload::Synth40, Workload::Small52, Workload::Realistic, Workload::Varied];

    /// The name, as the command takes it.
    pub fn name(self) -> &'static str {
        match self {
            Workload::Synth40 => "synth40",
            Workload::Small52 => "small52",
            Workload::Realistic => "realistic",
            Workload::Varied => "varied",
        }
    }

    /// The workload of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Workload::ALL.into_iter().find(|workload| workload.name() == name)
    }

    /// Every column that a row may have, for writers that must know them beforehand; for `varied`,
    /// whose fields nest and change their type, `None`.
    pub fn columns(self) -> Option<Vec<Column>> {
        match self {
            Workload::Synth40 => Some(synth40::COLUMNS.to_vec()),
            Workload::Small52 => Some([&synth40::COLUMNS[..], &small52::MORE_COLUMNS].concat()),
            Workload::Realistic => Some(realistic::columns()),
            Workload::Varied => None,
        }
    }

    /// Writes the first `rows` rows as NDJSON, in large pieces.
    pub fn write_ndjson(self, seed: u64, rows: u64, out: &mut impl Write) -> io::Result<()> {
        match self {
            Workload::Synth40 => write_all(synth40(seed), rows, push_row, out),
            Workload::Small52 => write_all(small52(seed), rows, push_row, out),
            Workload::Realistic => write_all(realistic(seed), rows, push_row, out),
            Workload::Varied => write_all(varied(seed), rows, push_line, out),
        }
    }

    /// Writes the first `rows` rows as requests of OTLP logs, one after the other; those of `varied`, which nest, are none.
    pub fn write_otlp_logs(self, seed: u64, rows: u64, out: &mut impl Write) -> io::Result<()> {
        match self {
            Workload::Synth40 => write_requests(synth40(seed), rows, out),
            Workload::Small52 => write_requests(small52(seed), rows, out),
            Workload::Realistic => write_requests(realistic(seed), rows, out),
            Workload::Varied => Ok(()),
        }
    }

    /// The same, in memory.
    pub fn otlp_logs(self, seed: u64, rows: u64) -> Vec<u8> {
        let mut out = Vec::new();
        // Writing to a vector can't fail.
        let _ = self.write_otlp_logs(seed, rows, &mut out);
        out
    }

    /// The same requests in JSON, each on a line.
    pub fn write_otlp_json_logs(
        self,
        seed: u64,
        rows: u64,
        out: &mut impl Write,
    ) -> io::Result<()> {
        match self {
            Workload::Synth40 => write_json_requests(synth40(seed), rows, out),
            Workload::Small52 => write_json_requests(small52(seed), rows, out),
            Workload::Realistic => write_json_requests(realistic(seed), rows, out),
            Workload::Varied => Ok(()),
        }
    }

    /// The same, in memory.
    pub fn otlp_json_logs(self, seed: u64, rows: u64) -> Vec<u8> {
        let mut out = Vec::new();
        // Writing to a vector can't fail.
        let _ = self.write_otlp_json_logs(seed, rows, &mut out);
        out
    }

    /// The first `rows` rows as NDJSON, in memory.
    pub fn ndjson(self, seed: u64, rows: u64) -> Vec<u8> {
        let mut out = Vec::new();
        // Writing to a vector can't fail.
        let _ = self.write_ndjson(seed, rows, &mut out);
        out
    }
}

fn write_requests(
    rows: impl Iterator<Item = Row>,
    count: u64,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut rows = rows.take(usize::try_from(count).unwrap_or(usize::MAX));
    let mut request = Vec::new();
    while otlp::write_logs_request(&mut rows, &mut request) {
        out.write_all(&request)?;
        request.clear();
    }
    out.flush()
}

fn write_json_requests(
    rows: impl Iterator<Item = Row>,
    count: u64,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut rows = rows.take(usize::try_from(count).unwrap_or(usize::MAX));
    let mut request = String::new();
    while otlp_json::write_logs_request(&mut rows, &mut request) {
        out.write_all(request.as_bytes())?;
        request.clear();
    }
    out.flush()
}

fn push_row(row: Row, out: &mut String) {
    json::write_line(&row, out);
}

fn push_line(line: String, out: &mut String) {
    out.push_str(&line);
    out.push('\n');
}

fn write_all<T>(
    mut rows: impl Iterator<Item = T>,
    count: u64,
    push: impl Fn(T, &mut String),
    out: &mut impl Write,
) -> io::Result<()> {
    let mut chunk = String::with_capacity(CHUNK + 8 * 1024);
    for _ in 0..count {
        let Some(row) = rows.next() else { break };
        push(row, &mut chunk);
        if chunk.len() >= CHUNK {
            out.write_all(chunk.as_bytes())?;
            chunk.clear();
        }
    }
    out.write_all(chunk.as_bytes())?;
    out.flush()
}
