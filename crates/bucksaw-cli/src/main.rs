//! The `bucksaw` command.
#![forbid(unsafe_code)]

fn main() {}
