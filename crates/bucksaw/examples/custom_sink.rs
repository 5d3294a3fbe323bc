//! A sink of one's own: where the bytes of a finished file go. This one cuts it into parts of a fixed size, as
//! a store that takes uploads in parts wants them, and names them only when all are there.
//!
//! ```text
//! cargo run -p bucksaw --example custom_sink -- FOLDER
//! ```
#![allow(clippy::print_stderr, missing_docs, unreachable_pub, reason = "an example")]

use std::fs;
use std::path::{Path, PathBuf};

use bucksaw::{Error, Options, Published, Report, Result, Sink, Value};

const PART_BYTES: usize = 4 << 10;

struct Parts {
    folder: PathBuf,
    rest: Vec<u8>,
    staged: Vec<PathBuf>,
    bytes: u64,
}

impl Parts {
    fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), rest: Vec::new(), staged: Vec::new(), bytes: 0 }
    }

    fn stage(&mut self, part: &[u8]) -> Result<()> {
        let path = self.folder.join(format!(".part-{:04}.staged", self.staged.len()));
        fs::write(&path, part).map_err(|cause| Error::io("could not write a part", cause))?;
        self.staged.push(path);
        Ok(())
    }
}

impl Sink for Parts {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes += bytes.len() as u64;
        self.rest.extend_from_slice(bytes);
        while self.rest.len() >= PART_BYTES {
            let part: Vec<u8> = self.rest.drain(..PART_BYTES).collect();
            self.stage(&part)?;
        }
        Ok(())
    }

    fn publish(mut self: Box<Self>) -> Result<Published> {
        let rest = std::mem::take(&mut self.rest);
        self.stage(&rest)?;
        // A real store would be told here, once, that the upload is complete.
        for (number, staged) in self.staged.iter().enumerate() {
            fs::rename(staged, self.folder.join(format!("part-{number:04}")))
                .map_err(|cause| Error::io("could not name a part", cause))?;
        }
        Ok(Published::new(self.bytes).at(&self.folder))
    }

    fn discard(self: Box<Self>) -> Result<()> {
        for staged in &self.staged {
            fs::remove_file(staged).map_err(|cause| Error::io("could not remove a part", cause))?;
        }
        Ok(())
    }
}

pub fn run(folder: &Path) -> Result<Report> {
    let mut writer = Options::new().write_to(Parts::new(folder))?;
    for number in 0..5_000_i64 {
        let text = format!("{:x}", number * 7_919 % 104_729);
        writer.write_row([("number", Value::from(number)), ("text", Value::from(&text))])?;
    }
    writer.finish()
}

fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).unwrap_or_else(|| ".".into());
    eprintln!("{}", run(folder.as_ref())?);
    Ok(())
}
