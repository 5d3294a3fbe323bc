//! Values as rows spelled them, where columns hold them otherwise.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bucksaw::Spelling;
use bucksaw::internal::origins::{Epochs, Origin, Texts, is_spelled};
use chrono::DateTime;
use serde_json::value::RawValue;

use super::json::Json;
use super::rebuilt::Node;
use super::text::hex;

/// What was done with a column's values, and is undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Respelling {
    AsItIs,
    /// Text that is JSON, or a decimal.
    Spelled,
    /// Text, where it was not another value: of those there are so many.
    Mixed {
        spelled: Option<u64>,
    },
    /// Text, where it is not JSON that spells another value.
    Apart,
    /// Bytes, as hexadecimal digits.
    Hex,
    /// Times since 1970, in a unit of so many decimal digits more than nanoseconds.
    Epochs {
        digits: u8,
        were: Epochs,
    },
}

impl Respelling {
    /// Of a column that comes from there.
    pub(super) fn of(origin: Option<&Origin>, is_of_decimals: bool) -> Self {
        let Some(origin) = origin.filter(|_| !is_of_decimals) else {
            return if is_of_decimals { Self::Spelled } else { Self::AsItIs };
        };
        match origin.texts {
            Texts::Spelled => return Self::Spelled,
            Texts::Mixed if origin.apart => return Self::Apart,
            Texts::Mixed => return Self::Mixed { spelled: origin.spelled },
            Texts::Texts => {}
        }
        // A spelling that this version does not know comes from a later one.
        match origin.input.as_ref().and_then(|input| input.parse().ok()) {
            Some(Spelling::Hex) => Self::Hex,
            Some(spelling) => match spelling.epoch_digits().zip(origin.epochs) {
                Some((digits, were)) => Self::Epochs { digits, were },
                None => Self::AsItIs,
            },
            None => Self::AsItIs,
        }
    }

    /// A value with its nanoseconds below the microsecond, as it was in its row.
    pub(super) fn value(self, value: Json, nanos: Option<i64>) -> Node {
        let value = match (value, nanos) {
            (Json::Text(moment), Some(nanos)) => with_nanos(&moment, nanos),
            (value, _) => value,
        };
        match (self, value) {
            (Self::Spelled, Json::Text(text)) => spelled(text),
            (Self::Spelled, Json::List(list)) => spelled(elements(&list)),
            (Self::Apart, Json::Text(text)) if is_spelled(&text) => spelled(text),
            (Self::Hex, value) => Node::Json(hex_of(value)),
            (Self::Epochs { digits, were }, Json::Text(moment)) => {
                match (since_1970(&moment, digits), were) {
                    (Some(number), Epochs::Numbers) => spelled(number),
                    (Some(number), Epochs::Texts) => Node::Json(Json::Text(number)),
                    (None, _) => Node::Json(Json::Text(moment)),
                }
            }
            (_, value) => Node::Json(value),
        }
    }
}

/// JSON as it is spelled; text that is none, as text.
fn spelled(text: String) -> Node {
    match RawValue::from_string(text.clone()) {
        Ok(raw) => Node::Raw(raw),
        Err(_) => Node::Json(Json::Text(text)),
    }
}

/// A list of decimals, which are text, as numbers.
fn elements(list: &[Json]) -> String {
    let element = |element: &Json| match element {
        Json::Text(digits) => digits.clone(),
        other => other.to_string(),
    };
    format!("[{}]", list.iter().map(element).collect::<Vec<_>>().join(","))
}

/// Bytes, or a list of them, which are in base64.
pub(super) fn hex_of(value: Json) -> Json {
    match value {
        Json::Text(text) => Json::Text(BASE64.decode(&text).map_or(text, |bytes| hex(&bytes))),
        Json::List(list) => Json::List(list.into_iter().map(hex_of).collect()),
        value => value,
    }
}

/// A moment with microseconds, and its nanoseconds behind them.
pub(super) fn with_nanos(moment: &str, nanos: i64) -> Json {
    let whole = moment.strip_suffix('Z').unwrap_or(moment);
    let (seconds, micros) = whole.split_once('.').unwrap_or((whole, ""));
    Json::Text(format!("{seconds}.{micros:0<6}{nanos:03}{}", &moment[whole.len()..]))
}

/// A moment as a number of such units, in the fewest digits.
pub(super) fn since_1970(moment: &str, digits: u8) -> Option<String> {
    let moment = DateTime::parse_from_rfc3339(moment).ok()?;
    let nanos = i128::from(moment.timestamp()) * 1_000_000_000
        + i128::from(moment.timestamp_subsec_nanos());
    let unit = 10_u128.pow(u32::from(digits));
    let (whole, fraction) = (nanos.unsigned_abs() / unit, nanos.unsigned_abs() % unit);
    let sign = if nanos < 0 { "-" } else { "" };
    if fraction == 0 {
        return Some(format!("{sign}{whole}"));
    }
    let fraction = format!("{fraction:0width$}", width = usize::from(digits));
    Some(format!("{sign}{whole}.{}", fraction.trim_end_matches('0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_numbers_again() {
        let cases = [
            ("2026-01-02T03:00:00.932Z", 6, "1767322800932"),
            ("2026-01-02T03:00:00.932Z", 9, "1767322800.932"),
            ("2026-01-02T03:00:00Z", 9, "1767322800"),
            ("2026-01-02T03:00:00.123456789Z", 3, "1767322800123456.789"),
            ("2026-01-02T03:00:00.000000001Z", 0, "1767322800000000001"),
            ("1969-12-31T23:59:59.999Z", 9, "-0.001"),
            ("0001-01-01T00:00:00Z", 9, "-62135596800"),
        ];
        for (moment, digits, number) in cases {
            assert_eq!(since_1970(moment, digits).as_deref(), Some(number), "{moment}");
        }
        assert_eq!(since_1970("noon", 9), None);
    }
}
