//! The library's options of files from the command line's.

use std::collections::HashMap;

use bucksaw::Options;
use bucksaw::limits::{MAX_THREADS, MIN_MEMORY_LIMIT};
use bytesize::ByteSize;

use crate::cli::FileArgs;
use crate::system;

/// These options with those of files; adds what is wrong with them that the library can't know.
pub(super) fn with_file(options: Options, file: &FileArgs, problems: &mut Vec<String>) -> Options {
    let mut options = options
        .backend(file.backend)
        .profile(file.profile.unwrap_or_default())
        .threads(file.threads.unwrap_or(usize::MAX).min(most_threads(file)))
        .compression(file.compression.unwrap_or_default())
        .memory_limit(bytes(file.memory_limit).max(MIN_MEMORY_LIMIT))
        .row_group_rows(file.row_group_rows)
        .row_group_bytes(bytes(file.row_group_bytes))
        .chunk_rows(file.chunk_rows)
        .statistics(file.statistics)
        .sorted_by(file.sorted_by.clone())
        .sort_by(file.sort.iter().flat_map(|keys| keys.0.clone()))
        .cluster_by(file.cluster.iter().flat_map(|keys| keys.0.clone()));
    if let Some(size) = file.page_size {
        options = options.page_bytes(bytes(size));
    }
    if let Some(directory) = &file.temp_dir {
        options = options.temporary_directory(directory);
    }
    if let Some(size) = file.temp_limit {
        options = options.temporary_limit(size.as_u64());
    }
    for column in &file.bloom_filter {
        options = options.bloom_filter_of(column);
    }
    problems.extend(small_limit(file));
    with_dictionaries(options, &file.dictionary, problems)
}

/// What is taken otherwise than it was asked for, or is likely to fail.
pub(super) fn notes(file: &FileArgs) -> Vec<String> {
    let mut notes = Vec::new();
    let most = most_threads(file);
    if let Some(threads) = file.threads.filter(|threads| *threads > most) {
        notes.push(format!(
            "--threads {threads} is taken as {most}: more than there are cores, or than {MAX_THREADS}, gain nothing"
        ));
    }
    let machine = system::memory_bytes().map(ByteSize);
    if let Some(machine) = machine.filter(|machine| *machine < file.memory_limit) {
        let limit = file.memory_limit;
        notes.push(format!("--memory-limit {limit} is more than this machine has ({machine})"));
    }
    notes
}

fn with_dictionaries(
    mut options: Options,
    choices: &[String],
    problems: &mut Vec<String>,
) -> Options {
    let mut chosen = HashMap::new();
    for choice in choices {
        let Some((column, on)) = dictionary_choice(choice) else {
            let advice = "use on, off, COLUMN=on or COLUMN=off";
            problems.push(format!("--dictionary {choice}: {advice}"));
            continue;
        };
        if chosen.insert(column, on).is_some_and(|before| before != on) {
            problems.push(format!("--dictionary {choice} contradicts an earlier --dictionary"));
        }
        options = match column {
            Some(column) => options.dictionary_of(column, on),
            None => options.dictionary(on),
        };
    }
    options
}

/// The column, or none for all, and whether it gets a dictionary.
fn dictionary_choice(choice: &str) -> Option<(Option<&str>, bool)> {
    let (column, word) = match choice.rsplit_once('=') {
        Some((column, word)) => (Some(column), word),
        None => (None, choice),
    };
    match word {
        "on" => Some((column, true)),
        "off" => Some((column, false)),
        _ => None,
    }
}

/// A number without a unit is one of bytes, and was likely not meant so.
fn small_limit(file: &FileArgs) -> Option<String> {
    let limit = Some(file.memory_limit).filter(|limit| bytes(*limit) < MIN_MEMORY_LIMIT)?;
    let least = MIN_MEMORY_LIMIT >> 20;
    let advice = match limit.as_u64() {
        mebibytes if mebibytes >= least as u64 && mebibytes < 1 << 16 => {
            format!("; did you mean {mebibytes}MiB?")
        }
        _ => String::new(),
    };
    Some(format!("--memory-limit {limit} is too small: it must be {least}MiB or more{advice}"))
}

/// A size that no memory has is refused by [`Options::validate`].
pub(super) fn bytes(size: ByteSize) -> usize {
    usize::try_from(size.as_u64()).unwrap_or(usize::MAX)
}

/// No more threads than cores are started: they would cost memory and time, and the file is the same.
fn most_threads(file: &FileArgs) -> usize {
    let cores =
        file.cores.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    cores.min(MAX_THREADS)
}
