//! The sparse attributes: a table of 120, and a draw of some of them for a row.

use crate::rng::Rng;
use crate::text::{address, hex, path, upstream, user_agent, uuid, word};
use crate::{Row, Type, Value};

/// What an attribute's values look like.
pub(super) enum Kind {
    /// Integers of up to so many bits, small ones more often.
    Count(u32),
    /// One of a few integers.
    Code(&'static [i64]),
    /// Doubles with three decimals, of up to so many bits before the point.
    Decimal(u32),
    /// A boolean that is true in so many percent.
    Flag(u64),
    /// One of a few texts.
    Choice(&'static [&'static str]),
    /// So many hexadecimal digits.
    Hex(u32),
    /// A prefix and a number of up to so many bits.
    Numbered(&'static str, u32),
    Uuid,
    Address,
    Upstream,
    Path,
    UserAgent,
    /// Up to so many words.
    Words(u64),
}

impl Kind {
    pub(super) fn value_type(&self) -> Type {
        match self {
            Kind::Count(_) | Kind::Code(_) => Type::I64,
            Kind::Decimal(_) => Type::F64,
            Kind::Flag(_) => Type::Bool,
            _ => Type::Text,
        }
    }

    fn value(&self, rng: &mut Rng) -> Value {
        match *self {
            Kind::Count(bits) => (rng.skewed(bits) as i64).into(),
            Kind::Code(codes) => rng.pick(codes).into(),
            Kind::Decimal(bits) => (rng.skewed(bits + 10) as f64 / 1000.0).into(),
            Kind::Flag(percent) => rng.percent(percent).into(),
            Kind::Choice(choices) => rng.pick(choices).into(),
            Kind::Hex(digits) => hex(rng, digits).into(),
            Kind::Numbered(prefix, bits) => format!("{prefix}{}", rng.below(1 << bits)).into(),
            Kind::Uuid => uuid(rng).into(),
            Kind::Address => address(rng).into(),
            Kind::Upstream => upstream(rng).into(),
            Kind::Path => path(rng).into(),
            Kind::UserAgent => user_agent(rng).into(),
            Kind::Words(most) => {
                let words: Vec<_> = (0..=rng.below(most)).map(|_| word(rng)).collect();
                words.join(" ").into()
            }
        }
    }
}

/// How many attributes at the end of the table are rarer still than their place makes them.
const RARE: usize = 8;

/// Appends 4 to 16 attributes, the early ones of the table far more often than the late ones.
pub(super) fn push(rng: &mut Rng, row: &mut Row) {
    let mut taken = 0_u128;
    let wanted = 4 + rng.below(13) as u32;
    while taken.count_ones() < wanted {
        // The limit of the draw is itself drawn, so the lower a number the likelier it is.
        let limit = 1 + rng.below(ATTRIBUTES.len() as u64);
        let at = rng.below(limit) as usize;
        let refused = at >= ATTRIBUTES.len() - RARE && rng.below(8) > 0;
        if !refused && taken & (1 << at) == 0 {
            taken |= 1 << at;
            let (name, kind) = &ATTRIBUTES[at];
            row.push((name, kind.value(rng)));
        }
    }
}

const METHODS: &[&str] = &["GET", "GET", "GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];
const STATUS_CODES: &[i64] = &[200, 200, 200, 200, 201, 204, 304, 400, 401, 404, 429, 500, 503];
const HOSTS: &[&str] = &["shop.example.com", "api.example.com", "img.example.net", "example.org"];
const QUEUES: &[&str] =
    &["orders.new", "orders.retry", "mail.out", "images.resize", "index.update"];

/// The attributes, the common ones first.
pub(super) const ATTRIBUTES: [(&str, Kind); 120] = {
    use Kind::*;
    [
        ("attr_http_request_method", Choice(METHODS)),
        ("attr_http_response_status_code", Code(STATUS_CODES)),
        ("attr_url_path", Path),
        ("attr_duration_ms", Decimal(12)),
        ("attr_user_id", Numbered("user-", 20)),
        ("attr_request_id", Uuid),
        ("attr_client_address", Address),
        ("attr_user_agent_original", UserAgent),
        ("attr_session_id", Hex(32)),
        ("attr_http_response_body_size", Count(22)),
        ("attr_thread_name", Numbered("worker-", 5)),
        ("attr_server_address", Choice(HOSTS)),
        (
            "attr_code_function",
            Choice(&["handle", "load", "store", "publish", "verify", "render", "resolve"]),
        ),
        ("attr_code_line_number", Count(11)),
        ("attr_network_protocol_version", Choice(&["1.1", "2", "3"])),
        ("attr_upstream_address", Upstream),
        ("attr_cache_hit", Flag(70)),
        ("attr_tenant_id", Numbered("tenant-", 9)),
        ("attr_db_operation_name", Choice(&["SELECT", "INSERT", "UPDATE", "DELETE", "COMMIT"])),
        ("attr_db_query_duration_ms", Decimal(10)),
        ("attr_http_request_body_size", Count(18)),
        ("attr_retry_count", Count(3)),
        (
            "attr_error_type",
            Choice(&["Timeout", "Refused", "NotFound", "Invalid", "Conflict", "Cancelled"]),
        ),
        (
            "attr_db_collection_name",
            Choice(&["orders", "carts", "items", "users", "ledger_entries"]),
        ),
        ("attr_order_id", Numbered("ord-2023-", 24)),
        ("attr_feature_flags", Words(5)),
        ("attr_url_full", Path),
        (
            "attr_http_route",
            Choice(&["/api/v1/orders/{id}", "/api/v1/carts/{id}/lines", "/api/v2/search"]),
        ),
        ("attr_thread_id", Count(16)),
        ("attr_sampled", Flag(10)),
        ("attr_trace_flags", Choice(&["00", "01"])),
        ("attr_cache_key", Numbered("cache:item:", 22)),
        ("attr_db_system_name", Choice(&["postgresql", "keyvalue", "columnar"])),
        ("attr_db_rows_returned", Count(12)),
        ("attr_queue_name", Choice(QUEUES)),
        ("attr_queue_depth", Count(14)),
        ("attr_message_id", Uuid),
        ("attr_message_size", Count(16)),
        ("attr_network_peer_address", Upstream),
        ("attr_network_peer_port", Count(16)),
        ("attr_tls_version", Choice(&["1.2", "1.3"])),
        (
            "attr_tls_cipher",
            Choice(&["AES_128_GCM_SHA256", "AES_256_GCM_SHA384", "CHACHA20_POLY1305_SHA256"]),
        ),
        ("attr_geo_country", Choice(&["AA", "QM", "QN", "XA", "XB", "ZZ"])),
        ("attr_locale", Choice(&["en-GB", "de-DE", "fr-FR", "ja-JP", "pt-BR"])),
        ("attr_currency", Choice(&["XTS", "XXX", "XAU"])),
        ("attr_amount", Decimal(14)),
        ("attr_item_count", Count(6)),
        ("attr_cart_id", Hex(24)),
        ("attr_coupon", Numbered("SAVE-", 10)),
        ("attr_experiment", Choice(&["blue-button", "short-form", "new-ranking", "control"])),
        ("attr_experiment_bucket", Count(7)),
        ("attr_score", Decimal(1)),
        ("attr_authenticated", Flag(80)),
        ("attr_auth_method", Choice(&["password", "token", "key", "none"])),
        ("attr_scope_list", Words(6)),
        ("attr_gc_pause_ms", Decimal(6)),
        ("attr_heap_used_bytes", Count(34)),
        ("attr_cpu_share", Decimal(1)),
        ("attr_open_files", Count(12)),
        ("attr_goroutines", Count(13)),
        ("attr_build_commit", Hex(40)),
        ("attr_config_version", Count(20)),
        ("attr_region_hint", Choice(&["north", "south", "east"])),
        ("attr_shard", Count(8)),
        ("attr_partition", Count(6)),
        ("attr_offset", Count(40)),
        ("attr_consumer_group", Choice(&["indexer", "mailer", "billing", "audit"])),
        ("attr_lag", Count(20)),
        ("attr_batch_size", Count(10)),
        ("attr_compressed", Flag(50)),
        ("attr_compression_ratio", Decimal(4)),
        ("attr_checksum", Hex(64)),
        ("attr_file_path", Path),
        ("attr_file_size", Count(36)),
        ("attr_bucket", Numbered("bucket-", 6)),
        ("attr_object_key", Path),
        ("attr_etag", Hex(32)),
        (
            "attr_content_type",
            Choice(&["application/json", "text/html; charset=utf-8", "image/webp"]),
        ),
        ("attr_referrer", Path),
        ("attr_forwarded_for", Address),
        ("attr_rate_limit", Count(12)),
        ("attr_rate_limit_left", Count(12)),
        ("attr_circuit_state", Choice(&["closed", "open", "half-open"])),
        ("attr_deadline_ms", Count(15)),
        ("attr_attempt", Count(3)),
        ("attr_backoff_ms", Count(14)),
        ("attr_job_name", Choice(&["nightly-report", "reindex", "cleanup", "invoice-run"])),
        ("attr_job_id", Uuid),
        ("attr_job_progress", Decimal(1)),
        ("attr_worker_count", Count(6)),
        ("attr_parent_id", Hex(16)),
        ("attr_correlation_id", Uuid),
        ("attr_causation_id", Uuid),
        (
            "attr_event_name",
            Choice(&["order.placed", "order.paid", "order.sent", "cart.changed", "user.left"]),
        ),
        ("attr_event_version", Count(4)),
        ("attr_schema_id", Count(12)),
        ("attr_template", Choice(&["welcome", "receipt", "reminder", "reset"])),
        ("attr_recipient_count", Count(8)),
        ("attr_bounce", Flag(3)),
        ("attr_search_terms", Words(8)),
        ("attr_search_hits", Count(18)),
        ("attr_search_took_ms", Decimal(9)),
        ("attr_ranking_model", Numbered("ranker-", 4)),
        ("attr_image_width", Count(13)),
        ("attr_image_height", Count(13)),
        ("attr_image_format", Choice(&["webp", "png", "jpeg", "avif"])),
        ("attr_fraud_score", Decimal(1)),
        ("attr_fraud_rules", Words(4)),
        ("attr_ledger_account", Numbered("acct-", 26)),
        ("attr_ledger_balance", Decimal(20)),
        ("attr_lock_wait_ms", Decimal(8)),
        ("attr_lock_owner", Upstream),
        ("attr_replica_lag_ms", Decimal(9)),
        ("attr_migration", Numbered("2023_", 12)),
        ("attr_dns_name", Choice(HOSTS)),
        ("attr_dns_took_ms", Decimal(7)),
        ("attr_certificate_days_left", Count(9)),
        ("attr_debug_note", Words(14)),
        ("attr_legacy_id", Count(31)),
        ("attr_maintenance", Flag(1)),
    ]
};
