//! Values into columns, by the type rules.

pub(crate) mod block_builder;
pub(crate) mod builder;
pub(crate) mod counting;
mod entries;
pub(crate) mod evidence;
pub(crate) mod kind;
mod misfits;
mod parsed;
pub(crate) mod refusal;
pub(crate) mod rules;
pub(crate) mod settling;
mod times;
mod untyped;
mod waiting;
