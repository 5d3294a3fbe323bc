//! A file of the local file system: staged, synced, renamed, its directory synced.
//!
//! The staged file is `.NAME.RANDOM.bucksaw` beside the target (or in the temporary directory), and
//! it stays locked as long as its writer lives. One without a lock was left by a process that was
//! killed; the next writer to the same target removes it.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use super::directory::directory_of;
use super::failure::failed;
use super::publication::{Finished, Waiting};
use super::staged::{Staged, only_for_the_owner};
use super::{Publication, Published, ReadBack, Sink};
use crate::error::Result;
use crate::escape::escape_path;

/// Publishes to a path.
#[derive(Debug)]
pub struct LocalSink {
    /// The target as it was named.
    pub(super) named: PathBuf,
    /// The target, without links to its directory.
    pub(super) target: PathBuf,
    pub(super) overwrite: bool,
    /// Whether the file appears only where it replaces another.
    pub(super) only_replaces: bool,
    pub(super) staged: Staged,
    /// Those of new files beside the target.
    pub(super) usual_permissions: Option<Permissions>,
    pub(super) bytes: u64,
    /// Where it waits when it is finished.
    pub(super) waiting: Waiting,
    /// Publishes it at once.
    pub(super) alone: Option<Publication>,
}

impl LocalSink {
    /// Stages a file for `target`: beside it, or in `temporary_directory`.
    ///
    /// # Errors
    /// [`ErrorKind::Exists`](crate::ErrorKind::Exists) where something stands at `target` and
    /// `overwrite` is false, or where `target` is no place for a file;
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) where nothing can be staged or published.
    pub fn create(
        target: &Path,
        overwrite: bool,
        temporary_directory: Option<&Path>,
    ) -> Result<Self> {
        let publication = Publication::new().overwrite(overwrite);
        let mut publication = publication.temporary_directory(temporary_directory);
        let mut sink = publication.stage(target)?;
        sink.alone = Some(publication);
        Ok(sink)
    }

    /// Where the bytes are until they are published.
    #[must_use]
    pub fn staged_path(&self) -> &Path {
        &self.staged.path
    }

    /// Where there may be a file until it is published, for a signal handler to remove: the staged
    /// one, and the one beside the target that it becomes when it is finished.
    #[must_use]
    pub fn staged_paths(&self) -> [PathBuf; 2] {
        [self.staged.path.clone(), self.path_beside_target()]
    }

    /// The file is empty, and appears only in place of an old one that says otherwise.
    pub(crate) fn only_replacing(self) -> Self {
        Self { only_replaces: true, ..self }
    }

    /// Beside the target, the staged file's name: it is not likely to be given twice.
    fn path_beside_target(&self) -> PathBuf {
        directory_of(&self.target).join(self.staged.path.file_name().unwrap_or_default())
    }

    /// Moves the staged file beside its target.
    fn move_beside_target(&mut self) -> Result<()> {
        let beside = self.path_beside_target();
        if beside == self.staged.path {
            return Ok(());
        }
        let moved = match self.staged.rename(beside.clone()) {
            Err(cause) if cause.kind() == io::ErrorKind::CrossesDevices => {
                self.copy_beside_target(&beside)
            }
            result => result,
        };
        moved.map_err(|cause| {
            let from = escape_path(&self.staged.path);
            failed(format!("could not move {from} to {}", escape_path(&beside)), cause)
        })
    }

    fn copy_beside_target(&mut self, beside: &Path) -> io::Result<()> {
        let mut copy = Staged::open(beside, only_for_the_owner(&mut OpenOptions::new()))?;
        io::copy(&mut File::open(&self.staged.path)?, &mut copy.file)?;
        self.staged = copy;
        Ok(())
    }

    /// What the file at the target has, or a new file would have.
    fn set_permissions(&self) -> io::Result<()> {
        let replaced = fs::symlink_metadata(&self.target).ok().filter(fs::Metadata::is_file);
        let wanted = match replaced.filter(|_| self.overwrite) {
            Some(replaced) => Some(without_special_bits(replaced.permissions())),
            None => self.usual_permissions.clone(),
        };
        let has = self.staged.file.metadata()?.permissions();
        // Not every file system has permissions that can be set.
        match wanted.filter(|wanted| *wanted != has) {
            Some(wanted) => self.staged.file.set_permissions(wanted),
            None => Ok(()),
        }
    }

    /// Makes the file durable beside its target.
    fn finish(mut self) -> Result<(Finished, Option<Publication>)> {
        self.move_beside_target()?;
        let shown = escape_path(&self.named);
        self.set_permissions()
            .map_err(|cause| failed(format!("could not set the permissions of {shown}"), cause))?;
        // What a failed sync covered is lost for good: it is not tried again.
        let synced = self.staged.file.sync_all();
        synced.map_err(|cause| failed(format!("could not sync {shown}"), cause))?;
        let Self { target, overwrite, only_replaces, staged, alone, .. } = self;
        Ok((Finished { staged, target, overwrite, only_replaces }, alone))
    }
}

impl Sink for LocalSink {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes += bytes.len() as u64;
        let written = self.staged.file.write_all(bytes);
        written.map_err(|cause| {
            failed(format!("could not write {}", escape_path(&self.staged.path)), cause)
        })
    }

    fn read_back(&mut self) -> Result<Option<ReadBack>> {
        read_back(&self.staged.path).map(Some)
    }

    fn publish(self: Box<Self>) -> Result<Published> {
        let published = Published::new(self.bytes).at(self.named.clone());
        let waiting = Waiting::clone(&self.waiting);
        let (finished, alone) = self.finish()?;
        waiting.lock().unwrap_or_else(PoisonError::into_inner).push(finished);
        alone.map_or(Ok(()), Publication::publish)?;
        Ok(published)
    }

    fn discard(self: Box<Self>) -> Result<()> {
        let path = self.staged.path.clone();
        let removed = self.staged.remove();
        removed.map_err(|cause| failed(format!("could not remove {}", escape_path(&path)), cause))
    }
}

/// A staged file, to be read.
pub(crate) fn read_back(path: &Path) -> Result<ReadBack> {
    let opened = File::open(path);
    let failed = |cause| failed(format!("could not read {} back", escape_path(path)), cause);
    Ok(ReadBack::File(opened.map_err(failed)?))
}

/// Nobody gets another's rights by a file that they did not write.
#[cfg(unix)]
fn without_special_bits(permissions: Permissions) -> Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    Permissions::from_mode(permissions.mode() & 0o777)
}

#[cfg(not(unix))]
fn without_special_bits(permissions: Permissions) -> Permissions {
    permissions
}
