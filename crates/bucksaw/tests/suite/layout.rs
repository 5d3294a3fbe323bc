//! What row groups, chunks and pages small files have, written down.
//!
//! A line is a row group: its rows, then each column with its pages in order. `[3]` is a dictionary
//! page of so many values; a data page is its encoding and its rows, and `2×` stands for two alike. A
//! column in brackets is late: its chunk lies at the file's end.

use std::collections::BTreeMap;

use bucksaw::{BackendKind, Compression, MemorySink, Options, Profile, Value};
use bucksaw_workloads::DEFAULT_SEED;
use bucksaw_workloads::rng::Rng;
use parquet::file::metadata::ColumnChunkMetaData;

use crate::support::layout::{check, end, start};
use crate::support::pages::{DICTIONARY, Page, pages};
use crate::support::{Cell, footer, read};

type Row = Vec<(String, Value<'static>)>;

/// By the number that the format gives it.
fn encoding(page: &Page) -> &'static str {
    match page.encoding {
        0 => "plain",
        5 => "delta",
        6 => "lengths",
        7 => "prefixes",
        8 => "indices",
        9 => "split",
        _ => "unknown",
    }
}

fn shown(chunk: &ColumnChunkMetaData, file: &[u8], groups_end: i64) -> String {
    let range = start(chunk) as usize..end(chunk) as usize;
    let mut pages_shown: Vec<(usize, String)> = Vec::new();
    for page in pages(file, range).expect("pages") {
        assert!(page.checksum.is_some(), "every page has a checksum");
        let shown = match page.kind {
            DICTIONARY => format!("[{}]", page.values),
            _ => format!("{}{}", encoding(&page), page.values),
        };
        match pages_shown.last_mut() {
            Some((count, last)) if *last == shown => *count += 1,
            _ => pages_shown.push((1, shown)),
        }
    }
    let times = |(count, page): (usize, String)| {
        if count == 1 { page } else { format!("{count}×{page}") }
    };
    let pages: Vec<String> = pages_shown.into_iter().map(times).collect();
    let shown = format!("{} {}", chunk.column_path().string(), pages.join(" "));
    if start(chunk) >= groups_end { format!("({shown})") } else { shown }
}

/// The file's row groups as lines.
fn layout(file: &[u8]) -> Vec<String> {
    check(file);
    let footer = footer(file);
    let last = footer.row_groups().last();
    let groups_end = last.and_then(|group| group.columns().iter().map(end).max());
    let groups = footer.row_groups().iter().map(|group| {
        let chunks = group.columns().iter();
        let chunks: Vec<String> =
            chunks.map(|chunk| shown(chunk, file, groups_end.unwrap_or_default())).collect();
        format!("{}: {}", group.num_rows(), chunks.join(", "))
    });
    groups.collect()
}

fn options() -> Options {
    Options::new().backend(BackendKind::Direct).settling_rows(0)
}

fn file(options: Options, rows: impl IntoIterator<Item = Row>) -> Vec<u8> {
    let sink = MemorySink::new();
    let mut writer = options.write_to(Box::new(sink.clone())).expect("sound options");
    for row in rows {
        writer.write_row(row.iter().map(|(name, value)| (name.as_str(), *value))).expect("a row");
    }
    writer.finish().expect("a file");
    sink.published().expect("published")
}

/// The rows have these layouts, in each profile.
#[track_caller]
fn has_layouts(options: &Options, rows: impl Fn() -> Vec<Row>, portable: &[&str], modern: &[&str]) {
    for (profile, wanted) in [(Profile::Portable, portable), (Profile::Modern, modern)] {
        let found = layout(&file(options.clone().profile(profile), rows()));
        assert_eq!(found, wanted, "{profile:?}");
    }
}

fn row<const N: usize>(values: [(&str, Value<'static>); N]) -> Row {
    values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Text that lives as long as the test.
fn text(text: String) -> Value<'static> {
    Value::Text(text.leak())
}

/// A number that none of the others is near to.
fn scattered(at: usize) -> i64 {
    (at as i64).wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as i64)
}

#[test]
fn values_that_repeat_have_a_dictionary() {
    let rows = || {
        let level = |at: usize| Value::Text(["INFO", "WARN", "ERROR"][at % 3]);
        (0..3_000).map(|at| row([("level", level(at)), ("n", Value::I64(at as i64 % 7))])).collect()
    };
    has_layouts(
        &options().row_group_rows(1_000),
        rows,
        &[
            "1000: level [3] indices1000, n [7] indices1000",
            "1000: level [3] indices1000, n [7] indices1000",
            "1000: level [3] indices1000, n [7] indices1000",
        ],
        &[
            "1000: level [3] indices1000, n [7] indices1000",
            "1000: level [3] indices1000, n [7] indices1000",
            "1000: level [3] indices1000, n [7] indices1000",
        ],
    );
}

#[test]
fn a_dictionary_is_given_up_in_each_row_group_anew() {
    let rows = || {
        let number = |at: usize| match at % 4_000 {
            0..2_500 => at as i64 % 4,
            _ => scattered(at),
        };
        let word = |at: usize| match at % 5 {
            0 => Value::Null,
            _ => text(format!("{:016x}", number(at))),
        };
        (0..8_000).map(|at| row([("n", Value::I64(number(at))), ("word", word(at))])).collect()
    };
    has_layouts(
        &options().row_group_rows(4_000).page_bytes(8_192),
        rows,
        &[
            "4000: n [1088] indices3584 plain416, word [461] indices3072 plain512 plain416",
            "4000: n [1184] indices3680 plain320, word [538] indices3168 plain512 plain320",
        ],
        &[
            "4000: n delta2560 delta1024 delta416, word [461] indices3072 lengths928",
            "4000: n delta2656 delta1024 delta320, word [538] indices3168 lengths832",
        ],
    );
}

#[test]
fn a_late_column_has_chunks_of_nulls_at_the_end() {
    let rows = || {
        let late = |at: usize, from: usize| if at < from { Value::Null } else { Value::Bool(true) };
        let values =
            |at| [("at", Value::I64(at as i64)), ("late", late(at, 10)), ("last", late(at, 29))];
        (0..30).map(|at| row(values(at))).collect()
    };
    has_layouts(
        &options().row_group_rows(10),
        rows,
        &[
            "10: at plain10, (late plain10), (last plain10)",
            "10: at plain10, late plain10, (last plain10)",
            "10: at plain10, late plain10, last plain10",
        ],
        &[
            "10: at delta10, (late plain10), (last plain10)",
            "10: at delta10, late plain10, (last plain10)",
            "10: at delta10, late plain10, last plain10",
        ],
    );
}

#[test]
fn columns_without_a_value_or_with_one_only() {
    let rows = || {
        let values = |at: usize| {
            let null = if at < 5_000 { Value::Null } else { Value::F64(0.5) };
            [("null_at_first", null), ("same", Value::Text("same")), ("flag", Value::Bool(true))]
        };
        (0..5_001).map(|at| row(values(at))).collect()
    };
    has_layouts(
        &options().row_group_rows(2_500),
        rows,
        &[
            "2500: same [1] indices2500, flag plain2500, (null_at_first plain2500)",
            "2500: same [1] indices2500, flag plain2500, (null_at_first plain2500)",
            "1: same plain1, flag plain1, null_at_first plain1",
        ],
        &[
            "2500: same [1] indices2500, flag plain2500, (null_at_first plain2500)",
            "2500: same [1] indices2500, flag plain2500, (null_at_first plain2500)",
            "1: same lengths1, flag plain1, null_at_first split1",
        ],
    );
}

#[test]
fn every_type_of_distinct_values() {
    let rows = || {
        let values = |at: usize| {
            [
                ("flag", Value::Bool(at.is_multiple_of(3))),
                ("counted", Value::I64(at as i64)),
                ("scattered", Value::I64(scattered(at))),
                ("double", Value::F64(scattered(at) as f64 / 3.0)),
                ("path", text(format!("/a/rather/long/path/to/{at:05}"))),
                ("hash", text(format!("{:016x}", scattered(at)))),
                ("time", Value::Timestamp(1_700_000_000_000_000 + 1_000 * at as i64)),
            ]
        };
        (0..2_000).map(|at| row(values(at))).collect()
    };
    has_layouts(
        &options(),
        rows,
        &[
            "2000: flag plain2000, counted plain2000, scattered plain2000, double plain2000, path plain2000, hash plain2000, time plain2000",
        ],
        &[
            "2000: flag plain2000, counted delta2000, scattered delta2000, double split2000, path prefixes2000, hash lengths2000, time delta2000",
        ],
    );
}

#[test]
fn long_values_have_pages_of_their_own() {
    let rows = || {
        let long = |at: usize| text(char::from(b'a' + at as u8).to_string().repeat(1 << 20));
        (0..3).map(|at| row([("long", long(at)), ("at", Value::I64(at as i64))])).collect()
    };
    has_layouts(
        &options().compression(Compression::None),
        rows,
        &["3: long 3×plain1, at plain3"],
        &["3: long 3×lengths1, at delta3"],
    );
}

#[test]
fn many_columns_have_a_page_each() {
    let values = |at: usize| -> Row {
        (0..120).map(|column| (format!("c{column}"), Value::I64(scattered(at + column)))).collect()
    };
    let chunks: Vec<String> = (0..120).map(|column| format!("c{column} plain2")).collect();
    let wanted = format!("2: {}", chunks.join(", "));
    let wanted = [wanted.as_str(); 2];
    has_layouts(&options().row_group_rows(2), || (0..4).map(values).collect(), &wanted, &wanted);
}

#[test]
fn no_rows_have_no_row_group() {
    has_layouts(&options(), Vec::new, &[], &[]);
}

/// DuckDB 1.0 goes on with deltas in a PLAIN page that follows one of them.
#[test]
fn no_plain_page_with_values_follows_deltas() {
    let text = |at: usize| match at % 50 {
        49 => format!("{at:06} {}", "a long text ".repeat(20_000)),
        _ => format!("a common prefix of texts that are told apart by {at:06}"),
    };
    let rows = (0..200).map(|at| vec![("text".to_owned(), Value::Text(text(at).leak()))]);
    let options = options().profile(Profile::Modern).dictionary(false).page_bytes(64 << 10);
    let file = file(options, rows);
    let lines = layout(&file);
    assert!(lines[0].starts_with("200: text prefixes") && !lines[0].contains("plain"), "{lines:?}");
}

/// A value that is longer than a page makes one by itself, which is compressed from where the value is: by some
/// codecs piece by piece.
#[test]
fn long_values_come_back_from_every_codec() {
    let mut rng = Rng::new(DEFAULT_SEED);
    let mut noise = |words: usize| (0..words).map(|_| format!("{:x} ", rng.bits())).collect();
    let texts: Vec<String> =
        vec!["short".to_owned(), noise(200_000), "again and ".repeat(250_000), noise(5_000)];
    let texts: &'static [String] = texts.leak();
    let rows = || texts.iter().map(|text| vec![("text".to_owned(), Value::Text(text))]);
    for codec in ["none", "zstd:1", "zstd:19", "gzip", "snappy", "lz4"] {
        let compression: Compression = codec.parse().expect("a codec");
        let file = file(options().compression(compression).page_bytes(50_000), rows());
        assert_eq!(layout(&file), ["4: text 4×plain1"], "{codec}");
        let cells: Vec<Cell> = read(&file).1.into_iter().flat_map(BTreeMap::into_values).collect();
        assert!(cells == texts.iter().cloned().map(Cell::Text).collect::<Vec<_>>(), "{codec}");
    }
}
