//! Whether a file is sound: every page of every column chunk is decoded, and what headers, footer and
//! indexes say is held against what is there.
//!
//! One column chunk after another: `chunk` decodes its pages, one in memory at a time, and counts what
//! is in them (`tally`), which is held against what the page header, the page indexes (`index`), the
//! bloom filter and the chunk's metadata (`claims`) say. `sorting` reads the columns that rows are sorted by once more, side
//! by side, and `layout` holds ranges and sums against each other.

use std::fmt;

use parquet::basic::CompressionCodec;
use serde::Serialize;

use super::File;
use super::budget::Fault;
use super::origins::Origins;
use super::rows::is_unknown;
use bucksaw::SignalStats;
use bucksaw::internal::STATS_KEY;
use bucksaw::{Error, ErrorKind, Result};

mod chunk;
mod claims;
mod index;
mod layout;
mod sorting;
mod tally;

/// How many problems of a file are told one by one: 20. The rest is counted.
pub const DEFAULT_TOLD_PROBLEMS: usize = 20;

/// The characters of a value that are told.
const TOLD_CHARACTERS: usize = 80;

/// What was found in a file. The names of the fields are the names in the JSON document.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Verification {
    /// The file, as it was named.
    pub path: String,
    /// Whether there are no problems, and everything was verified.
    pub is_sound: bool,
    /// The rows, as the footer counts them.
    pub rows: u64,
    /// The row groups.
    pub row_groups: usize,
    /// The pages that were decoded, dictionaries among them.
    pub pages: u64,
    /// Those that have a checksum. A changed byte in another page is found only where it contradicts
    /// something.
    pub pages_with_checksum: u64,
    /// The values that were decoded, without nulls.
    pub values: u64,
    /// The first [`DEFAULT_TOLD_PROBLEMS`].
    pub problems: Vec<Problem>,
    /// How many more there are.
    pub more_problems: u64,
    /// What could not be verified, with the reason; not more than [`DEFAULT_TOLD_PROBLEMS`].
    pub not_verified: Vec<NotVerified>,
}

/// Something that is not as it is said to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// Where it is.
    #[serde(flatten)]
    pub place: Place,
    /// What is wrong.
    pub what: String,
    /// What the file says, where it contradicts itself.
    pub said: Option<String>,
    /// What is so.
    pub found: Option<String>,
}

/// Where in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Place {
    /// The row group, from 0.
    pub row_group: Option<usize>,
    /// The column: the names on the way from the root, joined by dots.
    pub column: Option<String>,
    /// The page of the column chunk, from 0, dictionaries among them.
    pub page: Option<usize>,
    /// Where the page starts in the file.
    pub offset: Option<u64>,
}

/// Something that could not be verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NotVerified {
    /// Where it is.
    #[serde(flatten)]
    pub place: Place,
    /// Why.
    pub why: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            self.row_group.map(|index| format!("row group {index}")),
            self.column.clone(),
            self.page.map(|index| format!("page {index}")),
            self.offset.map(|offset| format!("at byte {offset}")),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        f.write_str(&parts.join(", "))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place != Place::default() {
            write!(f, "{}: ", self.place)?;
        }
        f.write_str(&self.what)?;
        match (&self.said, &self.found) {
            (Some(said), Some(found)) => write!(f, ": the file says {said}, it is {found}"),
            (Some(said), None) => write!(f, ": the file says {said}"),
            (None, Some(found)) => write!(f, ": {found}"),
            (None, None) => Ok(()),
        }
    }
}

impl fmt::Display for NotVerified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.why)
    }
}

/// What is found as the file is read.
struct Findings(Verification);

impl Findings {
    fn problem(
        &mut self,
        place: &Place,
        what: impl Into<String>,
        [said, found]: [Option<String>; 2],
    ) {
        if self.0.problems.len() >= DEFAULT_TOLD_PROBLEMS {
            self.0.more_problems += 1;
            return;
        }
        let [said, found] = [said, found].map(|text| text.map(|text| shortened(&text)));
        self.0.problems.push(Problem { place: place.clone(), what: what.into(), said, found });
    }

    /// Tells of two numbers that ought to be the same, where they aren't.
    fn same(&mut self, place: &Place, what: &str, said: u64, found: u64) {
        if said != found {
            self.problem(place, what, [Some(said.to_string()), Some(found.to_string())]);
        }
    }

    fn not_verified(&mut self, place: &Place, why: impl Into<String>) {
        // The first is enough to make the file not sound.
        if self.0.not_verified.len() < DEFAULT_TOLD_PROBLEMS {
            self.0.not_verified.push(NotVerified { place: place.clone(), why: why.into() });
        }
    }

    /// Tells why something can't be read. Files that can't be read are an error.
    fn fault(&mut self, place: &Place, fault: Fault) -> Result<()> {
        match fault {
            Fault::Damaged(what) => self.problem(place, shortened(&what), [None, None]),
            Fault::Io(what) => return Err(Error::new(ErrorKind::Io, format!("{place}: {what}"))),
            Fault::Memory | Fault::Work => {
                self.not_verified(
                    place,
                    "to decode it takes more work than a file of this size may",
                );
            }
        }
        Ok(())
    }
}

/// The first characters of a text.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(TOLD_CHARACTERS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

pub(super) fn verify(file: &File) -> Result<Verification> {
    if file.external {
        let message = "the rows stand in other files; verify those";
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    let metadata = &file.metadata;
    let mut findings = Findings(Verification {
        path: file.path.display().to_string(),
        is_sound: false,
        rows: u64::try_from(metadata.file_metadata().num_rows()).unwrap_or(0),
        row_groups: metadata.num_row_groups(),
        pages: 0,
        pages_with_checksum: 0,
        values: 0,
        problems: Vec::new(),
        more_problems: 0,
        not_verified: Vec::new(),
    });
    for problem in &file.problems {
        findings.problem(&Place::default(), problem.clone(), [None, None]);
    }
    check_footer(file, &mut findings);
    layout::check(file, &mut findings);
    let mut budget = chunk::budget(file.size);
    let columns = metadata.file_metadata().schema_descr().num_columns();
    for row_group in 0..metadata.num_row_groups() {
        for column in 0..columns {
            chunk::check(file, (row_group, column), &mut budget, &mut findings)?;
        }
        sorting::check(file, row_group, &mut budget, &mut findings)?;
    }
    let mut found = findings.0;
    found.is_sound = found.problems.is_empty() && found.not_verified.is_empty();
    Ok(found)
}

/// What Bucksaw itself says in the footer can be read.
fn check_footer(file: &File, findings: &mut Findings) {
    let place = Place::default();
    if let Err(error) = Origins::of(file) {
        findings.problem(&place, error.message().to_owned(), [None, None]);
    }
    let pairs = file.metadata.file_metadata().key_value_metadata().into_iter().flatten();
    let told = pairs.filter(|pair| pair.key == STATS_KEY).filter_map(|pair| pair.value.as_ref());
    for text in told {
        if let Err(cause) = serde_json::from_str::<SignalStats>(text) {
            findings.problem(
                &place,
                format!("{STATS_KEY} in the footer"),
                [None, Some(cause.to_string())],
            );
        }
    }
}

fn can_decompress(codec: CompressionCodec) -> bool {
    !is_unknown(&codec)
}
