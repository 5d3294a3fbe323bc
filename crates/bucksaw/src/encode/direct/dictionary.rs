//! Dictionaries: each value once, in the order in which they came.
//!
//! The arena of a byte-array dictionary is its PLAIN page. Tables are open addressing over some bits
//! of hash and the entry's number.
//!
//! A dictionary says it holds what its entries need, not what its memory, which may have had more before,
//! has room for: where row groups end must not depend on what came in those before.

use super::encoding::plain::{LENGTH_BYTES, append_bytes};
use super::fixed_width::FixedWidth;
use crate::runtime::hash::{Seed, same};

/// Entries of a dictionary, at the most: indices have 16 bits.
pub(super) const MAX_ENTRIES: usize = 1 << 16;

/// How many slots an entry has, and how many times as long as needed a list is, at the most, where they are
/// used again.
const USUAL_SLOTS: usize = 16;
const USUAL_ROOM: usize = 4;

/// A table has so many slots for an entry, or more, and becomes so many times as large when it has not.
const ENTRY_SLOTS: usize = 2;
const GROWTH: usize = 4;

/// Slots of a new table.
const FIRST_SLOTS: usize = 64;
/// Enough for the entry's number and 1.
const ENTRY_BITS: u32 = 17;
const ENTRY_MASK: u32 = (1 << ENTRY_BITS) - 1;

/// Slots: 0 where empty, else the hash's upper bits above the entry's number and 1.
#[derive(Debug)]
struct Table {
    slots: Vec<u32>,
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
        let tag = tag_of(hash);
        let mut slot = hash as usize & mask;
        loop {
            let content = self.slots[slot];
            if content == 0 {
                return Err(slot);
            }
            if content & !ENTRY_MASK == tag {
                let entry = (content & ENTRY_MASK) - 1;
                if is_same(entry) {
                    return Ok(entry);
                }
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Puts the next entry into a slot that was found for it; true where the table is too full now.
    fn insert(&mut self, slot: usize, hash: u64) -> bool {
        self.len += 1;
        self.slots[slot] = tag_of(hash) | self.len as u32;
        self.len * ENTRY_SLOTS > self.slots.len()
    }

    fn grow(&mut self, hash_of: impl Fn(u32) -> u64) {
        let slots = self.slots.len() * GROWTH;
        self.slots.clear();
        self.slots.resize(slots, 0);
        for entry in 0..self.len as u32 {
            let hash = hash_of(entry);
            if let Err(slot) = self.find(hash, |_| false) {
                self.slots[slot] = tag_of(hash) | (entry + 1);
            }
        }
    }

    /// Starts anew in the same memory, unless that is much more than was needed.
    fn clear(&mut self) {
        if self.slots.len() > FIRST_SLOTS.max(self.len * USUAL_SLOTS) {
            *self = Self::new();
        } else {
            self.slots.fill(0);
            self.len = 0;
        }
    }

    fn bytes_held(&self) -> usize {
        let mut slots = FIRST_SLOTS;
        while self.len * ENTRY_SLOTS > slots {
            slots *= GROWTH;
        }
        slots * size_of::<u32>()
    }
}

/// The upper bits of a hash, where a slot has them.
#[inline]
fn tag_of(hash: u64) -> u32 {
    (hash >> 32) as u32 & !ENTRY_MASK
}

/// Bytes of a list that has grown to its length by doubling.
fn grown<T>(list: &[T]) -> usize {
    list.len().next_power_of_two() * size_of::<T>()
}

/// Empties a list; its memory is kept, unless it is much more than was needed.
fn clear<T>(list: &mut Vec<T>) {
    if list.capacity() > list.len() * USUAL_ROOM {
        *list = Vec::new();
    }
    list.clear();
}

/// A dictionary that the next chunk of its column can have.
pub(super) trait Reusable {
    /// Starts anew in the same memory.
    fn clear(&mut self);

    fn bytes_held(&self) -> usize;
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
}

impl<const PREFIX: usize> Reusable for BytesDictionary<PREFIX> {
    fn clear(&mut self) {
        self.table.clear();
        clear(&mut self.arena);
        clear(&mut self.starts);
        self.starts.push(PREFIX as u32);
    }

    fn bytes_held(&self) -> usize {
        self.table.bytes_held() + grown(&self.arena) + grown(&self.starts)
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
}

impl<T: FixedWidth> Reusable for FixedDictionary<T> {
    fn clear(&mut self) {
        self.table.clear();
        clear(&mut self.entries);
    }

    fn bytes_held(&self) -> usize {
        self.table.bytes_held() + grown(&self.entries)
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
