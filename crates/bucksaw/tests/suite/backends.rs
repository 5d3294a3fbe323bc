//! One suite that every backend must pass.

use std::sync::Arc;

use crate::support::{BACKENDS, Row, convert, each, footer, read, row, written};
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{
    ArrayRef, Date32Array, DictionaryArray, Float64Array, Int32Array, Int64Array, ListArray,
    RecordBatch, StringArray, StringViewArray,
};
use bucksaw::{
    BackendKind, Block, ColumnType, Compression, DeclaredSchema, ErrorKind, Key, MemorySink,
    Options, Profile, Statistics, UnknownColumns, Value, Writer,
};
use bumpalo::Bump;
use parquet::basic::{Encoding, Type as PhysicalType};
use parquet::file::reader::{FileReader as _, SerializedFileReader};

type Values<'v> = Vec<(&'static str, Value<'v>)>;

/// Rows of every type, some with nulls, some values repeated and some not.
fn rows_of_every_type(count: usize, text: &str) -> Vec<Values<'_>> {
    let values = |number: usize| {
        let n = number as i64;
        let mut values = vec![
            ("bool", Value::Bool(n % 3 == 0)),
            ("i64", Value::I64(n.wrapping_mul(0x0123_4567_89ab_cdef))),
            ("i32", Value::I32((n as i32).wrapping_mul(0x0123_4567))),
            ("f64", Value::F64(n as f64 / 7.0)),
            ("float", Value::F32(n as f32 / 7.0)),
            ("text", Value::Text(&text[number % 50..number % 50 + 10])),
            ("bytes", Value::Bytes(&text.as_bytes()[number % 30..number % 30 + number % 11])),
            ("time", Value::Timestamp(n * 1_000_003 - 5_000_000_000)),
        ];
        values.retain(|(name, _)| !(number + name.len()).is_multiple_of(4));
        let turn = number % 3 % values.len().max(1);
        values.rotate_left(turn);
        values
    };
    (0..count).map(values).collect()
}

const TEXT: &str = "the quick brown fox jumps over the lazy dog, and then over all the others too";

fn model(rows: &[Values<'_>]) -> Vec<Row> {
    rows.iter().map(|values| row(values)).collect()
}

#[test]
fn every_type_comes_back() {
    each(|options| {
        let rows = rows_of_every_type(1_000, TEXT);
        let file = written(options, |writer| writer.write_slice(&rows).expect("taken"));
        assert_eq!(file.rows(), model(&rows));
        assert_eq!((file.report.rows, file.report.files[0].row_groups), (1_000, 1));
        let nulls =
            |name: &str| model(&rows).iter().filter(|row| !row.contains_key(name)).count() as u64;
        for column in &file.report.files[0].columns {
            assert_eq!(column.nulls, nulls(&column.name), "{}", column.name);
            assert!(column.encoded_bytes > 0 && column.compressed_bytes > 0);
        }
    });
}

/// What `direct` knows from its dictionaries, where they hold all of a file's values.
#[test]
fn distinct_values_are_counted_where_known() {
    let rows: Vec<Values<'_>> = (0..2_000)
        .map(|number| match number % 3 {
            0 => vec![
                ("few", Value::Text(&TEXT[number % 7..20])),
                ("all", Value::I64(number as i64)),
            ],
            _ => vec![("few", Value::Text("same"))],
        })
        .collect();
    let distinct = |options: Options| {
        let file = written(options, |writer| writer.write_slice(&rows).expect("taken"));
        let columns = &file.report.files[0].columns;
        columns.iter().map(|column| column.distinct).collect::<Vec<_>>()
    };
    let options = Options::new().backend(BackendKind::Direct);
    assert_eq!(distinct(options.clone()), [Some(8), None]);
    assert_eq!(distinct(options.clone().row_group_rows(1_000)), [None, None]);
    assert_eq!(distinct(options.backend(BackendKind::Arrow)), [None, None]);
}

#[test]
fn extremes_come_back() {
    let long = "long ".repeat(300_000);
    each(|options| {
        let doubles = [
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            -0.0,
            0.0,
            5e-324,
            f64::MAX,
            f64::MIN_POSITIVE,
        ];
        let mut rows: Vec<Values<'_>> =
            doubles.iter().map(|double| vec![("f64", Value::F64(*double))]).collect();
        let floats = [f32::NAN, f32::INFINITY, -0.0, 0.0, 1e-45, f32::MAX, f32::MIN];
        rows.extend(floats.map(|float| vec![("f32", Value::F32(float))]));
        rows.extend([i32::MIN, i32::MAX, -1].map(|integer| vec![("i32", Value::I32(integer))]));
        rows.extend([i64::MIN, i64::MAX, 0, -1].map(|integer| {
            vec![("i64", Value::I64(integer)), ("time", Value::Timestamp(integer))]
        }));
        rows.extend(["", "\0", "é😀", &long].map(|text| {
            vec![("text", Value::Text(text)), ("bytes", Value::Bytes(text.as_bytes()))]
        }));
        rows.extend([0, i64::MAX as u64].map(|integer| vec![("i64", Value::U64(integer))]));
        let mut expected = model(&rows);
        for (row, integer) in expected.iter_mut().rev().zip([i64::MAX, 0]) {
            row.insert("i64".to_owned(), crate::support::Cell::I64(integer));
        }
        let file = written(options, |writer| writer.write_slice(&rows).expect("taken"));
        assert_eq!(file.rows(), expected);
    });
}

/// Numbers of 32 bits take half the bytes of their wide kin, in every encoding.
#[test]
fn int32_and_float_columns_are_encoded_as_such() {
    let rows: Vec<Values<'_>> = (0..20_000)
        .map(|number| {
            let angle = number as f32 * 0.001;
            vec![
                ("steps", Value::I32(i32::MAX - number * 3)),
                ("few", Value::I32(number % 5 - 2)),
                ("wave", Value::F32(angle.sin())),
                ("few_floats", Value::F32((number % 3) as f32)),
            ]
        })
        .collect();
    let portable = Options::new().compression(Compression::None);
    for (options, steps, wave) in [
        (portable.clone(), Encoding::PLAIN, Encoding::PLAIN),
        (
            portable.profile(Profile::Modern),
            Encoding::DELTA_BINARY_PACKED,
            Encoding::BYTE_STREAM_SPLIT,
        ),
    ] {
        let file = written(options, |writer| writer.write_slice(&rows).expect("taken"));
        assert_eq!(file.rows(), model(&rows));
        let footer = footer(&file.file);
        let expected = [
            (PhysicalType::INT32, steps),
            (PhysicalType::INT32, Encoding::RLE_DICTIONARY),
            (PhysicalType::FLOAT, wave),
            (PhysicalType::FLOAT, Encoding::RLE_DICTIONARY),
        ];
        for (chunk, (physical, encoding)) in footer.row_group(0).columns().iter().zip(expected) {
            assert_eq!(chunk.column_type(), physical);
            let encodings = chunk.page_encoding_stats_mask().expect("encodings of data pages");
            assert!(encodings.is_only(encoding), "{} {encodings:?}", chunk.column_path());
            assert!(chunk.uncompressed_size() < 20_000 * 4 + 1_000, "{}", chunk.column_path());
        }
    }
}

#[test]
fn every_way_in_gives_the_same_file() {
    each(|options| {
        let rows = rows_of_every_type(10_500, TEXT);
        let by_slice = written(options.clone(), |writer| writer.write_slice(&rows).expect("taken"));
        let by_name = written(options.clone(), |writer| {
            rows.iter().for_each(|row| writer.write_row(row.iter().copied()).expect("taken"));
        });
        let by_id = written(options.clone(), |writer| {
            for row in &rows {
                let row: Vec<_> = row
                    .iter()
                    .map(|(name, value)| (writer.column(name).expect("room"), *value))
                    .collect();
                writer.write_row(row).expect("taken");
            }
        });
        let by_block = written(options.clone(), |writer| {
            for part in rows.chunks(700) {
                let (mut block, arena) = (Block::new(), Bump::new());
                let mut builder = writer.builder(&mut block, &arena).expect("of this table");
                for row in part {
                    row.iter().for_each(|(name, value)| {
                        builder.push(Key::Name(name), *value).expect("taken")
                    });
                    builder.end_row();
                }
                writer.write_block(&block).expect("taken");
            }
        });
        let expected = model(&rows);
        for (way, file) in
            [("slice", by_slice), ("name", by_name), ("id", by_id), ("block", by_block)]
        {
            assert_eq!(file.rows(), expected, "{way}");
        }
    });
}

#[test]
fn row_groups_end_at_their_limits() {
    each(|options| {
        let rows = rows_of_every_type(10_000, TEXT);
        let groups = |options: Options| {
            let file = written(options, |writer| writer.write_slice(&rows).expect("taken"));
            assert_eq!(file.rows(), model(&rows));
            let groups: Vec<i64> =
                footer(&file.file).row_groups().iter().map(|group| group.num_rows()).collect();
            groups
        };
        assert_eq!(groups(options.clone().row_group_rows(3_000)), [3_000, 3_000, 3_000, 1_000]);
        assert_eq!(groups(options.clone().row_group_rows(10_000)), [10_000]);
        assert_eq!(groups(options.clone().row_group_rows(9_999).chunk_rows(7)), [9_999, 1]);
        let by_bytes = groups(options.clone().row_group_bytes(50_000).chunk_rows(500));
        assert!(by_bytes.len() > 2, "{by_bytes:?}");
    });
}

#[test]
fn the_memory_limit_ends_row_groups_early() {
    each(|options| {
        // Text that does not compress, about 40 MB of it.
        let mut state = 1_u64;
        let mut noise = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            format!("{:016x}", state.rotate_left(20) ^ state)
        };
        let texts: Vec<String> = (0..20_000).map(|_| (0..128).map(|_| noise()).collect()).collect();
        let file = written(options.memory_limit(8 << 20), |writer| {
            for text in &texts {
                writer.write_row([("text", Value::from(text.as_str()))]).expect("taken");
            }
        });
        assert!(file.report.files[0].row_groups > 3, "{}", file.report.files[0].row_groups);
        let (_, rows) = read(&file.file);
        assert!(
            rows.iter()
                .zip(&texts)
                .all(|(row, text)| row["text"] == crate::support::Cell::Text(text.clone()))
        );
        assert_eq!(rows.len(), texts.len());
    });
}

#[test]
fn dictionaries_are_given_up_without_losing_nulls_or_the_row_groups_after() {
    let texts: Vec<String> = (0..60_000).map(|number| format!("{number:040}")).collect();
    each(|options| {
        let rows: Vec<Values<'_>> = (0..60_000)
            .map(|number| match number % 5 {
                0 => vec![("always", Value::I64(1))],
                // Distinct in some row groups, the same in others.
                _ if number / 15_000 % 2 == 0 => vec![("text", Value::Text(&texts[number]))],
                _ => vec![("text", Value::Text(&texts[number % 7]))],
            })
            .collect();
        let options = options.row_group_rows(15_000).page_bytes(10_000);
        let file = written(options, |writer| writer.write_slice(&rows).expect("taken"));
        assert_eq!(file.rows(), model(&rows));
        assert_eq!(file.report.files[0].row_groups, 4);
    });
}

/// A page of dictionary indices can stand for far more text than it has bytes.
#[test]
fn long_values_that_repeat_and_then_do_not_stay_small() {
    let long = "long ".repeat(2_000);
    let texts: Vec<String> = (0..700).map(|number| format!("{number}{long}")).collect();
    each(|options| {
        let text = |number: usize| match number {
            0..3_000 => &texts[0],
            _ => &texts[number % texts.len()],
        };
        let rows: Vec<Values<'_>> =
            (0..4_000).map(|number| vec![("text", Value::Text(text(number)))]).collect();
        let file = written(options.page_bytes(100_000).chunk_rows(100), |writer| {
            writer.write_slice(&rows).expect("taken")
        });
        assert_eq!(file.rows(), model(&rows));
        let reader = SerializedFileReader::new(bytes::Bytes::from(file.file)).expect("a file");
        let group = reader.get_row_group(0).expect("a row group");
        let mut pages = group.get_column_page_reader(0).expect("pages");
        while let Some(page) = pages.get_next_page().expect("a page") {
            // A slice of rows, or a value, may come on top of what a page should have.
            assert!(
                page.buffer().len() <= 3 * 100_000 + 20_000,
                "a page of {} bytes",
                page.buffer().len()
            );
        }
    });
}

#[test]
fn few_or_no_rows_make_a_file() {
    each(|options| {
        let none = written(options.clone(), |_| {});
        assert_eq!(
            (none.names(), none.rows(), none.report.rows),
            (vec!["_rest".to_owned()], vec![], 0)
        );
        let one = written(options.clone(), |writer| {
            writer.write_row([("a", Value::I64(1))]).expect("taken")
        });
        assert_eq!(one.rows(), [row(&[("a", Value::I64(1))])]);
        let all_null = written(options.clone(), |writer| {
            (0..25_000).for_each(|_| writer.write_row([("a", Value::Null)]).expect("taken"));
        });
        assert_eq!((all_null.names(), all_null.rows().len()), (vec!["_rest".to_owned()], 25_000));
    });
}

#[test]
fn every_codec_dictionary_and_statistics_choice_reads_back() {
    each(|options| {
        let rows = rows_of_every_type(3_000, TEXT);
        let expected = model(&rows);
        let codecs = [
            Compression::None,
            Compression::Snappy,
            Compression::Lz4,
            Compression::Gzip(6),
            Compression::Zstd(1),
            Compression::Zstd(19),
        ];
        for codec in codecs {
            for statistics in [Statistics::None, Statistics::Chunk, Statistics::Page] {
                for dictionary in [false, true] {
                    let options = options
                        .clone()
                        .compression(codec)
                        .statistics(statistics)
                        .dictionary(dictionary);
                    let file = written(options.page_bytes(2_000), |writer| {
                        writer.write_slice(&rows).expect("taken")
                    });
                    assert_eq!(file.rows(), expected, "{codec:?} {statistics:?} {dictionary}");
                    let footer = footer(&file.file);
                    let chunks = footer.row_group(0).columns();
                    let chunk = chunks.iter().find(|chunk| chunk.column_path().string() == "text");
                    let chunk = chunk.expect("the column of text");
                    assert_eq!(chunk.statistics().is_some(), statistics != Statistics::None);
                    assert_eq!(
                        chunk.column_index_range().is_some(),
                        statistics == Statistics::Page
                    );
                    assert_eq!(chunk.dictionary_page_offset().is_some(), dictionary);
                }
            }
        }
        let file = written(options.dictionary(false).dictionary_of("text", true), |writer| {
            writer.write_slice(&rows).expect("taken");
        });
        for chunk in footer(&file.file).row_group(0).columns() {
            assert_eq!(
                chunk.dictionary_page_offset().is_some(),
                chunk.column_path().string() == "text"
            );
        }
    });
}

#[test]
fn the_same_rows_give_the_same_bytes() {
    each(|options| {
        let rows = rows_of_every_type(12_000, TEXT);
        let file = || {
            written(options.clone().row_group_rows(5_000), |writer| {
                writer.write_slice(&rows).expect("taken")
            })
            .file
        };
        assert!(file() == file());
    });
}

#[test]
fn a_refused_batch_leaves_the_writer_as_it_was() {
    each(|options| {
        let schema = DeclaredSchema::new()
            .column("a", ColumnType::Int64)
            .unknown_columns(UnknownColumns::Refuse);
        let good = [vec![("a", Value::I64(1))]];
        let bad = [vec![("a", Value::I64(2))], vec![("a", Value::I64(3)), ("b", Value::I64(4))]];
        let file = written(options.clone().schema(schema), |writer| {
            writer.write_row(good[0].iter().copied()).expect("as declared");
            let error = writer.write_slice(&bad).expect_err("unexpected");
            assert_eq!(error.kind(), ErrorKind::Refused);
            assert_eq!(
                (error.position().column.as_deref(), error.position().row),
                (Some("b"), Some(2))
            );
            let error = writer.write_row(bad[1].iter().copied()).expect_err("unexpected");
            assert_eq!(
                (error.position().column.as_deref(), error.position().row),
                (Some("b"), Some(1))
            );
            let column: ArrayRef = Arc::new(Int64Array::from(vec![5, 6]));
            let batch = RecordBatch::try_from_iter([("a", Arc::clone(&column)), ("c", column)])
                .expect("a batch");
            let error = writer.write_record_batch(&batch).expect_err("unexpected");
            assert_eq!(
                (error.kind(), error.position().column.as_deref()),
                (ErrorKind::Refused, Some("c"))
            );
            writer.write_slice(&good).expect("as declared");
        });
        assert_eq!(file.rows(), vec![row(&good[0]); 2]);
        let file = written(options.strict(true), |writer| {
            writer.write_row(good[0].iter().copied()).expect("taken");
            let error =
                writer.write_slice(&[vec![("new", Value::I64(1))], vec![("a", Value::Text("x"))]]);
            assert_eq!(error.expect_err("another type").position().row, Some(2));
            assert_eq!(writer.columns().len(), 1);
        });
        assert_eq!(file.rows(), [row(&good[0])]);
    });
}

/// `arrow` can't take a column after its first batch, and says what to do.
#[test]
fn late_columns_are_taken_or_refused_with_advice() {
    for backend in BACKENDS {
        let sink = MemorySink::new();
        let options = Options::new().backend(backend).chunk_rows(10).settling_rows(0);
        let mut writer = options.write_to(Box::new(sink.clone())).expect("sound options");
        let early: Vec<Values<'_>> = vec![vec![("a", Value::I64(1))]; 10];
        writer.write_slice(&early).expect("taken");
        let late = writer.write_slice(&[vec![("late", Value::I64(1))]]);
        match backend {
            BackendKind::Arrow => {
                let error = late.expect_err("late");
                assert_eq!(error.kind(), ErrorKind::LateColumn);
                assert_eq!(
                    (error.position().column.as_deref(), error.position().row),
                    (Some("late"), Some(10))
                );
                assert!(error.message().contains("choose the direct backend"), "{error}");
                // The writer has ended, and says so.
                let after = writer.write_slice(&early).expect_err("ended");
                assert_eq!(after.kind(), ErrorKind::WriterEnded);
                assert_eq!(writer.finish().expect_err("ended").kind(), ErrorKind::WriterEnded);
                assert_eq!(sink.published(), None);
            }
            BackendKind::Direct => {
                late.expect("taken at any time");
                writer.finish().expect("a file");
                let (names, rows) = read(&sink.published().expect("published"));
                assert_eq!((names, rows.len()), (vec!["a".to_owned(), "late".to_owned()], 11));
            }
            other => panic!("{other} has no expectation here"),
        }
    }
}

/// Whether the first batch ends for its rows or for its text, and on how many threads lines are read.
#[test]
fn a_late_column_of_the_arrow_backend_is_told_with_its_row() {
    let text = "y".repeat(2_000);
    let lines: String = (0..3_000)
        .map(|row| {
            let late = if row == 2_500 { ",\"late\":1" } else { "" };
            format!("{{\"i\":{row},\"m\":\"{text}\"{late}}}\n")
        })
        .collect();
    for (chunk_rows, threads, advice) in [
        (1_000, 1, "raise the chunk rows"),
        (1_000, 3, "raise the chunk rows"),
        (100_000, 1, "raise the memory limit"),
        (100_000, 3, "raise the memory limit"),
    ] {
        let options = Options::new().backend(BackendKind::Arrow).memory_limit(8 << 20);
        let options = options.chunk_rows(chunk_rows).threads(threads);
        let error = convert(&lines, options).err().expect("late");
        assert_eq!(error.kind(), ErrorKind::LateColumn, "{error}");
        assert_eq!(error.position().row, Some(2_500), "{error}");
        assert!(error.message().contains(advice), "{error}");
        assert!(!error.message().contains("100000"), "{error}");
    }
}

/// Columns that come and go from row group to row group, in every order.
#[test]
fn a_column_resolved_long_before_its_first_value_gets_the_type_of_that() {
    each(|options| {
        let file = written(options, |writer| {
            let ids = ["early", "late", "after"].map(|name| writer.column(name).expect("there"));
            let arena = Bump::new();
            for late in [None, Some(7_i64)] {
                let mut block = Block::new();
                let mut builder = writer.builder(&mut block, &arena).expect("of this table");
                for (id, value) in ids.iter().zip([Some(1), late, Some(2)]) {
                    if let Some(value) = value {
                        builder.push(*id, Value::I64(value)).expect("taken");
                    }
                }
                builder.end_row();
                writer.write_block(&block).expect("taken");
            }
        });
        let rows: [Values<'_>; 2] = [
            vec![("early", Value::I64(1)), ("after", Value::I64(2))],
            vec![("early", Value::I64(1)), ("late", Value::I64(7)), ("after", Value::I64(2))],
        ];
        assert_eq!(file.rows(), model(&rows));
    });
}

#[test]
fn late_columns_read_back_from_every_row_group() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    for seed in 0..40_usize {
        let mut rows: Vec<Values<'_>> = Vec::new();
        for number in 0..600 {
            // In the first row group there may be no column at all.
            let known = (number / 100 * seed / 7).min(names.len());
            let values = names[..known].iter().enumerate().filter_map(|(place, name)| {
                let is_there = (number * (place + 3) + seed) % 5 < 2;
                let value = match place % 4 {
                    0 => Value::I64(number as i64),
                    1 => Value::Text(&TEXT[number % 40..number % 40 + place]),
                    2 => Value::F64(number as f64),
                    _ => Value::Bool(number % 2 == 0),
                };
                is_there.then_some((*name, value))
            });
            rows.push(values.collect());
        }
        let schema =
            DeclaredSchema::new().column("never", ColumnType::Int64).column("g", ColumnType::Int64);
        let options = Options::new().backend(BackendKind::Direct).row_group_rows(100);
        for options in [options.clone(), options.schema(schema)] {
            let file = written(options, |writer| writer.write_slice(&rows).expect("taken"));
            let with_cells = |rows: Vec<Row>| {
                rows.into_iter()
                    .map(|mut row| {
                        row.retain(|name, _| name != "g" && name != "g__text");
                        row
                    })
                    .collect::<Vec<_>>()
            };
            assert_eq!(with_cells(file.rows()), with_cells(model(&rows)), "seed {seed}");
            assert_eq!(file.report.files[0].row_groups, 6);
        }
    }
}

/// The most bytes before compression that a page of each row group has.
fn largest_pages(file: &[u8]) -> Vec<usize> {
    let bytes = bytes::Bytes::copy_from_slice(file);
    let reader = SerializedFileReader::new(bytes).expect("a file");
    (0..reader.num_row_groups())
        .map(|index| {
            let group = reader.get_row_group(index).expect("a row group");
            let columns = 0..group.num_columns();
            let pages =
                columns.flat_map(|column| group.get_column_page_reader(column).expect("pages"));
            pages.map(|page| page.expect("a page").buffer().len()).max().unwrap_or_default()
        })
        .collect()
}

/// Some readers hold a page of every column.
#[test]
fn files_of_many_columns_have_small_pages_unless_told() {
    const LONG: usize = 400;
    const GROUP_ROWS: usize = 2_500;
    let names: Vec<String> = (0..400).map(|number| format!("column_{number}")).collect();
    let long = |row: usize| format!("{:0>LONG$x}", row.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let largest = |options: Options, columns: usize, late: usize| {
        let file = written(options.row_group_rows(GROUP_ROWS), |writer| {
            for row in 0..GROUP_ROWS * 2 {
                let text = long(row);
                // Few columns are long, so that the test is fast.
                let is_late = row >= GROUP_ROWS;
                let values = names.iter().take(if is_late { late } else { columns });
                let values = values.enumerate().filter(|(place, _)| *place < 3 || row % 100 == 0);
                writer
                    .write_row(values.map(|(_, name)| (name, Value::Text(&text))))
                    .expect("taken");
            }
        });
        assert_eq!(file.rows().len(), GROUP_ROWS * 2);
        largest_pages(&file.file)
    };
    // A page ends once it is full, with as much again from the last values at the most.
    let plain = GROUP_ROWS * (LONG + 4);
    for backend in BACKENDS {
        let options = Options::new().backend(backend).dictionary(false);
        assert!(largest(options.clone(), 50, 50).iter().all(|bytes| *bytes >= plain), "{backend}");
        let many = largest(options.clone(), 400, 400);
        assert!(many.iter().all(|bytes| *bytes <= (1 << 20) / 2), "{backend}: {many:?}");
        // Room for whole row groups.
        let options = options.memory_limit(256 << 20);
        let told = largest(options.page_bytes(1 << 20), 400, 400);
        assert!(told.iter().all(|bytes| *bytes >= plain), "{backend}: {told:?}");
    }
    let late = largest(Options::new().dictionary(false), 50, 400);
    assert!(late[0] >= plain && late[1] <= (1 << 20) / 2, "{late:?}");
}

fn batch() -> RecordBatch {
    let list = ListArray::from_iter_primitive::<Int64Type, _, _>([
        Some(vec![Some(1), None]),
        None,
        Some(vec![]),
    ]);
    let dictionary: DictionaryArray<Int32Type> = [Some("x"), None, Some("x")].into_iter().collect();
    let columns: [(&str, ArrayRef); 7] = [
        ("i64", Arc::new(Int64Array::from(vec![Some(1), None, Some(3)]))),
        ("i32", Arc::new(Int32Array::from(vec![Some(1), None, Some(3)]))),
        ("date", Arc::new(Date32Array::from(vec![Some(1), Some(2), None]))),
        (
            "view",
            Arc::new(StringViewArray::from(vec![
                Some("a"),
                None,
                Some("a text that is too long to be inlined"),
            ])),
        ),
        ("dictionary", Arc::new(dictionary)),
        ("list", Arc::new(list)),
        ("null", Arc::new(StringArray::from(vec![None::<&str>; 3]))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
        .expect("a batch")
}

/// Every type of Arrow's goes through the `arrow` backend.
#[test]
fn record_batches_keep_their_types() {
    let file = written(Options::new().backend(BackendKind::Arrow), |writer| {
        writer.write_record_batch(&batch()).expect("taken");
        writer.write_record_batch(&batch().slice(1, 2)).expect("taken");
    });
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(
        bytes::Bytes::from(file.file.clone()),
    );
    let read: Vec<RecordBatch> = reader
        .expect("a file")
        .build()
        .expect("a reader")
        .map(|batch| batch.expect("pages"))
        .collect();
    let read = arrow_select::concat::concat_batches(&read[0].schema(), &read).expect("one schema");
    assert_eq!(read.num_rows(), 5);
    assert!(read.column_by_name("null").is_none(), "null in every row");
    let whole = batch();
    for (column, array) in read.schema().fields().iter().zip(read.columns()) {
        let original = whole.column_by_name(column.name()).expect("the same columns");
        let ty = ColumnType::from_arrow(original.data_type()).to_arrow();
        let original = arrow_cast::cast(original, &ty).expect("its own type");
        assert_eq!(array.slice(0, 3).to_data(), original.to_data(), "{column}");
        assert_eq!(array.slice(3, 2).to_data(), original.slice(1, 2).to_data(), "{column}");
    }
}

#[test]
fn record_batches_and_rows_share_columns() {
    each(|options| {
        let file = written(options, |writer| {
            writer.write_row([("a", Value::F64(0.5)), ("b", Value::Text("x"))]).expect("taken");
            let columns: [(&str, ArrayRef); 3] = [
                ("a", Arc::new(Int32Array::from(vec![1, 2]))),
                ("b", Arc::new(Float64Array::from(vec![Some(1.5), None]))),
                ("B", Arc::new(StringArray::from(vec!["upper", "case"]))),
            ];
            let batch = RecordBatch::try_from_iter(columns).expect("a batch");
            writer.write_record_batch(&batch).expect("taken");
            writer.write_row([("a", Value::I64(3))]).expect("taken");
        });
        let expected = [
            row(&[("a", Value::F64(0.5)), ("b", Value::Text("x"))]),
            row(&[
                ("a", Value::F64(1.0)),
                ("b", Value::Text("1.5")),
                ("B__2", Value::Text("upper")),
            ]),
            row(&[("a", Value::F64(2.0)), ("B__2", Value::Text("case"))]),
            row(&[("a", Value::F64(3.0))]),
        ];
        assert_eq!(file.rows(), expected);
        assert_eq!(file.report.alterations.stored_as_text, 1);
    });
}

#[test]
fn writers_go_from_thread_to_thread() {
    fn is_send<T: Send>() {}
    is_send::<Writer>();
    is_send::<Block<'_>>();
}
