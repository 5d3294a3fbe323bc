//! The reference workload keeps to its table: types, distinct values, presence, size.

use bucksaw_workloads::{Row, Value, Workload, small52, synth40};
use std::collections::{HashMap, HashSet};

const ROWS: usize = 50_000;

fn rows() -> Vec<Row> {
    synth40(42).take(ROWS).collect()
}

/// Distinct values and number of rows that have one, of each column.
fn columns(rows: &[Row]) -> HashMap<&'static str, (HashSet<String>, usize)> {
    let mut columns: HashMap<_, (HashSet<String>, usize)> = HashMap::new();
    for (name, value) in rows.iter().flatten() {
        let column = columns.entry(*name).or_default();
        column.0.insert(format!("{value:?}"));
        column.1 += 1;
    }
    columns
}

#[test]
fn columns_have_their_number_of_distinct_values_and_their_presence() {
    let columns = columns(&rows());
    assert_eq!(columns.len(), 40);
    // Name, distinct values where all of them must have come in 50,000 rows, presence in percent.
    let table = [
        ("chq_timestamp", Some(ROWS), 100),
        ("log_message", Some(10), 100),
        ("log_level", Some(4), 100),
        ("chq_fingerprint", Some(ROWS), 100),
        ("resource_service_name", Some(5), 100),
        ("resource_service_namespace", Some(1), 100),
        ("resource_service_version", Some(200), 100),
        ("resource_host_name", None, 100),
        ("resource_host_id", Some(ROWS), 100),
        ("resource_cloud_provider", Some(1), 100),
        ("resource_cloud_region", Some(4), 100),
        ("resource_cloud_zone", Some(3), 100),
        ("resource_k8s_cluster_name", Some(1), 100),
        ("resource_k8s_namespace_name", Some(4), 100),
        ("resource_k8s_pod_name", Some(50), 100),
        ("resource_k8s_container_name", Some(1), 100),
        ("scope_name", Some(1), 100),
        ("scope_version", Some(1), 100),
        ("attr_http_method", Some(5), 30),
        ("attr_http_status_code", Some(7), 30),
        ("attr_http_url", None, 30),
        ("attr_http_user_agent", Some(4), 30),
        ("attr_db_system", Some(1), 20),
        ("attr_db_name", Some(3), 20),
        ("attr_db_operation", Some(4), 20),
        ("attr_db_query_duration_ms", None, 20),
        ("attr_error", Some(1), 15),
        ("attr_error_type", Some(4), 15),
        ("attr_error_message", Some(4), 15),
        ("attr_error_stack", Some(1), 15),
        ("attr_user_id", None, 25),
        ("attr_session_id", None, 25),
        ("attr_request_id", None, 25),
        ("attr_duration_ms", None, 40),
        ("attr_bytes_sent", None, 40),
        ("attr_bytes_received", None, 40),
        ("attr_cache_hit", Some(2), 5),
        ("attr_cache_key", None, 5),
        ("attr_queue_name", Some(3), 5),
        ("attr_queue_size", None, 5),
    ];
    assert_eq!(table.map(|(name, ..)| name).to_vec(), names());
    for (name, distinct, percent) in table {
        let (values, present) = &columns[name];
        if let Some(distinct) = distinct {
            assert_eq!(values.len(), distinct, "distinct values of {name}");
        }
        let off = (*present as f64 / ROWS as f64 * 100.0 - f64::from(percent)).abs();
        assert!(off < 0.7, "{name} is present in {present} rows");
        assert!(percent < 100 || *present == ROWS, "{name} is always present");
    }
    // So many different ones are expected of that many draws from the table's 10,000 values.
    let urls = columns["attr_http_url"].0.len();
    assert!((7_600..7_950).contains(&urls), "{urls} distinct URLs");
}

#[test]
fn numbered_values_are_as_many_as_the_table_says() {
    let mut urls = HashSet::new();
    // 400,000 rows draw a URL 120,000 times, which leaves hardly one of the 10,000 out.
    for (name, value) in synth40(42).take(400_000).flatten() {
        let (Value::Text(text), limit) = (value, numbers(name)) else { continue };
        if name == "attr_http_url" {
            urls.insert(text.into_owned());
        } else if limit > 0 {
            let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
            assert!(digits.parse::<u32>().expect(name) < limit, "{name}: {digits}");
        }
    }
    assert_eq!(urls.len(), 10_000);
}

/// How many values a column has whose values differ in their number only.
fn numbers(name: &str) -> u32 {
    match name {
        "attr_user_id" => 100_000,
        "attr_cache_key" => 10_000,
        _ => 0,
    }
}

fn names() -> Vec<&'static str> {
    let columns = Workload::Synth40.columns().expect("synth40 has columns");
    columns.into_iter().map(|(name, _)| name).collect()
}

#[test]
fn columns_of_a_group_come_together() {
    let groups = [
        &["attr_http_method", "attr_http_status_code", "attr_http_url", "attr_http_user_agent"][..],
        &["attr_db_system", "attr_db_name", "attr_db_operation", "attr_db_query_duration_ms"],
        &["attr_error", "attr_error_type", "attr_error_message", "attr_error_stack"],
        &["attr_user_id", "attr_session_id", "attr_request_id"],
        &["attr_duration_ms", "attr_bytes_sent", "attr_bytes_received"],
        &["attr_cache_hit", "attr_cache_key"],
        &["attr_queue_name", "attr_queue_size"],
    ];
    for row in rows() {
        let has: HashSet<_> = row.iter().map(|(name, _)| *name).collect();
        for group in groups {
            let present = group.iter().filter(|name| has.contains(*name)).count();
            assert!(present == 0 || present == group.len(), "{group:?}");
        }
    }
}

#[test]
fn values_have_their_range_and_share() {
    let (mut levels, mut hits) = (HashMap::new(), 0);
    for (at, row) in rows().into_iter().enumerate() {
        for (name, value) in row {
            match (name, value) {
                ("chq_timestamp", value) => {
                    assert_eq!(value, Value::I64(1_700_000_000_000 + at as i64 * 1000));
                }
                ("chq_fingerprint", Value::I64(number)) => assert!(number >= 0),
                ("log_level", Value::Text(level)) => *levels.entry(level).or_insert(0) += 1,
                ("log_message", Value::Text(text)) => assert!((20..=30).contains(&text.len())),
                ("resource_host_id", Value::Text(text)) => assert_eq!(text.len(), 36),
                ("attr_error", value) => assert_eq!(value, Value::Bool(true)),
                ("attr_error_stack", Value::Text(text)) => assert_eq!(text.lines().count(), 3),
                ("attr_cache_hit", Value::Bool(hit)) => hits += i32::from(hit),
                ("attr_db_query_duration_ms", Value::I64(n)) => assert!((0..5_000).contains(&n)),
                ("attr_duration_ms" | "attr_queue_size", Value::I64(n)) => {
                    assert!((0..10_000).contains(&n));
                }
                ("attr_bytes_sent" | "attr_bytes_received", Value::I64(n)) => {
                    assert!((0..1_000_000).contains(&n));
                }
                _ => {}
            }
        }
    }
    for (level, percent) in [("INFO", 60), ("WARN", 20), ("ERROR", 10), ("DEBUG", 10)] {
        let off = f64::from(levels[level]) / ROWS as f64 * 100.0 - f64::from(percent);
        assert!(off.abs() < 0.7, "{level} is off by {off} %");
    }
    assert!((1_600..1_900).contains(&hits), "{hits} cache hits");
}

#[test]
fn small52_is_synth40_and_twelve_columns_more_all_met_in_900_rows() {
    let small: Vec<Row> = small52(42).take(900).collect();
    for (row, first) in small.iter().zip(synth40(42)) {
        assert_eq!(row[..first.len()], first[..]);
    }
    let met = columns(&small);
    assert_eq!(met.len(), 52);
    assert_eq!(met["resource_k8s_node_name"].0.len(), 20);
    assert_eq!(met["attr_trace_id"].1, met["attr_sampled"].1);
}
