//! What a source is that is no text, by how it starts, and the command that makes text of it; and whether JSON is of lines.

use serde::de::IgnoredAny;

use super::Format as SourceFormat;
use super::framing::BYTE_ORDER_MARK;
use super::json::RECORD_SEPARATOR;
use crate::error::{Error, ErrorKind, Result};

/// Bytes of a source's start that tell what it is: a tar archive says so 257 bytes in.
pub(crate) const START_BYTES: usize = 512;

/// A format that no line of JSON starts like.
struct Format {
    name: &'static str,
    /// Where its magic bytes are.
    offset: usize,
    magic: &'static [u8],
    advice: &'static str,
}

const fn format(name: &'static str, magic: &'static [u8], advice: &'static str) -> Format {
    Format { name, offset: 0, magic, advice }
}

/// Longer magic bytes come before those that they start with.
const FORMATS: [Format; 20] = [
    format("UTF-32", b"\xff\xfe\0\0", "iconv -f UTF-32 -t UTF-8 FILE | bucksaw convert - …"),
    format("UTF-32", b"\0\0\xfe\xff", "iconv -f UTF-32 -t UTF-8 FILE | bucksaw convert - …"),
    format("UTF-16", b"\xff\xfe", "iconv -f UTF-16 -t UTF-8 FILE | bucksaw convert - …"),
    format("UTF-16", b"\xfe\xff", "iconv -f UTF-16 -t UTF-8 FILE | bucksaw convert - …"),
    format("a Parquet file", b"PAR1", "--format parquet, or none, reads it"),
    format("an encrypted Parquet file", b"PARE", "decrypt it with what wrote it"),
    format("an Arrow file", b"ARROW1", "--format arrow, or none, reads it"),
    format("an Arrow stream", b"\xff\xff\xff\xff", "--format arrow, or none, reads it"),
    format("gzip within a compressed file", b"\x1f\x8b", "gzip -dc FILE | bucksaw convert - …"),
    format(
        "zstd within a compressed file",
        b"\x28\xb5\x2f\xfd",
        "zstd -dc FILE | bucksaw convert - …",
    ),
    format("bzip2", b"BZh", "bzip2 -dc FILE | bucksaw convert - …"),
    format("xz", b"\xfd7zXZ\0", "xz -dc FILE | bucksaw convert - …"),
    format("LZ4", b"\x04\x22\x4d\x18", "lz4 -dc FILE | bucksaw convert - …"),
    format("a zip archive", b"PK\x03\x04", "unzip -p FILE | bucksaw convert - …"),
    format("a 7z archive", b"7z\xbc\xaf\x27\x1c", "7z x -so FILE | bucksaw convert - …"),
    Format {
        name: "a tar archive",
        offset: 257,
        magic: b"ustar",
        advice: "tar -xOf FILE | bucksaw convert - …",
    },
    format("an Avro file", b"Obj\x01", "avro-tools tojson FILE | bucksaw convert - …"),
    format("an ORC file", b"ORC", "read it with a tool that knows ORC, and write NDJSON"),
    format(
        "a systemd journal",
        b"LPKSHHRH",
        "journalctl --file FILE -o json | bucksaw convert - …",
    ),
    format(
        "an SQLite database",
        b"SQLite format 3\0",
        "sqlite3 -json FILE 'SELECT …' | bucksaw convert - …",
    ),
];

/// UTF-16 and UTF-32 without a byte order mark: which of the first 8 bytes of ASCII text are zeros.
const WIDE_ENCODINGS: [(&str, [bool; 8]); 4] = [
    ("UTF-16LE", [false, true, false, true, false, true, false, true]),
    ("UTF-16BE", [true, false, true, false, true, false, true, false]),
    ("UTF-32LE", [false, true, true, true, false, true, true, true]),
    ("UTF-32BE", [true, true, true, false, true, true, true, false]),
];

/// The columnar format of a source that starts so, if it is of one.
pub(super) fn columnar(start: &[u8]) -> Option<SourceFormat> {
    match start {
        [b'P', b'A', b'R', b'1' | b'E', ..] => Some(SourceFormat::Parquet),
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] => Some(SourceFormat::Arrow),
        [0xff, 0xff, 0xff, 0xff, ..] => Some(SourceFormat::Arrow),
        _ => None,
    }
}

/// Checks that a source, of which these are the first bytes, may be the text that it is read as, which is called `expected`.
///
/// # Errors
/// [`ErrorKind::InputFormat`], with what it is and what helps.
pub(super) fn check(start: &[u8], expected: &str) -> Result<()> {
    let has_magic = |format: &&Format| {
        start.get(format.offset..).is_some_and(|bytes| bytes.starts_with(format.magic))
    };
    if let Some(Format { name, advice, .. }) = FORMATS.iter().find(has_magic) {
        return Err(other_format(&format!("this is {name}, not {expected}: {advice}")));
    }
    let is_wide = |zeros: &[bool; 8]| {
        let known = start.len().min(8);
        known >= 4 && start.iter().zip(zeros).all(|(byte, is_zero)| (*byte == 0) == *is_zero)
    };
    match WIDE_ENCODINGS.iter().find(|(_, zeros)| is_wide(zeros)) {
        Some((name, _)) => Err(other_format(&format!(
            "this is {name}, not UTF-8: iconv -f {name} -t UTF-8 FILE | bucksaw convert - …"
        ))),
        None => Ok(()),
    }
}

fn other_format(message: &str) -> Error {
    Error::new(ErrorKind::InputFormat, message)
}

/// How objects are laid out that are not on a line each.
pub(super) enum Layout {
    SeveralLines,
    OneLine,
}

pub(super) fn layout_of_objects(start: &[u8]) -> Option<Layout> {
    let mut values = serde_json::Deserializer::from_slice(start).into_iter::<IgnoredAny>();
    let first = values.next()?;
    let (object, rest) = match first {
        Ok(_) => start.split_at_checked(values.byte_offset())?,
        // No string holds a line's end: whatever goes on behind one is spread over lines.
        Err(error) if error.is_eof() || goes_on(start, &error) => (start, &b""[..]),
        Err(_) => return None,
    };
    if object.trim_ascii_end().contains(&b'\n') {
        Some(Layout::SeveralLines)
    } else if rest.iter().find(|byte| !matches!(byte, b' ' | b'\t')) == Some(&b'{') {
        Some(Layout::OneLine)
    } else {
        None
    }
}

/// Whether an object goes on behind its first line, up to what is wrong with it. Where a line was cut, the next one is wrong from
/// its start on.
fn goes_on(start: &[u8], error: &serde_json::Error) -> bool {
    let mut lines = start.split(|byte| *byte == b'\n');
    if lines.next().is_some_and(|first| first.trim_ascii() == b"{") {
        return true;
    }
    // What is wrong up to the end of a line is told of the start of the next one.
    let (line, column) = match (error.line(), error.column()) {
        (line, 0) => (line.saturating_sub(1), usize::MAX),
        place => place,
    };
    let Some(wrong) = line.checked_sub(2).and_then(|line| lines.nth(line)) else { return false };
    let before = column.saturating_sub(1).min(wrong.len());
    !wrong[..before].trim_ascii().is_empty()
}

/// Whether a source that starts so is of JSON documents that are no lines: an array of objects or of arrays, a JSON text
/// sequence, or an object that does not have a line to itself.
pub(super) fn is_json(start: &[u8]) -> bool {
    let start = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start);
    let start = start.trim_ascii_start();
    match start.first() {
        Some(b'[') => {
            let element = start[1..].trim_ascii_start();
            matches!(element.first(), None | Some(b'{' | b'[' | b']'))
        }
        Some(b'{') => layout_of_objects(start).is_some(),
        Some(first) => *first == RECORD_SEPARATOR,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(start: &[u8]) -> String {
        let error = check(start, "NDJSON").expect_err("another format");
        assert_eq!(error.kind(), ErrorKind::InputFormat);
        error.message().to_owned()
    }

    #[test]
    fn encodings_are_told_with_and_without_a_mark() {
        for line in ["{\"a\":1}\r\n", "{}\n", " [1]"] {
            let le: Vec<u8> = line.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let be: Vec<u8> = line.encode_utf16().flat_map(u16::to_be_bytes).collect();
            let le32: Vec<u8> = line.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
            let be32: Vec<u8> = line.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
            for (mark, bytes, name) in [
                (&b"\xff\xfe"[..], &le, "UTF-16"),
                (b"\xfe\xff", &be, "UTF-16"),
                (b"", &le, "UTF-16LE"),
                (b"", &be, "UTF-16BE"),
                (b"\xff\xfe\0\0", &le32, "UTF-32"),
                (b"\0\0\xfe\xff", &be32, "UTF-32"),
                (b"", &le32, "UTF-32LE"),
                (b"", &be32, "UTF-32BE"),
            ] {
                let told = found(&[mark, bytes].concat());
                assert!(told.contains(&format!("iconv -f {name} -t UTF-8 FILE")), "{told}");
            }
        }
    }

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        let tar = [&[b'a'; 257][..], b"ustar\0rest"].concat();
        for (start, told) in [
            (&b"PAR1\x15\x04"[..], "a Parquet file"),
            (b"ARROW1\0\0", "an Arrow file"),
            (b"\xff\xff\xff\xff\x10\0\0\0", "an Arrow stream"),
            (b"BZh91AY&SY", "bzip2 -dc FILE"),
            (b"\xfd7zXZ\0\0", "xz -dc FILE"),
            (b"PK\x03\x04\x14", "unzip -p FILE"),
            (b"\x1f\x8b\x08", "gzip -dc FILE"),
            (b"\x28\xb5\x2f\xfd", "zstd -dc FILE"),
            (&tar, "tar -xOf FILE"),
        ] {
            let message = found(start);
            assert!(message.contains(told), "{message}");
        }
    }

    #[test]
    fn what_may_be_lines_of_json_is_no_other_format() {
        for start in [
            &b""[..],
            b"{",
            b"{}\n",
            b"{\"a\":1}\n",
            b"\xef\xbb\xbf{\"a\":1}",
            b"\0{\"a\":1}\n",
            b"\0\0\0\0{\"a\":1}\n",
            b"\0\0\0\0\0\0\0\0\0\0",
            b"BZ",
            b"\n\n{\"a\":\"\0\"}",
        ] {
            assert!(check(start, "NDJSON").is_ok(), "{start:?}");
        }
    }
}
