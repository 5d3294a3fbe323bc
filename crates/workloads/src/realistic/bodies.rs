//! Log bodies.

use crate::rng::Rng;
use crate::text::{address, hex, path, put, upstream, user_agent, uuid, word};
use crate::time;

/// A log body.
pub(super) struct Body {
    pub(super) text: String,
    /// The same for all bodies of one template.
    pub(super) fingerprint: i64,
}

/// A body of a random kind.
pub(super) fn body(rng: &mut Rng, timestamp: i64) -> Body {
    let (kind, template, text) = match rng.below(100) {
        0..34 => (0, 0, access(rng, timestamp)),
        34..70 => {
            let template = rng.below(TEMPLATES);
            (1, template, message(rng, template))
        }
        70..82 => (2, 0, json_text(rng)),
        82..93 => {
            let class = rng.below(EXCEPTIONS.len() as u64);
            (3, class, stack_trace(rng, EXCEPTIONS[class as usize]))
        }
        _ => {
            let template = rng.below(BEYOND_ASCII);
            (4, template, beyond_ascii(rng, template))
        }
    };
    let fingerprint = Rng::new(kind << 32 | template).bits() >> 1;
    Body { text, fingerprint: fingerprint as i64 }
}

/// An access-log line with the additions that proxies make to it.
fn access(rng: &mut Rng, timestamp: i64) -> String {
    let mut out = String::with_capacity(512);
    put!(&mut out, "{} - ", address(rng));
    if rng.percent(40) {
        put!(&mut out, "user-{}", rng.below(1 << 20));
    } else {
        out.push('-');
    }
    let method = rng.pick(&["GET", "GET", "GET", "POST", "PUT", "DELETE"]);
    let status = rng.pick(&[200, 200, 200, 200, 201, 204, 301, 304, 400, 401, 404, 429, 500, 502]);
    let bytes = rng.skewed(22);
    let when = time::access_log(timestamp);
    put!(&mut out, " [{when}] \"{method} {} HTTP/1.1\" {status} {bytes}", path(rng));
    put!(&mut out, " \"https://shop.example.com{}\" \"{}\"", path(rng), user_agent(rng));
    let (took, waited) = (rng.skewed(14), rng.skewed(10));
    put!(&mut out, " rt={}.{:03} uct=0.{waited:03}", took / 1000, took % 1000);
    put!(&mut out, " upstream={} rid={}", upstream(rng), uuid(rng));
    out
}

const TEMPLATES: u64 = 14;

/// A message of an application, with several variables.
fn message(rng: &mut Rng, template: u64) -> String {
    let (n, ms) = (rng.skewed(20), rng.skewed(14));
    match template {
        0 | 4 | 5 | 7 | 10 | 13 => about_customers(rng, template, n, ms),
        _ => about_machines(rng, template, n, ms),
    }
}

/// Orders, payments, sessions, mail.
fn about_customers(rng: &mut Rng, template: u64, n: u64, ms: u64) -> String {
    match template {
        0 => format!(
            "Order ord-{n} placed by user-{} with {} lines, total {}.{:02} XTS, \
             payment {} accepted after {ms} ms; stock reserved in {} until the \
             parcel leaves",
            rng.below(1 << 20),
            1 + rng.skewed(5),
            rng.skewed(12),
            rng.below(100),
            uuid(rng),
            word(rng)
        ),
        4 => format!(
            "Session {} of user-{} refreshed from {} with agent '{}', expires in \
             {ms} s",
            uuid(rng),
            rng.below(1 << 20),
            address(rng),
            user_agent(rng)
        ),
        5 => format!(
            "Consumed message {} from orders.new[{}]@{n} in {ms} ms: \
             event=order.paid correlation={} causation={}",
            uuid(rng),
            rng.below(48),
            uuid(rng),
            uuid(rng)
        ),
        7 => format!(
            "Payment {} declined: code={} score=0.{:03} rules=[{}, {}] \
             account=acct-{} client={}",
            uuid(rng),
            rng.pick(&["LIMIT", "EXPIRED", "SUSPECT"]),
            rng.below(1000),
            word(rng),
            word(rng),
            rng.below(1 << 26),
            address(rng)
        ),
        10 => format!(
            "Mail {} to user-{}@example.com queued as {} (template={}, size={n}, \
             relay={}, delay={ms} ms)",
            uuid(rng),
            rng.below(1 << 20),
            hex(rng, 12),
            word(rng),
            upstream(rng)
        ),
        _ => format!(
            "Rejected token {}.{}.{} from {}: expired {ms} s ago (kid={}, \
             aud=api.example.com)",
            hex(rng, 36),
            hex(rng, 120),
            hex(rng, 43),
            address(rng),
            hex(rng, 8)
        ),
    }
}

/// Queries, connections, caches, files.
fn about_machines(rng: &mut Rng, template: u64, n: u64, ms: u64) -> String {
    match template {
        1 => format!(
            "Slow query ({ms} ms, {n} rows): SELECT o.id, o.state, l.sku, l.quantity \
             FROM orders o JOIN lines l ON l.order_id = o.id WHERE o.user_id = {} \
             AND o.created > '2023-{:02}-{:02}' ORDER BY o.created DESC LIMIT {}",
            rng.below(1 << 20),
            1 + rng.below(12),
            1 + rng.below(28),
            rng.pick(&[10, 50, 500])
        ),
        2 => format!(
            "Connection to {} lost after {ms} ms: reset by peer (attempt {} of 5, \
             next in {} ms, pool size {})",
            upstream(rng),
            1 + rng.below(5),
            rng.skewed(13),
            rng.below(64)
        ),
        3 => format!(
            "GET https://api.example.com{} -> 200 in {ms} ms, {n} bytes, cache=MISS, \
             etag=\"{}\", upstream {}",
            path(rng),
            hex(rng, 32),
            upstream(rng)
        ),
        6 => format!(
            "Cache {} evicted {n} entries ({} KiB) in {ms} ms; hit rate {}.{:02} %, \
             oldest key cache:item:{}",
            word(rng),
            rng.skewed(16),
            rng.below(100),
            rng.below(100),
            hex(rng, 16)
        ),
        8 => format!(
            "Wrote /var/lib/{}/segments/{}/{}.seg: {n} documents, {} bytes, \
             crc32={}, merged {} segments in {ms} ms",
            word(rng),
            word(rng),
            hex(rng, 16),
            rng.skewed(32),
            hex(rng, 8),
            2 + rng.below(9)
        ),
        9 => format!(
            "Health of {} is degraded: p50={}ms p99={ms}ms errors={}/{n} since {}",
            upstream(rng),
            rng.skewed(8),
            rng.skewed(8),
            time::iso(1_700_000_000_000 + rng.below(1 << 30) as i64)
        ),
        11 => format!(
            "Image {}.webp scaled to {}x{} in {ms} ms ({n} -> {} bytes), stored at \
             /img/{}/{}",
            hex(rng, 40),
            16 + rng.below(4000),
            16 + rng.below(4000),
            rng.skewed(18),
            word(rng),
            hex(rng, 20)
        ),
        _ => format!(
            "Lock '{}/{}' held by {} for {ms} ms, {} waiting, fencing token {n}",
            word(rng),
            uuid(rng),
            upstream(rng),
            rng.below(20)
        ),
    }
}

/// A document that a service logged as text: every quote of it needs an escape.
fn json_text(rng: &mut Rng) -> String {
    let mut out = String::with_capacity(1024);
    let event = rng.pick(&["order.placed", "order.paid", "cart.changed", "stock.low"]);
    put!(&mut out, "{{\"event\":\"{event}\",\"id\":\"{}\",\"version\":{}", uuid(rng), rng.below(9));
    put!(&mut out, ",\"user\":{{\"id\":{},\"ip\":\"{}\"}}", rng.below(1 << 20), address(rng));
    out.push_str(",\"lines\":[");
    for line in 0..2 + rng.below(8) {
        let comma = if line > 0 { "," } else { "" };
        let (sku, quantity) = (hex(rng, 8), 1 + rng.skewed(4));
        put!(&mut out, "{comma}{{\"sku\":\"{sku}\",\"name\":\"{} {}\"", word(rng), word(rng));
        let (whole, cents) = (rng.skewed(10), rng.below(100));
        put!(&mut out, ",\"quantity\":{quantity},\"price\":{whole}.{cents:02}}}");
    }
    put!(&mut out, "],\"paid\":{},\"note\":null,\"trace\":\"{}\"}}", rng.percent(50), hex(rng, 32));
    out
}

const EXCEPTIONS: [&str; 6] = [
    "com.example.net.TimeoutException",
    "com.example.store.ConflictException",
    "com.example.json.MalformedInputException",
    "com.example.pool.ExhaustedException",
    "com.example.auth.ForbiddenException",
    "com.example.core.InvariantException",
];

/// A stack trace: 11 to 38 lines with tabs, sometimes with a cause.
fn stack_trace(rng: &mut Rng, class: &str) -> String {
    let mut out = String::with_capacity(2048);
    put!(&mut out, "{class}: {} {} after {} ms", word(rng), hex(rng, 12), rng.skewed(15));
    let frames = 10 + rng.below(21);
    push_frames(rng, frames, &mut out);
    if rng.percent(40) {
        put!(&mut out, "\nCaused by: com.example.io.ChannelException: {} closed", upstream(rng));
        let frames = 2 + rng.below(4);
        push_frames(rng, frames, &mut out);
        put!(&mut out, "\n\t... {} more", 10 + rng.below(60));
    }
    out
}

fn push_frames(rng: &mut Rng, frames: u64, out: &mut String) {
    for _ in 0..frames {
        let package = rng.pick(&["net", "store", "json", "pool", "auth", "core", "http", "queue"]);
        let class =
            rng.pick(&["Handler", "Client", "Reader", "Session", "Worker", "Filter", "Loop"]);
        let method =
            rng.pick(&["run", "call", "accept", "lambda$start$0", "invoke", "read", "poll"]);
        put!(out, "\n\tat com.example.{package}.{class}.{method}({class}.java:{})", rng.skewed(10));
    }
}

const BEYOND_ASCII: u64 = 8;

/// A message with characters beyond ASCII, or with such as need escapes.
fn beyond_ascii(rng: &mut Rng, template: u64) -> String {
    let (n, id) = (rng.skewed(20), hex(rng, 12));
    match template {
        0 => format!(
            "Zahlung für Bestellung №{n} bestätigt – Betrag {},{:02} €, Vorgang \
             {id}, geprüft durch Regel „{}“",
            rng.skewed(12),
            rng.below(100),
            word(rng)
        ),
        1 => format!(
            "注文 {id} を処理しました（{n} 件、合計 {} 点、倉庫「{}」、所要時間 {} ミリ秒）",
            rng.below(99),
            word(rng),
            rng.skewed(12)
        ),
        2 => format!(
            "Файл \"C:\\data\\{}\\{id}.csv\" не найден: строка {n}, столбец {}",
            word(rng),
            rng.below(40)
        ),
        3 => format!(
            "deploy {id} ✅ done in {n} s 🚀 by pipeline «{}» — next: 🧹 clean-up of {} \
             artefacts",
            word(rng),
            rng.below(300)
        ),
        4 => format!("key\t{id}\nvalue\t{n}\r\nnote\t\"{}\\{}\"\u{1}\u{1f}", word(rng), word(rng)),
        5 => format!("مزامنة {id} اكتملت: {n} سجل في {} ثانية", rng.below(600)),
        6 => format!(
            "na\u{308}ive re\u{301}sume\u{301} of {id}: {n} words, family \
             👩\u{200d}👩\u{200d}👧 \u{2028}second line {}",
            word(rng)
        ),
        _ => format!(
            "\u{1b}[33mwarning\u{1b}[0m: {} of {n} checks failed for {id} \
             <script>alert(\"{}\")</script> & more",
            rng.below(50),
            word(rng)
        ),
    }
}
