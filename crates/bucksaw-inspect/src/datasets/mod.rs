//! Datasets, whose manifest says which files they have: held against what is there (`verify`).

mod verify;

pub use verify::{DatasetProblem, DatasetVerification, verify_dataset};
