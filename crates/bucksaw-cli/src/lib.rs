//! The `bucksaw` command: telemetry in, Parquet out.
//!
//! A library, so that several executables can be it, each with an allocator of its own: `bucksaw`,
//! and those that `bucksaw bench` starts to count what the heap does and to compare allocators.
#![forbid(unsafe_code)]

mod cli;
mod commands;
mod endings;
mod exit;
mod files;
mod interrupt;
mod search;
mod sources;
mod system;
mod table;
mod ui;

use std::io::{self, BufWriter};
use std::process::ExitCode;
use std::{panic, thread};

use bucksaw::escape::{escape, escape_lines};
use bucksaw::inspect::DECODER_THREAD;
use clap::Parser as _;
use clap::error::ContextValue;

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
    hush_panics();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(error),
    };
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
            interrupt::after_error();
            let code = exit::code_of(&error);
            if code != exit::DONE {
                ui::tell(&format!("bucksaw: {error}"));
            }
            ExitCode::from(code)
        }
    }
}

/// Says what is wrong with the command line, which it quotes, or prints the help that it asks for.
fn usage(mut error: clap::Error) -> ExitCode {
    if !error.use_stderr() {
        error.exit();
    }
    let escaped: Vec<_> = error
        .context()
        .filter_map(|(kind, value)| {
            Some(match value {
                ContextValue::String(text) => (kind, ContextValue::String(escape(text).into())),
                ContextValue::Strings(texts) => {
                    let texts = texts.iter().map(|text| escape(text).into()).collect();
                    (kind, ContextValue::Strings(texts))
                }
                _ => return None,
            })
        })
        .collect();
    for (kind, value) in escaped {
        error.insert(kind, value);
    }
    ui::tell(error.render().to_string().trim_end());
    ExitCode::from(exit::USAGE)
}

/// Decoders that panic on damaged files end as an error: no need for the panic's own words. Those of
/// other panics may quote data.
fn hush_panics() {
    let tell_all = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let words = info.to_string();
        if thread::current().name() == Some(DECODER_THREAD) {
            // The error tells.
        } else if escape_lines(&words) == words {
            tell_all(info);
        } else {
            ui::tell(&words);
        }
    }));
}
