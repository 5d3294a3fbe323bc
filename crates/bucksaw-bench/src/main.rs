//! `bucksaw bench` and `bucksaw plan`. The allocator is the system's, as that of `bucksaw` is.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use bucksaw_bench::Allocator;

fn main() -> ExitCode {
    bucksaw_bench::main(&Allocator { name: "system", count: None })
}
