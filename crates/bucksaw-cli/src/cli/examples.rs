//! Examples behind the help of each command, and what is to be known of it.

pub(super) const CONVERT_EXAMPLES: &str = "\
Examples:
  bucksaw convert logs.ndjson -o logs.parquet
  bucksaw convert 'logs/*.ndjson.gz' more/ -o all.parquet --compression zstd:3
  bucksaw convert logs/ -o parquet/                one file for each input
  bucksaw convert otlp-logs.binpb -o logs.parquet
  bucksaw convert logs/ -o lake/ --partition 'day(time)/service' --sort time
  zcat logs.gz | bucksaw convert - -o - > logs.parquet
  bucksaw convert logs.ndjson -o logs.parquet --on-error rejected.ndjson --json

Exit codes are those of bucksaw --help.";

pub(super) const INSPECT_EXAMPLES: &str = "\
Examples:
  bucksaw inspect logs.parquet
  bucksaw inspect logs.parquet --rows 5
  bucksaw inspect logs.parquet --explain
  bucksaw inspect logs.parquet --schema > schema.json
  bucksaw inspect *.parquet --json | jq .rows

Exit codes are those of bucksaw --help.";

pub(super) const SCHEMA_EXAMPLES: &str = "\
Examples:
  bucksaw schema logs.ndjson > schema.json
  bucksaw schema logs/ --sample 100MiB > schema.json
  bucksaw convert logs/ -o parquet/ --schema schema.json

Each column has a comment that says what its values are, and in which row the first is that does not fit.

Exit codes are those of bucksaw --help.";

pub(super) const LINT_EXAMPLES: &str = "\
Examples:
  bucksaw lint logs.parquet
  bucksaw lint *.parquet --for spark,athena

unreadable: the file or the column can't be read; wrong: values come out as others; awkward: it takes some care. With \
anything but awkward the exit code is 3.

Exit codes are those of bucksaw --help.";

pub(super) const VERIFY_EXAMPLES: &str = "\
Examples:
  bucksaw verify logs.parquet
  bucksaw verify parquet/ --json | jq 'select(.is_sound | not)'

Checksums, sizes, levels, counts, smallest and largest values, nulls, page indexes, bloom filters and the order of rows are \
verified, in files of any writer. A byte that changed in a page without a checksum is found only where it contradicts something \
else. Of a dataset the manifest's entries are verified, and that each of its files is there, with its rows, row groups, bytes \
and XXH3-128, and no other. What is damaged ends with exit code 3, what could not be verified (a codec that isn't built in, say) with 1.

Exit codes are those of bucksaw --help.";

pub(super) const LS_EXAMPLES: &str = "\
Examples:
  bucksaw ls lake/
  bucksaw ls lake/ --json | jq .path

A line for each file: its path, rows, bytes and first and last moment, with tabs between them.

Exit codes are those of bucksaw --help.";

pub(super) const EXPIRE_EXAMPLES: &str = "\
Examples:
  bucksaw expire lake/ --older-than 30d --dry-run
  bucksaw expire lake/ --older-than 30d --timestamp-column time

Whole files go, by the last moment of their rows; files without times stay. Other commands that write to the dataset are kept out \
meanwhile.

Exit codes are those of bucksaw --help.";

pub(super) const REPAIR_EXAMPLES: &str = "\
Examples:
  bucksaw repair lake/ --dry-run
  bucksaw repair lake/

Rows, bytes, row groups, times, columns with their types, nulls and bounds, orders and statistics are those of the files' footers, and \
folders' values those of their names; schema.json and partition.json are made again where they are damaged or lost. The new manifest appears in \
one moment, and what it replaces is kept in DIR/_bucksaw/manifest-before-repair-1 and so on. No data file is changed or removed. Files that are \
no part of the dataset (no Parquet, or damaged; of another program; in other folders; with columns of other types) are named, and the exit code is 5.

Exit codes are those of bucksaw --help.";

pub(super) const COMPACT_EXAMPLES: &str = "\
Examples:
  bucksaw compact lake/ --dry-run
  bucksaw compact lake/ --target-size 512MiB --older-than 1h
  bucksaw compact lake/ --settle-types
  bucksaw compact lake/ --sort service,time:desc --json | jq '.added[]?.path'

A line for each folder: its path, files before and after, rows, and bytes before and after, with tabs between them.

Each folder's small files are merged, so that readers open fewer; where only one is small, it stays. Rows and values stay as they are, \
in the order in which the files came, or in the order that all of them say they are sorted in. Who lists a folder meanwhile finds \
all old files or all new ones, on Linux and where the folder has no folders in it; elsewhere the new ones come before the old \
ones go. Killed at any time, nothing is lost or doubled: the next command that writes to the dataset does what is left. Other \
commands that write to it are kept out meanwhile.

A column of integers whose later values are decimals, or integers beyond 64 bits, becomes double or decimal(20,0), and takes them \
back from NAME__text, where all files that have it are small ones (which are written anew, also one alone in its folder); else a \
line says so, and --settle-types writes all of them. Types that were declared stay, and a text \"12.5\" is no number.

A folder's new files take room beside its old ones until they are whole.

Exit codes are those of bucksaw --help.";

pub(super) const CAT_EXAMPLES: &str = "\
Examples:
  bucksaw cat logs.parquet
  bucksaw cat parquet/ --where \"level = 'error' and status >= 500\" --head 10
  bucksaw cat logs.parquet --columns time,level,http_status | jq .http.status

A condition compares columns, by their names in the file or their paths with dots, with values: = != < <= > >=, like 'a%' \
(% for any text, _ for any sign), is null, is not null; text and times stand in quotes, names with other signs in backquotes; and, \
or, not and parentheses put conditions together.

A value is read as the column's type reads it, in quotes or not: integers and decimals are compared with every digit, floats with \
the float of their width that is nearest (f = 0.1, and NaN, Infinity, -Infinity), bools with true and false, texts byte by byte or as times \
where both are times, and with numbers where they spell one; times by their moment (time >= '2026-11-28T07:05:09Z', '2026-11-28 07:05' \
in UTC), and those that are printed as numbers since 1970 with such numbers, too. What the column's type can't read is an \
error, and so is a comparison with a list, a map or an object (a list's JSON may be like a text). Of several files, one that can read it is enough; in the others, and of \
values of another kind than the column's, only != is true.

Rows have the values that they had, in the columns' order. Members that were null are not there. Times are in UTC; declared ones \
that count from 1970 are such numbers, or texts, again (in the fewest digits) where all of a column's were alike. Bytes that were \
declared are spelled as they were, in lower case. Where a column of text held texts and other values, these are told apart, for which \
the column is read once before: unless a text is spelled as another value is, as \"5\" beside 5. Then all come back as text, which is \
told, and there is no way to know.

A file that can't be read is told at the end; the rows of all others are printed.

Exit codes are those of bucksaw --help.";

pub(super) const MEASURE_HELP: &str = "\
This is a program of its own, bucksaw-bench: cargo install --path crates/bucksaw-bench";

#[cfg(test)]
mod tests {
    use super::*;

    /// Broken lines would be broken once more where a terminal is narrower.
    #[test]
    fn paragraphs_are_lines_that_terminals_break() {
        for help in [
            CONVERT_EXAMPLES,
            INSPECT_EXAMPLES,
            SCHEMA_EXAMPLES,
            LINT_EXAMPLES,
            CAT_EXAMPLES,
            LS_EXAMPLES,
            EXPIRE_EXAMPLES,
            COMPACT_EXAMPLES,
        ] {
            let lines: Vec<&str> = help.lines().collect();
            for pair in lines.windows(2) {
                let is_list = pair[1].starts_with("  ");
                assert!(is_list || pair.contains(&""), "{:?}", pair[1]);
                assert!(!is_list || pair[1].chars().count() <= 80, "{:?}", pair[1]);
            }
        }
    }
}
