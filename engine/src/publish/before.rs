//! What was published before: the UIDs, SEQUENCEs and times of change that must live on.

use super::event::{CANCELLED, STAMPS, Stamp};
use super::{full_path, uid};
use crate::desk::Window;
use crate::plan::Plan;
use crate::settings::Settings;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use plokk_ical_io::{Component, IanaZone, Property, Zone, instant, read};
use std::collections::{BTreeMap, HashMap};

/// The files published before.
pub(crate) struct Before {
    files: BTreeMap<String, OldFile>,
    /// The path of each assistant's full feed, and her id.
    full: Vec<(String, String)>,
}

struct OldFile {
    bytes: Vec<u8>,
    modified: Option<DateTime<Utc>>,
    events: HashMap<String, OldEvent>,
}

/// An event as it was published.
pub(crate) struct OldEvent {
    /// Its content lines, without those that only say that it changed.
    lines: Vec<String>,
    pub(crate) time: Option<Window>,
    pub(crate) stamp: Stamp,
    /// The event itself.
    pub(crate) component: Component,
    /// Whether it was called off.
    pub(crate) cancelled: bool,
}

/// A block as it was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OldBlock {
    /// Its number within its task.
    pub(crate) number: u32,
    pub(crate) time: Window,
    /// Who was to do it.
    pub(crate) assistant: String,
    /// Whether it was called off.
    pub(crate) cancelled: bool,
}

/// A block as it was published, for those who look for copies of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublishedBlock {
    pub(crate) uid: String,
    /// The task, where the last plan has it.
    pub(crate) task: Option<String>,
    /// Who was to do it: her id.
    pub(crate) assistant: String,
    pub(crate) time: Window,
    pub(crate) sequence: u32,
    pub(crate) modified: DateTime<Utc>,
    pub(crate) cancelled: bool,
}

/// The blocks of the assistants' feeds as they were published; `plan` is what they came from.
pub(crate) fn published_blocks(
    settings: &Settings,
    files: &BTreeMap<String, Vec<u8>>,
    plan: Option<&Plan>,
) -> Vec<PublishedBlock> {
    let tasks: HashMap<String, &str> = plan
        .iter()
        .flat_map(|plan| &plan.chunks)
        .map(|chunk| (uid::stem(&chunk.task), chunk.task.as_str()))
        .collect();
    let mut blocks = Vec::new();
    for assistant in &settings.assistants {
        let path = full_path(assistant);
        let Some(file) = files.get(&path).map(|bytes| OldFile::read(bytes, &path)) else { continue };
        for (uid, event) in file.events {
            let (Some((stem, _)), Some(time)) = (uid::split(&uid), event.time) else { continue };
            blocks.push(PublishedBlock {
                task: tasks.get(stem).map(|task| (*task).to_owned()),
                assistant: assistant.id.clone(),
                time,
                sequence: event.stamp.sequence,
                modified: utc(&event.stamp.modified).unwrap_or_default(),
                cancelled: event.cancelled,
                uid,
            });
        }
    }
    // A block that went to a colleague is called off in one feed and stands in another.
    blocks.sort_by(|a, b| (&a.uid, a.cancelled, &a.assistant).cmp(&(&b.uid, b.cancelled, &b.assistant)));
    blocks.dedup_by(|later, first| later.uid == first.uid);
    blocks
}

/// What the events of the assistants' feeds are called, by UID.
pub(crate) fn summaries(settings: &Settings, files: &BTreeMap<String, Vec<u8>>) -> HashMap<String, String> {
    let feeds = settings.assistants.iter().filter_map(|assistant| files.get(&full_path(assistant)));
    let events = feeds.flat_map(|bytes| {
        let calendar = read(bytes, "").calendar;
        let named: Vec<(String, String)> = calendar
            .named("VEVENT")
            .filter_map(|event| Some((event.uid()?.into_owned(), event.text("SUMMARY")?.into_owned())))
            .collect();
        named
    });
    events.collect()
}

impl Before {
    /// Reads what was published. Files that are no calendars of ours are as if they were not there.
    pub(crate) fn read(settings: &Settings, files: &BTreeMap<String, Vec<u8>>) -> Before {
        let read = |(path, bytes): (&String, &Vec<u8>)| (path.clone(), OldFile::read(bytes, path));
        let calendars = files.iter().filter(|(path, _)| path.ends_with(".ics"));
        let full = settings.assistants.iter().map(|a| (full_path(a), a.id.clone())).collect();
        Before { files: calendars.map(read).collect(), full }
    }

    /// The event with that UID in the file.
    pub(crate) fn event(&self, path: &str, uid: &str) -> Option<&OldEvent> {
        self.files.get(path)?.events.get(uid)
    }

    /// How often an event has changed that is new in its file: a block that was somebody else's has a
    /// past in her feed.
    pub(crate) fn sequence_elsewhere(&self, uid: &str) -> Option<u32> {
        let elsewhere = self.full.iter().filter_map(|(path, _)| self.event(path, uid));
        elsewhere.map(|event| event.stamp.sequence).max()
    }

    /// The blocks whose UIDs begin with `stem`.
    pub(crate) fn blocks(&self, stem: &str) -> Vec<OldBlock> {
        let events = self.full.iter().flat_map(|(path, assistant)| {
            let events = self.files.get(path).into_iter().flat_map(|file| &file.events);
            events.map(move |event| (assistant, event))
        });
        let blocks = events.filter_map(|(assistant, (uid, event))| {
            let (own, number) = uid::split(uid)?;
            (own == stem).then_some(())?;
            let cancelled = event.cancelled;
            Some(OldBlock { number, time: event.time?, assistant: assistant.clone(), cancelled })
        });
        let mut blocks: Vec<OldBlock> = blocks.collect();
        // One that went to a colleague is called off in one feed and stands in another.
        blocks.sort_by_key(|block| (block.number, block.cancelled));
        blocks.dedup_by_key(|block| block.number);
        blocks
    }

    /// Every block in a file, with its UID: a feed's past.
    pub(crate) fn blocks_in(&self, path: &str) -> impl Iterator<Item = (&str, &OldEvent)> {
        let events = self.files.get(path).into_iter().flat_map(|file| &file.events);
        events.filter(|(uid, _)| uid::split(uid).is_some()).map(|(uid, event)| (uid.as_str(), event))
    }

    /// When the file says it was modified.
    pub(crate) fn modified(&self, path: &str) -> Option<DateTime<Utc>> {
        self.files.get(path)?.modified
    }

    /// Whether the file holds exactly these bytes.
    pub(crate) fn is(&self, path: &str, bytes: &[u8]) -> bool {
        self.files.get(path).is_some_and(|file| file.bytes == bytes)
    }
}

impl OldFile {
    fn read(bytes: &[u8], path: &str) -> OldFile {
        let calendar = read(bytes, path).calendar;
        let events = calendar.named("VEVENT").filter_map(|event| {
            let uid = event.uid()?.into_owned();
            Some((uid, OldEvent::read(event)?))
        });
        let modified = calendar.text("LAST-MODIFIED").and_then(|text| utc(&text));
        OldFile { bytes: bytes.to_vec(), modified, events: events.collect() }
    }
}

impl OldEvent {
    fn read(event: &Component) -> Option<OldEvent> {
        let stamp = Stamp {
            sequence: event.text("SEQUENCE")?.parse().ok()?,
            stamped: event.text("DTSTAMP")?.into_owned(),
            modified: event.text("LAST-MODIFIED")?.into_owned(),
        };
        let time = event.property("DTSTART").zip(event.property("DTEND"));
        let time = time.and_then(|(from, to)| Some(Window { from: moment(from)?, to: moment(to)? }));
        let cancelled = event.text("STATUS").is_some_and(|status| status == CANCELLED);
        Some(OldEvent { lines: lines(event), time, stamp, component: event.clone(), cancelled })
    }

    /// Whether a new event, not yet stamped, is what this one was.
    pub(crate) fn says_the_same(&self, event: &Component) -> bool {
        self.lines == lines(event)
    }
}

fn lines(event: &Component) -> Vec<String> {
    let telling = event.properties().iter().filter(|p| !STAMPS.iter().any(|stamp| p.is(stamp)));
    telling.map(|property| property.content_line().to_owned()).collect()
}

/// The instant of a DTSTART or DTEND as we write them: UTC, or local to an IANA zone.
fn moment(property: &Property) -> Option<DateTime<Utc>> {
    let Some(zone) = property.param("TZID") else { return utc(property.raw_value()) };
    let zone: IanaZone = zone.parse().ok()?;
    let local = NaiveDateTime::parse_from_str(property.raw_value(), "%Y%m%dT%H%M%S").ok()?;
    Some(instant(local, &Zone::Iana(zone)))
}

/// When an event of ours starts.
pub(crate) fn start(event: &Component) -> Option<DateTime<Utc>> {
    event.property("DTSTART").and_then(moment)
}

pub(crate) fn utc(text: &str) -> Option<DateTime<Utc>> {
    // A year that no calendar has would overflow what is worked out from it.
    let time = NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").ok()?.and_utc();
    time.checked_add_signed(TimeDelta::days(36_600)).map(|_| time)
}
