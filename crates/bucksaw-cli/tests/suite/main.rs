//! The command from outside: one program, so that it is linked once. `support` runs the command.

mod cat;
mod conditions;
mod convert;
mod datasets;
mod faults;
mod golden;
mod hostile_words;
mod inspect;
mod interrupt;
mod killed;
mod leaves;
mod leftovers;
mod lint;
mod measure;
mod memory;
mod schema;
mod support;
mod verify;

/// What is tested.
const PROGRAM: &str = env!("CARGO_BIN_EXE_bucksaw");
