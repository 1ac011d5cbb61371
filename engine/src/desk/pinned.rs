//! Blocks pinned by hand: their minutes are planned already.

use super::shelf::Shelf;
use super::work::Draft;
use super::{Pinned, Window};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

/// Takes pinned minutes, from today on, off the work they are meant for, and lets what comes after that
/// work wait for them. A block for work that no feed knows is kept as it is.
pub(crate) fn take(drafts: &mut [Draft], pinned: &mut [Pinned], horizon: Window, shelf: &Shelf) {
    let mut ends: BTreeMap<String, DateTime<Utc>> = BTreeMap::new();
    for block in pinned.iter_mut() {
        let Some(index) = meant(drafts, block) else { continue };
        let work = &mut drafts[index].work;
        block.task.clone_from(&work.id);
        block.client = work.client;
        let counted = block.time.to.min(horizon.to) - block.time.from.max(horizon.from);
        work.remaining = (work.remaining - counted.max(TimeDelta::zero())).max(TimeDelta::zero());
        let end = ends.entry(work.id.clone()).or_insert(block.time.to);
        *end = block.time.to.max(*end);
        if !work.assistants.contains(&block.assistant) {
            let message = format!("{:?} is pinned to somebody who may not do it; the block is kept", work.id);
            shelf.warn(drafts[index].feed, "pinned-elsewhere", &work.source, work.line, message);
        }
    }
    for draft in drafts {
        let work = &mut draft.work;
        for link in &work.after {
            if let Some(end) = ends.get(&link.work) {
                work.release = work.release.max(*end + link.gap);
            }
        }
    }
}

/// The work a block is meant for: by its id, or by the UID of a series, the last instance that may have
/// started by then.
fn meant(drafts: &[Draft], block: &Pinned) -> Option<usize> {
    let exact = drafts.iter().position(|draft| draft.work.id == block.task);
    let started = || {
        let of_series = |draft: &&(usize, &Draft)| {
            draft.1.work.uid == block.task && draft.1.work.release <= block.time.from
        };
        drafts
            .iter()
            .enumerate()
            .filter(|entry| of_series(&entry))
            .max_by_key(|(_, draft)| draft.work.release)
    };
    exact.or_else(|| started().map(|(index, _)| index))
}
