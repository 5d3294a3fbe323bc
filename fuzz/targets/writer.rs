#![no_main]

libfuzzer_sys::fuzz_target!(
    init: bucksaw_fuzz::prepare::prepare("writer"),
    |input: bucksaw_fuzz::writer::Case| bucksaw_fuzz::writer::run(&input)
);
