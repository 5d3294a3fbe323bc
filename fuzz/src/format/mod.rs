//! What the encoders of `direct` take from the library's module of this name.

#[path = "../../../crates/bucksaw/src/format/thrift.rs"]
#[allow(dead_code)]
pub(crate) mod thrift;
