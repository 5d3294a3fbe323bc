//! Files in which only one row group can be read: a query that finds its rows there has skipped the others,
//! by their statistics.

use std::fs;
use std::ops::Range;
use std::path::Path;

use serde_json::json;

use crate::interop::case::Case;
use crate::interop::cell::{Cell, Row};
use crate::interop::{WRITERS, written};

const GROUPS: usize = 10;
const GROUP_ROWS: usize = 100;
/// The row groups that stay as they are, each in a file of its own.
const KEPT: [(&str, usize); 3] = [("first", 0), ("middle", 5), ("last", 9)];

/// Writes the files and their models, and returns how many.
pub(crate) fn write_files(folder: &Path) -> usize {
    let case = Case::rows("skipping", rows()).groups_of(GROUP_ROWS);
    for writer in WRITERS {
        let path = written(&case, writer, folder)
            .unwrap_or_else(|problem| unreachable!("{}: {problem}", writer.name))
            .expect("every backend writes these rows");
        let file = fs::read(&path).expect("the file that was written");
        fs::remove_file(&path).expect("the file that was written");
        for (name, group) in KEPT {
            let path = folder.join(format!("{}-skip_all_but_{name}.parquet", writer.name));
            fs::write(&path, damaged(&file, group)).expect("a file");
            let kept = json!([group * GROUP_ROWS, (group + 1) * GROUP_ROWS]);
            let expected = case.expected();
            expected
                .write(&path.with_extension("jsonl"), &[("kept_rows", kept)])
                .expect("the model");
        }
    }
    WRITERS.len() * KEPT.len()
}

/// The file, with the pages of all row groups but one overwritten.
fn damaged(file: &[u8], kept: usize) -> Vec<u8> {
    let mut damaged = file.to_vec();
    let footer = crate::support::footer(file);
    assert_eq!(footer.num_row_groups(), GROUPS);
    for (number, group) in footer.row_groups().iter().enumerate() {
        for column in group.columns().iter().filter(|_| number != kept) {
            let (start, length) = column.byte_range();
            let pages: Range<usize> = start as usize..(start + length) as usize;
            damaged[pages].fill(0xee);
        }
    }
    damaged
}

/// Rows whose values all ascend.
fn rows() -> Vec<Row> {
    let rows = 0..(GROUPS * GROUP_ROWS) as i64;
    rows.map(|at| {
        let cells = [
            ("integer", Cell::I64(at * 3 - 1_000)),
            ("small", Cell::I32(at as i32 - 500)),
            ("double", Cell::F64(at as f64 / 4.0 - 100.125)),
            ("float", Cell::F32(at as f32 / 4.0 - 100.125)),
            ("text", Cell::from(format!("text {at:05}"))),
            ("moment", Cell::Timestamp(1_700_000_000_000_001 + at * 1_000_003)),
        ];
        cells.into_iter().map(|(name, cell)| (name.to_owned(), cell)).collect()
    })
    .collect()
}
