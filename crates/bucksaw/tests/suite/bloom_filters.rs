//! Bloom filters, looked through with the parquet crate's reader.

use crate::support::{footer, read};
use bucksaw::limits::BLOOM_FILTER_FALSE_POSITIVES;
use bucksaw::{BackendKind, ColumnType, DeclaredSchema, MemorySink, Options, Profile, Value};
use parquet::bloom_filter::Sbbf;
use parquet::file::properties::ReaderProperties;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::file::serialized_reader::ReadOptionsBuilder;

const ROWS: usize = 45_000;
const GROUP_ROWS: usize = 20_000;
const COLUMNS: [&str; 6] = ["few", "ids", "left", "integer", "double", "bool"];

fn scattered(number: usize) -> u64 {
    (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Some repeat in each row group and then never, so that dictionaries are given up on the way.
fn left(row: usize) -> u64 {
    if row % GROUP_ROWS < 12_000 { row as u64 % 4 } else { scattered(row) }
}

fn id(number: u64) -> String {
    format!("{number:016x}")
}

fn each(test: impl Fn(Options)) {
    let options = COLUMNS
        .into_iter()
        .fold(Options::new().row_group_rows(GROUP_ROWS), Options::bloom_filter_of);
    test(options.clone().backend(BackendKind::Arrow));
    test(options.clone());
    test(options.clone().dictionary(false));
    test(options.profile(Profile::Modern).threads(2));
}

fn file(options: Options) -> Vec<u8> {
    let sink = MemorySink::new();
    let mut writer = options.write_to(Box::new(sink.clone())).expect("sound options");
    for row in 0..ROWS {
        let (few, ids, left_text) = (format!("{}", row % 10), id(scattered(row)), id(left(row)));
        let values = [
            ("few", Value::Text(&few)),
            ("ids", Value::Text(&ids)),
            ("left", Value::Text(&left_text)),
            ("integer", Value::I64(left(row) as i64)),
            ("double", Value::F64(left(row) as f64)),
            ("bool", Value::Bool(row % 2 == 0)),
            ("without", Value::Text(&few)),
        ];
        writer.write_row(values.into_iter().filter(|_| row % 7 > 0)).expect("taken");
    }
    writer.finish().expect("a file");
    sink.published().expect("published")
}

/// The filter of each column, for each row group.
fn filters(file: &[u8]) -> Vec<Vec<Option<Sbbf>>> {
    let properties = ReaderProperties::builder().set_read_bloom_filter(true).build();
    let options = ReadOptionsBuilder::new().with_reader_properties(properties).build();
    let bytes = bytes::Bytes::copy_from_slice(file);
    let reader = SerializedFileReader::new_with_options(bytes, options).expect("a file");
    (0..reader.num_row_groups())
        .map(|index| {
            let group = reader.get_row_group(index).expect("a row group");
            let columns = 0..group.num_columns();
            columns.map(|column| group.get_column_bloom_filter(column).cloned()).collect()
        })
        .collect()
}

#[test]
fn every_value_is_found_and_most_others_are_not() {
    each(|options| {
        let file = file(options);
        assert_eq!(read(&file).1.len(), ROWS);
        let filters = filters(&file);
        assert_eq!(filters.len(), ROWS.div_ceil(GROUP_ROWS));
        for (number, filters) in filters.iter().enumerate() {
            let [few, ids, left_texts, integers, doubles, None, None] = &filters[..] else {
                panic!("bools and columns that are not named have no filter");
            };
            let [few, ids, left_texts, integers, doubles] =
                [few, ids, left_texts, integers, doubles]
                    .map(|filter| filter.as_ref().expect("one"));
            let rows = number * GROUP_ROWS..ROWS.min((number + 1) * GROUP_ROWS);
            for row in rows.filter(|row| row % 7 > 0) {
                assert!(few.check(&*format!("{}", row % 10)));
                assert!(ids.check(&*id(scattered(row))));
                assert!(left_texts.check(&*id(left(row))));
                assert!(integers.check(&(left(row) as i64)) && doubles.check(&(left(row) as f64)));
            }
            let absent = ROWS..ROWS + 10_000;
            let found = |is_there: &dyn Fn(usize) -> bool| {
                absent.clone().filter(|row| is_there(*row)).count() as f64 / absent.len() as f64
            };
            for rate in [
                found(&|row| few.check(&*id(scattered(row)))),
                found(&|row| ids.check(&*id(scattered(row)))),
                found(&|row| left_texts.check(&*id(scattered(row)))),
                found(&|row| integers.check(&(scattered(row) as i64))),
                found(&|row| doubles.check(&(scattered(row) as f64))),
            ] {
                assert!(rate < BLOOM_FILTER_FALSE_POSITIVES * 2.0, "{rate}");
            }
        }
    });
}

/// A filter has the size that its values need.
#[test]
fn filters_are_as_large_as_their_values_are_many() {
    each(|options| {
        let footer = footer(&file(options));
        let bytes = |column: usize| footer.row_group(0).column(column).bloom_filter_length();
        assert!(bytes(0).expect("few") < 100, "{:?}", bytes(0));
        // 17,143 different values: some 21 KB, and the next power of two.
        assert!((20_000..40_000).contains(&bytes(1).expect("ids")), "{:?}", bytes(1));
    });
}

/// Equal doubles have several bit patterns; whichever a reader looks for is found.
#[test]
fn zeros_and_nans_are_found_by_their_twins() {
    for dictionary in [true, false] {
        for value in [0.0, -0.0, f64::from_bits(f64::NAN.to_bits() | 7)] {
            let sink = MemorySink::new();
            let options = Options::new().bloom_filter_of("d").dictionary(dictionary);
            let mut writer = options.write_to(Box::new(sink.clone())).expect("sound options");
            writer.write_row([("d", Value::F64(value))]).expect("taken");
            writer.finish().expect("a file");
            let filters = filters(&sink.published().expect("published"));
            let filter = filters[0][0].as_ref().expect("a filter");
            let twin = if value == 0.0 { -value } else { f64::NAN };
            assert!(filter.check(&value) && filter.check(&twin) && !filter.check(&1.0));
        }
    }
}

/// Values of 4 bytes are hashed as 4 bytes.
#[test]
fn int32_and_float_have_filters_too() {
    for dictionary in [true, false] {
        let sink = MemorySink::new();
        let schema = DeclaredSchema::new()
            .column("i", ColumnType::Int32)
            .column("f", ColumnType::Float)
            .column("l", ColumnType::List(Box::new(ColumnType::Int32)));
        let options = ["i", "f", "l"].into_iter().fold(Options::new(), Options::bloom_filter_of);
        let options = options.schema(schema).dictionary(dictionary);
        let mut writer = options.write_to(Box::new(sink.clone())).expect("sound options");
        for row in 0..100 {
            let list = [Value::I32(row)];
            let float = if row == 0 { -0.0 } else { row as f32 / 8.0 };
            let values =
                [("i", Value::I32(-row)), ("f", Value::F32(float)), ("l", Value::List(&list))];
            writer.write_row(values).expect("taken");
        }
        writer.finish().expect("a file");
        let filters = filters(&sink.published().expect("published"));
        let [Some(integers), Some(floats), None] = &filters[0][..] else {
            panic!("lists have no filter");
        };
        assert!((0..100_i32).all(|row| integers.check(&-row) && floats.check(&(row as f32 / 8.0))));
        let found =
            (1_000..2_000_i32).filter(|row| integers.check(row) || floats.check(&(*row as f32)));
        assert!(found.count() < 60);
    }
}

/// Row groups without a late column, or without any value of a column, have no filter for it.
#[test]
fn chunks_of_nulls_have_no_filter() {
    let sink = MemorySink::new();
    let options = Options::new().row_group_rows(100).bloom_filter_of("late").bloom_filter_of("a");
    let mut writer = options.write_to(Box::new(sink.clone())).expect("sound options");
    for row in 0..400_i64 {
        let values = [("a", Value::I64(row)), ("late", Value::I64(row))];
        let is_there = |name: &str| name == "a" || (200..300).contains(&row);
        writer.write_row(values.into_iter().filter(|value| is_there(value.0))).expect("taken");
    }
    writer.finish().expect("a file");
    let file = sink.published().expect("published");
    assert_eq!(read(&file).1.len(), 400);
    let has: Vec<Vec<bool>> =
        filters(&file).iter().map(|group| group.iter().map(Option::is_some).collect()).collect();
    assert_eq!(has, [[true, false], [true, false], [true, true], [true, false]]);
}
