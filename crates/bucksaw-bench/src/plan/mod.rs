//! `bucksaw plan`: how many workers a load needs, with how much memory, and what they cost.

pub(crate) mod sizing;

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use bucksaw::{Error, ErrorKind, Result};

use self::sizing::{Need, Plan};
use crate::Allocator;
use crate::bench::measure::measure;
use crate::bench::options::BenchOptions;
use crate::bench::results::Measurements;
use crate::cli::PlanArgs;
use crate::cli::values::Speed;
use bucksaw_cli::ui;

/// Runs the command.
pub(crate) fn run(arguments: &PlanArgs, allocator: &Allocator) -> Result<()> {
    let need = Need::new(&arguments.sizing)?;
    let plan = if arguments.given.is_empty() {
        let measured = match &arguments.bench {
            Some(path) => read(path)?,
            None => measure_quickly(arguments, allocator)?,
        };
        Plan::new(need.with_row_bytes(measured.settings.row_bytes), &speeds(&measured))?
    } else {
        let given: Vec<Speed> = arguments.given.iter().map(|given| given.0.clone()).collect();
        Plan::new(need, &given)?
    };
    if arguments.json {
        return ui::print_json(&plan);
    }
    let mut out = io::stdout().lock();
    write!(out, "{}", plan.table())
        .and_then(|()| out.flush())
        .map_err(|cause| Error::io("could not print", cause))
}

fn measure_quickly(arguments: &PlanArgs, allocator: &Allocator) -> Result<Measurements> {
    let bar = ui::steps(arguments.quiet);
    let measured = measure(&BenchOptions::quick(), allocator, &bar)?;
    bar.finish_and_clear();
    Ok(measured)
}

fn read(path: &Path) -> Result<Measurements> {
    let name = path.display().to_string();
    let json = fs::read(path)
        .map_err(|cause| Error::io("could not read the measurements", cause).in_source(&name))?;
    let measured: Measurements = serde_json::from_slice(&json).map_err(|cause| {
        let advice = "it is not what `bucksaw bench --json` prints";
        Error::new(ErrorKind::Malformed, advice).with_cause(cause).in_source(&name)
    })?;
    if speeds(&measured).is_empty() {
        let message = "every run in it failed: there is nothing to plan with";
        return Err(Error::new(ErrorKind::Malformed, message).in_source(&name));
    }
    Ok(measured)
}

/// What each backend does on one core, with the most rows that were measured: rows in a second of
/// CPU, and the memory of a process that writes.
pub(crate) fn speeds(measured: &Measurements) -> Vec<Speed> {
    let base = measured.settings.base_bytes;
    let speed = |backend| {
        let run = measured.largest(backend)?;
        Some(Speed {
            name: run.backend.to_string(),
            rows_per_second: run.speed()?,
            memory_bytes: base.zip(run.peak_rss_bytes).map(|(base, peak)| base + peak),
        })
    };
    measured.backends().into_iter().filter_map(speed).collect()
}
