//! Where rows go: where row groups end, whether they are sorted, and what was counted on the way.

#[cfg(feature = "arrow")]
mod arrays;
mod keys;
pub(crate) mod limits;
pub(crate) mod signal_stats;
pub(crate) mod sortedness;
pub(crate) mod tally;
