//! Completions and the man page, on standard output.

use std::io::{self, Write};

use bucksaw::{Error, Result};
use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::Cli;

/// Prints the completions of `shell`.
pub(crate) fn completions(shell: Shell) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "bucksaw", &mut script);
    print(&script)
}

/// Prints the man page: the command's own, then one section for each subcommand.
pub(crate) fn man_page() -> Result<()> {
    let mut page = Vec::new();
    let failed = |cause| Error::io("could not make the man page", cause);
    let mut command = Cli::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(&mut page).map_err(failed)?;
    let is_listed =
        |subcommand: &&clap::Command| subcommand.get_name() != "help" && !subcommand.is_hide_set();
    for subcommand in command.get_subcommands().filter(is_listed) {
        let man = clap_mangen::Man::new(subcommand.clone());
        writeln!(page, ".SH \"BUCKSAW {}\"", subcommand.get_name().to_uppercase())
            .map_err(failed)?;
        man.render_description_section(&mut page).map_err(failed)?;
        man.render_options_section(&mut page).map_err(failed)?;
        man.render_extra_section(&mut page).map_err(failed)?;
    }
    print(&page)
}

fn print(bytes: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)
        .and_then(|()| out.flush())
        .map_err(|cause| Error::io("could not print", cause))
}
