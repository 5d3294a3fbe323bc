//! Maps of texts, and lists of them, through both backends: null, empty, with null values, with keys that come twice, and
//! very long.

use std::sync::Arc;

use arrow_array::builder::{MapBuilder, StringBuilder};
use arrow_array::{ArrayRef, MapArray, RecordBatch};
use arrow_buffer::NullBuffer;
use bucksaw::{ColumnType, DeclaredSchema, Options, Value};
use bumpalo::Bump;
use parquet::basic::{ConvertedType, LogicalType, Repetition};
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::metadata::ParquetMetaDataReader;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{Cell, Row, alterations, convert, each, read, row, written};

fn schema() -> DeclaredSchema {
    let maps = ColumnType::list_of(ColumnType::Map);
    DeclaredSchema::new().column("map", ColumnType::Map).column("maps", maps)
}

/// A map by its number: null, empty, or of up to `longest` entries, some with null values, some with a key twice.
fn map<'a>(number: usize, longest: usize, arena: &'a Bump) -> Value<'a> {
    let entry = |place: usize| {
        let key: &str = arena.alloc_str(["a", "", "key.of.some.length", "é漢"][place % 4]);
        let text = || Value::Text(arena.alloc_str(&"v".repeat((number * 3 + place) % 17)));
        (key, if (number + place) % 5 == 2 { Value::Null } else { text() })
    };
    match number % 7 {
        0 => Value::Null,
        1 => Value::Map(&[]),
        _ => Value::Map(arena.alloc_slice_fill_iter((0..number % (longest + 1)).map(entry))),
    }
}

fn maps<'a>(number: usize, longest: usize, arena: &'a Bump) -> Value<'a> {
    let maps = (0..number % 5).map(|place| map(number * 5 + place, longest, arena));
    match number % 6 {
        0 => Value::Null,
        1 => Value::List(&[]),
        2 => Value::List(&[Value::Null, Value::Null]),
        _ => Value::List(arena.alloc_slice_fill_iter(maps)),
    }
}

type Values<'a> = Vec<(&'static str, Value<'a>)>;

fn rows_of_maps(count: usize, longest: usize, arena: &Bump) -> Vec<Values<'_>> {
    let row = |number: usize| {
        vec![
            ("number", Value::I64(number as i64)),
            ("map", map(number, longest, arena)),
            ("maps", maps(number, longest, arena)),
        ]
    };
    (0..count).map(row).collect()
}

fn model(rows: &[Values<'_>]) -> Vec<Row> {
    rows.iter().map(|values| row(values)).collect()
}

#[test]
fn maps_and_lists_of_maps_come_back() {
    let arena = Bump::new();
    let rows = rows_of_maps(3_000, 12, &arena);
    each(|options| {
        for options in [
            options.clone(),
            options.clone().row_group_rows(700).page_bytes(2_000),
            options.dictionary(false).page_bytes(1_024),
        ] {
            let options = options.schema(schema());
            let by_slice =
                written(options.clone(), |writer| writer.write_slice(&rows).expect("taken"));
            assert!(by_slice.rows() == model(&rows));
            assert_eq!(by_slice.report.alterations, alterations!());
            let types: Vec<&str> =
                by_slice.report.files[0].columns.iter().map(|column| column.ty.as_str()).collect();
            assert_eq!(types, ["map<text,text>", "list<map<text,text>>", "int64"]);
            let by_row = written(options, |writer| {
                rows.iter().for_each(|row| writer.write_row(row.iter().copied()).expect("taken"));
            });
            assert!(by_row.rows() == model(&rows));
        }
    });
}

/// As the format has them: <https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#maps>.
#[test]
fn a_map_has_three_levels_and_keys_are_required() {
    let entries = [("k", Value::Text("v"))];
    let values = [("map", Value::Map(&entries)), ("maps", Value::List(&[Value::Map(&[])]))];
    each(|options| {
        let options = options.schema(schema());
        let file = written(options, |writer| writer.write_row(values).expect("taken")).file;
        let footer = crate::support::footer(&file);
        let root = footer.file_metadata().schema();
        let map = &root.get_fields()[0];
        let maps = &root.get_fields()[1].get_fields()[0].get_fields()[0];
        assert_eq!(maps.name(), "element");
        for map in [map, maps] {
            let info = map.get_basic_info();
            assert_eq!(info.logical_type_ref(), Some(&LogicalType::Map));
            assert_eq!(info.converted_type(), ConvertedType::MAP);
            assert_eq!(info.repetition(), Repetition::OPTIONAL);
            let entries = &map.get_fields()[0];
            assert_eq!(entries.name(), "key_value");
            assert_eq!(entries.get_basic_info().repetition(), Repetition::REPEATED);
            let fields: Vec<_> = entries
                .get_fields()
                .iter()
                .map(|field| (field.name(), field.get_basic_info().repetition()))
                .collect();
            assert_eq!(fields, [("key", Repetition::REQUIRED), ("value", Repetition::OPTIONAL)]);
        }
    });
}

/// Pages start with rows, so that readers may skip, and counts are those of entries, with one for each map that has none.
#[test]
fn statistics_and_page_indexes_are_those_of_entries() {
    let arena = Bump::new();
    let rows = rows_of_maps(4_000, 12, &arena);
    let entries_of = |cell: Option<&Cell>| match cell {
        Some(Cell::Map(entries)) if !entries.is_empty() => {
            (entries.len(), entries.iter().filter(|(_, value)| value.is_none()).count(), 0)
        }
        _ => (1, 1, 1),
    };
    each(|options| {
        let options = options.schema(schema()).row_group_rows(2_500).page_bytes(1_024);
        let file = written(options, |writer| writer.write_slice(&rows).expect("taken")).file;
        let metadata = ParquetMetaDataReader::new()
            .with_page_index_policy(PageIndexPolicy::Required)
            .parse_and_finish(&bytes::Bytes::from(file))
            .expect("a file");
        let index = metadata.page_index().expect("an index");
        let expected = model(&rows);
        let mut first = 0;
        for (number, group) in metadata.row_groups().iter().enumerate() {
            let end = first + group.num_rows() as usize;
            for (leaf, is_key) in [(0, true), (1, false)] {
                let counts = |rows: &[Row]| {
                    rows.iter().map(|row| entries_of(row.get("map"))).fold((0, 0), |sum, of| {
                        (sum.0 + of.0, sum.1 + if is_key { of.2 } else { of.1 })
                    })
                };
                let chunk = group.column(leaf);
                let (values, nulls) = counts(&expected[first..end]);
                assert_eq!(chunk.num_values(), values as i64);
                let statistics = chunk.statistics().expect("statistics");
                assert_eq!(statistics.null_count_opt(), Some(nulls as u64));
                let max = if is_key { "é漢" } else { "vvvvvvvvvvvvvvvv" };
                assert_eq!(statistics.max_bytes_opt(), Some(max.as_bytes()));
                let pages = index.offset_index(number, leaf).expect("an index").page_locations();
                let starts: Vec<usize> =
                    pages.iter().map(|page| first + page.first_row_index as usize).collect();
                assert!(starts.len() > 1);
                let Some(bounds) = index.column_index(number, leaf) else { continue };
                for (page, start) in starts.iter().enumerate() {
                    let end = starts.get(page + 1).copied().unwrap_or(end);
                    let nulls = counts(&expected[*start..end]).1 as i64;
                    assert_eq!(bounds.null_count(page), Some(nulls), "page {page}");
                }
            }
            first = end;
        }
    });
}

/// More entries in a row than a dictionary takes, and columns that are late.
#[test]
fn long_and_late_maps_come_back() {
    let arena = Bump::new();
    let long = |count: usize| {
        let entry = |number: usize| {
            let text = &*arena.alloc_str(&number.to_string());
            (text, Value::Text(text))
        };
        Value::Map(arena.alloc_slice_fill_iter((0..count).map(entry)))
    };
    let lists = |maps: usize, entries: usize| {
        Value::List(arena.alloc_slice_fill_iter((0..maps).map(|_| long(entries))))
    };
    let mut rows: Vec<Values<'_>> = (0..250).map(|n| vec![("number", Value::I64(n))]).collect();
    rows.push(vec![("map", long(3)), ("maps", lists(1, 1))]);
    rows.push(vec![("map", long(70_000)), ("maps", lists(300, 300))]);
    rows.push(vec![("map", long(6_000)), ("maps", lists(70_000, 0))]);
    rows.push(vec![("map", long(1)), ("maps", lists(2, 40_000))]);
    for threads in [1, 3] {
        let options = Options::new().row_group_rows(100).threads(threads);
        let options = options.schema(DeclaredSchema::new());
        let by_row = written(options, |writer| {
            let maps = ColumnType::list_of(ColumnType::Map);
            for row in &rows {
                writer.write_row(row.iter().copied()).expect("taken");
            }
            let types: Vec<_> = writer.columns().iter().filter_map(|c| c.ty.clone()).collect();
            assert_eq!(types, [ColumnType::Int64, ColumnType::Map, maps]);
        });
        assert!(by_row.rows() == model(&rows));
    }
}

#[test]
fn declared_maps_take_json_objects_as_they_stand() {
    let lines = r#"{"map":{"a":"x","b":1,"c":1.50,"d":null,"e":true,"f":{"g":[1, 2]},"a":"again"},"n":1}
{"map":{},"maps":[{"k":"v"},{},null,{"k":null}]}
{"map":null,"maps":[]}
{"map":"text","maps":[1]}
{"map":[{"a":1}],"maps":{"a":"b"}}
{"map":{"\u00e9\n":"\u00e9"},"maps":[{"k":1},{"k":"v"}]}"#;
    let map = |entries: &[(&str, Option<&str>)]| {
        let text = |text: &&str| Cell::Text((*text).to_owned());
        let entry =
            |(key, value): &(&str, Option<&str>)| ((*key).to_owned(), value.as_ref().map(text));
        Cell::Map(entries.iter().map(entry).collect())
    };
    let of = |cells: Vec<(&str, Cell)>| -> Row {
        cells.into_iter().map(|(name, cell)| (name.to_owned(), cell)).collect()
    };
    let text = |text: &str| Cell::Text(text.to_owned());
    let first = [
        ("a", Some("x")),
        ("b", Some("1")),
        ("c", Some("1.50")),
        ("d", None),
        ("e", Some("true")),
        ("f", Some(r#"{"g":[1, 2]}"#)),
        ("a", Some("again")),
    ];
    let expected = [
        of(vec![("map", map(&first)), ("n", Cell::I64(1))]),
        of(vec![
            ("map", map(&[])),
            (
                "maps",
                Cell::List(vec![
                    Some(map(&[("k", Some("v"))])),
                    Some(map(&[])),
                    None,
                    Some(map(&[("k", None)])),
                ]),
            ),
        ]),
        of(vec![("maps", Cell::List(vec![]))]),
        of(vec![("map__text", text("text")), ("maps__text", text("[1]"))]),
        of(vec![("map__text", text(r#"[{"a":1}]"#)), ("maps_a", text("b"))]),
        of(vec![
            ("map", map(&[("é\n", Some("é"))])),
            (
                "maps",
                Cell::List(vec![Some(map(&[("k", Some("1"))])), Some(map(&[("k", Some("v"))]))]),
            ),
        ]),
    ];
    each(|options| {
        let written = convert(lines, options.schema(schema())).expect("a file");
        assert_eq!(written.rows(), expected);
        let counted = alterations!(conflicts: 3, json_texts: 2, stored_as_text: 2);
        assert_eq!(written.report.alterations, counted);
    });
}

/// A key is redacted by its path, as a member of an object is; others stay.
#[cfg(feature = "redact")]
#[test]
fn keys_of_maps_are_redacted_by_their_paths() {
    use bucksaw::Redaction;
    let lines = r#"{"map":{"user":"secret","other":"x","nested":{"user":"secret"}},"maps":[{"user":"secret"},{"other":"x"}]}"#;
    let options = Options::new().schema(schema());
    let options = ["map.user", "map.nested.user", "maps.user"]
        .iter()
        .fold(options, |options, named| options.redact(*named, Redaction::mask()));
    let written = convert(lines, options).expect("a file");
    let shown = format!("{:?}", written.rows());
    assert!(!shown.contains("secret"), "{shown}");
    assert_eq!(shown.matches("\"***\"").count(), 3, "{shown}");
    assert_eq!(shown.matches("\"x\"").count(), 2, "{shown}");
    assert_eq!(written.report.alterations.redacted, 3);
}

/// Those of declared maps in record batches, too, whose values go one by one then.
#[cfg(feature = "redact")]
#[test]
fn keys_of_maps_in_record_batches_are_redacted() {
    use bucksaw::Redaction;
    let options = Options::new().schema(schema()).redact("map.a", Redaction::mask());
    let file = written(options, |writer| writer.write_record_batch(&batch(None)).expect("taken"));
    let (first, last) =
        ([("a", Value::Text("***")), ("b", Value::Null)], [("c", Value::Text("z"))]);
    let hidden = [("hidden", Value::Text("h"))];
    let rows = [Value::Map(&first), Value::Map(&hidden), Value::Map(&[]), Value::Map(&last)];
    assert_eq!(file.rows(), rows.map(|map| row(&[("map", map)])));
}

fn batch(nulls: Option<NullBuffer>) -> RecordBatch {
    let mut builder = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    for entries in
        [&[("a", Some("x")), ("b", None)][..], &[("hidden", Some("h"))], &[], &[("c", Some("z"))]]
    {
        for (key, value) in entries {
            builder.keys().append_value(key);
            builder.values().append_option(*value);
        }
        builder.append(true).expect("as many keys as values");
    }
    let maps = builder.finish();
    let (field, offsets, entries, _, is_sorted) = maps.into_parts();
    let maps = MapArray::new(field, offsets, entries, nulls, is_sorted);
    RecordBatch::try_from_iter_with_nullable([("map", Arc::new(maps) as ArrayRef, true)])
        .expect("a batch")
}

/// Maps that are null may have entries, which belong to no row.
#[test]
fn record_batches_of_maps_come_back() {
    let is_there = [true, false, true, true];
    let batch = batch(Some(NullBuffer::from(is_there.to_vec())));
    let (a, c) = ([("a", Value::Text("x")), ("b", Value::Null)], [("c", Value::Text("z"))]);
    let rows = [Value::Map(&a), Value::Null, Value::Map(&[]), Value::Map(&c)];
    let expected: Vec<Row> = rows.iter().map(|map| row(&[("map", *map)])).collect();
    each(|options| {
        let file = written(options, |writer| {
            writer.write_record_batch(&batch).expect("taken");
            writer.write_record_batch(&batch.slice(2, 2)).expect("taken");
        });
        let rows = file.rows();
        assert_eq!(rows[..4], expected);
        assert_eq!(rows[4..], expected[2..]);
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Whatever maps and lists of them rows have, both backends give them back.
    #[test]
    fn any_maps_come_back(
        rows in vec(
            (
                prop::option::of(entries()),
                prop::option::of(vec(prop::option::of(entries()), 0..4)),
            ),
            1..60,
        ),
        row_group_rows in 1..40_usize,
    ) {
        let arena = Bump::new();
        let map = |entries: &Option<Entries>| entries.as_ref().map_or(Value::Null, |entries| {
            let value = |value: &Option<String>| value.as_ref().map_or(Value::Null, |text| {
                Value::Text(arena.alloc_str(text))
            });
            let entry = |(key, text): &(String, Option<String>)| (&*arena.alloc_str(key), value(text));
            Value::Map(arena.alloc_slice_fill_iter(entries.iter().map(entry)))
        });
        let rows: Vec<Values<'_>> = rows.iter().map(|(one, several)| {
            let several = several.as_ref().map_or(Value::Null, |maps| {
                Value::List(arena.alloc_slice_fill_iter(maps.iter().map(map)))
            });
            vec![("map", map(one)), ("maps", several)]
        }).collect();
        each(|options| {
            let options = options.schema(schema()).row_group_rows(row_group_rows);
            let file = written(options, |writer| writer.write_slice(&rows).expect("taken")).file;
            assert!(read(&file).1 == model(&rows));
        });
    }
}

type Entries = Vec<(String, Option<String>)>;

fn entries() -> impl Strategy<Value = Entries> {
    vec(("[a-c]{0,2}", prop::option::of("[x-z]{0,3}")), 0..5)
}
