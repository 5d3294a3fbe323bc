//! Where rows go: where row groups end, whether they are sorted, and what was counted on the way.

#[cfg(feature = "arrow")]
mod arrays;
mod buffer;
mod cluster;
mod comparable;
mod key_columns;
mod keys;
pub(crate) mod limits;
mod merge;
pub(crate) mod order;
pub(crate) mod partition;
pub(crate) mod roll;
mod runs;
pub(crate) mod signal_stats;
pub(crate) mod sort;
pub(crate) mod sortedness;
pub(crate) mod tally;

use crate::encode::backend::Backend;
use crate::options::Options;

/// The backend, with rows in the order that the options want of each row group.
pub(crate) fn ordered(options: &Options, backend: Box<dyn Backend>) -> Box<dyn Backend> {
    match options.clustered_by.is_empty() {
        true => backend,
        false => Box::new(cluster::Clustered::new(options, backend)),
    }
}
