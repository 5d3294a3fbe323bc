//! The `bucksaw` command.
#![forbid(unsafe_code)]

use std::io;
use std::process::ExitCode;

use clap::Parser;

mod commands;

#[derive(Debug, Parser)]
enum Command {
    Inspect(commands::inspect::InspectArgs),
}

fn main() -> ExitCode {
    let Command::Inspect(args) = Command::parse();
    match commands::inspect::run(&args, &mut io::BufWriter::new(io::stdout().lock())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = io::Write::write_fmt(&mut io::stderr(), format_args!("error: {error}\n"));
            ExitCode::FAILURE
        }
    }
}
