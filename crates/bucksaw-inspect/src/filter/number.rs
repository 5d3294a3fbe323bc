//! Numbers with every digit, and as the types of columns read them.

use std::cmp::Ordering;

use arrow_array::ArrowPrimitiveType;
use arrow_array::types::Float16Type;

/// A finite number: its digits behind a decimal point that was moved so far.
#[derive(Clone, Debug, PartialEq)]
struct Decimal {
    is_negative: bool,
    /// Without zeros at both ends: none of zero.
    digits: String,
    point: i64,
}

impl Decimal {
    fn parse(text: &str) -> Option<Self> {
        let (is_negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent_of(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let significant = digits.trim_start_matches('0');
        let zeros = digits.len() - significant.len();
        let point = exponent + whole.len() as i64 - zeros as i64;
        let digits = significant.trim_end_matches('0').to_owned();
        let is_zero = digits.is_empty();
        Some(Self {
            is_negative: is_negative && !is_zero,
            digits,
            point: if is_zero { 0 } else { point },
        })
    }

    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match (number.digits.is_empty(), number.is_negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let size = self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits));
        let size = if self.is_negative { size.reverse() } else { size };
        sign(self).cmp(&sign(other)).then(size)
    }

    /// The integer that is no larger, at the ends of what is counted so far, and whether there is something behind it.
    fn floor(&self) -> Floor {
        let Ok(point) = usize::try_from(self.point) else {
            return Floor { whole: -i128::from(self.is_negative), is_below: true };
        };
        let count = point.min(self.digits.len());
        let (whole, fraction) = self.digits.split_at(count);
        let is_below = !fraction.is_empty();
        // Of more digits than these, none is counted.
        if point > 38 {
            let whole = if self.is_negative { i128::MIN } else { i128::MAX };
            return Floor { whole, is_below: false };
        }
        let whole: i128 = format!("0{whole:0<point$}").parse().unwrap_or_default();
        let whole = if self.is_negative { -whole - i128::from(is_below) } else { whole };
        Floor { whole, is_below }
    }
}

/// An exponent; one that is too large to count with, as the largest.
fn exponent_of(text: &str) -> Option<i64> {
    const LARGEST: i64 = 1 << 40;
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let size = digits.parse().unwrap_or(LARGEST).min(LARGEST);
    Some(if text.starts_with('-') { -size } else { size })
}

/// A number as integers are compared with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Floor {
    whole: i128,
    /// Whether the number is larger than that integer.
    is_below: bool,
}

impl Floor {
    pub(super) fn of_integer(whole: i128) -> Self {
        Self { whole, is_below: false }
    }

    /// How an integer compares with the number.
    pub(super) fn order_of(self, value: i128) -> Ordering {
        let order = value.cmp(&self.whole);
        if order == Ordering::Equal && self.is_below { Ordering::Less } else { order }
    }
}

/// The widths of floats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Width {
    Half,
    Single,
    Double,
}

/// A number as all columns of numbers read it.
#[derive(Clone, Debug)]
pub(super) struct Number {
    /// None of NaN and infinities.
    decimal: Option<Decimal>,
    floor: Option<Floor>,
    single: f32,
    double: f64,
}

impl Number {
    /// What is spelled so, also NaN and infinities. Floats of 32 bits hold values of such a width.
    pub(super) fn parse(text: &str, width: Width) -> Option<Self> {
        let double: f64 = text.parse().ok()?;
        let decimal = Decimal::parse(text);
        let floor = match &decimal {
            Some(decimal) => Some(decimal.floor()),
            None if double.is_nan() => None,
            None if double > 0.0 => Some(Floor::of_integer(i128::MAX)),
            None => Some(Floor::of_integer(i128::MIN)),
        };
        let single = match width {
            Width::Half => <Float16Type as ArrowPrimitiveType>::Native::from_f64(double).to_f32(),
            _ => text.parse().ok()?,
        };
        Some(Self { decimal, floor, single, double })
    }

    /// A number of units that have so many decimal digits, as a number of the smallest.
    pub(super) fn scaled(text: &str, digits: u8) -> Option<Floor> {
        let mut decimal = Decimal::parse(text)?;
        if !decimal.digits.is_empty() {
            decimal.point += i64::from(digits);
        }
        Some(decimal.floor())
    }

    pub(super) fn order_of_integer(&self, value: i128) -> Option<Ordering> {
        self.floor.map(|floor| floor.order_of(value))
    }

    pub(super) fn order_of_single(&self, value: f32) -> Option<Ordering> {
        self.order_of_float(f64::from(value), f64::from(self.single))
    }

    pub(super) fn order_of_double(&self, value: f64) -> Option<Ordering> {
        self.order_of_float(value, self.double)
    }

    fn order_of_float(&self, value: f64, read: f64) -> Option<Ordering> {
        if read.is_nan() {
            // Where it is asked for, it is found.
            return value.is_nan().then_some(Ordering::Equal);
        }
        // A number that is too large for the type is less than infinity.
        if self.decimal.is_some() && read.is_infinite() && value == read {
            return Some(if read > 0.0 { Ordering::Greater } else { Ordering::Less });
        }
        value.partial_cmp(&read)
    }

    /// How what a text spells compares: decimals, and what a column of numbers could not hold.
    pub(super) fn order_of_text(&self, text: &str) -> Option<Ordering> {
        match (Decimal::parse(text), &self.decimal) {
            (Some(value), Some(decimal)) => Some(value.cmp(decimal)),
            (Some(_), None) => 0.0.partial_cmp(&self.double),
            (None, _) => self.order_of_double(text.parse().ok()?),
        }
    }
}

/// Whether a text spells a decimal.
pub(super) fn is_decimal(text: &str) -> bool {
    Decimal::parse(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_with_every_digit() {
        let ordered = [
            "-1e400",
            "-9223372036854775809",
            "-9223372036854775808.5",
            "-9223372036854775808",
            "-2.5",
            "-2",
            "-1e-400",
            "0",
            "1e-400",
            "0.1",
            "1",
            "1.5",
            "9007199254740992",
            "9007199254740992.5",
            "9007199254740993",
            "18446744073709551615",
            "1e38",
            "1e99999999999999999999",
        ];
        for (at, left) in ordered.iter().enumerate() {
            for (other, right) in ordered.iter().enumerate() {
                let number = Number::parse(right, Width::Double).expect(right);
                assert_eq!(number.order_of_text(left), Some(at.cmp(&other)), "{left} {right}");
                if let Ok(integer) = left.parse() {
                    let order = number.order_of_integer(integer);
                    assert_eq!(order, Some(at.cmp(&other)), "{left} {right}");
                }
            }
        }
        for (left, right) in [("1.10", "1.1"), ("-0", "0"), ("1e2", "100"), (".5", "+0.50")] {
            let number = Number::parse(right, Width::Double).expect(right);
            assert_eq!(number.order_of_text(left), Some(Ordering::Equal), "{left} {right}");
        }
    }

    #[test]
    fn floats_are_compared_with_what_their_width_reads() {
        let number = |text: &str| Number::parse(text, Width::Single).expect(text);
        assert_eq!(number("0.1").order_of_single(0.1), Some(Ordering::Equal));
        assert_eq!(number("1e39").order_of_single(f32::INFINITY), Some(Ordering::Greater));
        assert_eq!(number("1e39").order_of_single(f32::MAX), Some(Ordering::Less));
        assert_eq!(number("-1e400").order_of_double(f64::NEG_INFINITY), Some(Ordering::Less));
        assert_eq!(number("NaN").order_of_single(f32::NAN), Some(Ordering::Equal));
        assert_eq!(number("1").order_of_double(f64::NAN), None);
        let half = Number::parse("0.1", Width::Half).expect("a number");
        assert_eq!(half.order_of_single(0.099_975_586), Some(Ordering::Equal));
    }
}
