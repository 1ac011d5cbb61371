//! `plokk check`: what is understood from the settings and from each feed, and what is wrong.

use crate::args::Check;
use crate::exit::{Exit, Failure, Outcome};
use crate::home::Home;
use crate::terminal::{self, Paint};
use chrono::{DateTime, Utc};
use plokk_engine::{Desk, words};
use plokk_ical_io::{
    Fault, FaultCode, Feed, FeedState, IanaZone, Reading, Window, Zone, events, todos, tz_edition,
};
use serde::Serialize;
use std::collections::BTreeSet;

/// What is understood from one feed.
#[derive(Debug, Serialize)]
struct Source {
    /// The feed, without anything secret.
    source: String,
    /// Whose it is: ids of assistants and clients.
    owners: Vec<String>,
    /// `fresh`, `unchanged`, `kept` (an older copy is used) or `failed`.
    state: &'static str,
    /// Why an older copy or none is used.
    reason: Option<String>,
    /// How many events (VEVENT) it has, each series counted once.
    events: usize,
    /// How many times they take place within the horizon.
    occurrences: usize,
    /// How many tasks (VTODO) it has, each series counted once.
    tasks: usize,
    /// How many of their instances lie within the horizon or have no date.
    instances: usize,
    /// How many VFREEBUSY and VAVAILABILITY it has.
    free_busy: usize,
    /// The zones that its times name.
    zones: Vec<String>,
    /// What is wrong with it.
    faults: Vec<Fault>,
}

#[derive(Debug, Serialize)]
struct TimeZones {
    /// Such as `2026a`.
    version: String,
    /// The folder it was read from; null for the edition built in.
    folder: Option<String>,
}

impl TimeZones {
    fn in_use() -> TimeZones {
        let edition = tz_edition();
        TimeZones {
            version: edition.version,
            folder: edition.folder.map(|folder| folder.display().to_string()),
        }
    }
}

#[derive(Debug, Serialize)]
struct Report {
    assistants: usize,
    clients: usize,
    /// Which edition of the time zone database is in use.
    time_zones: TimeZones,
    sources: Vec<Source>,
    /// What the desk as a whole has to say: everything wrong or doubtful in the feeds.
    warnings: Vec<plokk_engine::Warning>,
    /// Why the desk cannot be planned.
    error: Option<String>,
}

pub(crate) fn run(args: &Check) -> Outcome {
    let home = Home::open(&args.at.of.desk)?;
    let now = args.at.now();
    let mut feeds = home.fetch(now, &args.at.accept, true)?;
    let window = window(&home, now);
    let looked = feeds.iter_mut().zip(home.settings.feeds());
    let sources: Vec<Source> = looked.map(|(feed, name)| look_into(&home, feed, name, window)).collect();
    let assembled = Desk::assemble(home.settings.clone(), home.texts(feeds), now);
    let report = Report {
        assistants: home.settings.assistants.len(),
        clients: home.settings.clients.len(),
        time_zones: TimeZones::in_use(),
        sources,
        warnings: assembled.as_ref().map(|desk| desk.warnings.clone()).unwrap_or_default(),
        error: assembled.as_ref().err().map(ToString::to_string),
    };
    if args.json {
        let json = serde_json::to_string_pretty(&report).map_err(Failure::plokk)?;
        terminal::data(&(json + "\n"))?;
    } else {
        terminal::data(&for_eyes(&report, assembled.as_ref().ok(), Paint::for_data()))?;
    }
    match report.error {
        Some(error) => Err(Failure::Input(error)),
        None => Ok(Exit::Done),
    }
}

/// The horizon from now on; what the feeds hold outside it does not matter to a plan.
fn window(home: &Home, now: DateTime<Utc>) -> Window {
    Window { from: now, to: now + home.settings.planning.horizon }
}

fn look_into(home: &Home, feed: &mut Feed, name: &str, window: Window) -> Source {
    let assistants = home.settings.assistants.iter().map(|a| (&a.id, &a.feeds, a.timezone));
    let clients = home.settings.clients.iter().map(|c| (&c.id, &c.feeds, c.timezone));
    let owners: Vec<_> =
        assistants.chain(clients).filter(|(_, feeds, _)| feeds.iter().any(|f| f == name)).collect();
    let zone = owners.first().map_or(IanaZone::UTC, |(_, _, zone)| *zone);
    let (state, reason) = match &feed.state {
        FeedState::Fresh => ("fresh", None),
        FeedState::Unchanged => ("unchanged", None),
        FeedState::Kept { reason, .. } => ("kept", Some(reason.clone())),
        FeedState::Failed { reason } => ("failed", Some(reason.clone())),
    };
    let mut source = Source {
        source: feed.spec.name.clone(),
        owners: owners.iter().map(|(id, _, _)| (*id).clone()).collect(),
        state,
        reason,
        events: 0,
        occurrences: 0,
        tasks: 0,
        instances: 0,
        free_busy: 0,
        zones: Vec::new(),
        faults: feed.faults.clone(),
    };
    feed.look(|reading| source.count(reading, window, &Zone::Iana(zone)));
    source
}

impl Source {
    /// Counts what a feed holds, and what of it lies in the window.
    fn count(&mut self, reading: &Reading, window: Window, floating: &Zone) {
        let calendar = &reading.calendar;
        let occurrences = events(calendar, window, floating);
        let instances = todos(calendar, window, floating);
        self.events = calendar.named("VEVENT").filter(|c| c.property("RECURRENCE-ID").is_none()).count();
        self.tasks = calendar.named("VTODO").filter(|c| c.property("RECURRENCE-ID").is_none()).count();
        self.free_busy = calendar.named("VFREEBUSY").count() + calendar.named("VAVAILABILITY").count();
        self.occurrences = occurrences.items.len();
        self.instances = instances.items.len();
        let named: BTreeSet<String> = calendar
            .components()
            .iter()
            .flat_map(|component| component.properties())
            .filter_map(|property| property.param("TZID").map(|zone| zone.into_owned()))
            .collect();
        self.zones = named.into_iter().collect();
        for fault in reading.faults.iter().cloned().chain(occurrences.faults).chain(instances.faults) {
            if !self.faults.contains(&fault) {
                self.faults.push(fault);
            }
        }
    }
}

fn for_eyes(report: &Report, desk: Option<&Desk>, paint: Paint) -> String {
    let mut text = format!(
        "{}, {}\ntime zone database: {}\n",
        words::count(report.assistants, "assistant"),
        words::count(report.clients, "client"),
        tz_edition()
    );
    for source in &report.sources {
        let owners =
            if source.owners.is_empty() { String::new() } else { format!(" ({})", source.owners.join(", ")) };
        let state = match source.state {
            "kept" => "an older copy",
            state => state,
        };
        text += &format!("\n{}{owners} {}\n", paint.bold(&source.source), paint.dim(&format!("- {state}")));
        let is_told = |reason: &&String| source.faults.iter().any(|fault| fault.message.contains(*reason));
        if let Some(reason) = source.reason.as_ref().filter(|reason| !is_told(reason)) {
            let state = if source.state == "failed" { "cannot be read" } else { "an older copy is used" };
            text += &format!("  {}: {reason}\n", paint.red(state));
        }
        if source.state != "failed" {
            text += &format!("  {}\n", understood(source));
        }
        if !source.zones.is_empty() {
            text += &format!("  zones: {}\n", source.zones.join(", "));
        }
        for fault in &source.faults {
            let line = fault.line.map(|line| format!("line {line}: ")).unwrap_or_default();
            text += &format!("  {} {line}{} [{}]\n", paint.yellow("!"), fault.message, fault.code.as_str());
            if fault.code == FaultCode::NotBelieved {
                text += &format!("    --accept {} believes it after all\n", source.source);
            }
        }
    }
    let told = |warning: &&plokk_engine::Warning| {
        !report
            .sources
            .iter()
            .flat_map(|s| &s.faults)
            .any(|f| f.message == warning.message && f.line == warning.line)
    };
    for (at, warning) in report.warnings.iter().filter(told).enumerate() {
        text += if at == 0 { "\n" } else { "" };
        text += &format!("{} {warning}\n", paint.yellow("!"));
    }
    if let Some(desk) = desk {
        let time: chrono::TimeDelta = desk.work.iter().map(|work| work.remaining).sum();
        let free: chrono::TimeDelta =
            desk.assistants.iter().flat_map(|a| &a.free).map(|free| free.length()).sum();
        text += &format!(
            "\n{} to plan, {} of work; {} of free time\n",
            words::count(desk.work.len(), "task"),
            words::length(time),
            words::length(free)
        );
    }
    text
}

fn understood(source: &Source) -> String {
    let mut parts = Vec::new();
    if source.events > 0 {
        parts.push(format!(
            "{}, {} in the horizon",
            words::count(source.events, "event"),
            source.occurrences
        ));
    }
    if source.tasks > 0 {
        parts.push(format!("{}, {} in the horizon", words::count(source.tasks, "task"), source.instances));
    }
    if source.free_busy > 0 {
        parts.push(format!("{} of availability", words::count(source.free_busy, "component")));
    }
    if parts.is_empty() { "nothing in it".to_owned() } else { parts.join("; ") }
}
