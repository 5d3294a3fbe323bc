//! The `bucksaw` command: telemetry in, Parquet out.
#![forbid(unsafe_code)]

mod cli;
mod commands;
mod exit;
mod interrupt;
mod sources;
mod ui;

use std::io::{self, BufWriter};
use std::process::ExitCode;
use std::{panic, thread};

use bucksaw::inspect::DECODER_THREAD;
use clap::Parser as _;

use crate::cli::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    hush_decoders();
    let result = match &cli.command {
        Command::Convert(arguments) => commands::convert::run(arguments),
        Command::Inspect(arguments) => {
            commands::inspect::run(arguments, &mut BufWriter::new(io::stdout().lock()))
        }
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
