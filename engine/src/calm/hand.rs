//! What she did by hand in a calendar that shows her blocks: one of her feeds into which they are
//! copied, or a collection that Plokk writes to.
//!
//! | what is found | what it means |
//! |---|---|
//! | the block as it was published, or as it was before | nothing: it is a copy, and does not make her busy |
//! | the block at another time | she has moved it: it is pinned there |
//! | no block where one was | she has deleted it: that piece of the work is done |
//! | none of several blocks | the calendar has been cleared or left: nothing, and that is said |
//!
//! A calendar program may show what was published some nights ago. So a copy is believed to be moved by
//! hand only when it was changed after the block was published, or carries as high a SEQUENCE.

use super::Past;
use super::diary::{Diary, Done, Held};
use crate::desk::{Pinned, Window};
use crate::publish::PublishedBlock;
use crate::settings::Settings;
use crate::warning::Warning;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use plokk_ical_io::{Calendar, Component, Zone, events, read as read_calendar};
use std::collections::{BTreeMap, BTreeSet};

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct HandWork {
    /// Blocks she has moved, now and before.
    pub(crate) pinned: Vec<Pinned>,
    /// What to remember; its `percent` is not filled in yet.
    pub(crate) diary: Diary,
    /// What is to be said about it.
    pub(crate) warnings: Vec<Warning>,
}

/// A copy of a block in one of her calendars.
struct Copy {
    time: Window,
    sequence: u32,
    /// LAST-MODIFIED, else DTSTAMP.
    changed: Option<DateTime<Utc>>,
}

/// Reads her calendars (`own`, with their zones) and the mirrors. `open`: the PERCENT-COMPLETE of work
/// that is still to be done.
pub(crate) fn read<'c>(
    past: &Past<'_>,
    settings: &Settings,
    own: impl Iterator<Item = (&'c Calendar, Zone)>,
    horizon: Window,
    open: &dyn Fn(&str) -> Option<u8>,
) -> HandWork {
    let before = past.diary();
    let around =
        plokk_ical_io::Window::new(horizon.from - TimeDelta::days(2), horizon.to + TimeDelta::days(7));
    let mut found: BTreeMap<String, Copy> = BTreeMap::new();
    for (calendar, zone) in own {
        copies(past, calendar, around, &zone, &mut found);
    }
    let unread = past.unseen || past.mirrors.iter().any(|mirror| mirror.text.content.is_err());
    for mirror in past.mirrors {
        let Ok(bytes) = &mirror.text.content else { continue };
        let calendar = read_calendar(bytes, &mirror.text.source).calendar;
        copies(past, &calendar, around, &Zone::UTC, &mut found);
    }
    let mut hand = HandWork::default();
    hand.diary.done = before.done.clone();
    hand.diary.done.retain(|_, done| open(&done.task).is_some_and(|percent| percent <= done.percent));
    let written = past.mirrors.iter().flat_map(|mirror| &mirror.written);
    let seen: BTreeSet<&String> = before.seen.iter().chain(written).collect();
    for block in past.blocks.iter().filter(|block| !block.cancelled) {
        let Some(copy) = found.get(&block.uid) else { continue };
        hand.diary.seen.insert(block.uid.clone());
        let held = before.moved.get(&block.uid);
        if let Some(time) = wanted(block, copy, held)
            && let Some(task) = block.task.as_ref().filter(|task| open(task).is_some())
        {
            let held =
                Held { task: task.clone(), assistant: block.assistant.clone(), from: time.from, to: time.to };
            hand.hold(settings, &block.uid, held, horizon);
        }
    }
    // What cannot be read now has not been emptied.
    if !unread {
        hand.deleted(past, &seen, &found, horizon, open);
    } else {
        let missing = before.moved.into_iter().filter(|(uid, _)| !found.contains_key(uid));
        for (uid, held) in missing {
            hand.hold(settings, &uid, held, horizon);
        }
        hand.diary.seen.extend(before.seen);
    }
    hand
}

/// Notes every copy of a block in a calendar.
fn copies(
    past: &Past<'_>,
    calendar: &Calendar,
    around: plokk_ical_io::Window,
    zone: &Zone,
    found: &mut BTreeMap<String, Copy>,
) {
    if !calendar.named("VEVENT").any(|event| past.is_block(event.uid().as_deref())) {
        return;
    }
    for event in events(calendar, around, zone).items {
        let cancelled = event.component.text("STATUS").is_some_and(|s| s.eq_ignore_ascii_case("CANCELLED"));
        let odd = event.all_day || event.end <= event.start || event.recurrence_id.is_some();
        if cancelled || odd || !past.is_block(Some(&event.uid)) {
            continue;
        }
        let copy = Copy {
            time: Window { from: event.start, to: event.end },
            sequence: event.component.text("SEQUENCE").and_then(|s| s.parse().ok()).unwrap_or(0),
            changed: stamp(event.component, "LAST-MODIFIED").or_else(|| stamp(event.component, "DTSTAMP")),
        };
        // Of several copies the one changed last counts.
        let uid = event.uid.into_owned();
        if found.get(&uid).is_none_or(|other| other.changed < copy.changed) {
            found.insert(uid, copy);
        }
    }
}

fn stamp(component: &Component, name: &str) -> Option<DateTime<Utc>> {
    let text = component.text(name)?;
    NaiveDateTime::parse_from_str(&text, "%Y%m%dT%H%M%SZ").ok().map(|time| time.and_utc())
}

/// Where she wants a block that she has moved, now or before.
fn wanted(block: &PublishedBlock, copy: &Copy, held: Option<&Held>) -> Option<Window> {
    if copy.time == block.time {
        return held.filter(|held| held.time() == block.time).map(Held::time);
    }
    let newer = copy.sequence >= block.sequence || copy.changed > Some(block.modified);
    if newer { Some(copy.time) } else { held.map(Held::time) }
}

impl HandWork {
    /// Pins a block where she wants it, until it is over.
    fn hold(&mut self, settings: &Settings, uid: &str, held: Held, horizon: Window) {
        let Some(assistant) = settings.assistants.iter().position(|a| a.id == held.assistant) else { return };
        if held.to <= horizon.from {
            return;
        }
        self.pinned.push(Pinned {
            task: held.task.clone(),
            client: None,
            assistant,
            time: held.time(),
            uid: None,
            summary: None,
            begun: false,
        });
        self.diary.moved.insert(uid.to_owned(), held);
    }

    /// Blocks that stood in a calendar of hers and stand there no more.
    fn deleted(
        &mut self,
        past: &Past<'_>,
        seen: &BTreeSet<&String>,
        found: &BTreeMap<String, Copy>,
        horizon: Window,
        open: &dyn Fn(&str) -> Option<u8>,
    ) {
        let expected: Vec<&PublishedBlock> = past
            .blocks
            .iter()
            .filter(|block| !block.cancelled && block.time.to > horizon.from - TimeDelta::days(1))
            .filter(|block| seen.contains(&block.uid))
            .collect();
        let gone: Vec<&&PublishedBlock> =
            expected.iter().filter(|block| !found.contains_key(&block.uid)).collect();
        if gone.len() == expected.len() && gone.len() > 1 {
            self.warnings.push(Warning {
                code: "blocks-gone".to_owned(),
                source: "her calendars".to_owned(),
                line: None,
                message: format!(
                    "none of the {} blocks that stood there stands there any more; that is taken as a calendar \
                     that was cleared, not as work that is done",
                    gone.len()
                ),
            });
            return;
        }
        for block in gone {
            let Some(task) = &block.task else { continue };
            let Some(percent) = open(task) else { continue };
            let minutes = block.time.length().num_minutes();
            self.diary
                .done
                .insert(Diary::key(&block.uid, block.time), Done { task: task.clone(), minutes, percent });
        }
    }
}
