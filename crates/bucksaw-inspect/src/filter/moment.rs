//! Texts that are times.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

const NANOS: i128 = 1_000_000_000;

/// The nanoseconds since 1970 of the moment that a text is: RFC 3339, also with a space in it and with years of more digits
/// behind a sign; without a zone or a time of day, in UTC.
pub(super) fn moment(text: &str) -> Option<i128> {
    let first = text.as_bytes().first()?;
    if !(first.is_ascii_digit() || matches!(first, b'+' | b'-')) || text.len() < "2026-11-28".len()
    {
        return None;
    }
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        let moment = moment.to_utc();
        return Some(nanos(moment.naive_utc()));
    }
    let (local, offset) = zone(text);
    let forms =
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    let of_time = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(local, form).ok());
    let of_day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    Some(nanos(of_time.or_else(of_day)?) - offset * NANOS)
}

fn nanos(moment: NaiveDateTime) -> i128 {
    let moment = moment.and_utc();
    i128::from(moment.timestamp()) * NANOS + i128::from(moment.timestamp_subsec_nanos())
}

/// A time without its zone, and that zone's seconds; none without one.
fn zone(text: &str) -> (&str, i128) {
    if let Some(local) = text.strip_suffix(['Z', 'z']) {
        return (local, 0);
    }
    let offset = || {
        let (local, zone) = text.split_at_checked(text.len().checked_sub("+01:00".len())?)?;
        let (hours, minutes) = zone.strip_prefix(['+', '-'])?.split_once(':')?;
        let (hours, minutes): (u8, u8) = (hours.parse().ok()?, minutes.parse().ok()?);
        let seconds = i128::from(hours) * 3600 + i128::from(minutes) * 60;
        let is_known = hours < 24 && minutes < 60;
        is_known.then_some((local, if zone.starts_with('-') { -seconds } else { seconds }))
    };
    offset().unwrap_or((text, 0))
}

/// The time of day that a text is.
pub(super) fn time_of_day(text: &str) -> Option<NaiveTime> {
    ["%H:%M:%S%.f", "%H:%M"].iter().find_map(|form| NaiveTime::parse_from_str(text, form).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_beyond_the_year_9999() {
        let ordered = [
            "-0001-12-31T23:59:59Z",
            "1969-12-31T23:59:59.999999999Z",
            "1970-01-01",
            "2020-01-01T00:00:00+01:00",
            "2020-01-01 00:00",
            "+10000-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59.9Z",
            "+10000-01-01",
            "+10000-01-01T00:00:01Z",
            "+262142-01-01T00:00:00",
        ];
        let moments: Vec<i128> = ordered.iter().map(|text| moment(text).expect(text)).collect();
        assert!(moments.is_sorted_by(|left, right| left < right), "{moments:?}");
        assert_eq!(moments.get(2), Some(&0));
        for text in
            ["2026-13-45", "yesterday", "2026", "", "2026-11-28T07:05:09+25:00", "ü-11-28-07"]
        {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
