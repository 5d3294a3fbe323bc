//! Where row groups end: the one place that knows the limits.

use crate::encode::backend::Buffered;
use crate::error::{Error, ErrorKind, Result};
use crate::input::decoding::DecodedChunk;
use crate::input::framing::CHUNK_BYTES;
use crate::input::zstd_window::WINDOW_SHARE;
use crate::options::{BackendKind, Options};

/// One part in so many of the memory limit is left for what an allocator takes beside what it is asked
/// for, and for what a batch adds before anyone looks again.
const ALLOCATOR_PARTS: usize = 4;

/// How many times the memory limit that is too small for a file the one is that is advised.
const LARGER_LIMIT: usize = 4;

/// Bytes that hashing, names and the footer take beside what is counted, about: of a small memory limit, at most one
/// part in so many.
const FIXED_BYTES: usize = 4 << 20;
const FIXED_SHARE: usize = 4;

/// Whether a row group is full is looked at after each batch: blocks of an input that are one part in so
/// many of the memory limit, counted in bytes of the source.
const BATCH_SHARE: usize = 32;

/// The part of the memory limit for chunks that are read, decoded and encoded at one time.
const INPUT_SHARE: usize = 8;

/// What a chunk holds beside itself while it is decoded and encoded, in bytes: an arena, the lists
/// of a block, an encoder.
const CHUNK_SIDE_BYTES: usize = 256 << 10;

/// Threads that are of use to the `arrow` backend: one encodes, and is no faster than another decodes. To
/// each the allocator gives memory that the others don't get back.
#[cfg(feature = "arrow")]
const THREADS_OF_ARROW: usize = 2;

/// Those of the threads that have memory for a chunk each, and are of use; one at least.
pub(crate) fn threads_within(options: &Options) -> usize {
    let of_use = match options.backend {
        #[cfg(feature = "arrow")]
        BackendKind::Arrow => THREADS_OF_ARROW,
        BackendKind::Direct => usize::MAX,
    };
    let have_memory = input_bytes(options.memory_limit) / (CHUNK_BYTES + CHUNK_SIDE_BYTES);
    options.threads.min(of_use).min(have_memory).max(1)
}

/// Bytes of the source that may be in memory at one time, but for a single longer record.
pub(crate) fn input_bytes(memory_limit: usize) -> usize {
    memory_limit / INPUT_SHARE
}

fn fixed_bytes(memory_limit: usize) -> usize {
    FIXED_BYTES.min(memory_limit / FIXED_SHARE)
}

/// The blocks of an input since it was last looked whether the row group is full.
///
/// Where batches end depends on the source alone, and never on how many threads there are: so do row
/// groups then.
#[derive(Debug)]
pub(crate) struct Batch {
    /// Bytes of the source that make a batch, and that do at the most.
    full: usize,
    most: usize,
    source_bytes: usize,
    /// Bytes of memory that are never there for others.
    fixed: usize,
    /// Bytes of memory for all chunks that are there at one time.
    share: usize,
    /// Those that decompressing the source takes, and those that count at the most: a small limit takes
    /// a larger window, and still has to have room for rows.
    window: usize,
    max_window: usize,
    /// Those that the largest chunk of the row group takes, and of the one before: what a long record
    /// needs is kept for the next.
    largest: [usize; 2],
}

impl Batch {
    pub(crate) fn new(memory_limit: usize) -> Self {
        Self {
            full: memory_limit / BATCH_SHARE,
            most: usize::MAX,
            source_bytes: 0,
            fixed: fixed_bytes(memory_limit),
            share: input_bytes(memory_limit),
            window: 0,
            max_window: memory_limit / WINDOW_SHARE,
            largest: [0; 2],
        }
    }

    /// The same, of files that end after so many bytes as the options say: a batch is a small part of them.
    pub(crate) fn of_files(options: &Options) -> Self {
        let of_file = options.dataset.roll_bytes.unwrap_or(u64::MAX) / BATCH_SHARE as u64;
        let of_file = usize::try_from(of_file).unwrap_or(usize::MAX);
        Self { most: of_file, ..Self::new(options.memory_limit) }
    }

    /// Another limit holds from now on.
    pub(crate) fn limit_memory(&mut self, memory_limit: usize) {
        let Self { most, source_bytes, window, largest, .. } = *self;
        *self = Self { most, source_bytes, window, largest, ..Self::new(memory_limit) };
    }

    /// Adds a block of so many bytes of memory.
    pub(crate) fn add(&mut self, held: usize) {
        self.largest[0] = self.largest[0].max(held);
    }

    /// Adds bytes of a source, which is decompressed with a window of so many; whether the batch is full
    /// with them.
    fn add_source(&mut self, bytes: usize, window_bytes: usize) -> bool {
        self.source_bytes += bytes;
        self.window = window_bytes.min(self.max_window);
        self.source_bytes >= self.full.min(self.most)
    }

    /// Adds an input's chunk; whether the batch is full with it.
    pub(crate) fn add_chunk(&mut self, decoded: &DecodedChunk) -> bool {
        let chunk = decoded.chunk();
        self.add(decoded.bytes_held());
        self.add_source(chunk.size(), chunk.window_bytes)
    }

    /// Starts anew; returns what the input may hold in memory, in bytes.
    pub(crate) fn end(&mut self) -> usize {
        self.source_bytes = 0;
        let [largest, before] = self.largest;
        self.fixed + self.window + self.share.max(largest).max(before)
    }

    pub(crate) fn end_row_group(&mut self) {
        self.largest = [0, self.largest[0]];
    }
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

    /// Rows that the open row group, which has so many, can still take.
    pub(crate) fn rows_left(&self, rows: usize) -> usize {
        self.rows - rows.min(self.rows)
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

    /// Checks that what is known of finished row groups leaves half of the memory to the next ones: they would
    /// become smaller and smaller, and so what is known of
    /// them more and more.
    ///
    /// # Errors
    /// [`ErrorKind::FileLimit`].
    pub(crate) fn check_finished(&self, buffered: Buffered) -> Result<()> {
        let (finished, limit) = (buffered.bytes_finished, self.memory_limit);
        if finished <= self.memory.saturating_sub(fixed_bytes(limit)) / 2 {
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
        assert_eq!(limits.rows_left(99), 1);
        assert_eq!(limits.rows_left(1_000), 0);
    }
}
