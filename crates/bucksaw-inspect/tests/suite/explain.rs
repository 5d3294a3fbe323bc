//! What `inspect` says of a file's encodings, held against the file that the writer made.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::*;
use bucksaw::{ErrorKind, Options, Profile, Value};
use bucksaw_inspect::{ChosenEncoding, DEFAULT_EXPLAINED_VALUES, Explanation, File};
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

const ROWS: usize = 12_000;

fn scattered(row: usize) -> u64 {
    (row as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// One column for each encoding that has reasons of its own; every seventh row has no value.
fn write(path: &Path, options: Options) {
    let mut writer = options.create(path).unwrap();
    for row in 0..ROWS {
        let few = ["INFO", "WARN", "ERROR"][row * 7 % 3];
        let (id, path) =
            (format!("{:x}", scattered(row)), format!("/a/long/path/that/all/share/{row}"));
        let values = [
            ("few", Value::Text(few)),
            ("id", Value::Text(&id)),
            ("path", Value::Text(&path)),
            ("counter", Value::I64(row as i64 * 3)),
            ("hash", Value::I64(scattered(row) as i64)),
            ("gauge", Value::F64(1e6 + row as f64)),
            ("bool", Value::Bool(row % 3 == 0)),
        ];
        writer.write_row(values.into_iter().filter(|_| row % 7 > 0)).unwrap();
    }
    writer.finish().unwrap();
}

fn explained(path: &Path) -> Explanation {
    File::open(path).unwrap().explain().unwrap()
}

/// The only choice for a column.
fn choice<'e>(explanation: &'e Explanation, column: &str) -> &'e ChosenEncoding {
    let found = explanation.columns.iter().find(|found| found.name == column).unwrap();
    let [choice] = &found.choices[..] else { unreachable!("{column} has several") };
    choice
}

#[test]
fn the_rules_are_those_that_the_writer_followed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    for (profile, expected) in [
        (
            Profile::Portable,
            ["RLE_DICTIONARY", "PLAIN", "PLAIN", "PLAIN", "PLAIN", "PLAIN", "PLAIN"],
        ),
        (
            Profile::Modern,
            [
                "RLE_DICTIONARY",
                "DELTA_LENGTH_BYTE_ARRAY",
                "DELTA_BYTE_ARRAY",
                "DELTA_BINARY_PACKED",
                "PLAIN",
                "BYTE_STREAM_SPLIT",
                "PLAIN",
            ],
        ),
    ] {
        write(&path, Options::new().profile(profile).row_group_rows(5_000).overwrite(true));
        let explanation = explained(&path);
        for (column, expected) in explanation.columns.iter().zip(expected) {
            let choice = choice(&explanation, &column.name);
            assert_eq!(choice.encodings, [expected], "{}", column.name);
            let rules = &choice.rules;
            let rule = if profile == Profile::Modern { &rules.modern } else { &rules.portable };
            assert_eq!(rule, expected, "{}", column.name);
            assert_eq!((choice.first_row_group, choice.last_row_group), (0, 2));
            assert_eq!(choice.values + choice.nulls, ROWS as u64);
            assert_eq!(choice.nulls, ROWS.div_ceil(7) as u64);
            assert!(!choice.is_sample);
        }
    }
}

/// What a writer that is told to makes of the same values has the bytes that were foretold.
#[test]
fn the_bytes_are_those_that_the_writer_makes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    for options in [
        Options::new(),
        Options::new().dictionary(false),
        Options::new().profile(Profile::Modern),
        Options::new().profile(Profile::Modern).dictionary(false),
    ] {
        write(&path, options.overwrite(true));
        let explanation = explained(&path);
        for column in &explanation.columns {
            let choice = choice(&explanation, &column.name);
            let foretold = choice
                .alternatives
                .iter()
                .find(|known| choice.encodings == [known.encoding.as_str()])
                .unwrap_or_else(|| unreachable!("{}", column.name));
            // Levels take a bit a row, and headers some bytes.
            let made = choice.sizes.encoded_bytes as f64 - (ROWS / 8) as f64;
            let part = foretold.bytes as f64 / made;
            assert!((0.9..1.02).contains(&part), "{} {}: {part}", column.name, foretold.encoding);
        }
    }
}

#[test]
fn different_values_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    write(&path, Options::new());
    let explanation = explained(&path);
    assert_eq!(choice(&explanation, "few").distinct, 3);
    assert_eq!(choice(&explanation, "id").distinct, (ROWS - ROWS.div_ceil(7)) as u64);
    let [plain, split] = choice(&explanation, "gauge").entropy.unwrap();
    assert!(split < plain, "{split} {plain}");
}

/// Row groups that were encoded otherwise are told apart; those without values interrupt nothing.
#[test]
fn row_groups_that_differ_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let mut writer = Options::new().row_group_rows(3_000).create(&path).unwrap();
    for row in 0..15_000 {
        let (group, id) = (row / 3_000, format!("{:x}", scattered(row)));
        let text = match group {
            0 | 2 => Some("same"),
            1 => None,
            _ => Some(id.as_str()),
        };
        let values = [("row", Some(Value::I64(1))), ("text", text.map(Value::Text))];
        writer
            .write_row(values.into_iter().filter_map(|(name, value)| Some((name, value?))))
            .unwrap();
    }
    writer.finish().unwrap();
    let explanation = explained(&path);
    let choices: Vec<_> = explanation.columns[1]
        .choices
        .iter()
        .map(|choice| {
            let groups = (choice.first_row_group, choice.last_row_group);
            (groups, choice.encodings.join(" "), choice.values, choice.distinct)
        })
        .collect();
    assert_eq!(
        choices,
        [
            ((0, 2), "RLE_DICTIONARY".to_owned(), 6_000, 1),
            ((3, 4), "PLAIN".to_owned(), 6_000, 3_000)
        ]
    );
}

#[test]
fn of_large_chunks_the_first_values_are_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let count = DEFAULT_EXPLAINED_VALUES + 50_000;
    let numbers: ArrayRef =
        Arc::new(Int64Array::from_iter_values((0..count).map(|row| row as i64 % 5)));
    let long: ArrayRef = Arc::new(StringArray::from_iter(
        (0..count).map(|row| (row % 8 == 0).then(|| "x".repeat(1_000))),
    ));
    let late: ArrayRef =
        Arc::new(Int64Array::from_iter((0..count).map(|row| (row + 1 == count).then_some(1))));
    let mut writer = Options::new().create(&path).unwrap();
    let columns = [("n", numbers), ("long", long), ("late", late)];
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
            .unwrap();
    writer.write_record_batch(&batch).unwrap();
    writer.finish().unwrap();
    let explanation = explained(&path);
    let (numbers, long) = (choice(&explanation, "n"), choice(&explanation, "long"));
    assert!(numbers.is_sample && long.is_sample);
    assert!((DEFAULT_EXPLAINED_VALUES as u64..count as u64).contains(&numbers.values));
    assert!((4_000..4_500).contains(&long.values), "{}", long.values);
    let late = choice(&explanation, "late");
    assert!(late.is_sample && late.values == 0 && late.nulls < count as u64);
}

/// Types that Bucksaw does not write itself, and lists.
#[test]
fn any_parquet_file_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>(
        (0..900).map(|row| (row % 3 > 0).then(|| (0..row % 5).map(Some))),
    );
    let fixed = FixedSizeBinaryArray::try_from_iter((0..900_u32).map(u32::to_le_bytes)).unwrap();
    let columns: [(&str, ArrayRef); 4] = [
        ("list", Arc::new(list)),
        ("fixed", Arc::new(fixed)),
        ("float", Arc::new(Float32Array::from_iter_values((0..900).map(|row| row as f32)))),
        ("int", Arc::new(Int32Array::from_iter_values(0..900))),
    ];
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
            .unwrap();
    let mut writer =
        ArrowWriter::try_new(fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let explanation = explained(&path);
    let list = choice(&explanation, "list.list.item");
    // 600 lists of 0 to 4 numbers.
    assert_eq!((list.values, list.nulls, list.distinct), (1_200, 420, 4));
    let plain = |column: &str| choice(&explanation, column).alternatives[0].bytes;
    assert_eq!(["fixed", "float", "int"].map(plain), [3_600, 3_600, 3_600]);
    assert_eq!(choice(&explanation, "int").rules.modern, "DELTA_BINARY_PACKED");
}

fn footer(file: &[u8]) -> ParquetMetaData {
    let mut reader = ParquetMetaDataReader::new();
    reader.try_parse(&bytes::Bytes::copy_from_slice(file)).unwrap();
    reader.finish().unwrap()
}

/// Whatever is wrong with pages is an error, and no panic.
#[test]
fn damaged_pages_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    write(&path, Options::new().profile(Profile::Modern));
    let whole = fs::read(&path).unwrap();
    let footer = footer(&whole);
    let chunks: Vec<usize> =
        footer.row_group(0).columns().iter().map(|chunk| chunk.byte_range().0 as usize).collect();
    let data = footer.row_group(0).compressed_size() as usize;
    let explain_damaged = |place: usize| {
        let mut damaged = whole.clone();
        damaged[place..place + 8].iter_mut().for_each(|byte| *byte ^= 0x5a);
        fs::write(&path, &damaged).unwrap();
        File::open(&path).unwrap().explain()
    };
    for header in chunks {
        let error = explain_damaged(header).expect_err("a header that is none");
        assert_eq!(error.kind(), ErrorKind::InvalidParquet, "{error}");
        assert!(error.to_string().contains("a.parquet"), "{error}");
    }
    // Elsewhere, damage may be no more than another value.
    for place in (4..data).step_by(data / 30) {
        if let Err(error) = explain_damaged(place) {
            assert_eq!(error.kind(), ErrorKind::InvalidParquet, "{error}");
        }
    }
}
