//! Milliseconds since 1970 as text, in UTC.

use std::fmt::Write;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `2023-11-14T22:13:20.000Z`
pub(crate) fn iso(ms: i64) -> String {
    let (year, month, day) = date(ms.div_euclid(86_400_000));
    let mut out = String::with_capacity(24);
    // Writing to a string can't fail.
    let _ = write!(out, "{year:04}-{month:02}-{day:02}T{}.{:03}Z", clock(ms), ms.rem_euclid(1000));
    out
}

/// `14/Nov/2023:22:13:20 +0000`, the way access logs write it.
pub(crate) fn access_log(ms: i64) -> String {
    let (year, month, day) = date(ms.div_euclid(86_400_000));
    format!("{day:02}/{}/{year:04}:{} +0000", MONTHS[month as usize - 1], clock(ms))
}

fn clock(ms: i64) -> String {
    let s = ms.rem_euclid(86_400_000) / 1000;
    format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

/// Year, month and day of a day counted from 1970-01-01: years begin in March, so that the leap
/// day is a year's last, and 400 of them always have 146,097 days.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments() {
        assert_eq!(iso(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso(-1), "1969-12-31T23:59:59.999Z");
        assert_eq!(iso(1_700_000_000_123), "2023-11-14T22:13:20.123Z");
        assert_eq!(iso(1_709_164_800_000), "2024-02-29T00:00:00.000Z");
        assert_eq!(iso(951_868_800_000), "2000-03-01T00:00:00.000Z");
        assert_eq!(access_log(1_700_000_000_123), "14/Nov/2023:22:13:20 +0000");
    }
}
