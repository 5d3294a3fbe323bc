//! Arrow's layouts of the types that Bucksaw has: each is read where it is, and comes back as if its
//! values had been given one by one.

use std::sync::Arc;

use crate::support::{Cell, Row, Written, each, row, written};
use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, ListArray, RecordBatch, StringArray,
    StructArray, TimestampMicrosecondArray, TimestampNanosecondArray,
};
use arrow_buffer::OffsetBuffer;
use arrow_cast::cast;
use arrow_schema::{DataType, Field, Fields, TimeUnit};
use bucksaw::{Options, Value};

fn dictionary(keys: DataType, values: DataType) -> DataType {
    DataType::Dictionary(Box::new(keys), Box::new(values))
}

/// Small numbers, which every type holds, null in every seventh row.
fn numbers(rows: usize, different: usize) -> Vec<Option<i64>> {
    (0..rows).map(|row| (row % 7 != 3).then_some((row * 31 % different) as i64)).collect()
}

fn written_as(name: &str, array: &ArrayRef, options: Options) -> Written {
    let batch = RecordBatch::try_from_iter_with_nullable([(name, Arc::clone(array), true)]);
    let batch = batch.expect("a batch");
    // In slices whose arrays start anywhere.
    let sizes = [1, 13, 4_000, batch.num_rows() - 4_014];
    written(options, |writer| {
        let mut from = 0;
        for rows in sizes {
            writer.write_record_batch(&batch.slice(from, rows)).expect("taken");
            from += rows;
        }
    })
}

fn rows_of(cells: impl Iterator<Item = Option<Cell>>) -> Vec<Row> {
    cells.map(|cell| cell.map(|cell| ("a".to_owned(), cell)).into_iter().collect()).collect()
}

fn check(array: &ArrayRef, expected: &[Row]) {
    each(|options| {
        for options in [options.clone(), options.row_group_rows(5_000).page_bytes(10_000)] {
            let file = written_as("a", array, options);
            assert!(file.rows() == expected, "{}", array.data_type());
        }
    });
}

#[test]
fn every_layout_of_numbers_comes_back() {
    let numbers = numbers(12_000, 100);
    let whole: ArrayRef = Arc::new(Int64Array::from(numbers.clone()));
    let as_rows = |cell: fn(i64) -> Cell| rows_of(numbers.iter().map(|number| number.map(cell)));
    let int32 = as_rows(|number| Cell::I32(number as i32));
    let int64 = as_rows(Cell::I64);
    let uint64 = as_rows(|number| Cell::U64(number as u64));
    let float = as_rows(|number| Cell::F32((number as f32).to_bits()));
    let double = as_rows(|number| Cell::F64((number as f64).to_bits()));
    let layouts = [
        (DataType::Int8, &int32),
        (DataType::Int16, &int32),
        (DataType::Int32, &int32),
        (DataType::UInt8, &int32),
        (DataType::UInt16, &int32),
        (dictionary(DataType::UInt8, DataType::Int32), &int32),
        (DataType::UInt32, &int64),
        (DataType::Int64, &int64),
        (dictionary(DataType::Int8, DataType::Int64), &int64),
        (DataType::UInt64, &uint64),
        (DataType::Float16, &float),
        (DataType::Float32, &float),
        (DataType::Float64, &double),
        (dictionary(DataType::Int16, DataType::Float64), &double),
    ];
    for (layout, expected) in layouts {
        check(&cast(&whole, &layout).expect("another layout"), expected);
    }
    let bools: BooleanArray = numbers.iter().map(|number| number.map(|n| n % 2 == 0)).collect();
    let bools: ArrayRef = Arc::new(bools);
    check(&bools, &as_rows(|number| Cell::Bool(number % 2 == 0)));
    let moments = TimestampMicrosecondArray::from(numbers.clone()).with_timezone("UTC");
    let moments: ArrayRef = Arc::new(moments);
    check(&moments, &as_rows(Cell::Timestamp));
}

/// With few and with many different texts, so that dictionaries stay and go.
#[test]
fn every_layout_of_text_comes_back() {
    for different in [50, 11_000] {
        let texts: Vec<Option<String>> = numbers(12_000, different)
            .into_iter()
            .map(|number| {
                number.map(|number| format!("{number:0width$}", width = 5 + number as usize % 20))
            })
            .collect();
        let whole: ArrayRef = Arc::new(StringArray::from(texts.clone()));
        let text = rows_of(texts.iter().map(|text| text.clone().map(Cell::Text)));
        let bytes = rows_of(
            texts.iter().map(|text| text.clone().map(|text| Cell::Bytes(text.into_bytes()))),
        );
        let layouts = [
            (DataType::Utf8, &text),
            (DataType::LargeUtf8, &text),
            (DataType::Utf8View, &text),
            (dictionary(DataType::Int32, DataType::Utf8), &text),
            (dictionary(DataType::UInt16, DataType::LargeUtf8), &text),
            (DataType::Binary, &bytes),
            (DataType::LargeBinary, &bytes),
            (DataType::BinaryView, &bytes),
            (dictionary(DataType::Int64, DataType::Binary), &bytes),
        ];
        for (layout, expected) in layouts {
            check(&cast(&whole, &layout).expect("another layout"), expected);
        }
    }
}

/// Arrays of one layout after another, and rows between them, make one column.
#[test]
fn layouts_mix_in_a_column() {
    let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("x"), None, Some("y"), Some("x")]));
    let layouts = [
        DataType::Utf8,
        dictionary(DataType::Int8, DataType::Utf8),
        DataType::Utf8View,
        dictionary(DataType::UInt64, DataType::LargeUtf8),
    ];
    each(|options| {
        let file = written(options, |writer| {
            for layout in &layouts {
                let array = cast(&texts, layout).expect("another layout");
                let batch = RecordBatch::try_from_iter_with_nullable([("a", array, true)]);
                writer.write_record_batch(&batch.expect("a batch")).expect("taken");
                writer.write_row([("a", Value::Text("row"))]).expect("taken");
            }
        });
        let one = ["x", "", "y", "x", "row"].map(|text| {
            row(&[("a", if text.is_empty() { Value::Null } else { Value::Text(text) })])
        });
        assert_eq!(file.rows(), one.iter().cycle().take(20).cloned().collect::<Vec<_>>());
    });
}

/// What is not of its column's type goes value by value under the type rules, dictionaries by what
/// their keys stand for.
#[test]
fn arrays_of_another_type_follow_the_type_rules() {
    let doubles: ArrayRef = Arc::new(Float64Array::from(vec![Some(0.5), None]));
    let wide: ArrayRef =
        Arc::new(Int64Array::from(vec![Some(7), None, Some(1 << 53 | 1), Some(7)]));
    let keys = dictionary(DataType::Int8, DataType::Int64);
    let seconds = DataType::Timestamp(TimeUnit::Second, Some("UTC".into()));
    for options in [Options::new(), Options::new().threads(2)] {
        let file = written(options, |writer| {
            let columns = [("a", Arc::clone(&doubles)), ("t", Arc::clone(&doubles))];
            let batch = RecordBatch::try_from_iter_with_nullable(
                columns.map(|(name, array)| (name, array, true)),
            );
            writer.write_record_batch(&batch.expect("a batch")).expect("taken");
            let columns = [
                ("a", cast(&wide, &keys).expect("a dictionary")),
                ("t", cast(&wide, &seconds).expect("moments")),
            ];
            let batch = RecordBatch::try_from_iter_with_nullable(
                columns.map(|(name, array)| (name, array.slice(0, 3), true)),
            );
            writer.write_record_batch(&batch.expect("a batch")).expect("taken");
        });
        let rows = file.rows();
        assert_eq!(rows[2]["a"], Cell::F64(7.0_f64.to_bits()));
        assert_eq!(rows[2]["t__text"], Cell::Text("1970-01-01T00:00:07Z".to_owned()));
        assert!(rows[3].is_empty());
        assert_eq!(rows[4]["a__text"], Cell::Text("9007199254740993".to_owned()));
        assert_eq!(file.report.alterations.widened, 1);
    }
}

/// Text of a moment is in UTC where its zone has a name, alone, in structs and in lists; an offset stays.
#[test]
fn moments_of_named_zones_become_text_in_utc() {
    let zones = [
        (Some("Europe/Berlin"), "2024-07-01T12:00:00.000000001Z"),
        (Some("UTC"), "2024-07-01T12:00:00.000000001Z"),
        (Some("+02:00"), "2024-07-01T14:00:00.000000001+02:00"),
        (None, "2024-07-01T12:00:00.000000001"),
    ];
    for (zone, expected) in zones {
        let moments = TimestampNanosecondArray::from(vec![1_719_835_200_000_000_001]);
        let moments: ArrayRef = Arc::new(moments.with_timezone_opt(zone));
        let field = Arc::new(Field::new("m", moments.data_type().clone(), true));
        let fields =
            Fields::from(vec![Field::clone(&field), Field::new("s", DataType::Utf8, true)]);
        let text: ArrayRef = Arc::new(StringArray::from(vec!["x"]));
        let structs = StructArray::new(fields, vec![Arc::clone(&moments), text], None);
        let offsets = OffsetBuffer::from_lengths([1]);
        let lists = ListArray::new(field, offsets, Arc::clone(&moments), None);
        each(|options| {
            let file = written(options, |writer| {
                writer
                    .write_row(
                        [("a", true), ("s", true), ("l", true)]
                            .map(|(name, value)| (name, Value::from(value))),
                    )
                    .expect("taken");
                let batch = RecordBatch::try_from_iter([
                    ("a", Arc::clone(&moments)),
                    ("s", Arc::new(structs.clone()) as ArrayRef),
                    ("l", Arc::new(lists.clone()) as ArrayRef),
                ]);
                writer.write_record_batch(&batch.expect("a batch")).expect("taken");
            });
            let row = &file.rows()[1];
            assert_eq!(row["a__text"], Cell::Text(expected.to_owned()));
            assert_eq!(row["s__text"], Cell::Text(format!("{{m: {expected}, s: x}}")));
            assert_eq!(row["l__text"], Cell::Text(format!("[\"{expected}\"]")));
        });
    }
}

/// Arrays with long values make several pages, as rows with them do.
#[test]
fn long_values_of_arrays_are_spread_over_pages() {
    let long = "long ".repeat(2_000);
    let texts: Vec<String> = (0..400).map(|number| format!("{number}{long}")).collect();
    let whole: ArrayRef = Arc::new(StringArray::from(texts.clone()));
    for layout in [DataType::Utf8, DataType::Utf8View, dictionary(DataType::Int16, DataType::Utf8)]
    {
        let array = cast(&whole, &layout).expect("another layout");
        let file = written(Options::new().page_bytes(100_000), |writer| {
            let batch = RecordBatch::try_from_iter([("a", array)]).expect("a batch");
            writer.write_record_batch(&batch).expect("taken");
        });
        let expected = rows_of(texts.iter().map(|text| Some(Cell::Text(text.clone()))));
        assert!(file.rows() == expected, "{layout}");
        use parquet::file::reader::{FileReader as _, SerializedFileReader};
        let reader = SerializedFileReader::new(bytes::Bytes::from(file.file)).expect("a file");
        let group = reader.get_row_group(0).expect("a row group");
        let pages = group.get_column_page_reader(0).expect("pages");
        let longest = pages.map(|page| page.expect("a page").buffer().len()).max();
        assert!(longest < Some(320_000), "{layout}: a page of {longest:?} bytes");
    }
}
