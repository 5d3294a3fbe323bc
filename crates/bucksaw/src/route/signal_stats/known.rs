//! Different texts that rows have, and how many rows have each.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;
use twox_hash::XxHash64;

use crate::runtime::hash::{Seed, same};
use crate::runtime::sketch::Sketch;

/// Texts, and bytes of them, that are kept; rows of others are counted together.
const MAX_TEXTS: usize = 4_096;
const MAX_TEXT_BYTES: usize = 256 << 10;

/// Texts that are found without looking for them.
const RECENT: usize = 32;

/// A text by its number here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextId {
    /// The row has no text.
    None,
    /// One of those that are kept.
    Kept(u32),
    /// None of those.
    Other,
}

impl TextId {
    /// A number of its own.
    pub(super) fn number(self) -> u32 {
        match self {
            Self::None => u32::MAX,
            Self::Other => u32::MAX - 1,
            Self::Kept(id) => id,
        }
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct KnownTexts {
    ids: HashMap<Arc<str>, u32, RandomState>,
    texts: Vec<Arc<str>>,
    rows: Vec<u64>,
    bytes: usize,
    rows_of_others: u64,
    /// Of all texts, once there are others.
    distinct: Option<Sketch>,
    /// The one that was found last of those with the same bits of hash: a few texts mostly come again and again, in any order.
    recent: [Option<u32>; RECENT],
    seed: Seed,
}

impl Default for KnownTexts {
    fn default() -> Self {
        Self {
            ids: HashMap::default(),
            texts: Vec::new(),
            rows: Vec::new(),
            bytes: 0,
            rows_of_others: 0,
            distinct: None,
            recent: [None; RECENT],
            seed: Seed::random(),
        }
    }
}

impl KnownTexts {
    /// Counts rows that have a text.
    #[inline]
    pub(super) fn count(&mut self, text: &str, rows: u64) -> TextId {
        let slot = self.seed.hash_bytes(text.as_bytes()) as usize % RECENT;
        let is_same = |id: &u32| same(self.texts[*id as usize].as_bytes(), text.as_bytes());
        let id = match self.recent[slot].filter(is_same) {
            None => self.find(text),
            recent => recent,
        };
        let Some(id) = id else { return self.count_other(text, rows) };
        self.recent[slot] = Some(id);
        self.rows[id as usize] += rows;
        TextId::Kept(id)
    }

    fn find(&mut self, text: &str) -> Option<u32> {
        if let Some(id) = self.ids.get(text) {
            return Some(*id);
        }
        if self.texts.len() == MAX_TEXTS || self.bytes + text.len() > MAX_TEXT_BYTES {
            return None;
        }
        let id = self.texts.len() as u32;
        let kept: Arc<str> = text.into();
        self.bytes += text.len();
        self.ids.insert(Arc::clone(&kept), id);
        self.texts.push(kept);
        self.rows.push(0);
        Some(id)
    }

    #[cold]
    fn count_other(&mut self, text: &str, rows: u64) -> TextId {
        let hash = |text: &str| XxHash64::oneshot(0, text.as_bytes());
        let distinct = self.distinct.get_or_insert_default();
        if self.rows_of_others == 0 {
            self.texts.iter().for_each(|kept| distinct.add(hash(kept)));
        }
        distinct.add(hash(text));
        // A shorter text may still find room, and is one of all texts.
        self.rows_of_others += rows;
        TextId::Other
    }

    pub(super) fn text(&self, id: u32) -> &str {
        &self.texts[id as usize]
    }

    /// How many texts differ; estimated where not all are kept.
    pub(super) fn distinct(&self) -> u64 {
        let kept = self.texts.len() as u64;
        self.distinct.as_ref().map_or(kept, |distinct| distinct.estimate().max(kept))
    }

    pub(super) fn rows_of_others(&self) -> u64 {
        self.rows_of_others
    }

    /// The texts with their rows, most rows first.
    pub(super) fn most_first(&self) -> Vec<(&str, u64)> {
        let mut counted: Vec<_> =
            self.texts.iter().map(|text| &**text).zip(self.rows.iter().copied()).collect();
        counted.sort_unstable_by(|(a, of_a), (b, of_b)| of_b.cmp(of_a).then(a.cmp(b)));
        counted
    }
}
