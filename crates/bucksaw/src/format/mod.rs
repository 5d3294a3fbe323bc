//! Parquet's metadata: plain structs, each written by one function in time linear in its own size.
//!
//! The parquet crate lends the names and numbers of enumerations (encodings, types); it does not write:
//! it gives floating-point columns a column order that many readers don't know, and then they can't
//! open the file at all.
//!
//! <https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift>

pub(crate) mod bound;
pub mod limits;
pub(crate) mod metadata;
pub mod origins;
pub(crate) mod page_header;
pub(crate) mod page_index;
pub(crate) mod schema;
pub(crate) mod statistics;
pub(crate) mod thrift;
#[cfg(feature = "arrow")]
pub(crate) mod type_order;

/// The bytes that a file starts and ends with.
pub(crate) const MAGIC: &[u8; 4] = b"PAR1";
