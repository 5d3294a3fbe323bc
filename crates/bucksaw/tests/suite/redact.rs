//! What is redacted is nowhere: in no file, report, message or record that is kept aside.

use bucksaw::bumpalo;
use bucksaw::{
    BackendKind, Block, Compression, DeclaredSchema, Input, MemorySink, NdjsonOptions, Nested,
    OnError, Options, Redaction, Rejection, Rejects, Result, Scan, UnknownColumns, Value,
};

/// What must not be told: texts and a number.
const SECRETS: [&str; 2] = ["SECRET", "31415926535"];

/// Rows with secrets at every place that they may be at.
const LINES: &str = r#"
{"user":{"email":"SECRET","name":"ann"},"token":"SECRET","n":1}
{"user.email":"SECRET","token":31415926535}
{"user":{"email":{"home":"SECRET","work":{"a":31415926535}}}}
{"user":{"email":["SECRET",31415926535]},"token":[31415926535]}
{"user":[{"email":"SECRET"}],"token":{}}
{"user":"ann","token":{"a":"SECRET"}}
{"token":"SECRET","token":"SECRET"}
{"user":{"email":"SECRET"},"user":{"email":"SECRET"}}
{"user":{"email":"SECRET"},"user":"bo"}
{"token":31415926535.25,"user":{"email":31415926535314159265353141592653531415926535}}
{"token":"31415926535","user":{"ema\u0069l":"SECR\u0045T SECRET"}}
{"tok\u0065n":"SECRET"}
{"token":null,"n":"x"}
"#;

/// Lines that are no rows.
const MALFORMED: &str = "{\"token\":\"SECRET\nSECRET\"}\nSECRET\n[\"SECRET\"]\n{\"token\":SECRET}\n\
     {\"token\":\"\\ud800 SECRET\"}\n{\"a\":1}SECRET\n{\"token\":31415926535x}\n\"SECRET\"\n";

#[derive(Default)]
struct Kept {
    records: Vec<u8>,
    reasons: Vec<Rejection>,
}

impl Rejects for Kept {
    fn part(&mut self, bytes: &[u8]) -> Result<()> {
        self.records.extend_from_slice(bytes);
        Ok(())
    }

    fn end(&mut self, rejection: &Rejection) -> Result<()> {
        self.reasons.push(rejection.clone());
        Ok(())
    }
}

fn options() -> Options {
    // As it comes, so that it would be seen.
    Options::new()
        .compression(Compression::None)
        .redact("user.email", Redaction::mask())
        .redact("token", Redaction::by(|text| format!("<{}>", text.len())))
}

/// Options under which values take other ways.
fn all_options() -> Vec<Options> {
    let declared = r#"{"columns":[{"name":"token","type":"text"},{"name":"n","type":"int64"}]}"#;
    let declared = DeclaredSchema::from_json(declared).expect("a schema");
    let mut all = vec![
        options(),
        options().settling_rows(0),
        options().threads(3),
        options().strict(true),
        options().max_columns(1),
        options().json_column(["user"]),
        options().json_column(["token"]),
        options().names(bucksaw::Names::Dotted),
        options().rename("token", "t"),
        options().text_prefixes(["user"]),
        options().arrays(bucksaw::Arrays::List),
        options().source_columns(true),
        options().schema(declared.clone()),
        options().schema(declared.clone()).threads(2),
        options().schema(declared.clone().unknown_columns(UnknownColumns::Rest)),
        options().schema(declared.unknown_columns(UnknownColumns::Refuse)),
    ];
    if cfg!(feature = "arrow") {
        all.push(options().backend(BackendKind::Arrow).chunk_rows(1_000));
    }
    all
}

fn assert_not_told(what: &str, bytes: &[u8]) {
    for secret in SECRETS {
        let found = bytes.windows(secret.len()).position(|window| window == secret.as_bytes());
        let start = found.unwrap_or_default().saturating_sub(80);
        let around = &bytes[start..bytes.len().min(start + 200)];
        assert!(found.is_none(), "{what}: {}", String::from_utf8_lossy(around));
    }
}

/// Converts lines, and looks for secrets in everything that comes of it; what was kept aside, and how many values
/// were redacted.
fn converted(options: Options, ndjson: NdjsonOptions, lines: &str) -> (Kept, u64) {
    let told = format!("{options:?}");
    let sink = MemorySink::new();
    let mut kept = Kept::default();
    let on_error = OnError::Keep(&mut kept);
    let mut input = Input::ndjson("in", lines.as_bytes(), ndjson, on_error).expect("readable");
    let mut writer = options.write_to(sink.clone()).expect("sound options");
    writer.write_input(&mut input).expect("written");
    let first_rejected = format!("{:?}", input.first_rejected());
    drop(input);
    let report = writer.finish().expect("finished");
    assert_not_told(&told, &sink.published().expect("published"));
    assert_not_told(&told, format!("{report:?} {report} {first_rejected}").as_bytes());
    assert_not_told(&told, &kept.records);
    assert_not_told(&told, format!("{:?}", kept.reasons).as_bytes());
    (kept, report.alterations.redacted)
}

#[test]
fn secrets_are_told_nowhere() {
    let lines = format!("{LINES}{MALFORMED}").repeat(100);
    for options in all_options() {
        let ndjson = NdjsonOptions::new();
        for ndjson in [ndjson.clone(), ndjson.clone().max_depth(1), ndjson.nested(Nested::Json)] {
            let (kept, redacted) = converted(options.clone(), ndjson, &lines);
            assert!(redacted > 0 || !kept.reasons.is_empty());
        }
        let mut scan = Scan::new(options).expect("sound options");
        let input = Input::ndjson("in", lines.as_bytes(), NdjsonOptions::new(), OnError::Skip);
        scan.read_input(&mut input.expect("readable")).expect("read");
        assert_not_told("a scan", format!("{:?}", scan.finish().expect("finished")).as_bytes());
    }
}

#[test]
fn rejected_records_are_kept_as_far_as_it_is_known_what_to_redact() {
    let options = || options().strict(true);
    let refused = r#"{"n":1}
{"n":"x","token":"SECRET","user":{"email":"SECRET","name":"ann"},"token":null}
"#;
    let (kept, _) = converted(options(), NdjsonOptions::new(), refused);
    let expected = r#"{"n":"x","token":"<6>","user":{"email":"***","name":"ann"},"token":null}"#;
    assert_eq!(String::from_utf8(kept.records).expect("text"), format!("{expected}\n"));
    assert_eq!(kept.reasons[0].line, 2);
    assert!(!kept.reasons[0].withheld);
    let too_long = format!("{{\"a\":\"{}\"}}\n", "SECRET".repeat(20));
    let lines = format!("{{\"n\":1}}\nSECRET\n{too_long}{refused}");
    let ndjson = NdjsonOptions::new().max_line_bytes(100);
    let (kept, _) = converted(options(), ndjson, &lines);
    assert_eq!(String::from_utf8(kept.records).expect("text"), format!("\n\n{expected}\n"));
    let told: Vec<(u64, bool)> =
        kept.reasons.iter().map(|reason| (reason.line, reason.withheld)).collect();
    assert_eq!(told, [(2, true), (3, true), (5, false)]);
    // Objects without end are not followed to it.
    let deep =
        format!("{{\"n\":\"x\",\"a\":{}1{}}}\n", "{\"a\":".repeat(30_000), "}".repeat(30_000));
    let (kept, _) = converted(options(), NdjsonOptions::new(), &format!("{{\"n\":1}}\n{deep}"));
    assert_eq!(String::from_utf8(kept.records).expect("text"), deep);
}

#[test]
fn rows_in_memory_are_redacted() {
    let sink = MemorySink::new();
    let mut writer = options().max_columns(2).write_to(sink.clone()).expect("sound options");
    let token = writer.column("token").expect("a column");
    for value in [Value::from("SECRET"), Value::from(31_415_926_535_i64), Value::from(true)] {
        writer.write_row([(token, value)]).expect("written");
        writer.write_row([("n", Value::from(1)), ("user.email", value)]).expect("written");
        let list = [value, value];
        writer.write_row([("token", Value::List(&list)), ("token", value)]).expect("written");
    }
    let arena = bumpalo::Bump::new();
    let mut block = Block::new();
    let mut builder = writer.builder(&mut block, &arena).expect("a builder");
    builder.repeat(token, "SECRET".into(), 3).expect("pushed");
    builder.repeat("user.email", 31_415_926_535_i64.into(), 3).expect("pushed");
    for _ in 0..3 {
        builder.push(token, "SECRET".into()).expect("pushed");
        builder.end_row();
    }
    writer.write_block(&block).expect("written");
    let report = writer.finish().expect("finished");
    assert_not_told("rows", &sink.published().expect("published"));
    assert_not_told("rows", format!("{report:?}").as_bytes());
    assert_eq!(report.alterations.redacted, 3 * 4 + 3 * 3);
}

#[cfg(feature = "arrow")]
#[test]
fn record_batches_are_redacted() {
    use bucksaw::arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
    use std::sync::Arc;

    let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("SECRET"), None, Some("SECRET")]));
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![31_415_926_535; 3]));
    for arrays in [[&texts, &numbers], [&numbers, &texts]] {
        let columns = ["token", "user.email"].into_iter().zip(arrays.map(Arc::clone));
        let batch = RecordBatch::try_from_iter(columns).expect("a batch");
        let sink = MemorySink::new();
        let mut writer = options().write_to(sink.clone()).expect("sound options");
        writer.write_record_batch(&batch).expect("written");
        assert_eq!(writer.finish().expect("finished").alterations.redacted, 5);
        assert_not_told("a batch", &sink.published().expect("published"));
    }
}

/// Columns are meant by every name that they have, also where they are in JSON text.
#[test]
fn columns_are_meant_by_all_of_their_names() {
    let mail = r#"{"columns":[{"name":"mail","path":["user","email"],"type":"text"}]}"#;
    let mail = || Options::new().schema(DeclaredSchema::from_json(mail).expect("a schema"));
    let renamed = || Options::new().rename("user_email", "mail");
    let object = "{\"user\":{\"email\":\"SECRET\"}}\n";
    let array = "{\"user\":[{\"email\":\"SECRET\"}]}\n";
    let text = "{\"columns\":[{\"name\":\"user_email\",\"type\":\"text\"}]}";
    let text = DeclaredSchema::from_json(text).expect("a schema");
    let cases = [
        (mail(), "mail", object),
        (mail(), "mail", array),
        (mail(), "user.email", object),
        (renamed(), "mail", object),
        (renamed(), "mail", array),
        (renamed(), "user.email", array),
        (Options::new().schema(text.clone()), "user.email", object),
        (Options::new().schema(text), "user_email", object),
        (Options::new(), "a_b", "{\"a\":{\"b\":1}}\n{\"a\":{\"b\":{\"c\":\"SECRET\"}}}\n"),
        (Options::new(), "a_b__2", "{\"a_b\":1,\"a\":{\"b\":\"SECRET\"}}\n"),
        (
            Options::new(),
            "_token",
            "{\"\":{\"token\":\"SECRET\"}}\n{\"\":[{\"token\":\"SECRET\"}]}\n",
        ),
        (Options::new(), "a__b", "{\"a\":{\"\":[{\"b\":\"SECRET\"}]}}\n"),
        (Options::new().json_column(["user"]), "user_email", object),
    ];
    for (options, named, lines) in cases {
        for threads in [1, 2] {
            let options = options.clone().compression(Compression::None).threads(threads);
            let options = options.redact(named, Redaction::mask());
            for ndjson in [NdjsonOptions::new(), NdjsonOptions::new().nested(Nested::Json)] {
                // What an object around it is called, not the column in it.
                if named == "a_b__2" && ndjson.nested == Nested::Json {
                    continue;
                }
                let (_, redacted) = converted(options.clone(), ndjson, &lines.repeat(3));
                assert!(redacted > 0, "{named}: {lines}");
            }
        }
    }
}

#[cfg(feature = "redact")]
#[test]
fn json_text_is_masked_as_a_whole_where_an_expression_would_have_to_know_json() {
    let cases = [
        ("req.url", "^token=(\\w+)$", "{\"req\":[{\"url\":\"token=SECRET\"}]}\n"),
        ("url", "SECRET", "{\"url\":[\"SECR\\u0045T\"]}\n"),
        ("url", "token=(\\w+)", "{\"url\":{\"a\":[\"\\u0074oken=SECRET\"]}}\n"),
    ];
    for (column, pattern, lines) in cases {
        let redaction = Redaction::matches(pattern).expect("a pattern");
        let options = Options::new().compression(Compression::None).redact(column, redaction);
        let (_, redacted) = converted(options.clone(), NdjsonOptions::new(), lines);
        assert_eq!(redacted, 1, "{lines}");
        converted(options, NdjsonOptions::new().nested(Nested::Json), lines);
    }
}

/// A redaction that changes nothing is told: it was likely meant otherwise.
#[test]
fn only_changed_values_count() {
    let redacted = |column: &str, lines: &str| {
        let same = Redaction::by(|text| text.replace("SECRET", "***"));
        let mut writer =
            Options::new().redact(column, same).write_to(MemorySink::new()).expect("sound options");
        let input = Input::ndjson("in", lines.as_bytes(), NdjsonOptions::new(), OnError::Fail);
        writer.write_input(&mut input.expect("readable")).expect("written");
        let report = writer.finish().expect("finished");
        (report.alterations.redacted, report.unknown_columns.len())
    };
    assert_eq!(redacted("a", "{\"a\":\"SECRET\"}\n{\"a\":\"b\"}\n"), (1, 0));
    assert_eq!(redacted("a", "{\"a\":\"b\"}\n"), (0, 1));
    assert_eq!(redacted("b", "{\"a\":\"SECRET\"}\n"), (0, 1));
    assert_eq!(redacted("a.b", "{\"a\":[{\"b\":\"SECRET\"}]}\n"), (1, 0));
}

#[test]
fn several_redactions_follow_one_another_and_nulls_stay() {
    let (_, rows) = crate::support::read(&{
        let sink = MemorySink::new();
        let options = Options::new()
            .redact("a", Redaction::by(|text| text.to_uppercase()))
            .redact("a", Redaction::by(|text| text.replace('B', "_")));
        let mut writer = options.write_to(sink.clone()).expect("sound options");
        writer.write_row([("a", "abc")]).expect("written");
        writer.write_row([("a", Value::Null), ("b", Value::from("abc"))]).expect("written");
        writer.finish().expect("finished");
        sink.published().expect("published")
    });
    let expected = [[("a", Value::from("A_C"))], [("b", Value::from("abc"))]];
    assert_eq!(rows, expected.map(|row| crate::support::row(&row)));
}

#[test]
fn a_column_of_another_type_is_not_redacted() {
    let schema = r#"{"columns":[{"name":"id","type":"int64"}]}"#;
    let schema = DeclaredSchema::from_json(schema).expect("a schema");
    let options = Options::new().schema(schema).redact("id", Redaction::mask());
    let error = options.validate().expect_err("refused").to_string();
    assert!(error.contains("\"id\", which is declared as int64, and not as text"), "{error}");
}

#[cfg(feature = "redact")]
#[test]
fn hashes_join_under_the_same_key() {
    let hash = |key: &[u8]| Redaction::hash(key).expect("a key");
    let (one, other) = (hash(b"the first secret key"), hash(b"the second secret key"));
    assert_eq!(one.of("ann"), one.clone().of("ann"));
    assert_ne!(one.of("ann"), other.of("ann"));
    assert_ne!(one.of("ann"), one.of("Ann"));
}
