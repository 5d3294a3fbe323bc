//! Exit codes, and which error gets which.

use std::error::Error as _;
use std::io;

use bucksaw::{Error, ErrorKind};

/// Everything was done.
pub const DONE: u8 = 0;
/// Reading, writing or encoding failed.
pub const FAILED: u8 = 1;
/// The command line makes no sense, or options contradict each other. (Clap's code, too.)
pub const USAGE: u8 = 2;
/// The data is at fault: rejected lines, a refused row, an input of another format or without its end, a file that is
/// not Parquet.
pub const BAD_DATA: u8 = 3;
/// Something stands at the target already.
pub const EXISTS: u8 = 4;
/// Some inputs could not be converted, and the files of the others are written (`--keep-going`, or all records of one of several were rejected).
pub const PARTIAL: u8 = 5;
/// Interrupted by a signal, before the files were published.
pub const INTERRUPTED: u8 = 130;

/// The table of codes for `--help` and the man page.
pub const HELP: &str = "\
Exit codes:
  0    done; also where bad lines were left out or kept, as --on-error says,
       and where the reader of standard output went away
  1    reading, writing or encoding failed; no file is written
  2    wrong usage, or options that contradict each other
  3    the data is at fault, and no file is written: a malformed line or a
       refused row; every line rejected, or more than --max-rejected; an
       input of another format, or without its end; no Parquet file
  4    the output exists already, and --overwrite was not given
  5    some inputs could not be converted, and the files of all others are
       written (--keep-going, or every record of one was rejected); some files
       are no part of the dataset that was repaired
  130  interrupted before the files appeared, and nothing is left behind; of a
       dataset, what was published stays, and inputs were not read to their ends";

/// The code that the command ends with.
pub fn code_of(error: &Error) -> u8 {
    match error.kind() {
        ErrorKind::Io if is_broken_pipe(error) => DONE,
        ErrorKind::Options => USAGE,
        ErrorKind::Malformed
        | ErrorKind::Refused
        | ErrorKind::InputFormat
        | ErrorKind::Truncated
        | ErrorKind::InvalidParquet => BAD_DATA,
        ErrorKind::Exists => EXISTS,
        _ => FAILED,
    }
}

/// A reader that has seen enough is no error of ours.
fn is_broken_pipe(error: &Error) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
    cause.is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
