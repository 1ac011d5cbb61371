//! `plokk recur RRULE`: the instances of a recurrence rule.

use crate::args::Recur;
use crate::exit::{Exit, Failure, Outcome};
use crate::terminal;
use plokk_ical_io::{Zone, recur};

/// How many instances are written at a time: an endless rule ends when nobody reads on.
const BATCH: usize = 256;

pub(crate) fn run(args: &Recur) -> Outcome {
    let rule = args.rule.strip_prefix("RRULE:").unwrap_or(&args.rule);
    let zone = args.zone.clone().unwrap_or(Zone::Floating);
    let instances =
        recur(rule, &args.dtstart, &zone).map_err(|error| Failure::Input(format!("{rule}: {error}")))?;
    let mut instances = instances.take(args.count.unwrap_or(usize::MAX)).peekable();
    while instances.peek().is_some() {
        let lines: String = instances.by_ref().take(BATCH).map(|at| at + "\n").collect();
        if !terminal::is_read(lines.as_bytes())? {
            break;
        }
    }
    Ok(Exit::Done)
}
