//! `bucksaw bench` and `bucksaw plan` from outside. Nothing here depends on how fast anything is.

mod figures;
mod inputs;
mod page;
mod plan;
mod usage;
