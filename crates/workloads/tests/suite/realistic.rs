//! The realistic workload has what makes real logs hard.

use bucksaw_workloads::{Row, Value, realistic};
use std::collections::{HashMap, HashSet};

const ROWS: usize = 20_000;

fn text<'a>(row: &'a Row, wanted: &str) -> &'a str {
    match row.iter().find(|(name, _)| *name == wanted) {
        Some((_, Value::Text(text))) => text,
        _ => "",
    }
}

#[test]
fn bodies_are_long_mostly_distinct_and_hard_to_write() {
    let mut distinct = HashSet::new();
    let (mut bytes, mut beyond_ascii, mut lines, mut quotes) = (0, 0, 0, 0);
    for row in realistic(42).take(ROWS) {
        let body = text(&row, "log_message");
        bytes += body.len();
        beyond_ascii += usize::from(!body.is_ascii());
        lines += usize::from(body.contains('\n'));
        quotes += usize::from(body.contains('"'));
        distinct.insert(body.to_owned());
    }
    assert!(distinct.len() > ROWS * 99 / 100, "{} distinct bodies", distinct.len());
    assert!(bytes / ROWS > 300, "{} bytes a body", bytes / ROWS);
    assert!(beyond_ascii > ROWS / 50, "{beyond_ascii} bodies beyond ASCII");
    assert!(lines > ROWS / 20, "{lines} bodies of several lines");
    assert!(quotes > ROWS / 3, "{quotes} bodies with quotes");
}

#[test]
fn attributes_come_and_go_and_some_come_late() {
    let mut first_met: HashMap<&str, usize> = HashMap::new();
    let mut orders = HashSet::new();
    for (at, row) in realistic(42).take(ROWS).enumerate() {
        let names: Vec<_> = row.iter().map(|(name, _)| *name).collect();
        let attributes = names.iter().filter(|name| name.starts_with("attr_")).count();
        assert!((4..=16).contains(&attributes), "{attributes} attributes");
        for name in &names {
            first_met.entry(name).or_insert(at);
        }
        orders.insert(names);
    }
    assert_eq!(first_met.len(), 138);
    assert!(first_met.values().any(|at| *at > 1_000), "no column comes late");
    assert!(orders.len() > ROWS * 9 / 10, "{} orders of names", orders.len());
}

#[test]
fn resource_attributes_stay_the_same_over_runs_of_rows() {
    let rows: Vec<Row> = realistic(42).take(ROWS).collect();
    let pods: Vec<_> = rows.iter().map(|row| text(row, "resource_k8s_pod_name")).collect();
    let runs = 1 + pods.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!((ROWS / 400..ROWS / 100).contains(&runs), "{runs} runs");
    let mut hosts = HashMap::new();
    for row in &rows {
        let host = text(row, "resource_host_name");
        assert_eq!(*hosts.entry(text(row, "resource_k8s_pod_name")).or_insert(host), host);
    }
}

#[test]
fn ids_are_hexadecimal_and_come_together() {
    let mut traced = 0;
    for row in realistic(42).take(ROWS) {
        let (trace, span) = (text(&row, "trace_id"), text(&row, "span_id"));
        assert!(matches!((trace.len(), span.len()), (32, 16) | (0, 0)));
        assert!(trace.chars().chain(span.chars()).all(|c| c.is_ascii_hexdigit()));
        traced += usize::from(!trace.is_empty());
    }
    assert!((ROWS * 73 / 100..ROWS * 77 / 100).contains(&traced), "{traced} rows with a span");
}
