//! Which decimal numbers doubles and floats hold.

use std::fmt::{LowerExp, Write as _};

/// How many digits a width of floating-point numbers has (IEEE 754).
struct Width {
    /// Any decimal number of at most so many significant digits comes back from a normal one.
    always_fit: usize,
    /// The digits of the longest one, written out in full.
    longest: usize,
}

const DOUBLE: Width = Width { always_fit: 15, longest: 767 };
const FLOAT: Width = Width { always_fit: 6, longest: 112 };

/// Whether `value`, the double nearest to the decimal number in `text`, holds it: printed with as
/// many significant digits as `text` has, it is the same number. So `0.1` and `0.10000000000000001`
/// are held, and a number whose last digits would get lost is not.
pub(crate) fn double_holds(text: &str, value: f64) -> bool {
    value.is_finite() && holds(text, value, value.is_normal(), value == 0.0, &DOUBLE)
}

/// The same of the nearest float.
pub(crate) fn float_holds(text: &str, value: f32) -> bool {
    value.is_finite() && holds(text, value, value.is_normal(), value == 0.0, &FLOAT)
}

fn holds(text: &str, value: impl LowerExp, is_normal: bool, is_zero: bool, width: &Width) -> bool {
    if text.len() <= width.always_fit && is_normal {
        return true;
    }
    let decimal = Decimal::parse(text);
    let digits = decimal.digits.len();
    if digits == 0 {
        return true;
    }
    if digits <= width.always_fit && is_normal {
        return true;
    }
    if digits > width.longest || is_zero {
        return false;
    }
    let mut printed = String::with_capacity(digits + 8);
    // Writing to a String can't fail.
    let _ = write!(printed, "{value:.*e}", digits - 1);
    if Decimal::parse(&printed) == decimal {
        return true;
    }
    // In the middle of two decimal numbers the shortest digits may be those of the other.
    printed.clear();
    let _ = write!(printed, "{value:e}");
    Decimal::parse(&printed) == decimal
}

/// A decimal number: 0.DIGITS × 10^exponent, without zeros at either end.
#[derive(PartialEq, Eq)]
struct Decimal {
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    /// Parses a JSON number, leaving its sign aside.
    fn parse(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_negative = exponent.starts_with('-');
        // Exponents beyond i64 are as good as the largest.
        let exponent =
            exponent.parse::<i64>().unwrap_or(if is_negative { i64::MIN } else { i64::MAX });
        let all: Vec<u8> =
            whole.bytes().chain(fraction.bytes()).filter(u8::is_ascii_digit).collect();
        let leading = all.iter().take_while(|digit| **digit == b'0').count();
        let trailing = all.iter().rev().take_while(|digit| **digit == b'0').count();
        if leading == all.len() {
            return Self { digits: Vec::new(), exponent: 0 };
        }
        let whole_digits = whole.bytes().filter(u8::is_ascii_digit).count();
        Self {
            digits: all[leading..all.len() - trailing].to_vec(),
            exponent: exponent.saturating_add(whole_digits as i64 - leading as i64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn held(text: &str) -> bool {
        double_holds(text, text.parse().expect("a number"))
    }

    #[test]
    fn numbers_whose_digits_would_get_lost_are_not_held() {
        for text in [
            "0.1",
            "1.50",
            "1e300",
            "-0.0",
            "0e999",
            "0.10000000000000001",
            "0.10000000000000002",
            "0.1000000000000000055511151231257827",
            "100000000000000000000",
            "1.0000000000000000000000",
            "-750311182048721.2",
            "-750311182048721.3",
        ] {
            assert!(held(text), "{text}");
        }
        let exact_tenth = "0.1000000000000000055511151231257827021181583404541015625";
        assert!(held(exact_tenth));
        for text in [
            "1e400",
            "1e-400",
            "0.100000000000000007",
            "1.23456789e-320",
            "123456789012345678901234567890",
            "0.123456789012345678901234567890",
            "3.14159265358979323846",
            "1e99999999999999999999",
        ] {
            assert!(!held(text), "{text}");
        }
    }

    #[test]
    fn floats_hold_fewer_digits() {
        let held = |text: &str| float_holds(text, text.parse().expect("a number"));
        for text in ["0.1", "16777216", "3.4028235e38", "1e-45", "0.100000001490116", "-0.0"] {
            assert!(held(text), "{text}");
        }
        for text in ["16777217", "0.1234567891", "1e39", "1e-46", "3.14159265"] {
            assert!(!held(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_prints_a_float_is_held(bits in any::<u32>()) {
            let value = f32::from_bits(bits);
            prop_assume!(value.is_finite());
            let shortest = format!("{value:?}");
            prop_assert!(float_holds(&shortest, value));
        }

        #[test]
        fn whatever_prints_a_double_is_held(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            let (shortest, long) = (format!("{value:?}"), format!("{value:.16e}"));
            prop_assert!(held(&shortest));
            prop_assert!(held(&long));
        }
    }
}
