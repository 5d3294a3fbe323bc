//! Plain, gzip (also of several members) or zstd (also of several frames), told apart by content.

use std::io::{self, Chain, Cursor, Read};

/// The largest window that a zstd stream may ask for, as a power of two of bytes: 128 MiB.
#[cfg(feature = "zstd")]
const MAX_ZSTD_WINDOW_LOG: u32 = 27;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Skippable zstd frames, with which some compressors start: 0x184D2A50 to 0x184D2A5F.
const ZSTD_SKIPPABLE_MAGIC: [u8; 3] = [0x2a, 0x4d, 0x18];
/// Bytes read from the source at a time.
#[cfg(any(feature = "gzip", feature = "zstd"))]
const BUFFER_BYTES: usize = 128 << 10;

/// The content of `source`, decompressed if its first bytes say that it is compressed.
///
/// # Errors
/// Those of reading, and [`io::ErrorKind::Unsupported`] where the feature `gzip` or `zstd` of this crate, which the
/// source needs, was not built in.
pub(super) fn decompressed<'r>(
    mut source: impl Read + Send + 'r,
) -> io::Result<Box<dyn Read + Send + 'r>> {
    let mut magic = [0; 4];
    let mut filled = 0;
    while filled < magic.len() {
        match source.read(&mut magic[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let start = &magic[..filled];
    let is_zstd = start == ZSTD_MAGIC
        || (filled == 4 && start[0] & 0xf0 == 0x50 && start[1..] == ZSTD_SKIPPABLE_MAGIC);
    let is_gzip = start.starts_with(&GZIP_MAGIC);
    let whole: Chain<Cursor<Vec<u8>>, _> = Cursor::new(start.to_vec()).chain(source);
    match (is_gzip, is_zstd) {
        (true, _) => gunzipped(whole),
        (_, true) => unzstded(whole),
        _ => Ok(Box::new(whole)),
    }
}

#[cfg(feature = "gzip")]
fn gunzipped<'r>(source: impl Read + Send + 'r) -> io::Result<Box<dyn Read + Send + 'r>> {
    let source = io::BufReader::with_capacity(BUFFER_BYTES, source);
    Ok(Box::new(flate2::bufread::MultiGzDecoder::new(source)))
}

#[cfg(not(feature = "gzip"))]
fn gunzipped<'r>(_: impl Read + Send + 'r) -> io::Result<Box<dyn Read + Send + 'r>> {
    Err(not_built_in("gzip"))
}

#[cfg(feature = "zstd")]
fn unzstded<'r>(source: impl Read + Send + 'r) -> io::Result<Box<dyn Read + Send + 'r>> {
    let source = io::BufReader::with_capacity(BUFFER_BYTES, source);
    let mut decoder = zstd::Decoder::with_buffer(source)?;
    decoder.window_log_max(MAX_ZSTD_WINDOW_LOG)?;
    Ok(Box::new(decoder))
}

#[cfg(not(feature = "zstd"))]
fn unzstded<'r>(_: impl Read + Send + 'r) -> io::Result<Box<dyn Read + Send + 'r>> {
    Err(not_built_in("zstd"))
}

#[cfg(not(all(feature = "gzip", feature = "zstd")))]
fn not_built_in(feature: &str) -> io::Error {
    let message = format!("{feature} was not built in: build bucksaw with its feature `{feature}`");
    io::Error::new(io::ErrorKind::Unsupported, message)
}

#[cfg(all(test, feature = "gzip", feature = "zstd"))]
mod tests {
    use super::*;
    use std::io::Write;

    fn read(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        decompressed(bytes)?.read_to_end(&mut content)?;
        Ok(content)
    }

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(content).expect("memory takes everything");
        encoder.finish().expect("memory takes everything")
    }

    #[test]
    fn content_decides_and_several_members_are_one_stream() {
        for plain in [&b""[..], b"{", b"abc", b"abcdef"] {
            assert_eq!(read(plain).expect("plain"), plain);
        }
        let members = [gzip(b"one\n"), gzip(b"two\n")].concat();
        assert_eq!(read(&members).expect("gzip"), b"one\ntwo\n");
        let frame = |content: &[u8]| zstd::encode_all(content, 1).expect("memory takes everything");
        let frames = [frame(b"one\n"), frame(b"two\n")].concat();
        assert_eq!(read(&frames).expect("zstd"), b"one\ntwo\n");
        let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9][..], &frames].concat();
        assert_eq!(read(&skippable).expect("zstd"), b"one\ntwo\n");
    }

    #[test]
    fn truncated_streams_are_errors() {
        let long: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        for whole in [gzip(&long), zstd::encode_all(&long[..], 1).expect("memory takes everything")]
        {
            for cut in [5, 20, whole.len() / 2, whole.len() - 1] {
                assert!(read(&whole[..cut]).is_err(), "cut at {cut}");
            }
        }
    }
}
