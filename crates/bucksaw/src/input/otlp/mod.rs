//! OTLP as protobuf and as JSON: messages of resources, their scopes and their records, each record a row.
//!
//! The decoder goes from the wire's bytes straight to the block, whose text is borrowed from them. What the records
//! of a resource and a scope have in common is read once, and repeated over their rows. JSON becomes protobuf first, so that there
//! is one decoder.

mod any_value;
mod by_kind;
mod clickhouse;
mod columns;
mod common;
mod decoder;
mod enclosing;
mod enums;
mod fitting;
mod framing;
mod head;
mod ids;
mod json;
mod kinds;
mod layout;
mod lists;
mod logs;
mod messages;
#[cfg(test)]
mod messages_tests;
mod metrics;
mod plain;
mod row;
mod text;
mod traces;
mod wire;

pub(super) use self::by_kind::ByKind;
pub(super) use self::decoder::Messages as MessageDecoder;
pub(super) use self::fitting::{are_profiles, formats_of};
pub(super) use self::framing::Messages as MessageFramer;
pub use self::ids::Ids;
pub(super) use self::json::{DocumentFramer, format_of as format_of_json, is_json, profiles};
pub use self::layout::OtlpLayout;
