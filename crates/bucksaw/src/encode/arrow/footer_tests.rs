//! What we write of metadata is what the parquet crate reads, and what `inspect` takes.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, IntervalUnit, TimeUnit};
use parquet::arrow::ArrowSchemaConverter;
use parquet::basic::{
    BoundaryOrder, ColumnOrder, Compression as Codec, Encoding, LogicalType, PageType, Repetition,
    Type as PhysicalType,
};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaDataOptions, ParquetMetaDataReader};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::format::metadata::{ColumnMetaData, PageEncodingStats, SizeStatistics};
use crate::format::page_index::{ColumnIndex, OffsetIndex, PageLocation};
use crate::format::schema::converted;
use crate::format::statistics::Statistics;

/// Bytes before the page indexes, where everything lies that the footer tells of.
const DATA_BYTES: u64 = 4_096;

/// Every physical type with every annotation that it has.
fn leaf_types() -> Vec<SchemaElement> {
    use LogicalType as L;
    use PhysicalType as P;
    use parquet::basic::TimeUnit::{MICROS, MILLIS, NANOS};
    let mut types = Vec::new();
    let mut add = |physical, logical: Option<LogicalType>| {
        types.push(SchemaElement::leaf("", physical, logical));
    };
    for physical in [P::BOOLEAN, P::INT32, P::INT64, P::FLOAT, P::DOUBLE, P::BYTE_ARRAY] {
        add(physical, None);
    }
    for logical in [L::String, L::Enum, L::Json, L::Bson] {
        add(P::BYTE_ARRAY, Some(logical));
    }
    for (bits, is_signed) in
        [(8, true), (16, true), (32, true), (8, false), (16, false), (32, false)]
    {
        add(P::INT32, Some(L::integer(bits, is_signed)));
    }
    for is_signed in [true, false] {
        add(P::INT64, Some(L::integer(64, is_signed)));
    }
    add(P::INT32, Some(L::Date));
    for is_utc in [true, false] {
        add(P::INT32, Some(L::time(is_utc, MILLIS)));
        for unit in [MICROS, NANOS] {
            add(P::INT64, Some(L::time(is_utc, unit)));
        }
        for unit in [MILLIS, MICROS, NANOS] {
            add(P::INT64, Some(L::timestamp(is_utc, unit)));
        }
    }
    for (logical, len) in [(Some(L::Uuid), 16), (Some(L::Float16), 2), (None, 5)] {
        let leaf = SchemaElement::leaf("", P::FIXED_LEN_BYTE_ARRAY, logical);
        types.push(SchemaElement { type_length: Some(len), ..leaf });
    }
    for (physical, precision, type_length) in
        [(P::INT32, 9, None), (P::INT64, 18, None), (P::FIXED_LEN_BYTE_ARRAY, 38, Some(16))]
    {
        let leaf = SchemaElement::leaf("", physical, Some(L::decimal(3, precision)));
        let (scale, precision) = (Some(3), Some(precision));
        types.push(SchemaElement { scale, precision, type_length, ..leaf });
    }
    types
}

/// A column: a leaf, a list, a struct or a map; its elements.
fn column() -> impl Strategy<Value = Vec<SchemaElement>> {
    let leaf = (prop::sample::select(leaf_types()), option::of(0..100_i32));
    let leaf = leaf.prop_map(|(leaf, field_id)| SchemaElement { field_id, ..leaf });
    let named = |name: &str, leaf: SchemaElement| SchemaElement { name: name.to_owned(), ..leaf };
    let list = leaf.clone().prop_map(move |leaf| {
        let outer = SchemaElement::group("", Repetition::OPTIONAL, Some(LogicalType::List));
        let inner = SchemaElement::group("list", Repetition::REPEATED, None);
        vec![outer, inner, named("element", leaf)]
    });
    let pair = (leaf.clone(), leaf.clone()).prop_map(move |(one, two)| {
        let group = SchemaElement::group("", Repetition::REQUIRED, None);
        let two_of = |group| SchemaElement { children: Some(2), ..group };
        vec![two_of(group), named("one", one), named("two", two)]
    });
    let map = (leaf.clone(), leaf.clone()).prop_map(move |(key, value)| {
        let outer = SchemaElement::group("", Repetition::OPTIONAL, Some(LogicalType::Map));
        let inner = SchemaElement::group("key_value", Repetition::REPEATED, None);
        let inner = SchemaElement { children: Some(2), ..inner };
        let key = SchemaElement { repetition: Some(Repetition::REQUIRED), ..named("key", key) };
        vec![outer, inner, key, named("value", value)]
    });
    prop_oneof![3 => leaf.prop_map(|leaf| vec![leaf]), 1 => list, 1 => pair, 1 => map]
}

fn schema() -> impl Strategy<Value = Vec<SchemaElement>> {
    vec(column(), 1..20).prop_map(|columns| {
        let mut schema = vec![SchemaElement::root("schema", columns.len())];
        for (index, mut column) in columns.into_iter().enumerate() {
            column[0].name = format!("column {index} ü");
            schema.extend(column);
        }
        schema
    })
}

fn statistics_of(leaf: &SchemaElement) -> impl Strategy<Value = Statistics> + use<> {
    let len = match leaf.physical {
        Some(PhysicalType::BOOLEAN) => 1..2,
        Some(PhysicalType::INT32 | PhysicalType::FLOAT) => 4..5,
        Some(PhysicalType::INT64 | PhysicalType::DOUBLE) => 8..9,
        Some(PhysicalType::BYTE_ARRAY) => 0..80,
        _ => {
            let len = leaf.type_length.unwrap_or_default() as usize;
            len..len + 1
        }
    };
    let byte = if leaf.physical == Some(PhysicalType::BOOLEAN) { 0..=1_u8 } else { 0..=255_u8 };
    let bound = || vec(byte.clone(), len.clone());
    let counts = (option::of(0..9_i64), option::of(0..i64::MAX), option::of(0..9_i64));
    let leaf = leaf.clone();
    (option::of((bound(), bound())), any::<(bool, bool)>(), counts).prop_map(
        move |(bounds, (is_min_exact, is_max_exact), (null_count, distinct_count, nan_count))| {
            let (min, max) = bounds.unzip();
            let has_bounds = min.is_some();
            // Numbers are never cut short, and the crate reads no flag that says so.
            let is_number =
                leaf.type_length.is_none() && leaf.physical != Some(PhysicalType::BYTE_ARRAY);
            let (is_min_exact, is_max_exact) =
                (is_min_exact || is_number, is_max_exact || is_number);
            let nan_count =
                nan_count.filter(|_| crate::format::type_order::Float::of(&leaf).is_some());
            let of = Statistics {
                null_count,
                distinct_count,
                max,
                min,
                is_max_exact: is_max_exact && has_bounds,
                is_min_exact: is_min_exact && has_bounds,
                nan_count,
            };
            let of = of.in_type_order(&leaf);
            let has_bounds = of.min.is_some();
            Statistics {
                is_max_exact: of.is_max_exact && has_bounds,
                is_min_exact: of.is_min_exact && has_bounds,
                ..of
            }
        },
    )
}

fn chunk_of(leaf: &Leaf) -> impl Strategy<Value = FinishedChunk> + use<> {
    let element = leaf.element.clone();
    let codecs = vec![Codec::UNCOMPRESSED, Codec::SNAPPY, Codec::LZ4_RAW];
    let statistics = statistics_of(&element);
    let pages = vec((statistics_of(&element), any::<bool>()), 1..20);
    let sizes = (option::of(0..1_000_i64), vec(0..i64::MAX, 2), any::<bool>());
    let places = (4..2_000_i64, 0..1_000_i64, option::of(4..2_000_i64), 1..i64::MAX);
    (prop::sample::select(codecs), option::of(statistics), pages, sizes, places).prop_map(
        move |(codec, statistics, pages, sizes, places)| {
            let (start, dictionary, filter, values) = places;
            let (unencoded, histogram, has_sizes) = sizes;
            let stats = |page_type, encoding| PageEncodingStats { page_type, encoding, count: 7 };
            let meta_data = ColumnMetaData {
                physical: element.physical.unwrap_or(PhysicalType::INT32),
                encodings: vec![Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY],
                codec,
                num_values: values,
                total_uncompressed_size: values / 1_000,
                total_compressed_size: 1_000,
                data_page_offset: start + dictionary,
                dictionary_page_offset: (dictionary > 0).then_some(start),
                statistics,
                encoding_stats: vec![
                    stats(PageType::DICTIONARY_PAGE, Encoding::PLAIN),
                    stats(PageType::DATA_PAGE, Encoding::RLE_DICTIONARY),
                ],
                bloom_filter: filter.map(|offset| (offset, Some(100))),
                size_statistics: has_sizes.then_some(SizeStatistics {
                    unencoded_byte_array_data_bytes: unencoded,
                    repetition_level_histogram: None,
                    definition_level_histogram: Some(histogram),
                }),
            };
            let column_index = column_index(&pages).in_type_order(&element);
            FinishedChunk { meta_data, column_index, offset_index: Some(offset_index(pages.len())) }
        },
    )
}

fn column_index(pages: &[(Statistics, bool)]) -> ColumnIndex {
    // A page without bounds has only nulls, or there would be no index.
    let bound = |(page, is_null): &(Statistics, bool), bound: &Option<Vec<u8>>| match bound {
        Some(bound) if !is_null && page.min.is_some() => bound.clone(),
        _ => Vec::new(),
    };
    let is_null = |(page, is_null): &(Statistics, bool)| *is_null || page.min.is_none();
    ColumnIndex {
        null_pages: pages.iter().map(is_null).collect(),
        min_values: pages.iter().map(|page| bound(page, &page.0.min)).collect(),
        max_values: pages.iter().map(|page| bound(page, &page.0.max)).collect(),
        boundary_order: BoundaryOrder::UNORDERED,
        null_counts: Some(pages.iter().map(|(page, _)| page.null_count.unwrap_or(1)).collect()),
        repetition_level_histograms: None,
        definition_level_histograms: Some((0..2 * pages.len() as i64).collect()),
        nan_counts: None,
    }
}

fn offset_index(pages: usize) -> OffsetIndex {
    let location = |page| PageLocation {
        offset: 4 + page,
        compressed_page_size: 100,
        first_row_index: page * 1_000_000_000_000,
    };
    OffsetIndex {
        page_locations: (0..pages as i64).map(location).collect(),
        unencoded_byte_array_data_bytes: None,
    }
}

/// A schema, and the chunks of some row groups.
fn metadata() -> impl Strategy<Value = (Vec<SchemaElement>, Vec<Vec<FinishedChunk>>)> {
    schema().prop_flat_map(|schema| {
        let leaves = leaves(&schema);
        let group: Vec<_> = leaves.iter().map(chunk_of).collect();
        (Just(schema), vec(group, 0..4))
    })
}

/// A file with this metadata, and zeros where its data would be.
fn file(schema: &[SchemaElement], groups: &[Vec<FinishedChunk>]) -> Vec<u8> {
    let mut footer = Footer::default();
    for (rows, chunks) in groups.iter().enumerate() {
        footer.push(rows as u64 + 1, chunks, &leaves(schema));
    }
    let kept: Vec<usize> = (0..leaves(schema).len()).collect();
    let sorted = SortedRowGroups::default();
    let key_values = vec![KeyValue { key: "key".to_owned(), value: Some("ü".to_owned()) }];
    let ending =
        shared::Ending { schema: schema.to_vec(), kept: &kept, sorted: &sorted, key_values };
    let mut out = Pieces::default();
    footer.append(&ending, DATA_BYTES, &mut out).expect("a small footer");
    let mut file = crate::format::MAGIC.to_vec();
    file.resize(DATA_BYTES as usize, 0);
    file.extend(out.drain().flatten());
    file
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn metadata_is_read_as_it_was_meant((schema, groups) in metadata()) {
        let file = file(&schema, &groups);
        let options = ParquetMetaDataOptions::new().with_encoding_stats_as_mask(false);
        let read = ParquetMetaDataReader::new()
            .with_metadata_options(Some(options))
            .with_page_index_policy(PageIndexPolicy::Required)
            .parse_and_finish(&bytes::Bytes::from(file.clone()));
        let read = read.expect("metadata");
        let about = read.file_metadata();
        let mut elements = Vec::new();
        append_elements(about.schema(), &mut elements);
        prop_assert_eq!(&elements, &schema);
        prop_assert_eq!(about.version(), 1);
        prop_assert_eq!(about.num_rows(), (1..=groups.len() as i64).sum::<i64>());
        prop_assert_eq!(about.created_by(), Some(shared::CREATED_BY));
        let leaves = leaves(&schema);
        for leaf in 0..leaves.len() {
            let is_by_type = matches!(about.column_order(leaf), ColumnOrder::TYPE_DEFINED_ORDER(_));
            prop_assert!(is_by_type);
        }
        prop_assert_eq!(read.num_row_groups(), groups.len());
        for (ordinal, (group, chunks)) in read.row_groups().iter().zip(&groups).enumerate() {
            prop_assert_eq!(group.num_rows(), ordinal as i64 + 1);
            prop_assert_eq!(group.ordinal(), Some(ordinal as i32));
            let sizes = chunks.iter().map(|chunk| chunk.meta_data.total_uncompressed_size);
            prop_assert_eq!(group.total_byte_size(), sizes.fold(0_i64, i64::wrapping_add));
            let start = chunks.iter().map(|chunk| chunk.meta_data.start()).min();
            prop_assert_eq!(group.file_offset(), start);
            for (column, (leaf, wanted)) in leaves.iter().zip(chunks).enumerate() {
                let found = finished_chunk(&read, (ordinal, column), leaf);
                prop_assert_eq!(&found.meta_data, &wanted.meta_data);
                prop_assert_eq!(&found.column_index, &wanted.column_index);
                prop_assert_eq!(&found.offset_index, &wanted.offset_index);
                prop_assert_eq!(group.column(column).column_path().parts(), &leaf.path[..]);
            }
        }
        let path = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(path.path(), &file).expect("written");
        let inspected = bucksaw_inspect::File::open(path.path()).expect("a file that is read");
        prop_assert_eq!(inspected.metadata().num_row_groups(), groups.len());
    }
}

#[test]
fn old_annotations_are_those_of_the_parquet_crate() {
    use DataType as T;
    let list = |element| T::List(Arc::new(Field::new("element", element, true)));
    let mut types = vec![
        T::Null,
        T::Boolean,
        T::Int8,
        T::Int16,
        T::Int32,
        T::Int64,
        T::UInt8,
        T::UInt16,
        T::UInt32,
        T::UInt64,
        T::Float16,
        T::Float32,
        T::Float64,
        T::Utf8,
        T::Binary,
        T::FixedSizeBinary(5),
        T::Date32,
        T::Date64,
        T::Decimal32(9, 2),
        T::Decimal64(18, 2),
        T::Decimal128(38, 2),
        T::Decimal256(76, 2),
        T::Interval(IntervalUnit::DayTime),
        T::Duration(TimeUnit::Second),
        list(T::Date32),
        T::Time32(TimeUnit::Second),
        T::Time32(TimeUnit::Millisecond),
        T::Time64(TimeUnit::Microsecond),
        T::Time64(TimeUnit::Nanosecond),
        T::Struct(Fields::from(vec![Field::new("a", T::Utf8, true)])),
    ];
    for zone in [None, Some("UTC".into())] {
        for unit in
            [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond]
        {
            types.push(T::Timestamp(unit, zone.clone()));
        }
    }
    let fields = types.into_iter().enumerate();
    let fields = fields.map(|(index, of)| Field::new(format!("{index}"), of, true));
    let schema = ArrowSchema::new(fields.collect::<Vec<_>>());
    let descriptor = ArrowSchemaConverter::new().convert(&schema).expect("a schema");
    let mut elements = Vec::new();
    append_elements(descriptor.root_schema(), &mut elements);
    let mut annotated = 0;
    for element in elements {
        if let Some(logical) = &element.logical {
            assert_eq!(element.converted, converted(logical), "{element:?}");
            annotated += 1;
        }
    }
    assert!(annotated > 20, "{annotated}");
}
