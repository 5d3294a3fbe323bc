//! What can be read of a manifest that may be damaged: each line that is whole is believed.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use super::reading::{failed, for_each_line, number};
use super::{Added, Line, SNAPSHOT_SUFFIX, SUFFIX};
use crate::dataset::ReadSource;
use crate::error::Result;

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// All files that it speaks of, also those that are gone.
    pub(crate) files: HashMap<String, KnownFile>,
    /// The sources that it speaks of, each as it was read last.
    pub(crate) sources: BTreeMap<String, ReadSource>,
    /// The number of the next file; 0 where nothing says so.
    pub(crate) next_seq: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct KnownFile {
    /// In which order it came.
    pub(crate) order: u64,
    /// Without its columns, which take memory.
    pub(crate) added: Added,
    /// Whether it was not removed later.
    pub(crate) is_in: bool,
}

impl Known {
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io).
    pub(crate) fn read(own_folder: &Path) -> Result<Self> {
        let folder = own_folder.join("manifest");
        let listed = match fs::read_dir(&folder) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            listed => listed.map_err(|cause| failed(&folder, cause))?,
        };
        let mut parts: Vec<(u64, bool, PathBuf)> = Vec::new();
        for entry in listed {
            let path = entry.map_err(|cause| failed(&folder, cause))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let snapshot = name.strip_suffix(SNAPSHOT_SUFFIX).and_then(number);
            let entry = name.strip_suffix(SUFFIX).and_then(number);
            if let Some(number) = snapshot.or(entry) {
                parts.push((number, snapshot.is_some(), path));
            }
        }
        // A snapshot is what its entry led to.
        parts.sort_unstable();
        let mut known = Self::default();
        for (_, is_snapshot, path) in parts {
            if is_snapshot && for_each_line(&path, |_| Ok(())).is_ok() {
                known.files.values_mut().for_each(|file| file.is_in = false);
            }
            known.add_lines_of(&path)?;
        }
        Ok(known)
    }

    fn add_lines_of(&mut self, path: &Path) -> Result<()> {
        let file = File::open(path).map_err(|cause| failed(path, cause))?;
        let mut reader = BufReader::new(file);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).map_err(|cause| failed(path, cause))? > 0 {
            match serde_json::from_slice(&line) {
                Ok(Line::Add(mut added)) => {
                    if let Some(details) = &mut added.details {
                        details.columns = Vec::new();
                    }
                    let order = self.files.len() as u64;
                    let path = added.file.path.clone();
                    let order = self.files.get(&path).map_or(order, |known| known.order);
                    self.files.insert(path, KnownFile { order, added: *added, is_in: true });
                }
                Ok(Line::Remove(removed)) => {
                    if let Some(known) = self.files.get_mut(&removed.path) {
                        known.is_in = false;
                    }
                }
                Ok(Line::Read(source)) => {
                    self.sources.insert(source.name.clone(), *source);
                }
                Ok(Line::End(end)) => self.next_seq = self.next_seq.max(end.next_seq),
                Err(_) => {}
            }
            line.clear();
        }
        Ok(())
    }
}
