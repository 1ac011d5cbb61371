//! `plokk freebusy FILE...`: when calendars leave no time (RFC 5545 section 3.8.2.6, RFC 7953 section 5).

use crate::args::Freebusy;
use crate::exit::Outcome;
use crate::{sources, terminal};
use plokk_ical_io::{Calendar, freebusy};

pub(crate) fn run(args: &Freebusy) -> Outcome {
    let (calendars, outcome) = sources::calendars(&args.look.files);
    let calendars: Vec<&Calendar> = calendars.iter().collect();
    let spans = freebusy(&calendars, args.look.window(), &args.look.floating(), args.owner.as_deref());
    sources::tell(&spans.faults);
    let lines: String = spans.items.iter().map(|span| format!("{span}\n")).collect();
    terminal::data(&lines)?;
    outcome
}
