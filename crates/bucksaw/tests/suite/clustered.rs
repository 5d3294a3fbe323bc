//! Rows of each row group in an order: the same rows as without, sorted by a naive comparison.

use std::cmp::Ordering;

use bucksaw::{ErrorKind, Fingerprinter, KeyFunction, Options, SortColumn, SortKey, Value};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::{Cell, Row, Written, convert, each, footer, options_of, read, written};

const DAY: i64 = 86_400_000_000;

/// What a key makes of a cell, as an order that Rust knows.
#[derive(Debug, PartialEq, PartialOrd)]
enum Naive {
    Integer(i128),
    Double(f64),
    Text(String),
}

fn naive(function: KeyFunction, cell: &Cell) -> Naive {
    let part = |moment: i64, units: i64| Naive::Integer(moment.div_euclid(units).into());
    match (function, cell) {
        (KeyFunction::Value, Cell::Bool(value)) => Naive::Integer((*value).into()),
        (KeyFunction::Value, Cell::I64(value) | Cell::Timestamp(value)) => {
            Naive::Integer((*value).into())
        }
        (KeyFunction::Value, Cell::F64(bits)) => Naive::Double(f64::from_bits(*bits)),
        (KeyFunction::Value, Cell::Text(text)) => Naive::Text(text.clone()),
        (KeyFunction::Day, Cell::Timestamp(moment)) => part(*moment, DAY),
        (KeyFunction::Hour, Cell::Timestamp(moment)) => part(*moment, DAY / 24),
        (KeyFunction::Minute(n), Cell::Timestamp(moment)) => {
            part(*moment, DAY / 24 / 60 * i64::from(n))
        }
        (KeyFunction::Fingerprint, Cell::Text(text)) => {
            Naive::Integer(Fingerprinter::new().fingerprint(text).into())
        }
        (KeyFunction::Prefix(n), Cell::Text(text)) => {
            Naive::Text(text.chars().take(n as usize).collect())
        }
        (KeyFunction::Lower, Cell::Text(text)) => Naive::Text(text.to_lowercase()),
        other => unreachable!("{other:?}"),
    }
}

pub(crate) fn compare(by: &[SortKey], a: &Row, b: &Row) -> Ordering {
    let of_key = |key: &SortKey| {
        let value = |row: &Row| row.get(&key.order.column).map(|cell| naive(key.function, cell));
        let nulls = if key.order.nulls_first { Ordering::Less } else { Ordering::Greater };
        match (value(a), value(b)) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => nulls,
            (Some(_), None) => nulls.reverse(),
            (Some(a), Some(b)) => {
                let order = a.partial_cmp(&b).expect("of one kind");
                if key.order.descending { order.reverse() } else { order }
            }
        }
    };
    by.iter().map(of_key).find(|order| *order != Ordering::Equal).unwrap_or(Ordering::Equal)
}

pub(crate) fn line() -> impl Strategy<Value = String> {
    let service =
        select(vec!["", r#""service":"api","#, r#""service":"Db","#, r#""service":"db","#]);
    let n = select(vec!["", r#""n":-3,"#, r#""n":300,"#, r#""n":70000,"#, r#""n":"x","#]);
    let d = select(vec!["", r#""d":0.5,"#, r#""d":-0.0,"#, r#""d":0,"#, r#""d":-1e9,"#]);
    let time = select(vec![
        "",
        r#""time":"2026-11-28T23:59:59.5Z","#,
        r#""time":"2026-11-29T00:09:00Z","#,
        r#""time":"1969-12-31T23:00:00Z","#,
    ]);
    let body =
        select(vec![r#""body":"took 3 ms","#, r#""body":"took 14 ms","#, r#""body":"ünder","#]);
    let list = select(vec!["", r#""list":[1,2],"#, r#""list":["a",null],"#]);
    (service, n, d, time, body, list)
        .prop_map(|(service, n, d, time, body, list)| [service, n, d, time, body, list].concat())
}

/// Lines that each have a number of their own.
pub(crate) fn lines(parts: &[String], late: usize) -> String {
    let line = |(row, part): (usize, &String)| {
        let late = if row >= late { r#","late":"now""# } else { "" };
        format!("{{{part}\"row\":{row}{late}}}\n")
    };
    parts.iter().enumerate().map(line).collect()
}

pub(crate) fn keys() -> impl Strategy<Value = Vec<SortKey>> {
    let key = select(vec![
        "service",
        "n",
        "d",
        "time",
        "late",
        "nowhere",
        "day(time)",
        "hour(time)",
        "minute(time)",
        "minute(time,10)",
        "fingerprint(body)",
        "prefix(body,2)",
        "prefix(service,9)",
        "lower(service)",
    ]);
    let key = (key, any::<bool>(), any::<bool>()).prop_map(|(key, descending, nulls_first)| {
        let key: SortKey = key.parse().expect("a key");
        let order = if descending { SortKey::descending } else { SortKey::ascending };
        let SortKey { order: SortColumn { column, .. }, function, .. } = key;
        let mut key = order(column).by(function);
        key.order.nulls_first = nulls_first;
        key
    });
    vec(key, 1..4)
}

/// Rows of each row group.
fn groups(file: &Written) -> Vec<Vec<Row>> {
    let mut rows = read(&file.file).1.into_iter();
    let footer = footer(&file.file);
    let group = |of: usize| rows.by_ref().take(of).collect();
    footer.row_groups().iter().map(|of| of.num_rows() as usize).map(group).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn each_row_group_has_its_rows_in_order(
        parts in vec(line(), 0..120),
        late in 0..120_usize,
        by in keys(),
        group_rows in 1..90_usize,
    ) {
        let lines = lines(&parts, late);
        each(|options| {
            let options = options.row_group_rows(group_rows).settling_rows(20);
            let plain = convert(&lines, options.clone());
            // One of the backends takes no late columns.
            let Ok(plain) = plain else { return };
            let clustered = convert(&lines, options.cluster_by(by.clone())).expect("a file");
            let mut expected = groups(&plain);
            expected.iter_mut().for_each(|rows| rows.sort_by(|a, b| compare(&by, a, b)));
            assert_eq!(groups(&clustered), expected);
        });
    }
}

#[test]
fn threads_do_not_change_a_byte() {
    let part = |row: usize| {
        format!(r#""service":"s{}","body":"took {row} ms in {}","#, row % 7, row * 37 % 100)
    };
    let parts: Vec<String> = (0..40_000).map(part).collect();
    let lines = lines(&parts, 20_000);
    let options =
        Options::new().cluster_by(SortKey::list("service,fingerprint(body)").expect("keys"));
    let options = options.memory_limit(8 << 20);
    let one = convert(&lines, options.clone()).expect("a file");
    let three = convert(&lines, options.threads(3)).expect("a file");
    assert!(one.file == three.file);
    assert!(groups(&one).len() > 1, "the memory limit ends row groups");
    assert_eq!(one.rows().len(), 40_000);
}

/// Those of hashes stand together, and there are no more of them than buckets.
#[test]
fn rows_of_one_bucket_stand_together() {
    let parts: Vec<String> = (0..200).map(|row| format!(r#""id":"{}","#, row % 50)).collect();
    each(|options| {
        let by = SortKey::list("hash(id,4)").expect("a key");
        let file = convert(&lines(&parts, 0), options.cluster_by(by)).expect("a file");
        let ids: Vec<Cell> = file.rows().into_iter().map(|row| row["id"].clone()).collect();
        // Rows of one bucket are as they came, so that their numbers go up, and each id has four.
        let starts = file.rows().windows(2).filter(|rows| rows[0]["row"] > rows[1]["row"]).count();
        assert!((1..4).contains(&starts), "{starts}");
        let apart = |id: &Cell| {
            let at: Vec<usize> = (0..200).filter(|row| ids[*row] == *id).collect();
            at.last().expect("four") - at[0]
        };
        assert!(ids.iter().all(|id| apart(id) < 199));
    });
}

#[test]
fn row_groups_say_what_they_are_sorted_by() {
    let lines = "{\"a\":\"y\",\"b\":1}\n{\"a\":\"x\",\"b\":2}\n{\"a\":\"x\",\"b\":1}\n";
    let said = |by: &str| {
        let by = SortKey::list(by).expect("keys");
        let file = convert(lines, Options::new().cluster_by(by).timestamp_column("b"));
        let file = file.expect("a file").file;
        let footer = footer(&file);
        let columns = footer.row_group(0).sorting_columns().cloned().unwrap_or_default();
        columns.iter().map(|by| (by.column_idx, by.descending)).collect::<Vec<_>>()
    };
    assert_eq!(said("a,b:desc"), [(0, false), (1, true)]);
    assert_eq!(said("b,lower(a)"), [(1, false)]);
    assert_eq!(said("lower(a),b"), []);
}

#[test]
fn nan_has_no_order() {
    let by = SortKey::list("d").expect("a key");
    let file = written(Options::new().cluster_by(by), |writer| {
        for value in [1.5, f64::NAN, -1.5] {
            writer.write_row([("d", Value::F64(value))]).expect("taken");
        }
    });
    let doubles: Vec<Cell> =
        file.rows().into_iter().map(|mut row| row.remove("d").expect("one")).collect();
    let bits = [-1.5, 1.5, f64::NAN].map(|value| Cell::F64(f64::to_bits(value)));
    assert_eq!(doubles, bits);
    assert_eq!(footer(&file.file).row_group(0).sorting_columns(), None);
}

#[test]
fn what_has_no_order_is_told() {
    let lines = "{\"list\":[1],\"text\":\"a\",\"time\":\"2026-11-28T00:00:00Z\"}\n";
    for (by, told) in [
        ("list", r#"rows can't be put in order by list: "list" is of the type list<int64>"#),
        ("day(text)", r#"day(text) takes moments, and "text" is of the type text"#),
        ("lower(time)", r#"lower(time) takes text, and "time" is of the type timestamp"#),
    ] {
        let options = options_of(Default::default()).arrays(bucksaw::Arrays::List);
        let error = convert(lines, options.cluster_by(SortKey::list(by).expect("a key")));
        let error = error.err().expect(by);
        assert_eq!(error.kind(), ErrorKind::Options);
        assert!(error.message().starts_with(told), "{error}");
    }
    let both = Options::new().cluster_by([SortKey::ascending("a")]);
    let both = both.sorted_by([SortColumn::ascending("a")]);
    assert_eq!(convert("{}\n", both).err().map(|error| error.kind()), Some(ErrorKind::Options));
}

#[test]
fn columns_that_no_row_has_are_told() {
    let by = SortKey::list("nowhere,day(elsewhere)").expect("keys");
    let file = convert("{\"a\":1}\n", Options::new().cluster_by(by)).expect("a file");
    let told: Vec<&str> = file.report.unknown_columns.iter().map(|of| &*of.column).collect();
    assert_eq!(told, ["nowhere", "elsewhere"]);
}
