//! What reading values may take, whatever a file claims.
//!
//! All limits have a fixed part, which is what a file of a few kilobytes gets, and a part that grows
//! with the bytes that are really there: who sends gigabytes may have megabytes decoded.

use std::borrow::Cow;

/// The bytes of a decompressed page: 24 MiB, in which the longest line has room that is written unless told, or 64 times the bytes that it is stored in
/// where that is more, but never more than [`DEFAULT_MAX_LARGE_PAGE_BYTES`].
pub const DEFAULT_MAX_PAGE_BYTES: u64 = 24 << 20;

/// The bytes of a decompressed page that is stored in many bytes: 256 MiB.
pub const DEFAULT_MAX_LARGE_PAGE_BYTES: u64 = 256 << 20;

/// How many times the bytes that a page is stored in it may have when decompressed, even if that is
/// more than [`DEFAULT_MAX_PAGE_BYTES`].
const PAGE_RATIO: u64 = 64;

/// The bytes of memory that a row may take: 24 MiB, or the file's size where that is more, but never
/// more than [`DEFAULT_MAX_LARGE_ROW_BYTES`].
pub const DEFAULT_MAX_ROW_BYTES: u64 = 24 << 20;

/// The bytes of memory that a row of a large file may take: 256 MiB.
pub const DEFAULT_MAX_LARGE_ROW_BYTES: u64 = 256 << 20;

/// The bytes of work that rows read at once may take, and that all of an explanation may: 256 MiB,
/// and 256 times the file's size. A page counts with its bytes, a value with some more.
pub const DEFAULT_MAX_WORK_BYTES: u64 = 256 << 20;

/// How many bytes of work each byte of the file adds.
const WORK_RATIO: u64 = 256;

/// The bytes of decompressed pages that stay in memory while other columns are read: 8 MiB, and
/// 16 times the file's size, but never more than [`DEFAULT_MAX_LARGE_OPEN_BYTES`].
/// Others are decompressed again.
pub const DEFAULT_MAX_OPEN_BYTES: u64 = 8 << 20;

/// The bytes of decompressed pages that stay in memory with a large file: 512 MiB.
pub const DEFAULT_MAX_LARGE_OPEN_BYTES: u64 = 512 << 20;

/// How many bytes of open pages each byte of the file adds.
const OPEN_RATIO: u64 = 16;

/// The limits for one file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) row_bytes: u64,
    pub(super) work_bytes: u64,
    pub(super) open_bytes: u64,
}

impl Limits {
    pub(super) fn of(file_size: u64) -> Self {
        Self {
            row_bytes: file_size.clamp(DEFAULT_MAX_ROW_BYTES, DEFAULT_MAX_LARGE_ROW_BYTES),
            work_bytes: DEFAULT_MAX_WORK_BYTES.saturating_add(file_size.saturating_mul(WORK_RATIO)),
            open_bytes: DEFAULT_MAX_OPEN_BYTES
                .saturating_add(file_size.saturating_mul(OPEN_RATIO))
                .min(DEFAULT_MAX_LARGE_OPEN_BYTES),
        }
    }

    /// A budget for what is read at once.
    pub(super) fn budget(&self) -> Budget {
        Budget { memory: self.row_bytes, work: self.work_bytes }
    }
}

/// The decompressed bytes that a page of so many stored bytes may have.
pub(super) fn page_limit(stored: u64) -> u64 {
    stored.saturating_mul(PAGE_RATIO).clamp(DEFAULT_MAX_PAGE_BYTES, DEFAULT_MAX_LARGE_PAGE_BYTES)
}

/// Why a value can't be read.
#[derive(Debug)]
pub(super) enum Fault {
    /// What is there makes no sense, or is of a kind that can't be read.
    Damaged(Cow<'static, str>),
    /// The file could not be read.
    Io(String),
    /// It would take more memory than there may be.
    Memory,
    /// It would take more work than there may be.
    Work,
}

/// A step of decoding.
pub(super) type Step<T> = Result<T, Fault>;

/// Something that makes no sense.
pub(super) fn damaged<T>(what: impl Into<Cow<'static, str>>) -> Step<T> {
    Err(Fault::Damaged(what.into()))
}

/// What is left of what may be taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    memory: u64,
    work: u64,
}

impl Budget {
    pub(super) fn new(memory: u64, work: u64) -> Self {
        Self { memory, work }
    }

    /// Takes memory that stays taken until the budget's end.
    pub(super) fn memory(&mut self, bytes: u64) -> Step<()> {
        self.memory = self.memory.checked_sub(bytes).ok_or(Fault::Memory)?;
        Ok(())
    }

    /// Takes work.
    pub(super) fn work(&mut self, bytes: u64) -> Step<()> {
        self.work = self.work.checked_sub(bytes).ok_or(Fault::Work)?;
        Ok(())
    }

    pub(super) fn memory_left(&self) -> u64 {
        self.memory
    }

    pub(super) fn work_left(&self) -> u64 {
        self.work
    }
}
