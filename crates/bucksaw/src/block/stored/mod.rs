//! A block's rows as bytes, and back: rows that wait outside of memory. Nobody but the process that wrote them reads them.
//!
//! Its lists, its text and its bytes are three sections, each compressed by itself. Of a column of texts, those that come again stand once
//! where that makes it smaller.

mod reading;
mod sections;
mod writing;

pub(crate) use self::sections::{Description, Sections, StoredBlock};

#[cfg(test)]
mod tests;

/// Tells which list follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Kind {
    Bool,
    I32,
    I64,
    F32,
    F64,
    Text,
    Bytes,
    List,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::Bool,
        Self::I32,
        Self::I64,
        Self::F32,
        Self::F64,
        Self::Text,
        Self::Bytes,
        Self::List,
    ];
}
