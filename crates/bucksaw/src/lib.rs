//! Telemetry rows in, Parquet out.

pub mod error;
pub mod inspect;

pub use error::{Error, ErrorKind, Position, Result};
