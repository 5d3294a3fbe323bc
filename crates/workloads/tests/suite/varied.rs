//! The varied lines have what inputs must cope with, and the example file is what they make.

use bucksaw_workloads::{DEFAULT_SEED, Workload, varied};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use std::path::Path;

const LINES: usize = 4_000;

/// Adds the kinds of value under each dotted path.
fn visit(prefix: &str, object: &Map<String, Value>, kinds: &mut HashMap<String, HashSet<&str>>) {
    for (name, value) in object {
        let path = format!("{prefix}{name}");
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Number(number) if number.is_i64() => "integer",
            Value::Number(number) if number.is_u64() => "huge integer",
            Value::Number(_) => "float",
            Value::String(_) => "text",
            Value::Array(_) => "list",
            Value::Object(members) => {
                visit(&format!("{path}."), members, kinds);
                "object"
            }
        };
        kinds.entry(path).or_default().insert(kind);
    }
}

#[test]
fn values_nest_and_disagree() {
    let mut kinds = HashMap::new();
    for line in varied(DEFAULT_SEED).take(LINES) {
        visit("", &serde_json::from_str(&line).expect("a JSON object"), &mut kinds);
    }
    for (path, expected) in [
        ("http", &["object"][..]),
        ("http.client.ip", &["text"]),
        ("http.status", &["integer", "text"]),
        ("user.id", &["integer", "text"]),
        ("attempt", &["integer", "text"]),
        ("duration_ms", &["integer", "float"]),
        ("error", &["object", "text", "null"]),
        ("note", &["null", "text"]),
        ("tags", &["list"]),
        ("readings", &["list"]),
        ("ok", &["bool"]),
        ("sequence", &["integer", "huge integer"]),
    ] {
        assert_eq!(kinds[path], expected.iter().copied().collect(), "{path}");
    }
}

#[test]
fn lines_are_written_in_different_ways() {
    let lines: Vec<String> = varied(DEFAULT_SEED).take(LINES).collect();
    let count = |found: &dyn Fn(&str) -> bool| lines.iter().filter(|line| found(line)).count();
    assert!(count(&|line| !line.is_ascii()) > 100, "text beyond ASCII");
    assert!(count(&|line| line.contains(r"\u04")) > 50, "escaped Cyrillic");
    assert!(count(&|line| line.contains(r#"": ""#)) > 300, "spaces after colons");
    assert!(count(&|line| line.contains(r"\\")) > 10, "escaped backslashes");
    assert!(count(&|line| line.contains(r"\n")) > 100, "escaped newlines");
    assert!(count(&|line| line.contains(r"\u0000")) > 3, "an escaped NUL");
    assert!(count(&|line| line.contains("{}")) > 10, "empty objects");
    assert!(count(&|line| line.contains("[]")) > 100, "empty lists");
    assert!(count(&|line| !line.contains(r#""level""#)) > 50, "missing levels");
    assert!(count(&|line| !line.starts_with(r#"{"ts""#)) > 200, "changing order");
    assert_eq!(count(&|line| line.contains('\n')), 0, "one line each");
}

#[test]
fn no_key_stands_twice_in_a_line() {
    // A parsed object keeps one of two equal keys, so writing it again would make it shorter.
    for line in varied(1).take(LINES) {
        let members: Map<String, Value> = serde_json::from_str(&line).expect("a JSON object");
        let keys = |text: &str| text.matches(r#"":"#).count();
        let written = Value::Object(members).to_string();
        assert_eq!(keys(&written), keys(&line), "{line}");
    }
}

#[test]
fn the_example_file_is_what_the_command_makes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/logs.ndjson");
    let file = std::fs::read(path).expect("examples/logs.ndjson");
    assert!(file.len() < 2_000_000);
    // Not assert_eq, which would print both.
    assert!(
        file == Workload::Varied.ndjson(DEFAULT_SEED, LINES as u64),
        "examples/logs.ndjson differs: make it again as examples/README.md says"
    );
}
