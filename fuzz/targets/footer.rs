#![no_main]

libfuzzer_sys::fuzz_target!(
    init: bucksaw_fuzz::prepare::prepare("footer"),
    |input: &[u8]| bucksaw_fuzz::footer::run(input)
);
