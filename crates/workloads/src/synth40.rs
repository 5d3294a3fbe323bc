//! The reference workload: 40 flat columns whose number of distinct values and presence are given.

use crate::rng::Rng;
use crate::text::uuid;
use crate::{Column, Row, Type};

/// The first row's timestamp: 2023-11-14T22:13:20Z in milliseconds.
pub(crate) const FIRST_TIMESTAMP: i64 = 1_700_000_000_000;

/// The columns in the order in which rows have them.
pub(crate) const COLUMNS: [Column; 40] = [
    ("chq_timestamp", Type::I64),
    ("log_message", Type::Text),
    ("log_level", Type::Text),
    ("chq_fingerprint", Type::I64),
    ("resource_service_name", Type::Text),
    ("resource_service_namespace", Type::Text),
    ("resource_service_version", Type::Text),
    ("resource_host_name", Type::Text),
    ("resource_host_id", Type::Text),
    ("resource_cloud_provider", Type::Text),
    ("resource_cloud_region", Type::Text),
    ("resource_cloud_zone", Type::Text),
    ("resource_k8s_cluster_name", Type::Text),
    ("resource_k8s_namespace_name", Type::Text),
    ("resource_k8s_pod_name", Type::Text),
    ("resource_k8s_container_name", Type::Text),
    ("scope_name", Type::Text),
    ("scope_version", Type::Text),
    ("attr_http_method", Type::Text),
    ("attr_http_status_code", Type::I64),
    ("attr_http_url", Type::Text),
    ("attr_http_user_agent", Type::Text),
    ("attr_db_system", Type::Text),
    ("attr_db_name", Type::Text),
    ("attr_db_operation", Type::Text),
    ("attr_db_query_duration_ms", Type::I64),
    ("attr_error", Type::Bool),
    ("attr_error_type", Type::Text),
    ("attr_error_message", Type::Text),
    ("attr_error_stack", Type::Text),
    ("attr_user_id", Type::Text),
    ("attr_session_id", Type::Text),
    ("attr_request_id", Type::Text),
    ("attr_duration_ms", Type::I64),
    ("attr_bytes_sent", Type::I64),
    ("attr_bytes_received", Type::I64),
    ("attr_cache_hit", Type::Bool),
    ("attr_cache_key", Type::Text),
    ("attr_queue_name", Type::Text),
    ("attr_queue_size", Type::I64),
];

const MESSAGES: [&str; 10] = [
    "Request handled successfully",
    "Database query completed",
    "Cache entry was refreshed",
    "User session was started",
    "Background job finished",
    "Connection pool exhausted",
    "Retrying failed operation",
    "Configuration reloaded now",
    "Health check has passed",
    "Message sent to the queue",
];
const SERVICES: [&str; 5] =
    ["api-gateway", "order-service", "user-service", "payment-worker", "notification-api"];
const REGIONS: [&str; 4] = ["north-1", "south-1", "east-2", "west-2"];
const ZONES: [&str; 3] = ["zone-a", "zone-b", "zone-c"];
const NAMESPACES: [&str; 4] = ["default", "production", "staging", "monitoring"];
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "DELETE", "PATCH"];
const STATUS_CODES: [i64; 7] = [200, 201, 204, 400, 404, 500, 503];
const USER_AGENTS: [&str; 4] = [
    "ExampleBrowser/5.0 (X11; Linux x86_64)",
    "ExampleBrowser/5.0 (Desktop 11; x64)",
    "example-http/2.1",
    "example-client/8.4.0",
];
const DATABASES: [&str; 3] = ["orders_db", "users_db", "analytics_db"];
const OPERATIONS: [&str; 4] = ["SELECT", "INSERT", "UPDATE", "DELETE"];
const ERROR_TYPES: [&str; 4] =
    ["TimeoutError", "ConnectionError", "ValidationError", "NullReferenceError"];
const ERROR_MESSAGES: [&str; 4] = [
    "operation timed out after 30s",
    "connection refused by the peer",
    "field failed its validation",
    "unexpected empty reference",
];
const ERROR_STACK: &str = "at handleRequest (server.js:123:45)\n\
     at processQueue (worker.js:67:12)\n\
     at main (index.js:10:5)";
const QUEUES: [&str; 3] = ["email-queue", "order-queue", "notification-queue"];

/// The endless rows of [`synth40`].
#[derive(Clone, Debug)]
pub struct Synth40 {
    rng: Rng,
    made: i64,
}

/// Rows of the reference workload: always 18 columns, and seven groups whose columns come together:
/// HTTP 30 %, database 20 %, error 15 %, user 25 %, transfer 40 %, cache 5 %, queue 5 % of the rows.
/// Timestamps are milliseconds, one second apart. A row is about 850 bytes of NDJSON.
pub fn synth40(seed: u64) -> Synth40 {
    Synth40 { rng: Rng::new(seed), made: 0 }
}

impl Iterator for Synth40 {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        // Room for small52's columns too.
        let mut row = Row::with_capacity(52);
        let timestamp = FIRST_TIMESTAMP + self.made * 1000;
        self.made += 1;
        push_record(&mut self.rng, timestamp, &mut row);
        push_resource(&mut self.rng, &mut row);
        push_attributes(&mut self.rng, &mut row);
        Some(row)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (usize::MAX, None)
    }
}

fn push_record(rng: &mut Rng, timestamp: i64, row: &mut Row) {
    let level = match rng.below(10) {
        0..6 => "INFO",
        6..8 => "WARN",
        8 => "ERROR",
        _ => "DEBUG",
    };
    row.push(("chq_timestamp", timestamp.into()));
    row.push(("log_message", rng.pick(&MESSAGES).into()));
    row.push(("log_level", level.into()));
    row.push(("chq_fingerprint", ((rng.bits() >> 1) as i64).into()));
}

fn push_resource(rng: &mut Rng, row: &mut Row) {
    let version = rng.below(200);
    let host = rng.below(1 << 24);
    let host_name = format!("ip-10-{}-{}-{}", host >> 16, host >> 8 & 255, host & 255);
    let pod = rng.below(50);
    row.push(("resource_service_name", rng.pick(&SERVICES).into()));
    row.push(("resource_service_namespace", "production".into()));
    row.push(("resource_service_version", format!("v1.{}.{}", version / 10, version % 10).into()));
    row.push(("resource_host_name", host_name.into()));
    row.push(("resource_host_id", uuid(rng).into()));
    row.push(("resource_cloud_provider", "cloud-ex".into()));
    row.push(("resource_cloud_region", rng.pick(&REGIONS).into()));
    row.push(("resource_cloud_zone", rng.pick(&ZONES).into()));
    row.push(("resource_k8s_cluster_name", "production-cluster".into()));
    row.push(("resource_k8s_namespace_name", rng.pick(&NAMESPACES).into()));
    row.push(("resource_k8s_pod_name", format!("app-pod-{pod:02}").into()));
    row.push(("resource_k8s_container_name", "app-container".into()));
    row.push(("scope_name", "telemetry.logger".into()));
    row.push(("scope_version", "1.0.0".into()));
}

fn push_attributes(rng: &mut Rng, row: &mut Row) {
    if rng.percent(30) {
        let url = format!("/api/v1/resources/{}", rng.below(10_000));
        row.push(("attr_http_method", rng.pick(&METHODS).into()));
        row.push(("attr_http_status_code", rng.pick(&STATUS_CODES).into()));
        row.push(("attr_http_url", url.into()));
        row.push(("attr_http_user_agent", rng.pick(&USER_AGENTS).into()));
    }
    if rng.percent(20) {
        row.push(("attr_db_system", "postgresql".into()));
        row.push(("attr_db_name", rng.pick(&DATABASES).into()));
        row.push(("attr_db_operation", rng.pick(&OPERATIONS).into()));
        row.push(("attr_db_query_duration_ms", rng.between(0, 5_000).into()));
    }
    if rng.percent(15) {
        row.push(("attr_error", true.into()));
        row.push(("attr_error_type", rng.pick(&ERROR_TYPES).into()));
        row.push(("attr_error_message", rng.pick(&ERROR_MESSAGES).into()));
        row.push(("attr_error_stack", ERROR_STACK.into()));
    }
    if rng.percent(25) {
        row.push(("attr_user_id", format!("user-{}", rng.below(100_000)).into()));
        row.push(("attr_session_id", uuid(rng).into()));
        row.push(("attr_request_id", uuid(rng).into()));
    }
    if rng.percent(40) {
        row.push(("attr_duration_ms", rng.between(0, 10_000).into()));
        row.push(("attr_bytes_sent", rng.between(0, 1_000_000).into()));
        row.push(("attr_bytes_received", rng.between(0, 1_000_000).into()));
    }
    if rng.percent(5) {
        row.push(("attr_cache_hit", rng.percent(70).into()));
        row.push(("attr_cache_key", format!("cache:key:{}", rng.below(10_000)).into()));
    }
    if rng.percent(5) {
        row.push(("attr_queue_name", rng.pick(&QUEUES).into()));
        row.push(("attr_queue_size", rng.between(0, 10_000).into()));
    }
}
