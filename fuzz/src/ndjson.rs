//! Any bytes as NDJSON: both backends write the same rows, and where nothing had to be altered these are
//! what serde_json finds in the lines.

use bucksaw::{Alterations, BackendKind, Names, NdjsonOptions, Nested, OnError, Options};
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::support::{Cell, Row, Written, convert_with, read};

/// Objects within objects that this model follows; the library follows more.
const DEPTH: usize = 40;

/// The last byte chooses options, the others are the input.
pub fn run(input: &[u8]) {
    let Some((choice, lines)) = input.split_last() else { return };
    let is_set = |bit: u8| choice >> bit & 1 == 1;
    let nested = if is_set(0) { Nested::Json } else { Nested::Flatten };
    let ndjson = || NdjsonOptions::new().nested(nested);
    let rows = if is_set(1) { 3 } else { 1 << 20 };
    let options = || {
        Options::new()
            .strict(is_set(2))
            .names(Names::Dotted)
            .max_columns(if is_set(3) { 4 } else { 1_000 })
            // Settling windows end with row groups, of which the two have others.
            .settling_rows(if rows == 3 { 0 } else { 10_000 })
    };
    let direct = options()
        .backend(BackendKind::Direct)
        .row_group_rows(rows)
        .threads(if is_set(4) { 2 } else { 1 })
        .dictionary(!is_set(5));
    let convert = |options| convert_with(lines, options, ndjson(), OnError::Skip);
    let arrow = convert(options().backend(BackendKind::Arrow));
    let (arrow, direct) = match (arrow, convert(direct)) {
        (Ok(arrow), Ok(direct)) => (arrow, direct),
        (Err(arrow), Err(direct)) => {
            assert_eq!(arrow.to_string(), direct.to_string());
            return;
        }
        (Err(error), Ok(_)) => panic!("only arrow fails: {error}"),
        (Ok(_), Err(error)) => panic!("only direct fails: {error}"),
    };
    let (mut arrow_names, arrow_rows) = read(&arrow.file);
    let (mut direct_names, direct_rows) = read(&direct.file);
    arrow_names.sort_unstable();
    direct_names.sort_unstable();
    assert_eq!(arrow_names, direct_names);
    assert_eq!(arrow_rows, direct_rows);
    let counts = |written: &Written| {
        let report = &written.report;
        (report.rows, report.rejected, report.alterations, format!("{:?}", report.renamed))
    };
    assert_eq!(counts(&arrow), counts(&direct));
    assert_eq!(arrow_rows.len() as u64, arrow.report.rows);
    if nested == Nested::Flatten && is_unaltered(&arrow) && is_plain(lines) && !is_set(2) {
        check_against_serde_json(lines, &arrow, &arrow_rows);
    }
}

/// Whether the rows are what the lines say, but for integers in columns of doubles.
fn is_unaltered(written: &Written) -> bool {
    let mut altered = written.report.alterations;
    (altered.json_texts, altered.widened) = (0, 0);
    altered == Alterations::default() && written.report.renamed.is_empty()
}

/// Whether it can be neither compressed nor begin with a byte-order mark.
fn is_plain(lines: &[u8]) -> bool {
    lines.first().is_none_or(|byte| b"{[\" \n\r\t".contains(byte))
}

fn check_against_serde_json(lines: &[u8], written: &Written, rows: &[Row]) {
    let mut rows = rows.iter();
    let mut rejected = 0;
    for line in lines.split(|byte| *byte == b'\n') {
        // NUL bytes before a line are skipped.
        let line = &line[line.iter().take_while(|byte| **byte == 0).count()..];
        if line.iter().all(|byte| b" \t\r".contains(byte)) {
            continue;
        }
        let mut cells = Vec::new();
        let members = serde_json::from_slice::<&RawValue>(line).ok();
        let found = members.filter(|raw| raw.get().starts_with('{'));
        let found = found.filter(|raw| !has_lone_surrogate(raw.get()));
        match found.map(|raw| flatten(raw.get(), "", DEPTH, &mut cells)) {
            Some(Ok(())) => {
                let row = rows.next().expect("a row for each sound line");
                assert_eq!(row.len(), cells.len(), "{row:?} of {cells:?}");
                for (name, raw) in cells {
                    let cell = row.get(&name).unwrap_or_else(|| panic!("no {name} in {row:?}"));
                    assert!(is_same(raw, cell), "{name}: {cell:?} of {raw}");
                }
            }
            Some(Err(Fault::TooDeep)) => return,
            Some(Err(Fault::Malformed)) | None => rejected += 1,
        }
    }
    assert!(rows.next().is_none(), "a row without a line");
    assert_eq!(rejected, written.report.rejected);
}

/// Whether a string in JSON, which is sound but for that, has an escape for half of a surrogate pair.
fn has_lone_surrogate(json: &str) -> bool {
    let mut left = json;
    while let Some(at) = left.find('\\') {
        let unit = |escape: &str| {
            let digits = escape.strip_prefix("\\u")?.get(..4)?;
            u32::from_str_radix(digits, 16).ok()
        };
        let escape = &left[at..];
        let behind = escape.get(6..).unwrap_or_default();
        left = match (unit(escape), unit(behind)) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => &behind[6..],
            (Some(0xd800..0xe000), _) => return true,
            (Some(_), _) => behind,
            (None, _) => &escape[2..],
        };
    }
    false
}

enum Fault {
    Malformed,
    TooDeep,
}

/// Appends an object's members that are not null, those of objects in it by their path.
fn flatten<'l>(
    object: &'l str,
    prefix: &str,
    depth: usize,
    cells: &mut Vec<(String, &'l str)>,
) -> Result<(), Fault> {
    let mut deserializer = serde_json::Deserializer::from_str(object);
    let members = deserializer.deserialize_map(Members).map_err(|_| Fault::Malformed)?;
    for (name, value) in members {
        let name = format!("{prefix}{name}");
        match value.as_bytes()[0] {
            b'n' => {}
            b'{' if value[1..].trim_start_matches([' ', '\t', '\r']) != "}" => {
                let depth = depth.checked_sub(1).ok_or(Fault::TooDeep)?;
                flatten(value, &format!("{name}."), depth, cells)?;
            }
            _ => cells.push((name, value)),
        }
    }
    Ok(())
}

struct Members;

impl<'l> Visitor<'l> for Members {
    type Value = Vec<(String, &'l str)>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'l>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut members = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            members.push((name, value.get()));
        }
        Ok(members)
    }
}

fn is_same(raw: &str, cell: &Cell) -> bool {
    match cell {
        Cell::Bool(value) => raw == if *value { "true" } else { "false" },
        Cell::I64(value) => raw.parse() == Ok(*value),
        // Each integer in a column of doubles was stored exactly.
        Cell::F64(bits) => raw.parse().is_ok_and(|double: f64| double.to_bits() == *bits),
        Cell::Text(text) if raw.starts_with('"') => {
            serde_json::from_str::<String>(raw).is_ok_and(|value| value == *text)
        }
        // JSON as it stands in the line.
        Cell::Text(text) => raw == text,
        // A decimal: of integers beyond 64 bits.
        Cell::Integer(value) => raw.parse() == Ok(*value),
        // Types that no column gets from JSON alone.
        Cell::I32(_)
        | Cell::U64(_)
        | Cell::F32(_)
        | Cell::Bytes(_)
        | Cell::Timestamp(_)
        | Cell::List(_)
        | Cell::Map(_) => false,
    }
}
