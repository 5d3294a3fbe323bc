//! The six services of [`varied`](super::varied) and what they log.

use super::node::{Node, Object, Style};
use crate::rng::Rng;
use crate::text::{address, hex, path, upstream, user_agent, uuid, word};
use crate::time;

/// A line of one of the services, and the style in which that service writes.
pub(super) fn line(rng: &mut Rng, timestamp: i64) -> (Object, Style) {
    match rng.below(100) {
        0..40 => (gateway(rng, timestamp), Style::Compact),
        40..60 => (checkout(rng, timestamp), Style::Compact),
        60..72 => (mailer(rng, timestamp), Style::SpacedAscii),
        72..84 => (worker(rng, timestamp), Style::Compact),
        84..93 => (sensor(rng, timestamp), Style::Compact),
        _ => (store(rng, timestamp), Style::Compact),
    }
}

/// The members that nearly every line begins with.
fn start(rng: &mut Rng, timestamp: i64, service: &'static str, level: &'static str) -> Object {
    let mut line: Object = vec![("ts", time::iso(timestamp).into())];
    // Some lines come from a library that doesn't know levels.
    if !rng.percent(3) {
        line.push(("level", level.into()));
    }
    line.push(("service", service.into()));
    line
}

fn level(rng: &mut Rng) -> &'static str {
    rng.pick(&["info", "info", "info", "info", "debug", "debug", "warn", "error"])
}

/// Milliseconds: an integer where the clock was coarse, a float otherwise.
fn duration(rng: &mut Rng) -> Node {
    if rng.percent(20) {
        Node::I64(rng.skewed(12) as i64)
    } else {
        Node::F64(rng.skewed(22) as f64 / 1000.0)
    }
}

/// A user: most with a number, some with text as id.
fn user(rng: &mut Rng) -> Object {
    let id: Node = match rng.below(100) {
        0..4 => "guest".into(),
        4..6 => format!("svc-{}", word(rng)).into(),
        _ => rng.between(1_000, 99_999).into(),
    };
    let mut user: Object = vec![("id", id)];
    if rng.percent(60) {
        user.push(("plan", rng.pick(&["free", "basic", "größer", "プロ"]).into()));
    }
    if rng.percent(20) {
        user.push(("verified", rng.percent(80).into()));
    }
    user
}

fn gateway(rng: &mut Rng, timestamp: i64) -> Object {
    let code: i64 = rng.pick(&[200, 200, 200, 200, 201, 204, 302, 304, 400, 401, 404, 500, 503]);
    let level = match code {
        500.. => "error",
        400.. => "warn",
        _ => "info",
    };
    let method = rng.pick(&["GET", "GET", "GET", "POST", "PUT", "DELETE"]);
    let path = path(rng);
    let status: Node = if rng.percent(2) { "client closed request".into() } else { code.into() };
    let message = format!("{method} {path}");
    let mut client: Object = vec![("ip", address(rng).into())];
    if !rng.percent(15) {
        client.push(("agent", user_agent(rng).into()));
    }
    let mut http: Object = vec![("method", method.into()), ("path", path.into())];
    http.push(("status", status));
    http.push(("bytes", (rng.skewed(18) as i64).into()));
    http.push(("client", client.into()));
    let mut line = start(rng, timestamp, "gateway", level);
    line.push(("message", message.into()));
    line.push(("http", http.into()));
    line.push(("duration_ms", duration(rng)));
    if rng.percent(70) {
        line.push(("trace_id", hex(rng, 32).into()));
        line.push(("span_id", hex(rng, 16).into()));
    }
    if rng.percent(30) {
        line.push(("upstream", upstream(rng).into()));
    }
    if rng.percent(45) {
        line.push(("cached", rng.percent(50).into()));
    }
    line
}

fn checkout(rng: &mut Rng, timestamp: i64) -> Object {
    let total = rng.decimal(100_000, 100);
    let currency = rng.pick(&["XTS", "XAU", "€", "¥"]);
    let order_id = format!("ord-{}", rng.below(1 << 22));
    let message = match rng.below(6) {
        0 => format!("Order {order_id} placed: {total} {currency}"),
        1 => format!("Bestellung {order_id} bestätigt – „{}“ ist unterwegs", word(rng)),
        2 => format!("注文 {order_id} を受け付けました 🎉"),
        3 => format!("payment for \"{order_id}\" accepted"),
        4 => format!("coupon '{}' applied to {order_id}", word(rng)),
        _ => format!("stock of {} is low", word(rng)),
    };
    let items = (0..rng.below(4)).map(|_| -> Object {
        vec![("sku", word(rng).into()), ("quantity", rng.between(1, 9).into())]
    });
    let items: Node = items.collect();
    let mut order: Object = vec![("id", order_id.into()), ("total", total.into())];
    order.push(("currency", currency.into()));
    order.push(("items", items));
    if rng.percent(10) {
        order.push(("coupon", Node::Null));
    }
    let mut line = match level(rng) {
        "error" => start(rng, timestamp, "checkout", "warn"),
        level => start(rng, timestamp, "checkout", level),
    };
    line.push(("message", message.into()));
    line.push(("user", user(rng).into()));
    line.push(("order", order.into()));
    if rng.percent(75) {
        let tags = rng.below(4);
        line.push(("tags", (0..tags).map(|_| rng.pick(&TAGS)).collect()));
    }
    if rng.percent(50) {
        line.push(("duration_ms", duration(rng)));
    }
    line
}

const TAGS: [&str; 8] =
    ["new", "vip", "gift", "express", "b2b", "größer als üblich", "a\"b", "fraud?"];

fn mailer(rng: &mut Rng, timestamp: i64) -> Object {
    let number = rng.between(1, 6);
    let failed = rng.percent(15);
    let level = if failed { "ERROR" } else { "INFO" };
    let message = match rng.below(4) {
        0 => "Mail “receipt” sent ✓".to_owned(),
        1 => format!("queued for {}\t(priority {})", upstream(rng), rng.below(4)),
        2 => format!("Вложение {}.pdf добавлено", word(rng)),
        _ => format!("template {} rendered", word(rng)),
    };
    let attempt: Node = match number {
        1 if rng.percent(20) => "first".into(),
        _ => number.into(),
    };
    let mut line = start(rng, timestamp, "mailer", level);
    line.push(("message", message.into()));
    line.push(("recipient", format!("user{}@example.com", rng.below(5_000)).into()));
    line.push(("attempt", attempt));
    let error: Node = if failed {
        rng.pick(&["450 mailbox busy", "550 no such user", "connection reset"]).into()
    } else {
        Node::Null
    };
    line.push(("error", error));
    if failed {
        line.push(("retry_in_s", rng.decimal(36_000, 10).into()));
    }
    if rng.percent(10) {
        line.push(("headers", Object::new().into()));
    }
    line
}

/// Its map has no order of its own, so that every line has another.
fn worker(rng: &mut Rng, timestamp: i64) -> Object {
    let level = level(rng);
    let job = rng.pick(&["reindex", "cleanup", "invoice-run", "thumbnails"]);
    let mut line = start(rng, timestamp, "worker", level);
    line.push(("job", job.into()));
    line.push(("job_id", uuid(rng).into()));
    line.push(("memory_mb", rng.decimal(2_000_000, 1_000).into()));
    line.push(("ok", (level != "error").into()));
    if level == "error" {
        let (kind, message, stack) = failure(rng);
        let mut error: Object = vec![("kind", kind.into()), ("message", message.into())];
        error.push(("stack", stack.into()));
        line.push(("message", format!("job {job} failed").into()));
        line.push(("error", error.into()));
    } else {
        let done = rng.below(1_001) as f64;
        line.push(("message", format!("job {job} at {} %", done / 10.0).into()));
        line.push(("progress", (done / 1_000.0).into()));
    }
    if rng.percent(40) {
        line.push(("labels", vec![("team", word(rng).into()), ("tier", Node::I64(2))].into()));
    }
    if rng.percent(25) {
        line.push(("tags", (0..rng.below(3)).map(|_| word(rng)).collect()));
    }
    rng.shuffle(&mut line);
    line
}

/// Kind, message and stack of a failed job.
fn failure(rng: &mut Rng) -> (&'static str, String, String) {
    let kind = rng.pick(&["IoError", "ParseError", "Timeout"]);
    let message = match kind {
        "IoError" => format!("can't open \"C:\\jobs\\{}\\in.csv\"", word(rng)),
        "ParseError" => format!("line {}: expected ',' but found '\\u{{0}}\0'", rng.below(900)),
        _ => format!("gave up after {} ms", rng.skewed(15)),
    };
    let mut stack = format!("{kind}: {message}");
    for _ in 0..2 + rng.below(4) {
        let function = rng.pick(&["read_row", "run_job", "poll", "main", "with_retry"]);
        stack.push_str(&format!("\n\tat {function} (src/{}.rs:{})", word(rng), rng.below(400)));
    }
    (kind, message, stack)
}

fn sensor(rng: &mut Rng, timestamp: i64) -> Object {
    let mut line = start(rng, timestamp, "sensor", "debug");
    let temperature = rng.between(-2_000, 6_000) as f64 / 100.0;
    line.push(("device", format!("dev-{:03}", rng.below(40)).into()));
    line.push(("temperature_c", temperature.into()));
    let drift = rng.between(-500, 500) as f64 / 1_000_000_000.0;
    line.push(("drift", drift.into()));
    let count = rng.below(6);
    line.push(("readings", (0..count).map(|_| rng.decimal(10_000, 1_000)).collect()));
    if rng.percent(30) {
        line.push(("battery", rng.between(0, 101).into()));
    }
    if rng.percent(50) {
        line.push(("note", if rng.percent(70) { Node::Null } else { "replaced 🔋".into() }));
    }
    if rng.percent(8) {
        let mixed = vec![Node::I64(1), "two".into(), Node::F64(3.5), Node::Null, true.into()];
        line.push(("raw", Node::List(mixed)));
    }
    line
}

fn store(rng: &mut Rng, timestamp: i64) -> Object {
    let took = rng.skewed(13) as i64;
    let level = if took > 1_000 { "warn" } else { "debug" };
    let mut line = start(rng, timestamp, "store", level);
    let query = match rng.below(3) {
        0 => "SELECT id, total\nFROM orders\nWHERE user_id = $1 AND note <> ''",
        1 => "UPDATE items SET stock = stock - $2 WHERE sku = $1",
        _ => "INSERT INTO \"events\" (kind, data) VALUES ($1, $2)",
    };
    line.push(("message", if took > 1_000 { "slow query".into() } else { "".into() }));
    line.push(("query", query.into()));
    let parameters = vec![word(rng).into(), Node::I64(rng.between(-9, 100))];
    line.push(("parameters", Node::List(parameters)));
    line.push(("rows", (rng.skewed(14) as i64).into()));
    line.push(("duration_ms", took.into()));
    if rng.percent(35) {
        line.push(("user", user(rng).into()));
    }
    line
}
