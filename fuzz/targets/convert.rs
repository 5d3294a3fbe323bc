#![no_main]

libfuzzer_sys::fuzz_target!(
    init: bucksaw_fuzz::prepare::prepare("convert"),
    |input: &[u8]| bucksaw_fuzz::convert::run(input)
);
