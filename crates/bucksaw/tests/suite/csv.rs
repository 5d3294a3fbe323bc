//! CSV and TSV as they come: what is taken, of what types, and what is rejected where.

use bucksaw::{
    ColumnType, CsvHeader, CsvOptions, DeclaredSchema, ErrorKind, Format, Input, InputOptions,
    MemorySink, NdjsonOptions, OnError, Options, Redaction, Spelling, Value,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::inputs::{Converted, convert_always_alike, convert_source};
use crate::support::{Cell, Row, alterations, read, row};

fn csv() -> InputOptions {
    InputOptions::new().format(Format::Csv)
}

fn with(options: CsvOptions) -> InputOptions {
    csv().csv(options)
}

fn converted(text: &str) -> Converted {
    convert_source(text.as_bytes(), usize::MAX, &csv(), Options::new()).expect("kept")
}

fn rows(text: &str) -> Vec<Row> {
    converted(text).rows()
}

#[test]
fn types_are_what_canonical_spellings_say() {
    let text = "int,double,bool,zip,plus,mixed,time,big\n\
        1,0.5,true,007,+5,1,2026-11-28T07:05:09Z,9223372036854775808\n\
        -2,1.50,false,08,-1,x,2026-11-28 07:05:09.25+02:00,1\n\
        0,3,true,1,7,,2026-11-28T07:05:09Z,2\n";
    let converted = converted(text);
    let at = |value: &str| Value::Timestamp(bucksaw_micros(value));
    let expected = [
        row(&[
            ("int", Value::I64(1)),
            ("double", Value::F64(0.5)),
            ("bool", Value::Bool(true)),
            ("zip", Value::Text("007")),
            ("plus", Value::Text("+5")),
            ("mixed", Value::Text("1")),
            ("time", at("2026-11-28T07:05:09Z")),
        ]),
        row(&[
            ("int", Value::I64(-2)),
            ("double", Value::F64(1.5)),
            ("bool", Value::Bool(false)),
            ("zip", Value::Text("08")),
            ("plus", Value::Text("-1")),
            ("mixed", Value::Text("x")),
            ("time", at("2026-11-28T05:05:09.25Z")),
        ]),
        row(&[
            ("int", Value::I64(0)),
            ("double", Value::F64(3.0)),
            ("bool", Value::Bool(true)),
            ("zip", Value::Text("1")),
            ("plus", Value::Text("7")),
            ("time", at("2026-11-28T07:05:09Z")),
        ]),
    ];
    let mut rows = converted.rows();
    let big: Vec<_> = rows.iter_mut().map(|row| row.remove("big")).collect();
    assert_eq!(rows, expected);
    assert_eq!(big, [9_223_372_036_854_775_808, 1, 2].map(|n| Some(Cell::Integer(n))));
    // Text that a column of text holds is no other value as text.
    let counted = alterations!(parsed_texts: 3, other_offsets: 1, widened: 1);
    assert_eq!(converted.alterations, counted);
}

fn bucksaw_micros(text: &str) -> i64 {
    jiff::Timestamp::as_microsecond(text.parse().expect("a time"))
}

/// Values beyond the settling window: a settled column takes what it holds, and the rest is beside it.
#[test]
fn what_a_settled_column_does_not_hold_is_text_beside_it() {
    let many = "1,a,0.5\n".repeat(20_000);
    let text = format!("n,t,d\n{many}007,5,1\n0.5,true,1e400\n-,0.5,x\n");
    let converted = converted(&text);
    let rows = converted.rows();
    let last = [
        row(&[("n__text", Value::Text("007")), ("t", Value::Text("5")), ("d", Value::F64(1.0))]),
        row(&[
            ("n__text", Value::Text("0.5")),
            ("t", Value::Text("true")),
            ("d__text", Value::Text("1e400")),
        ]),
        row(&[
            ("n__text", Value::Text("-")),
            ("t", Value::Text("0.5")),
            ("d__text", Value::Text("x")),
        ]),
    ];
    assert_eq!(rows[20_000..], last);
    let first = row(&[("n", Value::I64(1)), ("t", Value::Text("a")), ("d", Value::F64(0.5))]);
    assert!(rows[..20_000].iter().all(|row| *row == first));
    let counted = alterations!(conflicts: 4, oversized_numbers: 1, widened: 1);
    assert_eq!(converted.alterations, counted);
}

#[test]
fn line_ends_quotes_and_a_byte_order_mark_are_no_matter() {
    let text = "\u{feff}\"a\",b\r\n1,\"x, \"\"y\"\"\r\nz\"\r\n\r\n\n\"2\",5\" disk\n3,\"\"\r\n4,é";
    for step in [1, 2, 7, 1_000] {
        let converted =
            convert_source(text.as_bytes(), step, &csv(), Options::new()).expect("kept");
        let expected = [
            row(&[("a", Value::I64(1)), ("b", Value::Text("x, \"y\"\r\nz"))]),
            row(&[("a", Value::I64(2)), ("b", Value::Text("5\" disk"))]),
            row(&[("a", Value::I64(3))]),
            row(&[("a", Value::I64(4)), ("b", Value::Text("é"))]),
        ];
        assert_eq!(converted.rows(), expected);
        let counts = converted.counts;
        assert_eq!((counts.records, counts.rows, counts.rejected, counts.blank), (4, 4, 0, 2));
        assert_eq!(counts.bytes, text.len() as u64);
    }
}

#[test]
fn what_is_no_row_is_rejected_with_where_and_the_next_line_goes_on() {
    let text = b"a,b\n1\n1,2,3\n\"x\"y,2\n\"open,2\n5,6\n\xff,1\n\"m\nn\",7\n8,\"9\n";
    let converted = convert_source(text, usize::MAX, &csv(), Options::new()).expect("kept");
    let expected = [
        (2, 2, "the row has 1 field, and there are 2 columns"),
        (3, 5, "the row has 3 fields, and there are 2 columns"),
        (
            4,
            4,
            "a quoted field has text behind its closing quote (a quote within one is doubled: \"\")",
        ),
        (
            5,
            1,
            "a quoted field has text behind its closing quote (a quote within one is doubled: \"\")",
        ),
        (7, 1, "the bytes are not UTF-8"),
        (10, 3, "a quoted field has no closing quote"),
    ];
    assert_eq!(converted.rejected(), expected);
    assert_eq!(converted.kept.bytes, b"1\n1,2,3\n\"x\"y,2\n\"open,2\n\xff,1\n8,\"9\n");
    let bytes: Vec<u64> = converted.kept.rejections.iter().map(|known| known.byte).collect();
    assert_eq!(bytes, [5, 10, 15, 19, 31, 45]);
    let expected = [
        row(&[("a", Value::Text("5")), ("b", Value::I64(6))]),
        row(&[("a", Value::Text("m\nn")), ("b", Value::I64(7))]),
    ];
    assert_eq!(converted.rows(), expected);
}

#[test]
fn an_empty_source_and_a_header_alone_have_no_rows() {
    for (text, bytes) in [("", 0), ("a,b", 3), ("a,b\n", 4), ("\u{feff}", 3), ("\n\r\n", 3)] {
        let converted = converted(text);
        assert_eq!((converted.rows().len(), converted.counts.bytes), (0, bytes), "{text:?}");
        assert_eq!(converted.counts.records, 0);
    }
}

#[test]
fn names_come_from_the_header_or_the_options() {
    let text = "a.b,,a b,a.b\n1,2,3,4\n";
    let row = &rows(text)[0];
    let names: Vec<&str> = row.keys().map(String::as_str).collect();
    assert_eq!(names, ["_empty", "a_b", "a_b__2", "a_b__2__2"]);
    let named = |header| {
        let read_as = with(CsvOptions::new().header(header));
        convert_source(b"1,x\n\n2,y\n", usize::MAX, &read_as, Options::new()).expect("kept").rows()
    };
    let expected = |a, b| {
        [(1, "x"), (2, "y")].map(|(n, t)| self::row(&[(a, Value::I64(n)), (b, Value::Text(t))]))
    };
    assert_eq!(named(CsvHeader::None), expected("column1", "column2"));
    let names = CsvHeader::Names(vec!["n".to_owned(), "t".to_owned()]);
    assert_eq!(named(names), expected("n", "t"));
}

#[test]
fn a_header_that_names_nothing_is_an_error() {
    for (text, told) in [
        (&b"a,\xff\n1,2\n"[..], "the header row is not UTF-8"),
        (b"a,\"b\n1,2\n", "a quoted name in the header row has no end"),
        (b"a,b\r1,2\r", "make newlines of them"),
        (b"PAR1\0\0", "this is a Parquet file, not CSV"),
    ] {
        let error = convert_source(text, usize::MAX, &csv(), Options::new()).expect_err(told);
        assert_eq!(error.kind(), ErrorKind::InputFormat);
        assert!(error.to_string().contains(told), "{error}");
    }
    let options = CsvOptions::new().delimiter(b'"').header(CsvHeader::Names(Vec::new()));
    let error = with(options).validate().expect_err("unsound");
    assert_eq!(error.message().lines().count(), 2, "{error}");
}

/// Columns of such names have their values in `_rest`, each with its name: a chunk has no more rows than memory holds of that.
#[test]
fn long_names_make_chunks_of_fewer_rows() {
    let names: Vec<String> = (0..16).map(|n| format!("{n}{}", "x".repeat(20_000))).collect();
    let text =
        format!("{}\n{}", names.join(","), "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16\n".repeat(100));
    let rows = rows(&text);
    assert_eq!(rows.len(), 100);
    assert!(rows.iter().all(|row| row == &rows[0]));
}

#[test]
fn nulls_are_what_options_say() {
    let text = b"a,b\n\\N,x\n\"\\N\",\n1,\\N\n";
    let read_as = with(CsvOptions::new().nulls(["\\N"]));
    let converted = convert_source(text, usize::MAX, &read_as, Options::new()).expect("kept");
    let expected = [
        row(&[("b", Value::Text("x"))]),
        row(&[("b", Value::Text(""))]),
        row(&[("a", Value::I64(1))]),
    ];
    assert_eq!(converted.rows(), expected);
}

#[test]
fn declared_columns_read_every_exact_spelling() {
    let ty = |ty: &str| ty.parse::<ColumnType>().expect("a type");
    let schema = DeclaredSchema::new()
        .column("n", ty("int64"))
        .column("d", ty("decimal(20,0)"))
        .column("t", ty("text"))
        .column("j", ty("json"))
        .column("l", ty("list<int64>"));
    let options = Options::new()
        .schema(schema)
        .time("at", Spelling::EpochSeconds)
        .time("when", "%Y%m%d%H%M%S %z".parse().expect("a format"));
    let text = b"n,d,t,j,l,at,when\n\
        007,1.50e2,5,\"{\"\"a\"\":1}\",\"[1,2]\",1.5,20261128070509 +0000\n\
        1,2,true,x,,2,\n";
    let converted = convert_source(text, usize::MAX, &csv(), options).expect("kept");
    let list = Cell::List(vec![Some(Cell::I64(1)), Some(Cell::I64(2))]);
    let rows = converted.rows();
    assert_eq!(rows[0]["n"], Cell::I64(7));
    assert_eq!(rows[0]["d"], Cell::Integer(150));
    assert_eq!(rows[0]["t"], Cell::Text("5".to_owned()));
    assert_eq!(rows[0]["j"], Cell::Text("{\"a\":1}".to_owned()));
    assert_eq!(rows[0]["l"], list);
    assert_eq!(rows[0]["at"], Cell::Timestamp(1_500_000));
    assert_eq!(rows[0]["when"], Cell::Timestamp(1_795_849_509_000_000));
    assert_eq!((&rows[1]["n"], &rows[1]["d"]), (&Cell::I64(1), &Cell::Integer(2)));
    assert_eq!(rows[1]["j"], Cell::Text("\"x\"".to_owned()));
    assert!(rows.iter().all(|row| !row.keys().any(|name| name.ends_with("__text"))));
}

#[test]
fn sources_of_other_headers_share_columns_by_name() {
    let sink = MemorySink::new();
    let mut writer = Options::new().write_to(Box::new(sink.clone())).expect("sound options");
    for text in ["a,b\n1,x\n", "b,c\ny,0.5\n", "a\n2\n"] {
        let mut input = Input::open("input", text.as_bytes(), &csv(), OnError::Fail).expect("read");
        writer.write_input(&mut input).expect("rows");
    }
    writer.finish().expect("a file");
    let expected = [
        row(&[("a", Value::I64(1)), ("b", Value::Text("x"))]),
        row(&[("b", Value::Text("y")), ("c", Value::F64(0.5))]),
        row(&[("a", Value::I64(2))]),
    ];
    assert_eq!(read(&sink.published().expect("published")).1, expected);
}

#[test]
fn redacted_values_are_in_no_row_and_no_reason() {
    let options = Options::new().redact("secret", Redaction::mask());
    let converted =
        convert_source(b"id,secret\n1,42\n2,x,y\n3,\n", usize::MAX, &csv(), options).expect("kept");
    let expected = [
        row(&[("id", Value::I64(1)), ("secret", Value::Text("***"))]),
        row(&[("id", Value::I64(3))]),
    ];
    assert_eq!(converted.rows(), expected);
    assert_eq!((&*converted.kept.bytes, converted.counts.withheld), (&b"\n"[..], 1));
}

#[test]
fn strict_rows_that_are_refused_leave_no_column_behind() {
    let schema = DeclaredSchema::new().column("n", ColumnType::Int64);
    let options = Options::new().schema(schema).strict(true);
    let converted =
        convert_source(b"x,n\n1,y\n,2\n3,4\nz,5\n", usize::MAX, &csv(), options).expect("kept");
    let expected =
        [row(&[("n", Value::I64(2))]), row(&[("n", Value::I64(4)), ("x", Value::I64(3))])];
    assert_eq!(converted.rows(), expected);
    assert_eq!(converted.kept.bytes, b"1,y\nz,5\n");
}

/// Megabytes with everything that records may be, and among them some that are none.
fn varied() -> (String, usize) {
    let (mut text, mut rows) = ("id,text,n\n".to_owned(), 0);
    for number in 0..40_000 {
        match number {
            9_000 => text.push_str("9,\"stray,1\n"),
            12_000 => text.push_str("ragged\n"),
            20_000 => {
                text.push_str(&format!("{number},\"{}\",2\n", "long \"\"line\"\"\n".repeat(60_000)))
            }
            _ if number % 7 == 0 => {
                text.push_str(&format!("{number},\"a\nb, \"\"{number}\"\"\",\n"))
            }
            _ => text.push_str(&format!(
                "{number},text {number} that has some length,{}\n",
                number % 97
            )),
        }
        rows += usize::from(!matches!(number, 9_000 | 12_000 | 20_000));
    }
    (text, rows)
}

#[test]
fn any_number_of_threads_writes_the_same_file() {
    let (text, rows) = varied();
    let read_as = csv().ndjson(NdjsonOptions::new().max_line_bytes(600_000));
    let options = Options::new().memory_limit(16 << 20);
    let converted = convert_always_alike(text.as_bytes(), &read_as, &options);
    let found = converted.rows();
    let ids: Vec<i64> = found
        .iter()
        .filter_map(|row| match row.get("id") {
            Some(Cell::I64(id)) => Some(*id),
            _ => None,
        })
        .collect();
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(ids.len(), rows);
    let reasons: Vec<&str> = converted.rejected().iter().map(|(.., reason)| *reason).collect();
    assert!(reasons[0].contains("closing quote") && reasons[1].contains("1 field"), "{reasons:?}");
    // The record that is too long is rejected with its first line, and each of its other lines has no columns.
    assert!(reasons[2].contains("no closing quote"), "{}", reasons[2]);
    assert_eq!(reasons.len(), 3 + 60_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever a table's cells are, each is found again, in the column's type or beside it.
    #[test]
    fn every_cell_is_found_again(
        table in vec([cell(), cell(), cell()], 0..30),
        always_quoted in any::<bool>(),
    ) {
        let mut text = "a,b,c\n".to_owned();
        for cells in &table {
            let fields: Vec<_> = cells.iter().map(|cell| {
                let needs_quotes = always_quoted || cell.contains([',', '"', '\n', '\r']);
                if needs_quotes { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.clone() }
            }).collect();
            text.push_str(&fields.join(","));
            text.push('\n');
        }
        let converted = converted(&text);
        prop_assert_eq!(converted.counts.rows, table.len() as u64);
        for (row, cells) in converted.rows().iter().zip(&table) {
            for (name, cell) in ["a", "b", "c"].into_iter().zip(cells) {
                let found = row.get(name).or_else(|| row.get(&format!("{name}__text")));
                let is_same = match found {
                    None => cell.is_empty(),
                    Some(Cell::Text(text)) => text == cell,
                    Some(Cell::I64(value)) => value.to_string() == *cell,
                    Some(Cell::Bool(value)) => value.to_string() == *cell,
                    Some(Cell::F64(bits)) => cell.parse::<f64>().is_ok_and(|value| value.to_bits() == *bits),
                    Some(other) => unreachable!("{other:?}"),
                };
                prop_assert!(is_same, "{cell:?} is {found:?}");
            }
        }
    }
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (-1_000_i64..1_000).prop_map(|number| number.to_string()),
        2 => "-?[0-9]{1,3}\\.[0-9]{1,3}",
        1 => "(true|false|0[0-9]|\\+1|)",
        2 => "[a, \"\né]{0,5}",
    ]
}

/// As Excel writes and reads it.
#[test]
fn a_first_line_may_say_the_delimiter_and_is_no_header() {
    let semicolon = with(CsvOptions::new().delimiter(b';'));
    let expected = [row(&[("a", Value::I64(1)), ("b", Value::Text("x"))])];
    for text in ["sep=;\na;b\n1;x\n", "\u{feff}Sep=;\r\n\r\na;b\r\n1;x\r\n"] {
        let converted = convert_always_alike(text.as_bytes(), &semicolon, &Options::new());
        assert_eq!(converted.rows(), expected, "{text:?}");
        let error =
            convert_source(text.as_bytes(), 7, &csv(), Options::new()).expect_err("a comma");
        assert_eq!(error.kind(), ErrorKind::InputFormat);
        assert!(error.to_string().contains("--csv-delimiter ';'"), "{error}");
    }
    let none = with(CsvOptions::new().delimiter(b';').header(CsvHeader::None));
    let unnamed = [row(&[("column1", Value::I64(1)), ("column2", Value::Text("x"))])];
    let converted = convert_always_alike(b"sep=;\n1;x\n", &none, &Options::new());
    assert_eq!(converted.rows(), unnamed);
    // These are names.
    assert_eq!(converted_names("sep=ab\n1\n"), ["sep_ab"]);
}

fn converted_names(text: &str) -> Vec<String> {
    rows(text)[0].keys().cloned().collect()
}
