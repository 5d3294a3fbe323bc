//! Types that hold a column's texts in fewer bytes, if a schema file declares them.

use bucksaw::internal::Estimate;

use super::statistics::Meaning;

/// The length of a UUID's text.
const UUID_CHARS: usize = 36;
/// Texts of fewer hexadecimal digits may be words.
const MIN_HEX_CHARS: usize = 16;

/// A type that holds every text of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Candidate {
    Int64,
    Uuid,
    Hex,
}

/// What texts would take if they were declared to be of another type.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    candidate: Candidate,
    pub(super) estimate: Estimate,
}

impl Declared {
    /// The type that all of these values are of, which are texts by their `meaning`.
    pub(super) fn of<'v>(
        values: impl Iterator<Item = &'v [u8]> + Clone,
        meaning: Meaning,
    ) -> Option<Self> {
        let first = values.clone().next().filter(|_| meaning == Meaning::Text)?;
        let candidates = [Candidate::Int64, Candidate::Uuid, Candidate::Hex];
        let candidate = candidates.into_iter().find(|candidate| candidate.takes(first))?;
        if !values.clone().all(|value| candidate.takes(value)) {
            return None;
        }
        let estimate = match candidate {
            Candidate::Int64 => Estimate::of_int64(&values.filter_map(integer).collect::<Vec<_>>()),
            Candidate::Uuid => {
                let values: Vec<_> = values.map(bytes_of_hex).collect();
                Estimate::of_fixed_bytes(values.iter().map(Vec::as_slice))
            }
            Candidate::Hex => {
                let values: Vec<_> = values.map(bytes_of_hex).collect();
                Estimate::of_bytes(values.iter().map(Vec::as_slice))
            }
        };
        Some(Self { candidate, estimate })
    }

    /// Adds those of another chunk; none where they are of another type.
    pub(super) fn and(mut self, other: &Self) -> Option<Self> {
        self.estimate.add(&other.estimate);
        (self.candidate == other.candidate).then_some(self)
    }

    /// The type, as a schema file has it.
    pub(super) fn ty(&self) -> &'static str {
        match self.candidate {
            Candidate::Int64 => "int64",
            Candidate::Uuid => "uuid",
            Candidate::Hex => "bytes(hex)",
        }
    }
}

impl Candidate {
    /// Whether the text is one, and the only one that its value has.
    fn takes(self, text: &[u8]) -> bool {
        let is_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        match self {
            Self::Int64 => integer(text).is_some(),
            Self::Uuid => {
                let is_sound = |(at, byte): (usize, &u8)| match at {
                    8 | 13 | 18 | 23 => *byte == b'-',
                    _ => is_hex(byte),
                };
                text.len() == UUID_CHARS && text.iter().enumerate().all(is_sound)
            }
            Self::Hex => {
                text.len() >= MIN_HEX_CHARS
                    && text.len().is_multiple_of(2)
                    && text.iter().all(is_hex)
            }
        }
    }
}

/// The integer that a text spells as it would be written.
fn integer(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let value: i64 = text.parse().ok()?;
    (value.to_string() == text).then_some(value)
}

/// The bytes that hexadecimal digits spell, whatever stands between these.
fn bytes_of_hex(text: &[u8]) -> Vec<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let digits: Vec<u32> = text.iter().filter_map(digit).collect();
    digits.chunks_exact(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_taken_for_another_type_where_each_of_them_is_one() {
        let uuid = "123e4567-e89b-12d3-a456-426614174000";
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        for (texts, expected) in [
            (&["1", "-20", "9223372036854775807"][..], Some(("int64", 24))),
            (&[uuid, uuid], Some(("uuid", 32))),
            (&[trace, "00f067aa0ba902b7"], Some(("bytes(hex)", 32))),
            (&["0000000000000001"], Some(("bytes(hex)", 12))),
            (&["01"], None),
            (&["1", ""], None),
            (&["1", "+1"], None),
            (&["1", "9223372036854775808"], None),
            (&["deadbeef"], None),
            (&[uuid, "123E4567-E89B-12D3-A456-426614174000"], None),
            (&[uuid, trace], None),
            (&[], None),
        ] {
            let values = texts.iter().map(|text| text.as_bytes());
            let found = Declared::of(values.clone(), Meaning::Text);
            let found = found.map(|found| (found.ty(), found.estimate.plain));
            assert_eq!(found, expected, "{texts:?}");
            assert!(Declared::of(values, Meaning::Plain).is_none());
        }
    }
}
