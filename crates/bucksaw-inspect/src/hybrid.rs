//! Levels and dictionary indices: runs of one value, and packed bits
//! (<https://parquet.apache.org/docs/file-format/data-pages/encodings/>).
//!
//! ```text
//! hybrid   = { repeated | packed }
//! repeated = varint(count << 1) value, in as few bytes as the width takes
//! packed   = varint(groups << 1 | 1) bits, 8 values of `width` bits to a group, lowest first
//! ```

use bytes::Bytes;

use super::budget::{Step, damaged};

/// Values that pad the last run, at the most.
const MOST_PADDING: u64 = 32 * 8;

/// Values one after another; a run of any length is but a number.
#[derive(Debug)]
pub(super) struct Hybrid {
    data: Bytes,
    at: usize,
    width: u32,
    run: Run,
}

#[derive(Debug)]
enum Run {
    Repeated { value: u32, left: u64 },
    Packed { bit: u64, left: u64 },
}

impl Hybrid {
    /// Values of `width` bits, at most 32.
    pub(super) fn new(data: Bytes, width: u32) -> Self {
        Self { data, at: 0, width: width.min(32), run: Run::Repeated { value: 0, left: 0 } }
    }

    pub(super) fn next(&mut self) -> Step<u32> {
        loop {
            match &mut self.run {
                Run::Repeated { value, left } if *left > 0 => {
                    *left -= 1;
                    return Ok(*value);
                }
                Run::Packed { bit, left } if *left > 0 => {
                    let value = bits(&self.data, *bit, self.width);
                    *left -= 1;
                    *bit += u64::from(self.width);
                    // Masked to 32 bits at most.
                    return Ok(value as u32);
                }
                _ => self.run = self.run()?,
            }
        }
    }

    /// Whether nothing is left but what pads the last run of packed bits: a part of a group, or, as DuckDB writes, up to 32 groups.
    pub(super) fn is_at_end(&self) -> bool {
        let is_run_over = match self.run {
            Run::Repeated { left, .. } => left == 0,
            Run::Packed { left, .. } => left < MOST_PADDING,
        };
        is_run_over && self.at == self.data.len()
    }

    fn run(&mut self) -> Step<Run> {
        let header = varint(&self.data, &mut self.at)?;
        let rest = self.data.len() - self.at;
        if header & 1 == 0 {
            let length = self.width.div_ceil(8) as usize;
            let Some(bytes) = self.data.get(self.at..self.at + length) else {
                return damaged("levels or dictionary indices end in the middle of a run");
            };
            let mut value = [0; 4];
            value.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
            self.at += length;
            return Ok(Run::Repeated { value: u32::from_le_bytes(value), left: header >> 1 });
        }
        let groups = header >> 1;
        let claimed = groups.saturating_mul(u64::from(self.width));
        // Some writers leave out what pads the last group.
        let length = claimed.min(rest as u64);
        let bit = self.at as u64 * 8;
        self.at += length as usize;
        let left = match length < claimed {
            true => length * 8 / u64::from(self.width.max(1)),
            false => groups.saturating_mul(8),
        };
        Ok(Run::Packed { bit, left })
    }
}

/// Levels as old writers packed them: the highest bits first, no runs.
#[derive(Debug)]
pub(super) struct HighFirst {
    data: Bytes,
    bit: u64,
    width: u32,
}

impl HighFirst {
    pub(super) fn new(data: Bytes, width: u32) -> Self {
        Self { data, bit: 0, width: width.min(32) }
    }

    pub(super) fn next(&mut self) -> Step<u32> {
        let mut value = 0;
        for _ in 0..self.width {
            let Some(byte) = self.data.get((self.bit / 8) as usize) else {
                return damaged("levels end early");
            };
            value = value << 1 | u32::from(byte >> (7 - self.bit % 8) & 1);
            self.bit += 1;
        }
        Ok(value)
    }
}

/// `width` bits, at most 64, from a bit on, the lowest first; beyond the end are zeros.
pub(super) fn bits(data: &[u8], bit: u64, width: u32) -> u64 {
    let mut window = [0; 16];
    let start = usize::try_from(bit / 8).unwrap_or(usize::MAX);
    let rest = data.get(start..).unwrap_or_default();
    window.iter_mut().zip(rest.iter().take(9)).for_each(|(to, from)| *to = *from);
    let mask = if width >= 64 { u64::MAX } else { (1 << width) - 1 };
    (u128::from_le_bytes(window) >> (bit % 8)) as u64 & mask
}

/// A number of 7 bits to a byte, the lowest first.
pub(super) fn varint(data: &[u8], at: &mut usize) -> Step<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let Some(byte) = data.get(*at) else { return damaged("a page's data ends early") };
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    damaged("a number of more than 10 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pads_the_last_run_is_no_value() {
        // 32 groups of eight bits each, as DuckDB writes them for any number of values.
        let packed = [&[32 << 1 | 1][..], &[0b0101_0101; 32]].concat();
        let mut values = Hybrid::new(Bytes::from(packed.clone()), 1);
        assert!(matches!((values.next(), values.next()), (Ok(1), Ok(0))));
        assert!(values.is_at_end());
        let mut two_runs = Hybrid::new(Bytes::from([packed, vec![2, 1]].concat()), 1);
        assert!(two_runs.next().is_ok() && !two_runs.is_at_end());
        let mut repeated = Hybrid::new(Bytes::from(vec![4, 1]), 1);
        assert!(repeated.next().is_ok() && !repeated.is_at_end());
        assert!(repeated.next().is_ok() && repeated.is_at_end());
    }
}
