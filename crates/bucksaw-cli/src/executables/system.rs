//! The command with the system's allocator, for `bucksaw bench --allocators`.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use bucksaw_cli::Allocator;

fn main() -> ExitCode {
    bucksaw_cli::main(&Allocator { name: "system", count: None })
}
