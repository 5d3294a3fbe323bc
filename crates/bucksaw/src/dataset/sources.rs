//! What a dataset has rows of: its sources, and how far each was read.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_128;

use super::{Dataset, Manifest, own_folder};
use crate::error::Result;
use crate::input::InputPosition;

/// Bytes at a file's start, and at its end, that tell whether it is the same.
const TELLING_BYTES: u64 = 4 << 10;

/// A source that a dataset has rows of, for [`Writer::commit`](crate::Writer::commit).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadSource {
    /// What it is called: who asks for it has to call it so again.
    #[serde(rename = "source")]
    pub name: String,
    /// The byte, after decompression, at which the part begins that the dataset has rows of since its entry before.
    pub from: u64,
    /// How far it was read.
    pub to: InputPosition,
    /// The file that it was, as it was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileMark>,
    /// What the datasets are called that have its other rows, where it has such and they were to be told the same as this one: who is
    /// stopped in between has told some of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<String>,
}

/// What tells whether a file still begins with what it was.
///
/// ```
/// use std::io::Cursor;
/// use bucksaw::FileMark;
/// let mark = FileMark::of(&mut Cursor::new("one\n"))?;
/// assert!(mark.is_start_of(&mut Cursor::new("one\ntwo\n"))?);
/// assert!(!mark.is_start_of(&mut Cursor::new("two\none\n"))?);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FileMark {
    /// Its size in bytes, compressed as it may be.
    pub bytes: u64,
    /// XXH3-128 of its first 4 KiB, as 32 hexadecimal digits.
    pub start: String,
    /// The same of its last 4 KiB.
    pub end: String,
}

impl FileMark {
    /// That of a file as it is now; the file is at its start again.
    ///
    /// # Errors
    /// Those of the file.
    pub fn of(file: &mut (impl Read + Seek)) -> io::Result<Self> {
        let bytes = file.seek(SeekFrom::End(0))?;
        Self::of_first(bytes, file)
    }

    /// Whether a file begins with all that it was; it is at its start again.
    ///
    /// # Errors
    /// Those of the file.
    pub fn is_start_of(&self, file: &mut (impl Read + Seek)) -> io::Result<bool> {
        if file.seek(SeekFrom::End(0))? < self.bytes {
            return Ok(false);
        }
        Ok(Self::of_first(self.bytes, file)? == *self)
    }

    /// That of its first bytes.
    fn of_first(bytes: u64, file: &mut (impl Read + Seek)) -> io::Result<Self> {
        let telling = bytes.min(TELLING_BYTES);
        let mut hash_at = |byte| -> io::Result<String> {
            file.seek(SeekFrom::Start(byte))?;
            let mut found = Vec::new();
            file.by_ref().take(telling).read_to_end(&mut found)?;
            Ok(format!("{:032x}", XxHash3_128::oneshot(&found)))
        };
        let (start, end) = (hash_at(0)?, hash_at(bytes - telling)?);
        file.seek(SeekFrom::Start(0))?;
        Ok(Self { bytes, start, end })
    }
}

impl Dataset {
    /// The sources that the dataset in a folder says it has rows of, by their names, each as it was read last. Nothing is locked.
    ///
    /// # Errors
    /// As [`for_each_file`](Self::for_each_file).
    pub fn sources(path: impl AsRef<Path>) -> Result<BTreeMap<String, ReadSource>> {
        Manifest::open(&own_folder(path.as_ref()))?.sources()
    }
}
