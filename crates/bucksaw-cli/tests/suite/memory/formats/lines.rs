//! Formats without types: journald's export, CSV and logfmt.

use std::io::{self, Write};

use super::{LONGEST_SHARE, noise, records};

fn longest(limit: usize) -> usize {
    limit / LONGEST_SHARE - 1_000
}

fn entry(row: usize, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "__CURSOR=c{row}\n__REALTIME_TIMESTAMP=170000000{row:07}\n")
}

/// A field again and again.
pub(super) fn journald_field_again(
    out: &mut dyn Write,
    limit: usize,
    bytes: usize,
) -> io::Result<()> {
    records(out, bytes, |row, _, out| {
        entry(row, out)?;
        out.write_all("A=1\n".repeat(longest(limit) / 4).as_bytes())?;
        out.write_all(b"\n")
    })
}

/// Fields with quotes, doubled, and lines in them.
pub(super) fn csv_quoted_field(out: &mut dyn Write, limit: usize, bytes: usize) -> io::Result<()> {
    writeln!(out, "row,text")?;
    records(out, bytes, |row, rng, out| {
        let text = noise(rng, longest(limit) / 17 * 16);
        let parts: Vec<&str> =
            text.as_bytes().chunks(32).filter_map(|part| std::str::from_utf8(part).ok()).collect();
        writeln!(out, "{row},\"{}\"", parts.join("\"\""))
    })
}

/// One key again and again.
pub(super) fn logfmt_key_again(out: &mut dyn Write, limit: usize, bytes: usize) -> io::Result<()> {
    records(out, bytes, |row, _, out| {
        writeln!(out, "row={row} {}", "a=1 ".repeat(longest(limit) / 4))
    })
}

/// The same with values that are longer than what they stand for.
pub(super) fn logfmt_escapes_again(
    out: &mut dyn Write,
    limit: usize,
    bytes: usize,
) -> io::Result<()> {
    records(out, bytes, |row, _, out| {
        writeln!(out, "row={row} {}", r#"a="\x41" "#.repeat(longest(limit) / 9))
    })
}

/// A parameter of structured data again and again.
pub(super) fn syslog_parameter_again(
    out: &mut dyn Write,
    limit: usize,
    bytes: usize,
) -> io::Result<()> {
    records(out, bytes, |row, _, out| {
        let parameters = " a=\"1\"".repeat(longest(limit) / 6);
        writeln!(out, "<34>1 2026-11-28T07:05:09Z host app - id [e{parameters}] row {row}")
    })
}
