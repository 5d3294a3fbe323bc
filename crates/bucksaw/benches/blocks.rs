//! Blocks that own their text beside arrow-select on the same rows: appended, lent, gathered in random and in
//! sorted order, and split into 16. Interleaved, in one process, on one thread.
//!
//! ```text
//! cargo bench -p bucksaw --bench blocks -- [BLOCKS] [ROUNDS]
//! ```
//!
//! Prints for each the nanoseconds of CPU time for a value (median; nulls are none), and how many times
//! as long arrow takes for `concat`, `interleave` and `take` of record batches of the same rows.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::unwrap_used, clippy::panic, reason = "a benchmark")]

use std::hint::black_box;
use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray, UInt32Array,
};
use arrow_select::concat::concat;
use arrow_select::interleave::interleave;
use arrow_select::take::take;
use bucksaw::internal::{OwnedBlock, RowIndex};
use bucksaw::{Block, BlockSlice, Options, Table, Value};
use bucksaw_workloads::{self as workloads, Type, Workload};
use bumpalo::Bump;
use rustix::time::{ClockId, clock_gettime};

const BLOCK_ROWS: usize = 512;
const PARTITIONS: usize = 16;

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let blocks = arguments.next().map_or(32, |blocks| blocks.parse().unwrap());
    let rounds = arguments.next().map_or(21, |rounds| rounds.parse().unwrap());
    for workload in [Workload::Synth40, Workload::Realistic] {
        println!("{}, {blocks} blocks of {BLOCK_ROWS} rows, medians of {rounds}", workload.name());
        measure(workload, blocks, rounds);
    }
}

fn rows(workload: Workload, count: usize) -> Vec<workloads::Row> {
    match workload {
        Workload::Synth40 => workloads::synth40(workloads::DEFAULT_SEED).take(count).collect(),
        Workload::Realistic => workloads::realistic(workloads::DEFAULT_SEED).take(count).collect(),
        _ => panic!("synth40 or realistic"),
    }
}

fn measure(workload: Workload, count: usize, rounds: usize) {
    let rows = rows(workload, count * BLOCK_ROWS);
    let values = rows.iter().map(Vec::len).sum::<usize>();
    let mut table = Table::new(Options::new().settling_rows(0)).unwrap();
    let arena = Bump::new();
    let mut sources: Vec<OwnedBlock> =
        rows.chunks(BLOCK_ROWS).map(|rows| owned_block(&mut table, rows, &arena)).collect();
    let blocks: Vec<Block<'_>> = sources.iter_mut().map(|block| block.lend().unwrap()).collect();
    let slices: Vec<BlockSlice<'_, '_>> = blocks.iter().map(Block::all).collect();
    let columns = workload.columns().unwrap();
    let batches: Vec<Vec<ArrayRef>> =
        rows.chunks(BLOCK_ROWS).map(|rows| arrays(&columns, rows)).collect();

    let index =
        |row: usize| RowIndex { block: (row / BLOCK_ROWS) as u32, row: (row % BLOCK_ROWS) as u32 };
    let sorted: Vec<RowIndex> = (0..rows.len()).map(index).collect();
    let random: Vec<RowIndex> = shuffled(rows.len()).into_iter().map(index).collect();
    let split = |block: usize| {
        let mut parts = vec![Vec::new(); PARTITIONS];
        for row in 0..BLOCK_ROWS {
            parts[hash((block * BLOCK_ROWS + row) as u64) as usize % PARTITIONS].push(row as u32);
        }
        parts
    };
    let splits: Vec<Vec<Vec<u32>>> = (0..count).map(split).collect();

    let mut owned = OwnedBlock::default();
    let mut parts: Vec<OwnedBlock> = (0..PARTITIONS).map(|_| OwnedBlock::default()).collect();
    let mut ways = [
        Way::new("append; concat"),
        Way::new("lend, take back"),
        Way::new("gather in random order; interleave"),
        Way::new("gather in sorted order; interleave"),
        Way::new("split into 16; take"),
    ];
    for _ in 0..=rounds {
        ways[0].time(|| slices.iter().for_each(|rows| owned.append(rows).unwrap()));
        ways[0].time_arrow(|| {
            for column in 0..columns.len() {
                let arrays: Vec<&dyn Array> = batches.iter().map(|batch| &*batch[column]).collect();
                black_box(concat(&arrays).unwrap());
            }
        });
        ways[1].time(|| give_back(&mut owned));
        for (way, rows) in [(2, &random), (3, &sorted)] {
            ways[way].time(|| owned.gather(&slices, rows).unwrap());
            give_back(&mut owned);
            ways[way].time_arrow(|| {
                let rows: Vec<(usize, usize)> =
                    rows.iter().map(|at| (at.block as usize, at.row as usize)).collect();
                for column in 0..columns.len() {
                    let arrays: Vec<&dyn Array> =
                        batches.iter().map(|batch| &*batch[column]).collect();
                    black_box(interleave(&arrays, &rows).unwrap());
                }
            });
        }
        ways[4].time(|| {
            for (slice, rows) in slices.iter().zip(&splits) {
                for (part, rows) in parts.iter_mut().zip(rows) {
                    let rows: Vec<RowIndex> =
                        rows.iter().map(|row| RowIndex { block: 0, row: *row }).collect();
                    part.gather(std::slice::from_ref(slice), &rows).unwrap();
                }
            }
        });
        parts.iter_mut().for_each(give_back);
        ways[4].time_arrow(|| {
            for (batch, rows) in batches.iter().zip(&splits) {
                for rows in rows {
                    let rows = UInt32Array::from(rows.clone());
                    for array in batch {
                        black_box(take(array, &rows, None).unwrap());
                    }
                }
            }
        });
    }
    ways.iter().for_each(|way| way.print(values));
}

/// Rows with their text in one buffer, where a run of rows that wait to be sorted has it.
fn owned_block(table: &mut Table, rows: &[workloads::Row], arena: &Bump) -> OwnedBlock {
    let mut block = Block::new();
    let mut builder = table.builder(&mut block, arena).unwrap();
    for row in rows {
        for (name, value) in row {
            let value = match value {
                workloads::Value::Bool(value) => Value::Bool(*value),
                workloads::Value::I64(value) => Value::I64(*value),
                workloads::Value::F64(value) => Value::F64(*value),
                workloads::Value::Text(text) => Value::Text(text),
            };
            builder.push(*name, value).unwrap();
        }
        builder.end_row();
    }
    let mut owned = OwnedBlock::default();
    owned.append(&block.all()).unwrap();
    owned
}

/// The rows' columns as arrays.
fn arrays(columns: &[(&'static str, Type)], rows: &[workloads::Row]) -> Vec<ArrayRef> {
    let array = |(name, ty): &(&str, Type)| -> ArrayRef {
        let value = |row: &workloads::Row| {
            row.iter().find(|value| value.0 == *name).map(|value| value.1.clone())
        };
        let values = rows.iter().map(value);
        match ty {
            Type::Bool => Arc::new(BooleanArray::from_iter(values.map(|value| match value? {
                workloads::Value::Bool(value) => Some(value),
                _ => None,
            }))),
            Type::I64 => Arc::new(Int64Array::from_iter(values.map(|value| match value? {
                workloads::Value::I64(value) => Some(value),
                _ => None,
            }))),
            Type::F64 => Arc::new(Float64Array::from_iter(values.map(|value| match value? {
                workloads::Value::F64(value) => Some(value),
                _ => None,
            }))),
            Type::Text => Arc::new(StringArray::from_iter(values.map(|value| match value? {
                workloads::Value::Text(text) => Some(text),
                _ => None,
            }))),
        }
    };
    columns.iter().map(array).collect()
}

fn give_back(owned: &mut OwnedBlock) {
    let lent = black_box(owned.lend().unwrap()).emptied();
    owned.reuse(lent, usize::MAX);
}

/// The numbers below `count` in an order that looks like none.
fn shuffled(count: usize) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..count).collect();
    numbers.sort_unstable_by_key(|number| hash(*number as u64));
    numbers
}

fn hash(number: u64) -> u64 {
    (number + 1)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .rotate_left(29)
        .wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// What was measured of one way: seconds of CPU time for all values.
struct Way {
    name: &'static str,
    times: Vec<f64>,
    arrow: Vec<f64>,
}

impl Way {
    fn new(name: &'static str) -> Self {
        Self { name, times: Vec::new(), arrow: Vec::new() }
    }

    fn time(&mut self, work: impl FnOnce()) {
        self.times.push(seconds(work));
    }

    fn time_arrow(&mut self, work: impl FnOnce()) {
        self.arrow.push(seconds(work));
    }

    fn print(&self, values: usize) {
        let time = median(&self.times);
        print!("  {:36} {:6.2} ns/value", self.name, time / values as f64 * 1e9);
        match self.arrow.is_empty() {
            true => println!(),
            false => println!("  arrow {:5.2} x", median(&self.arrow) / time),
        }
    }
}

fn seconds(work: impl FnOnce()) -> f64 {
    let now = || {
        let time = clock_gettime(ClockId::ProcessCPUTime);
        time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
    };
    let before = now();
    work();
    now() - before
}

/// Without the first, which warms up.
fn median(times: &[f64]) -> f64 {
    let mut times = times[1..].to_vec();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
