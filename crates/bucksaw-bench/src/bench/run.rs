//! One run: rows in memory to a Parquet file that nobody keeps.

use std::hint::black_box;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use bucksaw::{Block, Options, Result, StreamSink, Value, Writer};
use bumpalo::Bump;

use super::backend::Backend;
use super::buffered::Buffered;
use super::protocol::{Extent, Job, Outcome};
use super::rows::{Row, Rows};
use super::system;
use crate::Allocator;

/// Takes bytes and lets them go: no disk is measured.
struct Nowhere;

impl Write for Nowhere {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a run itself can tell.
#[derive(Default)]
struct Done {
    longest_call: Duration,
    finish: Duration,
    bytes: u64,
}

/// Does the job and says what it took.
pub(super) fn measure(
    job: &Job,
    rows: &Rows,
    threads: usize,
    allocator: &Allocator,
) -> Result<Outcome> {
    let options = options(job, rows, threads);
    let rows = &rows.rows[..rows.rows.len().min(job.rows as usize)];
    let resident = if system::forget_peak() { system::resident_bytes() } else { None };
    let counted = allocator.count.map(|count| {
        count.restart();
        (count, count.total())
    });
    let (cpu, wall) = (system::cpu_seconds(), Instant::now());
    let done = run(job, rows, options)?;
    let wall_seconds = wall.elapsed().as_secs_f64();
    let cpu_seconds = cpu.zip(system::cpu_seconds()).map(|(start, end)| end - start);
    Ok(Outcome {
        wall_seconds,
        cpu_seconds,
        longest_call_seconds: done.longest_call.as_secs_f64(),
        finish_seconds: done.finish.as_secs_f64(),
        output_bytes: done.bytes,
        heap: counted.map(|(count, before)| count.total().since(&before)),
        peak_rss_bytes: resident
            .zip(system::peak_bytes())
            .map(|(before, peak)| peak.saturating_sub(before)),
    })
}

fn run(job: &Job, rows: &[Row], options: Options) -> Result<Done> {
    match job.extent {
        Extent::Rows => {
            black_box(look_at(rows));
            Ok(Done::default())
        }
        Extent::Blocks => {
            let mut writer = writer(options)?;
            let longest_call = each_block(&mut writer, job, rows, |_, block| {
                black_box(block);
                Ok(())
            })?;
            Ok(Done { longest_call, ..Done::default() })
        }
        Extent::Uncompressed | Extent::Whole if job.backend == Backend::Buffered => {
            buffer(job, rows, options)
        }
        Extent::Uncompressed | Extent::Whole => stream(job, rows, options),
    }
}

/// Visits every name and value as blocks do: of text they need the place and the length, and leave
/// its letters to the backend.
fn look_at(rows: &[Row]) -> u64 {
    let mut total = 0_u64;
    for (name, value) in rows.iter().flatten() {
        total = total.wrapping_add(name.len() as u64);
        total = total.wrapping_add(match value.borrow() {
            Value::Text(text) => text.len() as u64,
            Value::Bytes(bytes) => bytes.len() as u64,
            Value::I64(value) | Value::Timestamp(value) => value as u64,
            Value::U64(value) => value,
            Value::F64(value) => value.to_bits(),
            Value::Bool(value) => u64::from(value),
            // Rows of the bench have no narrower values and no lists.
            _ => 0,
        });
    }
    total
}

/// The library's options for the job.
fn options(job: &Job, rows: &Rows, threads: usize) -> Options {
    let compress = job.extent != Extent::Uncompressed;
    let options = job.backend.options(threads, job.chunk_rows, compress);
    match job.backend {
        // It takes no column after its first batch.
        Backend::Arrow => options.schema(rows.schema.clone()),
        Backend::Direct | Backend::Modern | Backend::Buffered => options,
    }
}

fn writer(options: Options) -> Result<Writer> {
    options.write_to(Box::new(StreamSink::new(Nowhere)))
}

fn stream(job: &Job, rows: &[Row], options: Options) -> Result<Done> {
    let mut writer = writer(options)?;
    let longest_call =
        each_block(&mut writer, job, rows, |writer, block| writer.write_block(block))?;
    let started = Instant::now();
    let report = writer.finish()?;
    let bytes = report.files.iter().map(|file| file.bytes).sum();
    Ok(Done { longest_call, finish: started.elapsed(), bytes })
}

/// The baseline has the same blocks; the writer that it has them from never gets them.
fn buffer(job: &Job, rows: &[Row], options: Options) -> Result<Done> {
    let mut front = writer(options)?;
    let mut kept = Buffered::new(job.chunk_rows, job.extent != Extent::Uncompressed);
    let longest_call = each_block(&mut front, job, rows, |_, block| {
        kept.push(block);
        Ok(())
    })?;
    let started = Instant::now();
    let bytes = kept.finish(front.columns())?.len() as u64;
    Ok(Done { longest_call, finish: started.elapsed(), bytes })
}

/// Gives the rows to `take` in blocks, one for each call; returns how long the longest call took.
fn each_block(
    writer: &mut Writer,
    job: &Job,
    rows: &[Row],
    mut take: impl FnMut(&mut Writer, &Block<'_>) -> Result<()>,
) -> Result<Duration> {
    let mut longest = Duration::ZERO;
    let mut arena = Bump::new();
    for part in rows.chunks(job.call_rows) {
        let started = Instant::now();
        arena.reset();
        let mut block = Block::new();
        let mut builder = writer.builder(&mut block, &arena)?;
        for row in part {
            for (name, value) in row {
                builder.push(&**name, value.borrow())?;
            }
            builder.end_row();
        }
        take(writer, &block)?;
        drop(block);
        longest = longest.max(started.elapsed());
    }
    Ok(longest)
}
