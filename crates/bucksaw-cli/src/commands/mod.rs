//! The subcommands.

pub(crate) mod convert;
pub(crate) mod documents;
