//! The words of `bucksaw inspect --explain`.

use std::io::{self, Write};

use bucksaw::escape::escape;
use bucksaw_inspect::{ChosenEncoding, ColumnExplanation, Explanation};

use super::inspect_text::{name, ratio, size};
use crate::ui::grouped;

/// Writes an explanation.
pub(crate) fn explanation(about: &Explanation, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", escape(&about.path))?;
    about.columns.iter().try_for_each(|column| explain(column, out))
}

fn explain(column: &ColumnExplanation, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\n{}  {}", name(&column.name), column.physical_type)?;
    for choice in &column.choices {
        let groups = match (choice.first_row_group, choice.last_row_group) {
            (first, last) if first == last => format!("row group {first}"),
            (first, last) => format!("row groups {first} to {last}"),
        };
        writeln!(
            out,
            "  {groups}: {}, {} in pages, {} compressed with {}, ratio {}",
            choice.encodings.join(" and "),
            size(choice.sizes.encoded_bytes),
            size(choice.sizes.compressed_bytes),
            choice.codec,
            ratio(&choice.sizes),
        )?;
        for line in reasons(choice) {
            writeln!(out, "    {line}")?;
        }
    }
    Ok(())
}

/// Why the encodings are what they are, in some lines.
fn reasons(choice: &ChosenEncoding) -> Vec<String> {
    if choice.values == 0 {
        let word = if choice.is_sample { "no values among the first" } else { "no values" };
        return vec![word.to_owned()];
    }
    let within = if choice.first_row_group == choice.last_row_group { "" } else { "at most " };
    let figures = format!(
        "{within}{} different in {} values, {} nulls{}",
        grouped(choice.distinct),
        grouped(choice.values),
        grouped(choice.nulls),
        if choice.is_sample { " (the first of each row group: there are more)" } else { "" },
    );
    let mut lines = vec![figures, taken(choice)];
    let is_mixed =
        choice.encodings.len() > 1 && choice.encodings.iter().any(|name| is_dictionary(name));
    if is_mixed {
        lines.push(
            "not all pages use the dictionary: it was left, or pages have no values".to_owned(),
        );
    }
    if let Some([plain, split]) = choice.entropy {
        lines.push(format!(
            "by the entropy of its bytes {} with PLAIN, {} with BYTE_STREAM_SPLIT",
            size(plain),
            size(split)
        ));
    }
    let rules = &choice.rules;
    lines.push(match rules.portable == rules.modern {
        true => format!("Bucksaw's rules: {}", rules.portable),
        false => format!("Bucksaw's rules: {}, modern {}", rules.portable, rules.modern),
    });
    lines
}

/// What the values take, those encodings first that were chosen.
fn taken(choice: &ChosenEncoding) -> String {
    let is_chosen = |name: &str| {
        choice
            .encodings
            .iter()
            .any(|chosen| chosen == name || (is_dictionary(chosen) && is_dictionary(name)))
    };
    let (mut chosen, others): (Vec<_>, Vec<_>) =
        choice.alternatives.iter().partition(|known| is_chosen(&known.encoding));
    chosen.extend(others);
    let parts = chosen.iter().map(|known| format!("{} with {}", size(known.bytes), known.encoding));
    parts.collect::<Vec<_>>().join(", ")
}

/// Also by the name that old writers give it.
fn is_dictionary(encoding: &str) -> bool {
    matches!(encoding, "RLE_DICTIONARY" | "PLAIN_DICTIONARY")
}
