//! One event of a published calendar.

use super::Block;
use crate::desk::{DueFrom, Window};
use crate::words;
use chrono::{DateTime, Utc};
use plokk_ical_io::{Component, IanaZone, Property, Zone};

/// Whose eyes a block is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum For {
    /// The assistant who does it.
    Assistant,
    /// The client it is done for.
    Client,
}

/// How often and when an event has changed (RFC 5545 sections 3.8.7.2 to 3.8.7.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) sequence: u32,
    /// The value of DTSTAMP.
    pub(crate) stamped: String,
    /// The value of LAST-MODIFIED.
    pub(crate) modified: String,
}

/// The properties that a [`Stamp`] sets: they say that an event changed, not what it is.
pub(crate) const STAMPS: [&str; 3] = ["DTSTAMP", "LAST-MODIFIED", "SEQUENCE"];

/// The STATUS of an event that was called off (RFC 5545 section 3.8.1.11).
pub(crate) const CANCELLED: &str = "CANCELLED";

/// A published event, called off: it takes no time any more, and has changed once more.
pub(crate) fn called_off(event: &Component, stamp: &Stamp) -> Component {
    let mut event = event.clone();
    event.set(Property::raw("STATUS", CANCELLED)).set(Property::raw("TRANSP", "TRANSPARENT"));
    for name in STAMPS {
        event.remove(name);
    }
    stamp.put_on(event)
}

impl Stamp {
    /// Changed now.
    pub(crate) fn new(sequence: u32, now: DateTime<Utc>) -> Stamp {
        let now = now.format("%Y%m%dT%H%M%SZ").to_string();
        Stamp { sequence, stamped: now.clone(), modified: now }
    }

    pub(crate) fn put_on(&self, mut event: Component) -> Component {
        event
            .push(Property::raw("DTSTAMP", &self.stamped))
            .push(Property::raw("LAST-MODIFIED", &self.modified))
            .push(Property::raw("SEQUENCE", &self.sequence.to_string()));
        event
    }
}

/// A block in full, not yet stamped.
pub(crate) fn block_event(block: &Block<'_>, zone: IanaZone, eyes: For) -> Component {
    let mut event = spanning(&block.uid, block.chunk.window(), zone);
    event.push(Property::text("SUMMARY", &summary(block, eyes)));
    let description = description(block, eyes);
    if !description.is_empty() {
        event.push(Property::text("DESCRIPTION", &description));
    }
    if let Some(work) = block.work {
        event.push(Property::text("CATEGORIES", &work.category));
        event.push(Property::text("RELATED-TO", &work.uid));
    } else if eyes == For::Assistant {
        event.push(Property::text("RELATED-TO", &block.chunk.task));
    }
    if let Some(client) = block.client {
        event.push(Property::text("X-PLOKK-CLIENT", &client.id));
    }
    event
}

/// Busy, and nothing else.
pub(crate) fn busy_event(uid: &str, time: Window, zone: IanaZone) -> Component {
    let mut event = spanning(uid, time, zone);
    event.push(Property::raw("SUMMARY", "Busy"));
    event
}

fn spanning(uid: &str, time: Window, zone: IanaZone) -> Component {
    let mut event = Component::new("VEVENT");
    event
        .push(Property::text("UID", uid))
        .push(instant("DTSTART", time.from, zone))
        .push(instant("DTEND", time.to, zone))
        .push(Property::raw("STATUS", "CONFIRMED"))
        .push(Property::raw("TRANSP", "OPAQUE"));
    event
}

/// A local time, except where the clocks go back: of two equal local times readers take the first
/// (RFC 5545 section 3.3.5), so the second can only be said in UTC.
fn instant(name: &str, at: DateTime<Utc>, zone: IanaZone) -> Property {
    let own = Zone::Iana(zone);
    match plokk_ical_io::instant(own.local(at), &own) == at {
        true => Property::instant(name, at, zone),
        false => Property::utc(name, at),
    }
}

/// What the calendar shows. Assistants see whom it is for; clients know.
fn summary(block: &Block<'_>, eyes: For) -> String {
    let own = block.work.map(|work| if work.summary.is_empty() { &work.category } else { &work.summary });
    match (eyes, own, block.client) {
        (For::Assistant, Some(task), Some(client)) => format!("{}: {task}", client.name),
        (For::Assistant, None, Some(client)) => {
            format!("{}: {}", client.name, block.pinned_as.unwrap_or(&block.chunk.task))
        }
        (_, Some(task), _) => task.clone(),
        (For::Assistant, None, None) => block.pinned_as.unwrap_or(&block.chunk.task).to_owned(),
        // Her own words for a block she has pinned are not for others.
        (For::Client, None, _) => "Reserved".to_owned(),
    }
}

fn description(block: &Block<'_>, eyes: For) -> String {
    let mut lines = Vec::new();
    if let Some(work) = block.work
        && work.due_from == DueFrom::Said
    {
        let zone = block.client.map(|client| client.timezone).or(block.assistant.map(|a| a.timezone));
        if let Some(zone) = zone {
            lines.push(format!("Due {} ({zone})", words::moment(work.due, zone)));
        }
    }
    if let (For::Client, Some(assistant)) = (eyes, block.assistant) {
        lines.push(format!("By {}", assistant.name));
    }
    lines.join("\n")
}
