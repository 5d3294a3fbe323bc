//! What was measured, as `--json` prints it and `bucksaw plan` reads it.

use serde::{Deserialize, Serialize};

use super::backend::Backend;
use super::protocol::{Job, Outcome};
use crate::Counted;

/// Everything that was measured.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Measurements {
    /// Of Bucksaw.
    pub(crate) version: String,
    pub(crate) machine: Machine,
    pub(crate) settings: Settings,
    /// Each backend with each size.
    pub(crate) runs: Vec<Run>,
    /// The largest size with chunks of several sizes: of `arrow` its record batches, of `direct` the
    /// rows of one call.
    pub(crate) chunks: Vec<Run>,
    /// Where time goes, with the largest size.
    pub(crate) stages: Vec<Stages>,
    /// The same with other allocators; empty unless asked for.
    pub(crate) allocators: Vec<AllocatorRun>,
}

/// What it ran on.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Machine {
    pub(crate) processor: Option<String>,
    pub(crate) cores: usize,
    pub(crate) memory_bytes: Option<u64>,
    /// The system and the kind of processor.
    pub(crate) system: String,
}

/// What was asked for, and what the rows turned out to be.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Settings {
    /// The workload's name, or the input's.
    pub(crate) rows_from: String,
    /// Different columns.
    pub(crate) columns: usize,
    /// Bytes of a row as NDJSON, on average.
    pub(crate) row_bytes: f64,
    pub(crate) rounds: usize,
    pub(crate) cores: usize,
    /// Whether the processes were pinned to so many cores.
    pub(crate) is_pinned: bool,
    pub(crate) call_rows: usize,
    pub(crate) chunk_rows: usize,
    pub(crate) memory_cap: Option<u64>,
    /// The command's allocator.
    pub(crate) allocator: String,
    /// Resident memory of a process that has no rows yet.
    pub(crate) base_bytes: Option<u64>,
}

/// A backend with a size.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Run {
    pub(crate) backend: Backend,
    pub(crate) rows: u64,
    pub(crate) call_rows: usize,
    pub(crate) chunk_rows: usize,
    /// None where it failed.
    pub(crate) timing: Option<Timing>,
    /// None where heaps were not counted.
    pub(crate) heap: Option<Counted>,
    /// The most memory resident in a fresh process, beyond that of its rows.
    pub(crate) peak_rss_bytes: Option<u64>,
    /// Why there are no figures.
    pub(crate) failure: Option<String>,
}

/// The same run in rounds.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Timing {
    pub(crate) rows_per_second: Spread,
    /// Of all threads together, where the system tells.
    pub(crate) rows_per_cpu_second: Option<Spread>,
    pub(crate) longest_call_seconds: Spread,
    /// The call that ends the file.
    pub(crate) finish_seconds: Spread,
    pub(crate) output_bytes: u64,
    pub(crate) bytes_per_row: f64,
    /// Each round, in order.
    pub(crate) rounds: Vec<Round>,
}

/// One round.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Round {
    pub(crate) wall_seconds: f64,
    pub(crate) cpu_seconds: Option<f64>,
}

/// A median, and what it is the median of lies between.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

/// Seconds of CPU (of the wall, where the system tells no other) that each stage takes.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Stages {
    pub(crate) backend: Backend,
    pub(crate) rows: u64,
    /// Every name and value is visited: what the rows' own shape costs.
    pub(crate) reading_seconds: f64,
    /// Values are sorted by column into blocks.
    pub(crate) blocks_seconds: f64,
    /// Blocks become pages.
    pub(crate) encoding_seconds: f64,
    /// Pages are compressed.
    pub(crate) compression_seconds: f64,
}

/// A run with some allocator.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct AllocatorRun {
    pub(crate) allocator: String,
    #[serde(flatten)]
    pub(crate) run: Run,
}

impl Spread {
    /// Of at least one figure; none of none.
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut figures: Vec<f64> = figures.into_iter().collect();
        figures.sort_by(f64::total_cmp);
        let (min, max) = (*figures.first()?, *figures.last()?);
        let middle = figures.len() / 2;
        let median = if figures.len().is_multiple_of(2) {
            f64::midpoint(figures[middle - 1], figures[middle])
        } else {
            figures[middle]
        };
        Some(Self { median, min, max })
    }
}

impl Timing {
    /// Of at least one round; none of none.
    pub(super) fn of(rows: u64, outcomes: &[Outcome]) -> Option<Self> {
        let rows = rows as f64;
        let per = |seconds: f64| rows / seconds.max(1e-9);
        let each = |pick: fn(&Outcome) -> f64| Spread::of(outcomes.iter().map(pick));
        let cpu: Option<Vec<f64>> = outcomes.iter().map(|outcome| outcome.cpu_seconds).collect();
        let output_bytes = outcomes.last()?.output_bytes;
        Some(Self {
            rows_per_second: Spread::of(outcomes.iter().map(|outcome| per(outcome.wall_seconds)))?,
            rows_per_cpu_second: cpu.and_then(|cpu| Spread::of(cpu.into_iter().map(per))),
            longest_call_seconds: each(|outcome| outcome.longest_call_seconds)?,
            finish_seconds: each(|outcome| outcome.finish_seconds)?,
            output_bytes,
            bytes_per_row: output_bytes as f64 / rows,
            rounds: outcomes
                .iter()
                .map(|outcome| Round {
                    wall_seconds: outcome.wall_seconds,
                    cpu_seconds: outcome.cpu_seconds,
                })
                .collect(),
        })
    }

    /// Rows in a second of CPU, or of the wall where the system tells no other: what is compared.
    pub(crate) fn speed(&self) -> f64 {
        self.rows_per_cpu_second.unwrap_or(self.rows_per_second).median
    }
}

impl Run {
    /// What is known before the run.
    pub(super) fn of(job: &Job) -> Self {
        Self {
            backend: job.backend,
            rows: job.rows,
            call_rows: job.call_rows,
            chunk_rows: job.chunk_rows,
            timing: None,
            heap: None,
            peak_rss_bytes: None,
            failure: None,
        }
    }

    pub(crate) fn speed(&self) -> Option<f64> {
        self.timing.as_ref().map(Timing::speed)
    }
}

impl Measurements {
    /// The backends, in the order in which they were asked for.
    pub(crate) fn backends(&self) -> Vec<Backend> {
        let mut backends = Vec::new();
        for run in &self.runs {
            if !backends.contains(&run.backend) {
                backends.push(run.backend);
            }
        }
        backends
    }

    /// The sizes, ascending.
    pub(crate) fn sizes(&self) -> Vec<u64> {
        let mut sizes: Vec<u64> = self.runs.iter().map(|run| run.rows).collect();
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }

    pub(crate) fn run(&self, backend: Backend, rows: u64) -> Option<&Run> {
        self.runs.iter().find(|run| run.backend == backend && run.rows == rows)
    }

    /// The backend's run with the most rows that has figures.
    pub(crate) fn largest(&self, backend: Backend) -> Option<&Run> {
        let runs = self.runs.iter().filter(|run| run.backend == backend && run.timing.is_some());
        runs.max_by_key(|run| run.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_stands_between() {
        assert_eq!(Spread::of([]), None);
        assert_eq!(Spread::of([3.0, 1.0, 2.0]), Some(Spread { median: 2.0, min: 1.0, max: 3.0 }));
        assert_eq!(
            Spread::of([4.0, 1.0, 2.0, 3.0]),
            Some(Spread { median: 2.5, min: 1.0, max: 4.0 })
        );
    }
}
