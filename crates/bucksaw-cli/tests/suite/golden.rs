//! What becomes of a small input of each format stays the same: `golden/FORMAT.jsonl` has the schema of its file, the rows that come
//! back, and what the report counts.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_ipc::writer::StreamWriter;
use serde_json::{Map, Value};

use crate::support::Folder;

/// If set, what is found is kept instead of being compared.
const KEEP: &str = "BUCKSAW_KEEP_GOLDEN_FILES";

/// Log lines with values of several types, one that fits no other, a blank line and one that is rejected.
const NDJSON: &str = r#"{"time":"2026-11-28T07:05:09.123456789Z","level":"info","http":{"status":200},"tags":["a","b"]}

{"time":"2026-11-28T07:05:10Z","level":7,"http":{"status":"n/a"},"cost":0.5}
no
"#;

const JSON: &str = r#"{"version":1,"Records":[{"id":1,"user":{"name":"ann"}},
 {"id":2.5,"user":{"name":"bob"}}, {"id":}]}"#;

const ES_BULK: &str = r#"{"index":{"_index":"logs","_id":"1"}}
{"message":"up","status":200}
{"delete":{"_id":"2"}}
{"update":{"_id":"3"}}
{"doc":{"status":500},"doc_as_upsert":true}
"#;

const JOURNALD_JSON: &str = r#"{"__CURSOR":"c1","__REALTIME_TIMESTAMP":"1764313509123456","MESSAGE":"up","PRIORITY":"6"}
{"__CURSOR":"c2","__REALTIME_TIMESTAMP":"1764313510000000","MESSAGE":[255,0,10],"_PID":["1","2"]}
"#;

const JOURNALD_EXPORT: &[u8] =
    b"__CURSOR=c1\n__REALTIME_TIMESTAMP=1764313509123456\nMESSAGE=up\nPRIORITY=6\n\n\
    __CURSOR=c2\n__REALTIME_TIMESTAMP=1764313510000000\nMESSAGE\n\x03\0\0\0\0\0\0\0\xff\0\n\n\n";

const CSV: &str = "id,level,cost,level\n1,info,0.5,a\n\n2,\"warn, \"\"loud\"\"\",,007\n3,x\n";

const TEXT: &str = r#"127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a?b HTTP/1.1" 200 2326 "-" "curl/8"
::1 - - [10/Oct/2000:13:55:37 -0700] "\x16\x03" 400 - "-" "-"
no
"#;

const LOGFMT: &str =
    "level=info msg=\"all \\\"well\\\"\" dur=1.5 debug\nlevel=warn dur=007 level=again err=\nno\n";

const SYSLOG: &str = "<165>1 2026-11-28T07:05:09.003Z host app 42 ID7 [x@1 a=\"1\" b=\"q\\\"\"][y@2] \u{feff}up\n\
    <34>Oct 11 22:14:15 host su[7]: failed\n\
    60 <14>1 2026-11-28T07:05:10Z host app - - - of two\nlines here\n<999>no\n";

const OTLP_TRACES: &str = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeSpans":[{"scope":{"name":"lib"},"spans":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"GET /","kind":2,"startTimeUnixNano":"1544712660000000001","endTimeUnixNano":"1544712661000000000","attributes":[{"key":"http.status","value":{"intValue":"200"}}],"events":[{"timeUnixNano":"1544712660500000000","name":"retry"}],"links":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b175"}],"status":{"code":2,"message":"slow"}}]}]}]}
"#;

const OTLP_METRICS: &str = r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"load","unit":"1","gauge":{"dataPoints":[{"timeUnixNano":"1544712660000000000","asDouble":0.5,"attributes":[{"key":"core","value":{"intValue":"1"}}]}]}},{"name":"took","histogram":{"aggregationTemporality":2,"dataPoints":[{"startTimeUnixNano":"1544712600000000000","timeUnixNano":"1544712660000000000","count":"3","sum":4.5,"bucketCounts":["1","2"],"explicitBounds":[1]}]}}]}]}]}
"#;

/// Of one log record in protobuf: its time is 9 ns, its severity 9 and "INFO", its body "hi", its attribute `user` "ann".
const OTLP_LOGS: &[u8] =
    b"\x0a\x2a\x12\x28\x12\x26\x09\x09\0\0\0\0\0\0\0\x10\x09\x1a\x04INFO\x2a\x04\x0a\x02hi\
    \x32\x0d\x0a\x04user\x12\x05\x0a\x03ann";

/// Formats, an input of each, and options for it.
fn cases() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let text = |format, text: &str, options| (format, text.as_bytes().to_vec(), options);
    vec![
        text("auto", NDJSON, ""),
        text("ndjson", NDJSON, "--arrays list --timestamp-unit ns"),
        text("json", JSON, "--records Records"),
        text("es-bulk", ES_BULK, ""),
        text("journald-json", JOURNALD_JSON, ""),
        ("journald-export", JOURNALD_EXPORT.to_vec(), ""),
        text("csv", CSV, ""),
        text("tsv", &CSV.replace(',', "\t"), "--csv-null x"),
        text("text", TEXT, "--pattern combined --text-lines keep"),
        text("logfmt", LOGFMT, ""),
        text("syslog", SYSLOG, "--assume-year 2026 --assume-timezone UTC"),
        ("otlp-logs", OTLP_LOGS.to_vec(), ""),
        text("otlp-traces", OTLP_TRACES, ""),
        text("otlp-metrics", OTLP_METRICS, ""),
        ("arrow", arrow(), ""),
        ("parquet", parquet(), ""),
    ]
}

fn arrow() -> Vec<u8> {
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
    let levels: ArrayRef = Arc::new(StringArray::from(vec!["info", "warn"]));
    let batch =
        RecordBatch::try_from_iter_with_nullable([("id", ids, true), ("level", levels, false)])
            .expect("columns of one length");
    let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).expect("a stream");
    writer.write(&batch).expect("memory");
    writer.into_inner().expect("its end")
}

/// A file of ours, whose origins its reader does not look at.
fn parquet() -> Vec<u8> {
    let folder = Folder::new();
    folder.write("in.ndjson", NDJSON);
    let options = "--arrays list --on-error skip -q";
    folder.run(&format!("convert in.ndjson -o out.parquet {options}")).expect_code(0);
    folder.read("out.parquet")
}

/// Members that are not 0, empty or null.
fn told(object: &Value) -> Value {
    let members = object.as_object().into_iter().flatten();
    let is_told = |value: &Value| !matches!(value.to_string().as_str(), "0" | "[]" | "{}" | "null");
    let members = members.filter(|(_, value)| is_told(value));
    Value::Object(members.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// What becomes of an input: the schema, the rows, and what was counted.
fn outcome(format: &str, input: &[u8], options: &str) -> String {
    let folder = Folder::new();
    folder.write("in", input);
    let options = format!("--format {format} --on-error skip --json -q {options}");
    let run = folder.run(&format!("convert in -o out.parquet {options}")).expect_code(0);
    let report = &run.json()["reports"][0];
    let mut counts = Map::new();
    let mut read = told(&run.json()["input"]);
    // Of columns as they are in memory, where that depends on a version of Arrow.
    read.as_object_mut().map(|read| read.remove("bytes"));
    counts.insert("input".to_owned(), read);
    counts.insert("alterations".to_owned(), told(&report["alterations"]));
    counts.insert("mixed_texts".to_owned(), report["files"][0]["mixed_texts"].clone());
    let schema = folder.run("inspect --schema out.parquet").expect_code(0);
    let rows = folder.run("cat out.parquet").expect_code(0);
    format!("{}{}{}\n", schema.text(), rows.text(), told(&Value::Object(counts)))
}

#[test]
fn each_format_becomes_what_it_became() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/golden");
    let cases = cases();
    // None is without a case.
    let run = Folder::new().run("convert in -o out.parquet --format none").expect_code(2);
    for (format, ..) in &cases {
        assert!(run.stderr.contains(format), "{format}: {}", run.stderr);
    }
    let words = run.stderr.rsplit_once("one of ").and_then(|(_, words)| words.lines().next());
    let words = words.unwrap_or_default();
    assert_eq!(words.split(',').count(), cases.len(), "{}", run.stderr);
    for (format, input, options) in cases {
        let found = outcome(format, &input, options);
        let path = golden.join(format!("{format}.jsonl"));
        if std::env::var_os(KEEP).is_some() {
            fs::write(&path, found).expect("writes");
            continue;
        }
        let expected = fs::read_to_string(&path).expect("a golden file");
        assert_eq!(found, expected, "{format}: {KEEP}=1 keeps what is found");
    }
}
