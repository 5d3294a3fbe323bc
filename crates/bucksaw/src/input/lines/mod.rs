//! Formats each of whose rows is a line of text: how sources of them are cut, and what of a line has nothing to do with
//! what is in it.

mod decoder;
mod framing;

pub(super) use self::decoder::{Fault, LineRows, ReadLine, Record, keeps_text, push_text_line};
pub(super) use self::framing::Lines as LineFramer;

/// What to do with lines of text among records of a format that they don't have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextLines {
    /// They are rejected.
    #[default]
    Reject,
    /// Each is a row, whose column `message` has it. In NDJSON that is a line that doesn't begin as an object does. Where
    /// values are redacted, those of `message` not among them, such lines are rejected all the same: what is in them, nobody
    /// knows.
    Keep,
}
