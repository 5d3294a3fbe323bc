#![no_main]

libfuzzer_sys::fuzz_target!(
    init: bucksaw_fuzz::prepare::prepare("ndjson"),
    |input: &[u8]| bucksaw_fuzz::ndjson::run(input)
);
