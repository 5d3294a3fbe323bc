//! Backends: blocks in, Parquet bytes out.

#[cfg(feature = "arrow")]
pub(crate) mod arrow;
pub(crate) mod backend;
mod codec;
#[cfg(feature = "arrow")]
pub(crate) mod copied;
pub(crate) mod direct;
pub(crate) mod discard;
mod finished_row_group;
mod footer;
mod footer_size;
pub(crate) mod origins;
#[cfg(feature = "arrow")]
mod parsed_footer;
mod sums;
pub(crate) mod written;

use std::sync::Arc;

use self::backend::Backend;
use crate::options::{BackendKind, Options};
use crate::runtime::workers::Workers;

/// The backend that `options` name, which sums up what it is given where that is to be verified.
pub(crate) fn of(options: &Options, workers: &Arc<Workers>) -> Box<dyn Backend> {
    let backend: Box<dyn Backend> = match options.backend {
        BackendKind::Direct => Box::new(direct::DirectBackend::new(options, workers)),
        #[cfg(feature = "arrow")]
        BackendKind::Arrow => Box::new(arrow::ArrowBackend::new(options)),
    };
    if options.verify { Box::new(sums::Summed::new(backend)) } else { backend }
}
