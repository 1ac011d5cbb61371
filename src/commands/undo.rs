//! `plokk undo`: an earlier night's calendars, published again.

use super::history::unknown;
use crate::args;
use crate::exit::{Exit, Failure, Outcome};
use crate::history::{Cause, Edition, History};
use crate::home::Home;
use crate::terminal;
use plokk_engine::{Restored, restored, words};

pub(crate) fn run(args: &args::Undo) -> Outcome {
    let home = Home::open(&args.at.of.desk)?;
    let _lock = if args.dry_run { None } else { Some(home.lock()?) };
    let history = home.history();
    let number = match args.night {
        Some(number) => number,
        None => {
            before(&history).ok_or_else(|| Failure::Input("there is no night before this one".to_owned()))?
        }
    };
    let night = history.read(number).ok_or_else(|| unknown(number, &home))?;
    let earlier = night.files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
    let last = home.last();
    let mut kept = night.kept;
    if let Some(last) = &last {
        // What she did by hand since she did all the same.
        kept.diary = last.diary.clone();
    }
    let plan = last.map(|kept| kept.plan);
    let Restored { files, changes } =
        restored(&home.settings, &earlier, &home.published(), &kept, plan.as_ref(), args.at.now());
    terminal::data(&changes.to_text())?;
    if args.dry_run {
        terminal::say("nothing was written (--dry-run)");
        return Ok(Exit::Done);
    }
    let edition = Edition {
        by: Cause::Undo(number),
        files: &files,
        kept: &kept,
        changes: &changes,
        notes: Some(changes.to_markdown()),
    };
    let written = home.publish(&edition)?;
    terminal::say(&format!(
        "{}: as in night {number} again, {} written; the next plan starts from it",
        home.output().display(),
        words::count(written, "file")
    ));
    Ok(Exit::Done)
}

/// The night before the one that is published: an undone night counts as the one it brought back.
fn before(history: &History) -> Option<u32> {
    let numbers = history.numbers();
    let last = *numbers.last()?;
    let shown = match history.read(last)?.by {
        Cause::Undo(number) => number,
        _ => last,
    };
    numbers.into_iter().rev().find(|number| *number < shown)
}
