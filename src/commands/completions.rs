//! `plokk completions SHELL`: what a shell needs to complete the command line.

use crate::args::{Cli, Completions};
use crate::exit::{Exit, Outcome};
use crate::terminal;
use clap::CommandFactory;

pub(crate) fn run(args: &Completions) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "plokk", &mut script);
    terminal::bytes(&script)?;
    Ok(Exit::Done)
}
