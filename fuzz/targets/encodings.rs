#![no_main]

libfuzzer_sys::fuzz_target!(
    init: bucksaw_fuzz::prepare::prepare("encodings"),
    |input: bucksaw_fuzz::encodings::Case| bucksaw_fuzz::encodings::run(input)
);
