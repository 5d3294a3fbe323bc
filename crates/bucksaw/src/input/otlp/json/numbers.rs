//! Numbers as JSON writes them, read exactly or not at all.

/// More digits than any 64-bit integer has, and few enough for 128 bits with some of them behind the point.
const MAX_DIGITS: usize = 38;
/// Digits that surely fit.
const SAFE_DIGITS: usize = 18;

/// The integer that a JSON number is; none where it is none, or beyond 64 bits by far.
pub(super) fn integer(number: &[u8]) -> Option<i128> {
    let (is_negative, digits) = match number {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.len() <= SAFE_DIGITS && digits.iter().all(u8::is_ascii_digit) {
        let value = digits.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
        return Some(i128::from(if is_negative { -value } else { value }));
    }
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
