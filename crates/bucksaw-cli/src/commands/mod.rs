//! The subcommands: each has a `run`.

pub(crate) mod cat;
mod cell;
pub(crate) mod compact;
pub(crate) mod convert;
pub(crate) mod documents;
pub(crate) mod expire;
pub(crate) mod explain_text;
mod file_options;
mod format_options;
pub(crate) mod inspect;
mod inspect_dataset;
pub(crate) mod inspect_text;
pub(crate) mod lint;
pub(crate) mod ls;
pub(crate) mod measure;
mod named_files;
mod newest;
pub(crate) mod repair;
mod scan;
pub(crate) mod schema;
mod signal_stats_text;
mod table;
pub(crate) mod verify;
