//! Which known word a misspelled one may have been meant as.

use strsim::damerau_levenshtein;

/// Letters that have to be changed, swapped, added or left out, at the most.
const MAX_DISTANCE: usize = 2;

/// The known word that is nearest, if it is near at all.
#[must_use]
pub fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let distances = known.iter().map(|known| (damerau_levenshtein(word, known), *known));
    // With all of its letters changed it is another word.
    let letters = word.chars().count();
    let near = distances.filter(|(distance, _)| *distance <= MAX_DISTANCE && *distance < letters);
    near.min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_meant_are_found() {
        let known = ["name", "type", "input", "a"];
        for (word, expected) in [
            ("typ", Some("type")),
            ("inputs", Some("input")),
            ("tpye", Some("type")),
            ("nmae", Some("name")),
            ("comment", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(nearest(word, &known), expected, "{word}");
        }
    }
}
