//! Whatever serde serializes as an object, as a row, by the rules for lines of NDJSON.
//!
//! A value's scalars are pushed as they come; only arrays, and objects below the depth limit, are written as JSON text.

mod common;
mod json;
mod key;
mod row;

use std::fmt;

use serde::Serialize;

use self::row::{Row, ValueSerializer};
use crate::coerce::builder::CopyingBuilder;
use crate::error::{Error, ErrorKind, Result};

/// Pushes the members of what `value` serializes as. After an error the row is to be undone.
///
/// # Errors
/// [`ErrorKind::Refused`] where it is no object, says that it can't be serialized, or its members are
/// refused.
pub(crate) fn scatter(
    value: &(impl Serialize + ?Sized),
    builder: &mut CopyingBuilder<'_, '_>,
) -> Result<()> {
    let mut row = Row::new(builder);
    value.serialize(ValueSerializer::of_row(&mut row)).map_err(|Failed(error)| error)
}

/// Why a value can't be serialized.
#[derive(Debug)]
struct Failed(Error);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Failed {}

impl serde::ser::Error for Failed {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(Error::new(ErrorKind::Refused, message.to_string()))
    }
}
