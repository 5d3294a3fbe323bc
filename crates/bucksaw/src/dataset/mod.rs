//! Datasets: the files of one table, in one folder.

#[cfg(feature = "arrow")]
mod compacting;
mod description;
mod durable;
mod exchange;
mod expiring;
mod folder;
mod inside;
mod lock;
pub mod looking;
mod manifest;
#[cfg(feature = "arrow")]
mod merging;
mod names;
mod orphans;
mod partitioned;
pub mod repairing;
#[cfg(feature = "arrow")]
mod settling;
mod sources;
mod staged;
pub mod widening;

use std::path::{Path, PathBuf};

#[cfg(feature = "arrow")]
pub use self::compacting::{Compactable, Compaction, DEFAULT_COPIED_BYTES, DEFAULT_TARGET_BYTES};
pub use self::description::{DatasetColumn, DatasetDescription, FolderLevel};
pub use self::expiring::Expired;
pub(crate) use self::folder::{Folder, OWN_FOLDER};
pub use self::manifest::DatasetFile;
pub(crate) use self::manifest::{Added, Details, Manifest};
#[cfg(feature = "arrow")]
pub use self::merging::Merged;
#[cfg(feature = "arrow")]
pub use self::settling::Resettled;
pub use self::sources::{FileMark, ReadSource};
use crate::error::Result;
use crate::options::Options;
use crate::table::Table;

/// A dataset: the files of one table in a folder, with the schema that all of them have and the manifest that lists them.
///
/// As long as it lives, and the writer that it becomes, no other process writes to the dataset.
///
/// ```
/// use bucksaw::{Dataset, Options, PartitionKey};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path();
/// let options = Options::new().partition_by(PartitionKey::list("level")?).roll_rows(1_000_000);
/// let mut writer = Dataset::open(path, options)?.write()?;
/// writer.write_rows([[("level", "INFO"), ("body", "started")], [("level", "WARN"), ("body", "slow")]])?;
/// writer.finish()?;
/// let mut paths = Vec::new();
/// Dataset::for_each_file(path, |file| Ok(paths.push(file.path)))?;
/// assert!(paths[0].starts_with("level=INFO/") && paths[1].starts_with("level=WARN/"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Dataset {
    pub(crate) table: Table,
    pub(crate) folder: Folder,
}

impl Dataset {
    /// Opens the dataset in a folder, or makes one there. Its table has the columns of its files, and those that the options
    /// declare beside them.
    ///
    /// # Errors
    /// [`ErrorKind::Options`](crate::ErrorKind::Options), also where the options declare a column otherwise than the files have it;
    /// [`ErrorKind::Exists`](crate::ErrorKind::Exists) where another process writes to it;
    /// [`ErrorKind::Io`](crate::ErrorKind::Io); [`ErrorKind::Malformed`](crate::ErrorKind::Malformed) where its manifest is damaged.
    pub fn open(path: impl AsRef<Path>, mut options: Options) -> Result<Self> {
        options.validate()?;
        let mut folder = Folder::open(path.as_ref())?;
        folder.keep_partition(&options.dataset.partition)?;
        options.schema = folder.schema().clone().with(&options.schema)?;
        Ok(Self { table: table_of(options)?, folder })
    }

    /// The table.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Whether there is a dataset in a folder.
    #[must_use]
    pub fn is_at(path: impl AsRef<Path>) -> bool {
        own_folder(path.as_ref()).is_dir()
    }

    /// Does what a killed process left to do of what it had made part of the dataset in a folder: gives files their names, removes others.
    /// [`open`](Self::open) does it, too.
    ///
    /// # Errors
    /// As there.
    pub fn put_in_order(path: impl AsRef<Path>) -> Result<()> {
        Folder::open(path.as_ref()).map(|_| ())
    }

    /// Has each file of the dataset in a folder looked at, in the order in which they came. Nothing is locked: files that are
    /// added meanwhile are not seen.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io); [`ErrorKind::Malformed`](crate::ErrorKind::Malformed) where the manifest is
    /// damaged; those of `look`.
    pub fn for_each_file(
        path: impl AsRef<Path>,
        mut look: impl FnMut(DatasetFile) -> Result<()>,
    ) -> Result<()> {
        let manifest = Manifest::open(&own_folder(path.as_ref()))?;
        manifest.for_each_file(|added| look(added.file))
    }
}

/// Where a dataset has what it knows of itself.
fn own_folder(root: &Path) -> PathBuf {
    root.join(OWN_FOLDER)
}

/// The table of a dataset whose columns these options declare.
fn table_of(options: Options) -> Result<Table> {
    let mut table = Table::new(options)?;
    table.schema.are_of_dataset(&table.options);
    Ok(table)
}
