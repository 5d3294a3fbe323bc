//! JSON documents: arrays of objects, objects one after the other however they are laid out, and JSON text sequences (RFC
//! 7464), with or without envelopes around them.
//!
//! What a source's outermost array has, or else its objects, are elements. The framer finds where each begins and ends, by
//! strings and brackets alone, so a document may be longer than memory; the decoder makes a row of each, or of each
//! record that is in it, as if it were a line of NDJSON.

mod decoder;
mod elements;
mod framing;
mod inner;
mod options;
mod scan;
mod walk;

pub(super) use self::decoder::Elements as ElementDecoder;
pub(crate) use self::elements::Elements;
pub(super) use self::framing::Elements as ElementFramer;
pub use self::options::JsonOptions;
pub(super) use self::scan::RECORD_SEPARATOR;
