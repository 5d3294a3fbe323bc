//! The small reference run: the columns of `synth40` and twelve more.

use crate::rng::Rng;
use crate::synth40::{Synth40, synth40};
use crate::text::hex;
use crate::{Column, Row, Type};

/// The twelve columns more, in the order in which rows have them.
pub(crate) const MORE_COLUMNS: [Column; 12] = [
    ("resource_os_type", Type::Text),
    ("resource_deployment_environment", Type::Text),
    ("resource_process_pid", Type::I64),
    ("resource_k8s_node_name", Type::Text),
    ("resource_telemetry_sdk_language", Type::Text),
    ("attr_thread_name", Type::Text),
    ("attr_code_function", Type::Text),
    ("attr_code_line", Type::I64),
    ("attr_trace_id", Type::Text),
    ("attr_span_id", Type::Text),
    ("attr_sampled", Type::Bool),
    ("attr_cpu_share", Type::F64),
];

const ENVIRONMENTS: [&str; 3] = ["production", "staging", "canary"];
const LANGUAGES: [&str; 4] = ["rust", "go", "java", "python"];
const FUNCTIONS: [&str; 12] = [
    "handle_request",
    "load_session",
    "store_order",
    "charge",
    "refund",
    "render",
    "publish",
    "consume",
    "refresh_token",
    "check_health",
    "open_pool",
    "flush",
];

/// The endless rows of [`small52`].
#[derive(Clone, Debug)]
pub struct Small52 {
    first: Synth40,
    rng: Rng,
}

/// Rows of [`synth40`](fn@crate::synth40) with the same seed, and after their columns
///
/// | column | type | values | present |
/// |---|---|---|---|
/// | resource_os_type | string | 1 value | always |
/// | resource_deployment_environment | string | 3 values | always |
/// | resource_process_pid | int | 1,000 values | always |
/// | resource_k8s_node_name | string | 20 values | always |
/// | resource_telemetry_sdk_language | string | 4 values | always |
/// | attr_thread_name | string | 16 values | always |
/// | attr_code_function, _code_line | string/int | 12, < 500 | 50 % (together) |
/// | attr_trace_id, _span_id (hex), _sampled | string/bool | random, random, 90 % true | 30 % (together) |
/// | attr_cpu_share | double | 0.000 to 0.999 | 10 % |
///
/// The reference run takes 900 of them.
pub fn small52(seed: u64) -> Small52 {
    // Another stream than the one of the first forty columns, whatever the seed.
    Small52 { first: synth40(seed), rng: Rng::new(seed ^ 0x5252_5252_5252_5252) }
}

impl Iterator for Small52 {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        let mut row = self.first.next()?;
        let rng = &mut self.rng;
        let node = format!("node-{:02}.cluster.example.com", rng.below(20));
        row.push(("resource_os_type", "linux".into()));
        row.push(("resource_deployment_environment", rng.pick(&ENVIRONMENTS).into()));
        row.push(("resource_process_pid", rng.between(1, 1_001).into()));
        row.push(("resource_k8s_node_name", node.into()));
        row.push(("resource_telemetry_sdk_language", rng.pick(&LANGUAGES).into()));
        row.push(("attr_thread_name", format!("worker-{}", rng.below(16)).into()));
        if rng.percent(50) {
            row.push(("attr_code_function", rng.pick(&FUNCTIONS).into()));
            row.push(("attr_code_line", rng.between(0, 500).into()));
        }
        if rng.percent(30) {
            row.push(("attr_trace_id", hex(rng, 32).into()));
            row.push(("attr_span_id", hex(rng, 16).into()));
            row.push(("attr_sampled", rng.percent(90).into()));
        }
        if rng.percent(10) {
            row.push(("attr_cpu_share", rng.decimal(1_000, 1_000).into()));
        }
        Some(row)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.first.size_hint()
    }
}
