//! Datasets, whose manifest says which files they have: held against what is there (`verify`), and made of it again (`repair`).

mod folders;
mod found;
mod repair;
mod verify;

pub use repair::{DatasetRepair, LeftOut, repair_dataset};
pub use verify::{DatasetProblem, DatasetVerification, verify_dataset};
