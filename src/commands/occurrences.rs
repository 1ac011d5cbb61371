//! `plokk occurrences FILE...`: what calendars hold in a window of time, recurrence expanded.

use crate::args::{Look, Occurrences};
use crate::exit::{Failure, Outcome};
use crate::table::{Align, Table};
use crate::{sources, terminal};
use chrono::{DateTime, NaiveTime, Utc};
use plokk_ical_io::{Calendar, When, Zone, events, instant, todos};
use serde::Serialize;

/// One occurrence, as `--json` prints it.
#[derive(Debug, Serialize)]
struct Line {
    uid: String,
    /// Its start; a task may have none.
    start_utc: Option<String>,
    /// Its end; of a task, when it is due, if ever.
    end_utc: Option<String>,
    all_day: bool,
    summary: Option<String>,
}

pub(crate) fn run(args: &Occurrences) -> Outcome {
    let (calendars, outcome) = sources::calendars(&args.look.files);
    let of = if args.todo { tasks } else { occurrences };
    let mut lines: Vec<Line> = calendars.iter().flat_map(|calendar| of(calendar, &args.look)).collect();
    lines.sort_by(|a, b| (&a.start_utc, &a.end_utc, &a.uid).cmp(&(&b.start_utc, &b.end_utc, &b.uid)));
    let mut text = String::new();
    if args.json {
        for line in &lines {
            text += &serde_json::to_string(line).map_err(Failure::plokk)?;
            text.push('\n');
        }
    } else {
        text = for_eyes(&lines);
    }
    terminal::data(&text)?;
    outcome
}

fn occurrences(calendar: &Calendar, look: &Look) -> Vec<Line> {
    let expansion = events(calendar, look.window(), &look.floating());
    sources::tell(&expansion.faults);
    let line = |event: plokk_ical_io::Occurrence<'_>| Line {
        start_utc: Some(utc(event.start)),
        end_utc: Some(utc(event.end)),
        uid: event.uid.into_owned(),
        all_day: event.all_day,
        summary: event.component.text("SUMMARY").map(|summary| summary.into_owned()),
    };
    expansion.items.into_iter().map(line).collect()
}

fn tasks(calendar: &Calendar, look: &Look) -> Vec<Line> {
    let expansion = todos(calendar, look.window(), &look.floating());
    sources::tell(&expansion.faults);
    let zone = look.floating();
    let line = |task: plokk_ical_io::Todo| Line {
        start_utc: task.start.map(|start| utc(moment(start, &zone))),
        end_utc: task.due.map(|due| utc(moment(due, &zone))),
        all_day: matches!(task.start.or(task.due), Some(When::Date(_))),
        uid: task.uid,
        summary: Some(task.summary).filter(|summary| !summary.is_empty()),
    };
    expansion.items.into_iter().map(line).collect()
}

/// A date begins at midnight in the zone.
fn moment(when: When, zone: &Zone) -> DateTime<Utc> {
    match when {
        When::Instant(instant) => instant,
        When::Date(date) => instant(date.and_time(NaiveTime::MIN), zone),
    }
}

fn utc(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

fn for_eyes(lines: &[Line]) -> String {
    let columns = ["start", "end", "all day", "uid", "summary"].map(|name| (name, Align::Left));
    let mut table = Table::new(&columns);
    let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    for line in lines {
        let all_day = if line.all_day { "yes" } else { "-" };
        table.row([
            shown(&line.start_utc),
            shown(&line.end_utc),
            all_day.to_owned(),
            line.uid.clone(),
            shown(&line.summary).replace(['\n', '\r'], " "),
        ]);
    }
    table.lines().into_iter().map(|line| line + "\n").collect()
}
