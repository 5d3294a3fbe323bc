//! Where row groups end: the one place that knows the limits.

use crate::error::{Error, ErrorKind, Result};
use crate::options::Options;

/// One part in so many of the memory limit is left for what an allocator takes beside what it is asked
/// for, and for what a batch adds before anyone looks again.
const ALLOCATOR_PARTS: usize = 4;

/// How many times the memory limit that is too small for a file the one is that is advised.
const LARGER_LIMIT: usize = 4;

/// What a backend holds of the row group that it has not finished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Buffered {
    /// Rows.
    pub rows: usize,
    /// Bytes of memory, with those that ending the row group takes besides.
    pub bytes_held: usize,
    /// Bytes that the row group would have in the file if it ended now, about.
    pub bytes_expected: usize,
    /// Those of the bytes held that no end of a row group gives back: what is known of finished row
    /// groups, for the footer.
    pub bytes_finished: usize,
}

/// Decides when a row group ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowGroupLimits {
    memory_limit: usize,
    rows: usize,
    bytes: usize,
    memory: usize,
}

impl RowGroupLimits {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            rows: options.row_group_rows,
            bytes: options.row_group_bytes,
            memory_limit: options.memory_limit,
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

    /// Checks that what is known of finished row groups leaves half of the memory to the next ones, of
    /// what there is beside `fixed` bytes: they would become smaller and smaller, and so what is known of
    /// them more and more.
    ///
    /// # Errors
    /// [`ErrorKind::FileLimit`].
    pub(crate) fn check_finished(&self, buffered: Buffered, fixed: usize) -> Result<()> {
        let (finished, limit) = (buffered.bytes_finished, self.memory_limit);
        if finished <= self.memory.saturating_sub(fixed) / 2 {
            return Ok(());
        }
        let message = format!(
            "the memory limit of {limit} bytes is too small for so many row groups of so many \
             columns: what the file's end will say of them takes {finished} bytes by now, and too \
             little is left for the next. Raise the memory limit to {} bytes (row groups become \
             larger with it, so that it takes about {} times as many rows), raise the limits of row \
             groups where they are lower, write several files, or store fewer columns",
            limit * LARGER_LIMIT,
            LARGER_LIMIT * LARGER_LIMIT
        );
        Err(Error::new(ErrorKind::FileLimit, message))
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
        let small = Buffered { rows: 99, bytes_held: 500, bytes_expected: 999, bytes_finished: 0 };
        assert!(!limits.is_full(small, 0));
        assert!(limits.is_full(Buffered { rows: 100, ..small }, 0));
        assert!(limits.is_full(Buffered { bytes_expected: 1_000, ..small }, 0));
        assert!(limits.is_full(small, 8 << 20));
        assert!(!limits.is_full(Buffered { rows: 0, ..small }, 8 << 20));
        assert_eq!(limits.rows_left(small), 1);
        assert_eq!(limits.rows_left(Buffered { rows: 1_000, ..small }), 0);
    }
}
