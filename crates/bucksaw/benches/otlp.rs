//! OTLP logs in protobuf decoded to blocks, beside prost decoding the same bytes to its structs. Interleaved, in one process, on
//! one thread; the columns' types are known, and nothing is encoded.
//!
//! ```text
//! cargo bench -p bucksaw --bench otlp -- [ROWS] [ROUNDS]
//! ```
//!
//! Prints for each the bytes of OTLP in a second of CPU time (median).
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark")]

use std::hint::black_box;

use bucksaw::{DeclaredSchema, Format, Input, InputOptions, OnError, Options, Scan};
use bucksaw_workloads::{DEFAULT_SEED, Workload};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use prost::Message as _;
use rustix::time::{ClockId, clock_gettime};

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let rows = arguments.next().map_or(100_000, |rows| rows.parse().unwrap());
    let rounds = arguments.next().map_or(11, |rounds| rounds.parse().unwrap());
    for workload in [Workload::Synth40, Workload::Realistic] {
        let bytes = workload.otlp_logs(DEFAULT_SEED, rows);
        let schema = scan(&bytes, DeclaredSchema::new());
        let (mut blocks, mut structs) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            blocks.push(seconds(|| drop(black_box(scan(&bytes, schema.clone())))));
            structs.push(seconds(|| {
                black_box(ExportLogsServiceRequest::decode(bytes.as_slice()).unwrap());
            }));
        }
        let speed = |seconds: &mut Vec<f64>| bytes.len() as f64 / median(seconds) / 1e6;
        println!(
            "{}, {rows} rows, {} bytes: to blocks {:.0} MB/s, to prost's structs {:.0} MB/s",
            workload.name(),
            bytes.len(),
            speed(&mut blocks),
            speed(&mut structs),
        );
    }
}

/// Decodes all records, and counts what they hold.
fn scan(bytes: &[u8], schema: DeclaredSchema) -> DeclaredSchema {
    let options = InputOptions::new().format(Format::OtlpLogs);
    let mut input = Input::open("logs", bytes, &options, OnError::Fail).unwrap();
    let mut scan = Scan::new(Options::new().schema(schema)).unwrap();
    scan.read_input(&mut input).unwrap();
    scan.finish().unwrap()
}

/// Seconds of CPU time.
fn seconds(work: impl FnOnce()) -> f64 {
    let now = || {
        let time = clock_gettime(ClockId::ProcessCPUTime);
        time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
    };
    let start = now();
    work();
    now() - start
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
