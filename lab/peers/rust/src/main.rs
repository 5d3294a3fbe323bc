//! Bucksaw and arrow-rs as peers of the lab; `../../peers.toml` says how they are called.
//!
//! ```text
//! bucksaw-lab memory WAY WORKLOAD ROWS OUTPUT THREADS    rows in memory to Parquet; prints figures
//! bucksaw-lab ndjson INPUT SCHEMA OUTPUT                 arrow-json to ArrowWriter
//! bucksaw-lab otlp|otlp-json INPUT SCHEMA OUTPUT         prost or serde, builders, ArrowWriter
//! ```
#![forbid(unsafe_code)]

mod arrow_rs;
mod bucksaw_ways;
mod clock;
mod ndjson;
mod otlp;
mod rows;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use bucksaw::{BackendKind, Profile};
use bucksaw_workloads::Workload;

use crate::bucksaw_ways::{Form, Way};
use crate::rows::Rows;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const USAGE: &str =
    "usage: bucksaw-lab memory WAY WORKLOAD ROWS OUTPUT THREADS | bucksaw-lab ndjson|otlp|otlp-json INPUT SCHEMA OUTPUT";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bucksaw-lab: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["memory", way, workload, rows, output, threads] => {
            memory(way, workload, rows.parse()?, Path::new(output), threads.parse()?)
        }
        [job, input, schema, output] => {
            let convert = match job {
                "ndjson" => ndjson::convert,
                "otlp" => otlp::convert,
                "otlp-json" => otlp::convert_json,
                _ => return Err(USAGE.into()),
            };
            convert(Path::new(input), Path::new(schema), Path::new(output))
        }
        _ => Err(USAGE.into()),
    }
}

fn memory(way: &str, workload: &str, count: usize, output: &Path, threads: usize) -> Result<()> {
    let workload = Workload::from_name(workload).ok_or("an unknown workload")?;
    let owned = rows::make(workload, count, way.ends_with("-keyed"))?;
    let rows = Rows::borrow(workload, &owned)?;
    let bucksaw = |backend, profile, form| {
        let way = Way { backend, profile, form, threads };
        clock::measure(output, || way.write(&rows, output))
    };
    use BackendKind::{Arrow, Direct};
    use Profile::{Modern, Portable};
    match way {
        "portable-blocks" => bucksaw(Direct, Portable, Form::Blocks),
        "portable-keyed" => bucksaw(Direct, Portable, Form::KeyedRows),
        "modern-blocks" => bucksaw(Direct, Modern, Form::Blocks),
        "modern-keyed" => bucksaw(Direct, Modern, Form::KeyedRows),
        "arrow-blocks" => bucksaw(Arrow, Portable, Form::Blocks),
        "arrow-rs-default" => {
            let properties = arrow_rs::default_properties()?;
            clock::measure(output, || arrow_rs::streamed(&rows, output, properties))
        }
        "arrow-rs-tuned" => {
            let properties = arrow_rs::tuned_properties(&rows)?;
            clock::measure(output, || arrow_rs::streamed(&rows, output, properties))
        }
        "arrow-rs-buffered" => {
            let properties = arrow_rs::default_properties()?;
            clock::measure(output, || arrow_rs::buffered(&rows, output, properties))
        }
        "arrow-rs-batches" => {
            let properties = arrow_rs::default_properties()?;
            let batches = arrow_rs::batches(&rows)?;
            clock::measure(output, || arrow_rs::write(&batches, output, properties))
        }
        _ => Err(format!("unknown way {way:?}").into()),
    }
}
