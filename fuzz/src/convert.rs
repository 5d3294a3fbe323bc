//! The command's way from bytes to a file: decompression, lines, rows, Parquet. Every line is a row, rejected
//! or blank, every value is found again, and neither threads nor how the source gives its bytes change one
//! byte of the file.

use std::io::{self, Read, Write as _};

use bucksaw::{ErrorKind, NdjsonOptions, Nested, Options, Profile, UnknownColumns};
use flate2::Compression as Effort;
use flate2::write::GzEncoder;

use crate::lines::{Rules, convert};
use crate::schema;

/// Bytes behind the lines that choose options.
const CHOICES: usize = 4;
/// What the library reads at a time, about: lines that lie across its end are of interest.
const CHUNK_BYTES: usize = 256 << 10;

/// How the lines come.
#[derive(Clone, Copy, Debug)]
enum Packing {
    /// As they are, which may be compressed already.
    Plain,
    /// As gzip in so many members.
    Gzip,
    /// As zstd in two frames.
    Zstd,
}

/// The last four bytes choose options, the others are the source.
pub fn run(input: &[u8]) {
    let Some((source, choices)) = input.split_last_chunk::<CHOICES>() else { return };
    let is_set = |bit: u8| choices[0] >> bit & 1 == 1;
    let packing = [Packing::Plain, Packing::Plain, Packing::Gzip, Packing::Zstd]
        [usize::from(choices[0] >> 6)];
    // It takes long, and few inputs need it.
    let is_padded = is_set(0) && choices[2] >> 3 & 3 == 0;
    let source = if is_padded { padded(source, choices[3]) } else { source.to_vec() };
    let schema = schema::some(choices[1]);
    let rules = Rules {
        ndjson: NdjsonOptions::new()
            .nested(if is_set(1) { Nested::Json } else { Nested::Flatten })
            .max_depth(if is_set(2) { 3 } else { 64 })
            .max_line_bytes(if is_set(3) && !is_padded { 40 } else { 16 << 20 }),
        may_refuse: is_set(4) || schema.unknown_columns == UnknownColumns::Refuse,
        schema,
    };
    let options = |threads| {
        Options::new()
            .schema(rules.schema.clone())
            .strict(is_set(4))
            .profile(if is_set(5) { Profile::Modern } else { Profile::Portable })
            .max_columns(if choices[2] & 1 == 1 { 4 } else { 1_000 })
            .dictionary(choices[2] & 2 == 0)
            .row_group_rows(if choices[2] & 4 == 0 { 1 << 20 } else { 3 })
            .threads(threads)
    };
    let packed = pack(&source, packing);
    let at_a_time = [usize::MAX, 1, 7, 4_096][usize::from(choices[2] >> 6)];
    // A byte at a time takes long.
    let at_a_time = if is_padded { at_a_time.max(1_000) } else { at_a_time };
    let whole = convert(packed.as_slice(), options(1), rules.ndjson.clone());
    let parts = Trickle { rest: &packed, at_a_time };
    let in_parts = convert(parts, options(2), rules.ndjson.clone());
    match (whole, in_parts) {
        (Ok(whole), Ok(in_parts)) => {
            whole.assert_same(&in_parts);
            match unpacked(&packed) {
                Some(content) => whole.check(&content, &rules),
                None => assert!(whole.is_cut(), "what is damaged was read"),
            }
        }
        (Err(whole), Err(in_parts)) => {
            assert_eq!(whole.to_string(), in_parts.to_string());
            // It is damaged, or begins as a file of another format does.
            let is_other = whole.kind() == ErrorKind::InputFormat;
            assert!(is_other || unpacked(&packed).is_none(), "{whole}");
        }
        (Err(error), Ok(_)) => panic!("only from the whole: {error}"),
        (Ok(_), Err(error)) => panic!("only from parts: {error}"),
    }
}

/// The lines in groups, with blanks before each, so that lines lie across the end of what is read at a
/// time, and chunks are parsed side by side.
fn padded(source: &[u8], shift: u8) -> Vec<u8> {
    let lines: Vec<&[u8]> = source.split_inclusive(|byte| *byte == b'\n').collect();
    let mut all = Vec::new();
    for group in lines.chunks(lines.len().div_ceil(6).max(1)) {
        let at = all.len();
        all.resize(at + CHUNK_BYTES - 1 - usize::from(shift), b' ');
        all.push(b'\n');
        group.iter().for_each(|line| all.extend_from_slice(line));
    }
    all
}

fn pack(source: &[u8], packing: Packing) -> Vec<u8> {
    let (first, second) = source.split_at(source.len() / 2);
    let frames = |frame: fn(&[u8]) -> Vec<u8>| [frame(first), frame(second)].concat();
    match packing {
        Packing::Plain => source.to_vec(),
        Packing::Gzip => frames(|part| {
            let mut encoder = GzEncoder::new(Vec::new(), Effort::fast());
            encoder.write_all(part).expect("memory takes everything");
            encoder.finish().expect("memory takes everything")
        }),
        Packing::Zstd => frames(|part| zstd::encode_all(part, 1).expect("memory takes everything")),
    }
}

/// What the packed bytes say, if they are whole.
fn unpacked(packed: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    let is_skippable = packed.len() >= 4 && packed[0] & 0xf0 == 0x50 && packed[1..4] == *b"*M\x18";
    if packed.starts_with(b"\x1f\x8b") {
        flate2::read::MultiGzDecoder::new(packed).read_to_end(&mut content).ok()?;
    } else if packed.starts_with(b"\x28\xb5\x2f\xfd") || is_skippable {
        zstd::Decoder::new(packed).ok()?.read_to_end(&mut content).ok()?;
    } else {
        content.extend_from_slice(packed);
    }
    Some(content)
}

/// Gives a few bytes at a time.
struct Trickle<'t> {
    rest: &'t [u8],
    at_a_time: usize,
}

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.at_a_time.min(self.rest.len()).min(buffer.len());
        let (now, later) = self.rest.split_at(len);
        buffer[..len].copy_from_slice(now);
        self.rest = later;
        Ok(len)
    }
}
