//! Where the elements of a document are in a chunk.

use std::ops::Range;
use std::sync::Arc;

use crate::input::framing::Limits;

/// Elements in a chunk, at the most.
pub(super) const MAX_ELEMENTS: usize = 1 << 15;

/// Bytes that a value takes in a block, about, when its column has no type yet.
const BYTES_OF_VALUE: usize = 8;

/// Values of members around them that the rows of a chunk may have, each counted for each row: they are in memory at once, and a few bytes
/// of input may ask for any number.
pub(super) fn max_repeated(limits: Limits) -> usize {
    limits.message_bytes / BYTES_OF_VALUE
}

/// What the framer says of a chunk.
#[derive(Debug, Default)]
pub(crate) struct Elements {
    pub(super) spans: Vec<Element>,
    /// See [`max_repeated`]: the decoder finds records that the framer does not see.
    pub(super) max_repeated: usize,
    /// What is around elements: the members before them.
    pub(super) envelopes: Vec<Arc<[Member]>>,
    /// Members of objects around elements that are in no row.
    pub(super) outside: u64,
}

/// An element, or what is wrong instead of one.
#[derive(Clone, Debug)]
pub(super) struct Element {
    pub(super) start: u32,
    pub(super) end: u32,
    /// Names of the path to records that are behind.
    pub(super) level: u8,
    pub(super) fault: Option<Fault>,
    /// The index of what is around it.
    pub(super) envelope: Option<u32>,
}

impl Element {
    pub(super) fn bytes(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether it is nothing but stray brackets and commas, and ends at this byte.
    pub(super) fn is_stray_up_to(&self, at: usize) -> bool {
        self.fault == Some(Fault::Stray) && self.end as usize == at
    }
}

/// A member of an object around elements: its path and its value as JSON text.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) path: String,
    pub(super) json: String,
}

impl Member {
    pub(super) fn bytes(&self) -> usize {
        self.path.len() + self.json.len()
    }

    /// How many values it is in a row, at the most: those in a list are each one.
    pub(super) fn values(&self) -> usize {
        match self.json.as_bytes() {
            b"null" => 0,
            [b'[' | b'{', inner @ ..] => 1 + memchr::memchr_iter(b',', inner).count(),
            _ => 1,
        }
    }
}

/// What is wrong between elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    NoComma,
    ExtraComma,
    Stray,
    NoName,
    NoColon,
    NoRecords {
        /// The member that is called as the one that is missing but for its case.
        near: Option<Box<str>>,
    },
    Cut,
}

impl Fault {
    pub(super) fn reason(&self) -> String {
        let reason = match self {
            Self::NoComma => "a comma is missing before it",
            Self::ExtraComma => "a comma without an element behind it",
            Self::Stray => "no element and no document starts here",
            Self::NoName => "expected a name in double quotes",
            Self::NoColon => "expected a colon between name and value",
            Self::NoRecords { near } => {
                return no_records("the object that ends here", near.as_deref());
            }
            Self::Cut => "it was cut: the next document of the sequence starts behind it",
        };
        reason.to_owned()
    }
}

/// What is wrong with an object without the member that leads to records, but with one that is nearly called so.
pub(super) fn no_records(object: &str, near: Option<&str>) -> String {
    let near =
        near.map_or_else(String::new, |near| format!(", but {near:?}: case matters in --records"));
    format!("{object} has no member that leads to records{near}")
}
