//! Which known word a misspelled one may have been meant as.

/// Signs that have to be changed, added or left out, at the most.
const MAX_DISTANCE: usize = 2;

/// The known word that is nearest, if it is near at all.
#[must_use]
pub fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let distances = known.iter().map(|known| (distance(word, known), *known));
    let near = distances.filter(|(distance, _)| *distance <= MAX_DISTANCE);
    near.min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}

/// Levenshtein's.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (index, sign) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (at, other) in b.iter().enumerate() {
            let changed = diagonal + usize::from(sign != *other);
            diagonal = row[at + 1];
            row[at + 1] = changed.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_meant_are_found() {
        let known = ["name", "type", "input"];
        for (word, expected) in [
            ("typ", Some("type")),
            ("inputs", Some("input")),
            ("tpye", Some("type")),
            ("nmae", Some("name")),
            ("comment", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, &known), expected, "{word}");
        }
    }
}
