#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| bucksaw_fuzz::ndjson::run(input));
