//! Shapes of input that take memory, each in lines as long as the limit lets them be.

use std::io::{self, Write};

use bucksaw_workloads::rng::Rng;
use bucksaw_workloads::{DEFAULT_SEED, Workload};

/// Bytes of a row of the reference workload, about.
const REFERENCE_ROW_BYTES: usize = 850;
/// Columns that a table may have unless told otherwise, but for some.
const COLUMNS: usize = 900;
/// The longest line that is taken is one part in so many of the memory limit.
pub(crate) const LONGEST_SHARE: usize = 4;
/// Bytes of a long line that are not its value.
const AROUND: usize = 64;
const DEPTH: usize = 10_000;
/// The largest window that is taken is one part in so many of the memory limit, and not less than that of
/// 8 MiB.
const WINDOW_SHARE: usize = 4;
const MIN_WINDOW_LOG: u32 = 23;

/// What is written, for a memory limit, until it has so many bytes, about.
pub(crate) type WriteShape = fn(&mut dyn Write, usize, usize) -> io::Result<()>;

pub(crate) fn few_columns(out: &mut dyn Write, _: usize, bytes: usize) -> io::Result<()> {
    let rows = (bytes / REFERENCE_ROW_BYTES) as u64;
    Workload::Synth40.write_ndjson(DEFAULT_SEED, rows, &mut { out })
}

/// No value comes twice, so that no dictionary pays.
pub(crate) fn distinct_columns(out: &mut dyn Write, _: usize, bytes: usize) -> io::Result<()> {
    let value = |row: usize, column: usize| row * 1_000_003 + column;
    let row = |row, out: &mut dyn Write| {
        let member = |column| (format!("c{column}"), format!("\"{:x}\"", value(row, column)));
        object((0..COLUMNS).map(member), out)
    };
    lines(out, bytes, row)
}

/// Lists of several lengths.
pub(crate) fn lists(out: &mut dyn Write, _: usize, bytes: usize) -> io::Result<()> {
    lines(out, bytes, |row, out| list((0..row % 50).map(|element| element * row), out))
}

pub(crate) fn nested_deeply(out: &mut dyn Write, _: usize, bytes: usize) -> io::Result<()> {
    lines(out, bytes, |_, out| write!(out, "{}1{}", "{\"a\":".repeat(DEPTH), "}".repeat(DEPTH)))
}

/// A value that no codec makes much smaller.
pub(crate) fn longest_lines(out: &mut dyn Write, limit: usize, bytes: usize) -> io::Result<()> {
    long_texts(out, limit / LONGEST_SHARE, bytes, "")
}

pub(crate) fn half_as_long_lines(
    out: &mut dyn Write,
    limit: usize,
    bytes: usize,
) -> io::Result<()> {
    long_texts(out, limit / LONGEST_SHARE / 2, bytes, "")
}

/// A text that has to be made anew.
pub(crate) fn escapes(out: &mut dyn Write, limit: usize, bytes: usize) -> io::Result<()> {
    long_texts(out, limit / LONGEST_SHARE, bytes, "\\n")
}

/// Each line has other keys.
pub(crate) fn many_keys(out: &mut dyn Write, limit: usize, bytes: usize) -> io::Result<()> {
    let members = limit / LONGEST_SHARE / 24;
    lines(out, bytes, |row, out| {
        object((0..members).map(|n| (format!("k{row}_{n}"), n.to_string())), out)
    })
}

pub(crate) fn one_key_again(out: &mut dyn Write, limit: usize, bytes: usize) -> io::Result<()> {
    let members = limit / LONGEST_SHARE / 13;
    lines(out, bytes, |_, out| object((0..members).map(|n| ("a".to_owned(), n.to_string())), out))
}

pub(crate) fn many_elements(out: &mut dyn Write, limit: usize, bytes: usize) -> io::Result<()> {
    let elements = limit / LONGEST_SHARE / 7;
    lines(out, bytes, |_, out| list((0..elements).map(|n| n * 7_919 % 100_003), out))
}

/// The largest window that is taken, and more rows than fill it.
pub(crate) fn zstd_window(out: &mut dyn Write, limit: usize, bytes: usize) -> io::Result<()> {
    few_columns_in_window((limit / WINDOW_SHARE).ilog2().max(MIN_WINDOW_LOG), out, bytes)
}

/// A larger one.
pub(crate) fn too_large_zstd_window(
    out: &mut dyn Write,
    limit: usize,
    bytes: usize,
) -> io::Result<()> {
    few_columns_in_window((limit / WINDOW_SHARE).ilog2().max(MIN_WINDOW_LOG) + 1, out, bytes)
}

fn few_columns_in_window(window_log: u32, out: &mut dyn Write, bytes: usize) -> io::Result<()> {
    let mut encoder = zstd::Encoder::new(out, 1)?;
    encoder.window_log(window_log)?;
    few_columns(&mut encoder, 0, bytes)?;
    encoder.finish().map(|_| ())
}

/// Lines of about `line_bytes`: random texts, with `between` after each few of their characters.
fn long_texts(
    out: &mut dyn Write,
    line_bytes: usize,
    bytes: usize,
    between: &str,
) -> io::Result<()> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const PER_WORD: usize = 10;
    let mut rng = Rng::new(DEFAULT_SEED);
    let words = (line_bytes - AROUND) / (PER_WORD * 6 + between.len()) * 6;
    lines(out, bytes, |row, out| {
        write!(out, "{{\"row\":{row},\"text\":\"")?;
        for word in 0..words {
            let mut bits = rng.bits();
            let word_bytes: [u8; PER_WORD] = std::array::from_fn(|_| {
                bits >>= 6;
                ALPHABET[bits as usize % ALPHABET.len()]
            });
            out.write_all(&word_bytes)?;
            if word % 6 == 0 {
                out.write_all(between.as_bytes())?;
            }
        }
        write!(out, "\"}}")
    })
}

fn object(members: impl Iterator<Item = (String, String)>, out: &mut dyn Write) -> io::Result<()> {
    for (index, (name, value)) in members.enumerate() {
        let before = if index == 0 { '{' } else { ',' };
        write!(out, "{before}\"{name}\":{value}")?;
    }
    write!(out, "}}")
}

fn list(elements: impl Iterator<Item = usize>, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\"list\":[")?;
    for (index, element) in elements.enumerate() {
        let before = if index == 0 { "" } else { "," };
        write!(out, "{before}{element}")?;
    }
    write!(out, "]}}")
}

/// Writes what `line` writes of row after row, until there are `bytes`.
fn lines(
    out: &mut dyn Write,
    bytes: usize,
    mut line: impl FnMut(usize, &mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut counted = Counted { out, bytes: 0 };
    for row in 0.. {
        line(row, &mut counted)?;
        counted.write_all(b"\n")?;
        if counted.bytes >= bytes {
            break;
        }
    }
    Ok(())
}

pub(super) struct Counted<'o> {
    pub(super) out: &'o mut dyn Write,
    pub(super) bytes: usize,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
