//! What has happened: which work arrived for whom, how long it took, and how far estimates were off.
//!
//! Arrivals per week are Poisson with an unknown rate: after `n` arrivals in `t` weeks the rate is Gamma with shape
//! `n + 1/2` and rate `t` (Jeffreys' prior). Sizes are lognormal; their median leans on the category's estimate
//! as if that had been seen [`TRUST`] times, their spread on [`SPREAD`].

use super::tracked::Entry;
use crate::desk::Shelf;
use crate::settings::{Category, Settings};
use chrono::{DateTime, TimeDelta, Utc};
use plokk_ical_io::{Todo, When, Zone, todos};
use std::collections::{BTreeMap, BTreeSet};

/// The category's estimate counts as so many tasks seen.
pub(crate) const TRUST: f64 = 3.0;
/// That estimates are right on the whole counts as so many tasks seen.
pub(crate) const TRUST_IN_ESTIMATES: f64 = 10.0;
/// The spread of sizes and of estimates (of their logarithm) before anything is seen.
pub(crate) const SPREAD: f64 = 0.4;
/// No older history is looked at: habits change.
const LONGEST: i64 = 52;
/// Less than so many weeks are no history.
const SHORTEST: f64 = 4.0;
/// Sold hours that nobody has asked for yet are due within so many days.
pub(crate) const LEAD_OF_SOLD: f64 = 7.0;
/// Work that says no due time is expected within so many days.
const LEAD: f64 = 14.0;

/// What is known of how work of one category arrives for one client.
#[derive(Clone, Debug, PartialEq)]
pub struct Habit {
    /// An index into the clients.
    pub client: usize,
    /// The kind of work.
    pub category: String,
    /// How many tasks were seen.
    pub tasks: usize,
    /// In how many weeks.
    pub weeks: f64,
    /// The shape and rate of the Gamma distribution of arrivals a week.
    pub rate: (f64, f64),
    /// The median size in hours.
    pub median: f64,
    /// The standard deviation of the logarithm of sizes.
    pub spread: f64,
    /// How uncertain the logarithm of the median is (a standard deviation).
    pub doubt: f64,
    /// Days from arrival to due: the median.
    pub lead: f64,
    /// Whether it comes from tracked time; else from VTODOs.
    pub tracked: bool,
}

/// How far estimates are off: the logarithm of real over estimated time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimates {
    /// Its mean.
    pub bias: f64,
    /// Its standard deviation.
    pub spread: f64,
    /// From how many tasks that is known.
    pub tasks: usize,
}

/// What has happened.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// One for each client and category that has any.
    pub habits: Vec<Habit>,
    /// How far estimates are off.
    pub estimates: Estimates,
}

/// Something that arrived.
struct Arrival {
    client: usize,
    category: String,
    at: DateTime<Utc>,
    hours: f64,
    lead: Option<f64>,
}

/// A VTODO's estimate by its UID, and the UIDs of those that recur.
#[derive(Default)]
struct Known {
    estimates: BTreeMap<String, f64>,
    recurring: BTreeSet<String>,
}

impl History {
    /// Fits habits to the VTODOs of the feeds and to tracked time. For a client with tracked time of four weeks or
    /// more, that counts; for others, when their VTODOs were created.
    pub(crate) fn fit(settings: &Settings, shelf: &Shelf, tracked: &[Entry], now: DateTime<Utc>) -> History {
        let (arrivals, known) = from_todos(settings, shelf, now);
        let entries: Vec<Arrival> = from_entries(tracked, &known, now);
        let mut habits = Vec::new();
        for client in 0..settings.clients.len() {
            let of = |all: &[Arrival]| weeks(all.iter().filter(|a| a.client == client).map(|a| a.at), now);
            let (source, is_tracked) = match of(&entries) {
                Some(weeks) if weeks >= SHORTEST => (&entries, true),
                _ => (&arrivals, false),
            };
            let Some(weeks) = of(source) else { continue };
            let mut by_category: BTreeMap<&str, Vec<&Arrival>> = BTreeMap::new();
            for arrival in source.iter().filter(|arrival| arrival.client == client) {
                by_category.entry(&arrival.category).or_default().push(arrival);
            }
            let habit = |(category, seen): (&str, Vec<&Arrival>)| {
                habit(settings, client, category, &seen, weeks.max(SHORTEST), is_tracked)
            };
            habits.extend(by_category.into_iter().map(habit));
        }
        History { habits, estimates: estimates(tracked, &known) }
    }
}

/// From the first of some moments to now, at most a year, in weeks; `None` when there is none.
fn weeks(moments: impl Iterator<Item = DateTime<Utc>>, now: DateTime<Utc>) -> Option<f64> {
    moments.min().map(|first| (now - first).num_hours() as f64 / 168.0).filter(|weeks| *weeks > 0.0)
}

fn table<'s>(settings: &'s Settings, name: &str) -> Option<&'s Category> {
    settings.categories.iter().find(|table| table.name.to_lowercase() == name.to_lowercase())
}

fn in_hours(length: TimeDelta) -> f64 {
    length.num_seconds() as f64 / 3600.0
}

/// Every VTODO of the clients' feeds that does not recur and was created in the last year.
fn from_todos(settings: &Settings, shelf: &Shelf, now: DateTime<Utc>) -> (Vec<Arrival>, Known) {
    let first = now - TimeDelta::weeks(LONGEST);
    let window = plokk_ical_io::Window::new(first, now);
    let mut known = Known::default();
    let mut arrivals = Vec::new();
    let mut seen = BTreeSet::new();
    for (client, section) in settings.clients.iter().enumerate() {
        for shelved in shelf.of(&section.feeds) {
            for todo in todos(&shelved.calendar, window, &Zone::Iana(section.timezone)).items {
                if !seen.insert((todo.uid.clone(), todo.recurrence_id.clone())) {
                    continue;
                }
                if todo.recurrence_id.is_some() || todo.component.property("RRULE").is_some() {
                    known.recurring.insert(todo.uid.clone());
                    continue;
                }
                let arrival = arrival(settings, client, &todo);
                known
                    .estimates
                    .insert(todo.uid.clone(), arrival.as_ref().map_or(1.0, |arrival| arrival.hours));
                arrivals.extend(arrival.filter(|arrival| first <= arrival.at && arrival.at <= now));
            }
        }
    }
    (arrivals, known)
}

fn arrival(settings: &Settings, client: usize, todo: &Todo) -> Option<Arrival> {
    let at = todo.created?;
    let named = todo.categories.iter().map(|name| name.trim()).find(|name| !name.is_empty());
    let name = named.unwrap_or(Category::GENERAL);
    let table = table(settings, name);
    let usual = table.map_or_else(|| Category::default().estimate, |table| table.estimate);
    let due = todo.due.map(|due| match due {
        When::Instant(at) => at,
        When::Date(date) => (date + TimeDelta::days(1)).and_time(chrono::NaiveTime::MIN).and_utc(),
    });
    Some(Arrival {
        client,
        category: table.map_or(name, |table| &table.name).to_owned(),
        at,
        hours: in_hours(todo.estimate.filter(|estimate| *estimate > TimeDelta::zero()).unwrap_or(usual)),
        lead: due.map(|due| (due - at).num_minutes() as f64 / 1440.0).filter(|days| *days > 0.0),
    })
}

/// Tracked time as arrivals: the entries of one task, or of one day, client and category, are one piece of work. Time on
/// work that recurs is left out: that is rolled forward for itself.
fn from_entries(tracked: &[Entry], known: &Known, now: DateTime<Utc>) -> Vec<Arrival> {
    let mut pieces: BTreeMap<(usize, &str, String), Arrival> = BTreeMap::new();
    for entry in tracked {
        let at = entry.date.and_time(chrono::NaiveTime::MIN).and_utc();
        let recurs = entry.task.as_ref().is_some_and(|task| known.recurring.contains(task));
        if recurs || at > now || at < now - TimeDelta::weeks(LONGEST) {
            continue;
        }
        let key = entry.task.clone().unwrap_or_else(|| entry.date.to_string());
        let piece = pieces.entry((entry.client, entry.category.as_str(), key)).or_insert(Arrival {
            client: entry.client,
            category: entry.category.clone(),
            at,
            hours: 0.0,
            lead: None,
        });
        piece.hours += entry.hours;
        piece.at = piece.at.min(at);
    }
    pieces.into_values().collect()
}

fn habit(
    settings: &Settings,
    client: usize,
    category: &str,
    seen: &[&Arrival],
    weeks: f64,
    tracked: bool,
) -> Habit {
    let usual =
        table(settings, category).map_or_else(|| Category::default().estimate, |table| table.estimate);
    let count = seen.len() as f64;
    let logs: Vec<f64> = seen.iter().map(|arrival| arrival.hours.max(1.0 / 12.0).ln()).collect();
    let mean = (logs.iter().sum::<f64>() + TRUST * in_hours(usual).max(1.0 / 12.0).ln()) / (count + TRUST);
    let squares: f64 = logs.iter().map(|log| (log - mean).powi(2)).sum();
    let spread = ((squares + TRUST * SPREAD * SPREAD) / (count + TRUST)).sqrt();
    let mut leads: Vec<f64> = seen.iter().filter_map(|arrival| arrival.lead).collect();
    leads.sort_by(f64::total_cmp);
    Habit {
        client,
        category: category.to_owned(),
        tasks: seen.len(),
        weeks,
        rate: (count + 0.5, weeks),
        median: mean.exp(),
        spread,
        doubt: spread / (count + TRUST).sqrt(),
        lead: leads.get(leads.len() / 2).copied().unwrap_or(LEAD).clamp(1.0, 60.0),
        tracked,
    }
}

/// How far estimates are off, from tracked time that names its task.
fn estimates(tracked: &[Entry], known: &Known) -> Estimates {
    let mut real: BTreeMap<&str, f64> = BTreeMap::new();
    for entry in tracked {
        if let Some(task) = &entry.task {
            *real.entry(task).or_default() += entry.hours;
        }
    }
    let ratio = |(task, hours): (&&str, &f64)| Some((hours / known.estimates.get(*task)?).ln());
    let ratios: Vec<f64> = real.iter().filter_map(ratio).collect();
    let count = ratios.len() as f64;
    let bias = ratios.iter().sum::<f64>() / (count + TRUST_IN_ESTIMATES);
    let squares: f64 = ratios.iter().map(|ratio| (ratio - bias).powi(2)).sum();
    let spread = ((squares + TRUST * SPREAD * SPREAD) / (count + TRUST)).sqrt();
    Estimates { bias, spread, tasks: ratios.len() }
}

impl Habit {
    /// The hours of a week that are to be expected.
    #[must_use]
    pub fn hours_a_week(&self) -> f64 {
        self.rate.0 / self.rate.1 * self.mean_size()
    }

    /// The mean size of a task, in hours.
    #[must_use]
    pub fn mean_size(&self) -> f64 {
        self.median * (self.spread * self.spread / 2.0).exp()
    }
}
