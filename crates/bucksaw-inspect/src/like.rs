//! `like`: patterns in which `%` stands for any text and `_` for any sign.

/// Whether a text is like a pattern: what stands between `%` comes in the text one after another. Each part is looked for
/// once, from where the one before it ends; with `_` in it sign by sign, else as any other text.
pub(super) fn is_like(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('%');
    let first = parts.next().unwrap_or_default();
    let Some(len) = len_at_start(text, first) else { return false };
    let mut rest = &text[len..];
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(end) = end_of(rest, part) else { return false };
        rest = &rest[end..];
    }
    let signs = last.chars().count();
    let start = match signs {
        0 => Some(rest.len()),
        _ => rest.char_indices().rev().nth(signs - 1).map(|(at, _)| at),
    };
    start.is_some_and(|at| len_at_start(&rest[at..], last).is_some())
}

/// Bytes of the start of a text that a part without `%` stands for.
fn len_at_start(text: &str, part: &str) -> Option<usize> {
    let mut signs = text.char_indices();
    for sign in part.chars() {
        let (_, found) = signs.next()?;
        if sign != '_' && sign != found {
            return None;
        }
    }
    Some(signs.offset())
}

/// Where the first run of signs ends that a part stands for.
fn end_of(text: &str, part: &str) -> Option<usize> {
    if !part.contains('_') {
        return text.find(part).map(|at| at + part.len());
    }
    let mut starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    starts.find_map(|at| len_at_start(&text[at..], part).map(|len| at + len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_stand_for_texts() {
        let cases = [
            ("", "", true),
            ("", "%", true),
            ("", "_", false),
            ("a", "", false),
            ("abc", "abc", true),
            ("abc", "a%c", true),
            ("ac", "a%c", true),
            ("abc", "a_c", true),
            ("aüc", "a_c", true),
            ("abcd", "%b_%", true),
            ("abcb", "%b_%", true),
            ("ab", "%b_%", false),
            ("aba", "ab%ba", false),
            ("abba", "ab%ba", true),
            ("abcabd", "%ab_", true),
            ("ü%ü", "_%_", true),
            ("xaya", "%a%a%", true),
            ("xay", "%a%a%", false),
            ("aab", "%ab", true),
            ("aab", "%%a%%b%%", true),
            ("übü", "%_b_", true),
        ];
        for (text, pattern, expected) in cases {
            assert_eq!(is_like(text, pattern), expected, "{text:?} like {pattern:?}");
        }
    }

    /// Sign by sign from each start this takes 10¹² steps.
    #[test]
    fn a_part_is_looked_for_in_one_pass() {
        let text = "a".repeat(2_000_000);
        let part = "a".repeat(1_000_000);
        assert!(!is_like(&text, &format!("%{part}b%")));
        assert!(!is_like(&text, &format!("%{part}b")));
        assert!(is_like(&text, &format!("%{part}%{part}")));
    }
}
