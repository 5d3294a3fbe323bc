//! Where the files of a dataset end: limits of rows, of bytes and of time, and keys whose rows stay together.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use twox_hash::XxHash3_128;

use super::order::{OrderKeys, RowOrder};
use crate::block::BlockSlice;
use crate::error::{Error, ErrorKind, Result};
use crate::options::Options;
use crate::schema::Schema;

/// The keys of runs that have ended take one part in so many of the memory limit, at the most.
const KEYS_SHARE: usize = 16;

/// A file is large enough with all but one part in so many of the bytes that it may have: the rest would be a row group of its own.
const MISSING_SHARE: u64 = 20;
/// What row groups have, by what they say before, as long as none has ended; and what they have at the most.
const FIRST_RATIO: f64 = 1.0;
const MOST_RATIO: f64 = 4.0;
/// Row groups that are much larger than known ones may have this much more bytes for what they say.
const UNKNOWN_RATIO: f64 = 1.25;
/// Bytes of memory of values that wait for their types, for each byte in a file.
const WAITING_RATIO: u64 = 4;
/// Rows that come in order are looked at in parts of so many for a file of so many bytes.
const PART_ROWS: u64 = 4_096;
const PART_BYTES: u64 = 64 << 20;
const LEAST_PART_ROWS: u64 = 256;

/// When the open file ends.
#[derive(Debug)]
pub(crate) struct Roll {
    rows: u64,
    bytes: u64,
    age: Option<Duration>,
    size: Size,
    /// When its first row came.
    began: Option<Instant>,
    together: Option<Together>,
}

/// How large the open file is.
#[derive(Debug)]
struct Size {
    /// Bytes that are written.
    written: u64,
    /// Bytes that the open row group would have, as it says, and with what was written of those before.
    open: u64,
    expected: u64,
    /// What row groups had, by what they said before.
    ratio: f64,
    /// Half of the bytes of the row group that said so.
    largest: u64,
    /// What it said before.
    known_open: u64,
    /// Bytes of the last file's footer.
    footer: u64,
    /// Whether the row group, and the file, are as large as they may be.
    ends_row_group: bool,
    ends_file: bool,
}

impl Size {
    fn new() -> Self {
        Self {
            written: 0,
            open: 0,
            expected: 0,
            ratio: FIRST_RATIO,
            largest: 0,
            known_open: 0,
            footer: 0,
            ends_row_group: false,
            ends_file: false,
        }
    }

    /// The open row group would have so many bytes now, as it says, beside values that wait for their types in so many.
    fn note_open(&mut self, open: u64, waiting: u64, most: u64) {
        let is_known = open <= self.known_open + self.known_open / 2;
        let ratio = if is_known { self.ratio } else { self.ratio * UNKNOWN_RATIO };
        let expected = (open as f64 * ratio) as u64 + waiting / WAITING_RATIO;
        // The next look may be as far away as the last one: the nearer one is right.
        let growth = expected.saturating_sub(self.expected);
        (self.open, self.expected) = (open, expected);
        let all = self.written + self.footer + expected + growth / 2;
        self.ends_row_group = expected > 0 && all >= most;
    }

    /// The row group has ended, and the file has so many bytes now.
    fn note_ended(&mut self, written: u64, most: u64) {
        let row_group = written.saturating_sub(self.written);
        // Small ones have more bytes for each that they say.
        let says_more = row_group >= self.largest;
        if self.open > 0 && row_group > 0 && says_more {
            self.ratio = (row_group as f64 / self.open as f64).clamp(0.01, MOST_RATIO);
            self.largest = row_group / 2;
            self.known_open = self.open;
        }
        let ends_file = written + self.footer >= most - most / MISSING_SHARE;
        *self = Self { written, ends_file, ..self.of_next_file() };
    }

    /// What is known of a file that has no rows yet.
    fn of_next_file(&self) -> Self {
        let Self { ratio, largest, known_open, footer, .. } = *self;
        Self { ratio, largest, known_open, footer, ..Self::new() }
    }
}

impl Roll {
    pub(crate) fn new(options: &Options) -> Self {
        let of_dataset = &options.dataset;
        Self {
            rows: of_dataset.roll_rows.unwrap_or(u64::MAX),
            bytes: of_dataset.roll_bytes.unwrap_or(u64::MAX),
            age: of_dataset.roll_age,
            size: Size::new(),
            began: None,
            together: (!of_dataset.keep_together.is_empty()).then(|| Together::new(options)),
        }
    }

    /// How many rows of those that come in order may be taken until the file's size is looked at.
    pub(crate) fn part_rows(&self) -> usize {
        match self.bytes {
            u64::MAX => usize::MAX,
            bytes => (bytes.saturating_mul(PART_ROWS) / PART_BYTES)
                .clamp(LEAST_PART_ROWS, PART_ROWS) as usize,
        }
    }

    /// Whether a file with so many rows can take so many more, whatever they are.
    pub(crate) fn has_room(&self, rows: u64, more: usize) -> bool {
        !self.size.ends_file && self.together.is_none() && rows + more as u64 <= self.rows
    }

    /// Whether a file with so many rows ends, as soon as rows may be parted.
    fn is_due(&self, rows: u64) -> bool {
        rows > 0 && (self.size.ends_file || self.size.ends_row_group || rows >= self.rows)
    }

    /// Whether a row group ends for the sake of its file's size, whatever the next rows are.
    pub(crate) fn ends_row_group(&self) -> bool {
        self.size.ends_row_group && self.together.is_none()
    }

    /// Whether a file ends for its size, in the same way.
    pub(crate) fn ends_file(&self) -> bool {
        self.size.ends_file && self.together.is_none()
    }

    /// Whether a file ends before a row group of so many bytes, with which it would be too large.
    #[cfg(feature = "arrow")]
    pub(crate) fn ends_before(&self, bytes: u64) -> bool {
        let with = self.size.written.saturating_add(bytes);
        self.size.written >= self.bytes / 2
            && with > self.bytes.saturating_add(self.bytes / MISSING_SHARE)
    }

    /// The open row group would have so many bytes now, beside values that wait for their types in so many bytes of memory.
    pub(crate) fn note_open(&mut self, bytes: u64, waiting: u64) {
        self.size.note_open(bytes, waiting, self.bytes);
    }

    /// A row group has ended, with which the file has so many bytes.
    pub(crate) fn note_ended(&mut self, bytes: u64) {
        self.size.note_ended(bytes, self.bytes);
    }

    /// Rows have come.
    pub(crate) fn note_rows(&mut self) {
        if self.age.is_some() {
            self.began.get_or_insert_with(Instant::now);
        }
    }

    /// When the open file is to be published, whether or not more rows come.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.began?.checked_add(self.age?)
    }

    /// A file has ended, with a footer of so many bytes.
    pub(crate) fn note_footer(&mut self, bytes: u64) {
        self.size.footer = bytes;
    }

    /// A new file is open.
    pub(crate) fn start_file(&mut self) {
        self.size = self.size.of_next_file();
    }

    /// All rows that had come are in files.
    pub(crate) fn start_window(&mut self) {
        self.began = None;
    }

    /// The next rows are in another folder.
    pub(crate) fn start_folder(&mut self) {
        if let Some(together) = &mut self.together {
            together.clear();
        }
    }

    /// Of these rows, which are the next of a file that has so many, how many the file still takes before it ends; all of them, where
    /// it does not.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] where a key comes again.
    pub(crate) fn rows_before_end(
        &mut self,
        rows: &BlockSlice<'_, '_>,
        in_file: u64,
        schema: &Schema,
    ) -> Result<usize> {
        if self.together.is_none() {
            if self.size.ends_file && in_file > 0 {
                return Ok(0);
            }
            let left = self.rows.saturating_sub(in_file);
            return Ok(usize::try_from(left).map_or(rows.rows(), |left| left.min(rows.rows())));
        }
        let Some(mut together) = self.together.take() else { return Ok(rows.rows()) };
        let end = together.rows_before(rows, schema, |taken| self.is_due(in_file + taken as u64));
        self.together = Some(together);
        end
    }
}

/// Follows rows of equal keys.
#[derive(Debug)]
struct Together {
    by: RowOrder,
    keys: OrderKeys,
    /// The key of the last row.
    last: Option<Vec<u8>>,
    /// Hashes of those before it; none where rows are in their order, so that none can come again.
    ended: Option<HashSet<u128>>,
    /// How many there may be.
    most: usize,
}

impl Together {
    fn new(options: &Options) -> Self {
        let by = &options.dataset.keep_together;
        let column = |key: &crate::SortKey| (key.function, key.order.column.clone());
        let sorted = options.sorted_into.iter().map(column);
        let is_sorted =
            options.sorted_into.len() >= by.len() && sorted.zip(by).all(|(a, b)| a == column(b));
        Self {
            by: RowOrder::of(by),
            keys: OrderKeys::default(),
            last: None,
            ended: (!is_sorted).then(HashSet::new),
            most: options.memory_limit / KEYS_SHARE / (2 * size_of::<u128>()),
        }
    }

    fn clear(&mut self) {
        self.last = None;
        if let Some(ended) = &mut self.ended {
            ended.clear();
        }
    }

    /// How many of these rows come before the first one with another key than the row before at which it is `due` to end.
    fn rows_before(
        &mut self,
        rows: &BlockSlice<'_, '_>,
        schema: &Schema,
        is_due: impl Fn(usize) -> bool,
    ) -> Result<usize> {
        self.keys.clear();
        self.keys.add(rows, &self.by, schema)?;
        for row in 0..rows.rows() {
            let key = self.keys.of(row);
            if self.last.as_deref() == Some(key) {
                continue;
            }
            if self.last.is_some() && is_due(row) {
                return Ok(row);
            }
            let key = key.to_vec();
            self.start(key).map_err(|error| error.with_row(row as u64))?;
        }
        Ok(rows.rows())
    }

    fn start(&mut self, key: Vec<u8>) -> Result<()> {
        let last = self.last.replace(key);
        let (Some(ended), Some(key)) = (&mut self.ended, &self.last) else { return Ok(()) };
        ended.extend(last.map(|last| XxHash3_128::oneshot(&last)));
        let advice = "put rows in order by them (Options::sort_by, --sort)";
        if ended.contains(&XxHash3_128::oneshot(key)) {
            let message = format!(
                "a row has a key again whose rows are to stay together, and others came between: {advice}"
            );
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        if ended.len() > self.most {
            let message = format!(
                "more than {} keys have rows that are to stay together, and the memory limit has no room to know all of them: {advice}, or raise it",
                self.most
            );
            return Err(Error::new(ErrorKind::MemoryLimit, message));
        }
        Ok(())
    }
}
