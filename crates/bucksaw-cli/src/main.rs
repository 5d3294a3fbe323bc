//! The `bucksaw` command: telemetry in, Parquet out.
#![forbid(unsafe_code)]

mod cli;
mod commands;
mod exit;
mod interrupt;
mod sources;
mod ui;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match &cli.command {
        Command::Convert(arguments) => commands::convert::run(arguments),
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
