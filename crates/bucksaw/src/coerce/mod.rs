//! Values into columns, by the type rules.

pub(crate) mod block_builder;
pub(crate) mod builder;
pub(crate) mod counts;
mod evidence;
pub(crate) mod item;
pub(crate) mod json;
pub(crate) mod rules;
pub(crate) mod settling;
