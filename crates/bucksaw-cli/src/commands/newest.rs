//! What compaction is not told of new files they have as the newest file of the dataset has it.

use std::path::Path;

use bucksaw::escape::{escape, escape_path};
use bucksaw::internal::datasets;
use bucksaw::{Compression, Options, Profile, Result};
use bucksaw_inspect::{Description, File};

use crate::cli::CompactArgs;
use crate::ui;

/// These options, with the codec, the encodings and the bloom filters of the newest file where the command line has none. What is otherwise than unless
/// told is said.
pub(super) fn as_newest(path: &Path, options: Options, arguments: &CompactArgs) -> Result<Options> {
    let file = &arguments.file;
    let mut newest = None;
    datasets::for_each_file(path, |file, staged| {
        newest = Some(staged.unwrap_or_else(|| path.join(file.path)));
        Ok(())
    })?;
    // Who merges its files tells what is wrong with one.
    let Some(found) = newest.and_then(|newest| File::open(newest).ok()) else { return Ok(options) };
    let (mut options, mut told) = (options, Vec::new());
    let found = found.describe();
    if let Some((word, codec)) = codec_of(&found).filter(|_| file.compression.is_none())
        && codec != Compression::default()
    {
        told.push(format!("--compression {word}"));
        options = options.compression(codec);
    }
    if file.profile.is_none() && is_modern(&found) {
        told.push("--profile modern".to_owned());
        options = options.profile(Profile::Modern);
    }
    let filters = filters_of(&found);
    if !filters.is_empty() && file.bloom_filter.is_empty() {
        told.push(format!("--bloom-filter {}", escape(&filters.join(","))));
        options = filters.iter().fold(options, |options, column| options.bloom_filter_of(column));
    }
    if !told.is_empty() {
        let (path, told) = (escape_path(path), told.join(" "));
        ui::tell_notes(&[format!("{path}: new files are as its newest one: {told}")]);
    }
    Ok(options)
}

/// A file's codec, with the level that it has unless told, and what the command line calls it.
fn codec_of(file: &Description) -> Option<(&'static str, Compression)> {
    let word = match file.columns.first()?.totals.codecs.first()?.as_str() {
        "UNCOMPRESSED" => "none",
        "SNAPPY" => "snappy",
        "GZIP" => "gzip",
        "LZ4_RAW" => "lz4",
        "ZSTD" => "zstd",
        _ => return None,
    };
    Some((word, word.parse().ok()?))
}

/// Whether it has encodings that only the modern profile has.
fn is_modern(file: &Description) -> bool {
    let encodings = file.columns.iter().flat_map(|column| &column.totals.encodings);
    encodings
        .into_iter()
        .any(|encoding| encoding.starts_with("DELTA_") || encoding == "BYTE_STREAM_SPLIT")
}

/// The columns that have bloom filters.
fn filters_of(file: &Description) -> Vec<String> {
    let columns = file.columns.iter().filter(|column| column.totals.chunks_with_bloom_filter > 0);
    columns.filter_map(|column| column.path.first().cloned()).collect()
}
