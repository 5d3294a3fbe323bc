//! `bucksaw bench`: how fast, in how much memory and how small this machine writes Parquet.
//!
//! Flags become [`options`]; [`measure`] starts [`worker`]s and has them run jobs; [`tables`] says what
//! the [`results`] mean; [`html`] draws them.

pub(crate) mod backend;
mod buffered;
mod html;
pub(crate) mod measure;
pub(crate) mod options;
mod protocol;
pub(crate) mod results;
mod rows;
mod run;
mod session;
pub(crate) mod system;
mod tables;
pub(crate) mod worker;

use std::io::{self, Write};
use std::path::Path;

use bucksaw::escape::escape_lines;
use bucksaw::{Error, ErrorKind, LocalSink, Publication, Result, Sink as _};
use serde::Serialize;

use self::options::BenchOptions;
use self::results::Measurements;
use crate::Allocator;
use crate::cli::BenchArgs;
use crate::plan;
use crate::plan::sizing::{Need, Plan};
use crate::table::Table;
use bucksaw_cli::{interrupt, ui};

/// What `--json` prints.
#[derive(Serialize)]
struct Document<'d> {
    #[serde(flatten)]
    measured: &'d Measurements,
    /// What the figures mean.
    findings: Vec<Finding<'d>>,
    /// What it means for hardware.
    plan: &'d Plan,
}

#[derive(Serialize)]
struct Finding<'d> {
    title: &'d str,
    meaning: &'d str,
}

/// Runs the command.
pub(crate) fn run(arguments: &BenchArgs, allocator: &Allocator) -> Result<()> {
    let (options, need) = options(arguments)?;
    if let Some(path) = &arguments.html {
        Publication::new().overwrite(arguments.overwrite).check([path])?;
    }
    interrupt::handle_signals()?;
    let bar = ui::steps(arguments.quiet);
    let measured = measure::measure(&options, allocator, &bar)?;
    bar.finish_and_clear();
    let need = need.with_row_bytes(measured.settings.row_bytes);
    let plan = Plan::new(need, &plan::speeds(&measured))?;
    let mut tables = tables::all(&measured);
    tables.push(plan.table());
    let introduction = tables::introduction(&measured);
    if let Some(path) = &arguments.html {
        let page = html::page(&measured, &introduction, &tables, &plan);
        publish(path, &page, arguments.overwrite)?;
    }
    if arguments.json {
        let findings =
            tables.iter().map(|Table { title, meaning, .. }| Finding { title, meaning }).collect();
        return ui::print_json(&Document { measured: &measured, findings, plan: &plan });
    }
    print(&introduction, &tables).map_err(|cause| Error::io("could not print", cause))
}

/// What the command line asks for; every problem of it at once.
fn options(arguments: &BenchArgs) -> Result<(BenchOptions, Need)> {
    match (BenchOptions::new(arguments), Need::new(&arguments.sizing)) {
        (Ok(options), Ok(need)) => Ok((options, need)),
        (Err(one), Err(other)) => {
            let problems = one.message().lines().chain(other.message().lines());
            Err(Error::of_problems(ErrorKind::Options, problems))
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

fn print(introduction: &str, tables: &[Table]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", escape_lines(introduction))?;
    for table in tables {
        write!(out, "\n{table}")?;
    }
    out.flush()
}

fn publish(path: &Path, page: &str, overwrite: bool) -> Result<()> {
    let create = || LocalSink::create(path, overwrite, None);
    let mut sink = interrupt::staging(create, |sink| sink.staged_paths().to_vec())?;
    sink.write(page.as_bytes())?;
    interrupt::publishing(|| Box::new(sink).publish())?;
    Ok(())
}
