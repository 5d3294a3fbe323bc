//! How a source's bytes become rows.

use super::{Format, NdjsonOptions};
use crate::error::Result;

/// How a source's bytes become rows, for [`Input::open`](crate::Input::open).
///
/// ```
/// use bucksaw::{Format, InputOptions, NdjsonOptions};
/// let options = InputOptions::new().ndjson(NdjsonOptions::new().max_depth(3));
/// assert_eq!((options.format, options.ndjson.max_depth), (Format::Auto, 3));
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct InputOptions {
    /// What the source is read as. Default: what its first bytes say.
    pub format: Format,
    /// How lines become rows, where it is NDJSON.
    pub ndjson: NdjsonOptions,
}

impl InputOptions {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`format`](#structfield.format).
    #[must_use]
    pub fn format(self, format: Format) -> Self {
        Self { format, ..self }
    }

    /// Sets [`ndjson`](#structfield.ndjson).
    #[must_use]
    pub fn ndjson(self, ndjson: NdjsonOptions) -> Self {
        Self { ndjson, ..self }
    }

    /// Every problem of these options at once.
    ///
    /// # Errors
    /// [`ErrorKind::Options`](crate::ErrorKind::Options), with a line for each problem.
    pub fn validate(&self) -> Result<()> {
        self.ndjson.validate()
    }
}
