//! Bulk requests: actions are no rows.

use bucksaw::{Format, InputOptions, Options};
use bucksaw_workloads::{DEFAULT_SEED, Workload};

use super::{convert, convert_in_steps, rows_of_lines};

const BULK: &str = r#"{"index":{"_index":"logs","_id":"1"}}
{"a":1,"b":{"c":2}}
{"create":{"_index":"logs"}}
{"a":2,}
{"delete":{"_index":"logs","_id":"9"}}
{ "update" : {"_id":"1","_index":"logs"}}
{"doc":{"a":5},"doc_as_upsert":true}

{"x":1}
{"index":{}}
{"a":7,"_index":"own"}
"#;

#[test]
fn documents_are_rows_with_what_their_actions_say() {
    for (step, format) in [(1, Format::EsBulk), (7, Format::EsBulk), (1_000, Format::Auto)] {
        let read_as = InputOptions::new().format(format);
        let read = convert_in_steps(BULK.as_bytes(), step, &read_as, Options::new());
        let read = read.expect("rejections are kept");
        let lines = r#"{"a":1,"b":{"c":2},"_op_type":"index","_index":"logs","_id":"1"}
            {"a":5,"_op_type":"update","_index":"logs","_id":"1","doc_as_upsert":true}
            {"a":7,"_index":"own","_op_type":"index"}"#;
        assert_eq!(read.rows(), rows_of_lines(lines));
        assert_eq!((read.counts.deletions, read.counts.blank, read.counts.rejected), (1, 1, 2));
        assert_eq!(read.counts.bytes, BULK.len() as u64);
        assert_eq!(read.kept, "{\"create\":{\"_index\":\"logs\"}}\n{\"a\":2,}\n|{\"x\":1}\n|");
        let places: Vec<_> = read.reasons().iter().map(|told| (told.0, told.1)).collect();
        assert_eq!(places, [(4, 8), (9, 1)]);
    }
}

#[test]
fn what_an_action_lacks_is_told() {
    let read_as = InputOptions::new().format(Format::EsBulk);
    for (source, rows, rejected) in [
        ("{\"index\":{}}\n", 0, 1),
        ("{\"index\":{}}", 0, 1),
        ("{\"index\":{}}\n\n{\"index\":{}}\n{\"a\":1}", 1, 1),
        ("{\"index\":{},\"create\":{}}\n", 0, 1),
        ("{\"index\":1}\n[]\n", 0, 2),
        ("{\"update\":{}}\n{\"script\":{\"source\":\"x\"}}\r\n", 1, 0),
        ("{\"update\":{}}\n7\n", 0, 1),
        ("\r\n{\"delete\":{}}\r\n", 0, 0),
        ("", 0, 0),
    ] {
        let read = convert(source, &read_as);
        let counts = (read.counts.rows, read.counts.rejected);
        assert_eq!(counts, (rows, rejected), "{source}: {:?}", read.reasons());
    }
    // Rows may have such a name.
    for source in
        ["{\"index\":{\"a\":1}}\n{\"index\":{\"a\":2}}\n", "{\"index\":5}\n{\"index\":6}\n"]
    {
        let read = convert(source, &InputOptions::new());
        assert_eq!((read.counts.rows, read.rejections.len()), (2, 0));
    }
}

#[test]
fn any_number_of_threads_gives_the_same_file() {
    let lines = String::from_utf8(Workload::Synth40.ndjson(DEFAULT_SEED, 2_000)).expect("text");
    let bulk: String = lines
        .lines()
        .enumerate()
        .map(|(index, line)| match index % 5 {
            4 => format!("{{\"delete\":{{\"_id\":\"{index}\"}}}}\n"),
            _ => format!("{{\"index\":{{\"_id\":\"{index}\"}}}}\n{line}\n"),
        })
        .collect();
    let read = |step, threads| {
        let options = Options::new().threads(threads).row_group_rows(700);
        convert_in_steps(bulk.as_bytes(), step, &InputOptions::new(), options).expect("sound")
    };
    let one = read(1 << 20, 1);
    assert_eq!((one.counts.rows, one.counts.deletions), (1_600, 400));
    for (step, threads) in [(1 << 20, 3), (5_000, 2)] {
        assert!(read(step, threads) == one);
    }
}
