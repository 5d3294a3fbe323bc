//! The endings of names that tell what an input is.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use bucksaw::Format;

/// How the names of files that a directory is searched for end, in capitals too, apart from a compression's ending and from
/// what rotation adds.
pub(crate) const DATA_ENDINGS: [&str; 7] =
    ["ndjson", "jsonl", "json", "log", "csv", "tsv", "binpb"];
pub(crate) const COMPRESSION_ENDINGS: [&str; 3] = ["gz", "zst", "zstd"];

/// The name without its ending, if that is one of these.
pub(crate) fn without_ending<'n>(name: &'n OsStr, endings: &[&str]) -> &'n OsStr {
    let path = Path::new(name);
    let has_one = path.extension().is_some_and(|found| is_one_of(found, endings));
    path.file_stem().filter(|_| has_one).unwrap_or(name)
}

fn is_one_of(found: &OsStr, endings: &[&str]) -> bool {
    endings.iter().any(|known| found.eq_ignore_ascii_case(known))
}

/// The name without its endings, if they are an input file's. Those of rotated logs keep what tells them apart:
/// `app.log.1` is `app.1`, and `app.log-20261128` is `app-20261128`.
pub(crate) fn data_stem(name: &OsStr) -> Option<OsString> {
    let mut name = without_ending(name, &COMPRESSION_ENDINGS);
    let mut rotation = String::new();
    loop {
        let path = Path::new(name);
        let (stem, ending) = (path.file_stem()?, path.extension()?);
        let is_data = is_one_of(ending, &DATA_ENDINGS);
        let text = ending.to_str().unwrap_or_default();
        let (data, number) = text.split_at(text.find(['-', '_']).unwrap_or(text.len()));
        if is_data || (is_one_of(data.as_ref(), &DATA_ENDINGS) && is_of_rotation(number)) {
            rotation.insert_str(0, if is_data { "" } else { number });
            return Some([stem, rotation.as_ref()].into_iter().collect());
        }
        if !is_of_rotation(text) {
            return None;
        }
        rotation.insert_str(0, &format!(".{text}"));
        name = stem;
    }
}

/// What an input of this name is, where its ending alone tells: no content surely is CSV.
pub(crate) fn format_of(name: &OsStr) -> Option<Format> {
    let mut name = without_ending(name, &COMPRESSION_ENDINGS);
    loop {
        let path = Path::new(name);
        let ending = path.extension()?.to_str()?;
        let data = ending.split(['-', '_']).next()?;
        let known = [("csv", Format::Csv), ("tsv", Format::Tsv)];
        let format = known.into_iter().find(|(known, _)| data.eq_ignore_ascii_case(known));
        if let Some((_, format)) = format {
            return Some(format);
        }
        if !is_of_rotation(ending) {
            return None;
        }
        name = path.file_stem()?;
    }
}

/// Whether a number or a date is behind a name, as rotation puts it there.
fn is_of_rotation(text: &str) -> bool {
    let is_sign = |sign: char| sign.is_ascii_digit() || matches!(sign, '-' | '_' | 'T' | 'Z');
    text.contains(|sign: char| sign.is_ascii_digit()) && text.chars().all(is_sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_inputs_in_capitals_and_of_rotated_logs_are_known() {
        for (name, stem) in [
            ("a.ndjson", Some("a")),
            ("a.JSON", Some("a")),
            ("a.binpb.zst", Some("a")),
            ("a.Log.GZ", Some("a")),
            ("a.b.jsonl.zstd", Some("a.b")),
            ("app.log.1", Some("app.1")),
            ("app.log.12.gz", Some("app.12")),
            ("app.log-20261128", Some("app-20261128")),
            ("app.log-20261128.gz", Some("app-20261128")),
            ("app.log.2026-11-28", Some("app.2026-11-28")),
            ("app.log.2026-11-28T07_05.3.zst", Some("app.2026-11-28T07_05.3")),
            ("app.1.log", Some("app.1")),
            ("a.txt", None),
            ("a.gz", None),
            ("a.tar.gz", None),
            ("a.1", None),
            ("a.2026-11-28", None),
            ("log", None),
            ("log.1", None),
            (".log", None),
            ("a.logs", None),
            ("a.log-x", None),
            ("a.log.T", None),
        ] {
            assert_eq!(data_stem(name.as_ref()).as_deref(), stem.map(OsStr::new), "{name}");
        }
    }

    #[test]
    fn endings_of_csv_tell_what_it_is() {
        for (name, format) in [
            ("a.csv", Some(Format::Csv)),
            ("a.CSV.gz", Some(Format::Csv)),
            ("a.tsv.zst", Some(Format::Tsv)),
            ("a.csv.1", Some(Format::Csv)),
            ("a.csv-20261128.gz", Some(Format::Csv)),
            ("a.csv.ndjson", None),
            ("csv", None),
            ("a.log", None),
        ] {
            assert_eq!(format_of(name.as_ref()), format, "{name}");
        }
    }
}
