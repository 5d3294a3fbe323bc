//! Numbers as JSON writes them, read exactly or not at all.

/// More digits than any 64-bit integer has, and few enough for 128 bits with some of them behind the point.
const MAX_DIGITS: usize = 38;
/// Digits of an integer that is in no way beyond 64 bits without a sign.
const SAFE_DIGITS: usize = 19;

/// The integer that a JSON number is; none where it is none, or beyond 64 bits by far.
pub(super) fn integer(number: &[u8]) -> Option<i128> {
    if let Some((value, [])) = short_integer(number) {
        return Some(value.into());
    }
    let (is_negative, digits) = match number {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let (mut value, mut count, mut exponent, mut is_behind) = (0_i128, 0, 0_i64, false);
    for (at, byte) in digits.iter().enumerate() {
        match byte {
            b'.' => is_behind = true,
            b'e' | b'E' => {
                let written = std::str::from_utf8(&digits[at + 1..]).ok()?;
                let sign = written.parse::<i64>().ok().filter(|sign| sign.abs() < 1_000_000);
                // Of 0 any power of ten is 0.
                exponent += if value == 0 { 0 } else { sign? };
                break;
            }
            digit => {
                count += usize::from(count > 0 || *digit != b'0');
                if count > MAX_DIGITS {
                    return None;
                }
                value = value * 10 + i128::from(digit - b'0');
                exponent -= i64::from(is_behind);
            }
        }
    }
    if is_negative {
        value = -value;
    }
    while exponent < 0 && value != 0 {
        if value % 10 != 0 {
            return None;
        }
        value /= 10;
        exponent += 1;
    }
    while exponent > 0 && value != 0 {
        value = value.checked_mul(10)?;
        exponent -= 1;
    }
    Some(value)
}

/// The integer of 64 bits that `json` begins with in quotes, and their end.
#[inline]
pub(super) fn quoted_integer(json: &[u8]) -> Option<(i64, usize)> {
    let (value, rest) = short_integer(json.strip_prefix(b"\"")?)?;
    rest.starts_with(b"\"").then_some((value, json.len() - rest.len() + 1))
}

/// An integer that surely has 64 bits, and what comes behind it.
#[inline]
pub(super) fn short_integer(text: &[u8]) -> Option<(i64, &[u8])> {
    let is_negative = text.first() == Some(&b'-');
    let digits = &text[usize::from(is_negative)..];
    let mut value = 0_u64;
    let mut len = 0;
    while let Some(digit @ b'0'..=b'9') = digits.get(len) {
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
        len += 1;
    }
    if !(1..=SAFE_DIGITS).contains(&len) || (len > 1 && digits[0] == b'0') {
        return None;
    }
    let value = i64::try_from(value).ok()?;
    Some((if is_negative { -value } else { value }, &digits[len..]))
}

/// The double that is nearest to a JSON number; none where it is beyond all of them.
pub(super) fn double(number: &[u8]) -> Option<f64> {
    let value: f64 = std::str::from_utf8(number).ok()?.parse().ok()?;
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_exact_however_they_are_written() {
        for (text, value) in [
            ("0", 0),
            ("-0", 0),
            ("18446744073709551615", i128::from(u64::MAX)),
            ("-9223372036854775808", i128::from(i64::MIN)),
            ("1.7e18", 1_700_000_000_000_000_000),
            ("1700000000000000001.0", 1_700_000_000_000_000_001),
            ("12000e-3", 12),
            ("0e999999999999", 0),
            ("0.0", 0),
            ("0.00012e5", 12),
            ("000000000000000000000000000000000000000000000001", 1),
        ] {
            assert_eq!(integer(text.as_bytes()), Some(value), "{text}");
        }
        for text in ["1.5", "1e-1", "1e999", "1e99999999999999999999", "0.1", "9e40"] {
            assert_eq!(integer(text.as_bytes()), None, "{text}");
        }
        assert_eq!(double(b"1e400"), None);
        assert_eq!(double(b"-1.5e2"), Some(-150.0));
    }
}
