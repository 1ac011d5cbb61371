//! What an undo changes: the way back from what is published to what was.

use super::{Change, ChangeKind, Changes, ClientChanges, Stretch};
use crate::pipeline::Kept;
use crate::plan::Plan;
use crate::publish::{OutFile, PublishedBlock, published_blocks, restore, summaries};
use crate::settings::Settings;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap};

/// An earlier night's calendars, ready to be published again, and what that changes.
#[derive(Clone, Debug)]
pub struct Restored {
    /// The files.
    pub files: Vec<OutFile>,
    /// What they change.
    pub changes: Changes,
}

/// Makes what was published once (`earlier`, by path, from the plan in `kept`) anew after what is published
/// now (`current`, from the plan `last`).
#[must_use]
pub fn restored(
    settings: &Settings,
    earlier: &BTreeMap<String, Vec<u8>>,
    current: &BTreeMap<String, Vec<u8>>,
    kept: &Kept,
    last: Option<&Plan>,
    now: DateTime<Utc>,
) -> Restored {
    let files = restore(settings, earlier, current, now);
    let after: BTreeMap<String, Vec<u8>> =
        files.iter().map(|file| (file.path.clone(), file.bytes.clone())).collect();
    let old = live(published_blocks(settings, current, last), now);
    let new = live(published_blocks(settings, &after, Some(&kept.plan)), now);
    let mut names = summaries(settings, current);
    names.extend(summaries(settings, &after));
    let zone = settings.assistants[0].timezone;
    let stretch = |block: &PublishedBlock| Stretch {
        assistant: block.assistant.clone(),
        start: crate::plan::at(block.time.from, zone),
        end: crate::plan::at(block.time.to, zone),
    };
    let mut by_client: BTreeMap<Option<String>, Vec<Change>> = BTreeMap::new();
    let uids: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for uid in uids {
        let (from, to) = (old.get(uid), new.get(uid));
        let kind = match (from, to) {
            (Some(a), Some(b)) if a.time == b.time && a.assistant == b.assistant => continue,
            (Some(_), Some(_)) => ChangeKind::Moved,
            (None, _) => ChangeKind::New,
            (Some(_), None) => ChangeKind::Out,
        };
        let task = from.and_then(|block| block.task.clone()).or(to.and_then(|block| block.task.clone()));
        let task = task.unwrap_or_else(|| uid.clone());
        let chunks = kept.plan.chunks.iter().chain(last.iter().flat_map(|plan| &plan.chunks));
        let client =
            chunks.into_iter().find(|chunk| chunk.task == task).and_then(|chunk| chunk.client.clone());
        by_client.entry(client).or_default().push(Change {
            kind,
            summary: names.get(uid).cloned().unwrap_or_else(|| task.clone()),
            task,
            from: from.map(stretch),
            to: to.map(stretch),
            frozen: false,
            reason: "undone".to_owned(),
        });
    }
    let group = |(id, changes): (Option<String>, Vec<Change>)| {
        let client = settings.clients.iter().find(|client| Some(&client.id) == id.as_ref());
        let name = client.map_or_else(|| "own tasks".to_owned(), |client| client.name.clone());
        ClientChanges { client: id, name, changes }
    };
    let at = crate::plan::at(now, zone);
    let clients = by_client.into_iter().map(group).collect();
    Restored { files, changes: Changes { at, first: false, blocks: new.len(), clients } }
}

/// The blocks that stand and are still to come, by UID.
fn live(blocks: Vec<PublishedBlock>, now: DateTime<Utc>) -> HashMap<String, PublishedBlock> {
    let live = blocks.into_iter().filter(|block| !block.cancelled && block.time.to > now);
    live.map(|block| (block.uid.clone(), block)).collect()
}
