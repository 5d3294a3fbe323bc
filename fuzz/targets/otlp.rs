#![no_main]

libfuzzer_sys::fuzz_target!(
    init: bucksaw_fuzz::prepare::prepare("otlp"),
    |input: &[u8]| bucksaw_fuzz::otlp::run(input)
);
