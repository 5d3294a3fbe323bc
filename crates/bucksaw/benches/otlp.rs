//! Inputs decoded to blocks, on one thread: OTLP logs in protobuf and JSON, and the same rows as NDJSON. The columns' types are known,
//! and nothing is encoded. Beside protobuf stands prost, which decodes the same bytes to its structs; interleaved, in one process.
//!
//! ```text
//! cargo bench -p bucksaw --bench otlp -- [ROWS] [ROUNDS]
//! ```
//!
//! Prints for each the bytes of input in a second of CPU time (median).
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
        let protobuf = workload.otlp_logs(DEFAULT_SEED, rows);
        let json = workload.otlp_json_logs(DEFAULT_SEED, rows);
        let ndjson = workload.ndjson(DEFAULT_SEED, rows);
        println!("{}, {rows} rows:", workload.name());
        measure("OTLP in protobuf", &protobuf, Format::OtlpLogs, rounds, Some(to_structs));
        measure("OTLP in JSON", &json, Format::OtlpLogs, rounds, None);
        measure("NDJSON", &ndjson, Format::Ndjson, rounds, None);
    }
}

/// Prints the speed of one input, to blocks and in another way if there is one.
fn measure(name: &str, bytes: &[u8], format: Format, rounds: usize, other: Option<fn(&[u8])>) {
    let schema = scan(bytes, format, DeclaredSchema::new());
    let (mut blocks, mut others) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        blocks.push(seconds(|| drop(black_box(scan(bytes, format, schema.clone())))));
        others.extend(other.map(|decode| seconds(|| decode(bytes))));
    }
    let speed = |seconds: &mut Vec<f64>| bytes.len() as f64 / median(seconds) / 1e6;
    print!("  {name}, {} bytes: to blocks {:.0} MB/s", bytes.len(), speed(&mut blocks));
    if !others.is_empty() {
        print!(", to prost's structs {:.0} MB/s", speed(&mut others));
    }
    println!();
}

fn to_structs(bytes: &[u8]) {
    black_box(ExportLogsServiceRequest::decode(bytes).unwrap());
}

/// Decodes all records, and counts what they hold.
fn scan(bytes: &[u8], format: Format, schema: DeclaredSchema) -> DeclaredSchema {
    let options = InputOptions::new().format(format);
    let mut input = Input::open("rows", bytes, &options, OnError::Fail).unwrap();
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
