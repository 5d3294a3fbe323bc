//! The words of `bucksaw inspect --explain`.

use std::io::{self, Write};

use bucksaw::escape::escape;
use bucksaw::internal::counted;
use bucksaw_inspect::{ChosenEncoding, ColumnExplanation, Explanation};

use super::cell::name;
use super::inspect_text::{ratio, size};
use crate::ui::grouped;

/// Columns that are named of those that would save something.
const SHOWN_SAVINGS: usize = 3;

/// Writes an explanation.
pub(crate) fn explanation(about: &Explanation, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", escape(&about.path))?;
    let savings = [modern(&about.columns), declared(&about.columns)];
    savings.iter().flatten().try_for_each(|line| writeln!(out, "  {line}"))?;
    about.columns.iter().try_for_each(|column| explain(column, out))
}

/// What a column takes, and what it could: bytes before compression.
struct Saving<'c> {
    column: &'c ColumnExplanation,
    now: u64,
    then: u64,
}

impl Saving<'_> {
    fn bytes(&self) -> u64 {
        self.now.saturating_sub(self.then)
    }

    fn sizes(&self) -> String {
        format!("{} instead of {}", size(self.then), size(self.now))
    }
}

/// What the values of a column take as they are encoded; none where pages have several encodings.
fn now(column: &ColumnExplanation) -> Option<u64> {
    let of_choice = |choice: &ChosenEncoding| match choice.encodings.as_slice() {
        [encoding] => bytes_in(choice, encoding),
        _ => None,
    };
    column.choices.iter().filter(|choice| choice.values > 0).map(of_choice).sum()
}

fn bytes_in(choice: &ChosenEncoding, encoding: &str) -> Option<u64> {
    let is_it =
        |known: &str| known == encoding || (is_dictionary(known) && is_dictionary(encoding));
    choice.alternatives.iter().find(|known| is_it(&known.encoding)).map(|known| known.bytes)
}

/// What the modern profile would save.
fn modern(columns: &[ColumnExplanation]) -> Option<String> {
    fn saving(column: &ColumnExplanation) -> Option<Saving<'_>> {
        let choices = column.choices.iter().filter(|choice| choice.values > 0);
        let then = choices.map(|choice| bytes_in(choice, &choice.rules.modern));
        Some(Saving { column, now: now(column)?, then: then.sum::<Option<u64>>()? })
    }
    let savings: Vec<Saving<'_>> = columns.iter().filter_map(saving).collect();
    let now = savings.iter().map(|saving| saving.now).sum::<u64>();
    let then = savings.iter().map(|saving| saving.then).sum::<u64>();
    let words = |saving: &Saving<'_>| format!("{} ({})", name(&saving.column.name), saving.sizes());
    let of = most(&savings, words).filter(|_| then < now)?;
    let sizes = format!("{} instead of {}", size(then), size(now));
    Some(format!("with --profile modern {sizes} before compression{}: {of}", looked_at(columns)))
}

/// What types would save that texts could be declared to have.
fn declared(columns: &[ColumnExplanation]) -> Option<String> {
    fn saving(column: &ColumnExplanation) -> Option<Saving<'_>> {
        Some(Saving { column, now: now(column)?, then: column.declaration.as_ref()?.bytes })
    }
    let savings: Vec<Saving<'_>> = columns.iter().filter_map(saving).collect();
    let of = most(&savings, |saving| {
        let ty = saving.column.declaration.as_ref().map_or("", |declaration| &declaration.ty);
        format!("{} as {ty} ({})", name(&saving.column.name), saving.sizes())
    })?;
    Some(format!("declared in a schema file, before compression{}: {of}", looked_at(columns)))
}

/// The columns that save most, in words; none where none saves a tenth.
fn most<'c>(savings: &[Saving<'c>], words: impl Fn(&Saving<'c>) -> String) -> Option<String> {
    let mut all: Vec<_> =
        savings.iter().filter(|saving| saving.bytes() > saving.now / 10).collect();
    all.sort_by_key(|saving| std::cmp::Reverse(saving.bytes()));
    let more = all.len().saturating_sub(SHOWN_SAVINGS);
    let more = (more > 0).then(|| counted(more as u64, "more column"));
    let shown: Vec<String> =
        all.iter().take(SHOWN_SAVINGS).map(|saving| words(saving)).chain(more).collect();
    (!shown.is_empty()).then(|| shown.join(", "))
}

fn looked_at(columns: &[ColumnExplanation]) -> &'static str {
    let is_sample =
        columns.iter().flat_map(|column| &column.choices).any(|choice| choice.is_sample);
    if is_sample { ", of the values looked at" } else { "" }
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
        "{within}{} different in {}, {}{}",
        grouped(choice.distinct),
        counted(choice.values, "value"),
        counted(choice.nulls, "null"),
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
