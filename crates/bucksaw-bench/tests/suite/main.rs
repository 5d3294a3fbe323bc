//! `bucksaw bench` and `bucksaw plan` from outside. Nothing here depends on how fast anything is.

mod figures;
mod hostile_words;
mod inputs;
mod page;
mod plan;
#[path = "../../../bucksaw-cli/tests/suite/support/mod.rs"]
mod support;
mod usage;

/// What is tested: all of it, as `bucksaw` starts it.
const PROGRAM: &str = env!("CARGO_BIN_EXE_bucksaw-bench");
