//! An earlier night's calendars, published again.

use super::before::Before;
use super::event::{CANCELLED, STAMPS};
use super::ledger::Ledger;
use super::{OutFile, PLAN_FILE};
use crate::settings::Settings;
use chrono::{DateTime, Utc};
use plokk_ical_io::{Calendar, Component, Property, read, write};
use std::collections::BTreeMap;

/// Makes the files that publish what was published once (`earlier`, by path) after what is published
/// now (`current`): the same events with the same UIDs, with SEQUENCEs that go on counting, and what has
/// come since called off. Files the desk does not publish any more are left out.
#[must_use]
pub fn restore(
    settings: &Settings,
    earlier: &BTreeMap<String, Vec<u8>>,
    current: &BTreeMap<String, Vec<u8>>,
    now: DateTime<Utc>,
) -> Vec<OutFile> {
    let before = Before::read(settings, current);
    let ledger = Ledger { before: &before, now };
    let ours = super::published_paths(settings);
    let files = ours.iter().filter_map(|path| Some((path, earlier.get(path)?)));
    files
        .map(|(path, bytes)| match path.as_str() {
            PLAN_FILE => OutFile { path: path.clone(), bytes: bytes.clone() },
            _ => calendar(path, bytes, &ledger),
        })
        .collect()
}

fn calendar(path: &str, bytes: &[u8], ledger: &Ledger<'_>) -> OutFile {
    let earlier = read(bytes, path).calendar;
    let events = live(&earlier).map(|event| ledger.stamped(path, bare(event))).collect();
    let events = ledger.with_past(path, events);
    ledger.file(path, &|modified| {
        let mut calendar = Calendar::new();
        for property in earlier.properties() {
            let is_stamp = property.is("LAST-MODIFIED");
            calendar.push(if is_stamp { Property::utc("LAST-MODIFIED", modified) } else { property.clone() });
        }
        let others = earlier.components().iter().filter(|component| component.name() != "VEVENT");
        for component in others.chain(&events) {
            calendar.push_component(component.clone());
        }
        write(&calendar)
    })
}

/// What stood in the calendar then; what was called off by then is not called off again.
fn live(calendar: &Calendar) -> impl Iterator<Item = &Component> {
    calendar.named("VEVENT").filter(|event| event.text("STATUS").is_none_or(|status| status != CANCELLED))
}

/// An event without what says how often and when it changed.
fn bare(event: &Component) -> Component {
    let mut event = event.clone();
    for name in STAMPS {
        event.remove(name);
    }
    event
}
