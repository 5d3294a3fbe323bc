//! Any bytes as a Parquet file: `inspect` refuses or describes them, without a panic and without the
//! memory that they ask for.

use bucksaw_inspect::File;

use crate::{MEMORY, scratch};

/// Memory that no file of the fuzzer's size earns: 256 MiB.
const MOST_BYTES: usize = 256 << 20;

const MAGIC: &[u8] = b"PAR1";

/// The input as it is, and as the footer of a file.
pub fn run(input: &[u8]) {
    MEMORY.reset_peak_usage();
    inspect(&[input]);
    let len = (input.len() as u32).to_le_bytes();
    inspect(&[MAGIC, &[0; 100], input, &len, MAGIC]);
    let peak = MEMORY.peak_usage();
    assert!(peak < MOST_BYTES, "{} bytes took {peak} bytes of memory", input.len());
}

fn inspect(parts: &[&[u8]]) {
    let Ok(file) = File::open(scratch::file(parts)) else { return };
    let description = file.describe();
    let _ = format!("{description:?}");
    let _ = file.column_names();
    let _ = file.explain().map(|explanation| format!("{explanation:?}"));
    for batch in file.rows(100) {
        if batch.is_err() {
            break;
        }
    }
}
