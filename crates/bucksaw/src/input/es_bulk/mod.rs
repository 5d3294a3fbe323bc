//! Elasticsearch's and OpenSearch's bulk requests: lines of actions, each with a document on the line behind it.
//!
//! A document is a row, with what its action says (`_index`, `_id` …) and which it is (`_op_type`). Of an update, that is its
//! `doc`; what stands beside that is columns, too. An action that deletes has no document, makes no row and is counted.
//! Source: [the bulk API](https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk).

mod action;
mod decoder;
mod framing;

pub(super) use self::action::starts_bulk;
pub(super) use self::decoder::Documents as DocumentDecoder;
pub(super) use self::framing::DocumentEnds;
