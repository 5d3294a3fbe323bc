//! Which column is likely to come next.

/// Which column came after which: rows mostly have theirs in the order of earlier rows, and comparing
/// a name is faster than looking it up.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    /// For the row's start, and then for each column, the indexes of the last two that came next.
    followers: Vec<[u32; 2]>,
    /// 0 at the row's start, else the index of the last column and 1.
    last: usize,
}

/// The index of no column.
const NOWHERE: u32 = u32::MAX;

impl Order {
    /// The indexes of the columns that are likely to come next, the likeliest first.
    #[inline]
    pub(super) fn next(&self) -> [u32; 2] {
        self.followers.get(self.last).copied().unwrap_or([NOWHERE; 2])
    }

    #[inline]
    pub(super) fn went_to(&mut self, column: u32) {
        match self.followers.get_mut(self.last) {
            Some(next) if next[0] == column => {}
            Some(next) => *next = [column, next[0]],
            None => {
                self.followers.resize(self.last + 1, [NOWHERE; 2]);
                self.followers[self.last][0] = column;
            }
        }
        self.last = column as usize + 1;
    }

    /// Forgets what came after columns from this one on.
    pub(super) fn forget_from(&mut self, column: usize) {
        self.followers.truncate(column + 1);
    }

    pub(super) fn row_ended(&mut self) {
        self.last = 0;
    }
}

/// Slots for [`Found`].
const SLOTS: usize = 1024;

/// At which column a name was found last, by some bits of the name's hash: rows whose columns come in any order have them there. What is in a slot
/// need not be of the name.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// None until a name was found.
    slots: Vec<u32>,
}

impl Found {
    #[inline]
    pub(super) fn at(&self, hash: u64) -> u32 {
        self.slots.get(hash as usize % SLOTS).copied().unwrap_or(NOWHERE)
    }

    pub(super) fn remember(&mut self, hash: u64, column: u32) {
        self.slots.resize(SLOTS, NOWHERE);
        self.slots[hash as usize % SLOTS] = column;
    }
}
