//! Datasets: many folders, many files, and rows that stay together.

use std::io::{self, Write};

use bucksaw_workloads::DEFAULT_SEED;
use bucksaw_workloads::rng::Rng;

use super::shapes::{self, Counted};
use super::{Case, Shape, check, shape};

const MIB: usize = 1 << 20;

/// Each shape has a name, options, what writes it, and how many times the limit it is.
macro_rules! shapes {
    ($($name:ident: $options:literal = $write:path, $times:literal;)+) => {
        $(#[test]
        fn $name() {
            let cases = [1, 3].map(|threads| Case { backend: "direct", limit: 8, threads });
            let options = concat!("--dataset ", $options);
            check(&Shape { options, ..shape(stringify!($name), $write) }, $times, &cases);
        })+
    };
}

shapes![
    few_folders: "--partition resource_service_name" = shapes::few_columns, 4.0;
    many_folders: "--partition key" = keyed_rows::<400>, 2.0;
    many_folders_of_sorted_rows: "--partition key --sort r:desc" = keyed_rows::<400>, 2.0;
    folders_of_longest_lines: "--partition prefix(text,1)" = shapes::half_as_long_lines, 3.0;
    many_small_files: "--roll-rows 500" = keyed_rows::<400>, 2.0;
    files_by_size: "--roll-size 1MiB" = shapes::few_columns, 4.0;
    one_group: "--roll-rows 1000 --keep-together k" = keyed_rows::<1>, 2.0;
    many_sorted_groups: "--sort n --roll-rows 1000 --keep-together n" = keyed_rows::<400>, 1.0;
];

/// Rows of a number that grows, a constant, one of so many keys, and a random number.
fn keyed_rows<const KEYS: u64>(out: &mut dyn Write, _: usize, bytes: usize) -> io::Result<()> {
    let mut rng = Rng::new(DEFAULT_SEED);
    let mut counted = Counted { out, bytes: 0 };
    for row in 0.. {
        let random = rng.bits() >> 20;
        let key = random % KEYS;
        writeln!(counted, "{{\"n\":{row},\"k\":1,\"key\":\"k{key}\",\"r\":{random}}}")?;
        if counted.bytes >= bytes {
            break;
        }
    }
    Ok(())
}

/// A thousand columns, a few bytes each.
fn wide_rows(out: &mut dyn Write, _: usize, bytes: usize) -> io::Result<()> {
    let mut counted = Counted { out, bytes: 0 };
    for row in 0.. {
        write!(counted, "{{\"n\":{row}")?;
        for column in 1..1_000 {
            write!(counted, ",\"c{column}\":{}", (row + column) % 7)?;
        }
        writeln!(counted, "}}")?;
        if counted.bytes >= bytes {
            break;
        }
    }
    Ok(())
}

/// What takes minutes.
mod long {
    use super::*;

    /// Options, rows of so many bytes, and a limit in MiB.
    fn long(
        name: &'static str,
        options: &'static str,
        write: shapes::WriteShape,
        bytes: usize,
        limit: usize,
    ) {
        let case = Case { backend: "direct", limit, threads: 2 };
        let times = bytes as f64 / (limit * MIB) as f64;
        check(&Shape { options, ..shape(name, write) }, times, &[case]);
    }

    #[test]
    #[ignore = "long: ./test --long"]
    fn a_hundred_thousand_folders() {
        let options = "--dataset --partition key --temp-dir .";
        long("a_hundred_thousand_folders", options, keyed_rows::<100_000>, 64 * MIB, 64);
    }

    #[test]
    #[ignore = "long: ./test --long"]
    fn ten_million_rows_in_order() {
        long("ten_million_rows_in_order", "--sort r", keyed_rows::<400>, 620 * MIB, 64);
    }

    #[test]
    #[ignore = "long: ./test --long"]
    fn ten_million_rows_in_folders() {
        let options = "--dataset --partition key --sort r";
        long("ten_million_rows_in_folders", options, keyed_rows::<400>, 620 * MIB, 64);
    }

    #[test]
    #[ignore = "long: ./test --long"]
    fn a_thousand_columns_in_a_thousand_row_groups() {
        // A single file of them is refused: readers would not read its footer.
        let options = "--dataset --roll-rows 2000 --row-group-rows 20";
        long("a_thousand_columns", options, wide_rows, 190 * MIB, 64);
    }
}
