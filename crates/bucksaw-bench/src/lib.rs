//! `bucksaw bench` and `bucksaw plan`: how fast, in how much memory and how small this machine writes Parquet, and
//! what hardware a load needs.
//!
//! A library, so that several executables can be it, each with an allocator of its own: `bucksaw-bench`,
//! which `bucksaw` starts, and those that it starts itself to count what the heap does and to compare allocators.
#![forbid(unsafe_code)]

mod bench;
mod cli;
mod plan;
mod table;

use std::process::ExitCode;

use bucksaw_cli::{ended, hush_panics, usage};
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
#[must_use]
pub fn main(allocator: &Allocator) -> ExitCode {
    hush_panics();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(error),
    };
    ended(match &cli.command {
        Command::Bench(arguments) => bench::run(arguments, allocator),
        Command::BenchWorker => bench::worker::run(allocator),
        Command::Plan(arguments) => plan::run(arguments, allocator),
    })
}
