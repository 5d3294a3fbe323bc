//! The page.
use super::results::Measurements;
use crate::commands::plan::sizing::Plan;
use crate::table::Table;

pub(super) fn page(_: &Measurements, _: &str, _: &[Table], _: &Plan) -> String {
    String::new()
}
