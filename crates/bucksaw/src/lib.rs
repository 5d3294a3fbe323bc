//! Telemetry rows in, Parquet out.

pub mod error;

pub use error::{Error, ErrorKind, Position, Result};
