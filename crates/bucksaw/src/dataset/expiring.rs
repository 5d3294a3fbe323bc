//! Files that are too old.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::inside::folder_inside;
use super::{Dataset, DatasetFile, Folder};
use crate::error::Result;
use crate::report::TimeRange;

/// What [`Dataset::expire`] found.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Expired {
    /// The files whose last moment is before the time, which are gone.
    pub files: Vec<DatasetFile>,
    /// Files that have no moments, which stay.
    pub timeless: u64,
}

impl Dataset {
    /// Removes the files of the dataset in a folder whose last moment is before this time: that of the column, or of the first column of
    /// timestamps that a file has. All of them go with one entry of the manifest, and then folders that have nothing in them any more.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use bucksaw::{Dataset, Options};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path();
    /// # let mut writer = Dataset::open(path, Options::new())?.write()?;
    /// # writer.write_row([("time", bucksaw::Value::Timestamp(0))])?;
    /// # writer.finish()?;
    /// let gone = Dataset::expire(path, SystemTime::now(), Some("time"))?;
    /// assert_eq!(gone.files.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn expire(
        path: impl AsRef<Path>,
        before: SystemTime,
        column: Option<&str>,
    ) -> Result<Expired> {
        let mut folder = Folder::open(path.as_ref())?;
        let expired = Self::expired(path, before, column)?;
        for file in &expired.files {
            folder.remove(file.path.clone())?;
        }
        let schema = folder.schema().clone();
        folder.commit(&schema)?;
        remove_empty_folders(folder.root(), &expired.files);
        Ok(expired)
    }

    /// The files that [`expire`](Self::expire) would remove.
    ///
    /// # Errors
    /// As [`for_each_file`](Self::for_each_file).
    pub fn expired(
        path: impl AsRef<Path>,
        before: SystemTime,
        column: Option<&str>,
    ) -> Result<Expired> {
        let mut expired = Expired::default();
        Self::for_each_file(path, |file| {
            let range = TimeRange::of_moments(&file.times, column);
            match range.map(|range| is_before(range, before)) {
                Some(true) => expired.files.push(file),
                Some(false) => {}
                None => expired.timeless += 1,
            }
            Ok(())
        })?;
        Ok(expired)
    }
}

/// Removes the folders that these files were in, and those around them, where nothing else is in them.
fn remove_empty_folders(root: &Path, gone: &[DatasetFile]) {
    let parents = gone.iter().filter_map(|file| Path::new(&file.path).parent());
    let folders: BTreeSet<&Path> =
        parents.flat_map(Path::ancestors).filter(|folder| !folder.as_os_str().is_empty()).collect();
    // Those within others first. One that is not empty stays.
    for folder in folders.into_iter().rev() {
        if let Ok(folder) = folder_inside(root, &folder.to_string_lossy()) {
            let _ = fs::remove_dir(folder);
        }
    }
}

pub(super) fn is_before(range: &TimeRange, time: SystemTime) -> bool {
    let nanos_of_unit = range.unit.map_or(1, |unit| unit.nanos());
    let last = i128::from(range.last) * i128::from(nanos_of_unit);
    let nanos = |duration: Duration| i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX);
    let time = match time.duration_since(UNIX_EPOCH) {
        Ok(since) => nanos(since),
        Err(before) => -nanos(before.duration()),
    };
    last < time
}
