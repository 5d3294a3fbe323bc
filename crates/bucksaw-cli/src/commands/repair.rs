//! `bucksaw repair`: makes the manifests of datasets again, from their files.

use std::io::{self, Write};
use std::path::Path;

use bucksaw::Result;
use bucksaw::escape::{escape, escape_path};
use bucksaw::internal::counted;
use bucksaw_inspect::{DatasetRepair, repair_dataset};
use bytesize::ByteSize;

use crate::cli::RepairArgs;
use crate::{exit, ui};

/// Runs the command, and says which code it ends with.
pub(crate) fn run(arguments: &RepairArgs, out: &mut impl Write) -> Result<u8> {
    let mut code = exit::DONE;
    for path in &arguments.datasets {
        let repaired = repair_dataset(path, arguments.dry_run)?;
        if !repaired.left_out.is_empty() {
            code = exit::PARTIAL;
        }
        let written = match arguments.json {
            true => ui::write_json(&repaired, out),
            false => text(&repaired, out),
        };
        written.and_then(|()| out.flush()).map_err(ui::unwritten)?;
        ui::tell(&summary(path, &repaired));
        ui::tell_notes(&notes(&repaired));
    }
    Ok(code)
}

/// A line for each file that is not as it should be.
fn text(repaired: &DatasetRepair, out: &mut impl Write) -> io::Result<()> {
    for left_out in &repaired.left_out {
        writeln!(out, "{}: left out: {}", escape(&left_out.file), escape(&left_out.why))?;
    }
    for file in &repaired.changed {
        writeln!(out, "{}: its bytes are not those that were written", escape(file))?;
    }
    for file in &repaired.missing {
        writeln!(out, "{}: it is missing", escape(file))?;
    }
    Ok(())
}

fn summary(path: &Path, repaired: &DatasetRepair) -> String {
    let done = if repaired.is_dry_run { "would have" } else { "has" };
    format!(
        "{}: the manifest {done} {}, {}, {}",
        escape_path(path),
        counted(repaired.files, "file"),
        counted(repaired.rows, "row"),
        ByteSize(repaired.bytes),
    )
}

fn notes(repaired: &DatasetRepair) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(old) = &repaired.old_manifest {
        notes.push(format!("what it replaces is in {}", escape_path(Path::new(old))));
    }
    if !repaired.has_all_sources {
        notes.push("how far inputs were read is lost with what was damaged: --resume may read rows again that are here".to_owned());
    }
    if repaired.is_schema_new {
        notes.push("the schema is that of the files".to_owned());
    }
    if repaired.is_partition_new {
        notes.push("what the folders are by is told by their names".to_owned());
    }
    if !repaired.left_out.is_empty() {
        let files = counted(repaired.left_out.len() as u64, "file");
        notes.push(format!("{files} left out, which readers of the folder still see"));
    }
    if !repaired.changed.is_empty() {
        let files = counted(repaired.changed.len() as u64, "file");
        notes.push(format!("{files} changed since they were written (bucksaw verify says where)"));
    }
    if !repaired.mixed_columns.is_empty() {
        let columns: Vec<_> = repaired.mixed_columns.iter().map(|column| escape(column)).collect();
        let columns = columns.join(", ");
        notes.push(format!("files have several types of {columns}, the dataset has the one that holds all of their values (bucksaw compact writes the others anew)"));
    }
    if !repaired.missing.is_empty() {
        notes.push(format!("{} lost", counted(repaired.missing.len() as u64, "file")));
    }
    notes
}
