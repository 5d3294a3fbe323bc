//! The `bucksaw` command. Its allocator is the system's, which takes the least memory and no more time.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use bucksaw_cli::Allocator;

fn main() -> ExitCode {
    bucksaw_cli::main(&Allocator { name: "system", count: None })
}
