//! The `bucksaw` command: telemetry in, Parquet out.
//!
//! A library, so that several executables can be it, each with an allocator of its own: `bucksaw`,
//! and those that `bucksaw bench` starts to count what the heap does and to compare allocators.
#![forbid(unsafe_code)]

mod cli;
mod commands;
mod exit;
mod interrupt;
mod sources;
mod table;
mod ui;

use std::io::{self, BufWriter};
use std::process::ExitCode;
use std::{panic, thread};

use bucksaw::inspect::DECODER_THREAD;
use clap::Parser as _;

use crate::cli::{Cli, Command};

/// What an executable knows of its allocator.
#[derive(Clone, Copy)]
pub struct Allocator {
    /// Its name, as tables have it.
    pub name: &'static str,
    /// The counts, where it counts.
    pub count: Option<&'static (dyn Count + Sync)>,
}

/// An allocator that counts.
pub trait Count {
    /// Lets the peak start from nought.
    fn restart(&self);
    /// The peak since the restart, and all else since the process's start.
    fn total(&self) -> Counted;
}

/// What happened on the heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub struct Counted {
    /// The most bytes, beyond those of the start, that were allocated at one time.
    pub peak_bytes: u64,
    /// How often memory was allocated, or allocated anew with another size.
    pub allocations: u64,
    /// Bytes allocated in all, whatever was freed meanwhile.
    pub allocated_bytes: u64,
}

impl Counted {
    fn since(self, start: &Self) -> Self {
        Self {
            peak_bytes: self.peak_bytes,
            allocations: self.allocations - start.allocations,
            allocated_bytes: self.allocated_bytes - start.allocated_bytes,
        }
    }
}

/// Runs the command that the process's arguments ask for.
pub fn main(allocator: &Allocator) -> ExitCode {
    let cli = Cli::parse();
    hush_decoders();
    let result = match &cli.command {
        Command::Convert(arguments) => commands::convert::run(arguments),
        Command::Inspect(arguments) => {
            commands::inspect::run(arguments, &mut BufWriter::new(io::stdout().lock()))
        }
        Command::Bench(arguments) => commands::bench::run(arguments, allocator),
        Command::BenchWorker => commands::bench::worker::run(allocator),
        Command::Plan(arguments) => commands::plan::run(arguments, allocator),
        Command::Completions { shell } => commands::documents::completions(*shell),
        Command::Man => commands::documents::man_page(),
    };
    match result {
        Ok(()) => ExitCode::from(exit::DONE),
        Err(error) => {
            interrupt::let_interruption_win();
            let code = exit::code_of(&error);
            if code != exit::DONE {
                ui::tell(&format!("bucksaw: {error}"));
            }
            ExitCode::from(code)
        }
    }
}

/// Decoders that panic on damaged files end as an error: no need for the panic's own words.
fn hush_decoders() {
    let tell_all = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if thread::current().name() != Some(DECODER_THREAD) {
            tell_all(info);
        }
    }));
}
