//! Where row groups end: the one place that knows the limits.

use crate::options::Options;

/// One part in so many of the memory limit is left for what an allocator takes beside what it is asked
/// for, and for what a step adds before anyone looks again.
const ALLOCATOR_PARTS: usize = 4;

/// What a backend holds of the row group that it has not finished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Buffered {
    /// Rows.
    pub rows: usize,
    /// Bytes of memory, with those that ending the row group takes besides.
    pub bytes_held: usize,
    /// Bytes that the row group would have in the file if it ended now, about.
    pub bytes_expected: usize,
}

/// Decides when a row group ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowGroupLimits {
    rows: usize,
    bytes: usize,
    memory: usize,
}

impl RowGroupLimits {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            rows: options.row_group_rows,
            bytes: options.row_group_bytes,
            memory: options.memory_limit / ALLOCATOR_PARTS * (ALLOCATOR_PARTS - 1),
        }
    }

    /// Rows that the open row group can still take.
    pub(crate) fn rows_left(&self, buffered: Buffered) -> usize {
        self.rows - buffered.rows.min(self.rows)
    }

    /// Whether the row group has to end. `held_elsewhere` counts what input and blocks hold, in
    /// bytes.
    pub(crate) fn is_full(&self, buffered: Buffered, held_elsewhere: usize) -> bool {
        let memory = buffered.bytes_held + held_elsewhere;
        buffered.rows > 0
            && (buffered.rows >= self.rows
                || buffered.bytes_expected >= self.bytes
                || memory >= self.memory)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_limit_ends_a_row_group_and_an_empty_one_never_ends() {
        let options =
            Options::new().row_group_rows(100).row_group_bytes(1_000).memory_limit(8 << 20);
        let limits = RowGroupLimits::new(&options);
        let small = Buffered { rows: 99, bytes_held: 500, bytes_expected: 999 };
        assert!(!limits.is_full(small, 0));
        assert!(limits.is_full(Buffered { rows: 100, ..small }, 0));
        assert!(limits.is_full(Buffered { bytes_expected: 1_000, ..small }, 0));
        assert!(limits.is_full(small, 8 << 20));
        assert!(!limits.is_full(Buffered { rows: 0, ..small }, 8 << 20));
        assert_eq!(limits.rows_left(small), 1);
        assert_eq!(limits.rows_left(Buffered { rows: 1_000, ..small }), 0);
    }
}
