//! The command from outside: one program, so that it is linked once. `support` runs the command.

mod bench;
mod convert;
mod faults;
mod hostile_words;
mod interrupt;
mod killed;
mod leftovers;
mod memory;
mod support;
