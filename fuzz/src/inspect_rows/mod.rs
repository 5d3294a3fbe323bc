//! Any bytes as a Parquet file, and sound files with changed pages and footers: `inspect` describes them,
//! shows rows and explains them, or refuses them, without a panic and without the memory that they ask for.

mod changes;
pub mod files;
pub mod thrift;

use arbitrary::{Arbitrary as _, Unstructured};
use bucksaw_inspect::{DEFAULT_MAX_FOOTER_BYTES, File};

use self::changes::Case;
use crate::{MEMORY, scratch};

/// Rows that are asked for.
const ROWS: u64 = 5;
/// Memory that may be taken: 64 MiB, beside what the footer takes, decoded.
const MOST_BYTES: usize = 64 << 20;
/// Bytes that a byte of a footer takes when it is decoded, at the most.
const BYTES_PER_FOOTER_BYTE: usize = 128;

/// The variable that names a place for the file that an input makes.
const KEPT_FILE: &str = "BUCKSAW_FUZZ_KEEP";

/// A first byte that is odd makes the others a file; else they are changes to one.
pub fn run(input: &[u8]) {
    let Some((choice, input)) = input.split_first() else { return };
    let file = if choice & 1 == 1 {
        input.to_vec()
    } else {
        let Ok(case) = Case::arbitrary_take_rest(Unstructured::new(input)) else { return };
        case.file()
    };
    if let Some(path) = std::env::var_os(KEPT_FILE) {
        std::fs::write(path, &file).expect("a place for the file");
    }
    // Written before anything is measured.
    let path = scratch::file(&[&file]);
    let footer = footer_len(&file);
    let most = MOST_BYTES + footer * BYTES_PER_FOOTER_BYTE;
    measured("describing", most, || {
        let Ok(file) = File::open(&path) else { return };
        serde_json::to_writer(std::io::sink(), &file.describe()).expect("a description");
    });
    let Ok(file) = File::open(&path) else { return };
    measured("showing rows", most, || {
        for row in file.rows(ROWS) {
            let Ok(row) = row else { break };
            serde_json::to_writer(std::io::sink(), &row).expect("a row");
        }
    });
    measured("explaining", most, || {
        if let Ok(explanation) = file.explain() {
            serde_json::to_writer(std::io::sink(), &explanation).expect("an explanation");
        }
    });
}

fn measured(what: &str, most: usize, work: impl FnOnce()) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    work();
    let took = MEMORY.peak_usage().saturating_sub(before);
    assert!(took <= most, "{what} took {took} bytes of memory, not {most}");
}

/// The length that a file says that its footer has, if it may have it.
pub fn footer_len(file: &[u8]) -> usize {
    let tail = file.len().checked_sub(8).and_then(|at| file[at..].first_chunk::<4>());
    let len = tail.map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize);
    if len as u64 > DEFAULT_MAX_FOOTER_BYTES { 0 } else { len.min(file.len()) }
}

/// Some of the sound files, as inputs.
pub fn seeds() -> Vec<Vec<u8>> {
    files::all().iter().step_by(3).map(|file| [&[1], file.as_slice()].concat()).collect()
}
