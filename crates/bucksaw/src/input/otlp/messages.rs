//! OTLP's messages, field by field: what a source that does not say what it is has to fit.

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Varint,
    Fixed64,
    Fixed32,
    Text,
    Bytes,
    Message(&'static Message),
    /// A record, of which a source has to have one to be known by.
    Record(&'static Message),
}

/// The fields that a message has, by their numbers.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) fields: &'static [(u32, Kind)],
}

use Kind::{Bytes, Fixed32, Fixed64, Text, Varint};

const fn message(fields: &'static [(u32, Kind)]) -> Message {
    Message { fields }
}

static ANY_VALUE: Message = message(&[
    (1, Text),
    (2, Varint),
    (3, Varint),
    (4, Fixed64),
    (5, Kind::Message(&ARRAY_VALUE)),
    (6, Kind::Message(&KEY_VALUE_LIST)),
    (7, Bytes),
    (8, Varint),
]);
static ARRAY_VALUE: Message = message(&[(1, Kind::Message(&ANY_VALUE))]);
static KEY_VALUE_LIST: Message = message(&[(1, Kind::Message(&KEY_VALUE))]);
static KEY_VALUE: Message = message(&[(1, Text), (2, Kind::Message(&ANY_VALUE)), (3, Varint)]);
static ENTITY_REF: Message = message(&[(1, Text), (2, Text), (3, Text), (4, Text)]);
static RESOURCE: Message =
    message(&[(1, Kind::Message(&KEY_VALUE)), (2, Varint), (3, Kind::Message(&ENTITY_REF))]);
static SCOPE: Message =
    message(&[(1, Text), (2, Text), (3, Kind::Message(&KEY_VALUE)), (4, Varint)]);
static LOG_RECORD: Message = message(&[
    (1, Fixed64),
    (2, Varint),
    (3, Text),
    (5, Kind::Message(&ANY_VALUE)),
    (6, Kind::Message(&KEY_VALUE)),
    (7, Varint),
    (8, Fixed32),
    (9, Bytes),
    (10, Bytes),
    (11, Fixed64),
    (12, Text),
]);
static SCOPE_LOGS: Message =
    message(&[(1, Kind::Message(&SCOPE)), (2, Kind::Record(&LOG_RECORD)), (3, Text)]);
static RESOURCE_LOGS: Message =
    message(&[(1, Kind::Message(&RESOURCE)), (2, Kind::Message(&SCOPE_LOGS)), (3, Text)]);
/// A request, and what a file holds.
pub(super) static LOGS: Message = message(&[(1, Kind::Message(&RESOURCE_LOGS))]);
