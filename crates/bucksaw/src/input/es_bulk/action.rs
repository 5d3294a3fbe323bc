//! Lines that say what is to be done with the document behind them.

use serde_json::value::RawValue;

use crate::types::json::Members;

/// What actions say, beside what they are.
const MEMBERS: [&str; 14] = [
    "_index",
    "_id",
    "_type",
    "_routing",
    "routing",
    "_version",
    "version",
    "version_type",
    "if_seq_no",
    "if_primary_term",
    "pipeline",
    "require_alias",
    "require_data_stream",
    "retry_on_conflict",
];

/// What is done with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Index,
    Create,
    Update,
    Delete,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// An action: its kind, and what it says as JSON; none where a line is no action.
pub(super) fn action(line: &[u8]) -> Option<(Kind, &str)> {
    let line = std::str::from_utf8(line).ok()?;
    let Members::<String, &RawValue>(members) = serde_json::from_str(line).ok()?;
    let [(name, value)] = &members[..] else { return None };
    let kinds = [Kind::Index, Kind::Create, Kind::Update, Kind::Delete];
    let kind = kinds.into_iter().find(|kind| kind.word() == name)?;
    value.get().starts_with('{').then_some((kind, value.get()))
}

/// Whether a source that starts so is a bulk request: its first line is an action, of members that actions have.
pub(in crate::input) fn starts_bulk(start: &[u8]) -> bool {
    let Some((first, _)) = start.split_at_checked(memchr::memchr(b'\n', start).unwrap_or(0)) else {
        return false;
    };
    action(first).is_some_and(|(_, said)| {
        let members = serde_json::from_str::<Members<String, &RawValue>>(said);
        members.is_ok_and(|Members(members)| {
            members.iter().all(|(name, _)| MEMBERS.contains(&name.as_str()))
        })
    })
}
