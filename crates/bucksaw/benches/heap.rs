//! The heap's peak while rows that are made on the fly are written, over ever more of them.
//!
//! ```text
//! cargo bench -p bucksaw --bench heap -- [ROWS,ROWS,…] [synth40|realistic]
//! ```
//!
//! Prints for each profile and size of row groups the peak above what was there before, in MB: what
//! is flat over the number of rows is bounded.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::unwrap_used, clippy::panic, reason = "a benchmark")]

use bucksaw::{Options, Profile, StreamSink, Value};
use bucksaw_workloads::{self as workloads, Workload};
use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

const SMALL_ROW_GROUP: usize = 65_536;

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let counts = arguments.next().unwrap_or_else(|| "100000,1000000,10000000".to_owned());
    let workload = arguments.next().unwrap_or_else(|| "synth40".to_owned());
    let workload = Workload::from_name(&workload).unwrap();
    let ways = [
        ("portable, 64K-row groups", Options::new().row_group_rows(SMALL_ROW_GROUP)),
        (
            "modern, 64K-row groups",
            Options::new().row_group_rows(SMALL_ROW_GROUP).profile(Profile::Modern),
        ),
        ("portable, default row groups", Options::new()),
        ("modern, default row groups", Options::new().profile(Profile::Modern)),
    ];
    println!("{}, rows made on the fly", workload.name());
    for (name, options) in ways {
        for count in counts.split(',') {
            let rows = count.parse().unwrap();
            let (heap, groups) = peak(workload, rows, options.clone());
            println!("{name:30} {rows:>9} rows {groups:>4} row groups  heap {heap:6.1} MB");
        }
    }
}

/// The peak in MB, and how many row groups there are.
fn peak(workload: Workload, count: usize, options: Options) -> (f64, usize) {
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    let rows: Box<dyn Iterator<Item = workloads::Row>> = match workload {
        Workload::Synth40 => Box::new(workloads::synth40(workloads::DEFAULT_SEED)),
        Workload::Realistic => Box::new(workloads::realistic(workloads::DEFAULT_SEED)),
        _ => panic!("synth40 or realistic"),
    };
    let mut writer = options.write_to(Box::new(StreamSink::new(std::io::sink()))).unwrap();
    for row in rows.take(count) {
        let values = row.iter().map(|(name, value)| {
            let value = match value {
                workloads::Value::Bool(value) => Value::Bool(*value),
                workloads::Value::I64(value) => Value::I64(*value),
                workloads::Value::F64(value) => Value::F64(*value),
                workloads::Value::Text(text) => Value::Text(text),
            };
            (*name, value)
        });
        writer.write_row(values).unwrap();
    }
    let groups = writer.finish().unwrap().files[0].row_groups;
    ((HEAP.peak_usage() - before) as f64 / 1e6, groups)
}
