//! What becomes of each type of Arrow's, and of Parquet's.

use std::sync::Arc;

use arrow_array::builder::{
    FixedSizeBinaryBuilder, Int64Builder, ListBuilder, MapBuilder, StringBuilder,
};
use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, IntervalMonthDayNano, IntervalMonthDayNanoType};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Decimal256Array, DictionaryArray, Int32Array,
    Int64Array, PrimitiveArray, RecordBatch, StringArray, StructArray,
};
use arrow_buffer::{NullBuffer, i256};
use arrow_cast::cast;
use arrow_schema::{DataType, Field, Fields, IntervalUnit, TimeUnit};
use bucksaw::{ColumnType, DeclaredSchema, Options, Value};
use parquet::file::properties::WriterProperties;

use super::{batch, converted, parquet_of, rows_of, stream_of};
use crate::support::{Written, each, read, row};

const ROWS: usize = 3_000;

fn numbers() -> ArrayRef {
    let number = |row: usize| (row % 7 != 3).then_some((row % 100) as i64);
    Arc::new((0..ROWS).map(number).collect::<Int64Array>())
}

/// Types that Parquet has, each with the same numbers.
fn types() -> Vec<DataType> {
    use DataType as T;
    use TimeUnit as U;
    let utc = || Some("UTC".into());
    vec![
        T::Int8,
        T::Int16,
        T::Int32,
        T::Int64,
        T::UInt8,
        T::UInt16,
        T::UInt32,
        T::UInt64,
        T::Float32,
        T::Float64,
        T::Utf8,
        T::Binary,
        T::Date32,
        T::Time32(U::Millisecond),
        T::Time64(U::Microsecond),
        T::Time64(U::Nanosecond),
        T::Timestamp(U::Millisecond, utc()),
        T::Timestamp(U::Microsecond, utc()),
        T::Timestamp(U::Nanosecond, utc()),
        T::Timestamp(U::Millisecond, None),
        T::Timestamp(U::Microsecond, None),
        T::Timestamp(U::Nanosecond, None),
        T::Decimal128(5, 2),
        T::Decimal128(18, 3),
        T::Decimal128(38, 10),
        T::Boolean,
    ]
}

fn of_type(ty: &DataType) -> ArrayRef {
    let numbers = numbers();
    let through = match ty {
        DataType::Date32 | DataType::Time32(_) => DataType::Int32,
        DataType::Binary => DataType::Utf8,
        _ => DataType::Int64,
    };
    let numbers = cast(&numbers, &through).expect("numbers");
    cast(&numbers, ty).expect("such values")
}

pub(crate) fn all_types() -> RecordBatch {
    let named: Vec<_> = types().iter().map(|ty| (ty.to_string(), of_type(ty))).collect();
    batch(named.iter().map(|(name, array)| (name.as_str(), Arc::clone(array))).collect())
}

/// Names are kept as they are.
fn dotted() -> Options {
    Options::new().names(bucksaw::Names::Dotted)
}

#[test]
fn types_of_parquet_come_back_exactly() {
    let all = all_types();
    let small = WriterProperties::builder().set_max_row_group_row_count(Some(700)).build();
    let parquet = parquet_of(&all, small);
    let stream = stream_of(&all, 1_100, None);
    for source in [&parquet, &stream] {
        each(|options| {
            let options = options.names(bucksaw::Names::Dotted);
            let file = converted(source, options).expect("converted").file;
            let back = rows_of(&file);
            assert_eq!(back.num_columns(), all.num_columns());
            for (field, array) in back.schema().fields().iter().zip(back.columns()) {
                let expected = all.column_by_name(field.name()).expect("the same name");
                assert_eq!(array.data_type(), expected.data_type(), "{}", field.name());
                assert_eq!(array, expected, "{}", field.name());
            }
        });
    }
}

/// Whatever of these types a reader makes of the bytes, it is what Parquet's own annotation says.
#[test]
fn annotations_are_those_of_the_source() {
    let all = all_types();
    let parquet = parquet_of(&all, WriterProperties::new());
    let logical = |file: &[u8]| -> Vec<String> {
        let footer = crate::support::footer(file);
        let leaves = footer.file_metadata().schema_descr().columns();
        leaves
            .iter()
            .map(|leaf| {
                format!("{} {:?} {:?}", leaf.name(), leaf.physical_type(), leaf.logical_type_ref())
            })
            .collect()
    };
    let file = converted(&parquet, dotted()).expect("converted").file;
    let plain = |line: &String| {
        line.replace("Some(Integer(IntType { bit_width: 64, is_signed: true }))", "None")
    };
    let expected: Vec<String> = logical(&parquet).iter().map(plain).collect();
    assert_eq!(logical(&file), expected);
}

fn checked(name: &str, array: ArrayRef, ty: &DataType, expected: &ArrayRef) -> Written {
    let file = converted(&stream_of(&batch(vec![(name, array)]), 1_000, None), Options::new());
    let file = file.expect("converted");
    let back = rows_of(&file.file);
    let column = back.column_by_name(name).expect("the column");
    assert_eq!(column.data_type(), ty, "{name}");
    assert_eq!(column, expected, "{name}");
    file
}

#[test]
fn types_that_only_arrow_has_become_others_that_hold_their_values() {
    use TimeUnit as U;
    let numbers = numbers();
    let int32 = cast(&numbers, &DataType::Int32).expect("numbers");
    let cast = |array: &ArrayRef, ty: DataType| cast(array, &ty).expect("such values");
    let seconds = cast(&numbers, DataType::Timestamp(U::Second, None));
    let millis = DataType::Timestamp(U::Millisecond, None);
    checked("seconds", Arc::clone(&seconds), &millis, &cast(&seconds, millis.clone()));
    let micros = cast(&numbers, DataType::Timestamp(U::Microsecond, None));
    let micros = cast(&micros, DataType::Timestamp(U::Microsecond, Some("+00:00".into())));
    let paris = DataType::Timestamp(U::Microsecond, Some("Europe/Paris".into()));
    let utc = DataType::Timestamp(U::Microsecond, Some("UTC".into()));
    checked("zone", cast(&micros, paris), &utc, &cast(&micros, utc.clone()));
    let times = cast(&int32, DataType::Time32(U::Second));
    let time = DataType::Time32(U::Millisecond);
    checked("times", Arc::clone(&times), &time, &cast(&times, time.clone()));
    let days = cast(&int32, DataType::Date32);
    checked("days", cast(&days, DataType::Date64), &DataType::Date32, &days);
    let duration = cast(&numbers, DataType::Duration(U::Microsecond));
    checked("duration", duration, &DataType::Int64, &numbers);
    let halves = cast(&numbers, DataType::Float16);
    checked("halves", Arc::clone(&halves), &DataType::Float32, &cast(&halves, DataType::Float32));
    let texts = cast(&numbers, DataType::Utf8);
    for ty in [DataType::LargeUtf8, DataType::Utf8View] {
        checked("texts", cast(&texts, ty), &DataType::Utf8, &texts);
    }
    let keys: DictionaryArray<Int32Type> = texts.as_string::<i32>().iter().collect();
    checked("dictionary", Arc::new(keys), &DataType::Utf8, &texts);
    let narrow: Decimal256Array = (0..9).map(|n| Some(i256::from_i128(n * 125))).collect();
    let narrow: ArrayRef = Arc::new(narrow.with_precision_and_scale(20, 2).expect("fits"));
    let decimal = DataType::Decimal128(20, 2);
    checked("decimal", Arc::clone(&narrow), &decimal, &cast(&narrow, decimal.clone()));
    let wide: Decimal256Array = (0..9).map(|n| Some(i256::from_i128(n * 125))).collect();
    let wide = wide.with_precision_and_scale(76, 2).expect("fits");
    let text: ArrayRef = Arc::new(
        (0..9)
            .map(|n| Some(format!("{}.{:02}", n * 125 / 100, n * 125 % 100)))
            .collect::<StringArray>(),
    );
    checked("wide", Arc::new(wide), &DataType::Utf8, &text);
}

#[test]
fn intervals_maps_and_lists_of_lists_and_structs_are_json_text_and_counted() {
    let interval = IntervalMonthDayNano::new(14, -3, 5_000_000_001);
    let intervals: PrimitiveArray<IntervalMonthDayNanoType> =
        [Some(interval), None].into_iter().collect();
    assert_eq!(*intervals.data_type(), DataType::Interval(IntervalUnit::MonthDayNano));
    let mut map = MapBuilder::new(None, StringBuilder::new(), Int64Builder::new());
    map.keys().append_value("a\"b");
    map.values().append_value(1);
    map.keys().append_value("c");
    map.values().append_null();
    map.append(true).expect("entries");
    map.append(false).expect("entries");
    let mut keyed = MapBuilder::new(None, Int64Builder::new(), StringBuilder::new());
    keyed.append(true).expect("entries");
    keyed.keys().append_value(7);
    keyed.values().append_value("x");
    keyed.append(true).expect("entries");
    let mut lists = ListBuilder::new(ListBuilder::new(Int64Builder::new()));
    lists.values().values().append_value(1);
    lists.values().append(true);
    lists.values().append(false);
    lists.append(true);
    lists.append(false);
    let fields = Fields::from(vec![
        Field::new("day", DataType::Date32, true),
        Field::new("bytes", DataType::Binary, true),
        Field::new("f", DataType::Float64, true),
    ]);
    let days = cast(&Int32Array::from(vec![Some(0), None]), &DataType::Date32).expect("days");
    let bytes: ArrayRef = Arc::new(BinaryArray::from(vec![Some(&b"\0\xff"[..]), None]));
    let floats: ArrayRef =
        Arc::new(arrow_array::Float64Array::from(vec![Some(f64::NAN), Some(0.5)]));
    let structs = StructArray::new(fields.clone(), vec![days, bytes, floats], None);
    let of_structs = arrow_array::ListArray::new(
        Arc::new(Field::new("item", DataType::Struct(fields), true)),
        arrow_buffer::OffsetBuffer::from_lengths([2, 0]),
        Arc::new(structs),
        None,
    );
    let all = batch(vec![
        ("interval", Arc::new(intervals)),
        ("map", Arc::new(map.finish())),
        ("keyed", Arc::new(keyed.finish())),
        ("lists", Arc::new(lists.finish())),
        ("structs", Arc::new(of_structs)),
    ]);
    let expected = [
        row(&[
            ("interval", Value::Text(r#"{"months":14,"days":-3,"nanoseconds":5000000001}"#)),
            ("map", Value::Text(r#"{"a\"b":1,"c":null}"#)),
            ("keyed", Value::Text("[]")),
            ("lists", Value::Text("[[1],null]")),
            (
                "structs",
                Value::Text(
                    r#"[{"day":"1970-01-01","bytes":"AP8=","f":"NaN"},{"day":null,"bytes":null,"f":0.5}]"#,
                ),
            ),
        ]),
        row(&[
            ("keyed", Value::Text(r#"[{"key":7,"value":"x"}]"#)),
            ("structs", Value::Text("[]")),
        ]),
    ];
    each(|options| {
        let written = converted(&stream_of(&all, 10, None), options).expect("converted");
        assert_eq!(written.rows(), expected);
        let altered = written.report.alterations;
        assert_eq!((altered.json_texts, altered.retyped), (7, 7));
    });
}

/// Seconds beyond what milliseconds reach, durations without their unit, decimals of too many digits.
#[test]
fn what_is_stored_as_another_type_is_counted_and_told() {
    let seconds = arrow_array::TimestampSecondArray::from(vec![Some(i64::MAX / 10), None, Some(1)]);
    let soon = arrow_array::TimestampSecondArray::from(vec![1, 2, 3]);
    let durations = arrow_array::DurationMillisecondArray::from(vec![Some(5), Some(6), None]);
    let decimals = Decimal256Array::from(vec![i256::from(7); 3])
        .with_precision_and_scale(60, 2)
        .expect("a decimal");
    let all = batch(vec![
        ("far", Arc::new(seconds)),
        ("soon", Arc::new(soon)),
        ("took", Arc::new(durations)),
        ("sum", Arc::new(decimals)),
        ("text", Arc::new(StringArray::from(vec!["a", "b", "c"]))),
    ]);
    let one_by_one = DeclaredSchema::new().column("took", ColumnType::Double);
    for options in [Options::new(), Options::new().schema(one_by_one)] {
        let written = converted(&stream_of(&all, 10, None), options).expect("converted");
        let retyped = |name: &str| {
            let columns = &written.report.files[0].columns;
            let column = columns.iter().find(|column| column.name == name).expect("a column");
            column.alterations.retyped
        };
        let found = ["far", "soon", "took", "sum", "text"].map(retyped);
        assert_eq!(found, [2, 0, 2, 3, 0]);
        assert_eq!(written.report.alterations.retyped, 7);
        let told = written.report.alterations.to_string();
        assert!(told.contains("7 values of a type that no column has, stored as"), "{told}");
    }
}

#[test]
fn members_of_structs_are_columns_by_their_path() {
    let inner = StructArray::new(
        Fields::from(vec![Field::new("code", DataType::Int64, true)]),
        vec![Arc::new(Int64Array::from(vec![Some(1), Some(2), None]))],
        Some(NullBuffer::from(vec![true, false, true])),
    );
    let outer = StructArray::new(
        Fields::from(vec![
            Field::new("status", inner.data_type().clone(), true),
            Field::new("ok", DataType::Boolean, true),
        ]),
        vec![Arc::new(inner), Arc::new(BooleanArray::from(vec![Some(true), Some(true), None]))],
        Some(NullBuffer::from(vec![true, true, false])),
    );
    let all = batch(vec![
        ("http", Arc::new(outer)),
        ("http_ok", Arc::new(Int64Array::from(vec![5, 6, 7]))),
    ]);
    let parquet = parquet_of(&all, WriterProperties::new());
    let expected = [
        row(&[
            ("http_status_code", 1_i64.into()),
            ("http_ok", true.into()),
            ("http_ok__2", 5_i64.into()),
        ]),
        // A value below a null is none.
        row(&[("http_ok", true.into()), ("http_ok__2", 6_i64.into())]),
        row(&[("http_ok__2", 7_i64.into())]),
    ];
    for source in [parquet, stream_of(&all, 2, None)] {
        let written = converted(&source, Options::new()).expect("converted");
        assert_eq!(written.rows(), expected);
    }
}

#[test]
fn lists_of_single_values_stay_lists() {
    let mut lists = ListBuilder::new(StringBuilder::new());
    lists.append_value([Some("a"), None]);
    lists.append(false);
    lists.append_value([None::<&str>; 0]);
    let lists: ArrayRef = Arc::new(lists.finish());
    let item = Arc::new(Field::new_list_field(DataType::Utf8, true));
    let large = cast(&lists, &DataType::LargeList(Arc::clone(&item))).expect("large lists");
    let view = cast(&lists, &DataType::ListView(item)).expect("list views");
    let list = |values: &'static [Value<'static>]| Value::List(values);
    let expected =
        [row(&[("a", list(&[Value::Text("a"), Value::Null]))]), row(&[]), row(&[("a", list(&[]))])];
    for layout in [lists, large, view] {
        let written = converted(&stream_of(&batch(vec![("a", layout)]), 10, None), Options::new());
        assert_eq!(written.expect("converted").rows(), expected);
    }
}

/// Its type is known: it may have values in the next file.
#[test]
fn a_column_without_values_stays_but_for_one_without_a_type() {
    let none: ArrayRef = Arc::new(StringArray::from(vec![None::<&str>; 3]));
    let all = batch(vec![
        ("none", none),
        ("nothing", Arc::new(arrow_array::NullArray::new(3))),
        ("some", Arc::new(Int64Array::from(vec![1, 2, 3]))),
    ]);
    for source in [parquet_of(&all, WriterProperties::new()), stream_of(&all, 3, None)] {
        assert_eq!(
            converted(&source, Options::new()).expect("converted").names(),
            ["none", "some"]
        );
    }
    let empty = all.slice(0, 0);
    for source in [parquet_of(&empty, WriterProperties::new()), stream_of(&empty, 3, None)] {
        let (names, rows) = read(&converted(&source, Options::new()).expect("converted").file);
        assert_eq!((names.len(), rows.len()), (2, 0));
    }
}

#[test]
fn uuids_and_json_are_known_by_their_extension() {
    let mut uuids = FixedSizeBinaryBuilder::new(16);
    uuids.append_value([7; 16]).expect("16 bytes");
    let extended = |name: &str, ty: DataType, extension: &str| {
        let metadata = [("ARROW:extension:name".to_owned(), extension.to_owned())];
        Field::new(name, ty, true).with_metadata(std::collections::HashMap::from(metadata))
    };
    let schema = arrow_schema::Schema::new(vec![
        extended("u", DataType::FixedSizeBinary(16), "arrow.uuid"),
        extended("j", DataType::Utf8, "arrow.json"),
    ]);
    let columns: Vec<ArrayRef> =
        vec![Arc::new(uuids.finish()), Arc::new(StringArray::from(vec![r#"{"a": [1]}"#]))];
    let all = RecordBatch::try_new(Arc::new(schema), columns).expect("a batch");
    let mut writer = bucksaw::Writer::from_write(std::io::sink()).expect("a writer");
    let stream = stream_of(&all, 1, None);
    let mut input = bucksaw::Input::open(
        "s",
        &stream[..],
        &bucksaw::InputOptions::new(),
        bucksaw::OnError::Fail,
    )
    .expect("opened");
    writer.write_input(&mut input).expect("written");
    let types: Vec<String> = writer
        .columns()
        .iter()
        .map(|column| format!("{} {}", column.name, column.ty.as_ref().expect("a type")))
        .collect();
    assert_eq!(types, ["u uuid", "j json"]);
}
