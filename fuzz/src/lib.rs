//! What the fuzz targets share. Each target has one function here that takes its input and panics on
//! a finding; the files in `targets/` only call it. See the README.

pub mod convert;
#[path = "../../crates/bucksaw/tests/suite/otlp/json/definition.rs"]
mod definition;
mod encode;
pub mod encodings;
pub mod footer;
mod format;
pub mod inspect_rows;
pub mod lines;
pub mod mutations;
pub mod ndjson;
pub mod otlp;
pub mod prepare;
pub mod schema;
pub mod scratch;
#[path = "../../crates/bucksaw/tests/suite/support/mod.rs"]
mod support;
pub mod writer;

use peak_alloc::PeakAlloc;

/// Counts the memory that a target takes.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;
