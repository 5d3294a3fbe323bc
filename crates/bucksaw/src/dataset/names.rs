//! What names of files tell, where nothing else does.

/// Digits of a file's number in its name, at the least.
const SEQ_DIGITS: usize = 5;
/// Those of the half of a hash that names have.
const ID_DIGITS: usize = 16;

/// The number that a file's name has, about: no new file must be called as one that is there.
#[must_use]
pub fn seq_of(path: &str) -> u64 {
    let is_time = |word: &&str| word.len() == 16 && word.ends_with('Z') && word.contains('T');
    let words = words(path).filter(|word| !is_id(word) && !is_time(word));
    let runs = words.flat_map(|word| word.split(|c: char| !c.is_ascii_digit()));
    let numbers = runs.filter(|run| run.len() >= SEQ_DIGITS).filter_map(|run| run.parse().ok());
    numbers.max().unwrap_or(0)
}

/// Whether a file's name has the half of a hash.
pub(super) fn has_id(path: &str) -> bool {
    words(path).any(is_id)
}

fn words(path: &str) -> impl Iterator<Item = &str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split(|c: char| !c.is_ascii_alphanumeric())
}

fn is_id(word: &str) -> bool {
    word.len() == ID_DIGITS && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_number_is_found_in_its_name() {
        for (name, seq, id) in [
            ("20261128T070000Z-00012-1234567890123456.parquet", 12, true),
            ("day=2026-11-28/00012-00000000000000ab.parquet", 12, true),
            ("part00007.parquet", 7, false),
            ("a/x-123456.parquet", 123_456, false),
            ("app-20261128.parquet", 20_261_128, false),
            ("notes.parquet", 0, false),
        ] {
            assert_eq!((seq_of(name), has_id(name)), (seq, id), "{name}");
        }
    }
}
