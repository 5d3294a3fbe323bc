//! Rows made to hurt: each must be written and come back, by every backend. Nothing here is timed; what
//! takes more than linear time shows by tests that don't end.

use crate::support::{Cell, Row, Written, options_of};
use bucksaw::{BackendKind, MemorySink, Options, Profile, Value};
use parquet::file::reader::{FileReader as _, SerializedFileReader};

fn each(test: impl Fn(Options)) {
    for backend in [BackendKind::Arrow, BackendKind::Direct] {
        test(options_of(backend));
    }
}

fn value(cell: &Cell) -> Value<'_> {
    match cell {
        Cell::Bool(value) => Value::Bool(*value),
        Cell::I32(value) => Value::I32(*value),
        Cell::I64(value) => Value::I64(*value),
        Cell::U64(value) => Value::U64(*value),
        Cell::F32(bits) => Value::F32(f32::from_bits(*bits)),
        Cell::F64(bits) => Value::F64(f64::from_bits(*bits)),
        Cell::Text(text) => Value::Text(text),
        Cell::Bytes(bytes) => Value::Bytes(bytes),
        Cell::Timestamp(value) => Value::Timestamp(*value),
        Cell::List(_) | Cell::Map(_) | Cell::Integer(_) => unreachable!("no row here has them"),
    }
}

fn row<N: Into<String>>(cells: impl IntoIterator<Item = (N, Cell)>) -> Row {
    cells.into_iter().map(|(name, cell)| (name.into(), cell)).collect()
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

fn write(options: Options, rows: &[Row]) -> Written {
    let sink = MemorySink::new();
    let mut writer = options.write_to(Box::new(sink.clone())).expect("sound options");
    let values: Vec<Vec<(&str, Value<'_>)>> = rows
        .iter()
        .map(|row| row.iter().map(|(name, cell)| (name.as_str(), value(cell))).collect())
        .collect();
    writer.write_slice(&values).expect("taken");
    let report = writer.finish().expect("a file");
    Written { report, file: sink.published().expect("published") }
}

/// Writes rows that come back as they are.
fn comes_back(options: Options, rows: &[Row]) -> Written {
    let written = write(options, rows);
    assert_eq!(written.report.rows, rows.len() as u64);
    let read = written.rows();
    assert_eq!(read.len(), rows.len());
    for (number, (read, row)) in read.iter().zip(rows).enumerate() {
        // Not the whole of both: some of them are large.
        assert!(read == row, "row {number} differs");
    }
    written
}

/// A bijection of 64 bits that leaves no order.
fn scrambled(number: usize) -> u64 {
    (number as u64)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .rotate_left(29)
        .wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

#[test]
fn values_that_are_all_distinct() {
    let distinct = |number: usize| {
        let bits = scrambled(number);
        row([
            ("bytes", Cell::Bytes(bits.to_le_bytes().to_vec())),
            ("f64", Cell::F64(bits & 0x7fef_ffff_ffff_ffff)),
            ("i64", Cell::I64(bits as i64)),
            ("text", text(format!("{bits:016x}"))),
            ("time", Cell::Timestamp(bits as i64 >> 8)),
        ])
    };
    let rows: Vec<Row> = (0..30_000).map(distinct).collect();
    each(|options| {
        comes_back(options, &rows);
    });
    for profile in [Profile::Portable, Profile::Modern] {
        let written = comes_back(Options::new().profile(profile), &rows);
        for column in &written.report.files[0].columns {
            let plain = match column.name.as_str() {
                "bytes" => 12,
                "text" => 20,
                _ => 8,
            } * 30_000;
            // No dictionary stays beside values that it only makes longer.
            let most = plain + plain / 50;
            assert!(column.encoded_bytes <= most, "{}: {}", column.name, column.encoded_bytes);
        }
    }
}

/// Texts of which all have the hash that they would have in Java: "Aa" and "BB" are the same there.
fn same_in_java(count: usize, blocks: usize) -> impl Iterator<Item = String> {
    (0..count).map(move |number| {
        (0..blocks).map(|block| if number >> block & 1 == 0 { "Aa" } else { "BB" }).collect()
    })
}

#[test]
fn values_that_collide_where_hashes_have_no_seed() {
    let java: Vec<String> = same_in_java(8_192, 13).collect();
    let collide = |number: usize| {
        let n = number as u64;
        // The halves of a text swapped, as a product does not tell them apart.
        let (low, high) = if number.is_multiple_of(2) { (n, !n) } else { (!(n - 1), n - 1) };
        let mut middle = *b"the same start, ........ the same end";
        middle[16..24].copy_from_slice(format!("{number:08}").as_bytes());
        row([
            // What differs in the highest bits only is lost to a product's low bits, and the reverse.
            ("high", Cell::I64((n << 48) as i64)),
            ("middle", text(String::from_utf8_lossy(&middle))),
            ("java", text(java[number].clone())),
            ("halves", Cell::Bytes([low.to_le_bytes(), high.to_le_bytes()].concat())),
            ("doubles", Cell::F64((number as f64).to_bits())),
            ("zeros", Cell::Bytes(vec![0; number % 1_024])),
            ("shifted", Cell::Timestamp(1_i64.wrapping_shl(number as u32) ^ (n as i64 >> 6))),
        ])
    };
    // Twice, so that a dictionary pays at first sight.
    let rows: Vec<Row> = (0..16_384).map(|number| collide(number % 8_192)).collect();
    each(|options| {
        comes_back(options, &rows);
    });
}

#[test]
fn names_that_collide_where_hashes_have_no_seed() {
    let names: Vec<String> = same_in_java(900, 10).collect();
    let rows: Vec<Row> = (0..20)
        .map(|number| row(names.iter().map(|name| (name.as_str(), Cell::I64(number)))))
        .collect();
    each(|options| {
        comes_back(options, &rows);
    });
}

/// Each is another column, since files may not tell them apart by case.
#[test]
fn names_that_differ_only_in_case() {
    let in_case = |number: usize| -> String {
        let letter = |(place, letter): (usize, char)| match number >> place & 1 {
            0 => letter,
            _ => letter.to_ascii_uppercase(),
        };
        "abcdefghij".chars().enumerate().map(letter).collect()
    };
    let names: Vec<String> = (0..900).map(in_case).collect();
    let rows: Vec<Row> = (0..3)
        .map(|number| row(names.iter().map(|name| (name.as_str(), Cell::I64(number)))))
        .collect();
    each(|options| {
        let written = write(options, &rows);
        assert_eq!((written.report.renamed.len(), written.report.rows), (899, 3));
        let mut lower: Vec<String> =
            written.names().iter().map(|name| name.to_ascii_lowercase()).collect();
        lower.sort_unstable();
        lower.dedup();
        assert_eq!(lower.len(), 900);
        for (number, row) in written.rows().iter().enumerate() {
            assert!(row.len() == 900 && row.values().all(|cell| *cell == Cell::I64(number as i64)));
        }
    });
}

#[test]
fn a_thousand_columns() {
    let of_column = |column: usize, number: usize| match column % 4 {
        0 => Cell::I64((column * number) as i64),
        1 => text(format!("{column} {}", number % 3)),
        2 => Cell::F64((number as f64 / column as f64).to_bits()),
        _ => Cell::Bool(number.is_multiple_of(2)),
    };
    let sparse = |number: usize| {
        let columns =
            (0..1_000).filter(|column| number == 0 || !(column + number).is_multiple_of(3));
        row(columns.map(|column| (format!("column_{column}"), of_column(column, number))))
    };
    let rows: Vec<Row> = (0..100).map(sparse).collect();
    each(|options| {
        let written = comes_back(options, &rows);
        assert_eq!(written.names().len(), 1_000);
    });
    let groups = Options::new().row_group_rows(7);
    assert_eq!(comes_back(groups, &rows).report.files[0].row_groups, 15);
}

#[test]
fn a_column_for_each_row() {
    let rows: Vec<Row> =
        (0..1_200).map(|number| row([(format!("c{number}"), Cell::I64(number))])).collect();
    let expected: Vec<Row> = (0..1_200)
        .map(|number| match number {
            0..1_000 => row([(format!("c{number}"), Cell::I64(number))]),
            _ => row([("_rest", text(format!("{{\"c{number}\":{number}}}")))]),
        })
        .collect();
    let check = |options: Options| {
        let written = write(options, &rows);
        assert_eq!(written.names().len(), 1_001);
        assert!(written.rows() == expected);
        assert_eq!(written.report.alterations.rest_values, 200);
    };
    each(check);
    // Each row group but the first brings late columns.
    check(Options::new().row_group_rows(100));
}

#[test]
fn a_row_of_5_000_values() {
    let wide = |_| row((0..5_000).map(|column| (format!("c{column:04}"), Cell::I64(column))));
    let rows: Vec<Row> = (0..3).map(wide).collect();
    each(|options| {
        let written = write(options, &rows);
        assert_eq!(written.names().len(), 1_001);
        assert_eq!(written.report.alterations.rest_values, 12_000);
        for row in written.rows() {
            let Cell::Text(rest) = &row["_rest"] else { panic!("no text") };
            let members: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(rest).expect("an object");
            assert_eq!((row.len(), members.len()), (1_001, 4_000));
            assert_eq!((&row["c0999"], &members["c4999"]), (&Cell::I64(999), &4_999.into()));
        }
    });
    each(|options| {
        // So many take more memory than the default.
        comes_back(options.max_columns(5_000).memory_limit(1 << 30), &rows);
    });
}

#[test]
fn values_of_a_mebibyte() {
    let long = |number: usize| format!("{number:04}").repeat(1 << 18);
    let rows: Vec<Row> = (0..24)
        .map(|number| {
            row([
                ("distinct", text(long(number))),
                ("few", Cell::Bytes(long(number % 2).into_bytes())),
                ("now_and_then", text(if number % 5 == 0 { long(7) } else { "short".to_owned() })),
                ("number", Cell::I64(number as i64)),
            ])
        })
        .collect();
    each(|options| {
        comes_back(options.clone(), &rows);
        comes_back(options.dictionary(false), &rows);
    });
    // A page takes about a mebibyte, or one value more.
    let file = comes_back(Options::new(), &rows).file;
    let reader = SerializedFileReader::new(bytes::Bytes::from(file)).expect("a file");
    let group = reader.get_row_group(0).expect("a row group");
    for column in 0..group.num_columns() {
        for page in group.get_column_page_reader(column).expect("a chunk") {
            let len = page.expect("a page").buffer().len();
            assert!(len < 5 << 19, "{len}");
        }
    }
}

#[test]
fn rows_without_values() {
    let nothing: Vec<Row> = vec![Row::new(); 50_000];
    each(|options| {
        assert_eq!(comes_back(options.clone(), &nothing).names(), ["_rest"]);
        assert_eq!(comes_back(options.clone(), &nothing[..1]).names(), ["_rest"]);
        assert_eq!(comes_back(options, &[]).names(), ["_rest"]);
    });
    let groups = comes_back(Options::new().row_group_rows(20_000), &nothing);
    assert_eq!(groups.report.files[0].row_groups, 3);
}

#[test]
fn one_row() {
    let rows = [row([
        ("bool", Cell::Bool(true)),
        ("bytes", Cell::Bytes(vec![0xff])),
        ("f64", Cell::F64(f64::NAN.to_bits())),
        ("i64", Cell::I64(i64::MIN)),
        ("text", text("")),
        ("time", Cell::Timestamp(i64::MAX)),
    ])];
    each(|options| {
        comes_back(options, &rows);
    });
}

#[test]
fn a_value_after_many_nulls() {
    let mut rows = vec![row([("always", Cell::Bool(true))]); 50_000];
    rows[49_999].insert("at_last".to_owned(), text("here"));
    rows[25_000].insert("once".to_owned(), Cell::F64(0.5_f64.to_bits()));
    comes_back(Options::new(), &rows);
    comes_back(Options::new().row_group_rows(9_999), &rows);
    comes_back(Options::new().backend(BackendKind::Arrow).chunk_rows(50_000), &rows);
}

#[test]
fn row_groups_of_one_row() {
    let rows: Vec<Row> = (0..400)
        .map(|number| {
            let mut row =
                row([("i64", Cell::I64(number)), ("text", text("x".repeat(number as usize)))]);
            if number % 3 == 0 {
                row.remove("text");
            }
            row
        })
        .collect();
    each(|options| {
        // The first batch of the arrow backend has to show all columns.
        let rows = &rows[1..];
        let written = comes_back(options.row_group_rows(1), rows);
        assert_eq!(written.report.files[0].row_groups, rows.len());
    });
    comes_back(Options::new().row_group_rows(1), &rows);
}

/// What a chunk takes for a dictionary's column turns into none at once, and back in the next.
#[test]
fn columns_that_change_their_minds() {
    let turn = |number: usize| {
        let is_calm = (number / 5_000).is_multiple_of(2);
        let n = if is_calm { number % 7 } else { number };
        row([
            ("f64", Cell::F64((n as f64 * 0.1).to_bits())),
            ("i64", Cell::I64(if is_calm { n as i64 } else { scrambled(n) as i64 })),
            (
                "text",
                text(if is_calm {
                    format!("{n}")
                } else {
                    format!("{:x}", scrambled(n)).repeat(4)
                }),
            ),
            (
                "time",
                Cell::Timestamp(
                    1_700_000_000_000_000 + number as i64 * if is_calm { 1 } else { -999 },
                ),
            ),
        ])
    };
    let rows: Vec<Row> = (0..40_000).map(turn).collect();
    each(|options| {
        comes_back(options.clone(), &rows);
        comes_back(options.clone().page_bytes(1_024).row_group_rows(12_345), &rows);
        comes_back(options.profile(Profile::Modern), &rows);
    });
}
