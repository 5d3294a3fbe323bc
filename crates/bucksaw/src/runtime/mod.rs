//! What loops on the way use: threads, hashes, asking for memory before it is read.

pub(crate) mod guard;
pub(crate) mod hash;
mod pool;
pub(crate) mod prefetch;
pub(crate) mod sketch;
pub(crate) mod workers;
