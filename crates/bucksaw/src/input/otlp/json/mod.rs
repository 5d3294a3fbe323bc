//! OTLP as JSON: the messages that protobuf has, by protobuf's JSON mapping with OTLP's own rules (ids are hexadecimal,
//! enumerations numbers).
//!
//! Messages come one a line, one after the other, or as one document; a long one is cut between its resources.

mod damage;
mod decoder;
mod detecting;
mod framing;
mod kinds;
mod numbers;
mod output;
mod plain;
mod reader;
mod structure;
mod transcoder;
mod values;

pub(super) use self::decoder::{decode, messages};
pub(in crate::input) use self::detecting::{format_of, is_json, profiles};
pub(in crate::input) use self::framing::Documents as DocumentFramer;
pub(super) use self::kinds::kinds_of;
