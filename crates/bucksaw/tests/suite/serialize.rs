//! Rows by serde: the same as those of the lines that serde_json would write, and exact beyond them.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, UNIX_EPOCH};

use bucksaw::{
    ColumnType, DeclaredSchema, ErrorKind, MemorySink, Options, TimeUnit, Value, Writer,
};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};

use crate::support::{Row, Written, convert, read, row};

fn written<T: Serialize>(options: Options, rows: &[T]) -> Written {
    let sink = MemorySink::new();
    let mut writer = options.write_to(sink.clone()).expect("sound options");
    rows.iter().for_each(|row| writer.serialize(row).expect("taken"));
    let report = writer.finish().expect("a file");
    Written { report, file: sink.published().expect("published") }
}

fn rows<T: Serialize>(values: &[T]) -> Vec<Row> {
    written(Options::new().settling_rows(0), values).rows()
}

#[derive(Serialize)]
struct Unit;

#[derive(Serialize)]
struct Wrapped(i64);

#[derive(Serialize)]
enum Event {
    Started,
    Failed(&'static str),
    Moved(i32, i32),
    Resized { width: u16, height: u16 },
    Empty {},
}

#[derive(Serialize)]
struct Everything {
    text: String,
    character: char,
    yes: bool,
    absent: Option<i64>,
    present: Option<u8>,
    unit: (),
    none: Unit,
    wrapped: Wrapped,
    pair: (i32, f64),
    list: Vec<Option<i32>>,
    events: [Event; 5],
    counts: BTreeMap<u32, i64>,
    empty: BTreeMap<String, i64>,
    nested: Nested,
}

#[derive(Serialize)]
struct Nested {
    deeper: HashMap<&'static str, f64>,
    absent: Option<bool>,
}

fn everything() -> Everything {
    Everything {
        text: "a \"b\"\n\u{0}€".to_owned(),
        character: 'é',
        yes: true,
        absent: None,
        present: Some(7),
        unit: (),
        none: Unit,
        wrapped: Wrapped(-5),
        pair: (1, 2.5),
        list: vec![Some(1), None],
        events: [
            Event::Started,
            Event::Failed("x"),
            Event::Moved(1, 2),
            Event::Resized { width: 3, height: 4 },
            Event::Empty {},
        ],
        counts: BTreeMap::from([(7, 1), (9, 2)]),
        empty: BTreeMap::new(),
        nested: Nested { deeper: HashMap::from([("load", 0.5)]), absent: None },
    }
}

#[test]
fn structs_become_the_rows_of_their_lines() {
    let value = everything();
    let line = serde_json::to_string(&value).expect("JSON");
    let by_line = convert(&line, Options::new()).expect("a row");
    let file = written(Options::new(), &[value]);
    assert_eq!(file.rows(), by_line.rows());
    assert_eq!(file.names(), by_line.names());
    assert_eq!(file.report.alterations, by_line.report.alterations);
    let first = &file.rows()[0];
    assert_eq!(first["counts_7"], row(&[("x", Value::I64(1))])["x"]);
    assert_eq!(first["nested_deeper_load"], row(&[("x", Value::F64(0.5))])["x"]);
    assert!(!first.contains_key("absent"));
}

#[derive(Serialize)]
struct Of<T> {
    value: T,
}

#[test]
fn variants_are_tagged_as_in_json() {
    let events = || {
        [
            Event::Started,
            Event::Failed("x"),
            Event::Moved(1, 2),
            Event::Resized { width: 3, height: 4 },
            Event::Empty {},
        ]
    };
    let expected = [
        row(&[("value", Value::Text("Started"))]),
        row(&[("value_Failed", Value::Text("x"))]),
        row(&[("value_Moved", Value::Text("[1,2]"))]),
        row(&[("value_Resized_width", Value::I64(3)), ("value_Resized_height", Value::I64(4))]),
        row(&[("value_Empty", Value::Text("{}"))]),
    ];
    assert_eq!(rows(&events().map(|value| Of { value })), expected);
    // A row may be a variant itself, if it has values.
    let of_rows = rows(&events()[1..].iter().collect::<Vec<_>>());
    let expected = [
        row(&[("Failed", Value::Text("x"))]),
        row(&[("Moved", Value::Text("[1,2]"))]),
        row(&[("Resized_width", Value::I64(3)), ("Resized_height", Value::I64(4))]),
        row(&[("Empty", Value::Text("{}"))]),
    ];
    assert_eq!(of_rows, expected);
}

struct Bytes(&'static [u8]);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

#[test]
fn what_json_has_no_word_for_stays_what_it_is() {
    assert_eq!(rows(&[Of { value: 0.1_f32 }]), [row(&[("value", Value::F32(0.1))])]);
    let nan = rows(&[Of { value: f64::NAN }, Of { value: f64::INFINITY }]);
    let expected = [Value::F64(f64::NAN), Value::F64(f64::INFINITY)];
    assert_eq!(nan, expected.map(|value| row(&[("value", value)])));
    assert_eq!(
        rows(&[Of { value: vec![1.5, f64::NAN, f64::NEG_INFINITY] }]),
        [row(&[("value", Value::Text(r#"[1.5,"NaN","-Infinity"]"#))])]
    );
    assert_eq!(
        rows(&[Of { value: Bytes(b"\xff\0") }]),
        [row(&[("value", Value::Bytes(b"\xff\0"))])]
    );
    assert_eq!(
        rows(&[Of { value: [Bytes(b"\xff\0")] }]),
        [row(&[("value", Value::Text(r#"["/wA="]"#))])]
    );
    let large = [i128::from(u64::MAX) + 1, i128::MIN, -5];
    let expected = [
        row(&[("value__text", Value::Text("18446744073709551616"))]),
        row(&[("value__text", Value::Text("-170141183460469231731687303715884105728"))]),
        row(&[("value", Value::I64(-5))]),
    ];
    assert_eq!(rows(&large.map(|value| Of { value })), expected);
    assert_eq!(
        rows(&[Of { value: u128::MAX }]),
        [row(&[("value__text", Value::Text("340282366920938463463374607431768211455"))])]
    );
}

#[test]
fn keys_of_maps_are_names() {
    #[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
    enum Kind {
        Disk,
    }
    let maps = json!({});
    assert_eq!(rows(&[maps]), [row(&[])]);
    assert_eq!(rows(&[BTreeMap::from([(Kind::Disk, 1)])]), [row(&[("Disk", Value::I64(1))])]);
    assert_eq!(rows(&[BTreeMap::from([(-3, 1)])]), [row(&[("_3", Value::I64(1))])]);
    assert_eq!(rows(&[BTreeMap::from([(true, 'x')])]), [row(&[("true", Value::Text("x"))])]);
    let (mut writer, _) = writer(Options::new());
    let error = writer.serialize(&BTreeMap::from([((1, 2), 3)])).expect_err("no name");
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.message().contains("a map's key is no name"), "{error}");
}

#[test]
fn times_are_text_and_timestamps_where_declared() {
    #[derive(Serialize)]
    struct Times {
        std: std::time::SystemTime,
        jiff: jiff::Timestamp,
    }
    let times = |nanos: u32| {
        let (seconds, millis) = (1_700_000_000, 123);
        Times {
            std: UNIX_EPOCH + Duration::new(seconds, millis * 1_000_000 + nanos),
            jiff: jiff::Timestamp::new(seconds as i64, (millis * 1_000_000 + nanos) as i32)
                .expect("a time"),
        }
    };
    let names = ["std", "jiff"];
    let text = "2023-11-14T22:13:20.123Z";
    assert_eq!(rows(&[times(0)]), [row(&names.map(|name| (name, Value::Text(text))))]);
    let micros = Value::Timestamp(1_700_000_000_123_000);
    let settled = written(Options::new(), &[times(0)]).rows();
    assert_eq!(settled, [row(&names.map(|name| (name, micros)))]);
    let schema = names.iter().fold(DeclaredSchema::new(), |schema, name| {
        schema.column(*name, ColumnType::Timestamp(TimeUnit::Micros))
    });
    let file = written(Options::new().schema(schema), &[times(0), times(456)]);
    let nanos = ["std__ns", "jiff__ns"].map(|name| (name, Value::I32(456)));
    let mut further = row(&names.map(|name| (name, micros)));
    // Nothing is cut off.
    further.extend(row(&nanos));
    let expected = [row(&names.map(|name| (name, micros))), further];
    assert_eq!(file.rows(), expected);
}

fn writer(options: Options) -> (Writer, MemorySink) {
    let sink = MemorySink::new();
    (options.write_to(sink.clone()).expect("sound options"), sink)
}

#[test]
fn what_is_no_row_is_refused_and_leaves_nothing() {
    struct Fails;
    impl Serialize for Fails {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("I would rather not"))
        }
    }
    let (mut writer, sink) = writer(Options::new());
    writer.serialize(&Of { value: 1 }).expect("a row");
    for error in [
        writer.serialize(&5).expect_err("a number"),
        writer.serialize("text").expect_err("text"),
        writer.serialize(&[1, 2]).expect_err("an array"),
        writer.serialize(&None::<Of<i32>>).expect_err("nothing"),
        writer.serialize(&Event::Started).expect_err("a unit variant"),
    ] {
        assert_eq!((error.kind(), error.position().row), (ErrorKind::Refused, Some(1)));
        assert!(error.message().starts_with("a row is a struct, a map"), "{error}");
    }
    let error = writer.serialize(&(BTreeMap::from([("new", 1)]), Fails)).expect_err("no row");
    assert_eq!(error.kind(), ErrorKind::Refused);
    #[derive(Serialize)]
    struct Half {
        new: i32,
        fails: Fails,
    }
    let error = writer.serialize(&Half { new: 1, fails: Fails }).expect_err("its second field");
    assert!(error.message().contains("I would rather not"), "{error}");
    assert_eq!(writer.columns().len(), 1);
    writer.serialize(&Of { value: 2 }).expect("goes on");
    writer.finish().expect("a file");
    let expected = [1, 2].map(|value| row(&[("value", Value::I64(value))]));
    assert_eq!(read(&sink.published().expect("published")).1, expected);
}

/// Objects in each other, the innermost with a value.
fn nested(levels: usize) -> Json {
    (0..levels).fold(json!({"x": 1, "e": {}}), |inner, _| json!({ "o": inner }))
}

#[test]
fn objects_below_64_levels_are_text_as_in_ndjson() {
    for levels in [62, 63, 64, 65] {
        let value = nested(levels);
        let by_line = convert(&value.to_string(), Options::new()).expect("a row");
        let file = written(Options::new(), &[value]);
        assert_eq!(file.rows(), by_line.rows(), "{levels} levels");
        assert_eq!(file.report.alterations, by_line.report.alterations, "{levels} levels");
    }
}

fn value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        // Spelled alike by those who write JSON and those who write Rust.
        any::<i32>().prop_map(|eighths| Json::from(f64::from(eighths) / 8.0)),
        "[a-c\"é]{0,4}".prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![vec(inner.clone(), 0..4).prop_map(Json::from), object(inner)]
    })
}

fn object(value: impl Strategy<Value = Json>) -> impl Strategy<Value = Json> {
    let name =
        prop_oneof![8 => "[a-cA.]{1,3}", 1 => Just(String::new()), 1 => Just("_rest".to_owned())];
    btree_map(name, value, 0..5).prop_map(|members| Json::Object(members.into_iter().collect()))
}

proptest! {
    #[test]
    fn whatever_the_value_it_is_the_row_of_its_line(
        values in vec(object(value()), 1..6),
        strict in any::<bool>(),
    ) {
        let lines: Vec<_> = values.iter().map(Json::to_string).collect();
        let options = Options::new().strict(strict).schema(
            DeclaredSchema::new().column("a", ColumnType::list_of(ColumnType::Int64)),
        );
        let by_line = convert(&lines.join("\n"), options.clone());
        let (mut writer, sink) = writer(options);
        let taken: Result<(), _> = values.iter().try_for_each(|value| writer.serialize(value));
        match (by_line, taken) {
            (Ok(by_line), Ok(())) => {
                let report = writer.finish().expect("a file");
                let file = sink.published().expect("published");
                prop_assert_eq!(read(&file), read(&by_line.file));
                prop_assert_eq!(report.alterations, by_line.report.alterations);
            }
            (Err(by_line), Err(error)) => {
                prop_assert_eq!(error.message(), by_line.message());
                prop_assert_eq!(error.position().column.as_ref(), by_line.position().column.as_ref());
            }
            (by_line, taken) => prop_assert!(false, "{:?} {:?}", by_line.err(), taken),
        }
    }
}
