//! The same of formats other than lines of JSON: shapes that take more memory than others of their format.

mod columnar;
mod json;
mod lines;

use std::io::{self, Write};

use bucksaw_workloads::DEFAULT_SEED;
use bucksaw_workloads::rng::Rng;

use super::shapes::{Counted, LONGEST_SHARE};
use super::{Case, Shape, check};

/// What the command says of lines whose pairs become more than the line is.
const TOO_MANY: &str = "it has too many";

/// What it says of records that become more than they are by what is around them.
const TOO_MUCH_AROUND: &str = "values of the members around them, which take too much memory";

/// Each shape has a name, options that it is read with, what writes it, and what the command says where it does not take it.
macro_rules! shapes {
    ($($name:ident: $options:literal = $write:path, $refusal:expr;)+) => {
        $(#[test]
        fn $name() {
            let cases = [1, 3].map(|threads| Case { backend: "direct", limit: 8, threads });
            let (name, options) = (stringify!($name), $options);
            check(&Shape { name, write: $write, options, refusal: $refusal }, 1.2, &cases);
        })+
    };
}

shapes![
    arrow_dictionary: "" = columnar::arrow_dictionary, None;
    arrow_lists_of_runs: "" = columnar::arrow_lists_of_runs, None;
    parquet_dictionary: "" = columnar::parquet_dictionary, None;
    json_inner_members: "--format json --records groups.event" = json::json_inner_members, None;
    json_members_around: "--format json --envelope --records records" = json::json_members_around, None;
    json_lists_around: "--format json --envelope --records records" = json::json_lists_around, None;
    json_inner_members_around: "--format json --envelope --records groups.records" = json::json_inner_members_around,
        Some(TOO_MUCH_AROUND);
    csv_quoted_field: "--format csv" = lines::csv_quoted_field, None;
    es_bulk_ids: "" = json::es_bulk_ids, None;
    journald_field_again: "--format journald-export" = lines::journald_field_again, None;
    logfmt_key_again: "--format logfmt" = lines::logfmt_key_again, Some(TOO_MANY);
    logfmt_escapes_again: "--format logfmt" = lines::logfmt_escapes_again, None;
    syslog_parameter_again: "--format syslog" = lines::syslog_parameter_again, None;
];

/// Text that no codec makes much shorter.
fn noise(rng: &mut Rng, bytes: usize) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes + 16);
    while text.len() < bytes {
        let _ = write!(text, "{:016x}", rng.bits());
    }
    text.truncate(bytes);
    text
}

/// Writes `record` after `record` until there are `bytes`.
fn records(
    out: &mut dyn Write,
    bytes: usize,
    mut record: impl FnMut(usize, &mut Rng, &mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut rng = Rng::new(DEFAULT_SEED);
    let mut counted = Counted { out, bytes: 0 };
    for index in 0.. {
        record(index, &mut rng, &mut counted)?;
        if counted.bytes >= bytes {
            break;
        }
    }
    Ok(())
}
