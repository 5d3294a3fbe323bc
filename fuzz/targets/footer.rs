#![no_main]

use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

libfuzzer_sys::fuzz_target!(
    init: bucksaw_fuzz::footer::let_panics_be_caught(),
    |input: &[u8]| bucksaw_fuzz::footer::run(input, &MEMORY)
);
