//! Codecs, dictionaries, pages, statistics, row groups and many columns.

use bucksaw::{Compression, Options, Statistics};

use super::values::{DECLARED, row, rows_of_every_type};
use crate::interop::case::Case;
use crate::interop::cell::{Cell, Row};
use crate::interop::read_back::Fact;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = codecs();
    cases.extend(dictionaries());
    cases.extend(statistics());
    cases.push(Case::rows("bloom_filters", distinct(45_000)).groups_of(20_000).with(|options| {
        let columns = ["level", "text", "integer", "double", "bytes"];
        columns.into_iter().fold(options.page_bytes(16 << 10), Options::bloom_filter_of)
    }));
    cases.push(
        Case::rows("row_groups_of_one_row", rows_of_every_type(20))
            .declared(DECLARED)
            .groups_of(1)
            .fact(Fact::RowGroups(20)),
    );
    cases.push(Case::rows("columns_300", wide(50)));
    cases
        .push(Case::rows("columns_300_in_groups", wide(50)).groups_of(20).fact(Fact::RowGroups(3)));
    cases
}

fn codecs() -> Vec<Case> {
    let codecs = [
        ("zstd1", Compression::Zstd(1), "ZSTD"),
        ("zstd3", Compression::Zstd(3), "ZSTD"),
        ("zstd19", Compression::Zstd(19), "ZSTD"),
        ("gzip", Compression::Gzip(6), "GZIP"),
        ("snappy", Compression::Snappy, "SNAPPY"),
        ("lz4", Compression::Lz4, "LZ4_RAW"),
        ("none", Compression::None, "UNCOMPRESSED"),
    ];
    codecs
        .into_iter()
        .map(|(name, compression, codec)| {
            Case::rows(format!("codec_{name}"), rows_of_every_type(700))
                .declared(DECLARED)
                .groups_of(300)
                .with(|options| options.compression(compression))
                .fact(Fact::Codec(codec))
                .fact(Fact::RowGroups(3))
        })
        .collect()
}

fn dictionaries() -> Vec<Case> {
    let small_pages = |options: Options| options.page_bytes(16 << 10);
    vec![
        Case::rows("dictionary_off", rows_of_every_type(1_000))
            .declared(DECLARED)
            .with(|options| options.dictionary(false))
            .fact(Fact::NoDictionary("text")),
        Case::rows("dictionary_of_one_column", rows_of_every_type(1_000))
            .declared(DECLARED)
            .with(|options| options.dictionary(false).dictionary_of("text", true))
            .fact(Fact::Dictionary("text"))
            .fact(Fact::NoDictionary("integer")),
        Case::rows("dictionary_not_of_one_column", rows_of_every_type(1_000))
            .declared(DECLARED)
            .with(|options| options.dictionary_of("text", false))
            .fact(Fact::NoDictionary("text"))
            .fact(Fact::Dictionary("integer")),
        Case::rows("dictionary_left", distinct(45_000))
            .groups_of(20_000)
            .with(small_pages)
            .fact(Fact::RowGroups(3))
            .fact(Fact::FellBack("text"))
            .fact(Fact::FellBack("integer"))
            .fact(Fact::Dictionary("level")),
        Case::rows("one_value", (0..3_000).map(|_| row([("same", Cell::from("same"))])).collect())
            .groups_of(1_000)
            .fact(Fact::Dictionary("same")),
    ]
}

/// Values that repeat at first and then never, so that dictionaries are given up on the way.
fn distinct(rows: i64) -> Vec<Row> {
    (0..rows)
        .map(|at| {
            let scattered = at.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as i64);
            let is_early = at % 20_000 < 12_000;
            let number = if is_early { at % 4 } else { scattered };
            let text = (at % 3 != 0).then(|| format!("text {number:x}"));
            row([
                ("level", Cell::from(["INFO", "WARN", "ERROR"][at as usize % 3])),
                ("text", text.into()),
                ("integer", (at % 5 != 1).then_some(number).into()),
                ("double", (at % 4 != 2).then(|| number as f64 / 3.0).into()),
                ("bytes", Cell::Bytes(number.to_be_bytes()[..at as usize % 9].to_vec())),
            ])
        })
        .collect()
}

fn statistics() -> Vec<Case> {
    let kinds =
        [("none", Statistics::None), ("chunk", Statistics::Chunk), ("page", Statistics::Page)];
    kinds
        .into_iter()
        .map(|(name, kind)| {
            Case::rows(format!("statistics_{name}"), rows_of_every_type(9_000))
                .declared(DECLARED)
                .groups_of(4_000)
                .with(|options| options.statistics(kind).page_bytes(1_024))
                .fact(Fact::Statistics(kind))
                .fact(Fact::SeveralPages("at"))
        })
        .collect()
}

fn wide(rows: i64) -> Vec<Row> {
    (0..rows)
        .map(|at| {
            (0..300)
                .map(|column| {
                    let cell = match (at + column) % 7 {
                        0 => Cell::Null,
                        _ if column % 3 == 0 => Cell::I64(at * column),
                        _ if column % 3 == 1 => format!("{at}/{column}").into(),
                        _ => Cell::F64(at as f64 / (column + 1) as f64),
                    };
                    (format!("column_{column}"), cell)
                })
                .collect()
        })
        .collect()
}
