//! The tables that compare one thing: streaming or not, chunks, stages, allocators.

use bytesize::ByteSize;

use super::{
    TIE, UNKNOWN, bytes, listed, of_backend, rows_words, spread, time, timed, times, whole,
};
use crate::bench::backend::Backend;
use crate::bench::results::{AllocatorRun, Measurements, Run, Stages};
use crate::cli::values::Count;
use crate::table::Table;

/// Arrow's batches let go once written, against batches kept until the end.
pub(super) fn streaming(measured: &Measurements) -> Option<Table> {
    let pairs: Vec<(&Run, &Run)> = of_backend(measured, Backend::Arrow)
        .into_iter()
        .zip(of_backend(measured, Backend::Buffered))
        .collect();
    let (arrow, buffered) = *pairs.last()?;
    let header = [
        "rows",
        "streaming rows/CPU s",
        "buffered rows/CPU s",
        "streaming heap Δ",
        "buffered heap Δ",
        "streaming end",
        "buffered end",
    ];
    let mut table = Table::new("Streaming against buffered (arrow)", &header);
    let speed = |run: &Run| timed(run, |timing| whole(timing.speed()));
    let heap = |run: &Run| bytes(run.heap.as_ref().map(|heap| heap.peak_bytes));
    let end = |run: &Run| timed(run, |timing| time(timing.finish_seconds.median));
    for (arrow, buffered) in &pairs {
        table.rows.push(vec![
            rows_words(arrow.rows),
            speed(arrow),
            speed(buffered),
            heap(arrow),
            heap(buffered),
            end(arrow),
            end(buffered),
        ]);
    }
    let mut sentences = Vec::new();
    if let Some((one, other)) = arrow.speed().zip(buffered.speed()) {
        let ratio = one / other;
        sentences.push(if (ratio - 1.0).abs() < TIE {
            format!("At {} streaming is as fast as buffering.", rows_words(arrow.rows))
        } else {
            format!(
                "At {} streaming is {} as fast as buffering.",
                rows_words(arrow.rows),
                times(ratio)
            )
        });
    }
    if let Some((one, other)) = arrow.heap.as_ref().zip(buffered.heap.as_ref()) {
        let ratio = other.peak_bytes as f64 / one.peak_bytes.max(1) as f64;
        sentences.push(if ratio < 1.0 + TIE {
            "So few rows fit in one batch, and buffering holds no more memory.".to_owned()
        } else {
            format!("Buffering holds {} as much memory.", times(ratio))
        });
    }
    if let Some(failure) = &buffered.failure {
        sentences.push(format!("Buffering fails: {failure}."));
    }
    table.meaning = sentences.join(" ");
    Some(table)
}

/// Rows that are held together: a record batch of `arrow`, a call of `direct`.
pub(super) fn chunks(measured: &Measurements) -> Option<Table> {
    let first = measured.chunks.first()?;
    let title = format!("Chunk-size sweep, {}", rows_words(first.rows));
    let mut table = Table::new(title, &["rows in a chunk"]);
    let held = |run: &Run| match run.backend {
        Backend::Arrow => run.chunk_rows,
        _ => run.call_rows,
    };
    let backends: Vec<Backend> = [Backend::Arrow, Backend::Direct]
        .into_iter()
        .filter(|backend| measured.chunks.iter().any(|run| run.backend == *backend))
        .collect();
    for backend in &backends {
        table.header.push(format!("{backend}, rows/CPU s"));
        table.header.push(format!("{backend}, heap Δ"));
    }
    let mut sizes: Vec<usize> = measured.chunks.iter().map(held).collect();
    sizes.sort_unstable();
    sizes.dedup();
    for size in sizes {
        let mut cells = vec![Count(size as u64).to_string()];
        for backend in &backends {
            let is_it = |run: &&Run| run.backend == *backend && held(run) == size;
            let run = measured.chunks.iter().find(is_it);
            let speed = run.map(|run| timed(run, |timing| whole(timing.speed())));
            cells.push(speed.unwrap_or(UNKNOWN.to_owned()));
            let heap = run.and_then(|run| run.heap.as_ref());
            cells.push(bytes(heap.map(|heap| heap.peak_bytes)));
        }
        table.rows.push(cells);
    }
    let best = backends.iter().filter_map(|backend| {
        let runs: Vec<&Run> =
            measured.chunks.iter().filter(|run| run.backend == *backend).collect();
        best_chunk(*backend, &runs, held)
    });
    table.meaning = best.collect::<Vec<String>>().join(" ");
    Some(table)
}

fn best_chunk(backend: Backend, runs: &[&Run], held: impl Fn(&Run) -> usize) -> Option<String> {
    let ranked = super::ranked(runs.iter().copied());
    let (best, fastest) = *ranked.first()?;
    let (_, slowest) = *ranked.last()?;
    let what = match backend {
        Backend::Arrow => "record batches",
        _ => "calls",
    };
    // The smallest that is hardly slower needs the least memory.
    let enough = ranked
        .iter()
        .filter(|(_, speed)| *speed > fastest * (1.0 - TIE))
        .min_by_key(|(run, _)| held(run))
        .map_or(best, |(run, _)| run);
    let heap = enough.heap.as_ref();
    let heap =
        heap.map_or(String::new(), |heap| format!(", with {} of heap", ByteSize(heap.peak_bytes)));
    Some(format!(
        "{backend} is at its fastest (within {:.0} %) from {what} of {}{heap}; the slowest size is {:.0} % slower.",
        TIE * 100.0,
        rows_words(held(enough) as u64),
        (1.0 - slowest / fastest) * 100.0
    ))
}

/// What each stage takes.
pub(super) fn stages(measured: &Measurements) -> Option<Table> {
    let first = measured.stages.first()?;
    let title = format!("Where time goes, in CPU time of {}", rows_words(first.rows));
    let header = ["backend", "reading rows", "making blocks", "encoding", "compressing", "in all"];
    let mut table = Table::new(title, &header);
    let mut most = Vec::new();
    for stages in &measured.stages {
        let parts = stages.parts();
        let all: f64 = parts.iter().map(|(_, seconds)| seconds).sum();
        let cell =
            |seconds: f64| format!("{} ({:.0} %)", time(seconds), 100.0 * seconds / all.max(1e-9));
        let cells = parts.iter().map(|(_, seconds)| cell(*seconds));
        let mut row: Vec<String> = [stages.backend.to_string()].into_iter().chain(cells).collect();
        row.push(time(all));
        table.rows.push(row);
        let longest = parts.iter().max_by(|one, other| one.1.total_cmp(&other.1));
        if let Some((name, seconds)) = longest {
            let share = 100.0 * seconds / all.max(1e-9);
            most.push(format!("{name} takes {share:.0} % of {}", stages.backend));
        }
    }
    table.meaning = format!(
        "{}. Obtained by difference: runs that only visit every name and value, that stop after the blocks, that \
         write without compression, and whole ones; each stage is what a run takes beyond the one before.",
        capitalized(&listed(&most))
    );
    Some(table)
}

impl Stages {
    /// The stages in order, by name.
    pub(crate) fn parts(&self) -> [(&'static str, f64); 4] {
        [
            ("reading rows", self.reading_seconds),
            ("making blocks", self.blocks_seconds),
            ("encoding", self.encoding_seconds),
            ("compressing", self.compression_seconds),
        ]
    }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// The same runs with each allocator.
pub(super) fn allocators(measured: &Measurements) -> Option<Table> {
    let first = measured.allocators.first()?;
    let title = format!("Allocators, {}", rows_words(first.run.rows));
    let header = ["backend", "allocator", "rows/s", "rows/CPU s", "peak RSS Δ"];
    let mut table = Table::new(title, &header);
    let mut sentences = Vec::new();
    for backend in measured.backends() {
        let is_figure =
            |run: &&AllocatorRun| run.run.backend == backend && run.run.timing.is_some();
        let runs = measured.allocators.iter().filter(is_figure);
        let mut runs: Vec<&AllocatorRun> = runs.collect();
        let speed = |run: &AllocatorRun| run.run.speed().unwrap_or_default();
        runs.sort_by(|one, other| speed(other).total_cmp(&speed(one)));
        for AllocatorRun { allocator, run } in &runs {
            table.rows.push(vec![
                backend.to_string(),
                allocator.clone(),
                timed(run, |timing| spread(timing.rows_per_second)),
                timed(run, |timing| whole(timing.speed())),
                bytes(run.peak_rss_bytes),
            ]);
        }
        let Some((best, rest)) = runs.split_first() else { continue };
        let rest = rest.iter().map(|run| {
            let ahead = (speed(best) / speed(run) - 1.0) * 100.0;
            format!("{ahead:.1} % ahead of {}", run.allocator)
        });
        let rest: Vec<String> = rest.collect();
        sentences.push(format!("For {backend} {} wins, {}.", best.allocator, listed(&rest)));
    }
    sentences.push("Each run is a process of its own, as those of the command are.".to_owned());
    table.meaning = sentences.join(" ");
    Some(table)
}
