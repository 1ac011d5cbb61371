//! The commands, one a module.

mod check;
mod completions;
mod explain;
mod freebusy;
mod history;
mod init;
pub(crate) mod nightly;
mod occurrences;
pub(crate) mod plan;
mod recur;
mod serve;
mod solve;
mod token;
mod undo;
mod what_if;

pub(crate) use what_if::WhatIf;

use crate::args::Command;
use crate::exit::Outcome;

/// Does what the command line asks for.
pub(crate) fn run(command: Command) -> Outcome {
    match command {
        Command::Init(args) => init::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::WhatIf(args) => what_if::run(&args),
        Command::Solve(args) => solve::run(&args),
        Command::Occurrences(args) => occurrences::run(&args),
        Command::Freebusy(args) => freebusy::run(&args),
        Command::Recur(args) => recur::run(&args),
        Command::Nightly(args) => nightly::run(&args),
        Command::History(args) => history::run(&args),
        Command::Undo(args) => undo::run(&args),
        Command::Token(args) => token::run(&args.act),
        Command::Serve(args) => serve::run(&args),
        Command::Completions(args) => completions::run(&args),
    }
}
