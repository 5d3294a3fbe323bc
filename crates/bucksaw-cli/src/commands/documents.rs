//! Completions and man pages.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use bucksaw::escape::escape_path;
use bucksaw::{Error, ErrorKind, Result};
use clap::{Arg, Command, CommandFactory as _, ValueHint};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::cli::{Cli, ManArgs};
use crate::exit;

/// Prints the completions of `shell`.
pub(crate) fn completions(shell: Shell) -> Result<()> {
    // What is no file is not completed as one.
    let hinted = |argument: Arg| match argument.get_value_hint() {
        ValueHint::Unknown if argument.get_action().takes_values() => {
            argument.value_hint(ValueHint::Other)
        }
        _ => argument,
    };
    let mut command = Cli::command().mut_subcommands(|command| command.mut_args(hinted));
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "bucksaw", &mut script);
    print(&script)
}

/// Prints the man page of the command, or of one of its commands, or writes all of them to a directory.
pub(crate) fn man_pages(arguments: &ManArgs) -> Result<()> {
    let mut command = Cli::command();
    command.build();
    let all: Vec<&Command> = [&command].into_iter().chain(listed(&command)).collect();
    if let Some(directory) = &arguments.output {
        return all.iter().try_for_each(|page| {
            let path = directory.join(format!("{}.1", title(page)));
            write(page, &all, &path)
        });
    }
    let Some(name) = &arguments.command else { return print(&page(&command, &all)?) };
    match listed(&command).find(|subcommand| subcommand.get_name() == name) {
        Some(subcommand) => print(&page(subcommand, &all)?),
        None => {
            let names: Vec<&str> = listed(&command).map(Command::get_name).collect();
            let message = format!("no command is called {name:?}: they are {}", names.join(", "));
            Err(Error::new(ErrorKind::Options, message))
        }
    }
}

/// The commands that have a page.
fn listed(command: &Command) -> impl Iterator<Item = &Command> {
    let is_listed =
        |subcommand: &&Command| subcommand.get_name() != "help" && !subcommand.is_hide_set();
    command.get_subcommands().filter(is_listed)
}

fn title(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

fn write(command: &Command, all: &[&Command], path: &Path) -> Result<()> {
    let page = page(command, all)?;
    fs::write(path, page)
        .map_err(|cause| Error::io(format!("could not write {}", escape_path(path)), cause))
}

/// A command's page.
fn page(command: &Command, all: &[&Command]) -> Result<Vec<u8>> {
    let mut page = Vec::new();
    let rendered = render(command, all, &mut page);
    rendered.map_err(|cause| Error::io("could not make the man page", cause))?;
    Ok(page)
}

fn render(command: &Command, all: &[&Command], page: &mut Vec<u8>) -> io::Result<()> {
    let man = Man::new(command.clone());
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    if command.get_subcommands().any(|subcommand| subcommand.get_name() != "help") {
        page.extend_from_slice(b".SH COMMANDS\n.nf\n");
        for subcommand in listed(command) {
            let about = subcommand.get_about().map(ToString::to_string).unwrap_or_default();
            writeln!(page, "{}", roff(&format!("{:<12} {about}", subcommand.get_name())))?;
        }
        page.extend_from_slice(b".fi\n");
    }
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let examples = help.lines().skip_while(|line| *line != "Examples:").skip(1);
    lines("EXAMPLES", examples.take_while(|line| !line.is_empty()), page)?;
    lines("EXIT STATUS", exit::HELP.lines().skip(1), page)?;
    let title = title(command);
    let others = all.iter().map(|other| self::title(other)).filter(|other| *other != title);
    let others: Vec<String> = others.map(|other| format!("{other}(1)")).collect();
    lines("SEE ALSO", [others.join(", ").as_str()].into_iter(), page)
}

/// A section of lines as they are; none without lines.
fn lines<'l>(
    title: &str,
    lines: impl Iterator<Item = &'l str>,
    page: &mut Vec<u8>,
) -> io::Result<()> {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return Ok(());
    }
    writeln!(page, ".SH \"{title}\"\n.nf")?;
    lines.try_for_each(|line| writeln!(page, "{}", roff(line)))?;
    writeln!(page, ".fi")
}

/// A line of text as roff has it.
fn roff(line: &str) -> String {
    let line = line.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
    if line.starts_with('.') { format!("\\&{line}") } else { line }
}

fn print(bytes: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)
        .and_then(|()| out.flush())
        .map_err(|cause| Error::io("could not print", cause))
}
