//! The `bucksaw` command: telemetry in, Parquet out.
//!
//! A library too, since `bucksaw-bench`, which `bucksaw bench` starts, ends, prints and is interrupted alike.
#![forbid(unsafe_code)]

mod cli;
mod commands;
mod endings;
pub mod exit;
mod failure;
mod files;
mod intake;
pub mod interrupt;
mod search;
mod sources;
mod stdin;
pub mod system;
pub mod ui;
mod values;
mod words;

use std::io::{self, BufWriter};
use std::process::ExitCode;
use std::{panic, thread};

use bucksaw::Result;
use bucksaw::escape::{escape, escape_lines};
use bucksaw::internal::is_guarded;
use bucksaw_inspect::DECODER_THREAD;
use clap::Parser as _;
use clap::error::ContextValue;

use crate::cli::{Cli, Command};

/// Runs the command that the process's arguments ask for.
#[must_use]
pub fn main() -> ExitCode {
    hush_panics();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let asks_for_json = std::env::args_os().any(|argument| argument == "--json");
            let tell: fn(&str) = if asks_for_json { failure::print_usage } else { |_| {} };
            return usage_told(error, tell);
        }
    };
    let result = match &cli.command {
        Command::Convert(arguments) => match commands::convert::run(arguments) {
            Ok(code) => return ExitCode::from(code),
            Err(error) => Err(error),
        },
        Command::Inspect(arguments) => {
            let width = system::columns(&io::stdout());
            commands::inspect::run(arguments, width, &mut BufWriter::new(io::stdout().lock()))
        }
        Command::Cat(arguments) => {
            commands::cat::run(arguments, &mut BufWriter::new(io::stdout().lock()))
        }
        Command::Schema(arguments) => {
            commands::schema::run(arguments, &mut BufWriter::new(io::stdout().lock()))
        }
        Command::Lint(arguments) => {
            match commands::lint::run(arguments, &mut BufWriter::new(io::stdout().lock())) {
                Ok(code) => return ExitCode::from(code),
                Err(error) => Err(error),
            }
        }
        Command::Verify(arguments) => {
            match commands::verify::run(arguments, &mut BufWriter::new(io::stdout().lock())) {
                Ok(code) => return ExitCode::from(code),
                Err(error) => Err(error),
            }
        }
        Command::Ls(arguments) => {
            commands::ls::run(arguments, &mut BufWriter::new(io::stdout().lock()))
        }
        Command::Expire(arguments) => {
            commands::expire::run(arguments, &mut BufWriter::new(io::stdout().lock()))
        }
        Command::Repair(arguments) => {
            match commands::repair::run(arguments, &mut BufWriter::new(io::stdout().lock())) {
                Ok(code) => return ExitCode::from(code),
                Err(error) => Err(error),
            }
        }
        Command::Compact(arguments) => {
            commands::compact::run(arguments, &mut BufWriter::new(io::stdout().lock()))
        }
        Command::Bench { arguments } => return commands::measure::run("bench", arguments),
        Command::Plan { arguments } => return commands::measure::run("plan", arguments),
        Command::Completions { shell } => commands::documents::completions(*shell),
        Command::Man(arguments) => commands::documents::man_pages(arguments),
    };
    if let Err(error) = &result
        && prints_json(&cli.command)
        && exit::code_of(error) != exit::DONE
    {
        failure::print(error);
    }
    ended(result)
}

/// Whether standard output is JSON, errors too.
fn prints_json(command: &Command) -> bool {
    match command {
        Command::Convert(arguments) => {
            arguments.json && !commands::convert::goes_to_stdout(arguments)
        }
        Command::Inspect(arguments) => arguments.json,
        Command::Lint(arguments) => arguments.json,
        Command::Verify(arguments) => arguments.json,
        Command::Ls(arguments) => arguments.json,
        Command::Repair(arguments) => arguments.json,
        Command::Compact(arguments) => arguments.json,
        _ => false,
    }
}

/// Tells of an error, and says which code the process ends with.
#[must_use]
pub fn ended(result: Result<()>) -> ExitCode {
    let Err(error) = result else { return ExitCode::from(exit::DONE) };
    interrupt::remove_empty_folders();
    let code = exit::code_of(&error);
    if code != exit::DONE {
        ui::tell(&format!("bucksaw: {error}"));
    }
    ExitCode::from(code)
}

/// Says what is wrong with the command line, which it quotes, or prints the help that it asks for.
#[must_use]
pub fn usage(error: clap::Error) -> ExitCode {
    usage_told(error, |_| {})
}

/// The same, which is told otherwise, too.
fn usage_told(mut error: clap::Error, tell: impl FnOnce(&str)) -> ExitCode {
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
    let words = error.render().to_string();
    let words = words.trim_end();
    let words = words.strip_prefix("error: ").ok_or(words);
    tell(words.unwrap_or_else(|words| words));
    ui::tell(&words.map_or_else(str::to_owned, |words| format!("bucksaw: {words}")));
    ExitCode::from(exit::USAGE)
}

/// Decoders that panic on damaged files end as an error: no need for the panic's own words. Those of
/// other panics may quote data.
pub fn hush_panics() {
    let tell_all = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let words = info.to_string();
        if thread::current().name() == Some(DECODER_THREAD) || is_guarded() {
            // The error tells.
        } else if escape_lines(&words) == words {
            tell_all(info);
        } else {
            ui::tell(&words);
        }
    }));
}
