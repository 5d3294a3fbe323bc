//! Decimal numbers, exactly.

/// A decimal number as it is spelled: the digits before and behind its point, and its exponent.
struct Spelled<'t> {
    is_negative: bool,
    whole: &'t str,
    fraction: &'t str,
    exponent: i64,
}

impl<'t> Spelled<'t> {
    /// By JSON's grammar, but that there may be a plus before it, and zeros.
    fn parse(text: &'t str) -> Option<Self> {
        let (is_negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent_of(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (mantissa, ""),
        };
        let are_digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        let is_number = !whole.is_empty() && are_digits(whole) && are_digits(fraction);
        is_number.then_some(Self { is_negative, whole, fraction, exponent })
    }
}

/// Whether `text` spells a decimal number, as [`decimal_from_text`] takes it.
pub(crate) fn is_number(text: &str) -> bool {
    Spelled::parse(text).is_some()
}

/// The number that `text` spells, by JSON's grammar (with a plus and zeros before it, too), as a decimal of
/// `precision` digits, `scale` of them behind the point: without the point. None for text that is no number, or
/// one that such a decimal does not hold exactly; a zero has no sign there.
pub(crate) fn decimal_from_text(text: &str, precision: u8, scale: u8) -> Option<i128> {
    let Spelled { is_negative, whole, fraction, exponent } = Spelled::parse(text)?;
    let digits = || whole.bytes().chain(fraction.bytes());
    let significant = digits().skip_while(|digit| *digit == b'0').count();
    if significant == 0 {
        return (!is_negative).then_some(0);
    }
    let zeros_at_end = digits().rev().take_while(|digit| *digit == b'0').count();
    // The number is its digits without those zeros, times ten to this power.
    let power = exponent
        .saturating_sub(fraction.len() as i64)
        .saturating_add(zeros_at_end as i64)
        .saturating_add(scale.into());
    let kept = significant - zeros_at_end;
    let total = usize::try_from(power).ok()?.checked_add(kept)?;
    if total > precision.into() {
        return None;
    }
    // At most 38 digits, which 128 bits hold.
    let skipped = digits().count() - significant;
    let value = digits()
        .skip(skipped)
        .take(kept)
        .fold(0_i128, |value, digit| value * 10 + i128::from(digit - b'0'));
    let value = value * 10_i128.pow(power as u32);
    Some(if is_negative { -value } else { value })
}

/// An exponent; those beyond what any number here has are as good as one that is.
fn exponent_of(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let far = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    Some(text.parse().unwrap_or(far))
}

/// An integer as a decimal of `scale` digits behind the point, without the point, if `precision` digits
/// hold it.
pub(crate) fn decimal_from_integer(integer: i128, precision: u8, scale: u8) -> Option<i128> {
    let value = integer.checked_mul(10_i128.checked_pow(scale.into())?)?;
    fits(value, precision).then_some(value)
}

/// Whether so many digits hold a number, given without its point.
pub(crate) fn fits(value: i128, precision: u8) -> bool {
    10_u128.checked_pow(precision.into()).is_none_or(|end| value.unsigned_abs() < end)
}

/// The integer that bytes are, the highest first.
pub(crate) fn from_big_endian(bytes: &[u8]) -> i128 {
    let sign = if bytes.first().is_some_and(|first| *first >= 0x80) { -1_i128 } else { 0 };
    bytes.iter().fold(sign, |value, byte| value << 8 | i128::from(*byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_taken_where_exact() {
        let taken = [
            ("12.50", 1_250),
            ("-12.5", -1_250),
            ("0", 0),
            ("0.00", 0),
            ("0e999999999999999999999", 0),
            ("99999999.99", 9_999_999_999),
            ("1e2", 10_000),
            ("125e-1", 1_250),
            ("1.250000000000000000000000000e1", 1_250),
            ("0.010", 1),
            ("1000e-5", 1),
            ("00012.5", 1_250),
            ("+1", 100),
        ];
        for (text, value) in taken {
            assert_eq!(decimal_from_text(text, 10, 2), Some(value), "{text}");
        }
        for text in [
            "0.001",
            "100000000",
            "1e8",
            "-0",
            "-0.0",
            "",
            "-",
            ".5",
            "5.",
            "1e",
            "1e+",
            "+-1",
            "+",
            " 1",
            "1_000",
            "NaN",
            "0x10",
            "1e99999999999999999999",
            "1e-99999999999999999999",
            "1.2.3",
            "१",
        ] {
            assert_eq!(decimal_from_text(text, 10, 2), None, "{text}");
        }
        let longest = "9".repeat(38);
        assert_eq!(decimal_from_text(&longest, 38, 0), Some(10_i128.pow(38) - 1));
        assert_eq!(decimal_from_text(&format!("{longest}9"), 38, 0), None);
        assert_eq!(
            decimal_from_integer(i128::from(u64::MAX), 38, 18),
            Some(i128::from(u64::MAX) * 10_i128.pow(18))
        );
        assert_eq!(decimal_from_integer(i128::from(u64::MAX), 38, 19), None);
    }

    /// By serde_json, which allows neither a plus nor zeros before a number.
    fn is_number_of_json(text: &str) -> bool {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let json = format!("1{unsigned}");
        unsigned.starts_with(|first: char| first.is_ascii_digit())
            && serde_json::from_str::<&serde_json::value::RawValue>(&json).is_ok()
    }

    proptest! {
        #[test]
        fn numbers_are_those_of_json(text in "[+-]?[0-9][0-9.eE+-]{0,6}|[0-9.eE+-]{0,4}") {
            prop_assert_eq!(is_number(&text), is_number_of_json(&text), "{}", text);
        }

        #[test]
        fn what_a_decimal_prints_as_reads_back(value in -10_i128.pow(20)..10_i128.pow(20), scale in 0..=20_u8) {
            prop_assume!(value != 0);
            let digits = format!("{:0>width$}", value.unsigned_abs(), width = usize::from(scale) + 1);
            let (whole, fraction) = digits.split_at(digits.len() - usize::from(scale));
            let sign = if value < 0 { "-" } else { "" };
            let text = if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") };
            prop_assert_eq!(decimal_from_text(&text, 38, scale), Some(value));
            prop_assert_eq!(from_big_endian(&value.to_be_bytes()[6..]), value);
        }
    }
}
