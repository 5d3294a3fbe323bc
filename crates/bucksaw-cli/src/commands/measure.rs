//! `bucksaw bench` and `bucksaw plan`: a program of their own, `bucksaw-bench`, which brings rows, plots and
//! allocators that nobody needs who converts files.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use bucksaw::{Error, ErrorKind};

use crate::ended;

/// The program.
const NAME: &str = "bucksaw-bench";

/// Becomes the program: the one beside this executable, or the first on the path.
pub(crate) fn run(subcommand: &str, arguments: &[OsString]) -> ExitCode {
    let mut command = Command::new(beside().unwrap_or_else(|| NAME.into()));
    match start(command.arg(subcommand).args(arguments)) {
        Ok(code) => code,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            let message = format!(
                "`bucksaw {subcommand}` is a program of its own, {NAME}, which is neither beside this one nor on the path: install it from Bucksaw's source with  cargo install --path crates/{NAME}"
            );
            ended(Err(Error::new(ErrorKind::Unsupported, message)))
        }
        Err(cause) => ended(Err(Error::io(format!("could not start {NAME}"), cause))),
    }
}

fn beside() -> Option<PathBuf> {
    let file = format!("{NAME}{}", env::consts::EXE_SUFFIX);
    Some(env::current_exe().ok()?.with_file_name(file)).filter(|path| path.is_file())
}

#[cfg(unix)]
fn start(command: &mut Command) -> io::Result<ExitCode> {
    use std::os::unix::process::CommandExt as _;
    // Comes back only where it fails.
    Err(command.exec())
}

#[cfg(not(unix))]
fn start(command: &mut Command) -> io::Result<ExitCode> {
    let code = command.status()?.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(crate::exit::FAILED)))
}
