//! Text of formats that have no types, such as CSV: which of it spells a value.
//!
//! Only what JSON spells so is a number, `true` or `false`; so `007`, `+5`, `1_000` and `.5` are text, and whatever a column
//! holds has one spelling that it came from, but for zeros at the end of a fraction.

use super::item::Item;
use super::json;
use super::value::Value;

/// Digits of an integer that can't overflow 64 bits.
const SAFE_DIGITS: usize = 18;

/// What the text is by itself.
pub(crate) fn item_of(text: &str) -> Item<'_> {
    match text.as_bytes().first() {
        Some(b'-' | b'0'..=b'9') => match integer(text) {
            Some(integer) => Item::Value(Value::I64(integer)),
            None if is_number(text) => json::number(text).spelled_as(text),
            None => Item::Value(Value::Text(text)),
        },
        Some(b't' | b'f') => match bool(text) {
            Some(value) => Item::Value(Value::Bool(value)),
            None => Item::Value(Value::Text(text)),
        },
        _ => Item::Value(Value::Text(text)),
    }
}

/// The integer that text spells as JSON does.
#[inline]
pub(crate) fn integer(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
    match digits {
        // An integer has no negative zero.
        [b'0'] => return (digits.len() == bytes.len()).then_some(0),
        [b'1'..=b'9', ..] => {}
        _ => return None,
    }
    if digits.len() > SAFE_DIGITS {
        return digits.iter().all(u8::is_ascii_digit).then(|| text.parse().ok()).flatten();
    }
    let mut value = 0_i64;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + i64::from(digit);
    }
    Some(if digits.len() < bytes.len() { -value } else { value })
}

/// The double that text spells as JSON does, where it holds all of its digits. Integers are none: columns count them as
/// widened.
#[inline]
pub(crate) fn double(text: &str) -> Option<f64> {
    if !is_number(text) || !text.contains(['.', 'e', 'E']) {
        return None;
    }
    match json::number(text) {
        Item::Value(Value::F64(double)) => Some(double),
        _ => None,
    }
}

#[inline]
pub(crate) fn bool(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Whether text is a number by JSON's grammar.
fn is_number(text: &str) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let bytes = text.as_bytes();
    let mut rest = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest.first() == Some(&b'0')) {
        return false;
    }
    rest = &rest[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let count = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = &fraction[count..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent =
            exponent.strip_prefix(b"+").or_else(|| exponent.strip_prefix(b"-")).unwrap_or(exponent);
        let count = digits(exponent);
        return count > 0 && count == exponent.len();
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;

    /// What JSON has it as, if it is a scalar there without quotes.
    fn by_json(text: &str) -> Option<String> {
        let is_bare =
            text.starts_with(|first: char| first.is_ascii_digit() || "-tf".contains(first));
        let is_whole = text.trim() == text && is_bare;
        let is_json = is_whole && serde_json::from_str::<&RawValue>(text).is_ok();
        let arena = bumpalo::Bump::new();
        is_json.then(|| format!("{:?}", json::item_of(text, &arena).expect("JSON")))
    }

    #[test]
    fn other_spellings_are_text() {
        for text in [
            "", "-", "007", "+5", "1_000", "1,000", ".5", "5.", "1e", "1e+", "0x1f", " 5", "5 ",
            "-007", "NaN", "inf", "True", "TRUE", "null", "yes", "1.2.3", "1-2", "٣",
        ] {
            assert!(
                matches!(item_of(text), Item::Value(Value::Text(known)) if known == text),
                "{text}"
            );
        }
        assert!(matches!(item_of("-0"), Item::Double("-0")));
        assert!(matches!(item_of("1.50"), Item::Double("1.50")));
        assert!(matches!(item_of("18446744073709551615"), Item::Value(Value::U64(u64::MAX))));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn values_are_those_of_json(text in "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{0,18})?([eE][+-]?[0-9]{0,3})?|true|false|[-+0-9.eE]{0,6}") {
            let known = format!("{:?}", item_of(&text));
            let expected = by_json(&text).unwrap_or_else(|| format!("{:?}", Item::Value(Value::Text(&text))));
            prop_assert_eq!(&known, &expected);
            let is_integer = matches!(item_of(&text), Item::Value(Value::I64(_)));
            prop_assert_eq!(integer(&text).is_some(), is_integer);
            if let Some(double) = double(&text) {
                prop_assert_eq!(double.to_bits(), text.parse::<f64>().expect("a number").to_bits());
            }
        }
    }
}
