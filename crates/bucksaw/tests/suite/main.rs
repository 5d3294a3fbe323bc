//! The library from outside: one program, so that it is linked once. Modules that only help the tests
//! are `support`, which reads files without the library, and `thrift_writer`, which makes hostile ones.

mod adversarial;
mod backends;
mod bloom_filters;
mod bounds;
mod explain;
mod file_limits;
mod golden;
mod hostile_footers;
mod hostile_pages;
mod inspect;
mod inspect_encodings;
mod interop;
mod layout;
mod layout_rules;
mod lists;
mod ndjson;
mod record_batches;
mod repeated;
mod roundtrip;
mod sinks;
mod sorted;
mod support;
mod tables;
mod threads;
mod thrift_writer;
mod type_rules;
