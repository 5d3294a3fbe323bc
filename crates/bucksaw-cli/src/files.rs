//! Which file a path names, however it is spelled.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::path::{Path, PathBuf};

/// A file that is there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileId(Identity);

#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(not(unix))]
type Identity = PathBuf;

impl FileId {
    /// The file at `path`, through links; none where there is none.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        Self::of_such(path, |_| true)
    }

    /// The regular file at `path`, through links; none where there is none.
    pub(crate) fn of_regular(path: &Path) -> Option<Self> {
        Self::of_such(path, Metadata::is_file)
    }

    /// An open file, which was opened at `path`.
    pub(crate) fn of_open(file: &File, path: &Path) -> Option<Self> {
        identity(path, &file.metadata().ok()?).map(Self)
    }

    fn of_such(path: &Path, is_such: impl Fn(&Metadata) -> bool) -> Option<Self> {
        #[cfg(test)]
        tests::LOOKED_UP.with(|count| count.set(count.get() + 1));
        let found = fs::metadata(path).ok().filter(is_such)?;
        identity(path, &found).map(Self)
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it may not be known")]
fn identity(_: &Path, found: &Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    Some((found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path, _: &Metadata) -> Option<Identity> {
    path.canonicalize().ok()
}

/// Where a file is or would be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Location {
    File(FileId),
    /// No file yet: its folder and name.
    Free(FileId, OsString),
    /// Nor a folder.
    Nowhere(PathBuf),
}

impl Location {
    pub(crate) fn of(path: &Path) -> Self {
        if let Some(file) = FileId::of(path) {
            return Self::File(file);
        }
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        match FileId::of(parent.unwrap_or(Path::new("."))).zip(path.file_name()) {
            Some((folder, name)) => Self::Free(folder, name.to_owned()),
            None => Self::Nowhere(path.to_owned()),
        }
    }
}

/// Whether a path leads to a device, a pipe or the like, which takes bytes as they come.
pub(crate) fn is_stream(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

/// The name that an open file of this process has among its open files, where a path is such, as
/// /dev/stdout and /dev/fd/3 are.
pub(crate) fn open_file(path: &Path) -> Option<OsString> {
    let number = |path: &Path| {
        let folder = path.parent()?.canonicalize().ok()?;
        let is_of_open_files = folder.starts_with("/proc") && folder.ends_with("fd");
        path.file_name().filter(|_| is_of_open_files).map(ToOwned::to_owned)
    };
    number(path).or_else(|| number(&path.parent()?.join(fs::read_link(path).ok()?)))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        /// How often this thread asked the system about a path.
        pub(crate) static LOOKED_UP: Cell<usize> = const { Cell::new(0) };
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_the_same_in_every_spelling() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("sub")).expect("makes a folder");
        fs::write(path("a"), "").expect("writes");
        fs::write(path("b"), "").expect("writes");
        fs::hard_link(path("a"), path("hard")).expect("links");
        std::os::unix::fs::symlink("../a", path("sub/soft")).expect("links");
        let a = Location::of(&path("a"));
        for same in ["hard", "sub/soft", "sub/../a", "./a"] {
            assert_eq!(Location::of(&path(same)), a, "{same}");
        }
        assert_ne!(Location::of(&path("b")), a);
        assert_eq!(Location::of(&path("sub/../new")), Location::of(&path("new")));
        assert_ne!(Location::of(&path("sub/new")), Location::of(&path("new")));
        assert_eq!(Location::of(&path("gone/new")), Location::Nowhere(path("gone/new")));
    }
}
