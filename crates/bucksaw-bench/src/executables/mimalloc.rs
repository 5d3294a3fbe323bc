//! The command with mimalloc, for `bucksaw bench --allocators`.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use bucksaw_bench::Allocator;
use mimalloc::MiMalloc;

#[global_allocator]
static HEAP: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    bucksaw_bench::main(&Allocator { name: "mimalloc", count: None })
}
