//! Sound files are found sound, whoever wrote them; and what was changed in one is found, with where it is.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use bucksaw::{BackendKind, Compression, Options, Profile, Value};
use bucksaw_inspect::{DEFAULT_TOLD_PROBLEMS, File, Verification};
use parquet::file::metadata::page_index::PageIndexProvider;
use parquet::file::metadata::{
    ColumnChunkMetaData, ColumnChunkMetaDataBuilder, LevelHistogram, PageIndexPolicy,
    ParquetMetaData, ParquetMetaDataReader, ParquetMetaDataWriter, RowGroupMetaData, SortingColumn,
};
use parquet::file::statistics::Statistics;
use proptest::prelude::*;

const ROWS: usize = 1_200;

/// Ascending numbers with nulls at the end, a few texts, an id with a bloom filter, doubles and lists.
fn written(options: Options) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let options = options
        .row_group_rows(500)
        .page_bytes(1 << 10)
        .bloom_filter_of("id")
        .sorted_by(["n".parse().unwrap()]);
    let mut writer = options.create(&path).unwrap();
    for row in 0..ROWS {
        let id = format!("{:x}", (row as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let list = [Value::I64(row as i64), Value::Null];
        let values = [
            ("n", Value::I64(row as i64 * 1_001)),
            ("few", Value::Text(["INFO", "WARN", "ERROR"][row * 7 % 3])),
            ("id", Value::Text(&id)),
            ("d", if row % 9 == 4 { Value::Null } else { Value::F64(row as f64 / 3.0) }),
            ("l", Value::List(&list[..(row + 1) % 3])),
        ];
        writer.write_row(values).unwrap();
    }
    writer.finish().unwrap();
    fs::read(path).unwrap()
}

fn sound_file() -> Vec<u8> {
    written(Options::new().compression(Compression::None))
}

fn verified_at(path: &Path) -> bucksaw::Result<Verification> {
    File::open(path)?.verify()
}

fn verified(bytes: &[u8]) -> bucksaw::Result<Verification> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    fs::write(&path, bytes).unwrap();
    verified_at(&path)
}

#[track_caller]
fn expect_sound(found: &Verification, about: &str) {
    assert!(found.is_sound, "{about}: {:#?} {:#?}", found.problems, found.not_verified);
    assert!(found.problems.is_empty() && found.more_problems == 0 && found.not_verified.is_empty());
}

#[test]
fn what_both_backends_write_is_sound() {
    for (backend, profile) in [
        (BackendKind::Arrow, Profile::Portable),
        (BackendKind::Direct, Profile::Portable),
        (BackendKind::Direct, Profile::Modern),
    ] {
        for codec in [Compression::None, Compression::Snappy, Compression::Zstd(3)] {
            let about = format!("{backend:?} {profile:?} {codec:?}");
            let options = Options::new().backend(backend).profile(profile).compression(codec);
            let found = verified(&written(options)).unwrap();
            expect_sound(&found, &about);
            assert_eq!((found.rows, found.row_groups), (ROWS as u64, 3), "{about}");
            // Two lists of three have a number, and one of three a null as well.
            let doubles = (0..ROWS).filter(|row| row % 9 != 4).count();
            assert_eq!(found.values as usize, 3 * ROWS + doubles + 2 * ROWS / 3, "{about}");
            let with_checksum = if backend == BackendKind::Direct { found.pages } else { 0 };
            assert_eq!(found.pages_with_checksum, with_checksum, "{about}");
            assert!(found.pages > 3 * 10, "{about}: {} pages", found.pages);
        }
    }
}

/// Files of all earlier versions, too.
#[test]
fn golden_files_are_sound() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../bucksaw/tests/suite/golden");
    let folders = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<PathBuf> = folders
        .filter(|path| path.is_dir())
        .flat_map(|path| fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "parquet"))
        .collect();
    assert!(files.len() > 30, "{}", files.len());
    for path in files {
        expect_sound(&verified_at(&path).unwrap(), &path.display().to_string());
    }
}

fn footer(bytes: &[u8]) -> ParquetMetaData {
    let bytes = bytes::Bytes::copy_from_slice(bytes);
    ParquetMetaDataReader::new().parse_and_finish(&bytes).unwrap()
}

/// The same file with other words in its footer.
fn with_footer(bytes: &[u8], footer: &ParquetMetaData) -> Vec<u8> {
    let tail = bytes.len() - 8;
    let length = u32::from_le_bytes(bytes[tail..tail + 4].try_into().unwrap());
    let mut changed = bytes[..tail - length as usize].to_vec();
    let writer = ParquetMetaDataWriter::new(&mut changed, footer);
    writer.with_preserve_page_index_locations(true).finish().unwrap();
    changed
}

/// With another second row group.
fn with_group(bytes: &[u8], change: impl FnOnce(RowGroupMetaData) -> RowGroupMetaData) -> Vec<u8> {
    let footer = footer(bytes);
    let mut groups = footer.row_groups().to_vec();
    groups[1] = change(groups[1].clone());
    with_footer(bytes, &footer.into_builder().set_row_groups(groups).build())
}

type OfChunk = fn(ColumnChunkMetaData) -> ColumnChunkMetaDataBuilder;

/// With another column chunk in the second row group.
fn with_chunk(bytes: &[u8], column: &str, change: OfChunk) -> Vec<u8> {
    with_group(bytes, |group| {
        let mut chunks = group.columns().to_vec();
        let at = index_of(&group, column);
        chunks[at] = change(chunks[at].clone()).build().unwrap();
        group.into_builder().set_column_metadata(chunks).build().unwrap()
    })
}

fn index_of(group: &RowGroupMetaData, column: &str) -> usize {
    let is_it = |chunk: &ColumnChunkMetaData| chunk.column_path().parts()[0] == column;
    group.columns().iter().position(is_it).unwrap()
}

fn ints(min: i64, max: i64, nulls: u64) -> Statistics {
    Statistics::int64(Some(min), Some(max), None, Some(nulls), false)
}

const FIRST: i64 = 500 * 1_001;
const LAST: i64 = 999 * 1_001;

/// What is changed in the footer, and what is told of it. None: it may be so.
#[test]
fn what_the_footer_says_wrongly_is_found() {
    let texts = |min: &str, max: &str, is_exact: bool| {
        let [min, max] = [min, max].map(|text| Some(text.as_bytes().to_vec().into()));
        let parquet =
            parquet::file::statistics::ValueStatistics::new(min, max, None, Some(0), false);
        Statistics::ByteArray(parquet.with_min_is_exact(is_exact).with_max_is_exact(is_exact))
    };
    // Fn pointers can't capture, so texts are checked by themselves.
    let file = sound_file();
    for (min, max, is_exact, told) in [
        ("ERROR", "WARN", true, None),
        ("ERR", "WAS", false, None),
        (
            "ERR",
            "WARN",
            true,
            Some(
                "the smallest value in the chunk's statistics: the file says \"ERR\", it is \"ERROR\"",
            ),
        ),
        (
            "F",
            "WARN",
            false,
            Some(
                "the smallest value in the chunk's statistics: the file says \"F\", it is \"ERROR\"",
            ),
        ),
        (
            "ERROR",
            "WARM",
            false,
            Some(
                "the largest value in the chunk's statistics: the file says \"WARM\", it is \"WARN\"",
            ),
        ),
    ] {
        let changed = with_group(&file, |group| {
            let mut chunks = group.columns().to_vec();
            let at = index_of(&group, "few");
            let builder = chunks[at].clone().into_builder();
            chunks[at] = builder.set_statistics(texts(min, max, is_exact)).build().unwrap();
            group.into_builder().set_column_metadata(chunks).build().unwrap()
        });
        expect(&changed, "few", told);
    }
    let changes: [(&str, OfChunk, Option<&str>); 17] = [
        ("n", |chunk| chunk.into_builder(), None),
        ("n", |chunk| chunk.into_builder().set_statistics(ints(FIRST, LAST, 0)), None),
        (
            "n",
            |chunk| chunk.into_builder().set_statistics(ints(FIRST + 1, LAST, 0)),
            Some(
                "the smallest value in the chunk's statistics: the file says 500501, it is 500500",
            ),
        ),
        // Numbers are never wider than they are.
        (
            "n",
            |chunk| chunk.into_builder().set_statistics(ints(FIRST - 1, LAST, 0)),
            Some(
                "the smallest value in the chunk's statistics: the file says 500499, it is 500500",
            ),
        ),
        (
            "n",
            |chunk| chunk.into_builder().set_statistics(ints(FIRST, LAST - 1, 0)),
            Some("the largest value in the chunk's statistics: the file says 999998, it is 999999"),
        ),
        (
            "n",
            |chunk| chunk.into_builder().set_statistics(ints(FIRST, LAST, 1)),
            Some("the number of nulls in the chunk's statistics: the file says 1, it is 0"),
        ),
        (
            "d",
            |chunk| {
                let doubles = Statistics::double(None, None, None, Some(54), false);
                chunk.into_builder().set_statistics(doubles)
            },
            Some("the number of nulls in the chunk's statistics: the file says 54, it is 55"),
        ),
        // Lists that are empty are nulls of their values, or not.
        ("l", |chunk| chunk.into_builder().set_statistics(list_nulls(166)), None),
        ("l", |chunk| chunk.into_builder().set_statistics(list_nulls(166 + 167)), None),
        (
            "l",
            |chunk| chunk.into_builder().set_statistics(list_nulls(168)),
            Some("the number of nulls in the chunk's statistics: the file says 168, it is 333"),
        ),
        (
            "n",
            |chunk| chunk.into_builder().set_num_values(501),
            Some("the chunk's number of values: the file says 501, it is 500"),
        ),
        (
            "n",
            |chunk| {
                let size = chunk.uncompressed_size();
                chunk.into_builder().set_total_uncompressed_size(size + 1)
            },
            Some("the chunk's total_uncompressed_size: the file says "),
        ),
        (
            "n",
            |chunk| {
                let size = chunk.compressed_size();
                chunk.into_builder().set_total_compressed_size(size - 1)
            },
            Some("a page of "),
        ),
        (
            "d",
            |chunk| {
                chunk
                    .into_builder()
                    .set_definition_level_histogram(Some(LevelHistogram::from(vec![54, 446])))
            },
            Some("the chunk's definition levels: the file says [54, 446], it is [55, 445]"),
        ),
        (
            "few",
            |chunk| chunk.into_builder().set_unencoded_byte_array_data_bytes(Some(7)),
            Some("the bytes of the chunk's byte arrays: the file says 7, it is 2167"),
        ),
        (
            "few",
            |chunk| {
                let offset = chunk.data_page_offset();
                chunk.into_builder().set_data_page_offset(offset + 1)
            },
            Some("the chunk's data_page_offset: the file says "),
        ),
        (
            "n",
            |chunk| chunk.into_builder().set_encodings(vec![parquet::basic::Encoding::RLE]),
            Some("the chunk's encodings: the file says RLE, it is "),
        ),
    ];
    for (column, change, told) in changes {
        expect(&with_chunk(&file, column, change), column, told);
    }
}

fn list_nulls(nulls: u64) -> Statistics {
    Statistics::int64(None, None, None, Some(nulls), false)
}

/// Of the second row group's column that is told, or that nothing is told.
#[track_caller]
fn expect(bytes: &[u8], column: &str, told: Option<&str>) {
    let found = verified(bytes).unwrap();
    let Some(told) = told else { return expect_sound(&found, column) };
    let is_it =
        |text: &str| text.starts_with(&format!("row group 1, {column}")) && text.contains(told);
    let texts: Vec<String> = found.problems.iter().map(ToString::to_string).collect();
    assert!(texts.iter().any(|text| is_it(text)), "{told}: {texts:#?}");
    assert!(!found.is_sound);
}

#[test]
fn what_a_row_group_says_wrongly_is_found() {
    let file = sound_file();
    let by = |column_idx, descending| {
        Some(vec![SortingColumn { column_idx, descending, nulls_first: false }])
    };
    type OfGroup<'c> = &'c dyn Fn(RowGroupMetaData) -> RowGroupMetaData;
    let changes: [(OfGroup<'_>, Option<&str>); 5] = [
        (&|group| group.into_builder().set_sorting_columns(by(0, false)).build().unwrap(), None),
        (
            &|group| group.into_builder().set_sorting_columns(by(0, true)).build().unwrap(),
            Some("row group 1, n: sorting_columns: row 1 of the row group is out of order"),
        ),
        (
            &|group| group.into_builder().set_sorting_columns(by(1, false)).build().unwrap(),
            Some("row group 1, few: sorting_columns: row 3 of the row group is out of order"),
        ),
        (
            &|group| group.into_builder().set_sorting_columns(by(9, false)).build().unwrap(),
            Some("row group 1: a sorting column that there is not: the file says column 9"),
        ),
        (
            &|group| group.into_builder().set_total_byte_size(12).build().unwrap(),
            Some("row group 1: the row group's total_byte_size: the file says 12, it is "),
        ),
    ];
    for (change, told) in changes {
        let found = verified(&with_group(&file, change)).unwrap();
        let texts: Vec<String> = found.problems.iter().map(ToString::to_string).collect();
        match told {
            None => expect_sound(&found, "sorted"),
            Some(told) => {
                assert!(texts.len() == 1 && texts[0].starts_with(told), "{told}: {texts:#?}");
            }
        }
    }
}

/// A chunk that lies where another does.
#[test]
fn chunks_that_overlap_are_found() {
    let file = sound_file();
    let changed = with_group(&file, |group| {
        let mut chunks = group.columns().to_vec();
        let (n, d) = (index_of(&group, "n"), index_of(&group, "d"));
        let size = chunks[n].compressed_size() + chunks[n + 1].compressed_size();
        chunks[n] =
            chunks[n].clone().into_builder().set_total_compressed_size(size).build().unwrap();
        assert!(n < d);
        group.into_builder().set_column_metadata(chunks).build().unwrap()
    });
    let found = verified(&changed).unwrap();
    let texts: Vec<String> = found.problems.iter().map(ToString::to_string).collect();
    assert!(texts[0].contains("the column chunk overlaps another part"), "{texts:#?}");
}

/// Every byte of every page with a checksum; and most bytes of the headers, which say more than what
/// values depend on: whether a dictionary is sorted, which encoding levels have that aren't there, and
/// fields that nobody knows.
#[test]
fn every_changed_byte_of_a_page_with_a_checksum_is_found() {
    /// No header is longer.
    const HEADER_BYTES: u64 = 48;
    let file = sound_file();
    let metadata = indexed(&file);
    let group = metadata.row_group(0);
    let mut changed = file.clone();
    for name in ["few", "l"] {
        let column = index_of(group, name);
        let (start, length) = group.column(column).byte_range();
        let index = metadata.page_index().unwrap().offset_index(0, column).unwrap();
        let pages = index.page_locations().iter().map(|page| page.offset as u64);
        let mut starts: Vec<u64> = pages.chain([start]).collect();
        starts.sort_unstable();
        starts.dedup();
        let mut harmless = 0;
        for at in start..start + length {
            let byte = at as usize;
            changed[byte] ^= 1 << (at % 8);
            let found = verified(&changed).unwrap();
            changed[byte] = file[byte];
            for problem in &found.problems {
                let column = problem.place.column.as_deref();
                let is_there = column.is_some_and(|column| column.starts_with(name));
                assert!(is_there && problem.place.row_group == Some(0), "byte {at}: {problem}");
            }
            if found.is_sound {
                let page = starts.iter().rfind(|start| **start <= at).unwrap();
                assert!(at - page < HEADER_BYTES, "byte {} of the page", at - page);
                harmless += 1;
            }
        }
        assert!(harmless <= 6 * starts.len(), "{harmless} of {} pages", starts.len());
    }
}

/// Where there is no checksum, a changed value is found by what it contradicts: here the bloom filter,
/// which has all ids.
#[test]
fn a_changed_value_without_a_checksum_is_found_by_what_it_contradicts() {
    let options = Options::new().backend(BackendKind::Arrow).compression(Compression::None);
    let mut file = written(options);
    let footer = footer(&file);
    let group = &footer.row_groups()[1];
    let (start, length) = group.column(index_of(group, "id")).byte_range();
    let at = (start + length) as usize - 5;
    file[at] = if file[at] == b'0' { b'1' } else { b'0' };
    expect(&file, "id", Some("values that the bloom filter lacks: 1"));
    // No text any more.
    file[at] = 0xff;
    expect(&file, "id", Some("values that are no UTF-8 in a column of text: 1"));
}

#[test]
fn every_bit_that_a_bloom_filter_loses_is_found() {
    let file = sound_file();
    let footer = footer(&file);
    let group = &footer.row_groups()[1];
    let chunk = group.column(index_of(group, "id"));
    let end = chunk.bloom_filter_offset().unwrap() as usize
        + chunk.bloom_filter_length().unwrap() as usize;
    // The bits are at the end, behind a short header.
    for at in end - 256..end {
        if file[at] != 0 {
            let mut changed = file.clone();
            changed[at] = 0;
            expect(&changed, "id", Some("values that the bloom filter lacks: "));
        }
    }
}

fn indexed(bytes: &[u8]) -> ParquetMetaData {
    let bytes = bytes::Bytes::copy_from_slice(bytes);
    let reader = ParquetMetaDataReader::new().with_page_index_policy(PageIndexPolicy::Required);
    reader.parse_and_finish(&bytes).unwrap()
}

/// Changes of any byte of the page indexes of numbers are found, but for those that say less: no nulls
/// counted, no order, or the same.
#[test]
fn every_changed_byte_of_the_page_indexes_is_found() {
    let file = sound_file();
    let metadata = indexed(&file);
    let (group, column) = (1, 0);
    let chunk = metadata.row_group(group).column(column);
    let to_usize = |range: Range<u64>| range.start as usize..range.end as usize;
    let mut harmless = 0;
    let mut found = 0;
    let ranges = [chunk.column_index_range().unwrap(), chunk.offset_index_range().unwrap()];
    for at in ranges.map(to_usize).into_iter().flatten() {
        for bit in [0, 1, 4] {
            let mut changed = file.clone();
            changed[at] ^= 1 << bit;
            let is_sound = verified(&changed).is_ok_and(|found| found.is_sound);
            if !is_sound {
                found += 1;
                continue;
            }
            harmless += 1;
            let (before, after) = (metadata.page_index().unwrap(), indexed(&changed));
            let after = after.page_index().unwrap();
            let locations = |index: &dyn PageIndexProvider| {
                index.offset_index(group, column).map(|index| index.page_locations().clone())
            };
            let after_locations = locations(&**after);
            assert!(
                after_locations == locations(&**before) || after_locations.is_none(),
                "byte {at}"
            );
            let nulls = |index: &dyn PageIndexProvider| {
                index.column_index(group, column).and_then(|index| index.null_counts().cloned())
            };
            let after_nulls = nulls(&**after);
            assert!(after_nulls == nulls(&**before) || after_nulls.is_none(), "byte {at}");
        }
    }
    assert!(found > 20 * harmless, "{found} found, {harmless} harmless");
}

#[test]
fn rows_that_changed_places_are_found() {
    let file = sound_file();
    let found = |needle: i64| {
        let needle = needle.to_le_bytes();
        file.windows(8).position(|bytes| bytes == needle).unwrap()
    };
    // In the middle of a page, which has a checksum.
    let (one, other) = (found(700 * 1_001), found(701 * 1_001));
    let mut changed = file.clone();
    changed[one..one + 8].copy_from_slice(&file[other..other + 8]);
    changed[other..other + 8].copy_from_slice(&file[one..one + 8]);
    expect(&changed, "n", Some("the page's checksum doesn't match"));
    // The same without checksums: nothing but the order tells.
    let file = written(Options::new().backend(BackendKind::Arrow).compression(Compression::None));
    let at = |needle: i64| file.windows(8).position(|bytes| bytes == needle.to_le_bytes()).unwrap();
    let (one, other) = (at(700 * 1_001), at(701 * 1_001));
    let mut changed = file.clone();
    changed[one..one + 8].copy_from_slice(&file[other..other + 8]);
    changed[other..other + 8].copy_from_slice(&file[one..one + 8]);
    expect(&changed, "n", Some("sorting_columns: row 201 of the row group is out of order"));
}

#[test]
fn files_that_end_early_are_errors() {
    let file = sound_file();
    for length in [0, 3, 11, 12, 100, file.len() / 2, file.len() - 1] {
        let error = verified(&file[..length]).unwrap_err();
        assert_eq!(error.kind(), bucksaw::ErrorKind::InvalidParquet, "{length}: {error}");
    }
}

#[test]
fn many_problems_are_counted() {
    let mut file = sound_file();
    let footer = footer(&file);
    for group in footer.row_groups() {
        for chunk in group.columns() {
            let (start, _) = chunk.byte_range();
            file[start as usize] ^= 0xff;
        }
    }
    let found = verified(&file).unwrap();
    let told = found.problems.len() as u64 + found.more_problems;
    assert_eq!(
        told,
        footer.row_groups().iter().map(|group| group.num_columns() as u64).sum::<u64>()
    );
    assert!(found.problems.len() <= DEFAULT_TOLD_PROBLEMS);
}

#[test]
fn no_change_makes_it_panic() {
    let files: Vec<Vec<u8>> = [BackendKind::Direct, BackendKind::Arrow]
        .into_iter()
        .map(|backend| written(Options::new().backend(backend).profile(Profile::Portable)))
        .collect();
    proptest!(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) }, |(
        which in 0..files.len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        is_at_end in any::<bool>(),
    )| {
        let mut file = files[which].clone();
        for (index, byte) in changes {
            // The footer is a small part, and says the most.
            let at = match is_at_end {
                true => file.len() - 1 - index.index(4_000),
                false => index.index(file.len()),
            };
            file[at] = byte;
        }
        // An error or a report: all is well that returns.
        let _ = verified(&file);
    });
}
