//! The values of a page, one after another, in every encoding that Parquet has.

use bytes::Bytes;
use parquet::basic::{Encoding, Type};

use super::budget::{Step, damaged};
use super::delta::Delta;
use super::hybrid::{Hybrid, bits};

/// A value as it is stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'v> {
    Bool(bool),
    Int32(i32),
    Int64(i64),
    Float(f32),
    Double(f64),
    /// BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY and INT96.
    Bytes(&'v [u8]),
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub(super) physical: Type,
    /// The bytes of a value, where all have the same.
    pub(super) width: usize,
}

impl Kind {
    pub(super) fn new(physical: Type, type_length: i32) -> Self {
        let width = match physical {
            Type::BOOLEAN | Type::BYTE_ARRAY => 0,
            Type::INT32 | Type::FLOAT => 4,
            Type::INT64 | Type::DOUBLE => 8,
            Type::INT96 => 12,
            Type::FIXED_LEN_BYTE_ARRAY => usize::try_from(type_length).unwrap_or(0),
        };
        Self { physical, width }
    }

    /// A value from its bytes, which are as many as the width says.
    fn value(self, bytes: &[u8]) -> Value<'_> {
        fn fixed<const N: usize>(bytes: &[u8]) -> [u8; N] {
            let mut fixed = [0; N];
            fixed.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
            fixed
        }
        match self.physical {
            Type::INT32 => Value::Int32(i32::from_le_bytes(fixed(bytes))),
            Type::INT64 => Value::Int64(i64::from_le_bytes(fixed(bytes))),
            Type::FLOAT => Value::Float(f32::from_le_bytes(fixed(bytes))),
            Type::DOUBLE => Value::Double(f64::from_le_bytes(fixed(bytes))),
            Type::BOOLEAN => Value::Bool(bytes.first().is_some_and(|byte| byte & 1 == 1)),
            Type::INT96 | Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY => Value::Bytes(bytes),
        }
    }
}

/// The values of a dictionary page.
#[derive(Debug)]
pub(super) struct Dictionary {
    data: Bytes,
    /// Where byte arrays start, behind their lengths; empty where all values have the same length.
    starts: Vec<u32>,
    count: usize,
}

impl Dictionary {
    pub(super) fn new(kind: Kind, count: u64, encoding: i64, data: Bytes) -> Step<Self> {
        if !is(encoding, Encoding::PLAIN) && !is(encoding, DICTIONARIES[0]) {
            return damaged(format!("a dictionary page of encoding {encoding}"));
        }
        let short = || damaged(format!("a dictionary of {count} values in {} bytes", data.len()));
        let min = if kind.physical == Type::BYTE_ARRAY { 4 } else { kind.width.max(1) };
        if count > (data.len() / min) as u64 {
            return short();
        }
        // No more than the page has bytes.
        let count = count as usize;
        let mut starts = Vec::new();
        if kind.physical == Type::BYTE_ARRAY {
            starts.reserve_exact(count);
            let mut at = 0;
            for _ in 0..count {
                if byte_array(&data, &mut at).is_err() {
                    return short();
                }
            }
            at = 0;
            for _ in 0..count {
                // Pages have less than 4 GiB.
                starts.push(at as u32 + 4);
                byte_array(&data, &mut at)?;
            }
        }
        Ok(Self { data, starts, count })
    }

    /// The bytes of memory that it takes.
    pub(super) fn bytes(&self) -> u64 {
        (self.data.len() + self.starts.len() * size_of::<u32>()) as u64
    }

    /// The bytes behind the last value.
    pub(super) fn bytes_left(&self, kind: Kind) -> usize {
        let mut end = self.count * kind.width;
        if let Some(&last) = self.starts.last() {
            end = last as usize - 4;
            // It was read before.
            let _ = byte_array(&self.data, &mut end);
        }
        self.data.len().saturating_sub(end)
    }

    fn value(&self, kind: Kind, index: u32) -> Step<Value<'_>> {
        let index = index as usize;
        if index >= self.count {
            let count = self.count;
            return damaged(format!("index {index} into a dictionary of {count} values"));
        }
        let bytes = match self.starts.get(index) {
            Some(&start) => {
                let mut at = start as usize - 4;
                byte_array(&self.data, &mut at)?
            }
            None => self.data.get(index * kind.width..(index + 1) * kind.width).unwrap_or_default(),
        };
        Ok(kind.value(bytes))
    }
}

/// The names of dictionary indices: the old one and the new one.
const DICTIONARIES: [Encoding; 2] = [Encoding::PLAIN_DICTIONARY, Encoding::RLE_DICTIONARY];

fn is(number: i64, encoding: Encoding) -> bool {
    number == encoding as i64
}

/// The next byte array behind its length.
fn byte_array<'d>(data: &'d [u8], at: &mut usize) -> Step<&'d [u8]> {
    let rest = data.get(*at..).unwrap_or_default();
    let Some((length, rest)) = rest.split_first_chunk::<4>() else {
        return damaged("fewer values than the page says");
    };
    let length = u32::from_le_bytes(*length) as usize;
    let Some(bytes) = rest.get(..length) else {
        return damaged(format!("a value of {length} bytes where {} are left", rest.len()));
    };
    *at += 4 + length;
    Ok(bytes)
}

/// The values of a data page.
#[derive(Debug)]
pub(super) enum Values {
    /// Values of one length, or byte arrays behind their lengths.
    Plain {
        data: Bytes,
        at: usize,
    },
    PlainBools {
        data: Bytes,
        bit: u64,
    },
    Bools(Hybrid),
    Dictionary(Hybrid),
    Deltas(Delta),
    /// All lengths, then all bytes.
    DeltaLengths {
        lengths: Delta,
        data: Bytes,
        at: usize,
    },
    /// What each shares with the one before, then all rests as above.
    DeltaBytes {
        shared: Delta,
        lengths: Delta,
        data: Bytes,
        at: usize,
        value: Vec<u8>,
    },
    /// The first bytes of all values, then the second, and so on.
    Split {
        data: Bytes,
        index: usize,
        value: Vec<u8>,
    },
}

impl Values {
    /// The values in a page's data, behind its levels.
    pub(super) fn new(kind: Kind, encoding: i64, data: Bytes) -> Step<Self> {
        let is_bytes = matches!(kind.physical, Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY);
        let is_integer = matches!(kind.physical, Type::INT32 | Type::INT64);
        Ok(match encoding {
            _ if is(encoding, Encoding::PLAIN) => match kind.physical {
                Type::BOOLEAN => Self::PlainBools { data, bit: 0 },
                _ => Self::Plain { data, at: 0 },
            },
            _ if DICTIONARIES.iter().any(|known| is(encoding, *known)) => {
                let width = data.first().copied().unwrap_or(0);
                if width > 32 {
                    return damaged(format!("dictionary indices of {width} bits"));
                }
                let indices = if data.is_empty() { data } else { data.slice(1..) };
                Self::Dictionary(Hybrid::new(indices, width.into()))
            }
            _ if is(encoding, Encoding::RLE) && kind.physical == Type::BOOLEAN => {
                // Behind the length of what follows.
                let data = if data.len() < 4 { Bytes::new() } else { data.slice(4..) };
                Self::Bools(Hybrid::new(data, 1))
            }
            _ if data.is_empty() => Self::Plain { data, at: 0 },
            _ if is(encoding, Encoding::DELTA_BINARY_PACKED) && is_integer => {
                Self::Deltas(Delta::new(data)?)
            }
            _ if is(encoding, Encoding::DELTA_LENGTH_BYTE_ARRAY) && is_bytes => {
                let at = Delta::end(&data)?;
                Self::DeltaLengths { lengths: Delta::new(data.clone())?, data, at }
            }
            _ if is(encoding, Encoding::DELTA_BYTE_ARRAY) && is_bytes => {
                let shared = Delta::new(data.clone())?;
                let data = data.slice(Delta::end(&data)?.min(data.len())..);
                let at = Delta::end(&data)?;
                let lengths = Delta::new(data.clone())?;
                Self::DeltaBytes { shared, lengths, data, at, value: Vec::new() }
            }
            _ if is(encoding, Encoding::BYTE_STREAM_SPLIT) && kind.width > 0 => {
                Self::Split { data, index: 0, value: vec![0; kind.width] }
            }
            _ => {
                let physical = kind.physical;
                return damaged(format!("{physical} values of encoding {encoding} can't be read"));
            }
        })
    }

    /// The next value.
    pub(super) fn next<'v>(
        &'v mut self,
        kind: Kind,
        dictionary: Option<&'v Dictionary>,
    ) -> Step<Value<'v>> {
        match self {
            Self::Plain { data, at } => match kind.physical {
                Type::BYTE_ARRAY => Ok(Value::Bytes(byte_array(data, at)?)),
                _ => Ok(kind.value(part(data, at, kind.width as i64)?)),
            },
            Self::PlainBools { data, bit } => {
                if *bit / 8 >= data.len() as u64 {
                    return damaged("fewer values than the page says");
                }
                *bit += 1;
                Ok(Value::Bool(bits(data, *bit - 1, 1) == 1))
            }
            Self::Bools(bools) => Ok(Value::Bool(bools.next()? & 1 == 1)),
            Self::Dictionary(indices) => match dictionary {
                Some(dictionary) => dictionary.value(kind, indices.next()?),
                None => damaged("dictionary indices without a dictionary"),
            },
            Self::Deltas(deltas) => {
                let value = deltas.next()?;
                Ok(match kind.physical {
                    // As it was stored, in 32 bits.
                    Type::INT32 => Value::Int32(value as i32),
                    _ => Value::Int64(value),
                })
            }
            Self::DeltaLengths { lengths, data, at } => {
                Ok(Value::Bytes(part(data, at, lengths.next()?)?))
            }
            Self::DeltaBytes { shared, lengths, data, at, value } => {
                let (shared, length) = (shared.next()?, lengths.next()?);
                match usize::try_from(shared) {
                    Ok(shared) if shared <= value.len() => value.truncate(shared),
                    _ => {
                        return damaged(format!(
                            "a value shares {shared} bytes with a shorter one"
                        ));
                    }
                }
                value.extend_from_slice(part(data, at, length)?);
                Ok(Value::Bytes(value))
            }
            Self::Split { data, index, value } => {
                let count = data.len() / kind.width.max(1);
                if *index >= count {
                    return damaged("fewer values than the page says");
                }
                let streams = data.chunks_exact(count);
                for (to, from) in value.iter_mut().zip(streams) {
                    *to = from.get(*index).copied().unwrap_or_default();
                }
                *index += 1;
                Ok(kind.value(value))
            }
        }
    }

    /// Whether nothing is left but what pads the last of them.
    pub(super) fn is_at_end(&self, kind: Kind) -> bool {
        match self {
            Self::Plain { data, at } => *at == data.len(),
            Self::PlainBools { data, bit } => bit.div_ceil(8) == data.len() as u64,
            Self::Bools(runs) | Self::Dictionary(runs) => runs.is_at_end(),
            Self::Deltas(deltas) => deltas.is_at_end(),
            Self::DeltaLengths { lengths, data, at } => lengths.is_at_end() && *at == data.len(),
            Self::DeltaBytes { shared, lengths, data, at, .. } => {
                shared.is_at_end() && lengths.is_at_end() && *at == data.len()
            }
            Self::Split { data, index, .. } => index.saturating_mul(kind.width) == data.len(),
        }
    }

    /// The bytes beyond the page's own that it takes.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::DeltaBytes { value, .. } => value.capacity() as u64,
            _ => 0,
        }
    }
}

fn part<'d>(data: &'d [u8], at: &mut usize, length: i64) -> Step<&'d [u8]> {
    let rest = data.get(*at..).unwrap_or_default();
    match usize::try_from(length).ok().and_then(|length| rest.get(..length)) {
        Some(bytes) => {
            *at += bytes.len();
            Ok(bytes)
        }
        None => damaged(format!("a value of {length} bytes where {} are left", rest.len())),
    }
}
