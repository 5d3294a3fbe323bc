//! `bucksaw expire`: removes the files of datasets that are too old.

use std::io::Write;
use std::time::SystemTime;

use bucksaw::escape::escape_path;
use bucksaw::internal::counted;
use bucksaw::{Dataset, Error, ErrorKind, Result};
use bytesize::ByteSize;

use super::ls::{Listed, check_is_dataset, line};
use crate::cli::ExpireArgs;
use crate::ui;

/// Runs the command.
pub(crate) fn run(arguments: &ExpireArgs, out: &mut impl Write) -> Result<()> {
    let before = SystemTime::now().checked_sub(arguments.older_than).ok_or_else(|| {
        Error::new(ErrorKind::Options, "--older-than is longer than there has been time")
    })?;
    let column = arguments.timestamp_column.as_deref();
    for path in &arguments.datasets {
        check_is_dataset(path)?;
        let expired = match arguments.dry_run {
            true => Dataset::expired(path, before, column)?,
            false => Dataset::expire(path, before, column)?,
        };
        let mut files = expired.files.iter();
        files
            .try_for_each(|file| match arguments.json {
                true => ui::write_json(&Listed { dataset: escape_path(path), file }, out),
                false => writeln!(out, "{}", line(file)),
            })
            .and_then(|()| out.flush())
            .map_err(ui::unwritten)?;
        let files = counted(expired.files.len() as u64, "file");
        let bytes = ByteSize(expired.files.iter().map(|file| file.bytes).sum());
        let done = if arguments.dry_run { "would be removed" } else { "removed" };
        ui::tell(&format!("{}: {files} {done}, {bytes}", escape_path(path)));
        if expired.timeless > 0 {
            let files = counted(expired.timeless, "file");
            ui::tell_notes(&[format!(
                "{files} without such times, which stay (--timestamp-column)"
            )]);
        }
    }
    Ok(())
}
