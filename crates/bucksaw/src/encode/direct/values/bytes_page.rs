//! Text or bytes of a page outside the dictionary, in one of three encodings; those of a fixed length are
//! PLAIN, without lengths.

use parquet::basic::Encoding;

use crate::encode::direct::cost::sharing_pays;
use crate::encode::direct::encoding::byte_buffer::ByteBuffer;
use crate::encode::direct::encoding::delta_byte_array::{DeltaBytes, shared_bytes};
use crate::encode::direct::encoding::delta_length::DeltaLengthBytes;
use crate::encode::direct::encoding::plain::PlainBytes;
use crate::encode::direct::statistics::BytesRange;
use crate::options::Profile;
use crate::runtime::prefetch::each_prefetched;

/// Values that are looked at before an encoding is chosen.
const SAMPLE_VALUES: usize = 1_024;

/// See the module.
#[derive(Debug)]
pub(super) enum BytesPage {
    Plain(PlainBytes),
    Fixed(ByteBuffer),
    DeltaLength(DeltaLengthBytes),
    Delta(DeltaBytes),
}

impl BytesPage {
    /// The encoding for values like those of a sample.
    pub(super) fn for_values<'v, const PREFIX: usize>(
        profile: Profile,
        values: impl Iterator<Item = &'v [u8]> + Clone,
    ) -> Self {
        if PREFIX == 0 {
            return Self::Fixed(ByteBuffer::default());
        }
        if profile == Profile::Portable {
            return Self::Plain(PlainBytes::default());
        }
        let sample = values.take(SAMPLE_VALUES);
        let bytes: usize = sample.clone().map(<[u8]>::len).sum();
        if sharing_pays(shared_bytes(sample), bytes) {
            return Self::Delta(DeltaBytes::default());
        }
        Self::DeltaLength(DeltaLengthBytes::default())
    }

    /// Appends values, and widens `range` to hold them.
    pub(super) fn append<T: AsRef<[u8]>>(&mut self, values: &[T], range: &mut BytesRange) {
        match self {
            Self::Plain(page) => each_prefetched(values, |value| {
                page.append(value);
                range.add(value);
            }),
            Self::Fixed(page) => each_prefetched(values, |value| {
                page.append(value);
                range.add(value);
            }),
            Self::DeltaLength(page) => each_prefetched(values, |value| {
                page.append(value);
                range.add(value);
            }),
            Self::Delta(page) => each_prefetched(values, |value| {
                page.append(value);
                range.add(value);
            }),
        }
    }

    /// Bytes so far, about.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Plain(values) => values.len(),
            Self::Fixed(values) => values.len(),
            Self::DeltaLength(values) => values.len(),
            Self::Delta(values) => values.len(),
        }
    }

    /// Appends the values and starts anew.
    pub(super) fn append_to(&mut self, page: &mut Vec<u8>) -> Encoding {
        match self {
            Self::Plain(values) => {
                values.append_to(page);
                Encoding::PLAIN
            }
            Self::Fixed(values) => {
                page.extend_from_slice(values.as_slice());
                values.clear();
                Encoding::PLAIN
            }
            Self::DeltaLength(values) => {
                values.append_to(page);
                Encoding::DELTA_LENGTH_BYTE_ARRAY
            }
            Self::Delta(values) => {
                values.append_to(page);
                Encoding::DELTA_BYTE_ARRAY
            }
        }
    }

    pub(super) fn bytes_held(&self) -> usize {
        match self {
            Self::Plain(values) => values.bytes_held(),
            Self::Fixed(values) => values.bytes_held(),
            Self::DeltaLength(values) => values.bytes_held(),
            Self::Delta(values) => values.bytes_held(),
        }
    }
}
