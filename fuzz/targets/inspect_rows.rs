#![no_main]

libfuzzer_sys::fuzz_target!(
    init: bucksaw_fuzz::prepare::prepare("inspect_rows"),
    |input: &[u8]| bucksaw_fuzz::inspect_rows::run(input)
);
