//! The command with a heap that counts, for `bucksaw bench`: counting costs time, so no other
//! executable does it. The figures are of bytes asked for, the same over any allocator.
#![forbid(unsafe_code)]

use std::alloc::System;
use std::process::ExitCode;

use bucksaw_bench::{Allocator, Count, Counted};
use peakmem_alloc::{PeakMemAlloc, PeakMemAllocTrait as _};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

/// The outer one counts the peak, the inner one how often and how much.
#[global_allocator]
static HEAP: PeakMemAlloc<&StatsAlloc<System>> = PeakMemAlloc::new(&INSTRUMENTED_SYSTEM);

struct Heap;

impl Count for Heap {
    fn restart(&self) {
        HEAP.reset_peak_memory();
    }

    fn total(&self) -> Counted {
        let stats = INSTRUMENTED_SYSTEM.stats();
        Counted {
            peak_bytes: HEAP.get_peak_memory() as u64,
            allocations: (stats.allocations + stats.reallocations) as u64,
            allocated_bytes: stats.bytes_allocated as u64,
        }
    }
}

fn main() -> ExitCode {
    bucksaw_bench::main(&Allocator { name: "system", count: Some(&Heap) })
}
