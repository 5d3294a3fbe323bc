//! Documents give the rows that their objects give as lines, however they are laid out.

use bucksaw::{ErrorKind, Format, InputOptions, NdjsonOptions, Options};
use bucksaw_workloads::{DEFAULT_SEED, Workload};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use super::{convert, convert_in_steps, documents, rows_of_lines};
use crate::support::row;

fn space() -> impl Strategy<Value = String> {
    "[ \t\r\n]{0,3}"
}

/// A value in any layout, and the same without white space.
fn value() -> impl Strategy<Value = (String, String)> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("-1.5e3".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        "[a\"{\\[}\\]:,\\\\é\u{7f}]{0,5}".prop_map(|text| Value::from(text).to_string()),
        Just(r#""\u00e9\ud83d\ude00\n\\""#.to_owned()),
    ];
    let scalar = scalar.prop_map(|json| (json.clone(), json));
    scalar.prop_recursive(3, 16, 4, |inner| {
        // JSON text is kept as it stands, and a line has no line's end: arrays have no white space here.
        let array = vec(inner.clone(), 0..4).prop_map(|values| {
            let plain: Vec<_> = values.into_iter().map(|(_, plain)| plain).collect();
            let plain = format!("[{}]", plain.join(","));
            (plain.clone(), plain)
        });
        prop_oneof![array, object_of(inner)]
    })
}

fn object_of(
    value: impl Strategy<Value = (String, String)>,
) -> impl Strategy<Value = (String, String)> {
    let name = prop_oneof!["[a-d]", Just("\\u0061".to_owned()), Just("é}{\\\"".to_owned())];
    vec((name, space(), value), 1..4).prop_map(|members| {
        // What is given twice is kept as it stands, with its white space: here no name is.
        let (mut spread, mut plain) = ("{".to_owned(), "{".to_owned());
        for (index, (name, space, value)) in members.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            spread.push_str(&format!(
                "{comma}{space}\"{name}{index}\"{space}:{space}{}{space}",
                value.0
            ));
            plain.push_str(&format!("{comma}\"{name}{index}\":{}", value.1));
        }
        (spread + "}", plain + "}")
    })
}

/// How documents follow each other.
#[derive(Clone, Copy, Debug)]
enum Layout {
    Array,
    Arrays,
    Concatenated,
    Sequence,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn objects_in_any_layout_are_rows_as_lines_are(
        objects in vec((object_of(value()), space()), 0..6),
        layout in prop::sample::select(vec![
            Layout::Array, Layout::Arrays, Layout::Concatenated, Layout::Sequence,
        ]),
        step in 1_usize..40,
    ) {
        let lines: String = objects.iter().map(|((_, plain), _)| format!("{plain}\n")).collect();
        let spread = |before: &str, between: &str, after: &str| {
            let objects = objects.iter().map(|((spread, _), space)| format!("{space}{before}{spread}{space}"));
            format!("{}{after}", objects.collect::<Vec<_>>().join(between))
        };
        let source = match layout {
            Layout::Array => format!(" [{}", spread("", ",", "] \n")),
            Layout::Arrays => spread("[", "]", if objects.is_empty() { "" } else { "]" }),
            Layout::Concatenated => spread("", "", ""),
            Layout::Sequence => spread("\u{1e}", "", "\n"),
        };
        let read = convert_in_steps(source.as_bytes(), step, &documents(), Options::new());
        let read = read.expect("sound");
        prop_assert_eq!(&read.rejections, &[]);
        prop_assert_eq!(read.counts.bytes, source.len() as u64);
        prop_assert_eq!(read.rows(), rows_of_lines(&lines));
    }

    /// Whatever comes, in any steps, with any number of threads: the same outcome, and every byte counted.
    #[test]
    fn whatever_the_bytes_the_outcome_depends_on_them_alone(
        source in "([\\[\\]{},: \n\u{1e}é]|\"|\\\\|\"a\"|1|null|\\{\"a\":1\\}){0,24}",
        steps in [1_usize..9, 1..50],
    ) {
        for records in [&[][..], &["a"]] {
            let json = bucksaw::JsonOptions::new().records(records.iter().copied());
            let read_as = documents().json(json);
            let outcome = |step, threads| {
                convert_in_steps(source.as_bytes(), step, &read_as, Options::new().threads(threads))
            };
            let (one, other) = (outcome(steps[0], 1).expect("kept"), outcome(steps[1], 3).expect("kept"));
            prop_assert_eq!(&one, &other);
            prop_assert_eq!(one.counts.bytes, source.len() as u64);
            // What makes a row in a source of its own, does also here.
            let is_sound = serde_json::from_str::<Vec<serde_json::Map<String, Value>>>(&source).is_ok();
            prop_assert!(!is_sound || !records.is_empty() || one.rejections.is_empty());
        }
    }
}

/// Several chunks, of elements and of one element that is longer than a chunk.
#[test]
fn long_arrays_give_the_same_file_with_any_number_of_threads() {
    let mut lines = String::from_utf8(Workload::Varied.ndjson(DEFAULT_SEED, 3_000)).expect("text");
    lines.push_str(&format!("{{\"long\":\"{}\"}}\n", "x\\\"".repeat(400_000)));
    lines.push_str(&String::from_utf8(Workload::Synth40.ndjson(7, 500)).expect("text"));
    let array = format!("[{}]", lines.trim_end().replace('\n', ","));
    let pretty = lines.replace('\n', " \n").replace(",\"", ",\n  \"");
    let small = Options::new().memory_limit(16 << 20).row_group_rows(900).settling_rows(300);
    // Arrays are kept as they stand.
    for (source, options, is_alike) in
        [(&array, Options::new(), true), (&pretty, Options::new(), false), (&array, small, false)]
    {
        let read = |step, threads| {
            let options = options.clone().threads(threads);
            convert_in_steps(source.as_bytes(), step, &InputOptions::new(), options).expect("sound")
        };
        let one = read(1 << 20, 1);
        assert_eq!((one.counts.rows, one.counts.rejected), (3_501, 0));
        // Its arrays are kept as they stand.
        if is_alike {
            assert!(one.rows() == rows_of_lines(&lines));
        }
        for (step, threads) in [(1 << 20, 3), (12_345, 1), (4_096, 2)] {
            assert!(read(step, threads) == one, "{threads} threads");
        }
    }
}

#[test]
fn what_is_no_line_is_recognised() {
    for (source, rows) in [
        ("[{\"a\":1},{\"a\":2}]", 2),
        (" \n[ ]", 0),
        ("\u{feff}[{\"a\":1}]", 1),
        ("{\n\"a\":1\n}\n{\"a\":2}", 2),
        ("{\"a\":1}{\"a\":2} {\"a\":3}", 3),
        ("\u{1e}{\"a\":1}\n\u{1e}{\"a\":2}\n", 2),
    ] {
        let read = convert(source, &InputOptions::new());
        assert_eq!((read.counts.rows, read.rejections.len()), (rows, 0), "{source}");
    }
    let read = convert("[{\"a\":1},\n {\"b\":\"x", &InputOptions::new());
    assert_eq!(read.reasons()[0].1, 9, "{:?}", read.reasons());
    // Lines stay lines, also where the first is none, or cut.
    for source in ["{\"a\":1}\n{\n", "[2026-11-29] up\n{\"a\":1}\n", "{\"a\":{\"b\":1\n{\"a\":2}\n"]
    {
        let read = convert(source, &InputOptions::new());
        assert_eq!(read.rejections[0].format, Format::Ndjson, "{source}");
        assert_eq!(read.counts.rows, 1, "{source}");
    }
}

#[test]
fn elements_may_have_their_longest_length() {
    let ndjson = NdjsonOptions::new().max_line_bytes(300_000);
    let of = |bytes: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(bytes - 8));
    let source = format!("[{}\n,{},\n{}]", of(300_000), of(300_001), of(20));
    for step in [1_000, 77_777, 1 << 20] {
        let read_as = documents().ndjson(ndjson.clone());
        let read = convert_in_steps(source.as_bytes(), step, &read_as, Options::new());
        let read = read.expect("kept");
        assert_eq!(read.reasons(), [(2, 2, 300_003, "the element is longer than 300000 bytes")]);
        assert_eq!(read.kept, format!("{}|", of(300_001)));
        assert_eq!((read.counts.rows, read.counts.bytes), (2, source.len() as u64));
    }
}

/// An array of scalars is one of elements that are no rows, each told.
#[test]
fn elements_that_are_no_objects_are_rejected_one_by_one() {
    let read = convert("[1, \"a,]\", null, {\"a\":1},\n [2], true]", &documents());
    assert_eq!(read.rows(), [row(&[("a", bucksaw::Value::I64(1))])]);
    let reasons = [
        (1, 2, 1, "expected an object ({…}), found a number: \"1\""),
        (1, 5, 4, "expected an object ({…}), found a string: \"\\\"a,]\\\"\""),
        (1, 12, 11, "expected an object ({…}), found true, false or null: \"null\""),
        (2, 2, 27, "expected an object ({…}), found an array: \"[2]\""),
        (2, 7, 32, "expected an object ({…}), found true, false or null: \"true\""),
    ];
    assert_eq!(read.reasons(), reasons);
    assert_eq!(read.kept, "1|\"a,]\"|null|[2]|true|");
}

#[test]
fn utf_16_is_named() {
    let utf16: Vec<u8> = "[{\"a\":1}]".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let error = convert_in_steps(&utf16, 10, &documents(), Options::new()).expect_err("no UTF-8");
    assert_eq!(error.kind(), ErrorKind::InputFormat);
}
