//! Sources that are cut, or hold anything: an error, or rows, and no panic.

use arrow_ipc::CompressionType;
use bucksaw::{ErrorKind, InputOptions, OnError, Options};
use parquet::basic::{Compression, Encoding};
use parquet::file::properties::{WriterProperties, WriterVersion};

use super::{converted, converted_with, file_of, parquet_of, simple, stream_of};

#[test]
fn a_source_that_is_cut_is_told_to_be() {
    let all = simple(500);
    let sources = [
        stream_of(&all, 100, None),
        file_of(&all, 100, None),
        parquet_of(&all, WriterProperties::new()),
    ];
    for source in &sources {
        for cut in [10, source.len() / 3, source.len() / 2, source.len() - 40] {
            let error = converted(&source[..cut], Options::new()).err().expect("no end");
            assert_eq!(error.kind(), ErrorKind::Truncated, "{cut}: {error}");
        }
    }
    let part = &sources[0][..sources[0].len() / 2];
    let read_as = InputOptions::new();
    let written =
        converted_with(part, Options::new(), &read_as, OnError::Skip).expect("what is whole");
    assert!((1..500).contains(&written.report.rows) && written.report.rows.is_multiple_of(100));
}

/// A number that seems random.
fn next(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state as usize
}

#[test]
fn damage_anywhere_panics_nowhere() {
    let all = simple(300);
    let v2 = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_2_0)
        .set_dictionary_enabled(false)
        .set_column_encoding("n".into(), Encoding::DELTA_BINARY_PACKED)
        .set_column_encoding("t".into(), Encoding::DELTA_BYTE_ARRAY)
        .build();
    let snappy = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let sources = [
        stream_of(&all, 100, None),
        stream_of(&all, 100, Some(CompressionType::ZSTD)),
        file_of(&all, 300, Some(CompressionType::LZ4_FRAME)),
        parquet_of(&all, WriterProperties::new()),
        parquet_of(&all, v2),
        parquet_of(&all, snappy),
    ];
    let (mut state, mut errors) = (88_172_645_463_325_252, 0);
    for source in &sources {
        for _ in 0..150 {
            let mut damaged = source.clone();
            for _ in 0..1 + next(&mut state) % 4 {
                // More of them where the claims are: at the start and the end.
                let span = if next(&mut state).is_multiple_of(2) {
                    damaged.len()
                } else {
                    damaged.len().min(300)
                };
                let at = next(&mut state) % span;
                let at =
                    if next(&mut state).is_multiple_of(2) { at } else { damaged.len() - 1 - at };
                damaged[at] = next(&mut state) as u8;
            }
            errors += usize::from(converted(&damaged, Options::new()).is_err());
        }
    }
    assert!(errors > 200, "{errors}");
}
