//! What messages begin with.

use super::time::MONTHS;

/// The largest priority: facility 23, severity 7.
const MAX_PRIORITY: u8 = 191;
/// Digits of a message's length, at the most.
const MAX_LENGTH_DIGITS: usize = 9;

/// Where a message begins behind its length (RFC 6587, section 3.4.1), and that length. Both are there only where a
/// message's priority follows: a line of other formats may begin with a number.
pub(super) fn counted(bytes: &[u8]) -> Option<(usize, usize)> {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_length = (1..=MAX_LENGTH_DIGITS).contains(&digits) && bytes[0] != b'0';
    let is_message = is_length && bytes[digits..].starts_with(b" <");
    let digits = str::from_utf8(&bytes[..digits]).ok().filter(|_| is_message)?;
    Some((digits.len() + 1, digits.parse().ok()?))
}

/// The priority at the start, and the byte behind its bracket.
pub(super) fn priority(text: &str) -> Option<(u8, usize)> {
    let digits = text.strip_prefix('<')?.split('>').next()?;
    let is_number =
        (1..=3).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
    let priority = digits.parse().ok().filter(|priority| is_number && *priority <= MAX_PRIORITY)?;
    let end = digits.len() + 2;
    (text.as_bytes().get(end - 1) == Some(&b'>')).then_some((priority, end))
}

/// Whether a source that starts so is surely syslog: a priority, and behind it a version, a month or a date.
pub(in crate::input) fn is_start(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(crate::input::framing::BYTE_ORDER_MARK).unwrap_or(bytes);
    let bytes = counted(bytes).map_or(bytes, |(prefix, _)| &bytes[prefix..]);
    // What is no text comes behind it, if at all.
    let start = &bytes[..bytes.len().min(16)];
    let text = match str::from_utf8(start) {
        Ok(text) => text,
        Err(error) => str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default(),
    };
    let Some((_, end)) = priority(text) else { return false };
    let rest = &text[end..];
    let is_month = || {
        MONTHS
            .iter()
            .any(|month| rest.strip_prefix(month).is_some_and(|rest| rest.starts_with(' ')))
    };
    let is_date = || {
        let date = rest.as_bytes();
        date.len() > 7
            && date[..4].iter().all(u8::is_ascii_digit)
            && date[4] == b'-'
            && date[7] == b'-'
    };
    rest.starts_with("1 ") || is_month() || is_date()
}
