//! Pages that lie: whatever a small file claims, its rows and its explanation take little memory and
//! end soon, with values or an error that says where and why. Each file is read in a process of its
//! own, which tells the most memory that it took.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, missing_docs)]

mod crafted;

use std::fs;
use std::process::Command;

use bucksaw_inspect::File;

use self::crafted::{
    BYTES, Chunk, DOUBLE, FIXED, INT32, INT64, LZ4_RAW, SNAPPY, UNCOMPRESSED, ZSTD,
};
use self::crafted::{Column, GZIP, PLAIN, data_page, data_page_v2, dictionary_page, file, page};
use crate::thrift_writer::Thrift;

/// What reading may take beyond what the process had before: 64 MiB.
const MOST_BYTES: u64 = 64 << 20;

/// The variable that names the file for a child.
const HOSTILE: &str = "BUCKSAW_HOSTILE_FILE";

/// The most memory that this process ever had.
fn peak_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() << 10
}

/// What a child does: reads the file that it is told of in every way. Without one there is nothing to do.
#[test]
fn child() {
    let Ok(path) = std::env::var(HOSTILE) else { return };
    let before = peak_bytes();
    let told = |result: bucksaw::Result<String>| match result {
        Ok(text) => text,
        Err(error) => format!("error: {error}"),
    };
    let open = || File::open(&path);
    let rows = open().and_then(|file| {
        // As a table takes them: one is dropped before the next is asked for.
        let mut count = 0;
        for row in file.rows(20) {
            row?;
            count += 1;
        }
        Ok(format!("{count} rows"))
    });
    println!("\nrows: {}", told(rows));
    let explained = open().and_then(|file| file.explain());
    let explained = explained.map(|explanation| format!("{} columns", explanation.columns.len()));
    println!("explain: {}", told(explained));
    println!("peak: {}", peak_bytes() - before);
}

/// Reads a file in a process of its own; what its rows and its explanation came to.
#[track_caller]
fn outcome(bytes: &[u8]) -> [String; 2] {
    assert!(bytes.len() <= 100 << 10, "{} bytes", bytes.len());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hostile.parquet");
    fs::write(&path, bytes).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["hostile_pages::child", "--exact", "--nocapture"])
        .env(HOSTILE, &path)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let line = |name: &str| {
        text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{text}"))
    };
    let peak: u64 = line("peak: ").parse().unwrap();
    assert!(peak <= MOST_BYTES, "{peak} bytes: {text}");
    [line("rows: ").to_owned(), line("explain: ").to_owned()]
}

/// A file that neither gives rows nor is explained, and why, with the column's name and the row group.
#[track_caller]
fn refused(bytes: &[u8], reason: &str) {
    for text in outcome(bytes) {
        assert!(text.starts_with("error: "), "{text}");
        assert!(text.contains(reason), "{text}");
        assert!(text.contains("row group 0, page at byte"), "{text}");
        assert!(text.contains("column \"a\""), "{text}");
    }
}

/// A file whose rows can't be had, but which is explained from a sample.
#[track_caller]
fn sampled(bytes: &[u8], reason: &str) {
    let [rows, explained] = outcome(bytes);
    assert!(rows.starts_with("error: ") && rows.contains(reason), "{rows}");
    assert!(explained.ends_with(" columns"), "{explained}");
}

/// A file that is read: its first rows, and its explanation.
#[track_caller]
fn read(bytes: &[u8], rows: usize) {
    let [first, explained] = outcome(bytes);
    assert_eq!(first, format!("{rows} rows"));
    assert!(explained.ends_with(" columns"), "{explained}");
}

/// Rows of one required column, of these pages.
fn required(physical: i64, codec: i64, values: i64, pages: &[u8]) -> Vec<u8> {
    let column = Column { physical, ..Column::default() };
    file(&[column], values, &[Chunk { codec, values, pages: pages.to_vec() }])
}

fn zeros(bytes: usize) -> Vec<u8> {
    zstd::bulk::compress(&vec![0; bytes], 3).unwrap()
}

const MANY: i64 = i32::MAX as i64;

/// A run of one value in the hybrid encoding, for any number of values.
fn run(count: u64, value: u8) -> Vec<u8> {
    let mut run = Thrift::default();
    run.varint(count << 1).raw(&[value]);
    run.bytes
}

fn with_length(levels: &[u8]) -> Vec<u8> {
    [&(levels.len() as u32).to_le_bytes()[..], levels].concat()
}

#[test]
fn sizes_that_page_headers_claim() {
    let body = [0; 24];
    for codec in [SNAPPY, GZIP, ZSTD, LZ4_RAW, crafted::LZ4] {
        let claimed = page(0, MANY, body.len() as i64, 3, PLAIN, &body);
        refused(&required(INT64, codec, 3, &claimed), "the limit for that is");
        let claimed = page(0, 4 << 20, body.len() as i64, 3, PLAIN, &body);
        let [rows, _] = outcome(&required(INT64, codec, 3, &claimed));
        assert!(rows.starts_with("error: "), "{rows}");
    }
    let longer = page(0, 24, 1_000_000, 3, PLAIN, &body);
    refused(&required(INT64, UNCOMPRESSED, 3, &longer), "are left");
    let fewer = data_page(4, PLAIN, &body);
    refused(&required(INT64, UNCOMPRESSED, 4, &fewer), "are left");
    let more = data_page(MANY, PLAIN, &body);
    refused(&required(INT64, UNCOMPRESSED, 3, &more), "where 3 are left");
    let missing = data_page(3, PLAIN, &body);
    let few = required(INT64, UNCOMPRESSED, 1 << 40, &missing);
    refused(&few, "the column chunk has 3 values and says 1099511627776");
}

#[test]
fn bombs_of_every_codec() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::copy(&mut std::io::Read::take(std::io::repeat(0), 16 << 20), &mut gzip).unwrap();
    let bombs = [
        (ZSTD, zeros(1 << 28)),
        (GZIP, gzip.finish().unwrap()),
        (LZ4_RAW, lz4_flex::block::compress(&vec![0; 16 << 20])),
    ];
    for (codec, stored) in bombs {
        for claimed in [MANY, 12 << 20, 1 << 20] {
            let page = page(0, claimed, stored.len() as i64, 3, PLAIN, &stored);
            let [rows, explained] = outcome(&required(INT64, codec, 3, &page));
            assert!(rows.starts_with("error: "), "{rows}");
            assert!(explained.starts_with("error: "), "{explained}");
        }
    }
    // The length that Snappy's data starts with, and zstd's window of 2 GiB.
    let claim = [&[0xff, 0xff, 0xff, 0xff, 0x07][..], &[0; 20]].concat();
    let snappy = page(0, 4 << 20, claim.len() as i64, 3, PLAIN, &claim);
    refused(&required(INT64, SNAPPY, 3, &snappy), "says 2147483647 bytes");
    let window = b"\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00";
    let zstd = page(0, 24, window.len() as i64, 3, PLAIN, window);
    refused(&required(INT64, ZSTD, 3, &zstd), "the page has 0 bytes, its header says 24");
}

#[test]
fn runs_of_levels_and_of_indices() {
    let optional = Column { repetition: 1, ..Column::default() };
    let nulls = data_page(MANY, PLAIN, &with_length(&run(MANY as u64, 0)));
    let chunk = Chunk { codec: UNCOMPRESSED, values: MANY, pages: nulls };
    read(&file(&[optional], MANY, &[chunk]), 20);

    // One list of 2^31 elements.
    let repeated = Column { repetition: 2, ..Column::default() };
    let levels = [
        with_length(&[run(1, 0), run(MANY as u64 - 1, 1)].concat()),
        with_length(&run(MANY as u64, 1)),
    ];
    let dictionary = dictionary_page(1, &7_i32.to_le_bytes());
    let indices = [&levels.concat()[..], &[1], &run(MANY as u64, 0)].concat();
    let pages = [dictionary, data_page(MANY, 8, &indices)].concat();
    let chunk = Chunk { codec: UNCOMPRESSED, values: MANY, pages };
    sampled(&file(&[repeated], 1, &[chunk]), "a row takes more than 25165824 bytes of memory");

    let pages = [dictionary_page(1, &[7, 0, 0, 0]), data_page(9, 8, &[1, 18, 1])].concat();
    refused(&required(INT32, UNCOMPRESSED, 9, &pages), "index 1 into a dictionary of 1 values");
    let wide = [dictionary_page(1, &[7, 0, 0, 0]), data_page(9, 8, &[255, 18, 1])].concat();
    refused(&required(INT32, UNCOMPRESSED, 9, &wide), "indices of 255 bits");
    let early = [dictionary_page(1, &[7, 0, 0, 0]), data_page(9, 8, &[1, 16, 0])].concat();
    refused(&required(INT32, UNCOMPRESSED, 9, &early), "ends early");
    refused(
        &required(INT32, UNCOMPRESSED, 9, &data_page(9, 8, &[1, 18, 0])),
        "without a dictionary",
    );
}

#[test]
fn levels_that_cannot_be() {
    let optional = Column { repetition: 1, ..Column::default() };
    let refuse = |pages: Vec<u8>, reason: &str| {
        refused(&file(&[optional], 3, &[Chunk { codec: UNCOMPRESSED, values: 3, pages }]), reason);
    };
    refuse(data_page(3, PLAIN, &u32::MAX.to_le_bytes()), "levels of 4294967295 bytes");
    refuse(data_page(3, PLAIN, &with_length(&[])), "ends early");
    // Packed, of 2^59 groups that are not there.
    let mut packed = Thrift::default();
    packed.varint(u64::MAX);
    refuse(data_page(3, PLAIN, &with_length(&packed.bytes)), "ends early");
    refuse(data_page_v2(3, PLAIN, (MANY, 0), &[0; 8]), "levels of 2147483647 bytes");
    refuse(data_page_v2(3, PLAIN, (9, 0), &[0; 8]), "levels of 9 bytes where 8 are left");
    let column = Column { repetition: 2, ..Column::default() };
    let middle = [with_length(&run(3, 1)), with_length(&run(3, 0))].concat();
    let chunk = Chunk { codec: UNCOMPRESSED, values: 3, pages: data_page(3, PLAIN, &middle) };
    let [rows, _] = outcome(&file(&[column], 1, &[chunk]));
    assert!(rows.contains("starts in the middle of a list"), "{rows}");
}

#[test]
fn dictionaries_that_claim_more_than_they_have() {
    let index = data_page(3, 8, &[1, 6, 0]);
    for physical in [INT32, INT64, DOUBLE, BYTES] {
        let pages = [dictionary_page(MANY, &[0; 16]), index.clone()].concat();
        refused(&required(physical, UNCOMPRESSED, 3, &pages), "a dictionary of 2147483647 values");
    }
    let long = [dictionary_page(1, &[0xff, 0xff, 0xff, 0x7f]), index.clone()].concat();
    refused(&required(BYTES, UNCOMPRESSED, 3, &long), "a dictionary of 1 values");
    // As many empty texts as fit a page.
    let stored = zeros(8 << 20);
    let empty = page(2, 8 << 20, stored.len() as i64, 2 << 20, PLAIN, &stored);
    let index = zstd::bulk::compress(&[1, 6, 0], 3).unwrap();
    let index = page(0, 3, index.len() as i64, 3, 8, &index);
    read(&required(BYTES, ZSTD, 3, &[empty.clone(), index.clone()].concat()), 3);
    let twice = [empty.clone(), empty, index].concat();
    refused(&required(BYTES, ZSTD, 3, &twice), "behind other pages");
}

/// A value that is stored once and stands in every row, or in every element of a list.
#[test]
fn values_that_are_repeated_endlessly() {
    let length = 6 << 20;
    let text = [&(length as u32).to_le_bytes()[..], &vec![b'x'; length]].concat();
    let stored = zstd::bulk::compress(&text, 3).unwrap();
    let dictionary = page(2, text.len() as i64, stored.len() as i64, 1, PLAIN, &stored);
    let compressed = |body: &[u8], encoding| {
        let stored = zstd::bulk::compress(body, 3).unwrap();
        page(0, body.len() as i64, stored.len() as i64, 1_000_000, encoding, &stored)
    };
    let indices = [&[0][..], &run(1_000_000, 0)].concat();
    let pages = [dictionary.clone(), compressed(&indices, 8)].concat();
    read(&required(BYTES, ZSTD, 1_000_000, &pages), 20);

    let repeated = Column { physical: BYTES, repetition: 2, ..Column::default() };
    let levels =
        [with_length(&[run(1, 0), run(999_999, 1)].concat()), with_length(&run(1_000_000, 1))]
            .concat();
    let pages = [dictionary, compressed(&[levels, indices].concat(), 8)].concat();
    let chunk = Chunk { codec: ZSTD, values: 1_000_000, pages };
    sampled(&file(&[repeated], 1, &[chunk]), "a row takes more than 25165824 bytes of memory");

    // Each text is the one before: all of its bytes are shared.
    let deltas = |first: i64, then: i64, count: u64| {
        let mut bytes = Thrift::default();
        bytes.varint(1 << 20).varint(1).varint(count).number(first).number(then).raw(&[0]);
        bytes.bytes
    };
    // The first shares nothing, the second all of the first, and so do those after it.
    let shared = {
        let mut bytes = Thrift::default();
        bytes.varint(128).varint(1).varint(2).number(0).number(length as i64).raw(&[0]);
        bytes.bytes
    };
    let lengths = {
        let mut bytes = Thrift::default();
        bytes.varint(128).varint(1).varint(2).number(length as i64).number(-(length as i64));
        bytes.raw(&[0]).bytes.clone()
    };
    let body = [shared, lengths, vec![b'x'; length]].concat();
    let stored = zstd::bulk::compress(&body, 3).unwrap();
    let two = page(0, body.len() as i64, stored.len() as i64, 2, 7, &stored);
    read(&required(BYTES, ZSTD, 2, &two), 2);
    let body = [deltas(0, 0, 1_000_000), deltas(0, 0, 1_000_000)].concat();
    let many = data_page(1_000_000, 7, &body);
    read(&required(BYTES, UNCOMPRESSED, 1_000_000, &many), 20);
}

#[test]
fn delta_blocks_that_cannot_be() {
    let deltas = |numbers: &[u64]| {
        let mut bytes = Thrift::default();
        for number in numbers {
            bytes.varint(*number);
        }
        data_page(3, 5, &bytes.bytes)
    };
    for numbers in [
        [0, 0, 3, 0],
        [128, 0, 3, 0],
        [u64::MAX, 1 << 40, 3, 0],
        [128, 1 << 40, 3, 0],
        [12, 4, 3, 0],
    ] {
        refused(&required(INT64, UNCOMPRESSED, 3, &deltas(&numbers)), "miniblocks");
    }
    refused(&required(INT64, UNCOMPRESSED, 3, &deltas(&[128, 4, 1, 0])), "fewer delta-encoded");
    refused(&required(INT64, UNCOMPRESSED, 3, &deltas(&[128, 4, 3, 0, 0, 65])), "widths");
    refused(&required(INT64, UNCOMPRESSED, 3, &deltas(&[128, 4, u64::MAX, 0])), "ends early");
    let lengths = data_page(3, 6, &[0x80, 1, 4, 3, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0, 0, 0]);
    refused(&required(BYTES, UNCOMPRESSED, 3, &lengths), "a value of 2147483647 bytes");
    refused(&required(DOUBLE, UNCOMPRESSED, 3, &deltas(&[128, 4, 3, 0])), "can't be read");
}

#[test]
fn values_of_no_bytes_and_of_too_many() {
    let fixed = |length: i64| {
        let column = Column { physical: FIXED, length: Some(length), ..Column::default() };
        let pages = data_page(MANY, PLAIN, &[]);
        file(&[column], MANY, &[Chunk { codec: UNCOMPRESSED, values: MANY, pages }])
    };
    read(&fixed(0), 20);
    refused(&fixed(MANY), "a value of 2147483647 bytes where 0 are left");
    let long = data_page(1, PLAIN, &[0xff, 0xff, 0xff, 0xff]);
    refused(&required(BYTES, UNCOMPRESSED, 1, &long), "a value of 4294967295 bytes");
    let column = Column { physical: FIXED, length: Some(MANY), ..Column::default() };
    let pages = data_page(1, 9, &[0; 64]);
    let split = file(&[column], 1, &[Chunk { codec: UNCOMPRESSED, values: 1, pages }]);
    refused(&split, "fewer values");
}

#[test]
fn chunks_that_share_their_pages() {
    let columns = vec![Column { physical: DOUBLE, ..Column::default() }; 600];
    for size in [8 << 20, 64 << 20] {
        let stored = zeros(size);
        let pages = page(0, size as i64, stored.len() as i64, 1 << 20, PLAIN, &stored);
        let chunk = Chunk { codec: ZSTD, values: 1 << 20, pages };
        let bytes = crafted::shared(&columns, 1 << 20, &chunk);
        let [rows, explained] = outcome(&bytes);
        assert!(rows.starts_with("error: "), "{rows}");
        let reason = if size > 8 << 20 {
            "the limit for that is"
        } else {
            "bytes of pages and values to decode"
        };
        assert!(rows.contains(reason), "{rows}");
        // Explained from what the work allows for each column.
        assert_eq!(explained.starts_with("error: "), size > 8 << 20, "{explained}");
    }
}

#[test]
fn pages_without_values() {
    let pages = data_page(0, PLAIN, &[]).repeat(3_000);
    let columns = vec![Column { physical: DOUBLE, ..Column::default() }; 500];
    let chunk = Chunk { codec: UNCOMPRESSED, values: 1, pages };
    let [rows, _] = outcome(&crafted::shared(&columns, 1, &chunk));
    assert!(rows.starts_with("error: "), "{rows}");
}

#[test]
fn page_headers_of_endless_lists_and_depth() {
    let header = |rest: &[u8]| {
        let mut header = Thrift::default();
        header.begin().i32(1, 0).i32(2, 8).i32(3, 8).raw(rest);
        required(INT64, UNCOMPRESSED, 1, &header.bytes)
    };
    refused(&header(&[0xb9, 0xf5, 0xff, 0xff, 0xff, 0xff, 0x0f]), "a list of 4294967295 elements");
    refused(&header(&[&[0xbc][..], &[0x1c; 60_000]].concat()), "nested deeper");
    refused(&header(&[0xb8, 0xff, 0xff, 0xff, 0xff, 0x0f]), "text or bytes of 4294967295 bytes");
    refused(&header(&[0]), "without the fields");
    refused(&required(INT64, UNCOMPRESSED, 1, &[]), "the column chunk has 0 values");
}

/// Columns of one group that don't agree on its lists.
#[test]
fn lists_that_differ_from_their_neighbours() {
    let chunk = |repetitions: &[u8], definitions: &[u8], values: i64| Chunk {
        codec: UNCOMPRESSED,
        values,
        pages: data_page(
            values,
            PLAIN,
            &[&with_length(repetitions)[..], &with_length(definitions), &[0; 64]].concat(),
        ),
    };
    let chunks = [
        chunk(&[run(1, 0), run(2, 1)].concat(), &run(3, 1), 3),
        chunk(&[run(1, 0), run(1, 1)].concat(), &run(2, 1), 2),
    ];
    let [rows, explained] = outcome(&crafted::pairs(1, &chunks));
    assert!(rows.contains("as those of the columns beside it"), "{rows}");
    assert_eq!(explained, "2 columns");
    let chunks = [chunk(&run(1, 0), &run(1, 0), 1), chunk(&run(1, 0), &run(1, 1), 1)];
    let [rows, _] = outcome(&crafted::pairs(1, &chunks));
    assert!(rows.contains("as those of the columns beside it"), "{rows}");
}

#[test]
fn rows_without_columns() {
    let [rows, explained] = outcome(&file(&[], 1 << 60, &[]));
    assert_eq!((rows.as_str(), explained.as_str()), ("20 rows", "0 columns"));
}
