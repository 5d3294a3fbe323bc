//! `--sort` and `--cluster`: rows in another order than they came in.

use crate::support::{Folder, synth40};

/// The values of a column, in the rows' order.
fn values(folder: &Folder, file: &str, column: &str) -> Vec<String> {
    folder.rows(file).iter().map(|row| row[column].to_string()).collect()
}

#[test]
fn rows_are_put_in_order() {
    let folder = Folder::new();
    folder.write(
        "in.ndjson",
        "{\"s\":\"b\",\"t\":\"2026-11-28T10:00:00Z\"}\n{\"s\":\"a\",\"t\":\"2026-11-28T09:00:00Z\"}\n{\"t\":\"2026-11-27T11:00:00Z\"}\n",
    );
    for (order, expected) in [
        ("--sort s", ["\"a\"", "\"b\"", "null"]),
        ("--sort s:desc:nulls-first", ["null", "\"b\"", "\"a\""]),
        ("--sort day(t),s:desc", ["null", "\"b\"", "\"a\""]),
        ("--cluster s", ["\"a\"", "\"b\"", "null"]),
        ("--sorted-by s", ["\"b\"", "\"a\"", "null"]),
    ] {
        folder
            .run(&format!("convert in.ndjson -o out.parquet --overwrite -q {order}"))
            .expect_code(0);
        assert_eq!(values(&folder, "out.parquet", "s"), expected, "{order}");
    }
    // Into a directory, each file by itself.
    folder.run("convert in.ndjson -o out/ -q --sort t").expect_code(0);
    assert_eq!(values(&folder, "out/in.parquet", "s"), ["null", "\"a\"", "\"b\""]);
}

#[test]
fn rows_beyond_memory_are_put_in_order_beside_the_output() {
    let folder = Folder::new();
    folder.write("in.ndjson", synth40(30_000));
    let options = "--sort resource_host_name,chq_timestamp:desc --memory-limit 8MiB";
    folder.run(&format!("convert in.ndjson -o out.parquet -q {options}")).expect_code(0);
    let names = values(&folder, "out.parquet", "resource_host_name");
    assert_eq!(names.len(), 30_000);
    assert!(names.is_sorted());
    assert_eq!(folder.names(), ["in.ndjson", "out.parquet"]);
    let run =
        folder.run(&format!("convert in.ndjson -o small.parquet -q {options} --temp-limit 1MiB"));
    run.expect_code(1)
        .expect_told(&["rows that wait to be put in order take more than 1048576 bytes in"]);
    assert_eq!(folder.names(), ["in.ndjson", "out.parquet"]);
}

#[test]
fn what_is_no_order_is_told() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{\"s\":\"b\",\"n\":[1]}\n");
    for (options, code, told) in [
        ("--sort week(t)", 2, "\"week(t)\" is no column and no function of one: day(COLUMN)"),
        ("--sort hash(s)", 2, "hash(COLUMN, BUCKETS)"),
        ("--sort s:down", 2, "\"down\" in \"s:down\" is no order"),
        ("--sort s --cluster s", 2, "rows can be in one order only, and these are told"),
        ("--temp-limit 1MiB", 2, "--sort"),
        ("--sort day(s)", 2, "day(s) takes moments, and \"s\" is of the type text"),
        ("--cluster n --arrays list", 2, "rows can't be put in order by n"),
        ("--sort nowhere --cluster s", 2, "one order"),
        ("--sort nowhere", 0, "no row had a column \"nowhere\", which --sort names"),
        ("--cluster lower(nowhere)", 0, "no row had a column \"nowhere\", which --cluster names"),
    ] {
        let run = folder.run(&format!("convert in.ndjson -o out.parquet --overwrite {options}"));
        run.expect_code(code).expect_told(&[told]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_in_memory_is_told() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{\"s\":\"b\"}\n");
    let run = folder.run("convert in.ndjson -o out.parquet --sort s --temp-dir /dev/shm");
    run.expect_code(0).expect_told(&["/dev/shm is in memory, beyond --memory-limit"]);
}
