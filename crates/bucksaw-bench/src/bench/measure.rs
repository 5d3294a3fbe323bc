//! Measures: which runs, in which processes, in which order.
//!
//! Time is measured in one process that keeps its rows, in rounds that interleave everything that is
//! compared, so that whatever else the machine does meets all alike. Memory is measured in a fresh
//! process for each run: an allocator keeps what earlier runs gave back, and the next one would seem
//! to need nothing. Heaps are counted in a third, since counting costs time. Allocators are compared in
//! fresh processes too.

use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use bucksaw::limits::DEFAULT_CHUNK_ROWS;
use bucksaw::{Error, ErrorKind, Result};
use indicatif::ProgressBar;

use super::backend::Backend;
use super::options::BenchOptions;
use super::protocol::{Answer, Extent, Job, Outcome};
use super::results::{AllocatorRun, Machine, Measurements, Run, Settings, Spread, Stages, Timing};
use super::session::{Worker, own_executable, sibling};
use super::system;
use crate::Allocator;

/// Chunks that are tried, in rows.
const CHUNKS: [usize; 6] = [1_000, 2_500, 5_000, 10_000, 25_000, 50_000];
/// The allocators that this executable's own is compared with.
const OTHER_ALLOCATORS: [&str; 2] = ["mimalloc", "jemalloc"];
/// Rows, at the most, with which allocators are compared: every run makes them anew.
const ALLOCATOR_ROWS: u64 = 100_000;

/// Measures everything that the options ask for.
pub(crate) fn measure(
    options: &BenchOptions,
    allocator: &Allocator,
    bar: &ProgressBar,
) -> Result<Measurements> {
    let allocators = allocators(options, allocator)?;
    let mut bench = Bench::start(options, bar)?;
    let sizes = options.sizes(bench.worker.ready.rows)?;
    let largest = sizes.last().copied().unwrap_or_default();
    bench.rows = largest;
    let jobs = bench.jobs(&sizes);
    let (chunk_jobs, stage_jobs) = if options.details {
        (bench.chunk_jobs(largest), bench.stage_jobs(largest))
    } else {
        Default::default()
    };
    let of_allocator = |rows: &u64| *rows <= ALLOCATOR_ROWS;
    let rows = sizes.iter().copied().rfind(of_allocator).unwrap_or(sizes[0]);
    let allocator_jobs = bench.jobs(&[rows]);
    let processes = if bench.heap.is_some() { 2 } else { 1 };
    let timed = jobs.len() + chunk_jobs.len() + stage_jobs.len();
    let compared = allocators.len() * allocator_jobs.len();
    let steps = (jobs.len() + chunk_jobs.len()) * processes
        + timed * options.rounds
        + compared * options.rounds;
    bar.set_length(steps as u64);

    let runs = bench.runs(&jobs)?;
    let chunks = bench.runs(&chunk_jobs)?;
    let stages = bench.stages(&stage_jobs)?;
    let settings = bench.settings(allocator);
    // Its rows would take memory from the others.
    drop(bench.worker);
    let allocators = compare(options, &allocators, &allocator_jobs, bar)?;
    Ok(Measurements {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        machine: machine(),
        settings,
        runs,
        chunks,
        stages,
        allocators,
    })
}

fn machine() -> Machine {
    Machine {
        processor: system::processor(),
        cores: available_parallelism().map_or(1, usize::from),
        memory_bytes: bucksaw_cli::system::memory_bytes(),
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
    }
}

/// The executables whose allocators are compared, this one first; none unless asked for.
fn allocators(options: &BenchOptions, own: &Allocator) -> Result<Vec<(&'static str, PathBuf)>> {
    if !options.allocators {
        return Ok(Vec::new());
    }
    let mut executables = vec![(own.name, own_executable()?)];
    for name in OTHER_ALLOCATORS {
        let missing = || {
            let advice = "--allocators needs the executables bucksaw-mimalloc and bucksaw-jemalloc \
                          beside this one: install or build with --features allocators";
            Error::new(ErrorKind::Options, advice)
        };
        executables.push((name, sibling(name)?.ok_or_else(missing)?));
    }
    Ok(executables)
}

struct Bench<'b> {
    options: &'b BenchOptions,
    executable: PathBuf,
    /// The executable that counts, where there is one.
    heap: Option<PathBuf>,
    /// The process that keeps its rows.
    worker: Worker,
    /// How many it keeps.
    rows: u64,
    bar: &'b ProgressBar,
}

impl<'b> Bench<'b> {
    fn start(options: &'b BenchOptions, bar: &'b ProgressBar) -> Result<Self> {
        let executable = own_executable()?;
        bar.set_message("making rows");
        let rows = options.rows.last().copied();
        let worker = Worker::start(&executable, &options.setup(rows))?;
        Ok(Self { options, executable, heap: sibling("heap")?, rows: 0, worker, bar })
    }

    fn settings(&self, allocator: &Allocator) -> Settings {
        let BenchOptions { source, rounds, cores, call_rows, memory_cap, .. } = self.options;
        let ready = &self.worker.ready;
        Settings {
            rows_from: source.name(),
            columns: ready.columns,
            row_bytes: ready.row_bytes,
            rounds: *rounds,
            cores: *cores,
            is_pinned: ready.is_pinned,
            call_rows: *call_rows,
            chunk_rows: DEFAULT_CHUNK_ROWS,
            memory_cap: *memory_cap,
            allocator: allocator.name.to_owned(),
            base_bytes: ready.base_bytes,
        }
    }

    fn job(&self, backend: Backend, rows: u64) -> Job {
        Job {
            backend,
            rows,
            call_rows: self.options.call_rows,
            chunk_rows: DEFAULT_CHUNK_ROWS,
            extent: Extent::Whole,
        }
    }

    fn jobs(&self, sizes: &[u64]) -> Vec<Job> {
        let of_size = |rows: &u64| {
            let rows = *rows;
            self.options.backends.iter().map(move |backend| self.job(*backend, rows))
        };
        sizes.iter().flat_map(of_size).collect()
    }

    fn chunk_jobs(&self, rows: u64) -> Vec<Job> {
        let mut jobs = Vec::new();
        for chunk in CHUNKS.into_iter().filter(|chunk| *chunk as u64 <= rows) {
            for backend in &self.options.backends {
                let job = self.job(*backend, rows);
                match backend {
                    Backend::Arrow => jobs.push(Job { chunk_rows: chunk, ..job }),
                    Backend::Direct => jobs.push(Job { call_rows: chunk, ..job }),
                    Backend::Modern | Backend::Buffered => {}
                }
            }
        }
        jobs
    }

    fn stage_jobs(&self, rows: u64) -> Vec<Job> {
        let extents = [Extent::Rows, Extent::Blocks, Extent::Uncompressed, Extent::Whole];
        let of_backend = |backend: &Backend| {
            let job = self.job(*backend, rows);
            extents.map(|extent| Job { extent, ..job })
        };
        self.options.backends.iter().flat_map(of_backend).collect()
    }

    /// Each job's memory, then all jobs' time.
    fn runs(&mut self, jobs: &[Job]) -> Result<Vec<Run>> {
        let mut runs = Vec::new();
        for job in jobs {
            runs.push(self.memory(job)?);
        }
        let failed = runs.iter().map(|run| run.failure.clone()).collect();
        for (run, timed) in runs.iter_mut().zip(self.rounds(jobs, failed)?) {
            match timed {
                Ok(outcomes) => run.timing = Timing::of(run.rows, &outcomes),
                Err(failure) => run.failure = Some(failure),
            }
        }
        Ok(runs)
    }

    /// What a run needs, in processes of its own.
    fn memory(&self, job: &Job) -> Result<Run> {
        let mut run = Run::of(job);
        let rows = if self.options.memory_cap.is_some() { self.rows } else { job.rows };
        self.bar.set_message(format!("memory of {}, {} rows", job.backend, job.rows));
        for executable in [Some(&self.executable), self.heap.as_ref()].into_iter().flatten() {
            match fresh(self.options, executable, rows, job)? {
                Ok(outcome) if outcome.heap.is_some() => run.heap = outcome.heap,
                Ok(outcome) => run.peak_rss_bytes = outcome.peak_rss_bytes,
                Err(failure) => run.failure = Some(failure.message),
            }
            self.bar.inc(1);
        }
        Ok(run)
    }

    /// The rounds of each job, interleaved; what failed once is not tried again.
    fn rounds(
        &mut self,
        jobs: &[Job],
        mut failed: Vec<Option<String>>,
    ) -> Result<Vec<Result<Vec<Outcome>, String>>> {
        let mut outcomes: Vec<Vec<Outcome>> = jobs.iter().map(|_| Vec::new()).collect();
        for _ in 0..self.options.rounds {
            for ((job, outcomes), failed) in jobs.iter().zip(&mut outcomes).zip(&mut failed) {
                self.bar.set_message(format!("{}, {} rows", job.backend, job.rows));
                if failed.is_none() {
                    match self.worker.run(job) {
                        Ok(outcome) => outcomes.push(outcome),
                        Err(failure) => {
                            *failed = Some(failure.message);
                            self.restart()?;
                        }
                    }
                }
                self.bar.inc(1);
            }
        }
        let result = |(failed, outcomes)| match failed {
            Some(failure) => Err(failure),
            None => Ok(outcomes),
        };
        Ok(failed.into_iter().zip(outcomes).map(result).collect())
    }

    fn restart(&mut self) -> Result<()> {
        self.worker = Worker::start(&self.executable, &self.options.setup(Some(self.rows)))?;
        Ok(())
    }

    /// What each stage takes: by how much a run takes longer that goes one stage further.
    fn stages(&mut self, jobs: &[Job]) -> Result<Vec<Stages>> {
        let timed = self.rounds(jobs, vec![None; jobs.len()])?;
        let seconds = |timed: &Result<Vec<Outcome>, String>| {
            let outcomes = timed.as_ref().ok()?;
            let each = outcomes.iter().map(|run| run.cpu_seconds.unwrap_or(run.wall_seconds));
            Some(Spread::of(each)?.median)
        };
        let of_backend = |(jobs, timed): (&[Job], &[Result<Vec<Outcome>, String>])| {
            let seconds: Option<Vec<f64>> = timed.iter().map(seconds).collect();
            // Where a backend failed, it has no stages.
            let [reading, blocks, uncompressed, whole] = seconds?.try_into().ok()?;
            Some(Stages {
                backend: jobs[0].backend,
                rows: jobs[0].rows,
                reading_seconds: reading,
                blocks_seconds: (blocks - reading).max(0.0),
                encoding_seconds: (uncompressed - blocks).max(0.0),
                compression_seconds: (whole - uncompressed).max(0.0),
            })
        };
        Ok(jobs.chunks(4).zip(timed.chunks(4)).filter_map(of_backend).collect())
    }
}

/// A job in a process of its own.
fn fresh(
    options: &BenchOptions,
    executable: &Path,
    rows: u64,
    job: &Job,
) -> Result<Answer<Outcome>> {
    Ok(Worker::start(executable, &options.setup(Some(rows)))?.run(job))
}

/// The jobs with each allocator, interleaved. Each run has a process of its own, as each file has that
/// the command writes: what an allocator kept from the run before would make the next one cheap.
fn compare(
    options: &BenchOptions,
    executables: &[(&'static str, PathBuf)],
    jobs: &[Job],
    bar: &ProgressBar,
) -> Result<Vec<AllocatorRun>> {
    let mut compared = Vec::new();
    for (name, executable) in executables {
        for job in jobs {
            let run = AllocatorRun { allocator: (*name).to_owned(), run: Run::of(job) };
            compared.push((run, executable, job, Vec::new()));
        }
    }
    for _ in 0..options.rounds {
        for (AllocatorRun { allocator, run }, executable, job, outcomes) in &mut compared {
            bar.set_message(format!("{} with {allocator}", job.backend));
            match fresh(options, executable, job.rows, job)? {
                Ok(outcome) => outcomes.push(outcome),
                Err(failure) => run.failure = Some(failure.message),
            }
            bar.inc(1);
        }
    }
    let finish = |(mut compared, _, _, outcomes): (AllocatorRun, _, _, Vec<Outcome>)| {
        compared.run.timing = Timing::of(compared.run.rows, &outcomes);
        compared.run.peak_rss_bytes =
            outcomes.iter().filter_map(|outcome| outcome.peak_rss_bytes).max();
        compared
    };
    Ok(compared.into_iter().map(finish).collect())
}
