//! Plain, gzip (also of several members) or zstd (also of several frames, each behind its length or not), told apart by content.

use std::io::{self, Chain, Cursor, Read};

#[cfg(feature = "gzip")]
use super::gzip_members::Members;
use super::unprefixed::{PREFIX_BYTES, Unprefixed};
#[cfg(feature = "zstd")]
use super::zstd_frames::Frames;
use super::zstd_window::ZSTD_MAGIC;
use crate::error::{Error, Result};

/// Bytes that tell whether a source is compressed.
pub(super) const START_BYTES: usize = PREFIX_BYTES + ZSTD_MAGIC.len();
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Skippable zstd frames, with which some compressors start: 0x184D2A50 to 0x184D2A5F.
const ZSTD_SKIPPABLE_MAGIC: [u8; 3] = [0x2a, 0x4d, 0x18];

/// A source's content.
pub(super) enum Decompressed<'r> {
    Plain(Box<dyn Read + Send + 'r>),
    #[cfg(feature = "gzip")]
    Gzip(Box<Members<'r>>),
    #[cfg(feature = "zstd")]
    Zstd(Box<Frames<'r>>),
}

impl Decompressed<'_> {
    /// As [`Read::read`], into a slice that is not empty; none where the source has nothing for now
    /// ([`io::ErrorKind::WouldBlock`]), which only plain content tells. Compressed content may hold a window of so
    /// many bytes in memory.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io); [`ErrorKind::Truncated`](crate::ErrorKind::Truncated) where compressed
    /// content has no end; [`ErrorKind::MemoryLimit`](crate::ErrorKind::MemoryLimit) of what needs a larger window.
    pub(super) fn read(
        &mut self,
        out: &mut [u8],
        max_window_bytes: usize,
    ) -> Result<Option<usize>> {
        let source = match self {
            Self::Plain(source) => source,
            #[cfg(feature = "gzip")]
            Self::Gzip(members) => return members.read(out).map(Some),
            #[cfg(feature = "zstd")]
            Self::Zstd(frames) => return frames.read(out, max_window_bytes).map(Some),
        };
        #[cfg(not(feature = "zstd"))]
        let _ = max_window_bytes;
        loop {
            match source.read(out) {
                Ok(read) => return Ok(Some(read)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(cause) => return Err(Error::io("could not read", cause)),
            }
        }
    }

    /// How many zeros behind compressed parts were passed over since this was asked for.
    pub(super) fn take_padding(&mut self) -> u64 {
        match self {
            Self::Plain(_) => 0,
            #[cfg(feature = "gzip")]
            Self::Gzip(members) => members.take_padding(),
            #[cfg(feature = "zstd")]
            Self::Zstd(frames) => frames.take_padding(),
        }
    }

    /// Bytes that the window takes by now.
    pub(super) fn window_bytes(&self) -> usize {
        match self {
            Self::Plain(_) => 0,
            #[cfg(feature = "gzip")]
            Self::Gzip(_) => 0,
            #[cfg(feature = "zstd")]
            Self::Zstd(frames) => frames.window_bytes(),
        }
    }
}

/// The content of `source`, decompressed if its first bytes say that it is compressed.
///
/// # Errors
/// Those of reading, and [`io::ErrorKind::Unsupported`] where the feature `gzip` or `zstd` of this crate, which the
/// source needs, was not built in.
pub(super) fn decompressed<'r>(mut source: impl Read + Send + 'r) -> io::Result<Decompressed<'r>> {
    let mut magic = [0; START_BYTES];
    let mut filled = 0;
    while filled < magic.len() {
        match source.read(&mut magic[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if has_nothing_yet(&error) => {}
            Err(error) => return Err(error),
        }
    }
    let start = &magic[..filled];
    let (is_gzip, is_zstd) = (is_gzip(start), is_zstd(start));
    let is_behind_length = is_behind_length(start);
    let whole: Chain<Cursor<Vec<u8>>, _> = Cursor::new(start.to_vec()).chain(source);
    match (is_gzip, is_zstd) {
        (true, _) => gunzipped(Patient(whole)),
        (_, true) => unzstded(Patient(whole)),
        _ if is_behind_length => unzstded(Unprefixed::new(Patient(whole))),
        _ => Ok(Decompressed::Plain(Box::new(whole))),
    }
}

/// Whether reading is to be tried again.
fn has_nothing_yet(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock)
}

/// A source that is waited for.
struct Patient<R>(R);

impl<R: Read> Read for Patient<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(out) {
                Err(error) if has_nothing_yet(&error) => {}
                read => return read,
            }
        }
    }
}

fn is_zstd(start: &[u8]) -> bool {
    match start.first_chunk::<4>() {
        Some([first, rest @ ..]) => {
            start.starts_with(&ZSTD_MAGIC)
                || (first & 0xf0 == 0x50 && *rest == ZSTD_SKIPPABLE_MAGIC)
        }
        None => false,
    }
}

fn is_behind_length(start: &[u8]) -> bool {
    start[start.len().min(PREFIX_BYTES)..] == ZSTD_MAGIC
}

/// Whether a source that starts with these [`START_BYTES`], or is no longer, is not compressed.
pub(super) fn is_plain(start: &[u8]) -> bool {
    !is_gzip(start) && !is_zstd(start) && !is_behind_length(start)
}

fn is_gzip(start: &[u8]) -> bool {
    start.starts_with(&GZIP_MAGIC)
}

/// Whether a source that starts so is compressed as a whole.
#[cfg(feature = "arrow")]
pub(super) fn is_compressed(start: &[u8]) -> bool {
    is_gzip(start) || is_zstd(start)
}

#[cfg(feature = "gzip")]
#[expect(clippy::unnecessary_wraps, reason = "without the feature it is an error")]
fn gunzipped<'r>(source: impl Read + Send + 'r) -> io::Result<Decompressed<'r>> {
    Ok(Decompressed::Gzip(Box::new(Members::new(source))))
}

#[cfg(not(feature = "gzip"))]
fn gunzipped<'r>(_: impl Read + Send + 'r) -> io::Result<Decompressed<'r>> {
    Err(not_built_in("gzip"))
}

#[cfg(feature = "zstd")]
fn unzstded<'r>(source: impl Read + Send + 'r) -> io::Result<Decompressed<'r>> {
    Ok(Decompressed::Zstd(Box::new(Frames::new(source)?)))
}

#[cfg(not(feature = "zstd"))]
fn unzstded<'r>(_: impl Read + Send + 'r) -> io::Result<Decompressed<'r>> {
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
    use crate::error::ErrorKind;
    use crate::input::zstd_window::MIN_WINDOW_BYTES;
    use std::io::Write;

    fn read(bytes: &[u8]) -> Result<Vec<u8>> {
        let mut source = decompressed(bytes).expect("the start can be read");
        let (mut content, mut part) = (Vec::new(), [0; 1_000]);
        loop {
            match source.read(&mut part, MIN_WINDOW_BYTES)?.expect("all of it is there") {
                0 => return Ok(content),
                read => content.extend_from_slice(&part[..read]),
            }
        }
    }

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(content).expect("memory takes everything");
        encoder.finish().expect("memory takes everything")
    }

    /// As the Collector's file exporter writes them: each message compressed by itself, behind its length.
    #[test]
    fn frames_behind_their_lengths_are_one_stream() {
        let prefixed = |content: &[u8]| {
            let frame = zstd::encode_all(content, 1).expect("memory takes everything");
            [&(frame.len() as u32).to_be_bytes()[..], &frame].concat()
        };
        let long: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
        let source =
            [prefixed(b"one\n"), prefixed(b""), prefixed(&long), prefixed(b"two")].concat();
        assert!(read(&source).expect("zstd") == [b"one\n", &long[..], b"two"].concat());
        let last = prefixed(b"two").len();
        for missing in 1..last {
            let error = read(&source[..source.len() - missing]).err();
            assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::Truncated), "{missing}");
        }
        let mut longer = source.clone();
        longer[3] += 1;
        assert_eq!(read(&longer).expect_err("another length").kind(), ErrorKind::Io);
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

    /// With a checksum, or damage may be other content.
    fn zstd(content: &[u8]) -> Vec<u8> {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("a level");
        encoder.include_checksum(true).expect("a flag");
        encoder.write_all(content).expect("memory takes everything");
        encoder.finish().expect("memory takes everything")
    }

    /// Between members and frames, too, as where padded files were joined.
    #[test]
    fn zeros_behind_compressed_content_are_padding_and_anything_else_is_an_error() {
        for compress in [gzip, zstd] {
            for zeros in [1, 2, 511, 300_000] {
                let padding = vec![0; zeros];
                let parts = [&compress(b"one\n")[..], &padding, &compress(b"two\n"), &padding];
                let padded = parts.concat();
                assert_eq!(read(&padded).expect("padded"), b"one\ntwo\n", "{zeros}");
                let mut source = decompressed(&padded[..]).expect("the start can be read");
                while source.read(&mut [0; 100], MIN_WINDOW_BYTES).expect("padded") > Some(0) {}
                assert_eq!(source.take_padding(), 2 * zeros as u64);
            }
            let one = compress(b"one\n");
            for rest in [&b"{\"a\":1}\n"[..], b"\0\0PK", &[0x1f, 0x8b, 9, 9]] {
                let error = read(&[&one[..], rest].concat()).expect_err("not compressed");
                assert!(matches!(error.kind(), ErrorKind::Io | ErrorKind::Truncated), "{error}");
            }
        }
    }

    /// The second of two parts is damaged.
    #[test]
    fn damage_is_told_by_the_byte_of_the_compressed_file() {
        let long: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        for compress in [gzip, zstd] {
            let (first, second) = (compress(&long), compress(&long));
            let mut both = [&first[..], &second].concat();
            let damaged = first.len() + second.len() / 2;
            both[damaged..damaged + 200].fill(0xa5);
            let error = read(&both).map(drop).expect_err("damaged").to_string();
            let told = error.split("at byte ").nth(1).and_then(|rest| rest.split(' ').next());
            let at: usize = told.and_then(|at| at.parse().ok()).expect("a byte");
            assert!((first.len()..=both.len()).contains(&at), "{error}, of {}", both.len());
        }
    }

    /// A header of twelve bytes may ask for any window, and content of as many bytes as 64 bits count.
    #[test]
    fn a_header_that_asks_for_more_than_compressors_do_is_damaged() {
        let header = [0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        let source = [&zstd(b"one\n")[..], &header].concat();
        let error = read(&source).expect_err("damaged").to_string();
        let at = source.len() - header.len();
        assert!(error.contains(&format!("the zstd frame at byte {at} ")), "{error}");
        assert!(error.contains("it is damaged") && !error.contains("--memory-limit"), "{error}");
    }

    #[test]
    fn truncated_streams_are_errors() {
        let long: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        for whole in [gzip(&long), zstd::encode_all(&long[..], 1).expect("memory takes everything")]
        {
            for cut in [5, 20, whole.len() / 2, whole.len() - 1] {
                let error = read(&whole[..cut]).expect_err("no end");
                assert_eq!(error.kind(), ErrorKind::Truncated, "cut at {cut}: {error}");
            }
        }
    }
}
