//! Conditions with values read as the types of columns do, beside a comparison of the rows as they are printed.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::cmp::Ordering;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow_array::types::Int64Type;
use arrow_array::*;
use bucksaw_inspect::{File, Filter, Fit, Json};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

const INTEGERS: [i64; 8] = [i64::MIN, -1, 0, 7, 1 << 53, (1 << 53) + 1, i64::MAX - 1, i64::MAX];
const FLOATS: [f64; 8] = [f64::NEG_INFINITY, -2.5, 0.0, 0.1, 1.5, 1e300, f64::INFINITY, f64::NAN];
/// 10000-01-01, in seconds.
const BEYOND: i64 = 253_402_300_800;

/// Eight rows of columns of all kinds.
fn columns() -> RecordBatch {
    let micros =
        [0, 1, -1, 1_577_836_800, 1_577_836_801, BEYOND, BEYOND + 1].map(|s| s * 1_000_000);
    // Beyond the calendar, the number stands.
    let moments: Vec<i64> = micros.into_iter().chain([i64::MAX]).collect();
    let decimals = INTEGERS.map(|value| i128::from(value) * 10 + 5);
    let lists = INTEGERS.map(|value| Some(vec![Some(value)]));
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("i", Arc::new(Int64Array::from(INTEGERS.to_vec()))),
        ("u", Arc::new(UInt64Array::from(INTEGERS.map(i64::cast_unsigned).to_vec()))),
        (
            "d",
            Arc::new(
                Decimal128Array::from(decimals.to_vec()).with_precision_and_scale(25, 1).unwrap(),
            ),
        ),
        ("double", Arc::new(Float64Array::from(FLOATS.to_vec()))),
        ("single", Arc::new(Float32Array::from(FLOATS.map(|value| value as f32).to_vec()))),
        ("t", Arc::new(TimestampMicrosecondArray::from(moments).with_timezone("UTC"))),
        ("day", Arc::new(Date32Array::from(vec![0, 1, -1, 2, 3, 4, 5, 2_932_897]))),
        (
            "hour",
            Arc::new(Time64MicrosecondArray::from(
                (0..8).map(|h| h * 3_600_500_000).collect::<Vec<_>>(),
            )),
        ),
        ("bool", Arc::new(BooleanArray::from([true, false].repeat(4)))),
        ("text", Arc::new(StringArray::from(vec!["7", "07", "x", "NaN", "", "true", "1.5", "é"]))),
        ("list", Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(lists))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, a)| (n, a, true)))
        .unwrap()
}

fn write(path: &Path, statistics: EnabledStatistics) {
    let batch = columns();
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(2))
        .set_statistics_enabled(statistics)
        .build();
    let file = fs::File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// The rows that a condition is true of, or what is told.
fn rows(file: &File, condition: &str) -> Result<Vec<usize>, String> {
    let rebuild = file.rebuild().unwrap();
    let (filter, fits) = condition.parse::<Filter>().expect(condition).typed(&rebuild);
    for fit in fits {
        if let Fit::Misfit(error) = fit {
            return Err(error.to_string());
        }
    }
    let rows = file.rows_of(&rebuild.columns_of(file, filter.columns()), u64::MAX);
    let kept = rows.map(|row| filter.keeps(&rebuild.view(&row.unwrap(), filter.columns())));
    Ok(kept.enumerate().filter(|(_, kept)| *kept).map(|(row, _)| row).collect())
}

/// A file with statistics, and one without.
fn both(directory: &Path) -> [File; 2] {
    [EnabledStatistics::Page, EnabledStatistics::None].map(|statistics| {
        let path = directory.join(format!("{statistics:?}.parquet"));
        write(&path, statistics);
        File::open(&path).unwrap()
    })
}

/// Thousandths, of numbers of no more digits than that.
fn thousandths(text: &str) -> i128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<3}").parse().unwrap()
}

/// How a value that is printed compares with a literal.
fn expected(value: &Json, literal: &str) -> Option<Ordering> {
    match value {
        Json::Float(value) => match literal.parse::<f32>().unwrap() {
            literal if literal.is_nan() => value.is_nan().then_some(Ordering::Equal),
            literal => value.partial_cmp(&literal),
        },
        Json::Double(value) => match literal.parse::<f64>().unwrap() {
            literal if literal.is_nan() => value.is_nan().then_some(Ordering::Equal),
            literal => value.partial_cmp(&literal),
        },
        Json::Text(text) => Some(thousandths(text).cmp(&thousandths(literal))),
        other => Some(thousandths(&other.to_string()).cmp(&thousandths(literal))),
    }
}

const FINITE: [&str; 17] = [
    "-9223372036854775808",
    "-9223372036854775808.001",
    "-2.5",
    "-0.001",
    "0",
    "0.1",
    "0.5",
    "1.5",
    "7",
    "7.000",
    "9007199254740992",
    "9007199254740992.5",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775807.001",
    "18446744073709551615",
    "18446744073709551616",
];

#[test]
fn conditions_on_numbers_are_true_of_the_rows_that_are_printed_so() {
    let directory = tempfile::tempdir().unwrap();
    let files = both(directory.path());
    for column in ["i", "u", "d", "single", "double"] {
        let printed = files[0].rows_of(&[column.to_owned()], u64::MAX);
        let printed: Vec<Json> =
            printed.map(|row| row.unwrap().get(column).unwrap().clone()).collect();
        let is_of_floats = ["single", "double"].contains(&column);
        let special = ["NaN", "Infinity", "-Infinity"].into_iter().filter(|_| is_of_floats);
        for literal in FINITE.into_iter().chain(special) {
            for (sign, holds) in [
                ("=", &(|order| order == Some(Ordering::Equal)) as &dyn Fn(_) -> bool),
                ("!=", &|order| order != Some(Ordering::Equal)),
                ("<", &|order| order == Some(Ordering::Less)),
                ("<=", &|order| matches!(order, Some(Ordering::Less | Ordering::Equal))),
                (">", &|order| order == Some(Ordering::Greater)),
                (">=", &|order| matches!(order, Some(Ordering::Greater | Ordering::Equal))),
            ] {
                let condition = format!("{column} {sign} {literal}");
                let values = printed.iter().enumerate();
                let kept = values.filter(|(_, value)| holds(expected(value, literal)));
                let kept: Vec<usize> = kept.map(|(row, _)| row).collect();
                for file in &files {
                    assert_eq!(rows(file, &condition), Ok(kept.clone()), "{condition}");
                    let quoted = format!("{column} {sign} '{literal}'");
                    match rows(file, &quoted) {
                        Ok(found) => assert_eq!(found, kept, "{quoted}"),
                        Err(told) => {
                            assert!("iu".contains(column) && literal.contains('.'), "{told}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn conditions_on_times_bools_and_texts_are_true_of_what_is_meant() {
    let directory = tempfile::tempdir().unwrap();
    for file in both(directory.path()) {
        for (condition, expected) in [
            ("t > '2020-01-01T00:00:00Z'", &[4, 5, 6, 7][..]),
            ("t >= '+10000-01-01T01:00:00+01:00'", &[5, 6, 7]),
            ("t = '+10000-01-01T00:00:01Z'", &[6]),
            ("t <= '1970-01-01'", &[0, 2]),
            ("day < '1970-01-01' or day >= '+10000-01-01'", &[2, 7]),
            ("hour = '01:00:00.500' or hour > '07:00'", &[1, 7]),
            ("bool = 'true' and bool = true and bool != false", &[0, 2, 4, 6]),
            ("text = 7", &[0, 1]),
            ("text = '7'", &[0]),
            ("text = true or text = NaN or text > 'y'", &[3, 5, 7]),
            ("single = 1e39 or double = 1e400 or single > 1e39", &[5, 6]),
            ("double like 'NaN' or list like '[7]'", &[3, 7]),
            ("list is null", &[]),
        ] {
            assert_eq!(rows(&file, condition).as_deref(), Ok(expected), "{condition}");
        }
        for (condition, told) in [
            ("t < 'yesterday'", "\"t\" is a column of times"),
            ("t > 0", "such as '2026-11-28T07:05:09.25Z'"),
            ("day = '2026-13-45'", "\"day\" is a column of times"),
            ("hour < '2026-11-28'", "times of day"),
            ("bool = 'yes'", "true or false"),
            ("i = '5.0'", "integers"),
            ("d = 'x'", "decimals"),
            ("double = 'x'", "NaN, Infinity"),
            ("single = true", "floats"),
            ("list = 7 or i = 7", "\"list\" is a list"),
        ] {
            let error = rows(&file, condition).expect_err(condition);
            assert!(error.contains(told), "{condition}: {error}");
        }
    }
}
