//! Names as JSON has them, compared without a loop.

/// Bytes that are compared together, and how many of these a name may have, with its quote.
const LANES: usize = 16;
const MAX_BYTES: usize = 2 * LANES;

/// A name and the quote behind it, where JSON writes the name without escapes and it is short; else nothing, which no JSON starts with.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Quoted {
    /// The bytes, the first one lowest, and for each bit whether it counts.
    lanes: [(u128, u128); 2],
    /// Bytes of the name and the quote; 0 where there is none.
    len: usize,
}

impl Quoted {
    pub(super) fn of(name: &str) -> Self {
        let is_plain = !name.bytes().any(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
        let len = name.len() + 1;
        if !is_plain || len > MAX_BYTES {
            return Self::default();
        }
        let mut bytes = [0; MAX_BYTES];
        bytes[..name.len()].copy_from_slice(name.as_bytes());
        bytes[name.len()] = b'"';
        let mut mask = [0; MAX_BYTES];
        mask[..len].fill(u8::MAX);
        let lanes = [0, 1].map(|half| (lane(&bytes, half), lane(&mask, half)));
        Self { lanes, len }
    }

    /// The bytes of the name, if `json` starts with it and its quote.
    #[inline(always)]
    pub(super) fn at_start_of(&self, json: &[u8]) -> Option<usize> {
        let len = self.len.checked_sub(1)?;
        let Some(bytes) = json.first_chunk::<MAX_BYTES>() else {
            return self.at_start_of_end(json);
        };
        let differs = |half: usize| {
            let (name, mask) = self.lanes[half];
            (lane(bytes, half) ^ name) & mask
        };
        let is_same = differs(0) == 0 && (len < LANES || differs(1) == 0);
        is_same.then_some(len)
    }

    /// The same where less is left than is compared.
    #[cold]
    fn at_start_of_end(&self, json: &[u8]) -> Option<usize> {
        let mut bytes = [0; MAX_BYTES];
        bytes.get_mut(..json.len())?.copy_from_slice(json);
        // What is behind the end is no quote.
        self.at_start_of(&bytes)
    }
}

#[inline]
fn lane(bytes: &[u8; MAX_BYTES], half: usize) -> u128 {
    let (lanes, _) = bytes.as_chunks::<LANES>();
    u128::from_le_bytes(lanes[half])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn names_are_found_as_by_comparing_them(name in "[ab\"\\\\é\n]{0,34}", json in "[ab\"]{0,40}", cut in 0..40_usize) {
            let quoted = Quoted::of(&name);
            let is_plain = !name.contains(['"', '\\', '\n']) && name.len() < MAX_BYTES;
            for json in [json.clone(), format!("{name}\"{json}"), format!("{name}{json}")] {
                let json = &json.as_bytes()[..json.len() - cut.min(json.len())];
                let starts = json.starts_with(format!("{name}\"").as_bytes());
                let expected = (is_plain && starts).then_some(name.len());
                prop_assert_eq!(quoted.at_start_of(json), expected);
            }
        }
    }
}
