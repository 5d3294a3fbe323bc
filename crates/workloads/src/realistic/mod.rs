//! Rows like those of real log stores: long distinct bodies and many columns that come and go.

mod attributes;
mod bodies;

use crate::rng::Rng;
use crate::text::hex;
use crate::{Column, Row, Type};
use attributes::ATTRIBUTES;

/// The columns that aren't attributes. Rows without a span lack the two ids.
const FIXED_COLUMNS: [Column; 18] = [
    ("chq_timestamp", Type::I64),
    ("chq_observed_timestamp", Type::I64),
    ("log_level", Type::Text),
    ("log_message", Type::Text),
    ("chq_fingerprint", Type::I64),
    ("trace_id", Type::Text),
    ("span_id", Type::Text),
    ("resource_service_name", Type::Text),
    ("resource_service_version", Type::Text),
    ("resource_service_instance_id", Type::Text),
    ("resource_host_name", Type::Text),
    ("resource_host_ip", Type::Text),
    ("resource_cloud_region", Type::Text),
    ("resource_k8s_namespace_name", Type::Text),
    ("resource_k8s_node_name", Type::Text),
    ("resource_k8s_pod_name", Type::Text),
    ("resource_process_pid", Type::I64),
    ("scope_name", Type::Text),
];

/// How many pods write; each has its own resource attributes.
const PODS: u64 = 300;

const SERVICES: [&str; 12] = [
    "edge-proxy",
    "storefront",
    "cart-api",
    "order-api",
    "stock-keeper",
    "price-engine",
    "mail-sender",
    "search-index",
    "image-scaler",
    "fraud-check",
    "ledger",
    "session-store",
];

/// The endless rows of [`realistic`].
#[derive(Clone, Debug)]
pub struct Realistic {
    rng: Rng,
    timestamp: i64,
    /// The fields that stay the same over a run of rows.
    resource: Row,
    left_in_run: u64,
}

/// Rows like those of real log stores, about 1.5 KB of NDJSON each.
///
/// - Bodies (`log_message`) are mostly distinct: access-log lines, messages with several variables,
///   stack traces, JSON as text, and some beyond ASCII or with characters that need escapes.
/// - Resource attributes stay the same over a run of 20 to 400 rows, then another of 300 pods writes.
/// - 75 % of the rows have a trace id and a span id, in hexadecimal; rows of one trace follow
///   each other only by chance.
/// - Of 120 attributes a row has 4 to 16; the first of them are common, the last rare enough to be
///   met for the first time after thousands of rows.
/// - The order of a row's attributes changes with each row, in an eighth of the rows that of all.
/// - A column has the same type in every row; [`varied`](fn@crate::varied) is the one that disagrees.
pub fn realistic(seed: u64) -> Realistic {
    Realistic {
        rng: Rng::new(seed),
        timestamp: crate::synth40::FIRST_TIMESTAMP,
        resource: Row::new(),
        left_in_run: 0,
    }
}

/// Every column that a row may have.
pub(crate) fn columns() -> Vec<Column> {
    let sparse = ATTRIBUTES.iter().map(|(name, kind)| (*name, kind.value_type()));
    FIXED_COLUMNS.into_iter().chain(sparse).collect()
}

impl Iterator for Realistic {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        let rng = &mut self.rng;
        if self.left_in_run == 0 {
            self.left_in_run = 20 + rng.below(381);
            self.resource = resource(rng.below(PODS));
        }
        self.left_in_run -= 1;
        self.timestamp += rng.skewed(9) as i64;

        let mut row = Row::with_capacity(34);
        push_record(rng, self.timestamp, &mut row);
        row.extend(self.resource.iter().cloned());
        let fixed = row.len();
        attributes::push(rng, &mut row);
        rng.shuffle(&mut row[fixed..]);
        if rng.below(8) == 0 {
            rng.shuffle(&mut row);
        }
        Some(row)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (usize::MAX, None)
    }
}

fn push_record(rng: &mut Rng, timestamp: i64, row: &mut Row) {
    let level = match rng.below(100) {
        0..62 => "INFO",
        62..80 => "DEBUG",
        80..92 => "WARN",
        92..99 => "ERROR",
        _ => "FATAL",
    };
    let body = bodies::body(rng, timestamp);
    row.push(("chq_timestamp", timestamp.into()));
    row.push(("chq_observed_timestamp", (timestamp + rng.skewed(11) as i64).into()));
    row.push(("log_level", level.into()));
    row.push(("log_message", body.text.into()));
    row.push(("chq_fingerprint", body.fingerprint.into()));
    if rng.percent(75) {
        row.push(("trace_id", hex(rng, 32).into()));
        row.push(("span_id", hex(rng, 16).into()));
    }
}

/// The resource attributes of a pod: the same whenever that pod writes, whatever the seed.
fn resource(pod: u64) -> Row {
    let rng = &mut Rng::new(pod);
    let service = rng.pick(&SERVICES);
    let (a, b) = (rng.below(256), rng.below(256));
    let version =
        format!("{}.{}.{}-{}", 1 + rng.below(4), rng.below(30), rng.below(9), hex(rng, 7));
    let node = format!("node-{:03}.pool-{}.example.com", rng.below(90), rng.below(4));
    let pod = format!("{service}-{}-{}", hex(rng, 9), hex(rng, 5));
    let namespace = rng.pick(&["shop", "platform", "payments", "search"]);
    let mut row: Row = vec![
        ("resource_service_name", service.into()),
        ("resource_service_version", version.into()),
        ("resource_service_instance_id", crate::text::uuid(rng).into()),
        ("resource_host_name", format!("ip-10-0-{a}-{b}.internal.example.com").into()),
        ("resource_host_ip", format!("10.0.{a}.{b}").into()),
        ("resource_cloud_region", rng.pick(&["north-1", "south-1", "east-2"]).into()),
        ("resource_k8s_namespace_name", namespace.into()),
        ("resource_k8s_node_name", node.into()),
        ("resource_k8s_pod_name", pod.into()),
        ("resource_process_pid", rng.between(1, 60_000).into()),
    ];
    row.push(("scope_name", format!("com.example.{}", service.replace('-', ".")).into()));
    row
}
