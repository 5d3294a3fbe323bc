#![no_main]

libfuzzer_sys::fuzz_target!(|input: bucksaw_fuzz::encodings::Case| bucksaw_fuzz::encodings::run(
    input
));
