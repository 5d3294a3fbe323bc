//! The library from outside: one program, so that it is linked once. `support` reads files without the library.

mod adversarial;
mod backends;
mod bloom_filters;
mod bounds;
mod declared_types;
mod error_kinds;
mod examples;
mod field_ids;
mod golden;
mod interop;
mod layout;
mod layout_rules;
mod lists;
mod many_columns;
mod ndjson;
mod record_batches;
mod repeated;
mod roundtrip;
mod serialize;
mod settling;
mod sinks;
mod sorted;
mod support;
mod tables;
mod threads;
mod type_rules;
