//! Running a decoder that may panic: on a thread of its own, with a large stack.

use std::any::Any;
use std::thread;

use parquet::errors::ParquetError;

use bucksaw::{Error, ErrorKind, Result};

/// The stack of a decoding thread: 64 MiB. Only what is touched takes memory.
const DEFAULT_DECODER_STACK_BYTES: usize = 64 << 20;

/// The name of the threads that files are decoded on. A panic on one becomes an error, so a program
/// may keep its panic hook from telling of it.
pub const DECODER_THREAD: &str = "inspect";

/// Runs a decoder to its end; its panic becomes an error.
pub(super) fn run<T: Send + 'static>(
    what: &str,
    decoder: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let thread = thread::Builder::new()
        .name(DECODER_THREAD.to_owned())
        .stack_size(DEFAULT_DECODER_STACK_BYTES)
        .spawn(decoder)
        .map_err(|cause| Error::io(format!("could not start a thread to {what}"), cause))?;
    thread.join().unwrap_or_else(|panic| Err(panicked(&*panic)))
}

/// The error for a decoder's panic.
fn panicked(panic: &(dyn Any + Send)) -> Error {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    Error::new(ErrorKind::InvalidParquet, format!("the decoder gave up on damaged data: {text}"))
}

/// The error for a decoder's error.
pub(super) fn failed(message: &str, cause: ParquetError) -> Error {
    Error::new(ErrorKind::InvalidParquet, message).with_cause(cause)
}
