//! `bucksaw convert` from outside: what goes in, what comes out, what is said, and the exit code.

mod bad_lines;
mod csv;
mod datasets;
mod documents;
mod failures;
mod files;
mod folders;
mod hints;
mod inputs;
mod names;
mod order;
mod other_formats;
mod otlp;
mod outputs;
mod redact;
mod refused;
mod rejected;
mod resume;
mod shape;
mod signal_stats;
mod streams;
mod summary;
mod syslog;
mod text;
mod usage;
mod verified;
