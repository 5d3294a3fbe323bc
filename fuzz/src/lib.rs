//! What the fuzz targets share. Each target has one function here that takes its input and panics on
//! a finding; the files in `targets/` only call it.

mod backend;
pub mod encodings;
pub mod footer;
pub mod ndjson;
#[path = "../../crates/bucksaw/tests/support/mod.rs"]
mod support;
pub mod writer;
