//! JSON that is no line for each row.

use std::io::{self, Write};

use super::{LONGEST_SHARE, noise, records};

const ACTION_BYTES: usize = 60_000;
const MEMBERS: usize = 3_000;
/// Of the most that may be around records.
const MEMBERS_AROUND: usize = 900;
const RECORDS: usize = 10_000;

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

/// An element with many records, each by itself, and many members around them, which are null.
pub(super) fn json_inner_members(out: &mut dyn Write, _: usize, _: usize) -> io::Result<()> {
    let members: Vec<String> = (0..MEMBERS).map(|n| format!("\"m{n}\":null")).collect();
    let groups: Vec<String> =
        (0..MEMBERS).map(|row| format!("{{\"event\":{{\"row\":{row}}}}}")).collect();
    writeln!(out, "[{{{},\"groups\":[{}]}}]", members.join(","), groups.join(","))
}

fn members_around(value: &str) -> String {
    (0..MEMBERS_AROUND).map(|n| format!("\"m{n}\":{value},")).collect()
}

fn short_records() -> String {
    vec!["{}"; RECORDS].join(",")
}

/// Many members around many short records.
pub(super) fn json_members_around(out: &mut dyn Write, _: usize, _: usize) -> io::Result<()> {
    writeln!(out, "{{{}\"records\":[{}]}}", members_around("1"), short_records())
}

/// Lists around them.
pub(super) fn json_lists_around(out: &mut dyn Write, _: usize, _: usize) -> io::Result<()> {
    let list = format!("[{}]", vec!["7"; MEMBERS_AROUND].join(","));
    writeln!(out, "{{\"list\":{list},\"records\":[{}]}}", short_records())
}

/// The same within an element.
pub(super) fn json_inner_members_around(out: &mut dyn Write, _: usize, _: usize) -> io::Result<()> {
    let inner = format!("{{{}\"records\":[{}]}}", members_around("1"), short_records());
    writeln!(out, "{{\"groups\":[{}]}}", vec![inner; 8].join(","))
}
