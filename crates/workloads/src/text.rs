//! Texts that several workloads make: ids, addresses, paths. Addresses are from the blocks kept
//! for documentation (RFC 5737, RFC 3849) or private ones, host names end in `example.com`.

use crate::rng::Rng;

/// Appends formatted text to a string, which can't fail.
macro_rules! put {
    ($out:expr, $($format:tt)*) => {{
        let _ = std::fmt::Write::write_fmt($out, format_args!($($format)*));
    }};
}
pub(crate) use put;

/// `digits` hexadecimal digits of `bits`, the lowest last.
fn push_hex(bits: u64, digits: u32, out: &mut String) {
    for at in (0..digits).rev() {
        out.push(char::from(b"0123456789abcdef"[(bits >> (4 * at) & 15) as usize]));
    }
}

/// Random lower-case hexadecimal digits.
pub(crate) fn hex(rng: &mut Rng, digits: u32) -> String {
    let mut out = String::with_capacity(digits as usize);
    let mut left = digits;
    while left > 0 {
        let now = left.min(16);
        push_hex(rng.bits(), now, &mut out);
        left -= now;
    }
    out
}

/// A random UUID (version 4) in lower case, 36 bytes.
pub(crate) fn uuid(rng: &mut Rng) -> String {
    let (high, low) = (rng.bits(), rng.bits());
    let mut out = String::with_capacity(36);
    push_hex(high >> 32, 8, &mut out);
    out.push('-');
    push_hex(high >> 16, 4, &mut out);
    out.push_str("-4");
    push_hex(high, 3, &mut out);
    out.push('-');
    push_hex(0x8 | (low >> 60 & 3), 1, &mut out);
    push_hex(low >> 48, 3, &mut out);
    out.push('-');
    push_hex(low, 12, &mut out);
    out
}

/// A client's address, sometimes an IPv6 one.
pub(crate) fn address(rng: &mut Rng) -> String {
    if rng.percent(12) {
        let bits = rng.bits();
        let (a, b, c) = (bits & 0xffff, bits >> 16 & 0xffff, bits >> 32 & 0xfff);
        return format!("2001:db8:{a:x}:{b:x}::{c:x}");
    }
    let block = rng.pick(&["192.0.2", "198.51.100", "203.0.113"]);
    format!("{block}.{}", rng.below(256))
}

/// A private address with a port.
pub(crate) fn upstream(rng: &mut Rng) -> String {
    let port = rng.pick(&[8080, 8443, 9090, 5432, 6379]);
    format!("10.{}.{}.{}:{port}", rng.below(8), rng.below(256), rng.below(256))
}

/// A path with ids, and often a query.
pub(crate) fn path(rng: &mut Rng) -> String {
    let mut out = String::with_capacity(96);
    let part = rng.pick(&["orders", "carts", "items", "users", "search", "exports", "sessions"]);
    put!(&mut out, "/api/v{}/{part}", 1 + rng.below(3));
    match rng.below(4) {
        0 => put!(&mut out, "/{}", uuid(rng)),
        1 => put!(&mut out, "/{}/{}", rng.below(1_000_000), rng.pick(&["lines", "notes", "state"])),
        2 => put!(&mut out, "/{}", hex(rng, 12)),
        _ => {}
    }
    if rng.percent(55) {
        put!(&mut out, "?page={}&limit={}", 1 + rng.skewed(8), rng.pick(&[10, 25, 50, 100]));
        if rng.percent(40) {
            let sort = rng.pick(&["created%20desc", "name", "price%2Cname", "-updated"]);
            put!(&mut out, "&sort={sort}&q={}", word(rng));
        }
        if rng.percent(25) {
            put!(&mut out, "&cursor={}", hex(rng, 24));
        }
    }
    out
}

/// A user agent with several version numbers.
pub(crate) fn user_agent(rng: &mut Rng) -> String {
    let system = rng.pick(&[
        "X11; Linux x86_64",
        "Desktop 11; x64; rv:128.0",
        "Phone 14; Model K-7; wv",
        "Tablet; OS 17_4 like Desktop",
    ]);
    let (major, minor, build) = (90 + rng.below(50), rng.below(10), rng.below(9000));
    match rng.below(5) {
        0 => format!("example-http/{}.{minor}.{}", major / 30, build % 20),
        1 => format!("ExampleBot/2.{minor} (+https://bot.example.com/about)"),
        _ => format!(
            "ExampleBrowser/5.0 ({system}) Engine/{major}.{minor} (like Other) Shell/{major}.0.{build}.{}",
            rng.below(200)
        ),
    }
}

/// A short plain word.
pub(crate) fn word(rng: &mut Rng) -> &'static str {
    rng.pick(&[
        "timber", "lantern", "copper", "harbor", "meadow", "orbit", "pepper", "quartz", "ribbon",
        "saddle", "thistle", "umber", "velvet", "walnut", "yarrow", "zephyr", "anchor", "bramble",
        "cinder", "drift", "ember", "fathom", "gravel", "hollow",
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_their_shape() {
        let mut rng = Rng::new(1);
        for _ in 0..100 {
            let id = uuid(&mut rng);
            let shape: String =
                id.chars().map(|c| if c.is_ascii_hexdigit() { 'x' } else { c }).collect();
            assert_eq!(shape, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
            assert_eq!(&id[14..15], "4");
            assert!("89ab".contains(&id[19..20]));
            assert_eq!(hex(&mut rng, 37).len(), 37);
        }
    }
}
