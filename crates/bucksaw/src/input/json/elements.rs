//! Where the elements of a document are in a chunk.

use std::ops::Range;
use std::sync::Arc;

/// Elements in a chunk, at the most.
pub(super) const MAX_ELEMENTS: usize = 1 << 15;

/// What the framer says of a chunk.
#[derive(Debug, Default)]
pub(crate) struct Elements {
    pub(super) spans: Vec<Element>,
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
