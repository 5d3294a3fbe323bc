//! JSON that is no line for each row.

use std::io::{self, Write};

use super::{LONGEST_SHARE, noise, records};

const ACTION_BYTES: usize = 60_000;

/// Actions as long as they may be.
pub(super) fn es_bulk_ids(out: &mut dyn Write, limit: usize, bytes: usize) -> io::Result<()> {
    let length = ACTION_BYTES.min(limit / LONGEST_SHARE / 3);
    records(out, bytes, |row, rng, out| {
        if row == 0 {
            // By which the format is known.
            writeln!(out, "{{\"index\":{{\"_id\":\"a\"}}}}\n{{\"row\":0}}")?;
        }
        let (id, text) = (noise(rng, length), noise(rng, length * 2));
        write!(out, "{{\"index\":{{\"_id\":\"{id}\"}}}}\n{{\"row\":{row},\"text\":\"{text}\"}}\n")
    })
}
