//! Windows of zstd frames, and the memory that they may take.

#[cfg(any(feature = "gzip", feature = "zstd"))]
use crate::error::Error;
#[cfg(feature = "zstd")]
use crate::error::ErrorKind;

/// What a frame begins with (RFC 8878).
pub(super) const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Bytes read from the source at a time.
#[cfg(any(feature = "gzip", feature = "zstd"))]
pub(super) const BUFFER_BYTES: usize = 128 << 10;
/// The largest window of a zstd frame is one part in so many of the memory limit, and
/// [`MIN_WINDOW_BYTES`] with any.
pub(crate) const WINDOW_SHARE: usize = 4;
/// What every decoder should take (RFC 8878), and what levels up to 19 need.
pub(super) const MIN_WINDOW_BYTES: usize = 8 << 20;

/// Bytes of the largest window that a memory limit has room for.
pub(crate) fn max_window_bytes(memory_limit: usize) -> usize {
    (memory_limit / WINDOW_SHARE).max(MIN_WINDOW_BYTES)
}

/// The largest window that compressors make, with `--ultra --long=31`; a header that asks for more is damaged, or made to ask for memory.
#[cfg(feature = "zstd")]
const LARGEST_WINDOW_BYTES: u64 = 2 << 30;

/// The error of content that can't be decompressed any further than to this byte of the source.
#[cfg(any(feature = "gzip", feature = "zstd"))]
pub(super) fn damaged(format: &str, at: u64, cause: std::io::Error) -> Error {
    Error::io(
        format!("the {format} content can't be read on at byte {at} of the compressed file"),
        cause,
    )
}

/// The error of a frame at this byte whose window is larger, with the memory limit that suffices.
#[cfg(feature = "zstd")]
pub(super) fn too_large_window(bytes: u64, max: usize, at: u64) -> Error {
    if bytes > LARGEST_WINDOW_BYTES {
        let message = format!(
            "the header of the zstd frame at byte {at} of the compressed file asks for a window of more than {} GiB, as none needs: it is \
             damaged",
            LARGEST_WINDOW_BYTES >> 30
        );
        return Error::new(ErrorKind::MemoryLimit, message);
    }
    let mib = |bytes: u64| bytes.div_ceil(1 << 20);
    let message = format!(
        "the zstd frame at byte {at} of the compressed file needs a window of {} MiB, and this memory limit has room for one of {} MiB: raise \
         it (--memory-limit {}MiB, or Options::memory_limit), or compress with a smaller window",
        mib(bytes),
        max >> 20,
        mib(bytes).saturating_mul(WINDOW_SHARE as u64),
    );
    Error::new(ErrorKind::MemoryLimit, message)
}
