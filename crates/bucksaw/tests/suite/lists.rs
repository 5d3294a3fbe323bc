//! Lists of every type through both backends: null, empty, with nulls in them, short and very long.

use std::sync::Arc;

use crate::support::{Cell, Row, alterations, cell_at, convert, each, read, row, written};
use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, DictionaryArray, FixedSizeListArray, Int8Array, Int64Array, LargeListArray,
    ListArray, RecordBatch, StringViewArray,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field};
use bucksaw::{Arrays, ColumnType, DeclaredSchema, Options, TimeUnit, UnknownColumns, Value};
use bumpalo::Bump;
use parquet::arrow::arrow_reader::{
    ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use parquet::basic::Encoding;
use parquet::file::metadata::PageIndexPolicy;

const ELEMENTS: [(&str, ColumnType); 9] = [
    ("bool", ColumnType::Bool),
    ("int32", ColumnType::Int32),
    ("int64", ColumnType::Int64),
    ("uint64", ColumnType::Uint64),
    ("float", ColumnType::Float),
    ("double", ColumnType::Double),
    ("text", ColumnType::Text),
    ("bytes", ColumnType::Bytes),
    ("timestamp", ColumnType::Timestamp(TimeUnit::Micros)),
];

fn schema() -> DeclaredSchema {
    ELEMENTS.into_iter().fold(DeclaredSchema::new(), |schema, (name, element)| {
        schema.column(name, ColumnType::list_of(element))
    })
}

/// An element by its number; every few are null.
fn element<'a>(name: &str, number: usize, arena: &'a Bump) -> Value<'a> {
    let n = number as i64;
    if number % 6 == 4 {
        return Value::Null;
    }
    match name {
        "bool" => Value::Bool(n % 3 == 0),
        "int32" => Value::I32([i32::MIN, i32::MAX, -1, 0, 7][number % 5]),
        "int64" => Value::I64([i64::MIN, i64::MAX, n, 0, -1][number % 5]),
        "uint64" => Value::U64([u64::MAX, 0, n as u64][number % 3]),
        "float" => Value::F32([f32::NAN, -0.0, 0.0, f32::MAX, 1e-45, n as f32][number % 6]),
        "double" => Value::F64([f64::NAN, -0.0, 0.0, f64::MIN, n as f64][number % 5]),
        "text" => Value::Text(
            arena.alloc_str(["", "a", "long ".repeat(number % 40).as_str()][number % 3]),
        ),
        "bytes" => Value::Bytes(arena.alloc_slice_copy(&number.to_le_bytes()[..number % 9])),
        _ => Value::Timestamp([i64::MIN, n, i64::MAX, -n][number % 4]),
    }
}

/// A list by its number: null, empty, all null, or up to `longest` elements.
fn list<'a>(name: &str, number: usize, longest: usize, arena: &'a Bump) -> Value<'a> {
    let elements = |count: usize| {
        let elements = (0..count).map(|place| element(name, number * 7 + place, arena));
        Value::List(arena.alloc_slice_fill_iter(elements))
    };
    match (number + name.len()) % 5 {
        0 => Value::Null,
        1 => elements(0),
        2 => Value::List(arena.alloc_slice_fill_copy(number % 3 + 1, Value::Null)),
        _ => elements(number % (longest + 1)),
    }
}

fn rows_of_lists(
    count: usize,
    longest: usize,
    arena: &Bump,
) -> Vec<Vec<(&'static str, Value<'_>)>> {
    let values = |number: usize| {
        ELEMENTS.iter().map(|(name, _)| (*name, list(name, number, longest, arena))).collect()
    };
    (0..count).map(values).collect()
}

fn model(rows: &[Vec<(&str, Value<'_>)>]) -> Vec<Row> {
    rows.iter().map(|values| row(values)).collect()
}

#[test]
fn lists_of_every_type_come_back() {
    let arena = Bump::new();
    let rows = rows_of_lists(3_000, 12, &arena);
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
            let by_row = written(options, |writer| {
                rows.iter().for_each(|row| writer.write_row(row.iter().copied()).expect("taken"));
            });
            assert!(by_row.rows() == model(&rows));
            for column in &by_row.report.files[0].columns {
                let nulls = rows
                    .iter()
                    .flatten()
                    .filter(|(name, value)| *name == column.name && *value == Value::Null)
                    .count();
                assert_eq!(column.nulls, nulls as u64, "{}", column.name);
                assert_eq!(column.ty, format!("list<{}>", column.name));
            }
        }
    });
}

/// Counts of nulls are those of elements, with one for each list that has none; and pages start with
/// rows, so that readers may skip.
#[test]
fn statistics_and_page_indexes_are_those_of_elements() {
    let arena = Bump::new();
    let rows = rows_of_lists(4_000, 12, &arena);
    each(|options| {
        let options = options.schema(schema()).row_group_rows(2_500).page_bytes(1_024);
        let file = written(options, |writer| writer.write_slice(&rows).expect("taken")).file;
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
        let file = bytes::Bytes::from(file);
        let reader =
            ParquetRecordBatchReaderBuilder::try_new_with_options(file.clone(), options.clone());
        let metadata = Arc::clone(reader.expect("a file").metadata());
        let index = metadata.page_index().expect("an index");
        let expected = model(&rows);
        let mut first = 0;
        for (number, group) in metadata.row_groups().iter().enumerate() {
            let end = first + group.num_rows() as usize;
            for (leaf, chunk) in group.columns().iter().enumerate() {
                let name = &chunk.column_path().parts()[0];
                let counts = |rows: &[Row]| {
                    let (mut values, mut nulls) = (0, 0);
                    for row in rows {
                        match row.get(name) {
                            Some(Cell::List(cells)) if !cells.is_empty() => {
                                values += cells.len();
                                nulls += cells.iter().filter(|cell| cell.is_none()).count();
                            }
                            _ => (values, nulls) = (values + 1, nulls + 1),
                        }
                    }
                    (values as i64, nulls as i64)
                };
                let (values, nulls) = counts(&expected[first..end]);
                assert_eq!(chunk.num_values(), values, "{name}");
                let statistics = chunk.statistics().expect("statistics");
                assert_eq!(statistics.null_count_opt(), Some(nulls as u64), "{name}");
                let pages = index.offset_index(number, leaf).expect("an index").page_locations();
                let starts: Vec<usize> =
                    pages.iter().map(|page| first + page.first_row_index as usize).collect();
                assert!(starts.len() > 1 || name == "bool", "{name}");
                let Some(bounds) = index.column_index(number, leaf) else { continue };
                for (page, start) in starts.iter().enumerate() {
                    let end = starts.get(page + 1).copied().unwrap_or(end);
                    let nulls = counts(&expected[*start..end]).1;
                    assert_eq!(bounds.null_count(page), Some(nulls), "{name} page {page}");
                }
            }
            first = end;
        }
        // Rows in the middle of pages are found by the index.
        let selection = vec![
            RowSelector::skip(1_234),
            RowSelector::select(3),
            RowSelector::skip(2_000),
            RowSelector::select(2),
        ];
        let reader = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options);
        let reader = reader.expect("a file").with_row_selection(RowSelection::from(selection));
        let mut found = Vec::new();
        for batch in reader.build().expect("a reader") {
            let batch = batch.expect("pages");
            let schema = batch.schema();
            found.extend((0..batch.num_rows()).map(|row| {
                let cells = schema.fields().iter().zip(batch.columns());
                let cells = cells.filter_map(|(field, array)| {
                    Some((field.name().clone(), cell_at(array, row)?))
                });
                cells.collect::<Row>()
            }));
        }
        let wanted: Vec<Row> =
            [1_234, 1_235, 1_236, 3_237, 3_238].map(|row| expected[row].clone()).to_vec();
        assert!(found == wanted);
    });
}

/// A row's list may have more values than a dictionary has room for.
#[test]
fn very_long_lists_come_back() {
    let arena = Bump::new();
    let numbers = |count: usize, step: i64| {
        let values = (0..count).map(|number| Value::I64(number as i64 * step));
        Value::List(arena.alloc_slice_fill_iter(values))
    };
    let texts = |count: usize| {
        let values = (0..count).map(|number| Value::Text(arena.alloc_str(&number.to_string())));
        Value::List(arena.alloc_slice_fill_iter(values))
    };
    let bools =
        Value::List(arena.alloc_slice_fill_iter((0..70_000).map(|n| Value::Bool(n % 2 == 0))));
    let lists = [
        numbers(3, 1),
        numbers(70_000, 1),
        numbers(2, 5),
        numbers(6_000, 0),
        numbers(200_000, 3),
        numbers(0, 0),
        numbers(1, 1),
    ];
    let mut rows: Vec<Vec<(&str, Value<'_>)>> =
        lists.into_iter().map(|list| vec![("numbers", list)]).collect();
    rows.extend((0..50).map(|_| vec![("numbers", numbers(900, 7)), ("texts", texts(5))]));
    rows.push(vec![("texts", texts(150_000)), ("bools", bools)]);
    rows.push(vec![("texts", texts(5_001))]);
    rows.push(vec![("texts", texts(9))]);
    each(|options| {
        for options in [options.clone(), options.clone().row_group_rows(2)] {
            // The arrow backend has to see every column in its first batch.
            let schema = ["numbers", "texts", "bools"].into_iter().zip([
                ColumnType::Int64,
                ColumnType::Text,
                ColumnType::Bool,
            ]);
            let schema = schema.fold(DeclaredSchema::new(), |schema, (name, element)| {
                schema.column(name, ColumnType::list_of(element))
            });
            let file =
                written(options.schema(schema), |writer| writer.write_slice(&rows).expect("taken"));
            assert!(file.rows() == model(&rows));
        }
    });
}

/// The lists of a block have more elements than a dictionary takes at a time, and still go through it.
#[test]
fn elements_that_repeat_go_through_the_dictionary() {
    let elements: Vec<Value<'_>> = (0..33).map(|number| Value::I64(number % 10)).collect();
    let rows: Vec<Vec<(&str, Value<'_>)>> = (0..4_000)
        .map(|number| vec![("few", Value::List(&elements[number % 3..][..30]))])
        .collect();
    let file = written(Options::new(), |writer| writer.write_slice(&rows).expect("taken"));
    assert!(file.rows() == model(&rows));
    let footer = crate::support::footer(&file.file);
    let encodings = footer.row_group(0).column(0).page_encoding_stats_mask().copied();
    assert!(encodings.is_some_and(|mask| mask.is_only(Encoding::RLE_DICTIONARY)), "{encodings:?}");
}

#[test]
fn late_lists_are_null_in_the_row_groups_before() {
    let elements = [Value::I64(1), Value::Null, Value::I64(3)];
    let file = written(Options::new().row_group_rows(100), |writer| {
        for number in 0..350_i64 {
            let late = if number < 250 { Value::Null } else { Value::List(&elements) };
            writer.write_row([("number", Value::I64(number)), ("late", late)]).expect("taken");
        }
    });
    let rows = file.rows();
    assert_eq!(rows.len(), 350);
    for (number, found) in rows.iter().enumerate() {
        let late = if number < 250 { Value::Null } else { Value::List(&elements) };
        let expected = row(&[("number", Value::I64(number as i64)), ("late", late)]);
        assert_eq!(*found, expected, "row {number}");
    }
}

/// Rows' lists fix a column's type as rows' values do, and what does not fit is kept as JSON text.
#[test]
fn lists_of_rows_follow_the_type_rules() {
    let integers = [Value::Null, Value::I64(1), Value::I32(2)];
    let doubles = [Value::I64(1), Value::F64(0.5)];
    let nested = [Value::List(&doubles), Value::Null];
    each(|options| {
        let rows = [
            vec![("a", Value::List(&integers)), ("n", Value::List(&nested)), ("s", Value::I64(1))],
            vec![
                ("a", Value::List(&doubles)),
                ("n", Value::Text("x")),
                ("s", Value::List(&integers)),
            ],
            vec![("a", Value::I64(1)), ("e", Value::List(&[]))],
            vec![("a", Value::List(&nested)), ("e", Value::List(&[Value::Text("x")]))],
        ];
        let file =
            written(options.settling_rows(0), |writer| writer.write_slice(&rows).expect("taken"));
        let one_two = [Value::Null, Value::I64(1), Value::I64(2)];
        let expected = [
            row(&[
                ("a", Value::List(&one_two)),
                ("n", Value::Text("[[1,0.5],null]")),
                ("s", Value::I64(1)),
            ]),
            row(&[
                ("a__text", Value::Text("[1,0.5]")),
                ("n", Value::Text("x")),
                ("s__text", Value::Text("[null,1,2]")),
            ]),
            row(&[("a__text", Value::Text("1")), ("e", Value::List(&[]))]),
            row(&[
                ("a__text", Value::Text("[[1,0.5],null]")),
                ("e", Value::List(&[Value::Text("x")])),
            ]),
        ];
        assert_eq!(file.rows(), expected);
        let counted = alterations!(conflicts: 4, json_texts: 4);
        assert_eq!(file.report.alterations, counted);
    });
}

#[test]
fn declared_lists_take_json_arrays_whose_elements_fit() {
    let schema = r#"{"columns": [
        {"name": "i", "type": "list<int64>"}, {"name": "d", "type": "list<double>"},
        {"name": "t", "type": "list<text>"}, {"name": "m", "type": "list<timestamp>"}]}"#;
    let schema = DeclaredSchema::from_json(schema).expect("a schema");
    let lines = r#"{"i":[1,null, -9223372036854775808],"d":[1,0.5,1e300],"t":["a","\u00e9\n",null],"m":["2024-01-01T00:00:00Z"]}
{"i":[],"d":[null],"t":[ ],"m":null}
{"i":[1,2.5],"d":[9007199254740993],"t":["a",1],"m":["today"]}
{"i":["7"],"d":0.5,"t":["a",["b"]],"m":{"a":[1]}}
{"i":"[1]","u":[1,2]}"#;
    let written = convert(lines, Options::new().schema(schema.clone())).expect("a file");
    let expected = [
        row(&[
            ("i", Value::List(&[Value::I64(1), Value::Null, Value::I64(i64::MIN)])),
            ("d", Value::List(&[Value::F64(1.0), Value::F64(0.5), Value::F64(1e300)])),
            ("t", Value::List(&[Value::Text("a"), Value::Text("é\n"), Value::Null])),
            ("m", Value::List(&[Value::Timestamp(1_704_067_200_000_000)])),
        ]),
        row(&[
            ("i", Value::List(&[])),
            ("d", Value::List(&[Value::Null])),
            ("t", Value::List(&[])),
        ]),
        row(&[
            ("i__text", Value::Text("[1,2.5]")),
            ("d", Value::List(&[Value::F64(9_007_199_254_740_992.0)])),
            ("t__text", Value::Text(r#"["a",1]"#)),
            ("m__text", Value::Text(r#"["today"]"#)),
        ]),
        row(&[
            ("i", Value::List(&[Value::I64(7)])),
            ("d__text", Value::Text("0.5")),
            ("t__text", Value::Text(r#"["a",["b"]]"#)),
            ("m_a", Value::Text("[1]")),
        ]),
        row(&[("i__text", Value::Text("[1]")), ("u", Value::Text("[1,2]"))]),
    ];
    assert_eq!(written.rows(), expected);
    let counted =
        alterations!(conflicts: 6, json_texts: 6, widened: 1, rounded: 1, parsed_texts: 2);
    assert_eq!(written.report.alterations, counted);
    let closed = Options::new().schema(schema.unknown_columns(UnknownColumns::Refuse));
    let error = convert(r#"{"i":[true]}"#, closed).err().expect("refused");
    assert_eq!(error.position().column.as_deref(), Some("i"));
    for wrong in ["list<int65>", "list<list<text>>", "list", "int65"] {
        let json = format!(r#"{{"columns": [{{"name": "i", "type": "{wrong}"}}]}}"#);
        let error = DeclaredSchema::from_json(&json).expect_err("no such type");
        assert!(format!("{error:?}").contains("list<…>"), "{error:?}");
    }
}

/// Arrow's several lists, some null with elements that belong to no row.
#[test]
fn record_batches_of_lists_come_back() {
    let field = |ty: DataType| Arc::new(Field::new("item", ty, true));
    let numbers = Int64Array::from(vec![Some(9), Some(1), None, Some(3), Some(4), None, Some(6)]);
    let nulls = || Some(NullBuffer::from(vec![true, false, true, true]));
    let with_hidden = ListArray::new(
        field(DataType::Int64),
        OffsetBuffer::new(vec![1, 3, 4, 4, 7].into()),
        Arc::new(numbers.clone()),
        nulls(),
    );
    let large = LargeListArray::new(
        field(DataType::Int64),
        OffsetBuffer::new(vec![0, 2, 2, 2, 5].into()),
        Arc::new(numbers.slice(0, 5)),
        nulls(),
    );
    let fixed = FixedSizeListArray::new(
        field(DataType::Int8),
        2,
        Arc::new(Int8Array::from(vec![
            Some(1),
            None,
            Some(3),
            Some(4),
            None,
            None,
            Some(-7),
            Some(8),
        ])),
        nulls(),
    );
    let views =
        StringViewArray::from(vec![Some("a text that is too long to be inlined"), None, Some("b")]);
    let views = ListArray::new(
        field(DataType::Utf8View),
        OffsetBuffer::new(vec![0, 1, 1, 3, 3].into()),
        Arc::new(views),
        nulls(),
    );
    let keys: DictionaryArray<Int32Type> =
        [Some("x"), None, Some("y"), Some("x")].into_iter().collect();
    let keys = ListArray::new(
        field(keys.data_type().clone()),
        OffsetBuffer::new(vec![0, 3, 3, 3, 4].into()),
        Arc::new(keys),
        nulls(),
    );
    let only_nulls = ListArray::from_iter_primitive::<Int64Type, _, _>([
        Some(vec![None, None]),
        None,
        Some(vec![]),
        Some(vec![None]),
    ]);
    let columns: [(&str, ArrayRef); 6] = [
        ("hidden", Arc::new(with_hidden)),
        ("large", Arc::new(large)),
        ("fixed", Arc::new(fixed)),
        ("views", Arc::new(views)),
        ("keys", Arc::new(keys)),
        ("nulls", Arc::new(only_nulls)),
    ];
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
            .expect("a batch");
    let int =
        |values: &[Option<i64>]| Cell::List(values.iter().map(|v| v.map(Cell::I64)).collect());
    let int32 =
        |values: &[Option<i32>]| Cell::List(values.iter().map(|v| v.map(Cell::I32)).collect());
    let text = |values: &[Option<&str>]| {
        Cell::List(values.iter().map(|v| v.map(|text| Cell::Text(text.to_owned()))).collect())
    };
    let cells = |cells: Vec<(&str, Cell)>| {
        cells.into_iter().map(|(name, cell)| (name.to_owned(), cell)).collect::<Row>()
    };
    let rows = [
        cells(vec![
            ("hidden", int(&[Some(1), None])),
            ("large", int(&[Some(9), Some(1)])),
            ("fixed", int32(&[Some(1), None])),
            ("views", text(&[Some("a text that is too long to be inlined")])),
            ("keys", text(&[Some("x"), None, Some("y")])),
            ("nulls", int(&[None, None])),
        ]),
        Row::new(),
        cells(vec![
            ("hidden", int(&[])),
            ("large", int(&[])),
            ("fixed", int32(&[None, None])),
            ("views", text(&[None, Some("b")])),
            ("keys", text(&[])),
            ("nulls", int(&[])),
        ]),
        cells(vec![
            ("hidden", int(&[Some(4), None, Some(6)])),
            ("large", int(&[None, Some(3), Some(4)])),
            ("fixed", int32(&[Some(-7), Some(8)])),
            ("views", text(&[])),
            ("keys", text(&[Some("x")])),
            ("nulls", int(&[None])),
        ]),
    ];
    each(|options| {
        let file = written(options.row_group_rows(3), |writer| {
            writer.write_record_batch(&batch).expect("taken");
            writer.write_record_batch(&batch.slice(2, 2)).expect("taken");
            writer.write_row([("hidden", Value::List(&[Value::I64(5)]))]).expect("taken");
        });
        let more = [cells(vec![("hidden", int(&[Some(5)]))])];
        let expected: Vec<Row> = rows.iter().chain(&rows[2..]).chain(&more).cloned().collect();
        assert_eq!(file.rows(), expected);
        assert_eq!(file.report.alterations, alterations!());
    });
}

/// The lists' field is the one that the specification names.
#[test]
fn lists_have_three_levels_with_the_specified_names() {
    each(|options| {
        let file = written(options, |writer| {
            writer.write_row([("a.b", Value::List(&[Value::Text("x")]))]).expect("taken");
        });
        let footer = crate::support::footer(&file.file);
        let column = footer.file_metadata().schema_descr().column(0);
        assert_eq!(column.path().parts(), ["a_b", "list", "element"]);
        assert_eq!((column.max_def_level(), column.max_rep_level()), (3, 1));
        let (_, rows) = read(&file.file);
        assert_eq!(rows, [row(&[("a_b", Value::List(&[Value::Text("x")]))])]);
        let root = footer.file_metadata().schema().get_fields()[0].clone();
        let info = root.get_basic_info();
        assert_eq!(info.logical_type_ref(), Some(&parquet::basic::LogicalType::List));
        assert_eq!(info.converted_type(), parquet::basic::ConvertedType::LIST);
        let batch = bytes::Bytes::from(file.file);
        let reader = ParquetRecordBatchReaderBuilder::try_new(batch).expect("a file");
        let batch = reader.build().expect("a reader").next().expect("rows").expect("pages");
        assert_eq!(batch.column(0).as_list::<i32>().values().as_string::<i32>().value(0), "x");
    });
}

/// With lists for arrays, each column's are of one type, and what is no such list is beside it as it was spelled.
#[test]
fn arrays_of_one_type_become_lists_where_wanted() {
    let lines = [
        r#"{"n":[1,2],"t":["a","b"],"d":[1,2.5],"e":[],"m":[1,"x"],"o":[{"a":1}],"late":null}"#,
        r#"{"n":[],"t":[],"d":[null],"e":[],"m":["x",1],"o":[[1]]}"#,
        r#"{"n":[3, "x"],"t":["\u00e9"],"d":7,"e":[]}"#,
        r#"{"n":"no list","t":[1],"d":[0.5],"late":[true]}"#,
        r#"{"n":[4],"t":null,"d":[]}"#,
    ];
    // Enough of them for what is none to be few.
    let usual = r#"{"n":[7],"t":["u"],"d":[0.25]}"#.to_owned() + "\n";
    let lines = lines.join("\n") + "\n" + &usual.repeat(40);
    let ints = |ints: &[i64]| Some(Cell::List(ints.iter().map(|i| Some(Cell::I64(*i))).collect()));
    let texts = |texts: &[&str]| {
        Some(Cell::List(texts.iter().map(|t| Some(Cell::Text((*t).to_owned()))).collect()))
    };
    let double = |double: f64| Some(Cell::F64(double.to_bits()));
    let text = |text: &str| Some(Cell::Text(text.to_owned()));
    each(|options| {
        for threads in [1, 3] {
            let options = options.clone().arrays(Arrays::List).threads(threads);
            let file = convert(&lines, options).expect("a file");
            let columns = &file.report.files[0].columns;
            let types: Vec<_> = columns.iter().map(|c| (c.name.as_str(), c.ty.as_str())).collect();
            for known in [
                ("n", "list<int64>"),
                ("t", "list<text>"),
                ("d", "list<double>"),
                ("e", "text"),
                ("m", "text"),
                ("o", "text"),
                ("late", "list<bool>"),
                ("n__text", "text"),
                ("t__text", "text"),
                ("d__text", "text"),
            ] {
                assert!(types.contains(&known), "{known:?} of {types:?}");
            }
            let rows = file.rows();
            let get = |row: usize, name: &str| rows[row].get(name).cloned();
            assert_eq!([get(0, "n"), get(1, "n"), get(2, "n")], [ints(&[1, 2]), ints(&[]), None]);
            assert_eq!(
                [get(2, "n__text"), get(3, "n__text")],
                [text(r#"[3, "x"]"#), text("no list")]
            );
            assert_eq!([get(0, "t"), get(2, "t")], [texts(&["a", "b"]), texts(&["\u{e9}"])]);
            assert_eq!((get(3, "t"), get(3, "t__text")), (None, text("[1]")));
            assert_eq!(get(0, "d"), Some(Cell::List(vec![double(1.0), double(2.5)])));
            assert_eq!(get(1, "d"), Some(Cell::List(vec![None])));
            assert_eq!((get(2, "d"), get(2, "d__text")), (None, text("7")));
            assert_eq!([get(0, "e"), get(0, "m")], [text("[]"), text(r#"[1,"x"]"#)]);
            assert_eq!([get(0, "o"), get(1, "o")], [text(r#"[{"a":1}]"#), text("[[1]]")]);
            assert_eq!(get(44, "n"), ints(&[7]));
        }
    });
}

/// The first array says the type where nothing waits for it.
#[test]
fn later_arrays_go_by_the_type_that_the_first_ones_have() {
    let lines = "{\"n\":[1]}\n".repeat(5) + "{\"n\":[2,null]}\n{\"n\":[0.5]}\n{\"n\":[]}";
    each(|options| {
        for settling_rows in [0, 2] {
            let options = options.clone().arrays(Arrays::List).settling_rows(settling_rows);
            let file = convert(&lines, options).expect("a file");
            let list = |values| row(&[("n", Value::List(values))]);
            let expected = [
                list(&[Value::I64(2), Value::Null]),
                row(&[("n__text", Value::Text("[0.5]"))]),
                list(&[]),
            ];
            assert_eq!(file.rows()[5..], expected);
            assert_eq!(file.report.alterations, alterations!(conflicts: 1, json_texts: 1));
        }
    });
}
