//! Rows that are put in order: many of them, alike, the other way round, and long.

use std::io::{self, Write};

use bucksaw_workloads::DEFAULT_SEED;
use bucksaw_workloads::rng::Rng;

use super::shapes::{self, Counted};
use super::{Case, Shape, WITH_COLUMNS, check};

/// Each shape has a name, options, what writes it, how many times the limit it is, and what the command says where it does not take it.
macro_rules! shapes {
    ($($name:ident: $options:literal = $write:path, $times:literal, $refusal:expr;)+) => {
        $(#[test]
        fn $name() {
            let cases = [1, 3].map(|threads| Case { backend: "direct", limit: 8, threads });
            let (name, options) = (stringify!($name), $options);
            check(&Shape { name, write: $write, options, refusal: $refusal }, $times, &cases);
        })+
    };
}

shapes![
    sort_few_columns: "--sort resource_host_name,chq_timestamp:desc" = shapes::few_columns, 4.0, None;
    sort_distinct_columns: "--sort c1,c0:desc" = shapes::distinct_columns, 2.0, Some(WITH_COLUMNS);
    sort_lists: "--arrays list --sort hash(list__text,7)" = shapes::lists, 2.0, None;
    sort_longest_lines: "--sort text" = shapes::longest_lines, 3.0, None;
    sort_half_as_long_lines: "--sort row:desc" = shapes::half_as_long_lines, 3.0, None;
    sort_short_rows: "--sort n:desc" = short_rows, 2.0, None;
    sort_equal_rows: "--sort k" = short_rows, 2.0, None;
    cluster_few_columns: "--cluster resource_host_name" = shapes::few_columns, 3.0, None;
    cluster_distinct_columns: "--cluster c1" = shapes::distinct_columns, 2.0, Some(WITH_COLUMNS);
    cluster_longest_lines: "--cluster text" = shapes::longest_lines, 3.0, None;
    cluster_short_rows: "--cluster n:desc" = short_rows, 2.0, None;
];

/// Rows of a number that grows, one that does not, and a random one.
fn short_rows(out: &mut dyn Write, _: usize, bytes: usize) -> io::Result<()> {
    let mut rng = Rng::new(DEFAULT_SEED);
    let mut counted = Counted { out, bytes: 0 };
    for row in 0.. {
        writeln!(counted, "{{\"n\":{row},\"k\":1,\"r\":{}}}", rng.bits() >> 40)?;
        if counted.bytes >= bytes {
            break;
        }
    }
    Ok(())
}
