//! `plokk occurrences FILE...`: what calendars hold in a window of time, recurrence expanded.

use crate::args::{Look, Occurrences};
use crate::exit::{Failure, Outcome};
use crate::table::{Align, Table};
use crate::{sources, terminal};
use chrono::{DateTime, NaiveTime, Utc};
use plokk_ical_io::{Calendar, Component, When, Zone, events, instant, todos};
use serde::Serialize;
use std::borrow::Cow;

/// How many bytes are written at a time.
const BATCH: usize = 1 << 16;

/// One occurrence. A long window has hundreds of thousands of them: what is said of them is put into words one by one.
struct Row<'a> {
    uid: Cow<'a, str>,
    start: Option<DateTime<Utc>>,
    end: Option<DateTime<Utc>>,
    all_day: bool,
    summary: Summary<'a>,
}

enum Summary<'a> {
    Of(&'a Component),
    Is(String),
}

/// One occurrence, as `--json` prints it.
#[derive(Debug, Serialize)]
struct Line<'a> {
    uid: &'a str,
    /// Its start; a task may have none.
    start_utc: Option<String>,
    /// Its end; of a task, when it is due, if ever.
    end_utc: Option<String>,
    all_day: bool,
    summary: Option<Cow<'a, str>>,
}

pub(crate) fn run(args: &Occurrences) -> Outcome {
    let (calendars, outcome) = sources::calendars(&args.look.files);
    let of = if args.todo { tasks } else { occurrences };
    let mut rows: Vec<Row<'_>> = calendars.iter().flat_map(|calendar| of(calendar, &args.look)).collect();
    rows.sort_by(|a, b| (a.start, a.end, &a.uid).cmp(&(b.start, b.end, &b.uid)));
    if !args.json {
        terminal::data(&for_eyes(&rows))?;
        return outcome;
    }
    let mut text = Vec::new();
    for row in &rows {
        serde_json::to_writer(&mut text, &row.line()).map_err(Failure::plokk)?;
        text.push(b'\n');
        if text.len() >= BATCH {
            if !terminal::is_read(&text)? {
                return outcome;
            }
            text.clear();
        }
    }
    terminal::bytes(&text)?;
    outcome
}

fn occurrences<'a>(calendar: &'a Calendar, look: &Look) -> Vec<Row<'a>> {
    let expansion = events(calendar, look.window(), &look.floating());
    sources::tell(&expansion.faults);
    let row = |event: plokk_ical_io::Occurrence<'a>| Row {
        uid: event.uid,
        start: Some(event.start),
        end: Some(event.end),
        all_day: event.all_day,
        summary: Summary::Of(event.component),
    };
    expansion.items.into_iter().map(row).collect()
}

fn tasks<'a>(calendar: &'a Calendar, look: &Look) -> Vec<Row<'a>> {
    let expansion = todos(calendar, look.window(), &look.floating());
    sources::tell(&expansion.faults);
    let zone = look.floating();
    let row = |task: plokk_ical_io::Todo| Row {
        start: task.start.map(|start| moment(start, &zone)),
        end: task.due.map(|due| moment(due, &zone)),
        all_day: matches!(task.start.or(task.due), Some(When::Date(_))),
        uid: task.uid.into(),
        summary: Summary::Is(task.summary),
    };
    expansion.items.into_iter().map(row).collect()
}

/// A date begins at midnight in the zone.
fn moment(when: When, zone: &Zone) -> DateTime<Utc> {
    match when {
        When::Instant(instant) => instant,
        When::Date(date) => instant(date.and_time(NaiveTime::MIN), zone),
    }
}

impl Row<'_> {
    fn line(&self) -> Line<'_> {
        let utc = |at: DateTime<Utc>| at.format("%Y%m%dT%H%M%SZ").to_string();
        Line {
            uid: &self.uid,
            start_utc: self.start.map(utc),
            end_utc: self.end.map(utc),
            all_day: self.all_day,
            summary: match &self.summary {
                Summary::Of(component) => component.text("SUMMARY"),
                Summary::Is(text) => Some(Cow::Borrowed(text.as_str())).filter(|text| !text.is_empty()),
            },
        }
    }
}

fn for_eyes(rows: &[Row<'_>]) -> String {
    let columns = ["start", "end", "all day", "uid", "summary"].map(|name| (name, Align::Left));
    let mut table = Table::new(&columns);
    let shown = |text: Option<&str>| text.unwrap_or("-").to_owned();
    for row in rows {
        let line = row.line();
        let all_day = if line.all_day { "yes" } else { "-" };
        table.row([
            shown(line.start_utc.as_deref()),
            shown(line.end_utc.as_deref()),
            all_day.to_owned(),
            line.uid.to_owned(),
            shown(line.summary.as_deref()).replace(['\n', '\r'], " "),
        ]);
    }
    table.lines().into_iter().map(|line| line + "\n").collect()
}
