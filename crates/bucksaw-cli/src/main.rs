//! The `bucksaw` command. Its allocator is the system's, which takes the least memory and no more time.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    bucksaw_cli::main()
}
