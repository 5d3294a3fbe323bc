//! What is measured: the library's backends, and the baseline.

use std::fmt;

use bucksaw::{BackendKind, Compression, Options, Profile};
use serde::{Deserialize, Serialize};

/// One way of writing.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Backend {
    /// The `direct` backend with its portable profile: the default.
    Direct,
    /// The `direct` backend with its modern profile.
    Modern,
    /// The `arrow` backend, which lets each record batch go once it is written.
    Arrow,
    /// The baseline: Arrow's record batches are kept until the end, and written then.
    Buffered,
}

impl Backend {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Direct, Self::Modern, Self::Arrow, Self::Buffered];

    /// The name in options and JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Modern => "modern",
            Self::Arrow => "arrow",
            Self::Buffered => "buffered",
        }
    }

    /// The library's options for it; for the baseline those for making its blocks.
    pub(super) fn options(self, threads: usize, chunk_rows: usize, compress: bool) -> Options {
        let (kind, profile) = match self {
            Self::Direct | Self::Buffered => (BackendKind::Direct, Profile::Portable),
            Self::Modern => (BackendKind::Direct, Profile::Modern),
            Self::Arrow => (BackendKind::Arrow, Profile::Portable),
        };
        let compression = if compress { Compression::default() } else { Compression::None };
        Options::new()
            // Rows in memory have types; all backends are given the same blocks.
            .settling_rows(0)
            .backend(kind)
            .profile(profile)
            .threads(threads)
            .chunk_rows(chunk_rows)
            .compression(compression)
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Direct => "direct portable",
            Self::Modern => "direct modern",
            Self::Arrow => "arrow streaming",
            Self::Buffered => "arrow buffered",
        })
    }
}
