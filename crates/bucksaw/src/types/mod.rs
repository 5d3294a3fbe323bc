//! What columns mean and how they are stored: logical types, physical types, values, and what text and
//! numbers a type holds exactly.

#[cfg(feature = "arrow")]
pub(crate) mod arrow;
mod convert;
pub(crate) mod decimal;
pub(crate) mod exact;
pub(crate) mod habits;
pub(crate) mod item;
pub(crate) mod json;
pub(crate) mod logical;
pub(crate) mod members;
pub(crate) mod moment;
pub(crate) mod nesting;
pub(crate) mod number;
pub(crate) mod path;
pub(crate) mod physical;
pub(crate) mod reading;
pub(crate) mod spelling;
pub(crate) mod time_format;
pub(crate) mod timestamp;
pub(crate) mod untyped;
pub(crate) mod value;
