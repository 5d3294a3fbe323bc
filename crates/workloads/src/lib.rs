//! Telemetry rows made from a seed, for tests and benchmarks.
//!
//! Every workload is an endless iterator: take as many rows as needed. The same seed gives the
//! same rows on every platform, and the first thousand rows are the same whether a thousand or a
//! million are taken.
//!
//! | workload | rows | what it is for |
//! |---|---|---|
//! | [`synth40`] | 40 flat columns, about 850 bytes | the reference figures |
//! | [`small52`] | `synth40` and 12 columns more | the small reference run of 900 rows |
//! | [`realistic`] | 18 fixed and 120 sparse columns, about 1.5 KB | what real log stores hold |
//! | [`varied`] | nested JSON lines that disagree with each other | the example file, the inputs |
//!
//! ```
//! use bucksaw_workloads::{Value, json, synth40};
//!
//! let row = synth40(42).next().unwrap();
//! assert_eq!(row[0], ("chq_timestamp", Value::I64(1_700_000_000_000)));
//!
//! let mut line = String::new();
//! json::write_line(&row, &mut line);
//! assert!(line.starts_with(r#"{"chq_timestamp":1700000000000,"log_message":""#));
//! ```
//!
//! As NDJSON, or as OTLP logs, from the command line:
//!
//! ```text
//! cargo run --release -p bucksaw-workloads -- synth40 --rows 400000 > synth40.ndjson
//! cargo run --release -p bucksaw-workloads -- synth40 --rows 400000 --otlp > synth40.binpb
//! ```
#![forbid(unsafe_code)]

pub mod json;
pub mod otlp;
pub mod otlp_json;
mod realistic;
pub mod rng;
mod small52;
mod synth40;
mod text;
mod time;
mod varied;
mod workload;

use std::borrow::Cow;

pub use realistic::{Realistic, realistic};
pub use small52::{Small52, small52};
pub use synth40::{Synth40, synth40};
pub use varied::{Varied, varied};
pub use workload::Workload;

/// The seed of every published figure and of the example file.
pub const DEFAULT_SEED: u64 = 42;

/// One value of a row. A column that a row doesn't have is null, so there is no null here.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// A signed 64-bit integer.
    I64(i64),
    /// A double; the workloads make finite ones only.
    F64(f64),
    /// Text; borrowed where it is one of a few fixed ones.
    Text(Cow<'static, str>),
}

/// The type of a [`Value`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// Of [`Value::Bool`].
    Bool,
    /// Of [`Value::I64`].
    I64,
    /// Of [`Value::F64`].
    F64,
    /// Of [`Value::Text`].
    Text,
}

/// A column's name and one value of it.
pub type Field = (&'static str, Value);

/// The values that a row has, in the order in which they came. No name stands in it twice.
pub type Row = Vec<Field>;

/// A column's name and type.
pub type Column = (&'static str, Type);

impl Value {
    /// The value's type.
    pub fn value_type(&self) -> Type {
        match self {
            Value::Bool(_) => Type::Bool,
            Value::I64(_) => Type::I64,
            Value::F64(_) => Type::F64,
            Value::Text(_) => Type::Text,
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::I64(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value::F64(value)
    }
}

impl From<&'static str> for Value {
    fn from(value: &'static str) -> Self {
        Value::Text(Cow::Borrowed(value))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Value::Text(Cow::Owned(value))
    }
}
