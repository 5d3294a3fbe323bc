//! Tables of what was measured, each with a sentence that says what its figures mean. Nothing is
//! measured here, and nothing printed.

mod compared;
mod of_sizes;

use std::time::Duration;

use bytesize::ByteSize;

use super::backend::Backend;
use super::results::{Measurements, Run, Spread, Timing};
use crate::cli::values::Count;
use crate::table::Table;
use bucksaw_cli::ui;

/// What stands where nothing is known.
const UNKNOWN: &str = "–";
/// Speeds that differ by less than this part are not told apart.
const TIE: f64 = 0.03;

/// Every table that there are figures for.
pub(crate) fn all(measured: &Measurements) -> Vec<Table> {
    let mut tables = of_sizes::each(measured);
    let more = [
        of_sizes::scaling(measured),
        of_sizes::crossover(measured),
        compared::streaming(measured),
        compared::chunks(measured),
        compared::stages(measured),
        compared::allocators(measured),
    ];
    tables.extend(more.into_iter().flatten());
    tables
}

/// What was measured, on what, how.
pub(crate) fn introduction(measured: &Measurements) -> String {
    let Measurements { machine, settings, version, .. } = measured;
    let processor = machine.processor.as_deref().unwrap_or("an unknown processor");
    let cores = match (settings.cores, settings.is_pinned) {
        (1, true) => "one pinned core".to_owned(),
        (cores, true) => format!("{cores} pinned cores"),
        (cores, false) => {
            format!("{cores} thread{}, not pinned", if cores == 1 { "" } else { "s" })
        }
    };
    let cap = settings.memory_cap.map_or(String::new(), |cap| {
        format!(", at most {} of memory with its rows", ByteSize(cap))
    });
    format!(
        "Bucksaw {version}, allocator {}, on {processor} ({} cores, {}): {cores}{cap}. Rows of {}: {} \
         columns, {:.0} bytes each as NDJSON; in memory before the clock starts, written to nowhere in \
         calls of {} rows, zstd 1. Medians of {} interleaved round{}, the least and the most in brackets. \
         Memory is that of a fresh process beyond its rows; RSS has the code in it that a first run loads. arrow streaming is told its columns beforehand.{}{}",
        settings.allocator,
        machine.cores,
        machine.system,
        settings.rows_from,
        settings.columns,
        settings.row_bytes,
        ui::grouped(settings.call_rows as u64),
        settings.rounds,
        if settings.rounds == 1 { "" } else { "s" },
        if measured.runs.iter().all(|run| run.heap.is_none()) {
            " Heaps were not counted: the executable bucksaw-heap is not beside this one."
        } else {
            ""
        },
        if cfg!(debug_assertions) {
            " This is a debug build: its speeds mean nothing."
        } else {
            ""
        },
    )
}

fn whole(figure: f64) -> String {
    ui::grouped(figure.round() as u64)
}

fn spread(figure: Spread) -> String {
    format!("{} ({}–{})", whole(figure.median), whole(figure.min), whole(figure.max))
}

fn bytes(bytes: Option<u64>) -> String {
    bytes.map_or(UNKNOWN.to_owned(), |bytes| ByteSize(bytes).to_string())
}

fn time(seconds: f64) -> String {
    let time = Duration::from_secs_f64(seconds.max(0.0));
    if time >= Duration::from_secs(1) {
        format!("{seconds:.2} s")
    } else {
        format!("{:.2} ms", seconds * 1e3)
    }
}

/// How much faster or slower, in words.
fn times(ratio: f64) -> String {
    if ratio >= 10.0 { format!("{ratio:.0} times") } else { format!("{ratio:.2} times") }
}

/// A figure of a run's timing, or why there is none.
fn timed(run: &Run, figure: impl Fn(&Timing) -> String) -> String {
    match (&run.timing, &run.failure) {
        (Some(timing), _) => figure(timing),
        (None, Some(_)) => "failed".to_owned(),
        (None, None) => UNKNOWN.to_owned(),
    }
}

/// The runs that have figures, the fastest first.
fn ranked<'r>(runs: impl IntoIterator<Item = &'r Run>) -> Vec<(&'r Run, f64)> {
    let mut ranked: Vec<(&Run, f64)> =
        runs.into_iter().filter_map(|run| Some((run, run.speed()?))).collect();
    ranked.sort_by(|one, other| other.1.total_cmp(&one.1));
    ranked
}

/// "a, b and c".
fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn rows_words(rows: u64) -> String {
    format!("{} rows", Count(rows))
}

/// The runs of a backend, the smallest first.
fn of_backend(measured: &Measurements, backend: Backend) -> Vec<&Run> {
    let sizes = measured.sizes();
    sizes.iter().filter_map(|rows| measured.run(backend, *rows)).collect()
}
