#![no_main]

libfuzzer_sys::fuzz_target!(
    init: bucksaw_fuzz::prepare::prepare("schema"),
    |input: &[u8]| bucksaw_fuzz::schema::run(input)
);
