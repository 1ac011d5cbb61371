//! How often an event has changed, and what a feed remembers: read from the files published before.

use super::OutFile;
use super::before::{Before, utc};
use super::event::{Stamp, called_off};
use crate::desk::Window;
use chrono::{DateTime, TimeDelta, Utc};
use plokk_ical_io::Component;
use std::collections::HashSet;

/// So long a feed shows what is over, and what was called off.
pub(crate) const KEPT: TimeDelta = TimeDelta::days(7);

/// What was published before, and when it is published again.
pub(crate) struct Ledger<'a> {
    pub(crate) before: &'a Before,
    pub(crate) now: DateTime<Utc>,
}

impl Ledger<'_> {
    /// Gives an event its SEQUENCE and times of change: those it had, if nothing else changed.
    pub(crate) fn stamped(&self, path: &str, event: Component) -> Component {
        let now = self.now;
        let uid = event.uid().unwrap_or_default();
        let stamp = match (self.before.event(path, &uid), self.before.sequence_elsewhere(&uid)) {
            (Some(old), _) if old.says_the_same(&event) => old.stamp.clone(),
            // Called off here, it may have gone on in a colleague's feed.
            (Some(old), other) if old.cancelled => {
                Stamp::new(old.stamp.sequence.max(other.unwrap_or(0)).saturating_add(1), now)
            }
            (Some(old), _) => Stamp::new(old.stamp.sequence.saturating_add(1), now),
            (None, Some(sequence)) => Stamp::new(sequence.saturating_add(1), now),
            (None, None) => Stamp::new(0, now),
        };
        drop(uid);
        stamp.put_on(event)
    }

    /// The events of a feed, and its past: what is over stays for a week as it was, and so long what is
    /// not planned any more is called off, for subscribers that would keep it otherwise.
    pub(crate) fn with_past(&self, path: &str, events: Vec<Component>) -> Vec<Component> {
        let now = self.now;
        let there: HashSet<String> =
            events.iter().filter_map(|event| Some(event.uid()?.into_owned())).collect();
        let mut over = Vec::new();
        let mut off = Vec::new();
        for (uid, old) in self.before.blocks_in(path).filter(|(uid, _)| !there.contains(*uid)) {
            let Some(time) = old.time else { continue };
            if old.cancelled {
                let since = utc(&old.stamp.modified);
                if since.is_some_and(|since| since + KEPT > now) {
                    off.push((time, uid, old.component.clone()));
                }
            } else if time.to > now {
                let stamp = Stamp::new(old.stamp.sequence.saturating_add(1), now);
                off.push((time, uid, called_off(&old.component, &stamp)));
            } else if time.to + KEPT > now {
                over.push((time, uid, old.component.clone()));
            }
        }
        let sorted = |mut past: Vec<(Window, &str, Component)>| {
            past.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
            past.into_iter().map(|(_, _, component)| component).collect::<Vec<_>>()
        };
        [sorted(over), events, sorted(off)].concat()
    }

    /// A file, made as of the time it was modified: if it is the same but for that, it was not.
    pub(crate) fn file(&self, path: &str, assemble: &dyn Fn(DateTime<Utc>) -> Vec<u8>) -> OutFile {
        let kept = self.before.modified(path).map(assemble);
        let bytes = match kept {
            Some(kept) if self.before.is(path, &kept) => kept,
            _ => assemble(self.now),
        };
        OutFile { path: path.to_owned(), bytes }
    }
}
