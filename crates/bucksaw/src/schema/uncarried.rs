//! Names that have no column because the memory limit carries no more.

use std::collections::HashSet;

/// Names are counted to this number.
const MAX_NAMES: usize = 1 << 16;

/// See the module. Names are known by their hashes.
#[derive(Clone, Debug, Default)]
pub(super) struct Uncarried {
    /// In the order in which they came.
    pub(super) names: Vec<u64>,
    known: HashSet<u64>,
}

impl Uncarried {
    /// Adds a name; whether it is new.
    pub(super) fn add(&mut self, name: u64) -> bool {
        let is_new = self.names.len() < MAX_NAMES && self.known.insert(name);
        if is_new {
            self.names.push(name);
        }
        is_new
    }

    /// Forgets all but the first `len` names.
    pub(super) fn truncate(&mut self, len: usize) {
        for name in self.names.drain(len.min(self.names.len())..) {
            self.known.remove(&name);
        }
    }
}
