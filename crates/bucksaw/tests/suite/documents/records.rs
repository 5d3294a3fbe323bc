//! Records inside of envelopes.

use bucksaw::{Format, InputOptions, JsonOptions, MemorySink, OnError, Options, Value};

use super::{convert, convert_in_steps, documents, records_at, rows_of_lines};
use crate::support::row;

#[test]
fn the_records_of_an_envelope_are_rows() {
    let lines = "{\"a\":1}\n{\"a\":2,\"b\":{\"c\":\"x\"}}\n";
    let records = "{\"a\":1} ,\n{\"a\":2,\"b\":{\"c\":\"x\"}}";
    for (source, path, outside) in [
        (format!("{{\"Records\":[{records}]}}"), "Records", 0),
        (
            format!("{{\"n\":{{\"Records\":1}},\"Records\" : [ {records} ] , \"m\":[{{}}]}}"),
            "Records",
            2,
        ),
        (
            format!("{{\"x\":0,\"data\":{{\"y\":0,\"items\":[{records}],\"z\":0}}}}"),
            "data.items",
            3,
        ),
        // Arrays on the way, the outermost and others.
        (format!("[{{\"r\":[{records}]}}]"), "r", 0),
        (format!("{{\"s\":[{{\"r\":[{records}]}},{{\"r\":[]}},{{\"r\":null}}]}}"), "s.r", 0),
        // One record each.
        (format!("{{\"r\":{{\"a\":1}}}}{{\"r\":{}}}", "{\"a\":2,\"b\":{\"c\":\"x\"}}"), "r", 0),
        (format!("{{\"\\u0072\":[{records}]}}"), "r", 0),
    ] {
        for step in [1, 3, 1_000] {
            let read = convert_in_steps(source.as_bytes(), step, &records_at(path), Options::new());
            let read = read.expect("sound");
            assert_eq!(read.reasons(), [], "{source}");
            assert_eq!(read.rows(), rows_of_lines(lines), "{source}");
            assert_eq!(read.counts.outside, outside, "{source}");
        }
    }
}

/// In any order; their own win, and nothing is lost.
#[test]
fn members_inside_of_elements_are_columns_of_their_records() {
    let source = r#"{"s":[
        {"of":{"app":"x","n":[1]},"r":[{"a":1},{"a":2,"k":"own"}],"k":"around"},
        {"r":[{"a":3}],"of":{"app":"y"}}, {"k":"none","r":[]}]}"#;
    let read = convert(source, &records_at("s.r"));
    let lines = r#"{"a":1,"of":{"app":"x","n":[1]},"k":"around"}
        {"a":2,"k":"own","of":{"app":"x","n":[1]},"k":"around"}
        {"a":3,"of":{"app":"y"}}
        "#;
    assert_eq!(read.rows(), rows_of_lines(lines.trim_end()));
    assert_eq!(read.reasons(), []);
}

#[test]
fn members_around_the_outermost_array_are_columns_on_request() {
    let source = "{\"g\":\"x\",\"d\":{\"n\":1,\"r\":[{\"a\":1},{\"a\":2}],\"late\":0}}\n{\"d\":{\"r\":[{\"a\":3}]}}";
    let lines =
        "{\"a\":1,\"g\":\"x\",\"d\":{\"n\":1}}\n{\"a\":2,\"g\":\"x\",\"d\":{\"n\":1}}\n{\"a\":3}\n";
    for step in [1, 5, 1_000] {
        let json = JsonOptions::new().records(["d", "r"]).envelope(true);
        let read_as = documents().json(json);
        let read = convert_in_steps(source.as_bytes(), step, &read_as, Options::new());
        let read = read.expect("sound");
        assert_eq!(read.rows(), rows_of_lines(lines));
        assert_eq!(read.counts.outside, 1);
    }
    let plain = convert(source, &records_at("d.r"));
    assert_eq!(plain.rows(), rows_of_lines("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n"));
    assert_eq!(plain.counts.outside, 3);
    // One that is too long to be repeated is passed as it comes.
    let long = format!("{{\"g\":\"{}\",\"r\":[{{\"a\":1}}]}}", "x".repeat(20 << 20));
    let read_as = documents().json(JsonOptions::new().records(["r"]).envelope(true));
    let options = Options::new().memory_limit(8 << 20);
    let read = convert_in_steps(long.as_bytes(), 1 << 16, &read_as, options).expect("it has room");
    assert_eq!((read.counts.rows, read.counts.outside, read.rejections.len()), (1, 1, 0));
}

#[test]
fn records_of_loki_have_time_line_and_labels() {
    let source = r#"{"streams":[{"stream":{"app":"x"},"values":[
        ["1700000000000000001","one"],["1700000000000002000","two",{"trace_id":"ab"},4]]}]}"#;
    let read = convert(source, &records_at("streams.values"));
    assert_eq!(read.reasons(), []);
    let first = [
        ("time", Value::Timestamp(1_700_000_000_000_000)),
        ("time__ns", Value::I64(1)),
        ("line", Value::Text("one")),
        ("stream_app", Value::Text("x")),
    ];
    let mut rows = read.rows();
    let ns = rows[0].remove("time__ns");
    assert!(ns.is_some());
    let first: Vec<_> = first.into_iter().filter(|(name, _)| *name != "time__ns").collect();
    assert_eq!(rows[0], row(&first));
    assert_eq!(rows[1]["line"], row(&[("line", Value::Text("two"))])["line"]);
    assert_eq!(rows[1]["metadata_trace_id"], row(&[("m", Value::Text("ab"))])["m"]);
    assert!(rows[1].values().any(|cell| *cell == row(&[("m", Value::I64(4))])["m"]));
}

#[test]
fn records_that_are_arrays_have_names_on_request() {
    let json = JsonOptions::new().fields(["a", "b"]);
    let read_as = documents().json(json);
    let read = convert("[[1,\"x\"],[2,{\"c\":true}],{\"a\":3},[4,\n],[]]", &read_as);
    let lines = "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":{\"c\":true}}\n{\"a\":3}\n{}\n";
    assert_eq!(read.rows(), rows_of_lines(lines));
    assert_eq!((read.counts.rejected, read.kept.as_str()), (1, "[4,\n]|"));
    let refused = convert("[[1,\"x\"]]", &documents());
    assert_eq!(refused.counts.rejected, 1);
}

#[test]
fn any_number_of_threads_gives_the_same_file() {
    let mut source = "{\"streams\":[".to_owned();
    for stream in 0..3_000 {
        let comma = if stream > 0 { "," } else { "" };
        source
            .push_str(&format!("{comma}{{\"stream\":{{\"app\":\"a{}\"}},\"values\":[", stream % 7));
        for line in 0..stream % 11 {
            let comma = if line > 0 { ",\n" } else { "" };
            source.push_str(&format!(
                "{comma}[\"{}\",\"line {line} of it\"]",
                1_700_000_000_000_000_000_u64 + line
            ));
        }
        source.push_str(if stream % 100 == 50 { "],}" } else { "]}" });
    }
    source.push_str("]}");
    let read = |step, threads| {
        let options = Options::new().threads(threads).row_group_rows(4_000);
        convert_in_steps(source.as_bytes(), step, &records_at("streams.values"), options)
            .expect("kept")
    };
    let one = read(1 << 20, 1);
    assert_eq!(one.counts.rejected, 30);
    for (step, threads) in [(1 << 20, 3), (1_000, 2)] {
        assert!(read(step, threads) == one);
    }
}

#[test]
fn options_that_contradict_each_other_are_told_at_once() {
    let json = JsonOptions::new().fields(["a", "a"]).envelope(true);
    let options = InputOptions::new().format(Format::Json).json(json);
    let error = options.validate().expect_err("two problems");
    assert_eq!(error.message().lines().count(), 2, "{error}");
    let input = bucksaw::Input::open("in", &b"[]"[..], &options, OnError::Fail);
    assert!(input.is_err());
    drop(MemorySink::new());
}
