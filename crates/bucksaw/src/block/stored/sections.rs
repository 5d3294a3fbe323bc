//! The three sections of a stored block, compressed and checked.

use std::borrow::Cow;

use self_cell::self_cell;
use twox_hash::XxHash64;

use crate::block::Block;
use crate::schema::TableTag;

/// A block's rows, as they are stored.
#[derive(Debug, Default)]
pub(crate) struct Sections {
    pub(super) lists: Vec<u8>,
    pub(super) text: String,
    pub(super) bytes: Vec<u8>,
}

/// What is known of stored sections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Description {
    /// Bytes of each, stored and as they are.
    lens: [(u32, u32); 3],
    hash: u64,
}

impl Description {
    /// Bytes of all, as they are stored.
    pub(crate) fn stored_bytes(&self) -> usize {
        self.lens.iter().map(|(stored, _)| *stored as usize).sum()
    }
}

impl Sections {
    pub(super) fn clear(&mut self) {
        self.lists.clear();
        self.text.clear();
        self.bytes.clear();
    }

    /// Appends them, compressed; none where they are too long.
    pub(crate) fn store(&self, out: &mut Vec<u8>) -> Option<Description> {
        let start = out.len();
        let mut lens = [(0, 0); 3];
        let sections = [&self.lists[..], self.text.as_bytes(), &self.bytes[..]];
        for (section, len) in sections.into_iter().zip(&mut lens) {
            let compressed = compress(section);
            out.extend_from_slice(&compressed);
            let len_of = |bytes: &[u8]| u32::try_from(bytes.len()).ok();
            *len = (len_of(&compressed)?, len_of(section)?);
        }
        Some(Description { lens, hash: XxHash64::oneshot(0, &out[start..]) })
    }

    /// Those that were stored as these bytes; none where they were not.
    pub(crate) fn read(mut stored: &[u8], description: &Description) -> Option<Self> {
        if stored.len() != description.stored_bytes()
            || XxHash64::oneshot(0, stored) != description.hash
        {
            return None;
        }
        let mut section = |(len, raw): (u32, u32)| {
            let (section, left) = stored.split_at_checked(len as usize)?;
            stored = left;
            decompress(section, raw as usize)
        };
        let [lists, text, bytes] = description.lens;
        Some(Self {
            lists: section(lists)?,
            text: String::from_utf8(section(text)?).ok()?,
            bytes: section(bytes)?,
        })
    }

    /// Bytes of all.
    pub(crate) fn bytes_used(&self) -> usize {
        self.lists.len() + self.text.len() + self.bytes.len()
    }

    pub(crate) fn bytes_held(&self) -> usize {
        self.lists.capacity() + self.text.capacity() + self.bytes.capacity()
    }
}

/// As it is where it does not become smaller.
#[cfg(feature = "lz4")]
fn compress(section: &[u8]) -> Cow<'_, [u8]> {
    let compressed = lz4_flex::block::compress(section);
    if compressed.len() < section.len() { compressed.into() } else { section.into() }
}

#[cfg(not(feature = "lz4"))]
fn compress(section: &[u8]) -> Cow<'_, [u8]> {
    section.into()
}

fn decompress(section: &[u8], len: usize) -> Option<Vec<u8>> {
    if section.len() == len {
        return Some(section.to_vec());
    }
    #[cfg(feature = "lz4")]
    return lz4_flex::block::decompress(section, len).ok().filter(|bytes| bytes.len() == len);
    #[cfg(not(feature = "lz4"))]
    None
}

self_cell!(
    struct Cell {
        owner: Sections,
        #[covariant]
        dependent: Block,
    }
);

/// A block that was stored, with what it borrows from.
pub(crate) struct StoredBlock {
    cell: Cell,
    bytes: usize,
}

impl StoredBlock {
    /// The block of these sections; none where they are not one's.
    pub(crate) fn of(sections: Sections, table: TableTag) -> Option<Self> {
        let of_sections = sections.bytes_used();
        let cell = Cell::try_new(sections, |sections| sections.block(table).ok_or(())).ok()?;
        let bytes = of_sections + cell.borrow_dependent().bytes_used();
        Some(Self { cell, bytes })
    }

    /// Bytes of memory that it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn block(&self) -> &Block<'_> {
        self.cell.borrow_dependent()
    }
}
