#![no_main]

libfuzzer_sys::fuzz_target!(|input: bucksaw_fuzz::writer::Case| bucksaw_fuzz::writer::run(input));
