//! The checker of layouts finds what is wrong: each rule is broken once in a sound file.

use bucksaw::{BackendKind, Options};
use parquet::basic::Compression;
use parquet::file::metadata::{
    ColumnChunkMetaData, ColumnChunkMetaDataBuilder, ParquetMetaData, RowGroupMetaDataBuilder,
};

use crate::support::layout::{check_with, chunks, start};
use crate::support::pages::pages;
use crate::support::{convert, footer};

/// Three row groups of five rows; `late` comes in the second, `last` in the third.
fn sound() -> Vec<u8> {
    written(Options::new())
}

fn written(options: Options) -> Vec<u8> {
    let line = |at: usize| match at {
        0..5 => format!("{{\"id\":{at},\"word\":\"same\"}}\n"),
        5..10 => format!("{{\"id\":{at},\"word\":\"same\",\"late\":{at}}}\n"),
        _ => format!("{{\"id\":{at},\"word\":\"same\",\"late\":{at},\"last\":0.5}}\n"),
    };
    let options = options.backend(BackendKind::Direct).row_group_rows(5);
    convert(&(0..15).map(line).collect::<String>(), options).expect("a file").file
}

/// The footer with one chunk changed.
fn with_chunk(
    footer: &ParquetMetaData,
    (ordinal, leaf): (usize, usize),
    change: impl FnOnce(ColumnChunkMetaDataBuilder) -> ColumnChunkMetaDataBuilder,
) -> ParquetMetaData {
    let mut chunks = footer.row_group(ordinal).columns().to_vec();
    chunks[leaf] = change(chunks[leaf].clone().into_builder()).build().expect("a chunk");
    let size = chunks.iter().map(ColumnChunkMetaData::uncompressed_size).sum();
    with_group(footer, ordinal, |group| group.set_column_metadata(chunks).set_total_byte_size(size))
}

fn with_group(
    footer: &ParquetMetaData,
    ordinal: usize,
    change: impl FnOnce(RowGroupMetaDataBuilder) -> RowGroupMetaDataBuilder,
) -> ParquetMetaData {
    let mut groups = footer.row_groups().to_vec();
    groups[ordinal] = change(groups[ordinal].clone().into_builder()).build().expect("a row group");
    footer.clone().into_builder().set_row_groups(groups).build()
}

/// Fails unless the checker says that of the file.
fn finds(broken: &str, footer: &ParquetMetaData, file: &[u8]) {
    let found = check_with(footer, file).expect_err(broken);
    assert!(found.contains(broken), "{found:?}, not {broken:?}");
}

#[test]
fn a_sound_file_breaks_no_rule() {
    let file = sound();
    assert_eq!(check_with(&footer(&file), &file), Ok(()));
    let is_late = start(footer(&file).row_group(0).column(3));
    assert!(is_late > start(footer(&file).row_group(2).column(3)), "a column is late");
}

#[test]
fn chunks_that_are_elsewhere() {
    let file = sound();
    let sound = footer(&file);
    let at = |ordinal: usize, leaf: usize| sound.row_group(ordinal).column(leaf).clone();
    let shared =
        with_chunk(&sound, (0, 3), |chunk| chunk.set_data_page_offset(at(1, 3).data_page_offset()));
    finds("first free byte", &shared, &file);
    let before_all = with_chunk(&sound, (1, 1), |chunk| {
        chunk.set_dictionary_page_offset(None).set_data_page_offset(4)
    });
    finds("does not start with its first leaf", &before_all, &file);
    let place = |ordinal: usize, leaf: usize| {
        let chunk = at(ordinal, leaf);
        move |builder: ColumnChunkMetaDataBuilder| {
            builder
                .set_dictionary_page_offset(chunk.dictionary_page_offset())
                .set_data_page_offset(chunk.data_page_offset())
                .set_total_compressed_size(chunk.compressed_size())
        }
    };
    let exchanged = with_chunk(&sound, (0, 3), place(1, 1));
    let exchanged = with_chunk(&exchanged, (1, 1), place(0, 3));
    finds("neither within nor late", &exchanged, &file);
    let longer = with_chunk(&sound, (1, 0), |chunk| {
        chunk.set_total_compressed_size(at(1, 0).compressed_size() + 1)
    });
    finds("first free byte", &longer, &file);
    let empty = with_chunk(&sound, (2, 3), |chunk| chunk.set_total_compressed_size(0));
    finds("first free byte", &empty, &file);
    let grown = (0..4).fold(sound.clone(), |footer, leaf| {
        with_chunk(&footer, (2, leaf), |chunk| chunk.set_total_compressed_size(1 << 20))
    });
    finds("middle nowhere", &grown, &file);
}

#[test]
fn a_late_column_that_is_the_first_leaf() {
    let file = sound();
    let sound = footer(&file);
    let groups = sound.row_groups().iter().map(|group| {
        // Only where the chunks lie counts here; the schema stays.
        let mut chunks = group.columns().to_vec();
        chunks.swap(0, 3);
        group.clone().into_builder().set_column_metadata(chunks).build().expect("a row group")
    });
    let swapped = sound.clone().into_builder().set_row_groups(groups.collect()).build();
    finds("does not start with its first leaf", &swapped, &file);
}

#[test]
fn row_groups_that_are_not_as_they_say() {
    let file = sound();
    let sound = footer(&file);
    finds("has another offset", &with_group(&sound, 1, |group| group.set_file_offset(5)), &file);
    finds("has another size", &with_group(&sound, 1, |group| group.set_total_byte_size(1)), &file);
    finds("rows, not", &with_group(&sound, 1, |group| group.set_num_rows(4)), &file);
    let mut groups = sound.row_groups().to_vec();
    groups.swap(1, 2);
    let swapped = sound.clone().into_builder().set_row_groups(groups).build();
    finds("starts before the one before", &swapped, &file);
}

#[test]
fn chunks_that_are_not_as_they_say() {
    let file = sound();
    let sound = footer(&file);
    let codec = with_chunk(&sound, (1, 1), |chunk| chunk.set_compression(Compression::SNAPPY));
    finds("changes codec", &codec, &file);
    let values = with_chunk(&sound, (1, 1), |chunk| chunk.set_num_values(6));
    finds("5 values in pages", &values, &file);
    let size = with_chunk(&sound, (1, 1), |chunk| chunk.set_total_uncompressed_size(1));
    finds("bytes uncompressed", &size, &file);
    let encodings = with_chunk(&sound, (1, 1), |chunk| chunk.set_encodings(Vec::new()));
    finds("an encoding that the footer lacks", &encodings, &file);
    let index = with_chunk(&sound, (1, 1), |chunk| {
        chunk.set_offset_index_offset(None).set_offset_index_length(None)
    });
    finds("first free byte", &index, &file);
    let moved = with_chunk(&sound, (0, 1), |chunk| {
        let next = sound.row_group(0).column(2);
        chunk
            .set_column_index_offset(next.column_index_offset())
            .set_column_index_length(next.column_index_length())
    });
    finds("an index at", &moved, &file);
    let path = with_chunk(&sound, (1, 1), |chunk| chunk.set_file_path("elsewhere".to_owned()));
    finds("names another file", &path, &file);
}

#[test]
fn bloom_filters_that_are_elsewhere() {
    let file = written(Options::new().bloom_filter_of("id").bloom_filter_of("word"));
    let sound = footer(&file);
    let filter = |ordinal: usize, leaf: usize| {
        let chunk = sound.row_group(ordinal).column(leaf);
        (chunk.bloom_filter_offset().expect("a filter"), chunk.bloom_filter_length().expect("one"))
    };
    let with_filter = |footer: &ParquetMetaData, place, filter: Option<(i64, i32)>| {
        with_chunk(footer, place, |chunk| {
            chunk
                .set_bloom_filter_offset(filter.map(|(start, _)| start))
                .set_bloom_filter_length(filter.map(|(_, len)| len))
        })
    };
    let without = with_filter(&sound, (0, 0), None);
    let early = with_filter(&without, (1, 0), Some(filter(0, 0)));
    finds("a filter before its column", &early, &file);
    let exchanged = with_filter(&sound, (1, 0), Some(filter(1, 1)));
    let exchanged = with_filter(&exchanged, (1, 1), Some(filter(1, 0)));
    finds("filters are not in order", &exchanged, &file);
    let (start, len) = filter(1, 1);
    let shorter = with_filter(&sound, (1, 1), Some((start + 1, len - 1)));
    finds("a gap between filters", &shorter, &file);
    let longer = with_filter(&sound, (1, 1), Some((start, len + 1)));
    finds("first free byte", &longer, &file);
    let unknown = with_chunk(&sound, (1, 1), |chunk| chunk.set_bloom_filter_length(None));
    finds("first free byte", &unknown, &file);
}

#[test]
fn pages_whose_bytes_changed() {
    let file = sound();
    let sound = footer(&file);
    for chunk in chunks(&sound) {
        let range = chunk.byte_range();
        let range = range.0 as usize..(range.0 + range.1) as usize;
        for page in pages(&file, range).expect("pages") {
            let mut altered = file.clone();
            altered[page.body.start] ^= 1;
            finds("another checksum", &sound, &altered);
        }
    }
}
