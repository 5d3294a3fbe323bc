//! What came of a source's records: counts, and what to do with those that make no row.

use super::decoding::DecodedChunk;
use super::framing::too_long;
use super::source::Source;
use super::{InputCounts, OnError, Rejection};
use crate::error::{Error, ErrorKind, Result};

/// See the module. Chunks come to it in the source's order.
pub(crate) struct Records<'r> {
    name: String,
    on_error: OnError<'r>,
    counts: InputCounts,
    /// The next line's number, from 1.
    line: u64,
}

impl<'r> Records<'r> {
    pub(super) fn new(name: String, on_error: OnError<'r>) -> Self {
        Self { name, on_error, counts: InputCounts::default(), line: 1 }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn counts(&self) -> InputCounts {
        self.counts
    }

    /// Whether the first rejected record is an error.
    pub(crate) fn stops_at_rejected(&self) -> bool {
        matches!(self.on_error, OnError::Fail)
    }

    /// Counts what a chunk came to, and passes on the records that it rejected.
    ///
    /// # Errors
    /// That of the first rejected record, where it is an error; those of what takes them.
    pub(crate) fn settle(&mut self, decoded: &mut DecodedChunk) -> Result<()> {
        let rejected = decoded.take_rejected();
        let (chunk, found) = (decoded.chunk(), decoded.decoded());
        self.counts.add(&found.counts);
        for rejected in rejected {
            let rejection = Rejection {
                source: self.name.clone(),
                line: self.line + rejected.line,
                column: (rejected.at - rejected.bytes.start) as u64 + 1,
                byte: chunk.position + rejected.at as u64,
                reason: rejected.reason,
            };
            match &mut self.on_error {
                OnError::Fail => return Err(failure(rejection, rejected.refused)),
                OnError::Skip => {}
                OnError::Keep(rejects) => {
                    rejects.part(&chunk.bytes[rejected.bytes])?;
                    rejects.end(&rejection)?;
                }
            }
        }
        self.line += found.lines;
        Ok(())
    }

    /// Rejects a record that is longer than the limit, as it is read.
    ///
    /// # Errors
    /// As [`settle`](Self::settle); [`ErrorKind::Io`].
    pub(super) fn reject_too_long(&mut self, source: &mut Source<'_>, limit: usize) -> Result<()> {
        let rejection = Rejection {
            source: self.name.clone(),
            line: self.line,
            column: 1,
            byte: source.position(),
            reason: too_long(limit),
        };
        if let OnError::Fail = self.on_error {
            return Err(failure(rejection, None));
        }
        let on_error = &mut self.on_error;
        let skipped = source.skip_record(&mut |part| match on_error {
            OnError::Keep(rejects) => rejects.part(part),
            _ => Ok(()),
        });
        self.counts.bytes += skipped.map_err(|error| error.in_source(&self.name))?;
        if let OnError::Keep(rejects) = &mut self.on_error {
            rejects.end(&rejection)?;
        }
        self.line += 1;
        self.counts.records += 1;
        self.counts.rejected += 1;
        Ok(())
    }
}

fn failure(rejection: Rejection, refused: Option<Error>) -> Error {
    let advice =
        "fix the line, or leave such lines out (--on-error skip) or aside (--on-error FILE)";
    let error = refused.unwrap_or_else(|| {
        Error::new(ErrorKind::Malformed, format!("{}: {advice}", rejection.reason))
    });
    error.in_source(&rejection.source).at_line(rejection.line, rejection.column, rejection.byte)
}
