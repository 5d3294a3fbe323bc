//! Backends: blocks in, Parquet bytes out.

#[cfg(feature = "arrow")]
pub(crate) mod arrow;
pub(crate) mod backend;
pub(crate) mod direct;
pub(crate) mod discard;
mod finished_row_group;
mod footer;
mod footer_size;
pub(crate) mod origins;

use std::sync::Arc;

use self::backend::Backend;
use crate::options::{BackendKind, Options};
use crate::runtime::workers::Workers;

/// The backend that `options` name.
pub(crate) fn of(options: &Options, workers: &Arc<Workers>) -> Box<dyn Backend> {
    match options.backend {
        BackendKind::Direct => Box::new(direct::DirectBackend::new(options, workers)),
        #[cfg(feature = "arrow")]
        BackendKind::Arrow => Box::new(arrow::ArrowBackend::new(options)),
    }
}
