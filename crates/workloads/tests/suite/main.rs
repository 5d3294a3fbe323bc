//! The workloads from outside: one program, so that it is linked once.

mod command;
mod realistic;
mod synth40;
mod varied;
mod workloads;
