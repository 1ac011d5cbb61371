//! The calendars: a plan as files that Google Calendar, Outlook and Apple Calendar subscribe to.
//!
//! What a reader of one feed may know decides what goes into it. An assistant's feed has her blocks
//! in full. A client's feed has that client's blocks in full, and everything else that keeps the
//! same people busy only as merged stretches called "Busy", whose UIDs are made of the assistant's
//! id, the feed's own client and the start alone: nothing in them follows from anybody else's work.
//!
//! [`publish`] is pure: it is given the files published before, and finds in them the UIDs,
//! SEQUENCEs and times of change that must live on.

mod before;
mod busy;
mod event;
mod ledger;
mod restore;
mod rolling;
#[cfg(test)]
mod tests;
mod uid;

use crate::desk::{Desk, Window, Work};
use crate::plan::{Plan, PlannedChunk};
use crate::settings::{Assistant, Client, Settings};
use before::Before;
use chrono::{DateTime, TimeDelta, Utc};
use event::{block_event, busy_event};
use ledger::{KEPT, Ledger};
use plokk_ical_io::{Calendar, Component, IanaZone, Property, vtimezone, write};
use rolling::rolling;
use std::collections::BTreeMap;
use uid::BlockUids;

pub(crate) use before::{PublishedBlock, published_blocks, summaries};
pub use restore::restore;

/// A file to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutFile {
    /// Where, relative to the output folder; `/` divides folders.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// The name of the plan for programs.
pub const PLAN_FILE: &str = "plan.json";

/// How often subscribers may look again.
const REFRESH: &str = "PT1H";

/// Every path that [`publish`] writes for these settings, relative to the output folder: what to
/// read of the files published before.
#[must_use]
pub fn published_paths(settings: &Settings) -> Vec<String> {
    let assistants = settings.assistants.iter().flat_map(|a| [full_path(a), busy_path(a)]);
    let clients = settings.clients.iter().map(client_path);
    assistants.chain(clients).chain([PLAN_FILE.to_owned()]).collect()
}

fn full_path(assistant: &Assistant) -> String {
    format!("{}.ics", assistant.id)
}

fn busy_path(assistant: &Assistant) -> String {
    format!("{}-busy.ics", assistant.id)
}

fn client_path(client: &Client) -> String {
    format!("clients/{}.ics", client.id)
}

/// Makes the calendars of a plan. `before`: the files published before, by path, as far as there
/// are any.
///
/// The plan for programs, [`PLAN_FILE`], is not among them: it is [`Plan::to_json`].
///
/// ```
/// use plokk_engine::publish;
/// # use plokk_engine::{FeedText, Inputs, Settings, plan_desk};
/// # use plokk_solver::{Options, Silent};
/// # let toml = "[[assistant]]\nid = 'mari'\ntimezone = 'Europe/Tallinn'\nfeeds = ['mari.ics']\n";
/// # let settings = Settings::read(toml, "plokk.toml").expect("nothing is wrong with it");
/// # let calendar = "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:books\nSUMMARY:Books\nEND:VTODO\nEND:VCALENDAR\n";
/// # let feed = FeedText {
/// #     feed: "mari.ics".into(),
/// #     source: "mari.ics".into(),
/// #     content: Ok(calendar.into()),
/// #     warnings: Vec::new(),
/// # };
/// # let now = "2026-10-19T05:00:00Z".parse()?;
/// # let published = Default::default();
/// # let inputs = Inputs { settings, feeds: vec![feed], last: None, published, now };
/// # let options = Options { effort: 0.01, ..Options::default() };
/// let planned = plan_desk(inputs, &options, &Silent)?;
/// let files = publish(&planned.desk, &planned.plan, &Default::default());
/// assert_eq!(files[0].path, "mari.ics");
/// assert!(String::from_utf8_lossy(&files[0].bytes).contains("SUMMARY:Books\r\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn publish(desk: &Desk, plan: &Plan, before: &BTreeMap<String, Vec<u8>>) -> Vec<OutFile> {
    let before = Before::read(&desk.settings, before);
    let uids = BlockUids::assign(&plan.chunks, &before, desk.now);
    let blocks: Vec<Block<'_>> =
        plan.chunks.iter().zip(uids.0).map(|(c, uid)| Block::new(desk, c, uid)).collect();
    let press = Press { desk, ledger: Ledger { before: &before, now: desk.now }, blocks: &blocks };
    let mut files = Vec::new();
    for assistant in &desk.settings.assistants {
        files.push(press.full(assistant));
        files.push(press.busy(assistant));
    }
    files.extend((0..desk.settings.clients.len()).map(|client| press.client(client)));
    files
}

/// A chunk of the plan, and what is known about it.
pub(crate) struct Block<'a> {
    chunk: &'a PlannedChunk,
    /// Its UID in every feed that shows it.
    uid: String,
    /// What it is for; `None` when no feed of the desk has the task any more (a pinned block).
    work: Option<&'a Work>,
    client: Option<&'a Client>,
    assistant: Option<&'a Assistant>,
    /// What the assistant calls it, where she has pinned it herself: for her eyes only.
    pinned_as: Option<&'a str>,
}

impl<'a> Block<'a> {
    fn new(desk: &'a Desk, chunk: &'a PlannedChunk, uid: String) -> Block<'a> {
        let settings = &desk.settings;
        let pinned = desk.pinned.iter().find(|pinned| {
            pinned.task == chunk.task
                && pinned.time == chunk.window()
                && settings.assistants[pinned.assistant].id == chunk.assistant
        });
        Block {
            chunk,
            uid,
            work: desk.work.iter().chain(&desk.later).find(|work| work.id == chunk.task),
            client: settings.clients.iter().find(|client| Some(&client.id) == chunk.client.as_ref()),
            assistant: settings.assistants.iter().find(|assistant| assistant.id == chunk.assistant),
            pinned_as: pinned.and_then(|pinned| pinned.summary.as_deref()),
        }
    }

    fn is_for(&self, client: &Client) -> bool {
        self.client.is_some_and(|own| own.id == client.id)
    }

    fn is_by(&self, assistant: &Assistant) -> bool {
        self.chunk.assistant == assistant.id
    }
}

/// Makes the files one by one.
struct Press<'a> {
    desk: &'a Desk,
    ledger: Ledger<'a>,
    blocks: &'a [Block<'a>],
}

impl Press<'_> {
    /// The assistant's own feed: her blocks in full.
    fn full(&self, assistant: &Assistant) -> OutFile {
        let path = full_path(assistant);
        let own = self.blocks.iter().filter(|block| block.is_by(assistant));
        let events = own.map(|block| {
            self.ledger.stamped(&path, block_event(block, assistant.timezone, event::For::Assistant))
        });
        let events = self.ledger.with_past(&path, events.collect());
        self.file(&path, &assistant.name, assistant.timezone, events)
    }

    /// When the assistant is busy, and nothing else.
    fn busy(&self, assistant: &Assistant) -> OutFile {
        let path = busy_path(assistant);
        let events = self.busy_events(&path, assistant, assistant.timezone, None);
        self.file(&path, &format!("{}: busy", assistant.name), assistant.timezone, events)
    }

    /// A client's feed: its blocks in full, and when those who may work for it are busy otherwise.
    fn client(&self, at: usize) -> OutFile {
        let client = &self.desk.settings.clients[at];
        let path = client_path(client);
        let own = self.blocks.iter().filter(|block| block.is_for(client));
        let mut events: Vec<Component> = own
            .map(|block| self.ledger.stamped(&path, block_event(block, client.timezone, event::For::Client)))
            .collect();
        events = self.ledger.with_past(&path, events);
        for (place, assistant) in self.desk.settings.assistants.iter().enumerate() {
            if self.serves(place, at) {
                events.extend(self.busy_events(&path, assistant, client.timezone, Some(client)));
            }
        }
        self.file(&path, &format!("{}: planned work", client.name), client.timezone, events)
    }

    /// Whether an assistant may do any of a client's work, or has a block for it. Without any work
    /// everybody may.
    fn serves(&self, assistant: usize, client: usize) -> bool {
        let mut work = self.desk.work.iter().filter(|work| work.client == Some(client)).peekable();
        let settings = &self.desk.settings;
        work.peek().is_none()
            || work.any(|work| work.assistants.contains(&assistant))
            || self.blocks.iter().any(|block| {
                block.is_for(&settings.clients[client]) && block.is_by(&settings.assistants[assistant])
            })
    }

    /// Everything that keeps an assistant busy, merged; without the blocks for `but`.
    fn busy_events(
        &self,
        path: &str,
        assistant: &Assistant,
        zone: IanaZone,
        but: Option<&Client>,
    ) -> Vec<Component> {
        let is_shown = |block: &&Block<'_>| but.is_some_and(|client| block.is_for(client));
        let (shown, other): (Vec<&Block<'_>>, Vec<&Block<'_>>) =
            self.blocks.iter().filter(|block| block.is_by(assistant)).partition(is_shown);
        let meetings = self.desk.settings.assistants.iter().zip(&self.desk.assistants);
        let meetings = meetings.filter(|(a, _)| a.id == assistant.id).flat_map(|(_, time)| &time.busy);
        let taken: Vec<Window> =
            meetings.map(|busy| busy.time).chain(other.iter().map(|block| block.chunk.window())).collect();
        let shown: Vec<Window> = shown.iter().map(|block| block.chunk.window()).collect();
        let stretches = busy::without(busy::merged(taken), &busy::merged(shown));
        let mut events: Vec<Component> = Vec::new();
        for stretch in stretches {
            let uid = uid::busy(&assistant.id, stretch.from, but.map(|client| client.id.as_str()));
            events.push(self.ledger.stamped(path, busy_event(&uid, stretch, zone)));
        }
        events
    }

    fn file(&self, path: &str, name: &str, zone: IanaZone, events: Vec<Component>) -> OutFile {
        let make = |events: &[Component], modified| {
            write(&calendar(name, zone, self.desk.horizon, events, modified))
        };
        let events = rolling(events, self.desk.now, &|events| make(events, self.desk.now).len());
        self.ledger.file(path, &|modified| make(&events, modified))
    }
}

/// A calendar around events (RFC 5545 section 3.6, RFC 7986 section 5, RFC 5546 section 3.2.1).
fn calendar(
    name: &str,
    zone: IanaZone,
    horizon: Window,
    events: &[Component],
    modified: DateTime<Utc>,
) -> Calendar {
    let mut calendar = Calendar::new();
    for property in [
        Property::raw("VERSION", "2.0"),
        Property::raw("PRODID", "-//Plokk//plokk//EN"),
        Property::raw("CALSCALE", "GREGORIAN"),
        Property::raw("METHOD", "PUBLISH"),
        Property::text("NAME", name),
        Property::text("X-WR-CALNAME", name),
        Property::raw("X-WR-TIMEZONE", zone.name()),
        Property::raw("REFRESH-INTERVAL", REFRESH).with_param("VALUE", "DURATION"),
        Property::raw("X-PUBLISHED-TTL", REFRESH),
        Property::utc("LAST-MODIFIED", modified),
    ] {
        calendar.push(property);
    }
    calendar.push_component(vtimezone(zone, horizon.from - KEPT - TimeDelta::days(1), horizon.to));
    for event in events {
        calendar.push_component(event.clone());
    }
    calendar
}
