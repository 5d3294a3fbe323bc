//! What the command line asks `bench` for, checked before any work.

use std::path::PathBuf;
use std::thread::available_parallelism;

use bucksaw::{Error, ErrorKind, Result};
use bucksaw_workloads::Workload;

use super::backend::Backend;
use super::protocol::{Setup, Source};
use crate::cli::BenchArgs;
use crate::cli::values::DEFAULT_CALL_ROWS;

/// Sizes unless told, in rows: those of the published benchmark.
const DEFAULT_ROWS: [u64; 6] = [10_000, 25_000, 50_000, 100_000, 200_000, 400_000];
/// The published benchmark's size of `small52`, in rows.
const SMALL52_ROWS: u64 = 900;
/// Rows and rounds of a quick measurement.
const QUICK_ROWS: u64 = 25_000;
const QUICK_ROUNDS: usize = 3;

/// What to measure.
#[derive(Clone, Debug)]
pub(crate) struct BenchOptions {
    /// What the rows are.
    pub(crate) source: Source,
    /// The sizes, in rows, ascending; empty for the usual ones that the input has rows for.
    pub(crate) rows: Vec<u64>,
    /// What is measured.
    pub(crate) backends: Vec<Backend>,
    /// Rounds.
    pub(crate) rounds: usize,
    /// Cores that a run is pinned to, and its threads.
    pub(crate) cores: usize,
    /// Rows given in one call.
    pub(crate) call_rows: usize,
    /// Bytes that a measured process may have.
    pub(crate) memory_cap: Option<u64>,
    /// Whether allocators are compared.
    pub(crate) allocators: bool,
    /// Whether chunks are swept and stages told apart.
    pub(crate) details: bool,
}

impl BenchOptions {
    /// The options of the command line; every problem of theirs at once.
    pub(crate) fn new(arguments: &BenchArgs) -> Result<Self> {
        let mut problems = Vec::new();
        let source = source(arguments, &mut problems);
        let backends = backends(&arguments.backends, &mut problems);
        let mut rows: Vec<u64> = arguments.rows.iter().map(|count| count.0).collect();
        rows.sort_unstable();
        rows.dedup();
        if rows.is_empty() {
            rows = match &source {
                Source::Workload(name) if name == Workload::Small52.name() => vec![SMALL52_ROWS],
                Source::Workload(_) => DEFAULT_ROWS.to_vec(),
                Source::Input(_) => Vec::new(),
            };
        }
        let mut at_least_one = |name: &str, value: u64| {
            if value == 0 {
                problems.push(format!("--{name} is 0: it must be 1 or more"));
            }
        };
        at_least_one("rows", rows.first().copied().unwrap_or(1));
        at_least_one("rounds", arguments.rounds as u64);
        at_least_one("cores", arguments.cores as u64);
        at_least_one("call-rows", arguments.call_rows.0);
        at_least_one("memory-cap", arguments.memory_cap.map_or(1, |cap| cap.as_u64()));
        let cores = available_parallelism().map_or(1, usize::from);
        if arguments.cores > cores {
            problems.push(format!("--cores is {}: there are {cores}", arguments.cores));
        }
        if !problems.is_empty() {
            return Err(Error::of_problems(ErrorKind::Options, problems));
        }
        Ok(Self {
            source,
            rows,
            backends,
            rounds: arguments.rounds,
            cores: arguments.cores,
            call_rows: arguments.call_rows.0 as usize,
            memory_cap: arguments.memory_cap.map(|cap| cap.as_u64()),
            allocators: arguments.allocators,
            details: true,
        })
    }

    /// A quick measurement of the backends of the library, for `plan`.
    pub(crate) fn quick() -> Self {
        Self {
            source: Source::Workload(Workload::Synth40.name().to_owned()),
            rows: vec![QUICK_ROWS],
            backends: vec![Backend::Direct, Backend::Modern, Backend::Arrow],
            rounds: QUICK_ROUNDS,
            cores: 1,
            call_rows: DEFAULT_CALL_ROWS as usize,
            memory_cap: None,
            allocators: false,
            details: false,
        }
    }

    /// What a worker is told that makes `rows` rows, or all that an input has.
    pub(super) fn setup(&self, rows: Option<u64>) -> Setup {
        Setup { source: self.source.clone(), rows, cores: self.cores, memory_cap: self.memory_cap }
    }

    /// The sizes, given how many rows there are.
    pub(super) fn sizes(&self, available: u64) -> Result<Vec<u64>> {
        if self.rows.is_empty() {
            let smaller = DEFAULT_ROWS.into_iter().filter(|rows| *rows < available);
            return Ok(smaller.chain([available]).collect());
        }
        match self.rows.iter().find(|rows| **rows > available) {
            None => Ok(self.rows.clone()),
            Some(rows) => {
                let message = format!("--rows asks for {rows} rows, and the input has {available}");
                Err(Error::new(ErrorKind::Options, message))
            }
        }
    }
}

fn source(arguments: &BenchArgs, problems: &mut Vec<String>) -> Source {
    if let Some(path) = &arguments.input {
        if !path.is_file() {
            problems.push(format!("--input {}: there is no such file", path.display()));
        }
        return Source::Input(PathBuf::from(path));
    }
    let workload = Workload::from_name(&arguments.workload);
    // The rows of `varied` are lines, with no columns to speak of.
    if workload.is_none_or(|workload| workload == Workload::Varied) {
        let advice = "use synth40, small52 or realistic";
        problems.push(format!("--workload {}: {advice}", arguments.workload));
    }
    Source::Workload(arguments.workload.clone())
}

fn backends(names: &[String], problems: &mut Vec<String>) -> Vec<Backend> {
    let mut backends = Vec::new();
    for name in names {
        match Backend::ALL.into_iter().find(|backend| backend.name() == name) {
            Some(backend) if !backends.contains(&backend) => backends.push(backend),
            Some(_) => {}
            None => {
                problems.push(format!("--backends {name}: use direct, modern, arrow or buffered"))
            }
        }
    }
    backends
}
