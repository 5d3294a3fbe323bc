//! Any bytes as a Parquet file: `inspect` refuses or describes them, without a panic and without the
//! memory that they ask for.

use std::io::Write as _;

use bucksaw::inspect::File;
use peak_alloc::PeakAlloc;

/// Memory that no file of the fuzzer's size earns: 256 MiB.
const MOST_BYTES: usize = 256 << 20;

const MAGIC: &[u8] = b"PAR1";

/// A panic of the parquet crate is `inspect`'s to catch; libFuzzer's own hook would abort first. A panic
/// of the target itself still is a finding.
pub fn let_panics_be_caught() {
    std::panic::set_hook(Box::new(|panic| {
        if std::thread::current().name() != Some(bucksaw::inspect::DECODER_THREAD) {
            eprintln!("{panic}");
        }
    }));
}

/// The input as it is, and as the footer of a file.
pub fn run(input: &[u8], memory: &PeakAlloc) {
    memory.reset_peak_usage();
    inspect(&[input]);
    let len = (input.len() as u32).to_le_bytes();
    inspect(&[MAGIC, &[0; 100], input, &len, MAGIC]);
    let peak = memory.peak_usage();
    assert!(peak < MOST_BYTES, "{} bytes took {peak} bytes of memory", input.len());
}

fn inspect(parts: &[&[u8]]) {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(&parts.concat()).expect("room");
    let Ok(file) = File::open(file.path()) else { return };
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
