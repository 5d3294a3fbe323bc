//! The endings of names that tell what an input is.

use std::ffi::OsStr;
use std::path::Path;

/// How the names of files that a directory is searched for end, apart from a compression's ending.
pub(crate) const DATA_ENDINGS: [&str; 4] = ["ndjson", "jsonl", "json", "log"];
pub(crate) const COMPRESSION_ENDINGS: [&str; 3] = ["gz", "zst", "zstd"];

/// The name without its ending, if that is one of these.
pub(crate) fn without_ending<'n>(name: &'n OsStr, endings: &[&str]) -> &'n OsStr {
    let path = Path::new(name);
    let has_one = path.extension().is_some_and(|found| endings.iter().any(|known| found == *known));
    path.file_stem().filter(|_| has_one).unwrap_or(name)
}

/// The name without its endings, if they are an input file's.
pub(crate) fn data_stem(name: &OsStr) -> Option<&OsStr> {
    let plain = without_ending(name, &COMPRESSION_ENDINGS);
    let stem = without_ending(plain, &DATA_ENDINGS);
    (stem.len() < plain.len()).then_some(stem)
}
