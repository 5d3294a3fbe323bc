//! The tables over sizes: each size's own, how speed grows with size, and where the order changes.

use super::{
    TIE, UNKNOWN, bytes, listed, of_backend, ranked, rows_words, spread, time, timed, times, whole,
};
use crate::bench::backend::Backend;
use crate::bench::results::{Measurements, Run};
use crate::table::Table;
use bucksaw_cli::ui;

/// A table for each size, with the columns of the published benchmark.
pub(super) fn each(measured: &Measurements) -> Vec<Table> {
    measured.sizes().into_iter().map(|rows| of_size(measured, rows)).collect()
}

fn of_size(measured: &Measurements, rows: u64) -> Table {
    let header = [
        "backend",
        "rows/s",
        "rows/CPU s",
        "peak heap Δ",
        "peak RSS Δ",
        "allocations",
        "allocated in all",
        "longest call",
        "output",
        "bytes/row",
    ];
    let mut table = Table::new(rows_words(rows), &header);
    let runs: Vec<&Run> =
        measured.backends().iter().filter_map(|backend| measured.run(*backend, rows)).collect();
    table.rows = runs.iter().map(|run| row(run)).collect();
    table.meaning = winner(&runs);
    table
}

fn row(run: &Run) -> Vec<String> {
    let heap = run.heap.as_ref();
    vec![
        run.backend.to_string(),
        timed(run, |timing| spread(timing.rows_per_second)),
        timed(run, |timing| {
            timing.rows_per_cpu_second.map_or(UNKNOWN.to_owned(), |figure| whole(figure.median))
        }),
        bytes(heap.map(|heap| heap.peak_bytes)),
        bytes(run.peak_rss_bytes),
        heap.map_or(UNKNOWN.to_owned(), |heap| ui::grouped(heap.allocations)),
        bytes(heap.map(|heap| heap.allocated_bytes)),
        timed(run, |timing| time(timing.longest_call_seconds.median)),
        timed(run, |timing| bytes(Some(timing.output_bytes))),
        timed(run, |timing| format!("{:.1}", timing.bytes_per_row)),
    ]
}

/// Who is fastest and by how much, who is smallest, and what failed.
fn winner(runs: &[&Run]) -> String {
    let ranked = ranked(runs.iter().copied());
    let Some(((first, speed), rest)) = ranked.split_first() else {
        return failures(runs).unwrap_or_default();
    };
    let mut sentences = Vec::new();
    if rest.is_empty() {
        sentences.push(format!("{} writes {} rows in a CPU second.", first.backend, whole(*speed)));
    } else {
        let ratios = rest
            .iter()
            .map(|(run, other)| format!("{} as fast as {}", times(speed / other), run.backend));
        let ratios: Vec<String> = ratios.collect();
        sentences.push(format!("{} leads by CPU time: {}.", first.backend, listed(&ratios)));
    }
    let size = |run: &&Run| run.timing.as_ref().map_or(u64::MAX, |timing| timing.output_bytes);
    if let Some(smallest) = runs.iter().copied().min_by_key(size).filter(|_| !rest.is_empty()) {
        sentences.push(format!("{} makes the smallest file.", smallest.backend));
    }
    sentences.extend(failures(runs));
    sentences.join(" ")
}

fn failures(runs: &[&Run]) -> Option<String> {
    let failed = runs.iter().filter_map(|run| {
        run.failure.as_ref().map(|failure| format!("{} failed: {failure}.", run.backend))
    });
    let failed: Vec<String> = failed.collect();
    (!failed.is_empty()).then(|| failed.join(" "))
}

/// Speed over size, each backend against its own smallest size.
pub(super) fn scaling(measured: &Measurements) -> Option<Table> {
    let (sizes, backends) = (measured.sizes(), measured.backends());
    if sizes.len() < 2 {
        return None;
    }
    let mut table = Table::new("Scaling with size, in rows per CPU second", &["rows"]);
    table.header.extend(backends.iter().map(ToString::to_string));
    for rows in &sizes {
        let speed = |backend: &Backend| {
            let run = measured.run(*backend, *rows)?;
            Some(timed(run, |timing| whole(timing.speed())))
        };
        let speeds = backends.iter().map(|backend| speed(backend).unwrap_or(UNKNOWN.to_owned()));
        table.rows.push([rows_words(*rows)].into_iter().chain(speeds).collect());
    }
    let growth = backends.iter().filter_map(|backend| growth(measured, *backend));
    let growth: Vec<String> = growth.collect();
    table.meaning = format!("From the smallest size to the largest, {}.", listed(&growth));
    Some(table)
}

fn growth(measured: &Measurements, backend: Backend) -> Option<String> {
    let runs = of_backend(measured, backend);
    let speeds: Vec<f64> = runs.iter().filter_map(|run| run.speed()).collect();
    let change = speeds.last()? / speeds.first()? - 1.0;
    Some(if change.abs() < TIE {
        format!("{backend} stays as fast")
    } else if change > 0.0 {
        format!("{backend} becomes {:.0} % faster", change * 100.0)
    } else {
        format!("{backend} becomes {:.0} % slower", -change * 100.0)
    })
}

/// The fastest of each size, and where that changes.
pub(super) fn crossover(measured: &Measurements) -> Option<Table> {
    let sizes = measured.sizes();
    if sizes.len() < 2 || measured.backends().len() < 2 {
        return None;
    }
    let mut table =
        Table::new("Crossover between backends", &["rows", "fastest", "second", "ahead by"]);
    let mut fastest = Vec::new();
    for rows in sizes {
        let ranked = ranked(measured.runs.iter().filter(|run| run.rows == rows));
        let [(first, speed), (second, other), ..] = ranked[..] else { continue };
        fastest.push((rows, first.backend));
        table.rows.push(vec![
            rows_words(rows),
            first.backend.to_string(),
            second.backend.to_string(),
            format!("{:.0} %", (speed / other - 1.0) * 100.0),
        ]);
    }
    let changes = fastest.windows(2).filter_map(|pair| match pair {
        [(below, one), (from, other)] if one != other => Some(format!(
            "{one} is fastest up to {}, {other} from {}",
            rows_words(*below),
            rows_words(*from)
        )),
        _ => None,
    });
    let changes: Vec<String> = changes.collect();
    let (_, first) = fastest.first()?;
    table.meaning = if changes.is_empty() {
        format!("There is none: {first} is fastest at every size.")
    } else {
        format!("{}.", changes.join("; "))
    };
    Some(table)
}
