//! Footers that lie: each must be refused with an error that tells why, quickly and without the
//! memory that it asks for.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::time::{Duration, Instant};

use bucksaw::ErrorKind;
use bucksaw_inspect::File;

use crate::thrift_writer::Thrift;

/// What a footer of one column and one row group says.
struct Claims {
    rows: i64,
    group_rows: i64,
    values: i64,
    compressed: i64,
    data_offset: i64,
    dictionary_offset: Option<i64>,
    offset_index: Option<(i64, i64)>,
    bloom: Option<(i64, i64)>,
    chunks: u64,
}

const SOUND: Claims = Claims {
    rows: 5,
    group_rows: 5,
    values: 5,
    compressed: 50,
    data_offset: 4,
    dictionary_offset: None,
    offset_index: None,
    bloom: None,
    chunks: 1,
};

/// The bytes between the magic and the footer.
const BODY: usize = 64;

fn chunk(footer: &mut Thrift, claims: &Claims) {
    footer.begin().i64(2, 0).field(3, 12).begin();
    footer.i32(1, 2).list(2, 5, 1).number(0).list(3, 8, 1).raw(b"\x01a").i32(4, 0);
    footer.i64(5, claims.values).i64(6, 60).i64(7, claims.compressed).i64(9, claims.data_offset);
    if let Some(offset) = claims.dictionary_offset {
        footer.i64(11, offset);
    }
    if let Some((offset, length)) = claims.bloom {
        footer.i64(14, offset).i32(15, length);
    }
    footer.end();
    if let Some((offset, length)) = claims.offset_index {
        footer.i64(4, offset).i32(5, length);
    }
    footer.end();
}

fn footer(claims: &Claims) -> Vec<u8> {
    let mut footer = Thrift::default();
    footer.begin().i32(1, 1).list(2, 12, 2).group("root", 1).leaf("a").i64(3, claims.rows);
    footer.list(4, 12, 1).begin().list(1, 12, claims.chunks);
    for _ in 0..claims.chunks {
        chunk(&mut footer, claims);
    }
    footer.i64(2, 60).i64(3, claims.group_rows).end();
    footer.end();
    footer.bytes
}

/// A footer that starts with version 1 and then goes on as told.
fn begun(rest: impl Fn(&mut Thrift)) -> Vec<u8> {
    let mut footer = Thrift::default();
    footer.begin().i32(1, 1);
    rest(&mut footer);
    footer.bytes
}

fn file(footer: &[u8], length: u32) -> Vec<u8> {
    let body = vec![0; BODY];
    [b"PAR1", body.as_slice(), footer, &length.to_le_bytes(), b"PAR1"].concat()
}

fn open(bytes: &[u8]) -> bucksaw::Result<File> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("hostile.parquet");
    std::fs::write(&path, bytes).unwrap();
    let start = Instant::now();
    let result = File::open(&path);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    result
}

/// Opens a file of this footer and expects an error that names the byte and says this.
#[track_caller]
fn refused(footer: &[u8], reason: &str) {
    let error = open(&file(footer, footer.len() as u32)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidParquet, "{error}");
    assert!(error.message().contains(reason), "{error}");
    assert!(error.message().starts_with("byte "), "{error}");
}

#[test]
fn the_sound_footer_is_sound() {
    let footer = footer(&SOUND);
    let description = open(&file(&footer, footer.len() as u32)).unwrap().describe();
    assert_eq!((description.rows, description.columns.len()), (5, 1));
}

#[test]
fn schemas_that_are_too_deep() {
    let deep = |levels: u64| {
        begun(|footer| {
            footer.list(2, 12, levels + 1);
            for _ in 0..levels {
                footer.group("g", 1);
            }
            footer.leaf("a").i64(3, 0).list(4, 12, 0).end();
        })
    };
    refused(&deep(99_999), "deeper than 64");
    refused(&deep(200_000), "more than 100000 elements");
    refused(&deep(65), "deeper than 64");
    let footer = deep(64);
    assert_eq!(open(&file(&footer, footer.len() as u32)).unwrap().describe().columns.len(), 1);
}

#[test]
fn schemas_that_are_no_tree() {
    let tree = |elements: &[(&str, i64)]| {
        begun(|footer| {
            footer.list(2, 12, elements.len() as u64);
            for (name, children) in elements {
                if *children < 0 {
                    footer.leaf(name)
                } else {
                    footer.group(name, *children)
                };
            }
            footer.i64(3, 0).list(4, 12, 0).end();
        })
    };
    refused(&tree(&[("root", i64::from(i32::MAX))]), "don't follow");
    refused(&tree(&[("root", 3), ("a", -1), ("b", -1)]), "announce 1 children");
    refused(&tree(&[("root", 1), ("a", -1), ("b", -1)]), "after the end");
    refused(
        &begun(|footer| {
            footer.list(2, 12, 1).begin().i32(3, 0).text(4, "root").i32(5, -1).end().end();
        }),
        "SchemaElement.num_children is negative",
    );
    refused(
        &begun(|footer| {
            footer.list(2, 12, 3).group("root", 1);
            footer.begin().i32(1, 2).i32(3, 0).text(4, "a").i32(5, 1).end().leaf("b").end();
        }),
        "both a type and children",
    );
    let error = open(&file(&[0], 1)).unwrap_err();
    assert!(error.message().contains("no schema"), "{error}");
}

#[test]
fn long_names_above_many_columns() {
    refused(
        &begun(|footer| {
            footer.list(2, 12, 90_002).group("root", 1).group(&"n".repeat(100_000), 90_000);
            for _ in 0..90_000 {
                footer.leaf("a");
            }
            footer.i64(3, 0).list(4, 12, 0).end();
        }),
        "column paths of more than",
    );
}

#[test]
fn counts_below_zero_and_sums_that_differ() {
    refused(&footer(&Claims { rows: -5, ..SOUND }), "FileMetaData.num_rows is negative: -5");
    refused(&footer(&Claims { group_rows: -5, ..SOUND }), "RowGroup.num_rows is negative");
    refused(&footer(&Claims { values: -1, ..SOUND }), "num_values is negative");
    refused(&footer(&Claims { compressed: -1, ..SOUND }), "total_compressed_size is negative");
    refused(&footer(&Claims { data_offset: i64::MIN, ..SOUND }), "data_page_offset is negative");
    refused(&footer(&Claims { rows: 6, ..SOUND }), "num_rows is 6, but the row groups have 5");
    refused(&footer(&Claims { chunks: 2, ..SOUND }), "2 column chunks where the schema has 1");
    refused(&footer(&Claims { chunks: 0, ..SOUND }), "0 column chunks where the schema has 1");
}

#[test]
fn ranges_outside_the_file() {
    let end = 4 + BODY as i64;
    refused(&footer(&Claims { data_offset: end, ..SOUND }), "a column chunk at");
    refused(&footer(&Claims { data_offset: 0, ..SOUND }), "a column chunk at 0");
    refused(&footer(&Claims { data_offset: i64::MAX, ..SOUND }), "a column chunk at");
    refused(&footer(&Claims { compressed: i64::MAX, ..SOUND }), "a column chunk at");
    refused(&footer(&Claims { compressed: end - 3, ..SOUND }), "a column chunk at");
    refused(&footer(&Claims { dictionary_offset: Some(end), ..SOUND }), "a dictionary page");
    let behind = Claims { dictionary_offset: Some(4), data_offset: 60, ..SOUND };
    refused(&footer(&behind), "behind its column chunk");
    refused(&footer(&Claims { offset_index: Some((end - 1, 2)), ..SOUND }), "a page index");
    refused(&footer(&Claims { offset_index: Some((i64::MAX, 2)), ..SOUND }), "a page index");
    refused(&footer(&Claims { bloom: Some((end - 1, 2)), ..SOUND }), "a bloom filter");
    // What is whole; and a chunk that has only a dictionary page, as pyarrow writes without rows.
    for sound in [
        Claims { compressed: end - 4, ..SOUND },
        Claims { dictionary_offset: Some(4), data_offset: 0, ..SOUND },
        Claims { dictionary_offset: Some(0), ..SOUND },
    ] {
        let footer = footer(&sound);
        let opened = open(&file(&footer, footer.len() as u32)).unwrap();
        assert_eq!(opened.describe().row_groups[0].start_offset, Some(4));
    }
}

#[test]
fn lists_longer_than_the_file() {
    for size in [1 << 31, 1 << 40, u64::MAX] {
        refused(
            &begun(|footer| {
                footer.list(2, 12, size);
            }),
            "a list of",
        );
        // Also inside of what nobody knows: a list, a set and a map.
        refused(
            &begun(|footer| {
                footer.list(14, 5, size);
            }),
            "a list of",
        );
        refused(
            &begun(|footer| {
                footer.field(14, 10).raw(&[0xf5]).varint(size);
            }),
            "a list of",
        );
        refused(
            &begun(|footer| {
                footer.field(14, 11).varint(size);
            }),
            "a list of",
        );
    }
    let many = |footer: &mut Thrift| {
        footer.list(14, 3, 9 << 20).raw(&vec![1; 9 << 20]).end();
    };
    refused(&begun(many), "list elements");
}

#[test]
fn footer_lengths_that_cannot_be() {
    let sound = footer(&SOUND);
    for length in [u32::MAX, 65 << 20, sound.len() as u32 + BODY as u32 + 1] {
        let error = open(&file(&sound, length)).unwrap_err();
        assert!(error.message().contains("a footer of"), "{error}");
    }
    assert!(open(&file(&sound, 0)).is_err());
    assert!(open(&file(&sound, sound.len() as u32 - 1)).is_err());
    assert!(open(b"").is_err());
    assert!(open(b"PAR1").is_err());
    assert!(open(b"PAR1PAR1").is_err());
    assert!(open(b"PAR1\x00\x00\x00\x00PAR1").is_err());
}

#[test]
fn numbers_and_texts_longer_than_they_may() {
    refused(
        &begun(|footer| {
            footer.field(3, 6).raw(&[0x80; 11]);
        }),
        "more than 10 bytes or 64 bits",
    );
    let overflow = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02];
    refused(
        &begun(|footer| {
            footer.field(3, 6).raw(&overflow);
        }),
        "more than 10 bytes or 64 bits",
    );
    refused(
        &begun(|footer| {
            footer.i32(10, 1 << 40);
        }),
        "doesn't fit I32",
    );
    for length in [100, 1 << 31, u64::MAX] {
        refused(
            &begun(|footer| {
                footer.field(6, 8).varint(length);
            }),
            "created_by of",
        );
        refused(
            &begun(|footer| {
                footer.field(14, 8).varint(length);
            }),
            "text or bytes of",
        );
    }
}

#[test]
fn nesting_in_fields_that_nobody_knows() {
    // Structs in structs, lists in lists, sets in sets, maps in maps.
    refused(
        &begun(|footer| {
            footer.field(14, 12).raw(&[0x1c; 100_000]);
        }),
        "nested deeper",
    );
    refused(
        &begun(|footer| {
            footer.field(14, 9).raw(&[0x19; 100_000]);
        }),
        "nested deeper",
    );
    refused(
        &begun(|footer| {
            footer.field(14, 10).raw(&[0x1a; 100_000]);
        }),
        "nested deeper",
    );
    let maps = [0x01, 0x3b, 0x00].repeat(30_000);
    refused(
        &begun(|footer| {
            footer.field(14, 11).raw(&maps);
        }),
        "nested deeper",
    );
}

#[test]
fn unknown_fields_are_skipped() {
    let mut bytes = footer(&SOUND);
    bytes.pop();
    let mut more = Thrift { bytes, last: vec![4] };
    more.field(10, 1).field(11, 2).field(12, 3).raw(&[7]).field(13, 4).number(-9);
    more.field(14, 7).raw(&[1; 8]).text(15, "x").list(16, 4, 2).raw(&[1, 2]);
    more.field(17, 10).raw(&[0x1c]).begin().i32(1, 4).end();
    more.field(18, 11).raw(&[1, 0x85, 1, b'k']).number(5).field(19, 13).raw(&[0; 16]);
    more.field(20, 12).begin().list(3, 9, 1).raw(&[0x00]).end().field(21, 11).raw(&[0]).end();
    let bytes = more.bytes;
    assert_eq!(open(&file(&bytes, bytes.len() as u32)).unwrap().describe().rows, 5);
}

#[test]
fn booleans_that_the_decoder_cannot_skip() {
    let reason = "booleans in an unknown field";
    refused(
        &begun(|footer| {
            footer.list(14, 2, 2).raw(&[1, 2]).end();
        }),
        reason,
    );
    refused(
        &begun(|footer| {
            footer.list(14, 1, 2).raw(&[1, 2]).end();
        }),
        reason,
    );
    refused(
        &begun(|footer| {
            footer.field(14, 11).raw(&[1, 0x32, 1, 1]).end();
        }),
        reason,
    );
    refused(
        &begun(|footer| {
            footer.field(14, 11).raw(&[1, 0x13, 1, 1]).end();
        }),
        reason,
    );
}

#[test]
fn known_fields_of_other_types_or_given_twice() {
    refused(
        &begun(|footer| {
            footer.text(3, "five");
        }),
        "FileMetaData.num_rows is of type Binary",
    );
    refused(
        &begun(|footer| {
            footer.list(2, 5, 1).number(1);
        }),
        "a list of I32",
    );
    refused(
        &begun(|footer| {
            footer.field(3, 6).number(1).raw(&[0x06]).number(3).number(1);
        }),
        "num_rows stands twice",
    );
    refused(
        &begun(|footer| {
            footer.field(3, 14);
        }),
        "no field type",
    );
}

/// Many small structs, which take far more memory decoded than in the footer.
#[test]
fn footers_that_would_take_too_much_memory() {
    let limit = "would take more than 1073741824 bytes of memory";
    // Pairs of metadata, and row groups of no columns: as many as there may be list elements.
    let pairs = |count: u64| {
        begun(|footer| {
            footer.list(2, 12, 1).group("root", 0).i64(3, 0).list(4, 12, 0);
            footer.list(5, 12, count).raw(&[0x18, 0, 0].repeat(count as usize)).end();
        })
    };
    assert_eq!(
        open(&file(&pairs(9), pairs(9).len() as u32)).unwrap().describe().key_value_metadata.len(),
        9
    );
    let groups = |count: u64| {
        begun(|footer| {
            footer.list(2, 12, 1).group("root", 0).i64(3, 0).list(4, 12, count);
            footer.raw(&[0x19, 0x0c, 0x16, 0, 0x16, 0, 0].repeat(count as usize)).end();
        })
    };
    assert_eq!(
        open(&file(&groups(9), groups(9).len() as u32)).unwrap().describe().row_groups.len(),
        9
    );
    // Some 50 MB are scanned before the limit, which takes its time without optimisation.
    let footer = groups(7 << 20);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("groups.parquet");
    std::fs::write(&path, file(&footer, footer.len() as u32)).unwrap();
    let error = File::open(&path).unwrap_err();
    assert!(error.message().contains(limit), "{error}");
}
