//! A folder that changes places with what it is to become, so that who looks into it finds all files as an entry has them, or none.
//!
//! What it is to become is a folder of links among staged files: to those that stay, whoever's they are, and to those that are new. An
//! entry can be carried out file by file as well, with the same result, which is done wherever this can't: on file systems without
//! links or exchanges, and in folders that have folders, or what a new one would not have.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::durable::{is_same_file, sync_directory};
use super::inside::folder_inside;
use super::manifest::{Added, Exchange, Line, for_each_line};
use crate::error::Result;
use crate::escape::escape_path;
use crate::sink::failure::failed;
use crate::sink::rename;

/// What an entry changes in one folder of the dataset, as far as it is told.
#[derive(Debug)]
pub(super) struct Merging {
    /// Where it is in the dataset's folder, with slashes.
    folder: String,
    pub(super) added: Vec<Added>,
    removed: Vec<String>,
}

impl Merging {
    #[cfg(feature = "arrow")]
    pub(super) fn of(folder: &str) -> Self {
        Self { folder: folder.to_owned(), added: Vec::new(), removed: Vec::new() }
    }

    pub(super) fn remove(&mut self, path: &str) {
        self.removed.push(path.to_owned());
    }

    /// Makes what the folder is to become, called so; none where it can't be exchanged.
    pub(super) fn stage(&self, root: &Path, staged: &Path, called: &str) -> Option<Exchange> {
        let removed: Option<HashSet<OsString>> =
            self.removed.iter().map(|path| self.name(path)).collect();
        let link = |added: &Added| {
            Some((staged.join(added.staged.as_ref()?), self.name(&added.file.path)?))
        };
        let added: Option<Vec<_>> = self.added.iter().map(link).collect();
        let (removed, added) = (removed?, added?);
        if self.folder.is_empty() || added.is_empty() {
            return None;
        }
        let next = staged.join(called);
        if !stage(&root.join(&self.folder), &next, &removed, &added).unwrap_or(false) {
            // Whatever it was: it is done file by file.
            let _ = fs::remove_dir_all(&next);
            return None;
        }
        Some(Exchange { folder: self.folder.clone(), staged: called.to_owned() })
    }

    /// What a file is called in the folder; none where it is elsewhere.
    fn name(&self, path: &str) -> Option<OsString> {
        name_in(&self.folder, path)
    }
}

fn name_in(folder: &str, path: &str) -> Option<OsString> {
    let name = path.strip_prefix(folder)?.strip_prefix('/')?;
    (!name.contains('/')).then(|| name.into())
}

#[cfg(not(target_os = "linux"))]
fn stage(_: &Path, _: &Path, _: &HashSet<OsString>, _: &[(PathBuf, OsString)]) -> io::Result<bool> {
    Ok(false)
}

/// Makes `next` what `live` is without the removed files and with the added ones; whether it can take its place.
#[cfg(target_os = "linux")]
fn stage(
    live: &Path,
    next: &Path,
    removed: &HashSet<OsString>,
    added: &[(PathBuf, OsString)],
) -> io::Result<bool> {
    use std::os::unix::fs::{MetadataExt as _, chown};

    let of_live = fs::symlink_metadata(live)?;
    if !of_live.is_dir() || has_attributes(live) {
        return Ok(false);
    }
    fs::create_dir(next)?;
    let of_next = fs::symlink_metadata(next)?;
    if of_live.dev() != of_next.dev() {
        return Ok(false);
    }
    for entry in fs::read_dir(live)? {
        let entry = entry?;
        if !entry.file_type()?.is_file() {
            return Ok(false);
        }
        if !removed.contains(&entry.file_name()) {
            fs::hard_link(entry.path(), next.join(entry.file_name()))?;
        }
    }
    for (staged, name) in added {
        fs::hard_link(staged, next.join(name))?;
    }
    let owner = |of: &fs::Metadata| (of.uid(), of.gid());
    if owner(&of_live) != owner(&of_next) {
        chown(next, Some(of_live.uid()), Some(of_live.gid()))?;
    }
    // Last, since other owners take some of them away.
    fs::set_permissions(next, of_live.permissions())?;
    sync_directory(next)?;
    Ok(true)
}

/// Whether a folder has lists of access rights, or other attributes, that a new one would not have.
#[cfg(target_os = "linux")]
fn has_attributes(folder: &Path) -> bool {
    use rustix::io::Errno;
    let mut names = [0; 1024];
    match rustix::fs::listxattr(folder, &mut names[..]) {
        Ok(len) => names[..len]
            .split(|byte| *byte == 0)
            .any(|name| !name.is_empty() && name != b"security.selinux"),
        Err(Errno::NOTSUP | Errno::NOSYS) => false,
        Err(_) => true,
    }
}

/// A folder that was exchanged, or was to be, and what it was before.
pub(super) struct Exchanged {
    live: PathBuf,
    old: PathBuf,
    removed: HashSet<OsString>,
}

impl Exchanged {
    /// Lets the folder of an entry change places with what it is to become, unless that is done; none where there is none, or no longer.
    pub(super) fn carry_out(root: &Path, staged: &Path, entry: &Path) -> Result<Option<Self>> {
        let Some(exchange) = for_each_line(entry, |_| Ok(()))?.exchange else { return Ok(None) };
        let live = folder_inside(root, &exchange.folder)?;
        let next = staged.join(&exchange.staged);
        if !is_folder(&live) || !is_folder(&next) {
            return Ok(None);
        }
        let (mut removed, mut is_done) = (HashSet::new(), false);
        for_each_line(entry, |line| {
            match line {
                // A killed process had done it, or had begun to do it file by file.
                Line::Add(added) => {
                    is_done |= fs::symlink_metadata(root.join(&added.file.path)).is_ok();
                }
                Line::Remove(gone) => removed.extend(name_in(&exchange.folder, &gone.path)),
                Line::Read(_) | Line::End(_) => {}
            }
            Ok(())
        })?;
        if is_done || rename::exchanging(&next, &live).is_ok() {
            // Before anything of the old state goes.
            let parents = [live.parent().unwrap_or(root), staged];
            parents.into_iter().try_for_each(sync_directory).map_err(|cause| {
                failed(format!("could not sync what {} is in", escape_path(&live)), cause)
            })?;
        }
        Ok(Some(Self { live, old: next, removed }))
    }

    /// Removes the old state once the entry is carried out. What came into the folder meanwhile goes back into it.
    pub(super) fn clear(self) -> Result<()> {
        self.try_clear().map_err(|cause| {
            let message = format!(
                "could not remove the old files of {} in {}",
                escape_path(&self.live),
                escape_path(&self.old)
            );
            failed(message, cause)
        })
    }

    fn try_clear(&self) -> io::Result<()> {
        let mut has_moved = false;
        for entry in fs::read_dir(&self.old)? {
            let entry = entry?;
            let (old, live) = (entry.path(), self.live.join(entry.file_name()));
            if self.removed.contains(&entry.file_name()) || is_same_file(&old, &live) {
                fs::remove_file(&old)?;
                continue;
            }
            has_moved = true;
            // One that was replaced meanwhile is newer than the link.
            fs::rename(&old, &live)?;
        }
        if has_moved {
            sync_directory(&self.live)?;
        }
        fs::remove_dir(&self.old)
    }
}

fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_dir())
}
