//! DELTA_BINARY_PACKED: integers as differences, packed in miniblocks of a width each.
//!
//! ```text
//! delta = varint(block values) varint(miniblocks in a block) varint(values) zigzag(first) { block }
//! block = zigzag(min difference) widths, a byte for each miniblock, miniblocks
//! ```

use bytes::Bytes;

use super::budget::{Step, damaged};
use super::hybrid::{bits, varint};

/// The values of one page's data, one after another.
#[derive(Debug)]
pub(super) struct Delta {
    data: Bytes,
    at: usize,
    /// The values of a miniblock, and the miniblocks of a block.
    miniblock: u64,
    miniblocks: usize,
    left: u64,
    last: i64,
    is_first: bool,
    /// What is left of the block and of the miniblock.
    min: i64,
    widths: std::ops::Range<usize>,
    width: u32,
    bit: u64,
    packed: u64,
}

impl Delta {
    pub(super) fn new(data: Bytes) -> Step<Self> {
        let mut at = 0;
        let block = varint(&data, &mut at)?;
        let miniblocks = varint(&data, &mut at)?;
        let left = varint(&data, &mut at)?;
        let first = zigzag(&data, &mut at)?;
        let miniblock = block.checked_div(miniblocks).unwrap_or(0);
        if miniblock == 0 || !miniblock.is_multiple_of(8) || miniblocks > data.len() as u64 {
            return damaged(format!("delta blocks of {block} values in {miniblocks} miniblocks"));
        }
        Ok(Self {
            at,
            miniblock,
            // No more than the data's bytes.
            miniblocks: miniblocks as usize,
            left,
            last: first,
            is_first: true,
            min: 0,
            widths: 0..0,
            width: 0,
            bit: 0,
            packed: 0,
            data,
        })
    }

    pub(super) fn next(&mut self) -> Step<i64> {
        if self.left == 0 {
            return damaged("fewer delta-encoded values than the page has");
        }
        self.left -= 1;
        if std::mem::take(&mut self.is_first) {
            return Ok(self.last);
        }
        if self.packed == 0 {
            self.open()?;
        }
        let difference = bits(&self.data, self.bit, self.width).cast_signed();
        self.bit += u64::from(self.width);
        self.packed -= 1;
        self.last = self.last.wrapping_add(self.min).wrapping_add(difference);
        Ok(self.last)
    }

    /// Whether all values were taken.
    pub(super) fn is_at_end(&self) -> bool {
        self.left == 0
    }

    /// Goes to the next miniblock, and the next block where there is none.
    fn open(&mut self) -> Step<()> {
        if self.widths.is_empty() {
            self.min = zigzag(&self.data, &mut self.at)?;
            self.widths = self.at..self.at + self.miniblocks;
            self.at += self.miniblocks;
        }
        let width = self.widths.next().and_then(|index| self.data.get(index)).copied();
        let Some(width @ 0..=64) = width else {
            return damaged("a delta block without the widths of its values");
        };
        let bytes = (self.miniblock / 8).saturating_mul(width.into());
        // The last miniblock may be cut short behind its last value.
        let needed = u64::from(width).saturating_mul(self.miniblock.min(self.left + 1)).div_ceil(8);
        let rest = self.data.len().saturating_sub(self.at) as u64;
        if needed > rest {
            return damaged("a delta block ends early");
        }
        (self.width, self.bit, self.packed) = (width.into(), self.at as u64 * 8, self.miniblock);
        self.at += bytes.min(rest) as usize;
        Ok(())
    }

    /// Where the data ends, as far as it is needed: without decoding, each block in one step.
    pub(super) fn end(data: &Bytes) -> Step<usize> {
        let mut walk = Self::new(data.clone())?;
        walk.left = walk.left.saturating_sub(1);
        while walk.left > 0 {
            walk.left -= 1;
            walk.open()?;
            walk.left = (walk.left + 1).saturating_sub(walk.miniblock);
        }
        Ok(walk.at)
    }
}

fn zigzag(data: &[u8], at: &mut usize) -> Step<i64> {
    let raw = varint(data, at)?;
    Ok((raw >> 1).cast_signed() ^ -((raw & 1).cast_signed()))
}
