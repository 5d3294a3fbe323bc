//! Text of a file as people see it: escaped, and cut where it is long.

use std::io::{self, Write};

use bucksaw::escape::escape;
use bucksaw_inspect::Json;

/// The widest cell of a table, in characters; what is longer is cut and ends with "…".
pub(super) const MAX_CELL_CHARS: usize = 40;

/// The longest name that is shown whole, in characters.
const MAX_NAME_CHARS: usize = 100;

/// The name of a column, a codec or whatever else a file names.
pub(super) fn name(text: &str) -> String {
    shown(text, MAX_NAME_CHARS)
}

/// Text from a file, escaped, and cut where it is longer than this many characters.
pub(super) fn shown(text: &str, most: usize) -> String {
    // Cut before, so that not much is copied, and after, since escapes are longer.
    let start = text.char_indices().nth(most + 1).and_then(|(end, _)| text.get(..end));
    let text = escape(start.unwrap_or(text)).into_owned();
    if text.chars().count() <= most {
        return text;
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// A value in a table's cell: text without quotes, everything else as JSON; of so many characters at the most.
pub(super) fn cell(value: &Json, most: usize) -> String {
    match value {
        Json::Text(text) => shown(text, most),
        other => {
            // As many bytes as can be shown; a list may have millions of them.
            let mut start = Start { bytes: Vec::new(), most };
            let _ = serde_json::to_writer(&mut start, other);
            shown(&String::from_utf8_lossy(&start.bytes), most)
        }
    }
}

/// Takes the first bytes that are written, enough for so many characters, and refuses the others.
struct Start {
    bytes: Vec<u8>,
    most: usize,
}

impl Write for Start {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A character has up to 4 bytes.
        let room = (self.most + 1) * 4 - self.bytes.len();
        let taken = bytes.get(..room).unwrap_or(bytes);
        self.bytes.extend_from_slice(taken);
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
