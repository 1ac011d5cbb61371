//! The `plokk` command: plans client work into everybody's calendars, and publishes the calendars.
//!
//! Raw arguments become checked requests at the door ([`args`]), each command does its work in its
//! own module, and what comes of it becomes an exit status here and nowhere else.

mod args;
mod commands;
mod exit;
mod files;
mod history;
mod home;
mod nightly;
mod notify;
mod progress;
mod proxy;
mod push;
mod secret;
mod serve;
mod sources;
mod table;
mod terminal;
mod tokens;
mod trace;
mod trust;
mod zones;

use exit::{Exit, Failure};
use std::process::ExitCode;

fn run() -> exit::Outcome {
    let command = args::parse();
    zones::choose()?;
    commands::run(command)
}

fn main() -> ExitCode {
    let outcome = std::panic::catch_unwind(run).unwrap_or_else(|_| {
        Err(Failure::Plokk("an assumption of this program did not hold; nothing was published".to_owned()))
    });
    match outcome {
        Ok(Exit::Done) => ExitCode::SUCCESS,
        Ok(Exit::Behind) => ExitCode::from(1),
        Ok(Exit::Interrupted) => ExitCode::from(130),
        Err(failure) => {
            terminal::complain(&failure);
            ExitCode::from(match failure {
                Failure::Input(_) => 2,
                Failure::Plokk(_) => 3,
            })
        }
    }
}
