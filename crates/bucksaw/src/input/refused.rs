//! A source that can't be read as what it is.

use super::Format;
use super::framing::{Frame, Framer, Limits};
use crate::error::{Error, ErrorKind, Result};

/// Has reading fail, and says why.
pub(super) struct Refused {
    pub(super) format: Format,
    pub(super) why: String,
}

impl Framer for Refused {
    fn next(&mut self, _: Vec<u8>, _: &mut Vec<u8>, _: Limits) -> Result<Frame> {
        Err(Error::new(ErrorKind::InputFormat, self.why.clone()))
    }

    fn format(&self) -> Format {
        self.format
    }

    fn position(&self) -> u64 {
        0
    }

    fn rest(&self) -> &[u8] {
        &[]
    }

    fn skip_record(&mut self, _: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<u64> {
        Ok(0)
    }
}
