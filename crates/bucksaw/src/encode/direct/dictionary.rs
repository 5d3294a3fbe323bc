//! Dictionaries: each value once, in the order in which they came.
//!
//! The arena of a byte-array dictionary is its PLAIN page. Tables are open addressing over 32 bits
//! of hash and the entry's number.

use super::encoding::plain::{LENGTH_BYTES, append_bytes};
use super::fixed_width::FixedWidth;
use crate::runtime::hash::{Seed, same};

/// Entries of a dictionary, at the most: indices have 16 bits.
pub(super) const MAX_ENTRIES: usize = 1 << 16;

/// Slots of a new table.
const FIRST_SLOTS: usize = 64;
const ENTRY_BITS: u32 = 32;

/// Slots: 0 where empty, else the hash's upper half above the entry's number and 1.
#[derive(Debug)]
struct Table {
    slots: Vec<u64>,
    len: usize,
}

impl Table {
    fn new() -> Self {
        Self { slots: vec![0; FIRST_SLOTS], len: 0 }
    }

    /// The entry with this hash for which `is_same` holds, or else the slot for it.
    #[inline]
    fn find(&self, hash: u64, is_same: impl Fn(u32) -> bool) -> Result<u32, usize> {
        let mask = self.slots.len() - 1;
        let tag = hash >> ENTRY_BITS;
        let mut slot = hash as usize & mask;
        loop {
            let content = self.slots[slot];
            if content == 0 {
                return Err(slot);
            }
            let entry = content as u32 - 1;
            if content >> ENTRY_BITS == tag && is_same(entry) {
                return Ok(entry);
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Puts the next entry into a slot that was found for it; true where the table is too full now.
    fn insert(&mut self, slot: usize, hash: u64) -> bool {
        self.len += 1;
        self.slots[slot] = (hash >> ENTRY_BITS << ENTRY_BITS) | self.len as u64;
        self.len * 2 > self.slots.len()
    }

    fn grow(&mut self, hash_of: impl Fn(u32) -> u64) {
        let slots = self.slots.len() * 4;
        self.slots.clear();
        self.slots.resize(slots, 0);
        for entry in 0..self.len as u32 {
            let hash = hash_of(entry);
            if let Err(slot) = self.find(hash, |_| false) {
                self.slots[slot] = (hash >> ENTRY_BITS << ENTRY_BITS) | (u64::from(entry) + 1);
            }
        }
    }

    fn bytes_held(&self) -> usize {
        self.slots.capacity() * 8
    }
}

/// A dictionary of byte arrays, which have so many bytes of length before them when PLAIN.
#[derive(Debug)]
pub(super) struct BytesDictionary<const PREFIX: usize> {
    seed: Seed,
    table: Table,
    /// The PLAIN page.
    arena: Vec<u8>,
    /// Where each entry's bytes start in the arena, behind their length; and where the next would.
    starts: Vec<u32>,
}

impl<const PREFIX: usize> BytesDictionary<PREFIX> {
    pub(super) fn new(seed: Seed) -> Self {
        let starts = vec![PREFIX as u32];
        Self { seed, table: Table::new(), arena: Vec::new(), starts }
    }

    pub(super) fn len(&self) -> usize {
        self.table.len
    }

    pub(super) fn page(&self) -> &[u8] {
        &self.arena
    }

    pub(super) fn entry(&self, entry: u32) -> &[u8] {
        entry_of::<PREFIX>(&self.arena, &self.starts, entry)
    }

    /// The number of the entry that equals `value`, a new one if need be.
    #[inline]
    pub(super) fn intern(&mut self, value: &[u8]) -> u32 {
        let hash = self.seed.hash_bytes(value);
        let (arena, starts) = (&self.arena, &self.starts);
        match self.table.find(hash, |entry| same(entry_of::<PREFIX>(arena, starts, entry), value)) {
            Ok(entry) => entry,
            Err(slot) => self.insert(value, slot, hash),
        }
    }

    #[cold]
    fn insert(&mut self, value: &[u8], slot: usize, hash: u64) -> u32 {
        let entry = self.table.len as u32;
        match PREFIX {
            LENGTH_BYTES => append_bytes(value, &mut self.arena),
            _ => self.arena.extend_from_slice(value),
        }
        self.starts.push((self.arena.len() + PREFIX) as u32);
        if self.table.insert(slot, hash) {
            let (seed, arena, starts) = (self.seed, &self.arena, &self.starts);
            self.table.grow(|entry| seed.hash_bytes(entry_of::<PREFIX>(arena, starts, entry)));
        }
        entry
    }

    pub(super) fn bytes_held(&self) -> usize {
        self.table.bytes_held() + self.arena.capacity() + self.starts.capacity() * 4
    }
}

fn entry_of<'d, const PREFIX: usize>(arena: &'d [u8], starts: &[u32], entry: u32) -> &'d [u8] {
    let entry = entry as usize;
    &arena[starts[entry] as usize..starts[entry + 1] as usize - PREFIX]
}

/// A dictionary of numbers, told apart by their bits.
#[derive(Debug)]
pub(super) struct FixedDictionary<T> {
    seed: Seed,
    table: Table,
    entries: Vec<T>,
}

impl<T: FixedWidth> FixedDictionary<T> {
    pub(super) fn new(seed: Seed) -> Self {
        Self { seed, table: Table::new(), entries: Vec::new() }
    }

    pub(super) fn entries(&self) -> &[T] {
        &self.entries
    }

    #[inline]
    pub(super) fn intern(&mut self, value: T) -> u32 {
        let bits = value.bits();
        let hash = self.seed.hash_u64(bits);
        let entries = &self.entries;
        match self.table.find(hash, |entry| entries[entry as usize].bits() == bits) {
            Ok(entry) => entry,
            Err(slot) => {
                self.entries.push(value);
                if self.table.insert(slot, hash) {
                    let (seed, entries) = (self.seed, &self.entries);
                    self.table.grow(|entry| seed.hash_u64(entries[entry as usize].bits()));
                }
                self.entries.len() as u32 - 1
            }
        }
    }

    pub(super) fn bytes_held(&self) -> usize {
        self.table.bytes_held() + self.entries.capacity() * T::WIDTH
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_get_the_number_of_their_first_place(values in vec(vec(0..4_u8, 0..5), 0..400)) {
            let mut dictionary = BytesDictionary::<LENGTH_BYTES>::new(Seed::random());
            let mut model: Vec<&[u8]> = Vec::new();
            for value in &values {
                let expected = model.iter().position(|known| known == value).unwrap_or(model.len());
                if expected == model.len() {
                    model.push(value);
                }
                prop_assert_eq!(dictionary.intern(value) as usize, expected);
            }
            prop_assert_eq!(dictionary.len(), model.len());
            let mut page = Vec::new();
            model.iter().for_each(|value| append_bytes(value, &mut page));
            prop_assert_eq!(dictionary.page(), page);
            for (number, value) in model.iter().enumerate() {
                prop_assert_eq!(dictionary.entry(number as u32), *value);
            }
        }

        #[test]
        fn fixed_values_get_the_number_of_their_first_place(values in vec(0..300_i64, 0..800)) {
            let mut dictionary = FixedDictionary::new(Seed::random());
            let mut model = Vec::new();
            for value in values {
                let expected = model.iter().position(|known| *known == value).unwrap_or(model.len());
                if expected == model.len() {
                    model.push(value);
                }
                prop_assert_eq!(dictionary.intern(value) as usize, expected);
            }
            prop_assert_eq!(dictionary.entries(), model);
        }
    }
}
