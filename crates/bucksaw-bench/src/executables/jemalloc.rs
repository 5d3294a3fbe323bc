//! The command with jemalloc, for `bucksaw bench --allocators`.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use bucksaw_bench::Allocator;
use tikv_jemallocator::Jemalloc;

#[global_allocator]
static HEAP: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    bucksaw_bench::main(&Allocator { name: "jemalloc", count: None })
}
