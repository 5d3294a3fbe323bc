//! The systemd journal, as `journalctl -o export` and `-o json` write it, and `systemd-journal-remote` keeps it.
//!
//! Every field is text, or bytes where it is no UTF-8; `__REALTIME_TIMESTAMP` is a time. A field that an entry has several times
//! is JSON text, an array. Source: [the export formats](https://systemd.io/JOURNAL_EXPORT_FORMATS/).

mod export;
mod framing;
mod json;
mod values;

use crate::schema::{ColumnType, Schema};
use crate::types::spelling::Spelling;
use crate::types::timestamp::TimeUnit;

pub(super) use self::export::Entries as EntryDecoder;
pub(super) use self::framing::EntryEnds;
pub(super) use self::json::EntryReader;

/// When the journal got the entry, in microseconds since 1970.
const TIME: &str = "__REALTIME_TIMESTAMP";

/// Has the column of times, which every table of entries has.
fn declare_time(schema: &mut Schema) {
    let ty = ColumnType::Timestamp(TimeUnit::Micros);
    schema.declare_spelled(TIME, ty, Some(Spelling::EpochMicros));
}

/// Whether a source that starts so is entries in the export format.
pub(super) fn starts_export(start: &[u8]) -> bool {
    [&b"__CURSOR="[..], b"__REALTIME_TIMESTAMP="].iter().any(|name| start.starts_with(name))
}

/// Whether a source that starts so is entries as JSON, a line each.
pub(super) fn starts_json(start: &[u8]) -> bool {
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let has = |name: &[u8]| memchr::memmem::find(line, name).is_some();
    line.starts_with(b"{") && has(b"\"__CURSOR\":\"s=") && has(b"\"__REALTIME_TIMESTAMP\":\"")
}
