//! The subcommands: each has its arguments and its `run`.

pub(crate) mod inspect;
pub(crate) mod inspect_text;
