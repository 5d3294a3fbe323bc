//! What files of a dataset are called.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use super::bad;
use crate::error::{Error, Result};

/// What files of a dataset are called unless told.
pub const DEFAULT_FILE_NAME: &str = "{partition}/{first_time}-{seq}-{id}.parquet";
/// What names end with: readers look for it.
const SUFFIX: &str = ".parquet";

/// What files of a dataset are called: text, and these in braces:
///
/// - `partition`: the folders, as `day=2026-11-28/service=api`; nothing where there are none,
/// - `first_time`, `last_time`: the first and last moment of the file's rows, to seconds, as `20261128T070000Z`: of
///   [`Options::timestamp_column`](crate::Options::timestamp_column), or else of the first column of timestamps; nothing where there is none,
/// - `seq`: the number of the file in the dataset, from 1,
/// - `id`: the first half of the XXH3-128 of its bytes, 16 hexadecimal digits.
///
/// Each name has `seq`, so that no two files are called alike. Where one of them is nothing, the character behind it goes with it. The same rows in the same order, written with the same options, are
/// in files of the same names.
///
/// ```
/// use bucksaw::FileName;
/// let name: FileName = "{partition}/part-{seq}.parquet".parse()?;
/// assert_eq!(name.to_string(), "{partition}/part-{seq}.parquet");
/// assert_eq!(FileName::default().to_string(), bucksaw::limits::DEFAULT_FILE_NAME);
/// # Ok::<(), bucksaw::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Of(Field),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Partition,
    FirstTime,
    LastTime,
    Seq,
    Id,
}

impl Field {
    const ALL: [(&str, Self); 5] = [
        ("partition", Self::Partition),
        ("first_time", Self::FirstTime),
        ("last_time", Self::LastTime),
        ("seq", Self::Seq),
        ("id", Self::Id),
    ];
}

/// What a file's name is made of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Named<'n> {
    pub(crate) partition: &'n str,
    pub(crate) first_time: Option<String>,
    pub(crate) last_time: Option<String>,
    pub(crate) seq: u64,
    pub(crate) id: u64,
}

impl FileName {
    /// Whether files of different folders have different names.
    pub(crate) fn has_partition(&self) -> bool {
        self.parts.first() == Some(&Part::Of(Field::Partition))
    }

    /// The path in the dataset's folder, with slashes.
    pub(crate) fn of(&self, named: &Named<'_>) -> String {
        let mut name = String::new();
        let mut is_empty = false;
        for part in &self.parts {
            let start = name.len();
            // A string takes what is written.
            let _ = match part {
                Part::Text(text) if is_empty => {
                    let mut characters = text.chars();
                    characters.next();
                    name.write_str(characters.as_str())
                }
                Part::Text(text) => name.write_str(text),
                Part::Of(Field::Partition) => name.write_str(named.partition),
                Part::Of(Field::FirstTime) => name.write_str(or_nothing(&named.first_time)),
                Part::Of(Field::LastTime) => name.write_str(or_nothing(&named.last_time)),
                Part::Of(Field::Seq) => write!(name, "{:05}", named.seq),
                Part::Of(Field::Id) => write!(name, "{:016x}", named.id),
            };
            is_empty = matches!(part, Part::Of(_)) && name.len() == start;
        }
        name
    }
}

fn or_nothing(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default()
}

impl Default for FileName {
    fn default() -> Self {
        use Field::{FirstTime, Id, Partition, Seq};
        let text = |text: &str| Part::Text(text.to_owned());
        let parts = vec![
            Part::Of(Partition),
            text("/"),
            Part::Of(FirstTime),
            text("-"),
            Part::Of(Seq),
            text("-"),
            Part::Of(Id),
            text(SUFFIX),
        ];
        Self { parts }
    }
}

impl FromStr for FileName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let problem = |why: &str| bad(format!("the name {text:?}: {why}"));
        let (mut parts, mut rest) = (Vec::new(), text);
        while let Some((before, behind)) = rest.split_once('{') {
            let (name, behind) =
                behind.split_once('}').ok_or_else(|| problem("a brace does not end"))?;
            let field = Field::ALL.iter().find(|(known, _)| *known == name).ok_or_else(|| {
                problem("in braces stand partition, first_time, last_time, seq or id")
            })?;
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Of(field.1));
            rest = behind;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        let name = Self { parts };
        if !text.ends_with(SUFFIX) {
            return Err(problem("it has to end in .parquet, by which readers know files"));
        }
        if !name.parts.contains(&Part::Of(Field::Seq)) {
            return Err(problem("it needs {seq}, or else files may be called alike"));
        }
        let of_partition = name.parts.iter().filter(|part| **part == Part::Of(Field::Partition));
        let is_folder = !name.has_partition() || text.starts_with("{partition}/");
        if of_partition.count() > usize::from(name.has_partition()) || !is_folder {
            return Err(problem("{partition}/ stands at its start"));
        }
        let is_hidden = |folder: &str| folder.is_empty() || folder.starts_with(['.', '_']);
        if text.split('/').any(is_hidden) || text.contains(['\\', '\0', '=']) {
            return Err(problem(
                "it is a path within the dataset whose folders begin with neither . nor _, which readers pass over, and have no \\ and no =",
            ));
        }
        Ok(name)
    }
}

/// As it is read.
impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Of(field) => {
                let name = Field::ALL.iter().find(|(_, known)| known == field);
                write!(f, "{{{}}}", name.map_or("", |(name, _)| name))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nothing_goes_with_what_follows_it() {
        let named = Named {
            partition: "day=2026-11-28",
            first_time: Some("20261128T070000Z".to_owned()),
            last_time: None,
            seq: 12,
            id: 0xab,
        };
        let of = |named: &Named<'_>| FileName::default().of(named);
        let id = "00000000000000ab";
        assert_eq!(of(&named), format!("day=2026-11-28/20261128T070000Z-00012-{id}.parquet"));
        let bare = Named { partition: "", first_time: None, ..named };
        assert_eq!(of(&bare), format!("00012-{id}.parquet"));
    }

    #[test]
    fn names_are_read_as_they_are_spelled_and_refused_where_files_would_be_lost() {
        for text in [DEFAULT_FILE_NAME, "{partition}/x{seq}.parquet", "a/{seq}.parquet"] {
            let name: FileName = text.parse().expect(text);
            assert_eq!(name.to_string(), text);
        }
        for text in [
            "x.parquet",
            "{id}.parquet",
            "{seq}",
            "{seq.parquet",
            "{day}-{seq}.parquet",
            "a/{partition}/{seq}.parquet",
            "{partition}{seq}.parquet",
            "../{seq}.parquet",
            "/{seq}.parquet",
            "_x/{seq}.parquet",
            "a=b/{seq}.parquet",
        ] {
            assert!(text.parse::<FileName>().is_err(), "{text}");
        }
    }
}
